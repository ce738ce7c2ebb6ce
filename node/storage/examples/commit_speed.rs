//! How long a commit takes: blocks of 5,000 transfers (10,000 changed accounts) over many existing accounts.
//!
//! `cargo run --release -p tacit-storage --example commit_speed -- ACCOUNTS BLOCKS [DIRTY_MIB [TRIE_CACHE_MIB]]`.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};
use tacit_state::{StateRead, WriteSet, key, read::Change};
use tacit_storage::{CommitBatch, Database, GenesisBatch, Options};
use tacit_types::block::BlockBody;
use tacit_types::{
    Address, Amount, AssetId, BlockId, Bytes, CommitCertificate, Event, Gas, GenesisId, Header, Height, List, Price,
    RawTx, Receipt, Round, TxId, UnixMillis, ValidatorsHash, codec,
};

const TXS: u64 = 5_000;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().unwrap());
    let accounts = arguments.next().unwrap_or(100_000);
    let blocks = arguments.next().unwrap_or(50);
    let mut options = Options::default();
    options.dirty_bytes_max = arguments.next().map_or(options.dirty_bytes_max, |mib| (mib << 20) as usize);
    options.trie_cache_bytes = arguments.next().map_or(options.trie_cache_bytes, |mib| (mib << 20) as usize);
    let dir = tempfile::tempdir().unwrap();
    let database = Database::open(dir.path(), options.clone()).unwrap();
    let started = Instant::now();
    database.init_genesis(genesis(accounts)).unwrap();
    database.close().unwrap();
    println!("genesis of {accounts} accounts: {:.1} s", started.elapsed().as_secs_f64());
    let mut times = Vec::new();
    for _ in 0..blocks {
        let block = block(&database, accounts);
        let started = Instant::now();
        database.commit(block).unwrap();
        times.push(started.elapsed());
    }
    times.sort();
    let at = |share: usize| millis(times[(times.len() - 1) * share / 100]);
    let mean = millis(times.iter().sum::<Duration>()) / times.len() as f64;
    println!("commit of {TXS} transfers: mean {mean:.1} ms, p50 {:.1}, p90 {:.1}, max {:.1}", at(50), at(90), at(100));
    println!("{:.0} transfers/s in storage alone", TXS as f64 * 1000.0 / mean);
    let started = Instant::now();
    let snapshot = database.snapshot().unwrap();
    for number in 0..100_000u64 {
        snapshot.get(&account(number * 7919 % accounts)).unwrap();
    }
    println!("random read: {:.2} us", millis(started.elapsed()) / 100.0);
    let started = Instant::now();
    database.close().unwrap();
    println!("close: {:.0} ms", millis(started.elapsed()));
    drop((snapshot, database));
    let started = Instant::now();
    let database = Database::open(dir.path(), options.clone()).unwrap();
    println!("open: {:.0} ms", millis(started.elapsed()));
    for column in database.stats().unwrap().columns {
        println!("  {:10} {:8} entries, {:9} bytes on disk", column.column, column.entries, column.disk_bytes);
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn account(number: u64) -> Vec<u8> {
    key::account(&Address(codec::hash("commit speed account", &[&number.to_be_bytes()])))
}

fn value(balance: u64, sequence: u64) -> Vec<u8> {
    codec::encode(&(u128::from(balance) << 60, sequence))
}

fn genesis(accounts: u64) -> GenesisBatch {
    let mut changes: Vec<Change> =
        (0..accounts).map(|number| Change { key: account(number), old: None, new: Some(value(number, 0)) }).collect();
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    GenesisBatch { id: GenesisId([1; 32]), bytes: Vec::new(), time_ms: UnixMillis(0), write_set: WriteSet(changes) }
}

fn block(database: &Database, accounts: u64) -> CommitBatch {
    let tip = database.tip().unwrap();
    let snapshot = database.snapshot().unwrap();
    let height = tip.height.next();
    let raws =
        (0..TXS).map(|index| RawTx::new([index.to_be_bytes(), height.0.to_be_bytes()].concat().repeat(15)).unwrap());
    let body = BlockBody { last_commit: None, txs: List::new(raws.collect()).unwrap() };
    let header = Header {
        version: 1,
        genesis_id: GenesisId([1; 32]),
        height,
        round: Round(0),
        time_ms: UnixMillis(height.0),
        parent: tip.block_id,
        proposer: Address([1; 32]),
        body_root: body.root(),
        body_length: body.encoded_length().try_into().unwrap(),
        last_commit: body.last_commit_hash(),
        state_root: tip.state_root,
        receipts_root: tip.receipts_root,
        base_fee: Price(1),
        validators_hash: ValidatorsHash([1; 32]),
        next_validators_hash: ValidatorsHash([1; 32]),
    };
    let block_id: BlockId = header.id();
    let mut changes: Vec<Change> = (0..2 * TXS)
        .map(|index| {
            let number = (height.0 * 2 * TXS + index).wrapping_mul(0x9e37_79b9_7f4a_7c15) % accounts;
            let key = account(number);
            let old = snapshot.get(&key).unwrap();
            Change { key, old, new: Some(value(index, height.0)) }
        })
        .collect();
    changes.sort_by(|a, b| a.key.cmp(&b.key));
    changes.dedup_by(|a, b| a.key == b.key);
    let block = tacit_types::Block { header: header.clone(), body };
    CommitBatch {
        header,
        block_bytes: block.encode(),
        certificate: CommitCertificate {
            height,
            round: Round(0),
            block_id,
            signers: Bytes::empty(),
            signatures: List::empty(),
        },
        write_set: WriteSet(changes),
        compact_block: None,
        receipts: (0..TXS).map(|index| receipt(height, index)).collect(),
    }
}

fn receipt(height: Height, index: u64) -> Receipt {
    let (from, to) = (Address([1; 32]), Address([2; 32]));
    let event = Event::Transferred { asset: AssetId::NATIVE, from, to, amount: Amount(index.into()) };
    Receipt {
        tx_id: TxId::of(&[&height.0.to_be_bytes(), &index.to_be_bytes()]),
        code: 0,
        failed_action: 0,
        contract_code: 0,
        gas_used: Gas(1),
        fee: Amount(1),
        events: List::new(vec![event]).unwrap(),
        output: List::empty(),
    }
}
