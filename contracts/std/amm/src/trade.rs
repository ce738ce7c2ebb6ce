//! Trades and their quotes, along the curve. The product of the reserves must never fall by one.

use crate::amm::{Error, Pool};
use crate::curve::{self, RESERVE_MAX};
use crate::events::Swapped;
use tacit_sdk::prelude::*;

/// What a trade moves.
pub struct Trade {
    /// What is paid with.
    pub token_in: Address,
    /// What is paid, fee included.
    pub amount_in: Amount,
    /// What is got of the other token.
    pub amount_out: Amount,
    /// Who gets it.
    pub to: Address,
}

impl Pool {
    /// Does a trade: the books first, then the tokens, and paid before paying.
    pub fn trade(mut self, trade: &Trade) -> Result<(), Error> {
        let Trade { token_in, amount_in, amount_out, to } = *trade;
        if amount_in.is_zero() || amount_out.is_zero() {
            return Err(Error::TooSmall);
        }
        self.count_prices();
        let before = self.product();
        let protocol_fee = curve::part_down(curve::part_up(amount_in, self.fee), self.protocol_share);
        let (book_in, book_out) = self.books(&token_in)?;
        book_in.reserve = grown(book_in.reserve, amount_in - protocol_fee)?;
        book_in.fees += protocol_fee;
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

    fn product(&self) -> U256 {
        curve::product(self.first.reserve, self.second.reserve)
    }

    /// What comes out for an amount.
    pub fn quote_in(&mut self, token_in: &Address, amount_in: Amount) -> Result<Amount, Error> {
        let fee = self.fee;
        let (book_in, book_out) = self.books(token_in)?;
        if book_in.reserve.is_zero() || book_out.reserve.is_zero() {
            return Err(Error::InsufficientLiquidity);
        }
        if amount_in > RESERVE_MAX {
            return Err(Error::TooLarge);
        }
        let net = amount_in - curve::part_up(amount_in, fee);
        curve::out_for(book_in.reserve, book_out.reserve, net).ok_or(Error::TooLarge)
    }

    /// What must go in for an amount.
    pub fn quote_out(&mut self, token_in: &Address, amount_out: Amount) -> Result<Amount, Error> {
        let fee = self.fee;
        let (book_in, book_out) = self.books(token_in)?;
        if amount_out >= book_out.reserve || book_in.reserve.is_zero() {
            return Err(Error::InsufficientLiquidity);
        }
        curve::in_for(book_in.reserve, book_out.reserve, amount_out, fee).ok_or(Error::TooLarge)
    }
}

/// A reserve with more in it, if it is not too large then.
pub fn grown(reserve: Amount, by: Amount) -> Result<Amount, Error> {
    reserve.checked_add(by).filter(|sum| *sum <= RESERVE_MAX).ok_or(Error::TooLarge)
}
