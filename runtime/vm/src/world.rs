//! Everything a running contract can see or change, as traits that the executor implements over its
//! journaled state. Nothing else reaches a contract: no clock, no configuration, no randomness.

use tacit_types::{Address, Amount, CodeHash, Event, GenesisId, Height, ProofId, UnixMillis};
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

    /// Deployed code as it was submitted. The VM asks only when its cache does not hold the module.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault>;

    /// A value in a contract's storage.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

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

    /// The height at which a proof was recorded, if one is and it still counts.
    ///
    /// # Errors
    /// A [`Fault`] if the state cannot be read.
    fn proof_height(&mut self, id: &ProofId) -> Result<Option<Height>, Fault>;

    /// Records an event ([`Event::Contract`]).
    fn emit(&mut self, event: Event);

    /// Marks the journal: storage, balances and events.
    fn checkpoint(&mut self) -> Checkpoint;

    /// Undoes everything since the mark. Marks are used last in, first out.
    fn rollback(&mut self, checkpoint: Checkpoint);
}
