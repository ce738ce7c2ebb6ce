//! A source of an oracle that reports what a pool's price was on average. Anyone may have it report.
//!
//! It must never report a price of one moment: only the average over a whole window, from the pool's own sums, which count
//! each price by how long it stood. It is silent where an average means little: when the window is so long that it is old,
//! when the pool was thin at any moment that somebody looked, and when the pool is retired.
//!
//! What it cannot see is how much lay in the pool between looks: whoever can lend itself much for a moment can make a thin
//! pool look thick. So anyone may look at any time, and the least that was ever seen in a window counts; and an oracle
//! needs other sources beside it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A source of an oracle that reports what a pool's price was on average.
#[tacit_sdk::contract]
mod twap_source {
    use tacit_sdk::prelude::*;

    /// The shortest window: a price must stand for a part of it to matter.
    pub const WINDOW_LEAST: Duration = Duration::minutes(5);
    /// The longest time that an average may be over.
    pub const WINDOW_MOST: Duration = Duration::days(1);
    /// The price sums are in this part of one.
    const SUM_BITS: u32 = 80;

    storage! {
        version = 1;
        /// The rules, which never change.
        RULES: Item<Rules> = 0;
        /// Where the window began.
        MARK: Item<Mark> = 1;
    }

    interface! {
        /// What it needs of a pool.
        Pool {
            view fn pool() -> Books;
            view fn price_sums() -> (U256, U256, Timestamp);
        }
    }

    interface! {
        /// What it needs of an oracle.
        Oracle {
            fn report(price: u128, observed: Timestamp, volume: Option<Amount>);
        }
    }

    /// What a pool has of one token, as it says so.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Book {
        /// The token.
        pub token: Address,
        /// What makes the price.
        pub reserve: Amount,
        /// What belongs to the protocol.
        pub fees: Amount,
        /// What belongs to those who withdrew but did not collect.
        pub credits: Amount,
        /// The sum up to the last change.
        pub price_sum: U256,
    }

    /// A pool's books, as it says so.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Books {
        /// The first token's.
        pub first: Book,
        /// The second token's.
        pub second: Book,
        /// Up to when the price sums count.
        pub updated: Timestamp,
        /// The fee in basis points.
        pub fee: u32,
        /// The protocol's part of the fee in basis points.
        pub protocol_share: u32,
        /// Who gets the protocol's part.
        pub fee_receiver: Address,
        /// It only gives back what it has.
        pub is_retired: bool,
    }

    /// The rules.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Rules {
        /// Whose price it is.
        pub pool: Address,
        /// Who is told.
        pub oracle: Address,
        /// The price is that of the pool's first token in its second, else the other way round.
        pub is_first: bool,
        /// What the oracle says to a price of one base unit for one base unit.
        pub scale: u128,
        /// A window is at least so long.
        pub shortest: Duration,
        /// What a longer window gives is too old, and not reported.
        pub longest: Duration,
        /// The least of the token that is paid with, in the pool's reserve.
        pub least_reserve: Amount,
    }

    /// Where a window begins.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Mark {
        /// The price sum then.
        pub sum: U256,
        /// When it was so.
        pub time: Timestamp,
        /// The least reserve that was seen since.
        pub reserve: Amount,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The rules contradict each other or pass a limit, or the token is none of the pool's.
        BadRules = 1,
        /// The pool gives no answer.
        PoolRefused = 2,
        /// The pool is retired: it has no price.
        PoolRetired = 3,
        /// The window is not over.
        TooEarly = 4,
        /// The average is nothing, or does not fit.
        NoPrice = 5,
        /// The oracle does not take the report.
        OracleRefused = 6,
    }

    /// An average was reported.
    #[event]
    pub struct Averaged {
        /// The average, as the oracle counts.
        pub price: u128,
        /// From when on.
        pub from_time: Timestamp,
        /// Up to when.
        pub until: Timestamp,
        /// The least reserve that was seen meanwhile.
        pub reserve: Amount,
    }

    /// A window was too long, or the pool was thin in it: nothing is reported, and another begins.
    #[event]
    pub struct Restarted {
        /// From when on the one given up was.
        pub from_time: Timestamp,
        /// Up to when.
        pub until: Timestamp,
        /// The least reserve that was seen meanwhile.
        pub reserve: Amount,
    }

    /// Reports what a token of a pool costs in the other one. `scale` is what the oracle calls a price of one base unit for
    /// one base unit: ten to the power of the oracle's decimals, and the token's, less those of the other one. None of
    /// this ever changes, and nobody has more rights than others. The first window begins now.
    #[init]
    fn init(
        pool: Address,
        oracle: Address,
        token: Address,
        scale: u128,
        shortest: Duration,
        longest: Duration,
        least_reserve: Amount,
    ) -> Result<(), Error> {
        let books = Pool::at(pool).try_pool().map_err(|_| Error::PoolRefused)?;
        let is_first = token == books.first.token;
        let is_sound = (is_first || token == books.second.token)
            && scale > 0
            && !least_reserve.is_zero()
            && WINDOW_LEAST <= shortest
            && shortest < longest
            && longest <= WINDOW_MOST;
        if !is_sound {
            return Err(Error::BadRules);
        }
        let rules = Rules { pool, oracle, is_first, scale, shortest, longest, least_reserve };
        RULES.set(&rules);
        MARK.set(&look(&rules)?);
        Ok(())
    }

    /// Reports the average since the window began, and begins the next one. Gives nothing where the window was too long or
    /// the pool was thin in it: then only the next one begins. Anyone may.
    #[call]
    fn update() -> Result<Option<u128>, Error> {
        let (rules, mark) = state()?;
        let now = look(&rules)?;
        let (from_time, until, reserve) = (mark.time, now.time, mark.reserve.min(now.reserve));
        let passed = until.saturating_since(from_time);
        if passed < rules.shortest {
            return Err(Error::TooEarly);
        }
        MARK.set(&now);
        if rules.longest < passed || reserve < rules.least_reserve {
            Restarted { from_time, until, reserve }.emit();
            return Ok(None);
        }
        let price = average(&rules, &mark, &now)?;
        Averaged { price, from_time, until, reserve }.emit();
        Oracle::at(rules.oracle).try_report(price, until, Some(reserve)).map_err(|_| Error::OracleRefused)?;
        Ok(Some(price))
    }

    /// Looks how much lies in the pool: the least that is seen counts for the whole window. Anyone may, at any time.
    #[call]
    fn witness() -> Result<(), Error> {
        let (rules, mark) = state()?;
        let now = look(&rules)?;
        MARK.set(&Mark { reserve: mark.reserve.min(now.reserve), ..mark });
        Ok(())
    }

    /// The rules.
    #[view]
    fn rules() -> Result<Rules, Error> {
        state().map(|(rules, _)| rules)
    }

    /// Where the window began.
    #[view]
    fn mark() -> Result<Mark, Error> {
        state().map(|(_, mark)| mark)
    }

    /// What the average is so far. For people: only what the oracle says is a price.
    #[view]
    fn so_far() -> Result<u128, Error> {
        let (rules, mark) = state()?;
        average(&rules, &mark, &look(&rules)?)
    }

    fn state() -> Result<(Rules, Mark), Error> {
        // Written by `init`, without which there is no contract.
        RULES.get().zip(MARK.get()).ok_or(Error::BadRules)
    }

    /// How the pool is now. While the pool trades, the chain lets nobody look.
    fn look(rules: &Rules) -> Result<Mark, Error> {
        let pool = Pool::at(rules.pool);
        let books = pool.try_pool().map_err(|_| Error::PoolRefused)?;
        if books.is_retired {
            return Err(Error::PoolRetired);
        }
        let (first, second, time) = pool.try_price_sums().map_err(|_| Error::PoolRefused)?;
        let (sum, reserve) = if rules.is_first { (first, books.second.reserve) } else { (second, books.first.reserve) };
        Ok(Mark { sum, time, reserve })
    }

    /// Rounded down, as every number of the pool is.
    fn average(rules: &Rules, from: &Mark, until: &Mark) -> Result<u128, Error> {
        let passed = until.time.checked_since(from.time).ok_or(Error::NoPrice)?;
        let grown = until.sum.checked_sub(from.sum).ok_or(Error::NoPrice)?;
        let unit = U256::from_u128(1_u128.checked_shl(SUM_BITS).ok_or(Error::NoPrice)?);
        let per_unit = unit.checked_mul(U256::from_u128(passed.milliseconds().into())).ok_or(Error::NoPrice)?;
        let price = grown.checked_mul_div(U256::from_u128(rules.scale), per_unit, Rounding::Down);
        price.and_then(|price| price.to_u128()).filter(|price| *price > 0).ok_or(Error::NoPrice)
    }
}
