//! snarkjs's files in the form in which contracts hand keys and proofs of their own circuits to the chain.
//!
//! Big-endian words of 32 bytes in the order of [`super::evm`]; docs/spec/host-proofs.md has the layout. The files are read
//! by [`super::json`], with its checks; a key is checked by the chain's own loader besides.

use ark_bn254::{G1Affine, G2Affine};
use tacit_circuits::foreign::{ForeignKey, PROOF_BYTES};

use super::evm::{g1_words, g2_words};
use super::json;
use crate::error::{CeremonyError, Result};

/// The version that a key begins with.
const VERSION: u8 = 1;

/// A `verification_key.json` as the bytes that a contract registers.
///
/// # Errors
/// [`CeremonyError::Format`] or [`CeremonyError::Point`], naming the field; [`CeremonyError::Key`] for a key that the
/// chain refuses, such as one without a phase-2 contribution.
pub fn key(text: &str) -> Result<Vec<u8>> {
    let key = json::key_points(text)?;
    let count = u8::try_from(key.ic.len() - 1).map_err(|_| CeremonyError::key("it has too many public inputs"))?;
    let mut bytes = vec![VERSION, count];
    g1(&mut bytes, &key.alpha);
    key.in_g2.iter().for_each(|point| g2(&mut bytes, point));
    key.ic.iter().for_each(|point| g1(&mut bytes, point));
    ForeignKey::decode(&bytes).map_err(|error| CeremonyError::key(error.to_string()))?;
    Ok(bytes)
}

/// A `proof.json` as the bytes that a contract hands on.
///
/// # Errors
/// [`CeremonyError::Format`] or [`CeremonyError::Point`], naming the field.
pub fn proof(text: &str) -> Result<[u8; PROOF_BYTES]> {
    let (a, b, c) = json::json_proof_points(text)?;
    let mut bytes = Vec::with_capacity(PROOF_BYTES);
    g1(&mut bytes, &a);
    g2(&mut bytes, &b);
    g1(&mut bytes, &c);
    bytes.try_into().map_err(|_| CeremonyError::Step("a proof is not 256 bytes".into()))
}

/// A `public.json` as the numbers that a contract hands on.
///
/// # Errors
/// [`CeremonyError::Format`] for anything but a list of canonical field elements.
pub fn inputs(text: &str) -> Result<Vec<[u8; 32]>> {
    let turn = |input: tacit_circuits::FieldBytes| {
        let mut word = input.0;
        word.reverse();
        word
    };
    Ok(json::read_public(text)?.into_iter().map(turn).collect())
}

fn g1(bytes: &mut Vec<u8>, point: &G1Affine) {
    bytes.extend(g1_words(point).as_flattened());
}

fn g2(bytes: &mut Vec<u8>, point: &G2Affine) {
    bytes.extend(g2_words(point).as_flattened());
}
