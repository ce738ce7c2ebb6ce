//! A fungible token: the creator gets the whole supply; holders transfer, or approve others to do so.
//!
//! Invariants: the balances add up to the supply, which never changes; an allowance only falls by what was
//! spent. There are no hooks: a transfer runs no code but its own.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A fungible token.
#[tacit_sdk::contract]
mod token {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        /// How many base units there are.
        SUPPLY: Item<Amount> = 0;
        /// Base units by holder; holders of nothing have no entry.
        BALANCES: Map<Address, Amount> = 1;
        /// What a spender may still take, by owner and spender.
        ALLOWANCES: Map<(Address, Address), Amount> = 2;
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The holder has less than the amount.
        InsufficientBalance = 1,
        /// The owner allows less than the amount.
        InsufficientAllowance = 2,
        /// The spender is allowed another amount than was expected: look again.
        AllowanceChanged = 3,
    }

    /// Tokens moved. At creation, they come from the zero address.
    #[event]
    pub struct Transferred {
        /// Who gave.
        pub from: Address,
        /// Who got.
        pub to: Address,
        /// Base units.
        pub amount: Amount,
    }

    /// An owner lets a spender take up to an amount.
    #[event]
    pub struct Approved {
        /// Whose tokens.
        pub owner: Address,
        /// Who may take them.
        pub spender: Address,
        /// Base units from now on.
        pub amount: Amount,
    }

    /// Makes the whole supply and gives it to the creator.
    #[init]
    fn init(supply: Amount) {
        let creator = env::caller();
        SUPPLY.set(&supply);
        BALANCES.put(&creator, &supply);
        Transferred { from: Address::ZERO, to: creator, amount: supply }.emit();
    }

    /// Gives tokens of the caller.
    #[call]
    fn transfer(to: Address, amount: Amount) -> Result<(), Error> {
        shift(&env::caller(), &to, amount)
    }

    /// Lets a spender take up to an amount of the caller's tokens, instead of what was allowed before. To change an amount
    /// that is not zero, use `change_allowance`.
    #[call]
    fn approve(spender: Address, amount: Amount) {
        let owner = env::caller();
        ALLOWANCES.put(&(owner, spender), &amount);
        Approved { owner, spender, amount }.emit();
    }

    /// As `approve`, if the spender is allowed exactly what is expected now: what it took meanwhile is noticed.
    #[call]
    fn change_allowance(spender: Address, expected: Amount, amount: Amount) -> Result<(), Error> {
        if allowance(env::caller(), spender) != expected {
            return Err(Error::AllowanceChanged);
        }
        approve(spender, amount);
        Ok(())
    }

    /// Gives tokens of an owner who allows the caller to.
    #[call]
    fn transfer_from(owner: Address, to: Address, amount: Amount) -> Result<(), Error> {
        let allowance = (owner, env::caller());
        let allowed = ALLOWANCES.get_or_default(&allowance);
        let left = allowed.checked_sub(amount).ok_or(Error::InsufficientAllowance)?;
        ALLOWANCES.put(&allowance, &left);
        shift(&owner, &to, amount)
    }

    /// What a holder has.
    #[view]
    fn balance_of(holder: Address) -> Amount {
        BALANCES.get_or_default(&holder)
    }

    /// What a spender may still take of an owner's tokens.
    #[view]
    fn allowance(owner: Address, spender: Address) -> Amount {
        ALLOWANCES.get_or_default(&(owner, spender))
    }

    /// How many base units there are.
    #[view]
    fn total_supply() -> Amount {
        SUPPLY.get_or_default()
    }

    fn shift(from: &Address, to: &Address, amount: Amount) -> Result<(), Error> {
        let left = BALANCES.get_or_default(from).checked_sub(amount).ok_or(Error::InsufficientBalance)?;
        BALANCES.put(from, &left);
        // Read after the write, so that a transfer to oneself neither makes nor destroys anything.
        let had = BALANCES.get_or_default(to);
        BALANCES.put(to, &(had + amount));
        Transferred { from: *from, to: *to, amount }.emit();
        Ok(())
    }
}
