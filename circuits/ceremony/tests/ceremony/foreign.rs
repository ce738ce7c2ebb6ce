//! snarkjs's files in the form that contracts hand on.

use serde_json::Value;
use tacit_ceremony::format::foreign;
use tacit_circuits::foreign::{ForeignKey, verify};

fn text(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn hex_of(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[test]
fn files_of_snarkjs_become_the_frozen_bytes_and_verify() {
    let frozen: Value = serde_json::from_str(&text("foreign.json")).unwrap();
    let key = foreign::key(&text("snarkjs/verification_key.json")).unwrap();
    let proof = foreign::proof(&text("snarkjs/proof.json")).unwrap();
    let inputs = foreign::inputs(&text("snarkjs/public.json")).unwrap();
    assert_eq!(key, hex_of(&frozen["key"]));
    assert_eq!(proof.to_vec(), hex_of(&frozen["proof"]));
    let expected: Vec<Vec<u8>> = frozen["inputs"].as_array().unwrap().iter().map(hex_of).collect();
    assert_eq!(inputs.iter().map(|input| input.to_vec()).collect::<Vec<_>>(), expected);
    let prepared = ForeignKey::decode(&key).unwrap().prepare();
    assert_eq!(verify(&prepared, &proof, &inputs), Ok(()));
}

#[test]
fn a_file_of_a_key_without_contribution_is_refused() {
    let error = foreign::key(&text("snarkjs/unfinished_key.json")).unwrap_err().to_string();
    assert!(error.contains("no phase-2 contribution"), "{error}");
}

#[test]
fn files_that_are_not_what_they_should_be_are_refused() {
    let proof = text("snarkjs/proof.json");
    assert!(foreign::proof(&text("snarkjs/public.json")).is_err());
    assert!(foreign::proof(&proof.replace("groth16", "plonk")).is_err());
    assert!(foreign::key(&proof).is_err());
    let modulus = modulus();
    assert!(foreign::inputs(&format!("[\"{modulus}\"]")).is_err());
    assert!(foreign::inputs("[1]").is_err() && foreign::inputs("[\"01\"]").is_err());
}

/// The scalar field's modulus in decimal.
fn modulus() -> String {
    <ark_bn254::Fr as ark_ff::PrimeField>::MODULUS.to_string()
}
