//! Goal: under load, random `kill -9` costs no acknowledged transaction and no node its agreement with the others.
//! Method: four validators under `tacit bench`; once a minute one random validator is killed and started again some
//! seconds later. Meanwhile single transfers are sent and followed; every one that some node reported committed must
//! at the end be committed on all four, at the same place. Then every database is checked.
//!
//! `TACIT_LONG_MINUTES` sets the length, ten by default. The seed of the kills is printed; `TACIT_SEED` repeats it.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tacit_rpc::client::Client;
use tacit_rpc::json::Hex32;
use tacit_tests::{Devnet, binary};
use tacit_types::Amount;
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::send::{SendOptions, transfer};

const NODES: [u16; 4] = [0, 1, 2, 3];

/// Transfers per second of the background load.
const RATE: u64 = 300;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A small generator that the printed seed repeats.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// What some node has reported committed: the transaction and its place.
type Acknowledged = Arc<Mutex<Vec<(Hex32, u64)>>>;

/// Sends one transfer after the other, each through the next node, and keeps those that were acknowledged.
async fn follow_single_transfers(clients: Vec<Client>, acknowledged: Acknowledged) {
    let options = SendOptions { wait: Some(Duration::from_secs(15)), ..SendOptions::default() };
    for (round, client) in clients.iter().cycle().enumerate() {
        let from = devnet_account(u32::try_from(round % 8).unwrap()).unwrap();
        let to = devnet_account(9).unwrap().address;
        // A node that was killed under the transfer gives an error: then nothing was acknowledged.
        if let Ok(sent) = transfer(client, &from, to, Amount(1), &options, |_| {}).await
            && let Some(height) = sent.committed.and_then(|view| view.height)
        {
            acknowledged.lock().unwrap().push((sent.tx_id, height));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_minutes_of_load_with_a_kill_a_minute() {
    let minutes = number("TACIT_LONG_MINUTES", 10);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = number("TACIT_SEED", clock | 1);
    println!("seed {seed}, {minutes} minutes");
    let mut chance = Chance(seed);
    let mut network = Devnet::start(4);
    network.wait_for_all(&NODES, 2).await;

    let urls: Vec<String> = NODES.iter().map(|node| network.url(*node)).collect();
    let mut load = Command::new(binary())
        .args(["bench", "--json", "--rate", &RATE.to_string(), "--seconds", &(minutes * 60).to_string()])
        .args(["--node", &urls.join(",")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let acknowledged = Acknowledged::default();
    let clients = NODES.iter().map(|node| network.client(*node)).collect();
    let follower = tokio::spawn(follow_single_transfers(clients, Arc::clone(&acknowledged)));

    let mut kills = 0u64;
    let end = Instant::now() + Duration::from_secs(minutes * 60);
    while Instant::now() + Duration::from_secs(60) <= end {
        let before = 10 + chance.below(30);
        tokio::time::sleep(Duration::from_secs(before)).await;
        let victim = NODES[usize::try_from(chance.below(4)).unwrap()];
        network.kill(victim);
        kills += 1;
        tokio::time::sleep(Duration::from_secs(2 + chance.below(8))).await;
        network.start_node(victim);
        network.wait_for_rpc(victim).await;
        let rest = 60u64.saturating_sub(before + 10);
        tokio::time::sleep(Duration::from_secs(rest)).await;
    }
    follower.abort();
    let _ = load.kill();
    let _ = load.wait();

    let height = network.client(0).status().await.unwrap().height;
    network.wait_for_all(&NODES, height).await;
    for at in [1, height / 2, height] {
        network.assert_same_block(&NODES, at).await;
    }
    let acknowledged = acknowledged.lock().unwrap().clone();
    println!("{kills} kills, height {height}, {} acknowledged transfers followed", acknowledged.len());
    assert!(!acknowledged.is_empty(), "nothing was acknowledged, so nothing was tested");
    for (tx_id, committed_at) in &acknowledged {
        for node in NODES {
            let view = network.client(node).tx(*tx_id).await.unwrap();
            assert_eq!(view.height, Some(*committed_at), "node {node} lost or moved {tx_id}");
        }
    }
    for node in NODES {
        network.stop(node);
        let home = network.home(node);
        let report = network.tacit(&["db", "check", "--home", home.to_str().unwrap()]);
        assert!(report.contains("database: good"), "node {node}: {report}");
    }
}
