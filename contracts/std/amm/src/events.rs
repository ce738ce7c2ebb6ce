//! What the pool says in receipts. Every change of what it keeps is in one of these.

use tacit_sdk::prelude::*;

/// A trade.
#[event]
pub struct Swapped {
    /// Who paid.
    pub by: Address,
    /// Who got.
    pub to: Address,
    /// What was paid with.
    pub token_in: Address,
    /// What was paid, fee included.
    pub amount_in: Amount,
    /// What was got of the other token.
    pub amount_out: Amount,
    /// The protocol's part of what was paid.
    pub protocol_fee: Amount,
}

/// Tokens came in for shares.
#[event]
pub struct Deposited {
    /// Who paid.
    pub by: Address,
    /// Who got the shares.
    pub to: Address,
    /// Of the first token.
    pub first: Amount,
    /// Of the second token.
    pub second: Amount,
    /// The shares.
    pub shares: Shares,
}

/// Shares were given up for tokens.
#[event]
pub struct Withdrawn {
    /// Whose shares.
    pub by: Address,
    /// Who got the tokens, or has the credit.
    pub to: Address,
    /// Of the first token.
    pub first: Amount,
    /// Of the second token.
    pub second: Amount,
    /// The shares.
    pub shares: Shares,
    /// Whether the tokens wait as credits.
    pub as_credit: bool,
}

/// The reserves are now so.
#[event]
pub struct ReservesChanged {
    /// Of the first token.
    pub first: Amount,
    /// Of the second token.
    pub second: Amount,
}

/// Credit was collected.
#[event]
pub struct CreditCollected {
    /// Whose.
    pub by: Address,
    /// The token.
    pub token: Address,
    /// Who got it.
    pub to: Address,
    /// How much.
    pub amount: Amount,
}

/// What was in no book left.
#[event]
pub struct Skimmed {
    /// The token.
    pub token: Address,
    /// Who got it.
    pub to: Address,
    /// How much.
    pub amount: Amount,
}

/// A token lost some of the pool's balance; from now on there are only withdrawals.
#[event]
pub struct PoolRetired {
    /// What is missing of the first token.
    pub first: Amount,
    /// What is missing of the second token.
    pub second: Amount,
}

/// A token gives no answer when it is asked for the pool's balance.
#[event]
pub struct TokenSilent {
    /// The token.
    pub token: Address,
}

/// The protocol's fees were paid.
#[event]
pub struct FeesCollected {
    /// The token.
    pub token: Address,
    /// Who got them.
    pub to: Address,
    /// How much.
    pub amount: Amount,
}

/// Shares moved; from the zero address they are new, to it they are gone.
#[event]
pub struct Transferred {
    /// Who gave.
    pub from: Address,
    /// Who got.
    pub to: Address,
    /// Shares.
    pub amount: Shares,
}

/// An owner lets a spender take up to a number of shares.
#[event]
pub struct Approved {
    /// Whose shares.
    pub owner: Address,
    /// Who may take them.
    pub spender: Address,
    /// Shares from now on.
    pub amount: Shares,
}
