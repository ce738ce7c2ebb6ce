//! The charge phase: sequence, expiry and fee of every transaction of a block, in order, before any body runs.
//!
//! It sees the parent state less earlier charges, so money received in a block pays fees from the next block on. A
//! block in which one charge fails is invalid. For a shielded transaction the charge is its first join-split: notes are
//! spent and made here, and stay so whatever becomes of the body.

use crate::accounts;
use crate::error::{Refusal, Reject};
use crate::pool;
use crate::stateless::CheckedTx;
use std::sync::Arc;
use tacit_state::Overlay;
use tacit_types::limits::EXPIRY_HEIGHTS_MAX;
use tacit_types::{Amount, Gas, Height, Price, RejectCode};

/// What was taken from a payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Price per gas: base fee and tip.
    pub price: Price,
    /// Gas limit times price.
    pub reserved: Amount,
    /// Whether a join-split paid: then nothing is given back, and everything above the base fee is tip.
    pub shielded: bool,
}

impl Charge {
    /// The fee that stays when `used` gas was used. A join-split's payment stays whole: whoever got something back would
    /// be known.
    #[must_use]
    pub const fn fee(&self, used: Gas) -> Amount {
        if self.shielded { self.reserved } else { used.cost(self.price) }
    }
}

/// Takes the fee of `tx` for a block at `height` with `base_fee`.
///
/// # Errors
/// [`Refusal`]: sequence, expiry, price, or balance; or a fault of the state.
pub fn charge(overlay: &mut Overlay<'_>, tx: &CheckedTx, height: Height, base_fee: Price) -> Result<Charge, Refusal> {
    let body = &tx.tx().body;
    check_expiry(body.expiry, height)?;
    let price = body.effective_price(base_fee).ok_or_else(|| {
        Reject::new(RejectCode::UnderPriced, format!("offered {}, base fee {base_fee}", body.max_fee_per_gas))
    })?;
    if let Some(join_split) = body.paying_join_split() {
        // Stateless rules made its public out gas limit times maximal fee, and all of it tip.
        pool::spend(overlay, join_split, height)?;
        return Ok(Charge { price, reserved: body.gas_limit.cost(price), shielded: true });
    }
    let mut account = accounts::read(overlay, &tx.sender())?;
    let sequence = body.authorization.sequence();
    if sequence != account.sequence {
        let early = sequence > account.sequence;
        let code = if early { RejectCode::SequenceTooHigh } else { RejectCode::SequenceTooLow };
        return Err(Reject::new(code, format!("given {sequence}, the account is at {}", account.sequence)).into());
    }
    let reserved = body.gas_limit.cost(price);
    account.balance = account
        .balance
        .checked_sub(reserved)
        .ok_or_else(|| Reject::new(RejectCode::CannotPayFee, format!("needs {reserved}, has {}", account.balance)))?;
    account.sequence = sequence.next();
    accounts::write(overlay, &tx.sender(), &account)?;
    Ok(Charge { price, reserved, shielded: false })
}

/// Charges all transactions of a block, in order, before any body runs.
///
/// # Errors
/// The first refusal, and which transaction it was about.
pub fn charge_all(
    overlay: &mut Overlay<'_>,
    txs: &[Arc<CheckedTx>],
    height: Height,
    base_fee: Price,
) -> Result<Vec<Charge>, (usize, Refusal)> {
    let charge_one = |(index, tx): (usize, &Arc<CheckedTx>)| {
        charge(overlay, tx, height, base_fee).map_err(|refusal| (index, refusal))
    };
    txs.iter().enumerate().map(charge_one).collect()
}

/// Whether a transaction that expires at `expiry` may stand in a block at `height`.
///
/// # Errors
/// [`RejectCode::Expired`] or [`RejectCode::ExpiryTooFar`].
pub fn check_expiry(expiry: Height, height: Height) -> Result<(), Reject> {
    if expiry < height {
        return Err(Reject::new(RejectCode::Expired, format!("expiry {expiry}, next height {height}")));
    }
    if expiry.0.saturating_sub(height.0) > EXPIRY_HEIGHTS_MAX {
        return Err(Reject::new(RejectCode::ExpiryTooFar, format!("at most {EXPIRY_HEIGHTS_MAX} heights ahead")));
    }
    Ok(())
}
