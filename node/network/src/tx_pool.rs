//! What the network needs from whoever holds the transactions.
//!
//! The network moves bytes and never judges them: checking and admitting are behind this trait.

use async_trait::async_trait;
use libp2p::PeerId;
use std::time::Duration;
use tacit_types::{FullHash, RawTx};

/// The pool of transactions as the network sees it. The plain functions are called on the network's task and must
/// answer at once.
#[async_trait]
pub trait TxPool: Send + Sync + 'static {
    /// Is the transaction waiting here, or was it included not long ago? Then it is not fetched.
    fn known(&self, hash: &FullHash) -> bool;

    /// The transaction, if it is waiting here.
    fn body(&self, hash: &FullHash) -> Option<RawTx>;

    /// At most `max` waiting transactions that arrived at least `older_than` ago, the oldest first.
    fn pending(&self, older_than: Duration, max: usize) -> Vec<FullHash>;

    /// Checks and admits `txs`, which `from` sent; one verdict each, in order. May take its time.
    async fn submit(&self, txs: Vec<RawTx>, from: PeerId) -> Vec<SubmitVerdict>;
}

/// What became of a submitted transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmitVerdict {
    /// Admitted: it is announced to the other peers.
    Accepted,
    /// Was here already.
    Known,
    /// Not admitted.
    Rejected {
        /// True when it can never be valid, so that no honest node would have forwarded it.
        punish: bool,
    },
}
