//! One viewing key's private money on one chain: the store, what is read from it, and what is on its way, in one hand.

use super::balance::{ShieldedBalance, shielded_balances};
use super::history::Line;
use super::ledger::{Ledger, OwnNote};
use super::note::SpendableNote;
use super::pending::{Pending, PendingTx};
use super::plan::{Coin, Plan, PlanError};
use super::source::BlockSource;
use super::store::{Repair, Store};
use super::sync::{SyncOptions, SyncProgress, Synced, sync};
use super::viewing::ViewingKey;
use super::witness::{Witnesses, common_anchor, witnesses_at};
use crate::error::WalletError;
use std::collections::BTreeMap;
use std::path::Path;
use tacit_circuits::FieldBytes;
use tacit_types::{AssetId, GenesisId, TxId};

/// The private money of a viewing key.
pub struct ShieldedWallet {
    key: ViewingKey,
    store: Store,
    ledger: Ledger,
    pending: Pending,
    repairs: Vec<Repair>,
}

/// A plan with the notes it was made of: the notes stand in the order of the plan's coins.
pub struct Planned {
    /// What is to be built.
    pub plan: Plan,
    /// All notes that were on offer, with their paths.
    pub notes: Vec<SpendableNote>,
    /// Where the paths lead.
    pub anchor: FieldBytes,
    /// The height after which the note tree had this root.
    pub anchor_height: u64,
}

impl ShieldedWallet {
    /// Opens what is known of `key` on a chain, in a folder of its own below `root`.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(root: &Path, key: ViewingKey, genesis_id: GenesisId) -> Result<Self, WalletError> {
        let (mut store, repairs) = Store::open(root, &key, genesis_id)?;
        let ledger = Ledger::load(&mut store, &key)?;
        let pending = Pending::load(&store, &ledger, ledger.height())?;
        Ok(Self { key, store, ledger, pending, repairs })
    }

    /// Brings it up to the chain.
    ///
    /// # Errors
    /// As [`sync`].
    pub fn sync(
        &mut self,
        source: &dyn BlockSource,
        options: SyncOptions,
        progress: &mut dyn FnMut(SyncProgress),
    ) -> Result<Synced, WalletError> {
        let mut synced = sync(&mut self.store, &self.key, source, options, progress)?;
        synced.repairs.splice(0..0, self.repairs.drain(..));
        self.ledger = Ledger::load(&mut self.store, &self.key)?;
        self.pending = Pending::load(&self.store, &self.ledger, self.ledger.height())?;
        Ok(synced)
    }

    /// Sets the height before which nothing was received.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn set_birthday(&mut self, height: u64) -> Result<(), WalletError> {
        self.store.set_birthday(height)
    }

    /// The height before which nothing was received.
    #[must_use]
    pub const fn birthday(&self) -> u64 {
        self.store.birthday()
    }

    /// The viewing key.
    #[must_use]
    pub const fn key(&self) -> &ViewingKey {
        &self.key
    }

    /// The last height that was scanned.
    #[must_use]
    pub const fn height(&self) -> u64 {
        self.ledger.height()
    }

    /// False with an incoming viewing key: balances then count what was spent.
    #[must_use]
    pub const fn sees_spends(&self) -> bool {
        self.ledger.sees_spends()
    }

    /// Balances per asset.
    #[must_use]
    pub fn balances(&self) -> BTreeMap<AssetId, ShieldedBalance> {
        shielded_balances(&self.ledger, &self.pending)
    }

    /// What happened, oldest first.
    #[must_use]
    pub fn history(&self) -> &[Line] {
        self.ledger.history()
    }

    /// The notes that can be spent now, by position.
    pub fn spendable(&self) -> impl Iterator<Item = &OwnNote> {
        let leaving = self.pending.nullifiers();
        self.ledger.unspent().filter(move |own| {
            let is_leaving = own.nullifier.is_some_and(|nullifier| leaving.contains(&nullifier));
            own.note.value > 0 && !is_leaving
        })
    }

    /// Makes a plan of the notes that lie under the anchor that all wallets choose now, or if these do not suffice, of all
    /// notes under the latest anchor; with the paths that it needs.
    ///
    /// # Errors
    /// [`WalletError::Plan`], and as [`witnesses_at`].
    pub fn plan(&mut self, make: impl Fn(&[Coin]) -> Result<Plan, PlanError>) -> Result<Planned, WalletError> {
        let offered: Vec<OwnNote> = self.spendable().cloned().collect();
        if let Some((height, count)) = common_anchor(&mut self.store)? {
            let old: Vec<OwnNote> = offered.iter().filter(|own| u64::from(own.position) < count).cloned().collect();
            if let Ok(plan) = make(&coins(&old)) {
                return self.with_paths(plan, old, height);
            }
        }
        let plan = make(&coins(&offered))?;
        let newest = self.height();
        self.with_paths(plan, offered, newest)
    }

    /// Remembers that a transaction is about to leave, so that its notes are not spent twice.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn add_pending(&mut self, tx: PendingTx) -> Result<(), WalletError> {
        self.pending.add(&self.store, tx)
    }

    /// Forgets a transaction that was refused.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn remove_pending(&mut self, tx_id: &TxId) -> Result<(), WalletError> {
        self.pending.remove(&self.store, tx_id)
    }

    fn with_paths(&mut self, plan: Plan, offered: Vec<OwnNote>, height: u64) -> Result<Planned, WalletError> {
        let positions: Vec<u32> = offered.iter().map(|own| own.position).collect();
        let Witnesses { height, anchor, paths } = witnesses_at(&mut self.store, height, &positions)?;
        let notes = offered.into_iter().zip(paths);
        let notes = notes.map(|(own, path)| SpendableNote { note: own.note.clone(), position: own.position, path });
        Ok(Planned { plan, notes: notes.collect(), anchor, anchor_height: height })
    }
}

fn coins(notes: &[OwnNote]) -> Vec<Coin> {
    notes.iter().map(|own| Coin { asset: own.note.asset, value: own.note.value }).collect()
}
