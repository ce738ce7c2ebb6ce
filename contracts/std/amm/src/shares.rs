//! Shares of the pool: what they cost and are worth, and how they move. Every number is rounded for those who stay.

use crate::amm::{ALLOWANCES, Book, Error, LOCKED_SHARES, Pool, SHARES, SUPPLY};
use crate::curve::{self, RESERVE_MAX};
use crate::events::{Approved, Transferred};
use tacit_sdk::prelude::*;

impl Pool {
    /// What a deposit takes of both tokens, and its shares.
    pub fn deposit_for(
        &self,
        supply: Shares,
        most_first: Amount,
        most_second: Amount,
    ) -> Result<(Amount, Amount, Shares), Error> {
        if most_first > RESERVE_MAX || most_second > RESERVE_MAX {
            return Err(Error::TooLarge);
        }
        if supply.is_zero() {
            let all = curve::first_shares(most_first, most_second).ok_or(Error::TooLarge)?;
            let shares = all.checked_sub(LOCKED_SHARES).ok_or(Error::TooSmall)?;
            return Ok((most_first, most_second, shares));
        }
        // As many shares as both amounts buy, rounded down, and what they cost, rounded up: never more than was offered.
        let bought =
            |most, book: &Book| supply.checked_mul_div(most, book.reserve, Rounding::Down).ok_or(Error::TooLarge);
        let shares = bought(most_first, &self.first)?.min(bought(most_second, &self.second)?);
        let cost = |book: &Book| book.reserve.checked_mul_div(shares, supply, Rounding::Up).ok_or(Error::TooLarge);
        Ok((cost(&self.first)?, cost(&self.second)?, shares))
    }

    /// Burns shares of the caller and takes what they are worth out of the reserves.
    pub fn redeem(
        &mut self,
        shares: Shares,
        (least_first, least_second): (Amount, Amount),
    ) -> Result<(Amount, Amount), Error> {
        if shares.is_zero() {
            return Err(Error::TooSmall);
        }
        let (by, supply) = (env::caller(), SUPPLY.get_or_default());
        let left = SHARES.get_or_default(&by).checked_sub(shares).ok_or(Error::InsufficientBalance)?;
        self.count_prices();
        let worth = |book: &Book| shares.worth(book.reserve, supply, Rounding::Down);
        let (first, second) = (worth(&self.first), worth(&self.second));
        if first < least_first || second < least_second {
            return Err(Error::Slippage);
        }
        SHARES.put(&by, &left);
        SUPPLY.set(&(supply - shares));
        Transferred { from: by, to: Address::ZERO, amount: shares }.emit();
        self.first.reserve -= first;
        self.second.reserve -= second;
        Ok((first, second))
    }
}

/// Makes shares.
pub fn mint(to: &Address, amount: Shares) {
    SUPPLY.set(&(SUPPLY.get_or_default() + amount));
    SHARES.put(to, &(SHARES.get_or_default(to) + amount));
    Transferred { from: Address::ZERO, to: *to, amount }.emit();
}

/// Sets an allowance.
pub fn allow(owner: &Address, spender: &Address, amount: Shares) {
    ALLOWANCES.put(&(*owner, *spender), &amount);
    Approved { owner: *owner, spender: *spender, amount }.emit();
}

/// Moves shares.
pub fn shift(from: &Address, to: &Address, amount: Shares) -> Result<(), Error> {
    if to.is_zero() || *to == env::self_address() {
        return Err(Error::BadRecipient);
    }
    let left = SHARES.get_or_default(from).checked_sub(amount).ok_or(Error::InsufficientBalance)?;
    SHARES.put(from, &left);
    // Read after the write, so that a transfer to oneself neither makes nor destroys anything.
    let had = SHARES.get_or_default(to);
    SHARES.put(to, &(had + amount));
    Transferred { from: *from, to: *to, amount }.emit();
    Ok(())
}
