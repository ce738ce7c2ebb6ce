//! What a transaction holds between its actions.

use crate::support::*;
use tacit_exec::testing::transfer;
use tacit_types::asset::Sweep;
use tacit_types::*;

fn sweep(to: Address) -> Action {
    Action::Sweep(Sweep { asset: AssetId::NATIVE, to })
}

#[test]
fn unshielded_money_pays_several_people_and_the_rest_is_swept() {
    let (mut chain, _) = rich_pool();
    let [a, b, c] = [[1; 32], [2; 32], [3; 32]].map(Address);
    let body = vec![
        action(join_split(&chain, 20, fee())),
        action(join_split(&chain, 21, out_of_pool(AssetId::NATIVE, 100))),
        transfer(a, 30),
        transfer(b, 50),
        sweep(c),
        sweep(c),
    ];
    let tx = by_nobody(&chain, body);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    assert_eq!([a, b, c].map(|who| chain.account(&who).balance.0), [30, 50, 20]);
}

#[test]
fn money_left_at_the_end_fails_the_body() {
    let (mut chain, sender) = rich_pool();
    let pool = chain.turnstile(&AssetId::NATIVE);
    let unshield = action(join_split(&chain, 20, out_of_pool(AssetId::NATIVE, 100)));
    let tx = by_account(&chain, &sender, vec![unshield, transfer(Address([1; 32]), 99)]);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::ScratchNotEmpty);
    assert_eq!((chain.turnstile(&AssetId::NATIVE), chain.account(&Address([1; 32])).balance.0), (pool, 0));
}

#[test]
fn an_account_adds_what_the_transaction_lacks_and_nobody_adds_for_nobody() {
    let (mut chain, sender) = rich_pool();
    let before = chain.account(&sender.address()).balance.0;
    let out = |number| action(join_split(&chain, number, out_of_pool(AssetId::NATIVE, 100)));
    let (by_sender, alone) =
        (vec![out(20), transfer(Address([1; 32]), 150)], vec![out(21), transfer(Address([1; 32]), 101)]);
    let tx = by_account(&chain, &sender, by_sender);
    let executed = chain.run_unproven(&[tx]).unwrap();
    assert_eq!(executed.receipts[0].code, 0);
    assert_eq!(chain.account(&sender.address()).balance.0, before - 50 - executed.receipts[0].fee.0);
    let actions = [vec![action(join_split(&chain, 22, fee()))], alone].concat();
    let tx = by_nobody(&chain, actions);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::InsufficientBalance);
}

#[test]
fn money_goes_round_out_of_the_pool_and_back_in() {
    let (mut chain, _) = rich_pool();
    let pool = chain.turnstile(&AssetId::NATIVE);
    let body = vec![
        action(join_split(&chain, 20, fee())),
        action(join_split(&chain, 21, out_of_pool(AssetId::NATIVE, 100))),
        action(join_split(&chain, 22, into_pool(AssetId::NATIVE, 100))),
    ];
    let tx = by_nobody(&chain, body);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    assert_eq!(chain.turnstile(&AssetId::NATIVE), pool - GAS.cost(PRICE).0);
}

/// Anybody sees a waiting transaction and can compute its one-time address.
#[test]
fn a_gift_to_the_one_time_address_cannot_fail_the_body() {
    let (mut chain, sender) = rich_pool();
    let body = vec![
        action(join_split(&chain, 20, fee())),
        action(join_split(&chain, 21, out_of_pool(AssetId::NATIVE, 100))),
        sweep(Address([1; 32])),
    ];
    let tx = by_nobody(&chain, body);
    let gift = chain.transfer(&sender, tx.body.sender(), 5);
    assert_eq!(codes(&mut chain, &[gift, tx]), [0, 0]);
    assert_eq!(chain.account(&Address([1; 32])).balance.0, 100);
}
