//! What contracts pay to a sender that has no account.

use crate::support::*;
use tacit_exec::testing::{MemoryChain, TestKey, sign};
use tacit_types::action::{Call, Deploy, Instantiate, Transfer};
use tacit_types::asset::{AssetCreate, Sweep, asset_id};
use tacit_types::contract::ContractPolicy;
use tacit_types::*;

/// Pays its caller what the input says: an asset and an amount. With one byte more, it gives up afterwards.
const PURSE: &str = r#"(module
    (import "v1" "caller" (func $caller (param i32)))
    (import "v1" "input_len" (func $input_len (result i32)))
    (import "v1" "input_copy" (func $input_copy (param i32 i32 i32)))
    (import "v1" "asset_transfer" (func $pay (param i32 i32 i32) (result i32)))
    (memory 1)
    (func (export "init"))
    (func (export "take")
        (call $caller (i32.const 0)) (call $input_copy (i32.const 32) (i32.const 0) (i32.const 48))
        (if (call $pay (i32.const 32) (i32.const 0) (i32.const 64)) (then unreachable))
        (if (i32.gt_u (call $input_len) (i32.const 48)) (then unreachable))))"#;

/// A chain with a rich pool, an asset, and a contract that owns 1,000 of it and of native money.
fn with_purse() -> (MemoryChain, AssetId, Address) {
    let (mut chain, owner) = rich_pool();
    let gold = asset_id(&owner.address(), chain.account(&owner.address()).sequence, 0);
    let code = wat::parse_str(PURSE).unwrap();
    let purse = Address::of_contract(&owner.address(), &CodeHash::of(&[&code]), &[0; 32]);
    let symbol = Name::new("GOLD").unwrap();
    let pay = |asset| Action::Transfer(Transfer { asset, to: purse, amount: Amount(1_000) });
    let actions = vec![
        Action::AssetCreate(AssetCreate { symbol, decimals: 0, supply: Amount(1_000), cap: Amount(1_000) }),
        Action::Deploy(Deploy { code: Bytes::new(code.clone()).unwrap() }),
        Action::Instantiate(Instantiate {
            code_hash: CodeHash::of(&[&code]),
            salt: [0; 32],
            input: Bytes::default(),
            value: Amount(0),
            policy: ContractPolicy::default(),
        }),
        pay(gold),
        pay(AssetId::NATIVE),
    ];
    let tx = rich(&chain, &owner, actions);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    (chain, gold, purse)
}

fn rich(chain: &MemoryChain, sender: &TestKey, actions: Vec<Action>) -> Tx {
    let mut body = chain.body(sender, actions);
    body.gas_limit = Gas(60_000_000);
    sign(sender, body)
}

fn balance(chain: &MemoryChain, asset: AssetId, address: &Address) -> u128 {
    if asset == AssetId::NATIVE { chain.account(address).balance.0 } else { chain.asset_balance(&asset, address) }
}

fn take(purse: Address, asset: AssetId, amount: u128, more: &[u8]) -> Action {
    let input = [&asset.0[..], &amount.to_le_bytes(), more].concat();
    Action::Call(Call {
        contract: purse,
        function: Name::new("take").unwrap(),
        input: Bytes::new(input).unwrap(),
        value: Amount(0),
    })
}

#[test]
fn attack_50_what_a_contract_pays_to_nobody_is_held_of_every_asset_and_swept() {
    let (mut chain, gold, purse) = with_purse();
    for (number, asset) in [(20, gold), (21, AssetId::NATIVE)] {
        let to = Address([7; 32]);
        let payment = join_split(&chain, number, fee());
        let sender = payment.one_time_address();
        let calls = [take(purse, asset, 300, &[]), take(purse, asset, 50, &[])];
        let [first, second] = calls;
        let tx = by_nobody(&chain, vec![action(payment), first, second, Action::Sweep(Sweep { asset, to })]);
        assert_eq!(codes(&mut chain, &[tx]), [0]);
        assert_eq!(balance(&chain, asset, &to), 350);
        assert_eq!(balance(&chain, asset, &sender), 0, "nothing stays where nobody can spend it");
    }
}

#[test]
fn a_body_that_leaves_what_a_contract_paid_to_nobody_fails() {
    let (mut chain, gold, purse) = with_purse();
    let tx = by_nobody(&chain, vec![action(join_split(&chain, 20, fee())), take(purse, gold, 300, &[])]);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::ScratchNotEmpty);
    assert_eq!(chain.asset_balance(&gold, &purse), 1_000);
}

#[test]
fn a_gift_that_came_before_is_no_earning() {
    let (mut chain, gold, purse) = with_purse();
    let payment = join_split(&chain, 20, fee());
    let sender = payment.one_time_address();
    let owner = chain.accounts[0].clone();
    let gift = take(purse, gold, 10, &[]);
    let pass_on = Action::Transfer(Transfer { asset: gold, to: sender, amount: Amount(10) });
    let gift = rich(&chain, &owner, vec![gift, pass_on]);
    let to = Address([7; 32]);
    let tx =
        by_nobody(&chain, vec![action(payment), take(purse, gold, 300, &[]), Action::Sweep(Sweep { asset: gold, to })]);
    assert_eq!(codes(&mut chain, &[gift, tx]), [0, 0]);
    assert_eq!((chain.asset_balance(&gold, &to), chain.asset_balance(&gold, &sender)), (300, 10));
}

#[test]
fn what_a_failed_call_paid_is_earned_by_nobody() {
    let (mut chain, gold, purse) = with_purse();
    let tx = by_nobody(
        &chain,
        vec![
            action(join_split(&chain, 20, fee())),
            take(purse, gold, 300, &[1]),
            Action::Sweep(Sweep { asset: gold, to: Address([7; 32]) }),
        ],
    );
    assert_eq!(body_failure(&mut chain, tx), RejectCode::ContractTrapped);
    assert_eq!(chain.asset_balance(&gold, &purse), 1_000);
}
