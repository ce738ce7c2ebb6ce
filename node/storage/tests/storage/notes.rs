//! Private transactions of the test chain, one to four of them at two heights of three: enough for storage, which knows
//! lengths and order only.

use tacit_types::shielded::{
    CompactBlock, JoinSplit, MemoCiphertext, NoteCiphertext, NoteOutput, Nullifiers, OutgoingCiphertext, PublicValue,
    SpendKeyBytes,
};
use tacit_types::{
    Action, Amount, AssetId, Authorization, FieldBytes, Gas, Header, Height, List, Price, Tx, TxBody, Witness,
};

/// How many private transactions the block of `height` has.
pub fn private_txs(height: Height) -> u64 {
    if height.0.is_multiple_of(3) { 0 } else { 1 + height.0 % 4 }
}

/// Notes made before the block of `height`.
fn notes_before(height: Height) -> u64 {
    // The last transaction of each block fails, so that only its paying join-split counts.
    (1..height.0).map(|height| (2 * private_txs(Height(height))).saturating_sub(1) * 2).sum()
}

/// A shielded transaction with two join-splits.
pub fn private_tx(height: Height, index: u64) -> Tx {
    let seed = (height.0 * 10 + index * 2) as u8;
    let body = TxBody {
        version: 1,
        genesis_id: crate::chain::GENESIS,
        expiry: Height(height.0 + 10),
        gas_limit: Gas(1_000),
        max_fee_per_gas: Price(2),
        max_tip_per_gas: Price(2),
        authorization: Authorization::Shielded,
        actions: List::new(vec![join_split(seed), join_split(seed + 1)]).unwrap(),
    };
    Tx { body, witness: Witness::default() }
}

fn join_split(seed: u8) -> Action {
    let output = |side| NoteOutput {
        commitment: FieldBytes([seed; 32]),
        ephemeral_key: [side; 32],
        view_tag: side,
        ciphertext: NoteCiphertext([seed; 140]),
        outgoing: OutgoingCiphertext([seed; 112]),
    };
    Action::JoinSplit(Box::new(JoinSplit {
        anchor: FieldBytes([1; 32]),
        nullifiers: Nullifiers::Two([FieldBytes([seed; 32]), FieldBytes([seed ^ 255; 32])]),
        outputs: [output(1), output(2)],
        public_value: PublicValue::Out { asset: AssetId::NATIVE, amount: Amount(seed.into()) },
        spend_key: SpendKeyBytes([seed; 32]),
        memo: MemoCiphertext([seed; 528]),
    }))
}

/// Whether the `index`-th private transaction of `height` fails: the last one does.
pub fn fails(height: Height, index: u64) -> bool {
    index + 1 == private_txs(height)
}

/// The compact block of a block with `txs`, written as the rules say: paying join-splits first, then those of bodies.
pub fn compact_block(header: &Header, txs: &[Tx]) -> Option<CompactBlock> {
    let private: Vec<&Tx> = txs.iter().filter(|tx| tx.body.authorization.is_shielded()).collect();
    let mut join_splits = Vec::new();
    for action in [0u16, 1] {
        for (tx, index) in private.iter().zip(0..) {
            let Some(split) = tx.body.actions[usize::from(action)].as_join_split() else { continue };
            if action == 0 || !fails(header.height, index) {
                join_splits.push(split.compact(tx.id(), action));
            }
        }
    }
    (!join_splits.is_empty()).then(|| CompactBlock {
        height: header.height,
        first_position: notes_before(header.height),
        root: FieldBytes([header.height.0 as u8; 32]),
        join_splits: List::new(join_splits).unwrap(),
    })
}
