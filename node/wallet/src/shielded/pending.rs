//! Transactions that were sent and are in no block yet. Their notes are not spent a second time meanwhile, and their change
//! is shown as money on its way.
//!
//! One is forgotten when any of its nullifiers is on the chain (then it is decided: what it did not spend is free again) or
//! when its last height has passed. Losing this file costs nothing but a refused second spend.

use super::ledger::Ledger;
use super::store::Store;
use crate::error::WalletError;
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeSet;
use tacit_types::{AssetId, TxId};

/// A transaction on its way.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PendingTx {
    /// Its id.
    pub tx_id: TxId,
    /// The last height that may include it.
    pub expiry: u64,
    /// Nullifiers of the own notes that it spends.
    pub nullifiers: Vec<[u8; 32]>,
    /// What comes back to this wallet.
    pub change: Vec<(AssetId, u128)>,
}

/// The transactions on their way.
#[derive(Debug, Clone, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Pending(Vec<PendingTx>);

impl Pending {
    /// Those of a store that are not decided yet at `height`.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn load(store: &Store, ledger: &Ledger, height: u64) -> Result<Self, WalletError> {
        let mut pending: Self = store.pending()?;
        let before = pending.0.len();
        pending.0.retain(|tx| height <= tx.expiry && !tx.nullifiers.iter().any(|nullifier| ledger.is_spent(nullifier)));
        if pending.0.len() != before {
            store.put_pending(&pending)?;
        }
        Ok(pending)
    }

    /// Adds a transaction. It is on disk when this returns; call it before the transaction leaves.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn add(&mut self, store: &Store, tx: PendingTx) -> Result<(), WalletError> {
        self.0.retain(|other| other.tx_id != tx.tx_id);
        self.0.push(tx);
        store.put_pending(self)
    }

    /// Forgets a transaction that the node refused.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn remove(&mut self, store: &Store, tx_id: &TxId) -> Result<(), WalletError> {
        self.0.retain(|other| other.tx_id != *tx_id);
        store.put_pending(self)
    }

    /// Nullifiers of all notes that are being spent.
    #[must_use]
    pub fn nullifiers(&self) -> BTreeSet<[u8; 32]> {
        self.0.iter().flat_map(|tx| tx.nullifiers.iter().copied()).collect()
    }

    /// The transactions.
    pub fn iter(&self) -> impl Iterator<Item = &PendingTx> {
        self.0.iter()
    }
}
