//! Results, events and assertions: right ones pass, wrong ones fail and print everything.

use crate::guests::{counter, panic_of, probe, token};
use tacit_simulator::{Address, Amount, Chain, Failure, InstantiateOptions, RejectCode};

#[test]
fn a_call_returns_what_the_contract_says() {
    let (mut chain, alice, counter) = counter(40);
    assert_eq!(chain.call(alice, counter, "increment", &()).returns::<u64>(), 41);
    assert_eq!(chain.as_account(alice).call(counter, "add", &(9u64,)).returns::<u64>(), 50);
    assert_eq!(chain.view::<u64>(counter, "get", &()), Ok(50));
}

#[test]
fn a_view_changes_nothing_and_says_why_it_fails() {
    let (mut chain, alice, counter) = counter(1);
    let root = chain.state_root();
    let failed = chain.view::<u64>(counter, "increment", &()).unwrap_err();
    assert_eq!(failed.reject_code(), Some(RejectCode::ContractTrapped), "{failed}");
    assert!(failed.to_string().contains("static call"), "{failed}");
    assert_eq!(chain.state_root(), root);
    let other = chain.view::<u32>(counter, "get", &()).unwrap_err();
    assert!(matches!(&other, Failure::Output { output, .. } if output.len() == 8), "{other}");
    assert!(other.to_string().contains("u32"), "{other}");
    let missing = chain.view::<u64>(alice, "get", &()).unwrap_err();
    assert_eq!(missing.reject_code(), Some(RejectCode::ContractUnknown));
    chain.call(alice, counter, "nothing", &()).expect_reject(RejectCode::FunctionUnknown);
}

#[test]
fn a_view_that_panics_or_reverts_says_so() {
    let (chain, _, probe) = probe();
    let panicked = chain.view::<()>(probe, "panic", &()).unwrap_err().to_string();
    assert!(panicked.contains("the vault is open (src/vault.rs:41:5)"), "{panicked}");
    assert_eq!(chain.view::<()>(probe, "revert", &()).unwrap_err().contract_code(), Some(77));
}

#[test]
fn bad_code_is_not_deployed_and_the_rule_is_named() {
    let mut chain = Chain::new();
    let floats = wat::parse_str("(module (memory 1) (func (export \"f\") (drop (f64.const 1))))").unwrap();
    let refused = chain.deploy(&floats).unwrap_err();
    assert_eq!(refused.reject_code(), Some(RejectCode::CodeRejected));
    assert!(refused.to_string().contains("floating point"), "{refused}");
    assert_eq!(chain.deploy(b"no wasm").unwrap_err().reject_code(), Some(RejectCode::CodeRejected));
    assert_eq!(chain.deploy(b"").unwrap_err().reject_code(), Some(RejectCode::EmptyAction));
}

#[test]
fn a_contract_stands_where_its_salt_says_and_only_once() {
    let (mut chain, alice, _, token) = token();
    let code = chain.code_of(token).unwrap();
    let options = || InstantiateOptions::new().salt([5; 32]);
    let made = chain.instantiate_with(alice, code, &(Amount(1),), options()).unwrap();
    assert_eq!(made, Address::of_contract(&alice, &code, &[5; 32]));
    let twice = chain.instantiate_with(alice, code, &(Amount(1),), options()).unwrap_err();
    assert_eq!(twice.reject_code(), Some(RejectCode::ContractExists));
    let others: Vec<Address> = (0..3).map(|_| chain.instantiate(alice, code, &(Amount(1),)).unwrap()).collect();
    assert!(others.iter().all(|other| *other != made && *other != token) && others[0] != others[1]);
}

#[test]
fn a_contract_is_made_with_money() {
    let (mut chain, alice, probe) = probe();
    let code = chain.code_of(probe).unwrap();
    let options = InstantiateOptions::new().value(Amount(12));
    let rich = chain.instantiate_with(alice, code, &(), options).unwrap();
    assert_eq!(chain.balance(rich), Amount(12));
}

#[test]
fn events_are_found_by_name_and_fields() {
    let (mut chain, alice, bob, token) = token();
    chain.last().expect_event("Transferred", &(Address([0; 32]), alice, Amount(1_000)));
    let outcome = chain.call(alice, token, "transfer", &(bob, Amount(5)));
    outcome
        .ok()
        .expect_event("Transferred", &(alice, bob, Amount(5)))
        .expect_event_from(token, "Transferred", &(alice, bob, Amount(5)))
        .expect_no_event("Approved")
        .expect_no_event("Transfer");
    let events = outcome.events_named("Transferred");
    assert_eq!((events.len(), events[0].contract, events[0].name()), (1, token, Some("Transferred")));
    assert_eq!(events[0].fields(), Ok((alice, bob, Amount(5))));
    assert!(events[0].fields::<(Address, Address)>().is_err(), "fields are all or nothing");
    assert_eq!(chain.events().len(), 2);
}

#[test]
fn wrong_expectations_fail() {
    let (mut chain, alice, bob, token) = token();
    let good = chain.call(alice, token, "transfer", &(bob, Amount(5)));
    let bad = chain.call(alice, token, "transfer", &(bob, Amount(9_999)));
    let wrong: [(&str, Box<dyn FnOnce() -> bool>); 11] = [
        ("must succeed", Box::new(|| bad.ok().result.is_ok())),
        ("must succeed", Box::new(|| bad.returns::<u64>() == 0)),
        ("must return", Box::new(|| good.returns::<u64>() == 0)),
        ("must revert", Box::new(|| good.expect_revert(1).result.is_ok())),
        ("must revert with code 2", Box::new(|| bad.expect_revert(2).result.is_ok())),
        ("OutOfGas", Box::new(|| bad.expect_reject(RejectCode::OutOfGas).result.is_ok())),
        ("OutOfGas", Box::new(|| good.expect_reject(RejectCode::OutOfGas).result.is_ok())),
        (
            "must emit Transferred",
            Box::new(|| good.expect_event("Transferred", &(alice, bob, Amount(6))).result.is_ok()),
        ),
        (
            "of 0x",
            Box::new(|| {
                good.expect_event_from(Address([5; 32]), "Transferred", &(alice, bob, Amount(5))).result.is_ok()
            }),
        ),
        ("must not emit", Box::new(|| good.expect_no_event("Transferred").result.is_ok())),
        ("must panic", Box::new(|| bad.expect_panic("anything").result.is_ok())),
    ];
    for (words, assertion) in wrong {
        let text = panic_of(assertion);
        assert!(text.contains(words) && text.contains("call of `transfer` on token by alice"), "{words}: {text}");
    }
    good.ok();
    bad.expect_revert(1).expect_reject(RejectCode::ContractReverted);
}

#[test]
fn a_failed_assertion_prints_everything_that_happened() {
    let (mut chain, alice, probe) = probe();
    let outcome = chain.call(alice, probe, "panic", &());
    outcome
        .expect_panic("the vault is open")
        .expect_panic("src/vault.rs:41")
        .expect_reject(RejectCode::ContractTrapped);
    let text = panic_of(|| outcome.ok().result.is_ok());
    for words in
        ["call of `panic` on probe by alice: failed", "the vault is open (src/vault.rs:41:5)", "gas:", "events: none"]
    {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    let opened = chain.call(alice, probe, "open", &());
    let text = panic_of(|| opened.expect_event("Closed", &()).result.is_ok());
    assert!(text.contains(&format!("probe: Opened 0x{alice}")), "{text}");
}

#[test]
fn every_way_to_fail_has_its_number_and_leaves_nothing() {
    let (mut chain, alice, probe) = probe();
    let storage = chain.storage_of(probe);
    chain.call(alice, probe, "revert", &()).expect_revert(77);
    chain.call(alice, probe, "trap", &()).expect_reject(RejectCode::ContractTrapped);
    chain.call(alice, probe, "spin", &()).expect_reject(RejectCode::OutOfGas);
    chain.call(alice, Address([4; 32]), "who", &()).expect_reject(RejectCode::ContractUnknown);
    chain.call(alice, probe, "init", &()).expect_reject(RejectCode::FunctionUnknown);
    assert_eq!((chain.storage_of(probe), chain.events().len()), (storage, 0));
}

#[test]
fn what_cannot_be_a_call_is_said_at_once() {
    let (mut chain, alice, probe) = probe();
    assert!(panic_of(|| chain.call(alice, probe, "two words", &())).contains("cannot be a function"));
    assert!(panic_of(|| chain.call(alice, probe, "keep", &vec![0u8; 70_000])).contains("a call carries 65536"));
    assert!(panic_of(|| chain.last().expect_no_event(&"x".repeat(33)).result.is_ok()).contains("longer than 32 bytes"));
}
