//! The handlers one by one: what is durable before each reply, what is refused before it is buffered.

use super::chain::{Call, GENESIS, TestChain, seed_of, validators};
use super::peer_id;
use crate::adapter::{Adapter, Parts};
use crate::chain::{Candidate, Chain, Mode, UndecidedBlock};
use crate::context::{BlockPart, CtxAddress, CtxHeight, CtxVote, TacitContext};
use crate::error::ConsensusError;
use crate::fault::FaultLine;
use crate::guard::{Guard, GuardFile};
use crate::malachite::Signer as _;
use crate::malachite::{
    self, CommitCertificate, MisbehaviorEvidence, NetworkMsg, Next, NilOrVal, PeerId, ProposedValue, Round,
    StreamContent, StreamMessage, SyncedValueOutcome, Validity, VoteType,
};
use crate::parts::{Init, SignedInit, stream};
use crate::signing::{GuardedSigner, vote_sign_bytes};
use crate::status::Status;
use crate::worker::Worker;
use crate::{Config, Fault};
use arc_malachitebft_app_channel::app::types::core::CommitSignature;
use ed25519_consensus::SigningKey;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_types::{Address, BlockId, Height, PublicKey, Signature};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot, watch};

/// An adapter of the validator that proposes at height 1, with its chain and what it would send.
struct Bench {
    adapter: Adapter,
    chain: Arc<TestChain>,
    network: mpsc::Receiver<NetworkMsg<TacitContext>>,
    me: Address,
    _folder: TempDir,
}

/// `me` chosen by whether it proposes at height 1, round 0.
fn bench(proposes: bool) -> Bench {
    let set = validators(4);
    let proposer = set.proposer(Height(1), tacit_types::Round(0)).address();
    let other = set.validators().iter().map(|one| one.address()).find(|address| *address != proposer).unwrap();
    let me = if proposes { proposer } else { other };
    let chain = TestChain::new(me, set);
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::from(seed_of(me));
    let public = PublicKey(key.verification_key().to_bytes());
    let guard = Guard::open(GuardFile::open(&folder.path().join("guard")).unwrap(), &GENESIS, &public).unwrap();
    let (network, receiver) = mpsc::channel(1000);
    let config = Config::new("bench", "/ip4/127.0.0.1/tcp/1", vec![], "wal".into(), "guard".into());
    let adapter = Adapter::new(Parts {
        chain: Arc::clone(&chain) as Arc<dyn Chain>,
        worker: Worker::start("chain", 1 << 20).unwrap(),
        config,
        me,
        signer: Some(GuardedSigner::new(key, GENESIS, guard, FaultLine::default()).unwrap()),
        network,
        net_requests: mpsc::channel(1).0,
        work: watch::Sender::new(true).subscribe(),
        status: watch::Sender::new(Status::default()),
        tip: Height(0),
    });
    Bench { adapter, chain, network: receiver, me, _folder: folder }
}

/// Fails the test if any call of `chain` that `durable` picks happens after `reply` was sent.
fn assert_before_reply<T: Send + 'static>(
    chain: &TestChain,
    reply: oneshot::Receiver<T>,
    durable: fn(&Call) -> bool,
) -> Arc<Mutex<oneshot::Receiver<T>>> {
    let reply = Arc::new(Mutex::new(reply));
    let seen = Arc::clone(&reply);
    chain.on_call(move |call| {
        if durable(call) {
            let early = seen.lock().unwrap().try_recv();
            assert!(matches!(early, Err(oneshot::error::TryRecvError::Empty)), "{call:?} came after the reply");
        }
    });
    reply
}

fn replied<T>(reply: &Mutex<oneshot::Receiver<T>>) -> T {
    reply.lock().unwrap().try_recv().expect("a reply")
}

const fn is_store(call: &Call) -> bool {
    matches!(call, Call::Store(..))
}

/// The stream of a block of `proposer` for height 1.
fn foreign_stream(bench: &Bench, proposer: Address, round: u32, wicked: bool) -> Vec<StreamMessage<BlockPart>> {
    let (block_id, bytes) = bench.chain.make(proposer, tacit_types::Round(round), wicked);
    let init = Init::new(Height(1), tacit_types::Round(round), proposer, block_id, &bytes).unwrap();
    stream(sign_by(proposer, init), bytes)
}

fn sign_by(signer: Address, init: Init) -> SignedInit {
    let signature = SigningKey::from(seed_of(signer)).sign(&init.sign_bytes(&GENESIS));
    SignedInit { init, signature: Signature(signature.to_bytes()) }
}

fn proposer_of(bench: &Bench, round: u32) -> Address {
    bench.chain.validators(Height(1)).unwrap().unwrap().proposer(Height(1), tacit_types::Round(round)).address()
}

async fn receive(
    bench: &mut Bench,
    from: PeerId,
    message: StreamMessage<BlockPart>,
) -> Option<ProposedValue<TacitContext>> {
    let (reply, receiver) = oneshot::channel();
    bench.adapter.on_received_part(from, message.content, reply).await.unwrap();
    receiver.await.unwrap()
}

async fn receive_all(
    bench: &mut Bench,
    from: PeerId,
    messages: Vec<StreamMessage<BlockPart>>,
) -> Option<ProposedValue<TacitContext>> {
    let mut value = None;
    for message in messages {
        value = value.or(receive(bench, from, message).await);
    }
    value
}

async fn decide(bench: &mut Bench, block_id: BlockId) -> Result<(), ConsensusError> {
    let (height, set) = (CtxHeight(bench.adapter.tip.next()), bench.chain.validators(Height(1)).unwrap().unwrap());
    let sign = |voter: Address| {
        let value = NilOrVal::Val(block_id);
        let vote = CtxVote { kind: VoteType::Precommit, height, round: Round::ZERO, value, voter: CtxAddress(voter) };
        let signature = SigningKey::from(seed_of(voter)).sign(&vote_sign_bytes(&GENESIS, &vote).unwrap());
        CommitSignature::new(CtxAddress(voter), malachite::Signature::from_bytes(signature.to_bytes()))
    };
    let commit_signatures = set.validators().iter().map(|one| sign(one.address())).collect();
    let decision = CommitCertificate { height, round: Round::ZERO, value_id: block_id, commit_signatures };
    let (reply, receiver) = oneshot::channel();
    let reply_slot = assert_before_reply(&bench.chain, receiver, |call| matches!(call, Call::Commit(..)));
    bench.adapter.on_decided(decision, reply).await?;
    replied(&reply_slot);
    Ok(())
}

#[tokio::test]
async fn an_own_block_is_signed_and_stored_before_it_is_proposed_and_built_only_once() {
    let mut bench = bench(true);
    let mut proposed = Vec::new();
    for _ in 0..2 {
        let (reply, receiver) = oneshot::channel();
        let reply_slot = assert_before_reply(&bench.chain, receiver, is_store);
        bench.adapter.on_get_value(CtxHeight(Height(1)), Round::ZERO, Duration::from_secs(1), reply).await.unwrap();
        proposed.push(replied(&reply_slot).value);
    }
    assert_eq!(proposed[0], proposed[1]);
    let calls = bench.chain.calls();
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(matches!(calls[0], Call::Build(..)) && is_store(&calls[1]) && is_store(&calls[2]));
    assert_eq!(bench.adapter.signer.as_ref().unwrap().counts().syncs(), 1);
    // Streamed once, under an announcement that everybody else accepts.
    let NetworkMsg::PublishProposalPart(first) = bench.network.recv().await.unwrap();
    let BlockPart { signed, data } = first.content.into_data().unwrap();
    assert!(data.is_none());
    assert_eq!(signed, sign_by(bench.me, signed.init.clone()));
}

#[tokio::test]
async fn an_own_block_that_is_built_after_the_vote_for_nil_is_given_up_quietly() {
    let mut bench = bench(true);
    let vote = CtxVote {
        kind: VoteType::Prevote,
        height: CtxHeight(Height(1)),
        round: Round::ZERO,
        value: NilOrVal::Nil,
        voter: CtxAddress(bench.me),
    };
    bench.adapter.signer.as_ref().unwrap().sign_vote(vote).await.unwrap();
    let (reply, receiver) = oneshot::channel();
    bench.adapter.on_get_value(CtxHeight(Height(1)), Round::ZERO, Duration::from_secs(1), reply).await.unwrap();
    receiver.await.expect("the engine gets its answer");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(bench.network.try_recv().is_err(), "nothing is streamed");
}

#[tokio::test]
async fn a_complete_block_is_stored_with_its_verdict_before_it_is_handed_over() {
    for wicked in [false, true] {
        let mut bench = bench(false);
        let mut messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, wicked);
        let _fin = messages.pop();
        let last = messages.pop().unwrap();
        let from = peer_id();
        assert!(receive_all(&mut bench, from, messages).await.is_none());
        let (reply, receiver) = oneshot::channel();
        let reply_slot = assert_before_reply(&bench.chain, receiver, is_store);
        bench.adapter.on_received_part(from, last.content, reply).await.unwrap();
        let value = replied(&reply_slot).unwrap();
        assert_eq!(value.validity, Validity::from_bool(!wicked));
        assert!(bench.chain.calls().contains(&Call::Store(value.value.0, !wicked)));
    }
}

#[tokio::test]
async fn nothing_is_buffered_for_an_announcement_that_the_proposer_did_not_sign() {
    let mut bench = bench(false);
    let proposer = proposer_of(&bench, 0);
    let (block_id, bytes) = bench.chain.make(proposer, tacit_types::Round(0), false);
    let init = Init::new(Height(1), tacit_types::Round(0), proposer, block_id, &bytes).unwrap();
    let forged = sign_by(bench.me, init.clone());
    let mut claimed = init.clone();
    claimed.proposer = bench.me;
    let wrong_proposer = sign_by(bench.me, claimed);
    let mut altered = sign_by(proposer, init);
    altered.init.total_bytes += 1;
    for signed in [forged, wrong_proposer, altered] {
        let from = peer_id();
        assert!(receive_all(&mut bench, from, stream(signed, bytes.clone())).await.is_none());
        assert_eq!(bench.adapter.parts.reserved_bytes(), 0);
    }
    assert!(bench.chain.calls().is_empty());
}

#[tokio::test]
async fn an_authenticated_announcement_of_the_next_height_releases_the_pace_and_a_forged_one_does_not() {
    let mut bench = bench(false);
    let announced = bench.adapter.announced.subscribe();
    let proposer = proposer_of(&bench, 0);
    let genuine = foreign_stream(&bench, proposer, 0, false).swap_remove(0);
    let init = genuine.content.as_data().unwrap().signed.init.clone();
    let forged = StreamContent::Data(BlockPart { signed: sign_by(bench.me, init), data: None });
    let forged = StreamMessage::new(genuine.stream_id.clone(), 0, forged);
    receive(&mut bench, peer_id(), forged).await;
    assert_eq!(*announced.borrow(), Height(0));
    receive(&mut bench, peer_id(), genuine).await;
    assert_eq!(*announced.borrow(), Height(1));
}

#[tokio::test]
async fn a_block_that_is_already_judged_is_not_buffered_again() {
    let mut bench = bench(false);
    let messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, false);
    assert!(receive_all(&mut bench, peer_id(), messages.clone()).await.is_some());
    assert!(receive_all(&mut bench, peer_id(), messages).await.is_none());
    assert_eq!(bench.adapter.parts.reserved_bytes(), 0);
    assert_eq!(bench.chain.calls().len(), 2);
}

#[tokio::test]
async fn a_block_of_the_height_after_waits_for_its_parent_and_comes_with_the_round() {
    let mut ahead = bench(false);
    let mut behind = bench(false);
    let first = foreign_stream(&ahead, proposer_of(&ahead, 0), 0, false);
    let value = receive_all(&mut ahead, peer_id(), first.clone()).await.unwrap();
    decide(&mut ahead, value.value.0).await.unwrap();
    // The next block, built on the decided one, reaches the node that has not decided yet.
    let set = ahead.chain.validators(Height(2)).unwrap().unwrap();
    let proposer = set.proposer(Height(2), tacit_types::Round(0)).address();
    let (block_id, bytes) = ahead.chain.make(proposer, tacit_types::Round(0), false);
    let init = Init::new(Height(2), tacit_types::Round(0), proposer, block_id, &bytes).unwrap();
    let second = stream(sign_by(proposer, init), bytes);
    assert!(receive_all(&mut behind, peer_id(), second).await.is_none());
    assert!(behind.chain.calls().is_empty());

    let value = receive_all(&mut behind, peer_id(), first).await.unwrap();
    decide(&mut behind, value.value.0).await.unwrap();
    let (reply, receiver) = oneshot::channel();
    behind.adapter.on_started_round(CtxHeight(Height(2)), Round::ZERO, reply).await.unwrap();
    let values = receiver.await.unwrap();
    assert_eq!(values.len(), 1);
    assert_eq!((values[0].value.0, values[0].validity), (block_id, Validity::Valid));
}

#[tokio::test]
async fn a_decision_is_committed_before_it_is_acknowledged_and_an_unknown_block_stops_the_node() {
    let mut bench = bench(false);
    let error = decide(&mut bench, BlockId([9; 32])).await.unwrap_err();
    assert!(matches!(error, ConsensusError::Chain(Fault(_))), "{error}");
    let messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, false);
    let value = receive_all(&mut bench, peer_id(), messages).await.unwrap();
    decide(&mut bench, value.value.0).await.unwrap();
    assert_eq!(bench.chain.height(), Height(1));
    assert_eq!(bench.adapter.tip, Height(1));
}

#[tokio::test]
async fn an_own_stored_block_is_streamed_again_after_a_restart_and_only_once() {
    let mut bench = bench(true);
    let (reply, _receiver) = oneshot::channel();
    bench.adapter.on_get_value(CtxHeight(Height(1)), Round::ZERO, Duration::from_secs(1), reply).await.unwrap();
    let NetworkMsg::PublishProposalPart(before) = bench.network.recv().await.unwrap();
    // A restart forgets what was streamed; the disk and the guard do not forget anything.
    bench.adapter.streamed.clear();
    bench.adapter.known.clear();
    while bench.network.try_recv().is_ok() {}
    for _ in 0..2 {
        let (reply, receiver) = oneshot::channel();
        bench.adapter.on_started_round(CtxHeight(Height(1)), Round::ZERO, reply).await.unwrap();
        assert_eq!(receiver.await.unwrap().len(), 1);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let sent: Vec<_> = std::iter::from_fn(|| bench.network.try_recv().ok()).collect();
    let announcements: Vec<_> = sent
        .into_iter()
        .filter_map(|NetworkMsg::PublishProposalPart(message)| message.content.into_data())
        .filter(|part| part.data.is_none())
        .collect();
    assert_eq!(announcements, vec![before.content.into_data().unwrap()]);
}

#[tokio::test]
async fn a_foreign_block_is_restreamed_under_its_original_announcement() {
    let mut bench = bench(false);
    let messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, false);
    let value = receive_all(&mut bench, peer_id(), messages.clone()).await.unwrap();
    bench.adapter.on_restream(CtxHeight(Height(1)), value.value.0).await.unwrap();
    let NetworkMsg::PublishProposalPart(first) = bench.network.recv().await.unwrap();
    assert_eq!(first.content, messages[0].content);
    assert_eq!(bench.adapter.signer.as_ref().unwrap().counts().syncs(), 0, "nothing is signed again");
}

async fn sync(bench: &mut Bench, bytes: Vec<u8>) -> Result<SyncedValueOutcome<TacitContext>, ConsensusError> {
    let proposer = CtxAddress(proposer_of(bench, 0));
    let (reply, receiver) = oneshot::channel();
    let reply_slot = assert_before_reply(&bench.chain, receiver, is_store);
    bench.adapter.on_synced_value(CtxHeight(Height(1)), Round::ZERO, proposer, bytes.into(), reply).await?;
    Ok(replied(&reply_slot))
}

#[tokio::test]
async fn a_synced_block_is_stored_before_its_verdict_and_is_not_paced() {
    let mut bench = bench(false);
    let (block_id, bytes) = bench.chain.make(proposer_of(&bench, 0), tacit_types::Round(0), false);
    let outcome = sync(&mut bench, bytes).await.unwrap();
    assert!(matches!(outcome, SyncedValueOutcome::Verdict(value) if value.value.0 == block_id));
    assert!(bench.chain.calls().contains(&Call::Validate(block_id, Mode::Synced)));
    decide(&mut bench, block_id).await.unwrap();
    assert!(bench.chain.calls().contains(&Call::Commit(Height(1), true)));
    let (reply, mut receiver) = oneshot::channel();
    bench.adapter.on_finalized(CtxHeight(Height(1)), &no_evidence(), reply).await.unwrap();
    assert!(matches!(receiver.try_recv(), Ok(Next::Start(CtxHeight(Height(2)), _))));
}

#[tokio::test]
async fn a_live_height_is_paced() {
    let mut bench = bench(false);
    let messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, false);
    let value = receive_all(&mut bench, peer_id(), messages).await.unwrap();
    decide(&mut bench, value.value.0).await.unwrap();
    let (reply, mut receiver) = oneshot::channel();
    bench.adapter.height_started = tokio::time::Instant::now();
    bench.adapter.on_finalized(CtxHeight(Height(1)), &no_evidence(), reply).await.unwrap();
    assert!(receiver.try_recv().is_err());
    assert!(matches!(receiver.await, Ok(Next::Start(..))));
}

#[tokio::test]
async fn a_certified_block_that_is_invalid_stops_the_node_and_is_kept() {
    let mut bench = bench(false);
    let (block_id, bytes) = bench.chain.make(proposer_of(&bench, 0), tacit_types::Round(0), true);
    let error = sync(&mut bench, bytes).await.map(|_| ()).unwrap_err();
    assert!(matches!(&error, ConsensusError::CertifiedInvalid { reason, .. } if reason == "state root"), "{error}");
    assert!(bench.chain.calls().contains(&Call::Store(block_id, false)));
}

#[tokio::test]
async fn undecodable_or_foreign_synced_bytes_are_the_peers_fault_and_are_not_stored() {
    let mut bench = bench(false);
    assert!(matches!(sync(&mut bench, vec![1, 2, 3]).await.unwrap(), SyncedValueOutcome::PeerFault));
    bench.chain.blame_peers.store(true, std::sync::atomic::Ordering::Relaxed);
    let (_, bytes) = bench.chain.make(proposer_of(&bench, 0), tacit_types::Round(0), false);
    assert!(matches!(sync(&mut bench, bytes).await.unwrap(), SyncedValueOutcome::PeerFault));
    assert!(!bench.chain.calls().iter().any(is_store));
}

#[tokio::test]
async fn a_request_for_blocks_is_clamped_to_what_exists() {
    let mut bench = bench(false);
    let messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, false);
    let value = receive_all(&mut bench, peer_id(), messages).await.unwrap();
    decide(&mut bench, value.value.0).await.unwrap();
    for (from, to, expected) in [(0, u64::MAX, 1), (1, 1, 1), (2, 9, 0), (5, 3, 0), (u64::MAX, u64::MAX, 0)] {
        let (reply, receiver) = oneshot::channel();
        let range = CtxHeight(Height(from))..=CtxHeight(Height(to));
        bench.adapter.on_get_decided_values(range, reply).await.unwrap();
        let values = receiver.await.unwrap();
        assert_eq!(values.len(), expected, "{from}..={to}");
        for served in values {
            assert_eq!(served.certificate.value_id, value.value.0);
            assert_eq!(served.certificate.commit_signatures.len(), 4);
        }
    }
}

#[tokio::test]
async fn parts_come_together_in_any_order_and_the_announcement_alone_may_come_last() {
    let mut bench = bench(false);
    bench.chain.fill.store(300_000, std::sync::atomic::Ordering::Relaxed);
    let mut messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, false);
    messages.reverse();
    assert_eq!(messages.len(), 5);
    let value = receive_all(&mut bench, peer_id(), messages).await.unwrap();
    assert_eq!(value.validity, Validity::Valid);
}

#[tokio::test]
async fn junk_announced_under_a_blocks_id_neither_condemns_nor_overwrites_the_block() {
    let mut bench = bench(false);
    let honest = proposer_of(&bench, 0);
    let genuine = foreign_stream(&bench, honest, 0, false);
    let (block_id, bytes) = bench.chain.make(honest, tacit_types::Round(0), false);
    let mut junk_body = bytes.clone();
    *junk_body.last_mut().unwrap() ^= 1;
    // The proposer of the next round claims the id: over junk, over the genuine bytes; the honest one's twin too.
    let thief = proposer_of(&bench, 1);
    for (signer, round, bytes) in [(thief, 1, vec![5; 400]), (thief, 1, bytes), (honest, 0, junk_body)] {
        let init = Init::new(Height(1), tacit_types::Round(round), signer, block_id, &bytes).unwrap();
        assert!(receive_all(&mut bench, peer_id(), stream(sign_by(signer, init), bytes)).await.is_none());
    }
    assert!(!bench.chain.calls().iter().any(is_store), "junk was stored");
    let value = receive_all(&mut bench, peer_id(), genuine).await.unwrap();
    assert_eq!((value.value.0, value.validity), (block_id, Validity::Valid));
}

#[tokio::test]
async fn evidence_is_stored_before_the_next_height() {
    let mut bench = bench(false);
    let messages = foreign_stream(&bench, proposer_of(&bench, 0), 0, false);
    let value = receive_all(&mut bench, peer_id(), messages).await.unwrap();
    decide(&mut bench, value.value.0).await.unwrap();
    let mut evidence = no_evidence();
    let vote = |value| {
        let voter = CtxAddress(bench.me);
        let vote = CtxVote { kind: VoteType::Prevote, height: CtxHeight(Height(1)), round: Round::ZERO, value, voter };
        malachite::SignedMessage::new(vote, malachite::Signature::from_bytes([7; 64]))
    };
    evidence.votes.add(vote(NilOrVal::Nil), vote(NilOrVal::Val(BlockId([1; 32]))));
    let (reply, receiver) = oneshot::channel();
    let reply_slot = assert_before_reply(&bench.chain, receiver, |call| matches!(call, Call::Evidence(_)));
    bench.adapter.on_finalized(CtxHeight(Height(1)), &evidence, reply).await.unwrap();
    drop(reply_slot);
    let stored = bench.chain.evidence();
    assert_eq!(stored.len(), 1);
    assert_eq!((stored[0].validator, stored[0].first.value), (bench.me, None));
    assert_eq!(stored[0].second.value, Some(BlockId([1; 32])));
}

fn no_evidence() -> MisbehaviorEvidence<TacitContext> {
    MisbehaviorEvidence { proposals: Default::default(), votes: Default::default() }
}

#[tokio::test]
async fn the_test_chain_refuses_what_its_rules_forbid() {
    let bench = bench(true);
    for wicked in [false, true] {
        let (block_id, bytes) = bench.chain.make(bench.me, tacit_types::Round(0), wicked);
        let block = UndecidedBlock {
            height: Height(1),
            round: tacit_types::Round(0),
            proposer: bench.me,
            block_id,
            bytes,
            valid: true,
            announcement: None,
        };
        let (round, proposer, bytes) = (block.round, block.proposer, block.bytes.as_slice());
        let candidate = Candidate { height: block.height, round, proposer, block_id, bytes };
        let verdict = bench.chain.validate(candidate, Mode::Live).unwrap();
        assert_eq!(verdict == crate::Verdict::Valid, !wicked);
    }
}
