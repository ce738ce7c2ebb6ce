//! Lies about the spend key of a join-split: whose it is, how it is blinded, and the curve arithmetic behind it.

use ark_bn254::Fr;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, Fr as Scalar};
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField, UniformRand};
use ark_std::rand::SeedableRng;
use tacit_circuits::testing::Sample;
use tacit_circuits::{FieldBytes, Public, Reject, Statement};

use super::forgery::{Forgery, add, bytes};
use super::lying_transfer::{NOTHING, after, hidden, leaving, number};

const CURVE: &str = "ak is on the curve";
const SCALAR_BIT: &str = "scalar bit is boolean";
const KEY_X: &str = "spend key x is that of ak blinded";
const KEY_Y: &str = "spend key y is that of ak blinded";

fn coordinates(point: EdwardsAffine) -> [Fr; 2] {
    [point.x, point.y]
}

fn generator_times(scalar: Scalar) -> [Fr; 2] {
    coordinates((EdwardsAffine::generator() * scalar).into_affine())
}

/// A point of order eight.
fn order_eight() -> EdwardsAffine {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(8);
    loop {
        let Some(point) = EdwardsAffine::get_point_from_y_unchecked(Fr::rand(&mut rng), false) else { continue };
        let small = point.mul_bigint(Scalar::MODULUS);
        if small.double().double() != EdwardsAffine::zero() {
            return small.into_affine();
        }
    }
}

#[test]
fn the_key_of_somebody_else_is_stopped() {
    let thief = generator_times(Scalar::from(5u64));
    let lie = |forgery: &mut Forgery| {
        forgery.set("spend key x", thief[0]);
        forgery.set("spend key y", thief[1]);
    };
    assert_eq!(after(hidden(), lie), [KEY_X, KEY_Y]);
    assert_eq!(after(hidden(), |forgery| forgery.set("spend key x", -forgery.get("spend key x"))), [KEY_X]);
    assert_eq!(after(hidden(), |forgery| forgery.set("spend key y", -forgery.get("spend key y"))), [KEY_Y]);
}

#[test]
fn another_blinding_is_stopped() {
    for bit in [0, 1, 2, 3, 100, 249, 250, 251] {
        let name = format!("spend blinding bit {bit}");
        let lie = |forgery: &mut Forgery| forgery.set(&name, Fr::ONE - forgery.get(&name));
        assert_eq!(after(hidden(), lie), [KEY_X, KEY_Y], "{name}");
    }
}

/// A key moved by a point of small order signs as well as the honest one, so that the circuit must tell them apart.
#[test]
fn a_key_with_a_component_of_small_order_is_stopped() {
    let lie = |forgery: &mut Forgery| {
        let key = [forgery.get("spend key x"), forgery.get("spend key y")];
        let [x, y] = add(key, coordinates(order_eight()));
        forgery.set("spend key x", x);
        forgery.set("spend key y", y);
    };
    assert_eq!(after(hidden(), lie), [KEY_X, KEY_Y]);
}

#[test]
fn attack_28_bits_of_the_blinding_that_are_not_bits_are_stopped() {
    for bit in [0, 1, 2, 3, 130, 251] {
        for value in [number(2), -Fr::ONE, number(2).inverse().unwrap()] {
            let lie = |forgery: &mut Forgery| forgery.set(&format!("spend blinding bit {bit}"), value);
            assert!(after(hidden(), lie).contains(&SCALAR_BIT));
        }
    }
    // Everything computed from the false bits is accepted as the spend key: only the bits themselves are wrong.
    let mut forgery = hidden();
    forgery.set("spend blinding bit 4", number(7));
    let system = forgery.system();
    let [x, y] = ["edwards sum x", "edwards sum y"].map(|label| system.get(*system.variables(label).last().unwrap()));
    forgery.set("spend key x", x);
    forgery.set("spend key y", y);
    assert_eq!(forgery.broken(), [SCALAR_BIT]);
}

/// Off the curve the addition law means nothing, and a liar could choose `ak` so that `rk` is a key of theirs.
#[test]
fn attack_34_a_key_that_is_off_the_curve_is_stopped() {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    for _ in 0..5 {
        let mut forgery = leaving();
        forgery.set_ak([Fr::rand(&mut rng), Fr::rand(&mut rng)]);
        // The liar owns a note under that key.
        forgery.plant(1);
        forgery.plant(0);
        assert_eq!(forgery.broken(), [CURVE]);
    }
}

#[test]
fn attack_07_a_scalar_and_its_alias_give_one_key_and_one_nullifier() {
    let mut forgery = hidden();
    let before = forgery.broken();
    let nullifiers = [forgery.get("nullifier 0"), forgery.get("nullifier 1")];
    let mut alias = Scalar::MODULUS;
    alias.add_with_carry(&Scalar::from(12_345u64).into_bigint());
    forgery.set_blinding(&Scalar::from(12_345u64).into_bigint());
    forgery.blind();
    let key = forgery.get("spend key x");
    assert_eq!(forgery.broken(), before);
    forgery.set_blinding(&alias);
    forgery.blind();
    assert_eq!(forgery.broken(), before);
    assert_eq!(forgery.get("spend key x"), key);
    assert_eq!([forgery.get("nullifier 0"), forgery.get("nullifier 1")], nullifiers);
}

/// The addition law has no exceptions, so that no honest wallet meets a blinding for which no proof exists.
#[test]
fn every_blinding_has_a_proof() {
    let one = Scalar::from(1u64);
    let secret = Scalar::from(424_242u64);
    let mut blindings = vec![Scalar::ZERO, one, -one, secret, -secret, secret + one, Scalar::from(8u64)];
    blindings.extend((0..84).map(|window| Scalar::from(8u64).pow([window])));
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(3);
    blindings.extend((0..20).map(|_| Scalar::rand(&mut rng)));
    let mut forgery = Forgery::of(Statement::Transfer1x2, 3);
    forgery.set("ak x", generator_times(secret)[0]);
    forgery.set("ak y", generator_times(secret)[1]);
    forgery.plant(0);
    for blinding in blindings {
        forgery.set_blinding(&blinding.into_bigint());
        forgery.blind();
        assert_eq!(forgery.broken(), NOTHING, "{blinding}");
        let [x, y] = generator_times(secret + blinding);
        assert_eq!([forgery.get("spend key x"), forgery.get("spend key y")], [x, y]);
    }
}

/// `ak` of small order is the folly of its owner: what is blinded is an ordinary key. Only a blinded key of small order
/// would let everybody sign, and the chain refuses to read one.
#[test]
fn attack_31_a_spend_key_of_small_order_never_reaches_the_verifier() {
    let small = coordinates(order_eight());
    let mut forgery = Forgery::of(Statement::Transfer1x2, 3);
    forgery.set_ak(small);
    forgery.plant(0);
    assert_eq!(forgery.broken(), NOTHING);
    forgery.set_blinding(&Scalar::ZERO.into_bigint());
    forgery.blind();
    assert_eq!(forgery.broken(), NOTHING, "the circuit does not know small order");
    for point in [small, [Fr::ZERO, Fr::ONE], [Fr::ZERO, -Fr::ONE]] {
        let mut inputs = Sample::new(Statement::Transfer1x2, 3).unwrap().public().inputs();
        let count = inputs.len();
        inputs[count - 2] = bytes(point[0]);
        inputs[count - 1] = bytes(point[1]);
        let error = Public::from_inputs(Statement::Transfer1x2, &inputs).unwrap_err();
        assert_eq!(error, Reject::SmallOrder { point: "spend key" });
    }
}

#[test]
fn a_spend_key_off_the_curve_never_reaches_the_verifier() {
    let mut inputs = Sample::new(Statement::Transfer2x2, 3).unwrap().public().inputs();
    let last = inputs.len() - 1;
    inputs[last] = FieldBytes::from(2);
    let error = Public::from_inputs(Statement::Transfer2x2, &inputs).unwrap_err();
    assert_eq!(error, Reject::Encoding { point: "spend key" });
}

/// A gadget that forgets to tie one of its values to the others lets a prover choose it (attacks 27, 28 and 29). Each
/// variable of the curve arithmetic is changed together with everything computed after it: the end must differ.
#[test]
fn attack_27_no_variable_of_the_multiplication_is_free() {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(27);
    let mut system = hidden().system();
    for label in [
        "scalar bit",
        "two scalar bits",
        "multiple of the generator x",
        "multiple of the generator y",
        "edwards x1 x2",
        "edwards y1 y2",
        "edwards (x1+y1)(x2+y2)",
        "edwards x1 x2 y1 y2",
        "edwards sum x",
        "edwards sum y",
        "edwards x^2",
        "edwards y^2",
    ] {
        let variables = system.variables(label);
        assert!(!variables.is_empty(), "{label}");
        for variable in variables {
            for value in [Fr::rand(&mut rng), system.get(variable) + Fr::ONE, -system.get(variable), Fr::ZERO, Fr::ONE]
            {
                if value != system.get(variable) {
                    assert!(system.notices(variable, value), "{label} {variable}");
                }
            }
        }
    }
}
