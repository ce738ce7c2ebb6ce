//! Pool pause: the guardian of genesis stops the shielded pool for some heights. It can keep money in the pool for a
//! while and nothing else: neither see nor move it.

use crate::error::Refusal;
use crate::pool;
use crate::tx::TxContext;
use tacit_types::asset::PoolPause;
use tacit_types::{Event, Height, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, pause: &PoolPause) -> Result<(), Refusal> {
    if context.block.rules.params.guardian != Some(context.sender) {
        return Err(RejectCode::NotGuardian.into());
    }
    let until = Height(context.block.height.0.saturating_add(pause.heights));
    pool::pause(context.overlay, until)?;
    context.events.push(Event::PoolPaused { until });
    Ok(())
}
