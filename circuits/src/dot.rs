//! Sums of up to four products in the base field with one reduction, and a Miller value times a line built on them.

use ark_bn254::{Fq, Fq2, Fq6, Fq12};
use ark_ff::{BigInt, PrimeField};

const MODULUS: [u64; 4] = Fq::MODULUS.0;

/// `-1 / modulus` modulo 2^64.
const NEGATIVE_INVERSE: u64 = {
    // Newton's step doubles the number of right bits; an odd number is its own inverse modulo 8.
    let mut inverse = MODULUS[0];
    let mut bits = 3;
    while bits < 64 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(MODULUS[0].wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse.wrapping_neg()
};

// Four products and the reduction's multiple of the modulus stay below 2^320, and the result below twice the modulus,
// because five times the modulus is below 2^256.
const _: () = assert!(MODULUS[3] < u64::MAX / 5);

/// `sum of a[i] * b[i]` for up to four pairs: limb by limb as Montgomery multiplication goes, with the products of all
/// pairs added before each reduction step.
#[inline(always)]
pub(crate) fn dot<const N: usize>(a: [&Fq; N], b: [&Fq; N]) -> Fq {
    const { assert!(N <= 4) }
    let mut sum = [0u64; 5];
    for limb in 0..4 {
        for (a, b) in a.iter().zip(&b) {
            let (factor, limbs, mut carry) = (a.0.0[limb], &b.0.0, 0);
            for place in 0..4 {
                (sum[place], carry) = factor.carrying_mul_add(limbs[place], carry, sum[place]);
            }
            sum[4] = sum[4].wrapping_add(carry);
        }
        let multiple = sum[0].wrapping_mul(NEGATIVE_INVERSE);
        let (_, mut carry) = multiple.carrying_mul_add(MODULUS[0], 0, sum[0]);
        for place in 1..4 {
            (sum[place - 1], carry) = multiple.carrying_mul_add(MODULUS[place], carry, sum[place]);
        }
        let (top, overflow) = sum[4].overflowing_add(carry);
        (sum[3], sum[4]) = (top, u64::from(overflow));
    }
    let (mut reduced, mut borrow) = ([0u64; 4], false);
    for place in 0..4 {
        (reduced[place], borrow) = sum[place].borrowing_sub(MODULUS[place], borrow);
    }
    Fq::new_unchecked(BigInt(if borrow { [sum[0], sum[1], sum[2], sum[3]] } else { reduced }))
}

/// `9 + u` times a value: the number that the cube of Fq6's generator is.
#[inline(always)]
fn times_xi(value: &Fq2) -> Fq2 {
    let nine = |part: Fq| {
        let two = part + part;
        let four = two + two;
        four + four + part
    };
    Fq2::new(nine(value.c0) - value.c1, nine(value.c1) + value.c0)
}

/// `first + x * m + y * n`.
#[inline(always)]
fn with_two(first: &Fq2, x: &Fq2, m: &Factor, y: &Fq2, n: &Factor) -> Fq2 {
    let c0 = dot([&x.c0, &x.c1, &y.c0, &y.c1], [&m.value.c0, &m.negative, &n.value.c0, &n.negative]);
    let c1 = dot([&x.c0, &x.c1, &y.c0, &y.c1], [&m.value.c1, &m.value.c0, &n.value.c1, &n.value.c0]);
    Fq2::new(first.c0 + c0, first.c1 + c1)
}

/// A factor with its imaginary part negated beside it, as `u * u = -1` asks for.
struct Factor {
    value: Fq2,
    negative: Fq,
}

impl Factor {
    #[inline(always)]
    fn new(value: Fq2) -> Self {
        Self { value, negative: -value.c1 }
    }
}

/// `f * (1 + a w + b v w)`, for Fq12 = Fq6[w], w^2 = v, and Fq6 = Fq2[v], v^3 = xi.
pub(crate) fn times_line(f: &Fq12, a: &Fq2, b: &Fq2) -> Fq12 {
    let (xi_a, xi_b) = (Factor::new(times_xi(a)), Factor::new(times_xi(b)));
    let (a, b) = (Factor::new(*a), Factor::new(*b));
    let (x, y) = (&f.c0, &f.c1);
    // (y a + y b v) v, with the powers of v from the third on turned into xi.
    let c0 = Fq6::new(
        with_two(&x.c0, &y.c2, &xi_a, &y.c1, &xi_b),
        with_two(&x.c1, &y.c0, &a, &y.c2, &xi_b),
        with_two(&x.c2, &y.c1, &a, &y.c0, &b),
    );
    let c1 = Fq6::new(
        with_two(&y.c0, &x.c0, &a, &x.c2, &xi_b),
        with_two(&y.c1, &x.c1, &a, &x.c0, &b),
        with_two(&y.c2, &x.c2, &a, &x.c1, &b),
    );
    Fq12::new(c0, c1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{AdditiveGroup, Field, UniformRand};
    use ark_std::rand::{Rng, SeedableRng};

    #[test]
    fn sums_of_products_are_those_of_arkworks() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(8);
        let edges = [
            Fq::ZERO,
            Fq::ONE,
            -Fq::ONE,
            Fq::new_unchecked(BigInt([MODULUS[0] - 1, MODULUS[1], MODULUS[2], MODULUS[3]])),
        ];
        for round in 0..2000 {
            let value = |rng: &mut rand_chacha::ChaCha20Rng| match round {
                0..500 => edges[rng.gen_range(0..edges.len())],
                _ => Fq::rand(rng),
            };
            let (a, b): ([Fq; 4], [Fq; 4]) =
                (core::array::from_fn(|_| value(&mut rng)), core::array::from_fn(|_| value(&mut rng)));
            let expected = |count: usize| (0..count).map(|index| a[index] * b[index]).sum::<Fq>();
            assert_eq!(dot([&a[0]], [&b[0]]), expected(1));
            assert_eq!(dot([&a[0], &a[1]], [&b[0], &b[1]]), expected(2));
            assert_eq!(dot(a.each_ref(), b.each_ref()), expected(4));
        }
        let most = &edges[3];
        assert_eq!(dot([most; 4], [most; 4]), *most * most * Fq::from(4u64));
    }

    #[test]
    fn a_line_multiplies_as_the_element_it_is() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(9);
        for _ in 0..50 {
            let (f, a, b) = (Fq12::rand(&mut rng), Fq2::rand(&mut rng), Fq2::rand(&mut rng));
            let line = Fq12::new(Fq6::ONE, Fq6::new(a, b, Fq2::ZERO));
            assert_eq!(times_line(&f, &a, &b), f * line);
        }
    }
}
