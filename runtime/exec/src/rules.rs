//! What is fixed for the life of a chain and needed to judge a transaction alone.

use std::sync::Arc;
use tacit_circuits::{Statement, VerifyingKeys};
use tacit_types::{ChainParams, GenesisId};

/// The chain's fixed rules: its id, parameters and verifying keys.
///
/// A verdict on a transaction depends on nothing else, so a cache of verdicts belongs to exactly one of these.
#[derive(Clone)]
pub struct Rules {
    /// The chain.
    pub genesis_id: GenesisId,
    /// Its parameters.
    pub params: ChainParams,
    /// Keys of the native statements; their digests equal those in the parameters.
    pub keys: Arc<VerifyingKeys>,
}

/// The verifying keys at hand are not the ones that genesis pins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the verifying key of statement `{statement}` has another digest than genesis pins; install this chain's keys")]
pub struct KeyMismatch {
    /// Which statement.
    pub statement: &'static str,
}

impl Rules {
    /// Rules of the chain `genesis_id`.
    ///
    /// # Errors
    /// [`KeyMismatch`] when a key is not the pinned one.
    pub fn new(genesis_id: GenesisId, params: ChainParams, keys: Arc<VerifyingKeys>) -> Result<Self, KeyMismatch> {
        let mut pinned = params.verifying_key_digests.iter();
        for statement in Statement::ALL.iter().copied() {
            if pinned.next() != Some(&keys.digest(statement)) {
                return Err(KeyMismatch { statement: statement.name() });
            }
        }
        Ok(Self { genesis_id, params, keys })
    }
}
