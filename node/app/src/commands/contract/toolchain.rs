//! Finds what turns a contract's source into a module, and runs it. The order of the search and the flags are those of
//! `contracts/build.sh`, so that both give the same bytes for the same source; change them together.

use eyre::{Context, bail, ensure, eyre};
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target of contracts.
pub const TARGET: &str = "wasm32v1-none";
/// Longest manifest that is read.
const MANIFEST_BYTES_MAX: u64 = 1024 * 1024;
/// Begins the names of settings that would change the build behind the manifest's back.
const LEFT_OUT: [&str; 3] = ["CARGO_PROFILE_", "CARGO_RESOLVER_", "CARGO_TARGET_WASM32V1_NONE_"];
/// Through what cargo starts the compiler, so that modules do not depend on folders.
const WRAPPER: &str = include_str!("../../../../../contracts/rustc.sh");
/// Stands between flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";

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
        let is_left_out =
            |name: &OsString| name.to_str().is_some_and(|name| LEFT_OUT.iter().any(|start| name.starts_with(start)));
        for (name, _) in env::vars_os().filter(|(name, _)| is_left_out(name)) {
            cargo.env_remove(name);
        }
        if let Some(linker) = &self.linker {
            cargo.args(["-Z", "build-std=core"]);
            cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32V1_NONE_LINKER", linker);
        }
        let status = cargo
            .current_dir(&project.folder)
            .env("RUSTC", &self.rustc)
            .env("RUSTC_WRAPPER", write_wrapper(target_folder)?)
            // Nothing, which counts more than what cargo is configured to.
            .env("RUSTC_WORKSPACE_WRAPPER", "")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", target_folder)
            // Flags given this way are all there are: cargo looks for no others.
            .env("CARGO_ENCODED_RUSTFLAGS", self.flags(project, target_folder)?)
            .status()
            .wrap_err("cargo cannot be started; install it from https://rustup.rs")?;
        ensure!(status.success(), "the contract does not compile; what is wrong stands above");
        Ok(target_folder.join(TARGET).join("release").join(format!("{}.wasm", project.artifact)))
    }

    /// No path of this machine may get into a module: the same source gives the same bytes everywhere. The wrapper sees to the
    /// packages; these are the other folders. The last that fits is the one that counts.
    fn flags(&self, project: &Project, target_folder: &Path) -> eyre::Result<String> {
        let library = self.sysroot.join("lib/rustlib/src/rust/library");
        let mut hidden = vec![(project.workspace.clone(), "contracts")];
        hidden.extend(library.canonicalize().map(|real| (real, "library")));
        hidden.extend([(library, "library"), (target_folder.to_path_buf(), "target")]);
        let features = "target-feature=+bulk-memory,+sign-ext,+mutable-globals";
        let mut flags = ["-C", "link-arg=-zstack-size=65536", "-C", features].map(String::from).to_vec();
        for (from, to) in hidden {
            let from = from.to_str().ok_or_else(|| eyre!("{} is not UTF-8; build elsewhere", from.display()))?;
            flags.push(format!("--remap-path-prefix={from}={to}"));
        }
        Ok(flags.join(SEPARATOR))
    }
}

/// Writes what stands between cargo and the compiler into a folder, whole or not at all, and gives its path.
fn write_wrapper(folder: &Path) -> eyre::Result<PathBuf> {
    let failed = || format!("{} cannot be written to", folder.display());
    std::fs::create_dir_all(folder).wrap_err_with(failed)?;
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o755))
        .tempfile_in(folder)
        .wrap_err_with(failed)?;
    file.write_all(WRAPPER.as_bytes()).wrap_err_with(failed)?;
    let path = folder.join("rustc.sh");
    file.into_temp_path().persist(&path).wrap_err_with(failed)?;
    Ok(path)
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
}

impl Project {
    /// Reads what cargo knows of the project in `folder`, and refuses one that would not be checked for overflows.
    pub fn open(folder: &Path) -> eyre::Result<Self> {
        Self::read(folder, false)
    }

    /// As [`Project::open`], of a source with the lock file that it was published with. Nothing is written into it.
    pub fn open_locked(folder: &Path) -> eyre::Result<Self> {
        Self::read(folder, true)
    }

    fn read(folder: &Path, locked: bool) -> eyre::Result<Self> {
        let shown = folder.display();
        let folder = folder.canonicalize().wrap_err_with(|| format!("{shown} cannot be found"))?;
        let manifest = folder.join("Cargo.toml");
        ensure!(manifest.is_file(), "{shown} has no Cargo.toml; `tacit contract new` makes a project");
        if locked {
            let lock = workspace_manifest(&folder)?.with_file_name("Cargo.lock");
            ensure!(lock.is_file(), "a source without Cargo.lock has no one meaning; {} is not there", lock.display());
        }
        let metadata = metadata(&folder, locked)?;
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
        let package = own["name"].as_str().unwrap_or_default().to_owned();
        check_profile(&workspace.join("Cargo.toml"))?;
        Ok(Self { folder, package, artifact, workspace, target })
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

/// The manifest beside which the project's lock file stands. Cargo writes nothing when it is asked for this.
fn workspace_manifest(folder: &Path) -> eyre::Result<PathBuf> {
    let output = asked(folder, &["locate-project", "--workspace", "--message-format", "plain"])?;
    Ok(PathBuf::from(String::from_utf8(output)?.trim_end_matches('\n')))
}

/// What cargo knows of a project. Unless it is `locked`, a lock file that is missing or behind is written.
fn metadata(folder: &Path, locked: bool) -> eyre::Result<Value> {
    let mut arguments = vec!["metadata", "--format-version", "1", "--filter-platform", TARGET];
    arguments.extend(locked.then_some("--locked"));
    Ok(serde_json::from_slice(&asked(folder, &arguments)?)?)
}

/// What cargo answers in a folder.
fn asked(folder: &Path, arguments: &[&str]) -> eyre::Result<Vec<u8>> {
    let output = cargo()
        .args(arguments)
        .current_dir(folder)
        .output()
        .wrap_err("cargo cannot be started; install it from https://rustup.rs")?;
    if !output.status.success() {
        bail!("cargo cannot read the project: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
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

    #[test]
    fn a_source_whose_lock_file_is_missing_or_behind_is_refused_and_left_as_it_is() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path();
        let manifest = "[package]\nname = \"jar\"\nversion = \"0.2.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[profile.release]\noverflow-checks = true\n[workspace]\n";
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        std::fs::create_dir(folder.join("src")).unwrap();
        std::fs::write(folder.join("src/lib.rs"), "").unwrap();
        let lock = folder.join("Cargo.lock");
        let refusal = || Project::open_locked(folder).err().unwrap().to_string();
        assert!(refusal().contains("without Cargo.lock"), "{}", refusal());
        assert!(!lock.exists(), "a missing lock file was written");

        Project::open(folder).unwrap();
        let sound = std::fs::read_to_string(&lock).unwrap();
        assert_eq!(Project::open_locked(folder).unwrap().package, "jar");
        let behind = sound.replace("0.2.0", "0.1.0");
        std::fs::write(&lock, &behind).unwrap();
        assert!(refusal().contains("--locked"), "{}", refusal());
        assert_eq!(std::fs::read_to_string(&lock).unwrap(), behind, "a lock file that is behind was written over");
    }

    /// What a program is told that is started through the wrapper, as a crate of a package in `folder`.
    fn told(folder: &str, arguments: &[&str]) -> Vec<String> {
        let scratch = tempfile::tempdir().unwrap();
        let mut wrapper = Command::new(write_wrapper(scratch.path()).unwrap());
        wrapper.args(["/usr/bin/env", "printf", "%s\\n"]).args(arguments);
        wrapper.env("CARGO_PKG_NAME", "jar").env("CARGO_PKG_VERSION", "0.1.0").env("CARGO_MANIFEST_DIR", folder);
        let output = wrapper.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_compiler_numbers_a_crate_by_name_and_version_alone() {
        let arguments =
            ["--crate-name", "jar", "--emit=dep-info,metadata,link", "a file.rs", "-C", "metadata=c94062922604a88a"];
        let rest = ["-C", "extra-filename=-0a707e84", "--cfg", "metadata=\"kept\"", ""];
        let told = told("/home/my projects/jar", &[&arguments[..], &rest].concat());
        assert_eq!(told[..5], arguments[..5]);
        assert_eq!(told[5], "metadata=jar-0.1.0");
        assert_eq!(told[6..11], rest);
        assert_eq!(told[11..], ["--remap-path-prefix=/home/my projects/jar=jar-0.1.0"]);
    }

    #[test]
    fn a_question_to_the_compiler_is_passed_on_as_it_is() {
        for question in
            [&["-vV"][..], &["-", "--crate-name", "___", "--print=file-names"], &["-C", "lto", "metadata=1"]]
        {
            assert_eq!(told("/home/jar", question), question);
        }
    }
}
