//! `tacit contract deploy`: code and a contract of it in one transaction, or the code alone.

use super::failure::explained;
use super::input::{InputArg, check_money};
use super::module::Module;
use super::policy::PolicyArg;
use super::scene::{BookArg, Scene};
use crate::commands::runtime;
use crate::commands::send::SendArgs;
use clap::Args;
use eyre::Context;
use std::path::PathBuf;
use tacit_types::Address;
use tacit_wallet::contract::Kind;
use tacit_wallet::{TxBuilder, amount};

/// Store a module and make a contract of it.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract deploy token.wasm --init supply=1000000 --dev 0\n  tacit contract deploy token.wasm --init supply=5 --policy timelock:alice:2d --pauser alice --unpauser bob --longest 1h --alias token --dev 0\n  tacit contract deploy token2.wasm --code-only --dev 0"
)]
pub struct Deploy {
    /// The wasm file.
    file: PathBuf,
    /// An argument of `init`, as `name=value` or by its place. Say it once per argument.
    #[arg(long, value_name = "ARGUMENT")]
    init: Vec<String>,
    #[command(flatten)]
    input: InputArg,
    #[command(flatten)]
    policy: PolicyArg,
    /// Makes several contracts of the same code distinct.
    #[arg(long, default_value_t = 0)]
    salt: u64,
    /// Tokens to hand to the contract.
    #[arg(long, default_value = "0", value_name = "TOKENS")]
    value: String,
    /// A name for the contract.
    #[arg(long, value_name = "NAME")]
    alias: Option<String>,
    /// Store the module and make no contract of it, such as for a contract that changes its own code.
    #[arg(long, conflicts_with_all = ["init", "input", "policy", "pauser", "salt", "value", "alias"])]
    code_only: bool,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    send: SendArgs,
}

impl Deploy {
    pub fn run(&self) -> eyre::Result<()> {
        let module = Module::read(&self.file)?;
        if self.code_only {
            return self.store(module);
        }
        let spec = module.spec()?;
        let code_hash = module.hash();
        let value = amount::parse(&self.value)?;
        let mut salt = [0u8; 32];
        let (low, _) = salt.split_at_mut(8);
        low.copy_from_slice(&self.salt.to_le_bytes());
        let account = self.send.account()?;
        let contract = Address::of_contract(&account.address, &code_hash, &salt);
        runtime::block_on(async {
            let mut scene = Scene::open(self.send.client()?, &self.book).await?;
            let policy = self.policy.policy(&scene)?;
            let input = self.input.encode(spec.as_ref(), "init", &[Kind::Init], &self.init, scene.names())?;
            check_money(spec.as_ref(), "init", value)?;
            if let Some(name) = &self.alias {
                // Before anything is paid: a name that cannot be given must not come up afterwards.
                scene.book.add(name, contract)?;
            }
            let told = format!("the contract will be at {}", scene.text(&contract));
            let build =
                |builder: TxBuilder| builder.deploy(module.code)?.instantiate(code_hash, salt, input, value, policy);
            let sent = self.send.send_telling(&account, build, &told).await;
            let sent = sent.map_err(|error| explained(error, spec.as_ref(), "init"))?;
            // Others may have given names while this one waited.
            let named = self.alias.iter().try_for_each(|name| scene.change_book(|book| book.add(name, contract)));
            let fields = [("contract", scene.text(&contract).into()), ("code_hash", code_hash.to_string().into())];
            self.send.report_values(&sent, fields)?;
            named.wrap_err("the contract is made, and has no alias")
        })
    }

    fn store(&self, module: Module) -> eyre::Result<()> {
        let code_hash = module.hash();
        let account = self.send.account()?;
        runtime::block_on(async {
            let sent = self.send.send(&account, |builder| builder.deploy(module.code)).await?;
            self.send.report_values(&sent, [("code_hash", code_hash.to_string().into())])
        })
    }
}
