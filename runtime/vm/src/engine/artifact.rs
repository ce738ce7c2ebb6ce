//! Compiled modules that outlive the process: under which name they are kept, and how they are sealed.
//!
//! Where they are kept is the node's affair ([`ArtifactStore`]); nothing that comes back from there is believed before its seal
//! is verified, because machine code runs with all rights of the process. Whatever is wrong with an artifact, it counts as
//! absent and the code is compiled again: no artifact, and no failure of the store, can change what a call does. Seals are made
//! with a secret of this node, so that an artifact of another one is refused.

use crate::access::Access;
use crate::validate::ModuleInfo;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use tacit_types::CodeHash;
use thiserror::Error;
use wasmtime::Engine;

/// Longest artifact in bytes, sealed. Code of the greatest length compiles to a fraction of it.
pub const ARTIFACT_BYTES_MAX: usize = 64 << 20;
/// What stands before the artifact: how long it is, and the seal.
const HEAD_BYTES: usize = 8 + 32;
/// Version of [`Facts`] and of the bytes around it.
const ARTIFACT_VERSION: u32 = 1;
/// The name of an artifact: everything that it depends on, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArtifactName(pub [u8; 32]);

impl fmt::Display for ArtifactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Keeps artifacts. It may lose them, change them or fail: that costs time and nothing else, but whoever can make it lose them
/// makes blocks compile what only a load was paid for. It must not accept any from a peer.
pub trait ArtifactStore: Send + Sync {
    /// What was last put under the name, if it is there.
    fn get(&self, name: &ArtifactName) -> Option<Vec<u8>>;

    /// Whether something is there.
    fn has(&self, name: &ArtifactName) -> bool;

    /// Keeps `sealed` under the name, in place of what was there.
    fn put(&self, name: &ArtifactName, sealed: &[u8]);

    /// May let go of what was there at the start, was not asked for since, and is not among these.
    fn retain(&self, _names: &BTreeSet<ArtifactName>) {}

    /// Is told that what [`Self::get`] gave was refused, and why. The code is compiled again and put.
    fn refused(&self, name: &ArtifactName, reason: &ArtifactRefused);
}

/// A store, and the secret that nobody but this node has.
#[derive(Clone)]
pub struct Artifacts {
    /// Where they are kept.
    pub store: Arc<dyn ArtifactStore>,
    /// With what they are sealed.
    pub seal: Seal,
}

/// Why an artifact is not used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArtifactRefused {
    /// Longer than [`ARTIFACT_BYTES_MAX`].
    #[error("it has {0} bytes, more than any artifact: it was not made here")]
    TooLong(usize),
    /// It ends early, or goes on after its end.
    #[error("its length is not the one that it states: it was cut off or written over")]
    Length,
    /// Not sealed by this node under this name.
    #[error("its seal is broken: it was damaged, or made by another node, or for other code")]
    Seal,
    /// Sealed by this node, and still not what it should be: a defect, or another build of the engine with the same settings.
    #[error("its seal is good, but it cannot be used: {0}")]
    Unusable(String),
}

/// Seals bytes so that nobody without the secret can make or change them.
#[derive(Clone)]
pub struct Seal {
    key: [u8; 32],
}

impl fmt::Debug for Seal {
    /// Shows nothing of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// A seal by this secret.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { key: blake3::derive_key("tacit 2026-11 artifact seal", secret) }
    }

    /// The bytes with their length and seal before them.
    #[must_use]
    pub fn close(&self, name: &ArtifactName, bytes: &[u8]) -> Vec<u8> {
        let length = (bytes.len() as u64).to_le_bytes();
        let seal = self.over(name, &length, bytes);
        let mut sealed = Vec::with_capacity(HEAD_BYTES.saturating_add(bytes.len()));
        sealed.extend_from_slice(&length);
        sealed.extend_from_slice(seal.as_bytes());
        sealed.extend_from_slice(bytes);
        sealed
    }

    /// The bytes that were sealed under this name.
    ///
    /// # Errors
    /// [`ArtifactRefused`] unless they are exactly what [`Self::close`] made with the same secret and name.
    pub fn open<'a>(&self, name: &ArtifactName, sealed: &'a [u8]) -> Result<&'a [u8], ArtifactRefused> {
        if sealed.len() > ARTIFACT_BYTES_MAX {
            return Err(ArtifactRefused::TooLong(sealed.len()));
        }
        let (length, rest) = sealed.split_first_chunk::<8>().ok_or(ArtifactRefused::Length)?;
        let (seal, bytes) = rest.split_first_chunk::<32>().ok_or(ArtifactRefused::Length)?;
        if u64::from_le_bytes(*length) != bytes.len() as u64 {
            return Err(ArtifactRefused::Length);
        }
        // Compared in constant time.
        if self.over(name, length, bytes) == *seal { Ok(bytes) } else { Err(ArtifactRefused::Seal) }
    }

    fn over(&self, name: &ArtifactName, length: &[u8; 8], bytes: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&name.0).update(length).update(bytes);
        hasher.finalize()
    }
}

/// Everything beside the code that a compiled module depends on.
#[derive(Clone)]
pub(super) struct Build {
    hasher: blake3::Hasher,
}

/// The versions of what turns code into a module.
#[derive(Clone, Copy)]
pub(crate) struct Versions {
    pub artifact: u32,
    pub instrumentation: u32,
    pub schedule: u32,
    pub validator: u32,
}

impl Versions {
    pub(crate) const NOW: Self = Self {
        artifact: ARTIFACT_VERSION,
        instrumentation: crate::meter::INSTRUMENTATION_VERSION,
        schedule: crate::gas::SCHEDULE_VERSION,
        validator: crate::validate::VALIDATOR_VERSION,
    };
}

impl Build {
    pub(super) fn new(engine: &Engine, versions: Versions) -> Self {
        let mut hasher = Blake(blake3::Hasher::new_derive_key("tacit 2026-11 artifact name"));
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let Versions { artifact, instrumentation, schedule, validator } = versions;
        for text in [super::config::TARGET, tacit_abi::MODULE] {
            text.hash(&mut hasher);
        }
        for version in [artifact, instrumentation, schedule, validator] {
            hasher.write_u32(version);
        }
        Self { hasher: hasher.0 }
    }

    /// The name of this code's artifact.
    pub(super) fn name(&self, code: &CodeHash) -> ArtifactName {
        ArtifactName(*self.hasher.clone().update(&code.0).finalize().as_bytes())
    }
}

/// Hashes what the engine says about itself into 256 bits.
struct Blake(blake3::Hasher);

impl Hasher for Blake {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks: the hash is taken from the hasher inside.
    fn finish(&self) -> u64 {
        0
    }
}

/// What is known of code beside its machine code.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(super) struct Facts {
    pub exports: Vec<String>,
    pub memory_pages: u64,
    pub access: Access,
}

impl From<ModuleInfo> for Facts {
    fn from(info: ModuleInfo) -> Self {
        Self { exports: info.exports, memory_pages: info.memory_pages, access: info.access }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::engine::engine;

    const NAME: ArtifactName = ArtifactName([3; 32]);

    #[test]
    fn what_was_sealed_is_opened_whatever_its_length() {
        let seal = Seal::new(&[7; 32]);
        for length in [0, 1, 31, 1_000, 70_000] {
            let bytes = vec![5; length];
            assert_eq!(seal.open(&NAME, &seal.close(&NAME, &bytes)), Ok(bytes.as_slice()));
        }
    }

    #[test]
    fn every_flipped_bit_of_length_seal_and_bytes_is_refused() {
        let seal = Seal::new(&[7; 32]);
        let sealed = seal.close(&NAME, &[0x5a; 300]);
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            seal.open(&NAME, &changed).unwrap_err();
        }
    }

    #[test]
    fn cut_extended_renamed_and_foreign_artifacts_are_refused() {
        let seal = Seal::new(&[7; 32]);
        let sealed = seal.close(&NAME, &[1; 100]);
        for length in 0..sealed.len() {
            seal.open(&NAME, &sealed[..length]).unwrap_err();
        }
        let longer = [sealed.as_slice(), &[0]].concat();
        assert_eq!(seal.open(&NAME, &longer), Err(ArtifactRefused::Length));
        // One byte moved over from the artifact to its name, or to the length, is no other spelling of the same.
        assert_eq!(seal.open(&ArtifactName([4; 32]), &sealed), Err(ArtifactRefused::Seal));
        assert_eq!(Seal::new(&[8; 32]).open(&NAME, &sealed), Err(ArtifactRefused::Seal));
        let huge = vec![0; ARTIFACT_BYTES_MAX + 1];
        assert_eq!(seal.open(&NAME, &huge), Err(ArtifactRefused::TooLong(ARTIFACT_BYTES_MAX + 1)));
        assert_eq!(format!("{seal:?}"), "Seal");
    }

    #[test]
    fn another_version_of_anything_gives_another_name() {
        let (one, other) = (engine(2).unwrap(), engine(2).unwrap());
        let code = CodeHash([1; 32]);
        let mut all = vec![Versions::NOW; 5];
        all[1].artifact += 1;
        all[2].instrumentation += 1;
        all[3].schedule += 1;
        all[4].validator += 1;
        let mut names: Vec<_> = all.iter().map(|versions| Build::new(&one, *versions).name(&code)).collect();
        names.push(Build::new(&one, Versions::NOW).name(&CodeHash([2; 32])));
        let again = Build::new(&other, Versions::NOW).name(&code);
        assert_eq!(names[0], again, "the same build names the same code differently");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 6);
    }

    #[test]
    fn another_engine_setting_gives_another_name() {
        let other = Engine::new(wasmtime::Config::new().cranelift_opt_level(wasmtime::OptLevel::None)).unwrap();
        let name = |engine: &Engine| Build::new(engine, Versions::NOW).name(&CodeHash([1; 32]));
        assert_ne!(name(&other), name(&engine(2).unwrap()));
    }
}
