//! Transfer: money from the sender to anybody, itself included.

use crate::accounts;
use crate::error::Refusal;
use crate::tx::TxContext;
use tacit_state::key;
use tacit_types::action::Transfer;
use tacit_types::{AssetId, Event, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, transfer: &Transfer) -> Result<(), Refusal> {
    if transfer.asset != AssetId::NATIVE && context.overlay.get(&key::asset(&transfer.asset))?.is_none() {
        return Err(RejectCode::AssetUnknown.into());
    }
    context.take(&transfer.asset, transfer.amount)?;
    accounts::credit_asset(context.overlay, &transfer.asset, &transfer.to, transfer.amount)?;
    context.events.push(Event::Transferred {
        asset: transfer.asset,
        from: context.sender,
        to: transfer.to,
        amount: transfer.amount,
    });
    Ok(())
}
