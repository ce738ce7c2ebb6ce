//! The chain that a test works with: how it begins, who is on it, what it can be asked. Steps are in `step`, cheat
//! codes in `cheat`. Reading here never changes anything.

use crate::event::ContractEvent;
use crate::failure::Failure;
use crate::gas::{GasBook, GasReport};
use crate::invariant::Invariant;
use crate::names::Names;
use crate::outcome::Outcome;
use crate::whole;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use tacit_circuits::VerifyingKeys;
use tacit_exec::init::{InitialState, initial_writes};
use tacit_exec::simulate::Bench;
use tacit_exec::testing::{START_BALANCE, TestKey, params};
use tacit_exec::tip::NextBlock;
use tacit_exec::{Rules, Tip};
use tacit_state::overlay::read_value;
use tacit_state::record::{Account, Contract};
use tacit_state::{MemoryState, StateRead, key, root_of};
use tacit_types::receipt::receipts_root;
use tacit_types::{
    Address, Amount, AssetId, BlockId, CodeHash, CommitCertificate, Gas, GenesisId, Height, Name, Power, StateRoot,
    UnixMillis, Validator, ValidatorSet, codec, limits,
};
use tacit_vm::{Lane, Vm, VmConfig};

/// When the first block of every chain happens: the beginning of 2026, UTC.
pub const START_MS: u64 = 1_767_225_600_000;
/// How much later each block is than the one before, in milliseconds.
pub const BLOCK_MS: u64 = 1_000;
/// What a named account owns when it is made: a million tokens.
pub const START_MONEY: Amount = START_BALANCE;
/// Gas that a transaction may use unless [`Chain::set_gas_limit`] says otherwise.
pub const GAS_LIMIT: Gas = Gas(100_000_000);

/// A chain in memory.
pub struct Chain {
    pub(crate) rules: Rules,
    pub(crate) vm: Vm,
    pub(crate) validator: TestKey,
    pub(crate) now: Moment,
    pub(crate) invariants: Vec<Invariant>,
    /// An invariant is looking: nothing may change.
    pub(crate) looking: bool,
    /// Inside [`Chain::attempt`]: invariants wait.
    pub(crate) trying: bool,
}

/// Everything that [`Chain::revert`] brings back.
#[derive(Clone)]
pub(crate) struct Moment {
    pub state: MemoryState,
    pub tip: Tip,
    pub last_commit: Option<CommitCertificate>,
    pub next_time: UnixMillis,
    pub keys: BTreeMap<Address, TestKey>,
    pub names: Arc<Names>,
    pub pranked: Option<Address>,
    pub fees: bool,
    pub gas_limit: Gas,
    pub instances: u64,
    pub steps: u64,
    pub events: Vec<ContractEvent>,
    pub gas: GasBook,
    pub last: Option<Outcome>,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// A chain before its first block. Every new chain is the same.
    ///
    /// # Panics
    /// When the contract engine does not start.
    #[must_use]
    pub fn new() -> Self {
        // One engine per process: it reserves address space for every call that can run at once.
        static VM: LazyLock<Vm> = LazyLock::new(|| whole(Vm::new(VmConfig { execution_calls: 4, view_calls: 4 })));
        static RULES: LazyLock<Rules> = LazyLock::new(|| {
            let keys = Arc::new(VerifyingKeys::development());
            whole(Rules::new(GenesisId::of(&[b"tacit simulator"]), params(), keys))
        });
        let validator = TestKey::new(u64::MAX);
        let set = whole(ValidatorSet::new(vec![Validator { public_key: validator.public(), power: Power(1) }]));
        let initial = InitialState { params: RULES.params.clone(), validators: set.clone(), balances: Vec::new() };
        let mut state = MemoryState::new();
        state.apply(&whole(initial_writes(&initial)));
        let tip = Tip {
            height: Height::ZERO,
            block_id: BlockId::default(),
            time_ms: UnixMillis(START_MS.saturating_sub(BLOCK_MS)),
            state_root: StateRoot::default(),
            receipts_root: receipts_root(&[]),
            signers: set,
        };
        let now = Moment {
            state,
            tip,
            last_commit: None,
            next_time: UnixMillis(START_MS),
            keys: BTreeMap::new(),
            names: Arc::default(),
            pranked: None,
            fees: false,
            gas_limit: GAS_LIMIT,
            instances: 0,
            steps: 0,
            events: Vec::new(),
            gas: GasBook::default(),
            last: None,
        };
        let (rules, vm) = (RULES.clone(), VM.clone());
        let invariants = Vec::new();
        let mut chain = Self { rules, vm, validator, now, invariants, looking: false, trying: false };
        chain.make_gas_free();
        chain
    }

    /// The account of this name: made with [`START_MONEY`] when it is first asked for, and with a key of its own, so
    /// that it signs what it does. The same name gives the same address on every chain.
    ///
    /// # Panics
    /// When an invariant asks for one that is not there yet.
    #[track_caller]
    pub fn account(&mut self, name: &str) -> Address {
        let number = codec::hash("tacit 2026-11 simulator account", &[name.as_bytes()]);
        let number = number.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let key = TestKey::new(number);
        let address = key.address();
        if !self.has_key(&address) {
            self.begin_step();
            self.now.keys.extend([(address, key)]);
            self.label(address, name);
            self.set_money(address, START_MONEY);
        }
        address
    }

    /// Calls `address` by this name in reports.
    pub fn label(&mut self, address: Address, name: &str) {
        Arc::make_mut(&mut self.now.names).addresses.insert(address, name.to_string());
    }

    /// Calls the code by this name in reports, above all in the gas report: its hash changes with every build, its name
    /// does not. A name holds no spaces: they become `-`.
    pub fn label_code(&mut self, code: CodeHash, name: &str) {
        let name = name.replace(char::is_whitespace, "-");
        Arc::make_mut(&mut self.now.names).codes.insert(code, name);
    }

    /// Calls `function` of `contract`, which may read and change nothing, and decodes its output. What it sees of the
    /// block is what the next transaction will see. The caller is the system's address; gas is limited as in a
    /// transaction and not part of the gas report.
    ///
    /// # Errors
    /// [`Failure`] of the contract, or [`Failure::Output`] when it returns no `T`.
    ///
    /// # Panics
    /// When `function` is no name.
    #[track_caller]
    pub fn view<T: BorshDeserialize>(
        &self,
        contract: Address,
        function: &str,
        args: &(impl BorshSerialize + ?Sized),
    ) -> Result<T, Failure> {
        crate::decode(&self.view_bytes(contract, function, &crate::encode(args))?)
    }

    /// As [`Chain::view`], with encoded arguments and the output as it is.
    ///
    /// # Errors
    /// [`Failure`] of the contract.
    ///
    /// # Panics
    /// When `function` is no name.
    #[track_caller]
    pub fn view_bytes(&self, contract: Address, function: &str, input: &[u8]) -> Result<Vec<u8>, Failure> {
        let vm = self.vm.on(Lane::View);
        // A view runs a millisecond after the tip it is given.
        let before = UnixMillis(self.now.next_time.0.saturating_sub(1));
        let tip = Tip { time_ms: before, ..self.now.tip.clone() };
        let bench = Bench { rules: &self.rules, vm: &vm, tip: &tip, state: &self.now.state };
        Failure::of_view(whole(bench.view(contract, &function_name(function), input, self.now.gas_limit)))
    }

    /// A value of a contract's storage, by the contract's own key.
    #[must_use]
    pub fn storage(&self, contract: Address, key: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        whole(self.now.state.get(&key::contract_storage(&contract, key.as_ref())))
    }

    /// All of a contract's storage, by the contract's own keys.
    #[must_use]
    pub fn storage_of(&self, contract: Address) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let prefix = key::contract_storage(&contract, &[]);
        let entries = whole(self.now.state.scan(&prefix, &prefix, usize::MAX));
        entries.into_iter().filter_map(|(key, value)| Some((key.strip_prefix(&prefix[..])?.to_vec(), value))).collect()
    }

    /// Native money of an account or contract.
    #[must_use]
    pub fn balance(&self, address: Address) -> Amount {
        self.account_record(&address).balance
    }

    /// What an account or contract holds of an asset; [`AssetId::NATIVE`] for native money.
    #[must_use]
    pub fn asset_balance(&self, asset: AssetId, address: Address) -> Amount {
        if asset == AssetId::NATIVE {
            return self.balance(address);
        }
        self.read(&key::asset_balance(&address, &asset)).unwrap_or_default()
    }

    /// The code that a contract runs, if one lives there.
    #[must_use]
    pub fn code_of(&self, contract: Address) -> Option<CodeHash> {
        self.read::<Contract>(&key::contract(&contract)).map(|contract| contract.code_hash)
    }

    /// The height of the next block: what a contract called now sees.
    #[must_use]
    pub fn height(&self) -> Height {
        self.now.tip.height.next()
    }

    /// The time of the next block: what a contract called now sees.
    #[must_use]
    pub fn time(&self) -> UnixMillis {
        self.now.next_time
    }

    /// The root of the whole state. The same test gives the same root, on every machine.
    #[must_use]
    pub fn state_root(&self) -> StateRoot {
        whole(root_of(self.now.state.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))))
    }

    /// Names this chain: part of what every proof is bound to.
    #[must_use]
    pub fn genesis_id(&self) -> GenesisId {
        self.rules.genesis_id
    }

    /// All events of contracts so far, in order.
    #[must_use]
    pub fn events(&self) -> &[ContractEvent] {
        &self.now.events
    }

    /// The outcome of the last transaction, for instance the events of an instantiation.
    ///
    /// # Panics
    /// When there was none.
    #[track_caller]
    pub fn last(&self) -> &Outcome {
        match &self.now.last {
            Some(outcome) => outcome,
            None => panic!("there was no transaction yet"),
        }
    }

    /// Gas of all successful calls so far, by code and function.
    #[must_use]
    pub fn gas_report(&self) -> GasReport {
        self.now.gas.report()
    }

    /// Whether of every asset there is as much as its supply says. For an invariant of a test that moves much.
    ///
    /// # Errors
    /// The asset of which something appeared or vanished.
    pub fn check_money(&self) -> Result<(), String> {
        crate::money::check(&self.now.state)
    }

    pub(crate) fn has_key(&self, address: &Address) -> bool {
        self.now.keys.contains_key(address)
    }

    pub(crate) fn account_record(&self, address: &Address) -> Account {
        self.read(&key::account(address)).unwrap_or_default()
    }

    pub(crate) fn read<T: BorshDeserialize + BorshSerialize>(&self, key: &[u8]) -> Option<T> {
        whole(read_value(&self.now.state, key))
    }

    pub(crate) fn next(&self) -> NextBlock {
        whole(NextBlock::read(&self.now.state, self.now.tip.height))
    }

    /// What a test calls `address`, or the start of its hex form.
    pub(crate) fn named(&self, address: &Address) -> String {
        self.now.names.address(address)
    }
}

/// A function's name.
///
/// # Panics
/// When it is none: no contract can export it.
#[track_caller]
pub(crate) fn function_name(function: &str) -> Name {
    match Name::new(function) {
        Ok(name) => name,
        Err(error) => panic!("{function:?} cannot be a function ({} bytes at most): {error}", limits::NAME_BYTES_MAX),
    }
}
