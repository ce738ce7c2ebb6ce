//! A Groth16 proof from a key and the values of a satisfied system, on all cores.
//!
//! `A = alpha + sum z_i A_i + r delta`, `B = beta + sum z_i B_i + s delta`, and C, whose term `r B` in G1 is not summed up
//! alone: its `r z_i` go into one large sum with the terms of L and of the quotient, which needs fewer additions than three.
//! The blinding r, s comes fresh from the caller's generator for every proof and is never zero: without it, equal
//! witnesses would give equal proofs, and guesses of the witness could be tested.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use ark_bn254::{Bn254, Fr, g1};
use ark_ec::CurveGroup;
use ark_ec::short_weierstrass::Projective;
use ark_ff::{AdditiveGroup, UniformRand, Zero};
use ark_groth16::Proof;
use ark_std::rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use super::file::ProvingKey;
use super::quotient::quotient;
use crate::gadgets::Values;
use crate::msm::{Endomorphism, Halves, Sum, halves};

/// More threads than windows would be idle.
const MAX_THREADS: usize = 16;

/// The two blinding factors of a proof.
pub(super) struct Blinding {
    r: Zeroizing<Fr>,
    s: Zeroizing<Fr>,
}

impl Blinding {
    /// Fresh factors, neither of them zero.
    pub(super) fn fresh(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut factor = || loop {
            let factor = Fr::rand(rng);
            if !factor.is_zero() {
                return Zeroizing::new(factor);
            }
        };
        Self { r: factor(), s: factor() }
    }
}

/// The proof, and nothing about whether it verifies. `None` when the values do not fit the key.
pub(super) fn assemble(key: &ProvingKey, values: &Values, blinding: &Blinding) -> Option<Proof<Bn254>> {
    if values.columns.len() != key.columns || values.left.len() != key.constraints {
        return None;
    }
    let halved: Zeroizing<Vec<Halves>> = Zeroizing::new(values.columns.iter().map(halves).collect());
    let half = |column: &u32| halved[*column as usize];
    let in_a = Job::new(Sum::new(key.a.points.iter().zip(key.a.columns.iter().map(half))));
    let in_b = Job::new(Sum::new(key.b_g2.iter().zip(key.b.columns.iter().map(half))));
    let in_c = OnceLock::new();
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(MAX_THREADS);
    std::thread::scope(|scope| {
        // While this thread transforms, the others begin with what does not need the quotient.
        let help = || {
            in_b.work();
            in_a.work();
            if let Some(job) = in_c.wait() {
                Job::work(job);
            }
        };
        for _ in 1..threads {
            // Where the system has no thread left, this one does the work.
            let _ = std::thread::Builder::new().spawn_scoped(scope, help);
        }
        let publish = Publish(&in_c);
        let quotient = quotient(values, key.public, key.domain);
        let _ = in_c.set(quotient.map(|quotient| Job::new(terms_of_c(key, values, &halved, &quotient, *blinding.r))));
        drop(publish);
        help();
    });
    let a = key.delta * *blinding.r + key.alpha + in_a.finish();
    let b = key.delta_g2 * *blinding.s + key.beta_g2 + in_b.finish();
    // The r s delta in r B cancels with the one that the definition takes away.
    let c = in_c.into_inner().flatten()?.finish() + a * *blinding.s + key.beta * *blinding.r;
    Some(Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() })
}

/// L, the quotient, and r times B.
fn terms_of_c(key: &ProvingKey, values: &Values, halved: &[Halves], quotient: &[Fr], r: Fr) -> Sum<g1::Config> {
    let in_l = halved[key.public + 1..].iter().copied();
    let in_b = key.b.columns.iter().map(|column| halves(&(values.columns[*column as usize] * r)));
    let points = key.l.iter().chain(&key.h).chain(&key.b.points);
    Sum::new(points.zip(in_l.chain(quotient.iter().map(halves)).chain(in_b)))
}

/// Tells the waiting threads that nothing will come, should the transform panic.
struct Publish<'a, T>(&'a OnceLock<Option<T>>);

impl<T> Drop for Publish<'_, T> {
    fn drop(&mut self) {
        let _ = self.0.set(None);
    }
}

/// A sum whose windows any number of threads take one by one.
struct Job<P: Endomorphism> {
    sum: Sum<P>,
    next: AtomicU32,
    windows: Mutex<Vec<Projective<P>>>,
}

impl<P: Endomorphism> Job<P> {
    fn new(sum: Sum<P>) -> Self {
        let windows = Mutex::new(vec![Projective::ZERO; sum.windows() as usize]);
        Self { sum, next: AtomicU32::new(0), windows }
    }

    fn work(&self) {
        loop {
            let window = self.next.fetch_add(1, Ordering::Relaxed);
            if window >= self.sum.windows() {
                return;
            }
            let result = self.sum.window(window);
            // A panic elsewhere leaves the vector whole; it ends the proof when the threads are joined.
            self.windows.lock().unwrap_or_else(PoisonError::into_inner)[window as usize] = result;
        }
    }

    /// The sum, once all threads are done.
    fn finish(self) -> Projective<P> {
        let windows = self.windows.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.sum.combine(&windows)
    }
}
