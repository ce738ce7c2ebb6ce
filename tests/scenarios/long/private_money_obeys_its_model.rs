//! Goal: whatever people do with private money, and whoever dies while they do it, there is as much of it as the plain
//! sums say: the supply of an asset stays, the pool holds what entered less what left, no nullifier stands twice, every
//! wallet has what it was sent less what it sent, and its words alone bring back the same.
//! Method: four validators; four wallets shield, pay each other, merge and unshield two assets at random through the
//! command line. One validator at a time is killed and comes back, and now and then a wallet is killed in the middle of
//! a payment. Every block with notes is read and added up; the model is a table of sums and knows nothing of notes.
//!
//! `TACIT_LONG_MINUTES` sets the length, thirty by default. The seed is printed; `TACIT_SEED` repeats the choices, but
//! not the moments at which they meet the network.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tacit_rpc::json::{Hex32, HexArray};
use tacit_tests::{Devnet, binary};
use tacit_types::shielded::{CompactBlock, PublicValue};
use tacit_types::{AssetId, Network};
use tacit_wallet::amount::parse_with;
use tacit_wallet::devnet::devnet_account;

const NODES: [u16; 4] = [0, 1, 2, 3];
const WALLETS: usize = 4;
/// One native token in base units.
const TOKEN: u128 = 1_000_000_000_000_000_000;
/// All there will ever be of the second asset.
const GOLD_SUPPLY: u128 = 1_000_000_000;
/// How long a payment whose wallet was killed may take to appear, if it was sent at all.
const SETTLES: Duration = Duration::from_secs(20);
/// Accounts that unshielded money goes to.
const RECEIVERS: [u32; 2] = [6, 7];

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

    fn wallet(&mut self) -> usize {
        usize::try_from(self.below(WALLETS as u64)).unwrap()
    }

    fn amount(&mut self, up_to: u128) -> u128 {
        let most = u64::try_from(up_to.clamp(1, u128::from(u64::MAX))).unwrap();
        1 + u128::from(self.below(most))
    }
}

/// A wallet with a home of its own, or an account that everybody knows.
struct Party {
    name: String,
    home: PathBuf,
    /// Options that say whose keys are meant.
    signer: Vec<String>,
}

impl Party {
    fn new(folder: &Path, name: &str, signer: &[&str]) -> Self {
        let home = folder.join(name);
        std::fs::create_dir_all(&home).unwrap();
        Self { name: name.to_string(), home, signer: signer.iter().map(ToString::to_string).collect() }
    }

    fn command(&self, url: &str, verb: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.arg("wallet").args(verb).args(&self.signer).arg("--json");
        command.env("TACIT_KEYSTORE", self.home.join("keys")).env("TACIT_WALLETS", self.home.join("wallets"));
        command.env("TACIT_NODE", url).stdin(Stdio::null());
        command
    }

    /// Runs a verb that must succeed; its JSON, and what it said on standard error.
    fn run(&self, url: &str, verb: &[&str]) -> (Value, String) {
        let output = self.command(url, verb).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{}: wallet {verb:?} failed: {said}", self.name);
        (serde_json::from_slice(&output.stdout).unwrap(), said)
    }

    /// Makes new words; gives them with the shielded address.
    fn create(&self, url: &str, password: &str) -> (String, String) {
        let fresh = Self { name: self.name.clone(), home: self.home.clone(), signer: Vec::new() };
        let (made, said) = fresh.run(url, &["new", &self.name, "--password-file", password]);
        let words =
            said.lines().map(str::trim).find(|line| line.split(' ').count() == 24).expect("24 words").to_string();
        (words, made["shielded_address"].as_str().expect("an address").to_string())
    }

    /// What the wallet has in the pool, in base units.
    fn balances(&self, url: &str) -> BTreeMap<AssetId, u128> {
        let (view, _) = self.run(url, &["balance"]);
        let units = |line: &Value, field: &str| {
            let decimals = u32::try_from(line["decimals"].as_u64().unwrap()).unwrap();
            parse_with(line[field].as_str().unwrap(), decimals).unwrap().0
        };
        let lines = view["assets"].as_array().expect("a list of assets").iter();
        // What a dead payment of a killed wallet holds back is still in the wallet's notes.
        lines.map(|line| (asset_of(line), units(line, "spendable") + units(line, "leaving"))).collect()
    }
}

fn asset_of(line: &Value) -> AssetId {
    AssetId(hex_of(line["asset"].as_str().unwrap()).0)
}

fn hex_of(text: &str) -> Hex32 {
    serde_json::from_value(Value::String(text.to_string())).expect("32 bytes as hex")
}

/// What somebody wants to happen.
#[derive(Debug, Clone, Copy)]
enum Intent {
    Shield { to: usize, asset: AssetId, amount: u128 },
    Transfer { from: usize, to: usize, asset: AssetId, amount: u128 },
    Unshield { from: usize, asset: AssetId, amount: u128 },
    Merge { from: usize, asset: AssetId },
}

/// The sums.
#[derive(Default)]
struct Model {
    private: BTreeMap<(usize, AssetId), u128>,
    /// What entered the pool less what left it, as the blocks say in the open.
    pool: BTreeMap<AssetId, u128>,
    nullifiers: BTreeSet<[u8; 32]>,
    seen: BTreeSet<[u8; 32]>,
    next_height: u64,
}

impl Model {
    fn of(&self, wallet: usize, asset: AssetId) -> u128 {
        self.private.get(&(wallet, asset)).copied().unwrap_or_default()
    }

    fn add(&mut self, wallet: usize, asset: AssetId, amount: u128) {
        *self.private.entry((wallet, asset)).or_default() += amount;
    }

    fn take(&mut self, wallet: usize, asset: AssetId, amount: u128) {
        let held = self.private.entry((wallet, asset)).or_default();
        *held = held.checked_sub(amount).expect("a wallet spent more than it had");
    }

    fn apply(&mut self, intent: Intent, fee: u128) {
        match intent {
            Intent::Shield { to, asset, amount } => self.add(to, asset, amount),
            Intent::Transfer { from, to, asset, amount } => {
                self.take(from, AssetId::NATIVE, fee);
                self.take(from, asset, amount);
                self.add(to, asset, amount);
            }
            Intent::Unshield { from, asset, amount } => {
                self.take(from, AssetId::NATIVE, fee);
                self.take(from, asset, amount);
            }
            Intent::Merge { from, .. } => self.take(from, AssetId::NATIVE, fee),
        }
    }

    fn read_block(&mut self, block: &CompactBlock) {
        for join_split in block.join_splits.iter() {
            for nullifier in join_split.nullifiers.as_slice() {
                assert!(self.nullifiers.insert(nullifier.0), "a nullifier twice, at height {}", block.height);
            }
            match join_split.public_value {
                PublicValue::None => {}
                PublicValue::In { asset, amount } => *self.pool.entry(asset).or_default() += amount.0,
                PublicValue::Out { asset, amount } => {
                    let held = self.pool.entry(asset).or_default();
                    *held = held.checked_sub(amount.0).expect("more left the pool than had entered it");
                }
            }
        }
    }
}

struct Run {
    network: Devnet,
    folder: tempfile::TempDir,
    chance: Chance,
    wallets: Vec<Party>,
    words: Vec<String>,
    addresses: Vec<String>,
    bank: Party,
    gold: AssetId,
    model: Model,
    /// The payment of a killed wallet, while it may still appear.
    lost: Option<Intent>,
    down: Option<u16>,
    counts: BTreeMap<&'static str, u64>,
}

impl Run {
    async fn start(seed: u64) -> Self {
        let network = Devnet::start(4);
        network.wait_for_all(&NODES, 2).await;
        let folder = tempfile::tempdir().unwrap();
        let password = folder.path().join("password");
        std::fs::write(&password, "correct-horse\n").unwrap();
        let password = password.to_str().unwrap();
        let (mut wallets, mut words, mut addresses) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..WALLETS {
            let name = format!("wallet{index}");
            let party = Party::new(folder.path(), &name, &["--from", &name, "--password-file", password]);
            let (made, address) = party.create(&network.url(0), password);
            words.push(made);
            addresses.push(address);
            wallets.push(party);
        }
        let bank = Party::new(folder.path(), "bank", &["--dev", "0"]);
        let supply = format!("{GOLD_SUPPLY}u");
        let create = ["assets", "create", "--symbol", "GOLD", "--decimals", "2", "--supply", &supply];
        let (made, _) = bank.run(&network.url(0), &create);
        let gold = asset_of(&made);
        let model = Model { next_height: 1, ..Model::default() };
        let (chance, lost, down, counts) = (Chance(seed | 1), None, None, BTreeMap::new());
        Self { network, folder, chance, wallets, words, addresses, bank, gold, model, lost, down, counts }
    }

    /// A node that runs.
    fn node(&mut self) -> u16 {
        loop {
            let node = NODES[usize::try_from(self.chance.below(4)).unwrap()];
            if self.down != Some(node) {
                return node;
            }
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn choose(&mut self) -> Intent {
        let asset = if self.chance.below(3) == 0 { self.gold } else { AssetId::NATIVE };
        let (from, to) = (self.chance.wallet(), self.chance.wallet());
        let held = self.model.of(from, asset);
        // Without native money nobody can pay a fee.
        let poor = held == 0 || self.model.of(from, AssetId::NATIVE) < 20 * TOKEN;
        match self.chance.below(10) {
            0 | 1 => self.shield(to, asset),
            _ if poor => self.shield(from, AssetId::NATIVE),
            2 => Intent::Unshield { from, asset, amount: self.chance.amount(held / 8) },
            3 => Intent::Merge { from, asset },
            _ => Intent::Transfer { from, to, asset, amount: self.chance.amount(held / 3) },
        }
    }

    fn shield(&mut self, to: usize, asset: AssetId) -> Intent {
        let amount = match asset == AssetId::NATIVE {
            true => 50 * TOKEN + self.chance.amount(TOKEN),
            false => self.chance.amount(10_000),
        };
        Intent::Shield { to, asset, amount }
    }

    /// The command that carries out `intent`.
    fn command(&self, intent: Intent, url: &str) -> Command {
        let params = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys");
        let params = params.to_str().unwrap().to_string();
        let with = |party: &Party, verb: &str, asset: AssetId, rest: &[String]| {
            let mut arguments = vec![verb.to_string(), "--params".to_string(), params.clone()];
            if asset != AssetId::NATIVE {
                arguments.extend(["--asset".to_string(), asset.to_string()]);
            }
            arguments.extend(rest.iter().cloned());
            party.command(url, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let pay =
            |to: &str, amount: u128| ["--to".to_string(), to.to_string(), "--amount".to_string(), format!("{amount}u")];
        match intent {
            Intent::Shield { to, asset, amount } => {
                with(&self.bank, "shield", asset, &pay(&self.addresses[to], amount))
            }
            Intent::Transfer { from, to, asset, amount } => {
                with(&self.wallets[from], "transfer", asset, &pay(&self.addresses[to], amount))
            }
            Intent::Unshield { from, asset, amount } => {
                let receiver = devnet_account(RECEIVERS[from % RECEIVERS.len()]).unwrap().address;
                with(&self.wallets[from], "unshield", asset, &pay(&receiver.to_text(Network::Dev), amount))
            }
            Intent::Merge { from, asset } => with(&self.wallets[from], "merge", asset, &[]),
        }
    }

    /// Carries out one intent, or kills whoever does.
    async fn step(&mut self, intent: Intent) {
        let node = self.node();
        self.network.wait_for_height(node, self.model.next_height - 1).await;
        let mut child = self.command(intent, &self.network.url(node));
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        if self.chance.below(8) == 0 {
            tokio::time::sleep(Duration::from_millis(100 + self.chance.below(4_000))).await;
            child.kill().unwrap();
            child.wait().unwrap();
            self.count("wallets killed");
            self.lost = Some(intent);
            let end = Instant::now() + SETTLES;
            while self.lost.is_some() && Instant::now() < end {
                self.follow(None).await;
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            if self.lost.take().is_some() {
                self.count("wallets killed before they sent");
            }
            return;
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            let sent: Value = serde_json::from_slice(&output.stdout).unwrap();
            let tx_id = hex_of(sent["tx_id"].as_str().unwrap());
            self.network.wait_for_height(node, sent["height"].as_u64().expect("a height")).await;
            self.follow(Some((tx_id, intent))).await;
            self.count("payments");
        } else {
            // Too many small notes, nothing to merge, no native note for the fee: refused before anything is sent.
            println!("refused: {intent:?}: {}", said.lines().last().unwrap_or_default());
            self.count("refused by the wallet");
        }
    }

    /// Reads the blocks since the last time, and applies what was meant by the transactions in them.
    async fn follow(&mut self, mut expected: Option<(Hex32, Intent)>) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            self.read_blocks(&mut expected).await;
            if expected.is_none() {
                return;
            }
            assert!(Instant::now() < deadline, "a committed payment is in no block with notes: {expected:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn read_blocks(&mut self, expected: &mut Option<(Hex32, Intent)>) {
        let node = self.node();
        let client = self.network.client(node);
        if client.status().await.unwrap().height < self.model.next_height {
            return;
        }
        let page = client.compact_blocks(self.model.next_height, None, false).await.unwrap();
        for bytes in &page.blocks {
            let block = CompactBlock::decode(&bytes.0).unwrap();
            self.model.read_block(&block);
            for join_split in block.join_splits.iter() {
                if self.model.seen.insert(join_split.tx_id.0) {
                    let view = client.tx(HexArray(join_split.tx_id.0)).await.unwrap();
                    assert_eq!(view.code, Some(0), "a payment failed on chain: {view:?}");
                    let intent = match expected.take_if(|(tx_id, _)| tx_id.0 == join_split.tx_id.0) {
                        Some((_, intent)) => intent,
                        None => self.lost.take().expect("a payment that nobody made"),
                    };
                    self.model.apply(intent, view.fee.expect("a fee").0);
                }
            }
        }
        self.model.next_height = page.next.unwrap_or(page.tip + 1).max(self.model.next_height);
    }

    /// The sums of the model agree with each other and with the node's.
    async fn compare_pool(&mut self) {
        let node = self.node();
        self.network.wait_for_height(node, self.model.next_height - 1).await;
        for asset in [AssetId::NATIVE, self.gold] {
            let in_wallets: u128 = (0..WALLETS).map(|wallet| self.model.of(wallet, asset)).sum();
            let in_pool = self.model.pool.get(&asset).copied().unwrap_or_default();
            assert_eq!(in_pool, in_wallets, "the blocks and the wallets' sums differ for {asset}");
            let view = self.network.client(node).asset(HexArray(asset.0)).await.unwrap();
            assert_eq!(view.shielded.0, in_pool, "node {node} has another turnstile for {asset}");
        }
        self.compare_supply(node).await;
    }

    /// All of the second asset is in the pool or with those who are known to hold it.
    async fn compare_supply(&mut self, node: u16) {
        let client = self.network.client(node);
        let view = client.asset(HexArray(self.gold.0)).await.unwrap();
        assert_eq!(view.supply.0, GOLD_SUPPLY, "the supply changed");
        let mut open = 0;
        for account in [0].into_iter().chain(RECEIVERS) {
            let address = devnet_account(account).unwrap().address.to_text(Network::Dev);
            let held = client.account_assets(&address, None).await.unwrap();
            open +=
                held.assets.iter().filter(|held| held.asset.0 == self.gold.0).map(|held| held.balance.0).sum::<u128>();
        }
        assert_eq!(open + view.shielded.0, GOLD_SUPPLY, "gold appeared or vanished");
    }

    /// Every wallet sees what the model says; so does `other`, made of nothing but the words.
    async fn compare_wallets(&mut self, restored: bool) {
        let node = self.node();
        self.network.wait_for_height(node, self.model.next_height - 1).await;
        let url = self.network.url(node);
        for index in 0..WALLETS {
            let anew;
            let party = match restored {
                false => &self.wallets[index],
                true => {
                    anew = self.restore(index, &url);
                    &anew
                }
            };
            let balances = party.balances(&url);
            for asset in [AssetId::NATIVE, self.gold] {
                let seen = balances.get(&asset).copied().unwrap_or_default();
                assert_eq!(seen, self.model.of(index, asset), "{}: {asset}, restored: {restored}", party.name);
            }
        }
        self.count(if restored { "restorations compared" } else { "comparisons" });
    }

    fn restore(&self, index: usize, url: &str) -> Party {
        let name = format!("restored{index}");
        let file = self.folder.path().join(format!("{name}.words"));
        std::fs::write(&file, format!("{}\n", self.words[index])).unwrap();
        let password = self.folder.path().join("password");
        let password = password.to_str().unwrap();
        let bare = Party::new(self.folder.path(), &name, &[]);
        bare.run(url, &["restore", &name, "--file", file.to_str().unwrap(), "--password-file", password]);
        Party::new(self.folder.path(), &name, &["--from", &name, "--password-file", password])
    }

    /// Kills a validator, or brings the dead one back.
    async fn disturb(&mut self) {
        match self.down.take() {
            Some(node) => {
                self.network.start_node(node);
                self.network.wait_for_rpc(node).await;
            }
            None => {
                let node = NODES[usize::try_from(self.chance.below(4)).unwrap()];
                self.network.kill(node);
                self.down = Some(node);
                self.count("validators killed");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_money_obeys_its_model() {
    let minutes = number("TACIT_LONG_MINUTES", 30);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = number("TACIT_SEED", clock | 1);
    println!("TACIT_SEED={seed}, {minutes} minutes");
    let mut run = Run::start(seed).await;
    // Everybody begins with two native notes, of which one can pay the fee.
    for wallet in (0..WALLETS).chain(0..WALLETS) {
        let intent = run.shield(wallet, AssetId::NATIVE);
        run.step(intent).await;
    }
    let end = Instant::now() + Duration::from_secs(minutes * 60);
    let mut steps = 0u64;
    while Instant::now() < end {
        let intent = run.choose();
        run.step(intent).await;
        run.compare_pool().await;
        steps += 1;
        if run.chance.below(5) == 0 {
            run.disturb().await;
        }
        if steps.is_multiple_of(10) {
            run.compare_wallets(false).await;
        }
    }
    if run.down.is_some() {
        run.disturb().await;
    }
    run.network.wait_for_all(&NODES, run.model.next_height).await;
    run.follow(None).await;
    run.compare_pool().await;
    run.compare_wallets(false).await;
    run.compare_wallets(true).await;
    let height = run.network.client(0).status().await.unwrap().height;
    run.network.wait_for_all(&NODES, height).await;
    for at in [1, height / 2, height] {
        run.network.assert_same_block(&NODES, at).await;
    }
    println!("height {height}, {} nullifiers, {:?}", run.model.nullifiers.len(), run.counts);
    assert!(run.counts.get("payments").is_some_and(|payments| *payments > 8), "nothing was tested");
    for node in NODES {
        run.network.stop(node);
        let home = run.network.home(node);
        let report = run.network.tacit(&["db", "check", "--home", home.to_str().unwrap()]);
        assert!(report.contains("database: good"), "node {node}: {report}");
    }
}
