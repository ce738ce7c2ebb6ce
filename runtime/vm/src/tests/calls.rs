//! Calls: context, input and output, storage, money, events, calls to others, and everything a failed call leaves: nothing.

use super::support::{ALICE, BOB, Chain, GAS, MemoryWorld, module, vm};
use super::watched::Watched;
use crate::reject::Trap;
use crate::{CallParams, Lane, Vm, VmConfig, VmReject, limits};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use tacit_types::{Address, Amount, CodeHash, Event, Gas, Height, ProofId};

/// Writes the address into the module's memory at `at`.
fn data(at: u32, address: Address) -> String {
    let bytes: String = address.0.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {at}) \"{bytes}\")")
}

#[test]
fn a_contract_sees_its_context() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(func (export \"run\")
            (call $self_address (i32.const 0)) (call $caller (i32.const 32)) (call $genesis_id (i32.const 64))
            (i64.store (i32.const 96) (call $block_height)) (i64.store (i32.const 104) (call $block_time_ms))
            (call $value (i32.const 112))
            (call $return_data (i32.const 0) (i32.const 128)))",
    );
    let output = chain.call(contract, "run", &[]).result.unwrap();
    let mut expected = [contract.0, ALICE.0, [9; 32]].concat();
    expected.extend(77_u64.to_le_bytes());
    expected.extend(1_700_000_000_123_u64.to_le_bytes());
    expected.extend(0_u128.to_le_bytes());
    assert_eq!(output, expected);
}

#[test]
fn input_comes_back_as_output() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(func (export \"echo\")
            (call $input_copy (i32.const 8) (i32.const 0) (call $input_len))
            (call $return_data (i32.const 8) (call $input_len)))",
    );
    for input in [&b""[..], b"x", &[7; 60_000]] {
        assert_eq!(chain.call(contract, "echo", input).result.unwrap(), input);
    }
    let too_long = vec![0; 65_537];
    assert_eq!(chain.call(contract, "echo", &too_long).result, Err(VmReject::InputTooLong));
}

#[test]
fn an_unknown_contract_or_function_is_a_reject() {
    let mut chain = Chain::new();
    let contract = chain.text("(func (export \"run\")) (func $hidden) (func (export \"init\"))");
    assert_eq!(chain.call(Address([99; 32]), "run", &[]).result, Err(VmReject::ContractUnknown));
    for function in ["", "hidden", "Run", "memory", "__memory", "__gas", "init"] {
        assert_eq!(chain.call(contract, function, &[]).result, Err(VmReject::FunctionUnknown), "{function}");
    }
    assert_eq!(chain.view(contract, "init", &[]).result, Err(VmReject::FunctionUnknown));
}

/// The id that the executor records under, over exactly sender and statement.
#[test]
fn a_contract_asks_for_proofs_of_a_sender_and_a_statement() {
    let mut chain = Chain::new();
    let contract = chain.text(&format!(
        "{} (data (i32.const 32) \"statement\")
        (func (export \"run\")
            (call $proof_id (i32.const 0) (i32.const 32) (i32.const 9) (i32.const 64))
            (i64.store (i32.const 96) (call $proof_height (i32.const 64)))
            (call $return_data (i32.const 64) (i32.const 40)))",
        data(0, BOB)
    ));
    let id = ProofId::of(&[&BOB.0, b"statement"]);
    let answer = |chain: &mut Chain| chain.call(contract, "run", &[]).result.unwrap();
    assert_eq!(answer(&mut chain), [&id.0[..], &[0; 8]].concat(), "nothing is recorded");
    chain.world.proofs.insert(ProofId::of(&[&ALICE.0, b"statement"]), Height(5));
    chain.world.proofs.insert(ProofId::of(&[&BOB.0, b"statements"]), Height(6));
    assert_eq!(answer(&mut chain)[32..], [0; 8], "another sender's and another statement's do not count");
    chain.world.proofs.insert(id, Height(70));
    assert_eq!(answer(&mut chain)[32..], 70_u64.to_le_bytes());
}

const STORE: &str = "
    (data (i32.const 0) \"key\") (data (i32.const 16) \"value\")
    (func (export \"set\") (drop (call $storage_set (i32.const 0) (i32.const 3) (i32.const 16) (i32.const 5))))
    (func (export \"remove\") (drop (call $storage_remove (i32.const 0) (i32.const 3))))
    (func (export \"has\") (i32.store (i32.const 64) (call $storage_has (i32.const 0) (i32.const 3)))
        (call $return_data (i32.const 64) (i32.const 4)))
    (func (export \"get\") (i32.store (i32.const 64) (call $storage_get (i32.const 0) (i32.const 3) (i32.const 68) (i32.const 5)))
        (call $return_data (i32.const 64) (i32.const 9)))
    (func (export \"get_small\") (i32.store (i32.const 64) (call $storage_get (i32.const 0) (i32.const 3) (i32.const 68) (i32.const 4)))
        (call $ret_copy (i32.const 80) (i32.const 1) (i32.sub (call $ret_len) (i32.const 1)))
        (call $return_data (i32.const 64) (i32.const 20)))";

#[test]
fn storage_keeps_what_a_call_set() {
    let mut chain = Chain::new();
    let contract = chain.text(STORE);
    let other = chain.text(STORE);
    assert_eq!(chain.call(contract, "get", &[]).result.unwrap()[..4], (-1_i32).to_le_bytes());
    chain.call(contract, "set", &[]).result.unwrap();
    assert_eq!(chain.call(contract, "get", &[]).result.unwrap(), b"\x05\0\0\0value");
    assert_eq!(chain.view(contract, "has", &[]).result.unwrap(), [1, 0, 0, 0]);
    assert_eq!(chain.view(other, "has", &[]).result.unwrap(), [0; 4], "another contract sees it");
    chain.call(contract, "remove", &[]).result.unwrap();
    assert_eq!(chain.view(contract, "has", &[]).result.unwrap(), [0; 4]);
}

#[test]
fn a_value_longer_than_the_buffer_waits_in_the_register() {
    let mut chain = Chain::new();
    let contract = chain.text(STORE);
    chain.call(contract, "set", &[]).result.unwrap();
    let output = chain.call(contract, "get_small", &[]).result.unwrap();
    assert_eq!(output[..4], (-2_i32).to_le_bytes());
    assert_eq!(output[4..16], [0; 12], "the buffer was written");
    assert_eq!(&output[16..], b"alue");
}

#[test]
fn a_view_cannot_change_anything() {
    let mut chain = Chain::new();
    let contract = chain.text(STORE);
    for function in ["set", "remove"] {
        assert_eq!(chain.view(contract, function, &[]).result, Err(VmReject::Trapped(Trap::StaticWrite)));
    }
    let writer = chain.text(
        "(func (export \"emit\") (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))
         (func (export \"pay\") (drop (call $transfer (i32.const 0) (i32.const 64))))",
    );
    for function in ["emit", "pay"] {
        assert_eq!(chain.view(writer, function, &[]).result, Err(VmReject::Trapped(Trap::StaticWrite)));
    }
}

#[test]
fn events_carry_topics_and_data() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(data (i32.const 0) \"one\") (data (i32.const 32) \"two\") (data (i32.const 64) \"data\")
         (func (export \"run\") (drop (call $emit (i32.const 0) (i32.const 2) (i32.const 64) (i32.const 4))))",
    );
    chain.call(contract, "run", &[]).result.unwrap();
    let [Event::Contract { contract: from, topics, data }] = &chain.world.events[..] else { panic!("one event") };
    assert_eq!((*from, topics.len(), &topics[1][..4], &data[..]), (contract, 2, &b"two\0"[..], &b"data"[..]));
}

#[test]
fn money_moves_or_a_code_says_why_not() {
    let mut chain = Chain::new();
    let pay = format!(
        "{} (func (export \"pay\") (call $input_copy (i32.const 64) (i32.const 0) (i32.const 16))
            (i32.store (i32.const 80) (call $transfer (i32.const 0) (i32.const 64)))
            (call $balance (i32.const 0) (i32.const 84))
            (call $return_data (i32.const 80) (i32.const 20)))",
        data(0, BOB)
    );
    let contract = chain.text(&pay);
    chain.world.balances.insert(contract, 100);
    let pay = |chain: &mut Chain, amount: u128| {
        let output = chain.call(contract, "pay", &amount.to_le_bytes()).result.unwrap();
        let code = i32::from_le_bytes(output[..4].try_into().unwrap());
        (code, u128::from_le_bytes(output[4..].try_into().unwrap()))
    };
    assert_eq!(pay(&mut chain, 40), (0, 40));
    assert_eq!(pay(&mut chain, 61), (-3, 40));
    assert_eq!(pay(&mut chain, u128::MAX), (-3, 40));
    assert_eq!(pay(&mut chain, 0), (0, 40));
    chain.world.balances.insert(BOB, u128::MAX);
    assert_eq!(pay(&mut chain, 1), (-4, u128::MAX));
}

#[test]
fn blake3_is_blake3() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(data (i32.const 0) \"abc\") (func (export \"run\")
            (call $blake3 (i32.const 0) (i32.const 3) (i32.const 32)) (call $return_data (i32.const 32) (i32.const 32)))",
    );
    assert_eq!(chain.call(contract, "run", &[]).result.unwrap(), blake3::hash(b"abc").as_bytes());
}

#[test]
fn a_call_that_fails_in_any_way_leaves_nothing() {
    let mut chain = Chain::new();
    let doing = |end: &str| {
        format!(
            "{} (func (export \"run\")
                (drop (call $storage_set (i32.const 0) (i32.const 3) (i32.const 16) (i32.const 5)))
                (drop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 9)))
                (drop (call $transfer (i32.const 0) (i32.const 64)))
                {end})",
            data(0, BOB)
        )
    };
    for (end, expected) in [
        ("(unreachable)", VmReject::Trapped(Trap::Unreachable)),
        ("(drop (i32.load (i32.const 65536)))", VmReject::Trapped(Trap::MemoryOutOfBounds)),
        ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", VmReject::Trapped(Trap::DivisionByZero)),
        ("(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))", VmReject::Trapped(Trap::IntegerOverflow)),
        (
            "(call $revert (i32.const 7) (i32.const 0) (i32.const 2))",
            VmReject::Reverted { code: 7, data: vec![0xb0; 2] },
        ),
        (
            "(call $panic (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 2))",
            VmReject::Panicked,
        ),
        ("(loop (br 0))", VmReject::OutOfGas),
        ("(drop (call $storage_has (i32.const 0) (i32.const 0)))", VmReject::Trapped(Trap::HostLimit)),
        ("(call $return_data (i32.const 65536) (i32.const 1))", VmReject::Trapped(Trap::HostRange)),
    ] {
        let contract = chain.text(&doing(end));
        let outcome = chain.call(contract, "run", &[]); // `Chain` compares the world with the one before.
        assert_eq!(outcome.result, Err(expected), "{end}");
        assert!(outcome.gas_used.0 > 150_000, "{end} was not charged");
    }
}

#[test]
fn a_panic_reports_message_and_place() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(data (i32.const 0) \"went wrong\") (data (i32.const 16) \"lib.rs\")
         (func (export \"run\") (call $panic (i32.const 0) (i32.const 10) (i32.const 16) (i32.const 6) (i32.const 3) (i32.const 4)))",
    );
    let outcome = chain.call(contract, "run", &[]);
    let trace = outcome.trace.unwrap();
    assert_eq!(
        (trace.contract, &*trace.message, &*trace.file, trace.line, trace.column),
        (contract, "went wrong", "lib.rs", 3, 4)
    );
    assert_eq!(outcome.result, Err(VmReject::Panicked));
}

/// Calls `function` of the contract whose address is at 0, with the callee's name at 32; returns code and register.
fn caller_of(callee: Address, function: &str, host: &str) -> String {
    let value = if host == "$try_call" { "(i32.const 100)" } else { "" };
    format!(
        "{} (data (i32.const 32) \"{function}\")
         (func (export \"run\") (local $len i32)
            (i32.store (i32.const 200) (call {host} (i32.const 0) (i32.const 32) (i32.const {}) (i32.const 120) (i32.const 0) {value} (i64.const -1) (i32.const 0)))
            (call $ret_copy (i32.const 204) (i32.const 0) (call $ret_len))
            (call $return_data (i32.const 200) (i32.add (i32.const 4) (call $ret_len))))",
        data(0, callee),
        function.len()
    )
}

#[test]
fn a_callee_gives_its_output_and_keeps_its_changes() {
    let mut chain = Chain::new();
    let callee = chain.text(STORE);
    for (function, host) in [("set", "$try_call"), ("has", "$static_call")] {
        let caller = chain.text(&caller_of(callee, function, host));
        let output = chain.call(caller, "run", &[]).result.unwrap();
        let expected: &[u8] = if function == "set" { &[0; 4] } else { &[4, 0, 0, 0, 1, 0, 0, 0] };
        assert_eq!(output, expected, "{function}");
    }
    assert_eq!(chain.world.storage.len(), 1);
}

#[test]
fn a_failing_callee_is_a_code_and_leaves_nothing() {
    let mut chain = Chain::new();
    let callee = chain.text(
        "(func $set (drop (call $storage_set (i32.const 0) (i32.const 3) (i32.const 16) (i32.const 5))))
         (func (export \"traps\") (call $set) unreachable)
         (func (export \"burns\") (call $set) (loop (br 0)))
         (func (export \"reverts\") (call $set) (call $revert (i32.const 258) (i32.const 0) (i32.const 1)))
         (func (export \"init\"))",
    );
    let expect = |code: i32, register: &[u8]| [&code.to_le_bytes(), register].concat();
    for (function, host, expected) in [
        ("traps", "$try_call", expect(-11, &[])),
        ("traps", "$static_call", expect(-11, &[])),
        ("burns", "$try_call", expect(-10, &[])),
        ("reverts", "$try_call", expect(-9, &[2, 1, 0, 0, 0])),
        ("init", "$try_call", expect(-6, &[])),
        ("missing", "$try_call", expect(-6, &[])),
    ] {
        let caller = chain.text(&caller_of(callee, function, host));
        assert_eq!(chain.call(caller, "run", &[]).result.unwrap(), expected, "{function}");
        assert!(chain.world.storage.is_empty(), "{function} left a value");
    }
    let caller = chain.text(&caller_of(Address([0xee; 32]), "run", "$try_call"));
    assert_eq!(chain.call(caller, "run", &[]).result.unwrap(), expect(-5, &[]));
}

#[test]
fn case_47_a_caller_keeps_a_share_of_its_gas_from_a_callee_that_burns_everything() {
    let mut chain = Chain::new();
    let callee = chain.text("(func (export \"burn\") (loop (br 0)))");
    let caller = chain.text(&caller_of(callee, "burn", "$try_call"));
    let outcome = chain.call(caller, "run", &[]);
    assert_eq!(outcome.result.unwrap(), (-10_i32).to_le_bytes());
    assert!(outcome.gas_used.0 > GAS / 64 * 62 && outcome.gas_used.0 < GAS, "{}", outcome.gas_used);
}

#[test]
fn money_sent_with_a_call_comes_back_when_the_callee_fails() {
    let mut chain = Chain::new();
    let callee = chain.text("(func (export \"keep\")) (func (export \"fail\") unreachable)");
    for (function, kept) in [("keep", 5), ("fail", 5)] {
        let text = caller_of(callee, function, "$try_call") + "(data (i32.const 100) \"\\05\")";
        let caller = chain.text(&text);
        chain.world.balances.insert(caller, 7);
        chain.call(caller, "run", &[]).result.unwrap();
        assert_eq!(chain.world.balances[&callee], kept, "after {function}");
    }
}

#[test]
fn a_static_callee_cannot_write_however_deep() {
    let mut chain = Chain::new();
    let store = chain.text(STORE);
    let middle = chain.text(&caller_of(store, "set", "$try_call"));
    let top = chain.text(&caller_of(middle, "run", "$static_call"));
    let output = chain.call(top, "run", &[]).result.unwrap();
    // The middle ran and reports that the store failed.
    assert_eq!(output, [&4_i32.to_le_bytes()[..], &(-11_i32).to_le_bytes()].concat());
    assert!(chain.world.storage.is_empty());
}

#[test]
fn a_contract_on_the_call_stack_cannot_be_entered_again_not_even_by_a_view() {
    for host in ["$try_call", "$static_call"] {
        // To itself.
        let mut chain = Chain::new();
        let own = Address([1; 32]);
        let contract = chain.text(&(caller_of(own, "other", host) + "(func (export \"other\"))"));
        assert_eq!(contract, own);
        assert_eq!(chain.call(contract, "run", &[]).result.unwrap(), (-7_i32).to_le_bytes(), "{host}");

        // Through others: 1 -> 2 -> 3 -> 1.
        let mut chain = Chain::new();
        for callee in [2, 3, 1] {
            chain.text(&caller_of(Address([callee; 32]), "run", host));
        }
        let output = chain.call(own, "run", &[]).result.unwrap();
        let innermost = (-7_i32).to_le_bytes();
        assert_eq!(output[output.len() - 4..], innermost, "{host}");
        assert_eq!(output.len(), 12, "three frames ran");
    }
}

#[test]
fn calls_nest_sixteen_deep_and_no_deeper() {
    let mut chain = Chain::new();
    for index in 1..=17_u8 {
        chain.text(&caller_of(Address([index + 1; 32]), "run", "$try_call"));
    }
    let output = chain.call(Address([1; 32]), "run", &[]).result.unwrap();
    assert_eq!(output.len(), 16 * 4, "sixteen frames answered");
    assert_eq!(output[60..], (-8_i32).to_le_bytes());
}

#[test]
fn a_fault_of_the_disk_stops_the_node_and_is_no_result() {
    let code = module(
        "(data (i32.const 0) \"disk fails here\")
         (func (export \"run\") (drop (call $storage_set (i32.const 0) (i32.const 15) (i32.const 0) (i32.const 1))))",
    );
    let (mut world, params) = alone(&code);
    assert!(vm().call(&mut world, params).unwrap_err().0.contains("disk"));
}

#[test]
fn a_panic_of_the_state_stops_the_node_and_is_no_result() {
    let code = module(
        "(data (i32.const 0) \"host panics here\")
         (func (export \"run\") (drop (call $storage_set (i32.const 32) (i32.const 1) (i32.const 0) (i32.const 1)))
            (drop (call $storage_set (i32.const 0) (i32.const 16) (i32.const 0) (i32.const 1))))
         (func (export \"fine\"))",
    );
    let (mut world, params) = alone(&code);
    assert!(vm().call(&mut world, params).unwrap_err().0.contains("the test's host panicked"));
    let (mut world, params) = alone(&code);
    vm().call(&mut world, CallParams { function: "fine", ..params }).unwrap().result.unwrap();
}

fn alone(code: &[u8]) -> (MemoryWorld, CallParams<'static>) {
    let mut world = MemoryWorld::default();
    let hash = CodeHash::of(&[code]);
    let contract = Address([1; 32]);
    world.codes.insert(hash, code.to_vec());
    world.contracts.insert(contract, hash);
    (
        world,
        CallParams {
            caller: ALICE,
            contract,
            function: "run",
            input: &[],
            value: Amount::ZERO,
            gas_limit: Gas(GAS),
            record: false,
        },
    )
}

/// Where threads wait until all of them are there. Nobody waits for ever: a thread that failed does not come.
struct Meeting {
    missing: Mutex<u32>,
    changed: Condvar,
}

impl Meeting {
    const PATIENCE: Duration = Duration::from_secs(60);

    fn of(threads: u32) -> Self {
        Self { missing: Mutex::new(threads), changed: Condvar::new() }
    }

    fn wait(&self) {
        let mut missing = self.missing.lock().unwrap();
        *missing -= 1;
        self.changed.notify_all();
        let (_unlocked, wait) =
            self.changed.wait_timeout_while(missing, Self::PATIENCE, |missing| *missing > 0).unwrap();
        assert!(!wait.timed_out(), "not every thread came so deep");
    }
}

/// On both lanes as many threads as they admit run at full depth, and each waits in its innermost frame until all are there: then
/// every frame that can exist exists.
#[test]
fn case_30_every_thread_of_both_lanes_stands_in_its_sixteenth_frame_at_once() {
    const CONFIG: VmConfig = VmConfig { execution_calls: 11, view_calls: 5 };
    let mut chain = Chain::new();
    for index in 1..=15_u8 {
        chain.text(&caller_of(Address([index + 1; 32]), "run", "$try_call"));
    }
    let innermost = "(func (export \"run\") (drop (call $storage_has (i32.const 0) (i32.const 1))) (call $return_data (i32.const 0) (i32.const 4)))";
    chain.text(innermost);
    let world = chain.world;
    let vm = Vm::new(CONFIG).unwrap();
    let threads = CONFIG.execution_calls + CONFIG.view_calls;
    assert_eq!(CONFIG.slots(), threads * limits::CALL_DEPTH_MAX as u32, "the pool is larger than what can exist");
    let meeting = Meeting::of(threads);
    std::thread::scope(|scope| {
        for number in 0..threads {
            let lane = if number < CONFIG.execution_calls { Lane::Execution } else { Lane::View };
            let (vm, world, meeting) = (vm.on(lane), world.clone(), &meeting);
            let body = move || {
                let met = |question| {
                    if question == "storage_length" {
                        meeting.wait();
                    }
                };
                let mut world = Watched::new(world, met);
                let params = CallParams {
                    caller: ALICE,
                    contract: Address([1; 32]),
                    function: "run",
                    input: &[],
                    value: Amount::ZERO,
                    gas_limit: Gas(GAS),
                    record: false,
                };
                let output = vm.call(&mut world, params).unwrap().result.unwrap();
                assert_eq!(output.len(), 64, "sixteen frames answered");
            };
            std::thread::Builder::new().stack_size(crate::THREAD_STACK_BYTES).spawn_scoped(scope, body).unwrap();
        }
    });
}

#[test]
fn a_fresh_instance_sees_no_memory_of_an_earlier_one() {
    let mut chain = Chain::new();
    let writer = chain.text("(func (export \"run\") (memory.fill (i32.const 0) (i32.const 0xaa) (i32.const 65536)))");
    let reader = chain.text(
        "(func (export \"run\") (local $at i32) (local $sum i32)
            (loop (local.set $sum (i32.or (local.get $sum) (i32.load (local.get $at))))
                (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 65536))))
            (i32.store (i32.const 0) (local.get $sum)) (call $return_data (i32.const 0) (i32.const 4)))",
    );
    for _ in 0..20 {
        chain.call(writer, "run", &[]).result.unwrap();
        assert_eq!(chain.call(reader, "run", &[]).result.unwrap(), [0; 4]);
    }
}
