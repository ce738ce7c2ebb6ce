//! Proving keys: made once from a public seed, kept in a folder, checked by digest on every load.
//!
//! The development keys' secret is public on purpose: ChaCha20 from a hash of the statement's name and version. Everybody
//! makes the same keys, bit for bit, so that none need to be shipped or trusted, and no chain with value may use them.
//! A file is arkworks' uncompressed form; it is read without checking its points once its BLAKE3 digest is the pinned one.
//! Whatever is wrong with a file, it is made again. Making all three takes about 1.5 seconds and 2.8 MB on disk.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, ProvingKey as Groth16Key};
use ark_relations::gr1cs::{ConstraintSynthesizer, SynthesisError};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::error::ProveError;
use crate::keys::development_key_bytes;
use crate::statement::Statement;
use crate::statement::equality::EqualityCircuit;
use crate::statement::membership::MembershipCircuit;
use crate::statement::range::RangeCircuit;
use crate::verify::VerifyingKey;

/// Digests of the development proving keys of this release: `(statement, BLAKE3 of the file)`.
pub(crate) const PINNED: [(Statement, &str); 3] = [
    (Statement::Range, "960ccfb800d2202c5db06e3c90ff28a5679f03562d8769bee221cebfcfe31665"),
    (Statement::Membership, "b90af0216df2b48e7b96878fdab0e9c7326400472b2190c4d96364c17b56837c"),
    (Statement::Equality, "8960eafd2c8044cc0a86f628431674aa228d3c191119ab9d312e1e5dd827006a"),
];

/// A key that can prove one statement.
pub(super) struct ProvingKey {
    pub groth16: Groth16Key<Bn254>,
    pub verifying: VerifyingKey,
}

/// What is happening to which statement's key, for a progress display.
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

/// The proving keys of all statements. Cheap to clone.
#[derive(Clone)]
pub struct ProvingKeys {
    keys: Arc<[ProvingKey; 3]>,
}

impl ProvingKeys {
    /// The **insecure** development keys, read from `dir`, or made and stored there at first use.
    ///
    /// # Errors
    /// [`ProveError::Io`] when the folder cannot be used, [`ProveError::Digest`] when this build makes other keys than
    /// the pinned ones.
    pub fn development(dir: &Path, progress: Progress<'_>) -> Result<Self, ProveError> {
        let [range, membership, equality] = Statement::ALL;
        let keys = [
            load_or_generate(range, dir, progress)?,
            load_or_generate(membership, dir, progress)?,
            load_or_generate(equality, dir, progress)?,
        ];
        Ok(Self { keys: Arc::new(keys) })
    }

    pub(super) fn get(&self, statement: Statement) -> &ProvingKey {
        &self.keys[Statement::ALL.iter().position(|known| *known == statement).unwrap_or(0)]
    }
}

impl core::fmt::Debug for ProvingKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ProvingKeys(development)")
    }
}

fn load_or_generate(statement: Statement, dir: &Path, progress: Progress<'_>) -> Result<ProvingKey, ProveError> {
    let path = dir.join(format!("{}-v{}.pk", statement.name(), statement.version()));
    progress(statement, Step::Loading);
    let stored = std::fs::read(&path).ok().filter(|bytes| digest(bytes) == pinned(statement));
    let bytes = match stored {
        Some(bytes) => bytes,
        None => {
            progress(statement, Step::Generating);
            let bytes = generate(statement)?;
            store(dir, &path, &bytes).map_err(|source| ProveError::Io { path: path.clone(), source })?;
            bytes
        }
    };
    let key = read(statement, &bytes)?;
    progress(statement, Step::Ready);
    Ok(key)
}

/// Makes a development key and holds it against the pinned digest.
fn generate(statement: Statement) -> Result<Vec<u8>, ProveError> {
    let bytes = generate_unpinned(statement)?;
    let (found, pinned) = (digest(&bytes), pinned(statement).to_owned());
    if found == pinned { Ok(bytes) } else { Err(ProveError::Digest { statement, found, pinned }) }
}

/// Makes a development key. For the tool that writes the vectors of a new version; everything else goes through the pins.
pub(crate) fn generate_unpinned(statement: Statement) -> Result<Vec<u8>, ProveError> {
    let failed = |why: String| ProveError::Prover { statement, why };
    let key = match statement {
        Statement::Range => setup(statement, RangeCircuit::default()),
        Statement::Membership => setup(statement, MembershipCircuit::default()),
        Statement::Equality => setup(statement, EqualityCircuit::default()),
        Statement::Transfer1x2 | Statement::Transfer2x2 | Statement::Transfer8x2 => {
            return Err(failed("it has no circuit yet".to_owned()));
        }
    };
    let key = key.map_err(|error| failed(error.to_string()))?;
    let mut bytes = Vec::new();
    key.serialize_uncompressed(&mut bytes).map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}

fn setup(statement: Statement, circuit: impl ConstraintSynthesizer<Fr>) -> Result<Groth16Key<Bn254>, SynthesisError> {
    let name = format!("{} version {}", statement.name(), statement.version());
    let seed = blake3::derive_key("tacit circuits v1 insecure development setup", name.as_bytes());
    let mut public_randomness = ChaCha20Rng::from_seed(seed);
    Groth16::<Bn254>::generate_random_parameters_with_reduction(circuit, &mut public_randomness)
}

/// Reads a key whose digest has been checked.
fn read(statement: Statement, bytes: &[u8]) -> Result<ProvingKey, ProveError> {
    let groth16 = Groth16Key::<Bn254>::deserialize_uncompressed_unchecked(bytes)
        .map_err(|error| ProveError::Prover { statement, why: error.to_string() })?;
    Ok(ProvingKey { groth16, verifying: VerifyingKey::load(development_key_bytes(statement))? })
}

/// The verifying half of a proving key's bytes, in the form [`VerifyingKey::load`] reads.
pub(crate) fn verifying_bytes(statement: Statement, bytes: &[u8]) -> Result<Vec<u8>, ProveError> {
    let failed = |error: ark_serialize::SerializationError| ProveError::Prover { statement, why: error.to_string() };
    let key = Groth16Key::<Bn254>::deserialize_uncompressed_unchecked(bytes).map_err(failed)?;
    let mut verifying = Vec::new();
    key.vk.serialize_compressed(&mut verifying).map_err(failed)?;
    Ok(verifying)
}

/// Writes through a temporary file, so that a crash leaves either nothing or the whole key.
fn store(dir: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let temporary = path.with_extension(format!("pk.{}.tmp", std::process::id()));
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

fn pinned(statement: Statement) -> &'static str {
    PINNED.iter().find(|(known, _)| *known == statement).map_or("", |(_, digest)| *digest)
}
