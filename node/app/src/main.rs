//! The binary `tacit`: a node, a wallet, and the tools around them.
//!
//! This file only chooses: every verb has a file of its own under `commands/`. Exit codes: 0 done, 1 failed with a
//! message on standard error, 2 wrong usage.

mod commands;
mod config;
mod home;
mod node;
mod telemetry;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = commands::Cli::parse();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
