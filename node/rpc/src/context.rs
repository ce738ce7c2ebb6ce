//! What every method sees: the node behind its trait, the limits, and the shared reader of events.

use crate::backend::{Backend, ChainIdentity};
use crate::config::{GateConfig, RpcConfig};
use crate::convert::Converter;
use crate::events::EventReader;
use crate::gate::Gate;
use crate::places::Places;
use std::sync::Arc;

/// Shared by all methods and connections.
pub struct Context {
    /// The node.
    pub backend: Arc<dyn Backend>,
    /// What never changes about the chain.
    pub identity: ChainIdentity,
    /// Converts for the chain's network.
    pub convert: Converter,
    /// The limits.
    pub config: RpcConfig,
    /// Simulations and views.
    pub simulations: Gate,
    /// Other expensive reads.
    pub reads: Gate,
    /// Looks at transactions.
    pub receipts: Gate,
    /// Proofs of the state.
    pub proofs: Gate,
    /// Submissions.
    pub submissions: Gate,
    /// Pages of events for subscriptions.
    pub event_pages: Gate,
    /// Places of subscriptions.
    pub subscriptions: Places,
    /// Pages of events.
    pub events: EventReader,
}

impl Context {
    /// Everything from a node and a configuration.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>, config: RpcConfig) -> Self {
        let identity = backend.identity();
        let convert = Converter { network: identity.network };
        let submissions = GateConfig { running: config.submissions_max, waiting: 0 };
        let event_pages = GateConfig { running: config.event_pages_max, waiting: 0 };
        Self {
            event_pages: Gate::new("pages of events", event_pages),
            subscriptions: Places::new(config.all_subscriptions_max, config.subscriptions_per_ip_max),
            events: EventReader::new(Arc::clone(&backend), convert),
            backend,
            identity,
            convert,
            simulations: Gate::new("simulations", config.simulations),
            reads: Gate::new("expensive reads", config.reads),
            receipts: Gate::new("looks at transactions", config.receipts),
            proofs: Gate::new("proofs", config.proofs),
            submissions: Gate::new("submissions", submissions),
            config,
        }
    }
}
