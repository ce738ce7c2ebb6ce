//! Asset mint: the issuer makes more of its asset, up to the cap.

use crate::accounts;
use crate::error::Refusal;
use crate::tx::TxContext;
use tacit_state::{key, record};
use tacit_types::asset::AssetMint;
use tacit_types::{Event, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, mint: &AssetMint) -> Result<(), Refusal> {
    let key = key::asset(&mint.asset);
    let asset: record::Asset = context.overlay.read(&key)?.ok_or(RejectCode::AssetUnknown)?;
    if asset.issuer != context.sender {
        return Err(RejectCode::AssetNotIssued.into());
    }
    let supply = asset.supply.checked_add(mint.amount).filter(|supply| *supply <= asset.cap);
    let supply = supply.ok_or(RejectCode::AssetCapExceeded)?;
    context.overlay.write(&key, &record::Asset { supply, ..asset })?;
    accounts::credit_asset(context.overlay, &mint.asset, &mint.to, mint.amount)?;
    context.events.push(Event::AssetMinted { asset: mint.asset, to: mint.to, amount: mint.amount });
    Ok(())
}
