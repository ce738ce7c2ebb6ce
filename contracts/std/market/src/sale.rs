//! A sale: the token moves and its price is shared out, or nothing happens. What a collection says is believed of its own
//! tokens only, and never for want of gas that the caller kept back.

use crate::events::Sold;
use crate::market::{Error, FEE, FEE_TO};
use crate::money::credit_if_any;
use tacit_sdk::prelude::*;

/// The largest royalty that is paid, in hundredths of a percent: 10 %.
const ROYALTY_MAX_POINTS: u32 = 1_000;
/// What moving a token may cost, in gas.
const MOVE_GAS: u64 = 5_000_000;
/// What asking a token's contract may cost, in gas.
const ASK_GAS: u64 = 2_000_000;
/// What the market itself keeps for the end of a sale, in gas.
const OWN_GAS: u64 = 2_000_000;

interface! {
    /// A collection of tokens.
    Collection {
        fn transfer_from(from: Address, to: Address, token: u64);
        view fn owner_of(token: u64) -> Option<Address>;
        view fn moves_of(token: u64) -> u64;
        view fn royalty_of(token: u64, price: Amount) -> (Address, Amount);
    }
}

/// A sale whose price lies in the market already.
pub struct Sale {
    /// The token's contract.
    pub collection: Address,
    /// Which token.
    pub token: u64,
    /// Who sells.
    pub seller: Address,
    /// Who buys.
    pub buyer: Address,
    /// For how much.
    pub price: Amount,
}

impl Sale {
    /// Moves the token and shares out the price, or gives an error.
    pub fn execute(&self) -> Result<(), Error> {
        if self.seller == self.buyer {
            return Err(Error::OwnToken);
        }
        if self.attempt()? { Ok(()) } else { Err(Error::NotDelivered) }
    }

    /// Moves the token and shares out the price; false if the token's contract does not do its part.
    pub fn attempt(&self) -> Result<bool, Error> {
        let (royalty_to, royalty) = match self.royalty() {
            Ok(royalty) => royalty,
            Err(Error::CollectionFailed) => return Ok(false),
            Err(other) => return Err(other),
        };
        if !self.deliver()? {
            return Ok(false);
        }
        let fee_to = FEE_TO.get_or_default();
        // What goes to nobody would lie here for ever.
        let rate = if fee_to.is_zero() { Rate::ZERO } else { FEE.get_or_default() };
        let fee = rate.apply(self.price, Rounding::Down);
        let rest = self.price - fee - royalty;
        credit_if_any(&fee_to, fee);
        credit_if_any(&royalty_to, royalty);
        credit_if_any(&self.seller, rest);
        let Self { collection, token, seller, buyer, price } = *self;
        Sold { collection, token, seller, buyer, price, fee, royalty_to, royalty }.emit();
        Ok(true)
    }

    /// Who gets how much, by the token's contract, but never more than the cap.
    fn royalty(&self) -> Result<(Address, Amount), Error> {
        let asked = ask(self.collection)?.try_royalty_of(self.token, self.price);
        let (to, royalty) = asked.map_err(|_| Error::CollectionFailed)?;
        let most = Rate::basis_points(ROYALTY_MAX_POINTS).apply(self.price, Rounding::Down);
        Ok((to, if to.is_zero() { Amount::ZERO } else { royalty.min(most) }))
    }

    /// Moves the token, and looks whether it arrived: what a contract says of its own success counts for nothing.
    fn deliver(&self) -> Result<bool, Error> {
        let moving = with_gas(self.collection, MOVE_GAS)?;
        let moved = moving.try_transfer_from(self.seller, self.buyer, self.token);
        // A collection that answers something else than nothing has moved the token all the same; who owns it decides.
        if moved.is_err_and(|error| error != CallError::BadOutput) {
            return Ok(false);
        }
        Ok(ask(self.collection)?.try_owner_of(self.token) == Ok(Some(self.buyer)))
    }
}

/// A collection that is asked with all the gas an answer may cost.
fn ask(collection: Address) -> Result<Collection, Error> {
    with_gas(collection, ASK_GAS)
}

/// Refuses a call whose caller could let the callee fail for want of gas.
fn with_gas(collection: Address, gas: u64) -> Result<Collection, Error> {
    let callee = Collection::at(collection).gas(gas);
    if callee.has_gas(OWN_GAS) { Ok(callee) } else { Err(Error::TooLittleGas) }
}

/// Whether the token is still the seller's and was not away in between.
pub fn stands(sale: &Sale, moves: u64) -> Result<bool, Error> {
    let owner = ask(sale.collection)?.try_owner_of(sale.token).map_err(|_| Error::CollectionFailed)?;
    let now = ask(sale.collection)?.try_moves_of(sale.token).map_err(|_| Error::CollectionFailed)?;
    Ok(owner == Some(sale.seller) && now == moves)
}

/// Refuses who does not hold a token; how often it changed hands.
pub fn require_owner(collection: Address, token: u64, account: &Address) -> Result<u64, Error> {
    let owner = ask(collection)?.try_owner_of(token).map_err(|_| Error::CollectionFailed)?;
    if owner != Some(*account) {
        return Err(Error::NotOwner);
    }
    ask(collection)?.try_moves_of(token).map_err(|_| Error::CollectionFailed)
}
