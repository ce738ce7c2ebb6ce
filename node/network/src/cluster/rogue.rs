//! Peers that misbehave: each is found out, named and cut off, and the honest ones notice nothing.

use super::*;
use crate::Offence;
use crate::behaviour::{Behaviour, BehaviourEvent, build_swarm};
use crate::limits::{
    FETCH_HASHES_MAX, FETCHES_PER_PEER_MAX, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX, WANTED_PER_PEER_MAX,
};
use crate::wire::{BodiesBuilder, Request, Response};
use bytes::Bytes;
use futures::StreamExt;
use libp2p::Swarm;
use libp2p::request_response::{Event, Message};
use libp2p::swarm::SwarmEvent;
use tacit_types::List;

/// A peer that says what its script tells it to. `answer` sees each request; `None` keeps the other side waiting.
struct Rogue {
    id: PeerId,
    task: JoinHandle<()>,
}

impl Rogue {
    fn start(target: &Node, says: Vec<Bytes>, answer: impl FnMut(Request) -> Option<Bytes> + Send + 'static) -> Self {
        Self::start_as(Keypair::generate_ed25519(), target, says, answer)
    }

    fn start_as(
        key: Keypair,
        target: &Node,
        says: Vec<Bytes>,
        mut answer: impl FnMut(Request) -> Option<Bytes> + Send + 'static,
    ) -> Self {
        let mut swarm = build_swarm(key, &CHAIN, &config()).unwrap();
        let id = *swarm.local_peer_id();
        let (address, target) = (target.address.clone(), target.id());
        swarm.dial(address).unwrap();
        let task = tokio::spawn(async move {
            let mut unanswered = Vec::new();
            let mut says = says.into_iter();
            loop {
                match swarm.select_next_some().await {
                    SwarmEvent::ConnectionEstablished { .. } => say(&mut swarm, &target, says.by_ref().take(AT_ONCE)),
                    SwarmEvent::Behaviour(BehaviourEvent::Exchange(
                        Event::OutboundFailure { .. } | Event::Message { message: Message::Response { .. }, .. },
                    )) => say(&mut swarm, &target, says.next()),
                    SwarmEvent::ConnectionClosed { .. } | SwarmEvent::OutgoingConnectionError { .. } => break,
                    SwarmEvent::Behaviour(BehaviourEvent::Exchange(Event::Message {
                        message: Message::Request { request, channel, .. },
                        ..
                    })) => {
                        match answer(Request::decode(&request).unwrap()) {
                            // An error means that the honest side has gone.
                            Some(bytes) => drop(swarm.behaviour_mut().exchange.send_response(channel, bytes)),
                            None => unanswered.push(channel),
                        }
                    }
                    _ => {}
                }
            }
        });
        Self { id, task }
    }

    async fn gets_banned_by(self, node: &Node, reason: Offence) {
        wait_for(&node.network, "the ban", |status| {
            status.bans.iter().any(|ban| ban.peer == self.id && ban.reason == reason)
        })
        .await;
        // The rogue sees its connection end.
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap();
        wait_for(&node.network, "the disconnect", |status| status.peers.iter().all(|peer| peer.peer != self.id)).await;
    }
}

/// libp2p drops requests above its own limit of open streams.
const AT_ONCE: usize = 16;

fn say(swarm: &mut Swarm<Behaviour>, target: &PeerId, says: impl IntoIterator<Item = Bytes>) {
    for bytes in says {
        swarm.behaviour_mut().exchange.send_request(target, bytes);
    }
}

fn announce(hashes: Vec<FullHash>) -> Bytes {
    Request::Announce(List::new(hashes).unwrap()).encode()
}

fn bodies(txs: &[RawTx]) -> Bytes {
    let mut builder = BodiesBuilder::default();
    assert!(txs.iter().all(|tx| builder.push(tx.clone())));
    builder.finish().encode()
}

/// Answers announcements, and fetches with `reply`.
fn on_fetch(mut reply: impl FnMut(&[FullHash]) -> Bytes) -> impl FnMut(Request) -> Option<Bytes> {
    move |request| match request {
        Request::Announce(_) => Some(Response::Noted.encode()),
        Request::Fetch(hashes) => Some(reply(&hashes)),
    }
}

fn silent(_: Request) -> Option<Bytes> {
    None
}

#[tokio::test]
async fn garbage_is_malformed() {
    let node = Node::start(&[]).await;
    let nonsense: [&[u8]; 4] = [b"", &[0xff; 10], b"GET / HTTP/1.1\r\n\r\n", &[0, 0xff, 0xff, 0xff, 0xff]];
    for bytes in nonsense {
        let rogue = Rogue::start(&node, vec![Bytes::from_static(bytes)], silent);
        rogue.gets_banned_by(&node, Offence::Malformed).await;
    }
    let empty = Rogue::start(&node, vec![announce(vec![])], silent);
    empty.gets_banned_by(&node, Offence::Malformed).await;
}

#[tokio::test]
async fn an_oversized_request_is_oversized() {
    let node = Node::start(&[]).await;
    let rogue = Rogue::start(&node, vec![Bytes::from(vec![0; REQUEST_BYTES_MAX * 50])], silent);
    rogue.gets_banned_by(&node, Offence::Oversized).await;
}

#[tokio::test]
async fn an_oversized_answer_is_oversized() {
    let node = Node::start(&[]).await;
    let promised = announce(vec![tx(1, "promised").full_hash()]);
    let rogue = Rogue::start(&node, vec![promised], on_fetch(|_| Bytes::from(vec![1; RESPONSE_BYTES_MAX * 3])));
    rogue.gets_banned_by(&node, Offence::Oversized).await;
}

#[tokio::test]
async fn a_body_nobody_asked_for_is_unrequested() {
    let node = Node::start(&[]).await;
    let asked = tx(1, "asked");
    let other = Rogue::start(&node, vec![announce(vec![asked.full_hash()])], on_fetch(|_| bodies(&[tx(1, "other")])));
    other.gets_banned_by(&node, Offence::UnrequestedBody).await;
    let twice = Rogue::start(
        &node,
        vec![announce(vec![asked.full_hash()])],
        on_fetch(move |_| bodies(&[asked.clone(), asked.clone()])),
    );
    twice.gets_banned_by(&node, Offence::UnrequestedBody).await;
    assert_eq!(node.pool.submitted(), 0);
}

#[tokio::test]
async fn an_answer_of_the_wrong_kind_is_unexpected() {
    let node = Node::start(&[]).await;
    let promised = announce(vec![tx(1, "promised").full_hash()]);
    let rogue = Rogue::start(&node, vec![promised], on_fetch(|_| Response::Noted.encode()));
    rogue.gets_banned_by(&node, Offence::UnexpectedResponse).await;
}

#[tokio::test]
async fn invalid_transactions_ban_their_bearer_and_go_no_further() {
    let node = Node::start(&[]).await;
    let neighbour = Node::start(&[&node]).await;
    neighbour.connected_to(&[&node]).await;
    let invalid: Vec<RawTx> = (0..4).map(|n| tx(NEVER_VALID, &format!("bad {n}"))).collect();
    let hashes = invalid.iter().map(RawTx::full_hash).collect();
    let rogue = Rogue::start(&node, vec![announce(hashes)], on_fetch(move |_| bodies(&invalid)));
    rogue.gets_banned_by(&node, Offence::InvalidTransaction).await;
    let good = node.submit(&tx(1, "good"));
    neighbour.receives(&good).await;
    assert_eq!(neighbour.pool.submitted(), 1);
}

#[tokio::test]
async fn a_banned_peer_cannot_come_back_until_the_ban_ends() {
    let short = NetworkConfig { ban_for: Duration::from_secs(2), ..config() };
    let node = Node::start_with(Keypair::generate_ed25519(), CHAIN, short).await;
    let key = Keypair::generate_ed25519();
    let rogue = Rogue::start_as(key.clone(), &node, vec![Bytes::from_static(b"nonsense")], silent);
    rogue.gets_banned_by(&node, Offence::Malformed).await;
    let dialling = NetworkConfig { persistent_peers: vec![node.dialable()], ..config() };
    let reformed = Node::start_with(key, CHAIN, dialling).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert!(node.network.peers().is_empty());
    node.connected_to(&[&reformed]).await;
    assert!(node.network.status().bans.is_empty());
}

#[tokio::test]
async fn a_flood_of_announcements_is_bounded_and_honest_peers_notice_nothing() {
    let node = Node::start(&[]).await;
    let honest = Node::start(&[&node]).await;
    honest.connected_to(&[&node]).await;
    // 122,880 hashes of nothing, in messages of full size, just within the rate.
    let flood: Vec<Bytes> = (0_u64..60)
        .map(|batch| announce((0_u64..2_048).map(|n| FullHash::of(&[&(batch * 2_048 + n).to_le_bytes()])).collect()))
        .collect();
    let rogue = Rogue::start(&node, flood, silent);
    wait_for(&node.network, "the flood", |status| status.wanted > 4_000).await;
    let hash = honest.submit(&tx(1, "honest"));
    node.receives(&hash).await;
    let being_asked = FETCHES_PER_PEER_MAX * FETCH_HASHES_MAX;
    assert!(node.network.status().wanted <= WANTED_PER_PEER_MAX + being_asked);
    rogue.task.abort();
    wait_for(&node.network, "the end of the flood", |status| status.wanted == 0).await;
    node.connected_to(&[&honest]).await;
}

#[tokio::test]
async fn too_many_requests_ban() {
    let slow = NetworkConfig { requests_per_second: 5, requests_burst: 10, ..config() };
    let node = Node::start_with(Keypair::generate_ed25519(), CHAIN, slow).await;
    let hash = node.pool.add(&tx(1, "wanted"));
    let fetch = Request::Fetch(List::new(vec![hash]).unwrap()).encode();
    let rogue = Rogue::start(&node, vec![fetch; 200], silent);
    rogue.gets_banned_by(&node, Offence::RateExceeded).await;
}

#[tokio::test]
async fn asking_for_more_bytes_than_the_share_bans() {
    let stingy = NetworkConfig { served_bytes_per_second: 1_000_000, ..config() };
    let node = Node::start_with(Keypair::generate_ed25519(), CHAIN, stingy).await;
    let hash = node.pool.add(&RawTx::new(vec![1; 600_000]).unwrap());
    let fetch = Request::Fetch(List::new(vec![hash]).unwrap()).encode();
    let rogue = Rogue::start(&node, vec![fetch; 90], silent);
    rogue.gets_banned_by(&node, Offence::RateExceeded).await;
}

#[tokio::test]
async fn what_one_peer_withholds_another_delivers() {
    let node = Node::start(&[]).await;
    let honest = Node::start(&[&node]).await;
    honest.connected_to(&[&node]).await;
    let wanted = tx(1, "withheld");
    let rogue = Rogue::start(&node, vec![announce(vec![wanted.full_hash()])], on_fetch(|_| bodies(&[])));
    wait_for(&node.network, "the offence", |status| {
        status.peers.iter().any(|peer| peer.peer == rogue.id && peer.score == Offence::Withheld.points())
    })
    .await;
    let hash = honest.submit(&wanted);
    node.receives(&hash).await;
}

#[tokio::test]
async fn a_peer_that_never_answers_is_cut_off_and_its_transactions_come_from_another() {
    let node = Node::start(&[]).await;
    let honest = Node::start(&[&node]).await;
    honest.connected_to(&[&node]).await;
    let wanted = tx(1, "kept waiting");
    let rogue = Rogue::start(&node, vec![announce(vec![wanted.full_hash()])], silent);
    wait_for(&node.network, "the want", |status| status.wanted == 1).await;
    let hash = honest.submit(&wanted);
    node.receives(&hash).await;
    tokio::time::timeout(Duration::from_secs(5), rogue.task).await.unwrap().unwrap();
    node.connected_to(&[&honest]).await;
}

#[tokio::test]
async fn refusing_to_answer_is_no_malformed_answer() {
    let slow = NetworkConfig { requests_per_second: 1, requests_burst: 3, ..config() };
    let hurried = Node::start_with(Keypair::generate_ed25519(), CHAIN, slow).await;
    let eager = Node::start(&[&hurried]).await;
    eager.connected_to(&[&hurried]).await;
    for n in 0..8 {
        eager.submit(&tx(1, &format!("quick {n}")));
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert!(eager.network.status().bans.is_empty());
    wait_for(&hurried.network, "the offence", |status| status.peers.iter().any(|peer| peer.score > 0)).await;
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let narrow = NetworkConfig { max_connections_per_ip: 3, ..config() };
    let node = Node::start_with(Keypair::generate_ed25519(), CHAIN, narrow).await;
    let rogues: Vec<Rogue> = (0..20).map(|_| Rogue::start(&node, vec![], silent)).collect();
    wait_for(&node.network, "the first three", |status| status.peers.len() == 3).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(node.network.peers().len(), 3);
    assert_eq!(rogues.iter().filter(|rogue| !rogue.task.is_finished()).count(), 3);
}
