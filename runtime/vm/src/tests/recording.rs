//! What calls gave, as one hash: results, gas, state and events, so that two machines can be compared by a line of text. It never
//! holds anything that differs between machines on its own: no address, no time, no order of a thread.

use super::support::MemoryWorld;
use crate::{CallOutcome, INSTRUMENTATION_VERSION, VmReject};
use serde_json::{Value, json};
use tacit_types::{CodeHash, codec};

/// A run in the making: its inputs and everything that came out.
pub(super) struct Recording {
    inputs: blake3::Hasher,
    outcome: blake3::Hasher,
    calls: u64,
    succeeded: u64,
    gas: u64,
}

impl Recording {
    pub fn new() -> Self {
        Self { inputs: blake3::Hasher::new(), outcome: blake3::Hasher::new(), calls: 0, succeeded: 0, gas: 0 }
    }

    /// Code that takes part.
    pub fn input(&mut self, code: &[u8]) {
        self.inputs.update(&CodeHash::of(&[code]).0);
    }

    /// How a call ended. What it left is in [`Recording::world`].
    pub fn call(&mut self, outcome: &CallOutcome) {
        self.calls += 1;
        self.succeeded += u64::from(outcome.result.is_ok());
        self.gas += outcome.gas_used.0;
        part(&mut self.outcome, &outcome.gas_used.0.to_le_bytes());
        match &outcome.result {
            Ok(output) => part(&mut self.outcome, output),
            Err(reject) => {
                part(&mut self.outcome, &(reject.reject_code() as u16).to_le_bytes());
                match reject {
                    VmReject::Reverted { code, data } => {
                        part(&mut self.outcome, &[&code.to_le_bytes()[..], data].concat())
                    }
                    VmReject::Trapped(trap) => part(&mut self.outcome, &(*trap as u16).to_le_bytes()),
                    _ => {}
                }
            }
        }
    }

    /// State and events.
    pub fn world(&mut self, world: &MemoryWorld) {
        let hasher = &mut self.outcome;
        for ((contract, key), value) in &world.storage {
            parts(hasher, &[&contract.0[..], key, value]);
        }
        for (address, amount) in &world.balances {
            parts(hasher, &[&address.0[..], &amount.to_le_bytes()]);
        }
        for ((asset, address), amount) in &world.assets {
            parts(hasher, &[&asset.0[..], &address.0, &amount.to_le_bytes()]);
        }
        for (contract, code) in &world.contracts {
            parts(hasher, &[&contract.0[..], &code.0]);
        }
        for event in &world.events {
            part(hasher, &codec::encode(event));
        }
    }

    /// Stands for everything that came out.
    pub fn outcome(&self) -> blake3::Hash {
        self.outcome.finalize()
    }

    /// The run as an entry of the file of vectors.
    pub fn finish(self, name: &str) -> Value {
        json!({
            "name": name,
            "code": self.inputs.finalize().to_hex().as_str(),
            "metering": INSTRUMENTATION_VERSION,
            "prices": crate::gas::SCHEDULE_VERSION,
            "calls": self.calls,
            "succeeded": self.succeeded,
            "gas": self.gas,
            "outcome": self.outcome.finalize().to_hex().as_str(),
        })
    }
}

/// Bytes with their length, so that no two lists of bytes hash alike.
fn part(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

fn parts(hasher: &mut blake3::Hasher, all: &[&[u8]]) {
    all.iter().for_each(|bytes| part(hasher, bytes));
}
