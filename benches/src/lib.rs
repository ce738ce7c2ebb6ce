//! What several benches share: a chain on disk whose blocks can be prepared ahead of the clock.
//!
//! Names of measurements read `area::operation/key=value`. Numbers go to `docs/performance.md` by hand, with command,
//! machine class and date; machines are shared, so compare figures of one run only.
#![allow(clippy::expect_used, clippy::unwrap_used)]

pub mod clock;
mod private;
pub mod token_chain;
pub mod world;

pub use world::MapWorld;

use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_exec::init::{InitialState, initial_writes};
use tacit_exec::testing::{START_BALANCE, TestKey, params, sign, transfer};
use tacit_exec::tip::NextBlock;
use tacit_exec::validate::{self, Context, NoCache};
use tacit_exec::{Mode, Rules, Tip};
use tacit_storage::{CommitBatch, Database, GenesisBatch, Options};
use tacit_types::tx::TX_VERSION;
use tacit_types::vote::{SignedStep, sign_bytes};
use tacit_types::{
    Address, Authorization, CommitCertificate, Gas, GenesisId, Height, List, Power, Price, RawTx, Round, Sequence,
    TxBody, UnixMillis, Validator, ValidatorSet,
};
use tacit_vm::{Vm, VmConfig};

/// Accounts with keys; the rest of the state is there to be large.
const SENDERS: u64 = 5_000;

/// A chain with one validator on disk.
pub struct DiskChain {
    rules: Rules,
    vm: Vm,
    database: Database,
    validator: TestKey,
    senders: Vec<TestKey>,
    accounts: u64,
    _folder: tempfile::TempDir,
}

/// Time on the clock and time of all processors.
#[derive(Default, Clone, Copy)]
pub struct Time {
    /// From start to end.
    pub wall: Duration,
    /// Of all threads of the process, the database's own among them; exact to 10 ms, so only sums mean something.
    pub processor: Duration,
}

impl Time {
    fn now() -> (Instant, Duration) {
        (Instant::now(), clock::process_time())
    }

    fn since((wall, processor): (Instant, Duration)) -> Self {
        Self { wall: wall.elapsed(), processor: clock::process_time().saturating_sub(processor) }
    }
}

impl std::ops::AddAssign for Time {
    fn add_assign(&mut self, more: Self) {
        self.wall += more.wall;
        self.processor += more.processor;
    }
}

/// What blocks took.
#[derive(Default, Clone, Copy)]
pub struct Spent {
    /// Decoding, signatures, charge phase.
    pub validate: Time,
    /// Bodies.
    pub execute: Time,
    /// State root and the synced batch.
    pub commit: Time,
}

impl Spent {
    /// All of it on the clock.
    #[must_use]
    pub fn wall(&self) -> Duration {
        self.validate.wall + self.execute.wall + self.commit.wall
    }

    /// All of it on all processors.
    #[must_use]
    pub fn processor(&self) -> Duration {
        self.validate.processor + self.execute.processor + self.commit.processor
    }

    /// Prints microseconds per transaction of each part; those of the processors count other work on the machine much
    /// less.
    pub fn report(&self, blocks: u32, block_size: usize) {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(blocks.max(1)) / block_size as f64;
        let parts = [("validate", self.validate), ("execute", self.execute), ("root and commit", self.commit)];
        let parts = parts.map(|(name, time)| (name, time.wall, time.processor));
        for (name, wall, processor) in parts.into_iter().chain([("all", self.wall(), self.processor())]) {
            println!("    {name:16} {:6.1} us on the clock, {:6.1} us of processors", each(wall), each(processor));
        }
    }
}

impl std::ops::AddAssign for Spent {
    fn add_assign(&mut self, more: Self) {
        self.validate += more.validate;
        self.execute += more.execute;
        self.commit += more.commit;
    }
}

impl DiskChain {
    /// A chain with `accounts` funded accounts.
    #[must_use]
    pub fn new(accounts: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let validator = TestKey::new(u64::MAX);
        let senders: Vec<TestKey> = (0..SENDERS).map(TestKey::new).collect();
        let set = ValidatorSet::new(vec![Validator { public_key: validator.public(), power: Power(1) }]).expect("one");
        let others = (0..accounts.saturating_sub(SENDERS)).map(filler);
        let balances = senders.iter().map(TestKey::address).chain(others).map(|address| (address, START_BALANCE));
        let initial = InitialState { params: params(), validators: set, balances: balances.collect() };
        let write_set = initial_writes(&initial).expect("a good start");
        let id = GenesisId::of(&[b"bench"]);
        let database = Database::open(folder.path(), Options::default()).expect("a database");
        let time_ms = UnixMillis(1);
        database.init_genesis(GenesisBatch { id, bytes: Vec::new(), time_ms, write_set }).expect("genesis");
        let rules = Rules::new(id, params(), Arc::new(tacit_circuits::VerifyingKeys::development())).expect("keys");
        let vm = Vm::new(VmConfig::default()).expect("an engine");
        Self { rules, vm, database, validator, senders, accounts, _folder: folder }
    }

    /// One transfer of each sender to an account spread over the whole state.
    #[must_use]
    pub fn block_of_transfers(&self, count: usize) -> Vec<RawTx> {
        let height = self.database.tip().expect("a tip").height;
        let one = |(index, key): (usize, &TestKey)| {
            let spread = (index as u64).wrapping_mul(2_654_435_761).wrapping_add(height.0.wrapping_mul(97));
            let to = filler(spread % self.accounts.saturating_sub(SENDERS).max(1));
            let body = TxBody {
                version: TX_VERSION,
                genesis_id: self.rules.genesis_id,
                expiry: Height(height.0 + 100),
                gas_limit: Gas(60_000),
                max_fee_per_gas: Price(1_000_000_000),
                max_tip_per_gas: Price(1),
                authorization: Authorization::Account { public_key: key.public(), sequence: Sequence(height.0) },
                actions: List::new(vec![transfer(to, 1)]).expect("one action"),
            };
            RawTx::new(sign(key, body).encode()).expect("short")
        };
        self.senders.iter().enumerate().take(count).map(one).collect()
    }

    /// Validates, executes and commits a block of `txs`, as a validator does that sees them for the first time.
    ///
    /// # Panics
    /// When anything is refused.
    pub fn run(&self, txs: Vec<RawTx>, threads: usize) -> Spent {
        let (bytes, tip) = self.assemble(txs);
        let snapshot = self.database.snapshot().expect("a snapshot");
        let start = Time::now();
        let context =
            Context { rules: &self.rules, tip: &tip, state: &snapshot, cache: &NoCache, seed: [3; 32], threads };
        let block = validate::validate(&context, &bytes, Mode::Decided).expect("a valid block");
        let validate = Time::since(start);
        let start = Time::now();
        let executed = tacit_exec::execute(&snapshot, &self.rules, &self.vm, &block).expect("no fault");
        let execute = Time::since(start);
        assert!(executed.receipts.iter().all(tacit_types::Receipt::succeeded), "a transfer failed");
        let header = block.block().header.clone();
        let certificate = self.certify(header.height, block.id(), &tip.signers);
        let start = Time::now();
        self.database
            .commit(CommitBatch {
                header,
                block_bytes: bytes,
                certificate,
                write_set: executed.writes,
                receipts: executed.receipts,
                compact_block: executed.shielded,
            })
            .expect("a commit");
        Spent { validate, execute, commit: Time::since(start) }
    }

    /// The block around `txs`, encoded; not part of any measurement.
    fn assemble(&self, txs: Vec<RawTx>) -> (Vec<u8>, Tip) {
        let snapshot = self.database.snapshot().expect("a snapshot");
        let stored = snapshot.tip();
        let next = NextBlock::read(&snapshot, stored.height).expect("a whole state");
        let tip = Tip {
            height: stored.height,
            block_id: stored.block_id,
            time_ms: stored.time_ms,
            state_root: stored.state_root,
            receipts_root: stored.receipts_root,
            signers: next.validators.clone(),
        };
        let proposal = tacit_exec::build::Proposal {
            rules: &self.rules,
            tip: &tip,
            state: &snapshot,
            proposer: self.validator.address(),
            round: Round(0),
            now: UnixMillis(stored.time_ms.0 + 100),
            last_commit: self.database.certificate(stored.height).expect("readable"),
        };
        let mut block = tacit_exec::build::build(&proposal, &[]).expect("an empty block");
        block.body.txs = List::new(txs).expect("within the limit");
        block.header.body_root = block.body.root();
        block.header.body_length = u32::try_from(block.body.encoded_length()).expect("short");
        (block.encode(), tip)
    }

    fn certify(&self, height: Height, id: tacit_types::BlockId, set: &ValidatorSet) -> CommitCertificate {
        let message = sign_bytes(&self.rules.genesis_id, SignedStep::Precommit, height, Round(0), Some(&id));
        CommitCertificate::new(height, Round(0), id, set, vec![(0, self.validator.sign(&message))]).expect("one")
    }
}

/// An account that nobody controls.
fn filler(number: u64) -> Address {
    Address(tacit_types::codec::hash("tacit bench account", &[&number.to_le_bytes()]))
}
