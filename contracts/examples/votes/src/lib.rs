//! A token whose holders vote, as small as it can be: what a governor needs of a token, and an example of values that
//! are remembered by height. Everybody votes with what it holds; there is no delegation and no allowance.
//!
//! Invariants: the balances add up to the supply; what was held at a height that is over never changes.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A token whose holders vote.
#[tacit_sdk::contract]
mod votes {
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        /// What a holder had from a height on; heights count down, so that the newest is first.
        HELD: OrderedMap<(Address, u64), Amount> = 0;
        /// The supply.
        SUPPLY: Item<Amount> = 1;
        /// The height at which the supply was made.
        MADE: Item<Height> = 2;
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The holder has less than the amount.
        InsufficientBalance = 1,
        /// The height is not over yet.
        NotOver = 2,
    }

    /// Tokens moved.
    #[event]
    pub struct Transferred {
        /// Who gave.
        pub from: Address,
        /// Who got.
        pub to: Address,
        /// Base units.
        pub amount: Amount,
    }

    /// Makes the supply and gives it to the creator.
    #[init]
    fn init(supply: Amount) {
        SUPPLY.set(&supply);
        MADE.set(&env::height());
        remember(&env::caller(), supply);
    }

    /// Gives tokens of the caller.
    #[call]
    fn transfer(to: Address, amount: Amount) -> Result<(), Error> {
        let from = env::caller();
        let left = held(&from, env::height()).checked_sub(amount).ok_or(Error::InsufficientBalance)?;
        remember(&from, left);
        remember(&to, held(&to, env::height()) + amount);
        Transferred { from, to, amount }.emit();
        Ok(())
    }

    /// What a holder has.
    #[view]
    fn balance_of(holder: Address) -> Amount {
        held(&holder, env::height())
    }

    /// What a holder had at the end of a height that is over.
    #[view]
    fn votes_at(holder: Address, height: Height) -> Result<Amount, Error> {
        if height >= env::height() {
            return Err(Error::NotOver);
        }
        Ok(held(&holder, height))
    }

    /// The supply at the end of a height that is over.
    #[view]
    fn total_votes_at(height: Height) -> Result<Amount, Error> {
        if height >= env::height() {
            return Err(Error::NotOver);
        }
        let was_made = MADE.get().is_some_and(|made| made <= height);
        Ok(if was_made { SUPPLY.get_or_default() } else { Amount::ZERO })
    }

    fn remember(holder: &Address, amount: Amount) {
        HELD.set(&(*holder, newest_first(env::height())), &amount);
    }

    fn held(holder: &Address, height: Height) -> Amount {
        // The key before that of the height itself; no height is as large as to have none before it.
        let after = (*holder, newest_first(height).saturating_sub(1));
        let found: List<((Address, u64), Amount), 1> = HELD.page_within(holder, Some(&after));
        found.iter().next().map_or(Amount::ZERO, |(_, amount)| *amount)
    }

    fn newest_first(height: Height) -> u64 {
        u64::MAX.saturating_sub(height.0)
    }
}
