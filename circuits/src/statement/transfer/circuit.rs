//! The constraints of *transfer*.
//!
//! The twin of [`super::check`]: each property there is a named constraint here. Hash-wise an input costs an owner, a
//! commitment, a path and a nullifier; about 5,800 constraints, of which the path takes 4,800.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use ark_relations::gr1cs::SynthesisError;
use zeroize::Zeroize;

use super::{OUTPUTS, TransferPrivate, TransferPublic};
use crate::error::Reject;
use crate::gadgets::{
    Builder, Circuit, PathStep, Point, SCALAR_BITS, Wire, add, amount_bits, generator_times, on_curve, path_steps,
    poseidon, root_and_position,
};
use crate::hash::Tag;
use crate::note;
use crate::tree::DEPTH;

/// The statement as constraints. Holds field elements, so that tests can try values no honest type can hold.
#[derive(Clone)]
pub struct TransferCircuit<const IN: usize> {
    anchor: Fr,
    nullifiers: [Fr; IN],
    commitments: [Fr; OUTPUTS],
    public_asset: Fr,
    public_in: Fr,
    public_out: Fr,
    sighash: Fr,
    spend_key: [Fr; 2],
    ak: [Fr; 2],
    nk: Fr,
    spend_blinding: [Fr; SCALAR_BITS],
    asset: Fr,
    inputs: [Input; IN],
    outputs: [Output; OUTPUTS],
}

#[derive(Clone, Copy, Default)]
struct Input {
    diversifier: Fr,
    value: Fr,
    blinding: Fr,
    path: [PathStep; DEPTH],
}

#[derive(Clone, Copy, Default)]
struct Output {
    owner: Fr,
    value: Fr,
    blinding: Fr,
}

/// The wires that all inputs share.
struct Shared {
    anchor: Wire,
    nk: Wire,
    asset: Wire,
    owner_key: Wire,
}

impl<const IN: usize> Default for TransferCircuit<IN> {
    fn default() -> Self {
        Self {
            anchor: Fr::ZERO,
            nullifiers: [Fr::ZERO; IN],
            commitments: [Fr::ZERO; OUTPUTS],
            public_asset: Fr::ZERO,
            public_in: Fr::ZERO,
            public_out: Fr::ZERO,
            sighash: Fr::ZERO,
            spend_key: [Fr::ZERO; 2],
            ak: [Fr::ZERO; 2],
            nk: Fr::ZERO,
            spend_blinding: [Fr::ZERO; SCALAR_BITS],
            asset: Fr::ZERO,
            inputs: [Input::default(); IN],
            outputs: [Output::default(); OUTPUTS],
        }
    }
}

impl<const IN: usize> TransferCircuit<IN> {
    /// Reads both parts; whether the statement holds is not checked here.
    ///
    /// # Errors
    /// [`Reject::NotCanonical`].
    pub fn new(public: &TransferPublic<IN>, private: &TransferPrivate<IN>) -> Result<Self, Reject> {
        let mut circuit = Self::default();
        circuit.read_public(public)?;
        circuit.read_keys(private)?;
        circuit.read_notes(private)?;
        Ok(circuit)
    }

    fn read_public(&mut self, public: &TransferPublic<IN>) -> Result<(), Reject> {
        self.anchor = public.anchor.to_field("anchor")?;
        for (field, bytes) in self.nullifiers.iter_mut().zip(&public.nullifiers) {
            *field = bytes.to_field("nullifier")?;
        }
        for (field, bytes) in self.commitments.iter_mut().zip(&public.commitments) {
            *field = bytes.to_field("commitment")?;
        }
        self.public_asset = public.asset.to_field("public asset")?;
        self.public_in = Fr::from(public.public_in);
        self.public_out = Fr::from(public.public_out);
        self.sighash = public.sighash.to_field("sighash")?;
        self.spend_key = public.spend_key.coordinates().into();
        Ok(())
    }

    fn read_keys(&mut self, private: &TransferPrivate<IN>) -> Result<(), Reject> {
        self.ak = private.ak.coordinates().into();
        self.nk = private.nk.to_field("nullifier key")?;
        self.asset = private.asset.to_field("asset")?;
        let mut blinding = private.spend_blinding.0.into_bigint();
        self.spend_blinding = core::array::from_fn(|index| Fr::from(blinding.get_bit(index)));
        blinding.0.zeroize();
        Ok(())
    }

    fn read_notes(&mut self, private: &TransferPrivate<IN>) -> Result<(), Reject> {
        let owner_key = note::owner_key_of(self.ak[0], self.ak[1], self.nk);
        for (read, input) in self.inputs.iter_mut().zip(&private.inputs) {
            let diversifier = note::diversifier_field(&input.diversifier);
            let (value, blinding) = (Fr::from(input.value), input.blinding.to_field("note blinding")?);
            let owner = note::owner_of(owner_key, diversifier);
            let commitment = note::commitment_of(self.asset, value, owner, blinding);
            *read = Input { diversifier, value, blinding, path: path_steps(&input.path, commitment)? };
        }
        for (read, output) in self.outputs.iter_mut().zip(&private.outputs) {
            let (owner, blinding) = (output.owner.to_field("owner")?, output.blinding.to_field("note blinding")?);
            *read = Output { owner, value: Fr::from(output.value), blinding };
        }
        Ok(())
    }
}

impl<const IN: usize> Circuit for TransferCircuit<IN> {
    fn build(&self, builder: &mut Builder) -> Result<(), SynthesisError> {
        let anchor = builder.public("anchor", self.anchor)?;
        let nullifiers = publics(builder, "nullifier", &self.nullifiers)?;
        let commitments = publics(builder, "commitment", &self.commitments)?;
        let public_asset = builder.public("public asset", self.public_asset)?;
        let public_in = builder.public("public in", self.public_in)?;
        let public_out = builder.public("public out", self.public_out)?;
        let sighash = builder.public("sighash", self.sighash)?;
        let x = builder.public("spend key x", self.spend_key[0])?;
        let spend_key = Point { x, y: builder.public("spend key y", self.spend_key[1])? };

        let x = builder.private("ak x", self.ak[0])?;
        let ak = Point { x, y: builder.private("ak y", self.ak[1])? };
        on_curve(builder, "ak is on the curve", &ak)?;
        let nk = builder.private("nk", self.nk)?;
        let asset = builder.private("asset", self.asset)?;
        let owner_key = poseidon(builder, Tag::OwnerKey, &[ak.x.clone(), ak.y.clone(), nk.clone()])?;

        let shared = Shared { anchor, nk, asset: asset.clone(), owner_key };
        let (mut incoming, mut outgoing) = (public_in.clone(), public_out.clone());
        for (input, nullifier) in self.inputs.iter().zip(&nullifiers) {
            incoming = incoming.plus(Fr::ONE, &input.build(builder, &shared, nullifier)?);
        }
        all_distinct(builder, &nullifiers)?;
        for (output, commitment) in self.outputs.iter().zip(&commitments) {
            outgoing = outgoing.plus(Fr::ONE, &output.build(builder, &asset, commitment)?);
        }
        // At most nine values below 2^128 on a side: the sums are those of the integers.
        builder.equal("inputs and public in are worth outputs and public out", &incoming, &outgoing)?;
        // Public in and out are below 2^128 natively, so that their sum is zero only when both are.
        let (other_asset, public_value) =
            (Wire::difference(&asset, &public_asset), public_in.plus(Fr::ONE, &public_out));
        let zero = Wire::constant(Fr::ZERO);
        builder.constrain("public value is of the hidden asset", &other_asset, &public_value, &zero)?;

        let blinding = generator_times(builder, &self.spend_blinding)?;
        let blinded = add(builder, &ak, &blinding)?;
        builder.equal("spend key x is that of ak blinded", &blinded.x, &spend_key.x)?;
        builder.equal("spend key y is that of ak blinded", &blinded.y, &spend_key.y)?;
        builder.bind("sighash", &sighash)
    }

    fn visit(&mut self, visit: &mut dyn FnMut(&str, &mut Fr)) {
        visit("anchor", &mut self.anchor);
        for (index, nullifier) in self.nullifiers.iter_mut().enumerate() {
            visit(&format!("nullifier {index}"), nullifier);
        }
        for (index, commitment) in self.commitments.iter_mut().enumerate() {
            visit(&format!("commitment {index}"), commitment);
        }
        visit("public asset", &mut self.public_asset);
        visit("public in", &mut self.public_in);
        visit("public out", &mut self.public_out);
        visit("sighash", &mut self.sighash);
        visit("spend key x", &mut self.spend_key[0]);
        visit("spend key y", &mut self.spend_key[1]);
        visit("ak x", &mut self.ak[0]);
        visit("ak y", &mut self.ak[1]);
        visit("nk", &mut self.nk);
        for (index, bit) in self.spend_blinding.iter_mut().enumerate() {
            visit(&format!("spend blinding bit {index}"), bit);
        }
        visit("asset", &mut self.asset);
        for (index, input) in self.inputs.iter_mut().enumerate() {
            input.visit(index, visit);
        }
        for (index, output) in self.outputs.iter_mut().enumerate() {
            visit(&format!("output {index} owner"), &mut output.owner);
            visit(&format!("output {index} value"), &mut output.value);
            visit(&format!("output {index} blinding"), &mut output.blinding);
        }
    }
}

fn publics(builder: &mut Builder, label: &'static str, values: &[Fr]) -> Result<Vec<Wire>, SynthesisError> {
    values.iter().map(|value| builder.public(label, *value)).collect()
}

/// Requires every two wires to differ, by the inverse of their difference.
fn all_distinct(builder: &mut Builder, wires: &[Wire]) -> Result<(), SynthesisError> {
    let one = Wire::constant(Fr::ONE);
    for (index, wire) in wires.iter().enumerate() {
        for other in &wires[..index] {
            let difference = Wire::difference(wire, other);
            let inverse = difference.value().inverse().unwrap_or_default();
            let inverse = builder.private("inverse of a difference of nullifiers", inverse)?;
            builder.constrain("nullifiers are distinct", &difference, &inverse, &one)?;
        }
    }
    Ok(())
}

impl Input {
    /// Everything about one input; gives its value.
    fn build(&self, builder: &mut Builder, shared: &Shared, nullifier: &Wire) -> Result<Wire, SynthesisError> {
        let diversifier = builder.private("diversifier", self.diversifier)?;
        let value = builder.private("input value", self.value)?;
        let blinding = builder.private("input blinding", self.blinding)?;
        amount_bits(builder, "input value is an amount", &value)?;

        let owner = poseidon(builder, Tag::Owner, &[shared.owner_key.clone(), diversifier])?;
        let note = [shared.asset.clone(), value.clone(), owner, blinding];
        let commitment = poseidon(builder, Tag::Note, &note)?;
        let (root, position) = root_and_position(builder, commitment.clone(), &self.path)?;
        let elsewhere = Wire::difference(&root, &shared.anchor);
        let label = "an input of some value is under the anchor";
        builder.constrain(label, &elsewhere, &value, &Wire::constant(Fr::ZERO))?;

        let expected = poseidon(builder, Tag::NoteNullifier, &[shared.nk.clone(), commitment, position])?;
        builder.equal("nullifier is of key, note and position", &expected, nullifier)?;
        Ok(value)
    }

    fn visit(&mut self, index: usize, visit: &mut dyn FnMut(&str, &mut Fr)) {
        visit(&format!("input {index} diversifier"), &mut self.diversifier);
        visit(&format!("input {index} value"), &mut self.value);
        visit(&format!("input {index} blinding"), &mut self.blinding);
        for (level, step) in self.path.iter_mut().enumerate() {
            for (place, child) in step.children.iter_mut().enumerate() {
                visit(&format!("input {index} child {level} {place}"), child);
            }
            for (bit, value) in step.place.iter_mut().enumerate() {
                visit(&format!("input {index} place {level} {bit}"), value);
            }
        }
    }
}

impl Output {
    /// Everything about one output; gives its value.
    fn build(&self, builder: &mut Builder, asset: &Wire, commitment: &Wire) -> Result<Wire, SynthesisError> {
        let owner = builder.private("output owner", self.owner)?;
        let value = builder.private("output value", self.value)?;
        let blinding = builder.private("output blinding", self.blinding)?;
        amount_bits(builder, "output value is an amount", &value)?;
        let expected = poseidon(builder, Tag::Note, &[asset.clone(), value.clone(), owner, blinding])?;
        builder.equal("commitment is of its output", &expected, commitment)?;
        Ok(value)
    }
}

impl<const IN: usize> Drop for TransferCircuit<IN> {
    fn drop(&mut self) {
        self.visit(&mut |_, value| value.zeroize());
    }
}
