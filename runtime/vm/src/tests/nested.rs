//! Contracts that call, make and change contracts: what is undone, what is paid, what is locked. The numbers are those of
//! the catalogue in `docs/spec/contract-attacks.md`.

use super::support::{ALICE, BOB, Chain, GAS, load_bytes, module, vm};
use crate::{CallOutcome, CallParams, Trap, VmReject};
use tacit_abi::{
    CALL_ALLOW_DEFER, CALL_ALLOW_REENTRY, CALL_ALLOW_VIEW, CODE_UNKNOWN, CONTRACT_EXISTS, CONTRACT_PAUSED,
    INVALID_INPUT, LAYOUT_DIFFERS, OK, POLICY_FORBIDS, REENTRY_DENIED, TOO_MANY,
};
use tacit_types::{Address, Amount, CodeHash, Gas};

/// Stores a byte under its name, says so in an event, and returns 7.
pub(super) const SETS: &str = r#"(data (i32.const 900) "set") (data (i32.const 910) "\07")
    (func (export "set")
        (drop (call $storage_set (i32.const 900) (i32.const 3) (i32.const 910) (i32.const 1)))
        (drop (call $emit (i32.const 900) (i32.const 0) (i32.const 900) (i32.const 3)))
        (call $return_data (i32.const 910) (i32.const 1)))
    (func (export "get") (drop (call $storage_get (i32.const 900) (i32.const 3) (i32.const 920) (i32.const 1)))
        (call $return_data (i32.const 920) (i32.const 1)))
    (func (export "fails") (drop (call $storage_set (i32.const 900) (i32.const 3) (i32.const 910) (i32.const 1)))
        (call $revert (i32.const 5) (i32.const 0) (i32.const 0)))
    (func (export "traps") unreachable)
    (func (export "nothing"))"#;

pub(super) fn bytes_at(at: u32, bytes: &[u8]) -> String {
    let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {at}) \"{bytes}\")")
}

/// The bytes of a call's arguments, at places of their own, and the call.
pub(super) struct Site {
    at: u32,
    callee: Address,
    function: &'static str,
    host: &'static str,
    flags: i32,
    gas: i64,
}

impl Site {
    pub(super) fn new(at: u32, callee: Address, function: &'static str, host: &'static str) -> Self {
        Self { at, callee, function, host, flags: 0, gas: -1 }
    }

    pub(super) fn flags(mut self, flags: i32) -> Self {
        self.flags = flags;
        self
    }

    pub(super) fn gas(mut self, gas: i64) -> Self {
        self.gas = gas;
        self
    }

    pub(super) fn data(&self) -> String {
        bytes_at(self.at, &self.callee.0) + &bytes_at(self.at + 32, self.function.as_bytes())
    }

    /// An expression that gives the host's answer. No input, no money.
    pub(super) fn call(&self) -> String {
        let Self { at, function, host, flags, gas, .. } = self;
        let value = if *host == "static_call" { "" } else { "(i32.const 800)" };
        let flags = if *host == "defer_call" { String::new() } else { format!("(i32.const {flags})") };
        format!(
            "(call ${host} (i32.const {at}) (i32.const {}) (i32.const {}) (i32.const 800) (i32.const 0) {value} (i64.const {gas}) {flags})",
            at + 32,
            function.len()
        )
    }
}

/// A contract whose `run` makes these calls one after the other and returns their answers, 4 bytes each.
pub(super) fn runs(sites: &[Site], more: &str) -> String {
    let data: String = sites.iter().map(Site::data).collect();
    let store =
        |(number, site): (usize, &Site)| format!("(i32.store (i32.const {}) {})", 700 + 4 * number, site.call());
    let steps: String = sites.iter().enumerate().map(store).collect();
    let length = 4 * sites.len();
    format!("{data} (func (export \"run\") {steps} (call $return_data (i32.const 700) (i32.const {length}))) {more}")
}

pub(super) fn answers(outcome: &CallOutcome) -> Vec<i32> {
    let output = outcome.result.as_ref().expect("the call succeeds");
    output.as_chunks::<4>().0.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect()
}

pub(super) fn run(chain: &mut Chain, contract: Address) -> Vec<i32> {
    answers(&chain.call(contract, "run", &[]))
}

/// The contract that will be placed next.
pub(super) fn next(chain: &Chain) -> Address {
    chain.next_address()
}

/// The access section of a module, as text.
pub(super) fn access(records: &[(u8, &[u8])]) -> String {
    let encode = |(kind, record): &(u8, &[u8])| {
        let mut bytes = vec![*kind, record.len() as u8];
        bytes.extend_from_slice(record);
        bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>()
    };
    let bytes: String = records.iter().map(encode).collect();
    format!("(@custom \"tacit.access\" \"{bytes}\")")
}

pub(super) const REENTRANT: u8 = tacit_abi::ACCESS_REENTRANT;
pub(super) const GROUP: u8 = tacit_abi::ACCESS_LOCK_GROUP;

#[test]
fn a_call_gives_the_callees_output_and_fails_with_it() {
    let mut chain = Chain::new();
    let callee = chain.text(SETS);
    let calls = |chain: &mut Chain, function| {
        let caller = chain.text(&runs(&[Site::new(0, callee, function, "call")], ""));
        chain.call(caller, "run", &[])
    };
    assert_eq!(answers(&calls(&mut chain, "set")), [1]);
    assert_eq!(calls(&mut chain, "fails").result, Err(VmReject::Reverted { code: 5, data: Vec::new() }));
    assert_eq!(calls(&mut chain, "traps").result, Err(VmReject::Trapped(Trap::Unreachable)));
    assert_eq!(calls(&mut chain, "missing").result, Err(VmReject::FunctionUnknown));
}

#[test]
fn case_48_the_gas_of_a_callee_that_traps_is_charged() {
    let mut chain = Chain::new();
    let callee = chain.text(SETS);
    let caller = chain.text(&runs(&[Site::new(0, callee, "traps", "try_call").gas(3_000_000)], ""));
    let outcome = chain.call(caller, "run", &[]);
    assert_eq!(answers(&outcome), [tacit_abi::CALLEE_FAILED]);
    assert!(outcome.gas_used.0 > 3_000_000, "{} is less than the callee was given", outcome.gas_used);
}

#[test]
fn case_45_no_way_leads_back_into_a_contract_that_is_running() {
    for host in ["try_call", "static_call"] {
        let mut chain = Chain::new();
        let this = next(&chain);
        let itself = chain.text(&runs(&[Site::new(0, this, "nothing", host)], SETS));
        assert_eq!(run(&mut chain, itself), [REENTRY_DENIED], "{host} into itself");

        // A -> B -> A and A -> B -> C -> A: what the innermost call answers travels back as output.
        for hops in [1_u8, 2] {
            let first = next(&chain);
            let mut callee = Address([first.0[0] + 1; 32]);
            chain.text(&passes_on(callee, "try_call"));
            for hop in 1..hops {
                callee = Address([first.0[0] + hop + 1; 32]);
                chain.text(&passes_on(callee, "try_call"));
            }
            chain.text(&runs(&[Site::new(0, first, "run", host)], ""));
            assert_eq!(run(&mut chain, first), [REENTRY_DENIED], "{host} back over {hops} contracts");
        }
    }
}

/// A contract whose `run` calls `run` of another and returns what that one returned.
pub(super) fn passes_on(callee: Address, host: &'static str) -> String {
    let site = Site::new(0, callee, "run", host);
    format!(
        "{} (func (export \"run\") (drop {}) (call $ret_copy (i32.const 700) (i32.const 0) (call $ret_len))
            (call $return_data (i32.const 700) (call $ret_len)))",
        site.data(),
        site.call()
    )
}

/// `hub.run` calls `back.run`, which enters `hub.function` by `host` and returns the answer; `hub` gives `flags`.
fn back_into(flags: i32, function: &'static str, host: &'static str, records: &[(u8, &[u8])]) -> Vec<i32> {
    let mut chain = Chain::new();
    let hub = next(&chain);
    let back = Address([hub.0[0] + 1; 32]);
    let site = Site::new(0, back, "run", "try_call").flags(flags);
    let text = format!(
        "{} (func (export \"run\") (drop {}) (call $ret_copy (i32.const 700) (i32.const 0) (call $ret_len))
            (call $return_data (i32.const 700) (call $ret_len))) {SETS} {}",
        site.data(),
        site.call(),
        access(records)
    );
    chain.text(&text);
    chain.text(&runs(&[Site::new(0, hub, function, host)], ""));
    run(&mut chain, hub)
}

#[test]
fn case_56_8_a_contract_is_entered_again_only_if_both_sides_say_so() {
    let open: &[(u8, &[u8])] = &[(REENTRANT, b"set"), (REENTRANT, b"get")];
    assert_eq!(back_into(CALL_ALLOW_REENTRY, "set", "try_call", open), [1]);
    assert_eq!(back_into(0, "set", "try_call", open), [REENTRY_DENIED], "the call does not say so");
    assert_eq!(back_into(CALL_ALLOW_REENTRY, "set", "try_call", &[]), [REENTRY_DENIED], "the export does not say so");
    assert_eq!(
        back_into(CALL_ALLOW_REENTRY, "fails", "try_call", open),
        [REENTRY_DENIED],
        "another export of the same contract"
    );
    assert_eq!(back_into(CALL_ALLOW_VIEW, "set", "try_call", open), [REENTRY_DENIED], "leave to look is none to enter");
}

#[test]
fn case_56_4_a_price_read_in_the_middle_of_a_change_is_denied_unless_the_contract_calls_it_consistent() {
    let open: &[(u8, &[u8])] = &[(REENTRANT, b"get")];
    assert_eq!(back_into(0, "get", "static_call", open), [REENTRY_DENIED]);
    assert_eq!(back_into(CALL_ALLOW_VIEW, "get", "static_call", &[]), [REENTRY_DENIED]);
    assert_eq!(back_into(CALL_ALLOW_VIEW, "get", "static_call", open), [1]);
}

#[test]
fn a_flag_that_does_not_exist_traps() {
    let mut chain = Chain::new();
    let callee = chain.text(SETS);
    let caller = chain.text(&runs(&[Site::new(0, callee, "set", "try_call").flags(8)], ""));
    assert_eq!(chain.call(caller, "run", &[]).result, Err(VmReject::Trapped(Trap::HostLimit)));
}

#[test]
fn case_56_3_contracts_of_one_lock_group_are_locked_as_one() {
    let group: &[(u8, &[u8])] = &[(GROUP, &[9; 32])];
    let mut chain = Chain::new();
    let vault = chain.text(&format!("{SETS} {}", access(group)));
    let outsider = chain.text(&runs(&[Site::new(0, vault, "set", "try_call")], ""));
    assert_eq!(run(&mut chain, outsider), [1], "nobody of the family is running");

    let pool = chain.text(&format!("{} {}", passes_on(outsider, "try_call"), access(group)));
    assert_eq!(run(&mut chain, pool), [REENTRY_DENIED], "a stranger comes in while the pool is running");

    let router = chain.text(&format!("{} {}", runs(&[Site::new(0, vault, "set", "try_call")], ""), access(group)));
    assert_eq!(run(&mut chain, router), [1], "members call each other");

    // Somebody else's contract cannot join the family by naming it.
    let false_member =
        chain.text(&format!("{} {}", runs(&[Site::new(0, vault, "set", "try_call")], ""), access(group)));
    chain.world.creators.insert(false_member, BOB);
    let pool = chain.text(&format!("{} {}", passes_on(false_member, "try_call"), access(group)));
    assert_eq!(run(&mut chain, pool), [REENTRY_DENIED], "a contract of another creator");
}

#[test]
fn deferred_calls_run_in_order_when_no_contract_runs_any_more() {
    let mut chain = Chain::new();
    let this = next(&chain);
    let sites = [
        Site::new(0, this, "first", "defer_call").gas(500_000),
        Site::new(100, this, "second", "defer_call").gas(500_000),
    ];
    let says = |name: &str| {
        format!(
            "(func (export \"{name}\") (drop (call $emit (i32.const 0) (i32.const 0) (i32.const {}) (i32.const {}))))",
            if name == "first" { 32 } else { 132 },
            name.len()
        )
    };
    let more = says("first") + &says("second") + "(func (export \"nothing\"))";
    let contract = chain.text(&runs(&sites, &more));
    let outcome = chain.call(contract, "run", &[]);
    assert_eq!(answers(&outcome), [OK, OK]);
    let said: Vec<Vec<u8>> = chain
        .world
        .events
        .iter()
        .map(|event| match event {
            tacit_types::Event::Contract { data, .. } => data.to_vec(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(said, [b"first".to_vec(), b"second".to_vec()]);
    assert!(outcome.gas_used.0 < 600_000, "what deferred calls left was not given back: {}", outcome.gas_used);
    assert_eq!(outcome.frames.iter().map(|frame| frame.depth).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn a_deferred_call_that_fails_undoes_everything() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let sites = [
        Site::new(0, other, "set", "try_call"),
        Site::new(100, other, "set", "defer_call").gas(500_000),
        Site::new(200, other, "fails", "defer_call").gas(500_000),
        Site::new(300, other, "set", "defer_call").gas(20_000_000),
    ];
    let contract = chain.text(&runs(&sites, ""));
    let outcome = chain.call(contract, "run", &[]);
    assert_eq!(outcome.result, Err(VmReject::Reverted { code: 5, data: Vec::new() }));
    assert!(chain.world.storage.is_empty() && chain.world.events.is_empty());
    assert!(outcome.gas_used.0 < 5_000_000, "gas of a call that never ran was kept: {}", outcome.gas_used);
}

#[test]
fn calls_that_a_reverted_frame_deferred_never_run() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let site = Site::new(0, other, "set", "defer_call").gas(500_000);
    let defers = chain.text(&format!(
        "{} (func (export \"run\") (drop {}) (call $revert (i32.const 1) (i32.const 0) (i32.const 0)))",
        site.data(),
        site.call()
    ));
    let top = chain.text(&runs(&[Site::new(0, defers, "run", "try_call").flags(CALL_ALLOW_DEFER)], ""));
    assert_eq!(run(&mut chain, top), [tacit_abi::CALLEE_REVERTED]);
    assert!(chain.world.storage.is_empty());
}

#[test]
fn case_46_of_17_deferred_calls_sixteen_wait() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let sites: Vec<Site> = (0..17).map(|_| Site::new(0, other, "nothing", "defer_call").gas(300_000)).collect();
    let many = chain.text(&runs(&sites, ""));
    let answers = run(&mut chain, many);
    assert_eq!(answers[..16], [OK; 16]);
    assert_eq!(answers[16], TOO_MANY);
}

#[test]
fn a_view_defers_creates_and_changes_nothing() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    for call in [
        Site::new(0, other, "set", "defer_call").gas(1).call(),
        "(call $create (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 800) (i64.const -1) (i32.const 0))".into(),
        "(call $set_code (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 1))".into(),
        "(call $transient_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))".into(),
        "(call $asset_transfer (i32.const 0) (i32.const 0) (i32.const 800))".into(),
    ] {
        let contract = chain.text(&format!("(func (export \"run\") (drop {call}))"));
        assert_eq!(chain.view(contract, "run", &[]).result, Err(VmReject::Trapped(Trap::StaticWrite)), "case 49: {call}");
    }
}

/// A contract whose `run` makes another from `code` and returns the answer and the new address.
pub(super) fn maker(code: &CodeHash, policy: &[u8]) -> String {
    format!(
        "{} {} (func (export \"run\")
            (i32.store (i32.const 700) (call $create (i32.const 0) (i32.const 32) (i32.const 64) (i32.const {})
                (i32.const 800) (i32.const 0) (i32.const 800) (i64.const -1) (i32.const 704)))
            (call $return_data (i32.const 700) (i32.const 36)))",
        bytes_at(0, &code.0),
        bytes_at(64, policy),
        policy.len()
    )
}

pub(super) fn made(outcome: &CallOutcome) -> (i32, Address) {
    let output = outcome.result.as_ref().expect("the call succeeds");
    (i32::from_le_bytes(output[..4].try_into().unwrap()), Address(output[4..36].try_into().unwrap()))
}

#[test]
fn case_51_a_contract_makes_another_once_and_its_money_stays() {
    let mut chain = Chain::new();
    let code = module(&format!(
        "{SETS} (func (export \"init\") (drop (call $storage_set (i32.const 900) (i32.const 3) (i32.const 900) (i32.const 1))))"
    ));
    let hash = CodeHash::of(&[&code]);
    chain.world.codes.insert(hash, code);
    let contract = chain.text(&maker(&hash, &[]));
    let expected = Address::of_contract(&contract, &hash, &[0; 32]);
    chain.world.balances.insert(expected, 55);
    assert_eq!(made(&chain.call(contract, "run", &[])), (OK, expected));
    assert_eq!(chain.world.balances[&expected], 55, "funds that were there before");
    assert_eq!(chain.world.storage.len(), 1, "`init` did not run");
    assert_eq!(made(&chain.call(contract, "run", &[])).0, CONTRACT_EXISTS);
}

#[test]
fn the_length_of_code_costs_whoever_makes_a_contract_only_its_loading() {
    let mut used = [0, 0];
    let mut loads = [0, 0];
    for (index, padding) in [10, 1_000].into_iter().enumerate() {
        let mut chain = Chain::new();
        let code = module(&format!("(data (i32.const 0) \"{}\") (func (export \"run\"))", "x".repeat(padding)));
        let hash = CodeHash::of(&[&code]);
        loads[index] = load_bytes(&code);
        chain.world.codes.insert(hash, code);
        let contract = chain.text(&maker(&hash, &[]));
        let outcome = chain.call(contract, "run", &[]);
        assert_eq!(made(&outcome).0, OK);
        used[index] = outcome.gas_used.0;
    }
    let entering = loads.map(|bytes| crate::gas::enter(bytes, 1));
    assert_eq!(used[1] - used[0], entering[1] - entering[0]);
}

#[test]
fn code_is_looked_for_only_where_it_is_to_be_loaded() {
    let mut chain = Chain::new();
    // No code has this hash: whoever looks for it stops the node.
    chain.world.contracts.insert(BOB, CodeHash([7; 32]));
    let teller = chain.text(&format!(
        "{} (func (export \"run\") (drop (call $code_hash (i32.const 0) (i32.const 100)))
            (call $return_data (i32.const 100) (i32.const 32)))",
        bytes_at(0, &BOB.0)
    ));
    assert_eq!(chain.call(teller, "run", &[]).result, Ok(vec![7; 32]));
    chain.world.paused.insert(BOB);
    assert_eq!(chain.call(BOB, "run", &[]).result, Err(VmReject::Paused));
    chain.world.paused.remove(&BOB);
    let params = CallParams {
        caller: ALICE,
        contract: BOB,
        function: "run",
        input: &[],
        value: Amount::ZERO,
        gas_limit: Gas(GAS),
        record: false,
    };
    let fault = vm().call(&mut chain.world, params).unwrap_err();
    assert!(fault.0.ends_with("is lost"), "{fault}");
    // Whoever cannot pay for entering is told so before anything is looked for.
    let poor = CallParams { gas_limit: Gas(crate::gas::ENTER - 1), ..params };
    assert_eq!(vm().call(&mut chain.world, poor).unwrap().result, Err(VmReject::OutOfGas));
}

#[test]
fn making_a_contract_fails_with_a_code_and_leaves_nothing() {
    let mut chain = Chain::new();
    let fails = module("(func (export \"init\") unreachable)");
    let fails_hash = CodeHash::of(&[&fails]);
    chain.world.codes.insert(fails_hash, fails);
    let before = chain.world.contracts.len();
    for (hash, policy, code) in [
        (CodeHash([1; 32]), &[][..], CODE_UNKNOWN),
        (fails_hash, &[9, 9, 9], INVALID_INPUT),
        (fails_hash, &[], tacit_abi::CALLEE_FAILED),
    ] {
        let contract = chain.text(&maker(&hash, policy));
        assert_eq!(made(&chain.call(contract, "run", &[])).0, code);
        chain.world.contracts.remove(&contract);
    }
    assert_eq!(chain.world.contracts.len(), before, "a contract whose `init` failed is there");
}

#[test]
fn case_56_7_a_constructor_cannot_enter_the_contract_that_makes_it() {
    let mut chain = Chain::new();
    let hub = next(&chain);
    let site = Site::new(0, hub, "nothing", "try_call");
    let code = module(&format!(
        "{} (func (export \"init\") (i32.store (i32.const 700) {}) (call $revert (i32.load (i32.const 700)) (i32.const 0) (i32.const 0)))",
        site.data(),
        site.call()
    ));
    let hash = CodeHash::of(&[&code]);
    chain.world.codes.insert(hash, code);
    let text = format!(
        "{} (func (export \"nothing\")) (func (export \"run\")
            (drop (call $create (i32.const 0) (i32.const 32) (i32.const 64) (i32.const 0)
                (i32.const 800) (i32.const 0) (i32.const 800) (i64.const -1) (i32.const 704)))
            (call $ret_copy (i32.const 700) (i32.const 0) (i32.const 4)) (call $return_data (i32.const 700) (i32.const 4)))",
        bytes_at(0, &hash.0)
    );
    chain.text(&text);
    assert_eq!(run(&mut chain, hub), [REENTRY_DENIED]);
}

/// A layout record.
pub(super) fn layout(version: u32, from: u32, hash: u8) -> Vec<u8> {
    [&version.to_le_bytes()[..], &from.to_le_bytes(), &[hash; 32]].concat()
}

pub(super) fn changes(to: &CodeHash, more: &str) -> String {
    format!(
        "{} (func (export \"run\")
            (i32.store (i32.const 700) (call $set_code (i32.const 0) (i32.const 800) (i32.const 0) (i64.const 1000000)))
            (call $return_data (i32.const 700) (i32.const 4))) {more}",
        bytes_at(0, &to.0)
    )
}

#[test]
fn case_52_a_contract_changes_its_code_only_if_its_policy_and_its_storage_allow_it() {
    const LAYOUT: u8 = tacit_abi::ACCESS_LAYOUT;
    let mut chain = Chain::new();
    let deploy = |chain: &mut Chain, text: &str| {
        let code = module(text);
        let hash = CodeHash::of(&[&code]);
        chain.world.codes.insert(hash, code);
        hash
    };
    let migrate =
        "(func (export \"migrate\") (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1))))";
    let good = deploy(&mut chain, &format!("{SETS} {migrate} {}", access(&[(LAYOUT, &layout(2, 1, 6))])));
    let bare = deploy(&mut chain, SETS);
    let failing = deploy(
        &mut chain,
        &format!("(func (export \"migrate\") unreachable) {}", access(&[(LAYOUT, &layout(2, 1, 7))])),
    );
    let one = access(&[(LAYOUT, &layout(1, 0, 5))]);

    let immutable = chain.text(&changes(&good, &one));
    assert_eq!(run(&mut chain, immutable), [POLICY_FORBIDS]);
    for (hash, code) in [(CodeHash([3; 32]), CODE_UNKNOWN), (bare, LAYOUT_DIFFERS)] {
        let contract = chain.text(&changes(&hash, &one));
        chain.world.governed.insert(contract);
        assert_eq!(run(&mut chain, contract), [code]);
    }

    let contract = chain.text(&changes(&good, &one));
    chain.world.governed.insert(contract);
    assert_eq!(run(&mut chain, contract), [OK]);
    assert_eq!(chain.world.contracts[&contract], good);
    assert_eq!(chain.world.events.len(), 1, "`migrate` did not run");
    assert_eq!(chain.call(contract, "run", &[]).result, Err(VmReject::FunctionUnknown), "the old code still runs");
    chain.call(contract, "set", &[]).result.unwrap();
    assert_eq!(chain.call(contract, "migrate", &[]).result, Err(VmReject::FunctionUnknown), "only the chain migrates");

    let contract = chain.text(&changes(&failing, &one));
    chain.world.governed.insert(contract);
    let before = chain.world.contracts[&contract];
    assert_eq!(chain.call(contract, "run", &[]).result, Err(VmReject::Trapped(Trap::Unreachable)));
    assert_eq!(chain.world.contracts[&contract], before, "the code changed although `migrate` failed");
}

/// Deploys code whose migration would trap. The hash, and the section that gives another module the same layout.
fn with_the_same_layout(chain: &mut Chain) -> (CodeHash, String) {
    let one = access(&[(tacit_abi::ACCESS_LAYOUT, &layout(1, 0, 5))]);
    let fixed = module(&format!("{SETS} (func (export \"migrate\") unreachable) {one}"));
    let hash = CodeHash::of(&[&fixed]);
    chain.world.codes.insert(hash, fixed);
    (hash, one)
}

#[test]
fn a_change_that_keeps_the_layout_runs_no_migration_again() {
    let mut chain = Chain::new();
    let (hash, one) = with_the_same_layout(&mut chain);
    let contract = chain.text(&changes(&hash, &one));
    chain.world.governed.insert(contract);
    assert_eq!(run(&mut chain, contract), [OK]);
    assert_eq!(chain.world.contracts[&contract], hash);
}

#[test]
fn a_change_that_would_lose_its_input_changes_nothing() {
    let mut chain = Chain::new();
    let (hash, one) = with_the_same_layout(&mut chain);
    let with_input = changes(&hash, &one).replace("(i32.const 800) (i32.const 0)", "(i32.const 800) (i32.const 1)");
    let contract = chain.text(&with_input);
    chain.world.governed.insert(contract);
    let before = chain.world.contracts[&contract];
    assert_eq!(run(&mut chain, contract), [INVALID_INPUT], "no migration runs that could read it");
    assert_eq!(
        chain.world.contracts[&contract], before,
        "the code changed although the contract was told that it did not"
    );
}

#[test]
fn between_a_change_of_code_and_its_migration_nobody_enters() {
    const LAYOUT: u8 = tacit_abi::ACCESS_LAYOUT;
    let mut chain = Chain::new();
    let one = access(&[(LAYOUT, &layout(1, 0, 5))]);
    let migrate = "(func (export \"migrate\"))";
    let new = module(&format!("{SETS} {migrate} {}", access(&[(LAYOUT, &layout(2, 1, 6))])));
    let hash = CodeHash::of(&[&new]);
    chain.world.codes.insert(hash, new);
    let governed = chain.text(&changes(&hash, &one));
    chain.world.governed.insert(governed);
    let sites = [
        Site::new(0, governed, "run", "try_call").flags(CALL_ALLOW_DEFER),
        Site::new(100, governed, "set", "try_call"),
        Site::new(200, governed, "get", "static_call"),
    ];
    let attacker = chain.text(&runs(&sites, ""));
    assert_eq!(run(&mut chain, attacker), [4, REENTRY_DENIED, REENTRY_DENIED]);
    chain.call(governed, "set", &[]).result.unwrap();
}

#[test]
fn a_paused_contract_is_looked_at_and_not_called() {
    let mut chain = Chain::new();
    let paused = chain.text(SETS);
    chain.world.paused.insert(paused);
    assert_eq!(chain.call(paused, "set", &[]).result, Err(VmReject::Paused));
    chain.view(paused, "get", &[]).result.unwrap();
    let sites = [Site::new(0, paused, "set", "try_call"), Site::new(100, paused, "get", "static_call")];
    let caller = chain.text(&runs(&sites, ""));
    assert_eq!(run(&mut chain, caller), [CONTRACT_PAUSED, 1]);
}

#[test]
fn a_contract_sees_its_depth_its_gas_and_whether_it_may_write() {
    let mut chain = Chain::new();
    let looks = "(func (export \"run\")
        (i32.store (i32.const 700) (call $call_depth)) (i32.store (i32.const 704) (call $is_static))
        (i64.store (i32.const 708) (call $gas_left)) (call $return_data (i32.const 700) (i32.const 16)))";
    let contract = chain.text(looks);
    let outcome = chain.call(contract, "run", &[]);
    let output = outcome.result.unwrap();
    assert_eq!((output[0], output[4]), (1, 0));
    let left = u64::from_le_bytes(output[8..16].try_into().unwrap());
    assert!(left < GAS && left > GAS - outcome.gas_used.0, "{left} of {GAS}");
    let top = chain.text(&passes_on(contract, "static_call"));
    let output = chain.call(top, "run", &[]).result.unwrap();
    assert_eq!((output[0], output[4]), (2, 1));
}

#[test]
fn case_60_logging_and_recording_change_no_result() {
    let mut chain = Chain::new();
    let contract = chain
        .text(&format!("{} (func (export \"run\") (call $log (i32.const 32) (i32.const 5)))", bytes_at(32, b"hello")));
    let outcome = chain.call(contract, "run", &[]);
    assert_eq!(outcome.frames[0].logs, ["hello"]);
    let mut world = chain.world.clone();
    let params = crate::CallParams {
        caller: ALICE,
        contract,
        function: "run",
        input: &[],
        value: tacit_types::Amount::ZERO,
        gas_limit: tacit_types::Gas(GAS),
        record: false,
    };
    let silent = super::support::vm().call(&mut world, params).unwrap();
    assert_eq!((silent.gas_used, silent.result), (outcome.gas_used, outcome.result));
    assert!(silent.frames.is_empty());
}

#[test]
fn a_contract_tells_the_code_of_another() {
    let mut chain = Chain::new();
    let other = chain.text(SETS);
    let text = format!(
        "{} (func (export \"run\") (i32.store (i32.const 700) (call $code_hash (i32.const 0) (i32.const 704)))
            (call $return_data (i32.const 700) (i32.const 36)))",
        bytes_at(0, &other.0)
    );
    let contract = chain.text(&text);
    let (code, hash) = made(&chain.call(contract, "run", &[]));
    assert_eq!((code, CodeHash(hash.0)), (OK, chain.world.contracts[&other]));
}
