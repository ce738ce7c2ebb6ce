//! Verifying keys that must be refused, and proving-key files that are repaired.

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::UniformRand;
use ark_groth16::{Groth16, Proof, VerifyingKey as Groth16Key, prepare_verifying_key};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tacit_circuits::keys::development_key_bytes;
use tacit_circuits::prove::{KeyPin, Step};
use tacit_circuits::{ProveError, ProvingKeys, Reject, Statement, VerifyingKey, VerifyingKeys, is_development_key};

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
fn attack_02_the_development_keys_load_and_are_known_as_such() {
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
    let mut keys = Statement::ALL.map(development_key_bytes);
    assert!(VerifyingKeys::from_bytes(keys).is_ok());
    keys.swap(0, 1);
    assert_eq!(VerifyingKeys::from_bytes(keys).unwrap_err(), Reject::InputCount { expected: 4, found: 5 });
}

#[test]
fn a_set_with_a_key_too_few_or_too_many_is_refused() {
    let keys = Statement::ALL.map(development_key_bytes);
    assert!(VerifyingKeys::from_bytes(&keys[1..]).is_err());
    assert!(matches!(VerifyingKeys::from_bytes(&keys[..keys.len() - 1]), Err(Reject::Key { .. })));
    assert!(matches!(VerifyingKeys::from_bytes(keys.iter().chain([&keys[0]])), Err(Reject::Key { .. })));
}

#[test]
fn attack_03_a_folder_of_keys_is_taken_only_under_its_pinned_digests() {
    let folder = tempfile::tempdir().unwrap();
    let development = VerifyingKeys::development();
    let digests = Statement::ALL.map(|statement| development.digest(statement));
    let path = |statement: Statement| folder.path().join(format!("{statement}-v{}.vk", statement.version()));
    for statement in Statement::ALL {
        std::fs::write(path(statement), development_key_bytes(statement)).unwrap();
    }
    let keys = VerifyingKeys::from_dir(folder.path(), &digests).unwrap();
    for (place, statement) in Statement::ALL.into_iter().enumerate() {
        assert_eq!(keys.by_digest(&digests[place]).unwrap().0, statement);
    }
    assert!(keys.by_digest(&[0; 32]).is_none());

    assert!(matches!(VerifyingKeys::from_dir(folder.path(), &digests[1..]), Err(Reject::Key { .. })));
    let refused = |digests: &[[u8; 32]]| match VerifyingKeys::from_dir(folder.path(), digests) {
        Err(Reject::KeyFile { statement, .. }) => statement,
        other => panic!("{other:?}"),
    };
    for (place, statement) in Statement::ALL.into_iter().enumerate() {
        let mut others = digests;
        others[place][5] ^= 1;
        assert_eq!(refused(&others), statement);
        let good = std::fs::read(path(statement)).unwrap();
        std::fs::write(path(statement), [&good[..], &[0]].concat()).unwrap();
        assert_eq!(refused(&digests), statement);
        std::fs::write(path(statement), vec![0; 1 << 20]).unwrap();
        assert_eq!(refused(&digests), statement);
        std::fs::remove_file(path(statement)).unwrap();
        assert_eq!(refused(&digests), statement);
        std::fs::write(path(statement), good).unwrap();
    }
}

/// The forgery behind the 2026 thefts: with delta = gamma, `A = alpha, B = beta, C = -vk_x` proves anything. arkworks
/// accepts it; here such a key does not load.
#[test]
fn attack_01_a_key_without_phase_two_is_refused_although_arkworks_accepts_forgeries_under_it() {
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
fn attack_04_related_and_identity_elements_are_refused() {
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

/// The statements whose keys are quick to make.
const SMALL: [Statement; 2] = [Statement::Range, Statement::Equality];

/// Loads keys and says which had to be made.
fn made(keys: &ProvingKeys, statements: &[Statement]) -> Vec<Statement> {
    let mut made = Vec::new();
    for statement in statements {
        let mut steps = Vec::new();
        keys.ensure(*statement, &mut |which, step| steps.push((which, step))).unwrap();
        assert!(steps.iter().all(|(which, _)| which == statement));
        made.extend(steps.iter().filter(|(_, step)| *step == Step::Generating).map(|(which, _)| *which));
    }
    made
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_proving_key_is_made_when_it_is_first_needed_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    let keys = ProvingKeys::development(folder.path());
    assert!(names(folder.path()).is_empty());
    assert_eq!(made(&keys, &[Statement::Range]), [Statement::Range]);
    assert_eq!(names(folder.path()), ["range-v1.pk"]);
    let mut steps = 0;
    keys.clone().ensure(Statement::Range, &mut |_, _| steps += 1).unwrap();
    assert_eq!(steps, 0, "a key at hand is neither read nor made again");
    let again = ProvingKeys::development(folder.path());
    assert_eq!(made(&again, &[Statement::Range]), []);
}

#[test]
fn many_first_users_make_a_key_once() {
    let folder = tempfile::tempdir().unwrap();
    let keys = ProvingKeys::development(folder.path());
    let count = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut counted = |_: Statement, step: Step| {
                    if step == Step::Generating {
                        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                };
                keys.ensure(Statement::Range, &mut counted).unwrap();
            });
        }
    });
    assert_eq!(count.into_inner(), 1);
}

#[test]
fn damaged_proving_key_files_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(made(&ProvingKeys::development(folder.path()), &SMALL), SMALL);
    let path = folder.path().join("range-v1.pk");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(made(&ProvingKeys::development(folder.path()), &SMALL), [Statement::Range]);
    bytes[middle] ^= 1;
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "the repaired file is the original");
    std::fs::write(folder.path().join("equality-v1.pk"), b"short").unwrap();
    assert_eq!(made(&ProvingKeys::development(folder.path()), &SMALL), [Statement::Equality]);
    assert_eq!(names(folder.path()), ["equality-v1.pk", "range-v1.pk"], "no temporary files stay");
}

#[test]
fn a_folder_that_cannot_be_used_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let keys = ProvingKeys::development(&file.join("keys"));
    let error = keys.ensure(Statement::Range, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("range-v1.pk"), "{error}");
}

/// A ceremony's file is never repaired and never replaced: it is the pinned one or nothing.
#[test]
fn the_files_of_a_ceremony_are_taken_only_under_their_pinned_digests() {
    let folder = tempfile::tempdir().unwrap();
    made(&ProvingKeys::development(folder.path()), &SMALL);
    let path = folder.path().join("range-v1.pk");
    let good = std::fs::read(&path).unwrap();
    let mut pins = Statement::ALL
        .map(|statement| KeyPin { verifying: VerifyingKeys::development().digest(statement), proving: [0; 32] });
    pins[0].proving = blake3::hash(&good).into();
    let ensure = |pins: &[KeyPin]| {
        let keys = ProvingKeys::from_dir(folder.path(), pins).unwrap();
        keys.ensure(Statement::Range, &mut |_, step| assert_ne!(step, Step::Generating))
    };
    assert!(ensure(&pins).is_ok());
    let mut other_half = pins;
    other_half[0].verifying[0] ^= 1;
    assert!(matches!(ensure(&other_half), Err(ProveError::PinnedKey { .. })));
    let mut damaged = good.clone();
    damaged[good.len() / 2] ^= 1;
    std::fs::write(&path, &damaged).unwrap();
    assert!(matches!(ensure(&pins), Err(ProveError::PinnedKey { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), damaged, "the file is left alone");
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(ensure(&pins), Err(ProveError::Io { .. })));
    assert!(matches!(ProvingKeys::from_dir(folder.path(), &pins[1..]), Err(ProveError::Pins { .. })));
}
