//! `tacit contract build`: from source to a module that the node would deploy.

use super::check::report;
use super::module::Module;
use super::toolchain::{Project, Toolchain};
use crate::commands::output::tell;
use clap::Args;
use eyre::Context;
use std::path::PathBuf;

/// Build a contract and judge the module as the node would. Exits with 3 when something must be installed first.
#[derive(Args)]
#[command(after_help = "Examples:\n  tacit contract build\n  tacit contract build jar --out jar.wasm --json")]
pub struct Build {
    /// Folder of the project.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// File for the module; without it, the project's folder and name.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Build {
    pub fn run(&self) -> eyre::Result<()> {
        let toolchain = Toolchain::find(&self.folder)?;
        let project = Project::open(&self.folder)?;
        let built = toolchain.build(&project, &project.target.join("contract"), false)?;
        let module = Module::read(&built)?;
        let out = self.out.clone().unwrap_or_else(|| self.folder.join(format!("{}.wasm", project.artifact)));
        std::fs::write(&out, &module.code).wrap_err_with(|| format!("{} cannot be written", out.display()))?;
        tell!("{} is written, built by {}", out.display(), toolchain.version());
        report(&module, self.json)
    }
}
