//! `tacit contract verify`: whether a source is what a contract runs.

use super::module::Module;
use super::scene::{BookArg, Scene};
use super::toolchain::{Project, Toolchain};
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::status::NodeArg;
use crate::commands::tx::parse_hash;
use clap::Args;
use eyre::bail;
use serde_json::json;
use std::path::PathBuf;
use tacit_types::CodeHash;

/// Build a source from nothing and compare the module with what a contract runs. Exits with 1 when they differ.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract verify token contracts/std/token\n  tacit contract verify 0x0fc1... contracts/std/token\n\nThe same source, lock file and compiler give the same bytes on every machine; another compiler gives others."
)]
pub struct Verify {
    /// A contract, its alias, or the hash of code.
    contract: String,
    /// Folder of the source.
    folder: PathBuf,
    #[command(flatten)]
    book: BookArg,
    #[command(flatten)]
    node: NodeArg,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self) -> eyre::Result<()> {
        let expected = self.expected()?;
        // What is published is looked at as it is: with another lock file it is another source.
        let project = Project::open_locked(&self.folder)?;
        let toolchain = Toolchain::find(&self.folder)?;
        // A folder of its own: what an earlier build left must not count for this one.
        let scratch = tempfile::tempdir()?;
        let module = Module::read(&toolchain.build(&project, scratch.path(), true)?)?;
        let built = module.hash();
        if built != expected {
            bail!(
                "the source gives {built}, the contract runs {expected}; the compiler here is {}",
                toolchain.version()
            );
        }
        let fields = json!({ "verdict": "the source is what runs", "code_hash": built.to_string(), "built_by": toolchain.version() });
        show(&fields, self.json)
    }

    fn expected(&self) -> eyre::Result<CodeHash> {
        if self.contract.starts_with("0x") {
            return Ok(CodeHash(parse_hash(&self.contract)?.0));
        }
        runtime::block_on(async {
            let scene = Scene::open(self.node.client()?, &self.book).await?;
            let contract = scene.address(&self.contract)?;
            Ok(CodeHash(scene.client.contract(&scene.text(&contract)).await?.code_hash.0))
        })
    }
}
