//! The built modules carry what the macros promise: one access section, and a spec that names every export, with types of
//! the closed set. `TACIT_CONTRACTS` says where modules are that are not the committed ones.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)] // A broken module ends the test.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

const TYPES: [&str; 20] = [
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "U256",
    "Address",
    "AssetId",
    "Amount",
    "Shares",
    "Rate",
    "Timestamp",
    "Duration",
    "Height",
    "Bytes",
    "Text",
    "List",
    "Option",
    "",
];

fn modules() -> Vec<(String, Vec<u8>)> {
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../artifacts");
    let folder = std::env::var_os("TACIT_CONTRACTS").map_or(committed, PathBuf::from);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let modules = files.filter(|path| path.extension().is_some_and(|extension| extension == "wasm"));
    let modules: Vec<_> = modules.map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    assert!(modules.len() >= 2, "no modules found");
    modules
}

fn number(bytes: &mut &[u8]) -> usize {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        value |= usize::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

fn take<'a>(bytes: &mut &'a [u8], len: usize) -> &'a [u8] {
    let (head, rest) = bytes.split_at(len);
    *bytes = rest;
    head
}

/// The custom sections with a name, and the names of the exported functions.
fn sections<'a>(module: &'a [u8], name: &str) -> (Vec<&'a [u8]>, BTreeSet<String>) {
    let (mut rest, mut found, mut exports) = (&module[8..], Vec::new(), BTreeSet::new());
    while !rest.is_empty() {
        let kind = take(&mut rest, 1)[0];
        let len = number(&mut rest);
        let mut body = take(&mut rest, len);
        if kind == 0 {
            let len = number(&mut body);
            if take(&mut body, len) == name.as_bytes() {
                found.push(body);
            }
        } else if kind == 7 {
            for _ in 0..number(&mut body) {
                let len = number(&mut body);
                let export = String::from_utf8(take(&mut body, len).to_vec()).unwrap();
                let is_function = take(&mut body, 1)[0] == 0;
                number(&mut body);
                if is_function {
                    exports.insert(export);
                }
            }
        }
    }
    (found, exports)
}

#[test]
fn every_module_has_one_access_section_with_its_layout() {
    for (name, module) in modules() {
        let (found, _) = sections(&module, "tacit.access");
        let is_stored = sections(&module, "tacit.spec").0.concat().windows(10).any(|bytes| bytes == b"\"storage\":");
        // A contract that stores nothing has no layout, and needs no section for it.
        assert_eq!(found.len(), usize::from(is_stored), "{name}: access sections");
        if !is_stored {
            continue;
        }
        let mut rest = found[0];
        let mut layouts = 0;
        while !rest.is_empty() {
            let (kind, len) = (rest[0], usize::from(rest[1]));
            rest = &rest[2 + len..];
            assert!((kind == 1 && (1..=64).contains(&len)) || (kind == 2 && len == 32) || (kind == 3 && len == 40));
            layouts += usize::from(kind == 3);
        }
        assert_eq!(layouts, 1, "{name}: layouts");
    }
}

#[test]
fn every_module_describes_exactly_what_it_exports() {
    for (name, module) in modules() {
        let (found, exports) = sections(&module, "tacit.spec");
        assert_eq!(found.len(), 1, "{name}: spec sections");
        let text = std::str::from_utf8(found[0]).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let named = |key: &str| -> Vec<String> {
            lines.iter().filter_map(|line| Some(line.get(key)?.as_str()?.to_owned())).collect()
        };
        assert_eq!(named("contract").len(), 1, "{name}");
        assert_eq!(named("function").len(), exports.len(), "{name}: a function is described twice");
        assert_eq!(named("function").into_iter().collect::<BTreeSet<_>>(), exports, "{name}");
        let declared: BTreeSet<_> = named("struct").into_iter().chain(named("enum")).collect();
        for line in &lines {
            check_types(&name, line, &declared);
            if let Some(error) = line.get("function").and(line.get("error")) {
                assert!(
                    named("error").contains(&error.as_str().unwrap().to_owned()),
                    "{name}: {error} is not described"
                );
            }
        }
        println!("{name}: {} bytes, {} of them the spec", module.len(), text.len());
    }
}

/// Every type in a line is of the closed set, or declared.
fn check_types(name: &str, line: &Value, declared: &BTreeSet<String>) {
    let keys = ["result", "key", "value"].iter().filter_map(|key| Some(line.get(key)?.as_str()?.to_owned()));
    for kind in keys.chain(field_types(line)) {
        for word in kind.split(|character: char| !character.is_alphanumeric() && character != '_') {
            let is_known = TYPES.contains(&word) || word.parse::<u32>().is_ok() || declared.contains(word);
            assert!(is_known, "{name}: what is `{word}` in `{kind}`?");
        }
    }
}

/// The types in lists of fields: the second of each field.
fn field_types(value: &Value) -> Vec<String> {
    let lists = ["arguments", "fields"].iter().filter_map(|key| value.get(key)?.as_array());
    let own = lists.flatten().map(|field| field[1].as_str().expect("a field has a name and a type").to_owned());
    let cases = value.get("cases").and_then(Value::as_array).into_iter().flatten();
    own.chain(cases.flat_map(field_types)).collect()
}
