//! Sums of many points times many scalars: the bulk of a proof's work, and a part of a batch's.
//!
//! Pippenger's method with three savings. Scalars are halved by the curve's endomorphism `(x, y) -> (beta x, y)`, which
//! multiplies by lambda, so that there are twice the points but half the windows. Within a window, points that fall into
//! one bucket are added pairwise in affine coordinates, and thousands of such additions share one inversion: six products
//! each instead of ten or more. Zero halves (every bit of the witness has one, a zero bit two) cost nothing.
//!
//! Windows are independent: the prover spreads them over threads. The verifier uses the same sums for a batch.

use ark_bn254::{Fq, Fq2, Fr};
use ark_ec::AffineRepr;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ff::{AdditiveGroup, Field, PrimeField};
use zeroize::Zeroize;

use crate::dot::dot;

/// Additions that share an inversion.
const SHARED: usize = 1024;

/// A curve on which `(beta x, y)` is lambda times `(x, y)`.
pub(crate) trait Endomorphism: SWCurveConfig<ScalarField = Fr> {
    /// beta.
    fn beta() -> Self::BaseField;

    /// Inverts all values, none of which is zero, with one inversion; `room` is for intermediate results.
    fn invert_all(values: &mut [Self::BaseField], room: &mut Vec<Fq>);
}

impl Endomorphism for ark_bn254::g1::Config {
    fn beta() -> Fq {
        Self::ENDO_COEFFS[0]
    }

    fn invert_all(values: &mut [Fq], room: &mut Vec<Fq>) {
        room.clear();
        let mut product = Fq::ONE;
        for value in values.iter() {
            room.push(product);
            product *= value;
        }
        let Some(mut inverse) = product.inverse() else { return };
        for (value, before) in values.iter_mut().zip(room.iter()).rev() {
            let next = inverse * *value;
            *value = inverse * before;
            inverse = next;
        }
    }
}

impl Endomorphism for ark_bn254::g2::Config {
    /// arkworks' coefficient belongs to the other cube root of one, which is the square of this one.
    fn beta() -> Fq2 {
        Self::ENDO_COEFFS[0].square()
    }

    /// The inverse is the conjugate over the norm, and norms are inverted at the cost of Fq.
    fn invert_all(values: &mut [Fq2], room: &mut Vec<Fq>) {
        let mut norms: Vec<Fq> =
            values.iter().map(|value| dot([&value.c0, &value.c1], [&value.c0, &value.c1])).collect();
        ark_bn254::g1::Config::invert_all(&mut norms, room);
        for (value, inverse) in values.iter_mut().zip(&norms) {
            *value = Fq2::new(value.c0 * inverse, -(value.c1 * inverse));
        }
    }
}

/// A signed number of at most 127 bits.
#[derive(Clone, Copy, Default, Zeroize)]
pub(crate) struct Half {
    magnitude: u128,
    negative: bool,
}

impl Half {
    /// Magnitude, and whether it is negative.
    pub(crate) fn parts(self) -> (u128, bool) {
        (self.magnitude, self.negative)
    }
}

impl From<u128> for Half {
    /// The number must be below 2^127.
    fn from(number: u128) -> Self {
        Self { magnitude: number, negative: false }
    }
}

/// A scalar as `first + second * lambda`.
pub(crate) type Halves = [Half; 2];

/// Halves a scalar. The pairs `(a, b)` with `a + b lambda = 0 mod r` form a lattice with the short basis `(S, M), (N, -S)`;
/// what remains of `(scalar, 0)` after taking away a lattice point next to it is the answer. `S_RATIO` and `M_RATIO` are
/// `S / r` and `M / r` in units of 2^-256, which rounds well enough: both parts stay below 2^127.
pub(crate) fn halves(scalar: &Fr) -> Halves {
    const S: u128 = 0x89d3_2568_94d2_13e3;
    const M: u128 = 0x6f4d_8248_eeb8_59fd_0be4_e154_1221_250b;
    const N: u128 = 0x6f4d_8248_eeb8_59fc_8211_bbeb_7d4f_1128;
    const S_RATIO: [u64; 3] = [0xd91d_232e_c7e0_b3d7, 2, 0];
    const M_RATIO: [u64; 3] = [0x5398_fd03_00ff_6565, 0x4cce_f014_a773_d2d2, 2];
    let limbs = scalar.into_bigint().0;
    let (first, second) = (scaled(&limbs, S_RATIO), scaled(&limbs, M_RATIO));
    let low = u128::from(limbs[0]) | u128::from(limbs[1]) << 64;
    // The results fit 127 bits and a sign, thus all that is beyond 128 bits cancels.
    let a = low.wrapping_sub(first.wrapping_mul(S)).wrapping_sub(second.wrapping_mul(N));
    let b = second.wrapping_mul(S).wrapping_sub(first.wrapping_mul(M));
    [a, b].map(|part| {
        let part = part.cast_signed();
        Half { magnitude: part.unsigned_abs(), negative: part < 0 }
    })
}

/// `number * ratio / 2^256`, rounded; the result fits 128 bits.
fn scaled(number: &[u64; 4], ratio: [u64; 3]) -> u128 {
    let mut product = [0u64; 8];
    // One half, so that cutting off rounds.
    product[3] = 1 << 63;
    for (place, factor) in ratio.into_iter().enumerate() {
        let mut carry = 0u64;
        for (offset, limb) in number.iter().enumerate() {
            (product[place + offset], carry) = limb.carrying_mul_add(factor, carry, product[place + offset]);
        }
        let mut above = place + 4;
        while carry != 0 && above < 8 {
            let (sum, overflow) = product[above].overflowing_add(carry);
            (product[above], carry) = (sum, u64::from(overflow));
            above += 1;
        }
    }
    u128::from(product[4]) | u128::from(product[5]) << 64
}

/// One sum to compute, window by window.
pub(crate) struct Sum<P: Endomorphism> {
    /// Points and their images, each with its half of the scalar.
    points: Vec<Affine<P>>,
    /// The magnitudes, shifted so that digits come out signed.
    numbers: Vec<u128>,
    negative: Vec<bool>,
    /// Bits of a window.
    bits: u32,
    /// Number of windows, all independent.
    windows: u32,
}

impl<P: Endomorphism> Drop for Sum<P> {
    fn drop(&mut self) {
        self.numbers.zeroize();
        self.negative.zeroize();
    }
}

impl<P: Endomorphism> Sum<P> {
    /// A sum over points, none of which is the identity, with halved scalars.
    pub(crate) fn new<'a>(terms: impl Iterator<Item = (&'a Affine<P>, Halves)>) -> Self {
        let room = 2 * terms.size_hint().0;
        let mut sum = Self {
            points: Vec::with_capacity(room),
            numbers: Vec::with_capacity(room),
            negative: Vec::with_capacity(room),
            bits: 1,
            windows: 0,
        };
        let beta = P::beta();
        for (point, [first, second]) in terms {
            sum.push(*point, first);
            if second.magnitude != 0 {
                sum.push(Affine::new_unchecked(point.x * beta, point.y), second);
            }
        }
        // One bit more than the numbers have, for the carry of signed digits.
        let longest = sum.numbers.iter().max().map_or(0, |number| 1 + u128::BITS - number.leading_zeros());
        sum.bits = best_window(sum.points.len(), longest);
        sum.windows = longest.div_ceil(sum.bits);
        let shift = sum.shift();
        sum.numbers.iter_mut().for_each(|number| *number += shift);
        sum
    }

    fn push(&mut self, point: Affine<P>, half: Half) {
        if half.magnitude != 0 {
            self.points.push(point);
            self.numbers.push(half.magnitude);
            self.negative.push(half.negative);
        }
    }

    /// Number of windows, all independent.
    pub(crate) fn windows(&self) -> u32 {
        self.windows
    }

    /// Half a window's range for every window but the highest: added beforehand and taken off each digit afterwards.
    fn shift(&self) -> u128 {
        (1..self.windows).map(|window| 1u128 << (self.bits * window - 1)).sum()
    }

    /// The digit of a term, between minus and plus half a window's range.
    fn digit(&self, term: usize, window: u32) -> i32 {
        let number = self.numbers[term] >> (self.bits * window);
        let digit = if window + 1 == self.windows {
            i32::try_from(number).unwrap_or_default()
        } else {
            i32::try_from(number & ((1 << self.bits) - 1)).unwrap_or_default() - (1 << (self.bits - 1))
        };
        if self.negative[term] { -digit } else { digit }
    }

    /// The sum over one window: `sum of digit * point`.
    pub(crate) fn window(&self, window: u32) -> Projective<P> {
        let buckets = 1usize << (self.bits - 1);
        // A counting sort by the digit's magnitude.
        let digits: Vec<i32> = (0..self.points.len()).map(|term| self.digit(term, window)).collect();
        let mut lengths = vec![0usize; buckets + 1];
        digits.iter().for_each(|digit| lengths[digit.unsigned_abs() as usize] += 1);
        lengths[0] = 0;
        let mut places = Vec::with_capacity(lengths.len());
        let mut total = 0;
        for length in &lengths {
            places.push(total);
            total += length;
        }
        let mut sorted = vec![Affine::identity(); total];
        for (digit, point) in digits.iter().zip(&self.points) {
            if *digit != 0 {
                let place = &mut places[digit.unsigned_abs() as usize];
                sorted[*place] = if *digit < 0 { -*point } else { *point };
                *place += 1;
            }
        }
        weighted(&group_sums(sorted, lengths))
    }

    /// Puts the windows' sums together, lowest first.
    pub(crate) fn combine(&self, windows: &[Projective<P>]) -> Projective<P> {
        let mut total = Projective::ZERO;
        for window in windows.iter().rev() {
            (0..self.bits).for_each(|_| {
                total.double_in_place();
            });
            total += window;
        }
        total
    }
}

/// The window width with the least additions: one per point and window, two per bucket.
fn best_window(points: usize, longest: u32) -> u32 {
    let cost = |bits: &u32| longest.div_ceil(*bits) as usize * (points + (2 << (bits - 1)));
    (2..=16).min_by_key(cost).unwrap_or(2)
}

/// `sum of index * points[index]`: with `index = high * width + low`, the sum over rows of one `high` and the sum over
/// columns of one `low` are plain sums again, and only their few results are weighted.
fn weighted<P: Endomorphism>(points: &[Affine<P>]) -> Projective<P> {
    let width = 1usize << (usize::BITS - points.len().leading_zeros()).div_ceil(2);
    let rows = group_sums(points.to_vec(), points.chunks(width).map(<[_]>::len).collect());
    let column = |low: usize| points.iter().skip(low).step_by(width);
    let by_column = (0..width).flat_map(column).copied().collect();
    let columns = group_sums(by_column, (0..width).map(|low| column(low).count()).collect());
    let mut total = counted(&rows);
    (0..width.trailing_zeros()).for_each(|_| {
        total.double_in_place();
    });
    total + counted(&columns)
}

/// `sum of index * points[index]` by running sums.
fn counted<P: SWCurveConfig>(points: &[Affine<P>]) -> Projective<P> {
    let (mut running, mut total) = (Projective::ZERO, Projective::ZERO);
    for point in points.iter().skip(1).rev() {
        running += point;
        total += running;
    }
    total
}

/// What happens to the points at `from` and, for a pair, behind it; the result goes to `to`, which is never above `from`.
struct Step {
    from: usize,
    to: usize,
    pair: bool,
}

/// Sums of consecutive groups of points with the given lengths; the identity for an empty group.
fn group_sums<P: Endomorphism>(mut points: Vec<Affine<P>>, mut lengths: Vec<usize>) -> Vec<Affine<P>> {
    let mut steps = Vec::with_capacity(points.len() / 2 + lengths.len());
    let mut shared = Shared::default();
    while lengths.iter().any(|length| *length > 1) {
        steps.clear();
        let (mut from, mut to) = (0, 0);
        for length in &mut lengths {
            let end = from + *length;
            *length = length.div_ceil(2);
            while from < end {
                let pair = from + 1 < end;
                steps.push(Step { from, to, pair });
                from += if pair { 2 } else { 1 };
                to += 1;
            }
        }
        // Results go below everything that is still to be read.
        steps.chunks(SHARED).for_each(|steps| shared.carry_out(&mut points, steps));
        points.truncate(to);
    }
    let mut sums = points.into_iter();
    lengths.iter().map(|length| if *length == 0 { None } else { sums.next() }.unwrap_or_default()).collect()
}

/// Room for one shared inversion.
struct Shared<F> {
    denominators: Vec<F>,
    room: Vec<Fq>,
}

impl<F> Default for Shared<F> {
    fn default() -> Self {
        Self { denominators: Vec::with_capacity(SHARED), room: Vec::with_capacity(SHARED) }
    }
}

impl<F: Field> Shared<F> {
    fn carry_out<P: Endomorphism<BaseField = F>>(&mut self, points: &mut [Affine<P>], steps: &[Step]) {
        self.denominators.clear();
        for step in steps.iter().filter(|step| step.pair) {
            self.denominators.push(denominator(&points[step.from], &points[step.from + 1]));
        }
        P::invert_all(&mut self.denominators, &mut self.room);
        let mut inverses = self.denominators.iter();
        for step in steps {
            points[step.to] = match step.pair.then(|| inverses.next()).flatten() {
                Some(inverse) => sum_of_two(&points[step.from], &points[step.from + 1], inverse),
                None => points[step.from],
            };
        }
    }
}

/// What the slope of the line through two points is divided by; one where there is no slope to compute.
fn denominator<P: SWCurveConfig>(p: &Affine<P>, q: &Affine<P>) -> P::BaseField {
    if p.is_zero() || q.is_zero() {
        P::BaseField::ONE
    } else if p.x != q.x {
        q.x - p.x
    } else if p.y == q.y {
        // No point of odd order has y = 0.
        p.y.double()
    } else {
        P::BaseField::ONE
    }
}

fn sum_of_two<P: SWCurveConfig>(p: &Affine<P>, q: &Affine<P>, inverse: &P::BaseField) -> Affine<P> {
    if p.is_zero() {
        return *q;
    } else if q.is_zero() {
        return *p;
    }
    let slope = if p.x != q.x {
        (q.y - p.y) * inverse
    } else if p.y == q.y {
        let square = p.x.square();
        (square.double() + square) * inverse
    } else {
        return Affine::identity();
    };
    let x = slope.square() - p.x - q.x;
    Affine::new_unchecked(x, slope * (p.x - x) - p.y)
}

/// The whole sum on this thread.
pub(crate) fn sum<'a, P: Endomorphism>(terms: impl Iterator<Item = (&'a Affine<P>, Halves)>) -> Projective<P> {
    let sum = Sum::new(terms);
    let windows: Vec<_> = (0..sum.windows()).map(|window| sum.window(window)).collect();
    sum.combine(&windows)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ark_bn254::{G1Affine, G1Projective, G2Affine, G2Projective, g1, g2};
    use ark_ec::{CurveGroup, VariableBaseMSM};
    use ark_ff::UniformRand;
    use ark_std::rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(20_261_121)
    }

    fn lambda() -> Fr {
        g1::Config::LAMBDA
    }

    /// Scalars where rounding, signs or carries turn.
    fn edges() -> Vec<Fr> {
        let two = |exponent: u64| Fr::from(2u64).pow([exponent]);
        let mut edges = vec![Fr::ZERO, Fr::ONE, lambda(), -lambda(), lambda() + Fr::ONE, lambda().double()];
        edges.extend((1..254).flat_map(|bit| [two(bit), two(bit) - Fr::ONE, two(bit) + lambda()]));
        edges.iter().flat_map(|edge| [*edge, -*edge]).collect()
    }

    #[test]
    fn halves_are_short_and_make_up_the_scalar() {
        let mut rng = rng();
        let random: Vec<Fr> = (0..10_000).map(|_| Fr::rand(&mut rng)).collect();
        for scalar in edges().iter().chain(&random) {
            let [first, second] = halves(scalar).map(|half| {
                assert!(half.magnitude < 1 << 127, "{scalar}");
                let magnitude = Fr::from(half.magnitude);
                if half.negative { -magnitude } else { magnitude }
            });
            assert_eq!(first + second * lambda(), *scalar);
        }
        let [first, second] = halves(&Fr::ONE);
        assert_eq!((first.magnitude, first.negative, second.magnitude), (1, false, 0), "a bit has one half only");
    }

    #[test]
    fn the_endomorphism_multiplies_by_lambda_on_both_curves() {
        let p = G1Projective::rand(&mut rng()).into_affine();
        assert_eq!(G1Affine::new_unchecked(p.x * g1::Config::beta(), p.y), p * lambda());
        let q = G2Projective::rand(&mut rng()).into_affine();
        assert_eq!(G2Affine::new_unchecked(q.x * g2::Config::beta(), q.y), q * lambda());
    }

    /// Points of which many are equal, opposite or small multiples of each other, so that pairs meet that need another
    /// formula.
    fn related_points<P: SWCurveConfig>(rng: &mut ChaCha20Rng, count: usize) -> Vec<Affine<P>> {
        let base = Projective::<P>::rand(rng);
        let mut one = || {
            let point = base * P::ScalarField::from(rng.gen_range(1u64..6));
            if rng.r#gen() { point } else { -point }
        };
        Projective::<P>::normalize_batch(&(0..count).map(|_| one()).collect::<Vec<_>>())
    }

    fn agrees<P: Endomorphism>(count: usize)
    where
        Projective<P>: VariableBaseMSM<MulBase = Affine<P>, ScalarField = Fr>,
    {
        let mut rng = rng();
        let different =
            Projective::<P>::normalize_batch(&(0..count).map(|_| Projective::<P>::rand(&mut rng)).collect::<Vec<_>>());
        for points in [different, related_points::<P>(&mut rng, count)] {
            let random: Vec<Fr> = (0..count).map(|_| Fr::rand(&mut rng)).collect();
            let bits: Vec<Fr> = (0..count).map(|_| Fr::from(rng.r#gen::<bool>())).collect();
            let small: Vec<Fr> = (0..count).map(|_| Fr::from(rng.gen_range(0u64..4)) - Fr::from(2u64)).collect();
            let edges: Vec<Fr> = edges().into_iter().cycle().take(count).collect();
            for scalars in [random, bits, small, edges, vec![Fr::ZERO; count], vec![-Fr::ONE; count]] {
                let expected = Projective::<P>::msm(&points, &scalars).unwrap();
                assert_eq!(sum(points.iter().zip(scalars.iter().map(halves))), expected, "{count} points");
            }
        }
    }

    #[test]
    fn sums_are_those_of_arkworks() {
        for count in [0, 1, 2, 3, 33, 700, 1600] {
            agrees::<g1::Config>(count);
        }
        for count in [0, 1, 2, 33, 700] {
            agrees::<g2::Config>(count);
        }
    }

    #[test]
    fn groups_are_summed_whatever_their_lengths() {
        let mut rng = rng();
        let lengths: Vec<usize> = (0..300).map(|_| rng.gen_range(0..9)).collect();
        let mut points = related_points::<g1::Config>(&mut rng, lengths.iter().sum());
        points.iter_mut().step_by(17).for_each(|point| *point = Affine::identity());
        let sums = group_sums(points.clone(), lengths.clone());
        let mut rest = points.as_slice();
        for (length, sum) in lengths.into_iter().zip(sums) {
            let group = rest.split_off(..length).unwrap();
            let expected: G1Projective = group.iter().map(|point| point.into_group()).sum();
            assert_eq!(sum, expected.into_affine());
        }
    }
}
