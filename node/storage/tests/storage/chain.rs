//! A chain for tests: every block follows from its height and the state before it, so that two runs give the same one.

use crate::notes::{compact_block, fails, private_tx, private_txs};
use std::path::Path;
use tacit_state::record::ValidatorState;
use tacit_state::trie::{TERMINATOR, Trie, key_path, value_hash};
use tacit_state::{MemoryState, StateRead, WriteSet, key, read::Change};
use tacit_storage::{CommitBatch, Database, GenesisBatch, Options, Tip, UndecidedBlock};
use tacit_types::action::Transfer;
use tacit_types::block::BlockBody;
use tacit_types::header::HEADER_VERSION;
use tacit_types::receipt::receipts_root;
use tacit_types::{
    Action, Address, Amount, AssetId, Authorization, Block, BlockId, CommitCertificate, Event, Gas, GenesisId, Header,
    Height, List, Power, Price, PublicKey, RawTx, Receipt, Round, Sequence, Signature, StateRoot, Tx, TxBody,
    UnixMillis, Validator, ValidatorSet, Witness, codec,
};

pub const GENESIS: GenesisId = GenesisId([7; 32]);

/// Keys that blocks write to.
const KEYS: u64 = 300;

/// Small bounds, so that a few blocks write pages back and evict them.
pub fn options() -> Options {
    Options {
        block_cache_bytes: 1 << 20,
        write_buffer_bytes: 4 << 20,
        trie_cache_bytes: 16 * 1024,
        dirty_bytes_max: 256 * 1024,
        flush_blocks: 3,
        write_sets_kept: 2,
        genesis_id: Some(GENESIS),
        ..Options::default()
    }
}

pub fn open(path: &Path) -> Database {
    Database::open(path, options()).unwrap()
}

/// A database with `blocks` blocks.
pub fn with_blocks(path: &Path, blocks: u64) -> Database {
    let database = open(path);
    database.init_genesis(genesis()).unwrap();
    grow(&database, blocks);
    database
}

/// Commits `blocks` more blocks.
pub fn grow(database: &Database, blocks: u64) {
    for _ in 0..blocks {
        database.commit(next_block(database)).unwrap();
    }
}

pub fn validators() -> ValidatorSet {
    ValidatorSet::new(vec![Validator { public_key: PublicKey([3; 32]), power: Power(10) }]).unwrap()
}

pub fn genesis() -> GenesisBatch {
    let sets = ValidatorState { current: validators(), next: validators() };
    let mut entries: Vec<(Vec<u8>, Vec<u8>)> =
        (0..KEYS / 2).map(|number| (account(number), number.to_be_bytes().to_vec())).collect();
    entries.push((key::validators(), codec::encode(&sets)));
    entries.sort();
    let changes = entries.into_iter().map(|(key, value)| Change { key, old: None, new: Some(value) });
    GenesisBatch {
        id: GENESIS,
        bytes: b"genesis".to_vec(),
        time_ms: UnixMillis(1),
        write_set: WriteSet(changes.collect()),
    }
}

/// The block after the tip of `database`.
pub fn next_block(database: &Database) -> CommitBatch {
    block_after(&database.tip().unwrap(), previous_certificate(database), &database.snapshot().unwrap())
}

fn previous_certificate(database: &Database) -> Option<CommitCertificate> {
    database.certificate(database.tip().unwrap().height).unwrap()
}

/// The block after `tip`, over the state after it.
pub fn block_after(tip: &Tip, last_commit: Option<CommitCertificate>, state: &dyn StateRead) -> CommitBatch {
    let height = tip.height.next();
    let mut txs: Vec<Tx> = (0..height.0 % 4 * 40).map(|index| tx(height, index)).collect();
    txs.extend((0..private_txs(height)).map(|index| private_tx(height, index)));
    let raws = txs.iter().map(|tx| RawTx::new(tx.encode()).unwrap()).collect();
    let body = BlockBody { last_commit, txs: List::new(raws).unwrap() };
    let header = header(tip, &body);
    let block_id = header.id();
    CommitBatch {
        block_bytes: Block { header: header.clone(), body }.encode(),
        certificate: certificate(height, block_id),
        write_set: write_set(height, state),
        receipts: txs.iter().zip(0..).map(|(tx, index)| receipt(tx, index)).collect(),
        compact_block: compact_block(&header, &txs),
        header,
    }
}

fn header(tip: &Tip, body: &BlockBody) -> Header {
    Header {
        version: HEADER_VERSION,
        genesis_id: GENESIS,
        height: tip.height.next(),
        round: Round(0),
        time_ms: UnixMillis(tip.time_ms.0 + 100),
        parent: tip.block_id,
        proposer: validators().get(0).unwrap().address(),
        body_root: body.root(),
        body_length: body.encoded_length().try_into().unwrap(),
        last_commit: body.last_commit_hash(),
        state_root: tip.state_root,
        receipts_root: tip.receipts_root,
        base_fee: Price(1),
        validators_hash: validators().hash(),
        next_validators_hash: validators().hash(),
    }
}

/// As the pool would see it; the signature is never verified here.
fn certificate(height: Height, block_id: BlockId) -> CommitCertificate {
    CommitCertificate::new(height, Round(0), block_id, &validators(), vec![(0, Signature([1; 64]))]).unwrap()
}

fn tx(height: Height, index: u64) -> Tx {
    let transfer = Transfer { asset: AssetId::NATIVE, to: Address([index as u8; 32]), amount: Amount(height.0.into()) };
    let body = TxBody {
        version: 1,
        genesis_id: GENESIS,
        expiry: Height(height.0 + 10),
        gas_limit: Gas(1000),
        max_fee_per_gas: Price(2),
        max_tip_per_gas: Price(1),
        authorization: Authorization::Account {
            public_key: PublicKey([4; 32]),
            sequence: Sequence(height.0 * 1000 + index),
        },
        actions: List::new(vec![Action::Transfer(transfer)]).unwrap(),
    };
    Tx { body, witness: Witness::default() }
}

/// Every third transaction has no event, every seventh has two.
fn receipt(tx: &Tx, index: u64) -> Receipt {
    let failed = tx.body.authorization.is_shielded()
        && (0..9).any(|number| {
            let height = Height(tx.body.expiry.0 - 10);
            fails(height, number) && private_tx(height, number).id() == tx.id()
        });
    let event = Event::Transferred {
        asset: AssetId::NATIVE,
        from: Address([1; 32]),
        to: Address([2; 32]),
        amount: Amount(index.into()),
    };
    let events = vec![event; if index.is_multiple_of(3) { 0 } else { 1 + usize::from(index.is_multiple_of(7)) }];
    Receipt {
        tx_id: tx.id(),
        code: if failed { 321 } else { 0 },
        failed_action: 0,
        contract_code: 0,
        gas_used: Gas(10),
        fee: Amount(10),
        events: List::new(events).unwrap(),
        output: List::empty(),
    }
}

fn write_set(height: Height, state: &dyn StateRead) -> WriteSet {
    let mut numbers: Vec<u64> = (0..40).map(|step| (height.0 * 37 + step * step) % KEYS).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut changes: Vec<Change> = numbers.into_iter().map(|number| change(height, number, state)).collect();
    changes.retain(|change| change.old != change.new);
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    WriteSet(changes)
}

fn change(height: Height, number: u64, state: &dyn StateRead) -> Change {
    let key = account(number);
    let old = state.get(&key).unwrap();
    let removed = (height.0 + number).is_multiple_of(5);
    Change { key, old, new: (!removed).then(|| (height.0 * 1_000_000 + number).to_be_bytes().to_vec()) }
}

fn account(number: u64) -> Vec<u8> {
    let mut address = [0; 32];
    address[..8].copy_from_slice(&number.to_be_bytes());
    key::account(&Address(address))
}

pub fn some_key() -> Vec<u8> {
    account(1)
}

pub fn undecided(height: Height, round: Round, seed: u8) -> UndecidedBlock {
    UndecidedBlock { height, round, block_id: BlockId([seed; 32]), meta: vec![seed; 10], bytes: vec![seed; 5000] }
}

/// The same chain without a database: the state root after each height.
pub struct Model {
    pub state: MemoryState,
    pub roots: Vec<StateRoot>,
    trie: Trie,
    tip: Tip,
    certificate: Option<CommitCertificate>,
}

impl Model {
    pub fn new() -> Self {
        let mut model = Self {
            state: MemoryState::new(),
            roots: Vec::new(),
            trie: Trie::open(std::sync::Arc::new(tacit_state::trie::MemoryPageStore::new()), TERMINATOR).unwrap(),
            tip: Tip {
                height: Height(0),
                block_id: BlockId::default(),
                time_ms: UnixMillis(1),
                state_root: StateRoot(TERMINATOR),
                receipts_root: receipts_root(&[]),
            },
            certificate: None,
        };
        model.apply(&genesis().write_set);
        model
    }

    /// The root after `height`.
    pub fn root(&mut self, height: Height) -> StateRoot {
        while self.roots.len() <= height.0 as usize {
            let block = block_after(&self.tip, self.certificate.clone(), &self.state);
            self.tip.height = block.header.height;
            self.tip.block_id = block.header.id();
            self.tip.time_ms = block.header.time_ms;
            self.tip.receipts_root = receipts_root(&block.receipts);
            self.certificate = Some(block.certificate);
            self.apply(&block.write_set);
        }
        self.roots[height.0 as usize]
    }

    fn apply(&mut self, changes: &WriteSet) {
        self.state.apply(changes);
        let leaves = changes.0.iter().map(|change| (key_path(&change.key), change.new.as_deref().map(value_hash)));
        self.tip.state_root = StateRoot(self.trie.update(leaves.collect(), 1).unwrap());
        self.roots.push(self.tip.state_root);
    }
}
