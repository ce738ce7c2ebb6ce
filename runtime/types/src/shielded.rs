//! Private money as transactions and blocks carry it: join-splits, their outputs, and the compact blocks that wallets
//! scan. Everything secret is a ciphertext or a commitment here; `docs/spec/privacy.md` says what is in them.
//!
//! This crate knows lengths and order only. Whether a point is a point and a proof proves is for `circuits` and `exec`.

use crate::bounded::List;
use crate::limits::{BLOCK_BYTES_MAX, BLOCK_PROOFS_MAX};
use crate::{Address, Amount, AssetId, DecodeError, FieldBytes, Height, TxId, codec};
use alloc::boxed::Box;
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;

/// Notes that a join-split makes.
pub const OUTPUTS: usize = 2;
/// Most notes that a join-split spends.
pub const INPUTS_MAX: usize = 8;
/// Length of an encrypted note.
pub const NOTE_CIPHERTEXT_BYTES: usize = 140;
/// Length of what the sender keeps for itself about an output.
pub const OUTGOING_CIPHERTEXT_BYTES: usize = 112;
/// Length of a memo before encryption.
pub const MEMO_BYTES: usize = 512;
/// Length of an encrypted memo.
pub const MEMO_CIPHERTEXT_BYTES: usize = MEMO_BYTES + 16;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident, $length:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub [u8; $length]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(0x", stringify!($name))?;
                self.0.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str("..)")
            }
        }
    };
}

opaque! {
    /// A re-randomised spend key: a compressed point of Baby Jubjub.
    SpendKeyBytes, 32
}
opaque! {
    /// A RedDSA signature by a re-randomised spend key.
    SpendSignature, 64
}
opaque! {
    /// A note, encrypted to its receiver.
    NoteCiphertext, NOTE_CIPHERTEXT_BYTES
}
opaque! {
    /// What lets the sender's outgoing viewing key read an output again.
    OutgoingCiphertext, OUTGOING_CIPHERTEXT_BYTES
}
opaque! {
    /// A memo, encrypted under a key that both outputs carry.
    MemoCiphertext, MEMO_CIPHERTEXT_BYTES
}

/// How many notes a join-split spends. It always makes two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// One in, two out.
    OneIn,
    /// Two in, two out.
    TwoIn,
    /// Eight in, two out.
    EightIn,
}

impl Shape {
    /// All shapes, smallest first.
    pub const ALL: [Self; 3] = [Self::OneIn, Self::TwoIn, Self::EightIn];

    /// How many notes it spends.
    #[must_use]
    pub const fn inputs(self) -> usize {
        match self {
            Self::OneIn => 1,
            Self::TwoIn => 2,
            Self::EightIn => INPUTS_MAX,
        }
    }
}

/// The nullifiers of the notes that are spent, dummies included; their number is the join-split's shape.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Nullifiers {
    /// Of one note.
    One([FieldBytes; 1]) = 0,
    /// Of two notes.
    Two([FieldBytes; 2]) = 1,
    /// Of eight notes.
    Eight([FieldBytes; INPUTS_MAX]) = 2,
}

impl Nullifiers {
    /// The nullifiers in order.
    #[must_use]
    pub const fn as_slice(&self) -> &[FieldBytes] {
        match self {
            Self::One(nullifiers) => nullifiers,
            Self::Two(nullifiers) => nullifiers,
            Self::Eight(nullifiers) => nullifiers,
        }
    }

    /// The first of them; every shape has one.
    #[must_use]
    pub const fn first(&self) -> &FieldBytes {
        match self {
            Self::One([first]) | Self::Two([first, ..]) | Self::Eight([first, ..]) => first,
        }
    }

    /// The shape that has this many.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        match self {
            Self::One(_) => Shape::OneIn,
            Self::Two(_) => Shape::TwoIn,
            Self::Eight(_) => Shape::EightIn,
        }
    }
}

/// What leaves or enters the pool in sight of everybody. A join-split has one direction or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum PublicValue {
    /// Nothing: asset and amounts stay hidden.
    None = 0,
    /// Money enters the pool (shield).
    In {
        /// Of this asset.
        asset: AssetId,
        /// This much; not zero.
        amount: Amount,
    } = 1,
    /// Money leaves the pool (unshield, fee).
    Out {
        /// Of this asset.
        asset: AssetId,
        /// This much; not zero.
        amount: Amount,
    } = 2,
}

/// A new note.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NoteOutput {
    /// The note's commitment: the leaf that is appended to the note tree.
    pub commitment: FieldBytes,
    /// Ephemeral key of the encryption; bytes to the chain.
    pub ephemeral_key: [u8; 32],
    /// One byte that spares receivers most decryptions; a byte to the chain.
    pub view_tag: u8,
    /// The note, encrypted to its receiver; bytes to the chain.
    pub ciphertext: NoteCiphertext,
    /// What the sender may read again; bytes to the chain.
    pub outgoing: OutgoingCiphertext,
}

/// Spends notes and makes two, in one hidden asset. Takes one proof and one spend signature of the witness.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct JoinSplit {
    /// A root of the note tree under which the spent notes lie.
    pub anchor: FieldBytes,
    /// One per spent note.
    pub nullifiers: Nullifiers,
    /// The new notes.
    pub outputs: [NoteOutput; OUTPUTS],
    /// What leaves or enters the pool.
    pub public_value: PublicValue,
    /// The re-randomised spend key.
    pub spend_key: SpendKeyBytes,
    /// A memo for the receivers of the outputs.
    pub memo: MemoCiphertext,
}

/// The join-splits of one block in the order in which their outputs entered the note tree: what a wallet scans.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactBlock {
    /// Height of the block.
    pub height: Height,
    /// Position of the first output in the note tree; the others follow without gaps.
    pub first_position: u64,
    /// Root of the note tree after the block.
    pub root: FieldBytes,
    /// The join-splits that took effect.
    pub join_splits: List<CompactJoinSplit, BLOCK_PROOFS_MAX>,
}

/// What a wallet needs of a join-split.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactJoinSplit {
    /// The transaction.
    pub tx_id: TxId,
    /// Index of the action in it.
    pub action: u16,
    /// What it spent.
    pub nullifiers: Nullifiers,
    /// What left or entered the pool.
    pub public_value: PublicValue,
    /// What it made.
    pub outputs: [CompactOutput; OUTPUTS],
    /// Memo and outgoing ciphertexts; absent in an answer that left them out.
    pub extras: Option<Box<CompactExtras>>,
}

/// What a wallet needs of an output to find and spend the note.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactOutput {
    /// The leaf of the note tree.
    pub commitment: FieldBytes,
    /// See [`NoteOutput`].
    pub ephemeral_key: [u8; 32],
    /// See [`NoteOutput`].
    pub view_tag: u8,
    /// See [`NoteOutput`].
    pub ciphertext: NoteCiphertext,
}

/// The parts of a join-split that history needs and balances do not.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactExtras {
    /// See [`NoteOutput`].
    pub outgoing: [OutgoingCiphertext; OUTPUTS],
    /// See [`JoinSplit`].
    pub memo: MemoCiphertext,
}

impl JoinSplit {
    /// Who acts when this join-split pays for a shielded transaction.
    #[must_use]
    pub fn one_time_address(&self) -> Address {
        Address::one_time(&self.spend_key, self.nullifiers.first())
    }

    /// The compact form, extras included.
    #[must_use]
    pub fn compact(&self, tx_id: TxId, action: u16) -> CompactJoinSplit {
        let output = |output: &NoteOutput| CompactOutput {
            commitment: output.commitment,
            ephemeral_key: output.ephemeral_key,
            view_tag: output.view_tag,
            ciphertext: output.ciphertext,
        };
        let [first, second] = &self.outputs;
        CompactJoinSplit {
            tx_id,
            action,
            nullifiers: self.nullifiers.clone(),
            public_value: self.public_value,
            outputs: [output(first), output(second)],
            extras: Some(Box::new(CompactExtras { outgoing: [first.outgoing, second.outgoing], memo: self.memo })),
        }
    }
}

impl CompactBlock {
    /// Decodes a compact block; it is never longer than the block it came from.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        codec::decode_exact("compact block", bytes, BLOCK_BYTES_MAX)
    }

    /// The canonical bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// The same without memos and outgoing ciphertexts.
    #[must_use]
    pub fn without_extras(self) -> Self {
        let bare = self.join_splits.into_vec().into_iter();
        let bare = bare.map(|join_split| CompactJoinSplit { extras: None, ..join_split }).collect();
        // The list is as long as it was, so it fits.
        Self { join_splits: List::new(bare).unwrap_or_default(), ..self }
    }

    /// The leaves that the block appended, in order.
    pub fn commitments(&self) -> impl Iterator<Item = &FieldBytes> {
        self.join_splits.iter().flat_map(|join_split| join_split.outputs.iter().map(|output| &output.commitment))
    }
}
