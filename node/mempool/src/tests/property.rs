//! Random submissions, blocks, fees and balances: the pool and the naive model never differ.

use super::model::Model;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const ACCOUNTS: u8 = 5;

#[derive(Debug, Clone)]
enum Step {
    Submit(Spec),
    /// A block of at most so many of the selected transactions, after which the base fee is this.
    Block {
        txs: usize,
        base_fee: u64,
    },
    /// A block in which an account did something that the pool never saw, and received or lost money.
    Foreign {
        who: u8,
        uses: u64,
        balance: u128,
    },
    /// A block of another world that spent a note, and after which a root is too old or all notes stand still.
    Notes {
        spent: Option<u8>,
        lost: Option<u8>,
        paused: bool,
    },
    Select {
        gas: u64,
        bytes: usize,
        txs: usize,
        proofs: usize,
        base_fee: u64,
    },
}

fn spec() -> impl Strategy<Value = Spec> {
    let place = (1..=ACCOUNTS, 0_u64..9, 1_u64..30);
    let price = (8_u64..30, 0_u64..12, 1_u64..60);
    let rest = (50_usize..500, 0_usize..3, 0_u8..2);
    let some = |weight, range: std::ops::Range<u8>| proptest::option::weighted(weight, range);
    let notes = (any::<bool>(), some(0.4, 0..6), some(0.2, 6..12), some(0.4, 0..4));
    (place, price, rest, notes).prop_map(
        |((who, sequence, expiry), (fee, tip, gas), (size, proofs, witness), notes)| {
            let (shielded, nullifier, also, anchor) = notes;
            let anchor = if shielded { anchor.or(Some(9)) } else { anchor };
            let tip = tip.min(fee);
            Spec { who, sequence, fee, tip, gas, size, expiry, nullifier, also, proofs, witness, shielded, anchor }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => spec().prop_map(Step::Submit),
        1 => (0_usize..6, 5_u64..20).prop_map(|(txs, base_fee)| Step::Block { txs, base_fee }),
        1 => (1..=ACCOUNTS, 0_u64..3, 0_u128..6_000).prop_map(|(who, uses, balance)| Step::Foreign { who, uses, balance }),
        1 => (proptest::option::of(0_u8..12), proptest::option::of(0_u8..4), proptest::bool::weighted(0.2))
            .prop_map(|(spent, lost, paused)| Step::Notes { spent, lost, paused }),
        2 => (0_u64..200, 0_usize..2_500, 0_usize..10, 0_usize..8, 5_u64..20)
            .prop_map(|(gas, bytes, txs, proofs, base_fee)| Step::Select { gas, bytes, txs, proofs, base_fee }),
    ]
}

fn small_pool() -> PoolConfig {
    PoolConfig {
        max_bytes: 2_600,
        max_txs: 11,
        max_txs_per_account: 6,
        max_bytes_per_account: 1_200,
        max_parked_per_account: 2,
        max_shielded_bytes: 1_300,
        max_shielded_txs: 5,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn the_pool_does_what_the_model_does(steps in proptest::collection::vec(step(), 1..120)) {
        let accounts: BTreeMap<Address, Account> = (1..=ACCOUNTS).map(|who| (address(who), account(Amount(4_000), 0))).collect();
        let mut model = Model::new(small_pool(), accounts);
        let mut pool = Pool::new(small_pool(), Height(0), BASE_FEE);
        for step in steps {
            match step {
                Step::Submit(spec) => {
                    let tx = spec.build();
                    // Nobody may be asked for the account of a shielded transaction.
                    let state = model.accounts.get(&tx.sender).copied().unwrap_or_default();
                    prop_assert_eq!(pool.admit(tx.clone(), || state), model.admit(tx), "{:?}", spec);
                }
                Step::Block { txs, base_fee } => block(&mut pool, &mut model, txs, Price(base_fee)),
                Step::Foreign { who, uses, balance } => {
                    let state = model.accounts.get_mut(&address(who)).unwrap();
                    *state = account(Amount(balance), state.sequence.0 + uses);
                    let changed = [(address(who), *state)];
                    let base_fee = model.base_fee;
                    follow(&mut pool, &mut model, Committed { base_fee, accounts: &changed, ..Committed::default() });
                }
                Step::Notes { spent, lost, paused } => {
                    let spent: Vec<Vec<u8>> = spent.map(|n| vec![n]).into_iter().collect();
                    let lost: Vec<FieldBytes> = lost.map(|n| FieldBytes([n; 32])).into_iter().collect();
                    let base_fee = model.base_fee;
                    let accounts = &[];
                    let block =
                        Committed { base_fee, spent: &spent, lost_anchors: &lost, notes_paused: paused, accounts, ..Committed::default() };
                    follow(&mut pool, &mut model, block);
                }
                Step::Select { gas, bytes, txs, proofs, base_fee } => {
                    let limits = SelectLimits { gas: Gas(gas), bytes, txs, proofs, base_fee: Price(base_fee) };
                    let chosen: Vec<FullHash> = pool.select(&limits).iter().map(|tx| tx.full_hash).collect();
                    prop_assert_eq!(chosen, model.select(&limits));
                }
            }
            compare(&pool, &model)?;
        }
    }
}

/// A block of what the pool selects, executed in the model's world.
fn block(pool: &mut Pool, model: &mut Model, txs: usize, base_fee: Price) {
    let limits = SelectLimits { txs, ..everything(model.base_fee) };
    let chosen = pool.select(&limits);
    for tx in chosen.iter().filter(|tx| !tx.shielded) {
        let state = model.accounts.get_mut(&tx.sender).unwrap();
        let price = model.base_fee.saturating_add(tx.tip_at(model.base_fee).unwrap());
        state.balance = state.balance.checked_sub(tx.gas_limit.cost(price)).unwrap();
        assert_eq!(state.sequence, tx.sequence);
        state.sequence = state.sequence.next();
    }
    let included: Vec<FullHash> = chosen.iter().map(|tx| tx.full_hash).collect();
    let spent: Vec<Vec<u8>> = chosen.iter().flat_map(|tx| tx.nullifiers.clone()).collect();
    let changed: Vec<(Address, Account)> = model.accounts.iter().map(|(address, state)| (*address, *state)).collect();
    let notes_paused = false;
    let lost_anchors = &[];
    let height = Height(0);
    let accounts = &changed;
    follow(
        pool,
        model,
        Committed { height, base_fee, included: &included, accounts, spent: &spent, lost_anchors, notes_paused },
    );
}

/// Both hear of the block at the next height.
fn follow(pool: &mut Pool, model: &mut Model, block: Committed<'_>) {
    model.commit(&block);
    pool.commit(&Committed { height: Height(model.height), ..block });
}

fn compare(pool: &Pool, model: &Model) -> Result<(), TestCaseError> {
    let stats = pool.stats();
    let waiting: Vec<FullHash> = pool.iter().map(|tx| tx.full_hash).collect();
    let expected: Vec<FullHash> = model.txs.iter().map(|tx| tx.full_hash).collect();
    prop_assert_eq!(waiting, expected);
    prop_assert_eq!(stats.bytes, model.txs.iter().map(|tx| tx.size).sum::<usize>());
    prop_assert_eq!(stats.parked, model.parked());
    prop_assert!(stats.bytes <= model.config.max_bytes && stats.txs <= model.config.max_txs);
    let shielded: Vec<&PooledTx> = model.txs.iter().filter(|tx| tx.shielded).collect();
    prop_assert_eq!(stats.shielded, shielded.len());
    prop_assert_eq!(stats.shielded_bytes, shielded.iter().map(|tx| tx.size).sum::<usize>());
    prop_assert!(stats.shielded <= model.config.max_shielded_txs);
    prop_assert!(stats.shielded_bytes <= model.config.max_shielded_bytes);
    let mut nullifiers: Vec<&Vec<u8>> = model.txs.iter().flat_map(|tx| &tx.nullifiers).collect();
    nullifiers.sort();
    prop_assert!(nullifiers.windows(2).all(|pair| pair[0] != pair[1]), "two waiting transactions spend the same note");
    let limits = everything(model.base_fee);
    let selected: Vec<FullHash> = pool.select(&limits).iter().map(|tx| tx.full_hash).collect();
    prop_assert_eq!(pool.is_executable(), !selected.is_empty());
    prop_assert_eq!(selected, model.select(&limits));
    Ok(())
}
