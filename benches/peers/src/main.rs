//! Contract calls of Tacit and of its peers: one program, one run, one thread, everything in memory.
//!
//! It compares, it decides nothing: no test and no node depends on it. The peers' contracts are what their own projects
//! publish; `run.sh` fetches and builds them. Every transfer is checked to have moved something before it is timed.

mod cosmwasm;
mod engine;
mod evm;
mod measure;
mod report;
mod signatures;
mod tacit;
#[path = "../../src/token_chain.rs"]
mod token_chain;
#[path = "../../src/world.rs"]
mod world;

use eyre::{Result, WrapErr, eyre};
use measure::Row;
use std::path::PathBuf;

/// Times every row is measured; the rows of one round follow each other.
const ROUNDS: usize = 11;
/// Accounts that hold tokens where they are drawn at random.
const ACCOUNTS: usize = 10_000;
/// Transactions in a block, each of another sender.
const BLOCK: usize = 1_000;

const NOOP: &str = "no-op call";
const PAIR: &str = "token transfer, the same two accounts";
const MANY: &str = "token transfer, two of 10,000 accounts";
const CHECKED: &str = "token transfer in a checked transaction";
const SIGNED: &str = "token transfer in a signed transaction";
const SIGNATURE: &str = "one signature of 1,000";

/// What the command line says.
struct Arguments {
    cw20: PathBuf,
    erc20: PathBuf,
    artifacts: PathBuf,
    date: String,
    json: bool,
}

fn main() -> Result<()> {
    let arguments = arguments()?;
    let token = std::fs::read(arguments.artifacts.join("token.wasm")).wrap_err("our token is missing")?;
    let cw20 = std::fs::read(&arguments.cw20).wrap_err("the module of cw20-base is missing")?;
    let erc20 = evm::bytecode(&std::fs::read_to_string(&arguments.erc20).wrap_err("the ERC-20 artifact is missing")?)?;
    let mut rows = vec![
        Row::new(NOOP, "Tacit", tacit::noop()?),
        Row::new(NOOP, "wasmtime alone", engine::noop()?),
        Row::new(NOOP, "cosmwasm-vm", cosmwasm::noop()?),
        Row::new(NOOP, "revm, as a transaction", evm::noop()?),
        Row::new(PAIR, "Tacit", tacit::transfers(&token, 2)?),
        Row::new(PAIR, "cosmwasm-vm", cosmwasm::transfers(&cw20, 2)?),
        Row::new(PAIR, "revm, as a transaction", evm::transfers(&erc20, 2)?),
        Row::new(MANY, "Tacit", tacit::transfers(&token, ACCOUNTS)?),
        Row::new(MANY, "cosmwasm-vm", cosmwasm::transfers(&cw20, ACCOUNTS)?),
        Row::new(MANY, "revm, as a transaction", evm::transfers(&erc20, ACCOUNTS)?),
        Row::new(CHECKED, "Tacit", tacit::checked(&token, BLOCK)),
        Row::new(CHECKED, "revm", evm::blocks(&erc20, BLOCK, evm::Signatures::Recovered)?),
        Row::new(SIGNED, "Tacit", tacit::signed(&token, BLOCK)),
        Row::new(SIGNED, "revm", evm::blocks(&erc20, BLOCK, evm::Signatures::ToRecover)?),
        Row::new(SIGNATURE, "Tacit, Ed25519 in batches", signatures::ours(BLOCK)),
        Row::new(SIGNATURE, "ed25519-zebra, the same batches", signatures::zebra(BLOCK)),
        Row::new(SIGNATURE, "libsecp256k1, recovered", signatures::recovered(BLOCK)?),
    ];
    let before = report::load();
    measure::rounds(&mut rows, ROUNDS);
    let machine = report::Machine { date: arguments.date, load_before: before, load_after: report::load() };
    if arguments.json {
        println!("{:#}", report::json(&machine, &rows));
    } else {
        print!("{}", report::table(&machine, &rows));
    }
    Ok(())
}

fn arguments() -> Result<Arguments> {
    let mut given = std::env::args().skip(1);
    let mut text = |name: &str| given.next().ok_or_else(|| eyre!("{name} is missing; start this with run.sh"));
    let cw20 = text("the module of cw20-base")?.into();
    let erc20 = text("the artifact of the ERC-20")?.into();
    let artifacts = text("the folder of our contracts")?.into();
    let date = text("the date")?;
    let json = match given.next().as_deref() {
        None => false,
        Some("--json") => true,
        Some(other) => return Err(eyre!("{other} is no option; there is only --json")),
    };
    Ok(Arguments { cw20, erc20, artifacts, date, json })
}
