//! Credentials shown: under which roots, until when, and what actions and contracts can make of them.

use crate::prover::*;
use crate::support::{call, contract_at, deploy, fails, fails_as, instantiate, module, succeeds};
use tacit_exec::proofs::proof_id;
use tacit_exec::testing::{MemoryChain, TestKey, transfer};
use tacit_types::action::Prove;
use tacit_types::identity::{CredentialIssue, CredentialRevoke, IssuerCreate, Require, issuer_id};
use tacit_types::*;

const ZERO: FieldBytes = FieldBytes([0; 32]);

fn the_issuer() -> IssuerId {
    issuer_id(&TestKey::new(0).address(), Sequence(0), 0)
}

/// Alice has issued credentials to holders 0 to 3.
fn start() -> (MemoryChain, TestKey, TestKey) {
    let mut chain = MemoryChain::new(1, 2);
    let [alice, bob] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    let create = Action::IssuerCreate(IssuerCreate { name: name("city-hall") });
    succeeds(&mut chain, &alice, vec![create, issue(0..4)]);
    (chain, alice, bob)
}

fn issue(numbers: std::ops::Range<u64>) -> Action {
    let leaves = List::new(numbers.map(credential_leaf).collect()).unwrap();
    Action::CredentialIssue(CredentialIssue { issuer: the_issuer(), leaves })
}

fn revoke(index: u32) -> Action {
    Action::CredentialRevoke(CredentialRevoke { issuer: the_issuer(), index })
}

fn require(proof: ProofId) -> Action {
    Action::Require(Require { proof })
}

fn leaves(count: u64) -> Vec<FieldBytes> {
    (0..count).map(credential_leaf).collect()
}

/// Holder `holder`, who acts as `sender`, is at least 18.
fn showing(chain: &MemoryChain, sender: &TestKey, holder: u64, leaves: Vec<FieldBytes>) -> Showing {
    let (genesis_id, sender) = (chain.rules.genesis_id, sender.address());
    let (low, high) = (18, u128::MAX);
    Showing { genesis_id, sender, issuer: the_issuer(), leaves, holder, application: "shop", low, high }
}

fn prove_tx(chain: &MemoryChain, sender: &TestKey, (statement, proof): (Prove, [u8; 128])) -> Tx {
    tx_with(chain, sender, vec![Action::Prove(statement)], vec![proof])
}

fn records(chain: &mut MemoryChain, sender: &TestKey, proven: (Prove, [u8; 128])) -> ProofId {
    let id = proof_id(&sender.address(), &proven.0);
    let tx = prove_tx(chain, sender, proven);
    let receipt = chain.run(&[tx]).receipts.remove(0);
    assert_eq!(receipt.events.to_vec(), [Event::Proved { proof: id, sender: sender.address() }], "{receipt:?}");
    id
}

#[test]
fn a_credential_is_shown_under_a_recent_root() {
    let (mut chain, alice, bob) = start();
    let old = showing(&chain, &bob, 1, leaves(4)).proven();
    succeeds(&mut chain, &alice, vec![issue(4..6), issue(6..7)]);
    records(&mut chain, &bob, old);
    let new = showing(&chain, &bob, 6, leaves(7)).proven();
    records(&mut chain, &bob, new);
    let mut forged = leaves(7);
    forged.push(credential_leaf(7));
    let invented = showing(&chain, &bob, 7, forged).proven();
    let tx = prove_tx(&chain, &bob, invented);
    fails_as(&mut chain, &bob, tx, RejectCode::IssuerRootUnknown);
    let elsewhere = Showing { issuer: IssuerId([8; 32]), ..showing(&chain, &bob, 1, leaves(7)) };
    let tx = prove_tx(&chain, &bob, elsewhere.proven());
    fails_as(&mut chain, &bob, tx, RejectCode::IssuerUnknown);
}

/// zk.md #25: an issuer's roots from before its last revocation are refused, whoever's they prove.
#[test]
fn attack_25_a_revoked_credential_and_every_older_root_are_refused() {
    let (mut chain, alice, bob) = start();
    let revoked = showing(&chain, &bob, 1, leaves(4)).proven();
    let innocent = showing(&chain, &bob, 2, leaves(4)).proven();
    succeeds(&mut chain, &alice, vec![revoke(1)]);
    for proven in [revoked, innocent] {
        let tx = prove_tx(&chain, &bob, proven);
        fails_as(&mut chain, &bob, tx, RejectCode::IssuerRootUnknown);
    }
    let mut now = leaves(4);
    now[1] = ZERO;
    assert!(showing(&chain, &bob, 1, now.clone()).try_prove().is_err(), "no path leads from the revoked leaf");
    let again = showing(&chain, &bob, 2, now).proven();
    records(&mut chain, &bob, again);
}

#[test]
fn a_pseudonym_is_one_per_application() {
    let (chain, alice, bob) = start();
    let pseudonym = |showing: Showing| {
        let Prove::Credential(credential) = showing.proven().0 else { unreachable!() };
        credential.pseudonym
    };
    let shop = pseudonym(showing(&chain, &bob, 1, leaves(4)));
    assert_eq!(shop, pseudonym(showing(&chain, &alice, 1, leaves(4))), "whatever account brings it");
    assert_ne!(shop, pseudonym(showing(&chain, &bob, 2, leaves(4))), "another holder");
    let bank = Showing { application: "bank", ..showing(&chain, &bob, 1, leaves(4)) };
    assert_ne!(shop, pseudonym(bank), "another application");
    let elsewhere = Showing { genesis_id: GenesisId::of(&[b"elsewhere"]), ..showing(&chain, &bob, 1, leaves(4)) };
    assert_ne!(shop, pseudonym(elsewhere), "another chain");
}

#[test]
fn an_action_can_require_a_proof_of_its_sender() {
    let (mut chain, alice, bob) = start();
    let (statement, proof) = showing(&chain, &bob, 1, leaves(4)).proven();
    let id = proof_id(&bob.address(), &statement);
    let pay = || transfer(alice.address(), 5);
    let receipt = fails(&mut chain, &bob, vec![require(id), pay()], RejectCode::ProofNotRecorded);
    assert_eq!(receipt.failed_action, 0);
    let actions = vec![Action::Prove(statement), require(id), pay()];
    let at_once = tx_with(&chain, &bob, actions, vec![proof]);
    assert_eq!(chain.run(&[at_once]).receipts[0].reject(), None);
    succeeds(&mut chain, &bob, vec![require(id), pay()]);
    fails(&mut chain, &alice, vec![require(id), pay()], RejectCode::ProofNotRecorded);
}

#[test]
fn a_recorded_credential_counts_until_its_issuer_revokes_anything_and_again_when_proven_anew() {
    let (mut chain, alice, bob) = start();
    let proven = showing(&chain, &bob, 2, leaves(4)).proven();
    let id = records(&mut chain, &bob, proven.clone());
    succeeds(&mut chain, &alice, vec![issue(4..5)]);
    succeeds(&mut chain, &bob, vec![require(id)]);
    succeeds(&mut chain, &alice, vec![revoke(1)]);
    fails(&mut chain, &bob, vec![require(id)], RejectCode::ProofNotRecorded);
    let tx = prove_tx(&chain, &bob, proven);
    fails_as(&mut chain, &bob, tx, RejectCode::IssuerRootUnknown);
    let mut now = leaves(5);
    now[1] = ZERO;
    let anew = showing(&chain, &bob, 2, now).proven();
    let anew = records(&mut chain, &bob, anew);
    succeeds(&mut chain, &bob, vec![require(anew)]);
}

/// Two revocations may lead back to a root of before. The proof under it is a statement as of old, and its record counts
/// again from when it is proven anew, not from before.
#[test]
fn the_same_statement_proven_again_under_a_root_that_came_back_counts_afresh() {
    let (mut chain, alice, bob) = start();
    let mut gap = leaves(4);
    gap[3] = ZERO;
    succeeds(&mut chain, &alice, vec![revoke(3)]);
    let proven = showing(&chain, &bob, 2, gap).proven();
    let id = records(&mut chain, &bob, proven.clone());
    // A leaf at index 4 comes and goes: the tree is the one of before.
    succeeds(&mut chain, &alice, vec![issue(4..5), revoke(4)]);
    fails(&mut chain, &bob, vec![require(id)], RejectCode::ProofNotRecorded);
    assert_eq!(records(&mut chain, &bob, proven), id);
    succeeds(&mut chain, &bob, vec![require(id)]);
}

/// Lets in only who has the statement of the input proven.
const DOOR: &str = r#"(module
    (import "v1" "caller" (func $caller (param i32)))
    (import "v1" "input_len" (func $input_len (result i32)))
    (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
    (import "v1" "proof_id" (func $proof_id (param i32 i32 i32 i32)))
    (import "v1" "proof_height" (func $proof_height (param i32) (result i64)))
    (import "v1" "return_data" (func $return_data (param i32 i32)))
    (import "v1" "revert" (func $revert (param i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "init"))
    (func (export "enter")
        (call $caller (i32.const 0))
        (call $input_copy (i32.const 64) (i32.const 0) (call $input_len))
        (call $proof_id (i32.const 0) (i32.const 64) (call $input_len) (i32.const 32))
        (i64.store (i32.const 1024) (call $proof_height (i32.const 32)))
        (if (i64.eqz (i64.load (i32.const 1024))) (then (call $revert (i32.const 7) (i32.const 0) (i32.const 0))))
        (call $return_data (i32.const 1024) (i32.const 8))))"#;

#[test]
fn a_contract_can_require_a_credential_of_its_caller() {
    let (mut chain, alice, bob) = start();
    let code = module(DOOR);
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 0)]);
    let door = contract_at(&alice, &code, 0);
    let proven = showing(&chain, &bob, 1, leaves(4)).proven();
    let statement = codec::encode(&proven.0);
    let enter = || vec![call(door, "enter", &statement, 0)];
    let receipt = fails(&mut chain, &bob, enter(), RejectCode::ContractReverted);
    assert_eq!(receipt.contract_code, 7);
    records(&mut chain, &bob, proven);
    let recorded = chain.tip.height;
    let receipt = succeeds(&mut chain, &bob, enter());
    assert_eq!(receipt.output.to_vec(), recorded.0.to_le_bytes());
    fails(&mut chain, &alice, enter(), RejectCode::ContractReverted);
    let mut older = statement.clone();
    older[33] ^= 1;
    fails(&mut chain, &bob, vec![call(door, "enter", &older, 0)], RejectCode::ContractReverted);
    succeeds(&mut chain, &alice, vec![revoke(3)]);
    fails(&mut chain, &bob, enter(), RejectCode::ContractReverted);
}
