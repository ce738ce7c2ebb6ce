//! Proving keys: read when first needed, checked by digest on every load.
//!
//! The development keys' secret is public on purpose: ChaCha20 from a hash of the statement's name and version. Everybody
//! makes the same keys, bit for bit, so that none need to be shipped or trusted, and no chain with value may use them.
//! Whatever is wrong with such a file, it is made again. The keys of a ceremony are files that cannot be made again: they
//! are taken when their digest is the pinned one, and refused otherwise.
//!
//! A proving key from anybody else than the pinned one would not only fail: it can be built to leak the witness through
//! the proof. Therefore no key is used unless its whole file has the pinned BLAKE3 digest.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ark_bn254::Bn254;
use ark_groth16::{Groth16, ProvingKey as Groth16Key};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::file::{self, ProvingKey};
use super::quotient::OddRoots;
use super::system::{ConstraintMatrices, Replay};
use crate::error::ProveError;
use crate::keys;
use crate::statement::Statement;

/// What is happening to a key, for a progress display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Reading it from the folder.
    Loading,
    /// Making it; takes seconds.
    Generating,
    /// It is ready.
    Ready,
}

/// Called as keys are loaded or made.
pub type Progress<'a> = &'a mut dyn FnMut(Statement, Step);

/// What a chain or a release pins of one statement's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPin {
    /// Digest of the verifying key, as [`crate::VerifyingKey::digest`] and genesis have it.
    pub verifying: [u8; 32],
    /// BLAKE3 of the proving key's file.
    pub proving: [u8; 32],
}

/// The proving keys of all statements. Each is read when it is first needed. Cheap to clone.
#[derive(Clone)]
pub struct ProvingKeys {
    shared: Arc<Shared>,
}

struct Shared {
    dir: PathBuf,
    /// `None` for development keys, otherwise one for each statement.
    pins: Option<Vec<KeyPin>>,
    /// In the order of [`Statement::ALL`].
    slots: [Slot; Statement::ALL.len()],
}

#[derive(Default)]
struct Slot {
    key: OnceLock<ProvingKey>,
    /// Held while the key is loaded, so that two first users do not both make it.
    loading: Mutex<()>,
}

impl ProvingKeys {
    /// The **insecure** development keys, which live in `dir`. A key is read from there, or made and stored there, when it
    /// is first used or [`Self::ensure`]d.
    pub fn development(dir: &Path) -> Self {
        Self::lazy(dir, None)
    }

    /// The keys of a ceremony in `dir`: a file `<statement>-v<version>.pk` for each statement, read when first used. `pins`
    /// stand in the order of [`Statement::ALL`].
    ///
    /// # Errors
    /// [`ProveError::Pins`] for another number of pins than there are statements.
    pub fn from_dir(dir: &Path, pins: &[KeyPin]) -> Result<Self, ProveError> {
        let (expected, found) = (Statement::ALL.len(), pins.len());
        if expected != found {
            return Err(ProveError::Pins { expected, found });
        }
        Ok(Self::lazy(dir, Some(pins.to_vec())))
    }

    fn lazy(dir: &Path, pins: Option<Vec<KeyPin>>) -> Self {
        Self { shared: Arc::new(Shared { dir: dir.to_owned(), pins, slots: Default::default() }) }
    }

    /// Makes sure that a statement's key is at hand, so that a later proof does not wait for it.
    ///
    /// # Errors
    /// [`ProveError::Io`] when the folder cannot be used, [`ProveError::Digest`] when this build makes other keys than the
    /// pinned ones, [`ProveError::PinnedKey`] when a ceremony's file is not the pinned one.
    pub fn ensure(&self, statement: Statement, progress: Progress<'_>) -> Result<(), ProveError> {
        self.load(statement, progress).map(|_| ())
    }

    /// The key of a statement, loaded if need be.
    pub(super) fn get(&self, statement: Statement) -> Result<&ProvingKey, ProveError> {
        self.load(statement, &mut |_, _| {})
    }

    fn load(&self, statement: Statement, progress: Progress<'_>) -> Result<&ProvingKey, ProveError> {
        if !Statement::ALL.contains(&statement) {
            return Err(ProveError::Prover { statement, why: "it is not in use yet".to_owned() });
        }
        let slot = &self.shared.slots[keys::place(statement)];
        if let Some(key) = slot.key.get() {
            return Ok(key);
        }
        // The lock guards no data: after a panic elsewhere the key is simply loaded again.
        let _loading = slot.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = slot.key.get() {
            return Ok(key);
        }
        progress(statement, Step::Loading);
        let path = keys::file_name(&self.shared.dir, statement, "pk");
        let key = match &self.shared.pins {
            None => load_or_generate(statement, &path, progress)?,
            Some(pins) => load_pinned(&path, &pins[keys::place(statement)])?,
        };
        progress(statement, Step::Ready);
        Ok(slot.key.get_or_init(|| key))
    }
}

impl core::fmt::Debug for ProvingKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(if self.shared.pins.is_some() { "ProvingKeys(ceremony)" } else { "ProvingKeys(development)" })
    }
}

fn load_pinned(path: &Path, pin: &KeyPin) -> Result<ProvingKey, ProveError> {
    let refuse = |why| ProveError::PinnedKey { path: path.to_owned(), why };
    let bytes = std::fs::read(path).map_err(|source| ProveError::Io { path: path.to_owned(), source })?;
    if blake3::hash(&bytes) != pin.proving {
        return Err(refuse("its digest is not the pinned one"));
    }
    let key = file::read(&bytes)?;
    if key.verifying.digest() != pin.verifying {
        return Err(refuse("its verifying half is not the pinned key"));
    }
    Ok(key)
}

fn load_or_generate(statement: Statement, path: &Path, progress: Progress<'_>) -> Result<ProvingKey, ProveError> {
    let pinned = keys::release(statement).proving_digest;
    let stored = std::fs::read(path).ok().filter(|bytes| digest(bytes) == pinned);
    let bytes = match stored {
        Some(bytes) => bytes,
        None => {
            progress(statement, Step::Generating);
            let bytes = generate(statement, pinned)?;
            store(path, &bytes).map_err(|source| ProveError::Io { path: path.to_owned(), source })?;
            bytes
        }
    };
    Ok(file::read(&bytes)?)
}

/// Makes a development key and holds it against the pinned digest.
fn generate(statement: Statement, pinned: &str) -> Result<Vec<u8>, ProveError> {
    let bytes = generate_unpinned(statement)?;
    let (found, pinned) = (digest(&bytes), pinned.to_owned());
    if found == pinned { Ok(bytes) } else { Err(ProveError::Digest { statement, found, pinned }) }
}

/// Makes a development key. For the tool that writes the vectors of a new version; everything else goes through the pins.
pub(crate) fn generate_unpinned(statement: Statement) -> Result<Vec<u8>, ProveError> {
    let matrices = ConstraintMatrices::of(statement)?;
    Ok(file::proving_key_file(&setup(statement, &matrices)?, &matrices)?)
}

fn setup(statement: Statement, matrices: &ConstraintMatrices) -> Result<Groth16Key<Bn254>, ProveError> {
    let name = format!("{} version {}", statement.name(), statement.version());
    let seed = blake3::derive_key("tacit circuits v1 insecure development setup", name.as_bytes());
    let mut public_randomness = ChaCha20Rng::from_seed(seed);
    Groth16::<Bn254, OddRoots>::generate_random_parameters_with_reduction(Replay(matrices), &mut public_randomness)
        .map_err(|error| ProveError::Prover { statement, why: error.to_string() })
}

/// The verifying half of a proving key's file, in the form [`crate::VerifyingKey::load`] reads.
pub(crate) fn verifying_bytes(bytes: &[u8]) -> Result<Vec<u8>, ProveError> {
    Ok(file::verifying_bytes(bytes)?.to_vec())
}

/// Writes through a temporary file, so that a crash leaves either nothing or the whole key.
fn store(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    let temporary = path.with_extension(format!("pk.{}.tmp", std::process::id()));
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
