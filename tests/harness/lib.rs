//! Real processes on this machine for tests: a network of `tacit start` with temporary homes and ports of its own.
//!
//! Everything here panics with a message when something is not as a test needs it; a dropped network kills its
//! processes and removes its folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

pub mod book;
pub mod economy;
pub mod fuzz;
pub mod person;

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tacit_rpc::BlockRef;
use tacit_rpc::client::Client;
use tacit_rpc::json::Hex32;
use tacit_types::Amount;
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::send::{SendOptions, Sent};
use tempfile::TempDir;

/// Ports of one node lie this far apart.
const PORTS_PER_NODE: u16 = 10;

/// How long a node may take to answer after its start.
const START_WAIT: Duration = Duration::from_secs(60);

/// A network of validators, one process each.
pub struct Devnet {
    folder: TempDir,
    base_port: u16,
    nodes: Vec<Option<Child>>,
}

/// The binary under test: `TACIT_BIN`, or the one that was built beside this test.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("TACIT_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("this test has a path");
    let beside = test.parent().and_then(Path::parent).expect("target folder").join("tacit");
    assert!(beside.exists(), "{} is not built; run `cargo build --release -p tacit`", beside.display());
    beside
}

impl Devnet {
    /// Writes the homes of `validators` validators and starts all of them.
    pub fn start(validators: u16) -> Self {
        let mut network = Self::prepare(validators);
        for index in 0..validators {
            network.start_node(index);
        }
        network
    }

    /// Writes the homes and starts nothing.
    pub fn prepare(validators: u16) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let base_port = free_ports(validators);
        let status = Command::new(binary())
            .args(["testnet", "--validators", &validators.to_string(), "--base-port", &base_port.to_string()])
            .arg("--out")
            .arg(folder.path())
            .stdout(Stdio::null())
            .status()
            .expect("tacit testnet runs");
        assert!(status.success(), "tacit testnet failed");
        Self { folder, base_port, nodes: (0..validators).map(|_| None).collect() }
    }

    /// How many validators there are, running or not.
    pub fn validators(&self) -> u16 {
        u16::try_from(self.nodes.len()).expect("few nodes")
    }

    /// Home of a node.
    pub fn home(&self, index: u16) -> PathBuf {
        self.folder.path().join(format!("node{index}"))
    }

    /// Starts a node that does not run.
    pub fn start_node(&mut self, index: u16) {
        self.start_node_with(index, &[]);
    }

    /// Starts a node with environment variables.
    pub fn start_node_with(&mut self, index: u16, environment: &[(&str, &str)]) {
        let home = self.home(index);
        let log = File::options().create(true).append(true).open(home.join("node.log")).expect("a log file");
        let child = Command::new(binary())
            .arg("start")
            .arg("--home")
            .arg(&home)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("tacit start runs");
        let slot = &mut self.nodes[usize::from(index)];
        assert!(slot.is_none(), "node {index} runs already");
        *slot = Some(child);
    }

    /// Kills a node with SIGKILL.
    pub fn kill(&mut self, index: u16) {
        let mut child = self.nodes[usize::from(index)].take().expect("a running node");
        child.kill().expect("SIGKILL");
        child.wait().expect("its end");
    }

    /// Asks a node to stop and waits for its clean end.
    pub fn stop(&mut self, index: u16) {
        let mut child = self.nodes[usize::from(index)].take().expect("a running node");
        Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill runs");
        let status = child.wait().expect("its end");
        assert!(status.success(), "node {index} did not stop cleanly: {status}\n{}", self.log(index));
    }

    /// Waits until a running node ends by itself, and says whether it did.
    pub fn ends_by_itself(&mut self, index: u16, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        let slot = &mut self.nodes[usize::from(index)];
        while Instant::now() < deadline {
            if slot.as_mut().expect("a started node").try_wait().expect("a status").is_some() {
                *slot = None;
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// RPC address of a node.
    pub fn url(&self, index: u16) -> String {
        format!("http://127.0.0.1:{}", self.base_port + index * PORTS_PER_NODE + 2)
    }

    /// Address of a node's metrics page.
    pub fn metrics_address(&self, index: u16) -> String {
        format!("127.0.0.1:{}", self.base_port + index * PORTS_PER_NODE + 3)
    }

    /// A client of a node.
    pub fn client(&self, index: u16) -> Client {
        Client::new(&self.url(index)).expect("a good address")
    }

    /// What a node has logged; its end, for messages of failing tests.
    pub fn log(&self, index: u16) -> String {
        let text = std::fs::read_to_string(self.home(index).join("node.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Waits until a node has committed `height`.
    pub async fn wait_for_height(&self, index: u16, height: u64) {
        let deadline = Instant::now() + START_WAIT;
        let client = self.client(index);
        loop {
            if let Ok(status) = client.status().await
                && status.height >= height
            {
                return;
            }
            assert!(Instant::now() < deadline, "node {index} did not reach height {height}\n{}", self.log(index));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a node answers, at any height.
    pub async fn wait_for_rpc(&self, index: u16) {
        self.wait_for_height(index, 0).await;
    }

    /// Waits until all given nodes have committed `height`.
    pub async fn wait_for_all(&self, nodes: &[u16], height: u64) {
        for index in nodes {
            self.wait_for_height(*index, height).await;
        }
    }

    /// Asserts that the given nodes have the same block, and so the same roots, at `height`.
    pub async fn assert_same_block(&self, nodes: &[u16], height: u64) {
        let mut blocks = Vec::new();
        for index in nodes {
            let at = BlockRef::Height(tacit_types::Height(height));
            let block = self.client(*index).block(at, false).await.expect("the block");
            blocks.push(serde_json::to_value(&block).expect("JSON")["block_id"].clone());
        }
        assert!(blocks.windows(2).all(|pair| pair[0] == pair[1]), "different blocks at height {height}: {blocks:?}");
    }

    /// Runs the binary with `arguments` and gives its standard output; it must succeed.
    pub fn tacit(&self, arguments: &[&str]) -> String {
        let output = Command::new(binary()).args(arguments).output().expect("tacit runs");
        assert!(output.status.success(), "tacit {arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        for child in self.nodes.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            for index in 0..self.nodes.len() {
                eprintln!("--- log of node {index}\n{}", self.log(u16::try_from(index).unwrap()));
            }
        }
    }
}

/// Submits a transfer of `amount` base units from one well-known account to another through a node; gives its id.
pub async fn submit(network: &Devnet, node: u16, from: u32, to: u32, amount: u128) -> Hex32 {
    let options = SendOptions { wait: None, ..SendOptions::default() };
    transfer_with(network, node, from, to, amount, &options).await.tx_id
}

/// As [`submit`], and waits until the transfer is in a block; gives its height.
pub async fn send(network: &Devnet, node: u16, from: u32, to: u32, amount: u128) -> u64 {
    let sent = transfer_with(network, node, from, to, amount, &SendOptions::default()).await;
    sent.committed.and_then(|view| view.height).expect("a height")
}

async fn transfer_with(network: &Devnet, node: u16, from: u32, to: u32, amount: u128, options: &SendOptions) -> Sent {
    let (from, to) = (devnet_account(from).expect("an account"), devnet_account(to).expect("an account"));
    let client = network.client(node);
    tacit_wallet::send::transfer(&client, &from, to.address, Amount(amount), options, |_| {})
        .await
        .unwrap_or_else(|error| panic!("a transfer through node {node} failed: {error}\n{}", network.log(node)))
}

/// A base port from which on every port that `validators` nodes use is free now.
fn free_ports(validators: u16) -> u16 {
    let start = 20_000 + u16::try_from(std::process::id() % 30_000).unwrap();
    let mut base = start;
    loop {
        let ports = (0..validators).flat_map(|node| (0..4).map(move |offset| base + node * PORTS_PER_NODE + offset));
        if ports.into_iter().all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return base;
        }
        base = if base > 60_000 { 20_000 } else { base + 100 };
        assert_ne!(base, start, "no free ports");
    }
}
