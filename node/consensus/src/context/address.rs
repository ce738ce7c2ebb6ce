//! Validator addresses for the engine.

use crate::malachite;
use core::fmt;
use tacit_types::Address;

/// A validator's address. Its text is plain hex, and the same text goes into the node's network identity, because the
/// engine matches the two as strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CtxAddress(pub(crate) Address);

impl fmt::Display for CtxAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl malachite::Address for CtxAddress {}
