//! Finds what turns a contract's source into a module, and runs it. The order of the search and the flags are those of
//! `contracts/build.sh`, so that both give the same bytes for the same source; change them together.

use eyre::{Context, bail, ensure, eyre};
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of contracts.
pub const TARGET: &str = "wasm32v1-none";
/// Longest manifest that is read.
const MANIFEST_BYTES_MAX: u64 = 1024 * 1024;
/// What would change the build behind the manifest's back.
const LEFT_OUT: [&str; 9] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_TARGET_WASM32V1_NONE_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL",
    "CARGO_PROFILE_RELEASE_STRIP",
];

/// Something must be installed first; the binary exits with 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotInstalled(String);

/// A compiler for contracts.
pub struct Toolchain {
    rustc: PathBuf,
    /// Debian's compiler has no ready core library for the target, but its source; this is its linker.
    linker: Option<PathBuf>,
    sysroot: PathBuf,
}

impl Toolchain {
    /// What `TACIT_WASM_RUSTC` names, or else the first of these that can: rustup's toolchain with the target, the compiler
    /// that `make setup` unpacked, Debian's.
    pub fn find(project: &Path) -> eyre::Result<Self> {
        if let Some(named) = env::var_os("TACIT_WASM_RUSTC").map(PathBuf::from) {
            return Self::of(&named, true)?.ok_or_else(|| {
                let named = named.display();
                let reason = format!(
                    "TACIT_WASM_RUSTC is {named}, which runs not, or has neither the target {TARGET} nor the library's source; unset it, or name another"
                );
                NotInstalled(reason).into()
            });
        }
        let candidates =
            [(rustup_rustc(project), false), (unpacked("rustc"), true), (Some(PathBuf::from("/usr/bin/rustc")), true)];
        for (rustc, has_source) in candidates {
            if let Some(rustc) = rustc
                && let Some(found) = Self::of(&rustc, has_source)?
            {
                return Ok(found);
            }
        }
        Err(NotInstalled(format!(
            "no toolchain for {TARGET}. Run one of\n    rustup target add {TARGET}\n    apt-get install rustc-web rust-web-src lld"
        ))
        .into())
    }

    /// A compiler that has the target ready or, if `has_source`, the core library's source to build it from.
    fn of(rustc: &Path, has_source: bool) -> eyre::Result<Option<Self>> {
        let Some(sysroot) = sysroot(rustc) else { return Ok(None) };
        let rustc = rustc.to_path_buf();
        if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
            return Ok(Some(Self { rustc, linker: None, sysroot }));
        }
        if has_source && sysroot.join("lib/rustlib/src/rust/library/core/Cargo.toml").is_file() {
            let linker = linker().ok_or_else(|| NotInstalled("no wasm linker; run: apt-get install lld".into()))?;
            return Ok(Some(Self { rustc, linker: Some(linker), sysroot }));
        }
        Ok(None)
    }

    /// What it calls itself.
    pub fn version(&self) -> String {
        let output = Command::new(&self.rustc).arg("--version").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    }

    /// Compiles a project and gives the module's file.
    pub fn build(&self, project: &Project, target_folder: &Path, locked: bool) -> eyre::Result<PathBuf> {
        let mut cargo = cargo();
        cargo.arg("build").args(["--quiet", "--release", "--target", TARGET, "--package", &project.package]);
        // Whatever else is configured, arithmetic that overflows ends the call.
        cargo.args(["--config", "profile.release.overflow-checks=true"]);
        if locked {
            cargo.arg("--locked");
        }
        if let Some(linker) = &self.linker {
            cargo.args(["-Z", "build-std=core"]);
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32V1_NONE_LINKER", linker);
        }
        LEFT_OUT.iter().for_each(|name| {
            cargo.env_remove(name);
        });
        let status = cargo
            .current_dir(&project.folder)
            .env("RUSTC", &self.rustc)
            .env("CARGO_TARGET_DIR", target_folder)
            .env("CARGO_TARGET_WASM32V1_NONE_RUSTFLAGS", self.flags(project)?)
            .status()
            .wrap_err("cargo cannot be started; install it from https://rustup.rs")?;
        ensure!(status.success(), "the contract does not compile; what is wrong stands above");
        Ok(target_folder.join(TARGET).join("release").join(format!("{}.wasm", project.artifact)))
    }

    /// No path of this machine may get into a module: the same source gives the same bytes everywhere.
    fn flags(&self, project: &Project) -> eyre::Result<String> {
        let library = self.sysroot.join("lib/rustlib/src/rust/library");
        let mut remaps = vec![(project.workspace.clone(), "contracts".to_owned())];
        remaps.extend(project.outside.iter().cloned());
        if let Ok(real) = library.canonicalize() {
            remaps.push((real, "library".into()));
        }
        remaps.push((library, "library".into()));
        remaps.push((cargo_home()?, "cargo".into()));
        let mut flags =
            "-C link-arg=-zstack-size=65536 -C target-feature=+bulk-memory,+sign-ext,+mutable-globals".to_owned();
        for (from, to) in remaps {
            let from = from.to_str().ok_or_else(|| eyre!("{} is not UTF-8; build elsewhere", from.display()))?;
            ensure!(!from.contains(char::is_whitespace), "`{from}` holds a space; build in a folder without one");
            flags.push_str(&format!(" --remap-path-prefix={from}={to}"));
        }
        Ok(flags)
    }
}

/// A contract's source.
pub struct Project {
    /// Its folder.
    pub folder: PathBuf,
    /// Name of its package.
    pub package: String,
    /// Name of its library, which is the module's.
    pub artifact: String,
    /// Where its lock file and profiles are.
    pub workspace: PathBuf,
    /// Where cargo puts what it builds.
    pub target: PathBuf,
    /// Folders of packages outside the workspace, and what they are called in a module.
    outside: Vec<(PathBuf, String)>,
}

impl Project {
    /// Reads what cargo knows of the project in `folder`, and refuses one that would not be checked for overflows.
    pub fn open(folder: &Path) -> eyre::Result<Self> {
        let shown = folder.display();
        let folder = folder.canonicalize().wrap_err_with(|| format!("{shown} cannot be found"))?;
        let manifest = folder.join("Cargo.toml");
        ensure!(manifest.is_file(), "{shown} has no Cargo.toml; `tacit contract new` makes a project");
        let metadata = metadata(&folder)?;
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let manifest_of = |package: &Value| package["manifest_path"].as_str().map(PathBuf::from);
        let own = packages.iter().find(|package| manifest_of(package).as_ref() == Some(&manifest));
        let own = own.ok_or_else(|| eyre!("{shown} has a Cargo.toml without a package"))?;
        let artifact = cdylib(own).ok_or_else(|| {
            eyre!("the package in {shown} makes no module; its Cargo.toml needs [lib] with crate-type = [\"cdylib\"]")
        })?;
        let path = |name: &str| metadata[name].as_str().map(PathBuf::from);
        let workspace = path("workspace_root").ok_or_else(|| eyre!("cargo does not tell the workspace"))?;
        let target = path("target_directory").ok_or_else(|| eyre!("cargo does not tell the target folder"))?;
        let outside = packages.iter().filter(|package| package["source"].is_null()).filter_map(|package| {
            let folder = manifest_of(package)?.parent()?.to_path_buf();
            // Named as in the repository, wherever the copy lies that is used.
            match package["name"].as_str()? {
                "tacit-sdk" => Some((folder.parent()?.to_path_buf(), "contracts".to_owned())),
                "tacit-abi" => Some((folder.parent()?.to_path_buf(), "runtime".to_owned())),
                name if !folder.starts_with(&workspace) => Some((folder, name.to_owned())),
                _ => None,
            }
        });
        let outside = outside.collect();
        let package = own["name"].as_str().unwrap_or_default().to_owned();
        check_profile(&workspace.join("Cargo.toml"))?;
        Ok(Self { folder, package, artifact, workspace, target, outside })
    }
}

/// The name of the library that becomes the module.
fn cdylib(package: &Value) -> Option<String> {
    let targets = package["targets"].as_array()?;
    let is_module = |target: &&Value| {
        target["crate_types"].as_array().is_some_and(|types| types.iter().any(|name| name == "cdylib"))
    };
    Some(targets.iter().find(is_module)?["name"].as_str()?.replace('-', "_"))
}

fn metadata(folder: &Path) -> eyre::Result<Value> {
    let output = cargo()
        .args(["metadata", "--format-version", "1", "--filter-platform", TARGET])
        .current_dir(folder)
        .output()
        .wrap_err("cargo cannot be started; install it from https://rustup.rs")?;
    if !output.status.success() {
        bail!("cargo cannot read the project: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Refuses a workspace whose contracts could be built without overflow checks.
fn check_profile(manifest: &Path) -> eyre::Result<()> {
    let shown = manifest.display();
    let length = std::fs::metadata(manifest).wrap_err_with(|| format!("{shown} cannot be read"))?.len();
    ensure!(length <= MANIFEST_BYTES_MAX, "{shown} is too long");
    let text = std::fs::read_to_string(manifest).wrap_err_with(|| format!("{shown} cannot be read"))?;
    let parsed: toml::Table = toml::from_str(&text).wrap_err_with(|| format!("{shown} cannot be read"))?;
    check_overflow(&parsed).wrap_err_with(|| format!("{shown} is refused"))
}

fn check_overflow(manifest: &toml::Table) -> eyre::Result<()> {
    let release = manifest.get("profile").and_then(|profile| profile.get("release"));
    let checks = |table: &toml::Value| table.get("overflow-checks").and_then(toml::Value::as_bool);
    ensure!(
        release.and_then(checks) == Some(true),
        "a contract is never built without overflow checks: write `overflow-checks = true` under [profile.release]"
    );
    let packages = release.and_then(|release| release.get("package")).and_then(toml::Value::as_table);
    let off = packages.into_iter().flatten().find(|(_, table)| checks(table) == Some(false));
    if let Some((name, _)) = off {
        bail!("[profile.release.package.{name}] switches overflow checks off");
    }
    Ok(())
}

/// The cargo to run: the one that runs this, or the one in the path.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

fn cargo_home() -> eyre::Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = env::var_os("HOME").ok_or_else(|| eyre!("HOME is not set; set CARGO_HOME"))?;
    Ok(PathBuf::from(home).join(".cargo"))
}

fn rustup_rustc(project: &Path) -> Option<PathBuf> {
    let output = Command::new("rustup").args(["which", "rustc"]).current_dir(project).output();
    match output {
        Ok(output) if output.status.success() => Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim())),
        _ => in_path("rustc"),
    }
}

/// A program of Debian's compiler, which cannot be installed beside rustup, where `tests/setup.sh` unpacks it.
fn unpacked(name: &str) -> Option<PathBuf> {
    Some(PathBuf::from(env::var_os("HOME")?).join(".cache/tacit/wasm-rust").join(name))
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let output =
        Command::new(rustc).args(["--print", "sysroot"]).output().ok().filter(|output| output.status.success());
    Some(PathBuf::from(String::from_utf8(output?.stdout).ok()?.trim()))
}

fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// `wasm-ld` from the path or from where it was unpacked, or the newest of those with a version in their name.
fn linker() -> Option<PathBuf> {
    let unpacked = || unpacked("wasm-ld").filter(|file| file.is_file());
    if let Some(found) = in_path("wasm-ld").or_else(unpacked) {
        return Some(found);
    }
    let version = |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix("wasm-ld-")?.parse::<u32>().ok();
    let files = std::fs::read_dir("/usr/bin").ok()?.flatten().map(|entry| entry.path());
    files.filter_map(|path| Some((version(&path)?, path))).max().map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn checked(text: &str) -> eyre::Result<()> {
        check_overflow(&toml::from_str(text).unwrap())
    }

    #[test]
    fn a_profile_without_overflow_checks_is_refused() {
        assert!(checked("[profile.release]\noverflow-checks = true\n").is_ok());
        let wrong = [
            "",
            "[profile.release]\nlto = true\n",
            "[profile.release]\noverflow-checks = false\n",
            "[profile.dev]\noverflow-checks = true\n",
            "[profile.release]\noverflow-checks = true\n[profile.release.package.\"*\"]\noverflow-checks = false\n",
            "[profile.release]\noverflow-checks = \"true\"\n",
        ];
        for text in wrong {
            assert!(checked(text).is_err(), "{text}");
        }
    }
}
