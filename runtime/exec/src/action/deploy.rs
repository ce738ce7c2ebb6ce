//! Deploy: stores a wasm module that keeps every rule for modules, with what loading it is charged as, and has it compiled. Storing the same
//! code again changes nothing.

use crate::contracts;
use crate::error::{Refusal, Reject};
use crate::tx::TxContext;
use tacit_state::key;
use tacit_types::action::Deploy;
use tacit_types::{CodeHash, Event, RejectCode};
use tacit_vm::gas;

pub fn apply(context: &mut TxContext<'_, '_>, deploy: &Deploy) -> Result<(), Refusal> {
    let code_hash = CodeHash::of(&[&deploy.code]);
    if contracts::load_bytes(context.overlay, &code_hash)?.is_none() {
        let info = context
            .block
            .vm
            .check(&deploy.code)
            .map_err(|error| Reject::new(RejectCode::CodeRejected, error.to_string()))?;
        // The length was charged before the code was looked at; what it holds is charged now.
        let for_length = gas::deploy_length(deploy.code.len());
        context.meter.charge(info.deploy_gas().saturating_sub(for_length))?;
        context.overlay.set(&key::code(&code_hash), Some(deploy.code.to_vec()))?;
        contracts::set_load_bytes(context.overlay, &code_hash, info.load_bytes())?;
        context.block.vm.prepare(&code_hash, &deploy.code)?;
    }
    context.events.push(Event::CodeDeployed { code_hash });
    Ok(())
}
