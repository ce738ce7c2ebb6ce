//! `tacit contract`: check, deploy, call, view and look at contracts.

use super::query::show;
use super::runtime;
use super::send::SendArgs;
use super::status::NodeArg;
use clap::{Args, Subcommand};
use eyre::{Context, bail, eyre};
use std::path::{Path, PathBuf};
use tacit_types::contract::ContractPolicy;
use tacit_types::{Address, CodeHash, Network, limits};
use tacit_wallet::amount;
use tacit_wallet::send::ChainView;

/// Check, deploy, call, view and look at contracts.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract check token.wasm\n  tacit contract deploy token.wasm --dev 0 --init 1000000\n  tacit contract view tctd1... total_supply"
)]
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
        /// An argument of `init`: an address, a whole number (128 bits), or 0x-hex. Say it once per argument.
        #[arg(long, value_name = "ARGUMENT")]
        init: Vec<String>,
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
        /// Its arguments in order: an address, a whole number (128 bits), or 0x-hex.
        args: Vec<String>,
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
        /// Its arguments in order: an address, a whole number (128 bits), or 0x-hex.
        args: Vec<String>,
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
                let client = node.client()?;
                let network = ChainView::fetch(&client, None).await?.network;
                show(&client.view(&contract, &function, encode(&args, network)?).await?, json)
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

fn deploy(file: &Path, init: &[String], salt: u64, value: &str, send: &SendArgs) -> eyre::Result<()> {
    let code = read_module(file)?;
    tacit_vm::validate(&code).map_err(|reject| eyre!("rule {}: {reject}", reject.number()))?;
    let code_hash = CodeHash::of(&[&code]);
    let value = amount::parse(value)?;
    let mut salt_bytes = [0u8; 32];
    salt_bytes[..8].copy_from_slice(&salt.to_le_bytes());
    let account = send.account()?;
    let contract = Address::of_contract(&account.address, &code_hash, &salt_bytes);
    let client = send.client()?;
    runtime::block_on(async {
        let network = ChainView::fetch(&client, None).await?.network;
        let input = encode(init, network)?;
        let sent = send
            .send(&account, |builder| {
                builder.deploy(code)?.instantiate(code_hash, salt_bytes, input, value, ContractPolicy::default())
            })
            .await?;
        send.report(&sent, &[("contract", contract.to_text(network)), ("code_hash", code_hash.to_string())])
    })
}

fn call(contract: &str, function: &str, args: &[String], value: &str, send: &SendArgs) -> eyre::Result<()> {
    let value = amount::parse(value)?;
    let account = send.account()?;
    let client = send.client()?;
    runtime::block_on(async {
        let network = ChainView::fetch(&client, None).await?.network;
        let contract = Address::from_text(contract, network)?;
        let input = encode(args, network)?;
        let sent = send.send(&account, |builder| builder.call(contract, function, input, value)).await?;
        let output = sent.committed.as_ref().and_then(|view| serde_json::to_value(view).ok());
        let output = output.and_then(|view| view.get("output").and_then(|output| output.as_str().map(String::from)));
        send.report(&sent, &[("output", output.unwrap_or_default())])
    })
}

/// Arguments one after the other, as the SDK encodes them: addresses as 32 bytes, numbers as 16 bytes little-endian.
fn encode(arguments: &[String], network: Network) -> eyre::Result<Vec<u8>> {
    let mut input = Vec::new();
    for argument in arguments {
        if let Some(digits) = argument.strip_prefix("0x") {
            input.extend(hex::decode(digits).map_err(|_| eyre!("`{argument}` is not hex"))?);
        } else if argument.starts_with("tct") {
            input.extend(Address::from_text(argument, network)?.0);
        } else {
            let number: u128 =
                argument.parse().map_err(|_| eyre!("`{argument}` is no address, whole number or 0x-hex"))?;
            input.extend(number.to_le_bytes());
        }
    }
    Ok(input)
}

fn read_module(file: &Path) -> eyre::Result<Vec<u8>> {
    let shown = file.display();
    let length = std::fs::metadata(file).wrap_err_with(|| format!("{shown} cannot be read"))?.len();
    if length > limits::CODE_BYTES_MAX as u64 {
        bail!("{shown} has {length} bytes, a module at most {}", limits::CODE_BYTES_MAX);
    }
    std::fs::read(file).wrap_err_with(|| format!("{shown} cannot be read"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn encoded(arguments: &[&str]) -> eyre::Result<Vec<u8>> {
        encode(&arguments.iter().map(|text| (*text).to_string()).collect::<Vec<_>>(), Network::Dev)
    }

    #[test]
    fn arguments_are_encoded_in_order() {
        let address = Address([7; 32]);
        let text = address.to_text(Network::Dev);
        let mut expected = address.0.to_vec();
        expected.extend(250u128.to_le_bytes());
        expected.push(0xff);
        assert_eq!(encoded(&[&text, "250", "0xff"]).unwrap(), expected);
        assert!(encoded(&[]).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_argument_is_refused() {
        let main = Address([7; 32]).to_text(Network::Main);
        for bad in ["-1", "1.5", "0xf", "tctd1qqqq", "many", &main, "340282366920938463463374607431768211456"] {
            assert!(encoded(&[bad]).is_err(), "{bad}");
        }
    }
}
