//! Many spend signatures at once, with the verdicts of single verification.
//!
//! With random 128-bit factors `z_i`, all signatures of a set hold if (and but for a chance of 2^-128 only if)
//! `8 sum z_i (S_i B - R_i - c_i rk_i)` is the identity: one multi-scalar multiplication. Multiplied by the cofactor, every
//! term lies in the group of prime order, so that components of small order neither help nor hurt. A set that fails is
//! halved until the bad signatures stand alone.

use ark_ec::VariableBaseMSM;
use ark_ec::twisted_edwards::TECurveConfig;
use ark_ed_on_bn254::{EdwardsConfig, EdwardsProjective, Fr as Scalar};
use ark_ff::{AdditiveGroup, Zero};

use super::signature::{Claim, times_cofactor};
use crate::error::Reject;
use crate::verify::Verdict;

/// Below this many, single verification costs about the same.
const SINGLE: usize = 2;

/// One signature to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendItem {
    /// The key, encoded.
    pub key: [u8; 32],
    /// What was signed.
    pub message: [u8; 32],
    /// `R` and `S`.
    pub signature: [u8; 64],
}

/// Checks many signatures; the answers stand in the order of the items and equal those of [`super::verify`]. `seed` feeds
/// the random factors as in [`crate::verify_batch`].
pub fn verify_batch(items: &[SpendItem], seed: [u8; 32]) -> Vec<Verdict> {
    let mut verdicts = vec![Ok(()); items.len()];
    let mut read = Vec::with_capacity(items.len());
    for (index, (item, factor)) in items.iter().zip(factors(items, seed)).enumerate() {
        match Claim::read(&item.key, &item.message, &item.signature) {
            Ok(claim) => read.push(Weighted { index, factor, claim }),
            Err(reject) => verdicts[index] = Err(reject),
        }
    }
    settle(&read, &mut verdicts);
    verdicts
}

struct Weighted {
    /// Place in the batch.
    index: usize,
    factor: Scalar,
    claim: Claim,
}

/// Finds the signatures that do not hold.
fn settle(set: &[Weighted], verdicts: &mut [Verdict]) {
    if set.len() < SINGLE {
        for item in set.iter().filter(|item| !item.claim.holds()) {
            verdicts[item.index] = Err(Reject::Signature);
        }
        return;
    }
    if !sum_holds(set) {
        let (first, second) = set.split_at(set.len() / 2);
        settle(first, verdicts);
        settle(second, verdicts);
    }
}

fn sum_holds(set: &[Weighted]) -> bool {
    let (mut points, mut scalars) = (Vec::with_capacity(2 * set.len() + 1), Vec::with_capacity(2 * set.len() + 1));
    let mut base_factor = Scalar::ZERO;
    for Weighted { factor, claim, .. } in set {
        base_factor += *factor * claim.response;
        points.extend([claim.commitment, claim.key]);
        scalars.extend([-*factor, -*factor * claim.challenge]);
    }
    points.push(EdwardsConfig::GENERATOR);
    scalars.push(base_factor);
    // The lengths are equal by construction; anything else would be refused as a false batch.
    EdwardsProjective::msm(&points, &scalars).is_ok_and(|sum| times_cofactor(sum).is_zero())
}

/// One factor per item, bound to the seed and to everything that is verified; never zero.
fn factors(items: &[SpendItem], seed: [u8; 32]) -> Vec<Scalar> {
    let mut hasher = blake3::Hasher::new_derive_key("tacit circuits v1 spend batch factors");
    hasher.update(&seed);
    hasher.update(&(items.len() as u64).to_le_bytes());
    for item in items {
        hasher.update(&item.key);
        hasher.update(&item.message);
        hasher.update(&item.signature);
    }
    let mut stream = hasher.finalize_xof();
    let mut next = || {
        let mut bytes = [0u8; 16];
        stream.fill(&mut bytes);
        Scalar::from(u128::from_le_bytes(bytes).max(1))
    };
    items.iter().map(|_| next()).collect()
}
