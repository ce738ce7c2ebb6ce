//! Contracts' events as the SDK writes them: the first topic is the name in ASCII, padded with zeros, and the data are
//! the fields in their order.

use crate::failure::Failure;
use borsh::BorshDeserialize;
use tacit_types::{Address, Event};

/// An event of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractEvent {
    /// Which contract.
    pub contract: Address,
    /// Its topics; the first is the name.
    pub topics: Vec<[u8; 32]>,
    /// Its fields, encoded.
    pub data: Vec<u8>,
}

impl ContractEvent {
    /// The name, if the first topic is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let word = self.topics.first()?;
        let length = word.iter().position(|byte| *byte == 0).unwrap_or(word.len());
        let (name, padding) = word.split_at(length);
        let printable = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
        if printable && padding.iter().all(|byte| *byte == 0) { std::str::from_utf8(name).ok() } else { None }
    }

    /// The fields, as a tuple or a struct of them.
    ///
    /// # Errors
    /// [`Failure::Output`] when the data are no `T`.
    pub fn fields<T: BorshDeserialize>(&self) -> Result<T, Failure> {
        crate::decode(&self.data)
    }
}

/// The topic of an event's name.
///
/// # Panics
/// When the name is longer than a topic: no contract can emit it.
#[track_caller]
pub(crate) fn topic(name: &str) -> [u8; 32] {
    let mut topic = [0; 32];
    match topic.get_mut(..name.len()) {
        Some(start) => start.copy_from_slice(name.as_bytes()),
        None => panic!("the event name {name:?} is longer than 32 bytes"),
    }
    topic
}

/// The event, if a contract emitted it.
pub(crate) fn contract_event(event: &Event) -> Option<ContractEvent> {
    match event {
        Event::Contract { contract, topics, data } => {
            Some(ContractEvent { contract: *contract, topics: topics.to_vec(), data: data.to_vec() })
        }
        _ => None,
    }
}
