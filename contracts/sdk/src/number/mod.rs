//! Numbers that never wrap and never round by accident. Operators end the call when the result does not fit; the
//! `checked_` forms say so. Nothing converts by itself: the number inside is `.0`.

#[macro_use]
mod width;

mod quantity;
mod rate;
mod time;
mod u256;

pub use quantity::{Amount, Quantity, Shares, checked_mul_div, mul_div};
pub use rate::Rate;
pub use time::{Duration, Height, Timestamp};
pub use u256::U256;

/// Which way a quotient goes that does not come out even. There is no default: round against whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

width!(wide, u128);
#[cfg(test)]
width!(tiny, u8);

#[cfg(test)]
mod tests;
