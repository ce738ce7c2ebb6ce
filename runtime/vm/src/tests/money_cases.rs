//! Cases of `docs/spec/contract-attacks.md` about what changes: nothing below a static call, and money only where it is and fits.

use super::nested::{Site, answers, bytes_at, next, runs};
use super::support::{BOB, Chain};
use crate::{Trap, VmReject};
use tacit_abi::{CALLEE_FAILED, CONTRACT_UNKNOWN, INSUFFICIENT_BALANCE, OK, RECIPIENT_REFUSED};
use tacit_types::{Address, AssetId, CodeHash};

/// Everything that changes something. The amount at 816 is one.
fn changing() -> Vec<String> {
    let create = "(call $create (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 800) (i64.const -1) (i32.const 0))";
    let with_money = |host: &str| {
        format!(
            "(call ${host} (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 816)
                (i64.const 1000) (i32.const 0))"
        )
    };
    [
        "(call $storage_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))",
        "(call $storage_remove (i32.const 0) (i32.const 1))",
        "(call $transient_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))",
        "(call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $transfer (i32.const 0) (i32.const 800))",
        "(call $asset_transfer (i32.const 0) (i32.const 0) (i32.const 800))",
        "(call $defer_call (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 800) (i64.const 1))",
        "(call $set_code (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 1))",
        create,
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(["call", "try_call"].map(with_money))
    .collect()
}

#[test]
fn case_49_nothing_is_changed_below_a_static_call_however_deep() {
    for call in changing() {
        let mut chain = Chain::new();
        let writer = chain.text(&format!("(data (i32.const 816) \"\\01\") (func (export \"run\") (drop {call}))"));
        chain.world.balances.insert(writer, 100);
        chain.world.governed.insert(writer);
        // A view from outside; a static call; a static call over another contract that calls on.
        assert_eq!(chain.view(writer, "run", &[]).result, Err(VmReject::Trapped(Trap::StaticWrite)), "{call}");
        let looker = chain.text(&runs(&[Site::new(0, writer, "run", "static_call")], ""));
        let before = chain.world.clone();
        let deep: Vec<Address> = ["call", "try_call"]
            .map(|host| chain.text(&runs(&[Site::new(0, writer, "run", host)], "")))
            .map(|middle| chain.text(&runs(&[Site::new(0, middle, "run", "static_call")], "")))
            .to_vec();
        for top in [looker].into_iter().chain(deep) {
            let outcome = chain.call(top, "run", &[]);
            let expected = if outcome.frames.len() == 3 && outcome.frames[1].result.as_ref().is_some_and(Result::is_ok)
            {
                4
            } else {
                CALLEE_FAILED
            };
            assert_eq!(answers(&outcome), [expected], "{call}");
            let innermost = outcome.frames.last().unwrap();
            assert_eq!(innermost.result, Some(Err(VmReject::Trapped(Trap::StaticWrite))), "{call}");
            assert!(innermost.is_static);
        }
        assert_eq!((&chain.world.storage, &chain.world.balances), (&before.storage, &before.balances), "{call}");
        assert_eq!(chain.world.events, before.events, "{call}");
    }
}

/// Pays the amount of its input, of native money and of an asset, to `to`, and returns the two answers.
fn pays(to: Address, asset: AssetId) -> String {
    format!(
        "{} {} (func (export \"run\") (call $input_copy (i32.const 64) (i32.const 0) (i32.const 16))
            (i32.store (i32.const 700) (call $transfer (i32.const 0) (i32.const 64)))
            (i32.store (i32.const 704) (call $asset_transfer (i32.const 32) (i32.const 0) (i32.const 64)))
            (call $return_data (i32.const 700) (i32.const 8)))",
        bytes_at(0, &to.0),
        bytes_at(32, &asset.0)
    )
}

#[test]
fn case_50_money_to_oneself_to_nobody_and_beyond_what_fits() {
    const ASSET: AssetId = AssetId([0xaa; 32]);
    const MAX: u128 = u128::MAX;
    // Who gets it has so much; the payer has 100, or everything there can be.
    for (is_self, had, held, amount, answer) in [
        (true, 0, 100, 40, OK),
        (true, 0, 100, 100, OK),
        (true, 0, 100, 0, OK),
        (true, 0, 100, 101, INSUFFICIENT_BALANCE),
        (true, 0, MAX, MAX, OK),
        (true, 0, MAX, 1, OK),
        (false, 0, 100, 100, OK),
        (false, 0, 100, 101, INSUFFICIENT_BALANCE),
        (false, 0, 100, MAX, INSUFFICIENT_BALANCE),
        (false, MAX, 100, 1, RECIPIENT_REFUSED),
        (false, MAX, 100, 0, OK),
        (false, MAX - 99, 100, 100, RECIPIENT_REFUSED),
        (false, MAX - 100, 100, 100, OK),
    ] {
        let mut chain = Chain::new();
        let payer = next(&chain);
        let to = if is_self { payer } else { BOB };
        assert_eq!(chain.text(&pays(to, ASSET)), payer);
        let moves = |had: u128, held: u128| {
            let moved = if answer == OK && !is_self { amount } else { 0 };
            [(to, had + if is_self { held } else { moved }), (payer, held - moved)]
        };
        for (address, amount) in [(BOB, had), (payer, held)] {
            chain.world.balances.insert(address, amount);
            chain.world.assets.insert((ASSET, address), amount);
        }
        let outcome = chain.call(payer, "run", &amount.to_le_bytes());
        assert_eq!(answers(&outcome), [answer; 2], "{amount} of {held} to {to:?}");
        for (address, expected) in moves(had, held) {
            let balance = chain.world.balances.get(&address).copied().unwrap_or_default();
            let units = chain.world.assets.get(&(ASSET, address)).copied().unwrap_or_default();
            assert_eq!((balance, units), (expected, expected), "{amount} of {held} to {to:?}");
        }
    }
}

#[test]
fn case_50_money_that_goes_along_with_a_call_moves_or_says_why_not() {
    for (host, amount, had, known, expected) in [
        ("try_call", 101, 0, true, Ok(INSUFFICIENT_BALANCE)),
        ("try_call", 1, u128::MAX, true, Ok(RECIPIENT_REFUSED)),
        ("try_call", 100, 0, false, Ok(CONTRACT_UNKNOWN)),
        ("try_call", 100, 0, true, Ok(OK)),
        ("call", 101, 0, true, Err(VmReject::InsufficientBalance)),
        ("call", 1, u128::MAX, true, Err(VmReject::RecipientRefused)),
        ("call", 100, 0, false, Err(VmReject::ContractUnknown)),
        ("call", 100, 0, true, Ok(OK)),
        // Deferred, the money is looked at when the call runs, and takes everything with it.
        ("defer_call", 101, 0, true, Err(VmReject::InsufficientBalance)),
        ("defer_call", 1, u128::MAX, true, Err(VmReject::RecipientRefused)),
        ("defer_call", 100, 0, false, Err(VmReject::ContractUnknown)),
        ("defer_call", 100, 0, true, Ok(OK)),
    ] {
        let mut chain = Chain::new();
        let callee = chain.text("(func (export \"nothing\"))");
        let to = if known { callee } else { Address([0xee; 32]) };
        let site = Site::new(0, to, "nothing", host).gas(500_000);
        let caller = chain.text(&runs(&[site], &bytes_at(800, &(amount as u128).to_le_bytes())));
        chain.world.balances.extend([(caller, 100), (to, had)]);
        chain.world.commit();
        let outcome = chain.call(caller, "run", &[]);
        let result = outcome.result.clone().map(|_| answers(&outcome)[0]);
        assert_eq!(result, expected, "{host} of {amount} to one with {had}, known: {known}");
        let moved = if expected == Ok(OK) { amount as u128 } else { 0 };
        let left = |address| chain.world.balances.get(&address).copied().unwrap_or_default();
        assert_eq!((left(caller), left(to)), (100 - moved, had + moved), "{host} of {amount}");
    }
}

#[test]
fn case_55_a_contract_that_was_there_is_there_after_anything_it_does() {
    let mut chain = Chain::new();
    for call in changing() {
        let contract = chain.text(&format!("(data (i32.const 816) \"\\01\") (func (export \"run\") (drop {call}))"));
        chain.world.governed.insert(contract);
        let code: CodeHash = chain.world.contracts[&contract];
        let _ = chain.call(contract, "run", &[]);
        assert_eq!(chain.world.contracts.get(&contract), Some(&code), "{call}");
    }
}
