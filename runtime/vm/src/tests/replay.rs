//! Pinned executions: what calls of committed, hostile and generated contracts gave when they were recorded in
//! `tests/vectors/contracts.json`, they give for ever. Another version of the engine, another engine or another processor
//! that gives anything else fails here.
//!
//! An entry names its inputs (hash of all code, versions of metering and prices) and what came out. Inputs that changed make
//! an entry stale, and `TACIT_UPDATE_VECTORS=1` records it anew. An entry whose inputs are the same and whose outcome is not
//! is never overwritten: that is what the file is for. Who changes what a host function does on purpose deletes the entry
//! first and says why.

use super::generate::{Random, generate, with_a_large_stack};
use super::recording::Recording;
use super::script::Family;
use super::support::{Chain, Engines, GAS};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Generated modules and families of generated contracts, in groups of so many.
const GROUP: u64 = 50;
const GROUPS: u64 = 4;
/// Rounds of random input to every export of a committed contract.
const ROUNDS: usize = 6;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
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
