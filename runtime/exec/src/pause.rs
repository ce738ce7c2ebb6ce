//! How soon one pause may follow another: the one rule for contracts and for the shielded pool. Who may stop something must not
//! be able to stop it for good.

use tacit_abi::PAUSE_REST_PARTS;

/// From when on there may be another pause, when what was stopped runs again since `resumed` and a pause is at most `longest`. All
/// three in the same unit, be it milliseconds or heights.
pub const fn next_begins(resumed: u64, longest: u64) -> u64 {
    resumed.saturating_add(longest.div_ceil(PAUSE_REST_PARTS))
}
