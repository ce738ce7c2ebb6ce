//! A registered key: from bytes, checked once, prepared for verification.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;

use super::INPUTS_MAX;
use crate::error::ForeignKeyError;
use crate::verify::{KeyPoints, VerifyingKey, in_subgroup};
use crate::words::{self, Fault, G1_BYTES, G2_BYTES};

/// The first byte of a key.
const VERSION: u8 = 1;
/// Version, number of inputs.
const HEAD: usize = 2;

/// Bytes of a key with that many public inputs.
pub(super) const fn length(inputs: usize) -> usize {
    HEAD + G1_BYTES + 3 * G2_BYTES + (inputs + 1) * G1_BYTES
}

/// What a key is known by on the chain: BLAKE3 (derive-key) of its bytes.
pub fn key_hash(bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key("tacit circuits v1 foreign verifying key", bytes)
}

/// A verifying key that passed every check.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    points: KeyPoints,
    hash: [u8; 32],
}

impl ForeignKey {
    /// Reads and checks a key: version (1), number of public inputs (one byte), alpha, beta, gamma, delta, and one IC point
    /// more than inputs.
    ///
    /// # Errors
    /// [`ForeignKeyError`], the first rule that the bytes break in the order of the errors' numbers for each point.
    pub fn decode(bytes: &[u8]) -> Result<Self, ForeignKeyError> {
        let (mut reader, inputs) = Reader::start(bytes)?;
        let points = KeyPoints {
            alpha: reader.g1("alpha")?,
            beta: reader.g2("beta")?,
            gamma: reader.g2("gamma")?,
            delta: reader.g2("delta")?,
            ic: (0..=inputs).map(|_| reader.g1("IC")).collect::<Result<_, _>>()?,
        };
        match points.weakness() {
            Some(weakness) => Err(ForeignKeyError::Weak(weakness)),
            None => Ok(Self { points, hash: key_hash(bytes) }),
        }
    }

    /// Number of public inputs.
    pub fn input_count(&self) -> usize {
        self.points.ic.len() - 1
    }

    /// The hash of the key's bytes.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Computes what all verifications under the key share: the pairing of alpha and beta, the lines of gamma and delta,
    /// multiples of the IC points.
    pub fn prepare(&self) -> PreparedForeignKey {
        PreparedForeignKey { key: VerifyingKey::prepare(&self.points, self.hash) }
    }
}

/// A checked key in the form verification wants: 36 KiB in memory and one more for each public input.
#[derive(Clone, Debug)]
pub struct PreparedForeignKey {
    pub(super) key: VerifyingKey,
}

impl PreparedForeignKey {
    /// Number of public inputs.
    pub fn input_count(&self) -> usize {
        self.key.input_count()
    }

    /// The hash of the key's bytes.
    pub fn hash(&self) -> [u8; 32] {
        self.key.digest()
    }
}

/// Takes points from the front of a key whose length was checked.
struct Reader<'a> {
    rest: &'a [u8],
    found: usize,
}

impl<'a> Reader<'a> {
    fn start(bytes: &'a [u8]) -> Result<(Self, usize), ForeignKeyError> {
        let found = bytes.len();
        let [version, inputs, rest @ ..] = bytes else { return Err(ForeignKeyError::Length { found }) };
        if *version != VERSION {
            return Err(ForeignKeyError::Version { found: *version });
        }
        let inputs = usize::from(*inputs);
        if inputs > INPUTS_MAX {
            return Err(ForeignKeyError::InputCount { found: inputs });
        }
        if found != length(inputs) {
            return Err(ForeignKeyError::Length { found });
        }
        Ok((Self { rest, found }, inputs))
    }

    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], ForeignKeyError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ForeignKeyError::Length { found: self.found })?;
        self.rest = rest;
        Ok(taken)
    }

    fn g1(&mut self, point: &'static str) -> Result<G1Affine, ForeignKeyError> {
        let value = words::g1(self.take()?).map_err(|fault| refuse(fault, point))?;
        if value.is_zero() { Err(ForeignKeyError::Identity { point }) } else { Ok(value) }
    }

    fn g2(&mut self, point: &'static str) -> Result<G2Affine, ForeignKeyError> {
        let value = words::g2(self.take()?).map_err(|fault| refuse(fault, point))?;
        if value.is_zero() {
            return Err(ForeignKeyError::Identity { point });
        }
        if in_subgroup(&value) { Ok(value) } else { Err(ForeignKeyError::Subgroup { point }) }
    }
}

fn refuse(fault: Fault, point: &'static str) -> ForeignKeyError {
    match fault {
        Fault::Coordinate => ForeignKeyError::Coordinate { point },
        Fault::OffCurve => ForeignKeyError::OffCurve { point },
    }
}
