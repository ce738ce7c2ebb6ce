//! Validator sets for the engine: the shared set plus decoded keys.

use super::{CtxAddress, TacitContext};
use crate::malachite::{self, PublicKey, VotingPower};
use std::sync::Arc;
use tacit_types::{Address, Height, Round, ValidatorSet};

/// One validator with its decoded key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CtxValidator {
    address: CtxAddress,
    public_key: PublicKey,
    power: VotingPower,
}

/// A whole set in the canonical order of the shared type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CtxValidatorSet {
    shared: Arc<ValidatorSet>,
    validators: Arc<[CtxValidator]>,
}

/// A key in the validator set is not a point on the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("validator {index} of the set has a public key that is not an Ed25519 point")]
pub(crate) struct BadValidatorKey {
    index: usize,
}

impl CtxValidatorSet {
    /// Decodes the keys of `shared`.
    ///
    /// # Errors
    /// [`BadValidatorKey`]: the state admitted a key that can never sign.
    pub(crate) fn new(shared: Arc<ValidatorSet>) -> Result<Self, BadValidatorKey> {
        let decode = |(index, validator): (usize, &tacit_types::Validator)| {
            let public_key = PublicKey::from_bytes(validator.public_key.0).map_err(|_| BadValidatorKey { index })?;
            Ok(CtxValidator { address: CtxAddress(validator.address()), public_key, power: validator.power.0 })
        };
        let validators = shared.validators().iter().enumerate().map(decode).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { shared, validators: validators.into() })
    }

    /// The shared set.
    pub(crate) fn shared(&self) -> &Arc<ValidatorSet> {
        &self.shared
    }

    /// The validator with `address`.
    pub(crate) fn by_address(&self, address: &Address) -> Option<&CtxValidator> {
        self.validators.iter().find(|validator| validator.address.0 == *address)
    }

    /// Who proposes; decided by the shared set, so that every part of the node agrees.
    pub(crate) fn proposer(&self, height: Height, round: Round) -> &CtxValidator {
        let address = self.shared.proposer(height, round).address();
        // The shared set is never empty and its proposer is one of its members.
        self.by_address(&address).unwrap_or(&self.validators[0])
    }
}

impl CtxValidator {
    /// The decoded key.
    pub(crate) const fn key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The address.
    pub(crate) const fn addr(&self) -> Address {
        self.address.0
    }
}

impl malachite::Validator<TacitContext> for CtxValidator {
    fn address(&self) -> &CtxAddress {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    fn voting_power(&self) -> VotingPower {
        self.power
    }
}

impl malachite::ValidatorSet<TacitContext> for CtxValidatorSet {
    fn count(&self) -> usize {
        self.validators.len()
    }

    fn total_voting_power(&self) -> VotingPower {
        self.shared.total_power().0
    }

    fn get_by_address(&self, address: &CtxAddress) -> Option<&CtxValidator> {
        self.by_address(&address.0)
    }

    fn get_by_index(&self, index: usize) -> Option<&CtxValidator> {
        self.validators.get(index)
    }
}
