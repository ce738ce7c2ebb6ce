//! For every property of every statement a witness that lies about it alone, and the constraint that stops it.
//!
//! Everything derived from the lie is computed honestly, so that the named constraints are all that stands in the way.

use ark_bn254::Fr;
use ark_ff::{Field, UniformRand};
use ark_std::rand::SeedableRng;
use tacit_circuits::Statement;
use tacit_circuits::testing::{ForgedSystem, Sample, systems};

const NUMBER: u64 = 5;

pub fn broken(statement: Statement, lie: impl Fn(&str, Fr) -> Fr) -> Vec<&'static str> {
    let sample = Sample::new(statement, NUMBER).unwrap();
    ForgedSystem::with(&sample, lie).unwrap().broken()
}

/// Adds one to the named value.
pub fn off_by_one(target: &'static str) -> impl Fn(&str, Fr) -> Fr {
    move |name, value| if name == target { value + Fr::ONE } else { value }
}

pub fn replace(target: &'static str, with: Fr) -> impl Fn(&str, Fr) -> Fr {
    move |name, value| if name == target { with } else { value }
}

pub fn two_to_the(exponent: u64) -> Fr {
    Fr::from(2u64).pow([exponent])
}

#[test]
fn honest_witnesses_satisfy_every_circuit() {
    for number in 0..20 {
        // The largest circuit has a test of its own.
        for statement in Statement::ALL.into_iter().filter(|statement| *statement != Statement::Transfer8x2) {
            let system = ForgedSystem::of(&Sample::new(statement, number).unwrap()).unwrap();
            assert_eq!(system.broken(), Vec::<&str>::new(), "{statement}, sample {number}");
        }
    }
}

mod range {
    use super::*;

    #[test]
    fn a_commitment_to_another_value_is_stopped() {
        assert_eq!(broken(Statement::Range, off_by_one("commitment")), ["commitment opens to value"]);
        assert_eq!(broken(Statement::Range, off_by_one("blinding")), ["commitment opens to value"]);
        assert_eq!(broken(Statement::Range, off_by_one("value")), ["commitment opens to value"]);
    }

    #[test]
    fn a_value_below_the_lower_bound_is_stopped() {
        let sample = Sample::new(Statement::Range, NUMBER).unwrap();
        let Sample::Range(_, private) = &sample else { panic!("a range sample") };
        let just_above = Fr::from(private.value + 1);
        assert_eq!(broken(Statement::Range, replace("low", just_above)), ["value - low"]);
        assert_eq!(broken(Statement::Range, replace("low", Fr::from(u128::MAX))), ["value - low"]);
    }

    #[test]
    fn a_value_above_the_upper_bound_is_stopped() {
        let sample = Sample::new(Statement::Range, NUMBER).unwrap();
        let Sample::Range(_, private) = &sample else { panic!("a range sample") };
        assert_eq!(broken(Statement::Range, replace("high", Fr::from(private.value - 1))), ["high - value"]);
        assert_eq!(broken(Statement::Range, replace("high", Fr::from(0u64))), ["high - value"]);
    }

    /// With bounds 0 and 2^128 - 1 only the width of the decomposition keeps numbers outside u128 away.
    #[test]
    fn values_outside_128_bits_and_wrap_around_the_modulus_are_stopped() {
        let (minus_one, half) = (-Fr::ONE, Fr::from(2u64).inverse().unwrap());
        for value in [two_to_the(128), two_to_the(128) + Fr::ONE, two_to_the(253), minus_one, -two_to_the(127), half] {
            let labels = broken(Statement::Range, |name, honest| match name {
                "value" => value,
                "low" => Fr::from(0u64),
                "high" => Fr::from(u128::MAX),
                _ => honest,
            });
            assert!(labels.contains(&"value - low") || labels.contains(&"high - value"), "{value}: {labels:?}");
        }
    }

    #[test]
    fn swapped_bounds_are_stopped() {
        let labels = broken(Statement::Range, |name, honest| match name {
            "low" => honest + Fr::from(1000u64) + honest,
            _ => honest,
        });
        assert!(!labels.is_empty());
    }

    #[test]
    fn bits_that_are_not_bits_are_stopped() {
        for label in ["value - low", "high - value"] {
            let mut system = ForgedSystem::of(&Sample::new(Statement::Range, NUMBER).unwrap()).unwrap();
            let bits = system.variables(label);
            assert_eq!(bits.len(), 128);
            // Moves weight between two bits so that the sum stays right.
            let (low, high) = (system.get(bits[0]), system.get(bits[1]));
            system.set(bits[0], low + Fr::from(2u64));
            system.set(bits[1], high - Fr::ONE);
            assert_eq!(system.broken(), [label]);
        }
    }

    #[test]
    fn another_context_is_stopped() {
        let mut system = ForgedSystem::of(&Sample::new(Statement::Range, NUMBER).unwrap()).unwrap();
        let square = system.variables("context")[0];
        assert!(system.notices(square, system.get(square) + Fr::ONE));
    }
}

mod equality {
    use super::*;

    #[test]
    fn commitments_to_different_values_are_stopped() {
        assert_eq!(broken(Statement::Equality, off_by_one("first")), ["first opens to value"]);
        assert_eq!(broken(Statement::Equality, off_by_one("second")), ["second opens to value"]);
        assert_eq!(broken(Statement::Equality, off_by_one("first_blinding")), ["first opens to value"]);
        assert_eq!(broken(Statement::Equality, off_by_one("second_blinding")), ["second opens to value"]);
        let both = ["first opens to value", "second opens to value"];
        assert_eq!(broken(Statement::Equality, off_by_one("value")), both);
    }

    /// One commitment shown twice would prove nothing; the tags make the two kinds differ.
    #[test]
    fn one_commitment_on_both_sides_is_stopped() {
        let sample = Sample::new(Statement::Equality, NUMBER).unwrap();
        let Sample::Equality(public, private) = &sample else { panic!("an equality sample") };
        let mut mirrored = (*public, private.clone());
        mirrored.0.second = mirrored.0.first;
        mirrored.1.second_blinding = mirrored.1.first_blinding;
        let system = ForgedSystem::of(&Sample::Equality(mirrored.0, mirrored.1)).unwrap();
        assert_eq!(system.broken(), ["second opens to value"]);
    }

    #[test]
    fn values_outside_128_bits_are_stopped() {
        for value in [two_to_the(128), -Fr::ONE] {
            assert!(broken(Statement::Equality, replace("value", value)).contains(&"value"));
        }
    }

    #[test]
    fn bits_that_are_not_bits_are_stopped() {
        let mut system = ForgedSystem::of(&Sample::new(Statement::Equality, NUMBER).unwrap()).unwrap();
        // The committed value itself carries the label too, as the first of 129.
        let bits = system.variables("value");
        assert_eq!(bits.len(), 129);
        system.set(bits[1], system.get(bits[1]) + Fr::from(2u64));
        system.set(bits[2], system.get(bits[2]) - Fr::ONE);
        assert_eq!(system.broken(), ["value"]);
    }

    #[test]
    fn another_context_is_stopped() {
        let mut system = ForgedSystem::of(&Sample::new(Statement::Equality, NUMBER).unwrap()).unwrap();
        let square = system.variables("context")[0];
        assert!(system.notices(square, system.get(square) + Fr::ONE));
    }
}

/// What stops a node that is not among its parent's children.
pub const PLACE: &str = "child at place is the node below";

mod membership {
    use super::*;

    #[test]
    fn a_root_that_the_path_does_not_reach_is_stopped() {
        assert_eq!(broken(Statement::Membership, off_by_one("root")), ["path leads to root"]);
    }

    #[test]
    fn a_secret_that_is_in_no_leaf_is_stopped() {
        let labels = broken(Statement::Membership, off_by_one("secret"));
        assert_eq!(labels, [PLACE, "nullifier is of scope and secret"]);
    }

    #[test]
    fn another_weight_than_registered_is_stopped() {
        assert_eq!(broken(Statement::Membership, off_by_one("weight")), [PLACE]);
    }

    #[test]
    fn a_nullifier_of_another_scope_or_secret_is_stopped() {
        assert_eq!(broken(Statement::Membership, off_by_one("nullifier")), ["nullifier is of scope and secret"]);
        assert_eq!(broken(Statement::Membership, off_by_one("scope")), ["nullifier is of scope and secret"]);
    }

    #[test]
    fn a_false_child_on_any_level_is_stopped() {
        for level in 0..16 {
            for place in 0..4 {
                let target = format!("child {level} {place}");
                let labels =
                    broken(Statement::Membership, |name, value| if name == target { value + Fr::ONE } else { value });
                assert!(labels.contains(&PLACE) || labels == ["path leads to root"], "{target}: {labels:?}");
            }
        }
    }

    #[test]
    fn another_place_on_any_level_is_stopped() {
        for level in 0..16 {
            for bit in 0..2 {
                let target = format!("place {level} {bit}");
                let labels =
                    broken(Statement::Membership, |name, value| if name == target { Fr::ONE - value } else { value });
                // Neighbours can be equal only where both are empty, and the path's own node is never empty.
                assert_eq!(labels, [PLACE], "{target}");
            }
        }
    }

    /// A place of 2 or of one half would let a prover interpolate between children.
    #[test]
    fn place_bits_that_are_not_bits_are_stopped() {
        for value in [Fr::from(2u64), -Fr::ONE, Fr::from(2u64).inverse().unwrap()] {
            for bit in 0..2 {
                let target = format!("place 3 {bit}");
                let labels = broken(Statement::Membership, |name, honest| if name == target { value } else { honest });
                assert!(labels.contains(&"place bit is boolean"), "{target}: {labels:?}");
            }
        }
    }

    /// The shape of the attack that non-boolean bits allow: choose the bit so that a mixture of two children equals the
    /// liar's own node. Everything but the bit's own constraint is then satisfied.
    #[test]
    fn a_mixture_of_children_that_equals_the_liars_leaf_is_stopped() {
        let sample = Sample::new(Statement::Membership, 0).unwrap();
        let honest = ForgedSystem::of(&sample).unwrap();
        let children = honest.variables("child");
        let (zero, one) = (honest.get(children[0]), honest.get(children[1]));
        // Sample 0 stands at place 0 and its leaf is child 0; claim weight + 1 instead.
        let Sample::Membership(public, private) = &sample else { panic!("a membership sample") };
        let key = private.secret.public_key().unwrap();
        let false_leaf = tacit_circuits::statement::membership::leaf(&key, public.weight + 1).unwrap();
        let false_leaf = <Fr as ark_ff::PrimeField>::from_le_bytes_mod_order(&false_leaf.0);
        let mixing = (false_leaf - zero) * (one - zero).inverse().unwrap();
        let system = ForgedSystem::with(&sample, |name, value| match name {
            "weight" => value + Fr::ONE,
            "place 0 0" => mixing,
            _ => value,
        });
        assert_eq!(system.unwrap().broken(), ["place bit is boolean"]);
    }

    #[test]
    fn an_inner_node_passed_off_as_a_leaf_is_stopped() {
        // The path is shifted by one level: the leaf's parent takes the leaf's place.
        let sample = Sample::new(Statement::Membership, NUMBER).unwrap();
        let honest = ForgedSystem::of(&sample).unwrap();
        let children = honest.variables("child");
        let bits = honest.variables("place bit");
        let system = ForgedSystem::with(&sample, |name, value| {
            let mut words = name.split(' ');
            let (kind, level) = (words.next(), words.next().and_then(|level| level.parse::<usize>().ok()));
            let place = words.next().and_then(|place| place.parse::<usize>().ok());
            match (kind, level, place) {
                (Some("child"), Some(level @ 0..15), Some(place)) => honest.get(children[(level + 1) * 4 + place]),
                (Some("place"), Some(level @ 0..15), Some(bit)) => honest.get(bits[(level + 1) * 2 + bit]),
                _ => value,
            }
        });
        assert!(system.unwrap().broken().contains(&PLACE));
    }

    #[test]
    fn another_signal_is_stopped() {
        let mut system = ForgedSystem::of(&Sample::new(Statement::Membership, NUMBER).unwrap()).unwrap();
        let square = system.variables("signal")[0];
        assert!(system.notices(square, system.get(square) + Fr::ONE));
    }
}

/// Public inputs bound by a square are bound to the sign too: the instance occurs in the key's own column, and `x` and
/// `-x` give different proofs. What the constraint adds is that the column is not zero; the verifier tests show the rest.
///
/// Every private variable of every circuit matters: whatever it is changed to, some constraint breaks. Nothing is exempt.
#[test]
fn attack_29_changing_any_single_private_variable_is_noticed() {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(11);
    for mut system in systems(NUMBER).unwrap() {
        for index in 0..system.private_count() {
            let honest = system.get(index);
            let candidates =
                [Fr::rand(&mut rng), honest + Fr::ONE, -honest, Fr::from(0u64), Fr::ONE, honest + two_to_the(128)];
            for value in candidates.into_iter().filter(|value| *value != honest) {
                assert!(
                    system.notices(index, value),
                    "variable {index} ({}) may be {value} as well as {honest}",
                    system.variable_label(index)
                );
            }
        }
    }
}
