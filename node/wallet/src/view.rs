//! What verbs answer: values that print as JSON for programs and as a table for people.

use crate::amount;
use crate::keystore::{EntryInfo, EntryKind};
use crate::mnemonic::{Account, path_text};
use crate::send::Sent;
use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use serde::Serialize;
use tacit_rpc::json::{Decimal, Hex32, HexArray};
use tacit_rpc::types::AccountView;
use tacit_types::{Amount, Network};

/// A key or mnemonic of the keystore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: EntryKind,
    /// Address of its account 0; a viewing key has none.
    pub address: Option<String>,
    /// Public key of its account 0, or fingerprint of a viewing key.
    pub public_key: Hex32,
}

/// An account with its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddressView {
    /// Number of the account.
    pub index: u32,
    /// Derivation path.
    pub path: String,
    /// Its address.
    pub address: String,
    /// Its public key.
    pub public_key: Hex32,
}

/// Money of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BalanceView {
    /// The account.
    pub address: String,
    /// Height at which it was asked.
    pub height: u64,
    /// In base units.
    pub balance: Decimal,
    /// In tokens.
    pub tokens: String,
    /// Sequence of the next transaction to be committed.
    pub sequence: u64,
    /// Sequence to sign with next.
    pub pending_sequence: u64,
}

/// A transaction that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentView {
    /// Hash of its body.
    pub tx_id: Hex32,
    /// Hash of its bytes.
    pub hash: Hex32,
    /// Its block, when inclusion was waited for.
    pub height: Option<u64>,
    /// Gas it used.
    pub gas_used: Option<u64>,
    /// What it paid, in base units.
    pub fee: Option<Decimal>,
}

/// Something that prints as rows of name and value.
pub trait Rows {
    /// The rows.
    fn rows(&self) -> Vec<(&'static str, String)>;

    /// A table of one value.
    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_BORDERS_ONLY);
        for (name, value) in self.rows() {
            table.add_row([name.to_owned(), value]);
        }
        table
    }
}

/// A table of several values of one kind, a row each.
#[must_use]
pub fn list_table<T: Rows>(items: &[T]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    for (index, item) in items.iter().enumerate() {
        let rows = item.rows();
        if index == 0 {
            table.set_header(rows.iter().map(|(name, _)| *name));
        }
        table.add_row(rows.into_iter().map(|(_, value)| value));
    }
    table
}

impl KeyView {
    /// From the keystore.
    #[must_use]
    pub fn new(info: &EntryInfo, network: Network) -> Self {
        Self {
            name: info.name.clone(),
            kind: info.kind,
            address: info.address_text(network),
            public_key: HexArray(info.public_key.0),
        }
    }
}

impl AddressView {
    /// From an account.
    #[must_use]
    pub fn new(account: &Account, network: Network) -> Self {
        Self {
            index: account.index,
            path: path_text(account.index),
            address: account.address.to_text(network),
            public_key: HexArray(account.public_key().0),
        }
    }
}

impl From<AccountView> for BalanceView {
    fn from(account: AccountView) -> Self {
        Self {
            tokens: amount::format(Amount(account.balance.0)),
            address: account.address,
            height: account.height,
            balance: account.balance,
            sequence: account.sequence,
            pending_sequence: account.pending_sequence,
        }
    }
}

impl From<&Sent> for SentView {
    fn from(sent: &Sent) -> Self {
        let committed = sent.committed.as_ref();
        Self {
            tx_id: sent.tx_id,
            hash: sent.hash,
            height: committed.and_then(|view| view.height),
            gas_used: committed.and_then(|view| view.gas_used),
            fee: committed.and_then(|view| view.fee),
        }
    }
}

impl Rows for KeyView {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let kind = match self.kind {
            EntryKind::Mnemonic => "mnemonic",
            EntryKind::Key => "key",
            EntryKind::Viewing => "viewing key",
        };
        let address = self.address.clone().unwrap_or_else(|| "-".to_owned());
        vec![("name", self.name.clone()), ("kind", kind.to_owned()), ("address", address)]
    }
}

impl Rows for AddressView {
    fn rows(&self) -> Vec<(&'static str, String)> {
        vec![("account", self.index.to_string()), ("path", self.path.clone()), ("address", self.address.clone())]
    }
}

impl Rows for BalanceView {
    fn rows(&self) -> Vec<(&'static str, String)> {
        vec![
            ("address", self.address.clone()),
            ("tokens", self.tokens.clone()),
            ("base units", self.balance.to_string()),
            ("sequence", self.sequence.to_string()),
            ("height", self.height.to_string()),
        ]
    }
}

impl Rows for SentView {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![("transaction", self.tx_id.to_string())];
        rows.extend(self.height.map(|height| ("height", height.to_string())));
        rows.extend(self.gas_used.map(|gas| ("gas used", gas.to_string())));
        rows.extend(self.fee.map(|fee| ("fee", format!("{} tokens", amount::format(Amount(fee.0))))));
        rows
    }
}
