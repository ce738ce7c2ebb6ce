//! The binary `tacit`: a node, a wallet, and the tools around them.
//!
//! This file only chooses: every verb has a file of its own under `commands/`. Exit codes: 0 done, 1 failed with a
//! message on standard error, 2 wrong usage, 3 something must be installed first.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod commands;
mod config;
mod home;
mod node;
mod telemetry;

use clap::Parser;
use commands::output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = commands::Cli::parse();
    let done = cli.run().and_then(|()| match output::failure() {
        Some(reason) => Err(eyre::eyre!("the answer could not be written: {reason}")),
        None => Ok(()),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::tell!("error: {error:#}");
            if error.is::<commands::NotInstalled>() { ExitCode::from(3) } else { ExitCode::FAILURE }
        }
    }
}
