//! The base fee: burnt per gas, moved by how full blocks are.

use tacit_types::{ChainParams, Gas, Price};

/// How slowly the base fee moves: a block that is completely full or empty changes it by one part in this many.
const SLOWNESS: u128 = 64;

/// How much of a block a transaction filled: what it used, but at least half of what it reserved, so that reserving
/// without using is not free.
#[must_use]
pub fn fullness(gas_limit: Gas, gas_used: Gas) -> Gas {
    gas_used.max(Gas(gas_limit.0 >> 1))
}

/// Base fee of the next block after one with base fee `current` that was filled to `full`.
///
/// Moves by `current x |full - target| / target / 64`, at least by 1 when full differs from target, never below the
/// floor.
#[must_use]
pub fn next_base_fee(params: &ChainParams, current: Price, full: Gas) -> Price {
    let target = params.gas_target();
    let distance = u128::from(full.0.abs_diff(target.0));
    if distance == 0 {
        return current.max(params.base_fee_floor);
    }
    // current < 2^64 and distance <= 2^64, so the product fits; the target is not zero by `ChainParams::check`.
    let scaled = u128::from(current.0).saturating_mul(distance);
    let step = scaled.checked_div(u128::from(target.0).saturating_mul(SLOWNESS)).unwrap_or(0).max(1);
    let step = Price(u64::try_from(step).unwrap_or(u64::MAX));
    let moved = if full > target { current.saturating_add(step) } else { current.saturating_sub(step) };
    moved.max(params.base_fee_floor)
}
