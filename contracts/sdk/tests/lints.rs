//! What a new project's own lints refuse, told by clippy itself: the manifest is the template that `tacit contract new`
//! fills, with the `clippy.toml` that it writes. Every careless line is refused by the lint that it is named after, and the
//! SDK's checked numbers are let be.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)] // What clippy never says ends the test.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A contract with one function; the lines are its body.
fn source(body: &str) -> String {
    format!(
        "//! A careless contract.\n#![cfg_attr(target_arch = \"wasm32\", no_std)]\n\n\
         /// Careless.\n#[tacit_sdk::contract]\nmod careless {{\n    use tacit_sdk::prelude::*;\n\n\
         /// Does it.\n#[call]\nfn act(left: u64, right: u128, amount: Amount, some: Option<u64>) {{\n{body}\n}}\n}}\n"
    )
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The template's project, with this contract.
fn project(folder: &Path, body: &str) {
    let root = repository();
    let template = fs::read_to_string(root.join("node/app/templates/contract/Cargo.toml.txt")).unwrap();
    let manifest = template
        .replace("{{name}}", "careless")
        .replace("{{root}}", root.to_str().unwrap())
        .replace("members = [\"simulator\"]\n", "");
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("contracts/Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::copy(root.join("contracts/clippy.toml"), folder.join("clippy.toml")).unwrap();
    fs::write(folder.join("src/lib.rs"), source(body)).unwrap();
}

/// The lints that refuse the body as errors.
fn refused_by(body: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lints");
    project(&folder, body);
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--offline", "--quiet", "--message-format", "json"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(&folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!told.contains("no such command"), "clippy is not installed: rustup component add clippy");
    let lines = String::from_utf8(output.stdout).unwrap();
    let messages = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let errors: BTreeSet<String> = messages
        .filter(|line| line["message"]["level"] == "error")
        .map(|line| line["message"]["code"]["code"].as_str().unwrap_or("no lint").to_owned())
        .collect();
    assert_eq!(output.status.success(), errors.is_empty(), "{told}{lines}");
    errors
}

// One test, because cargo runs one at a time in a folder.
#[test]
fn careless_lines_are_refused_by_the_lint_for_them_and_checked_numbers_are_not() {
    let careful = "let sum = amount + Amount(1);\nlet more = U256::from_u128(right) * U256::from_u128(2);\n\
        let later = env::now() + Duration::hours(1);\nlet above = env::height() + 1;\n\
        let shares = Shares(right) - Shares(1);\nlet fits = left.checked_add(1);\n\
        let _ = (sum, more, later, above, shares, fits, some);";
    assert_eq!(refused_by(careful), BTreeSet::new());
    let careless = [
        ("let _ = left + 1;", "clippy::arithmetic_side_effects"),
        ("let _ = right / u128::from(left);", "clippy::arithmetic_side_effects"),
        ("let _ = right as u64;", "clippy::as_conversions"),
        ("let _ = [1, 2, 3][usize::try_from(left).unwrap_or(0)];", "clippy::indexing_slicing"),
        ("let _ = some.unwrap();", "clippy::unwrap_used"),
        ("if left == 0 { panic!(\"no\") }", "clippy::panic"),
        ("let _ = Amount(right).0 - amount.0;", "clippy::arithmetic_side_effects"),
    ];
    for (body, lint) in careless {
        let unused = "let _ = (left, right, amount, some);";
        let refused = refused_by(&format!("{unused}\n{body}"));
        assert!(refused.contains(lint), "`{body}` is refused by {refused:?}");
    }
}
