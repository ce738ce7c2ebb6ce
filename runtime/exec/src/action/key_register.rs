//! Key register: checks a Groth16 verifying key once and keeps it for ever under the hash of its bytes. Registering the same
//! key again changes nothing.

use crate::error::{Refusal, Reject};
use crate::tx::TxContext;
use tacit_circuits::foreign::ForeignKey;
use tacit_state::key;
use tacit_types::contract::KeyRegister;
use tacit_types::{Event, KeyId, RejectCode};

pub fn apply(context: &mut TxContext<'_, '_>, register: &KeyRegister) -> Result<(), Refusal> {
    let id = KeyId::of(&[&register.key]);
    let key = key::verifying_key(&id);
    if context.overlay.get(&key)?.is_none() {
        ForeignKey::decode(&register.key).map_err(|error| Reject::new(RejectCode::KeyInvalid, error.to_string()))?;
        context.overlay.set(&key, Some(register.key.to_vec()))?;
    }
    context.events.push(Event::KeyRegistered { key: id });
    Ok(())
}
