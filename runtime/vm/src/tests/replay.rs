//! Pinned executions: what calls of committed, hostile and generated contracts gave when they were recorded in
//! `tests/vectors/contracts.json`, they give for ever. Another version of the engine, another engine or another processor
//! that gives anything else fails here.
//!
//! An entry names its inputs (hash of all code, versions of metering and prices) and what came out. Inputs that changed make
//! an entry stale, and `TACIT_UPDATE_VECTORS=1` records it anew. An entry whose inputs are the same and whose outcome is not
//! is never overwritten: that is what the file is for. Who changes what a host function does on purpose deletes the entry
//! first and says why.

use super::generate::{Random, generate, with_a_large_stack};
use super::script::Family;
use super::support::{Chain, Engines, GAS, MemoryWorld};
use crate::{CallOutcome, INSTRUMENTATION_VERSION, VmReject};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tacit_types::{CodeHash, codec};

/// Generated modules and families of generated contracts, in groups of so many.
const GROUP: u64 = 50;
const GROUPS: u64 = 4;
/// Rounds of random input to every export of a committed contract.
const ROUNDS: usize = 6;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A run in the making: its inputs and everything that came out.
struct Recording {
    inputs: blake3::Hasher,
    outcome: blake3::Hasher,
    calls: u64,
    succeeded: u64,
    gas: u64,
}

impl Recording {
    fn new() -> Self {
        Self { inputs: blake3::Hasher::new(), outcome: blake3::Hasher::new(), calls: 0, succeeded: 0, gas: 0 }
    }

    /// Code that takes part.
    fn input(&mut self, code: &[u8]) {
        self.inputs.update(&CodeHash::of(&[code]).0);
    }

    /// How a call ended. What it left is in [`Recording::world`].
    fn call(&mut self, outcome: &CallOutcome) {
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
    fn world(&mut self, world: &MemoryWorld) {
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

    fn finish(self, name: &str) -> Value {
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

/// Every export of a contract with random input, a few times, on one chain.
fn contract(name: &str, code: &[u8], engines: Engines) -> Value {
    let mut recording = Recording::new();
    recording.input(code);
    let exports = crate::validate(code).unwrap().exports;
    let mut random = Random(u64::from(code.len() as u32));
    let mut chain = Chain::on(engines);
    let address = chain.place(code);
    for round in 0..ROUNDS {
        for export in &exports {
            let length = [0, 1, 16, 32, 48, 64, 80, 200][random.below(8)];
            let input: Vec<u8> = (0..length).map(|_| [0, 0, 0, 1, random.below(256) as u8][random.below(5)]).collect();
            let outcome = match export.as_str() {
                "init" if round == 0 => chain.try_create(address, &input),
                _ => chain.call_with_gas(address, export, &input, GAS / 10),
            };
            recording.call(&outcome);
        }
    }
    recording.world(&chain.world);
    recording.finish(name)
}

fn modules(group: u64, engines: Engines) -> Value {
    let mut recording = Recording::new();
    for case in group * GROUP..(group + 1) * GROUP {
        let mut random = Random(case);
        let (code, _) = (0..100).find_map(|_| generate(&mut random)).unwrap();
        recording.input(&code);
        let mut chain = Chain::on(engines);
        let address = chain.place(&code);
        for function in ["run", "other"] {
            recording.call(&chain.call_with_gas(address, function, &[7; 9], 500_000));
        }
        recording.world(&chain.world);
    }
    recording.finish(&format!("generated modules {} to {}", group * GROUP, (group + 1) * GROUP - 1))
}

fn families(group: u64, engines: Engines) -> Value {
    let mut recording = Recording::new();
    for case in group * GROUP..(group + 1) * GROUP {
        let mut family = Family::new(&Random(case).bytes(200, 3_000), engines);
        for outcome in family.run() {
            recording.call(&outcome);
        }
        let world = family.world();
        world.codes.values().for_each(|code| recording.input(code));
        recording.world(world);
    }
    recording.finish(&format!("generated families {} to {}", group * GROUP, (group + 1) * GROUP - 1))
}

/// Files of a folder with this extension, by name.
fn files(folder: &str, extension: &str) -> Vec<(String, PathBuf)> {
    let all = std::fs::read_dir(repository().join(folder)).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<(String, PathBuf)> = all
        .filter(|path| path.extension().is_some_and(|of| of == extension))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} holds no .{extension}");
    found
}

/// Everything that is pinned, executed now.
fn execute(engines: Engines) -> Vec<Value> {
    let committed = files("contracts/artifacts", "wasm").into_iter();
    let committed = committed.map(|(name, path)| contract(&name, &std::fs::read(path).unwrap(), engines));
    let hostile = files("contracts/hostile", "wat").into_iter();
    let hostile =
        hostile.map(|(name, path)| contract(&format!("hostile {name}"), &wat::parse_file(path).unwrap(), engines));
    let generated = (0..GROUPS).map(|group| modules(group, engines));
    committed.chain(hostile).chain(generated).chain((0..GROUPS).map(|group| families(group, engines))).collect()
}

/// The file, and what it holds.
fn recorded() -> (PathBuf, Vec<Value>) {
    let path = repository().join("tests/vectors/contracts.json");
    let file: Value = std::fs::read(&path).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
    (path, file["cases"].as_array().cloned().unwrap_or_default())
}

/// Whether two entries are about the same inputs.
fn same_inputs(left: &Value, right: &Value) -> bool {
    ["name", "code", "metering", "prices"].iter().all(|field| left[*field] == right[*field])
}

#[test]
fn case_61_what_contracts_gave_when_it_was_recorded_they_give_on_this_engine() {
    with_a_large_stack(|| {
        let (path, recorded) = recorded();
        let now = execute(Engines::Two);
        let was = |case: &Value| recorded.iter().find(|recorded| same_inputs(recorded, case));
        let differs: Vec<_> =
            now.iter().filter_map(|case| was(case).filter(|was| *was != case).map(|was| (was, case))).collect();
        assert!(
            differs.is_empty(),
            "the same code under the same rules gives something else than was recorded:\n{differs:#?}"
        );
        if std::env::var_os("TACIT_UPDATE_VECTORS").is_some() {
            let about = "docs/spec/vm.md, determinism; written by runtime/vm/src/tests/replay.rs";
            let text = serde_json::to_string_pretty(&json!({ "about": about, "cases": now })).unwrap();
            return std::fs::write(&path, text + "\n").unwrap();
        }
        let stale: Vec<&Value> = now.iter().filter(|case| was(case).is_none()).map(|case| &case["name"]).collect();
        assert!(
            stale.is_empty() && recorded.len() == now.len(),
            "code or prices have changed; run with TACIT_UPDATE_VECTORS=1 and commit tests/vectors/contracts.json: {stale:?}"
        );
        let calls: u64 = now.iter().filter_map(|case| case["calls"].as_u64()).sum();
        println!("{} entries, {calls} calls", now.len());
    });
}

/// Portable bytecode is what contracts would be compiled to on a processor that no machine code is made for. It comes from the same
/// front end as the node's machine code, but from another back end, and an interpreter runs it.
#[test]
fn case_62_what_contracts_gave_when_it_was_recorded_they_give_as_portable_bytecode() {
    with_a_large_stack(|| {
        let (_, recorded) = recorded();
        let now = execute(Engines::Portable);
        let differs: Vec<_> = now.iter().filter(|case| !recorded.contains(case)).collect();
        assert!(
            differs.is_empty(),
            "what is recorded in tests/vectors/contracts.json gives something else:\n{differs:#?}"
        );
        assert_eq!(now.len(), recorded.len());
    });
}
