//! The committed contracts: that they are what they say, and that they do what they promise.

use super::support::{ALICE, BOB, Chain};
use crate::VmReject;
use std::path::{Path, PathBuf};
use std::process::Command;
use tacit_types::{Address, CodeHash};

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts")
}

pub(super) fn artifact(name: &str) -> Vec<u8> {
    std::fs::read(contracts().join("artifacts").join(name).with_extension("wasm")).unwrap()
}

fn number(output: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    bytes[..output.len()].copy_from_slice(output);
    u128::from_le_bytes(bytes)
}

fn name(event: &tacit_types::Event) -> &[u8] {
    let tacit_types::Event::Contract { topics, .. } = event else { panic!("not a contract's event") };
    topics[0].split(|byte| *byte == 0).next().unwrap()
}

/// Names of all committed modules, in order.
fn names() -> Vec<String> {
    let files = std::fs::read_dir(contracts().join("artifacts")).unwrap().map(|file| file.unwrap().path());
    let modules = files.filter(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    let mut names: Vec<String> = modules.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    assert!(names.len() >= 2, "the modules are missing");
    names
}

#[test]
fn the_committed_modules_have_the_committed_hashes() {
    let listed = std::fs::read_to_string(contracts().join("HASHES")).unwrap();
    let mut actual = String::new();
    for name in names() {
        let code = artifact(&name);
        crate::validate(&code).unwrap();
        actual += &format!("{} {name}.wasm\n", CodeHash::of(&[&code]));
    }
    assert_eq!(
        listed, actual,
        "contracts/HASHES is stale; if the modules are meant to change, put these lines into it"
    );
}

/// Builds into a folder of its own. `None` with a message where there is no toolchain.
fn rebuild() -> Option<PathBuf> {
    let out = std::env::temp_dir().join(format!("tacit-contracts-{}", std::process::id()));
    let build = Command::new(contracts().join("build.sh")).arg(&out).output().unwrap();
    match build.status.code() {
        Some(0) => Some(out),
        Some(3) => {
            println!("skipped, no wasm toolchain here:\n{}", String::from_utf8_lossy(&build.stderr));
            None
        }
        _ => panic!("contracts/build.sh failed:\n{}", String::from_utf8_lossy(&build.stderr)),
    }
}

#[test]
fn building_the_contracts_again_gives_the_committed_modules() {
    let Some(out) = rebuild() else { return };
    let toolchain = |folder: &Path| std::fs::read_to_string(folder.join("TOOLCHAIN")).unwrap();
    let (here, committed) = (toolchain(&out), toolchain(&contracts().join("artifacts")));
    if here == committed {
        for name in names().iter().map(|name| format!("{name}.wasm")) {
            let rebuilt = std::fs::read(out.join(&name)).unwrap();
            let stored = std::fs::read(contracts().join("artifacts").join(&name)).unwrap();
            // In whatever folder this checkout is.
            assert!(rebuilt == stored, "{name} is not what its source gives; run contracts/build.sh and commit");
        }
    } else {
        println!("skipped: built with {here}committed with {committed}");
    }
    std::fs::remove_dir_all(out).unwrap();
}

/// Whatever anybody sends to them: [`Chain`] compares result, gas, storage, balances and events of every call.
#[test]
fn engines_agree_about_every_committed_contract_on_random_input() {
    let seed = super::generated::seed();
    println!("TACIT_SEED={seed}");
    let mut random = super::generate::Random(seed);
    for name in names() {
        let code = artifact(&name);
        let exports = crate::validate(&code).unwrap().exports;
        let mut chain = Chain::new();
        let contract = chain.place(&code);
        for round in 0..12 {
            for export in &exports {
                let length = [0, 1, 16, 32, 48, 64, 80, 200][random.below(8)];
                let input: Vec<u8> =
                    (0..length).map(|_| [0, 0, 0, 1, random.below(256) as u8][random.below(5)]).collect();
                // Errors are as good as results here: all engines must give the same ones.
                let outcome = if export == "init" && round == 0 {
                    chain.try_create(contract, &input)
                } else {
                    chain.call(contract, export, &input)
                };
                assert!(outcome.gas_used.0 > 0, "{name}.{export} cost nothing");
            }
        }
    }
}

#[test]
fn the_token_is_small() {
    assert!(artifact("token").len() < 20 * 1024);
}

#[test]
fn a_counter_counts_and_tells() {
    let mut chain = Chain::new();
    let counter = chain.create(&artifact("counter"), &41_u64.to_le_bytes());
    assert_eq!(number(&chain.call(counter, "increment", &[]).result.unwrap()), 42);
    assert_eq!(number(&chain.view(counter, "get", &[]).result.unwrap()), 42);
    assert_eq!(number(&chain.call(counter, "add", &8_u64.to_le_bytes()).result.unwrap()), 50);
    assert_eq!(chain.world.events.iter().map(name).collect::<Vec<_>>(), [b"Incremented"; 2]);
}

#[test]
fn a_counter_at_the_largest_number_panics_instead_of_wrapping() {
    let mut chain = Chain::new();
    let counter = chain.create(&artifact("counter"), &u64::MAX.to_le_bytes());
    let outcome = chain.call(counter, "increment", &[]);
    assert_eq!(outcome.result, Err(VmReject::Panicked));
    let trace = outcome.trace.unwrap();
    assert!(trace.message.contains("overflow") && trace.file.ends_with("counter/src/lib.rs"), "{trace:?}");
    assert_eq!(number(&chain.view(counter, "get", &[]).result.unwrap()), u128::from(u64::MAX));
}

#[test]
fn input_that_is_not_exactly_the_arguments_is_refused() {
    let mut chain = Chain::new();
    let counter = chain.create(&artifact("counter"), &0_u64.to_le_bytes());
    for (function, input) in
        [("add", &[][..]), ("add", &[0; 7]), ("add", &[0; 9]), ("increment", &[0]), ("add", &[0; 5000])]
    {
        let outcome = chain.call(counter, function, input);
        assert_eq!(outcome.result, Err(VmReject::Reverted { code: 0xFFFF_0001, data: vec![] }), "{function}");
    }
}

#[test]
fn a_view_of_a_function_that_writes_is_refused() {
    let mut chain = Chain::new();
    let counter = chain.create(&artifact("counter"), &0_u64.to_le_bytes());
    let outcome = chain.view(counter, "increment", &[]);
    assert_eq!(outcome.result, Err(VmReject::Trapped(crate::Trap::StaticWrite)));
}

struct Token {
    chain: Chain,
    at: Address,
}

const SUPPLY: u128 = 1_000_000;
const CAROL: Address = Address([0xca; 32]);
const INSUFFICIENT_BALANCE: u32 = 1;
const INSUFFICIENT_ALLOWANCE: u32 = 2;

impl Token {
    fn new(supply: u128) -> Self {
        let mut chain = Chain::new();
        let at = chain.create(&artifact("token"), &supply.to_le_bytes());
        Self { chain, at }
    }

    fn act(&mut self, caller: Address, function: &str, to: &[Address], amount: u128) -> Result<(), u32> {
        let mut input: Vec<u8> = to.iter().flat_map(|address| address.0).collect();
        input.extend(amount.to_le_bytes());
        match self.chain.call_as(caller, self.at, function, &input).result {
            Ok(output) => {
                assert!(output.is_empty());
                Ok(())
            }
            Err(VmReject::Reverted { code, .. }) => Err(code),
            Err(other) => panic!("{function}: {other}"),
        }
    }

    fn see(&mut self, function: &str, of: &[Address]) -> u128 {
        let input: Vec<u8> = of.iter().flat_map(|address| address.0).collect();
        number(&self.chain.view(self.at, function, &input).result.unwrap())
    }

    fn balances(&mut self) -> [u128; 3] {
        [ALICE, BOB, CAROL].map(|holder| self.see("balance_of", &[holder]))
    }
}

#[test]
fn the_creator_gets_the_supply_and_transfers_move_it() {
    let mut token = Token::new(SUPPLY);
    assert_eq!(token.see("total_supply", &[]), SUPPLY);
    token.act(ALICE, "transfer", &[BOB], 300).unwrap();
    token.act(BOB, "transfer", &[CAROL], 100).unwrap();
    assert_eq!(token.balances(), [SUPPLY - 300, 200, 100]);
    let names: Vec<_> = token.chain.world.events.iter().map(name).collect();
    assert_eq!(names, [b"Transferred"; 3]);
}

#[test]
fn nobody_gives_more_than_they_have() {
    let mut token = Token::new(SUPPLY);
    for (from, amount) in [(ALICE, SUPPLY + 1), (ALICE, u128::MAX), (BOB, 1)] {
        assert_eq!(token.act(from, "transfer", &[CAROL], amount), Err(INSUFFICIENT_BALANCE));
    }
    token.act(BOB, "transfer", &[CAROL], 0).unwrap();
    assert_eq!(token.balances(), [SUPPLY, 0, 0]);
}

#[test]
fn a_transfer_to_oneself_changes_nothing() {
    let mut token = Token::new(u128::MAX);
    token.act(ALICE, "transfer", &[ALICE], u128::MAX).unwrap();
    assert_eq!(token.balances(), [u128::MAX, 0, 0]);
}

#[test]
fn a_spender_takes_what_was_allowed_and_no_more() {
    let mut token = Token::new(SUPPLY);
    assert_eq!(token.act(BOB, "transfer_from", &[ALICE, CAROL], 1), Err(INSUFFICIENT_ALLOWANCE));
    token.act(ALICE, "approve", &[BOB], 50).unwrap();
    token.act(BOB, "transfer_from", &[ALICE, CAROL], 30).unwrap();
    assert_eq!(token.see("allowance", &[ALICE, BOB]), 20);
    assert_eq!(token.act(BOB, "transfer_from", &[ALICE, CAROL], 21), Err(INSUFFICIENT_ALLOWANCE));
    assert_eq!(token.act(CAROL, "transfer_from", &[ALICE, CAROL], 1), Err(INSUFFICIENT_ALLOWANCE));
    // Allowed, but not owned: nothing of the allowance is used up.
    token.act(CAROL, "approve", &[BOB], 99).unwrap();
    assert_eq!(token.act(BOB, "transfer_from", &[CAROL, BOB], 31), Err(INSUFFICIENT_BALANCE));
    assert_eq!(token.see("allowance", &[CAROL, BOB]), 99);
    assert_eq!(token.balances(), [SUPPLY - 30, 0, 30]);
}

#[test]
fn balances_always_add_up_to_the_supply() {
    let seed = super::generated::seed();
    println!("seed {seed}");
    let mut random = super::generate::Random(seed);
    let mut token = Token::new(SUPPLY);
    let mut model = [SUPPLY, 0, 0];
    let holders = [ALICE, BOB, CAROL];
    for _ in 0..150 {
        let (from, to) = (random.below(3), random.below(3));
        let amount = u128::from(random.next() % 700_000);
        let moved = token.act(holders[from], "transfer", &[holders[to]], amount);
        if model[from] >= amount {
            moved.unwrap();
            model[from] -= amount;
            model[to] += amount;
        } else {
            assert_eq!(moved, Err(INSUFFICIENT_BALANCE));
        }
        assert_eq!(token.balances(), model);
    }
    assert_eq!(model.iter().sum::<u128>(), token.see("total_supply", &[]));
}
