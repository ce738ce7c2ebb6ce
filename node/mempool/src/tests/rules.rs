//! One rule of admission, order or commit per test.

use super::*;
use tacit_types::RejectCode;
use tacit_types::limits::EXPIRY_HEIGHTS_MAX;

fn pool() -> Pool {
    pool_with(PoolConfig::default())
}

fn pool_with(config: PoolConfig) -> Pool {
    Pool::new(config, Height(0), BASE_FEE)
}

fn admit(pool: &mut Pool, spec: Spec) -> Result<crate::Admitted, RejectCode> {
    pool.admit(spec.build(), || account(RICH, 0))
}

fn refuses(pool: &mut Pool, spec: Spec, code: RejectCode) {
    let before = (pool.stats(), pool.iter().map(|tx| tx.full_hash).collect::<Vec<_>>());
    assert_eq!(admit(pool, spec).unwrap_err(), code);
    assert_eq!(
        before,
        (pool.stats(), pool.iter().map(|tx| tx.full_hash).collect::<Vec<_>>()),
        "a refusal changes nothing"
    );
}

fn order(pool: &Pool, limits: &SelectLimits) -> Vec<(u8, u64)> {
    pool.select(limits).iter().map(|tx| (tx.sender.0[0], tx.sequence.0)).collect()
}

fn all(pool: &Pool) -> Vec<(u8, u64)> {
    order(pool, &everything(BASE_FEE))
}

fn commit(pool: &mut Pool, height: u64, base_fee: Price, accounts: &[(Address, Account)]) {
    pool.commit(&Committed { height: Height(height), base_fee, accounts, ..Committed::default() });
}

#[test]
fn what_can_never_or_not_now_be_included_is_refused_by_number() {
    let mut pool = pool();
    commit(&mut pool, 9, BASE_FEE, &[]);
    let from = |sequence| move || account(RICH, sequence);
    let good = Spec::default();
    let refuse =
        |pool: &mut Pool, spec: Spec, at, code| assert_eq!(pool.admit(spec.build(), from(at)).unwrap_err(), code);
    refuse(&mut pool, Spec { expiry: 9, ..good }, 0, RejectCode::Expired);
    refuse(&mut pool, Spec { expiry: 11 + EXPIRY_HEIGHTS_MAX, ..good }, 0, RejectCode::ExpiryTooFar);
    refuse(&mut pool, Spec { fee: 9, tip: 9, ..good }, 0, RejectCode::UnderPriced);
    refuse(&mut pool, Spec { sequence: 4, ..good }, 5, RejectCode::SequenceTooLow);
    refuse(&mut pool, Spec { sequence: 5_000, ..good }, 0, RejectCode::SequenceGapTooLarge);
    assert_eq!(pool.stats(), crate::PoolStats::default());
    for (expiry, who) in [(10, 1), (10 + EXPIRY_HEIGHTS_MAX, 2)] {
        pool.admit(Spec { expiry, who, ..good }.build(), from(0)).unwrap();
    }
}

#[test]
fn the_same_transaction_waits_once_and_its_twin_with_another_witness_not_beside_it() {
    let mut pool = pool();
    let first = Spec::default();
    admit(&mut pool, first).unwrap();
    refuses(&mut pool, first, RejectCode::AlreadyKnown);
    refuses(&mut pool, Spec { witness: 1, ..first }, RejectCode::AlreadyKnown);
}

#[test]
fn a_replacement_pays_ten_percent_more_in_fee_and_in_tip() {
    let mut pool = pool();
    admit(&mut pool, Spec { fee: 100, tip: 10, ..Spec::default() }).unwrap();
    for (fee, tip) in [(109, 11), (110, 10), (100, 10), (200, 9), (99, 99)] {
        refuses(&mut pool, Spec { fee, tip, gas: 999, ..Spec::default() }, RejectCode::ReplacementUnderpriced);
    }
    let better = Spec { fee: 110, tip: 11, ..Spec::default() };
    let admitted = admit(&mut pool, better).unwrap();
    assert_eq!(admitted.replaced, [Spec { fee: 100, tip: 10, ..Spec::default() }.hash()]);
    assert_eq!(pool.stats().txs, 1);
    assert!(pool.get(&better.hash()).is_some());
}

#[test]
fn replacement_arithmetic_holds_at_the_largest_prices() {
    let mut pool = pool();
    let cheap = |fee, tip| Spec { fee, tip, gas: 1, ..Spec::default() };
    admit(&mut pool, cheap(u64::MAX - 1, u64::MAX - 1)).unwrap();
    refuses(&mut pool, cheap(u64::MAX, u64::MAX), RejectCode::ReplacementUnderpriced);
}

#[test]
fn costs_above_all_money_are_unpayable_and_do_not_overflow() {
    let mut pool = pool();
    let dear = |sequence| Spec { fee: u64::MAX, tip: 0, gas: u64::MAX, sequence, ..Spec::default() };
    let richest = || account(Amount::MAX, 0);
    pool.admit(dear(0).build(), richest).unwrap();
    assert_eq!(pool.admit(dear(1).build(), richest).unwrap_err(), RejectCode::CannotPayFee);
}

#[test]
fn everything_an_account_has_waiting_must_be_payable_together() {
    let mut pool = pool();
    let spec = |sequence, fee| Spec { sequence, fee, gas: 10, ..Spec::default() };
    let poor = || account(Amount(3_000), 0);
    pool.admit(spec(0, 100).build(), poor).unwrap();
    pool.admit(spec(1, 200).build(), poor).unwrap();
    assert_eq!(pool.admit(spec(2, 10).build(), poor).unwrap_err(), RejectCode::CannotPayFee);
    // A replacement counts for what it replaces.
    assert_eq!(pool.admit(Spec { tip: 6, ..spec(1, 221) }.build(), poor).unwrap_err(), RejectCode::CannotPayFee);
}

#[test]
fn a_gap_parks_what_is_behind_it_and_filling_it_unparks_all() {
    let mut pool = pool();
    for sequence in [3, 1, 4] {
        assert!(!admit(&mut pool, Spec { sequence, ..Spec::default() }).unwrap().ready);
    }
    assert!(!pool.is_executable());
    assert_eq!((pool.stats().parked, all(&pool)), (3, vec![]));
    assert!(admit(&mut pool, Spec { sequence: 0, ..Spec::default() }).unwrap().ready);
    assert!(pool.is_executable());
    assert_eq!((pool.stats().parked, all(&pool)), (2, vec![(1, 0), (1, 1)]));
    assert_eq!(pool.next_sequence(&address(1)), Some(Sequence(2)));
    admit(&mut pool, Spec { sequence: 2, ..Spec::default() }).unwrap();
    assert_eq!((pool.stats().parked, all(&pool).len()), (0, 5));
}

#[test]
fn parked_transactions_of_one_account_are_few() {
    let mut pool = pool_with(PoolConfig { max_parked_per_account: 2, ..PoolConfig::default() });
    admit(&mut pool, Spec { sequence: 2, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { sequence: 3, ..Spec::default() }).unwrap();
    refuses(&mut pool, Spec { sequence: 5, ..Spec::default() }, RejectCode::PoolAccountFull);
    for sequence in [0, 1, 4] {
        admit(&mut pool, Spec { sequence, ..Spec::default() }).unwrap();
    }
}

#[test]
fn the_bytes_of_one_account_are_bounded() {
    let mut pool = pool_with(PoolConfig { max_bytes_per_account: 1_000, ..PoolConfig::default() });
    admit(&mut pool, Spec { size: 600, ..Spec::default() }).unwrap();
    refuses(&mut pool, Spec { size: 401, sequence: 1, ..Spec::default() }, RejectCode::PoolAccountFull);
    admit(&mut pool, Spec { size: 400, sequence: 1, ..Spec::default() }).unwrap();
}

#[test]
fn two_transactions_never_spend_one_nullifier_but_a_replacement_may_keep_its_own() {
    let mut pool = pool();
    let first = Spec { nullifier: Some(1), ..Spec::default() };
    admit(&mut pool, first).unwrap();
    refuses(&mut pool, Spec { who: 2, ..first }, RejectCode::NullifierConflict);
    refuses(&mut pool, Spec { sequence: 1, ..first }, RejectCode::NullifierConflict);
    admit(&mut pool, Spec { fee: 200, tip: 10, ..first }).unwrap();
    // Replaced by one without, it is free again.
    admit(&mut pool, Spec { fee: 400, tip: 20, nullifier: None, ..first }).unwrap();
    admit(&mut pool, Spec { who: 2, ..first }).unwrap();
}

#[test]
fn the_highest_tip_at_the_base_fee_goes_first_then_first_come() {
    let mut pool = pool();
    admit(&mut pool, Spec { who: 1, fee: 100, tip: 5, ..Spec::default() }).unwrap();
    // Promises 50, but only 2 are left above the base fee.
    admit(&mut pool, Spec { who: 2, fee: 12, tip: 12, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 3, fee: 100, tip: 7, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 4, fee: 100, tip: 5, ..Spec::default() }).unwrap();
    assert_eq!(all(&pool), [(3, 0), (1, 0), (4, 0), (2, 0)]);
    assert_eq!(order(&pool, &everything(Price(1))), [(2, 0), (3, 0), (1, 0), (4, 0)]);
    assert_eq!(order(&pool, &everything(Price(13))), [(3, 0), (1, 0), (4, 0)]);
}

#[test]
fn a_high_tip_waits_for_the_low_one_before_it() {
    let mut pool = pool();
    admit(&mut pool, Spec { tip: 1, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { tip: 50, sequence: 1, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 2, tip: 3, ..Spec::default() }).unwrap();
    assert_eq!(all(&pool), [(2, 0), (1, 0), (1, 1)]);
}

#[test]
fn selection_keeps_every_limit_and_still_takes_what_fits() {
    let mut pool = pool();
    admit(&mut pool, Spec { who: 1, tip: 9, size: 900, gas: 10, proofs: 1, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 2, tip: 8, size: 100, gas: 90, proofs: 2, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 3, tip: 7, size: 100, gas: 10, proofs: 0, ..Spec::default() }).unwrap();
    let limits = everything(BASE_FEE);
    assert_eq!(order(&pool, &SelectLimits { bytes: 899, ..limits }), [(2, 0), (3, 0)]);
    assert_eq!(order(&pool, &SelectLimits { gas: Gas(20), ..limits }), [(1, 0), (3, 0)]);
    assert_eq!(order(&pool, &SelectLimits { proofs: 1, ..limits }), [(1, 0), (3, 0)]);
    assert_eq!(order(&pool, &SelectLimits { txs: 2, ..limits }), [(1, 0), (2, 0)]);
    assert!(order(&pool, &SelectLimits { txs: 0, ..limits }).is_empty());
}

#[test]
fn what_the_account_can_no_longer_pay_is_not_proposed() {
    let mut pool = pool();
    admit(&mut pool, Spec { gas: 100, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { gas: 100, sequence: 1, ..Spec::default() }).unwrap();
    commit(&mut pool, 1, BASE_FEE, &[(address(1), account(Amount(1_500), 0))]);
    assert_eq!(all(&pool), [(1, 0)]);
    commit(&mut pool, 2, BASE_FEE, &[(address(1), account(Amount(1_499), 0))]);
    assert!(all(&pool).is_empty() && !pool.is_executable());
    commit(&mut pool, 3, BASE_FEE, &[(address(1), account(Amount(3_000), 0))]);
    assert_eq!(all(&pool).len(), 2);
    assert!(pool.is_executable());
}

#[test]
fn a_commit_takes_out_what_was_included_and_what_its_sequence_made_stale() {
    let mut pool = pool();
    for sequence in [0, 1, 2, 4] {
        admit(&mut pool, Spec { sequence, ..Spec::default() }).unwrap();
    }
    let included = Spec::default().hash();
    pool.commit(&Committed {
        height: Height(1),
        base_fee: BASE_FEE,
        included: &[included],
        accounts: &[(address(1), account(RICH, 2))],
        ..Committed::default()
    });
    assert_eq!(all(&pool), [(1, 2)]);
    assert!(pool.known(&included) && pool.get(&included).is_none());
    refuses(&mut pool, Spec::default(), RejectCode::AlreadyKnown);
    refuses(&mut pool, Spec { sequence: 1, ..Spec::default() }, RejectCode::SequenceTooLow);
    commit(&mut pool, 2, BASE_FEE, &[(address(1), account(RICH, 4))]);
    assert_eq!(all(&pool), [(1, 4)]);
}

#[test]
fn an_included_transaction_goes_even_if_nobody_names_its_account() {
    let mut pool = pool();
    admit(&mut pool, Spec::default()).unwrap();
    admit(&mut pool, Spec { sequence: 1, ..Spec::default() }).unwrap();
    let included = [Spec::default().hash()];
    pool.commit(&Committed { height: Height(1), base_fee: BASE_FEE, included: &included, ..Committed::default() });
    assert_eq!(all(&pool), [(1, 1)]);
}

#[test]
fn a_nullifier_spent_elsewhere_takes_its_transaction_out() {
    let mut pool = pool();
    admit(&mut pool, Spec { nullifier: Some(3), ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { sequence: 1, ..Spec::default() }).unwrap();
    pool.commit(&Committed { height: Height(1), base_fee: BASE_FEE, spent: &[vec![3]], ..Committed::default() });
    assert_eq!((pool.stats().txs, pool.stats().parked), (1, 1));
    admit(&mut pool, Spec { nullifier: Some(3), who: 2, ..Spec::default() }).unwrap();
}

#[test]
fn the_last_height_that_may_include_a_transaction_still_can() {
    let mut pool = pool();
    admit(&mut pool, Spec { expiry: 5, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { sequence: 1, ..Spec::default() }).unwrap();
    commit(&mut pool, 4, BASE_FEE, &[]);
    assert_eq!(all(&pool).len(), 2);
    commit(&mut pool, 5, BASE_FEE, &[]);
    assert_eq!((pool.stats().txs, pool.stats().parked, pool.is_executable()), (1, 1, false));
}

#[test]
fn a_higher_base_fee_keeps_what_it_prices_out_and_proposes_it_again_later() {
    let mut pool = pool();
    admit(&mut pool, Spec { fee: 15, ..Spec::default() }).unwrap();
    commit(&mut pool, 1, Price(16), &[]);
    assert_eq!((pool.stats().txs, pool.is_executable()), (1, false));
    commit(&mut pool, 2, Price(15), &[]);
    assert!(pool.is_executable());
}

#[test]
fn a_full_pool_evicts_the_lowest_tip_and_only_for_a_higher_one() {
    let mut pool = pool_with(PoolConfig { max_txs: 3, ..PoolConfig::default() });
    for (who, tip) in [(1, 5), (2, 3), (3, 8)] {
        admit(&mut pool, Spec { who, tip, ..Spec::default() }).unwrap();
    }
    refuses(&mut pool, Spec { who: 4, tip: 3, ..Spec::default() }, RejectCode::PoolFull);
    let admitted = admit(&mut pool, Spec { who: 4, tip: 4, ..Spec::default() }).unwrap();
    assert_eq!(admitted.evicted, [Spec { who: 2, tip: 3, ..Spec::default() }.hash()]);
    assert!(!pool.known(&admitted.evicted[0]), "an evicted transaction may come back");
    assert_eq!(all(&pool), [(3, 0), (1, 0), (4, 0)]);
}

#[test]
fn a_tip_above_the_room_left_by_the_base_fee_buys_no_place() {
    let mut pool = pool_with(PoolConfig { max_txs: 1, ..PoolConfig::default() });
    admit(&mut pool, Spec { fee: 100, tip: 2, ..Spec::default() }).unwrap();
    refuses(&mut pool, Spec { who: 2, fee: 11, tip: 11, ..Spec::default() }, RejectCode::PoolFull);
}

#[test]
fn parked_transactions_go_before_ready_ones_whatever_they_pay() {
    let mut pool = pool_with(PoolConfig { max_txs: 2, ..PoolConfig::default() });
    admit(&mut pool, Spec { who: 1, sequence: 1, tip: 50, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 2, tip: 1, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 3, tip: 1, ..Spec::default() }).unwrap();
    assert_eq!(all(&pool), [(2, 0), (3, 0)]);
    refuses(&mut pool, Spec { who: 4, sequence: 1, tip: 99, ..Spec::default() }, RejectCode::PoolFull);
}

#[test]
fn a_high_tip_behind_a_low_one_protects_nothing() {
    let mut pool = pool_with(PoolConfig { max_txs: 3, ..PoolConfig::default() });
    admit(&mut pool, Spec { who: 1, tip: 1, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 1, tip: 90, sequence: 1, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 2, tip: 5, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 3, tip: 5, ..Spec::default() }).unwrap();
    admit(&mut pool, Spec { who: 4, tip: 5, ..Spec::default() }).unwrap();
    assert_eq!(all(&pool), [(2, 0), (3, 0), (4, 0)]);
}

#[test]
fn a_big_transaction_evicts_as_many_as_it_needs_or_none() {
    let mut pool = pool_with(PoolConfig { max_bytes: 1_000, ..PoolConfig::default() });
    for who in 1..=5 {
        admit(&mut pool, Spec { who, tip: u64::from(who), ..Spec::default() }).unwrap();
    }
    refuses(&mut pool, Spec { who: 6, tip: 4, size: 700, ..Spec::default() }, RejectCode::PoolFull);
    let admitted = admit(&mut pool, Spec { who: 6, tip: 4, size: 600, ..Spec::default() }).unwrap();
    assert_eq!((admitted.evicted.len(), pool.stats().bytes), (3, 1_000));
}

#[test]
fn caps_hold_under_a_flood_from_many_accounts() {
    let config = PoolConfig { max_bytes: 20_000, max_txs: 90, ..PoolConfig::default() };
    let mut pool = pool_with(config);
    for n in 0..20_000_u64 {
        let spec = Spec {
            who: (n % 250) as u8,
            sequence: n % 7,
            tip: n % 13,
            size: 100 + (n % 300) as usize,
            ..Spec::default()
        };
        let _ = admit(&mut pool, spec);
        assert!(pool.stats().bytes <= config.max_bytes && pool.stats().txs <= config.max_txs);
    }
    admit(&mut pool, Spec { who: 251, tip: 50, ..Spec::default() }).unwrap();
    assert_eq!(all(&pool)[0], (251, 0));
}

#[test]
fn the_oldest_are_listed_by_age() {
    let mut pool = pool();
    for who in 1..=3 {
        let tx = PooledTx { arrived_at: UnixMillis(u64::from(who) * 100), ..Spec { who, ..Spec::default() }.build() };
        pool.admit(tx, || account(RICH, 0)).unwrap();
    }
    let hash = |who| Spec { who, ..Spec::default() }.hash();
    assert_eq!(pool.oldest(UnixMillis(200), 10), [hash(1), hash(2)]);
    assert_eq!(pool.oldest(UnixMillis(900), 1), [hash(1)]);
}
