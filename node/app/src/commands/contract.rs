//! `tacit contract`: check, deploy, call, view and look at contracts.

use super::query::show;
use super::runtime;
use super::send::SendArgs;
use super::status::NodeArg;
use clap::{Args, Subcommand};
use eyre::{Context, bail, eyre};
use std::path::{Path, PathBuf};
use tacit_types::{Address, CodeHash, limits};
use tacit_wallet::amount;
use tacit_wallet::send::ChainView;

/// Check, deploy, call, view and look at contracts.
#[derive(Args)]
#[command(after_help = "Examples:\n  tacit contract check token.wasm\n  tacit contract deploy token.wasm --dev 0 --init 0x...\n  tacit contract view tctd1... total_supply")]
pub struct Contract {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Judge a module exactly as the node would when it is deployed.
    Check {
        /// The wasm file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Store a module and make a contract of it.
    Deploy {
        /// The wasm file.
        file: PathBuf,
        /// Input of `init`, 0x-hex.
        #[arg(long, default_value = "0x", value_name = "HEX")]
        init: String,
        /// Makes several contracts of the same code distinct.
        #[arg(long, default_value_t = 0)]
        salt: u64,
        /// Tokens to hand to the contract.
        #[arg(long, default_value = "0", value_name = "TOKENS")]
        value: String,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Call a function of a contract.
    Call {
        /// The contract.
        contract: String,
        /// The function.
        function: String,
        /// Its input, 0x-hex.
        #[arg(default_value = "0x")]
        args: String,
        /// Tokens to hand to the contract.
        #[arg(long, default_value = "0", value_name = "TOKENS")]
        value: String,
        #[command(flatten)]
        send: Box<SendArgs>,
    },
    /// Ask a contract without changing anything.
    View {
        /// The contract.
        contract: String,
        /// The function.
        function: String,
        /// Its input, 0x-hex.
        #[arg(default_value = "0x")]
        args: String,
        #[command(flatten)]
        node: NodeArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// What the chain knows about a contract.
    Info {
        /// The contract.
        contract: String,
        #[command(flatten)]
        node: NodeArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Contract {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::Check { file, json } => check(&file, json),
            Verb::Deploy { file, init, salt, value, send } => deploy(&file, &init, salt, &value, &send),
            Verb::Call { contract, function, args, value, send } => call(&contract, &function, &args, &value, &send),
            Verb::View { contract, function, args, node, json } => runtime::block_on(async {
                show(&node.client()?.view(&contract, &function, bytes(&args)?).await?, json)
            }),
            Verb::Info { contract, node, json } => {
                runtime::block_on(async { show(&node.client()?.contract(&contract).await?, json) })
            }
        }
    }
}

fn check(file: &Path, json: bool) -> eyre::Result<()> {
    let code = read_module(file)?;
    let info = tacit_vm::validate(&code).map_err(|reject| eyre!("rule {}: {reject}", reject.number()))?;
    let fields = serde_json::json!({
        "code_hash": CodeHash::of(&[&code]).to_string(),
        "bytes": info.code_bytes,
        "functions": info.functions,
        "memory_pages": info.memory_pages,
        "exports": info.exports.join(" "),
        "deploy_gas": info.deploy_gas().0,
    });
    show(&fields, json)
}

fn deploy(file: &Path, init: &str, salt: u64, value: &str, send: &SendArgs) -> eyre::Result<()> {
    let code = read_module(file)?;
    tacit_vm::validate(&code).map_err(|reject| eyre!("rule {}: {reject}", reject.number()))?;
    let code_hash = CodeHash::of(&[&code]);
    let (input, value) = (bytes(init)?, amount::parse(value)?);
    let mut salt_bytes = [0u8; 32];
    salt_bytes[..8].copy_from_slice(&salt.to_le_bytes());
    let account = send.account()?;
    let contract = Address::of_contract(&account.address, &code_hash, &salt_bytes);
    let client = send.client()?;
    runtime::block_on(async {
        let network = ChainView::fetch(&client, None).await?.network;
        let sent = send
            .send(&account, |builder| builder.deploy(code)?.instantiate(code_hash, salt_bytes, input, value))
            .await?;
        send.report(&sent, &[("contract", contract.to_text(network)), ("code_hash", code_hash.to_string())])
    })
}

fn call(contract: &str, function: &str, args: &str, value: &str, send: &SendArgs) -> eyre::Result<()> {
    let (input, value) = (bytes(args)?, amount::parse(value)?);
    let account = send.account()?;
    let client = send.client()?;
    runtime::block_on(async {
        let network = ChainView::fetch(&client, None).await?.network;
        let contract = Address::from_text(contract, network)?;
        let sent = send.send(&account, |builder| builder.call(contract, function, input, value)).await?;
        let output = sent.committed.as_ref().and_then(|view| serde_json::to_value(view).ok());
        let output = output.and_then(|view| view.get("output").and_then(|output| output.as_str().map(String::from)));
        send.report(&sent, &[("output", output.unwrap_or_default())])
    })
}

fn bytes(text: &str) -> eyre::Result<Vec<u8>> {
    let digits = text.strip_prefix("0x").ok_or_else(|| eyre!("`{text}` must begin with 0x"))?;
    hex::decode(digits).map_err(|_| eyre!("`{text}` is not hex"))
}

fn read_module(file: &Path) -> eyre::Result<Vec<u8>> {
    let shown = file.display();
    let length = std::fs::metadata(file).wrap_err_with(|| format!("{shown} cannot be read"))?.len();
    if length > limits::CODE_BYTES_MAX as u64 {
        bail!("{shown} has {length} bytes, a module at most {}", limits::CODE_BYTES_MAX);
    }
    std::fs::read(file).wrap_err_with(|| format!("{shown} cannot be read"))
}
