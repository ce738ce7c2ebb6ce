//! What a callee that succeeds leaves its caller of everything that is counted over a whole call: a quarter of what the
//! caller had left, however much the callee takes. The caller goes on; what is too much fails below it.

use super::nested::{Site, access, answers, bytes_at, layout};
use super::support::{Chain, module};
use crate::{CallOutcome, VmReject, limits};
use tacit_abi::{ACCESS_LAYOUT, CALLEE_FAILED, CALLEE_REVERTED, DEPTH_EXCEEDED, OK, TOO_MANY};
use tacit_types::{Address, CodeHash};

/// What a callee may take of events, and what its caller keeps, when neither has any yet.
const SHARE: u64 = 192;
const KEPT: u64 = 64;

/// The fields of a contract whose `run` has these steps and returns the answers from address 700 on, and the number of
/// successes that the last [`times`] counted.
fn contract(data: &str, steps: &str, answers: u32) -> String {
    let end = 700 + 4 * answers;
    format!(
        "{data} (func (export \"run\") (local $i i32) (local $fine i32) {steps}
            (i32.store (i32.const {end}) (local.get $fine))
            (call $return_data (i32.const 700) (i32.const {})))",
        4 * answers + 4
    )
}

/// Does it so many times, once at least, and counts how often the host's answer is no error.
fn times(count: u64, call: &str) -> String {
    format!(
        "(local.set $i (i32.const {count})) (local.set $fine (i32.const 0))
         (loop (local.set $fine (i32.add (local.get $fine) (i32.ge_s {call} (i32.const 0))))
            (br_if 0 (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))"
    )
}

/// An event with so many bytes of data.
fn emits(bytes: u64) -> String {
    format!("(call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const {bytes}))")
}

/// Takes events, so many with so many bytes each, and succeeds if it may.
fn flood(chain: &mut Chain, count: u64, bytes: u64) -> Address {
    chain.text(&contract("", &times(count, &emits(bytes)), 0))
}

/// Calls `callee` by `try_call`, then does something so many times itself. Returns both answers.
fn goes_on(chain: &mut Chain, callee: Address, count: u64, call: &str, data: &str) -> CallOutcome {
    let site = Site::new(0, callee, "run", "try_call");
    let steps = format!("(i32.store (i32.const 700) {}) {}", site.call(), times(count, call));
    let caller = chain.text(&contract(&(site.data() + data), &steps, 1));
    chain.call(caller, "run", &[])
}

#[test]
fn a_callee_that_succeeds_leaves_its_caller_a_quarter_of_the_events() {
    let mut chain = Chain::new();
    let most = flood(&mut chain, SHARE, 0);
    let outcome = goes_on(&mut chain, most, KEPT, &emits(0), "");
    assert_eq!(answers(&outcome), [4, KEPT as i32], "the callee's output has 4 bytes");
    assert_eq!(chain.world.events.len(), limits::EVENTS_MAX as usize, "no event is lost by sharing");
    assert_eq!(goes_on(&mut chain, most, KEPT + 1, &emits(0), "").result, Err(VmReject::TooManyEvents));

    let too_many = flood(&mut chain, SHARE + 1, 0);
    let outcome = goes_on(&mut chain, too_many, limits::EVENTS_MAX, &emits(0), "");
    assert_eq!(answers(&outcome), [CALLEE_FAILED, limits::EVENTS_MAX as i32], "what the callee took is free again");
}

/// A contract that is made, and code that changes, say so in an event of the chain's own. It takes a place too.
#[test]
fn contracts_made_and_code_changed_below_take_places_of_events_as_well() {
    let mut chain = Chain::new();
    let layout = access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))]);
    let code = |chain: &mut Chain, text: &str| {
        let code = module(text);
        let hash = CodeHash::of(&[&code]);
        chain.world.codes.insert(hash, code);
        hash
    };
    let made = code(&mut chain, "(func (export \"run\"))");
    let fails = code(&mut chain, "(func (export \"init\") unreachable)");
    let changed = code(&mut chain, &format!("(func (export \"run\")) {layout}"));
    let makes = "(call $create (i32.const 64) (i32.const 800) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 800) (i64.const 150000) (i32.const 900))";
    let changes = "(call $set_code (i32.const 64) (i32.const 0) (i32.const 0) (i64.const 0))";
    // Whether it takes a place, and what it does before it emits.
    for (takes, hash, does) in [(1, made, makes), (0, fails, makes), (1, changed, changes)] {
        for (emitted, end) in [(SHARE - takes, 4), (SHARE - takes + 1, CALLEE_FAILED)] {
            let steps = times(1, does) + &times(emitted, &emits(0));
            let callee = chain.text(&(contract(&bytes_at(64, &hash.0), &steps, 0) + &layout));
            chain.world.governed.insert(callee);
            let outcome = goes_on(&mut chain, callee, KEPT, &emits(0), "");
            assert_eq!(answers(&outcome), [end, KEPT as i32], "{does}: {emitted} events beside it");
        }
    }
}

#[test]
fn a_callee_that_succeeds_leaves_its_caller_a_quarter_of_the_bytes_of_events() {
    let mut chain = Chain::new();
    let large = limits::EVENT_BYTES_MAX / 4;
    let most = flood(&mut chain, 3, large);
    assert_eq!(answers(&goes_on(&mut chain, most, 1, &emits(large), "")), [4, 1]);
    assert_eq!(goes_on(&mut chain, most, 2, &emits(large), "").result, Err(VmReject::TooManyEvents));
    let too_large = flood(&mut chain, 4, large);
    assert_eq!(answers(&goes_on(&mut chain, too_large, 4, &emits(large), "")), [CALLEE_FAILED, 4]);
}

#[test]
fn a_share_of_a_share_is_smaller_and_the_callers_own_comes_back_with_the_caller() {
    let mut chain = Chain::new();
    // 256, below that 192, below that 144: the innermost takes all of it, each of the others all that is left.
    let inner = flood(&mut chain, 144, 0);
    let site = Site::new(0, inner, "run", "call");
    let middle = |chain: &mut Chain, count| {
        let steps = format!("(i32.store (i32.const 700) {}) {}", site.call(), times(count, &emits(0)));
        chain.text(&contract(&site.data(), &steps, 1))
    };
    let all = middle(&mut chain, 48);
    assert_eq!(answers(&goes_on(&mut chain, all, KEPT, &emits(0), "")), [8, KEPT as i32]);
    let more = middle(&mut chain, 49);
    assert_eq!(answers(&goes_on(&mut chain, more, 1, &emits(0), "")), [CALLEE_FAILED, 1]);

    // A plain `call` ends the caller with the callee that wants too much.
    let outcome = chain.call(more, "run", &[]);
    assert_eq!(answers(&outcome), [4, 49], "outermost it has more");
    let inner = flood(&mut chain, SHARE + 1, 0);
    let site = Site::new(0, inner, "run", "call");
    let caller = chain.text(&contract(&site.data(), &format!("(i32.store (i32.const 700) {})", site.call()), 1));
    assert_eq!(chain.call(caller, "run", &[]).result, Err(VmReject::TooManyEvents));
}

#[test]
fn callees_in_a_row_share_what_those_before_them_left() {
    let mut chain = Chain::new();
    // 192, 48, 12, 3 and 1 of 256 events: whoever wants one more than that fails, and the next one begins where it stood.
    let mut left = limits::EVENTS_MAX;
    let (mut data, mut steps, mut expected) = (String::new(), String::new(), Vec::new());
    for (number, at) in (0_u32..10).zip((0_u32..).step_by(64)) {
        let most = left - left / 4;
        let greedy = number % 2 == 0;
        let callee = flood(&mut chain, if greedy { most + 1 } else { most }, 0);
        let site = Site::new(at, callee, "run", "try_call");
        data += &site.data();
        steps += &format!("(i32.store (i32.const {}) {})", 700 + 4 * number, site.call());
        expected.push(if greedy { CALLEE_FAILED } else { 4 });
        left -= if greedy { 0 } else { most };
    }
    expected.push(0);
    assert_eq!(left, 0, "what a quarter rounds down to nothing of goes to the callee");
    let caller = chain.text(&contract(&data, &steps, 10));
    assert_eq!(answers(&chain.call(caller, "run", &[])), expected);
}

#[test]
fn a_callee_that_succeeds_leaves_its_caller_a_quarter_of_the_frames() {
    let mut chain = Chain::new();
    let nothing = chain.text("(func (export \"run\"))");
    let site = Site::new(100, nothing, "run", "try_call");
    // It tries more than there are: itself and 191 others run, the others are denied, and it succeeds.
    let wasteful = chain.text(&contract(&site.data(), &times(300, &site.call()), 0));
    let output = goes_on(&mut chain, wasteful, 63, &site.call(), &site.data());
    assert_eq!(answers(&output), [4, 63], "the caller is a frame too");
    assert_eq!(answers(&goes_on(&mut chain, wasteful, 70, &site.call(), &site.data())), [4, 63]);
    let alone = chain.call(wasteful, "run", &[]);
    assert_eq!(answers(&alone), [255], "outermost it has all of them");

    // One that fails leaves no more than one that succeeds, and no less.
    let reverts = times(300, &site.call()) + "(call $revert (i32.const 1) (i32.const 0) (i32.const 0))";
    let fails = chain.text(&contract(&site.data(), &reverts, 0));
    let outcome = goes_on(&mut chain, fails, 70, &site.call(), &site.data());
    assert_eq!(answers(&outcome), [CALLEE_REVERTED, 63]);
}

#[test]
fn a_caller_left_without_frames_is_told_so_and_goes_on() {
    let mut chain = Chain::new();
    let nothing = chain.text("(func (export \"run\"))");
    let site = Site::new(0, nothing, "run", "try_call");
    let steps = times(255, &site.call()) + &format!("(i32.store (i32.const 700) {})", site.call());
    let caller = chain.text(&contract(&site.data(), &steps, 1));
    assert_eq!(answers(&chain.call(caller, "run", &[])), [DEPTH_EXCEEDED, 255]);
}

#[test]
fn a_callee_that_succeeds_leaves_its_caller_a_quarter_of_the_contracts_to_make() {
    let mut chain = Chain::new();
    let code = module("(func (export \"nothing\"))");
    let hash = CodeHash::of(&[&code]);
    chain.world.codes.insert(hash, code);
    // The salt is counted up, so that each is another contract; what comes after the last one that could be made is said.
    let make = "(call $create (i32.const 200) (i32.const 232) (i32.const 0) (i32.const 0) (i32.const 800) (i32.const 0)
        (i32.const 800) (i64.const -1) (i32.const 600))";
    let next = format!("(block (result i32) (i32.store (i32.const 232) (local.get $i)) {make})");
    let makes = |count| contract(&bytes_at(200, &hash.0), &times(count, &next), 0);
    let wasteful = chain.text(&makes(20));
    assert_eq!(answers(&goes_on(&mut chain, wasteful, 20, &next, &bytes_at(200, &hash.0))), [4, 4]);
    assert_eq!(chain.world.contracts.len(), 2 + 12 + 4);

    let mut fresh = Chain::new();
    fresh.world.codes.clone_from(&chain.world.codes);
    let steps = times(16, &next) + &format!("(i32.store (i32.const 700) {next})");
    let caller = fresh.text(&contract(&bytes_at(200, &hash.0), &steps, 1));
    assert_eq!(answers(&fresh.call(caller, "run", &[])), [TOO_MANY, 16]);
}

#[test]
fn a_deferred_call_begins_with_all_that_is_left() {
    let mut chain = Chain::new();
    for (count, result) in [(250, Ok(())), (251, Err(VmReject::TooManyEvents))] {
        let later = flood(&mut chain, count, 0);
        let site = Site::new(0, later, "run", "defer_call").gas(5_000_000);
        let steps = format!("(i32.store (i32.const 700) {}) {}", site.call(), times(6, &emits(0)));
        let caller = chain.text(&contract(&site.data(), &steps, 1));
        let outcome = chain.call(caller, "run", &[]);
        if result.is_ok() {
            assert_eq!(answers(&outcome), [OK, 6]);
        }
        assert_eq!(outcome.result.map(drop), result);
    }
}
