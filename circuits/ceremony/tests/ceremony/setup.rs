//! A whole setup: it verifies, its keys prove and verify, and its transcript names them.

use super::support::*;
use tacit_ceremony::transcript::Folder;
use tacit_ceremony::{Ptau, Transcript, Zkey, phase1, phase2};
use tacit_circuits::prove::KeyPin;
use tacit_circuits::testing::Sample;
use tacit_circuits::verify::VerifyingKey;
use tacit_circuits::{ProvingKeys, Statement};

#[test]
fn a_setup_verifies_and_counts_who_took_part() {
    let verified = phase2::verify(finished(), circuit(), powers(), &quiet).unwrap();
    assert_eq!((verified.people, verified.with_knowledge, verified.beacons), (2, 2, 1));
    assert_eq!((verified.powers.people, verified.powers.beacons, verified.power), (1, 1, 9));
    phase2::verify_circuit_hash(finished(), circuit(), powers(), &quiet).unwrap();
}

#[test]
fn its_keys_prove_and_verify() {
    let keys = finished().keys(Statement::Range).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("range-v1.pk"), &keys.proving).unwrap();
    let verifying = VerifyingKey::load(&keys.verifying).unwrap();
    let pin = KeyPin { verifying: verifying.digest(), proving: *blake3::hash(&keys.proving).as_bytes() };
    // Only range is made here; the other statements' pins are never reached.
    let proving = ProvingKeys::from_dir(folder.path(), &vec![pin; Statement::ALL.len()]).unwrap();
    let item = Sample::new(Statement::Range, 7).unwrap().prove(&proving, 1).unwrap();
    verifying.verify(&item.public.inputs(), &item.proof).unwrap();
    let development = tacit_circuits::VerifyingKeys::development();
    assert!(tacit_circuits::verify_one(&development, &item).is_err(), "proofs of one ceremony hold under its key only");
}

#[test]
fn files_come_back_as_they_were_written() {
    let bytes = finished().to_bytes().unwrap();
    let read = Zkey::from_bytes(&bytes).unwrap();
    assert_eq!(&read, finished());
    assert_eq!(read.to_bytes().unwrap(), bytes);
    let bytes = powers().to_bytes().unwrap();
    let read = Ptau::from_bytes(&bytes).unwrap();
    assert_eq!(&read, powers());
    assert_eq!(read.to_bytes().unwrap(), bytes);
    let prepared = powers().to_prepared_bytes(&quiet).unwrap();
    assert_eq!(&Ptau::from_bytes(&prepared).unwrap(), powers(), "prepared points are skipped");
}

#[test]
fn two_setups_of_the_same_inputs_differ_in_delta_alone() {
    let again = phase2::contribute(fresh(), "Ada", &entropy("two"), &quiet).unwrap();
    let other = phase2::contribute(fresh(), "Ada", &entropy("two"), &quiet).unwrap();
    assert_ne!(again.delta1, other.delta1, "the operating system's randomness counts");
    assert_eq!((&again.a, &again.ic, again.circuit_hash), (&other.a, &other.ic, other.circuit_hash));
}

#[test]
fn the_transcript_names_the_keys_and_has_one_spelling() {
    let verified = phase2::verify(finished(), circuit(), powers(), &quiet).unwrap();
    let keys = finished().keys(Statement::Range).unwrap();
    let transcript = Transcript::new(Statement::Range, circuit(), finished(), &verified, &keys).unwrap();
    let text = transcript.to_json().unwrap();
    assert_eq!(Transcript::from_json(Statement::Range, &text).unwrap(), transcript);
    assert_eq!(transcript.pin().unwrap().proving, *blake3::hash(&keys.proving).as_bytes());
    assert!(Transcript::from_json(Statement::Equality, &text).is_err());
    for other in
        [text.replace('\n', ""), format!("{text} "), text.replace("0x", "0X"), text.replace("\"Ada\"", "\"A\\u0064a\"")]
    {
        assert!(Transcript::from_json(Statement::Range, &other).is_err(), "another spelling is another digest");
    }
    assert!(Folder::read(std::path::Path::new("/nonexistent")).is_err());
}

#[test]
fn phase_one_goes_on_from_any_step() {
    let first = phase1::contribute(&phase1::new(3).unwrap(), "", &entropy("a"), &quiet).unwrap();
    let second = phase1::contribute(&first, "second", &entropy("b"), &quiet).unwrap();
    let third = phase1::beacon(&second, "", &beacon(9), &quiet).unwrap();
    for (file, people) in [(&first, 1), (&second, 2), (&third, 2)] {
        assert_eq!(phase1::verify(file, &quiet).unwrap().people, people);
    }
}
