//! What contracts pay, during one call, to a sender that has no account: the one-time sender of a shielded transaction.
//!
//! Nobody can spend from a one-time address, so that whatever arrives there must be held by the transaction, of every
//! asset. Only the difference counts: what somebody sent to the address before must not be able to fail the body.

use crate::accounts;
use crate::error::Refusal;
use crate::scratch::Scratch;
use std::collections::BTreeMap;
use tacit_state::{Overlay, StateFault};
use tacit_types::{Address, Amount, AssetId};

/// The balances of the watched sender before it was first paid in each asset.
pub struct Earnings {
    sender: Option<Address>,
    before: BTreeMap<AssetId, Amount>,
}

impl Earnings {
    /// Watches `sender`; an account, which keeps what it is paid, needs no watching.
    pub const fn of(sender: Option<Address>) -> Self {
        Self { sender, before: BTreeMap::new() }
    }

    /// To be called before `to` is paid in `asset`.
    pub fn note(&mut self, overlay: &mut Overlay<'_>, asset: &AssetId, to: &Address) -> Result<(), StateFault> {
        if self.sender == Some(*to) && !self.before.contains_key(asset) {
            self.before.insert(*asset, accounts::balance_of(overlay, asset, to)?);
        }
        Ok(())
    }

    /// Takes what was earned from the address into what the transaction holds.
    pub fn hold(self, overlay: &mut Overlay<'_>, scratch: &mut Scratch) -> Result<(), Refusal> {
        let Some(sender) = self.sender else { return Ok(()) };
        for (asset, before) in self.before {
            let earned = accounts::balance_of(overlay, &asset, &sender)?.saturating_sub(before);
            accounts::debit_asset(overlay, &asset, &sender, earned)?;
            scratch.add(&asset, earned)?;
        }
        Ok(())
    }
}
