//! What became of a step, and the assertions on it. A failed assertion prints the whole outcome: result, place of a
//! panic, gas, and events by name. Nothing here touches a chain.

use crate::event::{ContractEvent, contract_event, topic};
use crate::failure::Failure;
use crate::names::Names;
use borsh::{BorshDeserialize, BorshSerialize};
use std::fmt;
use std::sync::Arc;
use tacit_types::{Address, Event, Gas, RejectCode};

/// What became of one transaction.
///
/// The assertions give the outcome back, so that they can be chained:
///
/// ```
/// # use tacit_simulator::{Amount, Chain};
/// # let mut chain = Chain::new();
/// # let (alice, bob) = (chain.account("alice"), chain.account("bob"));
/// chain.transfer(alice, bob, Amount(5)).ok();
/// ```
#[must_use = "a call can fail: assert what it must do, with `ok`, `returns` or `expect_revert`"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Output of the last call, at most the 4 KiB that a receipt keeps; or why nothing happened.
    pub result: Result<Vec<u8>, Failure>,
    /// All gas of the transaction: its bytes and signature, its actions, and what contracts used. Zero when no block
    /// could hold it.
    pub gas_used: Gas,
    /// What happened, in order; empty after a failure.
    pub events: Vec<Event>,
    /// What the contract said when it failed. For people: the chain does not record it.
    pub trace: Trace,
    /// What was done, in words.
    pub(crate) step: String,
    pub(crate) names: Arc<Names>,
}

/// What a failing contract said, line by line: message and place of a panic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace(pub Vec<String>);

impl Trace {
    /// Whether some line holds `text`.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|line| line.contains(text))
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Outcome {
    /// What was done, in words.
    #[must_use]
    pub fn step(&self) -> &str {
        &self.step
    }

    /// Asserts success.
    ///
    /// # Panics
    /// When it failed.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        if self.result.is_err() {
            self.fail("it must succeed");
        }
        self
    }

    /// Asserts success and decodes the output, all of it.
    ///
    /// # Panics
    /// When it failed or the output is no `T`.
    #[track_caller]
    #[must_use]
    pub fn returns<T: BorshDeserialize>(&self) -> T {
        let Ok(output) = &self.result else { self.fail("it must succeed") };
        match T::try_from_slice(output) {
            Ok(value) => value,
            Err(error) => self.fail(&format!("it must return a `{}`: {error}", std::any::type_name::<T>())),
        }
    }

    /// Asserts that the contract reverted with this code of its own.
    ///
    /// # Panics
    /// When it succeeded or failed otherwise.
    #[track_caller]
    pub fn expect_revert(&self, code: u32) -> &Self {
        if self.result.as_ref().err().and_then(Failure::contract_code) != Some(code) {
            self.fail(&format!("it must revert with code {code}"));
        }
        self
    }

    /// Asserts that the chain refused it for this reason.
    ///
    /// # Panics
    /// When it succeeded or failed otherwise.
    #[track_caller]
    pub fn expect_reject(&self, code: RejectCode) -> &Self {
        if self.result.as_ref().err().and_then(Failure::reject_code) != Some(code) {
            self.fail(&format!("it must be rejected as {} (code {})", code.name(), code.number()));
        }
        self
    }

    /// Asserts that it failed and that the contract said `text`, as part of a panic's message or place.
    ///
    /// # Panics
    /// When it succeeded or the contract said something else.
    #[track_caller]
    pub fn expect_panic(&self, text: &str) -> &Self {
        if self.result.is_ok() || !self.trace.contains(text) {
            self.fail(&format!("the contract must panic and say {text:?}"));
        }
        self
    }

    /// Asserts an event of some contract: its name, and all of its fields as a tuple in their order.
    ///
    /// # Panics
    /// When there is no such event.
    #[track_caller]
    pub fn expect_event<F: BorshSerialize + ?Sized>(&self, name: &str, fields: &F) -> &Self {
        self.require_event(None, name, fields)
    }

    /// As [`Outcome::expect_event`], of this contract.
    ///
    /// # Panics
    /// When there is no such event.
    #[track_caller]
    pub fn expect_event_from<F: BorshSerialize + ?Sized>(&self, contract: Address, name: &str, fields: &F) -> &Self {
        self.require_event(Some(contract), name, fields)
    }

    /// Asserts that no contract emitted an event of this name.
    ///
    /// # Panics
    /// When one did.
    #[track_caller]
    pub fn expect_no_event(&self, name: &str) -> &Self {
        if !self.events_named(name).is_empty() {
            self.fail(&format!("it must not emit {name}"));
        }
        self
    }

    /// The contracts' events of this name, in order.
    ///
    /// # Panics
    /// When the name is longer than the 32 bytes of a topic.
    #[track_caller]
    #[must_use]
    pub fn events_named(&self, name: &str) -> Vec<ContractEvent> {
        let topic = topic(name);
        let named = |event: &ContractEvent| event.topics.first() == Some(&topic);
        self.events.iter().filter_map(contract_event).filter(named).collect()
    }

    #[track_caller]
    fn require_event<F: BorshSerialize + ?Sized>(&self, contract: Option<Address>, name: &str, fields: &F) -> &Self {
        let data = crate::encode(fields);
        let fits = |event: &ContractEvent| event.data == data && contract.is_none_or(|wanted| wanted == event.contract);
        if !self.events_named(name).iter().any(fits) {
            let of = contract.map(|contract| format!(" of {}", self.names.address(&contract))).unwrap_or_default();
            self.fail(&format!("it must emit {name}{of} with data 0x{}", hex::encode(data)));
        }
        self
    }

    #[track_caller]
    fn fail(&self, wanted: &str) -> ! {
        panic!("{wanted}, but:\n{self}")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(output) => writeln!(f, "{}: succeeded\n  output: 0x{}", self.step, hex::encode(output))?,
            Err(failure) => writeln!(f, "{}: failed\n  reason: {failure}", self.step)?,
        }
        for line in &self.trace.0 {
            writeln!(f, "  trace:  {line}")?;
        }
        writeln!(f, "  gas:    {}", self.gas_used)?;
        if self.events.is_empty() {
            return write!(f, "  events: none");
        }
        write!(f, "  events:")?;
        self.events.iter().try_for_each(|event| write!(f, "\n    {}", self.names.event(event)))
    }
}
