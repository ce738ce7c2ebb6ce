//! The wallet of the tests with real proofs, and the bodies that it puts join-splits into.

use crate::support::{GAS, PRICE, action};
use std::path::Path;
use std::sync::LazyLock;
use tacit_circuits::ProvingKeys;
use tacit_exec::proving::{Draft, Wallet};
use tacit_exec::testing::{MemoryChain, TestKey, sign};
use tacit_types::tx::TX_VERSION;
use tacit_types::*;

/// Kept in the build's folder, so that they are made once.
static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tacit-proving-keys");
    ProvingKeys::development(&folder)
});

pub fn wallet_number(seed: u64) -> Wallet {
    Wallet::new(seed, KEYS.clone())
}

/// The body of an account's transaction with these join-splits and then `rest`.
pub fn account_body(chain: &MemoryChain, sender: &TestKey, drafts: &[Draft], rest: Vec<Action>) -> TxBody {
    let mut actions: Vec<Action> = drafts.iter().map(|draft| action(draft.join_split.clone())).collect();
    actions.extend(rest);
    TxBody { gas_limit: GAS, ..chain.body(sender, actions) }
}

/// The body of a shielded transaction with these join-splits and then `rest`.
pub fn shielded_body(chain: &MemoryChain, drafts: &[Draft], rest: Vec<Action>) -> TxBody {
    let mut actions: Vec<Action> = drafts.iter().map(|draft| action(draft.join_split.clone())).collect();
    actions.extend(rest);
    TxBody {
        version: TX_VERSION,
        genesis_id: chain.rules.genesis_id,
        expiry: Height(chain.tip.height.0 + 100),
        gas_limit: GAS,
        max_fee_per_gas: PRICE,
        max_tip_per_gas: PRICE,
        authorization: Authorization::Shielded,
        actions: List::new(actions).unwrap(),
    }
}

/// `body` without a witness.
pub fn unwitnessed(body: TxBody) -> Tx {
    Tx { body, witness: Witness::default() }
}

/// `body` signed by an account.
pub fn signed(sender: &TestKey, body: TxBody) -> Tx {
    sign(sender, body)
}
