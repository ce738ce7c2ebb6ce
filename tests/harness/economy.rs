//! All standard contracts on a network, and people who call them in every way: calls that make sense, calls made of random
//! values of the right types, and bytes that mean nothing. What happens depends on a printed seed and on time.

mod calls;

use crate::Devnet;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tacit_rpc::BlockRef;
use tacit_rpc::client::Client;
use tacit_rpc::json::Hex32;
use tacit_types::contract::ContractPolicy;
use tacit_types::{Address, Amount, CodeHash, Gas, Height, Network, Price, Sequence, Tx};
use tacit_wallet::contract::{AliasBook, Names, SPEC_SECTION, Spec};
use tacit_wallet::devnet::devnet_account;
use tacit_wallet::send::{ChainView, SendOptions, submit};
use tacit_wallet::{Account, TxBuilder};

/// All standard contracts.
const STANDARD: [&str; 12] = [
    "token",
    "token_plus",
    "nft",
    "market",
    "amm",
    "vesting",
    "staking",
    "multisig",
    "timelock",
    "governor",
    "oracle",
    "bridge",
];
/// The people: the first of the network's funded accounts. The first of them deploys, and has all roles that there are.
const PEOPLE: u32 = 6;
/// Calls that one person makes at once.
const CALLS: usize = 8;
/// Gas that a call may use, and what a call may use that is meant to run out of it.
const GAS: Gas = Gas(10_000_000);
const TOO_LITTLE_GAS: Gas = Gas(120_000);
/// What everything offers per gas, far above the base fee of any load.
const PRICE: Price = Price(1_000_000_000);
/// For how many heights a call is valid.
const LIFETIME: u64 = 60;
/// After so many heights without a transaction nothing waits any more.
const QUIET: u64 = 20;
/// Supply of both tokens.
const SUPPLY: u128 = 1_000_000_000_000;
/// The first role that is a contract's own and not the SDK's.
const ROLES_FROM: u64 = 16;
const HOUR_MS: u64 = 3_600_000;

/// A small generator that the printed seed repeats.
pub struct Chance(u64);

impl Chance {
    /// From the environment's `TACIT_SEED`, else from the clock; printed.
    pub fn from_environment() -> Self {
        let named = std::env::var("TACIT_SEED").ok().and_then(|text| text.parse().ok());
        let seed = named.unwrap_or_else(|| now_ms() | 1);
        println!("seed {seed}");
        Self(seed)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }

    fn one_of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| u8::try_from(self.below(256)).unwrap()).collect()
    }
}

/// The contracts, the people, and what is known of the chain.
pub struct Economy {
    contracts: Vec<Deployed>,
    people: Vec<Account>,
    chain: ChainView,
    book: AliasBook,
    /// Addresses of nobody, which random calls name.
    strangers: Vec<Address>,
    /// Calls that some node took, with the contract they are of, under the person and the sequence that they use up.
    acknowledged: BTreeMap<(usize, Sequence), BTreeMap<Hex32, &'static str>>,
    /// Why nodes did not take calls, and how often.
    refused: BTreeMap<String, u64>,
}

struct Deployed {
    name: &'static str,
    address: Address,
    spec: Spec,
}

/// What became of everything.
#[derive(Debug)]
pub struct Outcome {
    /// Heights that all nodes agree about.
    pub heights: u64,
    /// Calls that succeeded, by contract.
    pub succeeded: BTreeMap<&'static str, u64>,
    /// Calls that were committed and failed.
    pub failed: u64,
    /// Why nodes did not take calls, and how often.
    pub refused: BTreeMap<String, u64>,
    /// Sequences for which a node took a call while no block has a call with it: there is none without kills. Where two nodes
    /// took one call each with the same sequence, either may win.
    pub lost: usize,
}

impl Economy {
    /// Deploys all standard contracts through node 0, and gives everybody tokens and roles.
    pub async fn open(network: &Devnet) -> Self {
        let client = network.client(0);
        let chain = ChainView::fetch(&client, None).await.expect("a chain");
        let people: Vec<Account> = (0..PEOPLE).map(|index| devnet_account(index).unwrap()).collect();
        let mut book = AliasBook::default();
        for (index, person) in people.iter().enumerate() {
            book.add(&format!("p{index}"), person.address).unwrap();
        }
        let strangers = (1..=4).map(|byte| Address([byte; 32])).collect();
        let mut economy = Self {
            contracts: Vec::new(),
            people,
            chain,
            book,
            strangers,
            acknowledged: BTreeMap::new(),
            refused: BTreeMap::new(),
        };
        for (name, arguments) in economy.plan() {
            economy.deploy(&client, name, &arguments).await;
        }
        economy.hand_out(&client).await;
        economy.wait_for_sequences(network).await;
        economy
    }

    /// Every standard contract with the arguments of its `init`; later ones name earlier ones.
    fn plan(&self) -> Vec<(&'static str, Vec<String>)> {
        let mut owners: Vec<Address> = self.people.iter().take(3).map(|person| person.address).collect();
        owners.sort_unstable();
        let owners: Vec<String> = owners.iter().map(|owner| hex(&owner.0)).collect();
        let mut keys: Vec<String> = self.people.iter().take(3).map(|person| hex(&person.public_key().0)).collect();
        keys.sort_unstable();
        let oracle = json!({ "description": "one in another", "decimals": 6, "quorum": 3, "max_age": 60_000,
            "heartbeat": 120_000, "interval": 10_000, "clamp": 500, "breaker": 2_000, "least_volume": "0",
            "average_over": 240_000, "fallback_for": 600_000 });
        let staking = json!({ "cap": "100000000000000000000000", "account_cap": "50000000000000000000000",
            "minimum": "1000", "unbonding": 5_000, "reward_period": HOUR_MS, "slash_cap": "0.1",
            "slash_interval": HOUR_MS, "beneficiary": "p1" });
        let governor = json!({ "voting_delay": "1", "voting_period": "20", "late_extension": "5",
            "queue_window": "1000", "quorum": "0.04", "threshold": "1" });
        let text = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        let (supply, cap) = (SUPPLY.to_string(), (2 * SUPPLY).to_string());
        vec![
            ("token", vec![supply.clone()]),
            ("token_plus", text(&["Plus", "PLS", "6", &supply, &cap])),
            ("nft", text(&["Things", "100000"])),
            ("market", text(&["0.02", "p1"])),
            ("amm", text(&["token", "token_plus", "30", "1000", "p1"])),
            ("vesting", Vec::new()),
            ("staking", vec![staking.to_string()]),
            ("multisig", vec![json!(owners).to_string(), "2".into()]),
            ("timelock", text(&["[\"p0\"]", "[\"p1\"]", "[\"p2\"]", "true", "1h"])),
            ("governor", text(&["token_plus", "timelock", "p3", &governor.to_string()])),
            ("oracle", vec![oracle.to_string(), json!(["p0", "p1", "p2", "p3", "p4"]).to_string(), "p5".into()]),
            ("bridge", vec!["2".into(), json!(keys).to_string()]),
        ]
    }

    const fn names(&self) -> Names<'_> {
        Names { network: Network::Dev, aliases: &self.book }
    }

    async fn deploy(&mut self, client: &Client, name: &'static str, arguments: &[String]) {
        let file = format!("{}/../contracts/artifacts/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
        let code = std::fs::read(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let section = tacit_vm::custom_section(&code, SPEC_SECTION).expect("a spec");
        let spec = Spec::parse(&section).unwrap();
        let input = spec.encode_arguments(spec.function("init").unwrap(), arguments, self.names());
        let input = input.unwrap_or_else(|error| panic!("{name}: {error}"));
        let code_hash = CodeHash::of(&[&code]);
        let from = &self.people[0];
        let address = Address::of_contract(&from.address, &code_hash, &[0; 32]);
        let build = |builder: TxBuilder| {
            builder.deploy(code)?.instantiate(code_hash, [0; 32], input, Amount::ZERO, ContractPolicy::default())
        };
        let sent = submit(client, from, build, &SendOptions::default(), |_| {}).await;
        sent.unwrap_or_else(|error| panic!("{name} cannot be deployed: {error}"));
        self.book.add(name, address).unwrap();
        self.contracts.push(Deployed { name, address, spec });
    }

    /// Roles for the first person, tokens and allowances for all.
    async fn hand_out(&mut self, client: &Client) {
        let mut calls: Vec<(usize, &str, &str, Vec<String>, u128)> = Vec::new();
        for contract in &self.contracts {
            let granted = contract.spec.functions.iter().any(|function| function.name == "grant_role");
            // The administrator of these two is the timelock itself.
            let is_own = matches!(contract.name, "timelock" | "governor");
            for role in contract.spec.roles.iter().filter(|role| granted && !is_own && role.id >= ROLES_FROM) {
                calls.push((0, contract.name, "grant_role", vec![role.id.to_string(), "p0".into()], 0));
            }
        }
        for token in ["token", "token_plus"] {
            for person in 0..self.people.len() {
                if person > 0 {
                    let part = (SUPPLY / 20).to_string();
                    calls.push((0, token, "transfer", vec![format!("p{person}"), part], 0));
                }
                for spender in ["amm", "vesting"] {
                    calls.push((person, token, "approve", vec![spender.into(), SUPPLY.to_string()], 0));
                }
            }
        }
        calls.push((0, "staking", "fund", Vec::new(), 1_000_000_000));
        for (person, name, function, arguments, value) in calls {
            let contract = self.contract(name);
            let spec = contract.spec.function(function).unwrap();
            let input = contract.spec.encode_arguments(spec, &arguments, self.names()).unwrap();
            let address = contract.address;
            let build = |builder: TxBuilder| builder.call(address, function, input, Amount(value));
            // What it needs may be on its way, so that trying it out on the latest state would say nothing.
            let options = SendOptions { gas_limit: Some(GAS), unchecked: true, wait: None, ..SendOptions::default() };
            let sent = submit(client, &self.people[person], build, &options, |_| {}).await;
            let sent = sent.unwrap_or_else(|error| panic!("{name}.{function}{arguments:?}: {error}"));
            let (name, sequence) = (contract.name, sent.tx.body.authorization.sequence());
            self.acknowledged.entry((person, sequence)).or_default().insert(sent.tx_id, name);
        }
    }

    /// Waits until every node has executed what everybody has sent: a node that has not would give their sequences again.
    async fn wait_for_sequences(&self, network: &Devnet) {
        for (person, sequence) in self.acknowledged.keys() {
            let address = self.people[*person].address.to_text(Network::Dev);
            for node in 0..network.validators() {
                let client = network.client(node);
                while client.account(&address).await.expect("an account").sequence <= sequence.0 {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn contract(&self, name: &str) -> &Deployed {
        self.contracts.iter().find(|contract| contract.name == name).expect("a contract")
    }

    /// Everybody makes some calls at once, each through a node that runs.
    pub async fn round(&mut self, network: &Devnet, running: &[u16], chance: &mut Chance) {
        for person in 0..self.people.len() {
            let node = running[person % running.len()];
            let client = network.client(node);
            let address = self.people[person].address.to_text(Network::Dev);
            // A node that was killed, or has not caught up, is for another time.
            let (Ok(state), Ok(status)) = (client.account(&address).await, client.status().await) else { continue };
            self.chain.height = Height(status.height);
            let mut sequence = state.pending_sequence;
            let mut batch: Vec<(&'static str, Tx)> = Vec::new();
            while batch.len() < CALLS {
                if let Some((name, builder)) = self.call(person, chance) {
                    let tx = builder.sign(&self.people[person].key, Sequence(sequence)).unwrap();
                    sequence += 1;
                    batch.push((name, tx));
                }
            }
            let Ok(answers) = client.submit_batch(batch.iter().map(|(_, tx)| tx.encode())).await else { continue };
            let mut is_whole = true;
            for ((name, tx), answer) in batch.iter().zip(answers) {
                match answer {
                    Ok(taken) => {
                        assert_eq!(taken.tx_id.0, tx.id().0);
                        // What comes after a refused one waits for its sequence, which may never come.
                        if is_whole {
                            let place = (person, tx.body.authorization.sequence());
                            self.acknowledged.entry(place).or_default().insert(taken.tx_id, name);
                        }
                    }
                    Err(why) => {
                        *self.refused.entry(why.to_string()).or_default() += 1;
                        is_whole = false;
                    }
                }
            }
        }
    }

    /// Waits until everything that was taken is in blocks, then compares all blocks of all nodes, and counts the token.
    pub async fn settle(&self, network: &Devnet, nodes: &[u16]) -> Outcome {
        let first = network.client(nodes[0]);
        let mut codes: BTreeMap<Hex32, u16> = BTreeMap::new();
        let tip = first.status().await.expect("a status").height;
        let (mut height, mut quiet) = (0, 0);
        let is_settled =
            |calls: &BTreeMap<Hex32, _>, codes: &BTreeMap<Hex32, u16>| calls.keys().any(|id| codes.contains_key(id));
        while height < tip || (quiet < QUIET && !self.acknowledged.values().all(|calls| is_settled(calls, &codes))) {
            network.wait_for_all(nodes, height + 1).await;
            height += 1;
            let block = first.block(BlockRef::Height(Height(height)), false).await.expect("a block");
            quiet = if block.txs.is_empty() { quiet + 1 } else { 0 };
            codes.extend(block.txs.iter().map(|tx| (tx.tx_id, tx.code)));
            for node in &nodes[1..] {
                let same = network.client(*node).block(BlockRef::Height(Height(height)), false).await.expect("a block");
                assert_eq!(same.header.state_root, block.header.state_root, "state roots at {height}, node {node}");
                assert_eq!(same.header.receipts_root, block.header.receipts_root, "receipts at {height}, node {node}");
                assert_eq!(same.block_id, block.block_id, "blocks at {height}, node {node}");
            }
        }
        self.count_tokens(network, nodes).await;
        let mut outcome =
            Outcome { heights: height, succeeded: BTreeMap::new(), failed: 0, refused: self.refused.clone(), lost: 0 };
        for calls in self.acknowledged.values() {
            outcome.lost += usize::from(!is_settled(calls, &codes));
            for (id, name) in calls {
                match codes.get(id) {
                    Some(0) => *outcome.succeeded.entry(name).or_default() += 1,
                    Some(_) => outcome.failed += 1,
                    None => {}
                }
            }
        }
        println!("{outcome:?}");
        outcome
    }

    /// What everybody holds of the plain token is its supply, on every node.
    async fn count_tokens(&self, network: &Devnet, nodes: &[u16]) {
        let holders: BTreeSet<Address> = self
            .people
            .iter()
            .map(|person| person.address)
            .chain(self.contracts.iter().map(|contract| contract.address))
            .chain(self.strangers.iter().copied())
            .collect();
        let token = self.contract("token").address.to_text(Network::Dev);
        for node in nodes {
            let client = network.client(*node);
            let mut total = 0u128;
            for holder in &holders {
                let answer = client.view(&token, "balance_of", holder.0.to_vec()).await.expect("a balance");
                total += u128::from_le_bytes(answer.output.0.try_into().expect("16 bytes"));
            }
            assert_eq!(total, SUPPLY, "node {node} counts another supply of the token");
        }
    }
}

impl Outcome {
    /// Asserts that every contract was called well, and that calls failed too: else little was tried.
    pub fn assert_rich(&self) {
        for name in STANDARD {
            assert!(self.succeeded.contains_key(name), "no call of {name} succeeded: {self:?}");
        }
        assert!(self.failed > 0, "no call failed: {self:?}");
    }
}

/// Stops all nodes, which must end cleanly, and has each of them execute its whole chain again.
pub fn replay(network: &mut Devnet, nodes: &[u16]) {
    for node in nodes {
        network.stop(*node);
        let home = network.home(*node);
        let report = network.tacit(&["db", "check", "--replay", "--home", home.to_str().unwrap()]);
        assert!(report.contains("database: good") && report.contains("replay: good"), "node {node}: {report}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis()).unwrap()
}
