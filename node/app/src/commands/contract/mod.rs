//! `tacit contract`: everything between a contract's source and its life on a chain, one verb a file.
//!
//! Arguments and answers are read and written by the contract's spec (`docs/spec/contract-spec.md`), which is taken from
//! the code on the chain or from a file; without one, or with `--input`, bytes are handed on as they are.

mod alias;
mod bindings;
mod build;
mod call;
mod check;
mod deploy;
mod failure;
mod gas;
mod info;
mod input;
mod module;
mod new;
mod pause;
mod policy;
mod scene;
mod test;
mod toolchain;
mod trace;
mod upgrade;
mod verify;
mod view;
mod wanted;

pub use toolchain::NotInstalled;

use clap::{Args, Subcommand};

/// Make, build, check, test, deploy, call and change contracts.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract new jar\n  tacit contract build jar\n  tacit contract check token.wasm\n  tacit contract deploy token.wasm --init supply=1000000 --dev 0\n  tacit contract alias add token tctd1...\n  tacit contract call token transfer to=tctd1... amount=5 --dev 0\n  tacit contract view token total_supply"
)]
pub struct Contract {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a project that builds, tests and deploys at once.
    New(new::New),
    /// Build a contract and judge the module as the node would.
    Build(build::Build),
    /// Run the tests of a project.
    Test(test::Test),
    /// Judge a module exactly as the node would when it is deployed.
    Check(check::Check),
    /// Store a module and make a contract of it.
    Deploy(Box<deploy::Deploy>),
    /// Call a function of a contract.
    Call(Box<call::Call>),
    /// Ask a contract without changing anything.
    View(view::View),
    /// What the chain knows about a contract, and what it says about itself.
    Info(info::Info),
    /// Try a call out and show every step of it.
    Trace(Box<trace::TraceVerb>),
    /// Announce new code of a contract, or change to it.
    Upgrade(upgrade::Upgrade),
    /// Stop a contract for a while: nobody can call it, everybody can look at it.
    Pause(Box<pause::Pause>),
    /// Let a stopped contract go on.
    Unpause(Box<pause::Unpause>),
    /// What functions cost.
    Gas(gas::Gas),
    /// Write a typed client of a contract.
    Bindings(bindings::Bindings),
    /// Build a source from nothing and compare it with what a contract runs.
    Verify(verify::Verify),
    /// Names for addresses.
    Alias(alias::Alias),
}

impl Contract {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::New(verb) => verb.run(),
            Verb::Build(verb) => verb.run(),
            Verb::Test(verb) => verb.run(),
            Verb::Check(verb) => verb.run(),
            Verb::Deploy(verb) => verb.run(),
            Verb::Call(verb) => verb.run(),
            Verb::View(verb) => verb.run(),
            Verb::Info(verb) => verb.run(),
            Verb::Trace(verb) => verb.run(),
            Verb::Upgrade(verb) => verb.run(),
            Verb::Pause(verb) => verb.run(),
            Verb::Unpause(verb) => verb.run(),
            Verb::Gas(verb) => verb.run(),
            Verb::Bindings(verb) => verb.run(),
            Verb::Verify(verb) => verb.run(),
            Verb::Alias(verb) => verb.run(),
        }
    }
}
