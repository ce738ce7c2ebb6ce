//! Keeps panics of this very machine apart from those of host functions.
//!
//! A host function that panics does so on every node, because only its input drives it: the transaction fails. A state that
//! cannot be read or an engine that breaks does so on one node alone: that is a [`Fault`] and stops the node. So whatever reaches
//! the machine goes through [`contain`], also far below a host function that calls another contract.

use crate::host::panic_point;
use crate::world::{
    BlockContext, Checkpoint, ContractInfo, CreateRefused, Fault, NextKey, Proofs, TransferRefused, World,
};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tacit_types::{Address, Amount, AssetId, CodeHash, Event, Height, ProofId};

/// Does `work`; its panic is a fault. What it worked on must not be used again after a fault.
pub(crate) fn contain<T>(what: &'static str, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let work = || {
        panic_point(what);
        work()
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(fault(what, &*panic)))
}

fn fault(what: &str, panic: &(dyn Any + Send)) -> Fault {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Fault(format!("{what} panicked: {}", text.unwrap_or("without a text")))
}

/// A world whose panics are faults. After the first fault it answers nothing else.
pub(crate) struct Contained<'w> {
    world: &'w mut dyn World,
    fault: Option<Fault>,
}

impl<'w> Contained<'w> {
    pub(crate) fn new(world: &'w mut dyn World) -> Self {
        Self { world, fault: None }
    }

    /// `result`, unless there was a fault that could not be told when it happened.
    pub(crate) fn unless_faulty<T>(self, result: Result<T, Fault>) -> Result<T, Fault> {
        self.fault.map_or(result, Err)
    }

    fn ask<T>(
        &mut self,
        what: &'static str,
        question: impl FnOnce(&mut dyn World) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let answer = contain(what, || question(self.world));
        self.fault = answer.as_ref().err().cloned();
        answer
    }

    /// As `ask`, for what has no way to tell a fault: `otherwise` stands for the answer until the call ends.
    fn tell<T>(&mut self, what: &'static str, otherwise: T, question: impl FnOnce(&mut dyn World) -> T) -> T {
        self.ask(what, |world| Ok(question(world))).unwrap_or(otherwise)
    }
}

impl World for Contained<'_> {
    fn block(&self) -> BlockContext {
        self.world.block()
    }

    fn contract(&mut self, address: &Address) -> Result<Option<ContractInfo>, Fault> {
        self.ask("reading a contract", |world| world.contract(address))
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault> {
        self.ask("reading code", |world| world.code(hash))
    }

    fn load_bytes(&mut self, hash: &CodeHash) -> Result<Option<u64>, Fault> {
        self.ask("reading what loading code is charged as", |world| world.load_bytes(hash))
    }

    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.ask("reading storage", |world| world.storage_get(contract, key))
    }

    fn storage_length(&mut self, contract: &Address, key: &[u8]) -> Result<Option<u64>, Fault> {
        self.ask("reading a value's length", |world| world.storage_length(contract, key))
    }

    fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        self.ask("writing storage", |world| world.storage_set(contract, key, value))
    }

    fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault> {
        self.ask("removing from storage", |world| world.storage_remove(contract, key))
    }

    fn storage_next(
        &mut self,
        contract: &Address,
        prefix: &[u8],
        after: &[u8],
        most_steps: u64,
    ) -> Result<NextKey, Fault> {
        self.ask("walking through storage", |world| world.storage_next(contract, prefix, after, most_steps))
    }

    fn transient_get(&mut self, contract: &Address, key: &[u8]) -> Option<Vec<u8>> {
        self.tell("reading a transient value", None, |world| world.transient_get(contract, key))
    }

    fn transient_set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool {
        self.tell("setting a transient value", false, |world| world.transient_set(contract, key, value, bytes_max))
    }

    fn balance(&mut self, address: &Address) -> Result<Amount, Fault> {
        self.ask("reading a balance", |world| world.balance(address))
    }

    fn transfer(&mut self, from: &Address, to: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault> {
        self.ask("moving money", |world| world.transfer(from, to, amount))
    }

    fn asset_balance(&mut self, asset: &AssetId, address: &Address) -> Result<Amount, Fault> {
        self.ask("reading a balance of an asset", |world| world.asset_balance(asset, address))
    }

    fn asset_transfer(
        &mut self,
        asset: &AssetId,
        from: &Address,
        to: &Address,
        amount: Amount,
    ) -> Result<Result<(), TransferRefused>, Fault> {
        self.ask("moving an asset", |world| world.asset_transfer(asset, from, to, amount))
    }

    fn create_contract(
        &mut self,
        creator: &Address,
        code_hash: &CodeHash,
        salt: &[u8; 32],
        policy: &[u8],
    ) -> Result<Result<Address, CreateRefused>, Fault> {
        self.ask("recording a contract", |world| world.create_contract(creator, code_hash, salt, policy))
    }

    fn set_code(&mut self, contract: &Address, code_hash: &CodeHash) -> Result<(), Fault> {
        self.ask("changing code", |world| world.set_code(contract, code_hash))
    }

    fn verifying_key(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, Fault> {
        self.ask("reading a verifying key", |world| world.verifying_key(id))
    }

    /// Pure functions of their arguments: they panic on every node or on none.
    fn proofs(&self) -> &dyn Proofs {
        self.world.proofs()
    }

    fn proof_height(&mut self, id: &ProofId) -> Result<Option<Height>, Fault> {
        self.ask("reading a proof", |world| world.proof_height(id))
    }

    fn emit(&mut self, event: Event) {
        self.tell("recording an event", (), |world| world.emit(event));
    }

    fn checkpoint(&mut self) -> Checkpoint {
        self.tell("marking the journal", Checkpoint(0), |world| world.checkpoint())
    }

    fn rollback(&mut self, checkpoint: Checkpoint) {
        self.tell("undoing changes", (), |world| world.rollback(checkpoint));
    }
}
