//! What a transaction may and may not do, alone and in a block.
#![allow(clippy::unwrap_used, clippy::type_complexity)]

use tacit_exec::testing::{MemoryChain, START_BALANCE, TestKey, later, sign, transfer};
use tacit_types::keys::MultisigPolicy;
use tacit_types::tx::IndexedSignature;
use tacit_types::*;

fn refused(chain: &MemoryChain, tx: &Tx) -> RejectCode {
    chain.check(tx).expect_err("must be refused").code
}

#[test]
fn a_transfer_moves_money_and_pays_its_fee() {
    let mut chain = MemoryChain::new(1, 2);
    let [alice, bob] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    let tx = chain.transfer(&alice, bob.address(), 500);
    let executed = chain.run(&[tx]);
    let receipt = &executed.receipts[0];
    assert!(receipt.succeeded());
    assert_eq!(chain.account(&bob.address()).balance.0, START_BALANCE.0 + 500);
    assert_eq!(chain.account(&alice.address()).balance.0, START_BALANCE.0 - 500 - receipt.fee.0);
    assert_eq!(chain.account(&alice.address()).sequence, Sequence(1));
    // Base fee 1 is burnt, tip 2 goes to the proposer.
    assert_eq!(receipt.fee.0, u128::from(receipt.gas_used.0) * 3);
    assert_eq!(executed.burnt.0, u128::from(receipt.gas_used.0));
    assert_eq!(chain.account(&chain.validators[0].address()).balance.0, u128::from(receipt.gas_used.0) * 2);
}

#[test]
fn a_transfer_to_oneself_costs_the_fee_and_nothing_else() {
    let mut chain = MemoryChain::new(1, 1);
    let alice = chain.accounts[0].clone();
    let tx = chain.transfer(&alice, alice.address(), START_BALANCE.0 / 2);
    let executed = chain.run(&[tx]);
    assert!(executed.receipts[0].succeeded());
    assert_eq!(chain.account(&alice.address()).balance.0, START_BALANCE.0 - executed.receipts[0].fee.0);
}

#[test]
fn a_transfer_beyond_the_balance_fails_keeps_fee_and_sequence_and_moves_nothing() {
    let mut chain = MemoryChain::new(1, 2);
    let [alice, bob] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    for amount in [START_BALANCE.0, u128::MAX] {
        let before = chain.account(&alice.address());
        let tx = chain.transfer(&alice, bob.address(), amount);
        let executed = chain.run(&[tx]);
        let receipt = &executed.receipts[0];
        assert_eq!(receipt.reject(), Some(RejectCode::InsufficientBalance));
        assert!(receipt.events.is_empty());
        let after = chain.account(&alice.address());
        assert_eq!(after.balance.0, before.balance.0 - receipt.fee.0);
        assert_eq!(after.sequence, later(before.sequence, 1));
        assert_eq!(chain.account(&bob.address()).balance, START_BALANCE);
    }
}

#[test]
fn all_actions_of_a_transaction_happen_or_none_does() {
    let mut chain = MemoryChain::new(1, 2);
    let [alice, bob] = [chain.accounts[0].clone(), chain.accounts[1].clone()];
    let actions = vec![transfer(bob.address(), 1), transfer(bob.address(), u128::MAX)];
    let tx = chain.tx(&alice, actions);
    let executed = chain.run(&[tx]);
    assert_eq!(executed.receipts[0].failed_action, 1);
    assert_eq!(chain.account(&bob.address()).balance, START_BALANCE);
}

#[test]
fn money_received_in_a_block_pays_fees_from_the_next_block_on() {
    let mut chain = MemoryChain::new(1, 1);
    let [alice, carol] = [chain.accounts[0].clone(), TestKey::new(77)];
    let gift = chain.transfer(&alice, carol.address(), 1_000_000_000);
    let spend = chain.transfer(&carol, alice.address(), 1);
    let block = chain.build(&[gift.clone(), spend.clone()]);
    assert_eq!(block.body.txs.len(), 1, "the second cannot be charged yet");
    chain.commit(&block);
    assert!(chain.run(&[spend]).receipts[0].succeeded());
}

#[test]
fn a_transaction_for_another_chain_is_refused() {
    let chain = MemoryChain::new(1, 1);
    let alice = &chain.accounts[0];
    let mut body = chain.body(alice, vec![transfer(alice.address(), 1)]);
    body.genesis_id = GenesisId::of(&[b"elsewhere"]);
    assert_eq!(refused(&chain, &sign(alice, body)), RejectCode::WrongGenesis);
}

#[test]
fn a_changed_body_a_changed_signature_and_a_foreign_key_are_refused() {
    let chain = MemoryChain::new(1, 2);
    let [alice, bob] = [&chain.accounts[0], &chain.accounts[1]];
    let good = chain.transfer(alice, bob.address(), 1);
    assert!(chain.check(&good).is_ok());
    let mut changed = good.clone();
    changed.body.max_tip_per_gas = Price(3);
    assert_eq!(refused(&chain, &changed), RejectCode::SignatureInvalid);
    for byte in 0..64 {
        let mut signature = good.witness.signatures[0];
        signature.signature.0[byte] ^= 1;
        let mut changed = good.clone();
        changed.witness.signatures = List::new(vec![signature]).unwrap();
        assert_eq!(refused(&chain, &changed), RejectCode::SignatureInvalid, "byte {byte}");
    }
    let foreign = sign(bob, chain.body(alice, vec![transfer(bob.address(), 1)]));
    assert_eq!(refused(&chain, &foreign), RejectCode::SignatureInvalid);
}

#[test]
fn the_form_of_a_transaction_is_checked_before_its_signature() {
    let chain = MemoryChain::new(1, 1);
    let alice = &chain.accounts[0];
    let action = || vec![transfer(alice.address(), 1)];
    let cases: Vec<(RejectCode, Box<dyn Fn(&mut TxBody)>)> = vec![
        (RejectCode::UnknownVersion, Box::new(|body| body.version = 2)),
        (RejectCode::NoActions, Box::new(|body| body.actions = List::empty())),
        (RejectCode::GasLimitTooLow, Box::new(|body| body.gas_limit = Gas(100))),
        (RejectCode::GasLimitTooHigh, Box::new(|body| body.gas_limit = Gas(limits::BLOCK_GAS_MAX + 1))),
        (RejectCode::TipAboveMaxFee, Box::new(|body| body.max_tip_per_gas = Price(1_001))),
    ];
    for (code, change) in cases {
        let mut body = chain.body(alice, action());
        change(&mut body);
        assert_eq!(refused(&chain, &sign(alice, body)), code);
    }
    assert_eq!(refused(&chain, &chain.transfer(alice, alice.address(), 0)), RejectCode::ZeroAmount);
}

#[test]
fn missing_and_surplus_signatures_and_proofs_are_refused() {
    let chain = MemoryChain::new(1, 1);
    let alice = &chain.accounts[0];
    let good = chain.transfer(alice, alice.address(), 1);
    let signature = good.witness.signatures[0];
    let with = |signatures: Vec<IndexedSignature>| {
        let mut tx = good.clone();
        tx.witness.signatures = List::new(signatures).unwrap();
        refused(&chain, &tx)
    };
    assert_eq!(with(vec![]), RejectCode::SignatureCount);
    assert_eq!(with(vec![signature, signature]), RejectCode::SignatureCount);
    assert_eq!(with(vec![IndexedSignature { key_index: 1, ..signature }]), RejectCode::SignatureCount);
    let mut tx = good.clone();
    tx.witness.proofs = List::new(vec![ProofBytes([0; 128])]).unwrap();
    assert_eq!(refused(&chain, &tx), RejectCode::ProofCount);
}

#[test]
fn truncated_padded_and_random_bytes_are_refused_without_a_panic() {
    let chain = MemoryChain::new(1, 1);
    let alice = &chain.accounts[0];
    let good = chain.transfer(alice, alice.address(), 1).encode();
    let check =
        |bytes: Vec<u8>| tacit_exec::stateless::check_one(&chain.rules, RawTx::new(bytes).unwrap(), [1; 32]).is_ok();
    assert!(check(good.clone()));
    for length in 0..good.len() {
        assert!(!check(good[..length].to_vec()), "cut to {length}");
    }
    let mut padded = good.clone();
    padded.push(0);
    assert!(!check(padded));
    for position in 0..good.len() {
        let mut flipped = good.clone();
        flipped[position] ^= 0x80;
        assert!(!check(flipped), "flipped byte {position}");
    }
}

#[test]
fn a_multisig_account_needs_exactly_its_threshold_in_order() {
    let mut chain = MemoryChain::new(1, 1);
    let funder = chain.accounts[0].clone();
    let mut keys: Vec<TestKey> = (200..203).map(TestKey::new).collect();
    keys.sort_by_key(TestKey::public);
    let policy = MultisigPolicy::new(2, keys.iter().map(TestKey::public).collect()).unwrap();
    let shared = Address::of_multisig(&policy);
    let gift = chain.transfer(&funder, shared, 1_000_000_000_000);
    chain.run(&[gift]);
    let mut body = chain.body(&funder, vec![transfer(funder.address(), 5)]);
    body.authorization = Authorization::Multisig { policy: policy.clone(), sequence: Sequence(0) };
    let signed = |body: &TxBody, by: &[usize]| {
        let message = body.sign_bytes();
        let signatures = by
            .iter()
            .map(|index| IndexedSignature {
                key_index: u8::try_from(*index).unwrap(),
                signature: keys.get(*index).map_or(Signature([0; 64]), |key| key.sign(&message)),
            })
            .collect();
        let witness =
            Witness { signatures: List::new(signatures).unwrap(), proofs: List::empty(), ..Witness::default() };
        Tx { body: body.clone(), witness }
    };
    for by in [&[0usize][..], &[0, 1, 2], &[1, 0], &[1, 1], &[0, 3]] {
        assert_eq!(refused(&chain, &signed(&body, by)), RejectCode::SignatureCount, "{by:?}");
    }
    let mut forged = signed(&body, &[0, 2]);
    let mut list = forged.witness.signatures.to_vec();
    list[1].signature = list[0].signature;
    forged.witness.signatures = List::new(list).unwrap();
    assert_eq!(refused(&chain, &forged), RejectCode::SignatureInvalid);
    let good = signed(&body, &[0, 2]);
    assert!(chain.run(&[good]).receipts[0].succeeded());
    assert_eq!(chain.account(&shared).sequence, Sequence(1));

    let mut bad = body.clone();
    let unsorted = List::new(policy.keys.iter().rev().copied().collect()).unwrap();
    bad.authorization =
        Authorization::Multisig { policy: MultisigPolicy { threshold: 2, keys: unsorted }, sequence: Sequence(0) };
    assert_eq!(refused(&chain, &signed(&bad, &[0, 1])), RejectCode::PolicyInvalid);
}

#[test]
fn verdicts_do_not_depend_on_company_seed_or_threads() {
    let chain = MemoryChain::new(1, 100);
    let mut raws = Vec::new();
    let mut expected = Vec::new();
    for (index, key) in chain.accounts.iter().enumerate() {
        let mut tx = chain.transfer(key, key.address(), 1);
        let good = index % 7 != 3;
        if !good {
            tx.body.expiry = Height(tx.body.expiry.0 + 1);
        }
        raws.push(RawTx::new(tx.encode()).unwrap());
        expected.push(good);
    }
    for seed in [[0; 32], [1; 32], [255; 32]] {
        for threads in [1, 2, 3] {
            let verdicts = tacit_exec::stateless::check_all(&chain.rules, raws.clone(), seed, threads);
            let good: Vec<bool> = verdicts.iter().map(Result::is_ok).collect();
            assert_eq!(good, expected, "seed {seed:?}, {threads} threads");
        }
    }
}
