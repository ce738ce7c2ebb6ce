//! The JSON file in which a proof travels from whoever made it to whoever sends or checks it.

use super::Proven;
use serde::{Deserialize, Serialize};
use tacit_rpc::json::{Decimal, Hex32, HexArray};
use tacit_types::action::{Prove, ProveEquality, ProveMembership, ProveRange};
use tacit_types::identity::ProveCredential;
use tacit_types::{Address, FieldBytes, GenesisId, GroupId, IssuerId, Name, Network, ProofBytes};

/// Longest proof file in bytes.
pub const PROOF_FILE_BYTES_MAX: usize = 8 * 1024;
/// The only proof file format so far.
const FORMAT: u32 = 1;

/// A proof as a file: the statement, who it is for, the proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// Format of this file; 1.
    pub format: u32,
    /// The chain.
    pub genesis_id: Hex32,
    /// Kind of network, which the sender's address depends on.
    pub network: String,
    /// Who may send it.
    pub sender: String,
    /// What is proven.
    pub statement: StatementFile,
    /// That it holds.
    pub proof: HexArray<128>,
}

/// The statement of a proof file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StatementFile {
    /// A committed value lies between two bounds.
    Range {
        /// The commitment.
        commitment: Hex32,
        /// Smallest allowed value.
        low: Decimal,
        /// Largest allowed value.
        high: Decimal,
        /// What it is for.
        purpose: String,
    },
    /// Some member acts once in a scope.
    Membership {
        /// The group.
        group: Hex32,
        /// Its root.
        root: Hex32,
        /// Where the member acts once.
        scope: String,
        /// The member's nullifier there.
        nullifier: Hex32,
        /// The member's weight.
        weight: Decimal,
        /// What it is for.
        purpose: String,
    },
    /// The sender holds a credential.
    Credential {
        /// The issuer.
        issuer: Hex32,
        /// Its root.
        root: Hex32,
        /// Which attribute.
        kind: String,
        /// To whom the pseudonym is shown.
        application: String,
        /// The holder's name there.
        pseudonym: Hex32,
        /// A commitment to the value.
        commitment: Hex32,
        /// Smallest allowed value.
        low: Decimal,
        /// Largest allowed value.
        high: Decimal,
        /// What it is for.
        purpose: String,
    },
    /// Two commitments hide one value.
    Equality {
        /// The first commitment.
        left: Hex32,
        /// The second commitment.
        right: Hex32,
        /// What it is for.
        purpose: String,
    },
}

impl ProofFile {
    /// The file of a proof.
    #[must_use]
    pub fn new(genesis_id: GenesisId, network: Network, sender: &Address, proven: &Proven) -> Self {
        let hex = |field: &FieldBytes| HexArray(field.0);
        let statement = match &proven.statement {
            Prove::Range(range) => StatementFile::Range {
                commitment: hex(&range.commitment),
                low: Decimal(range.low),
                high: Decimal(range.high),
                purpose: range.purpose.to_string(),
            },
            Prove::Membership(membership) => StatementFile::Membership {
                group: HexArray(membership.group.0),
                root: hex(&membership.root),
                scope: membership.scope.to_string(),
                nullifier: hex(&membership.nullifier),
                weight: Decimal(membership.weight.into()),
                purpose: membership.purpose.to_string(),
            },
            Prove::Credential(credential) => StatementFile::Credential {
                issuer: HexArray(credential.issuer.0),
                root: hex(&credential.root),
                kind: credential.kind.to_string(),
                application: credential.application.to_string(),
                pseudonym: hex(&credential.pseudonym),
                commitment: hex(&credential.commitment),
                low: Decimal(credential.low),
                high: Decimal(credential.high),
                purpose: credential.purpose.to_string(),
            },
            Prove::Equality(equality) => StatementFile::Equality {
                left: hex(&equality.left),
                right: hex(&equality.right),
                purpose: equality.purpose.to_string(),
            },
        };
        Self {
            format: FORMAT,
            genesis_id: HexArray(genesis_id.0),
            network: tacit_rpc::convert::network_name(network).to_owned(),
            sender: sender.to_text(network),
            statement,
            proof: HexArray(proven.proof.0),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ProofFileError`].
    pub fn from_json(text: &str) -> Result<Self, ProofFileError> {
        if text.len() > PROOF_FILE_BYTES_MAX {
            return Err(ProofFileError::TooLong);
        }
        let file: Self = serde_json::from_str(text)
            .map_err(|error| ProofFileError::Json { line: error.line(), column: error.column() })?;
        if file.format != FORMAT {
            return Err(ProofFileError::Format(file.format));
        }
        Ok(file)
    }

    /// Chain, sender and proof, with every field checked.
    ///
    /// # Errors
    /// [`ProofFileError`].
    pub fn parts(&self) -> Result<(GenesisId, Network, Address, Proven), ProofFileError> {
        let network = tacit_rpc::convert::network_from_name(&self.network);
        let network = network.ok_or(ProofFileError::Field("network", "it is main, test or dev"))?;
        let sender = Address::from_text(&self.sender, network)
            .map_err(|_| ProofFileError::Field("sender", "it is no address of this network"))?;
        let name = |field, text: &str| {
            Name::new(text).map_err(|_| ProofFileError::Field(field, "it has 1 to 64 printable characters, no spaces"))
        };
        let field = |bytes: &Hex32| FieldBytes(bytes.0);
        let statement = match &self.statement {
            StatementFile::Range { commitment, low, high, purpose } => Prove::Range(ProveRange {
                commitment: field(commitment),
                low: low.0,
                high: high.0,
                purpose: name("purpose", purpose)?,
            }),
            StatementFile::Membership { group, root, scope, nullifier, weight, purpose } => {
                let weight = u64::try_from(weight.0);
                Prove::Membership(ProveMembership {
                    group: GroupId(group.0),
                    root: field(root),
                    scope: name("scope", scope)?,
                    nullifier: field(nullifier),
                    weight: weight.map_err(|_| ProofFileError::Field("weight", "it is below 2^64"))?,
                    purpose: name("purpose", purpose)?,
                })
            }
            StatementFile::Credential {
                issuer,
                root,
                kind,
                application,
                pseudonym,
                commitment,
                low,
                high,
                purpose,
            } => Prove::Credential(ProveCredential {
                issuer: IssuerId(issuer.0),
                root: field(root),
                kind: name("kind", kind)?,
                application: name("application", application)?,
                pseudonym: field(pseudonym),
                commitment: field(commitment),
                low: low.0,
                high: high.0,
                purpose: name("purpose", purpose)?,
            }),
            StatementFile::Equality { left, right, purpose } => Prove::Equality(ProveEquality {
                left: field(left),
                right: field(right),
                purpose: name("purpose", purpose)?,
            }),
        };
        let proven = Proven { statement, proof: ProofBytes(self.proof.0) };
        Ok((GenesisId(self.genesis_id.0), network, sender, proven))
    }
}

/// Why a proof file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// Too long.
    #[error("a proof file has at most {PROOF_FILE_BYTES_MAX} bytes")]
    TooLong,
    /// Not the JSON of a proof.
    #[error("the proof file is wrong at line {line}, column {column}; make it again with `tacit proof`")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Another format.
    #[error("proof file format {0} is unknown; this program may be too old")]
    Format(u32),
    /// A field with a value it cannot have.
    #[error("`{0}` in the proof file is refused: {1}")]
    Field(&'static str, &'static str),
}
