//! What tests call accounts, contracts and code, so that reports speak of `alice` and `token`. Labels mean nothing to
//! the chain.

use crate::event::contract_event;
use std::collections::BTreeMap;
use tacit_types::{Address, CodeHash, Event};

/// Labels of addresses and code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Names {
    pub addresses: BTreeMap<Address, String>,
    pub codes: BTreeMap<CodeHash, String>,
}

impl Names {
    /// The label of `address`, or the start of its hex form.
    pub fn address(&self, address: &Address) -> String {
        self.addresses.get(address).cloned().unwrap_or_else(|| short(&address.0))
    }

    /// The label of the code, or the start of its hash.
    pub fn code(&self, code: &CodeHash) -> String {
        self.codes.get(code).cloned().unwrap_or_else(|| short(&code.0))
    }

    /// One line about an event.
    pub fn event(&self, event: &Event) -> String {
        let Some(emitted) = contract_event(event) else { return format!("chain: {event:?}") };
        let name = emitted.name().map_or_else(|| format!("topics {:02x?}", emitted.topics), str::to_string);
        let further: String =
            emitted.topics.iter().skip(1).map(|topic| format!(" [0x{}]", hex::encode(topic))).collect();
        format!("{}: {name}{further} 0x{}", self.address(&emitted.contract), hex::encode(&emitted.data))
    }
}

fn short(bytes: &[u8; 32]) -> String {
    let hex: String = hex::encode(bytes).chars().take(8).collect();
    format!("0x{hex}..")
}
