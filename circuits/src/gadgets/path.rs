//! Tree paths in the circuit: from a leaf to the root it leads to.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::SynthesisError;

use super::{Builder, Wire, poseidon};
use crate::error::Reject;
use crate::hash::Tag;
use crate::tree::{ARITY, DEPTH, MembershipPath, node, with_child};

/// One level of a path as a witness: all four children, and the two bits of the place the path comes from.
#[derive(Clone, Copy, Default, Debug)]
pub struct PathStep {
    /// The children from left to right.
    pub(crate) children: [Fr; ARITY],
    /// The place of the path's own node, low bit first.
    pub(crate) place: [Fr; 2],
}

/// The children of each node on the way from `leaf` to the root, as an honest prover assigns them.
pub(crate) fn path_steps(path: &MembershipPath, leaf: Fr) -> Result<[PathStep; DEPTH], Reject> {
    let mut steps = [PathStep::default(); DEPTH];
    let mut current = leaf;
    for (level, (step, siblings)) in steps.iter_mut().zip(path.sibling_fields()?).enumerate() {
        let digit = path.digit(level);
        step.children = with_child(&siblings, digit, current);
        step.place = [Fr::from((digit & 1) as u64), Fr::from((digit >> 1) as u64)];
        current = node(step.children);
    }
    Ok(steps)
}

/// The root that `leaf` leads to.
pub(crate) fn root_of_path(builder: &mut Builder, leaf: Wire, path: &[PathStep]) -> Result<Wire, SynthesisError> {
    root_and_position(builder, leaf, path).map(|(root, _)| root)
}

/// The root that `leaf` leads to, and the position it starts from. On each level the prover gives all four children, and
/// the one at the given place must be the node reached so far: five constraints and a hash. The position is made of the
/// places, two bits per level, and costs nothing.
pub(crate) fn root_and_position(
    builder: &mut Builder,
    leaf: Wire,
    path: &[PathStep],
) -> Result<(Wire, Wire), SynthesisError> {
    let mut current = leaf;
    let mut position = Wire::constant(Fr::ZERO);
    let mut weight = Fr::ONE;
    for step in path {
        let mut children = Vec::with_capacity(ARITY);
        for child in step.children {
            children.push(builder.private("child", child)?);
        }
        let low = place_bit(builder, step.place[0])?;
        let high = place_bit(builder, step.place[1])?;
        position = position.plus(weight, &low).plus(weight.double(), &high);
        weight = weight.double().double();
        let left = select(builder, &low, &children[0], &children[1])?;
        let right = select(builder, &low, &children[2], &children[3])?;
        // high ? right : left = current, without a variable for the choice.
        let step_right = Wire::difference(&right, &left);
        let step_taken = Wire::difference(&current, &left);
        builder.constrain("child at place is the node below", &high, &step_right, &step_taken)?;
        current = poseidon(builder, Tag::TreeNode, &children)?;
    }
    Ok((current, position))
}

fn place_bit(builder: &mut Builder, value: Fr) -> Result<Wire, SynthesisError> {
    let bit = builder.private("place bit", value)?;
    builder.boolean("place bit is boolean", &bit)?;
    Ok(bit)
}

/// `bit ? one : zero`.
fn select(builder: &mut Builder, bit: &Wire, zero: &Wire, one: &Wire) -> Result<Wire, SynthesisError> {
    let step = builder.product("select", bit, &Wire::difference(one, zero))?;
    Ok(zero.plus(Fr::ONE, &step))
}

/// Shows every value of a path by name: `child LEVEL PLACE` and `place LEVEL BIT`.
#[cfg_attr(not(feature = "testing"), allow(dead_code, reason = "only tests look at witnesses"))]
pub(crate) fn visit_path(path: &mut [PathStep], visit: &mut dyn FnMut(&str, &mut Fr)) {
    for (level, step) in path.iter_mut().enumerate() {
        for (place, child) in step.children.iter_mut().enumerate() {
            visit(&format!("child {level} {place}"), child);
        }
        for (bit, value) in step.place.iter_mut().enumerate() {
            visit(&format!("place {level} {bit}"), value);
        }
    }
}
