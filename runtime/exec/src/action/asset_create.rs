//! Asset create: a new asset with its sender as issuer, who gets the first supply.

use crate::error::Refusal;
use crate::tx::TxContext;
use tacit_state::{key, record};
use tacit_types::asset::{AssetCreate, asset_id};
use tacit_types::{Amount, Event, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, create: &AssetCreate, index: u16) -> Result<(), Refusal> {
    if create.supply > create.cap {
        return Err(RejectCode::AssetCapExceeded.into());
    }
    let asset = asset_id(&context.sender, context.sequence, u32::from(index));
    let record = record::Asset {
        issuer: context.sender,
        symbol: create.symbol.clone(),
        decimals: create.decimals,
        supply: create.supply,
        cap: create.cap,
    };
    context.write_new(&key::asset(&asset), &record)?;
    context.events.push(Event::AssetCreated { asset, issuer: context.sender });
    if create.supply != Amount::ZERO {
        context.give_sender(&asset, create.supply)?;
        context.events.push(Event::AssetMinted { asset, to: context.sender, amount: create.supply });
    }
    Ok(())
}
