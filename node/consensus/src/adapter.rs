//! The adapter's state, and the helpers that its message handlers share.
//!
//! One task owns an [`Adapter`] and handles the engine's messages one after the other, because the engine sends most
//! of them one after the other anyway and order is what makes the rules easy to check: a block is stored before it is
//! voted for, a decision is committed before the next height exists. Only waiting (pace, streaming, start) happens in
//! tasks of its own.

use crate::chain::{Chain, Fault};
use crate::config::Config;
use crate::context::{CtxValidatorSet, TacitContext};
use crate::error::ConsensusError;
use crate::malachite::{HeightParams, NetworkMsg, NetworkRequest};
use crate::pacing;
use crate::parts::{PartStore, SignedInit, Window, stream};
use crate::signing::GuardedSigner;
use crate::status::Status;
use crate::worker::Worker;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use tacit_types::{Address, BlockId, GenesisId, Height, Round};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// State between messages. The handlers in `handlers/` are its methods.
pub(crate) struct Adapter {
    pub(crate) chain: Arc<dyn Chain>,
    /// Does what the chain is asked for.
    worker: Worker,
    pub(crate) genesis_id: GenesisId,
    pub(crate) config: Config,
    /// Own address; for a full node one that is in no set.
    pub(crate) me: Address,
    pub(crate) signer: Option<GuardedSigner>,
    pub(crate) network: mpsc::Sender<NetworkMsg<TacitContext>>,
    pub(crate) net_requests: mpsc::Sender<NetworkRequest>,
    /// True while the pool holds transactions.
    pub(crate) work: watch::Receiver<bool>,
    pub(crate) status: watch::Sender<Status>,
    /// Last committed height.
    pub(crate) tip: Height,
    /// Round of the height after the tip.
    pub(crate) round: Round,
    /// When the height after the tip started.
    pub(crate) height_started: Instant,
    /// The height that value sync last brought a block for.
    pub(crate) synced: Option<Height>,
    /// Whether the last block held transactions.
    pub(crate) last_block_busy: bool,
    /// Highest height that a proposer has announced a block for.
    pub(crate) announced: watch::Sender<Height>,
    pub(crate) parts: PartStore,
    /// Blocks of the height after the tip that are judged and stored.
    pub(crate) known: HashSet<BlockId>,
    /// Own blocks of the height after the tip that this run has streamed.
    pub(crate) streamed: HashSet<(Round, BlockId)>,
    sets: BTreeMap<Height, CtxValidatorSet>,
}

/// What an adapter is made from.
pub(crate) struct Parts {
    pub(crate) chain: Arc<dyn Chain>,
    pub(crate) worker: Worker,
    pub(crate) config: Config,
    pub(crate) me: Address,
    pub(crate) signer: Option<GuardedSigner>,
    pub(crate) network: mpsc::Sender<NetworkMsg<TacitContext>>,
    pub(crate) net_requests: mpsc::Sender<NetworkRequest>,
    pub(crate) work: watch::Receiver<bool>,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) tip: Height,
}

impl Adapter {
    /// A fresh adapter at `parts.tip`.
    pub(crate) fn new(parts: Parts) -> Self {
        let genesis_id = parts.chain.genesis_id();
        Self {
            chain: parts.chain,
            worker: parts.worker,
            genesis_id,
            config: parts.config,
            me: parts.me,
            signer: parts.signer,
            network: parts.network,
            net_requests: parts.net_requests,
            work: parts.work,
            status: parts.status,
            tip: parts.tip,
            round: Round::ZERO,
            height_started: Instant::now(),
            synced: None,
            last_block_busy: false,
            announced: watch::Sender::new(parts.tip),
            parts: PartStore::default(),
            known: HashSet::new(),
            streamed: HashSet::new(),
            sets: BTreeMap::new(),
        }
    }

    /// Calls the chain on its thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Chain) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, ConsensusError> {
        let chain = Arc::clone(&self.chain);
        Ok(self.worker.run(move || question(chain.as_ref())).await??)
    }

    /// The set that signs `height`, which must lie between the tip and the tip's height plus 2.
    pub(crate) async fn set(&mut self, height: Height) -> Result<CtxValidatorSet, ConsensusError> {
        if let Some(set) = self.sets.get(&height) {
            return Ok(set.clone());
        }
        let broken = |reason: String| ConsensusError::Validators { height, reason };
        let shared = self.ask(move |chain| chain.validators(height)).await?;
        let shared = shared.ok_or_else(|| broken("the chain does not know it".to_owned()))?;
        let set = CtxValidatorSet::new(shared).map_err(|error| broken(error.to_string()))?;
        self.sets.insert(height, set.clone());
        Ok(set)
    }

    /// What the engine needs to start the height after the tip.
    pub(crate) async fn height_params(&mut self) -> Result<HeightParams<TacitContext>, ConsensusError> {
        let set = self.set(self.tip.next()).await?;
        let busy = self.last_block_busy && *self.work.borrow();
        Ok(HeightParams::new(set, pacing::timeouts(&self.config.timeouts, busy), None))
    }

    /// Where announcements are accepted at present.
    pub(crate) const fn window(&self) -> Window {
        Window { height: self.tip.next(), round: self.round }
    }

    /// Moves everything on to the height after `tip`, which was just committed.
    pub(crate) fn advance(&mut self, tip: Height) {
        self.tip = tip;
        self.round = Round::ZERO;
        self.known.clear();
        self.streamed.clear();
        self.parts.forget_to(tip);
        self.sets.retain(|height, _| *height >= tip);
    }

    /// Streams a block from a task of its own: the engine's queue holds one part at a time.
    pub(crate) fn publish(&self, signed: SignedInit, bytes: Vec<u8>) {
        let network = self.network.clone();
        tokio::spawn(async move {
            for part in stream(signed, bytes) {
                // Fails only when the engine is stopping.
                if network.send(NetworkMsg::PublishProposalPart(part)).await.is_err() {
                    return;
                }
            }
        });
    }
}
