//! Sweep: everything that the transaction holds of an asset goes to an account. Holding nothing is fine: how much a
//! contract will have paid need not be known beforehand.

use crate::accounts;
use crate::error::Refusal;
use crate::tx::TxContext;
use tacit_types::asset::Sweep;
use tacit_types::{Amount, Event};

pub fn apply(context: &mut TxContext<'_, '_>, sweep: &Sweep) -> Result<(), Refusal> {
    let amount = context.scratch.take_all(&sweep.asset);
    if amount == Amount::ZERO {
        return Ok(());
    }
    accounts::credit_asset(context.overlay, &sweep.asset, &sweep.to, amount)?;
    context.events.push(Event::Swept { asset: sweep.asset, to: sweep.to, amount });
    Ok(())
}
