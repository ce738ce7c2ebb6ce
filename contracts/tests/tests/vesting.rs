//! Vesting in the simulator: its rules, a naive model, and the attacks that others lost money to.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic)]

use borsh::{BorshDeserialize, BorshSerialize};
use proptest::prelude::*;
use tacit_contract_tests::code::NOT_PAYABLE;
use tacit_contract_tests::guest::guest;
use tacit_contract_tests::twin::{self, Twin, agrees};
use tacit_contract_tests::{deploy, module};
use tacit_simulator::{Address, Amount, Chain, Outcome};

const BAD_TIMES: u32 = 1;
const NO_AMOUNT: u32 = 2;
const NO_BENEFICIARY: u32 = 3;
const UNKNOWN: u32 = 4;
const NOT_BENEFICIARY: u32 = 5;
const NOT_GRANTOR: u32 = 6;
const NOTHING_DUE: u32 = 7;
const NOT_REVOCABLE: u32 = 8;
const REVOKED_ALREADY: u32 = 9;
const VESTED_ALREADY: u32 = 10;
const TOKEN_FAILED: u32 = 11;
const TOKEN_LIED: u32 = 12;
const BAD_TOKEN: u32 = 14;

/// When the tests begin; far enough from the chain's own beginning.
const T: u64 = 1_800_000_000_000;
const DAY: u64 = 86_400_000;
const ZERO: Address = Address([0; 32]);

#[derive(Debug, Clone, Copy, PartialEq, BorshSerialize, BorshDeserialize)]
struct Terms {
    beneficiary: Address,
    start: u64,
    cliff: u64,
    end: u64,
    revocable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, BorshSerialize, BorshDeserialize)]
struct Schedule {
    grantor: Address,
    token: Option<Address>,
    terms: Terms,
    total: Amount,
    claimed: Amount,
    revoked: Option<(u64, Amount, bool)>,
}

struct World {
    chain: Chain,
    grantor: Address,
    bob: Address,
    carol: Address,
    vesting: Address,
    token: Address,
}

impl World {
    /// The grantor has 1,000,000 tokens, which the vesting contract may take.
    fn new() -> Self {
        let mut chain = Chain::new();
        let (grantor, bob, carol) = (chain.account("grantor"), chain.account("bob"), chain.account("carol"));
        let code = deploy(&mut chain, "vesting");
        let vesting = chain.instantiate(grantor, code, &()).unwrap();
        let code = deploy(&mut chain, "token");
        let token = chain.instantiate(grantor, code, &(Amount(1_000_000),)).unwrap();
        chain.call(grantor, token, "approve", &(vesting, Amount(u128::MAX))).ok();
        chain.warp_to(T);
        register_invariants(&mut chain, vesting, token);
        Self { chain, grantor, bob, carol, vesting, token }
    }

    /// Bob's: 100 days from `T` on, nothing in the first 25.
    fn terms(&self) -> Terms {
        Terms { beneficiary: self.bob, start: T, cliff: T + 25 * DAY, end: T + 100 * DAY, revocable: true }
    }

    fn grant(&mut self, terms: Terms, amount: u128) -> Outcome {
        self.chain.call_paying(self.grantor, self.vesting, "grant", &(terms,), Amount(amount))
    }

    fn at(&mut self, time: u64, from: Address, function: &str, id: u64) -> Outcome {
        self.chain.warp_to(time);
        self.chain.call(from, self.vesting, function, &(id,))
    }

    fn owed(&self, token: Option<Address>) -> u128 {
        self.chain.view::<Amount>(self.vesting, "owed", &(token,)).unwrap().0
    }

    fn held(&self, holder: Address) -> u128 {
        self.chain.view::<Amount>(self.token, "balance_of", &(holder,)).unwrap().0
    }
}

#[test]
fn nothing_before_the_cliff_then_evenly_until_the_end() {
    let mut world = World::new();
    let (bob, terms) = (world.bob, world.terms());
    let granted = world.grant(terms, 1_000);
    assert_eq!(granted.returns::<u64>(), 0);
    granted.expect_event("Granted", &(0u64, world.grantor, bob, None::<Address>, Amount(1_000)));
    let had = world.chain.balance(bob).0;
    world.at(terms.cliff - 1, bob, "claim", 0).expect_revert(NOTHING_DUE);
    world.chain.warp_to(terms.cliff);
    assert_eq!(world.chain.view::<Amount>(world.vesting, "claimable", &(0u64,)), Ok(Amount(250)));
    assert_eq!(world.at(terms.cliff, bob, "claim", 0).returns::<Amount>(), Amount(250));
    let claimed = world.at(T + 50 * DAY, bob, "claim", 0);
    claimed.ok().expect_event("Claimed", &(0u64, bob, Amount(250)));
    world.at(T + 50 * DAY + 1_000, bob, "claim", 0).expect_revert(NOTHING_DUE);
    assert_eq!(world.at(terms.end, bob, "claim", 0).returns::<Amount>(), Amount(500));
    world.at(terms.end + DAY, bob, "claim", 0).expect_revert(NOTHING_DUE);
    assert_eq!(world.chain.balance(bob).0 - had, 1_000);
    assert_eq!((world.owed(None), world.chain.balance(world.vesting).0), (0, 0));
}

#[test]
fn tokens_vest_as_money_does() {
    let mut world = World::new();
    let (bob, terms, token) = (world.bob, world.terms(), world.token);
    let args = (token, Amount(1_000), terms);
    let id: u64 = world.chain.call(world.grantor, world.vesting, "grant_tokens", &args).returns();
    assert_eq!((world.held(world.vesting), world.owed(Some(token)), world.owed(None)), (1_000, 1_000, 0));
    world.at(T + 40 * DAY, bob, "claim", id).ok();
    assert_eq!((world.held(bob), world.owed(Some(token))), (400, 600));
    let grantor = world.grantor;
    world.at(T + 60 * DAY, grantor, "revoke", id).ok();
    world.at(T + 60 * DAY + 1, grantor, "reclaim", id).ok();
    world.at(T + 90 * DAY, bob, "claim", id).ok();
    assert_eq!((world.held(bob), world.held(grantor), world.held(world.vesting)), (600, 999_400, 0));
}

#[test]
fn terms_that_make_no_sense_are_refused() {
    let mut world = World::new();
    let good = world.terms();
    let vesting = world.vesting;
    let cases = [
        (Terms { end: T, ..good }, 1, BAD_TIMES),
        (Terms { start: good.end, cliff: good.end, ..good }, 1, BAD_TIMES),
        (Terms { cliff: T - 1, ..good }, 1, BAD_TIMES),
        (Terms { cliff: good.end + 1, ..good }, 1, BAD_TIMES),
        (Terms { start: T - 10 * DAY, cliff: T - 10 * DAY, end: T - DAY, ..good }, 1, BAD_TIMES),
        (Terms { end: T + 36_526 * DAY, ..good }, 1, BAD_TIMES),
        (Terms { end: u64::MAX, ..good }, 1, BAD_TIMES),
        (Terms { beneficiary: ZERO, ..good }, 1, NO_BENEFICIARY),
        (Terms { beneficiary: vesting, ..good }, 1, NO_BENEFICIARY),
        (good, 0, NO_AMOUNT),
    ];
    for (terms, amount, code) in cases {
        world.grant(terms, amount).expect_revert(code);
    }
    for token in [ZERO, vesting] {
        let args = (token, Amount(1), good);
        world.chain.call(world.grantor, vesting, "grant_tokens", &args).expect_revert(BAD_TOKEN);
    }
    let args = (world.token, Amount(0), good);
    world.chain.call(world.grantor, vesting, "grant_tokens", &args).expect_revert(NO_AMOUNT);
    let args = (world.token, Amount(1), good);
    world.chain.call_paying(world.grantor, vesting, "grant_tokens", &args, Amount(1)).expect_revert(NOT_PAYABLE);
    assert_eq!(world.chain.view::<u64>(vesting, "count", &()), Ok(0));
}

#[test]
fn only_who_it_belongs_to_takes_anything() {
    let mut world = World::new();
    let (grantor, bob, carol, terms) = (world.grantor, world.bob, world.carol, world.terms());
    world.grant(terms, 1_000).ok();
    world.at(T + 50 * DAY, carol, "claim", 0).expect_revert(NOT_BENEFICIARY);
    world.at(T + 51 * DAY, grantor, "claim", 0).expect_revert(NOT_BENEFICIARY);
    world.at(T + 52 * DAY, bob, "revoke", 0).expect_revert(NOT_GRANTOR);
    world.at(T + 53 * DAY, bob, "reclaim", 0).expect_revert(NOT_GRANTOR);
    world.at(T + 54 * DAY, grantor, "reclaim", 0).expect_revert(NOTHING_DUE);
    for (time, function) in [(55, "claim"), (56, "revoke"), (57, "reclaim")] {
        world.at(T + time * DAY, bob, function, 1).expect_revert(UNKNOWN);
    }
}

#[test]
fn what_is_vested_cannot_be_taken_back() {
    let mut world = World::new();
    let (grantor, bob, terms) = (world.grantor, world.bob, world.terms());
    world.grant(terms, 1_000).ok();
    let revoked = world.at(T + 30 * DAY, grantor, "revoke", 0);
    assert_eq!(revoked.returns::<Amount>(), Amount(700));
    revoked.expect_event("ScheduleRevoked", &(0u64, Amount(700)));
    world.at(T + 31 * DAY, grantor, "revoke", 0).expect_revert(REVOKED_ALREADY);
    let back = world.at(T + 32 * DAY, grantor, "reclaim", 0);
    back.ok().expect_event("Reclaimed", &(0u64, Amount(700)));
    world.at(T + 33 * DAY, grantor, "reclaim", 0).expect_revert(NOTHING_DUE);
    assert_eq!(world.at(T + 99 * DAY, bob, "claim", 0).returns::<Amount>(), Amount(300));
    world.at(T + 200 * DAY, bob, "claim", 0).expect_revert(NOTHING_DUE);
    assert_eq!(world.chain.view::<Amount>(world.vesting, "vested", &(0u64, T + 500 * DAY)), Ok(Amount(300)));
    assert_eq!((world.owed(None), world.chain.balance(world.vesting).0), (0, 0));
}

#[test]
fn before_the_cliff_everything_goes_back_and_after_the_end_nothing() {
    let mut world = World::new();
    let (grantor, bob, terms) = (world.grantor, world.bob, world.terms());
    world.grant(terms, 1_000).ok();
    world.grant(terms, 1_000).ok();
    assert_eq!(world.at(terms.cliff - 1, grantor, "revoke", 0).returns::<Amount>(), Amount(1_000));
    world.at(terms.end, grantor, "revoke", 1).expect_revert(VESTED_ALREADY);
    world.at(terms.end + 1, bob, "claim", 0).expect_revert(NOTHING_DUE);
    world.at(terms.end + 2, bob, "claim", 1).ok();
}

#[test]
fn loss_rug_a_schedule_that_was_made_for_good_stays() {
    let mut world = World::new();
    let (grantor, bob) = (world.grantor, world.bob);
    let terms = Terms { revocable: false, ..world.terms() };
    world.grant(terms, 1_000).ok();
    world.at(T + DAY, grantor, "revoke", 0).expect_revert(NOT_REVOCABLE);
    world.at(terms.end, bob, "claim", 0).ok();
}

#[test]
fn loss_front_run_revocation_an_unclaimed_share_is_not_lost() {
    let mut world = World::new();
    let (grantor, bob, terms, vesting) = (world.grantor, world.bob, world.terms(), world.vesting);
    world.grant(terms, 1_000).ok();
    world.chain.warp_to(T + 50 * DAY);
    // The grantor's transaction comes first in the block in which Bob claims.
    let outcomes = world.chain.block(|block| {
        block.call(grantor, vesting, "revoke", &(0u64,));
        block.call(bob, vesting, "claim", &(0u64,));
    });
    assert_eq!(outcomes[1].returns::<Amount>(), Amount(500));
}

#[test]
fn loss_donation_money_that_nobody_granted_changes_nothing() {
    let mut world = World::new();
    let (bob, carol, terms, vesting) = (world.bob, world.carol, world.terms(), world.vesting);
    world.grant(terms, 1_000).ok();
    world.chain.transfer(carol, vesting, Amount(777)).ok();
    assert_eq!(world.at(T + 50 * DAY, bob, "claim", 0).returns::<Amount>(), Amount(500));
    assert_eq!(world.owed(None), 500);
}

#[test]
fn loss_rounding_direction_many_small_claims_pay_no_more_than_one() {
    let mut world = World::new();
    let bob = world.bob;
    let terms = Terms { cliff: T, end: T + 7_000, ..world.terms() };
    world.grant(terms, 10).ok();
    let had = world.chain.balance(bob).0;
    for second in 1..7u128 {
        let outcome = world.at(T + u64::try_from(second).unwrap() * 1_000, bob, "claim", 0);
        assert!(outcome.result.is_ok());
        assert_eq!(world.chain.balance(bob).0 - had, 10 * second / 7);
    }
    world.at(T + 7_000, bob, "claim", 0).ok();
    assert_eq!(world.chain.balance(bob).0 - had, 10);
}

#[test]
fn the_largest_amount_over_the_longest_time_does_not_overflow() {
    let mut world = World::new();
    let (vesting, token) = (world.vesting, world.token);
    let code = world.chain.code_of(token).unwrap();
    let rich = world.chain.instantiate(world.grantor, code, &(Amount(u128::MAX),)).unwrap();
    world.chain.call(world.grantor, rich, "approve", &(vesting, Amount(u128::MAX))).ok();
    let terms = Terms { cliff: T, end: T + 36_525 * DAY, ..world.terms() };
    world.chain.call(world.grantor, vesting, "grant_tokens", &(rich, Amount(u128::MAX), terms)).ok();
    let half = world.chain.view::<Amount>(vesting, "vested", &(0u64, T + 36_525 * DAY / 2));
    assert_eq!(half, Ok(Amount(u128::MAX / 2)));
}

#[test]
fn loss_griefing_a_beneficiary_with_many_schedules_lists_them_in_pages() {
    let mut world = World::new();
    let (bob, carol, vesting, terms) = (world.bob, world.carol, world.vesting, world.terms());
    for index in 0..45u64 {
        let beneficiary = if index % 9 == 0 { carol } else { bob };
        world.grant(Terms { beneficiary, ..terms }, 1).ok();
    }
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let page: Vec<u64> = world.chain.view(vesting, "schedules_of", &(bob, after)).unwrap();
        assert!(page.len() <= 20);
        let Some(last) = page.last() else { break };
        after = Some(*last);
        found.extend(page);
    }
    assert_eq!(found, (0..45).filter(|index| index % 9 != 0).collect::<Vec<u64>>());
    let page: Vec<u64> = world.chain.view(vesting, "schedules_of", &(carol, Some(9u64))).unwrap();
    assert_eq!(page, [18, 27, 36]);
}

/// Says that it moved tokens and moves none.
const LIAR: &str = r#"
    (func (export "transfer")) (func (export "transfer_from"))
    (func (export "balance_of") (call $return_data (i32.const 0) (i32.const 16)))"#;
/// Refuses everything.
const REFUSING: &str = r#"
    (func (export "transfer_from") (call $revert (i32.const 1) (i32.const 0) (i32.const 0)))
    (func (export "balance_of") (call $return_data (i32.const 0) (i32.const 16)))"#;
/// Takes tokens as it should, and claims schedule 0 again while it pays out.
const REENTERING: &str = r#"
    (data (i32.const 512) "claim") (data (i32.const 544) "Tried") (data (i32.const 576) "b")
    (func (export "transfer_from")
        (call $input_copy (i32.const 0) (i32.const 64) (i32.const 16))
        (drop (call $set (i32.const 576) (i32.const 1) (i32.const 0) (i32.const 16))))
    (func (export "balance_of")
        (drop (call $get (i32.const 576) (i32.const 1) (i32.const 0) (i32.const 16)))
        (call $return_data (i32.const 0) (i32.const 16)))
    (func (export "transfer")
        (call $caller (i32.const 0))
        (i32.store (i32.const 128) (call $call (i32.const 0) (i32.const 512) (i32.const 5)
            (i32.const 32) (i32.const 8) (i32.const 96) (i64.const -1) (i32.const 3)))
        (drop (call $emit (i32.const 544) (i32.const 1) (i32.const 128) (i32.const 4))))"#;
/// Takes tokens, and never pays.
const STUCK: &str = r#"
    (data (i32.const 576) "b")
    (func (export "transfer_from")
        (call $input_copy (i32.const 0) (i32.const 64) (i32.const 16))
        (drop (call $set (i32.const 576) (i32.const 1) (i32.const 0) (i32.const 16))))
    (func (export "balance_of")
        (drop (call $get (i32.const 576) (i32.const 1) (i32.const 0) (i32.const 16)))
        (call $return_data (i32.const 0) (i32.const 16)))
    (func (export "transfer") unreachable)"#;

#[test]
fn loss_lying_token_a_token_that_moves_nothing_makes_no_schedule() {
    let mut world = World::new();
    let (grantor, vesting) = (world.grantor, world.vesting);
    let (liar, refusing) = (guest(&mut world.chain, "liar", LIAR), guest(&mut world.chain, "refusing", REFUSING));
    let account = world.carol;
    let terms = Terms { end: T + 1_000 * DAY, ..world.terms() };
    for (token, code) in [(liar, TOKEN_LIED), (refusing, TOKEN_FAILED), (account, TOKEN_FAILED)] {
        world.chain.call(grantor, vesting, "grant_tokens", &(token, Amount(5), terms)).expect_revert(code);
        assert_eq!(world.owed(Some(token)), 0);
    }
    let poor = world.bob;
    let args = (world.token, Amount(5), terms);
    world.chain.call(poor, vesting, "grant_tokens", &args).expect_revert(TOKEN_FAILED);
}

#[test]
fn loss_reentrancy_a_token_that_claims_again_while_it_pays_is_refused() {
    let mut world = World::new();
    let (grantor, bob, vesting) = (world.grantor, world.bob, world.vesting);
    let token = guest(&mut world.chain, "reentering", REENTERING);
    let terms = world.terms();
    world.chain.call(grantor, vesting, "grant_tokens", &(token, Amount(100), terms)).ok();
    world.at(T + 50 * DAY, bob, "claim", 0).ok().expect_event("Tried", &(-7i32,));
    assert_eq!(world.owed(Some(token)), 50);
}

#[test]
fn loss_stuck_token_a_token_that_never_pays_hurts_only_its_own_schedules() {
    let mut world = World::new();
    let (grantor, bob, vesting, terms) = (world.grantor, world.bob, world.vesting, world.terms());
    let token = guest(&mut world.chain, "stuck", STUCK);
    world.chain.call(grantor, vesting, "grant_tokens", &(token, Amount(100), terms)).ok();
    world.grant(terms, 1_000).ok();
    world.at(T + 50 * DAY, bob, "claim", 0).expect_revert(TOKEN_FAILED);
    let schedule: Option<Schedule> = world.chain.view(vesting, "schedule", &(0u64,)).unwrap();
    assert_eq!(schedule.unwrap().claimed, Amount(0));
    world.at(T + 51 * DAY, bob, "claim", 1).ok();
    assert_eq!((world.owed(Some(token)), world.owed(None)), (100, 490));
}

#[test]
fn the_module_is_small() {
    assert!(module("vesting").len() < 40 * 1024);
}

#[derive(Debug, Clone)]
enum Step {
    Grant { to: usize, is_token: bool, total: u128, lead: u64, cliff: u64, length: u64, revocable: bool },
    Claim { by: usize, id: u64 },
    Revoke { by: usize, id: u64 },
    Reclaim { by: usize, id: u64 },
    Wait { seconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, id) = (|| 0..3usize, || prop_oneof![Just(0u64), 0..4u64]);
    let times = (0..20u64, 0..50u64, 0..100u64);
    prop_oneof![
        2 => (1..3usize, any::<bool>(), 0..5_000u128, times, any::<bool>()).prop_map(
            |(to, is_token, total, (lead, cliff, length), revocable)| {
                Step::Grant { to, is_token, total, lead, cliff, length, revocable }
            }
        ),
        4 => (1..3usize, id()).prop_map(|(by, id)| Step::Claim { by, id }),
        1 => (who(), id()).prop_map(|(by, id)| Step::Claim { by, id }),
        2 => (prop_oneof![Just(0usize), who()], id()).prop_map(|(by, id)| Step::Revoke { by, id }),
        2 => (prop_oneof![Just(0usize), who()], id()).prop_map(|(by, id)| Step::Reclaim { by, id }),
        2 => (0..40u64).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// A schedule, naively.
#[derive(Clone)]
struct Naive {
    to: usize,
    is_token: bool,
    total: u128,
    start: u64,
    cliff: u64,
    end: u64,
    revocable: bool,
    claimed: u128,
    revoked: Option<u64>,
    taken: bool,
}

impl Naive {
    fn vested(&self, now: u64) -> u128 {
        let at = self.revoked.unwrap_or(u64::MAX).min(now);
        if at < self.cliff {
            0
        } else if at >= self.end {
            self.total
        } else {
            self.total * u128::from(at - self.start) / u128::from(self.end - self.start)
        }
    }

    fn owes(&self) -> u128 {
        let back = if self.taken { self.total - self.vested(u64::MAX) } else { 0 };
        self.total - self.claimed - back
    }
}

#[derive(Clone, Default)]
struct Model {
    now: u64,
    schedules: Vec<Naive>,
    /// What each has got, of money and of tokens.
    got: [[u128; 2]; 3],
}

impl Model {
    fn find(&mut self, id: u64) -> Result<&mut Naive, u32> {
        self.schedules.get_mut(usize::try_from(id).unwrap()).ok_or(UNKNOWN)
    }

    fn step(&mut self, step: &Step) -> Result<(), u32> {
        let now = self.now;
        match *step {
            Step::Grant { to, is_token, total, lead, cliff, length, revocable } => {
                let start = now - lead * 1_000;
                let (cliff, end) = (start + cliff * 1_000, start + length * 1_000);
                if length == 0 || cliff > end || end <= now {
                    return Err(BAD_TIMES);
                }
                if total == 0 {
                    return Err(NO_AMOUNT);
                }
                let (claimed, revoked, taken) = (0, None, false);
                let one = Naive { to, is_token, total, start, cliff, end, revocable, claimed, revoked, taken };
                self.schedules.push(one);
            }
            Step::Claim { by, id } => {
                let one = self.find(id)?;
                let due = one.vested(now) - one.claimed;
                if one.to != by {
                    return Err(NOT_BENEFICIARY);
                }
                if due == 0 {
                    return Err(NOTHING_DUE);
                }
                one.claimed += due;
                let kind = usize::from(one.is_token);
                self.got[by][kind] += due;
            }
            Step::Revoke { by, id } => {
                let one = self.find(id)?;
                match one {
                    _ if by != 0 => return Err(NOT_GRANTOR),
                    one if !one.revocable => return Err(NOT_REVOCABLE),
                    one if one.revoked.is_some() => return Err(REVOKED_ALREADY),
                    one if one.vested(now) == one.total => return Err(VESTED_ALREADY),
                    one => one.revoked = Some(now),
                }
            }
            Step::Reclaim { by, id } => {
                let one = self.find(id)?;
                if by != 0 {
                    return Err(NOT_GRANTOR);
                }
                if one.revoked.is_none() || one.taken {
                    return Err(NOTHING_DUE);
                }
                one.taken = true;
                let (back, kind) = (one.total - one.vested(now), usize::from(one.is_token));
                self.got[0][kind] += back;
            }
            Step::Wait { seconds } => self.now += seconds * 1_000,
        }
        Ok(())
    }

    fn owed(&self, is_token: bool) -> u128 {
        self.schedules.iter().filter(|one| one.is_token == is_token).map(Naive::owes).sum()
    }
}

fn act(world: &mut World, who: [Address; 3], now: u64, step: &Step) -> Option<Outcome> {
    let (chain, vesting) = (&mut world.chain, world.vesting);
    Some(match *step {
        Step::Grant { to, is_token, total, lead, cliff, length, revocable } => {
            let start = now - lead * 1_000;
            let (cliff, end) = (start + cliff * 1_000, start + length * 1_000);
            let terms = Terms { beneficiary: who[to], start, cliff, end, revocable };
            if is_token {
                chain.call(who[0], vesting, "grant_tokens", &(world.token, Amount(total), terms))
            } else {
                chain.call_paying(who[0], vesting, "grant", &(terms,), Amount(total))
            }
        }
        Step::Claim { by, id } => chain.call(who[by], vesting, "claim", &(id,)),
        Step::Revoke { by, id } => chain.call(who[by], vesting, "revoke", &(id,)),
        Step::Reclaim { by, id } => chain.call(who[by], vesting, "reclaim", &(id,)),
        Step::Wait { .. } => return None,
    })
}

fn register_invariants(chain: &mut Chain, vesting: Address, token: Address) {
    let owed = move |chain: &Chain, token: Option<Address>| chain.view::<Amount>(vesting, "owed", &(token,)).unwrap();
    chain.invariant("the contract holds what it owes", move |chain| {
        let held = (chain.balance(vesting), chain.view::<Amount>(token, "balance_of", &(vesting,)).unwrap());
        let owed = (owed(chain, None), owed(chain, Some(token)));
        if held.0 >= owed.0 && held.1 >= owed.1 { Ok(()) } else { Err(format!("{held:?} for {owed:?}")) }
    });
    chain.invariant("the schedules add up to what is owed, and none pays more than its total", move |chain| {
        let mut sums = std::collections::BTreeMap::from([(None, 0u128), (Some(token), 0)]);
        for id in 0..chain.view::<u64>(vesting, "count", &()).unwrap() {
            let one: Schedule = chain.view::<Option<_>>(vesting, "schedule", &(id,)).unwrap().unwrap();
            let back = one.revoked.filter(|(_, _, taken)| *taken).map_or(0, |(_, unvested, _)| unvested.0);
            let paid = one.claimed.0 + back;
            let left = one.total.0.checked_sub(paid).ok_or(format!("schedule {id} paid {paid} of {}", one.total))?;
            *sums.entry(one.token).or_default() += left;
        }
        for (token, sum) in sums {
            let owed = owed(chain, token).0;
            if sum != owed {
                return Err(format!("{sum} of {token:?}, but {owed} is owed"));
            }
        }
        Ok(())
    });
}

impl Twin for World {
    type Step = Step;
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        // Every step happens at a second of its own, which the model knows.
        model.now += 1_000;
        self.chain.warp_to(model.now);
        let who = [self.grantor, self.bob, self.carol];
        let has = |world: &Self| who.map(|address| [world.chain.balance(address).0, world.held(address)]);
        let (had, before) = (has(self), model.clone());
        let outcome = act(self, who, model.now, step);
        let expected = model.step(step);
        let succeeded = outcome.is_none_or(|outcome| agrees(&outcome, &expected));
        let granted = |model: &Model, kind: usize| -> u128 {
            model.schedules.iter().filter(|one| usize::from(one.is_token) == kind).map(|one| one.total).sum()
        };
        let has = has(self);
        for (index, kind) in (0..3).flat_map(|index| [(index, 0), (index, 1)]) {
            let got = model.got[index][kind] - before.got[index][kind];
            let gave = if index == 0 { granted(model, kind) - granted(&before, kind) } else { 0 };
            prop_assert_eq!(has[index][kind] + gave, had[index][kind] + got, "{} after {:?}", index, step);
        }
        prop_assert_eq!(self.owed(None), model.owed(false), "after {:?}", step);
        prop_assert_eq!(self.owed(Some(self.token)), model.owed(true), "after {:?}", step);
        Ok(succeeded)
    }
}

#[test]
fn vesting_does_what_the_naive_one_does() {
    let world = World::new();
    let start = Model { now: T, ..Model::default() };
    let steps = prop::collection::vec(step(), 1..24);
    twin::run(world, &start, 250, &steps, &["Grant", "Claim", "Revoke", "Reclaim"]);
}
