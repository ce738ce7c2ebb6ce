//! For every property of a join-split a witness that lies about it alone, and the constraint that stops it.
//!
//! Where a name carries a number, it is that of the catalogue of attacks which the project works from. Sample 4 spends two
//! notes and takes value in, 5 one note and a dummy and lets value out, 6 two notes with nothing public.

use ark_bn254::Fr;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, Fr as Scalar};
use ark_ff::{AdditiveGroup, Field};
use tacit_circuits::testing::{ForgedSystem, Sample};
use tacit_circuits::{FieldBytes, Public, Reject, Statement};

use super::forgery::{Forgery, bytes, hash};
use super::lying_prover::two_to_the;
use super::twins::both_say;

const BALANCE: &str = "inputs and public in are worth outputs and public out";
const ANCHOR: &str = "an input of some value is under the anchor";
const ASSET: &str = "public value is of the hidden asset";
const BELOW: &str = "child at place is the node below";
const COMMITMENT: &str = "commitment is of its output";
const DISTINCT: &str = "nullifiers are distinct";
const NULLIFIER: &str = "nullifier is of key, note and position";
const INPUT_AMOUNT: &str = "input value is an amount";
const OUTPUT_AMOUNT: &str = "output value is an amount";
const PLACE_BIT: &str = "place bit is boolean";
const SHAPES: [(Statement, usize); 3] =
    [(Statement::Transfer1x2, 1), (Statement::Transfer2x2, 2), (Statement::Transfer8x2, 8)];
pub const NOTHING: [&str; 0] = [];

fn entering() -> Forgery {
    Forgery::of(Statement::Transfer2x2, 4)
}

pub fn leaving() -> Forgery {
    Forgery::of(Statement::Transfer2x2, 5)
}

pub fn hidden() -> Forgery {
    Forgery::of(Statement::Transfer2x2, 6)
}

pub fn after(mut forgery: Forgery, lie: impl FnOnce(&mut Forgery)) -> Vec<&'static str> {
    lie(&mut forgery);
    forgery.broken()
}

pub fn number(value: u64) -> Fr {
    Fr::from(value)
}

mod value {
    use super::*;

    #[test]
    fn outputs_worth_more_than_inputs_are_stopped() {
        for (statement, inputs) in SHAPES {
            for (sample, output) in [(3, 0), (4, 1), (5, 0)].into_iter().take(if inputs == 8 { 1 } else { 3 }) {
                let lie = |forgery: &mut Forgery| {
                    forgery.pay(output, forgery.get(&format!("output {output} value")) + Fr::ONE);
                };
                assert_eq!(after(Forgery::of(statement, sample), lie), [BALANCE], "{statement} {sample}");
            }
        }
    }

    /// Destroying value is no theft, but a pool that loses track of its worth cannot be audited.
    #[test]
    fn outputs_worth_less_than_inputs_are_stopped() {
        let lie = |forgery: &mut Forgery| forgery.pay(0, forgery.get("output 0 value") - Fr::ONE);
        assert_eq!(after(hidden(), lie), [BALANCE]);
    }

    #[test]
    fn other_public_values_are_stopped() {
        for name in ["public in", "public out"] {
            for forgery in [entering, leaving] {
                assert_eq!(after(forgery(), |forgery| forgery.change(name, Fr::ONE)), [BALANCE]);
            }
        }
        assert_eq!(after(entering(), |forgery| forgery.set("public in", Fr::ZERO)), [BALANCE]);
        // Value is public that was not: the asset is none, so that it is stopped twice.
        assert_eq!(after(hidden(), |forgery| forgery.set("public out", Fr::ONE)), [BALANCE, ASSET]);
    }

    /// The sums agree modulo the field; only the widths of the values stop these.
    #[test]
    fn attack_12_values_that_wrap_around_the_modulus_are_stopped() {
        for stolen in [number(1), number(1_000_000_007), two_to_the(127), two_to_the(128), two_to_the(200)] {
            let lie = |forgery: &mut Forgery| {
                let total = forgery.get("output 0 value") + forgery.get("output 1 value");
                forgery.pay(0, total + stolen);
                forgery.pay(1, -stolen);
            };
            assert_eq!(after(hidden(), lie), [OUTPUT_AMOUNT]);
        }
        let honest = hidden().get("output 0 value") + hidden().get("output 1 value");
        for first in
            [-Fr::ONE, two_to_the(128), two_to_the(128) + Fr::ONE, two_to_the(253), number(2).inverse().unwrap()]
        {
            let lie = |forgery: &mut Forgery| {
                forgery.pay(0, first);
                forgery.pay(1, honest - first);
            };
            assert_eq!(after(hidden(), lie), [OUTPUT_AMOUNT]);
        }
    }

    /// A note of a negative value cannot stand in the tree, but the circuit does not rely on that.
    #[test]
    fn attack_12_inputs_outside_128_bits_are_stopped() {
        for value in [-Fr::ONE, two_to_the(128), -two_to_the(64), number(2).inverse().unwrap()] {
            let lie = |forgery: &mut Forgery| {
                let paid = value - forgery.get("input 0 value");
                forgery.set("input 0 value", value);
                forgery.plant(0);
                forgery.pay(0, forgery.get("output 0 value") + paid);
            };
            assert!(after(leaving(), lie).contains(&INPUT_AMOUNT));
        }
        // The same with outputs that are amounts: all of it enters publicly.
        let lie = |forgery: &mut Forgery| {
            forgery.set("public out", Fr::ZERO);
            forgery.set("input 0 value", -number(7));
            forgery.set("public in", forgery.get("output 0 value") + forgery.get("output 1 value") + number(7));
            forgery.plant(0);
        };
        assert_eq!(after(leaving(), lie), [INPUT_AMOUNT]);
    }

    /// A dummy of a negative value pays for the outputs.
    #[test]
    fn attack_12_a_dummy_worth_less_than_nothing_is_stopped_twice() {
        let lie = |forgery: &mut Forgery| {
            forgery.set("input 1 value", -number(5));
            forgery.nullify(1);
            forgery.pay(0, forgery.get("output 0 value") - number(5));
        };
        // Its place in the tree does not follow either: a dummy's path starts from its own note.
        assert_eq!(after(leaving(), lie), [INPUT_AMOUNT, BELOW, ANCHOR]);
    }

    #[test]
    fn attack_13_bits_that_are_not_bits_are_stopped() {
        for label in [INPUT_AMOUNT, OUTPUT_AMOUNT] {
            let mut system = hidden().system();
            let bits = system.variables(label);
            assert_eq!(bits.len(), 2 * 128);
            for (low, high) in [(0, 1), (128, 129), (126, 127), (254, 255)] {
                let (first, second) = (system.get(bits[low]), system.get(bits[high]));
                system.set(bits[low], first + number(2));
                system.set(bits[high], second - Fr::ONE);
                assert_eq!(system.broken(), [label]);
                system.set(bits[low], first);
                system.set(bits[high], second);
            }
        }
    }

    /// With 254 bits, a value plus the modulus would be a second decomposition; with 128 there is exactly one.
    #[test]
    fn attack_13_a_value_has_one_decomposition() {
        let mut system = hidden().system();
        let bits = system.variables(OUTPUT_AMOUNT);
        for bit in bits {
            let honest = system.get(bit);
            assert!(system.notices(bit, Fr::ONE - honest));
        }
    }

    #[test]
    fn the_largest_values_balance_and_are_proven() {
        let most = Fr::from(u128::MAX);
        let mut forgery = hidden();
        // Two inputs of 2^128 - 1: their sum is no u128, and that is fine.
        for input in [0, 1] {
            forgery.set(&format!("input {input} value"), most);
            forgery.set(&format!("input {input} blinding"), number(900 + input));
        }
        plant_side_by_side(&mut forgery);
        forgery.pay(0, most);
        forgery.pay(1, most);
        assert_eq!(forgery.broken(), NOTHING);
    }
}

/// Puts the notes of inputs 0 and 1 at places 0 and 1 of the tree's first node.
fn plant_side_by_side(forgery: &mut Forgery) {
    for level in 0..16 {
        for bit in 0..2 {
            forgery.set(&format!("input 0 place {level} {bit}"), Fr::ZERO);
            forgery.set(&format!("input 1 place {level} {bit}"), Fr::ZERO);
        }
        for place in 0..4 {
            for input in 0..2 {
                forgery.set(&format!("input {input} child {level} {place}"), Fr::ZERO);
            }
        }
    }
    forgery.set("input 1 place 0 0", Fr::ONE);
    let leaves = [forgery.input_commitment(0), forgery.input_commitment(1)];
    forgery.set("input 0 child 0 1", leaves[1]);
    forgery.set("input 1 child 0 0", leaves[0]);
    forgery.plant(0);
    forgery.plant(1);
}

mod asset {
    use super::*;

    /// An output's commitment to another asset than that of the inputs.
    #[test]
    fn attack_14_an_output_of_another_asset_is_stopped() {
        let lie = |forgery: &mut Forgery| {
            let parts = ["owner", "value", "blinding"].map(|part| forgery.get(&format!("output 1 {part}")));
            let other = forgery.get("asset") + Fr::ONE;
            forgery.set("commitment 1", hash(33, &[other, parts[1], parts[0], parts[2]]));
        };
        assert_eq!(after(hidden(), lie), [COMMITMENT]);
    }

    /// Worthless tokens in, something of worth out: the inputs stand in the tree with another asset.
    #[test]
    fn attack_14_inputs_of_another_asset_are_stopped() {
        let lie = |forgery: &mut Forgery| {
            // The anchor holds the note of the worthless asset.
            let anchor = forgery.get("anchor");
            forgery.set("asset", number(77));
            forgery.nullify(0);
            forgery.nullify(1);
            forgery.commit(0);
            forgery.commit(1);
            forgery.set("anchor", anchor);
        };
        assert_eq!(after(hidden(), lie), [BELOW]);
    }

    #[test]
    fn attack_14_a_mixture_of_assets_among_the_inputs_is_stopped() {
        // The second input's leaf is a commitment to the same value in another asset.
        let lie = |forgery: &mut Forgery| {
            let asset = forgery.get("asset");
            forgery.set("asset", asset + Fr::ONE);
            let foreign = forgery.input_commitment(1);
            forgery.set("asset", asset);
            forgery.plant_leaf(1, foreign);
        };
        assert!(after(hidden(), lie).contains(&BELOW));
    }

    #[test]
    fn attack_14_public_value_of_another_asset_is_stopped() {
        for forgery in [entering, leaving] {
            assert_eq!(after(forgery(), |forgery| forgery.change("public asset", Fr::ONE)), [ASSET]);
            assert_eq!(after(forgery(), |forgery| forgery.set("public asset", Fr::ZERO)), [ASSET]);
        }
    }

    /// In and out together could cancel in a sum that may be negative; as amounts they cannot.
    #[test]
    fn attack_14_value_that_enters_and_leaves_at_once_is_of_the_asset_too() {
        let lie = |forgery: &mut Forgery| {
            forgery.set("public in", number(9));
            forgery.set("public out", number(9));
            forgery.set("public asset", number(77));
        };
        assert_eq!(after(hidden(), lie), [ASSET]);
        let public = Sample::new(Statement::Transfer2x2, 6).unwrap().public().inputs();
        let mut negative = public;
        negative[6] = bytes(-number(9));
        let error = Public::from_inputs(Statement::Transfer2x2, &negative).unwrap_err();
        assert_eq!(error, Reject::NotAnAmount { what: "public in" });
    }

    /// Nothing is public: the chain writes zero there, and the key binds whatever stands there.
    #[test]
    fn without_public_value_the_public_asset_says_nothing() {
        assert_eq!(after(hidden(), |forgery| forgery.set("public asset", number(5))), NOTHING);
    }
}

mod notes {
    use super::*;

    #[test]
    fn attack_23_a_note_under_another_anchor_is_stopped() {
        for (statement, inputs) in SHAPES {
            // Sample 8 has no dummies in any shape but the largest, and none there either.
            let lie = |forgery: &mut Forgery| forgery.change("anchor", Fr::ONE);
            assert_eq!(after(Forgery::of(statement, 8 * inputs as u64), lie), [ANCHOR], "{statement}");
        }
    }

    /// A dummy is worth nothing; with a value it must stand under the anchor like any other.
    #[test]
    fn attack_23_a_dummy_with_a_value_is_stopped() {
        let lie = |forgery: &mut Forgery| {
            let anchor = forgery.get("anchor");
            forgery.set("input 1 value", number(1_000));
            // The liar's own tree holds the note; the chain's does not.
            forgery.plant(1);
            forgery.set("anchor", anchor);
            forgery.pay(0, forgery.get("output 0 value") + number(1_000));
        };
        assert_eq!(after(leaving(), lie), [ANCHOR]);
    }

    #[test]
    fn dummies_stand_anywhere() {
        let lie = |forgery: &mut Forgery| {
            for bit in 0..2 {
                let name = format!("input 1 place 7 {bit}");
                forgery.set(&name, Fr::ONE - forgery.get(&name));
            }
            forgery.set("input 1 child 9 0", number(3));
            forgery.set("input 1 child 9 1", number(4));
            let anchor = forgery.get("anchor");
            forgery.plant(1);
            forgery.set("anchor", anchor);
        };
        assert_eq!(after(leaving(), lie), NOTHING);
    }

    /// With nothing but dummies any anchor holds, which spends nothing.
    #[test]
    fn a_join_split_of_dummies_only_moves_public_value_into_the_pool() {
        let mut forgery = entering();
        for input in 0..2 {
            forgery.set(&format!("input {input} value"), Fr::ZERO);
            forgery.plant(input);
        }
        forgery.set("anchor", number(123));
        forgery.pay(0, forgery.get("public in"));
        forgery.pay(1, Fr::ZERO);
        assert_eq!(forgery.broken(), NOTHING);
        forgery.pay(1, Fr::ONE);
        assert_eq!(forgery.broken(), [BALANCE]);
    }

    #[test]
    fn attack_18_a_note_of_another_nullifier_key_is_stopped() {
        let lie = |forgery: &mut Forgery| {
            forgery.change("nk", Fr::ONE);
            forgery.nullify(0);
            forgery.nullify(1);
        };
        assert_eq!(after(hidden(), lie), [BELOW]);
    }

    #[test]
    fn attack_18_a_nullifier_of_another_key_is_stopped() {
        let lie = |forgery: &mut Forgery| {
            let foreign = forgery.get("nk") + Fr::ONE;
            let nullifier = hash(34, &[foreign, forgery.input_commitment(0), forgery.position(0)]);
            forgery.set("nullifier 0", nullifier);
        };
        assert_eq!(after(hidden(), lie), [NULLIFIER]);
    }

    #[test]
    fn a_note_of_another_spend_key_is_stopped() {
        let lie = |forgery: &mut Forgery| {
            let mine = (EdwardsAffine::generator() * Scalar::from(5u64)).into_affine();
            forgery.set_ak([mine.x, mine.y]);
            forgery.nullify(0);
            forgery.nullify(1);
        };
        assert_eq!(after(hidden(), lie), [BELOW]);
    }

    #[test]
    fn a_note_of_another_diversifier_value_or_blinding_is_stopped() {
        for part in ["diversifier", "blinding"] {
            let lie = |forgery: &mut Forgery| {
                forgery.change(&format!("input 0 {part}"), Fr::ONE);
                forgery.nullify(0);
            };
            assert_eq!(after(hidden(), lie), [BELOW], "{part}");
        }
        let lie = |forgery: &mut Forgery| {
            forgery.change("input 0 value", Fr::ONE);
            forgery.nullify(0);
            forgery.pay(0, forgery.get("output 0 value") + Fr::ONE);
        };
        assert_eq!(after(hidden(), lie), [BELOW]);
    }

    #[test]
    fn attack_17_a_nullifier_of_another_position_is_stopped() {
        let honest = hidden();
        for wrong in [number(0), honest.position(0) + Fr::ONE, honest.position(0) + two_to_the(32), -Fr::ONE] {
            let lie = |forgery: &mut Forgery| {
                let nullifier = hash(34, &[forgery.get("nk"), forgery.input_commitment(0), wrong]);
                forgery.set("nullifier 0", nullifier);
            };
            assert_eq!(after(hidden(), lie), [NULLIFIER]);
        }
    }

    /// The position is made of the bits that choose the path: another bit is another path.
    #[test]
    fn attack_17_another_bit_of_the_position_is_stopped() {
        for level in 0..16 {
            for bit in 0..2 {
                let name = format!("input 0 place {level} {bit}");
                let lie = |forgery: &mut Forgery| {
                    forgery.set(&name, Fr::ONE - forgery.get(&name));
                    forgery.nullify(0);
                };
                assert_eq!(after(hidden(), lie), [BELOW], "{name}");
            }
        }
    }

    /// Where two equal notes stand side by side, the choice between them is free, and a bit that is no bit would give one
    /// note as many nullifiers as there are numbers.
    #[test]
    fn attack_17_twin_notes_do_not_free_the_position() {
        let mut forgery = hidden();
        let twin = forgery.input_commitment(0);
        forgery.set("input 0 place 0 0", Fr::ZERO);
        forgery.set("input 0 place 0 1", Fr::ZERO);
        forgery.set("input 0 child 0 1", twin);
        // The second input is a dummy here, so that one tree suffices.
        forgery.set("input 1 value", Fr::ZERO);
        forgery.plant(1);
        forgery.plant(0);
        let total = forgery.get("input 0 value");
        forgery.pay(0, total);
        forgery.pay(1, Fr::ZERO);
        assert_eq!(forgery.broken(), NOTHING);
        let first = forgery.get("nullifier 0");
        forgery.set("input 0 place 0 0", Fr::ONE);
        forgery.nullify(0);
        assert_eq!(forgery.broken(), NOTHING, "the twin is a note of its own");
        assert_ne!(forgery.get("nullifier 0"), first, "attack_20: with a nullifier of its own");
        for bit in [number(2), number(5), -Fr::ONE, number(2).inverse().unwrap()] {
            forgery.set("input 0 place 0 0", bit);
            forgery.nullify(0);
            assert_eq!(forgery.broken(), [PLACE_BIT]);
        }
    }

    #[test]
    fn attack_15_spending_one_note_twice_is_stopped() {
        let lie = |forgery: &mut Forgery| {
            let gained = forgery.get("input 0 value") - forgery.get("input 1 value");
            forgery.copy_input(0, 1);
            forgery.pay(0, forgery.get("output 0 value") + gained);
        };
        assert_eq!(after(hidden(), lie), [DISTINCT]);
    }

    #[test]
    fn attack_15_equal_nullifiers_are_found_in_every_pair() {
        let mut forgery = Forgery::of(Statement::Transfer8x2, 6);
        for first in 0..8 {
            let name = format!("nullifier {first}");
            let honest = forgery.get(&name);
            for second in 0..first {
                forgery.set(&name, forgery.get(&format!("nullifier {second}")));
                assert_eq!(forgery.broken(), [NULLIFIER, DISTINCT], "{first} and {second}");
            }
            forgery.set(&name, honest);
        }
    }

    #[test]
    fn attack_26_an_inner_node_passed_off_as_a_note_is_stopped() {
        let honest = hidden();
        let lie = |forgery: &mut Forgery| {
            for level in 0..15 {
                for place in 0..4 {
                    let above = honest.get(&format!("input 0 child {} {place}", level + 1));
                    forgery.set(&format!("input 0 child {level} {place}"), above);
                }
                for bit in 0..2 {
                    let above = honest.get(&format!("input 0 place {} {bit}", level + 1));
                    forgery.set(&format!("input 0 place {level} {bit}"), above);
                }
            }
            forgery.nullify(0);
        };
        assert!(after(hidden(), lie).contains(&BELOW));
    }

    /// A bit chosen so that a mixture of two children equals the liar's own note.
    #[test]
    fn attack_26_a_mixture_of_children_is_stopped() {
        let mut forgery = hidden();
        let (low, high) = (forgery.get("input 0 place 0 0"), forgery.get("input 0 place 0 1"));
        let side = if high == Fr::ONE { 2 } else { 0 };
        let [zero, one] = [0, 1].map(|place| forgery.get(&format!("input 0 child 0 {}", side + place)));
        assert!(low == Fr::ZERO || low == Fr::ONE);
        forgery.change("input 0 value", number(1_000_000));
        let wanted = forgery.input_commitment(0);
        forgery.set("input 0 place 0 0", (wanted - zero) * (one - zero).inverse().unwrap());
        forgery.nullify(0);
        forgery.pay(0, forgery.get("output 0 value") + number(1_000_000));
        assert_eq!(forgery.broken(), [PLACE_BIT]);
    }

    /// A note and a node are hashes of four elements each; their tags keep them apart.
    #[test]
    fn attack_30_a_tree_node_is_no_note() {
        let parts = [number(1), number(2), number(3), number(4)];
        assert_ne!(hash(1, &parts), hash(33, &parts));
        let lie = |forgery: &mut Forgery| {
            let parts = ["asset", "output 0 value", "output 0 owner", "output 0 blinding"];
            let as_node = hash(1, &parts.map(|part| forgery.get(part)));
            forgery.set("commitment 0", as_node);
        };
        assert_eq!(after(hidden(), lie), [COMMITMENT]);
    }

    #[test]
    fn another_commitment_than_that_of_the_output_is_stopped() {
        for output in 0..2 {
            for part in ["owner", "blinding"] {
                let lie = |forgery: &mut Forgery| forgery.change(&format!("output {output} {part}"), Fr::ONE);
                assert_eq!(after(hidden(), lie), [COMMITMENT]);
            }
            let lie = |forgery: &mut Forgery| forgery.change(&format!("commitment {output}"), Fr::ONE);
            assert_eq!(after(hidden(), lie), [COMMITMENT]);
        }
        let lie = |forgery: &mut Forgery| {
            let [first, second] = [0, 1].map(|output| forgery.get(&format!("commitment {output}")));
            forgery.set("commitment 0", second);
            forgery.set("commitment 1", first);
        };
        assert_eq!(after(hidden(), lie), [COMMITMENT]);
    }
}

#[test]
fn another_sighash_is_stopped() {
    let mut system = hidden().system();
    let square = system.variables("sighash")[0];
    assert!(system.notices(square, system.get(square) + Fr::ONE));
}

#[test]
fn the_native_definition_and_the_circuit_agree_on_every_lie() {
    for sample in [3, 4, 5, 6] {
        let Sample::Transfer2x2(public, private) = Sample::new(Statement::Transfer2x2, sample).unwrap() else {
            panic!("a join-split")
        };
        let one = FieldBytes::from(1);
        let say = |change: &dyn Fn(&mut _, &mut _), holds, what: &str| {
            let (mut public, mut private) = (public, private.clone());
            change(&mut public, &mut private);
            both_say(&Sample::Transfer2x2(public, private), holds, &format!("{what}, sample {sample}"));
        };
        type P = tacit_circuits::TransferPublic<2>;
        type S = tacit_circuits::statement::transfer::TransferPrivate<2>;
        say(&|_: &mut P, _: &mut S| {}, true, "honest");
        say(&|public: &mut P, _: &mut S| public.anchor = one, false, "anchor");
        say(&|public: &mut P, _: &mut S| public.nullifiers.swap(0, 1), false, "nullifiers");
        say(&|public: &mut P, _: &mut S| public.commitments.swap(0, 1), false, "commitments");
        say(&|public: &mut P, _: &mut S| public.public_in += 1, false, "public in");
        say(&|public: &mut P, _: &mut S| public.public_out += 1, false, "public out");
        say(&|public: &mut P, _: &mut S| public.asset = one, sample % 3 == 0, "public asset");
        say(&|public: &mut P, _: &mut S| public.sighash = one, true, "any sighash can be given");
        say(&|public: &mut P, private: &mut S| public.spend_key = private.ak, false, "spend key");
        say(&|_: &mut P, private: &mut S| private.nk = one, false, "nullifier key");
        say(&|_: &mut P, private: &mut S| private.asset = one, false, "asset");
        say(&|public: &mut P, private: &mut S| private.ak = public.spend_key, false, "ak");
        say(&|_: &mut P, private: &mut S| private.inputs[0].value += 1, false, "input value");
        say(&|_: &mut P, private: &mut S| private.inputs[0].diversifier[10] ^= 1, false, "diversifier");
        say(&|_: &mut P, private: &mut S| private.inputs[0].path.position ^= 1, false, "position");
        say(&|_: &mut P, private: &mut S| private.outputs[1].value += 1, false, "output value");
        say(&|_: &mut P, private: &mut S| private.outputs.swap(0, 1), false, "outputs");
        // A dummy's siblings are nobody's business as long as its nullifier is of its position.
        let dummy = sample % 2 == 1;
        say(&|_: &mut P, private: &mut S| private.inputs[1].path.siblings[3][1] = one, dummy, "second input's path");
    }
}

#[test]
fn any_number_of_dummies_among_eight_inputs_is_fine() {
    for sample in 0..8 {
        let system = ForgedSystem::of(&Sample::new(Statement::Transfer8x2, sample).unwrap()).unwrap();
        assert_eq!(system.broken(), NOTHING, "sample {sample}");
    }
}
