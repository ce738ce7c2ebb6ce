//! Everything a running contract can see or change, as traits that the executor implements over its
//! journaled state. Nothing else reaches a contract: no clock, no configuration, no randomness.

use tacit_types::{Address, Amount, AssetId, CodeHash, Event, GenesisId, Height, ProofId, UnixMillis};
use thiserror::Error;

/// Our side is broken: a disk, the engine, a lost invariant. Must stop the node and never become a
/// transaction's result, because other nodes would not have it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the contract VM cannot continue: {0}")]
pub struct Fault(pub String);

/// The block a call runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockContext {
    /// The chain.
    pub genesis_id: GenesisId,
    /// Height of the block being executed.
    pub height: Height,
    /// Its header's time.
    pub time: UnixMillis,
}

/// What the chain knows about a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContractInfo {
    /// Hash of its code.
    pub code_hash: CodeHash,
    /// Who made it.
    pub creator: Address,
    /// Whether it may only be looked at for now.
    pub is_paused: bool,
    /// Whether its policy leaves changes of its code to itself.
    pub may_change_itself: bool,
}

/// A contract's next key; see [`World::storage_next`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextKey {
    /// There is one.
    Found {
        /// The contract's own key.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
        /// Steps taken.
        steps: u64,
    },
    /// There is none.
    End {
        /// Steps taken.
        steps: u64,
    },
    /// More steps than allowed would be needed.
    TooFar,
}

/// Why a contract was not made. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateRefused {
    /// No code with the hash is deployed.
    CodeUnknown,
    /// The creator made a contract of this code with this salt before.
    Exists,
    /// The policy's bytes are not the encoding of one.
    Policy,
}

/// From which code to which a contract changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeChange {
    /// The code that it runs.
    pub old: CodeHash,
    /// The code that it is to run, which is deployed.
    pub new: CodeHash,
}

/// The chain's own statements that a contract can check proofs of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statement {
    /// A committed value lies between two bounds.
    Range,
    /// Somebody is a member of a group.
    Membership,
    /// Two commitments hide the same value.
    Equality,
}

/// Proofs and curve arithmetic, done by the crate that owns them. Pure functions of their arguments; `None` stands for
/// bytes that encode no point or field element.
pub trait Proofs {
    /// circomlib's Poseidon of little-endian field elements.
    fn poseidon(&self, elements: &[[u8; 32]]) -> Option<[u8; 32]>;

    /// The sum of two points of G1 (EIP-196).
    fn bn254_add(&self, left: &[u8; 64], right: &[u8; 64]) -> Option<[u8; 64]>;

    /// A multiple of a point of G1 (EIP-196).
    fn bn254_mul(&self, point: &[u8; 64], scalar: &[u8; 32]) -> Option<[u8; 64]>;

    /// The sum of as many multiples as there are points; there is a scalar for each.
    fn bn254_msm(&self, points: &[[u8; 64]], scalars: &[[u8; 32]]) -> Option<[u8; 64]>;

    /// Whether the product of the pairings is one (EIP-197).
    fn bn254_pairing(&self, pairs: &[[u8; 192]]) -> Option<bool>;

    /// Whether a proof shows its inputs under a registered key, whose bytes are `key`.
    ///
    /// # Errors
    /// A [`Fault`] if the key's bytes are not those of a key that was checked at registration.
    fn groth16(&self, key: &[u8], proof: &[u8; 256], inputs: &[[u8; 32]]) -> Result<bool, Fault>;

    /// Whether a proof shows one of the chain's own statements.
    ///
    /// # Errors
    /// A [`Fault`] if the statement's key is not at hand.
    fn statement(&self, statement: Statement, proof: &[u8; 128], inputs: &[[u8; 32]]) -> Result<bool, Fault>;
}

/// Why money did not move. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferRefused {
    /// The sender's balance does not cover the amount.
    InsufficientBalance,
    /// The receiver's balance would overflow, or it may not receive.
    Recipient,
}

/// A point in the journal to go back to. Only the world that made it understands the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint(pub u64);

/// Everything a running contract can see or change. Every method is deterministic; a [`Fault`] stops the node.
pub trait World {
    /// The block a call runs in; the same for the whole call.
    fn block(&self) -> BlockContext;

    /// The contract at an address, if one lives there.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn contract(&mut self, address: &Address) -> Result<Option<ContractInfo>, Fault>;

    /// What loading deployed code is charged as, in bytes ([`crate::ModuleInfo::load_bytes`], recorded when it was deployed); none if no
    /// code with the hash is deployed. The code is not read for it: loading is paid before it happens.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn load_bytes(&mut self, hash: &CodeHash) -> Result<Option<u64>, Fault>;

    /// Deployed code as it was submitted. The VM asks only when it does not have the module.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault>;

    /// A value in a contract's storage.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// Length in bytes of a value in a contract's storage, if there is one. The value is read for it.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn storage_length(&mut self, contract: &Address, key: &[u8]) -> Result<Option<u64>, Fault>;

    /// Sets a value in a contract's storage. Key and value are within the limits of `tacit-abi`.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault>;

    /// Removes a value from a contract's storage; removing nothing is fine.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault>;

    /// The first of a contract's keys in byte order that starts with `prefix` and comes after `after` (an empty `after`
    /// comes before all), with its value. Passes over removed keys one by one, each a step, and gives up after
    /// `most_steps`, so that steps can be paid for.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn storage_next(
        &mut self,
        contract: &Address,
        prefix: &[u8],
        after: &[u8],
        most_steps: u64,
    ) -> Result<NextKey, Fault>;

    /// A contract's value that lasts until the transaction ends.
    fn transient_get(&mut self, contract: &Address, key: &[u8]) -> Option<Vec<u8>>;

    /// Sets such a value; an empty one removes it. False, and nothing changes, if keys and values of the transaction
    /// would have more than `bytes_max` bytes.
    fn transient_set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool;

    /// Native balance of an account or contract; zero if unknown.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn balance(&mut self, address: &Address) -> Result<Amount, Fault>;

    /// Moves native money, also to itself, also nothing.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read; the inner result says whether the money moved.
    fn transfer(&mut self, from: &Address, to: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault>;

    /// Balance of an account or contract in an asset; zero if either is unknown.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn asset_balance(&mut self, asset: &AssetId, address: &Address) -> Result<Amount, Fault>;

    /// Moves units of an asset, also to itself, also nothing.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read; the inner result says whether they moved.
    fn asset_transfer(
        &mut self,
        asset: &AssetId,
        from: &Address,
        to: &Address,
        amount: Amount,
    ) -> Result<Result<(), TransferRefused>, Fault>;

    /// Records a contract of deployed code, with an encoded upgrade policy (empty: it never changes), and its event.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read; the inner result is the new address.
    fn create_contract(
        &mut self,
        creator: &Address,
        code_hash: &CodeHash,
        salt: &[u8; 32],
        policy: &[u8],
    ) -> Result<Result<Address, CreateRefused>, Fault>;

    /// Gives a contract other code, and records the event. Whether it may be is decided before.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn set_code(&mut self, contract: &Address, code_hash: &CodeHash) -> Result<(), Fault>;

    /// The bytes of a registered verifying key.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn verifying_key(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, Fault>;

    /// Proofs and curve arithmetic.
    fn proofs(&self) -> &dyn Proofs;

    /// The height at which a proof was recorded, if one is and it still counts.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn proof_height(&mut self, id: &ProofId) -> Result<Option<Height>, Fault>;

    /// Records an event ([`Event::Contract`]).
    fn emit(&mut self, event: Event);

    /// Marks the journal: storage, transient values, balances and events.
    fn checkpoint(&mut self) -> Checkpoint;

    /// Undoes everything since the mark. Marks are used last in, first out.
    fn rollback(&mut self, checkpoint: Checkpoint);
}
