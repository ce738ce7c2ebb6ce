//! Reads the tree of crates from `cargo metadata`, for the platform this runs on, without the network.

use crate::graph::{Dependency, Package};
use cargo_metadata::{CargoOpt, DependencyKind, MetadataCommand};
use std::collections::BTreeSet;
use std::path::Path;

/// All crates that are really built, tests included.
///
/// # Errors
/// What cargo said.
pub fn packages(root: &Path) -> Result<Vec<Package>, String> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(vec!["--locked".into(), "--offline".into(), "--filter-platform".into(), platform()?])
        .exec()
        .map_err(|error| format!("cargo metadata failed: {error}"))?;
    let resolve = metadata.resolve.as_ref().ok_or("cargo metadata resolved nothing")?;
    let members: BTreeSet<_> = metadata.workspace_members.iter().collect();
    let mut packages = Vec::new();
    for node in &resolve.nodes {
        let package = &metadata[&node.id];
        let ours = members.contains(&node.id);
        let built = node.deps.iter().map(|dep| Dependency {
            name: metadata[&dep.pkg].name.to_string(),
            dev: dep.dep_kinds.iter().all(|kind| kind.kind == DependencyKind::Development),
        });
        // The manifest of a crate of ours counts too: an optional or platform dependency is an edge all the same.
        let stated = package
            .dependencies
            .iter()
            .filter(|_| ours)
            .map(|dep| Dependency { name: dep.name.clone(), dev: dep.kind == DependencyKind::Development });
        packages.push(Package {
            name: package.name.to_string(),
            ours,
            licence: package.license.clone(),
            dependencies: built.chain(stated).collect(),
        });
    }
    Ok(packages)
}

/// The triple of the compiler at hand.
fn platform() -> Result<String, String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let output = std::process::Command::new(&rustc).arg("-vV").output().map_err(|error| format!("{rustc}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(Into::into).ok_or_else(|| format!("{rustc} -vV names no host"))
}
