//! The line coefficients of the Miller loop for a point of G2, with the subgroup check that falls out of them.
//!
//! The optimal ate loop for BN curves computes `R = [6x+2]Q + psi(Q) - psi^2(Q)` on its way, where psi is the p-power
//! endomorphism of the twist (Vercauteren, eprint 2008/096). On the subgroup of order r, where psi multiplies by p,
//! `6x + 2 + p - p^2 + p^3 = 0 mod r`, so that R equals `-psi^3(Q)`. The converse holds too: the norm of
//! `6x + 2 + psi - psi^2 + psi^3` over the characteristic polynomial `psi^2 - t psi + p` shares with the order of the whole
//! twist exactly the factor r, hence whoever satisfies the equation has order r (the method of eprint 2022/348). The check
//! thus costs three field multiplications instead of a scalar multiplication per proof. A point on which the loop's
//! incomplete formulas break ends with z = 0 and is refused; no point of order r does. Tests compare with arkworks.

use ark_bn254::{Config, Fq, Fq2, G2Affine};
use ark_ec::bn::{BnConfig, G2Prepared, g2::EllCoeff};
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::{AdditiveGroup, Field};

type Line = EllCoeff<Config>;

/// A point in homogeneous projective coordinates.
struct Running {
    x: Fq2,
    y: Fq2,
    z: Fq2,
}

/// Prepares a curve point, other than the identity, for the Miller loop. `None` when it is outside the subgroup.
pub(super) fn lines(q: &G2Affine) -> Option<G2Prepared<Config>> {
    let negative = -*q;
    let mut running = Running { x: q.x, y: q.y, z: Fq2::ONE };
    let mut ell_coeffs = Vec::with_capacity(2 * Config::ATE_LOOP_COUNT.len());
    for digit in Config::ATE_LOOP_COUNT.iter().rev().skip(1) {
        ell_coeffs.push(running.double());
        match digit {
            1 => ell_coeffs.push(running.add(q)),
            -1 => ell_coeffs.push(running.add(&negative)),
            _ => {}
        }
    }
    let first = endomorphism(q);
    let second = endomorphism(&first);
    ell_coeffs.push(running.add(&first));
    ell_coeffs.push(running.add(&-second));
    running.equals(&-endomorphism(&second)).then_some(G2Prepared { ell_coeffs, infinity: false })
}

/// psi: untwist, raise to the p-th power, twist.
pub(super) fn endomorphism(q: &G2Affine) -> G2Affine {
    let conjugate = |value: Fq2| Fq2::new(value.c0, -value.c1);
    let x = conjugate(q.x) * Config::TWIST_MUL_BY_Q_X;
    G2Affine::new_unchecked(x, conjugate(q.y) * Config::TWIST_MUL_BY_Q_Y)
}

impl Running {
    /// Doubles the point and returns the tangent (Costello, Lange, Naehrig; eprint 2009/615, and Aranha et al., 2013/722).
    fn double(&mut self) -> Line {
        let half = |value: Fq2| Fq2::new(halve(value.c0), halve(value.c1));
        let a = half(self.x * self.y);
        let b = self.y.square();
        let c = self.z.square();
        let e = ark_bn254::g2::Config::COEFF_B * (c.double() + c);
        let f = e.double() + e;
        let g = half(b + f);
        let h = (self.y + self.z).square() - (b + c);
        let tangent_x = self.x.square();
        let e_square = e.square();
        self.x = a * (b - f);
        self.y = g.square() - (e_square.double() + e_square);
        self.z = b * h;
        (-h, tangent_x.double() + tangent_x, e - b)
    }

    /// Adds an affine point and returns the line through both.
    fn add(&mut self, q: &G2Affine) -> Line {
        let theta = self.y - q.y * self.z;
        let lambda = self.x - q.x * self.z;
        let c = theta.square();
        let d = lambda.square();
        let e = lambda * d;
        let f = self.z * c;
        let g = self.x * d;
        let h = e + f - g.double();
        self.x = lambda * h;
        self.y = theta * (g - h) - e * self.y;
        self.z *= e;
        (lambda, -theta, theta * q.x - lambda * q.y)
    }

    fn equals(&self, q: &G2Affine) -> bool {
        self.z != Fq2::ZERO && self.x == q.x * self.z && self.y == q.y * self.z
    }
}

fn halve(value: Fq) -> Fq {
    value * super::decode::HALF
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ark_ec::{AffineRepr, CurveConfig, CurveGroup};
    use ark_ff::UniformRand;
    use ark_std::rand::SeedableRng;

    fn any_curve_point(rng: &mut rand_chacha::ChaCha20Rng) -> G2Affine {
        loop {
            if let Some(point) = G2Affine::get_point_from_x_unchecked(Fq2::rand(rng), true) {
                return point;
            }
        }
    }

    #[test]
    fn the_lines_are_those_of_arkworks() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(3);
        for _ in 0..20 {
            let point = ark_bn254::G2Projective::rand(&mut rng).into_affine();
            assert_eq!(lines(&point).unwrap(), G2Prepared::from(point));
        }
        assert!(lines(&G2Affine::generator()).is_some());
    }

    #[test]
    fn points_outside_the_subgroup_have_no_lines() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(4);
        for _ in 0..200 {
            let point = any_curve_point(&mut rng);
            assert!(!point.is_in_correct_subgroup_assuming_on_curve());
            assert!(lines(&point).is_none());
        }
    }

    /// Points outside the subgroup: of any order, of a small one, and mixtures.
    pub(in crate::verify) fn outside_points(rng: &mut rand_chacha::ChaCha20Rng, count: usize) -> Vec<G2Affine> {
        let mut points = Vec::new();
        while points.len() < count {
            let any = any_curve_point(rng);
            let small = small_order_part(&any);
            if !small.is_zero() {
                points.extend([any, small, (ark_bn254::G2Projective::rand(rng) + small).into_affine()]);
            }
        }
        points.truncate(count);
        points
    }

    /// The order of the twist is r times a cofactor with the prime factors 10069, 5864401 and larger ones. Points of small
    /// order are where incomplete formulas break.
    #[test]
    fn points_of_small_order_and_mixtures_with_them_have_no_lines() {
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(5);
        let mut tried = 0;
        while tried < 10 {
            let point = any_curve_point(&mut rng);
            let small = small_order_part(&point);
            if small.is_zero() {
                continue;
            }
            tried += 1;
            assert!(lines(&small).is_none());
            let mixed = (ark_bn254::G2Projective::rand(&mut rng) + small).into_affine();
            assert!(lines(&mixed).is_none());
            assert!(!mixed.is_in_correct_subgroup_assuming_on_curve());
        }
    }

    /// [r * h / 10069] P, a point whose order divides 10069.
    fn small_order_part(point: &G2Affine) -> G2Affine {
        let cofactor_part = divide(ark_bn254::g2::Config::COFACTOR, 10069);
        let in_cofactor = point.mul_bigint(<ark_bn254::Fr as ark_ff::PrimeField>::MODULUS);
        let small = in_cofactor.into_affine().mul_bigint(cofactor_part).into_affine();
        assert!(small.mul_bigint([10069u64]).into_affine().is_zero());
        small
    }

    fn divide(limbs: &[u64], by: u64) -> Vec<u64> {
        let mut quotient = limbs.to_vec();
        let mut rest = 0u128;
        for limb in quotient.iter_mut().rev() {
            let wide = (rest << 64) | u128::from(*limb);
            *limb = u64::try_from(wide / u128::from(by)).unwrap();
            rest = wide % u128::from(by);
        }
        assert_eq!(rest, 0, "the cofactor is divisible by {by}");
        quotient
    }
}
