//! Contract upgrade: the admin of a timelocked contract announces deployed code and the input of its `migrate`, waits, and changes to it.
//! The change runs the new code's `migrate` with what was announced, and happens together with it or not at all.

use super::call::{Calling, run};
use crate::contracts;
use crate::error::{Refusal, Reject};
use crate::tx::TxContext;
use tacit_state::record;
use tacit_types::contract::{ContractUpgrade, UpgradeAnnounce, UpgradePolicy};
use tacit_types::limits::CODE_ANNOUNCED_MS_MAX;
use tacit_types::{Address, Amount, Event, RejectCode, UnixMillis};
use tacit_vm::CodeChange;

pub fn announce(context: &mut TxContext<'_, '_>, announce: &UpgradeAnnounce) -> Result<(), Refusal> {
    let mut record = contracts::read(context.overlay, &announce.contract)?;
    let delay_ms = delay_for(&record, &context.sender)?;
    if contracts::load_bytes(context.overlay, &announce.code_hash)?.is_none() {
        return Err(RejectCode::CodeUnknown.into());
    }
    let ready = UnixMillis(context.block.time.0.saturating_add(delay_ms));
    let UpgradeAnnounce { contract, code_hash, input } = announce.clone();
    record.announced = Some(record::AnnouncedCode { code_hash, ready, input: input.clone() });
    contracts::write(context.overlay, &contract, &record)?;
    context.events.push(Event::UpgradeAnnounced { contract, code_hash, ready, input });
    Ok(())
}

pub fn upgrade(
    context: &mut TxContext<'_, '_>,
    upgrade: &ContractUpgrade,
    contract_code: &mut u32,
) -> Result<(), Refusal> {
    let record = contracts::read(context.overlay, &upgrade.contract)?;
    delay_for(&record, &context.sender)?;
    let Some(announced) = record.announced.filter(|announced| announced.ready <= context.block.time) else {
        return Err(RejectCode::UpgradeNotReady.into());
    };
    if announced.ready.0.saturating_add(CODE_ANNOUNCED_MS_MAX) < context.block.time.0 {
        return Err(RejectCode::UpgradeExpired.into());
    }
    // Both codes are loaded, to compare what they say about their storage, also when that refuses the change.
    contracts::pay_for_load(context, &record.code_hash)?;
    contracts::pay_for_load(context, &announced.code_hash)?;
    let calling =
        Calling { contract: upgrade.contract, function: "migrate", input: &announced.input, value: Amount::ZERO };
    run(context, &calling, contract_code, |vm, world, params| {
        let change = CodeChange { old: record.code_hash, new: announced.code_hash };
        vm.upgrade(world, params, &change)?.ok_or_else(|| RejectCode::LayoutDiffers.into())
    })
}

/// How long code that `sender` announces must wait, if it may announce any.
fn delay_for(record: &record::Contract, sender: &Address) -> Result<u64, Refusal> {
    match &record.policy.upgrade {
        UpgradePolicy::Timelocked { admin, delay_ms } if admin == sender => Ok(*delay_ms),
        UpgradePolicy::Immutable => {
            Err(Reject::new(RejectCode::PolicyForbids, "the contract was made never to change").into())
        }
        UpgradePolicy::Governed => {
            Err(Reject::new(RejectCode::PolicyForbids, "only the contract changes its own code").into())
        }
        UpgradePolicy::Timelocked { .. } => {
            Err(Reject::new(RejectCode::PolicyForbids, "only the contract's admin changes its code").into())
        }
    }
}
