//! `tacit contract test`: the project's own tests, first those off the chain, then those of the built module.

use super::module::Module;
use super::toolchain::{Project, Toolchain, cargo};
use clap::Args;
use eyre::{Context, ensure};
use std::path::{Path, PathBuf};

/// The package of a project whose tests run in the simulator.
const SIMULATOR: &str = "simulator";

/// Run the tests of a project: its unit tests off the chain, and those in the simulator where it has any.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract test\n  tacit contract test jar what_is_given\n  tacit contract test --unit\n\nWhere the project has a package `simulator`, its tests run on the module, which is built first."
)]
pub struct Test {
    /// Folder of the project.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Run only tests whose name contains this.
    filter: Option<String>,
    /// Run only the tests off the chain.
    #[arg(long)]
    unit: bool,
}

impl Test {
    pub fn run(&self) -> eyre::Result<()> {
        let project = Project::open(&self.folder)?;
        self.run_in(&project.folder, &["--package", &project.package])?;
        let simulator = project.folder.join(SIMULATOR);
        if self.unit || !simulator.join("Cargo.toml").is_file() {
            return Ok(());
        }
        let built = Toolchain::find(&project.folder)?.build(&project, &project.target.join("contract"), false)?;
        let module = Module::read(&built)?;
        let file = project.folder.join(format!("{}.wasm", project.artifact));
        std::fs::write(&file, &module.code).wrap_err_with(|| format!("{} cannot be written", file.display()))?;
        self.run_in(&simulator, &[])
    }

    fn run_in(&self, folder: &Path, arguments: &[&str]) -> eyre::Result<()> {
        let status = cargo()
            .args(["test", "--quiet"])
            .args(arguments)
            .args(&self.filter)
            .current_dir(folder)
            .status()
            .wrap_err("cargo cannot be started; install it from https://rustup.rs")?;
        ensure!(status.success(), "a test in {} failed; which one stands above", folder.display());
        Ok(())
    }
}
