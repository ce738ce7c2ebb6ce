//! What a bridge says in receipts; the committee signs what these say.

use crate::bridge::{Committee, Limits, Message, Route};
use tacit_sdk::prelude::*;

/// A route was opened.
#[event]
pub struct RouteOpened {
    /// Its number.
    pub id: u8,
    /// Where it leads.
    pub route: Route,
}

/// Limits became tighter.
#[event]
pub struct LimitsTightened {
    /// The route.
    pub route: u8,
    /// From now on.
    pub limits: Limits,
}

/// A committee was announced.
#[event]
pub struct RotationAnnounced {
    /// Who.
    pub committee: Committee,
    /// From when on.
    pub from_time: Timestamp,
}

/// An announced committee was stopped.
#[event]
pub struct RotationStopped {
    /// Its version.
    pub version: u64,
}

/// A committee began.
#[event]
pub struct Rotated {
    /// Its version.
    pub version: u64,
}

/// Something was sent to the other end; the committee signs what this says.
#[event]
pub struct MessageSent {
    /// The message.
    pub message: Message,
}

/// A message arrived but waits, because it is large or too much came lately.
#[event]
pub struct MessageWaits {
    /// The message.
    pub message: Message,
    /// From when on it can be paid.
    pub ready: Timestamp,
}

/// A message was paid.
#[event]
pub struct MessageDelivered {
    /// The route.
    pub route: u8,
    /// The message's number.
    pub nonce: u64,
    /// Who got it.
    pub to: Address,
    /// How much.
    pub amount: Amount,
}

/// A message will never be paid here; the committee may sign its refund.
#[event]
pub struct MessageRefused {
    /// The route.
    pub route: u8,
    /// The message's number.
    pub nonce: u64,
}

/// A refund waits, because too much was refunded lately.
#[event]
pub struct RefundWaits {
    /// The route.
    pub route: u8,
    /// The message's number.
    pub nonce: u64,
    /// From when on it is paid.
    pub ready: Timestamp,
}

/// What was sent came back.
#[event]
pub struct MessageRefunded {
    /// The route.
    pub route: u8,
    /// The message's number.
    pub nonce: u64,
    /// Who got it.
    pub to: Address,
    /// How much.
    pub amount: Amount,
}

/// Units moved.
#[event]
pub struct UnitsMoved {
    /// Of which route.
    pub route: u8,
    /// Who gave.
    pub from: Address,
    /// Who got.
    pub to: Address,
    /// How many.
    pub amount: Amount,
}
