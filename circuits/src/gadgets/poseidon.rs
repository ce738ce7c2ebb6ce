//! Poseidon in the circuit: the same sparse-matrix permutation as the native one, wire for lane.
//!
//! Three constraints per S-box, none for matrices and constants. The capacity lane starts as a constant, which saves its
//! S-box in the first round: 213 constraints for one input, 240 for two, 297 for four, as circomlib's.

use ark_bn254::Fr;
use ark_ff::Field;
use ark_relations::gr1cs::SynthesisError;

use super::{Builder, Wire};
use crate::hash::Tag;
use crate::hash::parameters::{LANES_2, LANES_3, LANES_4, LANES_5, Parameters};

/// Hashes 1 to 4 wires under a tag.
pub(crate) fn poseidon(builder: &mut Builder, tag: Tag, inputs: &[Wire]) -> Result<Wire, SynthesisError> {
    match inputs.len() {
        1 => permute(builder, &LANES_2, tag, inputs),
        2 => permute(builder, &LANES_3, tag, inputs),
        3 => permute(builder, &LANES_4, tag, inputs),
        4 => permute(builder, &LANES_5, tag, inputs),
        _ => Err(SynthesisError::Unsatisfiable),
    }
}

fn permute<const T: usize>(
    builder: &mut Builder,
    parameters: &Parameters<T>,
    tag: Tag,
    inputs: &[Wire],
) -> Result<Wire, SynthesisError> {
    let mut state = vec![Wire::constant(tag.lane())];
    state.extend_from_slice(inputs);

    let (first_half, second_half) = parameters.full_constants.split_at(parameters.full_constants.len() / 2);
    for (index, constants) in first_half.iter().enumerate() {
        full_round_sbox(builder, &mut state, constants)?;
        let last = index + 1 == first_half.len();
        state = multiply(if last { &parameters.before_partial } else { &parameters.mds }, &state);
    }
    for round in &parameters.partial {
        state[0] = fifth_power(builder, &state[0].plus_constant(round.constant))?;
        let lane = state[0].clone();
        state[0] = Wire::combination(&round.row, &state);
        for (other, factor) in state.iter_mut().zip(&round.column).skip(1) {
            *other = other.plus(*factor, &lane);
        }
    }
    for (index, constants) in second_half.iter().enumerate() {
        full_round_sbox(builder, &mut state, constants)?;
        if index + 1 == second_half.len() {
            // Only lane 0 leaves the permutation.
            return Ok(Wire::combination(&parameters.mds[0], &state));
        }
        state = multiply(&parameters.mds, &state);
    }
    Err(SynthesisError::Unsatisfiable)
}

fn full_round_sbox(builder: &mut Builder, state: &mut [Wire], constants: &[Fr]) -> Result<(), SynthesisError> {
    for (lane, constant) in state.iter_mut().zip(constants) {
        *lane = fifth_power(builder, &lane.plus_constant(*constant))?;
    }
    Ok(())
}

fn multiply<const T: usize>(matrix: &[[Fr; T]; T], state: &[Wire]) -> Vec<Wire> {
    matrix.iter().map(|row| Wire::combination(row, state)).collect()
}

fn fifth_power(builder: &mut Builder, x: &Wire) -> Result<Wire, SynthesisError> {
    if x.is_constant() {
        return Ok(Wire::constant(x.value().square().square() * x.value()));
    }
    let square = builder.product("poseidon x^2", x, x)?;
    let fourth = builder.product("poseidon x^4", &square, &square)?;
    builder.product("poseidon x^5", &fourth, x)
}
