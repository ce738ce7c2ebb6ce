//! The way in, with real signatures, and the way over a restart.

use super::*;
use crate::source::FORGERIES_MAX;
use crate::{Intake, Mempool, Source, StateView, saved};
use std::time::Duration;
use tacit_types::RejectCode;

struct AllRich;

impl StateView for AllRich {
    fn account(&self, _: &Address) -> Option<Account> {
        Some(account(RICH, 0))
    }

    fn notes(&self, _: &CheckedTx) -> Option<Result<(), RejectCode>> {
        Some(Ok(()))
    }
}

struct Unreadable;

impl StateView for Unreadable {
    fn account(&self, _: &Address) -> Option<Account> {
        None
    }

    fn notes(&self, _: &CheckedTx) -> Option<Result<(), RejectCode>> {
        None
    }
}

fn intake() -> (Intake, Mempool) {
    let pool = Mempool::new(PoolConfig::default(), Height(0), BASE_FEE);
    (Intake::start(rules(), pool.clone(), Arc::new(AllRich), 2).0, pool)
}

fn wallet() -> Source {
    Source::shared(&"wallet")
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
    assert_eq!(codes(&intake.submit(vec![raw(&twin)], wallet()).await), [Some(RejectCode::SignatureInvalid)]);
    assert!(pool.get_by_id(&good.id()).is_none() && !pool.known(&raw(&twin).full_hash()));
    assert_eq!(
        codes(&intake.submit(vec![raw(&twin), raw(&good)], wallet()).await),
        [Some(RejectCode::SignatureInvalid), None]
    );
    assert_eq!(pool.get_by_id(&good.id()).unwrap().raw(), &raw(&good));
}

#[tokio::test]
async fn verdicts_stand_in_the_order_of_what_was_submitted() {
    let (intake, pool) = intake();
    let garbage = RawTx::new(vec![1, 2, 3]).unwrap();
    let (first, second) = (raw(&transfer(&key(1), 0, 1)), raw(&transfer(&key(1), 1, 1)));
    let batch = vec![garbage.clone(), second.clone(), first.clone(), second.clone(), garbage];
    let verdicts = intake.submit(batch, wallet()).await;
    let expected =
        [Some(RejectCode::Malformed), None, None, Some(RejectCode::AlreadyKnown), Some(RejectCode::AlreadyKnown)];
    assert_eq!(codes(&verdicts), expected);
    assert_eq!(verdicts[2].as_ref().unwrap().full_hash, first.full_hash());
    assert_eq!(codes(&intake.submit(vec![first], wallet()).await), [Some(RejectCode::AlreadyKnown)]);
    assert_eq!(pool.stats().txs, 2);
    assert!(intake.submit(vec![], wallet()).await.is_empty());
}

#[tokio::test]
async fn many_submitters_at_once_all_get_their_own_verdict() {
    let (intake, pool) = intake();
    let submit = |n: u64| {
        let intake = intake.clone();
        tokio::spawn(async move {
            let tx = transfer(&key((n % 50) as u8 + 1), n / 50, 1);
            (tx.id(), intake.submit(vec![raw(&tx)], wallet()).await)
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
    let verdicts = intake.submit(many, wallet()).await;
    assert_eq!(verdicts.len(), 1_025);
    assert!(codes(&verdicts).iter().all(|code| *code == Some(RejectCode::PoolFull)));
    let (blind, _) = Intake::start(rules(), pool.clone(), Arc::new(Unreadable), 1);
    let verdicts = blind.submit(vec![raw(&transfer(&key(1), 0, 1))], wallet()).await;
    assert_eq!(codes(&verdicts), [Some(RejectCode::PoolFull)]);
    assert_eq!(pool.stats().txs, 0);
}

#[tokio::test]
async fn money_that_arrives_while_transactions_wait_counts_at_once() {
    // One transfer costs at most 100,000,000.
    struct Growing(std::sync::atomic::AtomicU64);
    impl StateView for Growing {
        fn account(&self, _: &Address) -> Option<Account> {
            Some(account(Amount(self.0.load(std::sync::atomic::Ordering::Relaxed).into()), 0))
        }

        fn notes(&self, _: &CheckedTx) -> Option<Result<(), RejectCode>> {
            None
        }
    }
    let pool = Mempool::new(PoolConfig::default(), Height(0), BASE_FEE);
    let view = Arc::new(Growing(100_000_000.into()));
    let (intake, _) = Intake::start(rules(), pool.clone(), view.clone(), 1);
    let second = vec![raw(&transfer(&key(1), 1, 1))];
    assert_eq!(codes(&intake.submit(vec![raw(&transfer(&key(1), 0, 1))], wallet()).await), [None]);
    assert_eq!(codes(&intake.submit(second.clone(), wallet()).await), [Some(RejectCode::CannotPayFee)]);
    view.0.store(200_000_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(codes(&intake.submit(second, wallet()).await), [None]);
    assert_eq!(pool.select(&everything(BASE_FEE)).len(), 2);
}

#[tokio::test]
async fn the_proposer_is_woken_by_what_can_be_proposed_and_not_by_what_is_parked() {
    let (intake, pool) = intake();
    let mut executable = pool.executable();
    assert!(!*executable.borrow_and_update());
    intake.submit(vec![raw(&transfer(&key(1), 1, 1))], wallet()).await;
    assert!(!executable.has_changed().unwrap());
    let first = transfer(&key(1), 0, 1);
    intake.submit(vec![raw(&first)], wallet()).await;
    assert!(executable.has_changed().unwrap() && *executable.borrow_and_update());
    let sender = first.body.sender();
    let accounts = [(sender, account(RICH, 2))];
    pool.commit(&Committed { height: Height(1), base_fee: BASE_FEE, accounts: &accounts, ..Committed::default() });
    assert!(executable.has_changed().unwrap() && !*executable.borrow_and_update());
}

#[tokio::test]
async fn nothing_is_lost_over_a_clean_restart() {
    let (before, pool) = intake();
    // One key's transactions arrive backwards, so that they are parked at first.
    let txs: Vec<RawTx> =
        (0..20).rev().map(|n| raw(&transfer(&key(1), n, 1))).chain([raw(&transfer(&key(2), 7, 9))]).collect();
    assert!(before.submit(txs, wallet()).await.iter().all(Result::is_ok));
    let bytes = pool.save();
    let (after, restored) = intake();
    let saved = saved::decode(&bytes).unwrap();
    assert!(after.submit(saved, wallet()).await.iter().all(Result::is_ok));
    assert_eq!(restored.stats(), pool.stats());
    assert_eq!(restored.save(), bytes);
    let limits = everything(BASE_FEE);
    let ids = |pool: &Mempool| pool.select(&limits).iter().map(|tx| tx.id()).collect::<Vec<_>>();
    assert_eq!(ids(&restored), ids(&pool));
    let now = UnixMillis(u64::MAX);
    assert_eq!(restored.pending(now, Duration::ZERO, 100).len(), 21);
    assert_eq!(restored.pending(UnixMillis(5), Duration::from_secs(1), 100).len(), 0);
}

/// A transfer whose signature is another's.
fn forged(n: u8) -> RawTx {
    let mut tx = transfer(&key(n), 0, 1);
    let signature = Signature(key(250).sign(&[n]).to_bytes());
    tx.witness.signatures = List::new(vec![IndexedSignature { key_index: 0, signature }]).unwrap();
    raw(&tx)
}

#[tokio::test]
async fn a_forger_among_honest_senders_costs_them_nothing_and_is_silenced_alone() {
    let (intake, pool) = intake();
    let (forger, honest) = (Source::remote(&"forger"), Source::remote(&"honest"));
    let most = FORGERIES_MAX as u8;
    for n in 1..=most {
        let [bad, good] = [(forger, forged(n)), (honest, raw(&transfer(&key(n), 0, 1)))]
            .map(|(source, tx)| (intake.clone(), source, tx))
            .map(|(intake, source, tx)| tokio::spawn(async move { intake.submit(vec![tx], source).await }));
        assert_eq!(codes(&bad.await.unwrap()), [Some(RejectCode::SignatureInvalid)], "{n}");
        assert_eq!(codes(&good.await.unwrap()), [None], "{n}");
    }
    assert!(intake.silenced(&forger).is_some() && intake.silenced(&honest).is_none());
    // Not even what is good is looked at now, which says nothing about the transaction: others may bring it.
    let good = raw(&transfer(&key(200), 0, 1));
    assert_eq!(codes(&intake.submit(vec![good.clone()], forger).await), [Some(RejectCode::PoolFull)]);
    assert_eq!(codes(&intake.submit(vec![good], honest).await), [None]);
    assert_eq!(pool.stats().txs, FORGERIES_MAX as usize + 1);
}

#[tokio::test]
async fn whoever_sends_only_forgeries_has_few_of_them_checked() {
    let (intake, _) = intake();
    let forger = Source::remote(&"forger");
    assert_eq!(codes(&intake.submit(vec![forged(1)], forger).await), [Some(RejectCode::SignatureInvalid)]);
    let verdicts = codes(&intake.submit((2..=200).map(forged).collect(), forger).await);
    let checked = verdicts.iter().filter(|code| **code == Some(RejectCode::SignatureInvalid)).count();
    assert_eq!(checked, FORGERIES_MAX as usize);
    assert!(verdicts[checked..].iter().all(|code| *code == Some(RejectCode::PoolFull)));
}

#[tokio::test]
async fn a_copy_that_a_forger_sends_does_not_stand_in_the_way_of_the_original() {
    let (intake, pool) = intake();
    let (forger, honest) = (Source::remote(&"forger"), Source::remote(&"honest"));
    intake.submit((1..=4).map(forged).collect(), forger).await;
    let good = raw(&transfer(&key(100), 0, 1));
    let stolen: Vec<RawTx> = (5..=30).map(forged).chain([good.clone()]).collect();
    // One batch for both: they arrive while another is being checked.
    let busy = intake.submit((50..=80).map(|n| raw(&transfer(&key(n), 0, 1))).collect(), wallet());
    let (_, from_forger, from_honest) =
        tokio::join!(busy, intake.submit(stolen, forger), intake.submit(vec![good.clone()], honest));
    assert!(codes(&from_forger)[26].is_some());
    assert_eq!(codes(&from_honest), [None]);
    assert!(pool.known(&good.full_hash()));
}

#[tokio::test]
async fn what_does_not_fit_into_one_batch_is_checked_in_several_and_answered_in_order() {
    let (intake, pool) = intake();
    // Two threads take 512 KiB at a time; these are about 1.2 MiB.
    let filler = |n: u64| {
        let mut tx = transfer(&key(1), n, 1);
        let code = tacit_types::Bytes::new(vec![n as u8; 60_000]).unwrap();
        tx.body.actions = List::new(vec![Action::Deploy(tacit_types::action::Deploy { code })]).unwrap();
        tx.body.gas_limit = Gas(50_000_000);
        let signature = Signature(key(1).sign(&tx.body.sign_bytes()).to_bytes());
        tx.witness.signatures = List::new(vec![IndexedSignature { key_index: 0, signature }]).unwrap();
        raw(&tx)
    };
    let txs: Vec<RawTx> = (0..20).map(filler).collect();
    let verdicts = intake.submit(txs.clone(), wallet()).await;
    let hashes: Vec<FullHash> = verdicts.iter().map(|verdict| verdict.as_ref().unwrap().full_hash).collect();
    assert_eq!(hashes, txs.iter().map(RawTx::full_hash).collect::<Vec<_>>());
    assert_eq!((pool.stats().txs, pool.stats().parked), (20, 0));
}
