//! The way in, with real signatures, and the way over a restart.

use super::*;
use crate::{AccountView, Intake, Mempool, saved};
use std::time::Duration;
use tacit_types::RejectCode;

struct AllRich;

impl AccountView for AllRich {
    fn account(&self, _: &Address) -> Option<Account> {
        Some(account(RICH, 0))
    }
}

struct Unreadable;

impl AccountView for Unreadable {
    fn account(&self, _: &Address) -> Option<Account> {
        None
    }
}

fn intake() -> (Intake, Mempool) {
    let pool = Mempool::new(PoolConfig::default(), Height(0), BASE_FEE);
    (Intake::start(rules(), pool.clone(), Arc::new(AllRich), 2).0, pool)
}

fn key(n: u8) -> SigningKey {
    SigningKey::from([n; 32])
}

fn codes(verdicts: &[crate::Verdict]) -> Vec<Option<RejectCode>> {
    verdicts.iter().map(|verdict| verdict.as_ref().err().map(|reject| reject.code)).collect()
}

#[tokio::test]
async fn a_twin_with_a_garbage_witness_blocks_nothing() {
    let (intake, pool) = intake();
    let good = transfer(&key(1), 0, 1);
    let mut twin = good.clone();
    let signature = Signature(key(2).sign(b"something else").to_bytes());
    twin.witness.signatures = List::new(vec![IndexedSignature { key_index: 0, signature }]).unwrap();
    assert_eq!(twin.id(), good.id());
    assert_eq!(codes(&intake.submit(vec![raw(&twin)]).await), [Some(RejectCode::SignatureInvalid)]);
    assert!(pool.get_by_id(&good.id()).is_none() && !pool.known(&raw(&twin).full_hash()));
    assert_eq!(codes(&intake.submit(vec![raw(&twin), raw(&good)]).await), [Some(RejectCode::SignatureInvalid), None]);
    assert_eq!(pool.get_by_id(&good.id()).unwrap().raw(), &raw(&good));
}

#[tokio::test]
async fn verdicts_stand_in_the_order_of_what_was_submitted() {
    let (intake, pool) = intake();
    let garbage = RawTx::new(vec![1, 2, 3]).unwrap();
    let (first, second) = (raw(&transfer(&key(1), 0, 1)), raw(&transfer(&key(1), 1, 1)));
    let batch = vec![garbage.clone(), second.clone(), first.clone(), second.clone(), garbage];
    let verdicts = intake.submit(batch).await;
    let expected =
        [Some(RejectCode::Malformed), None, None, Some(RejectCode::AlreadyKnown), Some(RejectCode::AlreadyKnown)];
    assert_eq!(codes(&verdicts), expected);
    assert_eq!(verdicts[2].as_ref().unwrap().full_hash, first.full_hash());
    assert_eq!(codes(&intake.submit(vec![first]).await), [Some(RejectCode::AlreadyKnown)]);
    assert_eq!(pool.stats().txs, 2);
    assert!(intake.submit(vec![]).await.is_empty());
}

#[tokio::test]
async fn many_submitters_at_once_all_get_their_own_verdict() {
    let (intake, pool) = intake();
    let submit = |n: u64| {
        let intake = intake.clone();
        tokio::spawn(async move {
            let tx = transfer(&key((n % 50) as u8 + 1), n / 50, 1);
            (tx.id(), intake.submit(vec![raw(&tx)]).await)
        })
    };
    let tasks: Vec<_> = (0..500).map(submit).collect();
    for task in tasks {
        let (id, verdicts) = task.await.unwrap();
        assert_eq!(verdicts[0].as_ref().unwrap().tx_id, id);
    }
    assert_eq!((pool.stats().txs, pool.stats().parked), (500, 0));
}

#[tokio::test]
async fn too_many_at_once_and_an_unreadable_state_are_refused_without_harm() {
    let (intake, pool) = intake();
    let many = vec![RawTx::new(vec![0]).unwrap(); 1_025];
    let verdicts = intake.submit(many).await;
    assert_eq!(verdicts.len(), 1_025);
    assert!(codes(&verdicts).iter().all(|code| *code == Some(RejectCode::PoolFull)));
    let (blind, _) = Intake::start(rules(), pool.clone(), Arc::new(Unreadable), 1);
    let verdicts = blind.submit(vec![raw(&transfer(&key(1), 0, 1))]).await;
    assert_eq!(codes(&verdicts), [Some(RejectCode::PoolFull)]);
    assert_eq!(pool.stats().txs, 0);
}

#[tokio::test]
async fn money_that_arrives_while_transactions_wait_counts_at_once() {
    // One transfer costs at most 100,000,000.
    struct Growing(std::sync::atomic::AtomicU64);
    impl AccountView for Growing {
        fn account(&self, _: &Address) -> Option<Account> {
            Some(account(Amount(self.0.load(std::sync::atomic::Ordering::Relaxed).into()), 0))
        }
    }
    let pool = Mempool::new(PoolConfig::default(), Height(0), BASE_FEE);
    let view = Arc::new(Growing(100_000_000.into()));
    let (intake, _) = Intake::start(rules(), pool.clone(), view.clone(), 1);
    let second = vec![raw(&transfer(&key(1), 1, 1))];
    assert_eq!(codes(&intake.submit(vec![raw(&transfer(&key(1), 0, 1))]).await), [None]);
    assert_eq!(codes(&intake.submit(second.clone()).await), [Some(RejectCode::CannotPayFee)]);
    view.0.store(200_000_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(codes(&intake.submit(second).await), [None]);
    assert_eq!(pool.select(&everything(BASE_FEE)).len(), 2);
}

#[tokio::test]
async fn the_proposer_is_woken_by_what_can_be_proposed_and_not_by_what_is_parked() {
    let (intake, pool) = intake();
    let mut executable = pool.executable();
    assert!(!*executable.borrow_and_update());
    intake.submit(vec![raw(&transfer(&key(1), 1, 1))]).await;
    assert!(!executable.has_changed().unwrap());
    let first = transfer(&key(1), 0, 1);
    intake.submit(vec![raw(&first)]).await;
    assert!(executable.has_changed().unwrap() && *executable.borrow_and_update());
    let sender = first.body.sender();
    let accounts = [(sender, account(RICH, 2))];
    pool.commit(&Committed { height: Height(1), base_fee: BASE_FEE, included: &[], accounts: &accounts, spent: &[] });
    assert!(executable.has_changed().unwrap() && !*executable.borrow_and_update());
}

#[tokio::test]
async fn nothing_is_lost_over_a_clean_restart() {
    let (before, pool) = intake();
    // One key's transactions arrive backwards, so that they are parked at first.
    let txs: Vec<RawTx> =
        (0..20).rev().map(|n| raw(&transfer(&key(1), n, 1))).chain([raw(&transfer(&key(2), 7, 9))]).collect();
    assert!(before.submit(txs).await.iter().all(Result::is_ok));
    let bytes = pool.save();
    let (after, restored) = intake();
    let saved = saved::decode(&bytes).unwrap();
    assert!(after.submit(saved).await.iter().all(Result::is_ok));
    assert_eq!(restored.stats(), pool.stats());
    assert_eq!(restored.save(), bytes);
    let limits = everything(BASE_FEE);
    let ids = |pool: &Mempool| pool.select(&limits).iter().map(|tx| tx.id()).collect::<Vec<_>>();
    assert_eq!(ids(&restored), ids(&pool));
    let now = UnixMillis(u64::MAX);
    assert_eq!(restored.pending(now, Duration::ZERO, 100).len(), 21);
    assert_eq!(restored.pending(UnixMillis(5), Duration::from_secs(1), 100).len(), 0);
}
