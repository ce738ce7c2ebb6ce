//! One file per message of the engine. Each says what must be durable before its reply, because the engine's log holds
//! block ids only: a reply may let a vote out, and a vote for a block that is lost is a node that is stuck.

mod decided;
mod decided_values;
mod extend_vote;
mod finalized;
mod get_value;
mod history_min_height;
mod ready;
mod received_part;
mod restream;
mod started_round;
mod synced_value;
mod verify_extensions;

use crate::adapter::Adapter;
use crate::context::TacitContext;
use crate::error::ConsensusError;
use crate::malachite::AppMsg;

impl Adapter {
    /// Handles one message. An error stops the node; the reply is then never sent.
    pub(crate) async fn handle(&mut self, message: AppMsg<TacitContext>) -> Result<(), ConsensusError> {
        match message {
            AppMsg::ConsensusReady { reply } => self.on_ready(reply).await,
            AppMsg::StartedRound { height, round, reply_value, .. } => {
                self.on_started_round(height, round, reply_value).await
            }
            AppMsg::GetValue { height, round, timeout, reply } => {
                self.on_get_value(height, round, timeout, reply).await
            }
            AppMsg::ReceivedProposalPart { from, published_by, part, reply } => {
                self.on_received_part(published_by.unwrap_or(from), part.content, reply).await
            }
            AppMsg::RestreamProposal { height, value_id, .. } => self.on_restream(height, value_id).await,
            AppMsg::Decided { certificate, reply, .. } => self.on_decided(certificate, reply).await,
            AppMsg::Finalized { certificate, evidence, reply, .. } => {
                self.on_finalized(certificate.height, &evidence, reply).await
            }
            AppMsg::GetDecidedValues { range, reply } => self.on_get_decided_values(range, reply).await,
            AppMsg::GetHistoryMinHeight { reply } => self.on_get_history_min_height(reply).await,
            AppMsg::ProcessSyncedValue { height, round, proposer, value_bytes, reply } => {
                self.on_synced_value(height, round, proposer, value_bytes, reply).await
            }
            AppMsg::ExtendVote { reply, .. } => {
                extend_vote::on_extend_vote(reply);
                Ok(())
            }
            AppMsg::VerifyVoteExtensions { extensions, reply, .. } => {
                verify_extensions::on_verify_extensions(extensions, reply);
                Ok(())
            }
        }
    }
}
