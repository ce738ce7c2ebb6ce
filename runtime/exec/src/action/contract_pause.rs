//! Contract pause: the pauser that a contract was made with stops it for a while, and another one lets it go on earlier.
//! A stopped contract can be looked at and not called; the pause ends by itself.

use crate::contracts;
use crate::error::{Refusal, Reject};
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
    let until = UnixMillis(context.block.time.0.saturating_add(pause.duration_ms));
    // A pause that runs can be made longer, never shorter, by the one who stops.
    record.paused_until = record.paused_until.max(until);
    contracts::write(context.overlay, &pause.contract, &record)?;
    context.events.push(Event::ContractPaused { contract: pause.contract, until: record.paused_until });
    Ok(())
}

pub fn unpause(context: &mut TxContext<'_, '_>, unpause: &ContractUnpause) -> Result<(), Refusal> {
    let mut record = contracts::read(context.overlay, &unpause.contract)?;
    if record.policy.pause.as_ref().is_none_or(|policy| policy.unpauser != context.sender) {
        return Err(RejectCode::PolicyForbids.into());
    }
    record.paused_until = UnixMillis(0);
    contracts::write(context.overlay, &unpause.contract, &record)?;
    context.events.push(Event::ContractPaused { contract: unpause.contract, until: UnixMillis(0) });
    Ok(())
}
