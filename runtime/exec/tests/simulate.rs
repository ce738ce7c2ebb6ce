//! Simulation and views: they tell what a block would do, and do nothing.
#![allow(clippy::unwrap_used, clippy::type_complexity)]

mod support;

use support::*;
use tacit_exec::error::Refusal;
use tacit_exec::testing::{MemoryChain, TestKey, sign, transfer, with_proofs};
use tacit_exec::tx::BodyOutcome;
use tacit_types::action::{GroupCreate, Member, Prove, ProveEquality, ProveMembership, ProveRange};
use tacit_types::tx::IndexedSignature;
use tacit_types::*;
use tacit_vm::{Trap, VmReject};

fn start() -> (MemoryChain, TestKey, Address) {
    let mut chain = MemoryChain::new(1, 2);
    let alice = chain.accounts[0].clone();
    let code = artifact("counter");
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &7u64.to_le_bytes(), 0)]);
    let counter = contract_at(&alice, &code, 0);
    (chain, alice, counter)
}

fn simulate(chain: &MemoryChain, tx: &Tx) -> Result<BodyOutcome, Refusal> {
    let before = contents(chain);
    let outcome = on_bench(chain, |bench| bench.simulate(tx.clone()));
    assert_eq!(contents(chain), before, "a simulation changes nothing");
    outcome
}

fn refused(chain: &MemoryChain, tx: &Tx) -> RejectCode {
    match simulate(chain, tx) {
        Err(Refusal::Reject(reject)) => reject.code,
        other => panic!("must be refused, got {other:?}"),
    }
}

/// The transaction before anybody signed it.
fn unsigned(mut tx: Tx) -> Tx {
    let zeros = IndexedSignature { key_index: 0, signature: Signature([0; 64]) };
    tx.witness.signatures = List::new(vec![zeros]).unwrap();
    tx
}

fn members() -> List<Member, { limits::GROUP_MEMBERS_MAX }> {
    List::new(vec![Member { identity: FieldBytes([5; 32]), weight: 1 }]).unwrap()
}

#[test]
fn a_simulation_says_what_a_block_then_records_signed_or_not() {
    let (mut chain, alice, counter) = start();
    let bob = chain.accounts[1].address();
    let token = artifact("token");
    let at = contract_at(&alice, &token, 9);
    let cases = [
        vec![transfer(bob, 5)],
        vec![transfer(bob, u128::MAX)],
        vec![transfer(bob, 5), call(counter, "increment", &[], 0)],
        vec![call(counter, "increment", &[], 0), call(counter, "absent", &[], 0)],
        vec![call(counter, "add", &u64::MAX.to_le_bytes(), 0)],
        vec![call(counter, "add", &[1], 0)],
        vec![call(counter, "get", &[], 0)],
        vec![Action::GroupCreate(GroupCreate { members: members() })],
        vec![deploy(b"no module")],
        vec![deploy(&token), instantiate(&token, 9, &1_000u128.to_le_bytes(), 0)],
        vec![call(at, "total_supply", &[], 0)],
        vec![instantiate(&token, 9, &1_000u128.to_le_bytes(), 0)],
        vec![call(bob, "nothing", &[], 3)],
    ];
    for (number, actions) in cases.into_iter().enumerate() {
        let tx = tx(&chain, &alice, actions);
        let signed = simulate(&chain, &tx).unwrap();
        assert_eq!(simulate(&chain, &unsigned(tx.clone())).unwrap(), signed, "case {number}");
        let id = tx.id();
        let receipt = chain.run(&[tx]).receipts.remove(0);
        assert_eq!(signed.into_receipt(id, receipt.fee), receipt, "case {number}");
    }
}

#[test]
fn a_simulation_runs_out_of_gas_where_the_block_does() {
    let (mut chain, alice, counter) = start();
    let mut body = chain.body(&alice, vec![call(counter, "increment", &[], 0)]);
    body.gas_limit = Gas(100_000);
    let tx = sign(&alice, body);
    let outcome = simulate(&chain, &tx).unwrap();
    assert_eq!(outcome.gas_used, Gas(100_000));
    let receipt = chain.run(&[tx]).receipts.remove(0);
    assert_eq!((receipt.reject(), receipt.gas_used), (Some(RejectCode::OutOfGas), Gas(100_000)));
}

#[test]
fn the_detail_of_a_panic_is_for_people() {
    let (chain, alice, counter) = start();
    let tx = tx(&chain, &alice, vec![call(counter, "add", &u64::MAX.to_le_bytes(), 0)]);
    let failure = simulate(&chain, &tx).unwrap().result.unwrap_err();
    assert_eq!(failure.reject.code, RejectCode::ContractTrapped);
    assert!(failure.reject.detail.contains("counter/src/lib.rs"), "{}", failure.reject.detail);
}

#[test]
fn what_cannot_be_charged_is_refused() {
    let (chain, alice, _) = start();
    let changed = |change: &dyn Fn(&mut TxBody)| {
        let mut body = chain.body(&alice, vec![transfer(alice.address(), 1)]);
        change(&mut body);
        refused(&chain, &sign(&alice, body))
    };
    let sequence = |number| Authorization::Account { public_key: alice.public(), sequence: Sequence(number) };
    assert_eq!(changed(&|body| body.authorization = sequence(0)), RejectCode::SequenceTooLow);
    assert_eq!(changed(&|body| body.authorization = sequence(2)), RejectCode::SequenceTooHigh);
    assert_eq!(changed(&|body| body.expiry = Height(1)), RejectCode::Expired);
    assert_eq!(changed(&|body| body.expiry = Height(1_000_000)), RejectCode::ExpiryTooFar);
    let free = |body: &mut TxBody| (body.max_fee_per_gas, body.max_tip_per_gas) = (Price(0), Price(0));
    assert_eq!(changed(&free), RejectCode::UnderPriced);
    let poor = TestKey::new(4_242);
    assert_eq!(refused(&chain, &chain.transfer(&poor, poor.address(), 1)), RejectCode::CannotPayFee);
}

#[test]
fn what_no_block_could_hold_is_refused_and_not_called_a_success() {
    let (chain, alice, counter) = start();
    let act = || vec![call(counter, "increment", &[], 0)];
    let cases: Vec<(RejectCode, Box<dyn Fn(&mut TxBody)>)> = vec![
        (RejectCode::WrongGenesis, Box::new(|body| body.genesis_id = GenesisId::of(&[b"elsewhere"]))),
        (RejectCode::UnknownVersion, Box::new(|body| body.version += 1)),
        (RejectCode::NoActions, Box::new(|body| body.actions = List::empty())),
        (RejectCode::TipAboveMaxFee, Box::new(|body| body.max_tip_per_gas = Price(body.max_fee_per_gas.0 + 1))),
        (RejectCode::GasLimitTooHigh, Box::new(|body| body.gas_limit = Gas(limits::BLOCK_GAS_MAX + 1))),
        (RejectCode::GasLimitTooLow, Box::new(|body| body.gas_limit = Gas(1))),
    ];
    for (code, change) in cases {
        let mut body = chain.body(&alice, act());
        change(&mut body);
        assert_eq!(refused(&chain, &unsigned(sign(&alice, body))), code);
    }
    let zero = tx(&chain, &alice, vec![transfer(alice.address(), 0)]);
    assert_eq!(refused(&chain, &zero), RejectCode::ZeroAmount);
    assert_eq!(refused(&chain, &tx(&chain, &alice, vec![deploy(&[])])), RejectCode::EmptyAction);
    let mut bare = tx(&chain, &alice, act());
    bare.witness.signatures = List::empty();
    assert_eq!(refused(&chain, &bare), RejectCode::SignatureCount);
}

#[test]
fn proofs_are_counted_and_their_statements_read_but_not_verified() {
    let (chain, alice, _) = start();
    let purpose = || Name::new("test").unwrap();
    let (small, large) = (FieldBytes([1; 32]), FieldBytes([0xff; 32]));
    let range = |commitment| Prove::Range(ProveRange { commitment, low: 1, high: 2, purpose: purpose() });
    let equality = |right| Prove::Equality(ProveEquality { left: small, right, purpose: purpose() });
    let membership = |nullifier| {
        let group = GroupId::of(&[b"none"]);
        let scope = Name::new("poll").unwrap();
        Prove::Membership(ProveMembership { group, root: small, scope, nullifier, weight: 1, purpose: purpose() })
    };
    let with = |prove: Prove, proofs: usize| {
        let tx = tx(&chain, &alice, vec![Action::Prove(prove)]);
        unsigned(with_proofs(tx, vec![ProofBytes([0; 128]); proofs]))
    };
    for prove in [range(small), equality(small)] {
        let outcome = simulate(&chain, &with(prove.clone(), 1)).unwrap();
        assert!(outcome.result.is_ok(), "{outcome:?}");
        assert_eq!(chain.check(&with(prove.clone(), 1)).unwrap_err().code, RejectCode::SignatureInvalid);
        for count in [0, 2] {
            assert_eq!(refused(&chain, &with(prove.clone(), count)), RejectCode::ProofCount);
        }
    }
    let failure = simulate(&chain, &with(membership(small), 1)).unwrap().result.unwrap_err();
    assert_eq!(failure.reject.code, RejectCode::GroupUnknown);
    for prove in [range(large), equality(large), membership(large)] {
        assert_eq!(refused(&chain, &with(prove, 1)), RejectCode::FieldNotCanonical);
    }
}

#[test]
fn a_view_reads_and_costs_nobody_anything() {
    let (mut chain, alice, counter) = start();
    let before = contents(&chain);
    let outcome = view(&chain, counter, "get", &[]);
    assert_eq!(outcome.result.unwrap(), 7u64.to_le_bytes());
    assert!(outcome.gas_used > Gas(15_000) && outcome.gas_used < GAS);
    assert_eq!(contents(&chain), before);
    succeeds(&mut chain, &alice, vec![call(counter, "increment", &[], 0)]);
    assert_eq!(view(&chain, counter, "get", &[]).result.unwrap(), 8u64.to_le_bytes());
}

#[test]
fn a_view_that_writes_emits_or_pays_is_stopped() {
    let (mut chain, alice, counter) = start();
    assert_eq!(view(&chain, counter, "increment", &[]).result, Err(VmReject::Trapped(Trap::StaticWrite)));
    let text = format!(
        r#"(module
            (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
            (import "v1" "storage_remove" (func $remove (param i32 i32) (result i32)))
            (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
            (import "v1" "transfer" (func $transfer (param i32 i32) (result i32)))
            (import "v1" "try_call" (func $call (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
            (import "v1" "return_data" (func $return_data (param i32 i32)))
            (memory 1)
            (data (i32.const 0) "{}") (data (i32.const 32) "increment") (data (i32.const 64) "\01")
            (func (export "set") (drop (call $set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))))
            (func (export "remove") (drop (call $remove (i32.const 0) (i32.const 1))))
            (func (export "emit") (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))))
            (func (export "pay") (drop (call $transfer (i32.const 0) (i32.const 64))))
            (func (export "pay_along") (drop (call $call (i32.const 0) (i32.const 32) (i32.const 9) (i32.const 0)
                (i32.const 0) (i32.const 64) (i64.const 1000000) (i32.const 0))))
            (func (export "have_it_done")
                (i32.store (i32.const 96) (call $call (i32.const 0) (i32.const 32) (i32.const 9) (i32.const 0)
                    (i32.const 0) (i32.const 128) (i64.const 1000000) (i32.const 0)))
                (call $return_data (i32.const 96) (i32.const 4))))"#,
        escaped(&counter),
    );
    let code = module(&text);
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 50)]);
    let writer = contract_at(&alice, &code, 0);
    let before = contents(&chain);
    for function in ["set", "remove", "emit", "pay", "pay_along"] {
        let outcome = view(&chain, writer, function, &[]);
        assert_eq!(outcome.result, Err(VmReject::Trapped(Trap::StaticWrite)), "{function}");
    }
    // A contract below a view is in the view too.
    assert_eq!(view(&chain, writer, "have_it_done", &[]).result.unwrap(), (-11i32).to_le_bytes());
    assert_eq!(contents(&chain), before);
    let receipt = succeeds(&mut chain, &alice, vec![call(writer, "have_it_done", &[], 0)]);
    assert_eq!(receipt.output.to_vec(), 8i32.to_le_bytes(), "in a call it is done");
}

#[test]
fn a_view_of_what_is_not_there_fails_by_name() {
    let (chain, alice, counter) = start();
    for function in ["absent", "init", "memory", "__gas"] {
        assert_eq!(view(&chain, counter, function, &[]).result, Err(VmReject::FunctionUnknown), "{function}");
    }
    assert_eq!(view(&chain, alice.address(), "get", &[]).result, Err(VmReject::ContractUnknown));
    let outcome = view(&chain, counter, "get", &[0; 1]);
    assert_eq!(outcome.result, Err(VmReject::Reverted { code: 0xFFFF_0001, data: vec![] }));
    assert_eq!(view(&chain, counter, "get", &vec![0; 65_537]).result, Err(VmReject::InputTooLong));
}

#[test]
fn a_view_stops_at_its_gas() {
    let (mut chain, alice, counter) = start();
    let code = hostile("loops");
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 0)]);
    let loops = contract_at(&alice, &code, 0);
    let name = |text: &str| Name::new(text).unwrap();
    for limit in [0, 1, 15_000, 100_000, 5_000_000] {
        let outcome = on_bench(&chain, |bench| bench.view(loops, &name("plain"), &[], Gas(limit)).unwrap());
        assert_eq!((outcome.result, outcome.gas_used), (Err(VmReject::OutOfGas), Gas(limit)));
    }
    let needed = view(&chain, counter, "get", &[]).gas_used;
    let with = |gas| on_bench(&chain, |bench| bench.view(counter, &name("get"), &[], gas).unwrap());
    assert_eq!(with(needed).result.unwrap(), 7u64.to_le_bytes());
    assert_eq!(with(Gas(needed.0 - 1)).result, Err(VmReject::OutOfGas));
}

#[test]
fn a_view_sees_the_next_block_and_no_caller() {
    let (mut chain, alice, _) = start();
    let code = module(
        r#"(module
            (import "v1" "caller" (func $caller (param i32))) (import "v1" "genesis_id" (func $genesis_id (param i32)))
            (import "v1" "value" (func $value (param i32))) (import "v1" "block_height" (func $height (result i64)))
            (import "v1" "block_time_ms" (func $time (result i64)))
            (import "v1" "return_data" (func $return_data (param i32 i32))) (memory 1)
            (func (export "look") (call $caller (i32.const 0)) (call $genesis_id (i32.const 32))
                (call $value (i32.const 64)) (i64.store (i32.const 80) (call $height))
                (i64.store (i32.const 88) (call $time)) (call $return_data (i32.const 0) (i32.const 96))))"#,
    );
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 0)]);
    let output = view(&chain, contract_at(&alice, &code, 0), "look", &[]).result.unwrap();
    let mut expected = [Address::SYSTEM.0, chain.rules.genesis_id.0].concat();
    expected.extend(0u128.to_le_bytes());
    expected.extend(chain.next().height.0.to_le_bytes());
    expected.extend((chain.tip.time_ms.0 + 1).to_le_bytes());
    assert_eq!(output, expected);
}

#[test]
fn a_simulated_receipt_is_what_the_block_records_fee_included() {
    let mut chain = MemoryChain::new(1, 2);
    let tx = chain.transfer(&chain.accounts[0], chain.accounts[1].address(), 5);
    let bench =
        tacit_exec::simulate::Bench { rules: &chain.rules, vm: &chain.vm, tip: &chain.tip, state: &chain.state };
    let simulated = bench.simulated_receipt(&tx).unwrap();
    assert!(simulated.fee.0 > 0);
    let rehearsal = bench.rehearse(&tx).unwrap();
    assert_eq!((&rehearsal.receipt, rehearsal.frames.len(), rehearsal.detail.as_str()), (&simulated, 0, ""));
    assert_eq!(simulated, chain.run(&[tx]).receipts[0]);
}

#[test]
fn of_all_frames_of_all_actions_the_first_are_shown_and_the_others_counted() {
    let (mut chain, alice, counter) = start();
    let code = module(&format!(
        r#"(module
            (import "v1" "static_call" (func $static_call (param i32 i32 i32 i32 i32 i64 i32) (result i32))) (memory 1)
            (data (i32.const 0) "{}get")
            (func (export "look") (drop (call $static_call (i32.const 0) (i32.const 32) (i32.const 3) (i32.const 0)
                (i32.const 0) (i64.const -1) (i32.const 0)))))"#,
        escaped(&counter)
    ));
    succeeds(&mut chain, &alice, vec![deploy(&code), instantiate(&code, 0, &[], 0)]);
    let contract = contract_at(&alice, &code, 0);
    let looks = vec![call(contract, "look", &[], 0); 40];
    let rehearsal = on_bench(&chain, |bench| bench.rehearse(&tx(&chain, &alice, looks)).unwrap());
    assert_eq!(rehearsal.receipt.code, 0, "{}", rehearsal.detail);
    assert_eq!((rehearsal.frames.len(), rehearsal.frames_left_out), (64, 80 - 64));
    assert_eq!(rehearsal.frames[62].contract, contract);
    assert_eq!(rehearsal.frames[63].contract, counter);
}
