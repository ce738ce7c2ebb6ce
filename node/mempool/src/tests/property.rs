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
    let rest = (50_usize..500, proptest::option::weighted(0.2, 0_u8..6), 0_usize..3, 0_u8..2);
    (place, price, rest).prop_map(|((who, sequence, expiry), (fee, tip, gas), (size, nullifier, proofs, witness))| {
        Spec { who, sequence, fee, tip: tip.min(fee), gas, size, expiry, nullifier, proofs, witness }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => spec().prop_map(Step::Submit),
        1 => (0_usize..6, 5_u64..20).prop_map(|(txs, base_fee)| Step::Block { txs, base_fee }),
        1 => (1..=ACCOUNTS, 0_u64..3, 0_u128..6_000).prop_map(|(who, uses, balance)| Step::Foreign { who, uses, balance }),
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
                    let state = model.accounts[&tx.sender];
                    prop_assert_eq!(pool.admit(tx.clone(), || state), model.admit(tx), "{:?}", spec);
                }
                Step::Block { txs, base_fee } => block(&mut pool, &mut model, txs, Price(base_fee)),
                Step::Foreign { who, uses, balance } => {
                    let state = model.accounts.get_mut(&address(who)).unwrap();
                    *state = account(Amount(balance), state.sequence.0 + uses);
                    let changed = [(address(who), *state)];
                    let base_fee = model.base_fee;
                    follow(&mut pool, &mut model, base_fee, &[], &changed, &[]);
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
    for tx in &chosen {
        let state = model.accounts.get_mut(&tx.sender).unwrap();
        let price = model.base_fee.saturating_add(tx.tip_at(model.base_fee).unwrap());
        state.balance = state.balance.checked_sub(tx.gas_limit.cost(price)).unwrap();
        assert_eq!(state.sequence, tx.sequence);
        state.sequence = state.sequence.next();
    }
    let included: Vec<FullHash> = chosen.iter().map(|tx| tx.full_hash).collect();
    let spent: Vec<Vec<u8>> = chosen.iter().flat_map(|tx| tx.nullifiers.clone()).collect();
    let changed: Vec<(Address, Account)> = model.accounts.iter().map(|(address, state)| (*address, *state)).collect();
    follow(pool, model, base_fee, &included, &changed, &spent);
}

fn follow(
    pool: &mut Pool,
    model: &mut Model,
    base_fee: Price,
    included: &[FullHash],
    accounts: &[(Address, Account)],
    spent: &[Vec<u8>],
) {
    model.commit(base_fee, included, spent);
    pool.commit(&Committed { height: Height(model.height), base_fee, included, accounts, spent });
}

fn compare(pool: &Pool, model: &Model) -> Result<(), TestCaseError> {
    let stats = pool.stats();
    let waiting: Vec<FullHash> = pool.iter().map(|tx| tx.full_hash).collect();
    let expected: Vec<FullHash> = model.txs.iter().map(|tx| tx.full_hash).collect();
    prop_assert_eq!(waiting, expected);
    prop_assert_eq!(stats.bytes, model.txs.iter().map(|tx| tx.size).sum::<usize>());
    prop_assert_eq!(stats.parked, model.parked());
    prop_assert!(stats.bytes <= model.config.max_bytes && stats.txs <= model.config.max_txs);
    let limits = everything(model.base_fee);
    let selected: Vec<FullHash> = pool.select(&limits).iter().map(|tx| tx.full_hash).collect();
    prop_assert_eq!(pool.is_executable(), !selected.is_empty());
    prop_assert_eq!(selected, model.select(&limits));
    Ok(())
}
