//! The house rules against the repository as it is. What each rule finds when it is broken is tested beside the rule.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use tacit_tidy::{documents, files, graph, metadata, rules, runners, source};

#[track_caller]
fn none(violations: Vec<String>) {
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

fn read(path: &str) -> String {
    std::fs::read_to_string(files::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn dependencies_point_one_way_have_one_owner_and_a_permissive_licence() {
    let packages = metadata::packages(&files::root()).unwrap();
    assert!(packages.len() > 100, "cargo metadata shows only {} crates", packages.len());
    none(graph::violations(&packages));
}

#[test]
fn every_source_file_keeps_the_rules() {
    let paths = files::list(&files::root(), &[".rs"]).unwrap();
    assert!(paths.len() > 50, "only {} source files were found", paths.len());
    none(paths.iter().flat_map(|path| source::violations(path, &read(path))).collect());
}

/// The same walk over a copy of a crate with one bad line: the rules must bite on files, not only on strings.
#[test]
fn a_violation_planted_in_a_copy_is_found() {
    let copy = tempfile::tempdir().unwrap();
    let folder = copy.path().join("runtime/types/src");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["units.rs", "codec.rs"] {
        std::fs::copy(files::root().join("runtime/types/src").join(name), folder.join(name)).unwrap();
    }
    let walk = |root: &Path| -> Vec<String> {
        let paths = files::list(root, &[".rs"]).unwrap();
        let check = |path: &String| source::violations(path, &std::fs::read_to_string(root.join(path)).unwrap());
        paths.iter().flat_map(check).collect()
    };
    none(walk(copy.path()));
    let planted = format!("{}\nfn now() -> std::time::SystemTime {{ panic!() }}\n", read("runtime/types/src/units.rs"));
    std::fs::write(folder.join("units.rs"), planted).unwrap();
    let found = walk(copy.path());
    assert!(found.iter().all(|violation| violation.starts_with("runtime/types/src/units.rs:")), "{found:?}");
    assert_eq!(found.len(), 2, "the clock's path and its type: {found:?}");
}

#[test]
fn exceptions_are_still_needed() {
    for (file, word, reason) in rules::BANNED_EXCEPTIONS {
        assert!(read(file).contains(word) && !reason.is_empty(), "{file} no longer contains {word}");
    }
}

#[test]
fn the_top_folders_are_the_given_ones() {
    let found = files::top_folders(&files::root()).unwrap();
    assert_eq!(found, rules::TOP_FOLDERS.iter().map(ToString::to_string).collect());
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    let lacks = |path: &String| {
        let text = read(path);
        text.contains("[package]") && !text.contains("[lints]\nworkspace = true")
    };
    let own_workspaces = ["contracts/", "benches/peers/", "tests/fuzz/"];
    let manifests = files::list(&files::root(), &["Cargo.toml"]).unwrap();
    let ours = manifests.into_iter().filter(|path| !own_workspaces.iter().any(|folder| path.starts_with(folder)));
    none(ours.filter(lacks).map(|path| format!("{path} lacks `[lints] workspace = true`")).collect());
}

/// The root's workspace is run whole; of the others, packages by name.
#[test]
fn every_test_lies_in_a_package_whose_tests_are_run() {
    let runner = read("tests/run-tests.sh");
    assert!(runner.contains("--workspace"), "the runner no longer runs the root's workspace whole");
    let manifests = files::list(&files::root(), &["Cargo.toml"]).unwrap();
    let crates: Vec<_> = manifests.iter().filter_map(|path| runners::declared(path, &read(path))).collect();
    let with_tests: Vec<_> = files::list(&files::root(), &[".rs"])
        .unwrap()
        .into_iter()
        .filter(|path| runners::has_tests(&read(path)))
        .collect();
    assert!(with_tests.len() > 100, "only {} files with tests were found", with_tests.len());
    let (members, named) = (runners::members(&read("Cargo.toml")), runners::packages_named(&runner));
    none(runners::never_run(&with_tests, &crates, &members, &named));
}

#[test]
fn every_workspace_is_formatted() {
    let manifests = files::list(&files::root(), &["Cargo.toml"]).unwrap();
    let workspaces = manifests.iter().filter(|path| read(path).lines().any(|line| line == "[workspace]"));
    let folder = |path: &String| match path.rsplit_once('/') {
        Some((folder, _)) => folder.to_string(),
        None => ".".to_string(),
    };
    assert_eq!(runners::workspaces_listed(&read("Makefile")), workspaces.map(folder).collect());
}

#[test]
fn the_table_of_reject_codes_is_the_code_s() {
    let rows = documents::reject_rows(&read("docs/spec/transaction.md"));
    let code = tacit_types::RejectCode::ALL;
    let expected: Vec<_> =
        code.iter().map(|code| (code.number(), code.name().to_string(), code.message().to_string())).collect();
    assert_eq!(rows, expected);
}

/// The map of a transaction's way says which codes each station gives: up to the last of each hundred.
#[test]
fn the_ranges_of_reject_codes_on_the_map_are_the_code_s() {
    let map = read("ARCHITECTURE.md");
    for hundred in [0, 100, 200, 300] {
        let numbers = tacit_types::RejectCode::ALL.iter().map(|code| code.number());
        let last = numbers.filter(|number| number / 100 * 100 == hundred).max().expect("a code");
        assert!(map.contains(&format!("-{last}")), "ARCHITECTURE.md: the codes from {hundred} on end at {last}");
    }
    let beyond = tacit_types::RejectCode::ALL.iter().find(|code| code.number() >= 400);
    assert_eq!(beyond, None, "ARCHITECTURE.md names codes up to 399");
}

/// Every attack of the catalogue has a row in order; every test that a row names exists, and one of them carries the
/// number; a row without tests says why it needs none.
#[test]
fn every_attack_has_its_tests_or_a_reason() {
    let rows = documents::attack_rows(&read("docs/spec/attacks.md"));
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), (1..=51).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for row in rows {
        for (file, name) in &row.tests {
            let source = std::fs::read_to_string(files::root().join(file)).unwrap_or_default();
            if !documents::has_test(&source, name) {
                wrong.push(format!("attack {}: {file} has no test {name}", row.number));
            }
        }
        let answered = if row.tests.is_empty() {
            row.answer.starts_with("Cannot apply:")
        } else {
            row.tests.iter().any(|(_, name)| documents::carries(name, "attack_", row.number))
        };
        if !answered {
            wrong.push(format!("attack {}: no test carries its number and no reason is given", row.number));
        }
    }
    none(wrong);
}

/// Every case against the contract platform has a row in order, with tests that exist, one of which carries its number, or says
/// that it is open or cannot apply.
#[test]
fn every_case_against_contracts_has_its_tests_or_says_why_not() {
    let rows = documents::attack_rows(&read("docs/spec/contract-attacks.md"));
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), (1..=65).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for row in rows {
        for (file, name) in &row.tests {
            let source = std::fs::read_to_string(files::root().join(file)).unwrap_or_default();
            if !documents::has_test(&source, name) {
                wrong.push(format!("case {}: {file} has no test {name}", row.number));
            }
        }
        let answered = if row.tests.is_empty() {
            row.answer.starts_with("Cannot apply:") || row.answer.starts_with("Open:")
        } else {
            row.tests.iter().any(|(_, name)| documents::carries(name, "case_", row.number))
        };
        if !answered {
            wrong.push(format!("case {}: no test carries its number and no reason is given", row.number));
        }
    }
    none(wrong);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let dead = |path: String| {
        let folder = Path::new(&path).parent().unwrap().to_path_buf();
        let links = documents::local_links(&read(&path));
        let dead = links.into_iter().filter(move |link| !files::root().join(&folder).join(link).exists());
        dead.map(move |link| format!("{path}: {link} does not exist"))
    };
    none(files::list(&files::root(), &[".md"]).unwrap().into_iter().flat_map(dead).collect());
}

#[test]
fn every_make_command_in_a_document_exists() {
    let targets = documents::make_targets(&read("Makefile"));
    let unknown = |path: &String| {
        let named = documents::make_targets_named(&read(path));
        let unknown: Vec<String> = named.difference(&targets).map(|name| format!("{path}: make {name}")).collect();
        unknown
    };
    none(files::list(&files::root(), &[".md"]).unwrap().iter().flat_map(unknown).collect());
}
