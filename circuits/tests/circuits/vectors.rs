//! What must never change silently: constraint counts, key digests, frozen proofs, tree and commitment values.

use tacit_circuits::testing::{development_vectors, systems};
use tacit_circuits::{
    FieldBytes, Frontier, GroupTree, ProofBytes, Statement, VerifyItem, VerifyingKeys, keys, tree, verify_one,
};

fn file(statement: Statement, extension: &str) -> Vec<u8> {
    let name = format!("{}-v{}.{extension}", statement.name(), statement.version());
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)).unwrap()
}

fn hex_of(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

#[test]
fn constraint_counts_are_pinned() {
    let counts = systems(1).unwrap().map(|system| (system.constraint_count(), system.private_count()));
    assert_eq!(counts, [(500, 499), (5528, 5575), (612, 612)]);
}

/// Equal keys on every machine are what lets a network skip shipping them.
#[test]
fn generated_keys_equal_the_committed_ones() {
    for (statement, verifying, _) in development_vectors().unwrap() {
        assert_eq!(verifying, file(statement, "vk"), "{statement}");
        assert_eq!(verifying, keys::development_key_bytes(statement), "{statement}");
    }
}

#[test]
fn verifying_key_digests_are_pinned() {
    let keys = VerifyingKeys::development();
    let digests = Statement::ALL.map(|statement| hex_of(&keys.digest(statement)));
    let pinned = [
        "1ee63940ea1795e479e2923881e0d8255bb6bbfdf3e62170f9f7fd8abfdce240",
        "a4b81571e4dd83c69c5140d084587b348d2aae0bd139ac895d35454968f11053",
        "847d7bba63d66e4efe2ba1456b67d61e052c0bbdb20b8293e88f82365543f2c4",
    ];
    assert_eq!(digests, pinned);
}

#[test]
fn frozen_proofs_still_verify() {
    let keys = VerifyingKeys::development();
    for statement in Statement::ALL {
        let bytes = file(statement, "proof");
        let (inputs, proof) = bytes.split_at(32 * statement.input_count());
        let inputs: Vec<FieldBytes> = inputs.as_chunks::<32>().0.iter().map(|bytes| FieldBytes(*bytes)).collect();
        let proof = ProofBytes::from_slice(proof).unwrap();
        let item = VerifyItem::from_inputs(statement, &inputs, proof).unwrap();
        assert_eq!(verify_one(&keys, &item), Ok(()), "{statement}");
    }
}

#[test]
fn tree_values_are_pinned() {
    let mut tree = GroupTree::new();
    let leaves: Vec<FieldBytes> = (1..=5u128).map(FieldBytes::from).collect();
    tree.append(&leaves).unwrap();
    let mut frontier = Frontier::new();
    frontier.append(&leaves).unwrap();
    let values = [tree::empty_root(), tree.root(), frontier.root()].map(|value| hex_of(&value.0));
    let five = "8e0227d2e327a7284ab0503e322f6cc66df05972db60d7df10d92e4f35fc440b";
    assert_eq!(values, ["24deb82d2906442febd5ee850e2c5ac055f37b9c39131abadb335f092d8f3f07", five, five]);
}
