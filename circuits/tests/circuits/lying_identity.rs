//! *vote* and *credential*: for every property a witness that lies about it alone, and the constraint that stops it.
//!
//! As in [`super::lying_prover`], everything derived from a lie is computed honestly.

use super::lying_prover::{PLACE, broken, off_by_one, replace, two_to_the};
use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use tacit_circuits::testing::{ForgedSystem, Sample};
use tacit_circuits::{FieldBytes, Statement};

const NUMBER: u64 = 5;

fn field(bytes: FieldBytes) -> Fr {
    Fr::from_le_bytes_mod_order(&bytes.0)
}

/// Lies about one child or one place bit of the path, on every level.
fn every_lie_about_the_path_is_stopped(statement: Statement) {
    for level in 0..16 {
        for place in 0..4 {
            let target = format!("child {level} {place}");
            let labels = broken(statement, |name, value| if name == target { value + Fr::ONE } else { value });
            assert!(labels.contains(&PLACE) || labels == ["path leads to root"], "{target}: {labels:?}");
        }
        for bit in 0..2 {
            let target = format!("place {level} {bit}");
            let labels = broken(statement, |name, value| if name == target { Fr::ONE - value } else { value });
            assert_eq!(labels, [PLACE], "{target}");
            for value in [Fr::from(2u64), -Fr::ONE, Fr::from(2u64).inverse().unwrap()] {
                let labels = broken(statement, |name, honest| if name == target { value } else { honest });
                assert!(labels.contains(&"place bit is boolean"), "{target}: {labels:?}");
            }
        }
    }
}

/// The path is shifted by one level: the leaf's parent takes the leaf's place.
fn an_inner_node_as_a_leaf_is_stopped(statement: Statement) {
    let sample = Sample::new(statement, NUMBER).unwrap();
    let honest = ForgedSystem::of(&sample).unwrap();
    let (children, bits) = (honest.variables("child"), honest.variables("place bit"));
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

fn a_changed_square_is_noticed(statement: Statement, input: &str) {
    let mut system = ForgedSystem::of(&Sample::new(statement, NUMBER).unwrap()).unwrap();
    let square = system.variables(input)[0];
    assert!(system.notices(square, system.get(square) + Fr::ONE));
    let labels = broken(statement, |name, value| if name == input { value + Fr::ONE } else { value });
    assert_eq!(labels, Vec::<&str>::new(), "any {input} can be given when the proof is made");
}

mod vote {
    use super::*;
    use tacit_circuits::statement::vote;

    const NULLIFIER: &str = "nullifier is of poll and secret";

    #[test]
    fn a_root_that_the_path_does_not_reach_is_stopped() {
        assert_eq!(broken(Statement::Vote, off_by_one("root")), ["path leads to root"]);
    }

    #[test]
    fn a_secret_that_is_in_no_leaf_is_stopped() {
        assert_eq!(broken(Statement::Vote, off_by_one("secret")), [PLACE, NULLIFIER]);
    }

    /// The attack of double voting with honest-looking parts: a member's path with the nullifier of another secret.
    #[test]
    fn the_nullifier_of_a_second_secret_is_stopped() {
        let sample = Sample::new(Statement::Vote, NUMBER).unwrap();
        let Sample::Vote(public, private) = &sample else { panic!("a vote sample") };
        let mut other = private.secret.clone();
        other.0.0[0] ^= 1;
        let second = vote::nullifier(&public.poll, &other).unwrap();
        assert_eq!(broken(Statement::Vote, replace("nullifier", field(second))), [NULLIFIER]);
    }

    #[test]
    fn another_weight_than_registered_is_stopped() {
        assert_eq!(broken(Statement::Vote, off_by_one("weight")), [PLACE]);
        assert_eq!(broken(Statement::Vote, replace("weight", Fr::from(u128::MAX))), [PLACE]);
    }

    #[test]
    fn a_nullifier_of_another_poll_is_stopped() {
        assert_eq!(broken(Statement::Vote, off_by_one("nullifier")), [NULLIFIER]);
        assert_eq!(broken(Statement::Vote, off_by_one("poll")), [NULLIFIER]);
    }

    /// Were the nullifiers of *vote* and *membership* one, a member's votes could be linked to what else the member does.
    #[test]
    fn the_members_nullifier_of_membership_is_stopped() {
        let sample = Sample::new(Statement::Vote, NUMBER).unwrap();
        let Sample::Vote(public, private) = &sample else { panic!("a vote sample") };
        let linkable = private.secret.nullifier(&public.poll).unwrap();
        assert_ne!(linkable, public.nullifier);
        assert_eq!(broken(Statement::Vote, replace("nullifier", field(linkable))), [NULLIFIER]);
    }

    #[test]
    fn false_children_places_and_place_bits_are_stopped() {
        every_lie_about_the_path_is_stopped(Statement::Vote);
    }

    #[test]
    fn an_inner_node_passed_off_as_a_leaf_is_stopped() {
        an_inner_node_as_a_leaf_is_stopped(Statement::Vote);
    }

    #[test]
    fn another_choice_is_stopped() {
        a_changed_square_is_noticed(Statement::Vote, "choice");
    }

    #[test]
    fn another_context_is_stopped() {
        a_changed_square_is_noticed(Statement::Vote, "context");
    }

    #[test]
    fn the_zero_secret_is_refused() {
        let Sample::Vote(public, mut private) = Sample::new(Statement::Vote, NUMBER).unwrap() else { panic!("a vote") };
        private.secret.0 = FieldBytes::ZERO;
        assert!(vote::check(&public, &private).is_err());
        assert!(ForgedSystem::of(&Sample::Vote(public, private)).is_err());
    }
}

mod credential {
    use super::*;
    use tacit_circuits::statement::{credential, equality, range};
    use tacit_circuits::tree;

    const PSEUDONYM: &str = "pseudonym is of application and secret";
    const COMMITMENT: &str = "commitment opens to value";

    #[test]
    fn a_root_that_the_path_does_not_reach_is_stopped() {
        assert_eq!(broken(Statement::Credential, off_by_one("root")), ["path leads to root"]);
    }

    #[test]
    fn another_holder_is_stopped() {
        assert_eq!(broken(Statement::Credential, off_by_one("secret")), [PLACE, PSEUDONYM]);
    }

    #[test]
    fn another_kind_or_salt_than_attested_is_stopped() {
        assert_eq!(broken(Statement::Credential, off_by_one("kind")), [PLACE]);
        assert_eq!(broken(Statement::Credential, off_by_one("salt")), [PLACE]);
    }

    /// The commitment and the bounds fit the false value, so that only the issuer's leaf stands in the way.
    #[test]
    fn another_value_than_attested_is_stopped() {
        let sample = Sample::new(Statement::Credential, NUMBER).unwrap();
        let Sample::Credential(_, private) = &sample else { panic!("a credential sample") };
        let commitment = field(range::commit(private.value + 1, &private.blinding).unwrap());
        let labels = broken(Statement::Credential, |name, honest| match name {
            "value" => honest + Fr::ONE,
            "commitment" => commitment,
            _ => honest,
        });
        assert_eq!(labels, [PLACE]);
    }

    #[test]
    fn a_pseudonym_of_another_application_or_holder_is_stopped() {
        assert_eq!(broken(Statement::Credential, off_by_one("pseudonym")), [PSEUDONYM]);
        assert_eq!(broken(Statement::Credential, off_by_one("application")), [PSEUDONYM]);
    }

    #[test]
    fn a_commitment_to_another_value_is_stopped() {
        assert_eq!(broken(Statement::Credential, off_by_one("commitment")), [COMMITMENT]);
        assert_eq!(broken(Statement::Credential, off_by_one("blinding")), [COMMITMENT]);
    }

    /// The two kinds of commitments stay apart here too, so that *equality* keeps its meaning.
    #[test]
    fn a_commitment_of_the_second_kind_is_stopped() {
        let sample = Sample::new(Statement::Credential, NUMBER).unwrap();
        let Sample::Credential(_, private) = &sample else { panic!("a credential sample") };
        let linked = equality::commit_linked(private.value, &private.blinding).unwrap();
        assert_eq!(broken(Statement::Credential, replace("commitment", field(linked))), [COMMITMENT]);
    }

    #[test]
    fn a_value_outside_the_bounds_is_stopped() {
        let sample = Sample::new(Statement::Credential, NUMBER).unwrap();
        let Sample::Credential(_, private) = &sample else { panic!("a credential sample") };
        let (below, above) = (Fr::from(private.value - 1), Fr::from(private.value + 1));
        assert_eq!(broken(Statement::Credential, replace("low", above)), ["value - low"]);
        assert_eq!(broken(Statement::Credential, replace("low", Fr::from(u128::MAX))), ["value - low"]);
        assert_eq!(broken(Statement::Credential, replace("high", below)), ["high - value"]);
        assert_eq!(broken(Statement::Credential, replace("high", Fr::from(0u64))), ["high - value"]);
        let swapped = broken(Statement::Credential, |name, honest| match name {
            "low" => above,
            "high" => below,
            _ => honest,
        });
        assert_eq!(swapped, ["value - low", "high - value"]);
    }

    #[test]
    fn bounds_that_meet_show_the_value() {
        let sample = Sample::new(Statement::Credential, NUMBER).unwrap();
        let Sample::Credential(mut public, private) = sample else { panic!("a credential sample") };
        (public.low, public.high) = (private.value, private.value);
        assert_eq!(credential::check(&public, &private), Ok(()));
        let exact = ForgedSystem::of(&Sample::Credential(public, private.clone())).unwrap();
        assert_eq!(exact.broken(), Vec::<&str>::new());
        (public.low, public.high) = (private.value + 1, private.value + 1);
        assert!(credential::check(&public, &private).is_err());
        let other = ForgedSystem::of(&Sample::Credential(public, private)).unwrap();
        assert_eq!(other.broken(), ["value - low"]);
    }

    #[test]
    fn values_outside_128_bits_and_wrap_around_the_modulus_are_stopped() {
        for value in [two_to_the(128), two_to_the(128) + Fr::ONE, two_to_the(253), -Fr::ONE, -two_to_the(127)] {
            let labels = broken(Statement::Credential, |name, honest| match name {
                "value" => value,
                "low" => Fr::from(0u64),
                "high" => Fr::from(u128::MAX),
                _ => honest,
            });
            assert!(labels.contains(&"value - low") || labels.contains(&"high - value"), "{value}: {labels:?}");
        }
    }

    #[test]
    fn bits_that_are_not_bits_are_stopped() {
        for label in ["value - low", "high - value"] {
            let mut system = ForgedSystem::of(&Sample::new(Statement::Credential, NUMBER).unwrap()).unwrap();
            let bits = system.variables(label);
            assert_eq!(bits.len(), 128);
            system.set(bits[0], system.get(bits[0]) + Fr::from(2u64));
            system.set(bits[1], system.get(bits[1]) - Fr::ONE);
            assert_eq!(system.broken(), [label]);
        }
    }

    /// After the issuer put zero in the leaf's place, neither the old path nor one through the zero leads to the root.
    #[test]
    fn a_revoked_credential_is_stopped() {
        let sample = Sample::new(Statement::Credential, 0).unwrap();
        let Sample::Credential(public, private) = &sample else { panic!("a credential sample") };
        assert_eq!(private.path.position, 0);
        let after = private.path.root(&FieldBytes::ZERO).unwrap();
        assert_ne!(public.root, after);
        let old_path = ForgedSystem::with(&sample, |name, value| if name == "root" { field(after) } else { value });
        assert_eq!(old_path.unwrap().broken(), ["path leads to root"]);
        // The issuer's own tree after the revocation: the path's node is child 0 on every level.
        let mut nodes = vec![FieldBytes::ZERO];
        for [first, second, third] in private.path.siblings {
            nodes.push(tree::parent(&[nodes[nodes.len() - 1], first, second, third]).unwrap());
        }
        assert_eq!(nodes.last(), Some(&after));
        let new_path = ForgedSystem::with(&sample, |name, value| {
            let own = name.strip_prefix("child ").and_then(|rest| rest.strip_suffix(" 0"));
            match (name, own) {
                ("root", _) => field(after),
                (_, Some(level)) => field(nodes[level.parse::<usize>().unwrap()]),
                _ => value,
            }
        });
        assert_eq!(new_path.unwrap().broken(), [PLACE]);
    }

    #[test]
    fn false_children_places_and_place_bits_are_stopped() {
        every_lie_about_the_path_is_stopped(Statement::Credential);
    }

    #[test]
    fn an_inner_node_passed_off_as_a_leaf_is_stopped() {
        an_inner_node_as_a_leaf_is_stopped(Statement::Credential);
    }

    #[test]
    fn another_context_is_stopped() {
        a_changed_square_is_noticed(Statement::Credential, "context");
    }

    #[test]
    fn the_zero_secret_is_refused() {
        let sample = Sample::new(Statement::Credential, NUMBER).unwrap();
        let Sample::Credential(public, mut private) = sample else { panic!("a credential sample") };
        private.secret.0 = FieldBytes::ZERO;
        assert!(credential::check(&public, &private).is_err());
        assert!(ForgedSystem::of(&Sample::Credential(public, private)).is_err());
    }
}
