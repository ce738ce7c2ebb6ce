//! A verifying key that has been checked, and single verification under it.
//!
//! The byte form is arkworks' compressed one: alpha (32 bytes), beta, gamma, delta (64 each), the number of IC points
//! (8 bytes, little-endian), the IC points (32 each): one more than there are public inputs. Loading refuses what would let
//! anyone forge: a key without a phase-2 contribution (delta equal to gamma or to the generator), any two of beta, gamma
//! and delta equal or opposite, and the identity anywhere.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::{MillerLoopOutput, Pairing, PairingOutput};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;

use super::decode::{self, Encoded};
use super::lockstep::{FixedLines, Place, mixed_product};
use super::multiples::{self, Multiples};
use super::{ProofBytes, Verdict, miller};
use crate::error::{Reject, Weakness};
use crate::field::FieldBytes;

/// Bytes before the IC points.
const HEAD: usize = 32 + 3 * 64 + 8;

/// The points of a key, each on its curve, in its subgroup and not the identity.
#[derive(Clone, Debug)]
pub(crate) struct KeyPoints {
    pub alpha: G1Affine,
    pub beta: G2Affine,
    pub gamma: G2Affine,
    pub delta: G2Affine,
    /// One more than there are public inputs.
    pub ic: Vec<G1Affine>,
}

impl KeyPoints {
    /// With two of beta, gamma and delta related by a known factor a proof can be computed from the key alone, for any
    /// inputs. The factors 1 and -1 are the ones an unfinished or broken setup leaves behind.
    pub(crate) fn weakness(&self) -> Option<Weakness> {
        let related = |a: &G2Affine, b: &G2Affine| a == b || *a == -*b;
        let Self { beta, gamma, delta, .. } = self;
        if related(delta, gamma) {
            Some(Weakness::DeltaGamma)
        } else if related(delta, &G2Affine::generator()) {
            Some(Weakness::DeltaGenerator)
        } else if related(beta, gamma) || related(beta, delta) {
            Some(Weakness::Beta)
        } else {
            None
        }
    }
}

/// A checked verifying key, prepared for verification: 36 KiB in memory and one more for each public input.
#[derive(Clone)]
pub struct VerifyingKey {
    pub(super) alpha: Multiples,
    /// One point per public input, after the constant's.
    pub(super) ic: Vec<Multiples>,
    /// The lines of minus beta, gamma and delta.
    pub(super) fixed: [FixedLines; 3],
    alpha_beta: PairingOutput<Bn254>,
    digest: [u8; 32],
}

impl VerifyingKey {
    /// The most public inputs a key may have.
    pub const MAX_INPUTS: usize = 32;
    /// The longest key in bytes.
    pub const MAX_BYTES: usize = HEAD + 32 * (Self::MAX_INPUTS + 1);

    /// Reads and checks a key.
    ///
    /// # Errors
    /// [`Reject::Key`] with what is wrong, or the reason why a point was refused.
    pub fn load(bytes: &[u8]) -> Result<Self, Reject> {
        let malformed = |why| Reject::Key { why };
        let (head, ic) = bytes.split_at_checked(HEAD).ok_or(malformed("it is too short"))?;
        let (points, count) = head.split_at(HEAD - 8);
        let count = u64::from_le_bytes(count.try_into().map_err(|_| malformed("it is too short"))?);
        let (ic, rest) = ic.as_chunks::<32>();
        if ic.is_empty() || ic.len() > Self::MAX_INPUTS + 1 {
            return Err(malformed("it must have 0 to 32 public inputs"));
        }
        if count != ic.len() as u64 || !rest.is_empty() {
            return Err(malformed("its length does not fit its number of IC points"));
        }
        let [alpha, points @ ..] = points.as_chunks::<32>().0 else { return Err(malformed("it is too short")) };
        let [beta0, beta1, gamma0, gamma1, delta0, delta1] = points else {
            return Err(malformed("it is too short"));
        };
        let points = KeyPoints {
            beta: subgroup_point(*beta0, *beta1, "beta")?,
            gamma: subgroup_point(*gamma0, *gamma1, "gamma")?,
            delta: subgroup_point(*delta0, *delta1, "delta")?,
            alpha: decode::g1(*alpha, "alpha")?,
            ic: ic.iter().map(|bytes| decode::g1(*bytes, "IC")).collect::<Result<Vec<_>, _>>()?,
        };
        match points.weakness() {
            Some(weakness) => Err(Reject::Key { why: weakness.why() }),
            None => Ok(Self::prepare(&points, digest_of(bytes))),
        }
    }

    /// The key of points that passed every check.
    pub(crate) fn prepare(points: &KeyPoints, digest: [u8; 32]) -> Self {
        let KeyPoints { alpha, beta, gamma, delta, ic } = points;
        Self {
            alpha: Multiples::of(alpha),
            ic: ic.iter().map(Multiples::of).collect(),
            fixed: [-*beta, -*gamma, -*delta].each_ref().map(FixedLines::of),
            alpha_beta: Bn254::pairing(alpha, beta),
            digest,
        }
    }

    /// Number of public inputs the key takes.
    pub fn input_count(&self) -> usize {
        self.ic.len() - 1
    }

    /// BLAKE3 (derive-key) of the key's bytes; genesis pins this.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Verifies one proof: one Miller loop of three pairs and a final exponentiation.
    ///
    /// # Errors
    /// The reason for refusing it.
    pub fn verify(&self, inputs: &[FieldBytes], proof: &ProofBytes) -> Verdict {
        self.verify_encoded(inputs, Encoded::Compressed(proof))
    }

    /// Verifies a proof in either form.
    pub(crate) fn verify_encoded(&self, inputs: &[FieldBytes], proof: Encoded<'_>) -> Verdict {
        let inputs = self.read_inputs(inputs)?;
        let points = proof.points()?;
        let b = miller::lines(&points.b).ok_or(Reject::Subgroup { point: "B" })?;
        let combined = self.combine(&inputs).into_affine();
        // Only who knows the key's secret finds inputs that cancel; such a proof is judged by the pairs that are left.
        let fixed = [(combined, &self.fixed[1]), (points.c, &self.fixed[2])].into_iter();
        let (places, lines): (Vec<_>, Vec<_>) = fixed.filter(|(point, _)| !point.is_zero()).unzip();
        let fixed: Vec<_> = Place::of(&places).into_iter().zip(lines).collect();
        match Bn254::final_exponentiation(MillerLoopOutput(mixed_product(&points.a, &b, &fixed))) {
            Some(result) if result == self.alpha_beta => Ok(()),
            _ => Err(Reject::Invalid),
        }
    }

    /// Checks the number of inputs and reads them.
    pub(super) fn read_inputs(&self, inputs: &[FieldBytes]) -> Result<Vec<Fr>, Reject> {
        if inputs.len() != self.input_count() {
            return Err(Reject::InputCount { expected: self.input_count(), found: inputs.len() });
        }
        inputs.iter().map(|input| input.to_field("public input")).collect()
    }

    /// `IC_0 + sum of input_j * IC_j`.
    fn combine(&self, inputs: &[Fr]) -> G1Projective {
        multiples::sum(self.ic.iter().zip(core::iter::once(Fr::ONE).chain(inputs.iter().copied())))
    }
}

impl core::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "VerifyingKey({} inputs, ", self.input_count())?;
        self.digest[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("..)")
    }
}

/// The digest of a key's bytes.
pub(crate) fn digest_of(bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key("tacit circuits v1 verifying key", bytes)
}

fn subgroup_point(c0: [u8; 32], c1: [u8; 32], point: &'static str) -> Result<G2Affine, Reject> {
    let value = decode::g2(c0, c1, point)?;
    miller::lines(&value).map(|_| value).ok_or(Reject::Subgroup { point })
}
