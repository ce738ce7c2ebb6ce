//! `tacit contract test`: the project's own tests.

use super::toolchain::{Project, cargo};
use clap::Args;
use eyre::{Context, ensure};
use std::path::PathBuf;

/// Run the tests of a project: its unit tests off the chain, and those in the simulator where it has any.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract test\n  tacit contract test jar what_is_given\n\nTests in the simulator run the module of the last `tacit contract build`."
)]
pub struct Test {
    /// Folder of the project.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Run only tests whose name contains this.
    filter: Option<String>,
}

impl Test {
    pub fn run(&self) -> eyre::Result<()> {
        let project = Project::open(&self.folder)?;
        let status = cargo()
            .args(["test", "--quiet", "--package", &project.package])
            .args(&self.filter)
            .current_dir(&project.folder)
            .status()
            .wrap_err("cargo cannot be started; install it from https://rustup.rs")?;
        ensure!(status.success(), "a test of `{}` failed; which one stands above", project.package);
        Ok(())
    }
}
