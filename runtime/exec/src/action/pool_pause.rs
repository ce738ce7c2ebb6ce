//! Pool pause: the guardian of genesis stops the shielded pool for some heights, or lets it go on earlier. A pause is never made
//! longer, nor followed by another before the pool was open for a while: the guardian can keep money in the pool for a time
//! and nothing else, neither see nor move it, nor keep it there for good.

use crate::error::{Refusal, Reject};
use crate::pause::next_begins;
use crate::pool;
use crate::tx::TxContext;
use tacit_types::asset::PoolPause;
use tacit_types::limits::POOL_PAUSE_HEIGHTS_MAX;
use tacit_types::{Event, Height, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, pause: &PoolPause) -> Result<(), Refusal> {
    if context.block.rules.params.guardian != Some(context.sender) {
        return Err(RejectCode::NotGuardian.into());
    }
    let now = context.block.height;
    let last = pool::paused_until(context.overlay)?;
    let until = match (pause.heights, last) {
        // Where nothing was ever stopped, nothing ends.
        (0, None) => Height::ZERO,
        // The pool goes on after this height, and its rest is counted from there; that of a pause that is over goes on.
        (0, Some(last)) => last.min(now),
        (heights, last) => begin(last, now, heights)?,
    };
    if until != Height::ZERO {
        pool::pause(context.overlay, until)?;
    }
    context.events.push(Event::PoolPaused { until });
    Ok(())
}

/// The last height of a pause that begins now, if one may.
fn begin(last: Option<Height>, now: Height, heights: u64) -> Result<Height, Refusal> {
    if let Some(last) = last {
        let rested = next_begins(last.next().0, POOL_PAUSE_HEIGHTS_MAX);
        if now.0 < rested {
            let detail = format!("the pool was stopped until lately: not before height {rested}");
            return Err(Reject::new(RejectCode::PoolPauseTooSoon, detail).into());
        }
    }
    Ok(Height(now.0.saturating_add(heights)))
}
