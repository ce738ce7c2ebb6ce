//! Arithmetic on many points at once: scalar multiples, sums, the Fourier transform over points, pairing checks.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::Pairing;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField, Zero};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};

use crate::error::{CeremonyError, Result};
use crate::work;

/// One of the two groups, by its curve's constants.
pub(crate) trait Group: GLVConfig<ScalarField = Fr> {}
impl<P: GLVConfig<ScalarField = Fr>> Group for P {}

/// A scalar cut into two halves along the endomorphism, each as signed digits.
pub(crate) struct Digits {
    low: Vec<i8>,
    high: Vec<i8>,
}

impl Digits {
    pub(crate) fn new<P: Group>(scalar: Fr) -> Self {
        let ((low_positive, low), (high_positive, high)) = P::scalar_decomposition(scalar);
        Self { low: signed_digits(low, low_positive, 4), high: signed_digits(high, high_positive, 4) }
    }

    /// The scalar times a point.
    pub(crate) fn times<P: Group>(&self, point: &Projective<P>) -> Projective<P> {
        let (low, high) = (odd_multiples(*point), odd_multiples(P::endomorphism(point)));
        let mut sum = Projective::<P>::ZERO;
        for place in (0..self.low.len().max(self.high.len())).rev() {
            sum.double_in_place();
            add_digit(&mut sum, &low, self.low.get(place));
            add_digit(&mut sum, &high, self.high.get(place));
        }
        sum
    }
}

/// The non-adjacent form of a width up to 7, lowest digit first: odd digits below 2^(width-1) with at least width-1
/// zeros between them.
fn signed_digits(scalar: Fr, positive: bool, width: u32) -> Vec<i8> {
    let (whole, half) = (1i16 << width, 1i16 << (width - 1));
    let mut number = scalar.into_bigint();
    let mut digits = Vec::with_capacity(132);
    while !number.is_zero() {
        let low = (number.0[0] & (whole.unsigned_abs() as u64 - 1)) as i16;
        let digit = match low {
            even if even & 1 == 0 => 0,
            small if small < half => small,
            large => large - whole,
        };
        if digit > 0 {
            number.sub_with_borrow(&digit.unsigned_abs().into());
        } else if digit < 0 {
            number.add_with_carry(&digit.unsigned_abs().into());
        }
        digits.push((if positive { digit } else { -digit }) as i8);
        number.div2();
    }
    digits
}

/// Width of the digits where tables are shared.
const BASIS_WIDTH: u32 = 6;
/// Odd multiples per point that this width needs.
const BASIS_MULTIPLES: usize = 1 << (BASIS_WIDTH - 2);

/// Points of which many small sums are taken: with the odd multiples of each at hand, a term costs some forty
/// additions.
pub(crate) struct Basis<P: Group> {
    multiples: Vec<[Affine<P>; BASIS_MULTIPLES]>,
}

impl<P: Group> Basis<P> {
    pub(crate) fn new(points: &[Affine<P>]) -> Self {
        let parts = work::shares(points, |_, points| {
            let mut all = Vec::with_capacity(points.len() * BASIS_MULTIPLES);
            for point in points {
                let mut multiple = Projective::from(*point);
                let two = multiple.double();
                for _ in 0..BASIS_MULTIPLES {
                    all.push(multiple);
                    multiple += two;
                }
            }
            let affine = Projective::normalize_batch(&all);
            affine.as_chunks::<BASIS_MULTIPLES>().0.to_vec()
        });
        Self { multiples: parts.into_iter().flatten().collect() }
    }

    /// The sum of `factor * point` over all `(place of the point, factor)`.
    pub(crate) fn combine<'a>(&self, terms: impl Iterator<Item = &'a (usize, Fr)>) -> Projective<P> {
        let terms: Vec<_> = terms
            .map(|(place, factor)| {
                let ((low_positive, low), (high_positive, high)) = P::scalar_decomposition(*factor);
                let low = signed_digits(low, low_positive, BASIS_WIDTH);
                (&self.multiples[*place], low, signed_digits(high, high_positive, BASIS_WIDTH))
            })
            .collect();
        let length = terms.iter().map(|(_, low, high)| low.len().max(high.len())).max().unwrap_or(0);
        let mut sum = Projective::<P>::ZERO;
        for place in (0..length).rev() {
            sum.double_in_place();
            for (multiples, low, high) in &terms {
                add_multiple(&mut sum, multiples, low.get(place), |point| point);
                add_multiple(&mut sum, multiples, high.get(place), |point| P::endomorphism_affine(&point));
            }
        }
        sum
    }
}

fn add_multiple<P: Group>(
    sum: &mut Projective<P>,
    multiples: &[Affine<P>; BASIS_MULTIPLES],
    digit: Option<&i8>,
    image: impl Fn(Affine<P>) -> Affine<P>,
) {
    match digit.copied().unwrap_or(0) {
        0 => {}
        digit => {
            let point = image(multiples[usize::from(digit.unsigned_abs() / 2)]);
            *sum += if digit > 0 { point } else { -point };
        }
    }
}

/// P, 3P, 5P, 7P.
fn odd_multiples<P: Group>(point: Projective<P>) -> [Projective<P>; 4] {
    let two = point.double();
    let three = point + two;
    let five = three + two;
    [point, three, five, five + two]
}

fn add_digit<P: Group>(sum: &mut Projective<P>, multiples: &[Projective<P>; 4], digit: Option<&i8>) {
    let digit = digit.copied().unwrap_or(0);
    let multiple = &multiples[usize::from(digit.unsigned_abs() / 2)];
    match digit {
        0 => {}
        1.. => *sum += multiple,
        _ => *sum -= multiple,
    }
}

/// Every point times one scalar.
pub(crate) fn scale_all<P: Group>(points: &[Affine<P>], scalar: Fr) -> Vec<Affine<P>> {
    let digits = Digits::new::<P>(scalar);
    let parts = work::shares(points, |_, points| {
        let products: Vec<_> = points.iter().map(|point| digits.times(&Projective::from(*point))).collect();
        Projective::normalize_batch(&products)
    });
    parts.into_iter().flatten().collect()
}

/// The i-th point times `first * step^i`.
pub(crate) fn scale_by_powers<P: Group>(points: &[Affine<P>], first: Fr, step: Fr) -> Vec<Affine<P>> {
    let parts = work::shares(points, |start, points| {
        let mut factor = first * step.pow([start as u64]);
        let mut products = Vec::with_capacity(points.len());
        for point in points {
            products.push(Digits::new::<P>(factor).times(&Projective::from(*point)));
            factor *= step;
        }
        Projective::normalize_batch(&products)
    });
    parts.into_iter().flatten().collect()
}

/// The sum of `scalars[i] * points[i]`.
pub(crate) fn sum_of_products<P: Group>(points: &[Affine<P>], scalars: &[Fr]) -> Projective<P> {
    let pairs = points.len().min(scalars.len());
    let points = &points[..pairs];
    let parts = work::shares(points, |start, points| {
        Projective::<P>::msm_unchecked(points, &scalars[start..start + points.len()])
    });
    parts.into_iter().sum()
}

/// Points of coefficients from points of values at the roots of unity: the inverse Fourier transform, with the
/// exponents as numbers. Their number must be a power of two.
///
/// # Errors
/// [`CeremonyError::Step`] when there is no domain of this size.
pub(crate) fn inverse_transform<P: Group>(
    points: &[Projective<P>],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<Projective<P>>> {
    let size = points.len();
    let domain = Radix2EvaluationDomain::<Fr>::new(size)
        .filter(|domain| domain.size() == size)
        .ok_or_else(|| CeremonyError::Step("the number of points is no power of two".into()))?;
    let mut values = bit_reversed(points);
    let stages = u64::from(size.trailing_zeros());
    let mut half = 1;
    for stage in 0..stages {
        let step = domain.group_gen_inv.pow([(size / (2 * half)) as u64]);
        let mut factors = Vec::with_capacity(half);
        let mut factor = Fr::ONE;
        for _ in 0..half {
            factors.push(factor);
            factor *= step;
        }
        butterflies(&mut values, half, &factors);
        half *= 2;
        progress(stage + 1, stages);
    }
    let digits = Digits::new::<P>(domain.size_inv);
    Ok(work::map(&values, |_, value| digits.times(value)))
}

fn bit_reversed<P: Group>(points: &[Projective<P>]) -> Vec<Projective<P>> {
    let bits = points.len().trailing_zeros();
    let place = |index: usize| if bits == 0 { 0 } else { index.reverse_bits() >> (usize::BITS - bits) };
    (0..points.len()).map(|index| points[place(index)]).collect()
}

/// One stage: `(a, b)` becomes `(a + f b, a - f b)` for all pairs at distance `half`.
fn butterflies<P: Group>(values: &mut [Projective<P>], half: usize, factors: &[Fr]) {
    let digits: Vec<Digits> = work::map(factors, |_, factor| Digits::new::<P>(*factor));
    let pairs = values.len() / 2;
    let threads = if pairs < 32 { 1 } else { work::threads() };
    let share = pairs.div_ceil(threads).max(1);
    let mut jobs: Vec<Vec<Run<'_, P>>> = Vec::new();
    let mut open = 0;
    for block in values.chunks_mut(2 * half) {
        let (mut low, mut high) = block.split_at_mut(half);
        let mut start = 0;
        while !low.is_empty() {
            if open == 0 {
                jobs.push(Vec::new());
                open = share;
            }
            let length = low.len().min(open);
            let (low_now, low_later) = low.split_at_mut(length);
            let (high_now, high_later) = high.split_at_mut(length);
            if let Some(job) = jobs.last_mut() {
                job.push((low_now, high_now, start));
            }
            (low, high) = (low_later, high_later);
            start += length;
            open -= length;
        }
    }
    let digits = &digits;
    let run = |job: Vec<Run<'_, P>>| {
        for (low, high, start) in job {
            for (offset, (low, high)) in low.iter_mut().zip(high).enumerate() {
                let index = start + offset;
                let product = if index == 0 { *high } else { digits[index].times(high) };
                *high = *low - product;
                *low += product;
            }
        }
    };
    let Some(own) = jobs.pop() else { return };
    std::thread::scope(|scope| {
        for job in jobs {
            scope.spawn(|| run(job));
        }
        run(own);
    });
}

/// Some pairs: the lower halves, the upper halves, and the place of the first factor.
type Run<'a, P> = (&'a mut [Projective<P>], &'a mut [Projective<P>], usize);

/// The points as affine ones.
pub(crate) fn to_affine<P: Group>(points: &[Projective<P>]) -> Vec<Affine<P>> {
    work::shares(points, |_, points| Projective::normalize_batch(points)).into_iter().flatten().collect()
}

/// Whether `b / a` in G1 is `d / c` in G2; false when any is infinity.
pub(crate) fn same_ratio(a: &G1Affine, b: &G1Affine, c: &G2Affine, d: &G2Affine) -> bool {
    if a.is_zero() || b.is_zero() || c.is_zero() || d.is_zero() {
        return false;
    }
    Bn254::multi_pairing([*a, -*b], [*d, *c]).is_zero()
}

/// Whether `e(a, c) = e(b, d)`, infinity allowed in G1.
pub(crate) fn pairings_equal(a: &G1Projective, c: &G2Affine, b: &G1Projective, d: &G2Affine) -> bool {
    Bn254::multi_pairing([a.into_affine(), (-*b).into_affine()], [*c, *d]).is_zero()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ark_bn254::{G2Projective, g1, g2};
    use ark_ec::PrimeGroup;

    fn scalars(count: u64) -> Vec<Fr> {
        (1..=count).map(|index| Fr::from(index).pow([37]) - Fr::from(3u8)).collect()
    }

    #[test]
    fn products_agree_with_the_library() {
        let edges = [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(u64::MAX), Fr::from(2u8), -Fr::from(7u8)];
        for scalar in scalars(20).into_iter().chain(edges) {
            let (first, second) =
                (G1Projective::from(G1Affine::generator()), G2Projective::from(G2Affine::generator()));
            assert_eq!(Digits::new::<g1::Config>(scalar).times(&first), first.mul_bigint(scalar.into_bigint()));
            assert_eq!(Digits::new::<g2::Config>(scalar).times(&second), second.mul_bigint(scalar.into_bigint()));
        }
    }

    #[test]
    fn the_transform_of_points_is_that_of_their_exponents() {
        for size in [1usize, 2, 4, 8, 64] {
            let exponents = scalars(size as u64);
            let points: Vec<G1Projective> = exponents.iter().map(|e| G1Affine::generator() * e).collect();
            let domain = Radix2EvaluationDomain::<Fr>::new(size).unwrap();
            let quiet = |_, _| {};
            let expect = |exponents: Vec<Fr>| -> Vec<G1Projective> {
                exponents.iter().map(|e| G1Affine::generator() * e).collect()
            };
            assert_eq!(inverse_transform(&points, &quiet).unwrap(), expect(domain.ifft(&exponents)));
        }
        assert!(inverse_transform(&[G1Projective::ZERO; 3], &|_, _| {}).is_err());
    }

    #[test]
    fn powers_and_sums_agree_with_single_products() {
        let points: Vec<G1Affine> = scalars(9).iter().map(|e| (G1Affine::generator() * e).into_affine()).collect();
        let (first, step) = (Fr::from(5u8), Fr::from(11u8));
        let scaled = scale_by_powers(&points, first, step);
        for (index, (point, result)) in points.iter().zip(&scaled).enumerate() {
            assert_eq!(*point * (first * step.pow([index as u64])), *result);
        }
        let factors = scalars(9);
        let sum: G1Projective = points.iter().zip(&factors).map(|(point, factor)| *point * factor).sum();
        assert_eq!(sum_of_products(&points, &factors), sum);
        assert_eq!(scale_all(&points, step)[3], points[3] * step);
    }

    #[test]
    fn a_basis_sums_what_single_products_sum() {
        let points: Vec<G1Affine> = scalars(9).iter().map(|e| (G1Affine::generator() * e).into_affine()).collect();
        let basis = Basis::new(&points);
        let edges = [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(31u8), Fr::from(33u8)];
        let terms: Vec<(usize, Fr)> =
            scalars(7).into_iter().chain(edges).enumerate().map(|(index, factor)| (index * 5 % 9, factor)).collect();
        let sum: G1Projective = terms.iter().map(|(place, factor)| points[*place] * factor).sum();
        assert_eq!(basis.combine(terms.iter()), sum);
        assert_eq!(basis.combine([].iter()), G1Projective::ZERO);
        let second: Vec<G2Affine> = scalars(9).iter().map(|e| (G2Affine::generator() * e).into_affine()).collect();
        let sum: G2Projective = terms.iter().map(|(place, factor)| second[*place] * factor).sum();
        assert_eq!(Basis::new(&second).combine(terms.iter()), sum);
    }

    #[test]
    fn ratios_are_compared_and_infinity_has_none() {
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        let (a, b) = ((g1 * Fr::from(6u8)).into_affine(), (g2 * Fr::from(6u8)).into_affine());
        assert!(same_ratio(&g1, &a, &g2, &b));
        assert!(!same_ratio(&g1, &a, &b, &g2));
        assert!(!same_ratio(&G1Affine::identity(), &G1Affine::identity(), &g2, &b));
    }
}
