//! Join-splits as short words.

use tacit_exec::Reject;
use tacit_exec::testing::{MemoryChain, TestKey, sign};
use tacit_types::shielded::{
    JoinSplit, MEMO_CIPHERTEXT_BYTES, MemoCiphertext, NOTE_CIPHERTEXT_BYTES, NoteCiphertext, NoteOutput, Nullifiers,
    OUTGOING_CIPHERTEXT_BYTES, OutgoingCiphertext, PublicValue, SpendKeyBytes, SpendSignature,
};
use tacit_types::tx::TX_VERSION;
use tacit_types::*;

/// The price that every shielded transaction here offers.
pub const PRICE: Price = Price(1_000);
/// The gas that every shielded transaction here asks for.
pub const GAS: Gas = Gas(5_000_000);

/// A field element that nobody else uses.
pub fn field(number: u64) -> FieldBytes {
    FieldBytes(tacit_circuits::FieldBytes::from(u128::from(number) + 1_000_000).0)
}

/// A join-split with two nullifiers and two outputs made of `number`, at the current anchor.
pub fn join_split(chain: &MemoryChain, number: u64, public_value: PublicValue) -> JoinSplit {
    let output = |commitment| NoteOutput {
        commitment,
        ephemeral_key: [7; 32],
        view_tag: 7,
        ciphertext: NoteCiphertext([7; NOTE_CIPHERTEXT_BYTES]),
        outgoing: OutgoingCiphertext([7; OUTGOING_CIPHERTEXT_BYTES]),
    };
    JoinSplit {
        anchor: chain.note_tree().root,
        nullifiers: Nullifiers::Two([field(4 * number), field(4 * number + 1)]),
        outputs: [output(field(4 * number + 2)), output(field(4 * number + 3))],
        public_value,
        spend_key: spend_key(number),
        memo: MemoCiphertext([7; MEMO_CIPHERTEXT_BYTES]),
    }
}

/// A spend key that decodes, another for each number.
pub fn spend_key(number: u64) -> SpendKeyBytes {
    let mut wide = [0; 64];
    wide[..8].copy_from_slice(&(number + 1).to_le_bytes());
    SpendKeyBytes(tacit_circuits::spend::SpendSecret::from_wide(&wide).unwrap().public().to_bytes())
}

pub fn into_pool(asset: AssetId, amount: u128) -> PublicValue {
    PublicValue::In { asset, amount: Amount(amount) }
}

pub fn out_of_pool(asset: AssetId, amount: u128) -> PublicValue {
    PublicValue::Out { asset, amount: Amount(amount) }
}

/// The public out that pays for a shielded transaction.
pub fn fee() -> PublicValue {
    out_of_pool(AssetId::NATIVE, GAS.cost(PRICE).0)
}

pub fn action(join_split: JoinSplit) -> Action {
    Action::JoinSplit(Box::new(join_split))
}

/// Witness entries of the right number; whoever checks them refuses them.
pub fn with_witness(mut tx: Tx) -> Tx {
    let proofs = (0..tx.body.proofs()).map(|_| ProofBytes([0; 128])).collect();
    let spends = tx.body.join_splits().map(|_| SpendSignature([0; 64])).collect();
    tx.witness.proofs = List::new(proofs).unwrap();
    tx.witness.spend_signatures = List::new(spends).unwrap();
    tx
}

/// An account's transaction.
pub fn by_account(chain: &MemoryChain, sender: &TestKey, actions: Vec<Action>) -> Tx {
    let mut body = chain.body(sender, actions);
    body.gas_limit = GAS;
    with_witness(sign(sender, body))
}

/// A shielded transaction: the first action pays.
pub fn by_nobody(chain: &MemoryChain, actions: Vec<Action>) -> Tx {
    let body = TxBody {
        version: TX_VERSION,
        genesis_id: chain.rules.genesis_id,
        expiry: Height(chain.tip.height.0 + 100),
        gas_limit: GAS,
        max_fee_per_gas: PRICE,
        max_tip_per_gas: PRICE,
        authorization: Authorization::Shielded,
        actions: List::new(actions).unwrap(),
    };
    with_witness(Tx { body, witness: Witness::default() })
}

/// A chain whose pool holds native money that any join-split may claim.
pub fn rich_pool() -> (MemoryChain, TestKey) {
    let mut chain = MemoryChain::new(1, 3);
    let sender = chain.accounts[0].clone();
    let value = into_pool(AssetId::NATIVE, 1_000_000_000_000);
    let shield = by_account(&chain, &sender, vec![action(join_split(&chain, 1, value))]);
    assert_eq!(codes(&mut chain, &[shield]), [0]);
    (chain, sender)
}

/// Runs a block; the receipts' codes.
pub fn codes(chain: &mut MemoryChain, txs: &[Tx]) -> Vec<u16> {
    let executed = chain.run_unproven(txs).unwrap_or_else(|reject| panic!("no block: {reject}"));
    executed.receipts.iter().map(|receipt| receipt.code).collect()
}

/// The rejection that keeps `tx` out of any block, which then changed nothing.
pub fn refusal(chain: &mut MemoryChain, tx: Tx) -> RejectCode {
    let before = chain.state.clone();
    let reject: Reject = chain.run_unproven(&[tx]).expect_err("a block took the transaction");
    assert_eq!(chain.state, before, "a refused transaction left something behind");
    reject.code
}

/// The code with which the body of `tx` fails.
pub fn body_failure(chain: &mut MemoryChain, tx: Tx) -> RejectCode {
    let [code] = codes(chain, &[tx])[..] else { panic!("one receipt") };
    RejectCode::from_number(code).unwrap_or_else(|| panic!("the body succeeded"))
}
