//! What travels in a proposal stream: a signed announcement, then the block's bytes in parts.

use super::TacitContext;
use crate::malachite;
use crate::parts::SignedInit;
use bytes::Bytes;

/// One element of a proposal stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BlockPart {
    /// First: what is coming and who says so.
    Init(SignedInit),
    /// Then: the bytes.
    Data(PartData),
}

/// One part of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartData {
    /// Which part, from 0.
    pub(crate) index: u32,
    /// Whether the stream has no further part.
    pub(crate) last: bool,
    /// The bytes; their hash is in the announcement.
    pub(crate) bytes: Bytes,
}

impl malachite::ProposalPart<TacitContext> for BlockPart {
    fn is_first(&self) -> bool {
        matches!(self, Self::Init(_))
    }

    fn is_last(&self) -> bool {
        matches!(self, Self::Data(data) if data.last)
    }
}
