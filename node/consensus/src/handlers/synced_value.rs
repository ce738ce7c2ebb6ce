//! `ProcessSyncedValue`: a decided block from a peer, its certificate already verified by the engine.
//!
//! The codec has checked that the bytes begin with the certified header. So a body that does not belong to it is the
//! peer's fault and another peer is asked; but a block that is complete and still breaks a rule means that more than two
//! thirds of the validators disagree with this node, and it halts. Durable before a verdict: the block.

use super::started_round::proposed_value;
use crate::adapter::Adapter;
use crate::chain::{Candidate, Mode, UndecidedBlock, Verdict};
use crate::context::{CtxAddress, CtxHeight, TacitContext, shared_round};
use crate::error::ConsensusError;
use crate::malachite::{Reply, Round, SyncedValueOutcome};
use borsh::BorshDeserialize;
use bytes::Bytes;
use tacit_types::Header;

impl Adapter {
    pub(crate) async fn on_synced_value(
        &mut self,
        height: CtxHeight,
        round: Round,
        proposer: CtxAddress,
        bytes: Bytes,
        reply: Reply<SyncedValueOutcome<TacitContext>>,
    ) -> Result<(), ConsensusError> {
        let height = height.0;
        if height != self.tip.next() {
            let _ = reply.send(SyncedValueOutcome::LocalTransientError);
            return Ok(());
        }
        let (Some(round), Ok(header)) = (shared_round(round), Header::deserialize(&mut &bytes[..])) else {
            let _ = reply.send(SyncedValueOutcome::PeerFault);
            return Ok(());
        };
        let block_id = header.id();
        let block = UndecidedBlock {
            height,
            round,
            proposer: proposer.0,
            block_id,
            bytes: bytes.to_vec(),
            valid: true,
            announcement: None,
        };
        let (verdict, block) = self.ask(move |chain| judge(chain, block)).await?;
        match verdict {
            Verdict::Valid => {
                self.synced = Some(height);
                self.known.insert(block_id);
                let _ = reply.send(SyncedValueOutcome::Verdict(proposed_value(&block)));
            }
            Verdict::PeerFault(reason) => {
                tracing::warn!(height = height.0, %block_id, reason, "a peer sent a wrong block, asking another");
                let _ = reply.send(SyncedValueOutcome::PeerFault);
            }
            Verdict::Invalid(reason) => return Err(ConsensusError::CertifiedInvalid { height, block_id, reason }),
        }
        Ok(())
    }
}

/// Validates and stores; an invalid certified block is stored too, as evidence.
fn judge(
    chain: &dyn crate::chain::Chain,
    mut block: UndecidedBlock,
) -> Result<(Verdict, UndecidedBlock), crate::chain::Fault> {
    let candidate = Candidate {
        height: block.height,
        round: block.round,
        proposer: block.proposer,
        block_id: block.block_id,
        bytes: &block.bytes,
    };
    let verdict = chain.validate(candidate, Mode::Synced)?;
    block.valid = verdict == Verdict::Valid;
    if !matches!(verdict, Verdict::PeerFault(_)) {
        chain.store_undecided(&block)?;
    }
    Ok((verdict, block))
}
