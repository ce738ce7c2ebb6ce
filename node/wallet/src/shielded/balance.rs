//! Private balances: per asset, what can be spent in the next block, what is on its way, and what was spent.

use super::ledger::Ledger;
use super::pending::Pending;
use std::collections::BTreeMap;
use tacit_types::AssetId;

/// The private money of one asset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShieldedBalance {
    /// In notes of the note tree that are neither spent nor being spent: the next block can spend them.
    pub spendable: u128,
    /// In notes that a transaction on its way spends.
    pub leaving: u128,
    /// What transactions on their way give back.
    pub returning: u128,
    /// In notes that were spent.
    pub spent: u128,
    /// How many notes `spendable` is made of.
    pub notes: u64,
}

/// The balances of a wallet.
///
/// Sums are saturating: a chain whose supply fits 128 bits never reaches the limit, and one that lies must not end a
/// program.
#[must_use]
pub fn shielded_balances(ledger: &Ledger, pending: &Pending) -> BTreeMap<AssetId, ShieldedBalance> {
    let leaving = pending.nullifiers();
    let mut balances: BTreeMap<AssetId, ShieldedBalance> = BTreeMap::new();
    for own in ledger.notes().filter(|own| own.note.value > 0) {
        let balance = balances.entry(own.note.asset).or_default();
        let is_leaving = own.nullifier.is_some_and(|nullifier| leaving.contains(&nullifier));
        let part = match (own.spent.is_some(), is_leaving) {
            (true, _) => &mut balance.spent,
            (false, true) => &mut balance.leaving,
            (false, false) => {
                balance.notes = balance.notes.saturating_add(1);
                &mut balance.spendable
            }
        };
        *part = part.saturating_add(own.note.value);
    }
    for (asset, value) in pending.iter().flat_map(|tx| &tx.change) {
        let balance = balances.entry(*asset).or_default();
        balance.returning = balance.returning.saturating_add(*value);
    }
    balances
}
