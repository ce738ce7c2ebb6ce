//! Rules about what runs the tests and formats the sources: nothing that was written may lie where no command looks. Takes the
//! text of manifests and scripts; must never run them.

use crate::text;
use std::collections::BTreeSet;

/// A crate: where its `Cargo.toml` lies, and its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Crate {
    /// Folder from the root, with `/`.
    pub folder: String,
    /// The package's name.
    pub name: String,
}

/// The crate that a manifest declares, if it is not that of a workspace alone.
#[must_use]
pub fn declared(path: &str, manifest: &str) -> Option<Crate> {
    let (_, package) = manifest.split_once("[package]\n")?;
    let name =
        package.lines().take_while(|line| !line.starts_with('[')).find_map(|line| line.strip_prefix("name = "))?;
    let folder = path.strip_suffix("Cargo.toml")?.trim_end_matches('/');
    Some(Crate { folder: folder.to_string(), name: name.trim().trim_matches('"').to_string() })
}

/// The folders that a workspace's manifest lists as members.
#[must_use]
pub fn members(manifest: &str) -> BTreeSet<String> {
    let list = manifest.split_once("members = [").and_then(|(_, rest)| rest.split_once(']'));
    let quoted = list.map_or("", |(list, _)| list).split('"').skip(1).step_by(2);
    quoted.map(ToString::to_string).collect()
}

/// The packages that a script names with `-p`.
#[must_use]
pub fn packages_named(script: &str) -> BTreeSet<String> {
    let words: Vec<&str> = script.split_whitespace().collect();
    let named = words.windows(2).filter(|pair| pair[0] == "-p");
    named.map(|pair| pair[1].trim_matches(|letter| letter == ')' || letter == '"').to_string()).collect()
}

/// Whether a source has a test, in its code and not in words about it.
#[must_use]
pub fn has_tests(source: &str) -> bool {
    let code = text::code_only(source);
    code.contains("#[test]") || code.contains("#[tokio::test")
}

/// The files with tests that belong to none of the crates, or to one that the runner passes by: it is neither a member of the
/// workspace that is run whole nor named.
#[must_use]
pub fn never_run(
    with_tests: &[String],
    crates: &[Crate],
    members: &BTreeSet<String>,
    named: &BTreeSet<String>,
) -> Vec<String> {
    let owner = |path: &String| {
        let holds = |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        crates.iter().filter(|package| holds(&package.folder)).max_by_key(|package| package.folder.len())
    };
    let passed_by = |path: &String| match owner(path) {
        None => Some(format!("{path} has tests and belongs to no package")),
        Some(package) if members.contains(&package.folder) || named.contains(&package.name) => None,
        Some(package) => Some(format!("{path} has tests, and nothing runs those of {}", package.name)),
    };
    with_tests.iter().filter_map(passed_by).collect()
}

/// The folders of the workspaces that a Makefile lists.
#[must_use]
pub fn workspaces_listed(makefile: &str) -> BTreeSet<String> {
    let list = makefile.lines().find_map(|line| line.strip_prefix("WORKSPACES :="));
    list.unwrap_or_default().split_whitespace().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn manifests_and_scripts_are_read() {
        let manifest = "[workspace]\n\n[package]\nname = \"tacit-x\"\n[lib]\nname = \"y\"\n";
        let expected = Crate { folder: "a/b".to_string(), name: "tacit-x".to_string() };
        assert_eq!(declared("a/b/Cargo.toml", manifest), Some(expected));
        assert_eq!(declared("a/b/Cargo.toml", "[workspace]\n[lib]\nname = \"y\"\n"), None);
        assert_eq!(members("members = [\n    \"a/b\",\n    \"c\",\n]\nexclude = [\"d\"]"), set(&["a/b", "c"]));
        assert_eq!(packages_named("(cargo test \\\n  -p one -p two)\nmkdir -p \"x\""), set(&["one", "two", "x"]));
        assert_eq!(workspaces_listed("A := b\nWORKSPACES := . a/b\n"), set(&[".", "a/b"]));
        assert!(has_tests("    #[test]\nfn x() {}") && has_tests("#[tokio::test(flavor)]\nasync fn x() {}"));
        assert!(!has_tests("// #[test]\nconst X: &str = \"#[test]\";"));
    }

    #[test]
    fn a_test_that_nothing_runs_is_found() {
        let package = |folder: &str, name: &str| Crate { folder: folder.to_string(), name: name.to_string() };
        let crates = [package("a", "a"), package("a/inner", "inner"), package("c", "c")];
        let run = |path: &str| never_run(&[path.to_string()], &crates, &set(&["a"]), &set(&["c"]));
        assert!(run("a/src/lib.rs").is_empty() && run("c/src/lib.rs").is_empty());
        assert_eq!(run("a/inner/src/lib.rs"), ["a/inner/src/lib.rs has tests, and nothing runs those of inner"]);
        assert_eq!(run("cc/lib.rs"), ["cc/lib.rs has tests and belongs to no package"]);
    }
}
