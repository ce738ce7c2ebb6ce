//! Identifiers: 32-byte BLAKE3 hashes, one type and one derive-key context each.
//!
//! Two identifiers of different types can never collide by construction, because the context is part of
//! the hash. The contexts are consensus data: changing one changes every identifier of that type.

use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $context:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// BLAKE3 derive-key context of this identifier.
            pub const CONTEXT: &'static str = $context;

            /// The identifier of the concatenation of `parts`.
            #[must_use]
            pub fn of(parts: &[&[u8]]) -> Self {
                Self(crate::codec::hash(Self::CONTEXT, parts))
            }

            /// The raw bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

id! {
    /// Names a chain: the hash of its checked genesis. Part of every sign-bytes.
    GenesisId, "tacit 2026-11 genesis id"
}
id! {
    /// Names the effects of a transaction: the hash of its body, without signatures and proofs.
    TxId, "tacit 2026-11 tx id"
}
id! {
    /// Names the exact bytes of a transaction, signatures and proofs included.
    FullHash, "tacit 2026-11 tx full hash"
}
id! {
    /// Names a block: the hash of its header.
    BlockId, "tacit 2026-11 block id"
}
id! {
    /// Root of the state trie. Not a hash under this context but a node of the trie: see `docs/spec/state.md`.
    StateRoot, "tacit 2026-11 state root"
}
id! {
    /// Merkle root over the receipts of a block.
    ReceiptsRoot, "tacit 2026-11 receipts root"
}
id! {
    /// Merkle root over the full hashes of a block's transactions.
    BodyRoot, "tacit 2026-11 body root"
}
id! {
    /// Hash of a commit certificate.
    CertificateHash, "tacit 2026-11 commit certificate"
}
id! {
    /// Hash of a validator set.
    ValidatorsHash, "tacit 2026-11 validator set"
}
id! {
    /// Hash of deployed wasm bytes.
    CodeHash, "tacit 2026-11 code hash"
}
id! {
    /// Names an asset; all zero is the native token.
    AssetId, "tacit 2026-11 asset id"
}
id! {
    /// Names a group of members for membership proofs.
    GroupId, "tacit 2026-11 group id"
}
id! {
    /// Names a proof recorded on chain: its sender and its public statement.
    ProofId, "tacit 2026-11 proof id"
}

id! {
    /// Names a poll.
    PollId, "tacit 2026-11 poll id"
}
id! {
    /// Names an issuer of credentials.
    IssuerId, "tacit 2026-11 issuer id"
}
id! {
    /// Names a registered verifying key.
    KeyId, "tacit 2026-11 verifying key"
}

impl AssetId {
    /// The token that pays fees.
    pub const NATIVE: Self = Self([0; 32]);
}
