//! The body of one transaction: its actions in order, all or nothing.

use crate::accounts;
use crate::action;
use crate::error::{ExecFault, Refusal, Reject};
use crate::gas::{self, Meter};
use crate::pool::PoolLog;
use crate::rules::Rules;
use crate::scratch::Scratch;
use crate::stateless::CheckedTx;
use crate::transient::Transient;
use borsh::BorshSerialize;
use tacit_state::Overlay;
use tacit_types::limits::{RECEIPT_EVENT_BYTES_MAX, RECEIPT_EVENTS_MAX, RECEIPT_OUTPUT_BYTES_MAX};
use tacit_types::{
    Address, Amount, AssetId, Bytes, Event, Gas, Height, List, Receipt, RejectCode, Sequence, TxId, UnixMillis,
};
use tacit_vm::{BlockContext, FrameTrace, Vm};

/// What every action of a block shares.
pub struct BlockEnvironment<'a> {
    /// The chain's fixed rules.
    pub rules: &'a Rules,
    /// The contract engine.
    pub vm: &'a Vm,
    /// Height of the block.
    pub height: Height,
    /// Time of the block.
    pub time: UnixMillis,
    /// Whether to record what contracts do, for people; changes no result.
    pub record: bool,
}

impl BlockEnvironment<'_> {
    /// What contracts see of the block.
    pub fn block_context(&self) -> BlockContext {
        BlockContext { genesis_id: self.rules.genesis_id, height: self.height, time: self.time }
    }
}

/// What the actions of one transaction work on.
pub struct TxContext<'a, 'base> {
    /// The block around it.
    pub block: &'a BlockEnvironment<'a>,
    /// The state with all changes so far.
    pub overlay: &'a mut Overlay<'base>,
    /// Who acts.
    pub sender: Address,
    /// The sequence that this transaction used.
    pub sequence: Sequence,
    /// Gas so far.
    pub meter: Meter,
    /// Events so far.
    pub events: Vec<Event>,
    /// Output of the last call.
    pub output: Vec<u8>,
    /// Names the transaction.
    pub tx_id: TxId,
    /// What it holds between its actions.
    pub scratch: Scratch,
    /// The join-splits of the block so far.
    pub pool: &'a mut PoolLog,
    /// What its contracts keep until it ends.
    pub transient: Transient,
    /// The first frames of its contracts, if they are recorded.
    pub frames: Vec<FrameTrace>,
    /// How many there were beside those.
    pub frames_left_out: u64,
    /// Whether no account stands behind the sender.
    pub shielded: bool,
}

impl TxContext<'_, '_> {
    /// Takes `amount` of `asset` from what the transaction holds, and what is missing from the sender's account.
    ///
    /// # Errors
    /// [`RejectCode::InsufficientBalance`].
    pub fn take(&mut self, asset: &AssetId, amount: Amount) -> Result<(), Refusal> {
        let missing = self.scratch.take_up_to(asset, amount);
        if self.shielded && missing != Amount::ZERO {
            return Err(Reject::new(RejectCode::InsufficientBalance, format!("{missing} more of {asset}")).into());
        }
        accounts::debit_asset(self.overlay, asset, &self.sender, missing)
    }

    /// Writes a record under an id that nothing had before. Ids follow from who acts and when, which never repeats; should
    /// one repeat all the same, nothing that exists is replaced.
    ///
    /// # Errors
    /// [`RejectCode::IdTaken`].
    pub fn write_new(&mut self, key: &[u8], record: &impl BorshSerialize) -> Result<(), Refusal> {
        if self.overlay.get(key)?.is_some() {
            return Err(RejectCode::IdTaken.into());
        }
        Ok(self.overlay.write(key, record)?)
    }

    /// Gives the sender `amount` of `asset`: to its account, or where there is none to what the transaction holds.
    ///
    /// # Errors
    /// [`RejectCode::AmountOverflow`].
    pub fn give_sender(&mut self, asset: &AssetId, amount: Amount) -> Result<(), Refusal> {
        if self.shielded {
            return Ok(self.scratch.add(asset, amount)?);
        }
        accounts::credit_asset(self.overlay, asset, &self.sender, amount)
    }
}

/// What became of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyOutcome {
    /// Gas used, whatever the result.
    pub gas_used: Gas,
    /// Events of a success, or why it failed.
    pub result: Result<BodySuccess, BodyFailure>,
    /// The first contract frames in the order of entry, if they were recorded.
    pub frames: Vec<FrameTrace>,
    /// How many there were beside those.
    pub frames_left_out: u64,
}

impl BodyOutcome {
    /// What a block records for the transaction `tx_id` that paid `fee`.
    #[must_use]
    pub fn into_receipt(self, tx_id: TxId, fee: Amount) -> Receipt {
        let base = Receipt {
            tx_id,
            code: 0,
            failed_action: 0,
            contract_code: 0,
            gas_used: self.gas_used,
            fee,
            events: List::empty(),
            output: Bytes::empty(),
        };
        match self.result {
            Ok(success) => Receipt { events: success.events, output: success.output, ..base },
            Err(failure) => Receipt {
                code: failure.reject.code.number(),
                failed_action: failure.action,
                contract_code: failure.contract_code,
                ..base
            },
        }
    }
}

/// A body whose actions all succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodySuccess {
    /// What happened.
    pub events: List<Event, RECEIPT_EVENTS_MAX>,
    /// Output of the last call, cut at its limit.
    pub output: Bytes<RECEIPT_OUTPUT_BYTES_MAX>,
}

/// A body that left nothing behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyFailure {
    /// Why.
    pub reject: Reject,
    /// Which action.
    pub action: u16,
    /// The code of a contract that reverted; zero otherwise.
    pub contract_code: u32,
}

/// Runs the body of `tx` on `overlay`. On failure overlay and pool log are as they were before. `paid` is the event of the
/// join-split that paid, if one did: the first event of a success.
///
/// # Errors
/// [`ExecFault`]: this node cannot go on.
pub fn run_body(
    block: &BlockEnvironment<'_>,
    overlay: &mut Overlay<'_>,
    pool: &mut PoolLog,
    tx: &CheckedTx,
    paid: Option<Event>,
) -> Result<BodyOutcome, ExecFault> {
    let (point, mark) = (overlay.checkpoint(), pool.mark());
    let body = &tx.tx().body;
    let mut context = TxContext {
        block,
        overlay,
        sender: tx.sender(),
        sequence: body.authorization.sequence(),
        meter: Meter::new(body.gas_limit),
        events: paid.into_iter().collect(),
        output: Vec::new(),
        tx_id: tx.id(),
        scratch: Scratch::default(),
        pool,
        transient: Transient::default(),
        frames: Vec::new(),
        frames_left_out: 0,
        shielded: body.authorization.is_shielded(),
    };
    let result = run_actions(&mut context, tx);
    let gas_used = context.meter.used();
    let TxContext { events, output, overlay, pool, frames, frames_left_out, .. } = context;
    let result = match result {
        Ok(()) => match finish(events, output) {
            Some(success) => Ok(success),
            None => Err(BodyFailure { reject: RejectCode::TooManyEvents.into(), action: 0, contract_code: 0 }),
        },
        Err((Refusal::Reject(reject), action, contract_code)) => Err(BodyFailure { reject, action, contract_code }),
        Err((Refusal::Fault(fault), ..)) => return Err(fault),
    };
    if result.is_err() {
        overlay.rollback(point);
        pool.truncate(mark);
    }
    Ok(BodyOutcome { gas_used, result, frames, frames_left_out })
}

fn run_actions(context: &mut TxContext<'_, '_>, tx: &CheckedTx) -> Result<(), (Refusal, u16, u32)> {
    context.meter.charge(tx.intrinsic_gas()).map_err(|code| (code.into(), 0, 0))?;
    // The join-split that paid took effect in the charge phase.
    let first = u16::from(context.shielded);
    let mut last = 0;
    for (step, index) in tx.tx().body.actions.iter().zip(0u16..) {
        let mut contract_code = 0;
        last = index;
        context
            .meter
            .charge(gas::action(step))
            .map_err(Refusal::from)
            .and_then(|()| if index < first { Ok(()) } else { action::apply(context, step, index, &mut contract_code) })
            .map_err(|refusal| (refusal, index, contract_code))?;
        context.transient.settle();
    }
    context.scratch.check_empty().map_err(|reject| (reject.into(), last, 0))
}

/// What a receipt holds, unless its events are too many or have too many bytes.
fn finish(events: Vec<Event>, mut output: Vec<u8>) -> Option<BodySuccess> {
    let bytes = events.iter().map(Event::chosen_bytes).fold(0, usize::saturating_add);
    if bytes > RECEIPT_EVENT_BYTES_MAX {
        return None;
    }
    output.truncate(RECEIPT_OUTPUT_BYTES_MAX);
    Some(BodySuccess { events: List::new(events).ok()?, output: Bytes::new(output).ok()? })
}
