//! The simulator's README: every piece of code on it stands in a test here, as it stands there.

use crate::guests::{artifact, token};
use std::path::Path;
use tacit_simulator::{
    Amount, BLOCK_MS, Chain, Claim, ContractPolicy, InstantiateOptions, PausePolicy, ProvingKeys, RejectCode,
    UpgradePolicy,
};

const PAGE: &str = include_str!("../../README.md");
const HERE: &str = include_str!("documented.rs");

/// The code of a text without the spaces at the beginnings of lines.
fn flat(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_piece_of_code_on_the_page_is_in_a_test() {
    let here = flat(HERE);
    let pieces: Vec<&str> = PAGE.split("```rust\n").skip(1).map(|piece| piece.split("```").next().unwrap()).collect();
    assert_eq!(pieces.len(), 9);
    for piece in pieces {
        assert!(here.contains(&flat(piece)), "only on the page:\n{piece}");
    }
}

#[test]
fn accounts_calls_events_failures() {
    let wasm = artifact("token");
    let mut chain = Chain::new();
    let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    let code = chain.deploy_as("token", &wasm).unwrap();
    let token = chain.instantiate(alice, code, &(Amount(1_000),)).unwrap();
    chain.call(alice, token, "transfer", &(bob, Amount(5))).ok().expect_event("Transferred", &(alice, bob, Amount(5)));
    chain.call(alice, token, "transfer", &(bob, Amount(996))).expect_revert(1);
    chain.call(alice, token, "no_such_function", &()).expect_reject(RejectCode::FunctionUnknown);
    assert_eq!(chain.view(token, "balance_of", &(bob,)), Ok(Amount(5)));
}

#[test]
fn money_that_comes_from_nowhere() {
    let (mut chain, alice, bob, _) = token();
    chain.deal(bob, Amount(7));
    assert_eq!(chain.balance(bob), Amount(7));
    let gold = chain.create_asset(alice, "GOLD", Amount(10), Amount(100)).unwrap();
    chain.deal_asset(gold, bob, Amount(90));
    assert_eq!(chain.asset_balance(gold, bob), Amount(90));
    chain.check_money().unwrap();
}

#[test]
fn acting_for_somebody() {
    let (mut chain, alice, bob, token) = token();
    chain.call(alice, token, "transfer", &(token, Amount(9))).ok();
    chain.prank(token).call(token, token, "transfer", &(bob, Amount(9))).ok();
    assert_eq!(chain.view(token, "balance_of", &(bob,)), Ok(Amount(9)));
}

#[test]
fn time_height_blocks() {
    let (mut chain, alice, bob, token) = token();
    let (time, height) = (chain.time(), chain.height());
    chain.warp(3_600_000);
    chain.roll(10);
    assert_eq!(chain.height().0, height.0 + 10);
    assert_eq!(chain.time().0, time.0 + 3_600_000 + 10 * BLOCK_MS);
    let outcomes = chain.block(|block| {
        block.call(alice, token, "transfer", &(bob, Amount(3)));
        block.call(bob, token, "transfer", &(alice, Amount(4)));
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(1);
    assert_eq!(chain.height().0, height.0 + 11);
}

#[test]
fn going_back() {
    let (mut chain, alice, bob, token) = token();
    let point = chain.snapshot();
    chain.call(alice, token, "transfer", &(bob, Amount(1_000))).ok();
    chain.revert(&point);
    assert_eq!(chain.view(token, "balance_of", &(bob,)), Ok(Amount(0)));
    let could = chain.attempt(|chain| chain.call(alice, token, "transfer", &(bob, Amount(1_000))).result.is_ok());
    assert!(could && chain.view(token, "balance_of", &(bob,)) == Ok(Amount(0)));
}

#[test]
fn what_always_holds() {
    let (mut chain, alice, bob, token) = token();
    chain.invariant("alice and bob have everything", move |chain| {
        let held = |who| chain.view::<Amount>(token, "balance_of", &(who,)).unwrap().0;
        let sum = held(alice) + held(bob);
        if sum == 1_000 { Ok(()) } else { Err(format!("they have {sum}")) }
    });
    chain.call(alice, token, "transfer", &(bob, Amount(400))).ok();
}

#[test]
fn pauses_and_new_code() {
    const DAY: u64 = 24 * 3_600_000;
    let mut chain = Chain::new();
    let (admin, guard) = (chain.account("admin"), chain.account("guard"));
    let [old, new] = ["tariff", "tariff_next"].map(|name| chain.deploy_as(name, &artifact(name)).unwrap());
    let policy = ContractPolicy {
        upgrade: UpgradePolicy::Timelocked { admin, delay_ms: DAY },
        pause: Some(PausePolicy { pauser: guard, unpauser: admin, longest_ms: DAY }),
    };
    let options = InstantiateOptions::new().policy(policy);
    let tariff = chain.instantiate_with(admin, old, &(admin, Amount(5)), options).unwrap();
    chain.pause(guard, tariff, DAY).ok();
    chain.call(admin, tariff, "set_price", &(Amount(7),)).expect_reject(RejectCode::ContractPaused);
    chain.unpause(admin, tariff).ok();
    chain.call(admin, tariff, "set_price", &(Amount(7),)).ok();

    chain.announce(admin, tariff, new, &(Amount(2),)).ok();
    chain.upgrade(admin, tariff).expect_reject(RejectCode::UpgradeNotReady);
    chain.warp(DAY);
    chain.upgrade(admin, tariff).ok();
    assert_eq!(chain.view(tariff, "price", &()), Ok(Amount(7)), "what the old code stored");
    assert_eq!(chain.view(tariff, "discount", &()), Ok(Amount(2)), "what `migrate` was given");
}

#[test]
fn proofs() {
    let keys = ProvingKeys::development(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys"));
    let (mut chain, alice, bob, _) = token();
    let claim = Claim::Range { value: 30, blinding: 7, low: 18, high: 150 };
    let proved = chain.prove(&keys, alice, "entry", &claim).unwrap();
    let wrong = Claim::Range { value: 17, blinding: 7, low: 18, high: 150 };
    chain.prove(&keys, alice, "entry", &wrong).unwrap_err();
    chain.assume_proved(bob, &proved.statement).ok();
}

#[test]
fn gas() {
    let (mut chain, alice, bob, token) = token();
    chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
    let lines = chain.gas_report().to_lines();
    assert!(lines.contains("token transfer 1 "), "{lines}");
}
