//! `GetDecidedValues`: a peer that is behind asks for blocks. The range is the peer's and unchecked.

use crate::adapter::Adapter;
use crate::certificate;
use crate::codec::RESPONSE_VALUES_MAX;
use crate::context::{CtxHeight, TacitContext};
use crate::error::ConsensusError;
use crate::malachite::{RawDecidedValue, Reply};
use std::ops::RangeInclusive;
use tacit_types::Height;

/// Most block bytes in one response; leaves room for certificates under the engine's 10 MiB.
pub(crate) const SERVED_BYTES_MAX: usize = 9 * 1024 * 1024;

impl Adapter {
    pub(crate) async fn on_get_decided_values(
        &mut self,
        range: RangeInclusive<CtxHeight>,
        reply: Reply<Vec<RawDecidedValue<TacitContext>>>,
    ) -> Result<(), ConsensusError> {
        let from = range.start().0.max(Height(1));
        let furthest = Height(from.0.saturating_add(RESPONSE_VALUES_MAX as u64 - 1));
        let to = range.end().0.min(self.tip).min(furthest);
        let values = if from > to { Vec::new() } else { self.ask(move |chain| serve(chain, from, to)).await? };
        let _ = reply.send(values);
        Ok(())
    }
}

/// Blocks in order without gaps; stops early where a set is not known any more.
fn serve(
    chain: &dyn crate::chain::Chain,
    from: Height,
    to: Height,
) -> Result<Vec<RawDecidedValue<TacitContext>>, crate::chain::Fault> {
    let mut values = Vec::new();
    for block in chain.decided(from, to, SERVED_BYTES_MAX)? {
        let set = chain.validators(block.certificate.height)?;
        let Some(certificate) = set.and_then(|set| certificate::to_engine(&block.certificate, &set)) else { break };
        values.push(RawDecidedValue::new(block.bytes.into(), certificate));
    }
    Ok(values)
}
