//! A join-split that lies: every value of the circuit by name, and what a liar recomputes after changing some.
//!
//! The hashes are light-poseidon's and the curve is arkworks', so that nothing of the crate's own arithmetic is used.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ark_bn254::Fr;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ed_on_bn254::{EdwardsAffine, EdwardsConfig};
use ark_ff::{BigInteger, Field, PrimeField};
use light_poseidon::{Poseidon, PoseidonHasher};
use tacit_circuits::Statement;
use tacit_circuits::testing::{ForgedSystem, Sample};

const DEPTH: usize = 16;
/// Bits of the blinding that the circuit takes.
pub const SCALAR_BITS: usize = 252;

/// `H_tag(inputs)`.
pub fn hash(tag: u64, inputs: &[Fr]) -> Fr {
    Poseidon::<Fr>::with_domain_tag_circom(inputs.len(), Fr::from(tag)).unwrap().hash(inputs).unwrap()
}

/// The affine sum of the curve's addition law, also for points that are not on it.
pub fn add(a: [Fr; 2], b: [Fr; 2]) -> [Fr; 2] {
    let d = <EdwardsConfig as ark_ec::twisted_edwards::TECurveConfig>::COEFF_D;
    let bend = d * a[0] * b[0] * a[1] * b[1];
    let x = (a[0] * b[1] + a[1] * b[0]) * (Fr::ONE + bend).inverse().unwrap();
    let y = (a[1] * b[1] - a[0] * b[0]) * (Fr::ONE - bend).inverse().unwrap();
    [x, y]
}

pub struct Forgery {
    sample: Sample,
    values: BTreeMap<String, Fr>,
}

impl Forgery {
    /// Starts from an honest sample.
    pub fn of(statement: Statement, number: u64) -> Self {
        Self::from(Sample::new(statement, number).unwrap())
    }

    pub fn get(&self, name: &str) -> Fr {
        *self.values.get(name).unwrap_or_else(|| panic!("no value {name}"))
    }

    pub fn set(&mut self, name: &str, value: Fr) {
        let old = self.values.insert(name.to_owned(), value);
        assert!(old.is_some(), "no value {name}");
    }

    pub fn change(&mut self, name: &str, by: Fr) {
        self.set(name, self.get(name) + by);
    }

    /// What is broken when the circuit is given these values.
    pub fn broken(&self) -> Vec<&'static str> {
        self.system().broken()
    }

    pub fn system(&self) -> ForgedSystem {
        ForgedSystem::with(&self.sample, |name, _| self.get(name)).unwrap()
    }

    pub fn input_commitment(&self, input: usize) -> Fr {
        let owner_key = hash(31, &[self.get("ak x"), self.get("ak y"), self.get("nk")]);
        let owner = hash(32, &[owner_key, self.get(&format!("input {input} diversifier"))]);
        let [value, blinding] = ["value", "blinding"].map(|part| self.get(&format!("input {input} {part}")));
        hash(33, &[self.get("asset"), value, owner, blinding])
    }

    fn place(&self, input: usize, level: usize) -> usize {
        let bit = |bit| usize::from(self.get(&format!("input {input} place {level} {bit}")) == Fr::ONE);
        bit(0) + 2 * bit(1)
    }

    /// Puts a leaf at an input's place and recomputes the nodes above it; gives the root.
    pub fn plant_leaf(&mut self, input: usize, leaf: Fr) -> Fr {
        let mut current = leaf;
        for level in 0..DEPTH {
            let place = self.place(input, level);
            self.set(&format!("input {input} child {level} {place}"), current);
            current = self.node(input, level);
        }
        current
    }

    /// The node above the children of a level.
    pub fn node(&self, input: usize, level: usize) -> Fr {
        hash(1, &[0, 1, 2, 3].map(|place| self.get(&format!("input {input} child {level} {place}"))))
    }

    /// Plants an input's own note, takes the root for the anchor, and gives the nullifier that follows.
    pub fn plant(&mut self, input: usize) {
        let commitment = self.input_commitment(input);
        let root = self.plant_leaf(input, commitment);
        self.set("anchor", root);
        self.nullify(input);
    }

    pub fn position(&self, input: usize) -> Fr {
        let mut position = Fr::from(0u64);
        for level in (0..DEPTH).rev() {
            let [low, high] = [0, 1].map(|bit| self.get(&format!("input {input} place {level} {bit}")));
            position = position * Fr::from(4u64) + low + high + high;
        }
        position
    }

    /// The nullifier that an input's note, key and position give.
    pub fn nullify(&mut self, input: usize) {
        let nullifier = hash(34, &[self.get("nk"), self.input_commitment(input), self.position(input)]);
        self.set(&format!("nullifier {input}"), nullifier);
    }

    /// The commitment that an output's parts give.
    pub fn commit(&mut self, output: usize) {
        let [owner, value, blinding] =
            ["owner", "value", "blinding"].map(|part| self.get(&format!("output {output} {part}")));
        let commitment = hash(33, &[self.get("asset"), value, owner, blinding]);
        self.set(&format!("commitment {output}"), commitment);
    }

    /// Sets an output's value, and the commitment to it.
    pub fn pay(&mut self, output: usize, value: Fr) {
        self.set(&format!("output {output} value"), value);
        self.commit(output);
    }

    /// Sets the bits of the blinding of the spend key to a number.
    pub fn set_blinding(&mut self, number: &impl BigInteger) {
        for bit in 0..SCALAR_BITS {
            self.set(&format!("spend blinding bit {bit}"), Fr::from(number.get_bit(bit)));
        }
    }

    /// The spend key that `ak` and the blinding give.
    pub fn blind(&mut self) {
        let mut blinding = ark_ed_on_bn254::EdwardsProjective::from(EdwardsAffine::zero());
        for bit in (0..SCALAR_BITS).rev() {
            blinding += blinding;
            if self.get(&format!("spend blinding bit {bit}")) == Fr::ONE {
                blinding += EdwardsAffine::generator();
            }
        }
        let blinding = blinding.into_affine();
        let [x, y] = add([self.get("ak x"), self.get("ak y")], [blinding.x, blinding.y]);
        self.set("spend key x", x);
        self.set("spend key y", y);
    }

    /// Gives the wallet another spend key; what follows from it follows.
    pub fn set_ak(&mut self, [x, y]: [Fr; 2]) {
        self.set("ak x", x);
        self.set("ak y", y);
        self.blind();
    }

    /// Copies one input over another.
    pub fn copy_input(&mut self, from: usize, to: usize) {
        let prefix = format!("input {from} ");
        let copied: Vec<(String, Fr)> = self
            .values
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(&prefix)?.to_owned(), *value)))
            .collect();
        for (name, value) in copied {
            self.set(&format!("input {to} {name}"), value);
        }
        self.set(&format!("nullifier {to}"), self.get(&format!("nullifier {from}")));
    }
}

impl From<Sample> for Forgery {
    fn from(sample: Sample) -> Self {
        let values = RefCell::new(BTreeMap::new());
        ForgedSystem::with(&sample, |name, value| {
            values.borrow_mut().insert(name.to_owned(), value);
            value
        })
        .unwrap();
        Self { sample, values: values.into_inner() }
    }
}

/// The bytes of a field element.
pub fn bytes(value: Fr) -> tacit_circuits::FieldBytes {
    tacit_circuits::FieldBytes(value.into_bigint().to_bytes_le().try_into().unwrap())
}
