//! Who may leave a call behind: nobody below a caller that means to go on whatever happens, unless that caller agreed; and
//! what a frame that failed leaves of the places.

use super::nested::{SETS, Site, access, answers, changes, layout, maker, next, run, runs};
use super::support::{Chain, module};
use crate::{Trap, VmReject};
use tacit_abi::{ACCESS_LAYOUT, CALL_ALLOW_DEFER, CALL_ALLOW_VIEW, CALLEE_REVERTED, DEFER_DENIED, OK, REENTRY_DENIED};
use tacit_types::{Address, CodeHash};

/// A contract whose `run` defers `function` of `callee` and returns the host's answer.
fn defers(callee: Address, function: &'static str) -> String {
    runs(&[Site::new(0, callee, function, "defer_call").gas(500_000)], "")
}

/// A contract whose `run` calls `run` of another and returns what that one returned.
fn over(callee: Address, host: &'static str, flags: i32) -> String {
    let site = Site::new(0, callee, "run", host).flags(flags);
    format!(
        "{} (func (export \"run\") (drop {}) (call $ret_copy (i32.const 700) (i32.const 0) (call $ret_len))
            (call $return_data (i32.const 700) (call $ret_len)))",
        site.data(),
        site.call()
    )
}

#[test]
fn a_callee_that_may_fail_leaves_no_call_behind_unless_it_is_allowed_to() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let bomb = chain.text(&defers(other, "fails"));
    let careful = chain.text(&over(bomb, "try_call", 0));
    assert_eq!(run(&mut chain, careful), [DEFER_DENIED]);

    let trusting = chain.text(&over(bomb, "try_call", CALL_ALLOW_DEFER));
    let outcome = chain.call(trusting, "run", &[]);
    assert_eq!(
        outcome.result,
        Err(VmReject::Reverted { code: 5, data: Vec::new() }),
        "the deferred call ran and failed"
    );

    let good = chain.text(&defers(other, "set"));
    let trusting = chain.text(&over(good, "try_call", CALL_ALLOW_DEFER));
    assert_eq!(run(&mut chain, trusting), [OK]);
    assert_eq!(chain.world.events.len(), 1, "the deferred call did not run");
}

#[test]
fn leave_to_defer_is_handed_down_and_never_won_back() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let defers = chain.text(&defers(other, "set"));
    for (hosts, expected) in [
        ([("call", 0), ("call", 0)], OK),
        ([("try_call", 0), ("call", 0)], DEFER_DENIED),
        ([("call", 0), ("try_call", 0)], DEFER_DENIED),
        ([("try_call", CALL_ALLOW_DEFER), ("call", 0)], OK),
        ([("call", 0), ("try_call", CALL_ALLOW_DEFER)], OK),
        ([("try_call", CALL_ALLOW_DEFER), ("try_call", CALL_ALLOW_DEFER)], OK),
        ([("try_call", 0), ("try_call", CALL_ALLOW_DEFER)], DEFER_DENIED),
        ([("try_call", 0), ("call", CALL_ALLOW_DEFER)], DEFER_DENIED),
        ([("try_call", CALL_ALLOW_DEFER), ("try_call", 0)], DEFER_DENIED),
    ] {
        let inner = chain.text(&over(defers, hosts[1].0, hosts[1].1));
        let outer = chain.text(&over(inner, hosts[0].0, hosts[0].1));
        assert_eq!(run(&mut chain, outer), [expected], "{hosts:?}");
    }
}

#[test]
fn a_deferred_call_may_defer_for_nobody_waits_for_it() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let second = chain.text(&defers(other, "set"));
    let site = Site::new(0, second, "run", "defer_call").gas(3_000_000);
    let first = chain.text(&runs(&[site], ""));
    assert_eq!(run(&mut chain, first), [OK]);
    assert_eq!(chain.world.events.len(), 1);
}

#[test]
fn places_that_a_reverted_frame_took_are_free_again() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let takes_all: String =
        (0..16).map(|_| format!("(drop {})", Site::new(0, other, "fails", "defer_call").gas(1_000).call())).collect();
    let waster = chain.text(&format!(
        "{} (func (export \"run\") {takes_all} (call $revert (i32.const 1) (i32.const 0) (i32.const 0)))",
        Site::new(0, other, "fails", "defer_call").data()
    ));
    let mut sites = vec![Site::new(0, waster, "run", "try_call").flags(CALL_ALLOW_DEFER)];
    sites.extend((0..16).map(|_| Site::new(100, other, "nothing", "defer_call").gas(300_000)));
    let victim = chain.text(&runs(&sites, ""));
    let mut expected = vec![CALLEE_REVERTED];
    expected.extend([OK; 16]);
    assert_eq!(run(&mut chain, victim), expected);
}

#[test]
fn a_constructor_leaves_no_call_behind_for_its_maker_goes_on_without_it() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let site = Site::new(0, other, "fails", "defer_call").gas(500_000);
    // Says in an event what the host answered.
    let code = module(&format!(
        "{} (func (export \"init\") (i32.store (i32.const 700) {})
            (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 700) (i32.const 4))))",
        site.data(),
        site.call()
    ));
    let hash = CodeHash::of(&[&code]);
    chain.world.codes.insert(hash, code);
    let maker = chain.text(&maker(&hash, &[]));
    chain.call(maker, "run", &[]).result.unwrap();
    let said: Vec<Vec<u8>> = chain
        .world
        .events
        .iter()
        .filter_map(|event| match event {
            tacit_types::Event::Contract { data, .. } => Some(data.to_vec()),
            _ => None,
        })
        .collect();
    assert_eq!(said, [DEFER_DENIED.to_le_bytes()]);
}

#[test]
fn a_change_of_code_below_a_try_call_is_refused_whole_if_it_needs_a_migration() {
    let mut chain = Chain::new();
    let one = access(&[(ACCESS_LAYOUT, &layout(1, 0, 5))]);
    let migrates = module(&format!("(func (export \"migrate\")) {}", access(&[(ACCESS_LAYOUT, &layout(2, 1, 6))])));
    let fixed = module(&format!("{SETS} {one}"));
    for (code, flags, expected) in [(&migrates, 0, DEFER_DENIED), (&migrates, CALL_ALLOW_DEFER, OK), (&fixed, 0, OK)] {
        let hash = CodeHash::of(&[code]);
        chain.world.codes.insert(hash, code.clone());
        let governed = chain.text(&changes(&hash, &one));
        chain.world.governed.insert(governed);
        let before = chain.world.contracts[&governed];
        let caller = chain.text(&over(governed, "try_call", flags));
        assert_eq!(run(&mut chain, caller), [expected]);
        let after = if expected == OK { hash } else { before };
        assert_eq!(chain.world.contracts[&governed], after);
    }
}

/// The flag says nothing about reentry: the contract stays as locked as without it.
#[test]
fn leave_to_defer_is_no_leave_to_enter() {
    for flags in [CALL_ALLOW_DEFER, CALL_ALLOW_DEFER | CALL_ALLOW_VIEW] {
        let mut chain = Chain::new();
        let hub = next(&chain);
        let back = Address([hub.0[0] + 1; 32]);
        let open = access(&[(tacit_abi::ACCESS_REENTRANT, b"set")]);
        chain.text(&format!("{} {SETS} {open}", over(back, "try_call", flags)));
        chain.text(&runs(&[Site::new(0, hub, "set", "try_call")], ""));
        assert_eq!(run(&mut chain, hub), [REENTRY_DENIED]);
    }
}

#[test]
fn a_view_still_traps_when_it_defers_and_says_nothing_about_leave() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let contract = chain.text(&defers(other, "set"));
    assert_eq!(chain.view(contract, "run", &[]).result, Err(VmReject::Trapped(Trap::StaticWrite)));
    let caller = chain.text(&over(contract, "static_call", 0));
    assert_eq!(answers(&chain.call(caller, "run", &[])), Vec::<i32>::new());
}
