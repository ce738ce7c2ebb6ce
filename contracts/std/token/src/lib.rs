//! A fungible token: the creator gets the whole supply; holders transfer, or approve others to do so.
//!
//! Invariants: the balances add up to the supply, which never changes; an allowance only falls by what was
//! spent. There are no hooks: a transfer runs no code but its own.
#![cfg_attr(target_arch = "wasm32", no_std)]

use tacit_sdk::{Address, Amount, env, errors, events, exports, storage};

storage! {
    /// How many base units there are.
    SUPPLY: Item<Amount> = 0;
    /// Base units by holder; holders of nothing have no entry.
    BALANCES: Map<Address, Amount> = 1;
    /// What a spender may still take, by owner and spender.
    ALLOWANCES: Map<(Address, Address), Amount> = 2;
}

errors! {
    /// Why a call fails.
    pub enum Error {
        /// The holder has less than the amount.
        InsufficientBalance = 1,
        /// The owner allows less than the amount.
        InsufficientAllowance = 2,
    }
}

events! {
    /// Tokens moved. At creation, they come from the zero address.
    pub struct Transferred {
        /// Who gave.
        pub from: Address,
        /// Who got.
        pub to: Address,
        /// Base units.
        pub amount: Amount,
    }

    /// An owner lets a spender take up to an amount.
    pub struct Approved {
        /// Whose tokens.
        pub owner: Address,
        /// Who may take them.
        pub spender: Address,
        /// Base units from now on.
        pub amount: Amount,
    }
}

exports! {
    /// Makes the whole supply and gives it to the creator.
    fn init(supply: Amount) -> Result<(), Error> {
        let creator = env::caller();
        SUPPLY.set(&supply);
        put(&creator, supply);
        Transferred { from: Address::ZERO, to: creator, amount: supply }.emit();
        Ok(())
    }

    /// Gives tokens of the caller.
    fn transfer(to: Address, amount: Amount) -> Result<(), Error> {
        shift(&env::caller(), &to, amount)
    }

    /// Lets a spender take up to an amount of the caller's tokens, instead of what was allowed before.
    fn approve(spender: Address, amount: Amount) -> Result<(), Error> {
        let owner = env::caller();
        allow(&owner, &spender, amount);
        Approved { owner, spender, amount }.emit();
        Ok(())
    }

    /// Gives tokens of an owner who allows the caller to.
    fn transfer_from(owner: Address, to: Address, amount: Amount) -> Result<(), Error> {
        let spender = env::caller();
        let allowed = ALLOWANCES.get(&(owner, spender)).unwrap_or_default();
        let left = allowed.checked_sub(amount).ok_or(Error::InsufficientAllowance)?;
        allow(&owner, &spender, left);
        shift(&owner, &to, amount)
    }

    /// What a holder has.
    fn balance_of(holder: Address) -> Result<Amount, Error> {
        Ok(BALANCES.get(&holder).unwrap_or_default())
    }

    /// What a spender may still take of an owner's tokens.
    fn allowance(owner: Address, spender: Address) -> Result<Amount, Error> {
        Ok(ALLOWANCES.get(&(owner, spender)).unwrap_or_default())
    }

    /// How many base units there are.
    fn total_supply() -> Result<Amount, Error> {
        Ok(SUPPLY.get().unwrap_or_default())
    }
}

fn shift(from: &Address, to: &Address, amount: Amount) -> Result<(), Error> {
    let held = BALANCES.get(from).unwrap_or_default();
    let left = held.checked_sub(amount).ok_or(Error::InsufficientBalance)?;
    put(from, left);
    // Read after the write, so that a transfer to oneself neither makes nor destroys anything.
    let had = BALANCES.get(to).unwrap_or_default();
    put(to, had + amount);
    Transferred { from: *from, to: *to, amount }.emit();
    Ok(())
}

fn put(holder: &Address, amount: Amount) {
    if amount == Amount::ZERO {
        BALANCES.remove(holder);
    } else {
        BALANCES.set(holder, &amount);
    }
}

fn allow(owner: &Address, spender: &Address, amount: Amount) {
    if amount == Amount::ZERO {
        ALLOWANCES.remove(&(*owner, *spender));
    } else {
        ALLOWANCES.set(&(*owner, *spender), &amount);
    }
}
