//! A node, its chain, the aliases for it and the specs of contracts that were met: what the verbs that talk to a chain
//! share.

use super::module::spec_of;
use clap::Args;
use eyre::{bail, eyre};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use tacit_rpc::client::Client;
use tacit_rpc::json::Hex32;
use tacit_rpc::types::EventView;
use tacit_types::{Address, CodeHash};
use tacit_wallet::WalletError;
use tacit_wallet::contract::{AliasBook, Names, Spec};
use tacit_wallet::send::ChainView;

/// Where aliases are kept.
#[derive(Args, Clone)]
pub struct BookArg {
    /// Folder of the alias books, one for each chain.
    #[arg(long, env = "TACIT_ALIASES", value_name = "DIR")]
    aliases: Option<PathBuf>,
}

impl BookArg {
    fn folder(&self) -> eyre::Result<PathBuf> {
        match &self.aliases {
            Some(folder) => Ok(folder.clone()),
            None => {
                let home = std::env::var_os("HOME").ok_or_else(|| eyre!("HOME is not set; say --aliases DIR"))?;
                Ok(PathBuf::from(home).join(".tacit/aliases"))
            }
        }
    }
}

/// A chain as a person sees it.
pub struct Scene {
    pub client: Client,
    pub chain: ChainView,
    pub book: AliasBook,
    /// Where the book is kept.
    folder: PathBuf,
    /// Specs by contract; nothing for one that has none.
    specs: HashMap<Address, Option<Spec>>,
}

impl Scene {
    /// Asks the node which chain it is on, and opens that chain's aliases.
    pub async fn open(client: Client, book: &BookArg) -> eyre::Result<Self> {
        let chain = ChainView::fetch(&client, None).await?;
        let folder = book.folder()?;
        let book = AliasBook::open(&folder, &chain.genesis_id, chain.network)?;
        Ok(Self { client, chain, book, folder, specs: HashMap::new() })
    }

    /// Changes the chain's aliases as they are now, which may not be how they were when the scene was opened.
    pub fn change_book<R>(&self, change: impl FnOnce(&mut AliasBook) -> Result<R, WalletError>) -> eyre::Result<R> {
        Ok(AliasBook::update(&self.folder, &self.chain.genesis_id, self.chain.network, change)?)
    }

    /// How addresses are written here.
    pub const fn names(&self) -> Names<'_> {
        Names { network: self.chain.network, aliases: &self.book }
    }

    /// The address behind an address or an alias.
    pub fn address(&self, text: &str) -> eyre::Result<Address> {
        Ok(self.names().address(text)?)
    }

    /// The text of an address.
    pub fn text(&self, address: &Address) -> String {
        address.to_text(self.chain.network)
    }

    /// Takes this spec for the contract, whatever its code says.
    pub fn assume(&mut self, contract: Address, spec: Option<Spec>) {
        self.specs.insert(contract, spec);
    }

    /// Learns the spec of a contract from the code on the chain, once. What cannot be read counts as none: a spec is a
    /// help, and bytes can be handed on without it.
    pub async fn learn(&mut self, contract: &Address) -> eyre::Result<()> {
        if self.specs.contains_key(contract) {
            return Ok(());
        }
        let info = self.client.contract(&self.text(contract)).await?;
        let code = self.code(info.code_hash).await?;
        self.specs.insert(*contract, spec_of(&code).unwrap_or_default());
        Ok(())
    }

    /// The spec of a contract that [`Scene::learn`] or [`Scene::assume`] has seen.
    pub fn spec(&self, contract: &Address) -> Option<&Spec> {
        self.specs.get(contract)?.as_ref()
    }

    /// Deployed code; the node cannot hand out other code under its hash.
    pub async fn code(&self, hash: Hex32) -> eyre::Result<Vec<u8>> {
        let code = self.client.code(hash).await?;
        if CodeHash::of(&[&code]).0 != hash.0 {
            bail!("the node answered other code than {hash}; ask another node");
        }
        Ok(code)
    }

    /// Learns what all contracts say whose events these are. One that the node does not know any more is left out.
    pub async fn learn_all(&mut self, events: &[EventView]) -> eyre::Result<()> {
        for event in events {
            if let EventView::Contract { contract, .. } = event {
                let contract = self.address(contract)?;
                let _ = self.learn(&contract).await;
            }
        }
        Ok(())
    }

    /// Events with the names and values of the specs; what no spec describes stays as it is.
    pub fn events(&self, events: &[EventView]) -> eyre::Result<Vec<Value>> {
        events.iter().map(|event| self.event(event)).collect()
    }

    fn event(&self, event: &EventView) -> eyre::Result<Value> {
        let EventView::Contract { contract, topics, data } = event else { return Ok(serde_json::to_value(event)?) };
        let topics: Vec<[u8; 32]> = topics.iter().map(|topic| topic.0).collect();
        let spec = self.spec(&self.address(contract)?);
        Ok(match spec.and_then(|spec| spec.decode_event(&topics, &data.0, self.names())) {
            Some((event, fields)) => json!({ "contract": contract, "event": event.name, "fields": fields }),
            None => serde_json::to_value(event)?,
        })
    }
}
