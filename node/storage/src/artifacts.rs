//! [`Artifacts`]: compiled contracts as files, beside the database and never part of it, its checkpoints or its roots.
//!
//! The folder is a cache of what can be compiled again, so nothing here is an error for whoever runs a contract: what cannot
//! be read is absent, what cannot be written is lost, and the log says so. Whether bytes are what was put is for their owner to
//! check, with the secret that lies in the folder too; it is made here, once, and leaves the node in no way. Nothing that a peer
//! sends is ever put into it.
//!
//! What was put in stays while the node runs: a bound would let whoever pays for more code than it holds have everybody's code
//! compiled again and again in blocks, for the price of calls. Each artifact was paid for by a deployment in a block, many times
//! what the state pays for as many bytes. What is no longer needed goes at the next start ([`Artifacts::retain`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use thiserror::Error;

/// The file with the secret.
const SECRET_FILE: &str = "secret";
/// How a file is called that is not written to its end.
const UNFINISHED: &str = "unfinished";

/// Why the folder cannot be used at all.
#[derive(Debug, Error)]
pub enum ArtifactsError {
    /// It cannot be made, listed or written to.
    #[error("the folder {path} for compiled contracts cannot be used: {source}; make it writable, or remove it")]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no random bytes for the secret.
    #[error("the system gives no random bytes for the secret of compiled contracts: {0}")]
    Random(getrandom::Error),
}

/// A folder of artifacts. Shared by any number of threads; only one process may use a folder.
pub struct Artifacts {
    folder: PathBuf,
    secret: [u8; 32],
    held: Mutex<Held>,
}

/// What is in the folder.
#[derive(Default)]
struct Held {
    files: BTreeMap<[u8; 32], Entry>,
    bytes: u64,
}

#[derive(Clone, Copy)]
struct Entry {
    bytes: u64,
    /// Whether it was put or asked for since the folder was opened.
    is_used: bool,
}

impl Artifacts {
    /// Opens the folder, or makes it with a new secret. A secret that others could read, or of another length, is replaced, and
    /// everything that was made with it goes.
    ///
    /// # Errors
    /// [`ArtifactsError`]: the node can run without.
    pub fn open(folder: &Path) -> Result<Self, ArtifactsError> {
        let failed = |source| ArtifactsError::Folder { path: folder.to_owned(), source };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(folder).map_err(failed)?;
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(failed)?;
        let secret = match read_secret(folder) {
            Some(secret) => secret,
            None => {
                clear(folder).map_err(failed)?;
                new_secret(folder)?
            }
        };
        let held = Held::list(folder).map_err(failed)?;
        Ok(Self { folder: folder.to_owned(), secret, held: Mutex::new(held) })
    }

    /// The secret of this node. It must not be sent, shown or logged.
    #[must_use]
    pub const fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// What was last put under `name`, if it is there and has at most `limit` bytes. The disk may have changed it.
    #[must_use]
    pub fn get(&self, name: &[u8; 32], limit: usize) -> Option<Vec<u8>> {
        if !self.held().touch(name) {
            return None;
        }
        match read(&self.path(name), limit) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(%error, artifact = %hex(name), "a compiled contract cannot be read");
                self.held().forget(name);
                None
            }
        }
    }

    /// Whether something was put under `name` and is still held.
    #[must_use]
    pub fn has(&self, name: &[u8; 32]) -> bool {
        self.held().files.contains_key(name)
    }

    /// Keeps `bytes` under `name`. A failure is logged and costs nothing but a compilation later.
    pub fn put(&self, name: &[u8; 32], bytes: &[u8]) {
        let length = bytes.len() as u64;
        let mut held = self.held();
        held.forget(name);
        match write(&self.folder, &self.path(name), bytes) {
            Ok(()) => held.add(*name, Entry { bytes: length, is_used: true }),
            Err(error) => {
                tracing::warn!(%error, artifact = %hex(name), "a compiled contract cannot be kept");
                let _ = fs::remove_file(self.path(name));
            }
        }
        metrics::gauge!("tacit_artifacts_bytes").set(held.bytes as f64);
    }

    /// Bytes of all artifacts.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.held().bytes
    }

    /// Removes what was there when the folder was opened, was not asked for since, and is not among `names`: artifacts of an
    /// older program, and of code that is in no state.
    pub fn retain(&self, names: &BTreeSet<[u8; 32]>) {
        let mut held = self.held();
        let is_old = |(name, entry): (&[u8; 32], &Entry)| (!entry.is_used && !names.contains(name)).then_some(*name);
        let old: Vec<[u8; 32]> = held.files.iter().filter_map(is_old).collect();
        for name in old {
            if let Err(error) = fs::remove_file(self.path(&name)) {
                tracing::warn!(%error, artifact = %hex(&name), "a compiled contract cannot be removed");
            }
            held.forget(&name);
        }
        metrics::gauge!("tacit_artifacts_bytes").set(held.bytes as f64);
    }

    fn path(&self, name: &[u8; 32]) -> PathBuf {
        self.folder.join(hex(name))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing in between can panic, so that the list is whole even if the lock is poisoned.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Lists the folder, and removes what was not written to its end.
    fn list(folder: &Path) -> io::Result<Self> {
        let mut held = Self::default();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            } else if let Some(name) = name.to_str().and_then(name_of) {
                held.add(name, Entry { bytes: entry.metadata()?.len(), is_used: false });
            }
        }
        Ok(held)
    }

    fn add(&mut self, name: [u8; 32], entry: Entry) {
        self.bytes = self.bytes.saturating_add(entry.bytes);
        self.files.insert(name, entry);
    }

    fn touch(&mut self, name: &[u8; 32]) -> bool {
        let Some(entry) = self.files.get_mut(name) else { return false };
        entry.is_used = true;
        true
    }

    fn forget(&mut self, name: &[u8; 32]) {
        if let Some(entry) = self.files.remove(name) {
            self.bytes = self.bytes.saturating_sub(entry.bytes);
        }
    }
}

/// The secret, if it is there, whole, and nobody else's to read.
fn read_secret(folder: &Path) -> Option<[u8; 32]> {
    let path = folder.join(SECRET_FILE);
    let about = fs::symlink_metadata(&path).ok()?;
    if !about.is_file() || about.mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others could read the secret of compiled contracts: it is replaced");
        return None;
    }
    read(&path, 32).ok()?.try_into().ok()
}

fn new_secret(folder: &Path) -> Result<[u8; 32], ArtifactsError> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(ArtifactsError::Random)?;
    write(folder, &folder.join(SECRET_FILE), &secret)
        .map_err(|source| ArtifactsError::Folder { path: folder.to_owned(), source })?;
    Ok(secret)
}

/// Removes everything that was made with a secret that is gone, and the secret.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == SECRET_FILE || name_of(&name).is_some() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Reads a whole file of at most `limit` bytes.
fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let most = limit as u64;
    if length > most {
        return Err(io::Error::other(format!("it has {length} bytes, at most {limit} are expected")));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // It may have grown meanwhile.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(io::Error::other(format!("it has more than {limit} bytes")));
    }
    Ok(bytes)
}

/// Writes a file that is there whole or not at all, for its owner only. Not synced: what a power failure leaves of it is refused
/// by its seal.
fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!("{UNFINISHED}-{}", path.file_name().unwrap_or_default().to_string_lossy()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished).and_then(
        |mut file| {
            file.set_permissions(Permissions::from_mode(0o600))?;
            file.write_all(bytes)?;
            drop(file);
            fs::rename(&unfinished, path)
        },
    );
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn hex(name: &[u8; 32]) -> String {
    name.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name that a file's name stands for; one spelling only.
fn name_of(text: &str) -> Option<[u8; 32]> {
    let bytes: Vec<u8> =
        (0..text.len()).step_by(2).map_while(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    let name: [u8; 32] = bytes.try_into().ok()?;
    (hex(&name) == text).then_some(name)
}
