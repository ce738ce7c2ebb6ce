//! Why the network could not start or had to stop.

/// Errors of the transaction network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// A transport could not be set up.
    #[error("the transaction network cannot set up its transport: {0}")]
    Transport(String),
    /// An address cannot be listened on.
    #[error("the transaction network cannot listen on {address}: {reason}; is the port taken by another process?")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// The pool behind the network failed; this is a fault of ours.
    #[error("checking transactions from peers failed inside the node: {0}; report this")]
    PoolFailed(String),
}
