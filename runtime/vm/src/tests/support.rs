//! A chain in memory for tests: a journaled world, contracts from text or files, and calls on several engines.

use super::oracle::{WasmiMachine, portable};
use crate::frame::Machine;
use crate::vm::{Mode, outermost, upgrade};
use crate::{
    BlockContext, CallOutcome, CallParams, Checkpoint, CodeChange, ContractInfo, CreateRefused, Fault, ModuleInfo,
    NextKey, Proofs, Statement, TransferRefused, Vm, VmConfig, World,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock};
use tacit_types::{Address, Amount, AssetId, CodeHash, Event, Gas, GenesisId, Height, ProofId, UnixMillis};

pub(super) const ALICE: Address = Address([0xa1; 32]);
pub(super) const BOB: Address = Address([0xb0; 32]);
pub(super) const GAS: u64 = 50_000_000;

/// One engine for all tests of the process, as in the node.
pub(super) fn vm() -> &'static Vm {
    static ENGINE: OnceLock<Vm> = OnceLock::new();
    ENGINE.get_or_init(|| Vm::new(VmConfig { execution_calls: 4, view_calls: 2 }).unwrap())
}

/// What loading code is charged as, by its hash.
static LOAD_BYTES: Mutex<BTreeMap<CodeHash, u64>> = Mutex::new(BTreeMap::new());

/// What loading this code is charged as; worked out once for each code.
pub(super) fn load_bytes(code: &[u8]) -> u64 {
    let mut known = LOAD_BYTES.lock().unwrap();
    *known.entry(CodeHash::of(&[code])).or_insert_with(|| crate::validate(code).unwrap().load_bytes())
}

/// A world with a journal of undo steps.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub(super) struct MemoryWorld {
    pub codes: BTreeMap<CodeHash, Vec<u8>>,
    /// Codes that are recorded as deployed and cannot be read.
    pub lost: BTreeSet<CodeHash>,
    pub contracts: BTreeMap<Address, CodeHash>,
    pub storage: BTreeMap<(Address, Vec<u8>), Vec<u8>>,
    /// Keys whose removal the state still holds, as those that went in earlier transactions of a block: walks pass over them.
    pub removed: BTreeSet<(Address, Vec<u8>)>,
    pub balances: BTreeMap<Address, u128>,
    pub proofs: BTreeMap<ProofId, Height>,
    pub creators: BTreeMap<Address, Address>,
    pub paused: BTreeSet<Address>,
    pub governed: BTreeSet<Address>,
    pub keys: BTreeMap<[u8; 32], Vec<u8>>,
    pub assets: BTreeMap<(AssetId, Address), u128>,
    pub transient: BTreeMap<(Address, Vec<u8>), Vec<u8>>,
    pub events: Vec<Event>,
    journal: Vec<Undo>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Undo {
    Storage(Address, Vec<u8>, Option<Vec<u8>>),
    Balance(Address, u128),
    Asset(AssetId, Address, u128),
    Transient(Address, Vec<u8>, Option<Vec<u8>>),
    Contract(Address, Option<CodeHash>),
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

    fn set_asset(&mut self, asset: &AssetId, address: &Address, amount: u128) {
        let before = self.assets.insert((*asset, *address), amount).unwrap_or_default();
        self.journal.push(Undo::Asset(*asset, *address, before));
    }

    /// Forgets how to go back, as after a committed transaction.
    pub fn commit(&mut self) {
        self.journal.clear();
        self.transient.clear();
        self.assets.retain(|_, amount| *amount != 0);
        self.balances.retain(|_, amount| *amount != 0);
    }
}

impl World for MemoryWorld {
    fn block(&self) -> BlockContext {
        BlockContext { genesis_id: GenesisId([9; 32]), height: Height(77), time: UnixMillis(1_700_000_000_123) }
    }

    fn contract(&mut self, address: &Address) -> Result<Option<ContractInfo>, Fault> {
        Ok(self.contracts.get(address).map(|code_hash| ContractInfo {
            code_hash: *code_hash,
            creator: self.creators.get(address).copied().unwrap_or(ALICE),
            is_paused: self.paused.contains(address),
            may_change_itself: self.governed.contains(address),
        }))
    }

    fn load_bytes(&mut self, hash: &CodeHash) -> Result<Option<u64>, Fault> {
        Ok(self.codes.get(hash).map(|code| load_bytes(code)))
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.codes.get(hash).filter(|_| !self.lost.contains(hash)).cloned())
    }

    fn storage_get(&mut self, contract: &Address, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.storage.get(&(*contract, key.to_vec())).cloned())
    }

    fn storage_length(&mut self, contract: &Address, key: &[u8]) -> Result<Option<u64>, Fault> {
        Ok(self.storage.get(&(*contract, key.to_vec())).map(|value| value.len() as u64))
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

    fn storage_next(
        &mut self,
        contract: &Address,
        prefix: &[u8],
        after: &[u8],
        most_steps: u64,
    ) -> Result<NextKey, Fault> {
        let counts = |key: &[u8]| key.starts_with(prefix) && (after.is_empty() || key > after);
        let mut own = self.storage.range((*contract, Vec::new())..).take_while(|((owner, _), _)| owner == contract);
        let found = own.find(|((_, key), _)| counts(key));
        let passed = self
            .removed
            .iter()
            .filter(|(owner, key)| owner == contract && counts(key) && found.is_none_or(|((_, next), _)| key < next));
        let steps = passed.filter(|at| !self.storage.contains_key(at)).count() as u64 + 1;
        if steps > most_steps {
            return Ok(NextKey::TooFar);
        }
        Ok(match found {
            Some(((_, key), value)) => NextKey::Found { key: key.clone(), value: value.clone(), steps },
            None => NextKey::End { steps },
        })
    }

    fn transient_get(&mut self, contract: &Address, key: &[u8]) -> Option<Vec<u8>> {
        self.transient.get(&(*contract, key.to_vec())).cloned()
    }

    fn transient_set(&mut self, contract: &Address, key: &[u8], value: Vec<u8>, bytes_max: u32) -> bool {
        if value.len() > bytes_max as usize {
            return false;
        }
        let at = (*contract, key.to_vec());
        let before = if value.is_empty() { self.transient.remove(&at) } else { self.transient.insert(at, value) };
        self.journal.push(Undo::Transient(*contract, key.to_vec(), before));
        true
    }

    fn asset_balance(&mut self, asset: &AssetId, address: &Address) -> Result<Amount, Fault> {
        Ok(Amount(self.assets.get(&(*asset, *address)).copied().unwrap_or_default()))
    }

    fn asset_transfer(
        &mut self,
        asset: &AssetId,
        from: &Address,
        to: &Address,
        amount: Amount,
    ) -> Result<Result<(), TransferRefused>, Fault> {
        let held = self.asset_balance(asset, from)?.0;
        let Some(left) = held.checked_sub(amount.0) else { return Ok(Err(TransferRefused::InsufficientBalance)) };
        self.set_asset(asset, from, left);
        let had = self.asset_balance(asset, to)?.0;
        let Some(sum) = had.checked_add(amount.0) else {
            self.set_asset(asset, from, held);
            return Ok(Err(TransferRefused::Recipient));
        };
        self.set_asset(asset, to, sum);
        Ok(Ok(()))
    }

    fn create_contract(
        &mut self,
        creator: &Address,
        code_hash: &CodeHash,
        salt: &[u8; 32],
        policy: &[u8],
    ) -> Result<Result<Address, CreateRefused>, Fault> {
        if !policy.is_empty() && policy != [0, 0] {
            return Ok(Err(CreateRefused::Policy));
        }
        if !self.codes.contains_key(code_hash) {
            return Ok(Err(CreateRefused::CodeUnknown));
        }
        let address = Address::of_contract(creator, code_hash, salt);
        if self.contracts.contains_key(&address) {
            return Ok(Err(CreateRefused::Exists));
        }
        self.contracts.insert(address, *code_hash);
        self.journal.push(Undo::Contract(address, None));
        Ok(Ok(address))
    }

    fn set_code(&mut self, contract: &Address, code_hash: &CodeHash) -> Result<(), Fault> {
        let before = self.contracts.insert(*contract, *code_hash);
        self.journal.push(Undo::Contract(*contract, before));
        Ok(())
    }

    fn verifying_key(&mut self, id: &[u8; 32]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.keys.get(id).cloned())
    }

    fn proofs(&self) -> &dyn Proofs {
        &NoCurve
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
                Undo::Asset(asset, address, before) => drop(self.assets.insert((asset, address), before)),
                Undo::Transient(contract, key, Some(before)) => drop(self.transient.insert((contract, key), before)),
                Undo::Transient(contract, key, None) => drop(self.transient.remove(&(contract, key))),
                Undo::Contract(address, Some(before)) => drop(self.contracts.insert(address, before)),
                Undo::Contract(address, None) => drop(self.contracts.remove(&address)),
                Undo::Event => drop(self.events.pop()),
            }
        }
    }
}

/// Stands in for the crate that owns the curve, with functions that tests can tell apart: what it does with points and
/// proofs is tested where it lives and, over contracts, in `tacit-exec`.
struct NoCurve;

impl Proofs for NoCurve {
    fn poseidon(&self, elements: &[[u8; 32]]) -> Option<[u8; 32]> {
        elements.iter().all(|element| element[31] < 0x30).then(|| elements[0])
    }

    fn bn254_add(&self, left: &[u8; 64], right: &[u8; 64]) -> Option<[u8; 64]> {
        (left != &[0xff; 64] && right != &[0xff; 64]).then_some(*left)
    }

    fn bn254_mul(&self, point: &[u8; 64], _scalar: &[u8; 32]) -> Option<[u8; 64]> {
        (point != &[0xff; 64]).then_some(*point)
    }

    fn bn254_msm(&self, points: &[[u8; 64]], scalars: &[[u8; 32]]) -> Option<[u8; 64]> {
        assert_eq!(points.len(), scalars.len(), "a scalar for each point");
        points.first().filter(|point| **point != [0xff; 64]).copied()
    }

    fn bn254_pairing(&self, pairs: &[[u8; 192]]) -> Option<bool> {
        pairs.iter().all(|pair| pair[0] != 0xff).then_some(pairs.is_empty())
    }

    fn groth16(&self, key: &[u8], proof: &[u8; 256], inputs: &[[u8; 32]]) -> Result<bool, Fault> {
        Ok(key.first() == Some(&proof[0]) && inputs.len() == 1)
    }

    fn statement(&self, statement: Statement, proof: &[u8; 128], inputs: &[[u8; 32]]) -> Result<bool, Fault> {
        Ok(statement == Statement::Range && proof[0] == 1 && inputs.len() == 1)
    }
}

/// What a call does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Call,
    View,
    /// The change of the contract's code, and `migrate`.
    Migrate(CodeChange),
}

impl Kind {
    /// Nothing if the new code does not follow the old.
    fn run(self, vm: &Vm, world: &mut MemoryWorld, params: CallParams<'_>) -> Option<CallOutcome> {
        match self {
            Self::Create => vm.instantiate(world, params).map(Some),
            Self::Call => vm.call(world, params).map(Some),
            Self::View => vm.view(world, params).map(Some),
            Self::Migrate(change) => vm.upgrade(world, params, &change),
        }
        .unwrap()
    }

    /// The same on a machine that no `Vm` has.
    fn run_on(
        self,
        machine: &dyn Machine,
        world: &mut MemoryWorld,
        params: CallParams<'_>,
    ) -> Result<Option<CallOutcome>, Fault> {
        match self {
            Self::Create => outermost(machine, world, params, Mode::Create).map(Some),
            Self::Call => outermost(machine, world, params, Mode::Call).map(Some),
            Self::View => outermost(machine, world, params, Mode::View).map(Some),
            Self::Migrate(change) => upgrade(machine, world, params, &change),
        }
    }
}

/// On which engines a chain makes its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engines {
    /// The node's, wasmi and portable bytecode.
    Three,
    /// The node's and wasmi.
    Two,
    /// Portable bytecode alone: what comes out is compared with what was recorded.
    #[cfg_attr(not(test), allow(dead_code))]
    Portable,
}

/// How wasmi 2.0 panics when it translates a store whose address and value it keeps in one register. One generated module in a hundred
/// thousand has such a store; no rule of WebAssembly forbids it.
const WASMI_CANNOT: &str = "the engine panicked: internal error: entered unreachable code";

/// A world and the engines that must agree on every call.
pub(super) struct Chain {
    pub world: MemoryWorld,
    /// Calls of code that wasmi could not translate: they were compared with portable bytecode instead.
    pub untranslated: usize,
    is_tolerant: bool,
    engines: Engines,
    oracle: WasmiMachine,
    next: u8,
}

impl Chain {
    pub fn new() -> Self {
        Self::on(Engines::Three)
    }

    pub fn on(engines: Engines) -> Self {
        Self {
            world: MemoryWorld::default(),
            untranslated: 0,
            is_tolerant: false,
            engines,
            oracle: WasmiMachine::new(),
            next: 1,
        }
    }

    /// Records a contract with this code, without running its `init`.
    pub fn place(&mut self, code: &[u8]) -> Address {
        let info = vm().check(code).unwrap();
        self.place_checked(code, info)
    }

    /// For modules that nobody wrote: code that wasmi cannot translate is counted, and compared with portable bytecode.
    pub fn tolerant(engines: Engines) -> Self {
        Self { is_tolerant: true, ..Self::on(engines) }
    }

    /// The same with what the deploy check said of the code.
    pub fn place_checked(&mut self, code: &[u8], info: ModuleInfo) -> Address {
        let address = Address([self.next; 32]);
        self.next += 1;
        let hash = CodeHash::of(&[code]);
        LOAD_BYTES.lock().unwrap().insert(hash, info.load_bytes());
        self.oracle.learn(hash, info);
        self.world.codes.insert(hash, code.to_vec());
        self.world.contracts.insert(address, hash);
        address
    }

    /// Where the next contract will live.
    pub fn next_address(&self) -> Address {
        Address([self.next; 32])
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

    /// Runs `init` of a contract that was placed, whatever becomes of it.
    pub fn try_create(&mut self, contract: Address, input: &[u8]) -> CallOutcome {
        self.run(Kind::Create, contract, "init", input, GAS, ALICE)
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

    /// Gives a contract other code, as an announced upgrade does; none if that does not follow the old. What a failed `migrate` leaves,
    /// the executor takes back.
    pub fn upgrade(&mut self, contract: Address, new: CodeHash, input: &[u8], gas: u64) -> Option<CallOutcome> {
        let change = CodeChange { old: self.world.contracts[&contract], new };
        self.attempt(Kind::Migrate(change), contract, "", input, gas, ALICE)
    }

    /// A call on the second engine alone, over a world of its own; a [`Fault`] is the answer.
    pub fn call_interpreted(&self, world: &mut dyn World, params: CallParams<'_>) -> Result<CallOutcome, Fault> {
        outermost(&self.oracle, world, params, Mode::Call)
    }

    fn run(
        &mut self,
        kind: Kind,
        contract: Address,
        function: &str,
        input: &[u8],
        gas: u64,
        caller: Address,
    ) -> CallOutcome {
        self.attempt(kind, contract, function, input, gas, caller).expect("only new code is refused")
    }

    /// Runs on all engines over equal worlds and compares everything there is to compare.
    fn attempt(
        &mut self,
        kind: Kind,
        contract: Address,
        function: &str,
        input: &[u8],
        gas: u64,
        caller: Address,
    ) -> Option<CallOutcome> {
        let value = Amount::ZERO;
        let params = CallParams { caller, contract, function, input, value, gas_limit: Gas(gas), record: true };
        let before = self.world.clone();
        let first = if self.engines == Engines::Portable { portable() } else { vm() };
        // Only for a change of code is there something left to take back.
        let finish = |world: &mut MemoryWorld, outcome: &Option<CallOutcome>| {
            if matches!(kind, Kind::Migrate(_)) && outcome.as_ref().is_none_or(|outcome| outcome.result.is_err()) {
                world.rollback(Checkpoint(0));
            }
            world.commit();
        };
        let outcome = kind.run(first, &mut self.world, params);
        finish(&mut self.world, &outcome);
        let compare = |engine: &str, mut world: MemoryWorld, other: Option<CallOutcome>| {
            assert_eq!(outcome, other, "wasmtime and {engine} disagree about {function}");
            finish(&mut world, &other);
            assert_eq!(self.world, world, "wasmtime and {engine} leave different worlds after {function}");
        };
        let mut is_translated = true;
        if self.engines != Engines::Portable {
            let mut world = before.clone();
            match kind.run_on(&self.oracle, &mut world, params) {
                Err(Fault(text)) if self.is_tolerant && text == WASMI_CANNOT => is_translated = false,
                other => compare("wasmi", world, other.unwrap()),
            }
        }
        if self.engines == Engines::Three || !is_translated {
            let mut world = before.clone();
            let other = kind.run(portable(), &mut world, params);
            compare("portable bytecode", world, other);
        }
        let has_failed = outcome.as_ref().is_none_or(|outcome| outcome.result.is_err());
        if has_failed || kind == Kind::View {
            assert_eq!(self.world, before, "a failed call or a view left something behind");
        }
        assert!(outcome.as_ref().is_none_or(|outcome| outcome.gas_used.0 <= gas), "more gas used than given");
        self.untranslated += usize::from(!is_translated);
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
