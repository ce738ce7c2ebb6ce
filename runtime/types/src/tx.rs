//! Transactions: a body that says what shall happen, and a witness that proves it may.
//!
//! The split is the point. [`TxId`] hashes the body alone, so it survives the malleability of proofs; the
//! [`FullHash`] covers every byte and is what gossip, caches and blocks speak of.

use crate::action::Action;
use crate::bounded::List;
use crate::keys::{MultisigPolicy, PublicKey, Signature};
use crate::limits::{ACTIONS_MAX, JOIN_SPLITS_MAX, SIGNATURES_MAX, TX_BYTES_MAX, TX_PROOFS_MAX};
use crate::shielded::{JoinSplit, SpendSignature};
use crate::{Address, DecodeError, FullHash, Gas, GenesisId, Height, Price, ProofBytes, Sequence, TxId, codec};
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// A whole transaction.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tx {
    /// What shall happen.
    pub body: TxBody,
    /// Why it may.
    pub witness: Witness,
}

/// The effects of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TxBody {
    /// Format version; [`TX_VERSION`].
    pub version: u8,
    /// The chain it is for.
    pub genesis_id: GenesisId,
    /// Last height that may include it.
    pub expiry: Height,
    /// Most gas it may use; the fee for all of it is taken first.
    pub gas_limit: Gas,
    /// Most it pays per gas, tip included.
    pub max_fee_per_gas: Price,
    /// Most it pays the proposer per gas.
    pub max_tip_per_gas: Price,
    /// Who acts.
    pub authorization: Authorization,
    /// What happens, in order.
    pub actions: List<Action, ACTIONS_MAX>,
}

/// The only transaction format so far.
pub const TX_VERSION: u8 = 1;

/// Who acts and pays.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Authorization {
    /// The account of one key.
    Account {
        /// The key; the address follows from it.
        public_key: PublicKey,
        /// Must equal the account's sequence.
        sequence: Sequence,
    } = 0,
    /// The account of m of n keys.
    Multisig {
        /// The policy; the address follows from it.
        policy: MultisigPolicy,
        /// Must equal the account's sequence.
        sequence: Sequence,
    } = 1,
    /// Nobody: the first action is a native join-split, whose public out is the whole fee.
    Shielded = 2,
}

/// Signatures, proofs and spend signatures.
#[derive(Debug, Clone, PartialEq, Eq, Default, BorshSerialize, BorshDeserialize)]
pub struct Witness {
    /// One signature with index 0 for an account; exactly `threshold` for a multisig, by ascending key index.
    pub signatures: List<IndexedSignature, SIGNATURES_MAX>,
    /// One proof per action that needs one, in the order of the actions.
    pub proofs: List<ProofBytes, TX_PROOFS_MAX>,
    /// One spend signature over [`TxBody::sign_bytes`] per join-split, in the order of the actions.
    pub spend_signatures: List<SpendSignature, JOIN_SPLITS_MAX>,
}

/// A signature and the key of the policy that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct IndexedSignature {
    /// Index of the key in the policy.
    pub key_index: u8,
    /// The signature over [`TxBody::sign_bytes`].
    pub signature: Signature,
}

const SIGN_CONTEXT: &str = "tacit 2026-11 tx sign bytes";

impl Tx {
    /// Decodes a transaction; at most [`TX_BYTES_MAX`] bytes, one encoding only.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        codec::decode_exact("transaction", bytes, TX_BYTES_MAX)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Names the effects.
    #[must_use]
    pub fn id(&self) -> TxId {
        self.body.id()
    }
}

impl TxBody {
    /// Names the effects.
    #[must_use]
    pub fn id(&self) -> TxId {
        TxId::of(&[&codec::encode(self)])
    }

    /// The 32 bytes that every signer signs.
    #[must_use]
    pub fn sign_bytes(&self) -> [u8; 32] {
        codec::hash(SIGN_CONTEXT, &[&codec::encode(self)])
    }

    /// Both hashes of the body with one encoding of it.
    #[must_use]
    pub fn id_and_sign_bytes(&self) -> (TxId, [u8; 32]) {
        let bytes = codec::encode(self);
        (TxId::of(&[&bytes]), codec::hash(SIGN_CONTEXT, &[&bytes]))
    }

    /// How many proofs the actions need.
    #[must_use]
    pub fn proofs(&self) -> usize {
        self.actions.iter().map(Action::proofs).fold(0, usize::saturating_add)
    }

    /// The join-splits with the indices of their actions.
    pub fn join_splits(&self) -> impl Iterator<Item = (u16, &JoinSplit)> {
        (0u16..).zip(self.actions.iter()).filter_map(|(index, action)| Some((index, action.as_join_split()?)))
    }

    /// The join-split that pays for a shielded transaction: its first action. `None` for an account's transaction, and
    /// for a shielded one that lacks it.
    #[must_use]
    pub fn paying_join_split(&self) -> Option<&JoinSplit> {
        match self.authorization {
            Authorization::Shielded => self.actions.first()?.as_join_split(),
            Authorization::Account { .. } | Authorization::Multisig { .. } => None,
        }
    }

    /// Who acts: an account, or for a shielded transaction the one-time address of its paying join-split. A shielded
    /// transaction without a paying join-split is refused everywhere; its sender is the system's address, which can do
    /// nothing.
    #[must_use]
    pub fn sender(&self) -> Address {
        match &self.authorization {
            Authorization::Account { public_key, .. } => Address::of_key(public_key),
            Authorization::Multisig { policy, .. } => Address::of_multisig(policy),
            Authorization::Shielded => self.paying_join_split().map_or(Address::SYSTEM, JoinSplit::one_time_address),
        }
    }

    /// What the transaction pays per gas at `base_fee`: base fee plus tip, at most the maximum.
    /// `None` when the maximum does not cover the base fee.
    #[must_use]
    pub fn effective_price(&self, base_fee: Price) -> Option<Price> {
        let room = self.max_fee_per_gas.checked_sub(base_fee)?;
        Some(base_fee.saturating_add(room.min(self.max_tip_per_gas)))
    }
}

impl Authorization {
    /// The sequence that must equal the account's; zero for a shielded transaction, whose sender acts once.
    #[must_use]
    pub const fn sequence(&self) -> Sequence {
        match self {
            Self::Account { sequence, .. } | Self::Multisig { sequence, .. } => *sequence,
            Self::Shielded => Sequence::ZERO,
        }
    }

    /// Whether no account stands behind it.
    #[must_use]
    pub const fn is_shielded(&self) -> bool {
        matches!(self, Self::Shielded)
    }
}

/// The hash over all bytes of a transaction.
#[must_use]
pub fn full_hash(bytes: &[u8]) -> FullHash {
    FullHash::of(&[bytes])
}
