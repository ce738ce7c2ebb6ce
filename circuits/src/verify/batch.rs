//! Many proofs in one pairing product, with the verdicts of single verification.
//!
//! With random factors `r_i`, all proofs of a set hold if (and but for a chance of 2^-128 only if)
//! `prod e(r_i A_i, B_i) = prod over keys of e(R alpha, beta) e(sum_j S_j IC_j, gamma) e(sum r_i C_i, delta)`, where
//! `R = sum r_i` and `S_j = sum r_i x_ij`: one Miller pair per proof, three per key, one final exponentiation.
//!
//! The left side is computed once, in chunks of eight proofs. When a set fails it is halved at chunk borders and the
//! stored left sides are used again; a chunk that fails is verified proof by proof. So one bad proof among many costs a
//! few products and eight single verifications, and even a batch of only bad proofs little more than singles would.
//!
//! Factors are `a + b * lambda` with 64-bit a and b, lambda being the eigenvalue of G1's endomorphism: 2^128 distinct
//! values at half the doublings. They come from BLAKE3 over the caller's seed and every key, input and proof.

use std::num::NonZeroUsize;

use ark_bn254::{Bn254, Config, Fq12, Fr, G1Affine, G1Projective};
use ark_ec::bn::G2Prepared;
use ark_ec::pairing::{MillerLoopOutput, Pairing, PairingOutput};
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, Field, Zero};

use super::key::VerifyingKey;
use super::{ProofBytes, Verdict, decode, miller};
use crate::error::Reject;
use crate::field::FieldBytes;

/// Proofs per stored left side.
const CHUNK: usize = 8;

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
    if let [item] = items {
        return vec![item.key.verify(item.inputs, item.proof)];
    }
    let factors = factors(items, seed);
    let mut verdicts = Vec::with_capacity(items.len());
    let mut chunks = Vec::new();
    for result in left_sides(items, &factors, threads) {
        verdicts.extend(result.verdicts);
        chunks.push(result.chunk);
    }
    chunks.retain(|chunk| !chunk.proofs.is_empty());
    settle(items, &chunks, &mut verdicts);
    verdicts
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
fn factors(items: &[KeyedItem<'_>], seed: [u8; 32]) -> Vec<Factor> {
    let mut hasher = blake3::Hasher::new_derive_key("tacit circuits v1 batch factors");
    hasher.update(&seed);
    hasher.update(&(items.len() as u64).to_le_bytes());
    for item in items {
        hasher.update(&item.key.digest());
        hasher.update(&(item.inputs.len() as u64).to_le_bytes());
        for input in item.inputs {
            hasher.update(&input.0);
        }
        hasher.update(&item.proof.0);
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
struct Decoded {
    /// Place in the batch.
    index: usize,
    inputs: Vec<Fr>,
    c: G1Affine,
    factor: Factor,
}

/// Up to eight decoded proofs and the Miller loop over their `(r_i A_i, B_i)`.
struct Chunk {
    proofs: Vec<Decoded>,
    left: Fq12,
}

struct ChunkResult {
    /// One per item of the chunk; the decoded ones are settled later.
    verdicts: Vec<Verdict>,
    chunk: Chunk,
}

/// Decodes all proofs and computes all left sides, chunks spread over threads, results in order.
fn left_sides(items: &[KeyedItem<'_>], factors: &[Factor], threads: usize) -> Vec<ChunkResult> {
    let chunk_count = items.len().div_ceil(CHUNK);
    let threads = NonZeroUsize::new(threads.min(chunk_count)).unwrap_or(NonZeroUsize::MIN);
    let share = chunk_count.div_ceil(threads.get()) * CHUNK;
    let work = move |first: usize, items: &[KeyedItem<'_>], factors: &[Factor]| -> Vec<ChunkResult> {
        let parts = items.chunks(CHUNK).zip(factors.chunks(CHUNK)).enumerate();
        parts.map(|(part, (items, factors))| left_side(first + part * CHUNK, items, factors)).collect()
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

fn left_side(first: usize, items: &[KeyedItem<'_>], factors: &[Factor]) -> ChunkResult {
    let mut verdicts = Vec::with_capacity(items.len());
    let mut proofs = Vec::with_capacity(items.len());
    let (mut points, mut lines) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    for (offset, (item, factor)) in items.iter().zip(factors).enumerate() {
        match decode_item(item) {
            Ok((inputs, decoded, b)) => {
                verdicts.push(Ok(()));
                points.push(factor.times(decoded.a));
                lines.push(b);
                proofs.push(Decoded { index: first + offset, inputs, c: decoded.c, factor: *factor });
            }
            Err(reject) => verdicts.push(Err(reject)),
        }
    }
    let left = Bn254::multi_miller_loop(G1Projective::normalize_batch(&points), lines).0;
    ChunkResult { verdicts, chunk: Chunk { proofs, left } }
}

/// The checks of single verification, in the same order, so that a refusal has the same reason.
fn decode_item(item: &KeyedItem<'_>) -> Result<(Vec<Fr>, decode::Points, G2Prepared<Config>), Reject> {
    let inputs = item.key.read_inputs(item.inputs)?;
    let points = decode::proof_points(item.proof)?;
    let lines = miller::lines(&points.b).ok_or(Reject::Subgroup { point: "B" })?;
    Ok((inputs, points, lines))
}

/// Finds the proofs that do not hold: halves failing sets, verifies failing chunks one by one.
fn settle(items: &[KeyedItem<'_>], chunks: &[Chunk], verdicts: &mut [Verdict]) {
    if chunks.is_empty() || product_holds(items, chunks) {
        return;
    }
    if let [chunk] = chunks {
        for proof in &chunk.proofs {
            let item = &items[proof.index];
            verdicts[proof.index] = item.key.verify(item.inputs, item.proof);
        }
        return;
    }
    let (first, second) = chunks.split_at(chunks.len() / 2);
    settle(items, first, verdicts);
    settle(items, second, verdicts);
}

/// The part of the right side that belongs to one key.
struct KeySum<'a> {
    key: &'a VerifyingKey,
    /// `sum r_i`, then `sum r_i x_ij` for every input.
    scalars: Vec<Fr>,
    c_points: Vec<G1Affine>,
    c_factors: Vec<u64>,
}

/// Whether the product over all proofs of these chunks holds.
fn product_holds(items: &[KeyedItem<'_>], chunks: &[Chunk]) -> bool {
    let mut left = Fq12::ONE;
    let mut sums: Vec<KeySum<'_>> = Vec::new();
    for chunk in chunks {
        left *= chunk.left;
        for proof in &chunk.proofs {
            let key = items[proof.index].key;
            let place = sums.iter().position(|sum| core::ptr::eq(sum.key, key)).unwrap_or(sums.len());
            if place == sums.len() {
                sums.push(KeySum::new(key));
            }
            sums[place].add(proof);
        }
    }
    let (mut points, mut lines) = (Vec::new(), Vec::new());
    for sum in &sums {
        sum.pairs(&mut points, &mut lines);
    }
    let right = Bn254::multi_miller_loop(G1Projective::normalize_batch(&points), lines).0;
    Bn254::final_exponentiation(MillerLoopOutput(left * right))
        .is_some_and(|result: PairingOutput<Bn254>| result.is_zero())
}

impl<'a> KeySum<'a> {
    fn new(key: &'a VerifyingKey) -> Self {
        Self { key, scalars: vec![Fr::ZERO; key.ic.len()], c_points: Vec::new(), c_factors: Vec::new() }
    }

    fn add(&mut self, proof: &Decoded) {
        let factor = proof.factor.scalar();
        self.scalars[0] += factor;
        for (scalar, input) in self.scalars[1..].iter_mut().zip(&proof.inputs) {
            *scalar += factor * input;
        }
        self.c_points.push(proof.c);
        self.c_factors.push(proof.factor.low);
        self.c_points.push(<ark_bn254::g1::Config as GLVConfig>::endomorphism_affine(&proof.c));
        self.c_factors.push(proof.factor.high);
    }

    /// The three pairs of this key, with beta, gamma and delta negated so that the whole product must be one.
    fn pairs(&self, points: &mut Vec<G1Projective>, lines: &mut Vec<G2Prepared<Config>>) {
        let terms = self.key.ic.iter().zip(&self.scalars);
        points.push(self.key.alpha * self.scalars[0]);
        points.push(terms.fold(G1Projective::ZERO, |sum, (point, scalar)| sum + *point * *scalar));
        points.push(G1Projective::msm_u64(&self.c_points, &self.c_factors));
        let key = self.key;
        lines.extend([&key.negative_beta, &key.negative_gamma, &key.negative_delta].map(Clone::clone));
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
            let image = <ark_bn254::g1::Config as GLVConfig>::endomorphism_affine(&point);
            let sum = G1Projective::msm_u64(&[point, image], &[factor.low, factor.high]);
            assert_eq!(sum, point * factor.scalar());
        }
    }
}
