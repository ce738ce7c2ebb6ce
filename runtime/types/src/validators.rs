//! Validator sets and who proposes when.

use crate::bounded::List;
use crate::limits::{TOTAL_POWER_MAX, VALIDATORS_MAX};
use crate::{Address, Height, Power, PublicKey, Round, ValidatorsHash, codec};
use alloc::vec::Vec;
use borsh::{BorshDeserialize, BorshSerialize};

/// One validator.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Validator {
    /// Key that signs votes.
    pub public_key: PublicKey,
    /// Voting power, above zero.
    pub power: Power,
}

impl Validator {
    /// Where the validator's tips go and how consensus names it.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of_key(&self.public_key)
    }
}

/// A checked set: 1 to 128 validators, highest power first, then by key; no key twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatorSet {
    validators: List<Validator, VALIDATORS_MAX>,
    total: Power,
}

/// Why a set was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValidatorSetError {
    /// No validator.
    #[error("a validator set needs at least one validator")]
    Empty,
    /// Too many.
    #[error("a validator set has at most 128 validators")]
    TooMany,
    /// A validator without power.
    #[error("every validator needs voting power above zero")]
    ZeroPower,
    /// The powers add up to too much.
    #[error("the total voting power must stay at or below 2^60")]
    TotalPower,
    /// A key occurs twice.
    #[error("a validator key occurs twice")]
    Duplicate,
    /// Encoded set is not in canonical order.
    #[error("the validators are not in canonical order")]
    Order,
}

impl ValidatorSet {
    /// Sorts and checks `validators`.
    ///
    /// # Errors
    /// [`ValidatorSetError`].
    pub fn new(mut validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        validators.sort_by(|a, b| b.power.cmp(&a.power).then(a.public_key.cmp(&b.public_key)));
        let mut keys: Vec<PublicKey> = validators.iter().map(|validator| validator.public_key).collect();
        keys.sort_unstable();
        if keys.iter().zip(keys.iter().skip(1)).any(|(a, b)| a == b) {
            return Err(ValidatorSetError::Duplicate);
        }
        let mut total = Power::ZERO;
        for validator in &validators {
            if validator.power == Power::ZERO {
                return Err(ValidatorSetError::ZeroPower);
            }
            total = total.checked_add(validator.power).ok_or(ValidatorSetError::TotalPower)?;
        }
        if total.0 > TOTAL_POWER_MAX {
            return Err(ValidatorSetError::TotalPower);
        }
        if validators.is_empty() {
            return Err(ValidatorSetError::Empty);
        }
        let validators = List::new(validators).map_err(|_| ValidatorSetError::TooMany)?;
        Ok(Self { validators, total })
    }

    /// The validators in canonical order.
    #[must_use]
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// Validator `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Validator> {
        self.validators.get(index)
    }

    /// Index of the validator with `address`.
    #[must_use]
    pub fn index_of(&self, address: &Address) -> Option<usize> {
        self.validators.iter().position(|validator| validator.address() == *address)
    }

    /// How many validators; never zero.
    #[must_use]
    pub fn len(&self) -> usize {
        self.validators.len()
    }

    /// Always false; here because a length asks for it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.validators.is_empty()
    }

    /// All power together.
    #[must_use]
    pub const fn total_power(&self) -> Power {
        self.total
    }

    /// Hash for headers.
    #[must_use]
    pub fn hash(&self) -> ValidatorsHash {
        ValidatorsHash::of(&[&codec::encode(self)])
    }

    /// Who proposes in `round` of `height`: a weighted choice without replacement.
    ///
    /// The heights walk through the power line in steps of the golden ratio, which spreads each validator's turns
    /// evenly and in proportion to its power; within a height a validator that had a round is left out until all
    /// had one, so that one dead proposer costs one round.
    #[must_use]
    pub fn proposer(&self, height: Height, round: Round) -> &Validator {
        let mut remaining: Vec<&Validator> = self.validators.iter().collect();
        let count = u32::try_from(remaining.len()).unwrap_or(u32::MAX).max(1);
        let turns = round.0.checked_rem(count).unwrap_or(0);
        let mut point = height.0.wrapping_mul(GOLDEN_STEP);
        for _ in 0..turns {
            let out = pick(&remaining, point);
            remaining.remove(out);
            point = point.wrapping_add(GOLDEN_STEP);
        }
        let index = pick(&remaining, point);
        // `pick` gives an index inside a list that is never empty, because fewer are taken out than there are.
        remaining.get(index).or(remaining.first()).copied().unwrap_or(&NOBODY)
    }
}

/// Stands in where a non-empty set guarantees a proposer; unreachable.
static NOBODY: Validator = Validator { public_key: PublicKey([0; 32]), power: Power(0) };

/// 2^64 divided by the golden ratio.
const GOLDEN_STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Index of the validator whose stretch of the power line holds `point / 2^64` of the whole.
fn pick(validators: &[&Validator], point: u64) -> usize {
    let total = validators.iter().fold(0u64, |sum, validator| sum.saturating_add(validator.power.0));
    let target = (u128::from(point).saturating_mul(u128::from(total))) >> 64;
    let mut reached = 0u128;
    for (index, validator) in validators.iter().enumerate() {
        reached = reached.saturating_add(u128::from(validator.power.0));
        if target < reached {
            return index;
        }
    }
    0
}

impl BorshSerialize for ValidatorSet {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
        self.validators.serialize(writer)
    }
}

impl BorshDeserialize for ValidatorSet {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        let list = List::<Validator, VALIDATORS_MAX>::deserialize_reader(reader)?.into_vec();
        let refuse = |error: ValidatorSetError| {
            borsh::io::Error::new(borsh::io::ErrorKind::InvalidData, alloc::format!("{error}"))
        };
        let set = Self::new(list.clone()).map_err(refuse)?;
        if set.validators() != list.as_slice() {
            return Err(refuse(ValidatorSetError::Order));
        }
        Ok(set)
    }
}
