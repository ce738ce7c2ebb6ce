//! Trying things out on a state that is thrown away: a transaction before it is signed, a contract's view.
//!
//! What comes out is advice. It never reaches a block, so signatures and proofs need not be good yet.

use crate::charge::{self, Charge};
use crate::earnings::Earnings;
use crate::error::{ExecFault, Refusal};
use crate::pool::PoolLog;
use crate::rules::Rules;
use crate::stateless::CheckedTx;
use crate::tip::{NextBlock, Tip};
use crate::transient::Transient;
use crate::tx::{BlockEnvironment, BodyOutcome, run_body};
use crate::world::ExecWorld;
use tacit_state::{Overlay, StateRead};
use tacit_types::{Address, Amount, Gas, Height, Name, Receipt, Tx, UnixMillis};
use tacit_vm::{CallOutcome, CallParams, FrameTrace, Vm};

/// Where something is tried out: on top of a tip.
pub struct Bench<'a> {
    /// The chain's fixed rules.
    pub rules: &'a Rules,
    /// The contract engine, on its lane for views.
    pub vm: &'a Vm,
    /// The end of the chain.
    pub tip: &'a Tip,
    /// The state after the tip.
    pub state: &'a dyn StateRead,
}

/// A simulated transaction with everything that people may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// What a block would record.
    pub receipt: Receipt,
    /// The first contract frames in the order of entry; at most [`tacit_vm::FRAMES_RECORDED_MAX`].
    pub frames: Vec<FrameTrace>,
    /// How many there were beside those.
    pub frames_left_out: u64,
    /// More about a failure than its code, such as message and place of a contract's panic; perhaps nothing.
    pub detail: String,
}

impl Bench<'_> {
    /// Charges and runs `tx` as if it stood alone in the next block. Signatures and proofs are counted, because they
    /// cost gas, and not verified.
    ///
    /// # Errors
    /// [`Refusal`]: no block could hold it, the charge fails, or this node is at fault. A failing body is in the
    /// outcome.
    pub fn simulate(&self, tx: Tx) -> Result<BodyOutcome, Refusal> {
        Ok(self.try_out(&tx)?.0)
    }

    /// What a block would record for `tx`, fee included. As [`Bench::simulate`] otherwise.
    ///
    /// # Errors
    /// As [`Bench::simulate`].
    pub fn simulated_receipt(&self, tx: &Tx) -> Result<Receipt, Refusal> {
        let (outcome, charge) = self.try_out(tx)?;
        let fee = charge.fee(outcome.gas_used);
        Ok(outcome.into_receipt(tx.id(), fee))
    }

    /// What a block would record for `tx`, and what its contracts did on the way. As [`Bench::simulate`] otherwise.
    ///
    /// # Errors
    /// As [`Bench::simulate`].
    pub fn rehearse(&self, tx: &Tx) -> Result<Rehearsal, Refusal> {
        let (mut outcome, charge) = self.try_out(tx)?;
        let fee = charge.fee(outcome.gas_used);
        let frames = std::mem::take(&mut outcome.frames);
        let frames_left_out = outcome.frames_left_out;
        let detail = outcome.result.as_ref().map_or_else(|failure| failure.reject.detail.clone(), |_| String::new());
        Ok(Rehearsal { receipt: outcome.into_receipt(tx.id(), fee), frames, frames_left_out, detail })
    }

    fn try_out(&self, tx: &Tx) -> Result<(BodyOutcome, Charge), Refusal> {
        let next = NextBlock::read(self.state, self.tip.height)?;
        let tx = CheckedTx::unverified(self.rules, tx)?;
        let mut overlay = Overlay::new(self.state);
        let charge = charge::charge(&mut overlay, &tx, next.height, next.base_fee)?;
        let block = self.environment(next.height);
        let mut pool = PoolLog::new(&mut overlay)?;
        Ok((run_body(&block, &mut overlay, &mut pool, &tx, None)?, charge))
    }

    /// Calls `function` of `contract` without letting it change anything.
    ///
    /// # Errors
    /// [`ExecFault`]: this node is at fault. A failing call is in the outcome.
    pub fn view(
        &self,
        contract: Address,
        function: &Name,
        input: &[u8],
        gas_limit: Gas,
    ) -> Result<CallOutcome, ExecFault> {
        let mut overlay = Overlay::new(self.state);
        let mut events = Vec::new();
        let mut transient = Transient::default();
        let block = self.environment(self.tip.height.next());
        let mut world = ExecWorld::new(&mut overlay, &mut events, &mut transient, &block, Earnings::of(None));
        let params = CallParams {
            caller: Address::SYSTEM,
            contract,
            function: function.as_str(),
            input,
            value: Amount::ZERO,
            gas_limit,
            record: true,
        };
        Ok(self.vm.view(&mut world, params)?)
    }

    /// The block that would come next, with everything recorded that people can look at.
    fn environment(&self, height: Height) -> BlockEnvironment<'_> {
        BlockEnvironment { rules: self.rules, vm: self.vm, height, time: self.next_time(), record: true }
    }

    fn next_time(&self) -> UnixMillis {
        UnixMillis(self.tip.time_ms.0.saturating_add(1))
    }
}
