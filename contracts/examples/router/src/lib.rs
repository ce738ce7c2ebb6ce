//! Swaps along a path of pools in one call, and gives back what was not used.
//!
//! It must never keep anything: of every token that a call moves it has afterwards exactly what it had before, and no pool
//! may take anything of it later. So there is nothing here that the next caller could take. What somebody sends it by
//! mistake stays where it is and moves no trade, because every amount is a difference of balances.
//!
//! It believes nobody: what a pool took and gave is measured, whatever the pool says. Who names a bad pool or a bad token
//! can lose what it gave in, down to its own limit, and nothing of anybody else.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// Swaps along a path of pools.
#[tacit_sdk::contract]
mod router {
    use tacit_sdk::prelude::*;

    /// Most pools of a path.
    pub const HOPS_MAX: usize = 4;

    interface! {
        /// What a router needs of a pool.
        Pool {
            fn swap_exact_in(
                token_in: Address,
                amount_in: Amount,
                least_out: Amount,
                to: Address,
                deadline: Timestamp
            ) -> Amount;
            fn swap_exact_out(
                token_in: Address,
                amount_out: Amount,
                most_in: Amount,
                to: Address,
                deadline: Timestamp
            ) -> Amount;
            view fn quote_exact_in(token_in: Address, amount_in: Amount) -> Amount;
            view fn quote_exact_out(token_in: Address, amount_out: Amount) -> Amount;
        }
    }

    interface! {
        /// What a router needs of a token.
        Token {
            fn transfer(to: Address, amount: Amount);
            fn transfer_from(owner: Address, to: Address, amount: Amount);
            fn approve(spender: Address, amount: Amount);
            view fn balance_of(holder: Address) -> Amount;
        }
    }

    /// A step of a path.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Hop {
        /// The pool.
        pub pool: Address,
        /// What comes out of it, and goes into the next one.
        pub token: Address,
    }

    /// Pools in the order in which they are used.
    pub type Path = List<Hop, HOPS_MAX>;

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The deadline is over.
        Expired = 1,
        /// The path is empty, or a pool gives the token that goes into it.
        BadPath = 2,
        /// The zero address and the router itself receive nothing.
        BadRecipient = 3,
        /// The amount is nothing, or nothing came out of a pool.
        TooSmall = 4,
        /// Less would come out, or more go in, than the caller's limit.
        Slippage = 5,
        /// A token failed: the caller has not enough, does not let the router take it, or the token is bad.
        TokenRefused = 6,
        /// A token moved another amount than it was told to.
        TokenMisbehaved = 7,
        /// A pool failed.
        PoolRefused = 8,
        /// A pool took more than it was given, or gave less than it said.
        PoolMisbehaved = 9,
    }

    /// A path was gone.
    #[event]
    pub struct Routed {
        /// Who paid.
        pub by: Address,
        /// Who got what came out.
        pub to: Address,
        /// What went in.
        pub token_in: Address,
        /// How much of it was used.
        pub amount_in: Amount,
        /// What came out.
        pub token_out: Address,
        /// How much of it.
        pub amount_out: Amount,
    }

    /// Gives exactly an amount of a token, which the caller lets the router take, for at least so much of the path's last
    /// token, until the deadline. What a pool does not take goes back to the caller. Returns what came out.
    #[call]
    fn swap_exact_in(
        token_in: Address,
        amount_in: Amount,
        path: Path,
        least_out: Amount,
        to: Address,
        deadline: Timestamp,
    ) -> Result<Amount, Error> {
        let token_out = require_open(&token_in, &path, &to, deadline)?;
        pull(&token_in, amount_in)?;
        let (mut token, mut amount) = (token_in, amount_in);
        for hop in &path {
            amount = pass(&Swap { token, amount, hop, wanted: None, deadline })?;
            token = hop.token;
        }
        if amount < least_out {
            return Err(Error::Slippage);
        }
        pay(&token_out, &to, amount)?;
        Routed { by: env::caller(), to, token_in, amount_in, token_out, amount_out: amount }.emit();
        Ok(amount)
    }

    /// Gets exactly an amount of the path's last token for at most so much of another, which the caller lets the router
    /// take, until the deadline. Returns what went in.
    #[call]
    fn swap_exact_out(
        token_in: Address,
        most_in: Amount,
        path: Path,
        amount_out: Amount,
        to: Address,
        deadline: Timestamp,
    ) -> Result<Amount, Error> {
        let token_out = require_open(&token_in, &path, &to, deadline)?;
        let needs = needs(&token_in, &path, amount_out)?;
        let amount_in = needs.as_slice().first().copied().ok_or(Error::BadPath)?;
        if amount_in > most_in {
            return Err(Error::Slippage);
        }
        pull(&token_in, amount_in)?;
        let (mut token, mut amount) = (token_in, amount_in);
        // What each pool must give is what the next one needs, and of the last one what the caller wants.
        let wanted = needs.iter().skip(1).chain(core::iter::once(&amount_out));
        for (hop, wanted) in path.iter().zip(wanted) {
            amount = pass(&Swap { token, amount, hop, wanted: Some(*wanted), deadline })?;
            token = hop.token;
        }
        pay(&token_out, &to, amount)?;
        Routed { by: env::caller(), to, token_in, amount_in, token_out, amount_out }.emit();
        Ok(amount_in)
    }

    /// What `swap_exact_in` would give now, by what the pools say.
    #[view]
    fn quote_exact_in(token_in: Address, amount_in: Amount, path: Path) -> Result<Amount, Error> {
        require_path(&token_in, &path)?;
        let (mut token, mut amount) = (token_in, amount_in);
        for hop in &path {
            amount = Pool::at(hop.pool).try_quote_exact_in(token, amount).map_err(|_| Error::PoolRefused)?;
            token = hop.token;
        }
        Ok(amount)
    }

    /// What `swap_exact_out` would take now, by what the pools say.
    #[view]
    fn quote_exact_out(token_in: Address, path: Path, amount_out: Amount) -> Result<Amount, Error> {
        require_path(&token_in, &path)?;
        needs(&token_in, &path, amount_out)?.as_slice().first().copied().ok_or(Error::BadPath)
    }

    /// What one pool is asked for.
    struct Swap<'a> {
        token: Address,
        amount: Amount,
        hop: &'a Hop,
        /// How much must come out; else as much as there is for all that goes in.
        wanted: Option<Amount>,
        deadline: Timestamp,
    }

    /// Swaps in one pool, and gives what it did not take, and what came out beyond what was wanted, back to the caller.
    /// Returns what goes on.
    fn pass(swap: &Swap<'_>) -> Result<Amount, Error> {
        let Swap { token, amount, hop, wanted, .. } = *swap;
        let (had, had_out) = (held(&token)?, held(&hop.token)?);
        allow(&token, &hop.pool, amount)?;
        ask(swap)?;
        // Whatever it took: it takes nothing later.
        allow(&token, &hop.pool, Amount::ZERO)?;
        let spent = had.checked_sub(held(&token)?).ok_or(Error::TokenMisbehaved)?;
        let rest = amount.checked_sub(spent).ok_or(Error::PoolMisbehaved)?;
        let got = held(&hop.token)?.checked_sub(had_out).ok_or(Error::TokenMisbehaved)?;
        let passed = wanted.unwrap_or(got);
        let surplus = got.checked_sub(passed).ok_or(Error::PoolMisbehaved)?;
        if passed.is_zero() {
            return Err(Error::TooSmall);
        }
        let caller = env::caller();
        pay(&token, &caller, rest)?;
        pay(&hop.token, &caller, surplus)?;
        Ok(passed)
    }

    /// Lets the pool trade. What it says of the amount counts for nothing.
    fn ask(swap: &Swap<'_>) -> Result<(), Error> {
        let Swap { token, amount, hop, wanted, deadline } = *swap;
        let (pool, this) = (Pool::at(hop.pool), env::self_address());
        let answer = match wanted {
            None => pool.try_swap_exact_in(token, amount, Amount::ZERO, this, deadline),
            Some(wanted) => pool.try_swap_exact_out(token, wanted, amount, this, deadline),
        };
        answer.map(|_| ()).map_err(|_| Error::PoolRefused)
    }

    /// What goes into each pool, so that exactly an amount comes out of the last, by what the pools say.
    fn needs(token_in: &Address, path: &Path, amount_out: Amount) -> Result<List<Amount, HOPS_MAX>, Error> {
        let mut needs = List::new();
        let mut amount = amount_out;
        for (index, hop) in path.iter().enumerate().rev() {
            let before = index.checked_sub(1).and_then(|before| path.as_slice().get(before));
            let token = before.map_or(*token_in, |before| before.token);
            amount = Pool::at(hop.pool).try_quote_exact_out(token, amount).map_err(|_| Error::PoolRefused)?;
            needs.push(amount).ok_or(Error::BadPath)?;
        }
        needs.as_mut_slice().reverse();
        Ok(needs)
    }

    /// The path's last token, if nothing is wrong with what the caller asks for.
    fn require_open(token_in: &Address, path: &Path, to: &Address, deadline: Timestamp) -> Result<Address, Error> {
        if env::now() > deadline {
            return Err(Error::Expired);
        }
        if to.is_zero() || *to == env::self_address() {
            return Err(Error::BadRecipient);
        }
        require_path(token_in, path)
    }

    fn require_path(token_in: &Address, path: &Path) -> Result<Address, Error> {
        let mut token = *token_in;
        for hop in path {
            // What went in and what came out could not be told apart.
            if hop.token == token {
                return Err(Error::BadPath);
            }
            token = hop.token;
        }
        if path.is_empty() { Err(Error::BadPath) } else { Ok(token) }
    }

    /// Takes exactly an amount from the caller.
    fn pull(token: &Address, amount: Amount) -> Result<(), Error> {
        if amount.is_zero() {
            return Err(Error::TooSmall);
        }
        let (before, this) = (held(token)?, env::self_address());
        Token::at(*token).try_transfer_from(env::caller(), this, amount).map_err(|_| Error::TokenRefused)?;
        if before.checked_add(amount) == Some(held(token)?) { Ok(()) } else { Err(Error::TokenMisbehaved) }
    }

    /// Pays exactly an amount, and sees that it went and arrived.
    fn pay(token: &Address, to: &Address, amount: Amount) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        let (before, had) = (held(token)?, balance(token, to)?);
        Token::at(*token).try_transfer(*to, amount).map_err(|_| Error::TokenRefused)?;
        let went = before.checked_sub(amount) == Some(held(token)?);
        let came = had.checked_add(amount) == Some(balance(token, to)?);
        if went && came { Ok(()) } else { Err(Error::TokenMisbehaved) }
    }

    fn allow(token: &Address, pool: &Address, amount: Amount) -> Result<(), Error> {
        Token::at(*token).try_approve(*pool, amount).map_err(|_| Error::TokenRefused)
    }

    fn held(token: &Address) -> Result<Amount, Error> {
        balance(token, &env::self_address())
    }

    fn balance(token: &Address, holder: &Address) -> Result<Amount, Error> {
        Token::at(*token).try_balance_of(*holder).map_err(|_| Error::TokenRefused)
    }
}
