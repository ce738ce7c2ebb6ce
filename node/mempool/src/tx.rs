//! A transaction that waits: what the pool needs to know of it, and the checked transaction itself.
//!
//! It is made from exec's [`CheckedTx`] only, so nothing waits whose signatures and proofs were not verified.

use std::sync::Arc;
use tacit_exec::CheckedTx;
use tacit_state::record::Account;
use tacit_types::{Address, Amount, FieldBytes, FullHash, Gas, Height, Price, RawTx, Sequence, TxId, UnixMillis};

/// A waiting transaction.
#[derive(Debug, Clone)]
pub struct PooledTx {
    pub(crate) full_hash: FullHash,
    pub(crate) tx_id: TxId,
    /// Whose queue it stands in: its account's. A shielded transaction has no account and stands in a queue of its own, under
    /// an address made of its id: its one-time address is anybody's to send money to, which must not move it.
    pub(crate) sender: Address,
    /// Whether no account stands behind it.
    pub(crate) shielded: bool,
    pub(crate) sequence: Sequence,
    pub(crate) max_fee: Price,
    pub(crate) max_tip: Price,
    pub(crate) gas_limit: Gas,
    pub(crate) proofs: usize,
    pub(crate) size: usize,
    pub(crate) expiry: Height,
    pub(crate) nullifiers: Vec<Vec<u8>>,
    /// The roots of the note tree that its join-splits name; none when it does not touch the shielded pool.
    pub(crate) anchors: Vec<FieldBytes>,
    pub(crate) arrival: u64,
    pub(crate) arrived_at: UnixMillis,
    pub(crate) checked: Arc<CheckedTx>,
}

impl PooledTx {
    /// Reads off what the pool needs; the pool numbers the arrival when it admits.
    #[must_use]
    pub fn from_checked(checked: Arc<CheckedTx>, now: UnixMillis) -> Self {
        let body = &checked.tx().body;
        let shielded = body.authorization.is_shielded();
        let mut anchors: Vec<FieldBytes> = body.join_splits().map(|(_, join_split)| join_split.anchor).collect();
        anchors.sort_unstable();
        anchors.dedup();
        Self {
            full_hash: checked.full_hash(),
            tx_id: checked.id(),
            sender: if shielded { Address(checked.id().0) } else { checked.sender() },
            shielded,
            sequence: body.authorization.sequence(),
            max_fee: body.max_fee_per_gas,
            max_tip: body.max_tip_per_gas,
            gas_limit: body.gas_limit,
            proofs: checked.proofs(),
            size: checked.raw().as_bytes().len(),
            expiry: body.expiry,
            nullifiers: checked.nullifiers().collect(),
            anchors,
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

    /// Whose queue it stands in; an address of no account for a shielded transaction.
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

    /// The account of a shielded transaction's queue: pays for this one transaction, and is no entry of the state.
    pub(crate) const fn own_account(&self) -> Account {
        Account { balance: self.max_cost(), sequence: self.sequence }
    }

    /// Whether it spends or makes notes.
    pub(crate) fn touches_notes(&self) -> bool {
        !self.anchors.is_empty()
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
