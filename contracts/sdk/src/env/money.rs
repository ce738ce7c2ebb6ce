//! Native money and the chain's assets. Moving them runs no code of the receiver.

use crate::{Address, Amount, AssetId, host};

/// Why money did not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    /// This contract has not that much.
    InsufficientBalance,
    /// The receiver cannot take it.
    RecipientRefused,
}

/// The native balance of an address.
#[must_use]
pub fn balance(address: &Address) -> Amount {
    let mut out = [0; 16];
    // SAFETY: the host reads 32 bytes and writes 16.
    unsafe { host::balance(host::pointer(&address.0), host::pointer_mut(&mut out)) };
    Amount(u128::from_le_bytes(out))
}

/// Moves native money from this contract. Write down first that it is gone.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// # use tacit_sdk::env::TransferError;
/// # const OWED: Map<Address, Amount> = Map::new(0);
/// fn pay_out() -> Result<(), TransferError> {
///     let to = env::caller();
///     let amount = OWED.take(&to).unwrap_or_default();
///     env::transfer(&to, amount)
/// }
/// # pay_out().unwrap();
/// ```
///
/// # Errors
/// Nothing moved.
pub fn transfer(to: &Address, amount: Amount) -> Result<(), TransferError> {
    host::before_write();
    let amount = amount.0.to_le_bytes();
    // SAFETY: the host reads 32 and 16 bytes.
    moved(unsafe { host::transfer(host::pointer(&to.0), host::pointer(&amount)) })
}

/// The balance of an address in an asset.
#[must_use]
pub fn asset_balance(asset: &AssetId, address: &Address) -> Amount {
    let mut out = [0; 16];
    // SAFETY: the host reads 32 bytes twice and writes 16.
    unsafe { host::asset_balance(host::pointer(&asset.0), host::pointer(&address.0), host::pointer_mut(&mut out)) };
    Amount(u128::from_le_bytes(out))
}

/// Moves an asset from this contract.
///
/// # Errors
/// Nothing moved.
pub fn asset_transfer(asset: &AssetId, to: &Address, amount: Amount) -> Result<(), TransferError> {
    host::before_write();
    let amount = amount.0.to_le_bytes();
    // SAFETY: the host reads 32, 32 and 16 bytes.
    moved(unsafe { host::asset_transfer(host::pointer(&asset.0), host::pointer(&to.0), host::pointer(&amount)) })
}

fn moved(result: i32) -> Result<(), TransferError> {
    match result {
        tacit_abi::OK => Ok(()),
        tacit_abi::INSUFFICIENT_BALANCE => Err(TransferError::InsufficientBalance),
        _ => Err(TransferError::RecipientRefused),
    }
}
