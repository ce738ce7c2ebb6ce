//! Who may stop a contract and who may change its code: decided when it is made, kept by the chain.

use crate::life::start;
use crate::support::*;
use tacit_exec::testing::{MemoryChain, TestKey};
use tacit_state::overlay::read_value;
use tacit_state::{key, record};
use tacit_types::action::Instantiate;
use tacit_types::contract::{
    ContractPause, ContractPolicy, ContractUnpause, ContractUpgrade, PausePolicy, UpgradeAnnounce, UpgradePolicy,
};
use tacit_types::*;

const HOUR: u64 = 3_600_000;

/// Code of this layout that tells `number`, and whose `migrate` stores its input.
fn code(number: u8, version: u32, from: u32, layout: u8) -> Vec<u8> {
    let record = [&[3, 40][..], &version.to_le_bytes(), &from.to_le_bytes(), &[layout; 32]].concat();
    let record: String = record.iter().map(|byte| format!("\\{byte:02x}")).collect();
    module(&format!(
        r#"(module
            (import "v1" "input_len" (func $input_len (result i32)))
            (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
            (import "v1" "return_data" (func $return_data (param i32 i32)))
            (import "v1" "storage_set" (func $set (param i32 i32 i32 i32) (result i32)))
            (memory 1) (data (i32.const 0) "\{number:02x}")
            (func (export "tell") (call $return_data (i32.const 0) (i32.const 1)))
            (func (export "migrate")
                (if (i32.eqz (call $input_len)) (then unreachable))
                (call $input_copy (i32.const 16) (i32.const 0) (call $input_len))
                (drop (call $set (i32.const 16) (i32.const 1) (i32.const 16) (i32.const 1))))
            (@custom "tacit.access" "{record}"))"#
    ))
}

fn policy(admin: &TestKey, pauser: &TestKey, unpauser: &TestKey) -> ContractPolicy {
    ContractPolicy {
        upgrade: UpgradePolicy::Timelocked { admin: admin.address(), delay_ms: HOUR },
        pause: Some(PausePolicy { pauser: pauser.address(), unpauser: unpauser.address(), longest_ms: HOUR }),
    }
}

fn make_with(chain: &mut MemoryChain, creator: &TestKey, code: &[u8], policy: ContractPolicy) -> Address {
    let instantiate = Action::Instantiate(Instantiate {
        code_hash: CodeHash::of(&[code]),
        salt: [0; 32],
        input: Bytes::empty(),
        value: Amount(0),
        policy,
    });
    succeeds(chain, creator, vec![deploy(code), instantiate]);
    contract_at(creator, code, 0)
}

fn record_of(chain: &MemoryChain, contract: &Address) -> record::Contract {
    read_value(&chain.state, &key::contract(contract)).unwrap().unwrap()
}

fn tells(chain: &mut MemoryChain, caller: &TestKey, contract: Address) -> u8 {
    succeeds(chain, caller, vec![call(contract, "tell", &[], 0)]).output[0]
}

fn pause(contract: Address, duration_ms: u64) -> Vec<Action> {
    vec![Action::ContractPause(ContractPause { contract, duration_ms })]
}

fn unpause(contract: Address) -> Vec<Action> {
    vec![Action::ContractUnpause(ContractUnpause { contract })]
}

/// With an input of one byte, which `migrate` of [`code`] stores.
fn announce(contract: Address, code: &[u8]) -> Vec<Action> {
    announce_with(contract, code, &[7])
}

fn announce_with(contract: Address, code: &[u8], input: &[u8]) -> Vec<Action> {
    let input = Bytes::new(input.to_vec()).unwrap();
    vec![Action::UpgradeAnnounce(UpgradeAnnounce { contract, code_hash: CodeHash::of(&[code]), input })]
}

fn upgrade(contract: Address) -> Vec<Action> {
    vec![Action::ContractUpgrade(ContractUpgrade { contract })]
}

#[test]
fn the_pauser_stops_a_contract_and_only_the_unpauser_lets_it_go_on() {
    let (mut chain, alice, bob) = start();
    let contract = make_with(&mut chain, &alice, &code(1, 1, 0, 5), policy(&alice, &alice, &bob));
    fails(&mut chain, &bob, pause(contract, 1_000), RejectCode::PolicyForbids);
    fails(&mut chain, &alice, pause(contract, HOUR + 1), RejectCode::PolicyForbids);
    let receipt = succeeds(&mut chain, &alice, pause(contract, HOUR));
    let until = record_of(&chain, &contract).paused_until;
    assert_eq!(receipt.events.to_vec(), [Event::ContractPaused { contract, until }]);

    fails(&mut chain, &bob, vec![call(contract, "tell", &[], 0)], RejectCode::ContractPaused);
    assert_eq!(view(&chain, contract, "tell", &[]).result, Ok(vec![1]), "a stopped contract can be looked at");
    for duration in [1, HOUR] {
        fails(&mut chain, &alice, pause(contract, duration), RejectCode::PolicyForbids);
    }
    assert_eq!(record_of(&chain, &contract).paused_until, until, "the pauser makes a pause neither shorter nor longer");
    fails(&mut chain, &alice, unpause(contract), RejectCode::PolicyForbids);
    succeeds(&mut chain, &bob, unpause(contract));
    assert_eq!(tells(&mut chain, &bob, contract), 1);
}

#[test]
fn a_pause_ends_by_itself() {
    let (mut chain, alice, bob) = start();
    let contract = make_with(&mut chain, &alice, &code(1, 1, 0, 5), policy(&alice, &alice, &bob));
    succeeds(&mut chain, &alice, pause(contract, 1));
    // The next block is later than a millisecond.
    chain.run(&[]);
    assert_eq!(tells(&mut chain, &bob, contract), 1);
}

#[test]
fn pauses_in_a_row_do_not_stop_a_contract_for_good() {
    const LONGEST: u64 = 2_450;
    const REST: u64 = 350;
    let (mut chain, alice, bob) = start();
    let pausing = PausePolicy { pauser: alice.address(), unpauser: bob.address(), longest_ms: LONGEST };
    let pausing = ContractPolicy { pause: Some(pausing), ..ContractPolicy::default() };
    let contract = make_with(&mut chain, &alice, &code(1, 1, 0, 5), pausing);

    // Tries to pause in every block, a tenth of a second apart, until it succeeds; since when the contract ran.
    let ran_until_paused = |chain: &mut MemoryChain, duration: u64| loop {
        let ended = record_of(chain, &contract).paused_until.0;
        let tx = tx(chain, &alice, pause(contract, duration));
        let receipt = chain.run(&[tx]).receipts[0].clone();
        if receipt.succeeded() {
            return chain.tip.time_ms.0 - ended;
        }
        assert_eq!(receipt.reject(), Some(RejectCode::PolicyForbids));
    };
    succeeds(&mut chain, &alice, pause(contract, 1));
    assert_eq!(ran_until_paused(&mut chain, LONGEST), 399, "the first block after the rest");
    assert!((REST..REST + 100).contains(&ran_until_paused(&mut chain, 1)));

    // Ended early, a pause has its rest from then on, and who unpauses again does not take that away.
    assert!((REST..REST + 100).contains(&ran_until_paused(&mut chain, LONGEST)));
    succeeds(&mut chain, &bob, unpause(contract));
    let ended = record_of(&chain, &contract).paused_until;
    assert_eq!(ended, chain.tip.time_ms);
    succeeds(&mut chain, &bob, unpause(contract));
    assert_eq!(record_of(&chain, &contract).paused_until, ended);
    assert_eq!(tells(&mut chain, &bob, contract), 1);
    assert!((REST..REST + 100).contains(&ran_until_paused(&mut chain, 1)));
}

#[test]
fn a_contract_without_a_pauser_is_stopped_by_nobody() {
    let (mut chain, alice, bob) = start();
    let contract = make_with(&mut chain, &alice, &code(1, 1, 0, 5), ContractPolicy::default());
    for sender in [&alice, &bob] {
        fails(&mut chain, sender, pause(contract, 1), RejectCode::PolicyForbids);
        fails(&mut chain, sender, unpause(contract), RejectCode::PolicyForbids);
    }
    fails(&mut chain, &alice, pause(Address([9; 32]), 1), RejectCode::ContractUnknown);
}

#[test]
fn announced_code_waits_and_then_replaces_the_old_with_its_migration() {
    let (mut chain, alice, bob) = start();
    let (old, new) = (code(1, 1, 0, 5), code(2, 2, 1, 6));
    let quick =
        ContractPolicy { upgrade: UpgradePolicy::Timelocked { admin: alice.address(), delay_ms: 0 }, pause: None };
    let contract = make_with(&mut chain, &alice, &old, quick);
    fails(&mut chain, &alice, announce(contract, &new), RejectCode::CodeUnknown);
    succeeds(&mut chain, &alice, vec![deploy(&new)]);
    fails(&mut chain, &alice, upgrade(contract), RejectCode::UpgradeNotReady);
    fails(&mut chain, &bob, announce(contract, &new), RejectCode::PolicyForbids);
    // A migration that fails leaves the old code, and the announcement.
    succeeds(&mut chain, &alice, announce_with(contract, &new, &[]));
    fails(&mut chain, &alice, upgrade(contract), RejectCode::ContractTrapped);
    assert_eq!(tells(&mut chain, &bob, contract), 1);
    assert!(record_of(&chain, &contract).announced.is_some());

    let code_hash = CodeHash::of(&[&new]);
    let receipt = succeeds(&mut chain, &alice, announce(contract, &new));
    let announced = record_of(&chain, &contract).announced.unwrap();
    let (ready, input) = (announced.ready, Bytes::new(vec![7]).unwrap());
    assert_eq!(announced, record::AnnouncedCode { code_hash, ready, input: input.clone() });
    assert_eq!(receipt.events.to_vec(), [Event::UpgradeAnnounced { contract, code_hash, ready, input }]);
    fails(&mut chain, &bob, upgrade(contract), RejectCode::PolicyForbids);
    let receipt = succeeds(&mut chain, &alice, upgrade(contract));
    assert_eq!(receipt.events.to_vec(), [Event::CodeChanged { contract, code_hash }]);
    assert_eq!(tells(&mut chain, &bob, contract), 2);
    let stored: Vec<Vec<u8>> = storage(&chain, &contract).into_values().collect();
    assert_eq!(stored, [vec![7]], "`migrate` got something else than what was announced");
    assert_eq!(record_of(&chain, &contract).announced, None);
    fails(&mut chain, &alice, upgrade(contract), RejectCode::UpgradeNotReady);
    fails(&mut chain, &bob, vec![call(contract, "migrate", &[7], 0)], RejectCode::FunctionUnknown);
}

#[test]
fn the_delay_of_an_announcement_has_to_pass() {
    let (mut chain, alice, bob) = start();
    let (old, new) = (code(1, 1, 0, 5), code(2, 2, 1, 6));
    let contract = make_with(&mut chain, &alice, &old, policy(&alice, &alice, &bob));
    succeeds(&mut chain, &alice, vec![deploy(&new)]);
    succeeds(&mut chain, &alice, announce(contract, &new));
    fails(&mut chain, &alice, upgrade(contract), RejectCode::UpgradeNotReady);
}

#[test]
fn announced_code_that_nobody_changed_to_for_thirty_days_must_be_announced_again() {
    for is_late in [false, true] {
        let (mut chain, alice, bob) = start();
        let (old, new) = (code(1, 1, 0, 5), code(2, 2, 1, 6));
        let contract = make_with(&mut chain, &alice, &old, policy(&alice, &alice, &bob));
        succeeds(&mut chain, &alice, vec![deploy(&new)]);
        succeeds(&mut chain, &alice, announce(contract, &new));
        // A test's block is a tenth of a second later than the one before.
        let end = record_of(&chain, &contract).announced.unwrap().ready.0 + limits::CODE_ANNOUNCED_MS_MAX;
        chain.tip.time_ms = UnixMillis(end - 100 + u64::from(is_late));
        if !is_late {
            succeeds(&mut chain, &alice, upgrade(contract));
            continue;
        }
        fails(&mut chain, &alice, upgrade(contract), RejectCode::UpgradeExpired);
        assert_eq!(tells(&mut chain, &bob, contract), 1);
        succeeds(&mut chain, &alice, announce(contract, &new));
        chain.tip.time_ms.0 += HOUR;
        succeeds(&mut chain, &alice, upgrade(contract));
        assert_eq!(tells(&mut chain, &bob, contract), 2);
    }
}

#[test]
fn case_53_code_that_does_not_understand_the_old_storage_is_refused() {
    let (mut chain, alice, _) = start();
    let quick =
        ContractPolicy { upgrade: UpgradePolicy::Timelocked { admin: alice.address(), delay_ms: 0 }, pause: None };
    let contract = make_with(&mut chain, &alice, &code(1, 2, 1, 5), quick);
    // Another layout under the same version, a lower version, a step left out.
    for new in [code(2, 2, 1, 6), code(2, 1, 0, 5), code(2, 4, 3, 6)] {
        succeeds(&mut chain, &alice, vec![deploy(&new)]);
        succeeds(&mut chain, &alice, announce(contract, &new));
        fails(&mut chain, &alice, upgrade(contract), RejectCode::LayoutDiffers);
    }
    assert_eq!(tells(&mut chain, &alice, contract), 1);
}

#[test]
fn nobody_changes_a_contract_that_was_made_never_to_change_or_that_governs_itself() {
    let (mut chain, alice, _) = start();
    for (number, upgrade_policy) in [(1, UpgradePolicy::Immutable), (3, UpgradePolicy::Governed)] {
        let new = code(number + 1, 2, 1, 6);
        let old = code(number, 1, 0, 5);
        let contract = make_with(&mut chain, &alice, &old, ContractPolicy { upgrade: upgrade_policy, pause: None });
        succeeds(&mut chain, &alice, vec![deploy(&new)]);
        fails(&mut chain, &alice, announce(contract, &new), RejectCode::PolicyForbids);
        fails(&mut chain, &alice, upgrade(contract), RejectCode::PolicyForbids);
    }
}

#[test]
fn a_policy_whose_pauser_is_its_unpauser_makes_no_contract() {
    let (mut chain, alice, bob) = start();
    let code = code(1, 1, 0, 5);
    succeeds(&mut chain, &alice, vec![deploy(&code)]);
    let with = |policy| {
        Action::Instantiate(Instantiate {
            code_hash: CodeHash::of(&[&code]),
            salt: [0; 32],
            input: Bytes::empty(),
            value: Amount(0),
            policy,
        })
    };
    let mut endless = policy(&alice, &alice, &bob);
    endless.pause.as_mut().unwrap().longest_ms = u64::MAX;
    for bad in [policy(&alice, &bob, &bob), endless] {
        let refused = tacit_exec::stateless::check_one(
            &chain.rules,
            RawTx::new(tx(&chain, &alice, vec![with(bad)]).encode()).unwrap(),
            [0; 32],
        );
        assert_eq!(refused.unwrap_err().code, RejectCode::OutOfBounds);
    }
}

#[test]
fn naming_code_costs_the_same_however_long_it_is() {
    let (mut chain, alice, bob) = start();
    let contract = make_with(&mut chain, &alice, &code(1, 1, 0, 5), policy(&alice, &bob, &alice));
    let long = |bytes: usize| {
        let padding = "x".repeat(bytes);
        module(&format!("(module (memory 1) (data (i32.const 0) \"{padding}\") (func (export \"run\")))"))
    };
    let mut used = |bytes: usize| {
        let code = long(bytes);
        succeeds(&mut chain, &alice, vec![deploy(&code)]);
        let announced = succeeds(&mut chain, &alice, announce(contract, &code)).gas_used.0;
        let made = succeeds(&mut chain, &alice, vec![instantiate(&code, 0, &[], 0)]).gas_used.0;
        (code.len() as u64, announced, made)
    };
    let (short_bytes, short_announced, short_made) = used(200);
    let (long_bytes, long_announced, long_made) = used(1_200);
    let more = long_bytes - short_bytes;
    assert_eq!(long_announced, short_announced);
    // Making the contract enters it too, although it has no `init` to run.
    assert_eq!(long_made - short_made, tacit_vm::gas::load(more));
}
