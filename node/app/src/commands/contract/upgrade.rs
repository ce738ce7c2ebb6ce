//! `tacit contract upgrade`: announce code, wait as the policy says, change to it.

use super::failure::explained;
use super::input::InputArg;
use super::module::{Module, spec_of};
use super::scene::{BookArg, Scene};
use crate::commands::runtime;
use crate::commands::send::SendArgs;
use crate::commands::tx::parse_hash;
use clap::{Args, Subcommand};
use eyre::eyre;
use std::path::Path;
use tacit_rpc::json::HexArray;
use tacit_rpc::types::ContractView;
use tacit_types::CodeHash;
use tacit_types::limits::CODE_ANNOUNCED_MS_MAX;
use tacit_wallet::contract::Kind;

/// Announce new code of a contract, or change to it. Only the admin of a timelocked contract can.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract upgrade announce token token2.wasm --from admin\n  tacit contract upgrade apply token --from admin"
)]
pub struct Upgrade {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Say which code the contract will change to, and what its `migrate` will get. The wait of its policy begins.
    Announce(Box<Announce>),
    /// Change to the announced code and run its `migrate` with what was announced.
    Apply(Box<Apply>),
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract upgrade announce token token2.wasm --from admin\n  tacit contract upgrade announce token token2.wasm fee=30 --from admin"
)]
struct Announce {
    /// The contract: an address or an alias.
    contract: String,
    /// The new module's file, which is deployed, or the hash of deployed code.
    code: String,
    /// Arguments of `migrate`, as `name=value` in any order or by their place.
    args: Vec<String>,
    #[command(flatten)]
    input: InputArg,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    send: SendArgs,
}

#[derive(Args)]
#[command(after_help = "Example:\n  tacit contract upgrade apply token --from admin")]
struct Apply {
    /// The contract: an address or an alias.
    contract: String,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    send: SendArgs,
}

impl Upgrade {
    pub fn run(&self) -> eyre::Result<()> {
        match &self.verb {
            Verb::Announce(verb) => verb.run(),
            Verb::Apply(verb) => verb.run(),
        }
    }
}

impl Announce {
    fn run(&self) -> eyre::Result<()> {
        let (module, code_hash) = match parse_hash(&self.code) {
            Ok(hash) if self.code.starts_with("0x") => (None, CodeHash(hash.0)),
            _ => {
                let module = Module::read(Path::new(&self.code))?;
                let hash = module.hash();
                (Some(module), hash)
            }
        };
        let account = self.send.account()?;
        runtime::block_on(async {
            let scene = Scene::open(self.send.client()?, &self.book).await?;
            let contract = scene.address(&self.contract)?;
            let spec = match &module {
                Some(module) => module.spec()?,
                None => spec_of(&scene.code(HexArray(code_hash.0)).await?).unwrap_or_default(),
            };
            // Code that keeps the layout needs no `migrate`, and then there is nothing to say to it.
            let spec = spec.filter(|spec| spec.function("migrate").is_ok());
            let input = self.input.encode(spec.as_ref(), "migrate", &[Kind::Migrate], &self.args, scene.names())?;
            let sent = self
                .send
                .send(&account, |builder| {
                    let builder = match module {
                        Some(module) => builder.deploy(module.code)?,
                        None => builder,
                    };
                    builder.upgrade_announce(contract, code_hash, input)
                })
                .await?;
            let ready = match sent.committed {
                Some(_) => ready_of(scene.client.contract(&scene.text(&contract)).await?, code_hash),
                // What the chain knows is what was announced before, if anything was.
                None => None,
            };
            let end = ready.map(|ready| ready.saturating_add(CODE_ANNOUNCED_MS_MAX));
            let fields = [
                ("contract", scene.text(&contract).into()),
                ("code_hash", code_hash.to_string().into()),
                ("ready_ms", ready.into()),
                ("end_ms", end.into()),
            ];
            self.send.report_values(&sent, fields)
        })
    }
}

/// When the code may be changed to, if it is this code that is announced.
fn ready_of(info: ContractView, code_hash: CodeHash) -> Option<u64> {
    info.announced.filter(|announced| announced.code_hash.0 == code_hash.0).map(|announced| announced.ready_ms)
}

impl Apply {
    fn run(&self) -> eyre::Result<()> {
        let account = self.send.account()?;
        runtime::block_on(async {
            let scene = Scene::open(self.send.client()?, &self.book).await?;
            let contract = scene.address(&self.contract)?;
            let info = scene.client.contract(&scene.text(&contract)).await?;
            let announced = info.announced.ok_or_else(|| eyre!("no code is announced for this contract"))?;
            let sent = match self.send.send(&account, |builder| Ok(builder.contract_upgrade(contract))).await {
                Ok(sent) => sent,
                Err(error) => {
                    let code = scene.code(announced.code_hash).await.unwrap_or_default();
                    let spec = spec_of(&code).unwrap_or_default();
                    return Err(explained(error, spec.as_ref(), "migrate"));
                }
            };
            let fields =
                [("contract", scene.text(&contract).into()), ("code_hash", announced.code_hash.to_string().into())];
            self.send.report_values(&sent, fields)
        })
    }
}
