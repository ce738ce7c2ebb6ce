//! A whole chain in memory for tests and benches: validators with keys, funded accounts, and blocks that go through
//! `build`, `validate` and `execute` like everybody's. Behind the feature `testing`; no node links it.

use crate::block::{ExecutedBlock, execute};
use crate::build::{Proposal, build};
use crate::error::{Reject, ValidateError};
use crate::init::{InitialState, initial_writes};
use crate::rules::Rules;
use crate::stateless::{CheckedTx, check_one};
use crate::tip::{NextBlock, Tip};
use crate::validate::{Context, Mode, NoCache, ValidBlock, validate};
use ed25519_consensus::SigningKey;
use std::sync::Arc;
use tacit_circuits::{Statement, VerifyingKeys};
use tacit_state::overlay::{decode, read_value};
use tacit_state::record::{Account, NoteTree};
use tacit_state::{MemoryState, Overlay, key, root_of};
use tacit_types::receipt::receipts_root;
use tacit_types::tx::{IndexedSignature, TX_VERSION};
use tacit_types::vote::{SignedStep, sign_bytes};
use tacit_types::{
    Action, Address, Amount, AssetId, Authorization, Block, BlockId, ChainParams, CommitCertificate, Gas, GenesisId,
    Height, List, Name, Network, Power, Price, ProofBytes, PublicKey, RawTx, Round, Sequence, Signature, StateRoot, Tx,
    TxBody, UnixMillis, Validator, ValidatorSet, Witness, limits,
};
use tacit_vm::{Vm, VmConfig};

/// Native stack for the second execution of a block: an interpreter may need much.
const SECOND_STACK_BYTES: usize = 256 << 20;

/// What every test account owns at the start: a million tokens.
pub const START_BALANCE: Amount = Amount(1_000_000_000_000_000_000_000_000);

/// A key pair of a test.
#[derive(Clone)]
pub struct TestKey(SigningKey);

impl TestKey {
    /// The key with this number; the same in every run.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(SigningKey::from(Self::seed(number)))
    }

    /// What the key with this number is made of, for other kinds of key pairs of the same account.
    #[must_use]
    pub fn seed(number: u64) -> [u8; 32] {
        tacit_types::codec::hash("tacit 2026-11 test key", &[&number.to_le_bytes()])
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verification_key().to_bytes())
    }

    /// The account it controls.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of_key(&self.public())
    }

    /// Signs 32 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8; 32]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

/// A chain in memory.
pub struct MemoryChain {
    /// The chain's fixed rules.
    pub rules: Rules,
    /// The contract engine.
    pub vm: Vm,
    /// Another engine, on which every block must come out the same; without one, blocks are executed twice on the first.
    pub second_vm: Option<Vm>,
    /// The state after the tip.
    pub state: MemoryState,
    /// The end of the chain.
    pub tip: Tip,
    /// Keys of the validators, in the order of their creation.
    pub validators: Vec<TestKey>,
    /// Keys of the funded accounts.
    pub accounts: Vec<TestKey>,
    last_commit: Option<CommitCertificate>,
}

/// Parameters of a test chain.
///
/// # Panics
/// Never; the name is valid.
#[must_use]
#[allow(clippy::expect_used)]
pub fn params() -> ChainParams {
    let keys = VerifyingKeys::development();
    ChainParams {
        chain_id: Name::new("tacit-test").expect("a valid name"),
        network: Network::Dev,
        production: false,
        block_gas_limit: Gas(limits::BLOCK_GAS_MAX),
        block_bytes_max: u32::try_from(limits::BLOCK_BYTES_MAX).unwrap_or(u32::MAX),
        block_txs_max: u32::try_from(limits::BLOCK_TXS_MAX).unwrap_or(u32::MAX),
        block_proofs_max: u32::try_from(limits::BLOCK_PROOFS_MAX).unwrap_or(u32::MAX),
        base_fee_floor: Price(1),
        verifying_key_digests: List::new(Statement::ALL.iter().map(|statement| keys.digest(*statement)).collect())
            .expect("fewer statements than keys may be pinned"),
        guardian: None,
    }
}

#[allow(clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
impl MemoryChain {
    /// A chain with `validators` validators of equal power and `accounts` funded accounts.
    ///
    /// # Panics
    /// When the fixed parts of a test chain do not fit together.
    #[must_use]
    pub fn new(validators: u64, accounts: u64) -> Self {
        Self::with_params(validators, accounts, params())
    }

    /// As [`MemoryChain::new`], with other parameters.
    ///
    /// # Panics
    /// When the parameters are refused.
    #[must_use]
    pub fn with_params(validators: u64, accounts: u64, params: ChainParams) -> Self {
        let validator_keys: Vec<TestKey> = (0..validators).map(|number| TestKey::new(1_000_000_000 + number)).collect();
        let account_keys: Vec<TestKey> = (0..accounts).map(TestKey::new).collect();
        let set = validator_keys.iter().map(|key| Validator { public_key: key.public(), power: Power(1) }).collect();
        let initial = InitialState {
            params: params.clone(),
            validators: ValidatorSet::new(set).expect("distinct keys"),
            balances: account_keys.iter().map(|key| (key.address(), START_BALANCE)).collect(),
        };
        let writes = initial_writes(&initial).expect("a good start");
        let mut state = MemoryState::new();
        state.apply(&writes);
        let tip = Tip {
            height: Height::ZERO,
            block_id: BlockId::default(),
            time_ms: UnixMillis(1_000),
            state_root: root(&state),
            receipts_root: receipts_root(&[]),
            signers: initial.validators,
        };
        let rules = Rules::new(GenesisId::of(&[b"test"]), params, Arc::new(VerifyingKeys::development()))
            .expect("development keys");
        let vm = Vm::new(VmConfig::default()).expect("the engine starts");
        let (validators, accounts) = (validator_keys, account_keys);
        Self { rules, vm, second_vm: None, state, tip, validators, accounts, last_commit: None }
    }

    /// What the next block must be like.
    ///
    /// # Panics
    /// When the state is damaged.
    #[must_use]
    pub fn next(&self) -> NextBlock {
        NextBlock::read(&self.state, self.tip.height).expect("a whole state")
    }

    /// The account at `address`.
    ///
    /// # Panics
    /// When the state is damaged.
    #[must_use]
    pub fn account(&self, address: &Address) -> Account {
        read_value(&self.state, &key::account(address)).expect("a whole state").unwrap_or_default()
    }

    /// Sum of all native balances and what the pool holds; must equal the supply record at all times.
    ///
    /// # Panics
    /// When the state is damaged.
    #[must_use]
    pub fn sum_of_balances(&self) -> u128 {
        let prefix = key::accounts_prefix();
        let accounts = self.entries(&prefix);
        let in_accounts: u128 =
            accounts.map(|(key, value)| decode::<Account>(key, value).expect("an account").balance.0).sum();
        in_accounts + self.turnstile(&AssetId::NATIVE)
    }

    /// What the pool holds of an asset.
    ///
    /// # Panics
    /// When the state is damaged.
    #[must_use]
    pub fn turnstile(&self, asset: &AssetId) -> u128 {
        read_value::<Amount>(&self.state, &key::turnstile(asset)).expect("a whole state").unwrap_or_default().0
    }

    /// What an account holds of an issued asset.
    ///
    /// # Panics
    /// When the state is damaged.
    #[must_use]
    pub fn asset_balance(&self, asset: &AssetId, address: &Address) -> u128 {
        let key = key::asset_balance(address, asset);
        read_value::<Amount>(&self.state, &key).expect("a whole state").unwrap_or_default().0
    }

    /// The note tree.
    ///
    /// # Panics
    /// When the state is damaged.
    #[must_use]
    pub fn note_tree(&self) -> NoteTree {
        read_value(&self.state, &key::note_tree()).expect("a whole state").expect("a note tree")
    }

    /// Checks that of no asset anything appeared or vanished.
    ///
    /// # Panics
    /// When it did.
    pub fn check_supplies(&self) {
        for (asset, held) in crate::supply::count(&self.state).expect("a whole state") {
            assert!(held.is_whole(), "money of asset {asset} appeared or vanished: {held:?}");
        }
    }

    fn entries<'s>(&'s self, prefix: &'s [u8]) -> impl Iterator<Item = (&'s Vec<u8>, &'s Vec<u8>)> {
        self.state.iter().filter(move |(key, _)| key.starts_with(prefix))
    }

    /// Builds, executes and commits a block of transactions whose signatures and proofs nobody looks at: for tests of what
    /// the state says to join-splits, at a thousandth of the cost of proving. Everything else is judged as ever.
    ///
    /// # Errors
    /// [`Reject`] of the first transaction that breaks a stateless rule or was left out of the block.
    ///
    /// # Panics
    /// On a fault, or when money appeared or vanished.
    pub fn run_unproven(&mut self, txs: &[Tx]) -> Result<ExecutedBlock, Reject> {
        let checked: Result<Vec<Arc<CheckedTx>>, Reject> =
            txs.iter().map(|tx| CheckedTx::unverified(&self.rules, tx).map(Arc::new)).collect();
        let checked = checked?;
        let next = self.next();
        let charged = crate::charge::charge_all(&mut Overlay::new(&self.state), &checked, next.height, next.base_fee);
        charged.map_err(|(_, refusal)| match refusal {
            crate::error::Refusal::Reject(reject) => reject,
            crate::error::Refusal::Fault(fault) => panic!("{fault}"),
        })?;
        let block = self.build_checked(&checked);
        assert_eq!(block.body.txs.len(), txs.len(), "a transaction was left out of the block");
        let valid = ValidBlock::assume(block.clone(), checked);
        let executed = execute(&self.state, &self.rules, &self.vm, &valid).expect("no fault");
        assert_eq!(executed, execute(&self.state, &self.rules, &self.vm, &valid).expect("no fault"));
        self.advance(&block, &executed);
        self.check_supplies();
        Ok(executed)
    }

    /// The supply record.
    ///
    /// # Panics
    /// When the state is damaged.
    #[must_use]
    pub fn supply(&self) -> u128 {
        read_value::<Amount>(&self.state, &key::supply()).expect("a whole state").unwrap_or_default().0
    }

    /// A body with the sender's present sequence, enough gas and a good price.
    ///
    /// # Panics
    /// With more actions than a transaction holds.
    #[must_use]
    pub fn body(&self, sender: &TestKey, actions: Vec<Action>) -> TxBody {
        TxBody {
            version: TX_VERSION,
            genesis_id: self.rules.genesis_id,
            expiry: Height(self.tip.height.0 + 100),
            gas_limit: Gas(3_000_000),
            max_fee_per_gas: Price(1_000),
            max_tip_per_gas: Price(2),
            authorization: Authorization::Account {
                public_key: sender.public(),
                sequence: self.account(&sender.address()).sequence,
            },
            actions: List::new(actions).expect("few actions"),
        }
    }

    /// A signed transaction with `actions`.
    #[must_use]
    pub fn tx(&self, sender: &TestKey, actions: Vec<Action>) -> Tx {
        sign(sender, self.body(sender, actions))
    }

    /// A signed transfer.
    #[must_use]
    pub fn transfer(&self, sender: &TestKey, to: Address, amount: u128) -> Tx {
        self.tx(sender, vec![transfer(to, amount)])
    }

    /// Checks a transaction alone.
    ///
    /// # Errors
    /// [`Reject`].
    ///
    /// # Panics
    /// When it is longer than a transaction may be.
    pub fn check(&self, tx: &Tx) -> Result<Arc<CheckedTx>, Reject> {
        check_one(&self.rules, RawTx::new(tx.encode()).expect("a short transaction"), [7; 32])
    }

    /// The block that the right proposer would build from `txs`.
    ///
    /// # Panics
    /// When a transaction is invalid alone.
    #[must_use]
    pub fn build(&self, txs: &[Tx]) -> Block {
        let checked: Vec<Arc<CheckedTx>> = txs.iter().map(|tx| self.check(tx).expect("a valid transaction")).collect();
        self.build_checked(&checked)
    }

    /// As [`MemoryChain::build`], from checked transactions.
    ///
    /// # Panics
    /// On a fault.
    #[must_use]
    pub fn build_checked(&self, txs: &[Arc<CheckedTx>]) -> Block {
        let next = self.next();
        let proposal = Proposal {
            rules: &self.rules,
            tip: &self.tip,
            state: &self.state,
            proposer: next.validators.proposer(next.height, Round(0)).address(),
            round: Round(0),
            now: UnixMillis(self.tip.time_ms.0 + 100),
            last_commit: self.last_commit.clone(),
        };
        build(&proposal, txs).expect("no fault")
    }

    /// Validates `bytes` on the tip.
    ///
    /// # Errors
    /// [`ValidateError`].
    pub fn validate(&self, bytes: &[u8], mode: Mode) -> Result<ValidBlock, ValidateError> {
        self.validate_with(bytes, mode, 1)
    }

    /// As [`MemoryChain::validate`], with a number of threads.
    ///
    /// # Errors
    /// [`ValidateError`].
    pub fn validate_with(&self, bytes: &[u8], mode: Mode, threads: usize) -> Result<ValidBlock, ValidateError> {
        let context =
            Context { rules: &self.rules, tip: &self.tip, state: &self.state, cache: &NoCache, seed: [9; 32], threads };
        validate(&context, bytes, mode)
    }

    /// Validates and executes `block` with one and with two threads, compares, checks the supply, and moves the tip.
    ///
    /// # Panics
    /// When the block is invalid, the two runs differ, or money appeared or vanished.
    pub fn commit(&mut self, block: &Block) -> ExecutedBlock {
        let bytes = block.encode();
        let valid = self.validate_with(&bytes, Mode::Decided, 1).expect("a valid block");
        let again = self.validate_with(&bytes, Mode::Decided, 2).expect("a valid block");
        let executed = execute(&self.state, &self.rules, &self.vm, &valid).expect("no fault");
        let vm = self.second_vm.as_ref().unwrap_or(&self.vm);
        let repeat = || execute(&self.state, &self.rules, vm, &again).expect("no fault");
        let repeated = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(SECOND_STACK_BYTES).spawn_scoped(scope, repeat);
            thread.expect("a thread").join()
        });
        assert_eq!(executed, repeated.expect("no panic"), "two executions of one block differ");
        self.advance(block, &executed);
        self.check_supplies();
        executed
    }

    /// Builds a block from `txs`, all of which must fit, and commits it.
    ///
    /// # Panics
    /// As [`MemoryChain::commit`], and when a transaction was left out.
    pub fn run(&mut self, txs: &[Tx]) -> ExecutedBlock {
        let block = self.build(txs);
        assert_eq!(block.body.txs.len(), txs.len(), "a transaction was left out of the block");
        self.commit(&block)
    }

    /// The certificate that all validators would give for `id` at `height`.
    ///
    /// # Panics
    /// When the set does not hold the keys.
    #[must_use]
    pub fn certify(&self, height: Height, id: BlockId) -> CommitCertificate {
        let set = self.next().validators;
        let message = sign_bytes(&self.rules.genesis_id, SignedStep::Precommit, height, Round(0), Some(&id));
        let signed = self
            .validators
            .iter()
            .map(|key| (set.index_of(&key.address()).expect("a validator of the set"), key.sign(&message)));
        CommitCertificate::new(height, Round(0), id, &set, signed.collect()).expect("indexes of the set")
    }

    /// Certifies the tip anew after a test moved it.
    pub fn recertify(&mut self) {
        self.last_commit = Some(self.certify(self.tip.height, self.tip.block_id));
    }

    fn advance(&mut self, block: &Block, executed: &ExecutedBlock) {
        let id = block.header.id();
        let signers = self.next().validators;
        self.last_commit = Some(self.certify(block.header.height, id));
        self.state.apply(&executed.writes);
        self.tip = Tip {
            height: block.header.height,
            block_id: id,
            time_ms: block.header.time_ms,
            state_root: root(&self.state),
            receipts_root: executed.receipts_root,
            signers,
        };
    }
}

/// A transfer action of the native token.
#[must_use]
pub fn transfer(to: Address, amount: u128) -> Action {
    Action::Transfer(tacit_types::action::Transfer { asset: AssetId::NATIVE, to, amount: Amount(amount) })
}

/// Signs `body` with one key.
///
/// # Panics
/// Never; one signature fits.
#[must_use]
#[allow(clippy::expect_used)]
pub fn sign(key: &TestKey, body: TxBody) -> Tx {
    let signature = key.sign(&body.sign_bytes());
    let signatures = List::new(vec![IndexedSignature { key_index: 0, signature }]).expect("one signature");
    Tx { body, witness: Witness { signatures, proofs: List::empty(), ..Witness::default() } }
}

/// The same transaction with `proofs`.
///
/// # Panics
/// With more proofs than a transaction holds.
#[must_use]
#[allow(clippy::expect_used)]
pub fn with_proofs(mut tx: Tx, proofs: Vec<ProofBytes>) -> Tx {
    tx.witness.proofs = List::new(proofs).expect("few proofs");
    tx
}

/// The root of a whole state.
#[allow(clippy::expect_used)]
fn root(state: &MemoryState) -> StateRoot {
    root_of(state.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))).expect("distinct keys")
}

/// The sequence after `count` more transactions.
#[must_use]
pub const fn later(sequence: Sequence, count: u64) -> Sequence {
    Sequence(sequence.0.saturating_add(count))
}
