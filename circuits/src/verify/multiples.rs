//! Sums over a verifying key's own points, with their odd multiples at hand.
//!
//! One run of doublings serves all points; each half of a scalar (see [`crate::msm`]) costs an addition every seven bits.

use ark_bn254::{Fr, G1Affine, G1Projective, g1};
use ark_ec::CurveGroup;
use ark_ff::AdditiveGroup;

use crate::msm::{Endomorphism, Half, halves};

/// Bits of a digit's window.
const WIDTH: u32 = 6;

/// Odd multiples below 2^(WIDTH - 1).
const COUNT: usize = 1 << (WIDTH - 2);

/// A point times 1, 3, 5 and so on to 31.
#[derive(Clone)]
pub(super) struct Multiples([G1Affine; COUNT]);

impl Multiples {
    pub(super) fn of(point: &G1Affine) -> Self {
        let twice = G1Projective::from(*point).double();
        let mut multiples = [G1Projective::from(*point); COUNT];
        for index in 1..COUNT {
            multiples[index] = multiples[index - 1] + twice;
        }
        let mut affine = [*point; COUNT];
        affine.iter_mut().zip(G1Projective::normalize_batch(&multiples)).for_each(|(to, from)| *to = from);
        Self(affine)
    }

    fn get(&self, digit: i8) -> G1Affine {
        let multiple = self.0[usize::from(digit.unsigned_abs() / 2)];
        if digit < 0 { -multiple } else { multiple }
    }
}

/// `sum of scalar * point`.
pub(super) fn sum<'a>(terms: impl Iterator<Item = (&'a Multiples, Fr)>) -> G1Projective {
    let terms: Vec<_> = terms.map(|(multiples, scalar)| (multiples, halves(&scalar).map(digits))).collect();
    let beta = g1::Config::beta();
    let mut sum = G1Projective::ZERO;
    for place in (0..DIGITS).rev() {
        sum.double_in_place();
        for (multiples, [first, second]) in &terms {
            if first[place] != 0 {
                sum += multiples.get(first[place]);
            }
            if second[place] != 0 {
                let point = multiples.get(second[place]);
                sum += G1Affine::new_unchecked(point.x * beta, point.y);
            }
        }
    }
    sum
}

/// One more than a half has bits.
const DIGITS: usize = 128;

/// The non-adjacent form of a half: odd digits between -31 and 31, of which any six neighbours hold one at most; lowest
/// first.
fn digits(half: Half) -> [i8; DIGITS] {
    let (mut rest, negative) = half.parts();
    let mut digits = [0; DIGITS];
    for digit in &mut digits {
        if rest & 1 == 1 {
            let low = i8::try_from(rest & ((1 << WIDTH) - 1)).unwrap_or_default();
            let value = if low < 1 << (WIDTH - 1) { low } else { low - (1 << WIDTH) };
            // The number has 127 bits at most, so that nothing is lost above.
            rest = rest.wrapping_sub_signed(i128::from(value));
            *digit = if negative { -value } else { value };
        }
        rest >>= 1;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::{Field, UniformRand};
    use ark_std::rand::SeedableRng;

    #[test]
    fn sums_are_those_of_arkworks() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(4);
        let points: Vec<G1Affine> = (0..5).map(|_| G1Projective::rand(&mut rng).into_affine()).collect();
        let multiples: Vec<Multiples> = points.iter().map(Multiples::of).collect();
        let mut cases: Vec<[Fr; 5]> = (0..100).map(|_| core::array::from_fn(|_| Fr::rand(&mut rng))).collect();
        cases.push([Fr::ZERO; 5]);
        cases.push([Fr::ONE, -Fr::ONE, Fr::ZERO, Fr::from(u128::MAX), -Fr::from(u128::MAX)]);
        cases.extend((0..254).map(|bit| [Fr::from(2u64).pow([bit]); 5]));
        for scalars in cases {
            let expected: G1Projective = points.iter().zip(&scalars).map(|(point, scalar)| *point * scalar).sum();
            assert_eq!(sum(multiples.iter().zip(scalars)), expected);
        }
        assert_eq!(sum(core::iter::empty()), G1Projective::ZERO);
    }
}
