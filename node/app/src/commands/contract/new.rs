//! `tacit contract new`: a project that builds, tests and deploys at once.
//!
//! Inside a checkout, or with `TACIT_SDK`, the SDK and the simulator are used from there; otherwise a copy of them, which is
//! part of this program, is written beside the contract, so that a project needs nothing but this program and a compiler.

use crate::commands::output::say;
use clap::Args;
use eyre::{Context, bail, ensure, eyre};
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};

/// A package of the copy: where it lies in the repository, its manifest and its sources.
struct Package {
    path: &'static str,
    manifest: &'static str,
    sources: Dir<'static>,
}

macro_rules! packages {
    ($($path:literal: $sources:tt),* $(,)?) => {
        [$(Package {
            path: $path,
            manifest: include_str!(concat!("../../../../../", $path, "/Cargo.toml")),
            sources: include_dir!($sources),
        }),*]
    };
}

static CONTRACT_PACKAGES: [Package; 2] = packages![
    "contracts/sdk": "$CARGO_MANIFEST_DIR/../../contracts/sdk/src",
    "contracts/sdk/macros": "$CARGO_MANIFEST_DIR/../../contracts/sdk/macros/src",
];
static NODE_PACKAGES: [Package; 7] = packages![
    "circuits": "$CARGO_MANIFEST_DIR/../../circuits/src",
    "runtime/abi": "$CARGO_MANIFEST_DIR/../../runtime/abi/src",
    "runtime/exec": "$CARGO_MANIFEST_DIR/../../runtime/exec/src",
    "runtime/simulator": "$CARGO_MANIFEST_DIR/../../runtime/simulator/src",
    "runtime/state": "$CARGO_MANIFEST_DIR/../../runtime/state/src",
    "runtime/types": "$CARGO_MANIFEST_DIR/../../runtime/types/src",
    "runtime/vm": "$CARGO_MANIFEST_DIR/../../runtime/vm/src",
];
/// What the copy says about itself: what it can do, and how the simulator is used.
static DOCUMENTS: [(&str, &str); 3] = [
    ("contracts/README.md", include_str!("../../../../../contracts/README.md")),
    ("docs/contracts/reference.md", include_str!("../../../../../docs/contracts/reference.md")),
    ("runtime/simulator/README.md", include_str!("../../../../../runtime/simulator/README.md")),
];
/// The verifying keys are compiled in.
static VECTORS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../circuits/vectors");

const WORKSPACE: &str = include_str!("../../../../../Cargo.toml");
const CONTRACTS_WORKSPACE: &str = include_str!("../../../../../contracts/Cargo.toml");
/// Fixes the versions of what SDK and simulator need; cargo drops what a project does not use.
const LOCK: &str = include_str!("../../../../../Cargo.lock");
const CLIPPY: &str = include_str!("../../../../../contracts/clippy.toml");
const MANIFEST: &str = include_str!("../../../templates/contract/Cargo.toml.txt");
const SOURCE: &str = include_str!("../../../templates/contract/lib.rs.txt");
const SIMULATOR_MANIFEST: &str = include_str!("../../../templates/contract/simulator.toml.txt");
const SIMULATOR_SOURCE: &str = include_str!("../../../templates/contract/simulator.rs.txt");
const README: &str = include_str!("../../../templates/contract/README.md.txt");

/// Names that Rust or the project itself have taken.
const TAKEN: &str = "abstract alloc as async await become box break const continue core crate do dyn else enum extern \
    false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
    self static std struct super tacit-abi tacit-circuits tacit-exec tacit-sdk tacit-sdk-macros \
    tacit-simulator tacit-state tacit-types tacit-vm test tests trait true try type \
    typeof unsafe unsized use virtual where while yield";

/// Where the copy of SDK and simulator lies in a project: laid out as in the repository.
const COPY: &str = "vendor";

/// Make a project that builds, tests and deploys at once.
#[derive(Args)]
#[command(after_help = "Example:\n  tacit contract new jar && cd jar && tacit contract test && tacit contract build")]
pub struct New {
    /// Name of the contract: a-z, 0-9 and -, beginning with a letter.
    name: String,
    /// Folder of the project; without it, its name.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Write a copy of the SDK and the simulator into the project even where one is at hand.
    #[arg(long)]
    vendor: bool,
}

impl New {
    pub fn run(&self) -> eyre::Result<()> {
        ensure!(is_name(&self.name), "`{}` is no name: use 1 to 32 of a-z 0-9 -, beginning with a letter", self.name);
        let folder = self.dir.clone().unwrap_or_else(|| PathBuf::from(&self.name));
        if std::fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
            bail!("{} is not empty; choose another folder", folder.display());
        }
        std::fs::create_dir_all(&folder).wrap_err_with(|| format!("{} cannot be made", folder.display()))?;
        let folder = folder.canonicalize()?;
        let sdk = if self.vendor { None } else { sdk_at_hand(&folder)? };
        let root = match &sdk {
            Some(root) => path_to(root, &folder)?,
            None => {
                write_copy(&folder.join(COPY))?;
                COPY.to_owned()
            }
        };
        write(&folder.join("Cargo.toml"), &filled(MANIFEST, &self.name, &root))?;
        write(&folder.join("Cargo.lock"), LOCK)?;
        write(&folder.join("clippy.toml"), CLIPPY)?;
        write(&folder.join("README.md"), &filled(README, &self.name, &root))?;
        write(&folder.join(".gitignore"), "/target\n/*.wasm\n/gas.lines\n")?;
        write(&folder.join("src/lib.rs"), &filled(SOURCE, &self.name, &root))?;
        // One folder deeper, so one step more for a root that is named from the project.
        let above = if Path::new(&root).is_absolute() { root } else { format!("../{root}") };
        write(&folder.join("simulator/Cargo.toml"), &filled(SIMULATOR_MANIFEST, &self.name, &above))?;
        write(&folder.join("simulator/src/lib.rs"), &filled(SIMULATOR_SOURCE, &self.name, &above))?;
        say!("{} is ready. Next:", folder.display());
        say!("    cd {}", folder.display());
        say!("    tacit contract test");
        say!("    tacit contract build");
        say!("    tacit contract deploy {}.wasm --dev 0      on a `tacit devnet`", module_name(&self.name));
        Ok(())
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    first
        && text.len() <= 32
        && text.bytes().all(is_part)
        && !text.ends_with('-')
        && !TAKEN.split(' ').any(|taken| taken == text)
}

fn module_name(name: &str) -> String {
    name.replace('-', "_")
}

fn filled(template: &str, name: &str, root: &str) -> String {
    template.replace("{{name}}", name).replace("{{module}}", &module_name(name)).replace("{{root}}", root)
}

/// The root of a checkout: what `TACIT_SDK` says (the folder `contracts/sdk` of one), or one that the project lies in.
fn sdk_at_hand(folder: &Path) -> eyre::Result<Option<PathBuf>> {
    let is_root =
        |root: &Path| root.join("contracts/sdk/Cargo.toml").is_file() && root.join("runtime/abi/Cargo.toml").is_file();
    if let Some(sdk) = std::env::var_os("TACIT_SDK") {
        let sdk = PathBuf::from(sdk);
        let root = sdk.canonicalize().ok().and_then(|sdk| Some(sdk.parent()?.parent()?.to_path_buf()));
        let root = root.filter(|root| is_root(root));
        return root
            .map(Some)
            .ok_or_else(|| eyre!("TACIT_SDK is {}, which is no folder contracts/sdk of a checkout", sdk.display()));
    }
    Ok(folder.ancestors().skip(1).find(|root| is_root(root)).map(Path::to_path_buf))
}

/// The root as the manifest names it: relative for a project in the checkout, so that both move together.
fn path_to(root: &Path, folder: &Path) -> eyre::Result<String> {
    if let Ok(inside) = folder.strip_prefix(root) {
        return Ok(vec![".."; inside.components().count()].join("/"));
    }
    Ok(root.to_str().ok_or_else(|| eyre!("{} is not UTF-8", root.display()))?.to_owned())
}

fn write_copy(copy: &Path) -> eyre::Result<()> {
    write(&copy.join("Cargo.toml"), &workspace(WORKSPACE, "", &NODE_PACKAGES)?)?;
    write(&copy.join("contracts/Cargo.toml"), &workspace(CONTRACTS_WORKSPACE, "contracts/", &CONTRACT_PACKAGES)?)?;
    for package in NODE_PACKAGES.iter().chain(&CONTRACT_PACKAGES) {
        let folder = copy.join(package.path);
        write(&folder.join("Cargo.toml"), &without_tests(package.manifest))?;
        write_all(&package.sources, &folder.join("src"))?;
    }
    let is_key = |path: &Path| path.extension().is_some_and(|extension| extension == "vk");
    for key in VECTORS.files().filter(|file| is_key(file.path())) {
        write(&copy.join("circuits/vectors").join(key.path()), key.contents())?;
    }
    DOCUMENTS.iter().try_for_each(|(path, text)| write(&copy.join(path), text))
}

/// The workspace's manifest with no other members than these packages.
fn workspace(manifest: &str, folder: &str, packages: &[Package]) -> eyre::Result<String> {
    let mut manifest: toml::Table = toml::from_str(manifest)?;
    let table = manifest.get_mut("workspace").and_then(toml::Value::as_table_mut);
    let table = table.ok_or_else(|| eyre!("the manifest of the copy is no workspace's"))?;
    let members = packages.iter().map(|package| package.path.strip_prefix(folder).unwrap_or(package.path).into());
    table.insert("members".into(), toml::Value::Array(members.collect()));
    table.insert("exclude".into(), toml::Value::Array(vec!["contracts".into()]));
    Ok(toml::to_string(&manifest)?)
}

fn write_all(files: &Dir<'_>, folder: &Path) -> eyre::Result<()> {
    for file in files.files() {
        write(&folder.join(file.path()), file.contents())?;
    }
    files.dirs().try_for_each(|inner| write_all(inner, folder))
}

/// A manifest without its test dependencies: the copy has no tests, and they would fill the project's lock file.
fn without_tests(manifest: &str) -> String {
    let mut is_left_out = false;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            is_left_out = line.trim() == "[dev-dependencies]";
        }
        !is_left_out
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}

fn write(file: &Path, content: impl AsRef<[u8]>) -> eyre::Result<()> {
    let failed = || format!("{} cannot be written", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).wrap_err_with(failed)?;
    }
    std::fs::write(file, content).wrap_err_with(failed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_that_make_no_project_are_refused() {
        for good in ["jar", "a", "my-token2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in
            ["", "tacit-vm", "Jar", "2jar", "-jar", "jar-", "jar_x", "test", "box", "../jar", "a b", &"a".repeat(33)]
        {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_project_in_a_checkout_names_it_relatively() {
        let path = |root: &str, folder: &str| path_to(Path::new(root), Path::new(folder)).unwrap();
        assert_eq!(path("/tacit", "/tacit/mine/jar"), "../..");
        assert_eq!(path("/tacit", "/home/jar"), "/tacit");
    }

    #[test]
    fn the_copy_of_the_sdk_is_whole_and_has_no_tests() {
        let folder = tempfile::tempdir().unwrap();
        write_copy(folder.path()).unwrap();
        for file in [
            "Cargo.toml",
            "circuits/vectors/range-v1.vk",
            "contracts/Cargo.toml",
            "contracts/README.md",
            "contracts/sdk/macros/src/lib.rs",
            "contracts/sdk/src/lib.rs",
            "contracts/sdk/src/storage/map.rs",
            "docs/contracts/reference.md",
            "runtime/abi/src/table.rs",
            "runtime/simulator/README.md",
            "runtime/simulator/src/lib.rs",
        ] {
            assert!(folder.path().join(file).is_file(), "{file}");
        }
        let manifest = std::fs::read_to_string(folder.path().join("contracts/sdk/Cargo.toml")).unwrap();
        assert!(manifest.contains("tacit-abi.workspace") && !manifest.contains("proptest"), "{manifest}");
        for (manifest, member) in [("Cargo.toml", "runtime/simulator"), ("contracts/Cargo.toml", "sdk/macros")] {
            let read = std::fs::read_to_string(folder.path().join(manifest)).unwrap();
            let parsed: toml::Table = toml::from_str(&read).unwrap();
            let members = parsed["workspace"]["members"].as_array().unwrap();
            assert!(members.iter().all(|member| {
                let folder = folder.path().join(manifest).with_file_name(member.as_str().unwrap());
                folder.join("Cargo.toml").is_file()
            }));
            assert!(members.contains(&member.into()), "{read}");
        }
    }
}
