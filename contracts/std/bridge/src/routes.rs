//! What happens to money and units on a route. Nothing is released that was not locked, and a message has one fate.

use crate::bridge::{Error, Kind, RECEIVED, ROUTES, Received, Refund, Route, SENT, Sent, UNITS, VOLUME};
use crate::events::{MessageDelivered, MessageRefunded, MessageRefused, UnitsMoved};
use tacit_sdk::prelude::*;

/// The route with a number.
pub fn route_at(id: u8) -> Result<Route, Error> {
    ROUTES.get(&id).ok_or(Error::UnknownRoute)
}

/// Which two contracts a message lies between, as it is signed.
pub fn ends(route: &Route) -> ([u8; 32], [u8; 32]) {
    (route.remote_genesis, route.remote_contract)
}

/// Refuses a message whose fate is decided.
pub fn require_unseen(id: u8, nonce: u64) -> Result<(), Error> {
    match RECEIVED.get(&(id, nonce)) {
        None => Ok(()),
        Some(Received::Refused) => Err(Error::RefusedAlready),
        Some(_) => Err(Error::DeliveredAlready),
    }
}

/// Decides that a message is never paid here.
pub fn set_refused(route: u8, nonce: u64) {
    RECEIVED.set(&(route, nonce), &Received::Refused);
    MessageRefused { route, nonce }.emit();
}

/// Finishes a message from the other end. If the receiver cannot take the money, all of this is undone.
pub fn pay(id: u8, nonce: u64, to: Address, amount: Amount) -> Result<(), Error> {
    let route = route_at(id)?;
    RECEIVED.set(&(id, nonce), &Received::Delivered);
    MessageDelivered { route: id, nonce, to, amount }.emit();
    // A home end releases and a far end mints.
    put_out(id, &route, to, amount)
}

/// Gives back what was sent. If who gets it cannot take the money, all of this is undone.
pub fn refund_now(id: u8, nonce: u64, sent: Sent) -> Result<(), Error> {
    let (route, to, amount) = (route_at(id)?, sent.refund_to, sent.message.amount);
    SENT.set(&(id, nonce), &Sent { refund: Refund::Paid, ..sent });
    MessageRefunded { route: id, nonce, to, amount }.emit();
    put_out(id, &route, to, amount)
}

/// Releases locked money, or mints units. The last thing that a call does.
pub fn put_out(id: u8, route: &Route, to: Address, amount: Amount) -> Result<(), Error> {
    let volume = VOLUME.get_or_default(&id);
    match route.kind {
        Kind::Home => {
            VOLUME.put(&id, &volume.checked_sub(amount).ok_or(Error::NotLocked)?);
            env::transfer(&to, amount).map_err(|_| Error::NotPaid)
        }
        Kind::Far => {
            VOLUME.set(&id, &(volume + amount));
            UNITS.set(&(id, to), &(UNITS.get_or_default(&(id, to)) + amount));
            UnitsMoved { route: id, from: Address::ZERO, to, amount }.emit();
            Ok(())
        }
    }
}

/// Destroys units of a holder.
pub fn burn(id: u8, from: &Address, amount: Amount) -> Result<(), Error> {
    let left = UNITS.get_or_default(&(id, *from)).checked_sub(amount).ok_or(Error::InsufficientUnits)?;
    UNITS.put(&(id, *from), &left);
    VOLUME.put(&id, &VOLUME.get_or_default(&id).checked_sub(amount).ok_or(Error::InsufficientUnits)?);
    UnitsMoved { route: id, from: *from, to: Address::ZERO, amount }.emit();
    Ok(())
}
