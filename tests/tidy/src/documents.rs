//! Rules about documents: tables that repeat code say what the code says, links lead somewhere, commands exist.

use std::collections::BTreeSet;

/// Rows `| number | \`name\` | message |` of a table of reject codes.
#[must_use]
pub fn reject_rows(document: &str) -> Vec<(u16, String, String)> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let [number, name, message] = cells.as_slice() else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        let is_name =
            name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().all(char::is_alphanumeric);
        if !is_name {
            return None;
        }
        Some((number.parse().ok()?, name.to_string(), (*message).to_string()))
    };
    document.lines().filter_map(row).collect()
}

/// A row of the table of attacks: its number, and the tests it names as `path::name`.
#[derive(Debug, PartialEq, Eq)]
pub struct AttackRow {
    /// Number in the catalogue.
    pub number: u32,
    /// What stops the attack, or why it cannot apply.
    pub answer: String,
    /// File and function of every test.
    pub tests: Vec<(String, String)>,
}

/// Rows `| number | attack | what stops it | tests |` of the table of attacks.
#[must_use]
pub fn attack_rows(document: &str) -> Vec<AttackRow> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let [number, _, answer, tests] = cells.as_slice() else { return None };
        let spans = tests.split('`').skip(1).step_by(2).filter_map(|span| span.rsplit_once("::"));
        let tests = spans.map(|(file, name)| (file.to_string(), name.to_string())).collect();
        Some(AttackRow { number: number.parse().ok()?, answer: (*answer).to_string(), tests })
    };
    document.lines().filter_map(row).collect()
}

/// Whether `source` has a test function called `name`: a function after an attribute that makes it a test.
#[must_use]
pub fn has_test(source: &str, name: &str) -> bool {
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        }
        let Some((_, rest)) = line.split_once("fn ") else { continue };
        let found: String = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if marked && found == name {
            return true;
        }
        marked = false;
    }
    false
}

/// Whether a test's name carries a number behind `prefix`: for `attack_` that is `attack_7_`, `attack_07_` or one of
/// `attack_7_and_8_`.
#[must_use]
pub fn carries(name: &str, prefix: &str, number: u32) -> bool {
    let Some(rest) = name.strip_prefix(prefix) else { return false };
    rest.split('_')
        .take_while(|word| *word == "and" || word.parse::<u32>().is_ok())
        .any(|word| word.parse() == Ok(number))
}

/// Targets of `[text](target)` that are files of the repository.
#[must_use]
pub fn local_links(document: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = document;
    while let Some(at) = rest.find("](") {
        rest = &rest[at + 2..];
        let Some(end) = rest.find(')') else { break };
        let target = rest[..end].split('#').next().unwrap_or_default();
        if !target.is_empty() && !target.contains("://") && !target.contains(char::is_whitespace) {
            found.push(target.to_string());
        }
    }
    found
}

/// Names after `make ` at the start of a line or of a code span.
#[must_use]
pub fn make_targets_named(document: &str) -> BTreeSet<String> {
    let name = |text: &str| {
        let name: String = text.chars().take_while(is_of_a_target).collect();
        (!name.is_empty()).then_some(name)
    };
    let lines = document.lines().filter_map(|line| line.trim().strip_prefix("make "));
    let spans = document.split('`').skip(1).step_by(2).filter_map(|span| span.trim().strip_prefix("make "));
    lines.chain(spans).filter_map(name).collect()
}

fn is_of_a_target(letter: &char) -> bool {
    letter.is_ascii_lowercase() || *letter == '-'
}

/// Targets that a Makefile has.
#[must_use]
pub fn make_targets(makefile: &str) -> BTreeSet<String> {
    let target = |line: &str| {
        let (name, _) = line.split_once(':')?;
        (!name.is_empty() && name.chars().all(|letter| is_of_a_target(&letter))).then(|| name.to_string())
    };
    makefile.lines().filter_map(target).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_and_their_tests_are_read() {
        let rows =
            attack_rows("| no. | a | b | c |\n|---|---|---|---|\n| 7 | x | y | `a/b.rs::attack_7_z`; `c.rs::d` |\n");
        let test = |file: &str, name: &str| (file.to_string(), name.to_string());
        let tests = vec![test("a/b.rs", "attack_7_z"), test("c.rs", "d")];
        assert_eq!(rows, [AttackRow { number: 7, answer: "y".to_string(), tests }]);
        let source = "#[test]\nfn one() {}\nfn two() {}\n#[tokio::test(flavor)]\nasync fn three() {}\n// fn four\n";
        assert!(has_test(source, "one") && has_test(source, "three"));
        assert!(!has_test(source, "two") && !has_test(source, "four") && !has_test(source, "on"));
        let attack = |name, number| carries(name, "attack_", number);
        assert!(attack("attack_07_x", 7) && attack("attack_5_and_6_x", 6) && attack("attack_24_and_25_x", 24));
        assert!(!attack("attack_7_x", 70) && !attack("attack_17_7_x", 1) && !attack("attacks_7", 7));
        assert!(carries("case_45_and_56_1_x", "case_", 56) && !attack("case_7_x", 7));
    }

    #[test]
    fn rows_links_and_targets_are_read() {
        let rows = reject_rows(
            "| code | name | m |\n|---|---|---|\n| 7 | `Bad` | is bad |\n| 8 | `a > b` | 3 |\n| x | `Y` | z |\n",
        );
        assert_eq!(rows, [(7, "Bad".to_string(), "is bad".to_string())]);
        let links = local_links("[a](b.md#c) [web](https://x.y) `x[1](y z)` [d](../e)");
        assert_eq!(links, ["b.md", "../e"]);
        let named = make_targets_named("run `make test-it` or\n    make devnet ARGS=1\nmake sure nothing `cmake x`");
        assert_eq!(named, ["devnet", "sure", "test-it"].map(String::from).into());
        assert_eq!(
            make_targets("help: ## x\nA := b\n\techo a: b\ntest-it: setup\n"),
            ["help", "test-it"].map(String::from).into()
        );
    }
}
