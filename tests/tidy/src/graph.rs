//! Rules about crates: edges between ours, owners of heavy dependencies, what may never lie below deterministic code,
//! licences.

use crate::rules;
use std::collections::{BTreeMap, BTreeSet};

/// A dependency as a manifest states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Name of the crate depended on.
    pub name: String,
    /// Whether it is for tests only.
    pub dev: bool,
}

/// A crate of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Whether it is ours.
    pub ours: bool,
    /// Licence expression, if it states one.
    pub licence: Option<String>,
    /// What its manifest names, for crates of ours; what it is really built with, for others.
    pub dependencies: Vec<Dependency>,
}

/// All violations of the rules about crates.
#[must_use]
pub fn violations(packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    let ours = || packages.iter().filter(|package| package.ours);
    for package in ours() {
        check_edges(package, &mut found);
        check_owners(package, &mut found);
    }
    check_lists(packages, &mut found);
    check_pure(packages, &mut found);
    packages.iter().filter(|package| !package.ours).for_each(|package| check_licence(package, &mut found));
    found
}

fn layer(name: &str) -> Option<usize> {
    rules::EDGES.iter().position(|(ours, _)| *ours == name)
}

fn check_edges(package: &Package, found: &mut Vec<String>) {
    let Some((_, allowed)) = rules::EDGES.iter().find(|(name, _)| *name == package.name) else {
        found.push(format!("{} is not in the list of our crates (tests/tidy/src/rules.rs)", package.name));
        return;
    };
    for dependency in package.dependencies.iter().filter(|dependency| layer(&dependency.name).is_some()) {
        let lower = layer(&dependency.name) <= layer(&package.name);
        let fine = if dependency.dev { lower } else { allowed.contains(&dependency.name.as_str()) };
        if !fine {
            found.push(format!("{} must not depend on {}", package.name, dependency.name));
        }
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

fn check_owners(package: &Package, found: &mut Vec<String>) {
    for dependency in &package.dependencies {
        for (pattern, owners) in rules::OWNERS {
            let owned = matches(pattern, &dependency.name);
            if owned && !owners.contains(&package.name.as_str()) {
                let owners = owners.join(", ");
                found.push(format!("{} must not depend on {}: it belongs to {owners}", package.name, dependency.name));
            }
        }
    }
}

/// A list that names what no longer exists, or goes up, protects nothing.
fn check_lists(packages: &[Package], found: &mut Vec<String>) {
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    for (index, (name, allowed)) in rules::EDGES.iter().enumerate() {
        if !names.contains(name) {
            found.push(format!("the list of our crates names {name}, which does not exist"));
        }
        for target in *allowed {
            if layer(target).is_none_or(|layer| layer >= index) {
                found.push(format!("the list of edges lets {name} use {target}, which is not below it"));
            }
        }
    }
}

/// Walks down from every deterministic crate through everything it is built with.
fn check_pure(packages: &[Package], found: &mut Vec<String>) {
    let by_name: BTreeMap<&str, Vec<&Package>> = packages.iter().fold(BTreeMap::new(), |mut map, package| {
        map.entry(package.name.as_str()).or_insert_with(Vec::new).push(package);
        map
    });
    for start in rules::PURE_CRATES {
        let mut todo = vec![vec![*start]];
        let mut seen = BTreeSet::from([*start]);
        while let Some(path) = todo.pop() {
            let Some(name) = path.last() else { continue };
            if rules::NEVER_BELOW_PURE.iter().any(|pattern| matches(pattern, name)) {
                found.push(format!("{start} is deterministic, but is built with {}", path.join(" -> ")));
            }
            let packages = by_name.get(name).into_iter().flatten();
            for dependency in packages.flat_map(|package| &package.dependencies).filter(|dependency| !dependency.dev) {
                if seen.insert(dependency.name.as_str()) {
                    let mut longer = path.clone();
                    longer.push(&dependency.name);
                    todo.push(longer);
                }
            }
        }
    }
}

fn check_licence(package: &Package, found: &mut Vec<String>) {
    let Some(expression) = &package.licence else {
        found.push(format!("{} states no licence", package.name));
        return;
    };
    let excepted = |name: &str| {
        rules::LICENCE_EXCEPTIONS.iter().any(|(krate, licence, _)| *krate == package.name && *licence == name)
    };
    if !licence_allows(expression, &|name| rules::LICENCES.contains(&name) || excepted(name)) {
        found.push(format!("{} is under {expression}, which is not allowed", package.name));
    }
}

/// Evaluates an SPDX expression, including the older `A/B` for `A OR B`: every part joined by AND must allow, one part
/// joined by OR suffices. `WITH` stays part of the name.
#[must_use]
pub fn licence_allows(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest, allowed) && rest.is_empty()
}

fn any_of(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut result = all_of(rest, allowed);
    while let ["OR", tail @ ..] = rest {
        *rest = tail;
        result |= all_of(rest, allowed);
    }
    result
}

fn all_of(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut result = one_of(rest, allowed);
    while let ["AND", tail @ ..] = rest {
        *rest = tail;
        result &= one_of(rest, allowed);
    }
    result
}

fn one_of(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    match *rest {
        ["(", tail @ ..] => {
            *rest = tail;
            let result = any_of(rest, allowed);
            match *rest {
                [")", tail @ ..] => {
                    *rest = tail;
                    result
                }
                _ => false,
            }
        }
        [name, "WITH", exception, tail @ ..] => {
            *rest = tail;
            allowed(&format!("{name} WITH {exception}"))
        }
        [name, tail @ ..] => {
            *rest = tail;
            allowed(name)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, ours: bool, dependencies: &[&str]) -> Package {
        let dependency = |name: &&str| Dependency { name: (*name).into(), dev: false };
        Package {
            name: name.into(),
            ours,
            licence: Some("MIT".into()),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    /// A tree with all of our crates and no dependencies: clean by itself.
    fn tree_with(replaced: Package) -> Vec<Package> {
        let mut tree: Vec<Package> = rules::EDGES.iter().map(|(name, _)| package(name, true, &[])).collect();
        tree.retain(|package| package.name != replaced.name);
        tree.push(replaced);
        tree
    }

    #[track_caller]
    fn finds(tree: &[Package], words: &str) {
        let found = violations(tree);
        assert!(found.iter().any(|violation| violation.contains(words)), "{words:?} is not in {found:?}");
    }

    #[test]
    fn a_clean_tree_is_clean() {
        let clean = tree_with(package("tacit-exec", true, &["tacit-state", "tacit-vm"]));
        assert_eq!(violations(&clean), Vec::<String>::new());
    }

    #[test]
    fn an_edge_upwards_is_found() {
        finds(&tree_with(package("tacit-types", true, &["tacit-state"])), "tacit-types must not depend on tacit-state");
        finds(
            &tree_with(package("tacit-consensus", true, &["tacit-exec"])),
            "tacit-consensus must not depend on tacit-exec",
        );
    }

    #[test]
    fn a_test_dependency_on_a_higher_layer_is_found_and_on_a_lower_one_is_fine() {
        let with_dev = |name: &str, target: &str| {
            let dependencies = vec![Dependency { name: target.into(), dev: true }];
            tree_with(Package { dependencies, ..package(name, true, &[]) })
        };
        finds(&with_dev("tacit-state", "tacit-exec"), "tacit-state must not depend on tacit-exec");
        assert_eq!(violations(&with_dev("tacit-storage", "tacit-exec")), Vec::<String>::new());
    }

    #[test]
    fn a_second_owner_of_a_heavy_dependency_is_found() {
        for (user, heavy) in [
            ("tacit-exec", "ark-bn254"),
            ("tacit-exec", "wasmtime"),
            ("tacit-mempool", "rocksdb"),
            ("tacit", "libp2p"),
            ("tacit-network", "arc-malachitebft-sync"),
            ("tacit-storage", "nomt-core"),
            ("tacit-genesis", "tokio"),
        ] {
            finds(&tree_with(package(user, true, &[heavy])), &format!("{user} must not depend on {heavy}"));
        }
    }

    #[test]
    fn a_crate_of_ours_outside_the_list_is_found() {
        let mut tree = tree_with(package("tacit-types", true, &[]));
        tree.push(package("tacit-extra", true, &[]));
        finds(&tree, "tacit-extra is not in the list");
    }

    #[test]
    fn a_runtime_below_a_runtime_is_found_through_others() {
        let mut tree = tree_with(package("tacit-state", true, &["innocent"]));
        tree.push(package("innocent", false, &["tokio-util"]));
        tree.push(package("tokio-util", false, &[]));
        finds(&tree, "tacit-state is deterministic, but is built with tacit-state -> innocent -> tokio-util");
    }

    #[test]
    fn a_copyleft_or_missing_licence_is_found() {
        for licence in [Some("GPL-3.0"), Some("MIT AND LGPL-2.1"), Some("SSPL-1.0 OR AGPL-3.0"), None] {
            let mut tree = tree_with(package("tacit-types", true, &[]));
            tree.push(Package { licence: licence.map(Into::into), ..package("bad", false, &[]) });
            finds(&tree, "bad ");
        }
    }

    #[test]
    fn licence_expressions_are_read_as_spdx_says() {
        let allows = |text: &str| licence_allows(text, &|name| ["A", "B", "C WITH X"].contains(&name));
        for good in ["A", "A/Z", "Z OR A", "A AND B", "(Z OR A) AND B", "C WITH X", "Z OR (A AND (B OR Z))"] {
            assert!(allows(good), "{good}");
        }
        for bad in ["", "Z", "A AND Z", "(A", "A)", "A B", "C", "A WITH X", "(Z OR A) AND Z"] {
            assert!(!allows(bad), "{bad}");
        }
    }
}
