//! Transactions that no account pays for.

use crate::support::*;
use tacit_exec::testing::transfer;
use tacit_types::shielded::PublicValue;
use tacit_types::*;

#[test]
fn the_fee_leaves_the_pool_whole_and_is_burnt_and_tipped() {
    let (mut chain, _) = rich_pool();
    let (pool, supply) = (chain.turnstile(&AssetId::NATIVE), chain.supply());
    let proposer = chain.next().validators.proposer(chain.next().height, Round(0)).address();
    let tipped = chain.account(&proposer).balance.0;
    let base_fee = chain.next().base_fee;
    let tx = by_nobody(&chain, vec![action(join_split(&chain, 20, fee()))]);
    let executed = chain.run_unproven(&[tx]).unwrap();
    let paid = GAS.cost(PRICE).0;
    let receipt = &executed.receipts[0];
    assert_eq!((receipt.code, receipt.fee.0), (0, paid));
    assert!(receipt.gas_used.0 < GAS.0);
    assert_eq!(chain.turnstile(&AssetId::NATIVE), pool - paid);
    let burnt = GAS.cost(base_fee).0;
    assert_eq!((executed.burnt.0, chain.supply()), (burnt, supply - burnt));
    assert_eq!(chain.account(&proposer).balance.0, tipped + paid - burnt);
}

#[test]
fn a_failing_body_keeps_the_payment_and_nothing_else() {
    let (mut chain, _) = rich_pool();
    let notes = chain.note_tree().notes;
    let body = vec![
        action(join_split(&chain, 20, fee())),
        action(join_split(&chain, 21, PublicValue::None)),
        transfer(Address([1; 32]), 1),
    ];
    let tx = by_nobody(&chain, body);
    assert_eq!(body_failure(&mut chain, tx.clone()), RejectCode::InsufficientBalance);
    assert_eq!(chain.note_tree().notes, notes + 2);
    assert_eq!(refusal(&mut chain, tx), RejectCode::NoteSpent, "the same transaction again");
}

#[test]
fn a_shielded_transaction_without_the_right_payment_is_refused() {
    let (mut chain, sender) = rich_pool();
    let exact = GAS.cost(PRICE).0;
    let payments = [
        PublicValue::None,
        into_pool(AssetId::NATIVE, exact),
        out_of_pool(AssetId::NATIVE, exact - 1),
        out_of_pool(AssetId::NATIVE, exact + 1),
        out_of_pool(AssetId([5; 32]), exact),
    ];
    for payment in payments {
        let tx = by_nobody(&chain, vec![action(join_split(&chain, 20, payment))]);
        assert_eq!(refusal(&mut chain, tx), RejectCode::ShieldedFee, "{payment:?}");
    }
    let late = by_nobody(&chain, vec![transfer(Address([1; 32]), 1), action(join_split(&chain, 20, fee()))]);
    assert_eq!(refusal(&mut chain, late), RejectCode::ShieldedFee);
    let mut tipped = by_nobody(&chain, vec![action(join_split(&chain, 20, fee()))]);
    tipped.body.max_tip_per_gas = Price(PRICE.0 - 1);
    assert_eq!(refusal(&mut chain, tipped), RejectCode::ShieldedFee);
    let mut signed = by_nobody(&chain, vec![action(join_split(&chain, 20, fee()))]);
    let signature = tacit_types::tx::IndexedSignature { key_index: 0, signature: sender.sign(&[0; 32]) };
    signed.witness.signatures = List::new(vec![signature]).unwrap();
    assert_eq!(refusal(&mut chain, signed), RejectCode::SignatureCount);
}

#[test]
fn the_price_must_cover_the_base_fee() {
    let (mut chain, _) = rich_pool();
    let free = out_of_pool(AssetId::NATIVE, 0);
    let mut tx = by_nobody(&chain, vec![action(join_split(&chain, 20, free))]);
    tx.body.max_fee_per_gas = Price(0);
    tx.body.max_tip_per_gas = Price(0);
    assert_eq!(refusal(&mut chain, tx), RejectCode::ZeroAmount);
}

#[test]
fn spend_signatures_and_proofs_are_counted() {
    let (mut chain, sender) = rich_pool();
    let good = by_account(&chain, &sender, vec![action(join_split(&chain, 20, PublicValue::None))]);
    let mut missing = good.clone();
    missing.witness.spend_signatures = List::empty();
    assert_eq!(refusal(&mut chain, missing), RejectCode::SpendSignatureCount);
    let mut surplus = good.clone();
    let one = good.witness.spend_signatures[0];
    surplus.witness.spend_signatures = List::new(vec![one, one]).unwrap();
    assert_eq!(refusal(&mut chain, surplus), RejectCode::SpendSignatureCount);
    let mut unproven = good;
    unproven.witness.proofs = List::empty();
    assert_eq!(refusal(&mut chain, unproven), RejectCode::ProofCount);
}

#[test]
fn attack_31_a_spend_key_of_small_order_or_none_is_refused() {
    let (mut chain, sender) = rich_pool();
    // The identity (0, 1), the point of order two (0, -1), and bytes that are no point.
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut order_two = tacit_circuits::modulus_bytes().0;
    order_two[0] -= 1;
    for key in [identity, order_two, [0xff; 32]] {
        let mut bad = join_split(&chain, 20, PublicValue::None);
        bad.spend_key = tacit_types::shielded::SpendKeyBytes(key);
        let tx = by_account(&chain, &sender, vec![action(bad)]);
        assert_eq!(refusal(&mut chain, tx), RejectCode::SpendKeyInvalid);
    }
}
