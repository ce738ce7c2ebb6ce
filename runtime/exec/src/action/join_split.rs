//! Join-split: spends and makes notes. What leaves the pool is held by the transaction; what enters it is taken from
//! there, and what is missing from the sender's account.

use crate::error::Refusal;
use crate::pool;
use crate::tx::TxContext;
use tacit_types::Event;
use tacit_types::shielded::{JoinSplit, PublicValue};

pub fn apply(context: &mut TxContext<'_, '_>, join_split: &JoinSplit, index: u16) -> Result<(), Refusal> {
    if let PublicValue::In { asset, amount } = &join_split.public_value {
        context.take(asset, *amount)?;
    }
    pool::spend(context.overlay, join_split, context.block.height)?;
    if let PublicValue::Out { asset, amount } = &join_split.public_value {
        context.scratch.add(asset, *amount)?;
    }
    let position = context.pool.push(join_split.compact(context.tx_id, index));
    context.events.push(Event::JoinSplit { action: index, position, public_value: join_split.public_value });
    Ok(())
}
