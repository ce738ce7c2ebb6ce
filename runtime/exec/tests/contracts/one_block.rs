//! One block on several engines: with and without artifacts, in a process that was started anew, with and without somebody
//! who watches. Receipts, events, gas and state are the same to the byte.

use crate::frames::relay;
use crate::life::start;
use crate::support::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tacit_exec::validate::Mode;
use tacit_exec::{execute, execute_watched};
use tacit_types::*;
use tacit_vm::{ArtifactName, ArtifactRefused, ArtifactStore, Artifacts, Seal, Vm, VmConfig};

/// Artifacts in memory.
#[derive(Default)]
struct Shelf {
    kept: Mutex<BTreeMap<ArtifactName, Vec<u8>>>,
    refused: Mutex<Vec<ArtifactRefused>>,
    hits: Mutex<u64>,
}

impl ArtifactStore for Shelf {
    fn get(&self, name: &ArtifactName) -> Option<Vec<u8>> {
        let found = self.kept.lock().unwrap().get(name).cloned();
        *self.hits.lock().unwrap() += u64::from(found.is_some());
        found
    }

    fn has(&self, name: &ArtifactName) -> bool {
        self.kept.lock().unwrap().contains_key(name)
    }

    fn put(&self, name: &ArtifactName, sealed: &[u8]) {
        self.kept.lock().unwrap().insert(*name, sealed.to_vec());
    }

    fn refused(&self, _name: &ArtifactName, reason: &ArtifactRefused) {
        self.refused.lock().unwrap().push(reason.clone());
    }
}

fn process(shelf: &Arc<Shelf>) -> Vm {
    let store: Arc<dyn ArtifactStore> = Arc::clone(shelf) as _;
    Vm::with_artifacts(VmConfig::default(), Artifacts { store, seal: Seal::new(&[5; 32]) }).unwrap()
}

/// Writes, emits and logs, then does what its name says.
const BUSY: &str = r#"(module
    (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "v1" "emit" (func $emit (param i32 i32 i32 i32) (result i32)))
    (import "v1" "log" (func $log (param i32 i32)))
    (import "v1" "revert" (func $revert (param i32 i32 i32)))
    (import "v1" "panic" (func $panic (param i32 i32 i32 i32 i32 i32)))
    (import "v1" "return_data" (func $return_data (param i32 i32)))
    (memory 1) (data (i32.const 0) "something that is said")
    (func $work
        (drop (call $set (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 9)))
        (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 22)))
        (call $log (i32.const 0) (i32.const 22))
        (call $return_data (i32.const 0) (i32.const 22)))
    (func (export "go") (call $work))
    (func (export "at"))
    (func (export "revert") (call $work) (call $revert (i32.const 7) (i32.const 0) (i32.const 9)))
    (func (export "panic") (call $work)
        (call $panic (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 9) (i32.const 3) (i32.const 4)))
    (func (export "trap") (call $work) unreachable)
    (func (export "spin") (call $work) (loop (br 0))))"#;

/// As [`BUSY`], but `go` fails after its work: a callee that leaves nothing.
fn failing() -> Vec<u8> {
    module(&BUSY.replace(r#"(func (export "go") (call $work))"#, r#"(func (export "go") (call $work) unreachable)"#))
}

#[test]
fn case_60_a_block_is_the_same_on_an_engine_that_records_and_on_one_that_does_not() {
    let (mut chain, alice, bob) = start();
    let (busy_code, failing_code, relay_code) = (module(BUSY), failing(), relay());
    let codes = [&busy_code, &failing_code, &relay_code];
    for code in codes {
        succeeds(&mut chain, &alice, vec![deploy(code), instantiate(code, 0, &[], 0)]);
    }
    let [busy, failing, relay] = codes.map(|code| contract_at(&alice, code, 0));
    let nested = |callee: Address| call(relay, "go", &callee.0, 0);
    let counter = artifact("counter");
    let mut txs = vec![
        tx(&chain, &alice, vec![deploy(&counter), instantiate(&counter, 0, &[0; 8], 0), call(busy, "go", &[], 3)]),
        tx(&chain, &bob, vec![nested(busy), nested(failing), nested(relay), call(busy, "go", &[], 0)]),
    ];
    for (ahead, function) in (1..).zip(["revert", "panic", "trap", "spin"]) {
        let mut body = chain.body(&bob, vec![call(busy, function, &[], 5)]);
        let sequence = tacit_exec::testing::later(body.authorization.sequence(), ahead);
        body.authorization = Authorization::Account { public_key: bob.public(), sequence };
        body.gas_limit = Gas(10_000_000);
        txs.push(tacit_exec::testing::sign(&bob, body));
    }
    let block = chain.build(&txs);
    let valid = chain.validate(&block.encode(), Mode::Decided).unwrap();

    let shelf = Arc::new(Shelf::default());
    let plain = execute(&chain.state, &chain.rules, &Vm::new(VmConfig::default()).unwrap(), &valid).unwrap();
    let mut traces = 0;
    let recording = |vm: &Vm, traces: &mut usize| {
        let watch = |outcome: &tacit_exec::tx::BodyOutcome| {
            *traces += usize::from(format!("{outcome:?}").contains("something that is said"));
        };
        execute_watched(&chain.state, &chain.rules, vm, &valid, watch).unwrap()
    };
    // A process that compiles and keeps, watched; another one that finds all of it, watched and not.
    assert_eq!(recording(&process(&shelf), &mut traces), plain);
    assert!(traces > 0, "whoever watches sees what was logged");
    assert!(shelf.kept.lock().unwrap().len() >= codes.len(), "nothing was kept");
    let hits = *shelf.hits.lock().unwrap();
    let again = process(&shelf);
    assert_eq!(execute(&chain.state, &chain.rules, &again, &valid).unwrap(), plain);
    assert!(*shelf.hits.lock().unwrap() > hits, "the second process found nothing");
    assert_eq!(recording(&again, &mut traces), plain);
    assert!(shelf.refused.lock().unwrap().is_empty());

    // The block holds what can differ: successes, each kind of failure, events, and writes that were taken back.
    let codes: Vec<Option<RejectCode>> = plain.receipts.iter().map(Receipt::reject).collect();
    let trapped = Some(RejectCode::ContractTrapped);
    let expected = [None, None, Some(RejectCode::ContractReverted), trapped, trapped, Some(RejectCode::OutOfGas)];
    assert_eq!(codes, expected);
    let said = |index: usize| {
        let events = plain.receipts[index].events.iter();
        events.filter(|event| matches!(event, Event::Contract { .. })).count()
    };
    assert_eq!((said(0), said(1)), (1, 2), "of the callee that failed there is none");
    chain.commit(&block);
    assert!(storage(&chain, &failing).is_empty() && storage(&chain, &busy).len() == 1);
}
