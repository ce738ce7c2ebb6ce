//! What a private transaction offers to pay. Price, gas limit and expiry stand in the open, so they move in steps that
//! many transactions share: two wallets that do the same thing at about the same time show the same numbers.

use tacit_types::shielded::Shape;
use tacit_types::{Gas, Height, Price};

/// Gas of a private transaction before its actions; an account's signature has room in it.
const BASE: u64 = 35_000;
/// Gas of a join-split that spends up to eight notes: proof, spend signature, bytes, nullifiers, two leaves.
const JOIN_SPLIT_WIDE: u64 = 690_000;
/// Gas of a join-split that spends up to two notes.
const JOIN_SPLIT: u64 = 620_000;
/// Gas of handing money to an account.
const SWEEP: u64 = 15_000;
/// Gas limits are multiples of this.
const GAS_STEP: u64 = 50_000;
/// Expiry heights are multiples of this.
const EXPIRY_STEP: u64 = 100;

/// What a plan consists of, as far as gas is concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Work {
    pub narrow: u64,
    pub wide: u64,
    pub sweeps: u64,
    /// Of actions that the planner knows nothing about.
    pub extra: Gas,
}

impl Work {
    pub(super) const fn add(&mut self, shape: Shape) {
        match shape {
            Shape::OneIn | Shape::TwoIn => self.narrow = self.narrow.saturating_add(1),
            Shape::EightIn => self.wide = self.wide.saturating_add(1),
        }
    }

    /// The gas limit for this, in steps.
    pub(super) fn gas_limit(self) -> Gas {
        let parts = [
            BASE,
            self.narrow.saturating_mul(JOIN_SPLIT),
            self.wide.saturating_mul(JOIN_SPLIT_WIDE),
            self.sweeps.saturating_mul(SWEEP),
            self.extra.0,
        ];
        let gas = parts.into_iter().fold(0u64, u64::saturating_add);
        Gas(gas.div_ceil(GAS_STEP).saturating_mul(GAS_STEP))
    }
}

/// The price per gas that a wallet offers at a base fee: a quarter more, so that the transaction stays valid while the
/// base fee climbs, then up to the next number with three significant bits.
#[must_use]
pub fn price_step(base_fee: Price) -> Price {
    let wanted = base_fee.0.saturating_add(base_fee.0.div_ceil(4)).max(1);
    let significant = 64u32.saturating_sub(wanted.leading_zeros());
    let step = 1u64 << significant.saturating_sub(3);
    Price(wanted.div_ceil(step).saturating_mul(step))
}

/// The expiry of a transaction that is to be valid for about `lifetime` heights.
#[must_use]
pub const fn expiry_step(height: Height, lifetime: u64) -> Height {
    let last = height.0.saturating_add(lifetime);
    Height(last.div_ceil(EXPIRY_STEP).saturating_mul(EXPIRY_STEP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn prices_have_three_significant_bits_and_cover_a_base_fee_that_climbs_by_a_quarter(base in 0u64..1 << 60) {
            let price = price_step(Price(base)).0;
            prop_assert!(price >= base + base.div_ceil(4) && price >= 1);
            prop_assert!(price <= (base + base.div_ceil(4)).max(1) / 4 * 5 + 1);
            prop_assert!(64 - price.leading_zeros() - price.trailing_zeros() <= 3);
        }

        #[test]
        fn an_expiry_is_a_multiple_of_a_hundred_and_not_too_early(height in 0u64..1 << 50, lifetime in 1u64..10_000) {
            let expiry = expiry_step(Height(height), lifetime).0;
            prop_assert!(expiry.is_multiple_of(100) && expiry >= height + lifetime && expiry < height + lifetime + 100);
        }
    }
}
