//! `tacit contract alias`: names for addresses, kept for each chain apart.

use super::scene::{BookArg, Scene};
use crate::commands::output::say;
use crate::commands::query::show;
use crate::commands::runtime;
use crate::commands::status::NodeArg;
use clap::{Args, Subcommand};
use eyre::ensure;
use serde_json::{Map, Value};

/// Names for addresses. They can be said wherever a verb of `contract` takes an address.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  tacit contract alias add token tctd1...\n  tacit contract alias list --json\n  tacit contract alias remove token"
)]
pub struct Alias {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    node: NodeArg,
}

#[derive(Subcommand)]
enum Verb {
    /// Give an address a name.
    #[command(
        after_help = "Examples:\n  tacit contract alias add token tctd1...\n  tacit contract alias add alice dev:1\n\nA name is a-z, 0-9, - and _, beginning with a letter. It is never given to a second address before it is removed."
    )]
    Add {
        /// The name.
        name: String,
        /// The address; `dev:1` is account 1 of a development network.
        address: String,
        #[command(flatten)]
        book: BookArg,
    },
    /// Show all names on this chain.
    #[command(after_help = "Example:\n  tacit contract alias list --json")]
    List {
        #[command(flatten)]
        book: BookArg,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Forget a name.
    #[command(after_help = "Example:\n  tacit contract alias remove token")]
    Remove {
        /// The name.
        name: String,
        #[command(flatten)]
        book: BookArg,
    },
}

impl Alias {
    pub fn run(&self) -> eyre::Result<()> {
        runtime::block_on(async {
            let client = self.node.client()?;
            match &self.verb {
                Verb::Add { name, address, book } => {
                    let scene = Scene::open(client, book).await?;
                    let address = scene.address(address)?;
                    scene.change_book(|book| book.add(name, address))?;
                    say!("{name} is {}", scene.text(&address));
                }
                Verb::List { book, json } => {
                    let scene = Scene::open(client, book).await?;
                    let lines = scene.book.entries().map(|(name, at)| (name.to_owned(), scene.text(&at).into()));
                    show(&Value::Object(lines.collect::<Map<_, _>>()), *json)?;
                }
                Verb::Remove { name, book } => {
                    let scene = Scene::open(client, book).await?;
                    let was_there = scene.change_book(|book| Ok(book.remove(name)))?;
                    ensure!(was_there, "no alias is named `{name}` on this chain");
                }
            }
            Ok(())
        })
    }
}
