//! What is decided: a block id.

use crate::malachite;
use tacit_types::BlockId;

/// A block id as the engine's value. The id is the hash of the header and the header commits to everything else, so
/// the value and its id are the same thing, and the engine's log stays small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CtxValue(pub(crate) BlockId);

impl malachite::Value for CtxValue {
    type Id = BlockId;

    fn id(&self) -> BlockId {
        self.0
    }
}
