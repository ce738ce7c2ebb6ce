//! Measures the pool: nanoseconds per transaction to admit, select, commit and evict, with really signed transfers.
//!
//! `cargo run --release -p tacit-mempool --example pool_speed [TRANSACTIONS] [ACCOUNTS]`

use ed25519_consensus::SigningKey;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_exec::{CheckedTx, Rules, stateless::check_all};
use tacit_mempool::{Committed, Pool, PoolConfig, PooledTx, SelectLimits};
use tacit_state::record::Account;
use tacit_types::action::Transfer;
use tacit_types::tx::{IndexedSignature, TX_VERSION};
use tacit_types::{
    Action, Address, Amount, AssetId, Authorization, ChainParams, FullHash, Gas, GenesisId, Height, List, Name,
    Network, Price, PublicKey, RawTx, Sequence, Signature, Tx, TxBody, UnixMillis, Witness,
};

const BASE_FEE: Price = Price(10);

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let count = numbers.next().transpose()?.unwrap_or(100_000);
    let accounts = numbers.next().transpose()?.unwrap_or(10_000);
    println!("{count} transfers of {accounts} accounts");
    let rules = rules()?;
    let started = Instant::now();
    let raws = (0..count).map(|n| transfer(&rules, n % accounts, n / accounts)).collect::<Result<Vec<_>, _>>()?;
    report("build and sign", started.elapsed(), count);
    let started = Instant::now();
    let checked = check_all(&rules, raws, [7; 32], 1).into_iter().collect::<Result<Vec<_>, _>>()?;
    report("check, one thread", started.elapsed(), count);
    let roomy = PoolConfig { max_txs: usize::try_from(count)?, max_bytes: usize::MAX, ..PoolConfig::default() };
    let pool = admit(roomy, &checked)?;
    follow_blocks(pool, count);
    flood(PoolConfig { max_txs: usize::try_from(count / 2)?, ..roomy }, &checked);
    Ok(())
}

fn report(what: &str, took: Duration, count: u64) {
    println!(
        "{what:<28} {:>10.0} ns each {:>10.1} ms",
        took.as_nanos() as f64 / count.max(1) as f64,
        took.as_secs_f64() * 1e3
    );
}

fn admit(config: PoolConfig, checked: &[Arc<CheckedTx>]) -> Result<Pool, Box<dyn Error>> {
    let mut pool = Pool::new(config, Height(0), BASE_FEE);
    let started = Instant::now();
    for tx in checked {
        pool.admit(PooledTx::from_checked(tx.clone(), UnixMillis(0)), rich).map_err(|code| code.to_string())?;
    }
    report("admit", started.elapsed(), checked.len() as u64);
    Ok(pool)
}

/// Selects and commits full blocks until nothing is left.
fn follow_blocks(mut pool: Pool, count: u64) {
    let limits = SelectLimits { gas: Gas::MAX, bytes: usize::MAX, txs: 5_000, proofs: 512, base_fee: BASE_FEE };
    let (mut selecting, mut committing, mut slowest) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut height = 0;
    while pool.is_executable() {
        height += 1;
        let started = Instant::now();
        let chosen = pool.select(&limits);
        selecting += started.elapsed();
        let included: Vec<FullHash> = chosen.iter().map(|tx| tx.full_hash()).collect();
        let after = |sequence: Sequence| Account { sequence: sequence.next(), ..rich() };
        let accounts: Vec<(Address, Account)> = chosen.iter().map(|tx| (tx.sender(), after(tx.sequence()))).collect();
        let started = Instant::now();
        pool.commit(&Committed {
            height: Height(height),
            base_fee: BASE_FEE,
            included: &included,
            accounts: &accounts,
            ..Committed::default()
        });
        committing += started.elapsed();
        slowest = slowest.max(started.elapsed());
    }
    report("select, blocks of 5,000", selecting, count);
    report("commit", committing, count);
    report("slowest commit of a block", slowest, 1);
    println!("left over: {:?}", pool.stats());
}

/// Everything into a pool half as large: every second admission evicts or refuses.
fn flood(config: PoolConfig, checked: &[Arc<CheckedTx>]) {
    let mut pool = Pool::new(config, Height(0), BASE_FEE);
    let started = Instant::now();
    let refused = checked
        .iter()
        .filter(|tx| pool.admit(PooledTx::from_checked(Arc::clone(tx), UnixMillis(0)), rich).is_err())
        .count();
    report("admit into a full pool", started.elapsed(), checked.len() as u64);
    println!("refused: {refused}, {:?}", pool.stats());
    let started = Instant::now();
    pool.commit(&Committed { height: Height(1), base_fee: Price(20), ..Committed::default() });
    report("rank the whole pool anew", started.elapsed(), 1);
}

const fn rich() -> Account {
    Account { balance: Amount(1 << 100), sequence: Sequence(0) }
}

fn rules() -> Result<Rules, Box<dyn Error>> {
    let params = ChainParams {
        chain_id: Name::new("pool-speed")?,
        network: Network::Dev,
        production: false,
        block_gas_limit: Gas(600_000_000),
        block_bytes_max: 2 * 1024 * 1024,
        block_txs_max: 5_000,
        block_proofs_max: 512,
        base_fee_floor: Price(1),
        verifying_key_digests: List::empty(),
        guardian: None,
    };
    let keys = Arc::new(tacit_circuits::VerifyingKeys::development().clone());
    Ok(Rules { genesis_id: GenesisId([7; 32]), params, keys })
}

fn transfer(rules: &Rules, account: u64, sequence: u64) -> Result<RawTx, Box<dyn Error>> {
    let mut secret = [0; 32];
    secret[..8].copy_from_slice(&account.to_le_bytes());
    let key = SigningKey::from(secret);
    // Tips differ, and not by account, so that the order is real work.
    let tip = (account.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) + sequence % 7;
    let action = Transfer { asset: AssetId::NATIVE, to: Address([9; 32]), amount: Amount(1) };
    let body = TxBody {
        version: TX_VERSION,
        genesis_id: rules.genesis_id,
        expiry: Height(1_000),
        gas_limit: Gas(1_000_000),
        max_fee_per_gas: Price(1 << 40),
        max_tip_per_gas: Price(tip),
        authorization: Authorization::Account {
            public_key: PublicKey(key.verification_key().to_bytes()),
            sequence: Sequence(sequence),
        },
        actions: List::new(vec![Action::Transfer(action)])?,
    };
    let signature = Signature(key.sign(&body.sign_bytes()).to_bytes());
    let signatures = List::new(vec![IndexedSignature { key_index: 0, signature }])?;
    let tx = Tx { body, witness: Witness { signatures, proofs: List::empty(), ..Witness::default() } };
    Ok(RawTx::new(tx.encode())?)
}
