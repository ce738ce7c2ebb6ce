//! Who calls what, when, with what; the receipt; the end.

use super::code_hash;
use crate::{Address, Amount, Height, Timestamp, host};

/// The contract's own address.
#[must_use]
pub fn self_address() -> Address {
    let mut out = [0; 32];
    // SAFETY: the host writes 32 bytes.
    unsafe { host::self_address(host::pointer_mut(&mut out)) };
    Address(out)
}

/// Who called: an account or a contract.
#[must_use]
pub fn caller() -> Address {
    let mut out = [0; 32];
    // SAFETY: the host writes 32 bytes.
    unsafe { host::caller(host::pointer_mut(&mut out)) };
    Address(out)
}

/// The native money that came with the call.
#[must_use]
pub fn value() -> Amount {
    let mut out = [0; 16];
    // SAFETY: the host writes 16 bytes.
    unsafe { host::value(host::pointer_mut(&mut out)) };
    Amount(u128::from_le_bytes(out))
}

/// The id of the chain's genesis; bind signatures to it.
#[must_use]
pub fn genesis_id() -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: the host writes 32 bytes.
    unsafe { host::genesis_id(host::pointer_mut(&mut out)) };
    out
}

/// The height of the block being executed.
#[must_use]
pub fn height() -> Height {
    // SAFETY: takes no pointer.
    Height(unsafe { host::block_height() }.cast_unsigned())
}

/// The time of the block being executed. A proposer can shift it a little.
#[must_use]
pub fn now() -> Timestamp {
    // SAFETY: takes no pointer.
    Timestamp(unsafe { host::block_time_ms() }.cast_unsigned())
}

/// Gas that this call has left.
#[must_use]
pub fn gas_left() -> u64 {
    // SAFETY: takes no pointer.
    unsafe { host::gas_left() }.cast_unsigned()
}

/// How many contracts are on the call stack; 1 if this one was called by an account.
#[must_use]
pub fn call_depth() -> u32 {
    // SAFETY: takes no pointer.
    unsafe { host::call_depth() }.cast_unsigned()
}

/// Whether an account called this contract, and no contract stands between: neither on the call stack, nor by having
/// deferred the call. A contract in between can make callees fail, by locks and by depth; see also
/// [`crate::Callee::has_gas`].
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// # #[error] pub enum Error { /** Accounts only. */ DirectOnly = 1, }
/// # fn end_auction() -> Result<(), Error> {
/// if !env::is_called_by_account() {
///     return Err(Error::DirectOnly);
/// }
/// # Ok(()) }
/// ```
#[must_use]
pub fn is_called_by_account() -> bool {
    call_depth() == 1 && code_hash(&caller()).is_none()
}

/// Whether this call may change nothing.
#[must_use]
pub fn is_static() -> bool {
    // SAFETY: takes no pointer.
    unsafe { host::is_static() != 0 }
}

/// A line for the debug trace of a simulation; on the chain it does nothing.
pub fn log(line: &str) {
    // SAFETY: the range is that of a slice.
    unsafe { host::log(host::pointer(line.as_bytes()), host::length(line.as_bytes())) };
}

/// Records an event; `#[event]` makes typed ones.
pub fn emit(topic: &[u8; 32], data: &[u8]) {
    host::before_write();
    // SAFETY: the host reads one topic and the slice. The only result is success.
    unsafe { host::emit(host::pointer(topic), 1, host::pointer(data), host::length(data)) };
}

/// Ends the call, undoing everything it did.
pub fn revert(code: u32, data: &[u8]) -> ! {
    // SAFETY: the range is that of a slice.
    unsafe { host::revert(code.cast_signed(), host::pointer(data), host::length(data)) };
    never()
}

/// What follows a host function that does not return.
#[allow(clippy::panic)] // Only off the chain.
pub(crate) fn never() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("the host returned from where it must not");
}
