//! From a satisfied system to the quotient polynomial, in the form snarkjs uses.
//!
//! With n the domain's size, a satisfied system gives `P = A B - C`, of degree below 2n, that is zero on the domain. The
//! quotient `P / Z` enters a proof only as `P(tau) / delta`, and P is determined by its values at the odd powers of the
//! 2n-th root of unity, thus the key holds for each of these its Lagrange polynomial at tau, over delta, and the prover
//! needs P's values there: six transforms instead of libsnark's seven, and C is never computed from its matrix. Keys of a
//! snarkjs ceremony have this form; arkworks' own `LibsnarkReduction` does not fit them.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, PrimeField, batch_inversion};
use ark_groth16::r1cs_to_qap::{LibsnarkReduction, R1CSToQAP};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use ark_relations::gr1cs::{ConstraintSystemRef, Result as SynthesisResult, SynthesisError};
use ark_relations::utils::matrix::Matrix;
use zeroize::Zeroizing;

use crate::gadgets::Values;

/// Size of the domain for that many constraints and public inputs: both and the constant one must fit.
pub(super) fn domain_size(constraints: usize, public: usize) -> usize {
    (constraints + public + 1).next_power_of_two()
}

/// The values of `A B - C` at the odd powers of the 2n-th root of unity. `None` when the domain is too small or larger than
/// the field allows.
pub(super) fn quotient(values: &Values, public: usize, size: usize) -> Option<Zeroizing<Vec<Fr>>> {
    let domain = Radix2EvaluationDomain::<Fr>::new(size)?;
    let coset = domain.get_coset(Radix2EvaluationDomain::<Fr>::new(2 * size)?.group_gen())?;
    let inputs = values.columns.get(..=public)?;
    if values.left.len() + inputs.len() > size {
        return None;
    }
    let room = || Zeroizing::new(Vec::with_capacity(size));
    let (mut a, mut b, mut c) = (room(), room(), room());
    a.extend_from_slice(&values.left);
    b.extend_from_slice(&values.right);
    c.extend(values.left.iter().zip(&values.right).map(|(left, right)| *left * right));
    // One more row of A for each input, with B and C zero: it keeps the inputs' polynomials independent.
    a.extend_from_slice(inputs);
    for side in [&mut a, &mut b, &mut c] {
        side.resize(size, Fr::ZERO);
        domain.ifft_in_place(side);
        coset.fft_in_place(side);
    }
    a.iter_mut().zip(b.iter()).zip(c.iter()).for_each(|((a, b), c)| *a = *a * b - c);
    Some(a)
}

/// The same for arkworks' key generation.
pub(super) struct OddRoots;

impl R1CSToQAP for OddRoots {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        cs: ConstraintSystemRef<F>,
        t: &F,
    ) -> SynthesisResult<(Vec<F>, Vec<F>, Vec<F>, F, usize, usize)> {
        LibsnarkReduction::instance_map_with_evaluation::<F, D>(cs, t)
    }

    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        _: &[Matrix<F>],
        _: usize,
        _: usize,
        _: &[F],
    ) -> SynthesisResult<Vec<F>> {
        // Proofs are not made through arkworks.
        Err(SynthesisError::AssignmentMissing)
    }

    /// `(tau^2n - 1) / 2n * x / (tau - x) / delta` for every odd power x of the 2n-th root of unity.
    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        max_power: usize,
        t: F,
        zt: F,
        delta_inverse: F,
    ) -> SynthesisResult<Vec<F>> {
        let double = D::new(2 * (max_power + 1)).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let root = double.group_gen();
        let step = root.square();
        let points: Vec<F> = core::iter::successors(Some(root), |x| Some(*x * step)).take(max_power + 1).collect();
        let mut inverses: Vec<F> = points.iter().map(|x| t - x).collect();
        batch_inversion(&mut inverses);
        // zt is tau^n - 1, and tau^2n - 1 = (tau^n - 1) (tau^n + 1).
        let common = zt * (zt + F::ONE.double()) * double.size_inv() * delta_inverse;
        Ok(points.into_iter().zip(inverses).map(|(x, inverse)| common * x * inverse).collect())
    }
}
