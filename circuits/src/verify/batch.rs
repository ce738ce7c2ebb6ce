//! Many proofs in one pairing product, with the verdicts of single verification.
//!
//! With random factors `r_i`, all proofs of a set hold if (and but for a chance of 2^-128 only if)
//! `prod e(r_i A_i, B_i) = prod over keys of e(R alpha, beta) e(sum_j S_j IC_j, gamma) e(sum r_i C_i, delta)`, where
//! `R = sum r_i` and `S_j = sum r_i x_ij`: one Miller pair per proof, three per key, one final exponentiation.
//!
//! The left side is computed once, in chunks of sixteen proofs, and many chunks take the steps of the Miller loop together
//! (see [`super::lockstep`]). When a set fails with the error `e`, its product is computed once more, the k-th chunk raised
//! to the power k: when chunk k alone is bad, that gives `e^k`, and but for a chance of 2^-120 only then. The same finds the
//! bad proof in its chunk. So one bad proof among many costs two products, its chunk's left sides one by one, and one single
//! verification. Where several chunks are bad the set is halved, and after a few bad proofs all that is left of a failing
//! set is verified one by one, thus a batch of only bad proofs costs little more than singles would.
//!
//! Factors are `a + b * lambda` with 64-bit a and b, lambda being the eigenvalue of G1's endomorphism: 2^128 distinct
//! values at half the doublings. They come from BLAKE3 over the caller's seed and every key, input and proof.

use std::num::NonZeroUsize;

use ark_bn254::{Bn254, Fq12, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::{MillerLoopOutput, Pairing, PairingOutput};
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{AdditiveGroup, Field, Zero};

use super::decode::{self, Encoded};
use super::key::VerifyingKey;
use super::lockstep::{Place, fixed_product, products};
use super::{ProofBytes, Verdict, multiples};
use crate::error::Reject;
use crate::field::FieldBytes;
use crate::msm::{self, Half, Halves};

/// Proofs per stored left side.
const CHUNK: usize = 16;

/// Proofs that take the steps of the Miller loop together.
const BLOCK: usize = 4 * CHUNK;

/// Bad proofs after which a failing set is verified one by one: where many are bad, more products gain nothing.
const MANY: usize = 4;

/// A proof with its public inputs and the key to verify it under.
#[derive(Clone, Copy, Debug)]
pub struct KeyedItem<'a> {
    /// The key.
    pub key: &'a VerifyingKey,
    /// The public inputs in the key's order.
    pub inputs: &'a [FieldBytes],
    /// The proof.
    pub proof: &'a ProofBytes,
}

/// Verifies items under any keys on up to `threads` threads; see [`super::verify_batch`] for the seed.
pub fn verify_batch_with_keys(items: &[KeyedItem<'_>], seed: [u8; 32], threads: usize) -> Vec<Verdict> {
    let items: Vec<_> = items
        .iter()
        .map(|item| Item { key: item.key, inputs: item.inputs, proof: Encoded::Compressed(item.proof) })
        .collect();
    verify_items(&items, seed, threads)
}

/// A proof in either form.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    pub key: &'a VerifyingKey,
    pub inputs: &'a [FieldBytes],
    pub proof: Encoded<'a>,
}

/// Verifies items of either form; see [`super::verify_batch`] for the seed.
pub(crate) fn verify_items(items: &[Item<'_>], seed: [u8; 32], threads: usize) -> Vec<Verdict> {
    match items {
        // Nothing to pair: the equation of an empty batch would still cost a final exponentiation.
        [] => return Vec::new(),
        [item] => return vec![item.key.verify_encoded(item.inputs, item.proof)],
        _ => {}
    }
    let factors = factors(items, seed);
    let mut verdicts = Vec::with_capacity(items.len());
    let mut chunks = Vec::new();
    for result in left_sides(items, &factors, threads) {
        verdicts.extend(result.verdicts);
        chunks.extend(result.chunks);
    }
    let mut settlement = Settlement { items, verdicts, found: 0 };
    let error = product(items, chunks.iter().map(|chunk| (chunk, 1)));
    settlement.settle(&chunks, error);
    settlement.verdicts
}

/// A random factor `low + high * lambda`.
#[derive(Clone, Copy)]
struct Factor {
    low: u64,
    high: u64,
}

impl Factor {
    fn scalar(self) -> Fr {
        Fr::from(self.low) + Fr::from(self.high) * <ark_bn254::g1::Config as GLVConfig>::LAMBDA
    }

    /// The factor times a small power, halved.
    fn halves(self, power: u64) -> Halves {
        [self.low, self.high].map(|half| Half::from(u128::from(half) * u128::from(power)))
    }

    /// The factor times a point: one run of 64 doublings for both halves.
    fn times(self, point: G1Affine) -> G1Projective {
        let image = <ark_bn254::g1::Config as GLVConfig>::endomorphism_affine(&point);
        let (low, high) = (odd_multiples(point), odd_multiples(image));
        let (low_digits, high_digits) = (signed_digits(self.low), signed_digits(self.high));
        let mut sum = G1Projective::ZERO;
        for (low_digit, high_digit) in low_digits.iter().zip(&high_digits).rev() {
            sum.double_in_place();
            add_multiple(&mut sum, &low, *low_digit);
            add_multiple(&mut sum, &high, *high_digit);
        }
        sum
    }
}

/// P, 3P, 5P, 7P.
fn odd_multiples(point: G1Affine) -> [G1Projective; 4] {
    let one = G1Projective::from(point);
    let two = one.double();
    let three = two + point;
    let five = three + two;
    [one, three, five, five + two]
}

fn add_multiple(sum: &mut G1Projective, multiples: &[G1Projective; 4], digit: i8) {
    let multiple = multiples[usize::from(digit.unsigned_abs() / 2)];
    match digit {
        0 => {}
        1.. => *sum += multiple,
        _ => *sum -= multiple,
    }
}

/// The width-4 non-adjacent form: odd digits between -7 and 7, lowest first.
fn signed_digits(number: u64) -> [i8; 66] {
    let mut digits = [0i8; 66];
    let mut rest = u128::from(number);
    for digit in &mut digits {
        if rest & 1 == 1 {
            let low = (rest & 15) as u8;
            if low < 8 {
                *digit = low.cast_signed();
                rest -= u128::from(low);
            } else {
                *digit = low.cast_signed() - 16;
                rest += u128::from(16 - low);
            }
        }
        rest >>= 1;
    }
    digits
}

/// One factor per item, bound to the seed and to everything that is verified.
fn factors(items: &[Item<'_>], seed: [u8; 32]) -> Vec<Factor> {
    let mut hasher = blake3::Hasher::new_derive_key("tacit circuits v1 batch factors");
    hasher.update(&seed);
    hasher.update(&(items.len() as u64).to_le_bytes());
    for item in items {
        hasher.update(&item.key.digest());
        hasher.update(&(item.inputs.len() as u64).to_le_bytes());
        for input in item.inputs {
            hasher.update(&input.0);
        }
        hasher.update(&(item.proof.bytes().len() as u64).to_le_bytes());
        hasher.update(item.proof.bytes());
    }
    let mut stream = hasher.finalize_xof();
    let mut next = || {
        let mut bytes = [0u8; 8];
        stream.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    };
    // Zero would drop a proof from the sum; it is as unlikely as any value, and replaced.
    items
        .iter()
        .map(|_| Factor { low: next(), high: next() })
        .map(|factor| match factor {
            Factor { low: 0, high: 0 } => Factor { low: 1, high: 0 },
            factor => factor,
        })
        .collect()
}

/// A proof that decoded, waiting for the product.
#[derive(Clone)]
struct Decoded {
    /// Place in the batch.
    index: usize,
    inputs: Vec<Fr>,
    /// The factor times A.
    a: Place,
    b: G2Affine,
    c: G1Affine,
    factor: Factor,
}

/// Up to sixteen decoded proofs and the Miller loop over their `(r_i A_i, B_i)`.
struct Chunk {
    proofs: Vec<Decoded>,
    left: Fq12,
}

struct BlockResult {
    /// One per item of the block; the decoded ones are settled later.
    verdicts: Vec<Verdict>,
    chunks: Vec<Chunk>,
}

/// Decodes all proofs and computes all left sides, chunks spread over threads, results in order.
fn left_sides(items: &[Item<'_>], factors: &[Factor], threads: usize) -> Vec<BlockResult> {
    let chunk_count = items.len().div_ceil(CHUNK);
    let threads = NonZeroUsize::new(threads.min(chunk_count)).unwrap_or(NonZeroUsize::MIN);
    let share = chunk_count.div_ceil(threads.get()) * CHUNK;
    let work = move |first: usize, items: &[Item<'_>], factors: &[Factor]| -> Vec<BlockResult> {
        let parts = items.chunks(BLOCK).zip(factors.chunks(BLOCK)).enumerate();
        parts.map(|(part, (items, factors))| left_side(first + part * BLOCK, items, factors)).collect()
    };
    if share >= items.len() {
        return work(0, items, factors);
    }
    std::thread::scope(|scope| {
        let shares = items.chunks(share).zip(factors.chunks(share)).enumerate();
        let started: Vec<_> = shares
            .map(|(part, (items, factors))| {
                let work = move || work(part * share, items, factors);
                // Where the system has no thread left, this one does the work.
                std::thread::Builder::new().spawn_scoped(scope, work).map_err(|_| work)
            })
            .collect();
        let joined = started.into_iter().map(|share| match share.map(|thread| thread.join()) {
            Ok(Ok(results)) => results,
            // A panic in the arithmetic is a defect; hiding it here would turn it into a wrong verdict.
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(work) => work(),
        });
        joined.flatten().collect()
    })
}

fn left_side(first: usize, items: &[Item<'_>], factors: &[Factor]) -> BlockResult {
    let mut verdicts = Vec::with_capacity(items.len());
    let mut decoded = Vec::with_capacity(items.len());
    for (offset, (item, factor)) in items.iter().zip(factors).enumerate() {
        let parts = decode_item(item);
        verdicts.push(parts.as_ref().map(|_| ()).map_err(Clone::clone));
        decoded.extend(parts.into_iter().map(|(inputs, points)| (first + offset, inputs, points, *factor)));
    }
    let scaled: Vec<_> = decoded.iter().map(|(_, _, points, factor)| factor.times(points.a)).collect();
    let places = Place::of(&G1Projective::normalize_batch(&scaled));
    let proofs = decoded.into_iter().zip(places).map(|((index, inputs, points, factor), a)| {
        let decode::Points { b, c, .. } = points;
        Decoded { index, inputs, a, b, c, factor }
    });
    let (chunks, outside) = chunks_of(proofs.collect(), CHUNK);
    for index in outside {
        verdicts[index - first] = Err(Reject::Subgroup { point: "B" });
    }
    BlockResult { verdicts, chunks }
}

/// Left sides of proofs in chunks of `size`. Proofs whose B lies outside the subgroup are left out; their places in the
/// batch are returned. Each costs its chunk's left side once more.
fn chunks_of(proofs: Vec<Decoded>, size: usize) -> (Vec<Chunk>, Vec<usize>) {
    let pairs = |proofs: &[Decoded]| -> (Vec<Place>, Vec<G2Affine>) {
        (proofs.iter().map(|proof| proof.a).collect(), proofs.iter().map(|proof| proof.b).collect())
    };
    let (places, points) = pairs(&proofs);
    let (lefts, sound) = products(&places, points, size);
    let (mut chunks, mut outside) = (Vec::with_capacity(lefts.len()), Vec::new());
    for ((proofs, sound), mut left) in proofs.chunks(size).zip(sound.chunks(size)).zip(lefts) {
        let (mut kept, mut dropped) = (Vec::with_capacity(proofs.len()), false);
        for (proof, sound) in proofs.iter().zip(sound) {
            if *sound {
                kept.push(proof.clone());
            } else {
                outside.push(proof.index);
                dropped = true;
            }
        }
        if dropped {
            let (places, points) = pairs(&kept);
            left = products(&places, points, size).0.first().copied().unwrap_or(Fq12::ONE);
        }
        if !kept.is_empty() {
            chunks.push(Chunk { proofs: kept, left });
        }
    }
    (chunks, outside)
}

/// The checks of single verification, in the same order, so that a refusal has the same reason; all but the subgroup's,
/// which comes last.
fn decode_item(item: &Item<'_>) -> Result<(Vec<Fr>, decode::Points), Reject> {
    let inputs = item.key.read_inputs(item.inputs)?;
    Ok((inputs, item.proof.points()?))
}

/// Finds the proofs that do not hold.
struct Settlement<'a> {
    items: &'a [Item<'a>],
    verdicts: Vec<Verdict>,
    /// Bad proofs found so far, those that did not decode not counted.
    found: usize,
}

/// What a product differs from one by; `None` for no difference.
type Deviation = Option<PairingOutput<Bn254>>;

impl Settlement<'_> {
    /// Settles a set whose product is known.
    fn settle(&mut self, chunks: &[Chunk], error: Deviation) {
        let Some(error) = error else { return };
        if self.found >= MANY {
            return chunks.iter().for_each(|chunk| self.one_by_one(chunk));
        }
        if let Some(bad) = self.only_bad(chunks, error) {
            return self.settle_chunk(bad, error);
        }
        let (first, second) = chunks.split_at(chunks.len() / 2);
        let first_error = product(self.items, first.iter().map(|chunk| (chunk, 1)));
        // The product of the whole is that of both halves.
        let second_error = Some(error - first_error.unwrap_or_default()).filter(|error| !error.is_zero());
        self.settle(first, first_error);
        self.settle(second, second_error);
    }

    /// The chunk that alone makes a set fail, if there is such a one.
    fn only_bad<'c>(&self, chunks: &'c [Chunk], error: PairingOutput<Bn254>) -> Option<&'c Chunk> {
        if let [chunk] = chunks {
            return Some(chunk);
        }
        let raised = product(self.items, chunks.iter().zip(1..))?;
        let mut power = error;
        chunks.iter().find(|_| {
            let found = power == raised;
            power += error;
            found
        })
    }

    /// Settles a chunk that fails.
    fn settle_chunk(&mut self, chunk: &Chunk, error: PairingOutput<Bn254>) {
        let (single, _) = chunks_of(chunk.proofs.clone(), 1);
        match self.only_bad(&single, error).map(|chunk| &chunk.proofs[..]) {
            Some([proof]) if self.verify(proof).is_err() => {}
            _ => self.one_by_one(chunk),
        }
    }

    fn one_by_one(&mut self, chunk: &Chunk) {
        for proof in &chunk.proofs {
            let _ = self.verify(proof);
        }
    }

    /// The verdict that counts, for every proof that is refused.
    fn verify(&mut self, proof: &Decoded) -> Verdict {
        let item = &self.items[proof.index];
        let verdict = item.key.verify_encoded(item.inputs, item.proof);
        self.found += usize::from(verdict.is_err());
        self.verdicts[proof.index] = verdict.clone();
        verdict
    }
}

/// The part of the right side that belongs to one key.
struct KeySum<'a> {
    key: &'a VerifyingKey,
    /// `sum r_i`, then `sum r_i x_ij` for every input.
    scalars: Vec<Fr>,
    c_terms: Vec<(G1Affine, Halves)>,
}

/// The product over all proofs of these chunks, each chunk raised to a power.
fn product<'c>(items: &[Item<'_>], chunks: impl Iterator<Item = (&'c Chunk, u64)>) -> Deviation {
    let mut left = Fq12::ONE;
    let mut sums: Vec<KeySum<'_>> = Vec::new();
    for (chunk, power) in chunks {
        left *= chunk.left.pow([power]);
        for proof in &chunk.proofs {
            let key = items[proof.index].key;
            let place = sums.iter().position(|sum| core::ptr::eq(sum.key, key)).unwrap_or(sums.len());
            if place == sums.len() {
                sums.push(KeySum::new(key));
            }
            sums[place].add(proof, power);
        }
    }
    let points: Vec<G1Projective> = sums.iter().flat_map(KeySum::points).collect();
    let lines = sums.iter().flat_map(|sum| &sum.key.fixed);
    // A sum that is the identity contributes nothing.
    let affine = G1Projective::normalize_batch(&points).into_iter().zip(lines);
    let (points, lines): (Vec<_>, Vec<_>) = affine.filter(|(point, _)| !point.is_zero()).unzip();
    let right = fixed_product(&Place::of(&points).into_iter().zip(lines).collect::<Vec<_>>());
    // No product of Miller values is zero; should one be, its proofs must not pass.
    let result = Bn254::final_exponentiation(MillerLoopOutput(left * right));
    result.map_or(Some(PairingOutput::generator()), |result| Some(result).filter(|result| !result.is_zero()))
}

impl<'a> KeySum<'a> {
    fn new(key: &'a VerifyingKey) -> Self {
        Self { key, scalars: vec![Fr::ZERO; key.ic.len()], c_terms: Vec::new() }
    }

    fn add(&mut self, proof: &Decoded, power: u64) {
        let factor = proof.factor.scalar() * Fr::from(power);
        self.scalars[0] += factor;
        for (scalar, input) in self.scalars[1..].iter_mut().zip(&proof.inputs) {
            *scalar += factor * input;
        }
        self.c_terms.push((proof.c, proof.factor.halves(power)));
    }

    /// What stands before beta, gamma and delta, whose lines are those of their opposites, so that the whole product must
    /// be one.
    fn points(&self) -> [G1Projective; 3] {
        [
            multiples::sum([(&self.key.alpha, self.scalars[0])].into_iter()),
            multiples::sum(self.key.ic.iter().zip(self.scalars.iter().copied())),
            msm::sum(self.c_terms.iter().map(|(point, factor)| (point, *factor))),
        ]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ark_ff::UniformRand;
    use ark_std::rand::{Rng, SeedableRng};

    #[test]
    fn a_factor_times_a_point_is_its_scalar_times_the_point() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(9);
        let edges = [0, 1, 2, 7, 8, 15, 16, u64::MAX, u64::MAX - 1, 1 << 63];
        let mut cases: Vec<Factor> =
            edges.iter().flat_map(|low| edges.map(|high| Factor { low: *low, high })).collect();
        cases.extend((0..50).map(|_| Factor { low: rng.r#gen(), high: rng.r#gen() }));
        for factor in cases {
            let point = G1Projective::rand(&mut rng).into_affine();
            assert_eq!(factor.times(point), point * factor.scalar());
            let sum: G1Projective = msm::sum([(&point, factor.halves(1))].into_iter());
            assert_eq!(sum, point * factor.scalar());
        }
    }
}
