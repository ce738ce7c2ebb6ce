//! Deploy: stores a wasm module that keeps every rule for modules. Storing the same code again changes nothing.

use crate::error::{Refusal, Reject};
use crate::tx::TxContext;
use tacit_state::key;
use tacit_types::action::Deploy;
use tacit_types::{CodeHash, Event, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, deploy: &Deploy) -> Result<(), Refusal> {
    let code_hash = CodeHash::of(&[&deploy.code]);
    let key = key::code(&code_hash);
    if context.overlay.get(&key)?.is_none() {
        context
            .block
            .vm
            .check(&deploy.code)
            .map_err(|error| Reject::new(RejectCode::CodeRejected, error.to_string()))?;
        context.overlay.set(&key, Some(deploy.code.to_vec()))?;
    }
    context.events.push(Event::CodeDeployed { code_hash });
    Ok(())
}
