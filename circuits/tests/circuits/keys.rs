//! Verifying keys that must be refused, and proving-key files that are repaired.

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::UniformRand;
use ark_groth16::{Groth16, Proof, VerifyingKey as Groth16Key, prepare_verifying_key};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tacit_circuits::keys::development_key_bytes;
use tacit_circuits::prove::Step;
use tacit_circuits::{ProvingKeys, Reject, Statement, VerifyingKey, VerifyingKeys, is_development_key};

fn honest() -> Groth16Key<Bn254> {
    Groth16Key::deserialize_compressed(development_key_bytes(Statement::Range)).unwrap()
}

fn encode(value: &impl CanonicalSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.serialize_compressed(&mut bytes).unwrap();
    bytes
}

fn why(key: &Groth16Key<Bn254>) -> String {
    VerifyingKey::load(&encode(key)).unwrap_err().to_string()
}

#[test]
fn the_development_keys_load_and_are_known_as_such() {
    let keys = VerifyingKeys::development();
    for statement in Statement::ALL {
        assert!(is_development_key(&keys.digest(statement)));
        assert_eq!(keys.get(statement).input_count(), statement.input_count());
    }
    assert!(keys.any_development());
    assert!(!is_development_key(&[0; 32]));
}

#[test]
fn a_key_of_another_statements_shape_is_refused() {
    let [range, membership, equality] = Statement::ALL.map(development_key_bytes);
    assert!(VerifyingKeys::from_bytes(range, membership, equality).is_ok());
    let error = VerifyingKeys::from_bytes(membership, range, equality).unwrap_err();
    assert_eq!(error, Reject::InputCount { expected: 4, found: 5 });
}

/// The forgery behind the 2026 thefts: with delta = gamma, `A = alpha, B = beta, C = -vk_x` proves anything. arkworks
/// accepts it; here such a key does not load.
#[test]
fn a_key_without_phase_two_is_refused_although_arkworks_accepts_forgeries_under_it() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let mut key = honest();
    key.delta_g2 = key.gamma_g2;
    let inputs: Vec<Fr> = (0..4).map(|_| Fr::rand(&mut rng)).collect();
    let prepared = prepare_verifying_key(&key);
    let combined = Groth16::<Bn254>::prepare_inputs(&prepared, &inputs).unwrap();
    let forged = Proof { a: key.alpha_g1, b: key.beta_g2, c: (-combined).into_affine() };
    assert!(Groth16::<Bn254>::verify_proof(&prepared, &forged, &inputs).unwrap(), "the forgery works on arkworks");
    assert!(why(&key).contains("delta equals gamma"));

    key.delta_g2 = -key.gamma_g2;
    let forged = Proof { c: combined.into_affine(), ..forged };
    let prepared = prepare_verifying_key(&key);
    assert!(Groth16::<Bn254>::verify_proof(&prepared, &forged, &inputs).unwrap(), "and with the opposite delta");
    assert!(why(&key).contains("delta equals gamma"));

    key.gamma_g2 = G2Affine::generator();
    key.delta_g2 = G2Affine::generator();
    assert!(why(&key).contains("anyone can forge"));
}

#[test]
fn related_and_identity_elements_are_refused() {
    let with = |change: fn(&mut Groth16Key<Bn254>)| {
        let mut key = honest();
        change(&mut key);
        why(&key)
    };
    assert!(with(|key| key.delta_g2 = G2Affine::generator()).contains("delta equals the generator"));
    assert!(with(|key| key.delta_g2 = -G2Affine::generator()).contains("delta equals the generator"));
    assert!(with(|key| key.delta_g2 = key.beta_g2).contains("beta equals"));
    assert!(with(|key| key.gamma_g2 = -key.beta_g2).contains("beta equals"));
    assert!(with(|key| key.alpha_g1 = G1Affine::zero()).contains("infinity"));
    assert!(with(|key| key.beta_g2 = G2Affine::zero()).contains("infinity"));
    assert!(with(|key| key.gamma_g2 = G2Affine::zero()).contains("infinity"));
    assert!(with(|key| key.delta_g2 = G2Affine::zero()).contains("infinity"));
    assert!(with(|key| key.gamma_abc_g1[2] = G1Affine::zero()).contains("infinity"));
    assert!(with(|key| key.gamma_abc_g1.clear()).contains("public inputs"));
    assert!(with(|key| key.gamma_abc_g1 = vec![key.alpha_g1; 34]).contains("public inputs"));
    assert!(with(|key| key.beta_g2 = super::verify::outside_subgroup(8)).contains("subgroup"));
}

#[test]
fn only_whole_canonical_key_bytes_load() {
    let good = development_key_bytes(Statement::Membership);
    assert_eq!(good, encode(&Groth16Key::<Bn254>::deserialize_compressed(good).unwrap()));
    for cut in 0..good.len() {
        assert!(VerifyingKey::load(&good[..cut]).is_err(), "cut at {cut}");
    }
    assert!(VerifyingKey::load(&[good, &[0]].concat()).is_err());
    assert!(VerifyingKey::load(&[good, &good[good.len() - 32..]].concat()).is_err());
    assert!(VerifyingKey::load(&vec![0; 1 << 20]).is_err());
    let mut changed = good.to_vec();
    changed[224] = 0xff;
    assert!(matches!(VerifyingKey::load(&changed), Err(Reject::Key { .. })));
}

#[test]
fn damaged_proving_key_files_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut made = Vec::new();
    ProvingKeys::development(folder.path(), &mut |statement, step| made.push((statement, step))).unwrap();
    assert_eq!(made.iter().filter(|(_, step)| *step == Step::Generating).count(), 3);
    let path = folder.path().join("range-v1.pk");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    std::fs::write(folder.path().join("equality-v1.pk"), b"short").unwrap();
    let mut made = Vec::new();
    ProvingKeys::development(folder.path(), &mut |statement, step| made.push((statement, step))).unwrap();
    let again: Vec<_> = made.iter().filter(|(_, step)| *step == Step::Generating).map(|(which, _)| *which).collect();
    assert_eq!(again, [Statement::Range, Statement::Equality]);
    bytes[middle] ^= 1;
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "the repaired file is the original");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "no temporary files stay: {names:?}");
}

#[test]
fn a_folder_that_cannot_be_used_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let error = ProvingKeys::development(&file.join("keys"), &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("range-v1.pk"), "{error}");
}
