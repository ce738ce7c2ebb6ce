//! Files of snarkjs: what `tacit params` and `tacit proof` read from people who may have made them up.
//!
//! What is read is written again and read once more: two values from one file, or a file that its own writer cannot write,
//! would let one person verify something else than another.

use std::sync::LazyLock;
use tacit_ceremony::format::json;
use tacit_ceremony::{Beacon, Ptau, R1cs, Zkey, phase1, phase2};
use tacit_circuits::keys::development_key_bytes;
use tacit_circuits::{FieldBytes, Statement};

use super::samples::HONEST;

const CONSTANT: &str = "samples are constants";

/// Bytes are a circuit whose own writing is read as the same circuit, or none.
pub fn r1cs(bytes: &[u8]) {
    let Ok(read) = R1cs::from_bytes(bytes) else { return };
    let written = read.to_bytes().expect("what was read can be written");
    let again = R1cs::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.digest().ok(), read.digest().ok(), "a circuit that changes when it is written");
    assert_eq!(again.to_bytes().ok(), Some(written), "a circuit with two spellings");
}

/// Bytes are powers of tau whose own writing is read as the same, or none.
pub fn ptau(bytes: &[u8]) {
    let Ok(read) = Ptau::from_bytes(bytes) else { return };
    let written = read.to_bytes().expect("what was read can be written");
    let again = Ptau::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.to_bytes().ok(), Some(written), "powers with two spellings");
}

/// Bytes are a proving key whose own writing is read as the same, or none.
pub fn zkey(bytes: &[u8]) {
    let Ok(read) = Zkey::from_bytes(bytes) else { return };
    let written = read.to_bytes().expect("what was read can be written");
    let again = Zkey::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.to_bytes().ok(), Some(written), "a key with two spellings");
}

/// Text is a proof, a verifying key or public inputs, each of which reads back as itself, or none of them.
pub fn snarkjs_json(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(proof) = json::read_proof(text) {
        let written = json::write_proof(&proof).expect("a proof that was read can be written");
        assert_eq!(json::read_proof(&written).ok(), Some(proof), "a proof that changes when it is written");
    }
    if let Ok(key) = json::verifying_key_bytes(text) {
        let written = json::write_verifying_key(&key).expect("a key that was read can be written");
        assert_eq!(json::verifying_key_bytes(&written).ok(), Some(key), "a key that changes when it is written");
        assert!(json::read_verifying_key(text).is_ok(), "a key that one reader takes and the other does not");
    }
    if let Ok(inputs) = json::read_public(text) {
        assert!(inputs.iter().all(FieldBytes::is_canonical), "an input that is no field element");
        let written = json::write_public(&inputs).expect("inputs that were read can be written");
        assert_eq!(json::read_public(&written).ok(), Some(inputs), "inputs that change when they are written");
    }
}

/// The order of BN254's scalar field, as files have it.
const MODULUS: [u8; 32] = [
    0x01, 0x00, 0x00, 0xf0, 0x93, 0xf5, 0xe1, 0x43, 0x91, 0x70, 0xb9, 0x79, 0x48, 0xe8, 0x33, 0x28, 0x5d, 0x58, 0x81,
    0x81, 0xb6, 0x45, 0x50, 0xb8, 0x29, 0xa0, 0x31, 0xe1, 0x72, 0x4e, 0x64, 0x30,
];

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// `x * x = y` and `y * x = z` with z public, written out by hand: small enough to be changed everywhere.
fn tiny() -> Vec<u8> {
    let one = FieldBytes::from(1).0;
    let row = |wire: u32| [numbers(&[1, wire]), one.to_vec()].concat();
    let wires = 4u64.to_le_bytes().to_vec();
    let header = [numbers(&[32]), MODULUS.to_vec(), numbers(&[4, 0, 1, 2]), wires, numbers(&[2])].concat();
    let body = [row(2), row(2), row(3), row(3), row(2), row(1)].concat();
    let labels: Vec<u8> = (0..4u64).flat_map(u64::to_le_bytes).collect();
    let mut file = [b"r1cs".to_vec(), numbers(&[1, 3])].concat();
    for (kind, section) in [(1u32, header), (2, body), (3, labels)] {
        file.extend(kind.to_le_bytes());
        file.extend((section.len() as u64).to_le_bytes());
        file.extend(section);
    }
    file
}

/// A whole ceremony of the tiny circuit. Its contributions are beacons, which take no randomness.
struct Ceremony {
    powers: Ptau,
    key: Zkey,
}

static CEREMONY: LazyLock<Ceremony> = LazyLock::new(|| {
    let quiet = |_: &str, _: u64, _: u64| {};
    let beacon = || Beacon::new(vec![1, 2], 10).expect(CONSTANT);
    let fresh = phase1::new(2).expect(CONSTANT);
    let powers = phase1::beacon(&fresh, "powers", &beacon(), &quiet).expect(CONSTANT);
    let circuit = R1cs::from_bytes(&tiny()).expect(CONSTANT);
    let fresh = phase2::setup(&circuit, &powers, &quiet).expect(CONSTANT);
    Ceremony { key: phase2::beacon(&fresh, "key", &beacon(), &quiet).expect(CONSTANT), powers }
});

/// The tiny circuit.
pub fn circuits() -> Vec<Vec<u8>> {
    vec![tiny()]
}

/// Its powers of tau.
pub fn powers() -> Vec<Vec<u8>> {
    vec![CEREMONY.powers.to_bytes().expect(CONSTANT)]
}

/// Its proving key.
pub fn proving_keys() -> Vec<Vec<u8>> {
    vec![CEREMONY.key.to_bytes().expect(CONSTANT)]
}

/// One of each of the three files.
pub fn jsons() -> Vec<Vec<u8>> {
    let key = json::write_verifying_key(development_key_bytes(Statement::Range)).expect(CONSTANT);
    let inputs: Vec<FieldBytes> = [0, 1, u128::MAX].map(FieldBytes::from).to_vec();
    let proof = json::write_proof(&HONEST[0].proof).expect(CONSTANT);
    [proof, key, json::write_public(&inputs).expect(CONSTANT)].map(String::into_bytes).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that reads none of its samples would find nothing.
    #[test]
    fn honest_files_are_read() {
        assert!(circuits().iter().all(|bytes| R1cs::from_bytes(bytes).is_ok()));
        assert!(powers().iter().all(|bytes| Ptau::from_bytes(bytes).is_ok()));
        assert!(proving_keys().iter().all(|bytes| Zkey::from_bytes(bytes).is_ok()));
        let texts = jsons().into_iter().map(|bytes| String::from_utf8(bytes).unwrap());
        let [proof, key, public] = &texts.collect::<Vec<_>>()[..] else { panic!("three files") };
        assert!(json::read_proof(proof).is_ok() && json::read_verifying_key(key).is_ok());
        assert_eq!(json::read_public(public).map(|inputs| inputs.len()).unwrap(), 3);
    }
}
