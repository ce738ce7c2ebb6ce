//! Private transfers for benches: two notes in, two out, each with a proof and a spend signature of its own. The notes are
//! dummies of value zero, which cost a verifier exactly what others cost and need no money in the pool.

use crate::DiskChain;
use tacit_circuits::ProvingKeys;
use tacit_exec::proving::Wallet;
use tacit_exec::testing::{TestKey, sign};
use tacit_types::shielded::{JoinSplit, PublicValue};
use tacit_types::tx::TX_VERSION;
use tacit_types::{Action, AssetId, Authorization, Gas, Height, List, Price, RawTx, Sequence, TxBody};

impl DiskChain {
    /// One private transfer of each of the first `count` senders, for the first block of the chain.
    ///
    /// # Panics
    /// When something cannot be proven.
    #[must_use]
    pub fn block_of_private_transfers(&self, count: usize, keys: &ProvingKeys) -> Vec<RawTx> {
        let senders = self.senders.iter().take(count).zip(0..);
        senders.map(|(sender, seed)| self.private_transfer(sender, Wallet::new(seed, keys.clone()))).collect()
    }

    fn private_transfer(&self, sender: &TestKey, mut wallet: Wallet) -> RawTx {
        let (draft, _) = wallet.draft(AssetId::NATIVE, &[], [0, 0], PublicValue::None);
        let body = self.private_body(sender, draft.join_split.clone());
        RawTx::new(wallet.finish(sign(sender, body), &[draft]).encode()).expect("short")
    }

    fn private_body(&self, sender: &TestKey, join_split: JoinSplit) -> TxBody {
        TxBody {
            version: TX_VERSION,
            genesis_id: self.rules.genesis_id,
            expiry: Height(100),
            gas_limit: Gas(1_000_000),
            max_fee_per_gas: Price(1_000_000_000),
            max_tip_per_gas: Price(1),
            authorization: Authorization::Account { public_key: sender.public(), sequence: Sequence(0) },
            actions: List::new(vec![Action::JoinSplit(Box::new(join_split))]).expect("one action"),
        }
    }
}
