//! Proofs on record: assumed or real, a contract sees them alike.

use crate::guests::{panic_of, probe};
use std::path::Path;
use std::sync::LazyLock;
use tacit_simulator::{Chain, Claim, Failure, ProvingKeys, RejectCode};

/// Kept in the build's folder, so that they are made once.
static KEYS: LazyLock<ProvingKeys> =
    LazyLock::new(|| ProvingKeys::development(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys")));

const ADULT: Claim = Claim::Range { value: 30, blinding: 7, low: 18, high: 150 };

#[test]
fn a_contract_sees_a_proof_that_was_really_made() {
    let (mut chain, alice, probe) = probe();
    let height = chain.height();
    let proved = chain.prove(&KEYS, alice, "entry", &ADULT).unwrap();
    assert_eq!(proved.id, chain.proof_id(alice, &proved.statement));
    chain.roll(4);
    assert_eq!(chain.call(alice, probe, "since", &(proved.id,)).returns::<u64>(), height.0);
    let bob = chain.account("bob");
    let his = chain.proof_id(bob, &proved.statement);
    assert_eq!(chain.view::<u64>(probe, "since", &(his,)), Ok(0), "another sender has nothing on record");
}

#[test]
fn an_assumed_proof_is_recorded_where_a_real_one_is() {
    let (mut chain, alice, probe) = probe();
    let real = chain.attempt(|chain| chain.prove(&KEYS, alice, "entry", &ADULT)).unwrap();
    assert_eq!(chain.view::<u64>(probe, "since", &(real.id,)), Ok(0), "the attempt was taken back");
    let height = chain.height();
    chain.assume_proved(alice, &real.statement).ok();
    assert_eq!(chain.view::<u64>(probe, "since", &(real.id,)), Ok(height.0));
}

#[test]
fn what_is_not_true_cannot_be_proven() {
    let mut chain = Chain::new();
    let alice = chain.account("alice");
    let child = Claim::Range { value: 17, blinding: 7, low: 18, high: 150 };
    let refused = chain.prove(&KEYS, alice, "entry", &child).unwrap_err();
    assert!(matches!(refused, Failure::Unproven(_)), "{refused}");
    assert!(panic_of(|| chain.prove(&KEYS, alice, "two words", &ADULT)).contains("a name has"));
}

#[test]
fn a_member_acts_once_in_a_scope_however_it_is_proven() {
    let (mut chain, alice, probe) = probe();
    let group = chain.group(alice, &[(1, 5), (2, 6), (3, 7)]).unwrap();
    let claim = |secret, scope: &str| Claim::Membership { group, secret, weight: 6, scope: scope.into() };
    let proved = chain.prove(&KEYS, alice, "vote", &claim(2, "budget")).unwrap();
    assert!(chain.view::<u64>(probe, "since", &(proved.id,)).unwrap() > 0);
    chain.assume_proved(alice, &proved.statement).expect_reject(RejectCode::NullifierSpent);
    let stranger = chain.prove(&KEYS, alice, "vote", &claim(4, "budget")).unwrap_err();
    assert!(stranger.to_string().contains("no such member"), "{stranger}");
}

#[test]
fn a_prank_owns_the_group_it_makes_and_cannot_prove() {
    let (mut chain, alice, probe) = probe();
    let nobody = tacit_simulator::Address([6; 32]);
    let group = chain.prank(nobody).group(alice, &[(1, 5)]).unwrap();
    let claim = Claim::Membership { group, secret: 1, weight: 5, scope: "budget".into() };
    chain.prove(&KEYS, alice, "vote", &claim).unwrap();
    assert!(panic_of(|| chain.prank(probe).prove(&KEYS, alice, "entry", &ADULT)).contains("assume_proved"));
}

#[test]
fn a_statement_without_its_proof_is_refused_by_the_chain() {
    let (mut chain, alice, _) = probe();
    let bob = chain.account("bob");
    let proved = chain.attempt(|chain| chain.prove(&KEYS, alice, "entry", &ADULT)).unwrap();
    // Without `assume_proved`, a statement needs a proof in the transaction.
    chain.transact(bob, vec![tacit_simulator::Action::Prove(proved.statement)]).expect_reject(RejectCode::ProofCount);
}
