//! Money in accounts: read, credit, debit, native and issued. The only file that changes a balance.

use crate::error::{ExecFault, Refusal};
use tacit_state::record::Account;
use tacit_state::{Overlay, StateFault, key};
use tacit_types::{Address, Amount, AssetId, RejectCode};

/// The account at `address`; an absent one is empty.
pub fn read(overlay: &mut Overlay<'_>, address: &Address) -> Result<Account, StateFault> {
    Ok(overlay.read(&key::account(address))?.unwrap_or_default())
}

/// Stores `account`; an empty one is removed, so that absent and empty stay the same thing.
pub fn write(overlay: &mut Overlay<'_>, address: &Address, account: &Account) -> Result<(), StateFault> {
    let key = key::account(address);
    if account.is_empty() { overlay.set(&key, None) } else { overlay.write(&key, account) }
}

/// Adds `amount` to a balance.
pub fn credit(overlay: &mut Overlay<'_>, address: &Address, amount: Amount) -> Result<(), Refusal> {
    if amount == Amount::ZERO {
        return Ok(());
    }
    let mut account = read(overlay, address)?;
    account.balance = account.balance.checked_add(amount).ok_or(RejectCode::AmountOverflow)?;
    Ok(write(overlay, address, &account)?)
}

/// Takes `amount` from a balance.
pub fn debit(overlay: &mut Overlay<'_>, address: &Address, amount: Amount) -> Result<(), Refusal> {
    if amount == Amount::ZERO {
        return Ok(());
    }
    let mut account = read(overlay, address)?;
    account.balance = account.balance.checked_sub(amount).ok_or(RejectCode::InsufficientBalance)?;
    Ok(write(overlay, address, &account)?)
}

/// Moves `amount`. A move to oneself needs the balance too and changes nothing.
pub fn transfer(overlay: &mut Overlay<'_>, from: &Address, to: &Address, amount: Amount) -> Result<(), Refusal> {
    debit(overlay, from, amount)?;
    credit(overlay, to, amount)
}

/// What `address` holds of `asset`.
pub fn balance_of(overlay: &mut Overlay<'_>, asset: &AssetId, address: &Address) -> Result<Amount, StateFault> {
    if *asset == AssetId::NATIVE {
        return Ok(read(overlay, address)?.balance);
    }
    Ok(overlay.read(&key::asset_balance(address, asset))?.unwrap_or_default())
}

/// Adds `amount` of `asset` to what `address` holds.
pub fn credit_asset(
    overlay: &mut Overlay<'_>,
    asset: &AssetId,
    address: &Address,
    amount: Amount,
) -> Result<(), Refusal> {
    if *asset == AssetId::NATIVE {
        return credit(overlay, address, amount);
    }
    let balance = balance_of(overlay, asset, address)?.checked_add(amount).ok_or(RejectCode::AmountOverflow)?;
    Ok(write_asset_balance(overlay, asset, address, balance)?)
}

/// Takes `amount` of `asset` from what `address` holds.
pub fn debit_asset(
    overlay: &mut Overlay<'_>,
    asset: &AssetId,
    address: &Address,
    amount: Amount,
) -> Result<(), Refusal> {
    if *asset == AssetId::NATIVE {
        return debit(overlay, address, amount);
    }
    let balance = balance_of(overlay, asset, address)?.checked_sub(amount).ok_or(RejectCode::InsufficientBalance)?;
    Ok(write_asset_balance(overlay, asset, address, balance)?)
}

/// A balance of nothing is removed, so that absent and nothing stay the same thing.
fn write_asset_balance(
    overlay: &mut Overlay<'_>,
    asset: &AssetId,
    address: &Address,
    balance: Amount,
) -> Result<(), StateFault> {
    let key = key::asset_balance(address, asset);
    if balance == Amount::ZERO { overlay.set(&key, None) } else { overlay.write(&key, &balance) }
}

/// Lowers the native supply by `burnt`.
pub fn burn_supply(overlay: &mut Overlay<'_>, burnt: Amount) -> Result<(), ExecFault> {
    if burnt == Amount::ZERO {
        return Ok(());
    }
    let supply: Amount = overlay.read(&key::supply())?.unwrap_or_default();
    let left = supply
        .checked_sub(burnt)
        .ok_or_else(|| ExecFault::Invariant(format!("burning {burnt} of a supply of {supply}")))?;
    Ok(overlay.write(&key::supply(), &left)?)
}
