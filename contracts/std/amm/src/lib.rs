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

mod curve;
mod events;
mod tokens;

/// A pool of two tokens that trades them at x*y=k.
#[tacit_sdk::contract(lock_group = "7461636974207374643a20706f6f6c7320616e64207072696365730000000000")]
mod amm {
    use crate::curve::{self, RESERVE_MAX};
    use crate::events::{
        Approved, CreditCollected, Deposited, FeesCollected, PoolRetired, ReservesChanged, Skimmed, Swapped,
        Transferred, Withdrawn,
    };
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
        /// What was withdrawn but not collected, by holder and token.
        CREDITS: Map<(Address, Address), Amount> = 4;
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
    }

    impl Book {
        const fn new(token: Address) -> Self {
            let nothing = Amount::ZERO;
            Self { token, reserve: nothing, fees: nothing, credits: nothing, price_sum: U256::ZERO }
        }

        /// What the pool must have of the token.
        pub fn owed(&self) -> Amount {
            self.reserve + self.fees + self.credits
        }
    }

    impl Pool {
        fn load() -> Self {
            match POOL.get() {
                Some(pool) => pool,
                // Written by `init`, without which there is no pool.
                None => Error::BadTokens.end(),
            }
        }

        /// Counts the prices up to now: with the reserves as they were since the last change, before they change.
        fn count_prices(&mut self) {
            let now = env::now();
            let (first, second) = (self.first.reserve, self.second.reserve);
            let passed = now.saturating_since(self.updated).milliseconds();
            if passed > 0 && !first.is_zero() && !second.is_zero() {
                self.first.price_sum = self.first.price_sum + curve::price_over(first, second, passed);
                self.second.price_sum = self.second.price_sum + curve::price_over(second, first, passed);
            }
            self.updated = now;
        }

        fn save(&self) {
            POOL.set(self);
            ReservesChanged { first: self.first.reserve, second: self.second.reserve }.emit();
        }

        /// The books of what goes in and of what comes out.
        fn books(&mut self, token_in: &Address) -> Result<(&mut Book, &mut Book), Error> {
            if *token_in == self.first.token {
                Ok((&mut self.first, &mut self.second))
            } else if *token_in == self.second.token {
                Ok((&mut self.second, &mut self.first))
            } else {
                Err(Error::UnknownToken)
            }
        }

        fn book(&mut self, token: &Address) -> Result<&mut Book, Error> {
            self.books(token).map(|(book, _)| book)
        }

        fn require_open(&self, deadline: Timestamp, to: &Address) -> Result<(), Error> {
            require_in_time(deadline)?;
            self.require_recipient(to)?;
            if self.is_retired { Err(Error::Retired) } else { Ok(()) }
        }

        fn require_recipient(&self, to: &Address) -> Result<(), Error> {
            let refused = [Address::ZERO, env::self_address(), self.first.token, self.second.token];
            if refused.contains(to) { Err(Error::BadRecipient) } else { Ok(()) }
        }

        fn product(&self) -> U256 {
            curve::product(self.first.reserve, self.second.reserve)
        }

        /// What a number of shares is worth, rounded down.
        fn worth(&self, shares: Shares) -> (Amount, Amount) {
            let supply = SUPPLY.get_or_default();
            let of = |book: &Book| shares.worth(book.reserve, supply, Rounding::Down);
            (of(&self.first), of(&self.second))
        }

        /// Does a trade: the books first, then the tokens, and paid before paying.
        fn trade(mut self, trade: &Trade) -> Result<(), Error> {
            let Trade { token_in, amount_in, amount_out, to } = *trade;
            if amount_in.is_zero() || amount_out.is_zero() {
                return Err(Error::TooSmall);
            }
            self.count_prices();
            let before = self.product();
            let protocol_fee = curve::part_down(curve::part_up(amount_in, self.fee), self.protocol_share);
            let (book_in, book_out) = self.books(&token_in)?;
            book_in.reserve = grown(book_in.reserve, amount_in - protocol_fee)?;
            book_in.fees = book_in.fees + protocol_fee;
            book_out.reserve = book_out.reserve.checked_sub(amount_out).ok_or(Error::InsufficientLiquidity)?;
            let (paid, got) = (*book_in, *book_out);
            if self.product() < before {
                return Err(Error::ProductFalls);
            }
            self.save();
            Swapped { by: env::caller(), to, token_in, amount_in, amount_out, protocol_fee }.emit();
            paid.pull(amount_in)?;
            got.pay(to, amount_out)
        }
    }

    /// What a trade moves.
    struct Trade {
        token_in: Address,
        amount_in: Amount,
        amount_out: Amount,
        to: Address,
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
        if first.held().and(second.held()).is_err() {
            return Err(Error::BadTokens);
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
        let amount_out = quote_in(&mut pool, &token_in, amount_in)?;
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
        let amount_in = quote_out(&mut pool, &token_in, amount_out)?;
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
        let (first, second, shares) = if supply.is_zero() {
            first_deposit(most_first, most_second)?
        } else {
            further_deposit(&pool, supply, most_first, most_second)?
        };
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
        pool.require_recipient(&to)?;
        let (first, second) = redeem(&mut pool, shares, (least_first, least_second), deadline)?;
        pool.save();
        Withdrawn { by: env::caller(), to, first, second, shares, as_credit: false }.emit();
        pool.first.pay(to, first)?;
        pool.second.pay(to, second)?;
        Ok((first, second))
    }

    // So a token that fails cannot keep the other one in the pool.
    /// As `withdraw`, but touches no token: what comes out waits for `collect_credit`.
    #[call]
    fn withdraw_as_credit(
        shares: Shares,
        least_first: Amount,
        least_second: Amount,
        deadline: Timestamp,
    ) -> Result<(Amount, Amount), Error> {
        let mut pool = Pool::load();
        let (first, second) = redeem(&mut pool, shares, (least_first, least_second), deadline)?;
        let by = env::caller();
        for (book, amount) in [(&mut pool.first, first), (&mut pool.second, second)] {
            book.credits = book.credits + amount;
            let key = (by, book.token);
            CREDITS.put(&key, &(CREDITS.get_or_default(&key) + amount));
        }
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
        let amount = CREDITS.take(&(by, token)).ok_or(Error::TooSmall)?;
        let book = pool.book(&token)?;
        book.credits = book.credits - amount;
        let book = *book;
        POOL.set(&pool);
        CreditCollected { by, token, to, amount }.emit();
        book.pay(to, amount)?;
        Ok(amount)
    }

    // What was sent without a call belongs to nobody.
    /// Pays out what the pool has of a token beyond its books. Anyone may.
    #[call]
    fn skim(token: Address, to: Address) -> Result<Amount, Error> {
        let mut pool = Pool::load();
        pool.require_recipient(&to)?;
        let book = *pool.book(&token)?;
        let amount = book.held()?.checked_sub(book.owed()).ok_or(Error::Shortfall)?;
        if amount.is_zero() {
            return Err(Error::TooSmall);
        }
        Skimmed { token, to, amount }.emit();
        book.pay(to, amount)?;
        Ok(amount)
    }

    // The holders of shares bear the loss in equal parts, and nobody can trade at a price that the loss made.
    /// Writes down what a token lost of the pool's balance and retires the pool. Never raises a reserve. Anyone may.
    #[call]
    fn sync() -> Result<(), Error> {
        let mut pool = Pool::load();
        pool.count_prices();
        let first = write_down(&mut pool.first)?;
        let second = write_down(&mut pool.second)?;
        if first.is_zero() && second.is_zero() {
            return Err(Error::NothingToSync);
        }
        pool.is_retired = true;
        pool.save();
        PoolRetired { first, second }.emit();
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
    /// difference of the sums by the difference of the times, in units of 2^-80.
    #[view]
    fn price_sums() -> (U256, U256, Timestamp) {
        let mut pool = Pool::load();
        pool.count_prices();
        (pool.first.price_sum, pool.second.price_sum, pool.updated)
    }

    /// What `swap_exact_in` would give now.
    #[view]
    fn quote_exact_in(token_in: Address, amount_in: Amount) -> Result<Amount, Error> {
        quote_in(&mut Pool::load(), &token_in, amount_in)
    }

    /// What `swap_exact_out` would take now.
    #[view]
    fn quote_exact_out(token_in: Address, amount_out: Amount) -> Result<Amount, Error> {
        quote_out(&mut Pool::load(), &token_in, amount_out)
    }

    /// What a holder can collect of a token.
    #[view]
    fn credit_of(holder: Address, token: Address) -> Amount {
        CREDITS.get_or_default(&(holder, token))
    }

    fn quote_in(pool: &mut Pool, token_in: &Address, amount_in: Amount) -> Result<Amount, Error> {
        let fee = pool.fee;
        let (book_in, book_out) = pool.books(token_in)?;
        if book_in.reserve.is_zero() || book_out.reserve.is_zero() {
            return Err(Error::InsufficientLiquidity);
        }
        if amount_in > RESERVE_MAX {
            return Err(Error::TooLarge);
        }
        let net = amount_in - curve::part_up(amount_in, fee);
        curve::out_for(book_in.reserve, book_out.reserve, net).ok_or(Error::TooLarge)
    }

    fn quote_out(pool: &mut Pool, token_in: &Address, amount_out: Amount) -> Result<Amount, Error> {
        let fee = pool.fee;
        let (book_in, book_out) = pool.books(token_in)?;
        if amount_out >= book_out.reserve || book_in.reserve.is_zero() {
            return Err(Error::InsufficientLiquidity);
        }
        curve::in_for(book_in.reserve, book_out.reserve, amount_out, fee).ok_or(Error::TooLarge)
    }

    fn first_deposit(first: Amount, second: Amount) -> Result<(Amount, Amount, Shares), Error> {
        if first > RESERVE_MAX || second > RESERVE_MAX {
            return Err(Error::TooLarge);
        }
        let all = curve::first_shares(first, second).ok_or(Error::TooLarge)?;
        let shares = all.checked_sub(LOCKED_SHARES).ok_or(Error::TooSmall)?;
        Ok((first, second, shares))
    }

    /// As many shares as both amounts buy, rounded down, and what they cost, rounded up: never more than was offered.
    fn further_deposit(
        pool: &Pool,
        supply: Shares,
        most_first: Amount,
        most_second: Amount,
    ) -> Result<(Amount, Amount, Shares), Error> {
        if most_first > RESERVE_MAX || most_second > RESERVE_MAX {
            return Err(Error::TooLarge);
        }
        let bought =
            |most, book: &Book| supply.checked_mul_div(most, book.reserve, Rounding::Down).ok_or(Error::TooLarge);
        let shares = bought(most_first, &pool.first)?.min(bought(most_second, &pool.second)?);
        let cost = |book: &Book| book.reserve.checked_mul_div(shares, supply, Rounding::Up).ok_or(Error::TooLarge);
        Ok((cost(&pool.first)?, cost(&pool.second)?, shares))
    }

    /// Burns shares of the caller and takes what they are worth out of the reserves.
    fn redeem(
        pool: &mut Pool,
        shares: Shares,
        (least_first, least_second): (Amount, Amount),
        deadline: Timestamp,
    ) -> Result<(Amount, Amount), Error> {
        require_in_time(deadline)?;
        if shares.is_zero() {
            return Err(Error::TooSmall);
        }
        let by = env::caller();
        let left = SHARES.get_or_default(&by).checked_sub(shares).ok_or(Error::InsufficientBalance)?;
        pool.count_prices();
        let (first, second) = pool.worth(shares);
        if first < least_first || second < least_second {
            return Err(Error::Slippage);
        }
        SHARES.put(&by, &left);
        SUPPLY.set(&(SUPPLY.get_or_default() - shares));
        Transferred { from: by, to: Address::ZERO, amount: shares }.emit();
        pool.first.reserve = pool.first.reserve - first;
        pool.second.reserve = pool.second.reserve - second;
        Ok((first, second))
    }

    /// Lowers a reserve to what is there, and says by how much the books were wrong.
    fn write_down(book: &mut Book) -> Result<Amount, Error> {
        let missing = book.owed().saturating_sub(book.held()?);
        book.reserve = book.reserve.saturating_sub(missing);
        Ok(missing)
    }

    fn grown(reserve: Amount, by: Amount) -> Result<Amount, Error> {
        reserve.checked_add(by).filter(|sum| *sum <= RESERVE_MAX).ok_or(Error::TooLarge)
    }

    fn require_in_time(deadline: Timestamp) -> Result<(), Error> {
        if env::now() > deadline { Err(Error::Expired) } else { Ok(()) }
    }

    fn mint(to: &Address, amount: Shares) {
        SUPPLY.set(&(SUPPLY.get_or_default() + amount));
        SHARES.put(to, &(SHARES.get_or_default(to) + amount));
        Transferred { from: Address::ZERO, to: *to, amount }.emit();
    }

    fn allow(owner: &Address, spender: &Address, amount: Shares) {
        ALLOWANCES.put(&(*owner, *spender), &amount);
        Approved { owner: *owner, spender: *spender, amount }.emit();
    }

    fn shift(from: &Address, to: &Address, amount: Shares) -> Result<(), Error> {
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
}
