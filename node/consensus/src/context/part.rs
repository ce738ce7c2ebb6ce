//! What travels in a proposal stream: the proposer's signed announcement, alone or with one part of the block.

use super::TacitContext;
use crate::malachite;
use crate::parts::SignedInit;
use bytes::Bytes;

/// One element of a proposal stream.
///
/// Every element carries the announcement, because the direct transport opens a substream per message and so delivers
/// in any order; a part that had to wait for its announcement would have to be buffered unauthenticated. The price is
/// half a percent of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockPart {
    /// What is announced and who says so.
    pub(crate) signed: SignedInit,
    /// Nothing in the first element.
    pub(crate) data: Option<PartData>,
}

/// One part of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartData {
    /// Which part, from 0.
    pub(crate) index: u32,
    /// The bytes; their hash is in the announcement.
    pub(crate) bytes: Bytes,
}

impl malachite::ProposalPart<TacitContext> for BlockPart {
    fn is_first(&self) -> bool {
        self.data.is_none()
    }

    fn is_last(&self) -> bool {
        let parts = self.signed.init.part_hashes.len();
        self.data.as_ref().is_some_and(|data| usize::try_from(data.index).is_ok_and(|index| index + 1 == parts))
    }
}
