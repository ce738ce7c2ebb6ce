//! The contract book's reference against the source of the SDK and the simulator: what is public is on the page, in the section of
//! its type, and no table there names what does not exist.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use tacit_tidy::{files, text};

const PAGE: &str = "docs/contracts/reference.md";

/// Source files, and the sections in which their public functions must be named.
const SOURCES: &[(&[&str], &[&str])] = &[
    (&["contracts/sdk/src/storage/item.rs"], &["Item"]),
    (&["contracts/sdk/src/storage/map.rs"], &["Map"]),
    (&["contracts/sdk/src/storage/ordered.rs"], &["OrderedMap"]),
    (&["contracts/sdk/src/storage/set.rs"], &["Set"]),
    (&["contracts/sdk/src/storage/queue.rs"], &["Queue"]),
    (&["contracts/sdk/src/storage/transient.rs"], &["Transient and TransientMap"]),
    (&["contracts/sdk/src/proof.rs"], &["Statement"]),
    (&["contracts/sdk/src/call.rs"], &["Callee"]),
    (&["contracts/sdk/src/account.rs", "contracts/sdk/src/address.rs", "contracts/sdk/src/wire.rs"], &["Types"]),
    (&["contracts/sdk/src/bounded.rs"], &["List and Text"]),
    (&["contracts/sdk/src/number/quantity.rs"], &["Amount and Shares"]),
    (&["contracts/sdk/src/number/rate.rs"], &["Rate"]),
    (&["contracts/sdk/src/number/time.rs"], &["Timestamp, Duration and Height"]),
    (&["contracts/sdk/src/number/u256.rs"], &["U256"]),
    (&["contracts/sdk/src/roles.rs"], &["roles"]),
    (&["contracts/sdk/src/pause.rs"], &["pause"]),
    (&["contracts/sdk/src/upgrade.rs"], &["upgrade"]),
    (&["contracts/sdk/src/testing.rs"], &["Unit tests: testing"]),
    (
        &[
            "runtime/simulator/src/act.rs",
            "runtime/simulator/src/chain.rs",
            "runtime/simulator/src/cheat.rs",
            "runtime/simulator/src/invariant.rs",
            "runtime/simulator/src/policy.rs",
            "runtime/simulator/src/proof.rs",
        ],
        &["What happens on the chain", "What can be seen", "Cheat codes"],
    ),
    (
        &["runtime/simulator/src/outcome.rs", "runtime/simulator/src/failure.rs", "runtime/simulator/src/event.rs"],
        &["Outcomes"],
    ),
];
/// What `storage!` calls for everybody.
const MADE_BY_MACRO: &str = "contracts/sdk/src/storage/";
/// Written in the row of the function that gives it, with the report that it is of.
const NAMED_ELSEWHERE: &[&str] = &["to_lines"];

fn read(path: &str) -> String {
    std::fs::read_to_string(files::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The page from the heading of this name to the next heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let is_heading = |line: &str| line.starts_with('#') && line.trim_start_matches('#').trim() == heading;
    let mut at = 0;
    let mut start = None;
    for line in page.split_inclusive('\n') {
        match start {
            None if is_heading(line.trim_end()) => start = Some(at + line.len()),
            Some(start) if line.starts_with("## ") || line.starts_with("### ") => return &page[start..at],
            _ => {}
        }
        at += line.len();
    }
    &page[start.unwrap_or_else(|| panic!("{PAGE} has no section {heading}"))..]
}

/// What stands between backquotes.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Names of the functions that a file makes public, those of its tests left out.
fn functions(path: &str) -> BTreeSet<String> {
    let code = text::without_test_modules(&text::code_only(&read(path)));
    let mut names = BTreeSet::new();
    for start in ["pub fn ", "pub const fn "] {
        for (at, _) in code.match_indices(start) {
            let rest = &code[at + start.len()..];
            names.insert(rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
        }
    }
    names.remove("");
    if path.starts_with(MADE_BY_MACRO) {
        names.remove("new");
    }
    names
}

/// Names that a file hands on with `pub use`, its prelude's left out.
fn handed_on(path: &str) -> BTreeSet<String> {
    let code = text::code_only(&read(path));
    let code = code.split("pub mod prelude").next().unwrap();
    let uses = code.split("\npub use ").skip(1).map(|rest| rest.split(';').next().unwrap());
    let names = uses.flat_map(|list| {
        let list = list.rsplit("::").next().unwrap();
        list.trim_start_matches('{').trim_end_matches('}').split(',').map(|name| name.trim().to_owned())
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// Functions that the first cells of a section's tables name.
fn promised(section: &str) -> BTreeSet<String> {
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let names = cells.flat_map(spans).filter_map(|span| {
        let name = span.split_once('(')?.0.rsplit("::").next()?;
        let is_function = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        is_function.then(|| name.to_owned())
    });
    names.collect()
}

/// What is missing on the page, and what is there for nothing.
fn differences(there: &BTreeSet<String>, sections: &[&str], place: &str) -> Vec<String> {
    let named: String = sections.iter().flat_map(|section| spans(section)).flat_map(|span| [span, "\n"]).collect();
    let missing = there.iter().filter(|name| !text::has_word(&named, name));
    let missing = missing.map(|name| format!("{PAGE}, {place}: `{name}` is not named"));
    let promised: BTreeSet<String> = sections.iter().flat_map(|section| promised(section)).collect();
    let gone = promised.into_iter().filter(|name| !there.contains(name) && !NAMED_ELSEWHERE.contains(&name.as_str()));
    missing.chain(gone.map(|name| format!("{PAGE}, {place}: there is no `{name}`"))).collect()
}

#[track_caller]
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_public_function_is_in_the_reference_and_no_other() {
    let page = read(PAGE);
    let mut wrong = Vec::new();
    for (paths, headings) in SOURCES {
        let there = paths.iter().flat_map(|path| functions(path)).collect();
        let sections: Vec<&str> = headings.iter().map(|heading| section(&page, heading)).collect();
        wrong.extend(differences(&there, &sections, &headings.join(", ")));
    }
    let there = handed_on("contracts/sdk/src/env/mod.rs");
    assert!(there.contains("groth16_verify") && there.len() > 30, "{there:?}");
    wrong.extend(differences(&there, &[section(&page, "The chain: env")], "env"));
    none(wrong);
}

#[test]
fn every_public_name_of_the_sdk_is_in_the_reference() {
    let page = read(PAGE);
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let named: String = spans(&page).chain(headings).flat_map(|span| [span, "\n"]).collect();
    let names = handed_on("contracts/sdk/src/lib.rs");
    assert!(names.contains("OrderedMap") && names.contains("when_not_paused"), "{names:?}");
    let missing = names.into_iter().filter(|name| !text::has_word(&named, name));
    none(missing.map(|name| format!("{PAGE}: `{name}` is not named")).collect());
}

#[test]
fn the_codes_of_the_sdk_are_the_sources() {
    let mut expected = Vec::new();
    for file in ["error", "roles", "pause", "upgrade"] {
        for line in read(&format!("contracts/sdk/src/{file}.rs")).lines() {
            let Some((name, code)) = line.trim().split_once(" = 0xFFFF_") else { continue };
            expected.push((format!("0xFFFF{}", code.trim_end_matches(',')), name.to_owned()));
        }
    }
    let page = read(PAGE);
    let rows = section(&page, "Codes of the SDK").lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| 0x")?.split(" | ");
        Some((format!("0x{}", cells.next()?), cells.next()?.trim_matches('`').to_owned()))
    });
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}

/// The index of the standard contracts names every module that is committed, and says about how long it is.
#[test]
fn the_index_of_standard_contracts_is_about_the_committed_modules() {
    const INDEX: &str = "docs/contracts/std/README.md";
    let index = read(INDEX);
    let sizes: BTreeMap<&str, u64> = index
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| `")?.split(" | ").collect();
            Some((cells.first()?.strip_suffix(".wasm`")?, cells.get(2)?.parse().ok()?))
        })
        .collect();
    assert!(sizes.len() > 10, "{sizes:?}");
    let mut wrong = Vec::new();
    for path in files::list(&files::root().join("contracts/artifacts"), &[".wasm"]).unwrap() {
        let name = path.trim_end_matches(".wasm");
        let bytes = std::fs::metadata(files::root().join("contracts/artifacts").join(&path)).unwrap().len();
        match sizes.get(name) {
            Some(kib) if (kib * 1024).abs_diff(bytes) * 5 > bytes => {
                wrong.push(format!("{INDEX}: {path} has {bytes} bytes, not about {kib} KiB"));
            }
            None if !spans(&index).any(|span| span == name) => wrong.push(format!("{INDEX}: {name} is not named")),
            _ => {}
        }
    }
    none(wrong);
}

#[test]
fn what_is_missing_or_gone_is_found() {
    let there = BTreeSet::from(["get".to_owned(), "set".to_owned()]);
    let page = "# A\n## B\n\n| `get(key)`, `Kind::take()` | gives `set` |\n\n## C\n| `x()` |\n";
    let found = differences(&there, &[section(page, "B")], "B");
    assert_eq!(found, [format!("{PAGE}, B: there is no `take`")]);
    let found = differences(&there, &[section(page, "C")], "C");
    assert_eq!(found.len(), 3, "{found:?}");
}
