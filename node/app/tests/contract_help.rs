//! What `tacit contract` says of itself: every verb has a sentence and an example, what scripts read can be had as JSON,
//! and what was said wrongly is told.
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::{Command, Output};

fn tacit(arguments: &[&str]) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("tacit")).args(arguments).output().unwrap()
}

fn help(verbs: &[String]) -> String {
    let mut arguments: Vec<&str> = verbs.iter().map(String::as_str).collect();
    arguments.push("--help");
    let output = tacit(&arguments);
    assert!(output.status.success(), "{verbs:?} has no help");
    String::from_utf8(output.stdout).unwrap()
}

/// The verbs below a verb, as its help lists them.
fn below(help: &str) -> Vec<String> {
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    // What a verb does may take several lines; the others are indented deeper.
    let verbs = list.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let names = verbs.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// All verbs that do something, with their help.
fn leaves(verbs: &[String]) -> Vec<(String, String)> {
    let text = help(verbs);
    let below = below(&text);
    if below.is_empty() {
        return vec![(verbs.join(" "), text)];
    }
    below.into_iter().flat_map(|verb| leaves(&[verbs, &[verb]].concat())).collect()
}

#[test]
fn every_verb_has_a_sentence_and_an_example_of_itself() {
    let all = leaves(&["contract".to_owned()]);
    assert!(all.len() >= 20, "the verbs were not found: {all:?}");
    for (verb, text) in &all {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.len() > 10 && !first.starts_with("Usage"), "`{verb}` does not say what it does");
        let examples = text.split_once("Example").map(|(_, examples)| examples).unwrap_or_default();
        assert!(examples.contains(&format!("tacit {verb} ")), "`{verb}` has no example of itself:\n{text}");
    }
}

#[test]
fn what_scripts_read_can_be_had_as_json() {
    // These print nothing to read, or what they print is the file itself.
    let silent = ["new", "test", "bindings", "alias add", "alias remove"];
    for (verb, text) in leaves(&["contract".to_owned()]) {
        let is_silent = silent.iter().any(|silent| verb == format!("contract {silent}"));
        assert_eq!(text.contains("--json"), !is_silent, "`{verb}`");
    }
}

#[test]
fn wrong_usage_ends_with_two_and_says_what_is_right() {
    for wrong in [
        &["contract"][..],
        &["contract", "depoly"],
        &["contract", "call", "jar"],
        &["contract", "pause", "jar"],
        // What is only tried out is not waited for and pays nothing.
        &["contract", "trace", "jar", "save", "--dev", "0", "--no-wait"],
        &["contract", "gas", "estimate", "jar", "save", "--dev", "0", "--max-fee", "1"],
        // Without a limit there is nothing to send it with.
        &["contract", "call", "jar", "save", "--dev", "0", "--unchecked"],
    ] {
        let output = tacit(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("Usage: tacit contract"), "{wrong:?}: {told}");
    }
}

#[test]
fn a_file_that_is_no_module_is_told_in_one_line() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = tacit(&["contract", "check", file]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("is no WebAssembly module") && told.lines().count() == 1, "{told}");
}
