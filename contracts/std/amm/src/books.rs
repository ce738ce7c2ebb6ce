//! The pool's books: what it has of each token and for whom, prices over time, and what happens when a token is found to
//! have less of the pool's than the books say, or gives no answer. They must never be raised by what is found.

use crate::amm::{BOOK_CLAIMS, Book, CLAIMS, Error, POOL, Pool, SILENT};
use crate::curve;
use crate::events::{PoolRetired, ReservesChanged, TokenSilent};
use crate::tokens::Answer;
use tacit_sdk::prelude::*;

impl Book {
    pub const fn new(token: Address) -> Self {
        let nothing = Amount::ZERO;
        Self { token, reserve: nothing, fees: nothing, credits: nothing, price_sum: U256::ZERO }
    }

    /// What the pool must have of the token.
    pub fn owed(&self) -> Amount {
        self.reserve + self.fees + self.credits
    }

    /// Sets an amount aside for a holder. While nothing of the credits was lost, a claim is worth what it was made for.
    pub fn credit(&mut self, holder: &Address, amount: Amount) -> Result<(), Error> {
        if amount.is_zero() {
            return Ok(());
        }
        let all = BOOK_CLAIMS.get_or_default(&self.token);
        let claims = if all.is_zero() {
            Shares(amount.0)
        } else {
            all.checked_mul_div(amount, self.credits, Rounding::Down).ok_or(Error::TooLarge)?
        };
        let key = (*holder, self.token);
        self.credits += amount;
        BOOK_CLAIMS.set(&self.token, &(all + claims));
        CLAIMS.set(&key, &(CLAIMS.get_or_default(&key) + claims));
        Ok(())
    }

    /// What a holder's claims are worth.
    pub fn credit_of(&self, holder: &Address) -> Amount {
        let claims = CLAIMS.get_or_default(&(*holder, self.token));
        if claims.is_zero() {
            return Amount::ZERO;
        }
        claims.worth(self.credits, BOOK_CLAIMS.get_or_default(&self.token), Rounding::Down)
    }

    /// Takes all claims of a holder out of the book, and says what they were worth.
    pub fn take_credit(&mut self, holder: &Address) -> Amount {
        let (key, amount) = ((*holder, self.token), self.credit_of(holder));
        let claims = CLAIMS.take(&key).unwrap_or_default();
        BOOK_CLAIMS.put(&self.token, &(BOOK_CLAIMS.get_or_default(&self.token) - claims));
        self.credits -= amount;
        amount
    }

    /// Looks at what is there, and writes down what is missing. Says how much it was.
    fn examine(&mut self) -> Result<Amount, Error> {
        let held = match self.ask()? {
            Answer::Silent => {
                if !SILENT.contains(&self.token) {
                    SILENT.insert(&self.token);
                    TokenSilent { token: self.token }.emit();
                }
                return Ok(Amount::ZERO);
            }
            Answer::Holds(held) => held,
        };
        let was_silent = SILENT.remove(&self.token);
        let missing = self.owed().saturating_sub(held);
        if !missing.is_zero() {
            if was_silent { self.share_loss(held) } else { self.bear_loss(missing) }
        }
        Ok(missing)
    }

    /// Takes a loss of the reserve, then of the fees, and of the credits last, whose owners have left the pool already.
    fn bear_loss(&mut self, mut rest: Amount) {
        for part in [&mut self.reserve, &mut self.fees, &mut self.credits] {
            let lost = rest.min(*part);
            *part -= lost;
            rest -= lost;
        }
    }

    /// Leaves of each part as much as is left of the whole: when a silent token lost it nobody knows, so whoever left
    /// meanwhile must bear it like those who stay. Credits are rounded up: claims on nothing would let nobody claim again.
    fn share_loss(&mut self, held: Amount) {
        let owed = self.owed();
        self.credits = self.credits.mul_div(held, owed, Rounding::Up);
        self.fees = self.fees.mul_div(held, owed, Rounding::Down);
        self.reserve = held - self.credits - self.fees;
    }
}

impl Pool {
    pub fn load() -> Self {
        match POOL.get() {
            Some(pool) => pool,
            // Written by `init`, without which there is no pool.
            None => Error::BadTokens.end(),
        }
    }

    /// Counts the prices up to now: with the reserves as they were since the last change, before they change.
    pub fn count_prices(&mut self) {
        let now = env::now();
        let (first, second) = (self.first.reserve, self.second.reserve);
        let passed = now.saturating_since(self.updated).milliseconds();
        if passed > 0 && !first.is_zero() && !second.is_zero() {
            self.first.price_sum = self.first.price_sum + curve::price_over(first, second, passed);
            self.second.price_sum = self.second.price_sum + curve::price_over(second, first, passed);
        }
        self.updated = now;
    }

    pub fn save(&self) {
        POOL.set(self);
        ReservesChanged { first: self.first.reserve, second: self.second.reserve }.emit();
    }

    /// The books of what goes in and of what comes out.
    pub fn books(&mut self, token_in: &Address) -> Result<(&mut Book, &mut Book), Error> {
        if *token_in == self.first.token {
            Ok((&mut self.first, &mut self.second))
        } else if *token_in == self.second.token {
            Ok((&mut self.second, &mut self.first))
        } else {
            Err(Error::UnknownToken)
        }
    }

    pub fn book(&mut self, token: &Address) -> Result<&mut Book, Error> {
        self.books(token).map(|(book, _)| book)
    }

    pub fn require_open(&self, deadline: Timestamp, to: &Address) -> Result<(), Error> {
        require_in_time(deadline)?;
        self.require_recipient(to)?;
        self.require_trading()
    }

    pub fn require_trading(&self) -> Result<(), Error> {
        if self.is_retired { Err(Error::Retired) } else { Ok(()) }
    }

    pub fn require_recipient(&self, to: &Address) -> Result<(), Error> {
        let refused = [Address::ZERO, env::self_address(), self.first.token, self.second.token];
        if refused.contains(to) { Err(Error::BadRecipient) } else { Ok(()) }
    }

    /// Writes down what is missing of both tokens, and retires the pool if anything is; whether anything was found, which
    /// is not stored yet.
    pub fn examine(&mut self) -> Result<bool, Error> {
        self.count_prices();
        let (first, second) = (self.first.examine()?, self.second.examine()?);
        if first.is_zero() && second.is_zero() {
            return Ok(false);
        }
        self.is_retired = true;
        PoolRetired { first, second }.emit();
        Ok(true)
    }
}

pub fn require_in_time(deadline: Timestamp) -> Result<(), Error> {
    if env::now() > deadline { Err(Error::Expired) } else { Ok(()) }
}
