//! Every byte of small files flipped, and files cut anywhere: refused with an error or harmless, never a panic.

use tacit_ceremony::format::json;
use tacit_ceremony::{Beacon, Entropy, Ptau, R1cs, Witness, Zkey, phase1, phase2};

fn quiet(_: &str, _: u64, _: u64) {}

fn entropy() -> Entropy {
    Entropy::new("mutation".into())
}

fn u32s(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A circuit of two constraints, `x * x = y` and `y * x = z`, with z public: written out by hand.
fn tiny() -> R1cs {
    let modulus: Vec<u8> = {
        use ark_ff::{BigInteger, PrimeField};
        ark_bn254::Fr::MODULUS.to_bytes_le()
    };
    let one: Vec<u8> = [vec![1], vec![0; 31]].concat();
    let row = |wire: u32| [u32s(&[1, wire]), one.clone()].concat();
    let header = [u32s(&[32]), modulus, u32s(&[4, 0, 1, 2]), 4u64.to_le_bytes().to_vec(), u32s(&[2])].concat();
    let body = [row(2), row(2), row(3), row(3), row(2), row(1)].concat();
    let labels: Vec<u8> = (0..4u64).flat_map(u64::to_le_bytes).collect();
    let mut file = [b"r1cs".to_vec(), u32s(&[1, 3])].concat();
    for (kind, section) in [(1u32, header), (2, body), (3, labels)] {
        file.extend(u32s(&[kind]));
        file.extend((section.len() as u64).to_le_bytes());
        file.extend(section);
    }
    R1cs::from_bytes(&file).unwrap()
}

fn powers() -> Ptau {
    let first = phase1::contribute(&phase1::new(2).unwrap(), "A", &entropy(), &quiet).unwrap();
    phase1::beacon(&first, "b", &Beacon::new(vec![1, 2], 10).unwrap(), &quiet).unwrap()
}

/// Tries the file with every byte changed, cut at every third length, and one byte longer; returns how many changes
/// were accepted.
fn sweep(file: &[u8], accepted: impl Fn(&[u8]) -> bool) -> usize {
    let mut survivors = 0;
    for place in 0..file.len() {
        let changes: &[u8] = if place % 5 == 0 { &[0x01, 0x80] } else { &[0x01] };
        for change in changes {
            let mut changed = file.to_vec();
            changed[place] ^= change;
            survivors += usize::from(accepted(&changed));
        }
    }
    for length in (0..file.len()).step_by(3) {
        assert!(!accepted(&file[..length]), "cut at {length}");
    }
    let mut longer = file.to_vec();
    longer.push(0);
    assert!(!accepted(&longer), "one byte too many");
    survivors
}

#[test]
fn every_byte_of_a_circuit_matters_or_is_a_label() {
    let circuit = tiny();
    let file = circuit.to_bytes().unwrap();
    let digest = circuit.digest().unwrap();
    // Whatever still reads has another digest, so no transcript names it.
    sweep(&file, |bytes| match R1cs::from_bytes(bytes) {
        Ok(other) => {
            assert_ne!(other.digest().unwrap(), digest);
            true
        }
        Err(_) => false,
    });
}

#[test]
fn every_byte_of_powers_of_tau_is_checked() {
    let powers = powers();
    let file = powers.to_bytes().unwrap();
    sweep(&file, |bytes| match Ptau::from_bytes(bytes) {
        Ok(other) => {
            phase1::verify(&other, &quiet).is_ok() && {
                // Nothing in a file binds names, and the half-finished hash of any but the last contribution could
                // only be repeated with the points that stood there then. Neither says anything about tau.
                let mut restored = other;
                for (index, (read, written)) in restored.contributions.iter_mut().zip(&powers.contributions).enumerate()
                {
                    read.name.clone_from(&written.name);
                    // Of a stored hash, the end of the buffer beyond the bytes that wait is never read.
                    let waiting = usize::from(written.partial_hash[200]);
                    read.partial_hash[waiting..128].copy_from_slice(&written.partial_hash[waiting..128]);
                    if index == 0 {
                        read.partial_hash = written.partial_hash;
                    }
                }
                assert!(restored == powers, "only names and old hashes may differ in a file that still verifies");
                true
            }
        }
        Err(_) => false,
    });
}

#[test]
fn every_byte_of_a_key_is_checked() {
    let (circuit, powers) = (tiny(), powers());
    let fresh = phase2::setup(&circuit, &powers, &quiet).unwrap();
    let key = phase2::contribute(&fresh, "", &entropy(), &quiet).unwrap();
    let file = key.to_bytes().unwrap();
    phase2::verify(&key, &circuit, &powers, &quiet).unwrap();
    let survivors = sweep(&file, |bytes| {
        Zkey::from_bytes(bytes).is_ok_and(|other| phase2::verify(&other, &circuit, &powers, &quiet).is_ok())
    });
    assert_eq!(survivors, 0);
}

#[test]
fn a_damaged_witness_is_refused_or_another_witness() {
    let file = Witness::new([1u64, 27, 3, 9].map(ark_bn254::Fr::from).to_vec()).to_bytes().unwrap();
    let circuit = tiny();
    let good = Witness::from_bytes(&file).unwrap();
    assert_eq!(circuit.broken_by(good.values()), None);
    let survivors = sweep(&file, |bytes| match Witness::from_bytes(bytes) {
        Ok(other) => circuit.broken_by(other.values()).is_none(),
        Err(_) => false,
    });
    assert_eq!(survivors, 0, "no changed witness satisfies the circuit");
}

#[test]
fn damaged_json_is_refused_or_says_the_same() {
    let key = tacit_circuits::keys::development_key_bytes(tacit_circuits::Statement::Range);
    let text = json::write_verifying_key(key).unwrap();
    let bytes = text.as_bytes();
    for place in 0..bytes.len() {
        for change in [0x01, 0x10] {
            let mut changed = bytes.to_vec();
            changed[place] ^= change;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            if let Ok(read) = json::verifying_key_bytes(&changed) {
                assert_eq!(read, key, "a changed key was read: byte {place}");
            }
        }
    }
}

#[test]
fn numbers_that_would_allocate_too_much_are_refused_at_once() {
    let file = tiny().to_bytes().unwrap();
    // Number of constraints (in the header), of terms, of sections, and the length of a section.
    let header = 12 + 12;
    for place in [8, header - 8, header + 32 + 4 + 24] {
        for byte in 0..4 {
            let mut changed = file.clone();
            changed[place + byte] = 0xff;
            assert!(R1cs::from_bytes(&changed).is_err(), "{place} {byte}");
        }
    }
    let mut powers = powers().to_bytes().unwrap();
    let power = 12 + 12 + 4 + 32;
    for (value, why) in [(21u8, "too large"), (0, "zero"), (3, "not what the sections hold"), (255, "absurd")] {
        powers[power] = value;
        assert!(Ptau::from_bytes(&powers).is_err(), "{why}");
    }
}
