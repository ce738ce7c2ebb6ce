//! Named places where the process can be made to die, between every two writes that must not depend on each other.
//!
//! With `TACIT_FAIL_POINT=name:count` in the environment the process aborts when it comes to the place `name` for the
//! `count`-th time (from 1). Without it, a place costs one load. Tests use it to prove that no crash loses a block;
//! nobody else has a use for it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable.
pub const VARIABLE: &str = "TACIT_FAIL_POINT";

/// All places, in the order in which one block meets them.
pub const ALL: &[&str] = &[
    GENESIS_BEFORE_BATCH,
    GENESIS_AFTER_BATCH,
    UNDECIDED_BEFORE_BATCH,
    UNDECIDED_AFTER_BATCH,
    COMMIT_BEFORE_TRIE,
    COMMIT_BEFORE_BATCH,
    COMMIT_AFTER_BATCH,
    COMMIT_AFTER_PUBLISH,
    FLUSH_BEFORE_BATCH,
    FLUSH_AFTER_BATCH,
    PRUNE_BEFORE_BATCH,
    PRUNE_AFTER_BATCH,
];

/// Genesis is computed, nothing is written.
pub const GENESIS_BEFORE_BATCH: &str = "genesis.before_batch";
/// Genesis is on disk, its trie pages are not.
pub const GENESIS_AFTER_BATCH: &str = "genesis.after_batch";
/// An undecided block is about to be written.
pub const UNDECIDED_BEFORE_BATCH: &str = "undecided.before_batch";
/// An undecided block is on disk, the caller does not know yet.
pub const UNDECIDED_AFTER_BATCH: &str = "undecided.after_batch";
/// A block is checked, the trie in memory is still that of its parent.
pub const COMMIT_BEFORE_TRIE: &str = "commit.before_trie";
/// The trie in memory is the block's, nothing is written.
pub const COMMIT_BEFORE_BATCH: &str = "commit.before_batch";
/// The block is on disk, readers still see its parent.
pub const COMMIT_AFTER_BATCH: &str = "commit.after_batch";
/// Readers see the block, the caller does not know yet.
pub const COMMIT_AFTER_PUBLISH: &str = "commit.after_publish";
/// Trie pages are about to be written.
pub const FLUSH_BEFORE_BATCH: &str = "flush.before_batch";
/// Trie pages and their mark are on disk, memory does not know yet.
pub const FLUSH_AFTER_BATCH: &str = "flush.after_batch";
/// Undecided blocks are about to be removed.
pub const PRUNE_BEFORE_BATCH: &str = "prune.before_batch";
/// Undecided blocks are removed.
pub const PRUNE_AFTER_BATCH: &str = "prune.after_batch";

struct Armed {
    name: String,
    count: u64,
    met: AtomicU64,
}

/// Dies here when the environment says so.
pub(crate) fn hit(name: &str) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let Some(armed) = ARMED.get_or_init(|| std::env::var(VARIABLE).ok().and_then(|text| parse(&text))) else { return };
    if armed.name == name && armed.met.fetch_add(1, Ordering::Relaxed) + 1 == armed.count {
        tracing::error!(name, "fail point reached, aborting as {VARIABLE} asks");
        std::process::abort();
    }
}

fn parse(text: &str) -> Option<Armed> {
    let (name, count) = text.rsplit_once(':')?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some(Armed { name: name.to_owned(), count, met: AtomicU64::new(0) })
}

#[cfg(test)]
mod unit {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_and_a_count_arm_a_place_and_anything_else_arms_none() {
        let armed = parse("commit.after_batch:3").unwrap();
        assert_eq!((armed.name.as_str(), armed.count), (COMMIT_AFTER_BATCH, 3));
        for text in ["", "commit.after_batch", "commit.after_batch:", "commit.after_batch:0", "commit.after_batch:-1"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_unarmed_place_does_nothing() {
        ALL.iter().for_each(|name| hit(name));
    }
}
