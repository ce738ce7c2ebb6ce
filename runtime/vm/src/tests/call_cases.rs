//! Cases of `docs/spec/contract-attacks.md` about calls and state: every way back into a contract that runs, with every host function
//! that leads there; limits of calls; changes of code; what a second node, or one that records, must not do differently.

use super::artifacts::{self, Shelf};
use super::nested::{GROUP, REENTRANT, SETS, Site, access, answers, bytes_at, changes, layout, next, run, runs};
use super::support::{ALICE, Chain, GAS, MemoryWorld, module, vm};
use crate::engine::{Versions, WasmtimeMachine};
use crate::vm::{Mode, outermost};
use crate::{Artifacts, CallParams, Lane, Seal, VmReject};
use std::sync::Arc;
use tacit_abi::{
    ACCESS_LAYOUT, CALL_ALLOW_REENTRY, CALL_ALLOW_VIEW, CALLEE_FAILED, CODE_UNKNOWN, DEPTH_EXCEEDED, OK,
    POLICY_FORBIDS, REENTRY_DENIED, TOO_MANY,
};
use tacit_types::{Address, Amount, CodeHash, Event, Gas};

/// The host functions that enter a contract at once.
const HOSTS: [&str; 3] = ["call", "try_call", "static_call"];

/// A function that calls another contract and returns the callee's answer, or the code that the call gave.
fn hop(export: &str, site: &Site) -> String {
    format!(
        "{} (func (export \"{export}\") (i32.store (i32.const 700) {})
            (if (i32.ge_s (i32.load (i32.const 700)) (i32.const 4))
                (then (call $ret_copy (i32.const 700) (i32.const 0) (i32.const 4))))
            (call $return_data (i32.const 700) (i32.const 4)))",
        site.data(),
        site.call()
    )
}

/// What `function` answered, or how it failed if it failed with its callee.
fn answer_of(chain: &mut Chain, contract: Address, function: &str) -> i32 {
    let outcome = chain.call(contract, function, &[]);
    match outcome.result {
        Ok(_) => answers(&outcome)[0],
        Err(VmReject::ReentryDenied) => REENTRY_DENIED,
        Err(other) => panic!("{other}"),
    }
}

fn deploy(chain: &mut Chain, text: &str) -> CodeHash {
    let code = module(text);
    let hash = CodeHash::of(&[&code]);
    chain.world.codes.insert(hash, code);
    hash
}

/// What contracts said in events.
fn said(world: &MemoryWorld) -> Vec<Vec<u8>> {
    let data = |event: &Event| match event {
        Event::Contract { data, .. } => Some(data.to_vec()),
        _ => None,
    };
    world.events.iter().filter_map(data).collect()
}

/// A function that says these bytes of the memory in an event.
fn says(export: &str, at: u32, length: u32) -> String {
    format!(
        "(func (export \"{export}\") (drop (call $emit (i32.const 0) (i32.const 0) (i32.const {at}) (i32.const {length}))))"
    )
}

#[test]
fn case_45_and_56_1_no_host_function_leads_back_into_a_running_contract_over_any_others() {
    for host in HOSTS {
        let mut chain = Chain::new();
        let this = next(&chain);
        let itself = chain.text(&(hop("run", &Site::new(0, this, "nothing", host)) + SETS));
        assert_eq!(answer_of(&mut chain, itself, "run"), REENTRY_DENIED, "{host} into itself");
        for way in HOSTS {
            // A -> B -> A and A -> B -> C -> A.
            for hops in [1, 2] {
                let mut chain = Chain::new();
                let first = next(&chain);
                let at = |number: u8| Address([first.0[0] + number; 32]);
                for number in 1..=hops {
                    chain.text(&(hop("run", &Site::new(0, at(number), "run", way)) + SETS));
                }
                chain.text(&hop("run", &Site::new(0, first, "nothing", host)));
                let answer = answer_of(&mut chain, first, "run");
                assert_eq!(answer, REENTRY_DENIED, "{host} back over {hops} contracts reached by {way}");
                assert!(chain.world.storage.is_empty());
            }
        }
    }
}

/// A contract that makes another one with `code`, and returns how `init` ended: the code it reverted with, or what the host says.
fn makes(hash: &CodeHash, more: &str) -> String {
    format!(
        "{} (func (export \"run\")
            (i32.store (i32.const 700) (call $create (i32.const 400) (i32.const 432) (i32.const 800) (i32.const 0)
                (i32.const 800) (i32.const 0) (i32.const 800) (i64.const -1) (i32.const 704)))
            (if (i32.eq (i32.load (i32.const 700)) (i32.const {}))
                (then (call $ret_copy (i32.const 700) (i32.const 0) (i32.const 4))))
            (call $return_data (i32.const 700) (i32.const 4))) {more}",
        bytes_at(400, &hash.0),
        tacit_abi::CALLEE_REVERTED
    )
}

/// Code whose `init` makes the call and reverts with its answer.
fn constructor(site: &Site) -> String {
    format!("{} (func (export \"init\") (call $revert {} (i32.const 0) (i32.const 0)))", site.data(), site.call())
}

#[test]
fn case_45_and_56_7_a_constructor_enters_nobody_above_it() {
    for host in HOSTS {
        // The maker itself.
        let mut chain = Chain::new();
        let hub = next(&chain);
        let hash = deploy(&mut chain, &constructor(&Site::new(0, hub, "nothing", host)));
        chain.text(&makes(&hash, SETS));
        assert_eq!(answer_of(&mut chain, hub, "run"), REENTRY_DENIED, "{host} into the maker");
        // Who called the maker.
        let mut chain = Chain::new();
        let hub = next(&chain);
        let hash = deploy(&mut chain, &constructor(&Site::new(0, hub, "nothing", host)));
        let maker = Address([hub.0[0] + 1; 32]);
        chain.text(&(hop("run", &Site::new(0, maker, "run", "call")) + SETS));
        assert_eq!(chain.text(&makes(&hash, "")), maker);
        assert_eq!(answer_of(&mut chain, hub, "run"), REENTRY_DENIED, "{host} into the maker's caller");
        assert_eq!(chain.world.contracts.len(), 2, "a contract whose `init` failed is there");
    }
}

/// A deferred call runs when no contract does, so it may enter whoever ran; what it runs is locked as anything else.
#[test]
fn case_45_and_56_6_a_deferred_call_finds_its_own_stack_locked() {
    for host in HOSTS {
        let mut chain = Chain::new();
        let hub = next(&chain);
        let back = Address([hub.0[0] + 1; 32]);
        let later = Site::new(0, hub, "second", "defer_call").gas(5_000_000);
        let second = Site::new(100, back, "run", "try_call");
        chain.text(&format!(
            "{} {} (func (export \"second\") (i32.store (i32.const 700) {})
                (if (i32.ge_s (i32.load (i32.const 700)) (i32.const 4))
                    (then (call $ret_copy (i32.const 700) (i32.const 0) (i32.const 4))))
                (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 700) (i32.const 4)))) {SETS}",
            runs(&[later], ""),
            second.data(),
            second.call()
        ));
        assert_eq!(chain.text(&hop("run", &Site::new(0, hub, "nothing", host))), back);
        assert_eq!(run(&mut chain, hub), [OK]);
        assert_eq!(said(&chain.world), [REENTRY_DENIED.to_le_bytes()], "{host} back into what was deferred");
    }
}

#[test]
fn case_45_a_call_back_that_is_deferred_runs_when_its_target_has_ended() {
    let mut chain = Chain::new();
    let hub = next(&chain);
    let back = Address([hub.0[0] + 1; 32]);
    let call = Site::new(0, back, "run", "call");
    chain.text(&format!(
        "{} (func (export \"run\") (drop {}) (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 3)))) {}
         (data (i32.const 500) \"back\") {}",
        call.data(),
        call.call(),
        says("entered", 500, 4),
        SETS
    ));
    assert_eq!(chain.text(&runs(&[Site::new(0, hub, "entered", "defer_call").gas(500_000)], "")), back);
    let outcome = chain.call(hub, "run", &[]);
    assert_eq!(outcome.result, Ok(Vec::new()));
    assert_eq!(said(&chain.world), [b"run".to_vec(), b"back".to_vec()], "it ran before its target had ended");
    assert_eq!(outcome.frames.iter().map(|frame| frame.depth).collect::<Vec<_>>(), [1, 2, 1]);
}

#[test]
fn case_45_a_migration_is_entered_by_nobody_whom_it_calls() {
    for host in HOSTS {
        let mut chain = Chain::new();
        let hub = next(&chain);
        let back = Address([hub.0[0] + 1; 32]);
        let site = Site::new(0, back, "run", "try_call");
        let new = deploy(
            &mut chain,
            &format!(
                "{} (func (export \"migrate\") (i32.store (i32.const 700) {})
                    (if (i32.ge_s (i32.load (i32.const 700)) (i32.const 4))
                        (then (call $ret_copy (i32.const 700) (i32.const 0) (i32.const 4))))
                    (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 700) (i32.const 4)))) {SETS} {}",
                site.data(),
                site.call(),
                access(&[(ACCESS_LAYOUT, &layout(2, 1, 6))])
            ),
        );
        chain.text(&changes(&new, &access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))])));
        chain.world.governed.insert(hub);
        chain.text(&hop("run", &Site::new(0, hub, "nothing", host)));
        assert_eq!(run(&mut chain, hub), [OK]);
        assert_eq!(said(&chain.world), [REENTRY_DENIED.to_le_bytes()], "{host}");
        assert_eq!(chain.world.contracts[&hub], new);
    }
}

/// A contract whose `entry` writes, calls `callback` of the attacker and writes again; the attacker enters `into` by `host`. What
/// the attacker was told; the victim's storage is what the victim alone wrote.
fn attacked(entry: &str, callback: &'static str, into: &'static str, host: &'static str) -> i32 {
    let mut chain = Chain::new();
    let victim = next(&chain);
    let attacker = Address([victim.0[0] + 1; 32]);
    let site = Site::new(0, attacker, callback, "try_call");
    let write = |key: u32| {
        format!("(drop (call $storage_set (i32.const {key}) (i32.const 4) (i32.const {key}) (i32.const 4)))")
    };
    chain.text(&format!(
        "{} (data (i32.const 500) \"debtpaid\") (func (export \"{entry}\") {} (i32.store (i32.const 700) {})
            (if (i32.ge_s (i32.load (i32.const 700)) (i32.const 4))
                (then (call $ret_copy (i32.const 700) (i32.const 0) (i32.const 4))))
            {} (call $return_data (i32.const 700) (i32.const 4)))
         {}",
        site.data(),
        write(500),
        site.call(),
        write(504),
        if entry == into { String::new() } else { says(into, 500, 4) },
    ));
    let back = Site::new(0, victim, into, host);
    assert_eq!(chain.text(&hop(callback, &back)), attacker);
    let answer = answer_of(&mut chain, victim, entry);
    let keys: Vec<&[u8]> = chain.world.storage.keys().map(|(_, key)| key.as_slice()).collect();
    assert_eq!(keys, [b"debt", b"paid"], "{entry} did not run once and to its end");
    assert!(chain.world.events.is_empty(), "{into} ran below {entry}");
    answer
}

#[test]
fn case_56_2_a_tokens_receiver_cannot_use_the_token_while_it_is_told_of_a_transfer() {
    for host in HOSTS {
        for into in ["transfer_call", "transfer", "approve", "balance_of"] {
            assert_eq!(attacked("transfer_call", "on_transfer", into, host), REENTRY_DENIED, "{host} of {into}");
        }
    }
}

#[test]
fn case_56_3_a_stranger_enters_no_member_of_a_group_by_any_host_function() {
    let group: &[(u8, &[u8])] = &[(GROUP, &[9; 32])];
    for host in HOSTS {
        let mut chain = Chain::new();
        let vault = chain.text(&format!("{SETS} {}", access(group)));
        let stranger = chain.text(&hop("run", &Site::new(0, vault, "get", host)));
        assert_eq!(answer_of(&mut chain, stranger, "run"), 1, "nobody of the family runs");
        let pool = chain.text(&format!("{} {}", hop("run", &Site::new(0, stranger, "run", "call")), access(group)));
        assert_eq!(answer_of(&mut chain, pool, "run"), REENTRY_DENIED, "{host} by a stranger");
        let member = chain.text(&format!("{} {}", hop("run", &Site::new(0, vault, "get", host)), access(group)));
        assert_eq!(answer_of(&mut chain, member, "run"), 1, "{host} by a member");
    }
}

#[test]
fn case_56_4_a_price_is_not_told_in_the_middle_of_a_swap_by_any_host_function() {
    for host in HOSTS {
        assert_eq!(attacked("swap", "on_swap", "price", host), REENTRY_DENIED, "{host}");
    }
}

#[test]
fn case_56_5_a_message_is_not_delivered_again_while_its_receiver_runs() {
    for host in HOSTS {
        for into in ["deliver", "refund", "status"] {
            assert_eq!(attacked("deliver", "on_message", into, host), REENTRY_DENIED, "{host} of {into}");
        }
    }
}

#[test]
fn case_56_8_every_combination_of_leave_by_the_call_and_leave_by_the_export() {
    for host in HOSTS {
        for flags in 0..=3 {
            for export_opens in [false, true] {
                let mut chain = Chain::new();
                let hub = next(&chain);
                let back = Address([hub.0[0] + 1; 32]);
                let site = Site::new(0, back, "run", "try_call").flags(flags);
                let records: &[(u8, &[u8])] =
                    if export_opens { &[(REENTRANT, b"get")] } else { &[(REENTRANT, b"set")] };
                chain.text(&format!("{} {SETS} {}", hop("run", &site), access(records)));
                chain.text(&hop("run", &Site::new(0, hub, "get", host)));
                let enough =
                    if host == "static_call" { CALL_ALLOW_REENTRY | CALL_ALLOW_VIEW } else { CALL_ALLOW_REENTRY };
                let expected = if export_opens && flags & enough != 0 { 1 } else { REENTRY_DENIED };
                assert_eq!(
                    answer_of(&mut chain, hub, "run"),
                    expected,
                    "{host}, flags {flags}, the export opens: {export_opens}"
                );
            }
        }
    }
}

/// Calls `call` so many times and returns the last answer, how many were not negative, and how many were `refused`.
fn counts(data: &str, rounds: u32, call: &str, refused: i32) -> String {
    format!(
        "{data} (func (export \"run\") (local $n i32) (local $answer i32)
            (loop
                (i32.store (i32.const 432) (local.get $n))
                (local.set $answer {call})
                (if (i32.ge_s (local.get $answer) (i32.const 0))
                    (then (i32.store (i32.const 704) (i32.add (i32.load (i32.const 704)) (i32.const 1)))))
                (if (i32.eq (local.get $answer) (i32.const {refused}))
                    (then (i32.store (i32.const 708) (i32.add (i32.load (i32.const 708)) (i32.const 1)))))
                (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const {rounds}))))
            (i32.store (i32.const 700) (local.get $answer))
            (call $return_data (i32.const 700) (i32.const 12)))"
    )
}

#[test]
fn case_46_of_257_sibling_calls_so_many_run_that_there_are_256_frames() {
    // The outermost frame is one of the 256.
    for (function, fine, good) in [("nothing", 0, 255), ("fails", tacit_abi::CALLEE_REVERTED, 0)] {
        let mut chain = Chain::new();
        let other = chain.text("(func (export \"nothing\")) (func (export \"fails\") (call $revert (i32.const 1) (i32.const 0) (i32.const 0)))");
        let site = Site::new(0, other, function, "try_call").gas(200_000);
        let text = counts(&site.data(), 257, &site.call(), DEPTH_EXCEEDED);
        let contract = chain.text(&text);
        let outcome = chain.call(contract, "run", &[]);
        assert_eq!(answers(&outcome), [DEPTH_EXCEEDED, good, 2], "{function} answers {fine}");
        assert_eq!(outcome.frames.len() as u64 + outcome.frames_left_out, 258, "{function}");
    }
}

#[test]
fn case_46_of_17_contracts_made_in_one_call_sixteen_are_made() {
    let data = |hash: &CodeHash| bytes_at(400, &hash.0);
    let create =
        "(call $create (i32.const 400) (i32.const 432) (i32.const 800) (i32.const 0) (i32.const 800) (i32.const 0)
        (i32.const 800) (i64.const -1) (i32.const 900))";
    let mut chain = Chain::new();
    let hash = deploy(&mut chain, "(func (export \"init\"))");
    let maker = chain.text(&counts(&data(&hash), 17, create, TOO_MANY));
    let before = chain.world.contracts.len();
    assert_eq!(answers(&chain.call(maker, "run", &[])), [TOO_MANY, 16, 1]);
    assert_eq!(chain.world.contracts.len(), before + 16);

    // Failing is no way around the limit.
    let fails = deploy(&mut chain, "(func (export \"init\") (call $revert (i32.const 1) (i32.const 0) (i32.const 0)))");
    let maker = chain.text(&counts(&data(&fails), 17, create, TOO_MANY));
    let before = chain.world.contracts.len();
    assert_eq!(answers(&chain.call(maker, "run", &[])), [TOO_MANY, 0, 1]);
    assert_eq!(chain.world.contracts.len(), before);
}

#[test]
fn case_46_a_call_that_defers_itself_for_ever_ends_after_sixteen() {
    let mut chain = Chain::new();
    let this = next(&chain);
    // Each gives the next seven eighths of what it has, and says what it was told.
    let site = Site::new(0, this, "run", "defer_call");
    let share = "(i64.mul (i64.div_u (call $gas_left) (i64.const 8)) (i64.const 7))";
    let forever = chain.text(&format!(
        "{} (func (export \"run\") (i32.store (i32.const 700) {})
            (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 700) (i32.const 4))))",
        site.data(),
        site.call().replace("(i64.const -1)", share)
    ));
    let outcome = chain.call(forever, "run", &[]);
    assert_eq!(outcome.result, Ok(Vec::new()));
    assert_eq!(outcome.frames.len(), 17);
    let mut expected = vec![OK.to_le_bytes().to_vec(); 16];
    expected.push(TOO_MANY.to_le_bytes().to_vec());
    assert_eq!(said(&chain.world), expected);

    // Without gas for the next the whole call fails, whatever ran before.
    let mut chain = Chain::new();
    let this = next(&chain);
    let poor = chain.text(&runs(&[Site::new(0, this, "run", "defer_call").gas(400_000)], &says("more", 0, 1)));
    let outcome = chain.call(poor, "run", &[]);
    assert_eq!((outcome.result, outcome.frames.len()), (Err(VmReject::OutOfGas), 2));
}

#[test]
fn case_46_the_seventeenth_contract_on_the_stack_is_refused_by_every_host_function() {
    for host in HOSTS {
        let mut chain = Chain::new();
        for index in 1..=17_u8 {
            let site = Site::new(0, Address([index + 1; 32]), "run", if index == 16 { host } else { "try_call" });
            chain.text(&hop("run", &site));
        }
        let outcome = chain.call(Address([1; 32]), "run", &[]);
        assert_eq!(answers(&outcome), [DEPTH_EXCEEDED], "{host}");
        assert_eq!(outcome.frames.iter().map(|frame| frame.depth).max(), Some(17), "the refused one was seen");
    }
}

/// A contract that changes its code to each of these in turn and returns the answers.
fn changes_to(hashes: &[CodeHash], more: &str) -> String {
    let data: String = (0..).zip(hashes).map(|(index, hash)| bytes_at(32 * index, &hash.0)).collect();
    let steps: String = (0..hashes.len())
        .map(|index| {
            format!(
                "(i32.store (i32.const {}) (call $set_code (i32.const {}) (i32.const 800) (i32.const 0) (i64.const 1000000)))",
                700 + 4 * index,
                32 * index
            )
        })
        .collect();
    let length = 4 * hashes.len();
    format!("{data} (func (export \"run\") {steps} (call $return_data (i32.const 700) (i32.const {length}))) {more}")
}

#[test]
fn case_52_code_changes_twice_in_one_call_only_without_a_migration_in_between() {
    let layouts = [1, 2, 3].map(|version| access(&[(ACCESS_LAYOUT, &layout(version, version - 1, version as u8))]));
    let mut chain = Chain::new();
    let migrate = says("migrate", 900, 3);
    let second = deploy(&mut chain, &format!("{SETS} {migrate} {}", layouts[1]));
    let third = deploy(&mut chain, &format!("{SETS} {migrate} {}", layouts[2]));
    let fixes = [0, 1].map(|number| {
        let text = format!("{SETS} (func (export \"fixed\") (drop (i32.const {number}))) {}", layouts[0]);
        deploy(&mut chain, &text)
    });
    let governed = |chain: &mut Chain, hashes: &[CodeHash]| {
        let contract = chain.text(&changes_to(hashes, &layouts[0]));
        chain.world.governed.insert(contract);
        let events = chain.world.events.len();
        let answers = run(chain, contract);
        (answers, chain.world.contracts[&contract], chain.world.events.len() - events)
    };
    // A change that migrates, and any after it: refused until the migration has run.
    assert_eq!(governed(&mut chain, &[second, third]), (vec![OK, POLICY_FORBIDS], second, 1));
    assert_eq!(governed(&mut chain, &[second, second]), (vec![OK, POLICY_FORBIDS], second, 1));
    // Changes that keep the layout: each takes effect, the last stays.
    assert_eq!(governed(&mut chain, &[fixes[0], fixes[1]]), (vec![OK, OK], fixes[1], 0));
    assert_eq!(governed(&mut chain, &[fixes[0], second]), (vec![OK, OK], second, 1));
    // A refused change is none.
    assert_eq!(governed(&mut chain, &[CodeHash([7; 32]), second]), (vec![CODE_UNKNOWN, OK], second, 1));
    assert_eq!(governed(&mut chain, &[third, second]), (vec![tacit_abi::LAYOUT_DIFFERS, OK], second, 1));
}

#[test]
fn case_52_nobody_changes_the_code_of_another() {
    let mut chain = Chain::new();
    let one = access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))]);
    let fixed = deploy(&mut chain, &format!("{SETS} {one}"));
    // `set_code` has no argument for a contract: whoever calls it changes itself, also below a contract that may change.
    let stranger = chain.text(&changes(&fixed, &one));
    let governed = chain.text(&format!("{} {one}", hop("run", &Site::new(0, stranger, "run", "call"))));
    chain.world.governed.insert(governed);
    let before = chain.world.contracts.clone();
    assert_eq!(answer_of(&mut chain, governed, "run"), POLICY_FORBIDS);
    assert_eq!(chain.world.contracts, before);
}

/// Only the layouts decide whether code may follow. A lock group of the new code, like its exports, holds from its first frame on.
#[test]
fn case_52_new_code_brings_its_own_lock_group() {
    let group: &[(u8, &[u8])] = &[(GROUP, &[9; 32])];
    let mut chain = Chain::new();
    let one: (u8, &[u8]) = (ACCESS_LAYOUT, &layout(1, 0, 5));
    let strange = deploy(&mut chain, &format!("{SETS} {}", access(&[one, group[0]])));
    let governed = chain.text(&format!("{} {SETS}", changes(&strange, &access(&[one]))));
    chain.world.governed.insert(governed);
    let outsider = chain.text(&hop("run", &Site::new(0, governed, "get", "try_call")));
    let member = chain.text(&format!("{} {}", hop("run", &Site::new(0, outsider, "run", "call")), access(group)));
    assert_eq!(answer_of(&mut chain, member, "run"), 1, "it is in no group yet");
    assert_eq!(run(&mut chain, governed), [OK]);
    assert_eq!(chain.world.contracts[&governed], strange);
    assert_eq!(answer_of(&mut chain, member, "run"), REENTRY_DENIED, "its group is locked by a member");
    assert_eq!(answer_of(&mut chain, outsider, "run"), 1, "nobody of the group runs");
}

#[test]
fn case_58_new_prices_find_nothing_on_a_warm_shelf() {
    let shelf = Arc::new(Shelf::default());
    let code = module("(func (export \"run\") (call $return_data (i32.const 0) (i32.const 8)))");
    let machine = |versions: Versions| {
        let artifacts = Artifacts { store: Arc::clone(&shelf) as _, seal: Seal::new(&[1; 32]) };
        WasmtimeMachine::new(16, Some(artifacts)).unwrap().of_versions(versions)
    };
    // How many modules this process has compiled, and how many artifacts there are, after a call.
    let after_call = |machine: &WasmtimeMachine| {
        let on = machine.on(Lane::Execution);
        let outcome = outermost(&on, &mut artifacts::world(&code), artifacts::params(), Mode::Call).unwrap();
        assert_eq!(outcome.result, Ok(vec![0; 8]));
        (machine.compilations(), shelf.kept.lock().unwrap().len())
    };
    let now = machine(Versions::NOW);
    assert_eq!((after_call(&now), after_call(&now)), ((1, 1), (1, 1)));
    assert_eq!(after_call(&machine(Versions::NOW)), (0, 1), "a restart restores");
    for (number, versions) in [
        Versions { schedule: Versions::NOW.schedule + 1, ..Versions::NOW },
        Versions { instrumentation: Versions::NOW.instrumentation + 1, ..Versions::NOW },
        Versions { validator: Versions::NOW.validator + 1, ..Versions::NOW },
        Versions { artifact: Versions::NOW.artifact + 1, ..Versions::NOW },
    ]
    .into_iter()
    .enumerate()
    {
        let raised = machine(versions);
        assert_eq!(after_call(&raised), (1, number + 2), "an artifact of other rules was used");
        assert_eq!(after_call(&machine(versions)), (0, number + 2), "its own is used");
    }
    assert_eq!(after_call(&machine(Versions::NOW)), (0, 5), "and those before it are as good as ever");
}

/// A contract that logs, writes, emits, calls one that fails, one that does not, makes one and defers.
#[test]
fn case_60_a_node_that_records_and_one_that_does_not_end_with_the_same_world() {
    let mut chain = Chain::new();
    let hash = deploy(&mut chain, "(func (export \"init\") (call $log (i32.const 0) (i32.const 9)))");
    let other = chain.text(SETS);
    let sites = [
        Site::new(0, other, "fails", "try_call"),
        Site::new(100, other, "traps", "try_call").gas(500_000),
        Site::new(200, other, "set", "try_call"),
        Site::new(300, other, "set", "defer_call").gas(500_000),
    ];
    let call: String = sites.iter().map(|site| format!("(drop {})", site.call())).collect();
    let contract = chain.text(&format!(
        "{} {} (func (export \"run\") (local $n i32)
            (loop (call $log (i32.const 0) (i32.const 1024))
                (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 300))))
            (drop (call $storage_set (i32.const 0) (i32.const 9) (i32.const 0) (i32.const 9)))
            (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 9)))
            {call}
            (drop (call $create (i32.const 400) (i32.const 432) (i32.const 800) (i32.const 0) (i32.const 800) (i32.const 0)
                (i32.const 800) (i64.const -1) (i32.const 900)))
            (call $return_data (i32.const 900) (i32.const 32)))",
        sites.iter().map(Site::data).collect::<String>(),
        bytes_at(400, &hash.0),
    ));
    let before = chain.world.clone();
    // `Chain` records.
    let recorded = chain.call(contract, "run", &[]);
    assert!(recorded.frames.len() == 6 && recorded.frames[0].logs.len() > 50);
    assert!(recorded.frames.iter().any(|frame| matches!(frame.result, Some(Err(_)))));
    assert_eq!((chain.world.storage.len(), chain.world.events.len()), (2, 3));
    for record in [false, true] {
        for machine in [vm().clone(), vm().on(Lane::View)] {
            let params = CallParams {
                caller: ALICE,
                contract,
                function: "run",
                input: &[],
                value: Amount::ZERO,
                gas_limit: Gas(GAS),
                record,
            };
            let mut world = before.clone();
            let outcome = machine.call(&mut world, params).unwrap();
            world.commit();
            assert_eq!((&outcome.result, outcome.gas_used), (&recorded.result, recorded.gas_used));
            assert_eq!(outcome.frames.is_empty(), !record);
            assert_eq!(world, chain.world, "recording changes what is left");
        }
    }
}

/// The flags of a call bind nobody but its callee: a failing one is over with it.
#[test]
fn case_56_8_leave_given_for_one_call_is_gone_with_the_next() {
    let mut chain = Chain::new();
    let hub = next(&chain);
    let back = Address([hub.0[0] + 1; 32]);
    let sites = [
        Site::new(0, back, "run", "try_call").flags(CALL_ALLOW_REENTRY),
        Site::new(100, back, "traps", "try_call").flags(CALL_ALLOW_REENTRY).gas(400_000),
        Site::new(200, back, "run", "try_call"),
    ];
    let steps: String = (0..)
        .zip(&sites)
        .map(|(number, site)| {
            format!(
                "(i32.store (i32.const {at}) {}) (if (i32.ge_s (i32.load (i32.const {at})) (i32.const 4))
                    (then (call $ret_copy (i32.const {at}) (i32.const 0) (i32.const 4))))",
                site.call(),
                at = 700 + 4 * number
            )
        })
        .collect();
    let data: String = sites.iter().map(Site::data).collect();
    chain.text(&format!(
        "{data} (func (export \"run\") {steps} (call $return_data (i32.const 700) (i32.const 12))) {SETS} {}",
        access(&[(REENTRANT, b"get")])
    ));
    chain.text(&format!("{} (func (export \"traps\") unreachable)", hop("run", &Site::new(0, hub, "get", "try_call"))));
    assert_eq!(run(&mut chain, hub), [1, CALLEE_FAILED, REENTRY_DENIED]);
}
