//! The chain spec as people write it. Parsing only; [`crate::build`] checks.

use crate::error::GenesisError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest chain spec in bytes (8 MiB).
pub const SPEC_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The only spec format so far.
pub const SPEC_FORMAT: u32 = 1;

/// A chain spec. Amounts and prices are decimal strings, because TOML's integers end at 2^63.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainSpec {
    /// Format of this file; 1.
    pub format: u32,
    /// Label for people, for example `tacit-devnet`.
    pub chain_id: String,
    /// `main`, `test` or `dev`: decides the prefix of addresses.
    pub network: NetworkName,
    /// Real value is at stake: development keys are refused, and a base fee that is next to nothing.
    pub production: bool,
    /// Time of genesis in milliseconds since 1970; the first block is later.
    pub time_ms: u64,
    /// Address of the account that may stop the shielded pool; nobody when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<String>,
    /// Limits and prices.
    #[serde(default)]
    pub params: ParamsSpec,
    /// Which verifying keys the chain uses.
    pub proofs: ProofsSpec,
    /// Who signs the first height.
    pub validators: Vec<ValidatorSpec>,
    /// Who owns what at the start.
    #[serde(default)]
    pub accounts: Vec<AccountSpec>,
}

/// Kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkName {
    /// Real money.
    Main,
    /// Public test network.
    Test,
    /// Development.
    Dev,
}

/// Limits and prices; what is left out takes the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ParamsSpec {
    /// Most gas that the transactions of a block may ask for.
    pub block_gas_limit: u64,
    /// Longest encoded block in bytes.
    pub block_bytes_max: u32,
    /// Most transactions in a block.
    pub block_txs_max: u32,
    /// Most proofs in a block.
    pub block_proofs_max: u32,
    /// The base fee never falls below this many base units per gas. With `production = true` at least
    /// [`PRODUCTION_BASE_FEE_FLOOR_MIN`](tacit_types::limits::PRODUCTION_BASE_FEE_FLOOR_MIN), and named: the default is for
    /// chains without value.
    pub base_fee_floor: String,
}

impl Default for ParamsSpec {
    fn default() -> Self {
        use tacit_types::limits;
        Self {
            block_gas_limit: limits::BLOCK_GAS_MAX,
            block_bytes_max: u32::try_from(limits::BLOCK_BYTES_MAX).unwrap_or(u32::MAX),
            block_txs_max: u32::try_from(limits::BLOCK_TXS_MAX).unwrap_or(u32::MAX),
            block_proofs_max: u32::try_from(limits::BLOCK_PROOFS_MAX).unwrap_or(u32::MAX),
            base_fee_floor: "1".into(),
        }
    }
}

/// Digests of the verifying keys, 0x-hex, by the statements' names. All of them, or `development = true` for the
/// insecure ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofsSpec {
    /// Use the development keys, whose trapdoor anybody can compute.
    #[serde(default)]
    pub development: bool,
    /// The digest of each statement's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, String>,
    /// Digest over the transcripts of the ceremony that made the keys, 0x-hex; a production chain names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceremony: Option<String>,
}

/// A validator of the first height.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorSpec {
    /// Ed25519 public key, 0x-hex.
    pub public_key: String,
    /// Voting power, above zero.
    pub power: u64,
}

/// A balance at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSpec {
    /// Address on this network.
    pub address: String,
    /// Base units of the native token, decimal.
    pub balance: String,
}

impl ChainSpec {
    /// Parses `text`, which was read from `file`.
    ///
    /// # Errors
    /// [`GenesisError::TooLong`] or [`GenesisError::Syntax`].
    pub fn parse(file: &str, text: &str) -> Result<Self, GenesisError> {
        if text.len() > SPEC_BYTES_MAX {
            return Err(GenesisError::TooLong { file: file.into(), bytes: text.len(), limit: SPEC_BYTES_MAX });
        }
        toml::from_str(text)
            .map_err(|error| GenesisError::Syntax { file: file.into(), reason: error.to_string().trim().into() })
    }

    /// The spec as TOML.
    ///
    /// # Errors
    /// [`GenesisError::Syntax`] when a number does not fit into TOML.
    pub fn to_toml(&self) -> Result<String, GenesisError> {
        toml::to_string(self)
            .map_err(|error| GenesisError::Syntax { file: "new chain spec".into(), reason: error.to_string() })
    }
}
