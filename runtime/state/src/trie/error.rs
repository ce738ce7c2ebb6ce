//! Everything that can go wrong with the trie, its pages and its proofs.
//!
//! Three kinds live here, told apart by [`TrieError::is_fault`]: a proof or batch from outside is wrong (reject it),
//! or the store or this program is wrong (halt and keep the evidence).

use super::page_id::PageId;

/// Why the trie refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrieError {
    /// The page above names this page, the store does not have it.
    #[error("trie page {0} is missing from the store: rebuild the pages from the flat state")]
    MissingPage(PageId),
    /// The stored bytes of a page break the page format.
    #[error("trie page {id} is malformed ({reason}): rebuild the pages from the flat state")]
    MalformedPage {
        /// The page.
        id: PageId,
        /// What was wrong.
        reason: &'static str,
    },
    /// A stored page does not hash to the node that the page above (or the opener) says.
    #[error("trie page {0} does not hash to the expected node: rebuild the pages from the flat state")]
    PageMismatch(PageId),
    /// The bytes are not the encoding of a page id.
    #[error("malformed trie page id: {0}")]
    MalformedPageId(&'static str),
    /// The page store failed to answer.
    #[error("the page store failed: {0}")]
    Store(String),
    /// A former update failed half way, so the pages in memory mean nothing any more.
    #[error("an earlier update of this trie failed: drop it and open it again from the store")]
    Poisoned,
    /// The trie was opened after the update that the former root stands before.
    #[error(
        "no update since the trie was opened, so there is no former root to prove against: ask again a block later"
    )]
    NoPrevious,
    /// A rule this module keeps by itself was broken; a bug.
    #[error("internal error of the trie: {0}; please report it")]
    Internal(&'static str),
    /// Leaves for a full recomputation were not strictly ascending by key path.
    #[error("leaves must be strictly ascending by key path")]
    Unsorted,
    /// The bytes of a proof break the proof format.
    #[error("malformed state proof: {0}")]
    MalformedProof(&'static str),
    /// The proof is well formed but does not prove the claim.
    #[error("the state proof does not hold: {0}")]
    ProofRefused(&'static str),
}

impl TrieError {
    /// Whether the store or this program is at fault (halt), as opposed to bytes or leaves given from outside (reject).
    pub fn is_fault(&self) -> bool {
        !matches!(
            self,
            Self::Unsorted
                | Self::NoPrevious
                | Self::MalformedProof(_)
                | Self::ProofRefused(_)
                | Self::MalformedPageId(_)
        )
    }
}
