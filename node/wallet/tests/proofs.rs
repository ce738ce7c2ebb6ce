//! Proofs made by the wallet are the ones that the chain's own rules accept, and the proof file is read strictly.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;
use tacit_circuits::statement::membership::leaf;
use tacit_circuits::{FieldBytes as Field, ProvingKeys, VerifyingKeys, verify_one};
use tacit_types::action::Prove;
use tacit_types::{Address, GenesisId, GroupId, Name, Network};
use tacit_wallet::WalletError;
use tacit_wallet::prove::{
    Binding, GroupLeaves, Hidden, MemberKey, ProofFile, Proven, equality, membership, range, verify,
};

static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let directory = std::env::temp_dir().join("tacit-wallet-tests-proving-keys");
    ProvingKeys::development(&directory)
});

const CHAIN: GenesisId = GenesisId([4; 32]);
const SENDER: Address = Address([5; 32]);

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn binding() -> Binding {
    Binding { genesis_id: CHAIN, sender: SENDER, purpose: name("test") }
}

/// What the node does with a proof before it takes the transaction.
fn node_accepts(chain: GenesisId, sender: Address, proven: &Proven) -> bool {
    let item = tacit_exec::proofs::item(&chain, &sender, &proven.statement, &proven.proof).unwrap();
    verify_one(&VerifyingKeys::development(), &item).is_ok()
}

fn samples() -> Vec<Proven> {
    let (left, right) = (Hidden::new(7).unwrap(), Hidden::new(7).unwrap());
    let member = MemberKey::generate().unwrap();
    let entry = member.member(3).unwrap();
    let own = leaf(&Field(entry.identity.0), 3).unwrap();
    let leaves = [[1; 32], own.0, [2; 32]];
    let group = GroupLeaves { id: GroupId([6; 32]), leaves: &leaves };
    vec![
        range(&KEYS, &binding(), &left, (5, 10)).unwrap(),
        equality(&KEYS, &binding(), &left, &right).unwrap(),
        membership(&KEYS, &binding(), group, &member, 3, &name("poll-1")).unwrap(),
    ]
}

#[test]
fn the_chain_accepts_what_the_wallet_proves_for_this_sender_and_chain_only() {
    let verifying = VerifyingKeys::development();
    for proven in samples() {
        assert!(node_accepts(CHAIN, SENDER, &proven), "{:?}", proven.statement);
        assert!(!node_accepts(CHAIN, Address([8; 32]), &proven), "another sender");
        assert!(!node_accepts(GenesisId([9; 32]), SENDER, &proven), "another chain");
        verify(&verifying, CHAIN, SENDER, &proven).unwrap();
        assert!(verify(&verifying, CHAIN, Address([8; 32]), &proven).is_err());
        let mut other_purpose = proven.clone();
        match &mut other_purpose.statement {
            Prove::Range(range) => range.purpose = name("other"),
            Prove::Equality(equality) => equality.purpose = name("other"),
            Prove::Membership(membership) => membership.purpose = name("other"),
            Prove::Credential(credential) => credential.purpose = name("other"),
        }
        assert!(verify(&verifying, CHAIN, SENDER, &other_purpose).is_err(), "another purpose");
    }
}

#[test]
fn false_statements_are_refused_before_any_proving() {
    let hidden = Hidden::new(11).unwrap();
    assert!(matches!(range(&KEYS, &binding(), &hidden, (5, 10)), Err(WalletError::Prove(_))));
    assert!(matches!(equality(&KEYS, &binding(), &hidden, &Hidden::new(12).unwrap()), Err(WalletError::Prove(_))));
    let group = GroupLeaves { id: GroupId([6; 32]), leaves: &[[1; 32]] };
    let stranger = membership(&KEYS, &binding(), group, &MemberKey::generate().unwrap(), 1, &name("poll"));
    assert!(matches!(stranger, Err(WalletError::NotAMember { weight: 1 })));
    let bad_leaf = GroupLeaves { id: GroupId([6; 32]), leaves: &[[0xff; 32]] };
    let refused = membership(&KEYS, &binding(), bad_leaf, &MemberKey::generate().unwrap(), 1, &name("poll"));
    assert!(matches!(refused, Err(WalletError::Statement(_))));
    assert!(Hidden::from_parts(1, [0xff; 32]).commitment().is_err(), "a blinding above the modulus");
    assert!(MemberKey::from_bytes([0; 32]).member(1).is_err(), "a secret of zero");
}

#[test]
fn a_member_has_one_nullifier_per_scope_and_another_in_each_group() {
    let member = MemberKey::generate().unwrap();
    let own = leaf(&Field(member.member(1).unwrap().identity.0), 1).unwrap();
    let leaves = [own.0];
    let nullifier = |group: u8, scope: &str| {
        let group = GroupLeaves { id: GroupId([group; 32]), leaves: &leaves };
        match membership(&KEYS, &binding(), group, &member, 1, &name(scope)).unwrap().statement {
            Prove::Membership(membership) => membership.nullifier,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(nullifier(1, "a"), nullifier(1, "a"));
    assert_ne!(nullifier(1, "a"), nullifier(1, "b"));
    assert_ne!(nullifier(1, "a"), nullifier(2, "a"));
}

#[test]
fn a_proof_file_comes_back_as_it_was() {
    for proven in samples() {
        let file = ProofFile::new(CHAIN, Network::Dev, &SENDER, &proven);
        let text = serde_json::to_string_pretty(&file).unwrap();
        let parts = ProofFile::from_json(&text).unwrap().parts().unwrap();
        assert_eq!(parts, (CHAIN, Network::Dev, SENDER, proven));
    }
}

#[test]
fn proof_files_with_damage_are_refused_or_do_not_verify() {
    let verifying = VerifyingKeys::development();
    for proven in samples() {
        let good = serde_json::to_string(&ProofFile::new(CHAIN, Network::Dev, &SENDER, &proven)).unwrap();
        for position in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[position] = if bad[position] == b'1' { b'2' } else { b'1' };
            let Ok(text) = String::from_utf8(bad) else { continue };
            let Ok(file) = ProofFile::from_json(&text) else { continue };
            let Ok((chain, _, sender, read)) = file.parts() else { continue };
            assert!(verify(&verifying, chain, sender, &read).is_err(), "byte {position} of {good}");
        }
    }
    for garbage in ["", "null", "{}", "[]", "{\"format\":1}", &"[".repeat(5_000), &" ".repeat(9_000)] {
        assert!(ProofFile::from_json(garbage).is_err());
    }
}
