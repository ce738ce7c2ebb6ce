//! The records of contracts: made once, changed only by the rules of their policy.

use crate::error::{ExecFault, Refusal};
use crate::tx::TxContext;
use tacit_state::{Overlay, StateFault, key, record};
use tacit_types::contract::ContractPolicy;
use tacit_types::{Address, CodeHash, Event, Gas, RejectCode, UnixMillis};

/// What loading deployed code is charged as, in bytes; none if no such code is deployed. The one way to ask whether code is deployed:
/// the code itself is not read.
///
/// # Errors
/// A fault.
pub fn load_bytes(overlay: &mut Overlay<'_>, code_hash: &CodeHash) -> Result<Option<u32>, StateFault> {
    overlay.read(&key::code_load(code_hash))
}

/// Records what loading code that is deployed is charged as.
///
/// # Errors
/// A fault.
pub fn set_load_bytes(overlay: &mut Overlay<'_>, code_hash: &CodeHash, bytes: u64) -> Result<(), ExecFault> {
    let bytes = u32::try_from(bytes).map_err(|_| ExecFault::Invariant("code is longer than its limit".into()))?;
    Ok(overlay.write(&key::code_load(code_hash), &bytes)?)
}

/// Records a contract of deployed code; its address is taken once and for all.
///
/// # Errors
/// [`RejectCode::CodeUnknown`], [`RejectCode::ContractExists`].
pub fn create(
    overlay: &mut Overlay<'_>,
    events: &mut Vec<Event>,
    creator: &Address,
    code_hash: &CodeHash,
    salt: &[u8; 32],
    policy: ContractPolicy,
) -> Result<Address, Refusal> {
    if load_bytes(overlay, code_hash)?.is_none() {
        return Err(RejectCode::CodeUnknown.into());
    }
    let contract = Address::of_contract(creator, code_hash, salt);
    let key = key::contract(&contract);
    if overlay.get(&key)?.is_some() {
        return Err(RejectCode::ContractExists.into());
    }
    let record = record::Contract {
        code_hash: *code_hash,
        creator: *creator,
        policy,
        paused_until: UnixMillis(0),
        announced: None,
    };
    overlay.write(&key, &record)?;
    events.push(Event::ContractCreated { contract, code_hash: *code_hash, creator: *creator });
    Ok(contract)
}

/// Charges for loading deployed code, before it is loaded.
///
/// # Errors
/// [`RejectCode::CodeUnknown`], [`RejectCode::OutOfGas`].
pub fn pay_for_load(context: &mut TxContext<'_, '_>, code_hash: &CodeHash) -> Result<(), Refusal> {
    let bytes = load_bytes(context.overlay, code_hash)?.ok_or(RejectCode::CodeUnknown)?;
    Ok(context.meter.charge(Gas(tacit_vm::gas::load(bytes.into())))?)
}

/// The record of a contract.
///
/// # Errors
/// [`RejectCode::ContractUnknown`].
pub fn read(overlay: &mut Overlay<'_>, contract: &Address) -> Result<record::Contract, Refusal> {
    overlay.read(&key::contract(contract))?.ok_or_else(|| RejectCode::ContractUnknown.into())
}

/// Writes the record of a contract that [`read`] gave.
///
/// # Errors
/// A fault.
pub fn write(overlay: &mut Overlay<'_>, contract: &Address, record: &record::Contract) -> Result<(), Refusal> {
    Ok(overlay.write(&key::contract(contract), record)?)
}

/// Gives a contract other code; what was announced is done with. Whether it may be was decided before.
///
/// # Errors
/// A fault, also when there is no such contract.
pub fn set_code(
    overlay: &mut Overlay<'_>,
    events: &mut Vec<Event>,
    contract: &Address,
    code_hash: &CodeHash,
) -> Result<(), ExecFault> {
    let key = key::contract(contract);
    let Some(mut record) = overlay.read::<record::Contract>(&key)? else {
        return Err(ExecFault::Invariant(format!("the contract {contract} that changes its code does not exist")));
    };
    record.code_hash = *code_hash;
    record.announced = None;
    overlay.write(&key, &record)?;
    events.push(Event::CodeChanged { contract: *contract, code_hash: *code_hash });
    Ok(())
}
