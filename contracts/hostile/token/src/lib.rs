//! A token that behaves as a test tells it to: it takes fees, lies, fails, forgets balances, says nothing, and calls back into whoever
//! moves it. For tests alone; it must never hold anything of worth.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A token that cheats whoever trusts it.
#[tacit_sdk::contract]
mod hostile_token {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        /// Base units by holder.
        BALANCES: Map<Address, Amount> = 0;
        /// What a spender may still take, by owner and spender.
        ALLOWANCES: Map<(Address, Address), Amount> = 1;
        /// How it behaves.
        MODE: Item<u8> = 2;
        /// What it calls back: contract, function, input, and whether only to look.
        CALLBACK: Item<(Address, Text<48>, Bytes<256>, bool)> = 3;
        /// What became of the last call back.
        SEEN: Item<u8> = 4;
    }

    // Any other number: it moves what it says.
    /// The receiver gets one unit less.
    pub const RECEIVER_PAYS: u8 = 1;
    /// The giver loses one unit more.
    pub const GIVER_PAYS: u8 = 2;
    /// Says that it moved something, and did not.
    pub const LIES: u8 = 3;
    /// Always fails.
    pub const FAILS: u8 = 4;
    /// Calls back before it moves anything.
    pub const CALLS_BACK: u8 = 5;
    /// The receiver gets one unit more.
    pub const RECEIVER_GAINS: u8 = 6;
    /// The giver loses one unit less.
    pub const GIVER_GAINS: u8 = 7;
    /// Does not say what anybody has.
    pub const MUTE: u8 = 8;

    /// The call back did not happen yet.
    pub const NOTHING: u8 = 0;
    /// The chain refused the call back: its target was locked.
    pub const LOCKED: u8 = 1;
    /// The target refused by itself.
    pub const REFUSED: u8 = 2;
    /// The call back went through.
    pub const WENT_THROUGH: u8 = 3;

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The holder has less than the amount.
        InsufficientBalance = 1,
        /// The owner allows less than the amount.
        InsufficientAllowance = 2,
        /// It is told to fail.
        ToldTo = 3,
    }

    /// Gives the creator a supply.
    #[init]
    fn init(supply: Amount) {
        BALANCES.put(&env::caller(), &supply);
    }

    /// Says how it behaves from now on.
    #[call]
    fn behave(mode: u8) {
        MODE.set(&mode);
    }

    /// Says what it calls back, and that it does.
    #[call]
    fn call_back(target: Address, function: Text<48>, input: Bytes<256>, is_view: bool) {
        CALLBACK.set(&(target, function, input, is_view));
        MODE.set(&CALLS_BACK);
        SEEN.set(&NOTHING);
    }

    /// Makes an amount all that a holder has.
    #[call]
    fn set_balance(holder: Address, amount: Amount) {
        BALANCES.put(&holder, &amount);
    }

    /// Gives tokens of the caller.
    #[call]
    fn transfer(to: Address, amount: Amount) -> Result<(), Error> {
        shift(&env::caller(), &to, amount)
    }

    /// Lets a spender take up to an amount.
    #[call]
    fn approve(spender: Address, amount: Amount) {
        ALLOWANCES.put(&(env::caller(), spender), &amount);
    }

    /// Gives tokens of an owner who allows the caller to.
    #[call]
    fn transfer_from(owner: Address, to: Address, amount: Amount) -> Result<(), Error> {
        let key = (owner, env::caller());
        let left = ALLOWANCES.get_or_default(&key).checked_sub(amount).ok_or(Error::InsufficientAllowance)?;
        ALLOWANCES.put(&key, &left);
        shift(&owner, &to, amount)
    }

    /// What a holder has.
    #[view]
    fn balance_of(holder: Address) -> Result<Amount, Error> {
        if MODE.get_or_default() == MUTE { Err(Error::ToldTo) } else { Ok(BALANCES.get_or_default(&holder)) }
    }

    /// What became of the last call back.
    #[view]
    fn seen() -> u8 {
        SEEN.get_or_default()
    }

    fn shift(from: &Address, to: &Address, amount: Amount) -> Result<(), Error> {
        let one = Amount(1);
        match MODE.get_or_default() {
            RECEIVER_PAYS => shift_unequal(from, to, amount, amount - one),
            GIVER_PAYS => shift_unequal(from, to, amount + one, amount),
            RECEIVER_GAINS => shift_unequal(from, to, amount, amount + one),
            GIVER_GAINS => shift_unequal(from, to, amount - one, amount),
            LIES => Ok(()),
            FAILS => Err(Error::ToldTo),
            CALLS_BACK => {
                SEEN.set(&ask());
                shift_unequal(from, to, amount, amount)
            }
            _ => shift_unequal(from, to, amount, amount),
        }
    }

    fn shift_unequal(from: &Address, to: &Address, loses: Amount, gets: Amount) -> Result<(), Error> {
        let left = BALANCES.get_or_default(from).checked_sub(loses).ok_or(Error::InsufficientBalance)?;
        BALANCES.put(from, &left);
        let had = BALANCES.get_or_default(to);
        BALANCES.put(to, &(had + gets));
        Ok(())
    }

    fn ask() -> u8 {
        let Some((target, function, input, is_view)) = CALLBACK.get() else { return NOTHING };
        let target = Callee::at(target);
        let answer = if is_view {
            target.try_view_encoded::<()>(function.as_str(), input.as_slice())
        } else {
            target.try_call_encoded::<()>(function.as_str(), input.as_slice())
        };
        match answer {
            // An output of another type is an output.
            Ok(()) | Err(CallError::BadOutput) => WENT_THROUGH,
            Err(CallError::ReentryDenied) => LOCKED,
            Err(_) => REFUSED,
        }
    }
}
