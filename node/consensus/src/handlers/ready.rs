//! `ConsensusReady`: the network listens; say where to start.
//!
//! The start height comes from the committed tip and never goes backwards: the engine's log belongs to one height and
//! is wiped when another is asked for. So a guard that signed further ahead than the database stops the node here.

use crate::adapter::Adapter;
use crate::context::{CtxHeight, CtxValidatorSet, TacitContext};
use crate::error::ConsensusError;
use crate::malachite::{HeightParams, NetworkRequest, Reply, Validator, ValidatorSet};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

/// How often connected validators are counted at start.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

impl Adapter {
    pub(crate) async fn on_ready(
        &mut self,
        reply: Reply<(CtxHeight, HeightParams<TacitContext>)>,
    ) -> Result<(), ConsensusError> {
        let height = self.tip.next();
        let set = self.set(height).await?;
        let params = self.height_params().await?;
        let (requests, me, wait) = (self.net_requests.clone(), self.me, self.config.start_wait);
        tokio::spawn(async move {
            // Rounds that start before the others are reachable fail, so a moment is given for connecting.
            let give_up = Instant::now() + wait;
            while Instant::now() < give_up && !quorum_is_connected(&requests, &set, me).await {
                sleep(POLL_INTERVAL).await;
            }
            let _ = reply.send((CtxHeight(height), params));
        });
        Ok(())
    }
}

/// Whether this node and the connected validators hold more than two thirds of the power.
async fn quorum_is_connected(
    requests: &mpsc::Sender<NetworkRequest>,
    set: &CtxValidatorSet,
    me: tacit_types::Address,
) -> bool {
    let mut power = set.by_address(&me).map_or(0, Validator::voting_power);
    if let Ok(Some(dump)) = NetworkRequest::dump_state(requests).await {
        let keys: Vec<_> = dump.peers.values().filter_map(|peer| peer.consensus_public_key.as_deref()).collect();
        let connected = set.iter().filter(|one| one.addr() != me && keys.contains(&one.key().as_bytes().as_slice()));
        power = connected.fold(power, |sum, one| sum.saturating_add(one.voting_power()));
    }
    power.saturating_mul(3) > set.total_voting_power().saturating_mul(2)
}
