//! `tacit contract check`: the node's validator, and what the module says about itself.

use super::module::{Module, spec_fields};
use super::toolchain::{Project, Toolchain};
use crate::commands::query::show;
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Judge a module exactly as the node would when it is deployed: exits with 0 exactly when the node would take it.
#[derive(Args)]
#[command(after_help = "Examples:\n  tacit contract check token.wasm\n  tacit contract check jar --json")]
pub struct Check {
    /// The wasm file, or the folder of a project, which is built.
    path: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(&self) -> eyre::Result<()> {
        let module = if self.path.is_dir() { build(&self.path)? } else { Module::read(&self.path)? };
        report(&module, self.json)
    }
}

/// Builds a project without leaving a module beside it.
fn build(folder: &Path) -> eyre::Result<Module> {
    let toolchain = Toolchain::find(folder)?;
    let project = Project::open(folder)?;
    Module::read(&toolchain.build(&project, &project.target.join("contract"), false)?)
}

/// Prints what is known of a module that the node would deploy. The chain never looks at the spec, so a broken one is
/// told and is no failure.
pub fn report(module: &Module, json: bool) -> eyre::Result<()> {
    let mut fields = module.fields();
    fields["access"] = access(module);
    fields["spec"] = match module.spec() {
        Ok(Some(spec)) => spec_fields(&spec, json),
        Ok(None) => Value::Null,
        Err(error) => serde_json::json!({ "broken": error.to_string() }),
    };
    show(&fields, json)
}

fn access(module: &Module) -> Value {
    let access = &module.info.access;
    json!({
        "reentrant": access.reentrant.iter().cloned().collect::<Vec<_>>().join(" "),
        "lock_group": access.lock_group.map(|group| format!("0x{}", hex::encode(group))),
        "layout": access.layout.map(|layout| json!({
            "version": layout.version,
            "migrates_from": layout.migrates_from,
            "hash": format!("0x{}", hex::encode(layout.hash)),
        })),
    })
}
