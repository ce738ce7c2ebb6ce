//! Quantities with a unit each, so that a height is never added to a fee.
//!
//! Arithmetic is checked and explicit; there is no `From<u64>`, no `Add`, no `Deref`.

use borsh::{BorshDeserialize, BorshSerialize};
use core::fmt;

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub $inner);

        impl $name {
            /// Nothing of it.
            pub const ZERO: Self = Self(0);
            /// The largest representable quantity.
            pub const MAX: Self = Self(<$inner>::MAX);

            /// The sum, or `None` on overflow.
            #[must_use]
            pub const fn checked_add(self, other: Self) -> Option<Self> {
                match self.0.checked_add(other.0) {
                    Some(sum) => Some(Self(sum)),
                    None => None,
                }
            }

            /// The difference, or `None` when `other` is larger.
            #[must_use]
            pub const fn checked_sub(self, other: Self) -> Option<Self> {
                match self.0.checked_sub(other.0) {
                    Some(difference) => Some(Self(difference)),
                    None => None,
                }
            }

            /// The sum, or the largest quantity.
            #[must_use]
            pub const fn saturating_add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// The difference, or zero.
            #[must_use]
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

unit! {
    /// Position of a block in the chain. Genesis is height 0 and has no block; the first block is 1.
    Height(u64)
}
unit! {
    /// Attempt within one height, from 0.
    Round(u32)
}
unit! {
    /// Work: one gas is about half a nanosecond of the worst input on the reference core (`docs/spec/gas.md`).
    Gas(u64)
}
unit! {
    /// Base units of an asset. The native token has 18 decimals.
    Amount(u128)
}
unit! {
    /// Base units of the native token per gas.
    Price(u64)
}
unit! {
    /// How many transactions an account has had charged.
    Sequence(u64)
}
unit! {
    /// Voting power.
    Power(u64)
}
unit! {
    /// Milliseconds since 1970-01-01 UTC.
    UnixMillis(u64)
}

impl Height {
    /// The height after this one; saturates at the end of time.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The height before this one, or `None` at genesis.
    #[must_use]
    pub const fn previous(self) -> Option<Self> {
        match self.0.checked_sub(1) {
            Some(previous) => Some(Self(previous)),
            None => None,
        }
    }
}

impl Sequence {
    /// The sequence after this one; saturates.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Gas {
    /// What this much gas costs at `price`. Cannot overflow: both factors are below 2^64.
    #[must_use]
    pub const fn cost(self, price: Price) -> Amount {
        Amount((self.0 as u128).saturating_mul(price.0 as u128))
    }
}
