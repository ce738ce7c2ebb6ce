//! A transaction that waits: what the pool needs to know of it, and the checked transaction itself.
//!
//! It is made from exec's [`CheckedTx`] only, so nothing waits whose signatures and proofs were not verified.

use std::sync::Arc;
use tacit_exec::CheckedTx;
use tacit_types::{Address, Amount, FullHash, Gas, Height, Price, RawTx, Sequence, TxId, UnixMillis};

/// A waiting transaction.
#[derive(Debug, Clone)]
pub struct PooledTx {
    pub(crate) full_hash: FullHash,
    pub(crate) tx_id: TxId,
    pub(crate) sender: Address,
    pub(crate) sequence: Sequence,
    pub(crate) max_fee: Price,
    pub(crate) max_tip: Price,
    pub(crate) gas_limit: Gas,
    pub(crate) proofs: usize,
    pub(crate) size: usize,
    pub(crate) expiry: Height,
    pub(crate) nullifiers: Vec<Vec<u8>>,
    pub(crate) arrival: u64,
    pub(crate) arrived_at: UnixMillis,
    pub(crate) checked: Arc<CheckedTx>,
}

impl PooledTx {
    /// Reads off what the pool needs; the pool numbers the arrival when it admits.
    #[must_use]
    pub fn from_checked(checked: Arc<CheckedTx>, now: UnixMillis) -> Self {
        let body = &checked.tx().body;
        Self {
            full_hash: checked.full_hash(),
            tx_id: checked.id(),
            sender: checked.sender(),
            sequence: body.authorization.sequence(),
            max_fee: body.max_fee_per_gas,
            max_tip: body.max_tip_per_gas,
            gas_limit: body.gas_limit,
            proofs: checked.proofs(),
            size: checked.raw().as_bytes().len(),
            expiry: body.expiry,
            nullifiers: checked.nullifiers().collect(),
            arrival: 0,
            arrived_at: now,
            checked,
        }
    }

    /// Names its bytes.
    #[must_use]
    pub const fn full_hash(&self) -> FullHash {
        self.full_hash
    }

    /// Names its effects.
    #[must_use]
    pub const fn tx_id(&self) -> TxId {
        self.tx_id
    }

    /// Who acts and pays.
    #[must_use]
    pub const fn sender(&self) -> Address {
        self.sender
    }

    /// Its place among the sender's transactions.
    #[must_use]
    pub const fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// Length in bytes.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The transaction as exec checked it.
    #[must_use]
    pub const fn checked(&self) -> &Arc<CheckedTx> {
        &self.checked
    }

    /// Its bytes.
    #[must_use]
    pub fn raw(&self) -> &RawTx {
        self.checked.raw()
    }

    /// What the proposer earns per gas at `base_fee`; `None` when the maximal fee is below it.
    pub(crate) fn tip_at(&self, base_fee: Price) -> Option<Price> {
        Some(self.max_fee.checked_sub(base_fee)?.min(self.max_tip))
    }

    /// The most that it can cost.
    pub(crate) const fn max_cost(&self) -> Amount {
        self.gas_limit.cost(self.max_fee)
    }

    /// Whether it pays 10 % more than `other`, in fee and in tip.
    pub(crate) fn outbids(&self, other: &Self) -> bool {
        bids(self.max_fee, other.max_fee) && bids(self.max_tip, other.max_tip)
    }
}

/// new >= 1.1 x old, exactly.
fn bids(new: Price, old: Price) -> bool {
    u128::from(new.0) * 10 >= u128::from(old.0) * 11
}
