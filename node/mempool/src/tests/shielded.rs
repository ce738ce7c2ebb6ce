//! Transactions without an account: conflicts by nullifier, anchors, the pause, and their share of the pool.

use super::*;
use crate::pool::{Admitted, CONFLICTS_MAX};
use crate::shell::{StateView, judge};
use tacit_types::RejectCode;

/// One private transaction that spends the note `n`.
fn private(n: u8, fee: u64) -> Spec {
    Spec { shielded: true, nullifier: Some(n), anchor: Some(1), fee, ..Spec::default() }
}

fn pool_with(config: PoolConfig) -> Pool {
    Pool::new(config, Height(0), BASE_FEE)
}

fn pool() -> Pool {
    pool_with(PoolConfig::default())
}

/// Admits, and fails when a shielded transaction's account is asked for.
fn admit(pool: &mut Pool, spec: Spec) -> Result<Admitted, RejectCode> {
    pool.admit(spec.build(), || if spec.shielded { panic!("there is no account") } else { account(RICH, 0) })
}

fn refuses(pool: &mut Pool, spec: Spec, code: RejectCode) {
    let before = pool.stats();
    assert_eq!(admit(pool, spec).unwrap_err(), code, "{spec:?}");
    assert_eq!(pool.stats(), before);
}

fn chosen(pool: &Pool) -> Vec<FullHash> {
    pool.select(&everything(BASE_FEE)).iter().map(|tx| tx.full_hash).collect()
}

#[test]
fn a_private_transaction_waits_without_an_account_and_is_proposed_by_what_it_pays() {
    let mut pool = pool();
    admit(&mut pool, Spec { tip: 60, ..Spec::default() }).unwrap();
    assert!(admit(&mut pool, private(1, 50)).unwrap().ready);
    assert!(admit(&mut pool, private(2, 80)).unwrap().ready);
    // All of a private fee above the base fee is tip: 40, 60 and 70.
    assert_eq!(chosen(&pool), [private(2, 80), Spec { tip: 60, ..Spec::default() }, private(1, 50)].map(|s| s.hash()));
    assert_eq!((pool.stats().txs, pool.stats().shielded, pool.stats().accounts), (3, 2, 1));
}

#[test]
fn money_sent_to_a_one_time_address_neither_blocks_nor_removes_the_transaction() {
    let mut pool = pool();
    admit(&mut pool, private(1, 50)).unwrap();
    let tx = private(1, 50).build();
    // Neither the address in the transaction nor the place in the pool is an account that others could change.
    let gifts = [(tx.checked.sender(), account(Amount(1), 0)), (address(1), account(Amount(1), 7))];
    pool.commit(&Committed { height: Height(1), base_fee: BASE_FEE, accounts: &gifts, ..Committed::default() });
    assert_eq!(chosen(&pool), [private(1, 50).hash()]);
}

#[test]
fn a_twin_with_another_witness_does_not_wait_beside_it() {
    let mut pool = pool();
    admit(&mut pool, private(1, 50)).unwrap();
    refuses(&mut pool, Spec { witness: 1, ..private(1, 50) }, RejectCode::AlreadyKnown);
}

#[test]
fn a_note_is_spent_by_one_waiting_transaction_and_ten_percent_more_takes_its_place() {
    let mut pool = pool();
    admit(&mut pool, private(1, 100)).unwrap();
    refuses(&mut pool, private(1, 109), RejectCode::NullifierConflict);
    refuses(&mut pool, Spec { gas: 999, ..private(1, 100) }, RejectCode::NullifierConflict);
    let admitted = admit(&mut pool, private(1, 110)).unwrap();
    assert_eq!((admitted.replaced, admitted.evicted), (vec![private(1, 100).hash()], vec![]));
    assert_eq!(chosen(&pool), [private(1, 110).hash()]);
}

#[test]
fn who_conflicts_with_several_outbids_each_of_them_and_pays_as_much_as_all_together() {
    let mut pool = pool();
    admit(&mut pool, private(1, 100)).unwrap();
    admit(&mut pool, private(2, 200)).unwrap();
    let both = |fee, gas| Spec { also: Some(2), gas, ..private(1, fee) };
    refuses(&mut pool, both(199, 9_000), RejectCode::NullifierConflict);
    refuses(&mut pool, both(219, 9_000), RejectCode::NullifierConflict);
    // Dear per gas, but cheaper than the two that would have to go: 299,700 against 300,000.
    refuses(&mut pool, both(300, 999), RejectCode::NullifierConflict);
    let admitted = admit(&mut pool, both(300, 1_000)).unwrap();
    assert_eq!((admitted.replaced.len(), pool.stats().txs), (2, 1));
    // Both notes belong to the newcomer now.
    refuses(&mut pool, private(1, 300), RejectCode::NullifierConflict);
    refuses(&mut pool, private(2, 300), RejectCode::NullifierConflict);
}

#[test]
fn one_newcomer_replaces_only_so_many() {
    let mut pool = pool();
    let sweep = |count: u8| {
        let mut tx = Spec { gas: 1_000_000, ..private(0, 1_000) }.build();
        tx.nullifiers = (0..count).map(|n| vec![n]).collect();
        tx
    };
    let most = u8::try_from(CONFLICTS_MAX).unwrap();
    (0..=most).for_each(|n| drop(admit(&mut pool, private(n, 50)).unwrap()));
    let code = pool.admit(sweep(most + 1), Account::default).unwrap_err();
    assert_eq!((code, pool.stats().txs), (RejectCode::NullifierConflict, CONFLICTS_MAX + 1));
    assert_eq!(pool.admit(sweep(most), Account::default).unwrap().replaced.len(), CONFLICTS_MAX);
}

#[test]
fn nullifiers_conflict_across_private_and_account_transactions() {
    let mut pool = pool();
    let public = |sequence, fee| Spec { nullifier: Some(1), sequence, fee, tip: fee, ..Spec::default() };
    admit(&mut pool, public(0, 50)).unwrap();
    admit(&mut pool, Spec { nullifier: None, ..public(1, 50) }).unwrap();
    refuses(&mut pool, private(1, 54), RejectCode::NullifierConflict);
    admit(&mut pool, private(1, 55)).unwrap();
    // What stood behind the replaced one waits for another with its sequence.
    assert_eq!((pool.stats().txs, pool.stats().parked), (2, 1));
    admit(&mut pool, public(0, 70)).unwrap();
    assert_eq!((pool.stats().txs, pool.stats().parked, pool.stats().shielded), (2, 0, 0));
    // Nobody replaces what he stands on, however much he pays, nor anything from behind a gap.
    refuses(&mut pool, public(1, 500), RejectCode::NullifierConflict);
    refuses(&mut pool, Spec { who: 2, ..public(3, 500) }, RejectCode::NullifierConflict);
}

#[test]
fn a_block_drops_what_spends_its_nullifiers_or_names_a_root_that_is_too_old() {
    let mut pool = pool();
    for n in 1..=4 {
        admit(&mut pool, Spec { anchor: Some(n % 2), ..private(n, 50) }).unwrap();
    }
    let shield = Spec { anchor: Some(1), ..Spec::default() };
    admit(&mut pool, shield).unwrap();
    let quiet = Committed { base_fee: BASE_FEE, ..Committed::default() };
    pool.commit(&Committed { height: Height(1), spent: &[vec![2], vec![77]], ..quiet });
    assert_eq!(pool.stats().txs, 4);
    pool.commit(&Committed { height: Height(2), lost_anchors: &[FieldBytes([1; 32]), FieldBytes([7; 32])], ..quiet });
    assert_eq!(chosen(&pool), [Spec { anchor: Some(0), ..private(4, 50) }.hash()]);
    assert!(!pool.known(&shield.hash()), "it may come back with a newer anchor");
    pool.commit(&Committed { height: Height(1_000), ..quiet });
    assert_eq!((pool.stats(), pool.is_executable()), (crate::PoolStats::default(), false));
}

#[test]
fn while_the_shielded_pool_stands_still_nothing_of_it_waits_and_the_rest_goes_on() {
    let mut pool = pool();
    admit(&mut pool, private(1, 500)).unwrap();
    admit(&mut pool, Spec { who: 2, anchor: Some(1), ..Spec::default() }).unwrap();
    admit(&mut pool, Spec::default()).unwrap();
    let paused = Committed { base_fee: BASE_FEE, notes_paused: true, ..Committed::default() };
    pool.commit(&Committed { height: Height(1), ..paused });
    assert_eq!(chosen(&pool), [Spec::default().hash()]);
    refuses(&mut pool, private(1, 500), RejectCode::PoolPaused);
    pool.commit(&Committed { height: Height(2), notes_paused: false, ..paused });
    admit(&mut pool, private(1, 500)).unwrap();
}

#[test]
fn a_flood_of_private_transactions_fills_its_share_and_no_more() {
    let config = PoolConfig { max_txs: 20, max_shielded_txs: 10, max_shielded_bytes: 1_800, ..PoolConfig::default() };
    let mut pool = pool_with(config);
    for n in 0..100 {
        // Nine of 200 bytes are 1,800.
        let _ = admit(&mut pool, private(n, 50 + u64::from(n)));
        assert!(pool.stats().shielded <= 9 && pool.stats().shielded_bytes <= config.max_shielded_bytes);
    }
    assert_eq!(pool.stats().txs, 9);
    // Among themselves the better one stays ...
    refuses(&mut pool, private(100, 50), RejectCode::PoolFull);
    let admitted = admit(&mut pool, private(101, 900)).unwrap();
    assert_eq!(admitted.evicted, [private(91, 141).hash()]);
    // ... and accounts have their room, at whatever price.
    for who in 1..=11 {
        assert_eq!(admit(&mut pool, Spec { who, fee: 11, tip: 1, ..Spec::default() }).unwrap().evicted, []);
    }
    // A full pool is for whoever pays most, so accounts may take the share back.
    let admitted = admit(&mut pool, Spec { who: 12, fee: 5_000, tip: 5_000, ..Spec::default() }).unwrap();
    assert_eq!(admitted.evicted.len(), 1);
}

#[test]
fn a_replacement_fits_into_a_full_share() {
    let mut pool = pool_with(PoolConfig { max_shielded_txs: 2, ..PoolConfig::default() });
    admit(&mut pool, private(1, 50)).unwrap();
    admit(&mut pool, private(2, 60)).unwrap();
    let admitted = admit(&mut pool, private(1, 55)).unwrap();
    assert_eq!((admitted.replaced.len(), admitted.evicted), (1, vec![]));
}

/// A state with one answer about all notes.
struct Notes(Option<Result<(), RejectCode>>);

impl StateView for Notes {
    fn account(&self, _: &Address) -> Option<Account> {
        Some(account(RICH, 0))
    }

    fn notes(&self, _: &CheckedTx) -> Option<Result<(), RejectCode>> {
        self.0
    }
}

#[test]
fn what_the_state_says_against_the_notes_is_heard_before_anything_waits() {
    let mut pool = pool();
    for code in [RejectCode::NoteSpent, RejectCode::AnchorUnknown, RejectCode::PoolPaused] {
        let view = Notes(Some(Err(code)));
        assert_eq!(judge(&mut pool, private(1, 50).build(), &view).unwrap_err(), code);
        let shield = Spec { anchor: Some(1), ..Spec::default() };
        assert_eq!(judge(&mut pool, shield.build(), &view).unwrap_err(), code);
    }
    assert_eq!(judge(&mut pool, private(1, 50).build(), &Notes(None)).unwrap_err(), RejectCode::PoolFull);
    assert_eq!(pool.stats().txs, 0);
    // Who has no join-splits is not asked about notes.
    judge(&mut pool, Spec::default().build(), &Notes(None)).unwrap();
    judge(&mut pool, private(1, 50).build(), &Notes(Some(Ok(())))).unwrap();
    assert_eq!(pool.stats().txs, 2);
}
