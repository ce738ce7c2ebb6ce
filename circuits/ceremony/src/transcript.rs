//! The record of a finished setup: what was made, from what, by whom, and the digests of the keys that came out.
//!
//! One JSON file per statement beside its keys, in one spelling: reading compares with writing again. A chain spec pins
//! one digest over the transcripts of all statements, and through it every file of the ceremony; what the fields mean
//! and how anybody repeats the checks is in docs/spec/ceremony.md. A transcript is written only after the whole chain
//! of contributions was verified, and is refused when nobody contributed.

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tacit_circuits::prove::KeyPin;
use tacit_circuits::{Statement, VerifyingKeys};

use crate::error::{CeremonyError, Result};
use crate::format::point::FilePoint;
use crate::format::r1cs::R1cs;
use crate::format::zkey::Zkey;
use crate::keys::Keys;
use crate::phase2::{Contribution, Origin, Verified};

/// The only format so far.
pub const FORMAT: &str = "tacit-ceremony-transcript-v1";
/// Longest transcript in bytes.
pub const TRANSCRIPT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// [`FORMAT`].
    format: String,
    /// The statement's name.
    statement: String,
    /// The circuit's version.
    version: u32,
    /// Digest of the `.r1cs` file.
    circuit: String,
    /// Number of constraints.
    constraints: u64,
    /// The domain is two to this power.
    power: u32,
    /// The powers of tau it was made from.
    powers_of_tau: PowersOfTau,
    /// snarkjs's hash of the key before any contribution.
    circuit_hash: String,
    /// Phase 2.
    contributions: Vec<Step>,
    /// Digest of the verifying key, as a chain spec names it.
    verifying_key: String,
    /// BLAKE3 of the proving key's file.
    proving_key: String,
    /// BLAKE3 of the `.zkey` file.
    zkey: String,
}

/// Phase 1 in a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PowersOfTau {
    /// Two to this power.
    power: u32,
    /// Contributions by people.
    contributions: u64,
    /// Beacons.
    beacons: u64,
    /// The last challenge, which covers all points.
    challenge: String,
}

/// A contribution in a transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The contributor.
    name: String,
    /// For a beacon its value; a person has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    beacon: Option<String>,
    /// For a beacon: hashed two to this power times.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    beacon_power: Option<u8>,
    /// Delta in G1 afterwards: x and y, big-endian.
    delta: String,
    /// What the contributor was shown, to be compared with what they published.
    hash: String,
    /// Whether it carries our own proof of knowledge.
    knowledge: bool,
}

impl Step {
    fn of(contribution: &Contribution) -> Self {
        let mut delta = Vec::new();
        contribution.delta_after.uncompressed(&mut delta);
        let (beacon, beacon_power) = match &contribution.origin {
            Origin::Person => (None, None),
            Origin::Beacon(beacon) => (Some(hex(beacon.value())), Some(beacon.power())),
        };
        Self {
            name: contribution.name.clone(),
            beacon,
            beacon_power,
            delta: hex(&delta),
            hash: hex(&contribution.hash()),
            knowledge: contribution.knowledge.is_some(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn unhex(text: &str, what: &str) -> Result<[u8; 32]> {
    let mut bytes = [0u8; 32];
    let digits = text.strip_prefix("0x").unwrap_or_default();
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| refuse(format!("`{what}` is no digest")))?;
    Ok(bytes)
}

fn refuse(why: impl Into<String>) -> CeremonyError {
    CeremonyError::format("transcript", why)
}

impl Transcript {
    /// The record of a setup that [`crate::phase2::verify`] accepted.
    ///
    /// # Errors
    /// [`CeremonyError::Key`] when nobody contributed.
    pub fn new(statement: Statement, r1cs: &R1cs, zkey: &Zkey, verified: &Verified, keys: &Keys) -> Result<Self> {
        let loaded = tacit_circuits::verify::VerifyingKey::load(&keys.verifying)?;
        let transcript = Self {
            format: FORMAT.to_owned(),
            statement: statement.name().to_owned(),
            version: statement.version(),
            circuit: hex(&r1cs.digest()?),
            constraints: r1cs.constraints().len() as u64,
            power: r1cs.power(),
            powers_of_tau: PowersOfTau {
                power: verified.power,
                contributions: verified.powers.people as u64,
                beacons: verified.powers.beacons as u64,
                challenge: hex(&verified.powers.challenge),
            },
            circuit_hash: hex(&zkey.circuit_hash),
            contributions: zkey.contributions.iter().map(Step::of).collect(),
            verifying_key: hex(&loaded.digest()),
            proving_key: hex(blake3::hash(&keys.proving).as_bytes()),
            zkey: hex(blake3::hash(&zkey.to_bytes()?).as_bytes()),
        };
        transcript.check(statement)?;
        Ok(transcript)
    }

    /// The file.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self).map_err(|error| refuse(error.to_string()))? + "\n")
    }

    /// Reads a file of a statement.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] for another spelling than the one that is written, or another statement or version;
    /// [`CeremonyError::Key`] when nobody contributed.
    pub fn from_json(statement: Statement, text: &str) -> Result<Self> {
        if text.len() as u64 > TRANSCRIPT_BYTES_MAX {
            return Err(refuse("it is too long"));
        }
        let transcript: Self = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
        if transcript.to_json()? != text {
            return Err(refuse("it is not spelled as this program writes it"));
        }
        transcript.check(statement)?;
        Ok(transcript)
    }

    fn check(&self, statement: Statement) -> Result<()> {
        if self.format != FORMAT {
            return Err(refuse(format!("its format is not `{FORMAT}`")));
        }
        if self.statement != statement.name() || self.version != statement.version() {
            let (name, version) = (&self.statement, self.version);
            return Err(refuse(format!("it is of {name} version {version}, expected {statement}")));
        }
        if self.people() == 0 || self.powers_of_tau.contributions == 0 {
            return Err(CeremonyError::key("nobody contributed to it, so anyone can forge proofs"));
        }
        self.pin().map(|_| ())
    }

    /// Contributions by people to phase 2.
    pub fn people(&self) -> usize {
        self.contributions.iter().filter(|step| step.beacon.is_none()).count()
    }

    /// Digests of both keys.
    ///
    /// # Errors
    /// [`CeremonyError::Format`] for bad digits.
    pub fn pin(&self) -> Result<KeyPin> {
        let verifying = unhex(&self.verifying_key, "verifying_key")?;
        Ok(KeyPin { verifying, proving: unhex(&self.proving_key, "proving_key")? })
    }

    /// The statement's name.
    pub fn statement(&self) -> &str {
        &self.statement
    }
}

/// Digest of one transcript's file.
fn file_digest(text: &str) -> [u8; 32] {
    blake3::derive_key("tacit ceremony v1 transcript", text.as_bytes())
}

/// The folder of a finished ceremony: for each statement a transcript and the keys it names.
pub struct Folder {
    /// In the order of [`Statement::ALL`].
    transcripts: Vec<Transcript>,
    digest: [u8; 32],
    verifying: VerifyingKeys,
}

impl Folder {
    /// The name of a statement's transcript in a folder.
    pub fn file_name(statement: Statement) -> String {
        format!("{}-v{}.transcript.json", statement.name(), statement.version())
    }

    /// Reads the transcripts of all statements and the verifying keys they name. Proving keys are not looked at.
    ///
    /// # Errors
    /// [`CeremonyError::Step`] for a missing file, and as [`Transcript::from_json`] and `VerifyingKeys::from_dir`;
    /// [`CeremonyError::Key`] for a development key.
    pub fn read(dir: &Path) -> Result<Self> {
        let mut hasher = blake3::Hasher::new_derive_key("tacit ceremony v1 transcripts");
        let mut transcripts = Vec::new();
        for statement in Statement::ALL {
            let path = dir.join(Self::file_name(statement));
            let text = read_text(&path)?;
            transcripts.push(Transcript::from_json(statement, &text)?);
            hasher.update(&file_digest(&text));
        }
        let digests = transcripts.iter().map(|t| Ok(t.pin()?.verifying)).collect::<Result<Vec<_>>>()?;
        let verifying = VerifyingKeys::from_dir(dir, &digests)?;
        if verifying.any_development() {
            return Err(CeremonyError::key("it holds a development key, which anybody can forge proofs under"));
        }
        Ok(Self { transcripts, digest: *hasher.finalize().as_bytes(), verifying })
    }

    /// One digest over all transcripts; a production chain spec names it.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The verifying keys.
    pub fn verifying_keys(&self) -> &VerifyingKeys {
        &self.verifying
    }

    /// In the order of the statements.
    pub fn transcripts(&self) -> &[Transcript] {
        &self.transcripts
    }

    /// What a wallet pins.
    ///
    /// # Errors
    /// None after reading succeeded.
    pub fn pins(&self) -> Result<Vec<KeyPin>> {
        self.transcripts.iter().map(Transcript::pin).collect()
    }
}

fn read_text(path: &Path) -> Result<String> {
    let failed = |error: std::io::Error| CeremonyError::Step(format!("{} cannot be read: {error}", path.display()));
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(TRANSCRIPT_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}
