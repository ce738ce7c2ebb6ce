//! Contract pause: the pauser that a contract was made with stops it for a while, and another one lets it go on earlier.
//! A stopped contract can be looked at and not called; the pause ends by itself, and is never made longer nor followed by
//! another before the contract has run for a while: a pauser must not be able to stop a contract for good.

use crate::contracts;
use crate::error::{Refusal, Reject};
use crate::pause::next_begins;
use crate::tx::TxContext;
use tacit_types::contract::{ContractPause, ContractUnpause};
use tacit_types::{Event, RejectCode, UnixMillis};

pub fn pause(context: &mut TxContext<'_, '_>, pause: &ContractPause) -> Result<(), Refusal> {
    let mut record = contracts::read(context.overlay, &pause.contract)?;
    let policy = record.policy.pause.as_ref().filter(|policy| policy.pauser == context.sender);
    let Some(policy) = policy else { return Err(RejectCode::PolicyForbids.into()) };
    if pause.duration_ms > policy.longest_ms {
        let detail = format!("the longest pause is {} ms", policy.longest_ms);
        return Err(Reject::new(RejectCode::PolicyForbids, detail).into());
    }
    let now = context.block.time;
    let rested = next_begins(record.paused_until.0, policy.longest_ms);
    // Zero is nobody's pause.
    if record.paused_until != UnixMillis(0) && now.0 < rested {
        let detail = format!("the contract was paused until lately: not before {rested} ms");
        return Err(Reject::new(RejectCode::PolicyForbids, detail).into());
    }
    record.paused_until = UnixMillis(now.0.saturating_add(pause.duration_ms));
    contracts::write(context.overlay, &pause.contract, &record)?;
    context.events.push(Event::ContractPaused { contract: pause.contract, until: record.paused_until });
    Ok(())
}

pub fn unpause(context: &mut TxContext<'_, '_>, unpause: &ContractUnpause) -> Result<(), Refusal> {
    let mut record = contracts::read(context.overlay, &unpause.contract)?;
    if record.policy.pause.as_ref().is_none_or(|policy| policy.unpauser != context.sender) {
        return Err(RejectCode::PolicyForbids.into());
    }
    // From now on it runs, and the rest is counted; a pause that is over already stays where it was.
    record.paused_until = record.paused_until.min(context.block.time);
    contracts::write(context.overlay, &unpause.contract, &record)?;
    context.events.push(Event::ContractPaused { contract: unpause.contract, until: UnixMillis(0) });
    Ok(())
}
