//! A pool of two tokens that anyone can trade with, at x*y=k, and add to for shares of it.
//!
//! It counts with its own books, never with balances: what is sent to it without a call changes no price and no share.
//! Balances are read only to see that a token moved what it was told to move, and that nothing is missing. Every number
//! is rounded against the trader. It must never pay before it is paid, and it gives no answer while it works: the chain
//! refuses to enter it, or another of its creator's pools and oracles, by call or by view, until it is done.
//!
//! Invariants: the product of the reserves never falls by a trade, and per share never by a deposit or a withdrawal; a
//! token's balance covers reserve, fees and credits; shares add up to the supply, of which the least is locked for ever;
//! reserves are nothing or both something.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod books;
mod curve;
mod events;
mod shares;
mod tokens;
mod trade;

/// A pool of two tokens that trades them at x*y=k.
#[tacit_sdk::contract(lock_group = "7461636974207374643a20706f6f6c7320616e64207072696365730000000000")]
mod amm {
    use crate::books::require_in_time;
    use crate::events::{CreditCollected, Deposited, FeesCollected, Skimmed, Withdrawn};
    use crate::shares::{allow, mint, shift};
    use crate::tokens::Answer;
    use crate::trade::{Trade, grown};
    use tacit_sdk::prelude::*;

    /// Shares of the first deposit that nobody gets: with them, no share is ever worth much, and no reserve empty.
    pub const LOCKED_SHARES: Shares = Shares(1_000);
    /// The highest fee, in basis points.
    pub const FEE_MAX: u32 = 100;
    /// The most of the fee that the protocol gets, in basis points.
    pub const PROTOCOL_SHARE_MAX: u32 = 2_500;

    storage! {
        version = 1;
        /// The books of both tokens, prices over time, and the rules.
        POOL: Item<Pool> = 0;
        /// All shares.
        SUPPLY: Item<Shares> = 1;
        /// Shares by holder.
        SHARES: Map<Address, Shares> = 2;
        /// What a spender may still take, by owner and spender.
        ALLOWANCES: Map<(Address, Address), Shares> = 3;
        /// What was withdrawn but not collected, by holder and token: parts of the book's credits.
        CLAIMS: Map<(Address, Address), Shares> = 4;
        /// All claims on a token's credits.
        BOOK_CLAIMS: Map<Address, Shares> = 5;
        /// Tokens that gave no answer when they were asked last.
        SILENT: Set<Address> = 6;
    }

    /// What the pool has of one token.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Book {
        /// The token.
        pub token: Address,
        /// What belongs to the shares and makes the price.
        pub reserve: Amount,
        /// What belongs to the protocol.
        pub fees: Amount,
        /// What belongs to those who withdrew but did not collect.
        pub credits: Amount,
        /// The sum of this token's price in the other, times milliseconds, in units of 2^-80.
        pub price_sum: U256,
    }

    /// Everything that a trade reads and writes.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Pool {
        /// The first token's.
        pub first: Book,
        /// The second token's.
        pub second: Book,
        /// Up to when the price sums count.
        pub updated: Timestamp,
        /// The fee on what goes in, in basis points.
        pub fee: u32,
        /// The protocol's part of the fee, in basis points.
        pub protocol_share: u32,
        /// Who gets the protocol's part.
        pub fee_receiver: Address,
        /// A token lost some of the pool's balance: withdrawals only, for good.
        pub is_retired: bool,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The owner has fewer shares than that.
        InsufficientBalance = 1,
        /// The owner allows less than that.
        InsufficientAllowance = 2,
        /// The two tokens are one, or not tokens.
        BadTokens = 3,
        /// The fee or the protocol's share is above its limit.
        FeeTooHigh = 4,
        /// The deadline is over.
        Expired = 5,
        /// The token is none of the pool's.
        UnknownToken = 6,
        /// The zero address, the pool itself and its tokens receive nothing.
        BadRecipient = 7,
        /// The amount is nothing, or so small that nothing would come of it.
        TooSmall = 8,
        /// A reserve would be larger than 2^112 - 1.
        TooLarge = 9,
        /// Less would come out, or more go in, than the caller's limit.
        Slippage = 10,
        /// The reserve has not that much.
        InsufficientLiquidity = 11,
        /// A token failed when it was to be moved, or asked for a balance.
        TokenRefused = 12,
        /// A token moved another amount than it was told to.
        TokenMisbehaved = 13,
        /// The pool has less of a token than its books say: call `sync`.
        Shortfall = 14,
        /// The pool is retired: withdraw.
        Retired = 15,
        /// Nothing is missing.
        NothingToSync = 16,
        /// The allowance is not nothing, or not what was expected: use `change_allowance` with what it is.
        AllowanceDiffers = 17,
        /// The product of the reserves would fall: a defect of the pool, and nothing happened.
        ProductFalls = 18,
        /// The token is not asked with so little gas: its failure would say nothing.
        TooLittleGas = 19,
    }

    /// Makes an empty pool of two tokens with a fee, and the protocol's part of the fee, in basis points. None of this ever
    /// changes, and nobody has more rights than others.
    #[init]
    fn init(
        first: Address,
        second: Address,
        fee: u32,
        protocol_share: u32,
        fee_receiver: Address,
    ) -> Result<(), Error> {
        if first == second {
            return Err(Error::BadTokens);
        }
        if fee > FEE_MAX || protocol_share > PROTOCOL_SHARE_MAX {
            return Err(Error::FeeTooHigh);
        }
        let (first, second) = (Book::new(first), Book::new(second));
        // Whoever answers has at least a balance.
        for book in [&first, &second] {
            match book.ask() {
                Ok(Answer::Holds(_)) => {}
                Err(Error::TooLittleGas) => return Err(Error::TooLittleGas),
                _ => return Err(Error::BadTokens),
            }
        }
        let pool = Pool { first, second, updated: env::now(), fee, protocol_share, fee_receiver, is_retired: false };
        // Else the fees could never leave.
        pool.require_recipient(&fee_receiver)?;
        POOL.set(&pool);
        Ok(())
    }

    /// Gives exactly an amount of one token for at least so much of the other, until the deadline. Returns what came out.
    #[call]
    fn swap_exact_in(
        token_in: Address,
        amount_in: Amount,
        least_out: Amount,
        to: Address,
        deadline: Timestamp,
    ) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        pool.require_open(deadline, &to)?;
        let amount_out = pool.quote_in(&token_in, amount_in)?;
        if amount_out < least_out {
            return Err(Error::Slippage);
        }
        pool.trade(&Trade { token_in, amount_in, amount_out, to })?;
        Ok(amount_out)
    }

    /// Gets exactly an amount of the other token for at most so much of one, until the deadline. Returns what went in.
    #[call]
    fn swap_exact_out(
        token_in: Address,
        amount_out: Amount,
        most_in: Amount,
        to: Address,
        deadline: Timestamp,
    ) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        pool.require_open(deadline, &to)?;
        let amount_in = pool.quote_out(&token_in, amount_out)?;
        if amount_in > most_in {
            return Err(Error::Slippage);
        }
        pool.trade(&Trade { token_in, amount_in, amount_out, to })?;
        Ok(amount_in)
    }

    /// Gives at most so much of both tokens, in the ratio of the reserves, for at least so many shares, until the
    /// deadline. The first deposit sets the ratio. Returns what went in and the shares.
    #[call]
    fn deposit(
        most_first: Amount,
        most_second: Amount,
        least_shares: Shares,
        to: Address,
        deadline: Timestamp,
    ) -> Result<(Amount, Amount, Shares), Error> {
        let mut pool = Pool::load();
        pool.require_open(deadline, &to)?;
        pool.count_prices();
        let supply = SUPPLY.get_or_default();
        let (first, second, shares) = pool.deposit_for(supply, most_first, most_second)?;
        if shares.is_zero() || first.is_zero() || second.is_zero() {
            return Err(Error::TooSmall);
        }
        if shares < least_shares {
            return Err(Error::Slippage);
        }
        pool.first.reserve = grown(pool.first.reserve, first)?;
        pool.second.reserve = grown(pool.second.reserve, second)?;
        if supply.is_zero() {
            mint(&Address::ZERO, LOCKED_SHARES);
        }
        mint(&to, shares);
        pool.save();
        Deposited { by: env::caller(), to, first, second, shares }.emit();
        pool.first.pull(first)?;
        pool.second.pull(second)?;
        Ok((first, second, shares))
    }

    /// Gives up shares for at least so much of both tokens, until the deadline. Returns what came out.
    #[call]
    fn withdraw(
        shares: Shares,
        least_first: Amount,
        least_second: Amount,
        to: Address,
        deadline: Timestamp,
    ) -> Result<(Amount, Amount), Error> {
        let mut pool = Pool::load();
        require_in_time(deadline)?;
        pool.require_recipient(&to)?;
        let (first, second) = pool.redeem(shares, (least_first, least_second))?;
        pool.save();
        Withdrawn { by: env::caller(), to, first, second, shares, as_credit: false }.emit();
        pool.first.pay(to, first)?;
        pool.second.pay(to, second)?;
        Ok((first, second))
    }

    // So a token that fails cannot keep the other one in the pool. What a token is found to have lost is written down
    // first: whoever leaves first must not leave with the part of those who stay.
    /// As `withdraw`, but moves no token: what comes out waits for `collect_credit`. Writes down what is missing, as `sync`.
    #[call]
    fn withdraw_as_credit(
        shares: Shares,
        least_first: Amount,
        least_second: Amount,
        deadline: Timestamp,
    ) -> Result<(Amount, Amount), Error> {
        let mut pool = Pool::load();
        require_in_time(deadline)?;
        pool.examine()?;
        let (first, second) = pool.redeem(shares, (least_first, least_second))?;
        let by = env::caller();
        pool.first.credit(&by, first)?;
        pool.second.credit(&by, second)?;
        pool.save();
        Withdrawn { by, to: by, first, second, shares, as_credit: true }.emit();
        Ok((first, second))
    }

    /// Pays the caller's credit in one token.
    #[call]
    fn collect_credit(token: Address, to: Address) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        pool.require_recipient(&to)?;
        let by = env::caller();
        let book = pool.book(&token)?;
        let amount = book.take_credit(&by);
        if amount.is_zero() {
            return Err(Error::TooSmall);
        }
        let book = *book;
        POOL.set(&pool);
        CreditCollected { by, token, to, amount }.emit();
        book.pay(to, amount)?;
        Ok(amount)
    }

    // What was sent without a call belongs to nobody; but what a retired pool has too much may be what it has lost before.
    /// Pays out what the pool has of a token beyond its books, unless it is retired. Anyone may.
    #[call]
    fn skim(token: Address, to: Address) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        pool.require_recipient(&to)?;
        pool.require_trading()?;
        let book = *pool.book(&token)?;
        let amount = book.held()?.checked_sub(book.owed()).ok_or(Error::Shortfall)?;
        if amount.is_zero() {
            return Err(Error::TooSmall);
        }
        Skimmed { token, to, amount }.emit();
        book.pay(to, amount)?;
        Ok(amount)
    }

    // The holders of shares bear the loss in equal parts, and nobody can trade at a price that the loss made. A token that
    // gives no answer is noted, and does not keep the loss of the other from being written down.
    /// Writes down what a token lost of the pool's balance and retires the pool. Never raises a reserve. Anyone may.
    #[call]
    fn sync() -> Result<(), Error> {
        let mut pool = Pool::load();
        let silent = |pool: &Pool| (SILENT.contains(&pool.first.token), SILENT.contains(&pool.second.token));
        let before = silent(&pool);
        if !pool.examine()? && silent(&pool) == before {
            return Err(Error::NothingToSync);
        }
        pool.save();
        Ok(())
    }

    /// Pays the protocol's fees in one token to their receiver. Anyone may.
    #[call]
    fn collect_fees(token: Address) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        let to = pool.fee_receiver;
        let book = pool.book(&token)?;
        let amount = core::mem::take(&mut book.fees);
        let book = *book;
        if amount.is_zero() {
            return Err(Error::TooSmall);
        }
        POOL.set(&pool);
        FeesCollected { token, to, amount }.emit();
        book.pay(to, amount)?;
        Ok(amount)
    }

    /// Gives shares of the caller.
    #[call]
    fn transfer(to: Address, amount: Shares) -> Result<(), Error> {
        shift(&env::caller(), &to, amount)
    }

    // A spender who sees a change from one number to another coming could take both.
    /// Lets a spender take up to a number of the caller's shares; only from nothing or to nothing.
    #[call]
    fn approve(spender: Address, amount: Shares) -> Result<(), Error> {
        let owner = env::caller();
        if !amount.is_zero() && ALLOWANCES.has(&(owner, spender)) {
            return Err(Error::AllowanceDiffers);
        }
        allow(&owner, &spender, amount);
        Ok(())
    }

    /// Changes an allowance that is what the caller expects.
    #[call]
    fn change_allowance(spender: Address, expected: Shares, amount: Shares) -> Result<(), Error> {
        let owner = env::caller();
        if ALLOWANCES.get_or_default(&(owner, spender)) != expected {
            return Err(Error::AllowanceDiffers);
        }
        allow(&owner, &spender, amount);
        Ok(())
    }

    /// Gives shares of an owner who allows the caller to.
    #[call]
    fn transfer_from(owner: Address, to: Address, amount: Shares) -> Result<(), Error> {
        let key = (owner, env::caller());
        let left = ALLOWANCES.get_or_default(&key).checked_sub(amount).ok_or(Error::InsufficientAllowance)?;
        ALLOWANCES.put(&key, &left);
        shift(&owner, &to, amount)
    }

    /// The shares of a holder.
    #[view]
    fn balance_of(holder: Address) -> Shares {
        SHARES.get_or_default(&holder)
    }

    /// What a spender may still take of an owner's shares.
    #[view]
    fn allowance(owner: Address, spender: Address) -> Shares {
        ALLOWANCES.get_or_default(&(owner, spender))
    }

    /// All shares, those locked for ever included.
    #[view]
    fn total_supply() -> Shares {
        SUPPLY.get_or_default()
    }

    /// The whole books: tokens, reserves, fees, credits, price sums up to the last change, rules.
    #[view]
    fn pool() -> Pool {
        Pool::load()
    }

    /// The reserves of the first and the second token.
    #[view]
    fn reserves() -> (Amount, Amount) {
        let pool = Pool::load();
        (pool.first.reserve, pool.second.reserve)
    }

    /// The price sums of the first and the second token up to now, and now. The average price between two moments is the
    /// difference of the sums by the difference of the times, in units of 2^-80. A retired pool has no price.
    #[view]
    fn price_sums() -> Result<(U256, U256, Timestamp), Error> {
        let mut pool = Pool::load();
        pool.require_trading()?;
        pool.count_prices();
        Ok((pool.first.price_sum, pool.second.price_sum, pool.updated))
    }

    /// What `swap_exact_in` would give now. A retired pool quotes nothing.
    #[view]
    fn quote_exact_in(token_in: Address, amount_in: Amount) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        pool.require_trading()?;
        pool.quote_in(&token_in, amount_in)
    }

    /// What `swap_exact_out` would take now. A retired pool quotes nothing.
    #[view]
    fn quote_exact_out(token_in: Address, amount_out: Amount) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        pool.require_trading()?;
        pool.quote_out(&token_in, amount_out)
    }

    /// What a holder can collect of a token.
    #[view]
    fn credit_of(holder: Address, token: Address) -> Amount {
        Pool::load().book(&token).map(|book| book.credit_of(&holder)).unwrap_or_default()
    }
}
