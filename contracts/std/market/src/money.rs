//! What the market owes to whom. All of it together must never be more than the market has.

use crate::market::{CREDITS, OWED};
use tacit_sdk::prelude::*;

/// Money came in.
pub fn owe_more(amount: Amount) {
    OWED.set(&(OWED.get_or_default() + amount));
}

/// Money that is owed already is owed to an account from now on.
pub fn credit(account: &Address, amount: Amount) {
    CREDITS.set(account, &(CREDITS.get_or_default(account) + amount));
}

/// As [`credit`]; nothing is owed to nobody.
pub fn credit_if_any(account: &Address, amount: Amount) {
    if !amount.is_zero() {
        credit(account, amount);
    }
}
