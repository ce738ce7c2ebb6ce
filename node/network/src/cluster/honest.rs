//! Honest nodes among themselves.

use super::*;
use std::time::Instant;

#[tokio::test]
async fn a_transaction_given_to_one_reaches_all_even_those_it_is_not_connected_to() {
    let a = Node::start(&[]).await;
    let b = Node::start(&[&a]).await;
    let c = Node::start(&[&b]).await;
    b.connected_to(&[&a, &c]).await;
    a.connected_to(&[&b]).await;
    for (node, name) in [(&a, "from a"), (&b, "from b"), (&c, "from c")] {
        let hash = node.submit(&tx(1, name));
        for other in [&a, &b, &c] {
            other.receives(&hash).await;
        }
    }
    assert_eq!(a.network.peers().len(), 1);
    for node in [a, b, c] {
        node.stop().await;
    }
}

#[tokio::test]
async fn many_transactions_of_many_sizes_reach_all() {
    let a = Node::start(&[]).await;
    let b = Node::start(&[&a]).await;
    a.connected_to(&[&b]).await;
    let big = (0..6).map(|n| RawTx::new([vec![1, n], vec![0; 600_000]].concat()).unwrap());
    let small = (0_u32..3_000).map(|n| RawTx::new([&[1_u8][..], &n.to_le_bytes()].concat()).unwrap());
    let hashes: Vec<FullHash> = big.chain(small).map(|tx| a.pool.add(&tx)).collect();
    let started = Instant::now();
    a.network.announce(hashes.clone());
    eventually("all transactions", || hashes.iter().all(|hash| b.pool.has(hash))).await;
    assert_eq!(b.pool.submitted(), hashes.len(), "no body is fetched twice");
    eprintln!("{} transactions, 3.6 MB: {:?}", hashes.len(), started.elapsed());
    assert_eq!(b.network.status().peers[0].score, 0);
}

#[tokio::test]
async fn a_node_that_comes_late_hears_what_is_waiting() {
    let a = Node::start(&[]).await;
    let hash = a.submit(&tx(1, "early"));
    let late = Node::start(&[&a]).await;
    late.receives(&hash).await;
}

#[tokio::test]
async fn what_the_pool_forgot_comes_again_by_reannouncement() {
    let often = NetworkConfig { reannounce_every: Duration::from_millis(300), ..config() };
    let a = Node::start_with(Keypair::generate_ed25519(), CHAIN, often).await;
    let b = Node::start(&[&a]).await;
    a.connected_to(&[&b]).await;
    let hash = a.submit(&tx(1, "lost once"));
    b.receives(&hash).await;
    b.pool.waiting.lock().unwrap().clear();
    b.receives(&hash).await;
}

#[tokio::test]
async fn what_was_refused_is_not_forwarded_nor_fetched_again_and_its_bearer_not_punished() {
    let a = Node::start(&[]).await;
    let b = Node::start(&[&a]).await;
    let c = Node::start(&[&b]).await;
    b.connected_to(&[&a, &c]).await;
    let refused = a.submit(&tx(NOT_NOW, "pool full"));
    eventually("the refusal", || b.pool.submitted() == 1).await;
    a.network.announce(vec![refused]);
    let good = a.submit(&tx(1, "good"));
    c.receives(&good).await;
    assert!(!c.pool.has(&refused));
    assert_eq!(b.pool.submitted(), 2);
    assert!(b.network.status().peers.iter().all(|peer| peer.score == 0));
}

#[tokio::test]
async fn both_sides_dial_and_one_connection_remains() {
    let (first, second) = (Keypair::generate_ed25519(), Keypair::generate_ed25519());
    // Ports of nodes that are not there yet cannot be asked for, so they are taken and given back.
    let free = |_| std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let ports: Vec<u16> = (0..2).map(free).collect();
    let addresses: Vec<Multiaddr> =
        ports.iter().map(|port| format!("/ip4/127.0.0.1/tcp/{port}").parse().unwrap()).collect();
    // Every node lists everybody, itself included, without ids.
    let mine = |n: usize| NetworkConfig {
        listen: vec![addresses[n].clone()],
        persistent_peers: addresses.clone(),
        ..config()
    };
    let (a, b) = tokio::join!(Node::start_with(first, CHAIN, mine(0)), Node::start_with(second, CHAIN, mine(1)));
    a.connected_to(&[&b]).await;
    b.connected_to(&[&a]).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!((a.network.peers().len(), b.network.peers().len()), (1, 1));
    let hash = a.submit(&tx(1, "still connected"));
    b.receives(&hash).await;
}

#[tokio::test]
async fn a_peer_that_restarts_is_dialled_again() {
    let a = Node::start(&[]).await;
    let b = Node::start(&[&a]).await;
    b.connected_to(&[&a]).await;
    let (key, address) = (a.key.clone(), a.address.clone());
    a.stop().await;
    wait_for(&b.network, "the disconnect", |status| status.peers.is_empty()).await;
    let again = NetworkConfig { listen: vec![address], ..config() };
    let a = Node::start_with(key, CHAIN, again).await;
    b.connected_to(&[&a]).await;
    let hash = b.submit(&tx(1, "after the restart"));
    a.receives(&hash).await;
}

#[tokio::test]
async fn a_node_of_another_chain_is_refused_by_name() {
    let a = Node::start(&[]).await;
    let dialling = NetworkConfig { persistent_peers: vec![a.dialable()], ..config() };
    let stranger = Node::start_with(Keypair::generate_ed25519(), GenesisId([2; 32]), dialling).await;
    // Whoever hears first which chain the other is on cuts the connection.
    let banned = |by: &Node, whom: &Node| {
        let bans = by.network.status().bans.clone();
        bans.iter().any(|ban| ban.peer == whom.id() && ban.reason == crate::Offence::WrongChain)
    };
    eventually("the ban", || banned(&a, &stranger) || banned(&stranger, &a)).await;
    for node in [&a, &stranger] {
        wait_for(&node.network, "the disconnect", |status| status.peers.is_empty()).await;
    }
    let hash = stranger.submit(&tx(1, "foreign"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!a.pool.has(&hash));
}

#[tokio::test]
async fn a_taken_port_is_reported_with_its_address() {
    let a = Node::start(&[]).await;
    let taken = NetworkConfig { listen: vec![a.address.clone()], ..config() };
    let error = Network::start(Keypair::generate_ed25519(), CHAIN, taken, a.pool.clone()).unwrap_err();
    assert!(error.to_string().contains(&a.address.to_string()), "{error}");
}
