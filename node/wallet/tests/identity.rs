//! Votes and credentials made by the wallet are the ones that the chain's own rules accept, and files are read strictly.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;
use tacit_circuits::statement::membership::leaf;
use tacit_circuits::{FieldBytes as Field, GroupTree, ProvingKeys, VerifyingKeys, verify_one};
use tacit_exec::proofs;
use tacit_types::action::Prove;
use tacit_types::{Address, FieldBytes, GenesisId, IssuerId, Name, Network, PollId};
use tacit_wallet::WalletError;
use tacit_wallet::identity::credential::{Credential, CredentialFile, HolderKey, Showing, show};
use tacit_wallet::identity::poll::{Ballot, vote};
use tacit_wallet::prove::{Binding, MemberKey, ProofFile, Proven, verify};

static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let directory = std::env::temp_dir().join("tacit-wallet-tests-proving-keys");
    ProvingKeys::development(&directory)
});

const CHAIN: GenesisId = GenesisId([4; 32]);
const SENDER: Address = Address([5; 32]);
const ISSUER: IssuerId = IssuerId([6; 32]);

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn binding() -> Binding {
    Binding { genesis_id: CHAIN, sender: SENDER, purpose: name("entry") }
}

#[test]
fn the_chain_accepts_a_vote_for_this_sender_poll_and_chain_only() {
    let member = MemberKey::generate().unwrap();
    let own = leaf(&Field(member.member(3).unwrap().identity.0), 3).unwrap();
    let leaves = [[1; 32], own.0, [2; 32]];
    let mut tree = GroupTree::new();
    tree.append(&leaves.map(Field)).unwrap();
    let root = FieldBytes(tree.root().0);
    let ballot = Ballot { genesis_id: CHAIN, sender: SENDER, poll: PollId([7; 32]), root, leaves: &leaves };
    let (action, proof) = vote(&KEYS, &ballot, &member, 3, 2).unwrap();
    assert_eq!((action.poll, action.root, action.choice, action.weight), (ballot.poll, root, 2, 3));
    let verifying = VerifyingKeys::development();
    let accepts = |chain, sender, action| {
        verify_one(&verifying, &proofs::vote_item(&chain, &sender, action, &proof).unwrap()).is_ok()
    };
    assert!(accepts(CHAIN, SENDER, &action));
    assert!(!accepts(GenesisId([9; 32]), SENDER, &action));
    assert!(!accepts(CHAIN, Address([9; 32]), &action));
    let again = vote(&KEYS, &ballot, &member, 3, 0).unwrap().0;
    assert_eq!(again.nullifier, action.nullifier, "one nullifier for each member and poll");
    let elsewhere = Ballot { poll: PollId([8; 32]), ..ballot };
    assert_ne!(vote(&KEYS, &elsewhere, &member, 3, 2).unwrap().0.nullifier, action.nullifier);
}

#[test]
fn votes_that_cannot_count_are_refused_before_any_proving() {
    let member = MemberKey::generate().unwrap();
    let leaves = [[1; 32], [2; 32]];
    let mut tree = GroupTree::new();
    tree.append(&leaves.map(Field)).unwrap();
    let root = FieldBytes(tree.root().0);
    let ballot = Ballot { genesis_id: CHAIN, sender: SENDER, poll: PollId([7; 32]), root, leaves: &leaves };
    assert!(matches!(vote(&KEYS, &ballot, &member, 1, 0), Err(WalletError::NotAMember { weight: 1 })));
    let other_root = Ballot { root: FieldBytes([3; 32]), ..ballot };
    assert!(matches!(vote(&KEYS, &other_root, &member, 1, 0), Err(WalletError::PollLeaves)));
}

/// A holder, a credential over 42, and the issuer's leaves with it in the middle of others, one of them revoked.
fn held() -> (HolderKey, Credential, Vec<[u8; 32]>) {
    let holder = HolderKey::generate().unwrap();
    let credential = Credential::attest(ISSUER, name("age"), 42).unwrap();
    let own = credential.leaf(&holder.public().unwrap()).unwrap();
    (holder, credential, vec![[1; 32], [0; 32], own.0, [2; 32]])
}

fn adult() -> Showing {
    Showing { application: name("bar"), low: 18, high: u128::MAX }
}

#[test]
fn the_chain_accepts_a_shown_credential_and_its_proof_file_comes_back() {
    let (holder, credential, leaves) = held();
    let shown = show(&KEYS, &binding(), &leaves, &holder, &credential, &adult()).unwrap();
    let Proven { statement, proof } = &shown.proven;
    let verifying = VerifyingKeys::development();
    let accepts =
        |chain, sender| verify_one(&verifying, &proofs::item(&chain, &sender, statement, proof).unwrap()).is_ok();
    assert!(accepts(CHAIN, SENDER));
    assert!(!accepts(GenesisId([9; 32]), SENDER));
    assert!(!accepts(CHAIN, Address([9; 32])));
    verify(&verifying, CHAIN, SENDER, &shown.proven).unwrap();
    let Prove::Credential(public) = statement else { panic!("{statement:?}") };
    assert_eq!(shown.opening.commitment().unwrap(), public.commitment, "other proofs go on from here");
    let text = serde_json::to_string(&ProofFile::new(CHAIN, Network::Dev, &SENDER, &shown.proven)).unwrap();
    let parts = ProofFile::from_json(&text).unwrap().parts().unwrap();
    assert_eq!(parts, (CHAIN, Network::Dev, SENDER, shown.proven.clone()));
    let again = show(&KEYS, &binding(), &leaves, &holder, &credential, &adult()).unwrap().proven;
    let Prove::Credential(again) = again.statement else { unreachable!() };
    assert_eq!(again.pseudonym, public.pseudonym);
    assert_ne!(again.commitment, public.commitment, "two showings have nothing in common but the pseudonym");
}

#[test]
fn what_is_not_held_or_not_true_is_refused_before_any_proving() {
    let (holder, credential, mut leaves) = held();
    let other = HolderKey::generate().unwrap();
    let refused = show(&KEYS, &binding(), &leaves, &other, &credential, &adult());
    assert!(matches!(refused, Err(WalletError::NoCredential)), "another holder's");
    let old = Showing { low: 43, ..adult() };
    let refused = show(&KEYS, &binding(), &leaves, &holder, &credential, &old);
    assert!(matches!(refused, Err(WalletError::Prove(_))), "42 is below 43");
    leaves[2] = [0; 32];
    let refused = show(&KEYS, &binding(), &leaves, &holder, &credential, &adult());
    assert!(matches!(refused, Err(WalletError::NoCredential)), "revoked");
    assert!(HolderKey::from_bytes([0; 32]).public().is_err(), "a secret of zero");
}

#[test]
fn a_credential_file_is_read_strictly_and_tells_no_secret_in_errors_or_debug() {
    let (_, credential, _) = held();
    let text = serde_json::to_string(&credential.to_file()).unwrap();
    assert!(CredentialFile::from_json(&text).unwrap() == credential);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let salt = value["salt"].as_str().unwrap().to_owned();
    for bad in [
        text.replace("\"format\":1", "\"format\":2"),
        text.replace("\"kind\":\"age\"", "\"kind\":\"a b\""),
        text.replace("\"value\":\"42\"", "\"value\":\"-1\""),
        text.replace("}", ",\"more\":1}"),
        text.replace(&salt[60..], ""),
        text[1..].to_owned(),
        " ".repeat(5_000),
        String::new(),
    ] {
        let error = CredentialFile::from_json(&bad).unwrap_err();
        assert!(!error.to_string().contains(&salt[2..20]), "{error}");
    }
    assert!(!format!("{credential:?}").contains(&salt[2..20]));
    assert!(!format!("{credential:?}").contains("42"));
}
