//! What a chain's genesis fixes: limits, prices, pinned verifying keys. Stored in the state, so it is part of the
//! state root.

use crate::bounded::{List, Name};
use crate::limits::{self, VERIFYING_KEYS_MAX};
use crate::{Address, Gas, Network, Price};
use borsh::{BorshDeserialize, BorshSerialize};

/// Parameters of a chain.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChainParams {
    /// Label for people; nothing depends on it.
    pub chain_id: Name,
    /// Kind of network: decides the text form of addresses.
    pub network: Network,
    /// Real value is at stake: development keys are refused.
    pub production: bool,
    /// Most gas that the transactions of a block may ask for.
    pub block_gas_limit: Gas,
    /// Longest encoded block in bytes.
    pub block_bytes_max: u32,
    /// Most transactions in a block.
    pub block_txs_max: u32,
    /// Most proofs in a block.
    pub block_proofs_max: u32,
    /// The base fee never falls below this. A production chain begins with at least
    /// [`limits::PRODUCTION_BASE_FEE_FLOOR_MIN`]; its genesis checks that.
    pub base_fee_floor: Price,
    /// BLAKE3 digests of the verifying keys of all statements, in the order of their numbers.
    pub verifying_key_digests: List<[u8; 32], VERIFYING_KEYS_MAX>,
    /// Who may stop the shielded pool; nobody when absent.
    pub guardian: Option<Address>,
}

/// Why parameters were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} must lie between {min} and {max}")]
pub struct ParamsError {
    /// Which field.
    pub field: &'static str,
    /// Smallest allowed value.
    pub min: u64,
    /// Largest allowed value.
    pub max: u64,
}

impl ChainParams {
    /// Checks every number against the limits that the code can carry.
    ///
    /// # Errors
    /// [`ParamsError`], naming the first field outside its range.
    pub fn check(&self) -> Result<(), ParamsError> {
        let within = |field, value: u64, min: u64, max: u64| {
            if (min..=max).contains(&value) { Ok(()) } else { Err(ParamsError { field, min, max }) }
        };
        within("block_gas_limit", self.block_gas_limit.0, 1_000_000, limits::BLOCK_GAS_MAX)?;
        within("block_bytes_max", self.block_bytes_max.into(), 64 * 1024, limits::BLOCK_BYTES_MAX as u64)?;
        within("block_txs_max", self.block_txs_max.into(), 1, limits::BLOCK_TXS_MAX as u64)?;
        within("block_proofs_max", self.block_proofs_max.into(), 1, limits::BLOCK_PROOFS_MAX as u64)?;
        within("base_fee_floor", self.base_fee_floor.0, 1, 1 << 40)
    }

    /// Gas at which a block is exactly full enough for the base fee to stay: half of the limit.
    #[must_use]
    pub const fn gas_target(&self) -> Gas {
        Gas(self.block_gas_limit.0 >> 1)
    }
}
