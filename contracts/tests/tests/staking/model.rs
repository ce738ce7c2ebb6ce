//! The pool, naively: everybody in one list, every slash walks all requests, every reward is split by hand. Contract and
//! model get the same random steps; results, errors and all that can be seen must agree. Where the contract may round
//! (a request's payout, a reward), the model says within which base unit.

use crate::scene::*;
use proptest::prelude::*;
use tacit_contract_tests::twin::{self, Twin};
use tacit_simulator::{Amount, Chain, Outcome};

/// Rewards in the model are counted in this part of a base unit.
const FINE: u128 = 1_000_000_000_000;
const VIRTUAL_SHARES: u128 = 1_000;

#[derive(Debug, Clone)]
pub enum Step {
    Stake { who: usize, amount: u128, min_shares: u128 },
    Unstake { who: usize, thousandths: u128, min_amount: u128 },
    Claim { who: usize, number: u64 },
    ClaimRewards { who: usize },
    Fund { amount: u128 },
    Slash { percent: u128 },
    Collect,
    Donate { amount: u128 },
    Wait { minutes: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..3usize;
    let stake = prop_oneof![1 => 0..200u128, 6 => 100..200_000u128, 1 => Just(2_000_000u128)];
    let bound = || prop_oneof![6 => Just(0u128), 1 => 0..400_000_000u128];
    prop_oneof![
        4 => (who(), stake, bound()).prop_map(|(who, amount, min_shares)| Step::Stake { who, amount, min_shares }),
        4 => (who(), prop_oneof![2 => Just(1_000u128), 3 => 0..1_010u128], bound())
            .prop_map(|(who, thousandths, min)| Step::Unstake { who, thousandths, min_amount: min / 1_000 }),
        4 => (who(), 0..4u64).prop_map(|(who, number)| Step::Claim { who, number }),
        2 => who().prop_map(|who| Step::ClaimRewards { who }),
        2 => (0..50_000u128).prop_map(|amount| Step::Fund { amount }),
        2 => (0..24u128).prop_map(|percent| Step::Slash { percent }),
        1 => Just(Step::Collect),
        1 => (1..900_000u128).prop_map(|amount| Step::Donate { amount }),
        5 => (1..200u64).prop_map(|minutes| Step::Wait { minutes }),
    ]
}

#[derive(Clone, Default)]
struct Staker {
    shares: u128,
    /// Earned and not claimed, in fine parts; the contract has rounded it down at most `roundings` times.
    earned: u128,
    roundings: u128,
}

#[derive(Clone)]
struct Waiting {
    number: u64,
    owner: usize,
    amount: u128,
    /// What slashes left, in fine parts.
    left: u128,
    due: u64,
}

#[derive(Clone, Default)]
pub struct Model {
    stakers: [Staker; 3],
    staked: u128,
    slashed: u128,
    rewards: u128,
    waiting: Vec<Waiting>,
    next: u64,
    stream: u128,
    stream_from: u64,
    stream_until: u64,
    last_slash: Option<u64>,
}

impl Model {
    fn shares(&self) -> u128 {
        self.stakers.iter().map(|staker| staker.shares).sum()
    }

    fn worth(&self, shares: u128) -> u128 {
        shares * (self.staked + 1) / (self.shares() + VIRTUAL_SHARES)
    }

    /// Splits what was released up to a time among those who have shares.
    fn release(&mut self, now: u64) {
        let (passed, shares) = (now - self.stream_from, self.shares());
        if self.stream > 0 && shares == 0 {
            self.stream_until += passed;
        } else if self.stream > 0 {
            let span = u128::from(self.stream_until.saturating_sub(self.stream_from));
            let is_over = now >= self.stream_until;
            let released = if is_over { self.stream } else { self.stream * u128::from(passed) / span };
            self.stream -= released;
            for staker in &mut self.stakers {
                staker.earned += released * FINE * staker.shares / shares;
            }
        }
        self.stream_from = now;
    }

    fn settle(&mut self, who: usize, now: u64) {
        self.release(now);
        self.stakers[who].roundings += 1;
    }

    fn stake(&mut self, who: usize, amount: u128, min_shares: u128, now: u64) -> Result<u128, u32> {
        if amount < MINIMUM {
            return Err(BELOW_MINIMUM);
        }
        let shares = amount * (self.shares() + VIRTUAL_SHARES) / (self.staked + 1);
        if shares < min_shares || shares == 0 {
            return Err(SLIPPAGE);
        }
        if self.staked + amount > CAP {
            return Err(CAP_REACHED);
        }
        self.settle(who, now);
        self.staked += amount;
        self.stakers[who].shares += shares;
        if self.worth(self.stakers[who].shares) > ACCOUNT_CAP {
            return Err(ACCOUNT_CAP_REACHED);
        }
        Ok(shares)
    }

    fn unstake(&mut self, who: usize, shares: u128, min_amount: u128, now: u64) -> Result<u128, u32> {
        let left = self.stakers[who].shares.checked_sub(shares).ok_or(INSUFFICIENT_SHARES)?;
        let amount = self.worth(shares);
        if amount == 0 {
            return Err(TOO_SMALL);
        }
        if amount < min_amount {
            return Err(SLIPPAGE);
        }
        self.settle(who, now);
        self.staked -= amount;
        self.stakers[who].shares = left;
        if left > 0 && self.worth(left) < MINIMUM {
            return Err(BELOW_MINIMUM);
        }
        let number = self.next;
        self.next += 1;
        self.waiting.push(Waiting { number, owner: who, amount, left: amount * FINE, due: now + UNBONDING });
        Ok(number.into())
    }

    fn claim(&mut self, who: usize, number: u64, now: u64) -> Result<Waiting, u32> {
        let at = self.waiting.iter().position(|one| one.owner == who && one.number == number).ok_or(REQUEST_UNKNOWN)?;
        if now < self.waiting[at].due {
            return Err(TOO_EARLY);
        }
        Ok(self.waiting.remove(at))
    }

    fn slash(&mut self, percent: u128, now: u64) -> Result<(), u32> {
        if percent == 0 || percent * PERCENT > SLASH_CAP {
            return Err(SLASH_OUT_OF_RANGE);
        }
        if self.last_slash.is_some_and(|last| now - last < INTERVAL) {
            return Err(SLASH_TOO_SOON);
        }
        self.last_slash = Some(now);
        let cut = self.staked * percent / 100;
        self.staked -= cut;
        self.slashed += cut;
        for one in self.waiting.iter_mut().filter(|one| one.due > now) {
            one.left = one.left * (100 - percent) / 100;
        }
        Ok(())
    }
}

fn refused(outcome: &Outcome, code: u32) -> Result<bool, TestCaseError> {
    outcome.expect_revert(code);
    Ok(false)
}

/// Does a step on the contract and on the model; both must have done the same. Says whether it succeeded.
fn both(scene: &mut Scene, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
    let now = scene.chain.time().0;
    let mut after = model.clone();
    match *step {
        Step::Stake { who, amount, min_shares } => {
            let (pool, staker) = (scene.pool, scene.stakers[who]);
            let outcome = scene.chain.call_paying(staker, pool, "stake", &(min_shares,), Amount(amount));
            match after.stake(who, amount, min_shares, now) {
                Ok(shares) => prop_assert_eq!(outcome.returns::<u128>(), shares),
                Err(code) => return refused(&outcome, code),
            }
        }
        Step::Unstake { who, thousandths, min_amount } => {
            let shares = model.stakers[who].shares * thousandths / 1_000;
            let outcome = scene.call(scene.stakers[who], "request_unstake", &(shares, min_amount));
            match after.unstake(who, shares, min_amount, now) {
                Ok(number) => prop_assert_eq!(u128::from(outcome.returns::<u64>()), number),
                Err(code) => return refused(&outcome, code),
            }
        }
        Step::Claim { who, number } => {
            let (owner, before) = (scene.stakers[who], scene.money(scene.stakers[who]));
            // The owner's first, second, third request; or one that there is not.
            let own = model.waiting.iter().filter(|one| one.owner == who).nth(usize::try_from(number).unwrap());
            let number = own.map_or(1_000 + number, |one| one.number);
            // Somebody else asks: the money goes to the owner all the same.
            let outcome = scene.call(scene.funder, "claim", &(owner, number));
            match after.claim(who, number, now) {
                Ok(one) => {
                    let paid = outcome.returns::<u128>();
                    prop_assert!(paid.abs_diff(one.left / FINE) <= 1 && paid <= one.amount, "{} of {}", paid, one.left);
                    prop_assert_eq!(scene.money(owner), before + paid);
                    after.slashed += one.amount - paid;
                }
                Err(code) => return refused(&outcome, code),
            }
        }
        Step::ClaimRewards { who } => {
            after.settle(who, now);
            let rewards = scene.position(scene.stakers[who]).2;
            let outcome = scene.call(scene.stakers[who], "claim_rewards", &());
            if rewards == 0 {
                return refused(&outcome, NOTHING_TO_PAY);
            }
            prop_assert_eq!(outcome.returns::<u128>(), rewards);
            after.stakers[who].earned = after.stakers[who].earned.saturating_sub(rewards * FINE);
            after.rewards -= rewards;
        }
        Step::Fund { amount } => {
            let outcome = scene.fund(amount);
            if amount == 0 {
                return refused(&outcome, TOO_SMALL);
            }
            outcome.ok();
            after.release(now);
            let still = u128::from(after.stream_until.saturating_sub(now));
            let weighed = after.stream * still + amount * u128::from(PERIOD);
            after.stream += amount;
            after.stream_until = now + u64::try_from(weighed.div_ceil(after.stream)).unwrap();
            after.rewards += amount;
        }
        Step::Slash { percent } => {
            let outcome = scene.slash(percent * PERCENT);
            match after.slash(percent, now) {
                Ok(()) => {
                    outcome.ok();
                }
                Err(code) => return refused(&outcome, code),
            }
        }
        Step::Collect => {
            let (before, outcome) = (scene.money(scene.treasury), scene.call(scene.funder, "collect_slashed", &()));
            if model.slashed == 0 {
                return refused(&outcome, NOTHING_TO_PAY);
            }
            prop_assert_eq!(scene.money(scene.treasury), before + outcome.returns::<u128>());
            after.slashed = 0;
        }
        Step::Donate { amount } => {
            scene.chain.transfer(scene.funder, scene.pool, Amount(amount)).ok();
        }
        Step::Wait { minutes } => scene.chain.warp(minutes * MINUTE),
    }
    *model = after;
    Ok(true)
}

fn compare(scene: &Scene, model: &Model) -> Result<(), TestCaseError> {
    let now = scene.chain.time().0;
    let unbonding = model.waiting.iter().map(|one| one.amount).sum::<u128>();
    prop_assert_eq!(scene.held(), (model.staked, model.shares(), unbonding, model.slashed, model.rewards));
    let mut seen = model.clone();
    seen.release(now);
    let (left, _): (u128, u64) = scene.chain.view(scene.pool, "rewards_left", &()).unwrap();
    prop_assert_eq!(left, seen.stream);
    for (staker, account) in seen.stakers.iter().zip(scene.stakers) {
        let (shares, worth, rewards) = scene.position(account);
        prop_assert_eq!((shares, worth), (staker.shares, seen.worth(staker.shares)));
        let exact = staker.earned / FINE;
        prop_assert!(rewards <= exact + 1 && exact <= rewards + staker.roundings + 1, "{} for {}", rewards, exact);
    }
    for one in &model.waiting {
        let owner = scene.stakers[one.owner];
        let (amount, pays, due): (u128, u128, u64) =
            scene.chain.view(scene.pool, "request", &(owner, one.number)).unwrap();
        prop_assert_eq!((amount, due), (one.amount, one.due));
        prop_assert!(pays.abs_diff(one.left / FINE) <= 1, "{} for {}", pays, one.left);
    }
    Ok(())
}

impl Twin for Scene {
    type Step = Step;
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn begin(&mut self, model: &mut Model) {
        model.stream_from = self.chain.time().0;
    }

    fn step(&mut self, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        let succeeded = both(self, model, step)?;
        compare(self, model)?;
        Ok(succeeded)
    }
}

#[test]
fn the_pool_does_what_the_naive_one_does() {
    let steps = prop::collection::vec(step(), 10..50);
    let reached = ["Stake", "Unstake", "Claim", "ClaimRewards", "Fund", "Slash", "Collect"];
    twin::run(Scene::new(), &Model::default(), 250, &steps, &reached);
}
