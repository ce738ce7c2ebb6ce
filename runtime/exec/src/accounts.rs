//! Money in accounts: read, credit, debit. The only file that changes a native balance.

use crate::error::{ExecFault, Refusal};
use tacit_state::record::Account;
use tacit_state::{Overlay, StateFault, key};
use tacit_types::{Address, Amount, RejectCode};

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
