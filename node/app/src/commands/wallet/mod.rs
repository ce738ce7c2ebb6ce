//! `tacit wallet`: words, addresses, balances, payments in the open and in the dark. One file per group of verbs.

mod assets;
mod bars;
mod disclose;
mod look;
mod make;
mod open;
mod pause;
mod pay;

pub use open::{WalletArgs, WalletsArg};
pub use pay::PayArgs;

use clap::{Args, Subcommand};

/// Make and restore wallets, show addresses and balances, send public and private money.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit wallet new alice\n  tacit wallet address --from alice --shielded --qr\n  tacit wallet balance --from alice\n  tacit wallet send --dev 0 --to tctd1... --amount 1.5\n  tacit wallet shield --dev 0 --amount 100\n  tacit wallet transfer --from alice --to tctdz1... --amount 2 --memo \"thank you\""
)]
pub struct Wallet {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a wallet with new words. They are shown once: write them down.
    New(make::New),
    /// Bring a wallet back from its words.
    Restore(make::Restore),
    /// Show an account's address, public or shielded.
    Address(make::Address),
    /// Print the key that sees an account's private money and cannot spend it.
    ViewingKey(make::ViewingKey),
    /// Store somebody's viewing key, to see what it sees.
    Watch(make::Watch),
    /// Bring what the wallet knows of private money up to the chain.
    Sync(look::Sync),
    /// Show what an account owns, in the open and in the dark.
    Balance(look::Balance),
    /// Show what happened to an account's private money.
    History(look::History),
    /// Send public money to a public address.
    Send(pay::Send),
    /// Make public money private.
    Shield(pay::Shield),
    /// Send private money to a shielded address. Nobody else sees who, what, how much.
    Transfer(pay::Transfer),
    /// Make private money public. Everybody sees where it arrives and how much it is.
    Unshield(pay::Unshield),
    /// Make one note of the smallest ones of an asset.
    Merge(pay::Merge),
    /// Make two native notes, so that the next transaction can pay its fee from one of them.
    Split(pay::Split),
    /// Write a proof that a transaction of yours paid somebody, for a third person.
    Disclose(disclose::Disclose),
    /// Check such a proof against the chain.
    VerifyDisclosure(disclose::VerifyDisclosure),
    /// Make, mint and look at assets.
    Assets(assets::Assets),
    /// Stop the shielded pool for a while, as the guardian of genesis.
    PausePool(pause::PausePool),
}

impl Wallet {
    pub fn run(self) -> eyre::Result<()> {
        match self.verb {
            Verb::New(verb) => verb.run(),
            Verb::Restore(verb) => verb.run(),
            Verb::Address(verb) => verb.run(),
            Verb::ViewingKey(verb) => verb.run(),
            Verb::Watch(verb) => verb.run(),
            Verb::Sync(verb) => verb.run(),
            Verb::Balance(verb) => verb.run(),
            Verb::History(verb) => verb.run(),
            Verb::Send(verb) => verb.run(),
            Verb::Shield(verb) => verb.run(),
            Verb::Transfer(verb) => verb.run(),
            Verb::Unshield(verb) => verb.run(),
            Verb::Merge(verb) => verb.run(),
            Verb::Split(verb) => verb.run(),
            Verb::Disclose(verb) => verb.run(),
            Verb::VerifyDisclosure(verb) => verb.run(),
            Verb::Assets(verb) => verb.run(),
            Verb::PausePool(verb) => verb.run(),
        }
    }
}
