//! What must never change silently: constraint counts, key digests, frozen proofs, tree and commitment values.

use tacit_circuits::statement::{credential, equality, membership, range, vote};
use tacit_circuits::testing::{Sample, development_vectors, systems};
use tacit_circuits::{
    FieldBytes, Frontier, GroupTree, ProofBytes, Statement, VerifyItem, VerifyingKeys, context_from_hash,
    hash_to_field, keys, tree, verify_one,
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
    let systems = systems(1).unwrap();
    let counts: Vec<_> = systems.iter().map(|system| (system.constraint_count(), system.private_count())).collect();
    let transfers = [(7892, 7941), (13654, 13751), (48247, 48632)];
    let others = [(500, 499), (5528, 5575), (612, 612)];
    assert_eq!(counts, [&others[..], &transfers[..], &[(5529, 5576), (6084, 6131)]].concat());
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
        "aea8e1351255a27a8f86db8e5414f16f1278249382c351758cf5c51ff44eadaa",
        "4cdcede7c4f5892866f746361c51985fb9b75ab9d6a346ec50f8de46de125fa2",
        "5bfa789e3beebe543b52c3fc911a6145e82d60e65137658b643f421983d7ec74",
        "ab1cf75b6ee83d746e6146db323bc325817ffaeb567f8a912f35931506952063",
        "4189d0791b2680594f57e878b80f74454b9820b2478ca0b54b7e636b864c428d",
    ];
    assert_eq!(digests, pinned);
}

/// The frozen proof of a statement, which is of sample 1.
pub fn frozen(statement: Statement) -> VerifyItem {
    let bytes = file(statement, "proof");
    let (inputs, proof) = bytes.split_at(32 * statement.input_count());
    let inputs: Vec<FieldBytes> = inputs.as_chunks::<32>().0.iter().map(|bytes| FieldBytes(*bytes)).collect();
    let proof = ProofBytes::from_slice(proof).unwrap();
    VerifyItem::from_inputs(statement, &inputs, proof).unwrap()
}

#[test]
fn frozen_proofs_still_verify() {
    let keys = VerifyingKeys::development();
    for statement in Statement::ALL {
        let item = frozen(statement);
        assert_eq!(item.public, Sample::new(statement, 1).unwrap().public(), "{statement}");
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

const PINNED_VALUES: [&str; 7] = [
    "42a638b11ebb8f1a6dd72fccc7cc7d4ecda13a1c91734a142f1392153b772c14",
    "f0f34659f1dcc2a71996b3c20c0b9976b93287133ffbb5508d3832dbb70f4524",
    "afd3a80e7c7db833a4075ceef52334f62f6354655881bda8987ec64b0bd03719",
    "296c879da85af684cbbbe7ec1a0939f59049ac5c8687445fc7f4f2cecd18f51b",
    "51adbce1ce3b689e103ca472d5d6622b1ac62ea90c3bc9d945c4b4bbf02a6117",
    "19c4f471e8223182897b905aaec0362b2ad078ed0de041633bbf0fdcc2031829",
    "6574d12c85ee3cd3e70b852c4205d820a52faa9015d8a6155397f7d2b3a2051c",
];

/// Wallets, contracts and other programs compute these; a changed domain or tag would strand them. All but the last two
/// (BLAKE3) come out of `vectors/check.py` too, which derives Poseidon from its paper.
#[test]
fn commitments_leaves_nullifiers_and_contexts_are_pinned() {
    let one = FieldBytes::from(1);
    let secret = membership::MemberSecret(one);
    let key = secret.public_key().unwrap();
    let values = [
        range::commit(5, &one).unwrap(),
        equality::commit_linked(5, &one).unwrap(),
        key,
        membership::leaf(&key, 5).unwrap(),
        secret.nullifier(&FieldBytes::from(2)).unwrap(),
        context_from_hash(&[7; 32]),
        hash_to_field("tacit circuits test", b"data"),
    ];
    assert_eq!(values.map(|value| hex_of(&value.0)), PINNED_VALUES);
}

const PINNED_IDENTITIES: [&str; 4] = [
    "0f8e9fc4e9c3fcb336aaa95c981da17a40657cf7932082cc20b1f74b90952324",
    "148e12759955d036b8aa125a369effd8d92091f5cd527bc05fd651b41905532f",
    "132bb24736301e4adb496dcca9e829676d3251f45d55d114a55cd9a9f2c07608",
    "b9a44c1081579032babd4626b4f0134c8501688bc9b44d4e00cbcadcab6eaa2c",
];

/// As above, for votes and credentials; all four come out of `vectors/check.py` too.
#[test]
fn vote_nullifiers_credentials_and_pseudonyms_are_pinned() {
    let [one, two, three, four] = [1, 2, 3, 4].map(FieldBytes::from);
    let holder = credential::HolderSecret(one);
    let key = holder.holder_key().unwrap();
    let values = [
        vote::nullifier(&two, &membership::MemberSecret(one)).unwrap(),
        key,
        credential::leaf(&key, &three, 5, &four).unwrap(),
        holder.pseudonym(&two).unwrap(),
    ];
    assert_eq!(values.map(|value| hex_of(&value.0)), PINNED_IDENTITIES);
}
