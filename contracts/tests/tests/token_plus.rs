//! The full fungible token in the simulator: its rules, a naive model, and the attacks that others lost money to.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tacit_contract_tests::code::{IS_PAUSED, MISSING_ROLE};
use tacit_contract_tests::guest::guest;
use tacit_contract_tests::twin::{self, Twin, agrees};
use tacit_contract_tests::{deploy, module};
use tacit_exec::testing::TestKey;
use tacit_simulator::{Address, Amount, Chain, Height, Outcome, RejectCode};

const INSUFFICIENT_BALANCE: u32 = 1;
const INSUFFICIENT_ALLOWANCE: u32 = 2;
const ALLOWANCE_CHANGED: u32 = 3;
const NO_RECEIVER: u32 = 4;
const CAP_EXCEEDED: u32 = 5;
const PERMIT_EXPIRED: u32 = 6;
const BAD_PERMIT: u32 = 7;
const HEIGHT_NOT_PAST: u32 = 8;
const BAD_NAME: u32 = 9;

const PAUSER: u8 = 1;
const MINTER: u8 = 16;
const BURNER: u8 = 17;
const ZERO: Address = Address([0; 32]);
const SUPPLY: u128 = 1_000;
const CAP: u128 = 1_500;

struct World {
    chain: Chain,
    who: [Address; 3],
    token: Address,
}

impl World {
    /// Alice made 1,000 tokens, mints and administers; Bob burns.
    fn new() -> Self {
        let mut chain = Chain::new();
        let who = ["alice", "bob", "carol"].map(|name| chain.account(name));
        let code = deploy(&mut chain, "token_plus");
        let token = chain.instantiate(who[0], code, &("Gold", "GLD", 6u8, Amount(SUPPLY), Amount(CAP))).unwrap();
        chain.call(who[0], token, "grant_role", &(MINTER, who[0])).ok();
        chain.call(who[0], token, "grant_role", &(BURNER, who[1])).ok();
        register_invariants(&mut chain, token);
        Self { chain, who, token }
    }

    fn call(&mut self, from: usize, function: &str, args: &impl borsh::BorshSerialize) -> Outcome {
        self.chain.call(self.who[from], self.token, function, args)
    }

    fn held(&self, holder: Address) -> u128 {
        held(&self.chain, self.token, holder)
    }

    fn allowed(&self, owner: Address, spender: Address) -> u128 {
        self.chain.view::<Amount>(self.token, "allowance", &(owner, spender)).unwrap().0
    }

    fn votes_at(&self, voter: Address, height: Height) -> u128 {
        self.chain.view::<Amount>(self.token, "votes_at", &(voter, height)).unwrap().0
    }

    /// An owner that never sends a transaction, with 100 tokens.
    fn signer(&mut self) -> TestKey {
        let key = TestKey::new(77);
        self.call(0, "transfer", &(key.address(), Amount(100))).ok();
        key
    }
}

fn held(chain: &Chain, token: Address, holder: Address) -> u128 {
    chain.view::<Amount>(token, "balance_of", &(holder,)).unwrap().0
}

fn votes(chain: &Chain, token: Address, voter: Address) -> u128 {
    chain.view::<Amount>(token, "votes", &(voter,)).unwrap().0
}

/// A permit as a wallet makes it, from the document alone.
#[derive(Clone)]
struct Permit {
    chain: [u8; 32],
    token: Address,
    spender: Address,
    expected: u128,
    amount: u128,
    nonce: u64,
    deadline: u64,
}

impl Permit {
    fn of(world: &World, spender: Address, amount: u128) -> Self {
        let chain = world.chain.genesis_id().0;
        let deadline = world.chain.time().0 + 1_000_000;
        Self { chain, token: world.token, spender, expected: 0, amount, nonce: 0, deadline }
    }

    fn signature(&self, key: &TestKey) -> [u8; 64] {
        let mut message = b"tacit token permit 1".to_vec();
        message.extend(self.chain);
        message.extend(self.token.0);
        message.extend(key.address().0);
        message.extend(self.spender.0);
        message.extend(self.expected.to_le_bytes());
        message.extend(self.amount.to_le_bytes());
        message.extend(self.nonce.to_le_bytes());
        message.extend(self.deadline.to_le_bytes());
        key.sign(blake3::hash(&message).as_bytes()).0
    }

    /// Brings it, signed by `key`, in the name of `owner`'s key.
    fn bring(&self, world: &mut World, owner: &TestKey, signature: [u8; 64]) -> Outcome {
        let (expected, amount) = (Amount(self.expected), Amount(self.amount));
        world.call(2, "permit", &(owner.public().0, self.spender, expected, amount, self.deadline, signature))
    }
}

/// An owner's permit for a spender to take 40, and its signature.
fn signed(world: &mut World, spender: Address) -> (TestKey, Permit, [u8; 64]) {
    let owner = world.signer();
    let permit = Permit::of(world, spender, 40);
    let signature = permit.signature(&owner);
    (owner, permit, signature)
}

#[test]
fn it_says_what_it_was_made_with() {
    let world = World::new();
    let about: (String, String, u8, Amount) = world.chain.view(world.token, "about", &()).unwrap();
    assert_eq!(about, ("Gold".into(), "GLD".into(), 6, Amount(CAP)));
    assert_eq!(world.chain.view::<Amount>(world.token, "total_supply", &()), Ok(Amount(SUPPLY)));
    assert_eq!(world.held(world.who[0]), SUPPLY);
}

#[test]
fn a_token_without_name_or_below_its_supply_is_not_made() {
    let World { mut chain, who, .. } = World::new();
    let code = chain.deploy(&module("token_plus")).unwrap();
    let mut made = |name: &str, symbol: &str, decimals: u8, cap: u128| {
        chain
            .instantiate(who[0], code, &(name, symbol, decimals, Amount(10), Amount(cap)))
            .map_err(|failure| failure.contract_code().unwrap())
    };
    assert_eq!(made("", "G", 0, 10), Err(BAD_NAME));
    assert_eq!(made("Gold", "", 0, 10), Err(BAD_NAME));
    assert_eq!(made("Gold", "G", 31, 10), Err(BAD_NAME));
    assert_eq!(made("Gold", "G", 30, 9), Err(CAP_EXCEEDED));
    assert!(made("Gold", "G", 30, 10).is_ok());
}

#[test]
fn tokens_move_with_consent_only() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    world.call(0, "transfer", &(bob, Amount(10))).ok().expect_event("Transferred", &(alice, bob, Amount(10)));
    world.call(1, "transfer", &(carol, Amount(11))).expect_revert(INSUFFICIENT_BALANCE);
    world.call(1, "transfer", &(ZERO, Amount(1))).expect_revert(NO_RECEIVER);
    world.call(2, "transfer_from", &(bob, carol, Amount(1))).expect_revert(INSUFFICIENT_ALLOWANCE);
    world.call(1, "approve", &(carol, Amount(4))).ok().expect_event("Approved", &(bob, carol, Amount(4)));
    world.call(2, "transfer_from", &(bob, carol, Amount(3))).ok();
    assert_eq!((world.held(bob), world.held(carol), world.allowed(bob, carol)), (7, 3, 1));
    world.call(2, "transfer_from", &(bob, carol, Amount(2))).expect_revert(INSUFFICIENT_ALLOWANCE);
    world.call(2, "transfer_from", &(bob, ZERO, Amount(1))).expect_revert(NO_RECEIVER);
    world.call(1, "transfer", &(bob, Amount(7))).ok();
    assert_eq!(world.held(bob), 7, "a transfer to oneself changes nothing");
}

#[test]
fn only_minters_make_tokens_and_only_up_to_the_cap() {
    let mut world = World::new();
    let [_, bob, carol] = world.who;
    world.call(1, "mint", &(bob, Amount(1))).expect_revert(MISSING_ROLE);
    world.call(0, "mint", &(ZERO, Amount(1))).expect_revert(NO_RECEIVER);
    world
        .call(0, "mint", &(carol, Amount(CAP - SUPPLY)))
        .ok()
        .expect_event("Transferred", &(ZERO, carol, Amount(CAP - SUPPLY)));
    world.call(0, "mint", &(carol, Amount(1))).expect_revert(CAP_EXCEEDED);
    world.call(0, "mint", &(carol, Amount(u128::MAX))).expect_revert(CAP_EXCEEDED);
}

#[test]
fn a_burner_burns_nothing_of_others_without_an_allowance() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    world.call(0, "burn", &(alice, Amount(1))).expect_revert(MISSING_ROLE);
    world.call(1, "burn", &(alice, Amount(1))).expect_revert(INSUFFICIENT_ALLOWANCE);
    world.call(1, "burn", &(bob, Amount(1))).expect_revert(INSUFFICIENT_BALANCE);
    world.call(0, "approve", &(bob, Amount(5))).ok();
    world.call(1, "burn", &(alice, Amount(5))).ok().expect_event("Transferred", &(alice, ZERO, Amount(5)));
    world.call(1, "burn", &(alice, Amount(1))).expect_revert(INSUFFICIENT_ALLOWANCE);
    assert_eq!(world.held(alice), SUPPLY - 5);
    assert_eq!(world.chain.view::<Amount>(world.token, "total_supply", &()), Ok(Amount(SUPPLY - 5)));
}

#[test]
fn a_pause_stops_transfers_but_never_the_taking_back_of_allowances() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    world.call(0, "approve", &(bob, Amount(5))).ok();
    world.call(2, "pause", &(0u8, 1_000u64)).expect_revert(MISSING_ROLE);
    world.call(0, "grant_role", &(PAUSER, carol)).ok();
    world.call(2, "pause", &(0u8, 60_000u64)).ok();
    world.call(0, "transfer", &(bob, Amount(1))).expect_revert(IS_PAUSED);
    world.call(0, "transfer_call", &(bob, Amount(1), Vec::<u8>::new())).expect_revert(IS_PAUSED);
    world.call(1, "transfer_from", &(alice, bob, Amount(1))).expect_revert(IS_PAUSED);
    world.call(0, "mint", &(bob, Amount(1))).ok();
    world.call(0, "approve", &(bob, Amount(0))).ok();
    world.chain.warp(60_000);
    world.call(0, "transfer", &(bob, Amount(1))).ok();
    world.chain.warp(2 * 24 * 3_600_000);
    world.call(2, "pause", &(1u8, 60_000u64)).ok();
    world.call(0, "mint", &(bob, Amount(1))).expect_revert(IS_PAUSED);
    world.call(1, "burn", &(bob, Amount(1))).expect_revert(IS_PAUSED);
    world.call(0, "transfer", &(bob, Amount(1))).ok();
}

#[test]
fn loss_front_run_allowance_what_was_taken_meanwhile_is_noticed() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    world.call(0, "approve", &(bob, Amount(100))).ok();
    // Alice wants 50 instead of 100; Bob takes 100 before.
    world.call(0, "approve", &(bob, Amount(50))).expect_revert(ALLOWANCE_CHANGED);
    world.call(1, "transfer_from", &(alice, bob, Amount(100))).ok();
    world.call(0, "change_allowance", &(bob, Amount(100), Amount(50))).expect_revert(ALLOWANCE_CHANGED);
    world.call(1, "transfer_from", &(alice, bob, Amount(1))).expect_revert(INSUFFICIENT_ALLOWANCE);
    assert_eq!(world.held(bob), 100);
    world.call(0, "change_allowance", &(bob, Amount(0), Amount(50))).ok();
    world.call(0, "change_allowance", &(bob, Amount(50), Amount(0))).ok();
}

#[test]
fn a_permit_works_once_for_who_signed_it() {
    let mut world = World::new();
    let [_, bob, carol] = world.who;
    let (owner, permit, signature) = signed(&mut world, bob);
    permit.bring(&mut world, &owner, signature).ok().expect_event("Approved", &(owner.address(), bob, Amount(40)));
    assert_eq!(world.chain.view::<u64>(world.token, "nonce", &(owner.address(),)), Ok(1));
    world.call(1, "transfer_from", &(owner.address(), carol, Amount(40))).ok();
    assert_eq!(world.held(carol), 40);
}

#[test]
fn loss_replay_a_permit_is_used_once() {
    let mut world = World::new();
    let bob = world.who[1];
    let (owner, permit, signature) = signed(&mut world, bob);
    permit.bring(&mut world, &owner, signature).ok();
    world.call(1, "transfer_from", &(owner.address(), bob, Amount(40))).ok();
    permit.bring(&mut world, &owner, signature).expect_revert(BAD_PERMIT);
    world.call(1, "transfer_from", &(owner.address(), bob, Amount(1))).expect_revert(INSUFFICIENT_ALLOWANCE);
}

#[test]
fn loss_replay_a_permit_of_another_chain_contract_nonce_or_owner_is_refused() {
    let mut world = World::new();
    let [_, bob, carol] = world.who;
    let owner = world.signer();
    let good = Permit::of(&world, bob, 40);
    let others = [
        Permit { chain: [9; 32], ..good.clone() },
        Permit { token: carol, ..good.clone() },
        Permit { nonce: 1, ..good.clone() },
        Permit { spender: carol, ..good.clone() },
        Permit { expected: 1, ..good.clone() },
        Permit { amount: 41, ..good.clone() },
        Permit { deadline: good.deadline + 1, ..good.clone() },
    ];
    for other in others {
        let signature = other.signature(&owner);
        good.bring(&mut world, &owner, signature).expect_revert(BAD_PERMIT);
    }
    let thief = TestKey::new(78);
    // Signed by the thief in the owner's name, and with the thief's key: the second concerns only the thief's tokens.
    let mut forged = good.signature(&owner);
    forged[3] ^= 1;
    good.bring(&mut world, &owner, forged).expect_revert(BAD_PERMIT);
    let signature = good.signature(&thief);
    good.bring(&mut world, &owner, signature).expect_revert(BAD_PERMIT);
    good.bring(&mut world, &thief, signature).ok();
    assert_eq!(world.allowed(owner.address(), bob), 0);
    let signature = good.signature(&owner);
    good.bring(&mut world, &owner, signature).ok();
}

#[test]
fn loss_expiry_an_old_permit_is_refused() {
    let mut world = World::new();
    let bob = world.who[1];
    let (owner, permit, signature) = signed(&mut world, bob);
    let point = world.chain.snapshot();
    world.chain.warp_to(permit.deadline);
    permit.bring(&mut world, &owner, signature).ok();
    world.chain.revert(&point);
    world.chain.warp_to(permit.deadline + 1);
    permit.bring(&mut world, &owner, signature).expect_revert(PERMIT_EXPIRED);
}

#[test]
fn an_owner_takes_back_permits_and_a_stale_expectation_voids_one() {
    let mut world = World::new();
    let bob = world.who[1];
    let owner = world.signer();
    let permit = Permit { expected: 3, ..Permit::of(&world, bob, 40) };
    let signature = permit.signature(&owner);
    permit.bring(&mut world, &owner, signature).expect_revert(ALLOWANCE_CHANGED);
    let permit = Permit::of(&world, bob, 40);
    let signature = permit.signature(&owner);
    let token = world.token;
    world.chain.prank(owner.address());
    world.chain.call(bob, token, "cancel_permits", &()).ok().expect_event("PermitsCancelled", &(owner.address(), 1u64));
    permit.bring(&mut world, &owner, signature).expect_revert(BAD_PERMIT);
}

#[test]
fn loss_front_run_permit_bringing_it_first_changes_nothing_for_the_spender() {
    let mut world = World::new();
    let bob = world.who[1];
    let (owner, permit, signature) = signed(&mut world, bob);
    // Carol sees Bob's transaction and brings the permit before him: Bob may take what he was to be allowed.
    permit.bring(&mut world, &owner, signature).ok();
    world.call(1, "transfer_from", &(owner.address(), bob, Amount(40))).ok();
}

/// A receiver that tries to enter the token again, by a call and by a view, and tells what came of it.
const REENTERING: &str = r#"
    (data (i32.const 512) "transfer") (data (i32.const 544) "balance_of") (data (i32.const 576) "Tried")
    (func (export "on_tokens_received")
        (call $caller (i32.const 0))
        (i64.store (i32.const 32) (i64.const 1))
        (i32.store (i32.const 128) (call $call (i32.const 0) (i32.const 512) (i32.const 8)
            (i32.const 0) (i32.const 48) (i32.const 96) (i64.const -1) (i32.const 3)))
        (i32.store (i32.const 132) (call $view (i32.const 0) (i32.const 544) (i32.const 10)
            (i32.const 0) (i32.const 32) (i64.const -1) (i32.const 3)))
        (drop (call $emit (i32.const 576) (i32.const 1) (i32.const 128) (i32.const 8))))"#;
const REFUSING: &str =
    r#"(func (export "on_tokens_received") (call $revert (i32.const 77) (i32.const 0) (i32.const 0)))"#;

#[test]
fn loss_reentrancy_a_receiver_can_neither_call_nor_view_the_token() {
    let mut world = World::new();
    let receiver = guest(&mut world.chain, "reentering", REENTERING);
    let denied = -7i32;
    world.call(0, "transfer_call", &(receiver, Amount(9), vec![1u8, 2])).ok().expect_event("Tried", &(denied, denied));
    assert_eq!((world.held(receiver), world.held(world.who[0])), (9, SUPPLY - 9));
}

#[test]
fn a_receiver_that_refuses_or_cannot_be_told_gets_nothing() {
    let mut world = World::new();
    let receiver = guest(&mut world.chain, "refusing", REFUSING);
    let bob = world.who[1];
    world.call(0, "transfer_call", &(receiver, Amount(9), Vec::<u8>::new())).expect_revert(77);
    world.call(0, "transfer_call", &(bob, Amount(9), Vec::<u8>::new())).expect_reject(RejectCode::ContractUnknown);
    assert!(world.call(0, "transfer_call", &(receiver, Amount(9), vec![0u8; 1_025])).result.is_err());
    assert_eq!((world.held(receiver), world.held(bob), world.held(world.who[0])), (0, 0, SUPPLY));
}

#[test]
fn votes_follow_tokens_and_delegation_and_stay_known_for_past_heights() {
    let mut world = World::new();
    let [alice, bob, carol] = world.who;
    let token = world.token;
    let start = world.chain.height();
    world.call(1, "delegate", &(carol,)).ok().expect_event("Delegated", &(bob, carol));
    let given = world.chain.height();
    world.call(0, "transfer", &(bob, Amount(300))).ok().expect_event("VotesChanged", &(carol, Amount(300)));
    world.chain.roll(5);
    world.call(2, "delegate", &(alice,)).ok();
    assert_eq!(votes(&world.chain, token, carol), 300, "votes that were given are not given on");
    world.call(1, "delegate", &(bob,)).ok();
    assert_eq!(votes(&world.chain, token, bob), 300);
    world.call(1, "delegate", &(ZERO,)).expect_revert(NO_RECEIVER);
    world.chain.roll(1);
    assert_eq!((world.votes_at(alice, start), world.votes_at(carol, start)), (SUPPLY, 0));
    assert_eq!((world.votes_at(alice, given), world.votes_at(carol, given)), (SUPPLY - 300, 300));
    assert_eq!((world.votes_at(carol, Height(given.0 + 3)), world.votes_at(bob, given)), (300, 0));
    assert_eq!(world.votes_at(alice, Height(0)), 0, "before the token");
    assert_eq!((votes(&world.chain, token, ZERO), world.votes_at(ZERO, given)), (0, 0));
    assert_eq!(world.chain.view::<Amount>(token, "total_votes_at", &(given,)), Ok(Amount(SUPPLY)));
    let now = world.chain.height();
    let refused = world.chain.view::<Amount>(token, "votes_at", &(alice, now)).unwrap_err();
    assert_eq!(refused.contract_code(), Some(HEIGHT_NOT_PAST));
    let refused = world.chain.view::<Amount>(token, "total_votes_at", &(now,)).unwrap_err();
    assert_eq!(refused.contract_code(), Some(HEIGHT_NOT_PAST));
}

#[test]
fn loss_flash_votes_tokens_held_within_one_block_count_nothing() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let (token, height) = (world.token, world.chain.height());
    let outcomes = world.chain.block(|block| {
        block.call(alice, token, "transfer", &(bob, Amount(900)));
        block.call(bob, token, "transfer", &(alice, Amount(900)));
    });
    for outcome in outcomes {
        outcome.ok();
    }
    assert_eq!((world.votes_at(bob, height), world.votes_at(alice, height)), (0, SUPPLY));
}

#[test]
fn loss_griefing_by_history_looking_up_votes_costs_the_same_after_many_changes() {
    let mut world = World::new();
    let [alice, bob, _] = world.who;
    let first = Height(world.chain.height().0 - 1);
    let gas = |world: &mut World| world.call(0, "transfer", &(bob, Amount(1))).ok().gas_used.0;
    gas(&mut world);
    let early = gas(&mut world);
    for _ in 0..200 {
        gas(&mut world);
    }
    let late = gas(&mut world);
    assert!(late <= early + early / 20, "{early} became {late}");
    assert_eq!(world.votes_at(alice, first), SUPPLY);
}

#[test]
fn the_modules_are_small() {
    assert!(module("token").len() < 20 * 1024 && module("token_plus").len() < 40 * 1024);
}

#[derive(Debug, Clone)]
enum Step {
    Transfer { from: usize, to: usize, amount: u128 },
    TransferFrom { by: usize, owner: usize, to: usize, amount: u128 },
    Approve { owner: usize, spender: usize, amount: u128 },
    Change { owner: usize, spender: usize, expected: u128, amount: u128 },
    Mint { by: usize, to: usize, amount: u128 },
    Burn { by: usize, owner: usize, amount: u128 },
    Delegate { holder: usize, to: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, amount) = (|| 0..3usize, || prop_oneof![0..20u128, 0..700u128]);
    prop_oneof![
        (who(), who(), amount()).prop_map(|(from, to, amount)| Step::Transfer { from, to, amount }),
        (who(), who(), who(), amount()).prop_map(|(by, owner, to, amount)| Step::TransferFrom {
            by,
            owner,
            to,
            amount
        }),
        (who(), who(), amount()).prop_map(|(owner, spender, amount)| Step::Approve { owner, spender, amount }),
        (who(), who(), prop_oneof![Just(0u128), amount()], amount())
            .prop_map(|(owner, spender, expected, amount)| Step::Change { owner, spender, expected, amount }),
        (who(), who(), amount()).prop_map(|(by, to, amount)| Step::Mint { by, to, amount }),
        (who(), who(), amount()).prop_map(|(by, owner, amount)| Step::Burn { by, owner, amount }),
        (who(), who()).prop_map(|(holder, to)| Step::Delegate { holder, to }),
    ]
}

/// The token, naively: votes are counted anew from who delegates to whom.
#[derive(Clone)]
struct Model {
    balances: [u128; 3],
    allowances: BTreeMap<(usize, usize), u128>,
    delegates: [usize; 3],
    /// Votes and supply after each height.
    past: Vec<(Height, [u128; 3], u128)>,
}

impl Model {
    fn supply(&self) -> u128 {
        self.balances.iter().sum()
    }

    fn votes(&self, voter: usize) -> u128 {
        (0..3).filter(|holder| self.delegates[*holder] == voter).map(|holder| self.balances[holder]).sum()
    }

    fn shift(&mut self, from: usize, to: Option<usize>, amount: u128) -> Result<(), u32> {
        self.balances[from] = self.balances[from].checked_sub(amount).ok_or(INSUFFICIENT_BALANCE)?;
        if let Some(to) = to {
            self.balances[to] += amount;
        }
        Ok(())
    }

    fn spend(&mut self, owner: usize, by: usize, amount: u128) -> Result<(), u32> {
        let allowed = self.allowances.entry((owner, by)).or_default();
        *allowed = allowed.checked_sub(amount).ok_or(INSUFFICIENT_ALLOWANCE)?;
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), u32> {
        let mut next = self.clone();
        next.apply(step)?;
        *self = next;
        Ok(())
    }

    fn apply(&mut self, step: &Step) -> Result<(), u32> {
        match *step {
            Step::Transfer { from, to, amount } => self.shift(from, Some(to), amount),
            Step::TransferFrom { by, owner, to, amount } => {
                self.spend(owner, by, amount)?;
                self.shift(owner, Some(to), amount)
            }
            Step::Approve { owner, spender, amount } => {
                let allowed = self.allowances.entry((owner, spender)).or_default();
                if *allowed > 0 && amount > 0 {
                    return Err(ALLOWANCE_CHANGED);
                }
                *allowed = amount;
                Ok(())
            }
            Step::Change { owner, spender, expected, amount } => {
                let allowed = self.allowances.entry((owner, spender)).or_default();
                if *allowed != expected {
                    return Err(ALLOWANCE_CHANGED);
                }
                *allowed = amount;
                Ok(())
            }
            Step::Mint { by, .. } if by != 0 => Err(MISSING_ROLE),
            Step::Mint { amount, .. } if self.supply() + amount > CAP => Err(CAP_EXCEEDED),
            Step::Mint { to, amount, .. } => {
                self.balances[to] += amount;
                Ok(())
            }
            Step::Burn { by, .. } if by != 1 => Err(MISSING_ROLE),
            Step::Burn { by, owner, amount } => {
                if by != owner {
                    self.spend(owner, by, amount)?;
                }
                self.shift(owner, None, amount)
            }
            Step::Delegate { holder, to } => {
                self.delegates[holder] = to;
                Ok(())
            }
        }
    }
}

fn act(chain: &mut Chain, token: Address, who: [Address; 3], step: &Step) -> Outcome {
    match *step {
        Step::Transfer { from, to, amount } => chain.call(who[from], token, "transfer", &(who[to], Amount(amount))),
        Step::TransferFrom { by, owner, to, amount } => {
            chain.call(who[by], token, "transfer_from", &(who[owner], who[to], Amount(amount)))
        }
        Step::Approve { owner, spender, amount } => {
            chain.call(who[owner], token, "approve", &(who[spender], Amount(amount)))
        }
        Step::Change { owner, spender, expected, amount } => {
            let args = (who[spender], Amount(expected), Amount(amount));
            chain.call(who[owner], token, "change_allowance", &args)
        }
        Step::Mint { by, to, amount } => chain.call(who[by], token, "mint", &(who[to], Amount(amount))),
        Step::Burn { by, owner, amount } => chain.call(who[by], token, "burn", &(who[owner], Amount(amount))),
        Step::Delegate { holder, to } => chain.call(who[holder], token, "delegate", &(who[to],)),
    }
}

/// Whoever was ever said to hold tokens or votes.
fn ever_named(chain: &Chain, token: Address) -> BTreeSet<Address> {
    let mut named = BTreeSet::new();
    for event in chain.events().iter().filter(|event| event.contract == token) {
        match event.name() {
            Some("Transferred") => {
                let (from, to, _): (Address, Address, Amount) = event.fields().unwrap();
                named.extend([from, to]);
            }
            Some("VotesChanged") => named.extend([event.fields::<(Address, Amount)>().unwrap().0]),
            _ => {}
        }
    }
    named
}

fn register_invariants(chain: &mut Chain, token: Address) {
    let supply = move |chain: &Chain| chain.view::<Amount>(token, "total_supply", &()).unwrap().0;
    chain.invariant("the balances add up to the supply", move |chain| {
        let holders = ever_named(chain, token);
        let (sum, supply) = (holders.iter().map(|holder| held(chain, token, *holder)).sum::<u128>(), supply(chain));
        if sum == supply { Ok(()) } else { Err(format!("{sum} of {supply}")) }
    });
    chain.invariant("the votes add up to the supply", move |chain| {
        let voters = ever_named(chain, token);
        let (sum, supply) = (voters.iter().map(|voter| votes(chain, token, *voter)).sum::<u128>(), supply(chain));
        if sum == supply { Ok(()) } else { Err(format!("{sum} of {supply}")) }
    });
    chain.invariant("the supply is within the cap", move |chain| {
        let supply = supply(chain);
        if supply <= CAP { Ok(()) } else { Err(format!("{supply} of {CAP}")) }
    });
}

impl Twin for World {
    type Step = Step;
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, model: &mut Model, step: &Step) -> Result<bool, TestCaseError> {
        let height = self.chain.height();
        let outcome = act(&mut self.chain, self.token, self.who, step);
        let succeeded = agrees(&outcome, &model.step(step));
        for (index, address) in self.who.iter().enumerate() {
            prop_assert_eq!(self.held(*address), model.balances[index], "after {:?}", step);
            for (other, spender) in self.who.iter().enumerate() {
                let expected = model.allowances.get(&(index, other)).copied().unwrap_or_default();
                prop_assert_eq!(self.allowed(*address, *spender), expected, "after {:?}", step);
            }
        }
        model.past.push((height, [0, 1, 2].map(|voter| model.votes(voter)), model.supply()));
        Ok(succeeded)
    }

    fn end(&mut self, model: &Model) -> Result<(), TestCaseError> {
        for (height, votes, supply) in &model.past {
            for (index, voter) in self.who.iter().enumerate() {
                prop_assert_eq!(self.votes_at(*voter, *height), votes[index], "votes of {} at {}", index, height.0);
            }
            let all = self.chain.view::<Amount>(self.token, "total_votes_at", &(*height,)).unwrap().0;
            prop_assert_eq!(all, *supply);
        }
        Ok(())
    }
}

#[test]
fn the_token_does_what_the_naive_one_does() {
    let world = World::new();
    let (balances, allowances) = ([SUPPLY, 0, 0], BTreeMap::new());
    let start = Model { balances, allowances, delegates: [0, 1, 2], past: Vec::new() };
    let steps = prop::collection::vec(step(), 1..14);
    let reached = ["Transfer", "TransferFrom", "Approve", "Change", "Mint", "Burn", "Delegate"];
    twin::run(world, &start, 200, &steps, &reached);
}
