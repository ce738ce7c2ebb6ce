//! The chain as a contract sees it.

use crate::{Address, Amount, host};

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
pub fn block_height() -> u64 {
    // SAFETY: takes no pointer.
    unsafe { host::block_height() }.cast_unsigned()
}

/// The time of the block being executed, in milliseconds since 1970. A proposer can shift it a little.
#[must_use]
pub fn block_time_ms() -> u64 {
    // SAFETY: takes no pointer.
    unsafe { host::block_time_ms() }.cast_unsigned()
}

/// The native balance of an address.
#[must_use]
pub fn balance(address: &Address) -> Amount {
    let mut out = [0; 16];
    // SAFETY: the host reads 32 bytes and writes 16.
    unsafe { host::balance(host::pointer(&address.0), host::pointer_mut(&mut out)) };
    Amount(u128::from_le_bytes(out))
}

/// Why native money did not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    /// This contract has not that much.
    InsufficientBalance,
    /// The receiver cannot take it.
    RecipientRefused,
}

/// Moves native money from this contract. Runs no code of the receiver.
///
/// # Errors
/// Nothing moved.
pub fn transfer(to: &Address, amount: Amount) -> Result<(), TransferError> {
    let amount = amount.0.to_le_bytes();
    // SAFETY: the host reads 32 and 16 bytes.
    match unsafe { host::transfer(host::pointer(&to.0), host::pointer(&amount)) } {
        tacit_abi::OK => Ok(()),
        tacit_abi::INSUFFICIENT_BALANCE => Err(TransferError::InsufficientBalance),
        _ => Err(TransferError::RecipientRefused),
    }
}

/// The plain BLAKE3 hash of some bytes.
#[must_use]
pub fn blake3(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: the host reads the slice and writes 32 bytes.
    unsafe { host::blake3(host::pointer(data), host::length(data), host::pointer_mut(&mut out)) };
    out
}

/// Records an event; [`crate::events!`] makes typed ones.
pub fn emit(topic: &[u8; 32], data: &[u8]) {
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
