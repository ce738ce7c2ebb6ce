//! The state of the chain as a pure value: which keys exist, how they are read, how a block changes them, and the
//! trie that gives all of them one root.
//!
//! Nothing here knows a database or a proof system. Reads come through [`StateRead`]; changes collect in an
//! [`Overlay`] and leave as a [`WriteSet`].
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

pub mod read;

pub mod key;

pub mod record;

pub mod overlay;

pub mod trie;

pub mod root;

pub use key::Key;
pub use overlay::{Checkpoint, Next, Overlay};
pub use read::{Change, MemoryState, StateFault, StateRead, WriteSet};
pub use root::root_of;
