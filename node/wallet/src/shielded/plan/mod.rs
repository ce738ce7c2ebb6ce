//! From what a person wants to the join-splits that do it: which notes are spent, in which shapes, what comes back, and
//! what it costs. Pure: no keys, no randomness, no clock; the same question has the same answer.
//!
//! One join-split moves one asset and makes two notes, so a payment is one join-split: the receiver's note and the
//! change. The fee is the public value of the first, which is native; a native payment shares it. What goes to an
//! account leaves in a join-split of its own and is swept there. Two inputs are the rule, also where one would do;
//! eight are used only when two notes are not enough, and several join-splits when eight are not.

mod fee;
mod select;
#[cfg(test)]
mod tests;

pub use fee::{expiry_step, price_step};

use super::address::ShieldedAddress;
use super::memo::Memo;
use fee::Work;
use select::{Part, Purse};
use std::collections::BTreeMap;
use tacit_types::limits::{ACTIONS_MAX, JOIN_SPLITS_MAX};
use tacit_types::shielded::Shape;
use tacit_types::{Address, Amount, AssetId, Gas, Price};

/// With more notes of an asset than this left over, payments take a small one along, so that notes do not pile up.
const PLENTY: usize = 4;
/// Change of the native token is split into two notes when each is worth this many fees: a wallet with one note only
/// could not pay the fee and something else in one transaction.
const SPLIT_FEES: u128 = 4;
/// Every round settles the fee of a plan with more join-splits than the one before, so this many are enough.
const ROUNDS_MAX: usize = 2 * JOIN_SPLITS_MAX + 2;

/// A note that may be spent, as far as the planner cares. Its index in the list is its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coin {
    /// Of what.
    pub asset: AssetId,
    /// How much.
    pub value: u128,
}

/// Where money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// To a shielded address: nobody else sees to whom, how much, and of what.
    Shielded(ShieldedAddress),
    /// To an account: everybody sees it arrive.
    Account(Address),
}

/// Money for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Of what.
    pub asset: AssetId,
    /// How much; not zero.
    pub amount: u128,
    /// For whom.
    pub to: Recipient,
    /// A text for the receiver; only shielded receivers get it.
    pub memo: Memo,
}

/// Where the money and the fee come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Funding<'a> {
    /// From own notes, which nobody can link to the account.
    Pool(&'a [Coin]),
    /// From an account with these balances, in sight of everybody.
    Account(&'a [Coin]),
}

/// Actions of the caller between the payments and what is shielded again: contract calls, votes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    /// What leaves the pool for the actions, and is not swept.
    pub release: Vec<Coin>,
    /// How many actions there are.
    pub actions: usize,
    /// How many proofs they take.
    pub proofs: usize,
    /// Gas that they need, bytes and proofs included.
    pub gas: Gas,
    /// What the transaction will then hold and puts into the pool again.
    pub shield: Vec<Payment>,
}

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// Who pays.
    pub funding: Funding<'a>,
    /// Who gets what.
    pub payments: Vec<Payment>,
    /// What else happens.
    pub extras: Extras,
    /// Price per gas; see [`price_step`].
    pub price: Price,
}

/// One of the two notes that a join-split makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedOutput {
    /// For a receiver.
    Pay(ShieldedAddress, u128),
    /// Back to the payer.
    Change(u128),
    /// Worth nothing, for nobody.
    Decoy,
}

/// What enters or leaves the pool with a join-split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Public {
    /// Nothing.
    None,
    /// Enters.
    In(u128),
    /// Leaves.
    Out(u128),
}

/// A join-split to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedJoinSplit {
    /// Asset of all its notes.
    pub asset: AssetId,
    /// How many notes it seems to spend.
    pub shape: Shape,
    /// Indices of the coins it spends; dummies fill the rest of the shape.
    pub inputs: Vec<usize>,
    /// What it makes.
    pub outputs: [PlannedOutput; 2],
    /// What the public sees enter or leave.
    pub public: Public,
    /// For the receiver.
    pub memo: Memo,
}

/// Something that the transaction does.
#[allow(clippy::large_enum_variant, reason = "few exist at a time; a box would only spread the secret or the plan")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A join-split.
    JoinSplit(PlannedJoinSplit),
    /// What the transaction holds of an asset goes to an account.
    Sweep(AssetId, Address),
    /// The caller's own actions.
    Extras,
}

/// A transaction to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What it does, in order.
    pub steps: Vec<Step>,
    /// Whether the fee comes from the pool; then step 0 pays exactly [`Plan::fee`].
    pub shielded: bool,
    /// Its gas limit.
    pub gas_limit: Gas,
    /// Its price per gas; from the pool, the tip is as high.
    pub price: Price,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing was asked for.
    #[error("there is nothing to pay and nothing to do")]
    Nothing,
    /// A payment of nothing.
    #[error("a payment of zero cannot be made; name an amount")]
    Zero,
    /// There is less than is needed.
    #[error(
        "{needed} base units of {asset} are needed, fee included, and {available} are there; pay less or wait for money"
    )]
    NotEnough {
        /// Of what.
        asset: AssetId,
        /// Payments and fee.
        needed: u128,
        /// What can be spent now.
        available: u128,
    },
    /// There is enough, but in notes that cannot be put together in one transaction.
    #[error(
        "there is enough of {asset}, but in notes too few or too small for one transaction; run `merge` or `split` first"
    )]
    Notes {
        /// Of what.
        asset: AssetId,
    },
    /// More join-splits, actions or proofs than a transaction holds.
    #[error(
        "this takes more than the {JOIN_SPLITS_MAX} proofs or {ACTIONS_MAX} actions of one transaction; do it in several"
    )]
    TooLarge,
    /// Amounts beyond anything that exists.
    #[error("the amounts together are larger than any amount")]
    Overflow,
    /// An account pays another account, which is no business of the pool.
    #[error("neither side is in the pool; use a plain transfer")]
    NotPrivate,
}

impl Plan {
    /// What the transaction pays at most; from the pool, exactly.
    #[must_use]
    pub fn fee(&self) -> Option<Amount> {
        fee(self.gas_limit, self.price).map(Amount)
    }

    /// Its join-splits, in order.
    pub fn join_splits(&self) -> impl Iterator<Item = &PlannedJoinSplit> {
        self.steps.iter().filter_map(|step| match step {
            Step::JoinSplit(join_split) => Some(join_split),
            Step::Sweep(..) | Step::Extras => None,
        })
    }
}

/// Plans what a person wants.
///
/// # Errors
/// [`PlanError`].
pub fn plan(request: &Request<'_>) -> Result<Plan, PlanError> {
    let extras = &request.extras;
    if request.payments.is_empty() && extras.actions == 0 {
        return Err(PlanError::Nothing);
    }
    let amounts = request.payments.iter().chain(&extras.shield).map(|payment| payment.amount);
    if amounts.chain(extras.release.iter().map(|coin| coin.value)).any(|amount| amount == 0) {
        return Err(PlanError::Zero);
    }
    let plan = match request.funding {
        Funding::Pool(coins) => settle(request, |fee| from_pool(coins, request, fee), true)?,
        Funding::Account(balances) => {
            let plan = settle(request, |_| from_account(request), false)?;
            check_account(balances, request, &plan)?;
            plan
        }
    };
    within_limits(&plan, extras)?;
    Ok(plan)
}

/// A plan that does nothing but make two native notes of one or two, so that the next transaction can pay its fee from
/// one and something else from the other.
///
/// # Errors
/// [`PlanError`].
pub fn split(coins: &[Coin], price: Price) -> Result<Plan, PlanError> {
    let request = Request { funding: Funding::Pool(coins), payments: Vec::new(), extras: Extras::default(), price };
    settle(&request, |fee| from_pool(coins, &request, fee), true)
}

/// A plan that makes one note of the eight smallest of an asset.
///
/// # Errors
/// [`PlanError::Notes`] when there are fewer than two, or none to pay the fee from.
pub fn merge(coins: &[Coin], asset: AssetId, price: Price) -> Result<Plan, PlanError> {
    let request = Request { funding: Funding::Pool(coins), payments: Vec::new(), extras: Extras::default(), price };
    settle(&request, |fee| merge_from_pool(coins, asset, fee), true)
}

/// Finds gas limit and fee: the fee decides which notes are spent, these decide the gas, and that decides the fee.
fn settle(
    request: &Request<'_>,
    steps: impl Fn(u128) -> Result<Vec<Step>, PlanError>,
    shielded: bool,
) -> Result<Plan, PlanError> {
    let mut gas_limit = Work::default().gas_limit();
    // A fee of zero could not be a join-split's public value.
    let price = request.price.max(Price(1));
    for _ in 0..ROUNDS_MAX {
        let steps = steps(fee(gas_limit, price).ok_or(PlanError::Overflow)?)?;
        let needed = gas_needed(&steps, &request.extras);
        if needed <= gas_limit {
            return Ok(Plan { steps, shielded, gas_limit, price });
        }
        gas_limit = needed;
    }
    Err(PlanError::TooLarge)
}

fn fee(gas_limit: Gas, price: Price) -> Option<u128> {
    u128::from(gas_limit.0).checked_mul(price.0.into())
}

fn gas_needed(steps: &[Step], extras: &Extras) -> Gas {
    let mut work = Work { extra: extras.gas, ..Work::default() };
    for step in steps {
        match step {
            Step::JoinSplit(join_split) => work.add(join_split.shape),
            Step::Sweep(..) => work.sweeps = work.sweeps.saturating_add(1),
            Step::Extras => {}
        }
    }
    work.gas_limit()
}

fn within_limits(plan: &Plan, extras: &Extras) -> Result<(), PlanError> {
    let proofs = plan.join_splits().count().saturating_add(extras.proofs);
    let actions = plan.steps.len().saturating_add(extras.actions);
    if proofs > JOIN_SPLITS_MAX || actions > ACTIONS_MAX { Err(PlanError::TooLarge) } else { Ok(()) }
}

/// Money that leaves notes: to a shielded address, or out of the pool.
struct Need<'a> {
    asset: AssetId,
    amount: u128,
    payment: Option<&'a Payment>,
}

/// The steps of a transaction that the pool pays for.
fn from_pool(coins: &[Coin], request: &Request<'_>, fee: u128) -> Result<Vec<Step>, PlanError> {
    let mut needs: Vec<Need<'_>> = request.payments.iter().map(Need::of).collect();
    let release = request.extras.release.iter();
    needs.extend(release.map(|coin| Need { asset: coin.asset, amount: coin.value, payment: None }));
    check_pool(coins, &needs, fee)?;
    let lead = needs.iter().position(Need::shares_the_fee).map(|at| needs.remove(at));
    // Whether the fee or the payments choose their notes first can decide whether there are enough.
    let chosen = [false, true].into_iter().find_map(|fee_first| choose(coins, lead.as_ref(), &needs, fee, fee_first));
    let (first, others) = chosen.ok_or_else(|| scarce(coins, &needs))?;
    let mut steps = paying_steps(first, lead.as_ref(), fee);
    for (need, parts) in needs.iter().zip(others) {
        steps.extend(need.steps(parts));
    }
    if request.extras.actions > 0 {
        steps.push(Step::Extras);
    }
    steps.extend(request.extras.shield.iter().map(shield).collect::<Result<Vec<_>, _>>()?);
    Ok(steps)
}

/// The parts of the join-splits that pay the fee, and those of every need.
type Chosen = (Vec<Part>, Vec<Vec<Part>>);

fn choose(coins: &[Coin], lead: Option<&Need<'_>>, needs: &[Need<'_>], fee: u128, fee_first: bool) -> Option<Chosen> {
    let mut purses = purses(coins);
    let amount = lead.map_or(0, |need| need.amount);
    let mut first = None;
    if fee_first {
        first = Some(purses.entry(AssetId::NATIVE).or_default().pay(fee, amount)?);
    }
    let mut others = Vec::new();
    for need in needs {
        others.push(purses.entry(need.asset).or_default().pay(0, need.amount)?);
    }
    let mut first = match first {
        Some(first) => first,
        None => purses.entry(AssetId::NATIVE).or_default().pay(fee, amount)?,
    };
    let native = purses.entry(AssetId::NATIVE).or_default();
    first.iter_mut().for_each(|part| native.tidy_up(part, PLENTY));
    for (need, parts) in needs.iter().zip(&mut others) {
        let purse = purses.entry(need.asset).or_default();
        parts.iter_mut().for_each(|part| purse.tidy_up(part, PLENTY));
    }
    Some((first, others))
}

fn purses(coins: &[Coin]) -> BTreeMap<AssetId, Purse> {
    let mut offers: BTreeMap<AssetId, Vec<select::Offer>> = BTreeMap::new();
    for (index, coin) in coins.iter().enumerate() {
        offers.entry(coin.asset).or_default().push((index, coin.value));
    }
    offers.into_iter().map(|(asset, offers)| (asset, Purse::new(offers))).collect()
}

impl<'a> Need<'a> {
    const fn of(payment: &'a Payment) -> Self {
        Self { asset: payment.asset, amount: payment.amount, payment: Some(payment) }
    }

    fn receiver(&self) -> Option<&'a Recipient> {
        self.payment.map(|payment| &payment.to)
    }

    /// A native payment inside the pool can be made by the join-split that pays the fee.
    fn shares_the_fee(&self) -> bool {
        self.asset == AssetId::NATIVE && matches!(self.receiver(), Some(Recipient::Shielded(_)))
    }

    fn memo(&self) -> Memo {
        self.payment.map_or_else(Memo::empty, |payment| payment.memo.clone())
    }

    fn steps(&self, parts: Vec<Part>) -> Vec<Step> {
        let mut steps: Vec<Step> = parts.into_iter().map(|part| Step::JoinSplit(self.join_split(part))).collect();
        if let Some(Recipient::Account(to)) = self.receiver() {
            steps.push(Step::Sweep(self.asset, *to));
        }
        steps
    }

    fn join_split(&self, part: Part) -> PlannedJoinSplit {
        let (outputs, public) = match self.receiver() {
            Some(Recipient::Shielded(to)) => {
                ([PlannedOutput::Pay(*to, part.amount), change(part.change)], Public::None)
            }
            Some(Recipient::Account(_)) | None => {
                ([change(part.change), PlannedOutput::Decoy], Public::Out(part.amount))
            }
        };
        planned(self.asset, &part, outputs, public, self.memo())
    }
}

/// The join-splits that pay the fee: the first with the fee as its public value, more where its payment needs them.
fn paying_steps(parts: Vec<Part>, lead: Option<&Need<'_>>, fee: u128) -> Vec<Step> {
    let steps = parts.into_iter().enumerate().map(|(index, part)| {
        let public = if index == 0 { Public::Out(fee) } else { Public::None };
        let receiver = lead.and_then(Need::receiver);
        let outputs = match receiver {
            Some(Recipient::Shielded(to)) => [PlannedOutput::Pay(*to, part.amount), change(part.change)],
            Some(Recipient::Account(_)) | None => change_in_two(part.change, fee),
        };
        let memo = lead.map_or_else(Memo::empty, Need::memo);
        Step::JoinSplit(planned(AssetId::NATIVE, &part, outputs, public, memo))
    });
    steps.collect()
}

fn planned(asset: AssetId, part: &Part, outputs: [PlannedOutput; 2], public: Public, memo: Memo) -> PlannedJoinSplit {
    let inputs = part.inputs.iter().map(|(index, _)| *index).collect();
    PlannedJoinSplit { asset, shape: part.shape(), inputs, outputs, public, memo }
}

const fn change(value: u128) -> PlannedOutput {
    if value == 0 { PlannedOutput::Decoy } else { PlannedOutput::Change(value) }
}

/// Native change as two notes, unless they would be worth too little to be spent.
fn change_in_two(value: u128, fee: u128) -> [PlannedOutput; 2] {
    let half = value / 2;
    if half < fee.saturating_mul(SPLIT_FEES) {
        return [change(value), PlannedOutput::Decoy];
    }
    [change(value.saturating_sub(half)), change(half)]
}

/// Money that enters the pool: nothing is spent, and the receiver gets it in two notes, so that it can pay fees from
/// one.
fn shield(payment: &Payment) -> Result<Step, PlanError> {
    let Recipient::Shielded(to) = payment.to else { return Err(PlanError::NotPrivate) };
    let half = payment.amount / 2;
    let second = if half == 0 { PlannedOutput::Decoy } else { PlannedOutput::Pay(to, half) };
    Ok(Step::JoinSplit(PlannedJoinSplit {
        asset: payment.asset,
        shape: Shape::OneIn,
        inputs: Vec::new(),
        outputs: [PlannedOutput::Pay(to, payment.amount.saturating_sub(half)), second],
        public: Public::In(payment.amount),
        memo: payment.memo.clone(),
    }))
}

/// The steps of a transaction that an account pays for.
fn from_account(request: &Request<'_>) -> Result<Vec<Step>, PlanError> {
    let mut steps = request.payments.iter().map(shield).collect::<Result<Vec<_>, _>>()?;
    if request.extras.actions > 0 {
        steps.push(Step::Extras);
    }
    steps.extend(request.extras.shield.iter().map(shield).collect::<Result<Vec<_>, _>>()?);
    Ok(steps)
}

fn merge_from_pool(coins: &[Coin], asset: AssetId, fee: u128) -> Result<Vec<Step>, PlanError> {
    let none = || PlanError::Notes { asset };
    let mut purses = purses(coins);
    if asset == AssetId::NATIVE {
        let mut part = purses.entry(asset).or_default().smallest(fee).ok_or_else(none)?;
        part.change = part.change.checked_sub(fee).ok_or_else(none)?;
        let outputs = [change(part.change), PlannedOutput::Decoy];
        return Ok(vec![Step::JoinSplit(planned(asset, &part, outputs, Public::Out(fee), Memo::empty()))]);
    }
    let part = purses.entry(asset).or_default().smallest(0).ok_or_else(none)?;
    let paying = purses.entry(AssetId::NATIVE).or_default().pay(fee, 0).ok_or_else(|| scarce(coins, &[]))?;
    let mut steps = paying_steps(paying, None, fee);
    let outputs = [change(part.change), PlannedOutput::Decoy];
    steps.push(Step::JoinSplit(planned(asset, &part, outputs, Public::None, Memo::empty())));
    Ok(steps)
}

/// That there is enough of everything, whatever the notes are.
fn check_pool(coins: &[Coin], needs: &[Need<'_>], fee: u128) -> Result<(), PlanError> {
    let mut needed = BTreeMap::from([(AssetId::NATIVE, fee)]);
    for need in needs {
        let sum = needed.entry(need.asset).or_default();
        *sum = sum.checked_add(need.amount).ok_or(PlanError::Overflow)?;
    }
    covered(coins, needed)
}

fn check_account(balances: &[Coin], request: &Request<'_>, plan: &Plan) -> Result<(), PlanError> {
    let fee = fee(plan.gas_limit, plan.price).ok_or(PlanError::Overflow)?;
    let mut needed = BTreeMap::from([(AssetId::NATIVE, fee)]);
    for payment in &request.payments {
        let sum = needed.entry(payment.asset).or_default();
        *sum = sum.checked_add(payment.amount).ok_or(PlanError::Overflow)?;
    }
    covered(balances, needed)
}

fn covered(coins: &[Coin], needed: BTreeMap<AssetId, u128>) -> Result<(), PlanError> {
    for (asset, needed) in needed {
        let own = coins.iter().filter(|coin| coin.asset == asset);
        let available = own.fold(0u128, |sum, coin| sum.saturating_add(coin.value));
        if available < needed {
            return Err(PlanError::NotEnough { asset, needed, available });
        }
    }
    Ok(())
}

/// Which asset's notes do not fit: the first that cannot be paid alone, else the native one, which the fee takes too.
fn scarce(coins: &[Coin], needs: &[Need<'_>]) -> PlanError {
    let mut purses = purses(coins);
    let short = needs.iter().find(|need| purses.entry(need.asset).or_default().clone().pay(0, need.amount).is_none());
    PlanError::Notes { asset: short.map_or(AssetId::NATIVE, |need| need.asset) }
}
