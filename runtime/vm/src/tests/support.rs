//! A chain in memory for tests: a journaled world, contracts from text or files, and calls on two engines.

use super::oracle::WasmiMachine;
use crate::vm::outermost;
use crate::{
    BlockContext, CallOutcome, CallParams, Checkpoint, ContractInfo, Fault, TransferRefused, Vm, VmConfig, World,
};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use tacit_types::{Address, Amount, CodeHash, Event, Gas, GenesisId, Height, ProofId, UnixMillis};

pub(super) const ALICE: Address = Address([0xa1; 32]);
pub(super) const BOB: Address = Address([0xb0; 32]);
pub(super) const GAS: u64 = 50_000_000;

/// One engine for all tests of the process, as in the node.
pub(super) fn vm() -> &'static Vm {
    static ENGINE: OnceLock<Vm> = OnceLock::new();
    ENGINE.get_or_init(|| Vm::new(VmConfig { execution_calls: 4, view_calls: 2 }).unwrap())
}

/// A world with a journal of undo steps.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub(super) struct MemoryWorld {
    pub codes: BTreeMap<CodeHash, Vec<u8>>,
    pub contracts: BTreeMap<Address, CodeHash>,
    pub storage: BTreeMap<(Address, Vec<u8>), Vec<u8>>,
    pub balances: BTreeMap<Address, u128>,
    pub proofs: BTreeMap<ProofId, Height>,
    pub events: Vec<Event>,
    journal: Vec<Undo>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Undo {
    Storage(Address, Vec<u8>, Option<Vec<u8>>),
    Balance(Address, u128),
    Event,
}

impl MemoryWorld {
    fn put(&mut self, contract: &Address, key: &[u8], value: Option<Vec<u8>>) {
        let at = (*contract, key.to_vec());
        let before = match value {
            Some(value) => self.storage.insert(at, value),
            None => self.storage.remove(&at),
        };
        self.journal.push(Undo::Storage(*contract, key.to_vec(), before));
    }

    fn set_balance(&mut self, address: &Address, amount: u128) {
        let before = self.balances.insert(*address, amount).unwrap_or_default();
        self.journal.push(Undo::Balance(*address, before));
    }

    /// Forgets how to go back, as after a committed transaction.
    pub fn commit(&mut self) {
        self.journal.clear();
        self.balances.retain(|_, amount| *amount != 0);
    }
}

impl World for MemoryWorld {
    fn block(&self) -> BlockContext {
        BlockContext { genesis_id: GenesisId([9; 32]), height: Height(77), time: UnixMillis(1_700_000_000_123) }
    }

    fn contract(&mut self, address: &Address) -> Result<Option<ContractInfo>, Fault> {
        Ok(self.contracts.get(address).map(|code_hash| ContractInfo { code_hash: *code_hash }))
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.codes.get(hash).cloned())
    }

    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.storage.get(&(*contract, key.to_vec())).cloned())
    }

    fn storage_set(&mut self, contract: &Address, key: &[u8], value: &[u8]) -> Result<(), Fault> {
        if key == b"disk fails here" {
            return Err(Fault("the test's disk failed".into()));
        }
        assert!(key != b"host panics here", "the test's host panicked");
        self.put(contract, key, Some(value.to_vec()));
        Ok(())
    }

    fn storage_remove(&mut self, contract: &Address, key: &[u8]) -> Result<(), Fault> {
        self.put(contract, key, None);
        Ok(())
    }

    fn balance(&mut self, address: &Address) -> Result<Amount, Fault> {
        Ok(Amount(self.balances.get(address).copied().unwrap_or_default()))
    }

    fn transfer(&mut self, from: &Address, to: &Address, amount: Amount) -> Result<Result<(), TransferRefused>, Fault> {
        let held = self.balance(from)?.0;
        let Some(left) = held.checked_sub(amount.0) else { return Ok(Err(TransferRefused::InsufficientBalance)) };
        self.set_balance(from, left);
        let had = self.balance(to)?.0;
        let Some(sum) = had.checked_add(amount.0) else {
            self.set_balance(from, held);
            return Ok(Err(TransferRefused::Recipient));
        };
        self.set_balance(to, sum);
        Ok(Ok(()))
    }

    fn proof_height(&mut self, id: &ProofId) -> Result<Option<Height>, Fault> {
        Ok(self.proofs.get(id).copied())
    }

    fn emit(&mut self, event: Event) {
        self.events.push(event);
        self.journal.push(Undo::Event);
    }

    fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint(self.journal.len() as u64)
    }

    fn rollback(&mut self, checkpoint: Checkpoint) {
        while self.journal.len() as u64 > checkpoint.0 {
            match self.journal.pop().unwrap() {
                Undo::Storage(contract, key, Some(before)) => drop(self.storage.insert((contract, key), before)),
                Undo::Storage(contract, key, None) => drop(self.storage.remove(&(contract, key))),
                Undo::Balance(address, before) => drop(self.balances.insert(address, before)),
                Undo::Event => drop(self.events.pop()),
            }
        }
    }
}

/// What a call does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Call,
    View,
}

/// A world and two engines that must agree on every call.
pub(super) struct Chain {
    pub world: MemoryWorld,
    oracle: WasmiMachine,
    next: u8,
}

impl Chain {
    pub fn new() -> Self {
        Self { world: MemoryWorld::default(), oracle: WasmiMachine::new(), next: 1 }
    }

    /// Records a contract with this code, without running its `init`.
    pub fn place(&mut self, code: &[u8]) -> Address {
        let address = Address([self.next; 32]);
        self.next += 1;
        let hash = CodeHash::of(&[code]);
        vm().check(code).unwrap();
        self.world.codes.insert(hash, code.to_vec());
        self.world.contracts.insert(address, hash);
        address
    }

    /// Records a contract written as text; `$host` functions are imported by need.
    pub fn text(&mut self, body: &str) -> Address {
        self.place(&module(body))
    }

    /// Records a contract and runs its `init` as Alice.
    pub fn create(&mut self, code: &[u8], input: &[u8]) -> Address {
        let address = self.place(code);
        let outcome = self.run(Kind::Create, address, "init", input, GAS, ALICE);
        outcome.result.unwrap();
        address
    }

    pub fn call(&mut self, contract: Address, function: &str, input: &[u8]) -> CallOutcome {
        self.run(Kind::Call, contract, function, input, GAS, ALICE)
    }

    pub fn call_as(&mut self, caller: Address, contract: Address, function: &str, input: &[u8]) -> CallOutcome {
        self.run(Kind::Call, contract, function, input, GAS, caller)
    }

    pub fn call_with_gas(&mut self, contract: Address, function: &str, input: &[u8], gas: u64) -> CallOutcome {
        self.run(Kind::Call, contract, function, input, gas, ALICE)
    }

    pub fn view(&mut self, contract: Address, function: &str, input: &[u8]) -> CallOutcome {
        self.run(Kind::View, contract, function, input, GAS, ALICE)
    }

    /// Runs on both engines over equal worlds and compares everything there is to compare.
    fn run(
        &mut self,
        kind: Kind,
        contract: Address,
        function: &str,
        input: &[u8],
        gas: u64,
        caller: Address,
    ) -> CallOutcome {
        let value = Amount::ZERO;
        let params = CallParams { caller, contract, function, input, value, gas_limit: Gas(gas) };
        let before = self.world.clone();
        let mut other_world = before.clone();
        let outcome = match kind {
            Kind::Create => vm().instantiate(&mut self.world, params),
            Kind::Call => vm().call(&mut self.world, params),
            Kind::View => vm().view(&mut self.world, params),
        }
        .unwrap();
        let other =
            outermost(&self.oracle, &mut other_world, params, kind == Kind::View, kind == Kind::Create).unwrap();
        assert_eq!(outcome, other, "wasmtime and wasmi disagree about {function}");
        self.world.commit();
        other_world.commit();
        assert_eq!(self.world, other_world, "wasmtime and wasmi leave different worlds after {function}");
        if outcome.result.is_err() || kind == Kind::View {
            assert_eq!(self.world, before, "a failed call or a view left something behind");
        }
        assert!(outcome.gas_used.0 <= gas, "more gas used than given");
        outcome
    }
}

/// A module with one page of memory around `body`, importing the host functions that the body calls as `$name`.
pub(super) fn module(body: &str) -> Vec<u8> {
    let mut text = String::from("(module\n");
    for function in tacit_abi::functions() {
        if body.contains(&format!("${}", function.name)) {
            let of = |kind: &Option<tacit_abi::Type>| match kind {
                Some(tacit_abi::Type::I32) => " i32",
                Some(tacit_abi::Type::I64) => " i64",
                None => "",
            };
            let parameters: String = function.parameters.iter().map(of).collect();
            let result = function.result.map(|kind| format!("(result{})", of(&Some(kind)))).unwrap_or_default();
            let name = function.name;
            text += &format!("(import \"v1\" \"{name}\" (func ${name} (param{parameters}) {result}))\n");
        }
    }
    text += "(memory (export \"memory\") 1)\n";
    text += body;
    text += ")";
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
