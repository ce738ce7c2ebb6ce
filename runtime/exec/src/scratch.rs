//! What a transaction holds between its actions: money that left the pool or came from a contract and has no owner yet.
//!
//! It lives in memory for one body. A body that ends while it holds anything fails, so that nothing is ever lost here.

use crate::error::Reject;
use std::collections::BTreeMap;
use tacit_types::{Amount, AssetId, RejectCode};

/// Amounts by asset; never an amount of zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scratch(BTreeMap<AssetId, Amount>);

impl Scratch {
    /// Adds to what is held.
    ///
    /// # Errors
    /// [`RejectCode::AmountOverflow`].
    pub fn add(&mut self, asset: &AssetId, amount: Amount) -> Result<(), Reject> {
        let held = self.0.get(asset).copied().unwrap_or_default();
        let sum = held.checked_add(amount).ok_or(RejectCode::AmountOverflow)?;
        self.put(asset, sum);
        Ok(())
    }

    /// Takes as much of `amount` as there is; returns what is missing.
    #[must_use]
    pub fn take_up_to(&mut self, asset: &AssetId, amount: Amount) -> Amount {
        let held = self.0.get(asset).copied().unwrap_or_default();
        self.put(asset, held.saturating_sub(amount));
        amount.saturating_sub(held)
    }

    /// Takes all there is.
    #[must_use]
    pub fn take_all(&mut self, asset: &AssetId) -> Amount {
        self.0.remove(asset).unwrap_or_default()
    }

    /// Refuses to end a body that holds anything.
    ///
    /// # Errors
    /// [`RejectCode::ScratchNotEmpty`], naming an asset.
    pub fn check_empty(&self) -> Result<(), Reject> {
        match self.0.first_key_value() {
            None => Ok(()),
            Some((asset, amount)) => Err(Reject::new(RejectCode::ScratchNotEmpty, format!("{amount} of {asset}"))),
        }
    }

    fn put(&mut self, asset: &AssetId, amount: Amount) {
        if amount == Amount::ZERO {
            self.0.remove(asset);
        } else {
            self.0.insert(*asset, amount);
        }
    }
}
