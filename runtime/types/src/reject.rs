//! Why a transaction is refused: one number each, never reused, the same in every place that refuses.
//!
//! 1-99 the transaction alone is invalid, 100-199 it cannot be charged now, 200-299 the pool has no place for it,
//! 300-399 its body failed. Receipts hold codes from 300 on, and 106-110 when a join-split of the body failed.

macro_rules! reject_codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $message:literal;)*) => {
        /// A numbered rejection.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum RejectCode {
            $($(#[$doc])* $name = $number,)*
        }

        impl RejectCode {
            /// All codes in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What was wrong and what to do.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }

            /// The name, in the spelling that `docs/spec/transaction.md` uses.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// The code with this number.
            #[must_use]
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }
        }
    };
}

reject_codes! {
    /// Not an encoding of a transaction.
    Malformed = 1, "the bytes are not a canonically encoded transaction";
    /// Longer than the limit.
    TooLong = 2, "the transaction is longer than 640 KiB";
    /// Unknown format version.
    UnknownVersion = 3, "the transaction format version is unknown; update the wallet or the node";
    /// For another chain.
    WrongGenesis = 4, "the genesis id is that of another chain; sign for this one";
    /// Nothing to do.
    NoActions = 5, "the transaction has no actions";
    /// The gas limit does not even cover decoding and verifying.
    GasLimitTooLow = 6, "the gas limit is below the intrinsic gas; raise it";
    /// The gas limit is above what a block allows.
    GasLimitTooHigh = 7, "the gas limit is above the block's gas limit";
    /// The tip is above the maximal fee.
    TipAboveMaxFee = 8, "the tip per gas is above the maximal fee per gas";
    /// Wrong number, order or index of signatures.
    SignatureCount = 9, "the signatures do not match the authorisation in number and order";
    /// A signature does not verify.
    SignatureInvalid = 10, "a signature does not verify for this chain, key and content";
    /// The multisig policy is not well formed.
    PolicyInvalid = 11, "the multisig policy is invalid: keys must be sorted and distinct, threshold between 1 and their number";
    /// Wrong number of proofs.
    ProofCount = 12, "the number of proofs is not the number that the actions need";
    /// A proof does not verify.
    ProofInvalid = 13, "a proof does not verify for its statement, sender and purpose";
    /// A field element is not below the modulus.
    FieldNotCanonical = 14, "a field element is not below the BN254 scalar modulus";
    /// A transfer of nothing.
    ZeroAmount = 15, "the amount is zero";
    /// Range bounds the wrong way round.
    EmptyRange = 16, "the lower bound of the range is above the upper bound";
    /// No code, or no members.
    EmptyAction = 17, "an action carries nothing to do: no code, no members, no leaves";
    /// The first action does not pay for a shielded transaction.
    ShieldedFee = 18, "a shielded transaction begins with a native join-split whose public out is gas limit times maximal fee, all of it tip";
    /// Wrong number of spend signatures.
    SpendSignatureCount = 19, "the number of spend signatures is not the number of join-splits";
    /// A spend signature does not verify.
    SpendSignatureInvalid = 20, "a spend signature does not verify for this chain, spend key and content";
    /// A spend key that is no point of the right order.
    SpendKeyInvalid = 21, "a spend key is not the canonical encoding of a point of large order";
    /// The same nullifier twice in one transaction.
    DuplicateNullifier = 22, "the transaction spends the same nullifier twice";
    /// A number outside its bounds.
    OutOfBounds = 23, "a number in an action is outside its bounds";

    /// The sequence was used before.
    SequenceTooLow = 100, "the sequence was already used; ask the account's sequence again";
    /// A transaction before this one is missing.
    SequenceTooHigh = 101, "an earlier transaction of the account is missing";
    /// Past its expiry.
    Expired = 102, "the expiry height has passed; sign again with a later one";
    /// Expiry further away than allowed.
    ExpiryTooFar = 103, "the expiry height is further ahead than the limit";
    /// Pays less than the base fee.
    UnderPriced = 104, "the maximal fee per gas is below the base fee; raise it";
    /// Cannot pay the fee.
    CannotPayFee = 105, "the balance does not cover gas limit times price";
    /// The anchor is no recent root of the note tree.
    AnchorUnknown = 106, "the anchor is not a recent root of the note tree; prove against a newer one";
    /// A note was spent before.
    NoteSpent = 107, "a note of the join-split was already spent";
    /// The guardian stopped the pool.
    PoolPaused = 108, "the shielded pool stands still for now; try again later";
    /// More would leave the pool than entered it.
    TurnstileExceeded = 109, "the pool holds less of the asset than would leave it";
    /// No room for more notes.
    NoteTreeFull = 110, "the note tree is full";

    /// No room at this price.
    PoolFull = 200, "the pool is full at this price; raise the fee or wait";
    /// Too many waiting transactions of this account.
    PoolAccountFull = 201, "the account has too many waiting transactions";
    /// Would replace a waiting transaction without paying 10 % more.
    ReplacementUnderpriced = 202, "a transaction with this sequence waits already; pay at least 10 % more to replace it";
    /// Waits already.
    AlreadyKnown = 203, "the transaction is already known";
    /// Another waiting transaction spends the same nullifier.
    NullifierConflict = 204, "another waiting transaction spends the same nullifier";
    /// The sequence is too far ahead to wait for.
    SequenceGapTooLarge = 205, "the sequence is too far ahead of the account's";

    /// Not enough of the asset.
    InsufficientBalance = 300, "the balance does not cover the amount";
    /// A balance would exceed 128 bits.
    AmountOverflow = 301, "the receiver's balance would overflow";
    /// No such asset.
    AssetUnknown = 302, "the asset does not exist";
    /// No such group.
    GroupUnknown = 303, "the group does not exist";
    /// The sender does not own the group.
    GroupNotOwned = 304, "only the owner of a group may add members";
    /// The root is not a recent root of the group.
    GroupRootUnknown = 305, "the root is not one of the group's recent roots; prove against the current one";
    /// The member acted in this scope before.
    NullifierSpent = 306, "the nullifier was already used in this scope";
    /// No more members fit.
    GroupFull = 307, "the group has no room for these members";
    /// The code is not stored.
    CodeUnknown = 308, "no code with this hash is deployed";
    /// The code breaks a rule for modules.
    CodeRejected = 309, "the wasm module breaks a rule; `tacit contract check` names it";
    /// A contract with this code and salt exists.
    ContractExists = 310, "the sender already made this contract; choose another salt";
    /// No such contract.
    ContractUnknown = 311, "no contract lives at this address";
    /// The contract does not export the function.
    FunctionUnknown = 312, "the contract does not export this function";
    /// Gas ran out.
    OutOfGas = 313, "the gas limit was used up; raise it";
    /// The contract did something that wasm does not allow.
    ContractTrapped = 314, "the contract trapped";
    /// The contract gave up by itself.
    ContractReverted = 315, "the contract reverted with its own code";
    /// The contract is on the call stack.
    Reentrancy = 316, "the contract is already on the call stack and cannot be entered again";
    /// Calls nested too deeply.
    CallDepth = 317, "calls are nested more deeply than allowed";
    /// More events or output than a receipt holds.
    TooManyEvents = 318, "the transaction emits more events than a receipt holds";
    /// Only the issuer may mint.
    AssetNotIssued = 319, "only the issuer of an asset may mint it";
    /// More than the cap.
    AssetCapExceeded = 320, "the supply of the asset would exceed its cap";
    /// Money was left between the actions.
    ScratchNotEmpty = 321, "the transaction holds money at its end; sweep it to an account or shield it";
    /// Not the guardian.
    NotGuardian = 322, "only the guardian of genesis may stop the shielded pool";
    /// No such poll.
    PollUnknown = 323, "the poll does not exist";
    /// Too late.
    PollClosed = 324, "the poll is closed";
    /// The proof does not say what was voted for.
    ChoiceUnknown = 325, "the poll has no such choice";
    /// No such issuer.
    IssuerUnknown = 326, "the issuer does not exist";
    /// The sender does not own the issuer.
    IssuerNotOwned = 327, "only the owner of an issuer may issue and revoke";
    /// The root is not a recent root of the issuer, or older than a revocation.
    IssuerRootUnknown = 328, "the root is not a root of the issuer since its last revocation; prove against the current one";
    /// No more credentials fit.
    IssuerFull = 329, "the issuer has no room for these credentials";
    /// No credential stands there.
    CredentialUnknown = 330, "no credential stands at this index, or it was revoked";
    /// The required proof is not recorded.
    ProofNotRecorded = 331, "the required proof is not recorded for the sender, or its issuer has revoked since";
    /// The poll was opened with another root.
    PollRootWrong = 332, "the root is not the one that the poll was opened with; who joined the group later has no vote";
    /// The contract is paused.
    ContractPaused = 333, "the contract is paused; try again later";
    /// Neither the contract's policy nor its code lets the sender do this.
    PolicyForbids = 334, "the contract's policy does not let the sender do this";
    /// The new code was not announced long enough before.
    UpgradeNotReady = 335, "this code was not announced, or its delay has not passed";
    /// The new code's storage layout does not follow the old code's.
    LayoutDiffers = 336, "the new code does not understand what the old code stored: it needs the same layout, or a higher version and a migration";
    /// The verifying key breaks a rule.
    KeyInvalid = 337, "the verifying key breaks a rule for keys; `tacit proof key` names it";
    /// An object with the id of a new one exists.
    IdTaken = 338, "an object with this id exists already; send the transaction again, its id follows from it";
    /// The new code was announced too long ago.
    UpgradeExpired = 339, "the announced code was ready more than thirty days ago; announce it again";
    /// The pool is stopped, or was until lately.
    PoolPauseTooSoon = 340, "the shielded pool is stopped or was lately; it is open for a while before it is stopped again";
    /// A host function panicked: a defect that all nodes share.
    HostFailed = 341, "the chain failed where no contract can make it fail: a defect that all nodes share, please report it";
}

impl RejectCode {
    /// The number that receipts and errors carry.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }
}

impl core::fmt::Display for RejectCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} (code {})", self.message(), self.number())
    }
}
