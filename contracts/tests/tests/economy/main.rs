//! All standard contracts on one chain, and four people who try everything that anybody may, in any order, with a token
//! among theirs that takes fees, lies, fails, changes balances and calls back as it pleases. Nothing is said about what a
//! call does; the invariants of every contract hold after every step, and in the end everybody gets out what is theirs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod invariants;
mod steps;
mod world;

use invariants::Before;
use proptest::prelude::*;
use steps::{Diary, Draw, KINDS};
use tacit_contract_tests::twin::{self, Memory, Twin};
use tacit_simulator::Chain;
use world::{DAY, FOREVER, World};

/// What somebody tries: which kind, who, and numbers.
#[derive(Clone)]
struct Step {
    kind: usize,
    by: usize,
    numbers: [u32; 4],
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} by {} with {:?}", KINDS[self.kind].0, self.by, self.numbers)
    }
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = (0..KINDS.len(), 0..4_usize, any::<[u32; 4]>());
    let step = step.prop_map(|(kind, by, numbers)| Step { kind, by, numbers });
    prop::collection::vec(step, most / 2..most)
}

struct Economy {
    world: World,
    memory: Memory<Before>,
}

impl Economy {
    fn new() -> Self {
        let mut world = World::new();
        let memory = invariants::register(&mut world.chain, world.at);
        Self { world, memory }
    }

    /// Everybody takes out what can be taken out whatever `evil` does: shares as credits, gold and votes, stakes, what the
    /// market owes.
    fn everybody_leaves(&mut self) -> Result<(), TestCaseError> {
        let World { chain, at, .. } = &mut self.world;
        for user in at.users {
            for pool in at.pools {
                let shares: u128 = chain.view(pool, "balance_of", &(user,)).unwrap();
                if shares > 0 {
                    let leave = (shares, 0_u128, 0_u128, FOREVER);
                    chain.call(user, pool, "withdraw_as_credit", &leave).ok();
                }
            }
            for (pool, token) in [(at.pools[0], at.gold), (at.pools[0], at.vote), (at.pools[1], at.vote)] {
                let credit: u128 = chain.view(pool, "credit_of", &(user, token)).unwrap();
                if credit > 0 {
                    chain.call(user, pool, "collect_credit", &(token, user)).ok();
                }
            }
            if chain.view::<u128>(at.market, "credit_of", &(user,)).unwrap() > 0 {
                chain.call(user, at.market, "withdraw", &(user,)).ok();
            }
            let (shares, worth, _): (u128, u128, u128) = chain.view(at.staking, "position", &(user,)).unwrap();
            if worth > 0 {
                chain.call(user, at.staking, "request_unstake", &(shares, 0_u128)).ok();
            }
        }
        chain.warp(DAY);
        for user in at.users {
            type Request = ((tacit_simulator::Address, u64), (u128, u64, [u8; 32]));
            let requests: Vec<Request> = chain.view(at.staking, "requests", &(user, None::<u64>)).unwrap();
            for ((_, number), _) in requests {
                chain.call(user, at.staking, "claim", &(user, number)).ok();
            }
        }
        Ok(())
    }
}

impl Twin for Economy {
    type Step = Step;
    type Model = Diary;

    fn chain(&mut self) -> &mut Chain {
        &mut self.world.chain
    }

    fn begin(&mut self, _diary: &mut Diary) {
        self.memory.forget();
    }

    fn step(&mut self, diary: &mut Diary, step: &Step) -> Result<bool, TestCaseError> {
        let draw = Draw { by: step.by, numbers: step.numbers, diary };
        Ok(KINDS[step.kind].1(&mut self.world, draw).is_some_and(|outcome| outcome.result.is_ok()))
    }

    fn end(&mut self, _diary: &Diary) -> Result<(), TestCaseError> {
        self.everybody_leaves()
    }

    fn kind(step: &Step) -> String {
        KINDS[step.kind].0.to_string()
    }
}

/// What a few cases do not always get to: it needs several others before it.
const RARE: &[&str] = &[
    "amm.collect_credit",
    "amm.skim",
    "amm.sync",
    "governor.vote",
    "governor.queue",
    "governor.cancel",
    "timelock.execute",
    "oracle.update",
    "oracle.reset",
    "twap_source.update",
    "bridge.deliver",
    "bridge.finish",
    "bridge.refund",
    "bridge.refuse",
    "market.accept",
    "market.bid",
    "market.buy",
    "market.cancel_offer",
    "market.withdraw",
    "market.settle",
    "multisig.confirm",
    "multisig.execute",
    "staking.claim",
    "staking.claim_rewards",
    "staking.collect_slashed",
    "vesting.claim",
    "vesting.reclaim",
    "time.wait",
    "time.roll",
];

fn reached(rare: &[&str]) -> Vec<&'static str> {
    KINDS.iter().map(|(name, _)| *name).filter(|name| !rare.contains(name)).collect()
}

#[test]
fn whatever_anybody_does_every_contract_keeps_its_word() {
    twin::run(Economy::new(), &Diary::default(), 16, &steps(160), &reached(RARE));
}

mod long {
    use super::*;
    use std::time::{Duration, Instant};

    /// `TACIT_LONG_MINUTES` says how long, ten by default. Each round prints its seed; `TACIT_SEED` repeats one.
    #[test]
    #[ignore = "long tier: run with --ignored"]
    fn whatever_anybody_does_for_minutes_every_contract_keeps_its_word() {
        let minutes = std::env::var("TACIT_LONG_MINUTES").map_or(10, |minutes| minutes.parse().unwrap());
        let end = Instant::now() + Duration::from_secs(60 * minutes);
        let is_repeated = std::env::var(tacit_contract_tests::random::SEED).is_ok();
        loop {
            twin::run(
                Economy::new(),
                &Diary::default(),
                40,
                &steps(400),
                &reached(&["time.wait", "time.roll", "oracle.reset"]),
            );
            if is_repeated || Instant::now() >= end {
                return;
            }
        }
    }
}
