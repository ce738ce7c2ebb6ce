//! Compiled contracts across restarts: the folder that storage keeps, as the VM wants it, and the compilation of whatever is
//! missing there.
//!
//! Without the folder the node runs all the same and compiles each contract once per process. What lies in the folder is never
//! sent to anybody and never taken from anybody.

use crate::home::Home;
use crate::node::core::Core;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use tacit_state::key;
use tacit_storage::Snapshot;
use tacit_types::CodeHash;
use tacit_vm::{
    ARTIFACT_BYTES_MAX, ArtifactName, ArtifactRefused, ArtifactStore, Artifacts, Fault, Seal, Vm, VmConfig,
};
use tokio_util::sync::CancellationToken;

/// How many rows of the state are looked at in one go.
const ROWS_AT_ONCE: usize = 256;

/// The folder, and what is told about it.
struct Shelf(tacit_storage::Artifacts);

impl ArtifactStore for Shelf {
    fn get(&self, name: &ArtifactName) -> Option<Vec<u8>> {
        self.0.get(&name.0, ARTIFACT_BYTES_MAX)
    }

    fn has(&self, name: &ArtifactName) -> bool {
        self.0.has(&name.0)
    }

    fn put(&self, name: &ArtifactName, sealed: &[u8]) {
        self.0.put(&name.0, sealed);
    }

    fn retain(&self, names: &BTreeSet<ArtifactName>) {
        self.0.retain(&names.iter().map(|name| name.0).collect());
    }

    fn refused(&self, name: &ArtifactName, reason: &ArtifactRefused) {
        metrics::counter!("tacit_artifacts_refused_total").increment(1);
        tracing::warn!(artifact = %name, %reason, "a compiled contract is refused and compiled again");
    }
}

/// The contract engine of the node in `home`.
pub fn start_vm(home: &Home) -> Result<Vm, Fault> {
    match open(&home.artifacts()) {
        Some(artifacts) => Vm::with_artifacts(VmConfig::default(), artifacts),
        None => Vm::new(VmConfig::default()),
    }
}

fn open(folder: &Path) -> Option<Artifacts> {
    match tacit_storage::Artifacts::open(folder) {
        Ok(artifacts) => {
            let seal = Seal::new(artifacts.secret());
            Some(Artifacts { store: Arc::new(Shelf(artifacts)), seal })
        }
        Err(error) => {
            tracing::warn!(%error, "contracts are compiled again at every start");
            None
        }
    }
}

/// Compiles deployed code whose artifact is missing, as after an update of the program, so that no block has to; then lets go of
/// artifacts that no code has. For a thread of its own; ends when everything is there or the node stops.
pub fn compile_missing(core: &Core, shutdown: &CancellationToken) {
    let started = std::time::Instant::now();
    match compile_all(core, shutdown) {
        Ok(0) => {}
        Ok(count) => {
            tracing::info!(
                count,
                seconds = started.elapsed().as_secs(),
                "contracts compiled that were not compiled yet"
            );
        }
        // Whoever calls the contract meets the same failure, and then it stops the node.
        Err(error) => tracing::error!(%error, "contracts cannot be compiled ahead"),
    }
}

fn compile_all(core: &Core, shutdown: &CancellationToken) -> eyre::Result<u64> {
    let prefix = key::code_loads_prefix();
    let mut start = prefix.clone();
    let (mut count, mut deployed) = (0, BTreeSet::new());
    loop {
        let snapshot = core.database.snapshot()?;
        let rows = snapshot.entries(&prefix, &start, ROWS_AT_ONCE)?;
        let Some((last, _)) = rows.last() else {
            core.vm.retain(&deployed);
            return Ok(count);
        };
        start = [last.as_slice(), &[0]].concat();
        for (row, _) in &rows {
            if shutdown.is_cancelled() {
                return Ok(count);
            }
            let hash = row.strip_prefix(prefix.as_slice()).and_then(|hash| hash.try_into().ok()).map(CodeHash);
            let Some(hash) = hash else { continue };
            deployed.insert(hash);
            count += u64::from(compile_one(&core.vm, &snapshot, &hash)?);
        }
    }
}

/// Compiles this code if its artifact is missing; whether it did.
fn compile_one(vm: &Vm, snapshot: &Snapshot, hash: &CodeHash) -> eyre::Result<bool> {
    if vm.keeps(hash) {
        return Ok(false);
    }
    let Some(code) = snapshot.value(&key::code(hash))? else { return Ok(false) };
    vm.prepare(hash, &code).map_err(|fault| eyre::eyre!("{fault}"))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::PathBuf;

    /// The smallest module that may be deployed: one page of memory.
    const CODE: &[u8] = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01";

    fn new_home() -> (tempfile::TempDir, Home) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::new(dir.path());
        (dir, home)
    }

    /// Starts a node's engine, has the code compiled or restored, and says which.
    fn compiles(home: &Home) -> bool {
        let vm = start_vm(home).unwrap();
        vm.prepare(&CodeHash::of(&[CODE]), CODE).unwrap();
        vm.compilations() == 1
    }

    fn only_artifact(home: &Home) -> PathBuf {
        let files: Vec<PathBuf> =
            std::fs::read_dir(home.artifacts()).unwrap().map(|entry| entry.unwrap().path()).collect();
        let mut files = files.into_iter().filter(|path| !path.ends_with("secret"));
        let only = files.next().unwrap();
        assert_eq!(files.next(), None);
        only
    }

    #[test]
    fn a_restarted_node_restores_what_it_compiled() {
        let (_dir, home) = new_home();
        assert!(compiles(&home));
        assert!(!compiles(&home) && !compiles(&home));
    }

    #[test]
    fn a_damaged_file_is_compiled_again_and_written_over() {
        let (_dir, home) = new_home();
        assert!(compiles(&home));
        let path = only_artifact(&home);
        let honest = std::fs::read(&path).unwrap();
        for at in [0, 20, 50, honest.len() / 2, honest.len() - 1] {
            let mut damaged = honest.clone();
            damaged[at] ^= 4;
            std::fs::write(&path, damaged).unwrap();
            assert!(compiles(&home), "byte {at}");
            assert_eq!(std::fs::read(&path).unwrap(), honest);
        }
        std::fs::write(&path, &honest[..honest.len() / 3]).unwrap();
        assert!(compiles(&home) && !compiles(&home));
    }

    #[test]
    fn the_files_of_another_node_are_not_believed() {
        let ((_dir, home), (_other_dir, other)) = (new_home(), new_home());
        assert!(compiles(&home) && compiles(&other));
        std::fs::copy(only_artifact(&other), only_artifact(&home)).unwrap();
        assert!(compiles(&home) && !compiles(&home));
    }

    #[test]
    fn a_node_whose_folder_cannot_be_used_runs_without() {
        let (_dir, home) = new_home();
        std::fs::create_dir_all(home.data()).unwrap();
        std::fs::write(home.artifacts(), b"a file where the folder should be").unwrap();
        assert!(compiles(&home) && compiles(&home));
    }
}
