//! Executing a decided block: charges first, then bodies, then what belongs to the block as a whole. A pure function
//! of the parent state and the block.

use crate::accounts;
use crate::charge::{self, Charge};
use crate::error::{ExecFault, Refusal, missing};
use crate::fees;
use crate::pool::{self, PoolLog};
use crate::rules::Rules;
use crate::stateless::CheckedTx;
use crate::tx::{self, BlockEnvironment, BodyOutcome};
use crate::validate::ValidBlock;
use tacit_state::record::{FeeState, ValidatorState};
use tacit_state::{Overlay, StateRead, WriteSet, key};
use tacit_types::receipt::receipts_root;
use tacit_types::shielded::CompactBlock;
use tacit_types::{Amount, Event, Gas, Header, Height, Receipt, ReceiptsRoot};
use tacit_vm::Vm;

/// What a block did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutedBlock {
    /// Changes to the state.
    pub writes: WriteSet,
    /// One receipt per transaction.
    pub receipts: Vec<Receipt>,
    /// Root over the receipts, for the next header.
    pub receipts_root: ReceiptsRoot,
    /// Gas used by all transactions.
    pub gas_used: Gas,
    /// Native money burnt.
    pub burnt: Amount,
    /// The notes it made and spent, for wallets; `None` when it touched none.
    pub shielded: Option<CompactBlock>,
}

/// Executes `block` on `state`, the state after its parent.
///
/// # Errors
/// [`ExecFault`]: this node cannot go on. A valid block gives no other error.
pub fn execute(state: &dyn StateRead, rules: &Rules, vm: &Vm, block: &ValidBlock) -> Result<ExecutedBlock, ExecFault> {
    run(state, rules, vm, block, None)
}

/// As [`execute`], and shows what became of each transaction's body before only its receipt is left: what contracts did and
/// said. For people who look; the block does the same.
///
/// # Errors
/// As [`execute`].
pub fn execute_watched(
    state: &dyn StateRead,
    rules: &Rules,
    vm: &Vm,
    block: &ValidBlock,
    mut watch: impl FnMut(&BodyOutcome),
) -> Result<ExecutedBlock, ExecFault> {
    run(state, rules, vm, block, Some(&mut watch))
}

fn run(
    state: &dyn StateRead,
    rules: &Rules,
    vm: &Vm,
    block: &ValidBlock,
    mut watch: Option<&mut dyn FnMut(&BodyOutcome)>,
) -> Result<ExecutedBlock, ExecFault> {
    let header = &block.block().header;
    let record = watch.is_some();
    let environment = BlockEnvironment { rules, vm, height: header.height, time: header.time_ms, record };
    let mut overlay = Overlay::new(state);
    let mut pool = PoolLog::new(&mut overlay)?;
    let charges = charge_all(&mut overlay, header, block)?;
    let mut paid = log_payments(&mut pool, block).into_iter();
    let mut totals = Totals::default();
    let mut receipts = Vec::with_capacity(block.txs().len());
    for (tx, charge) in block.txs().iter().zip(&charges) {
        let outcome = tx::run_body(&environment, &mut overlay, &mut pool, tx, paid.next().flatten())?;
        let fee = refund(&mut overlay, tx, charge, outcome.gas_used)?;
        totals.add(header, tx, charge, fee, outcome.gas_used)?;
        if let Some(watch) = &mut watch {
            watch(&outcome);
        }
        receipts.push(outcome.into_receipt(tx.id(), fee));
    }
    let shielded = pool::close(&mut overlay, pool, header.height)?;
    close(&mut overlay, rules, header, &totals)?;
    Ok(ExecutedBlock {
        shielded,
        writes: overlay.finish(),
        receipts_root: receipts_root(&receipts),
        receipts,
        gas_used: totals.gas_used,
        burnt: totals.burnt,
    })
}

fn charge_all(overlay: &mut Overlay<'_>, header: &Header, block: &ValidBlock) -> Result<Vec<Charge>, ExecFault> {
    charge::charge_all(overlay, block.txs(), header.height, header.base_fee).map_err(|refused| match refused {
        (_, Refusal::Fault(fault)) => fault,
        (index, Refusal::Reject(reject)) => {
            ExecFault::Invariant(format!("transaction {index} of a validated block cannot be charged: {reject}"))
        }
    })
}

/// The outputs of paying join-splits enter the note tree before those of all bodies. Returns their events.
fn log_payments(pool: &mut PoolLog, block: &ValidBlock) -> Vec<Option<Event>> {
    let log = |tx: &std::sync::Arc<CheckedTx>| {
        let join_split = tx.tx().body.paying_join_split()?;
        let position = pool.push(join_split.compact(tx.id(), 0));
        Some(Event::JoinSplit { action: 0, position, public_value: join_split.public_value })
    };
    block.txs().iter().map(log).collect()
}

/// Gives back what was reserved for unused gas; returns the fee that stays.
fn refund(overlay: &mut Overlay<'_>, tx: &CheckedTx, charge: &Charge, used: Gas) -> Result<Amount, ExecFault> {
    let fee = charge.fee(used);
    let back = charge
        .reserved
        .checked_sub(fee)
        .ok_or_else(|| ExecFault::Invariant(format!("transaction {} used more gas than its limit", tx.id())))?;
    no_reject(accounts::credit(overlay, &tx.sender(), back), "refund")?;
    Ok(fee)
}

/// Sums over the transactions of a block.
#[derive(Default)]
struct Totals {
    gas_used: Gas,
    full: Gas,
    burnt: Amount,
    tips: Amount,
}

impl Totals {
    fn add(
        &mut self,
        header: &Header,
        tx: &CheckedTx,
        charge: &Charge,
        fee: Amount,
        used: Gas,
    ) -> Result<(), ExecFault> {
        let overflow = || ExecFault::Invariant("the fees of a block overflow".into());
        let limit = tx.tx().body.gas_limit;
        // A shielded transaction pays for its limit, so that is what it burns and fills.
        let counted = if charge.shielded { limit } else { used };
        let burnt = counted.cost(header.base_fee);
        let tip = fee.checked_sub(burnt).ok_or_else(overflow)?;
        self.gas_used = self.gas_used.checked_add(used).ok_or_else(overflow)?;
        let full = fees::fullness(limit, counted);
        self.full = self.full.checked_add(full).ok_or_else(overflow)?;
        self.burnt = self.burnt.checked_add(burnt).ok_or_else(overflow)?;
        self.tips = self.tips.checked_add(tip).ok_or_else(overflow)?;
        Ok(())
    }
}

/// What belongs to the block as a whole: tips to the proposer, base fee burnt, next base fee, next validators.
fn close(overlay: &mut Overlay<'_>, rules: &Rules, header: &Header, totals: &Totals) -> Result<(), ExecFault> {
    no_reject(accounts::credit(overlay, &header.proposer, totals.tips), "tip")?;
    accounts::burn_supply(overlay, totals.burnt)?;
    let base_fee = fees::next_base_fee(&rules.params, header.base_fee, totals.full);
    overlay.write(&key::fees(), &FeeState { base_fee })?;
    advance_validators(overlay, header.height)
}

/// The set known as next becomes current. Nothing changes the set yet, so the next one stays what it is.
fn advance_validators(overlay: &mut Overlay<'_>, height: Height) -> Result<(), ExecFault> {
    let validators: ValidatorState = overlay.read(&key::validators())?.ok_or_else(|| missing("validators", height))?;
    let advanced = ValidatorState { current: validators.next.clone(), next: validators.next };
    Ok(overlay.write(&key::validators(), &advanced)?)
}

/// Money that was there before cannot overflow a balance, because the supply does not overflow.
fn no_reject(result: Result<(), Refusal>, what: &str) -> Result<(), ExecFault> {
    result.map_err(|refusal| match refusal {
        Refusal::Fault(fault) => fault,
        Refusal::Reject(reject) => ExecFault::Invariant(format!("{what} refused: {reject}")),
    })
}
