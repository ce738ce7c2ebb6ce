//! The treasury of several owners in the simulator: its rules, a naive model, and the attacks that others lost money to.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic)]

mod model;

use borsh::{BorshDeserialize, BorshSerialize};
use model::register_invariants;
use tacit_contract_tests::code::{BAD_INPUT, NOT_PAYABLE};
use tacit_contract_tests::guest::{careless, guest, row};
use tacit_contract_tests::{Encoded, deploy, module};
use tacit_simulator::{Address, Amount, AssetId, Chain, Gas, InstantiateOptions, Outcome, encode};

const NOT_OWNER: u32 = 1;
const BAD_OWNERS: u32 = 2;
const BAD_THRESHOLD: u32 = 3;
const BAD_END: u32 = 4;
const UNKNOWN: u32 = 5;
const EXECUTED: u32 = 6;
const EXPIRED: u32 = 7;
const OWNERS_CHANGED: u32 = 8;
const ALREADY_CONFIRMED: u32 = 9;
const NOT_CONFIRMED: u32 = 10;
const TOO_FEW: u32 = 11;
const CALLS_ITSELF: u32 = 12;
const CALL_FAILED: u32 = 13;
const INSUFFICIENT_BALANCE: u32 = 14;
const TOO_LITTLE_GAS: u32 = 16;
const DIRECT_ONLY: u32 = 17;

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const MONEY: u128 = 1_000;
const ZERO: Address = Address([0; 32]);

#[derive(Debug, Clone, PartialEq, BorshSerialize, BorshDeserialize)]
enum Action {
    Call { to: Address, function: String, input: Vec<u8>, value: Amount, least_gas: u64 },
    Transfer { to: Address, amount: Amount },
    AssetTransfer { asset: AssetId, to: Address, amount: Amount },
    ChangeOwners { owners: Vec<Address>, threshold: u8 },
}

struct World {
    chain: Chain,
    /// Three owners in their order, and an outsider.
    who: [Address; 4],
    treasury: Address,
}

impl World {
    /// Two of three owners decide about 1,000.
    fn new() -> Self {
        let mut chain = Chain::new();
        let who = people(&mut chain);
        let treasury = treasury(&mut chain, &who[..3], 2);
        Self { chain, who, treasury }
    }

    fn call(&mut self, from: usize, function: &str, args: &impl BorshSerialize) -> Outcome {
        self.chain.call(self.who[from], self.treasury, function, args)
    }

    fn until(&self) -> u64 {
        self.chain.time().0 + DAY
    }

    /// Proposed by the first owner.
    fn propose(&mut self, action: &Action) -> u64 {
        let until = self.until();
        self.call(0, "propose", &(action.clone(), until)).returns()
    }

    /// Proposed by the first owner and confirmed by the second.
    fn decide(&mut self, action: &Action) -> u64 {
        let id = self.propose(action);
        self.call(1, "confirm", &(id,)).ok();
        id
    }

    fn pay(&self, amount: u128) -> Action {
        Action::Transfer { to: Address([0x77; 32]), amount: Amount(amount) }
    }

    fn paid(&self) -> u128 {
        self.chain.balance(Address([0x77; 32])).0
    }
}

/// A call with an amount of money.
fn call(to: Address, function: &str, input: Vec<u8>, value: u128) -> Action {
    Action::Call { to, function: function.to_string(), input, value: Amount(value), least_gas: 0 }
}

fn people(chain: &mut Chain) -> [Address; 4] {
    let mut owners = ["alice", "bob", "carol"].map(|name| chain.account(name));
    owners.sort();
    [owners[0], owners[1], owners[2], chain.account("outsider")]
}

fn treasury(chain: &mut Chain, owners: &[Address], threshold: u8) -> Address {
    treasury_of(chain, owners[0], owners, threshold)
}

/// Made by whoever, for these owners.
fn treasury_of(chain: &mut Chain, creator: Address, owners: &[Address], threshold: u8) -> Address {
    let code = deploy(chain, "multisig");
    let options = InstantiateOptions::new().value(Amount(MONEY));
    let treasury = chain.instantiate_with(creator, code, &(owners.to_vec(), threshold), options).unwrap();
    register_invariants(chain, treasury);
    treasury
}

#[test]
fn it_starts_with_its_owners_and_takes_money() {
    let mut world = World::new();
    let owners = world.who[..3].to_vec();
    let council: (Vec<Address>, u8, u64) = world.chain.view(world.treasury, "council", &()).unwrap();
    assert_eq!(council, (owners, 2, 1));
    let (outsider, treasury) = (world.who[3], world.treasury);
    let paid = world.chain.call_paying(outsider, treasury, "deposit", &(), Amount(5));
    paid.ok().expect_event("Deposited", &(outsider, Amount(5)));
    world.chain.transfer(outsider, treasury, Amount(6)).ok();
    assert_eq!(world.chain.balance(treasury), Amount(MONEY + 11));
    world.chain.call_paying(outsider, treasury, "confirm", &(0u64,), Amount(1)).expect_revert(NOT_PAYABLE);
}

#[test]
fn bad_owners_and_thresholds_are_refused_at_the_start_and_later() {
    let mut world = World::new();
    let [a, b, c, _] = world.who;
    let treasury = world.treasury;
    let code = world.chain.deploy(&module("multisig")).unwrap();
    let many: Vec<_> = (1..=17u8).map(|byte| Address([byte; 32])).collect();
    let cases = [
        (vec![], 1u8, BAD_OWNERS),
        (vec![a, a], 1, BAD_OWNERS),
        (vec![b, a], 1, BAD_OWNERS),
        (vec![ZERO, a], 1, BAD_OWNERS),
        (vec![a, b, c], 0, BAD_THRESHOLD),
        (vec![a, b, c], 4, BAD_THRESHOLD),
        (many.clone(), 1, BAD_INPUT),
    ];
    for (owners, threshold, code_of_error) in cases {
        let made = world.chain.instantiate(a, code, &(owners.clone(), threshold));
        assert_eq!(made.unwrap_err().contract_code(), Some(code_of_error), "{owners:?} {threshold}");
        let until = world.until();
        world.call(0, "propose", &(Action::ChangeOwners { owners, threshold }, until)).expect_revert(code_of_error);
    }
    let mut with_itself = vec![a, treasury];
    with_itself.sort();
    let until = world.until();
    let change = Action::ChangeOwners { owners: with_itself, threshold: 1 };
    world.call(0, "propose", &(change, until)).expect_revert(BAD_OWNERS);
    assert!(world.chain.instantiate(a, code, &(many[..16].to_vec(), 16u8)).is_ok());
}

#[test]
fn money_moves_when_enough_owners_confirm() {
    let mut world = World::new();
    let [a, b, c, _] = world.who;
    let pay = world.pay(400);
    let until = world.until();
    let proposed = world.call(0, "propose", &(pay, until));
    proposed.ok().expect_event("Proposed", &(0u64, a)).expect_event("Confirmed", &(0u64, a));
    world.call(0, "execute", &(0u64,)).expect_revert(TOO_FEW);
    world.call(0, "confirm", &(0u64,)).expect_revert(ALREADY_CONFIRMED);
    world.call(1, "confirm", &(0u64,)).ok().expect_event("Confirmed", &(0u64, b));
    assert_eq!(world.chain.view::<u32>(world.treasury, "confirmations", &(0u64,)), Ok(2));
    world.call(2, "execute", &(0u64,)).ok().expect_event("ProposalExecuted", &(0u64, c));
    assert_eq!((world.paid(), world.chain.balance(world.treasury).0), (400, MONEY - 400));
}

#[test]
fn who_is_no_owner_can_do_nothing() {
    let mut world = World::new();
    let pay = world.pay(1);
    let id = world.decide(&pay);
    let until = world.until();
    world.call(3, "propose", &(pay, until)).expect_revert(NOT_OWNER);
    for function in ["confirm", "revoke", "execute"] {
        world.call(3, function, &(id,)).expect_revert(NOT_OWNER);
    }
}

#[test]
fn a_confirmation_that_was_taken_back_does_not_count() {
    let mut world = World::new();
    let pay = world.pay(1);
    let id = world.decide(&pay);
    let b = world.who[1];
    world.call(2, "revoke", &(id,)).expect_revert(NOT_CONFIRMED);
    world.call(1, "revoke", &(id,)).ok().expect_event("Revoked", &(id, b));
    world.call(1, "revoke", &(id,)).expect_revert(NOT_CONFIRMED);
    world.call(1, "execute", &(id,)).expect_revert(TOO_FEW);
    world.call(2, "confirm", &(id,)).ok();
    world.call(1, "execute", &(id,)).ok();
}

#[test]
fn assets_and_tokens_move_and_any_output_is_fine() {
    let mut world = World::new();
    let [a, _, c, outsider] = world.who;
    let treasury = world.treasury;
    let gold = world.chain.create_asset(a, "GOLD", Amount(100), Amount(100)).unwrap();
    world.chain.transfer_asset(gold, a, treasury, Amount(60)).ok();
    let id = world.decide(&Action::AssetTransfer { asset: gold, to: outsider, amount: Amount(25) });
    world.call(0, "execute", &(id,)).ok();
    assert_eq!(world.chain.asset_balance(gold, outsider), Amount(25));
    let id = world.decide(&Action::AssetTransfer { asset: gold, to: outsider, amount: Amount(36) });
    world.call(0, "execute", &(id,)).expect_revert(INSUFFICIENT_BALANCE);

    let code = world.chain.deploy(&module("token")).unwrap();
    let token = world.chain.instantiate(a, code, &(Amount(50),)).unwrap();
    world.chain.call(a, token, "transfer", &(treasury, Amount(50))).ok();
    let input = encode(&(c, Amount(20)));
    let id = world.decide(&call(token, "transfer", input, 0));
    world.call(0, "execute", &(id,)).ok();
    assert_eq!(world.chain.view::<Amount>(token, "balance_of", &(c,)), Ok(Amount(20)));
    // Returns sixteen bytes that nobody asked for.
    let action = call(token, "total_supply", vec![], 0);
    let id = world.decide(&action);
    world.call(0, "execute", &(id,)).ok();
}

#[test]
fn a_call_carries_money() {
    let mut world = World::new();
    let owners = world.who;
    let other = treasury(&mut world.chain, &owners[..1], 1);
    let action = call(other, "deposit", vec![], 300);
    let id = world.decide(&action);
    world.call(0, "execute", &(id,)).ok().expect_event_from(other, "Deposited", &(world.treasury, Amount(300)));
    assert_eq!(world.chain.balance(other), Amount(MONEY + 300));
    let action = call(other, "deposit", vec![], MONEY);
    let id = world.decide(&action);
    world.call(0, "execute", &(id,)).expect_revert(INSUFFICIENT_BALANCE);
}

#[test]
fn what_fails_leaves_nothing_and_can_be_tried_again() {
    let mut world = World::new();
    let a = world.who[0];
    let treasury = world.treasury;
    let code = world.chain.deploy(&module("token")).unwrap();
    let token = world.chain.instantiate(a, code, &(Amount(50),)).unwrap();
    let input = encode(&(a, Amount(20)));
    let id = world.decide(&call(token, "transfer", input, 0));
    world.call(0, "execute", &(id,)).expect_revert(CALL_FAILED);
    world.chain.call(a, token, "transfer", &(treasury, Amount(20))).ok();
    world.call(0, "execute", &(id,)).ok();
    let pay = world.pay(MONEY + 1);
    let id = world.decide(&pay);
    world.call(0, "execute", &(id,)).expect_revert(INSUFFICIENT_BALANCE);
    world.chain.transfer(a, treasury, Amount(1)).ok();
    world.call(0, "execute", &(id,)).ok();
    for to in [a, Address([5; 32])] {
        let id = world.decide(&call(to, "x", vec![], 0));
        world.call(0, "execute", &(id,)).expect_revert(CALL_FAILED);
    }
}

#[test]
fn loss_double_execution_a_proposal_is_executed_once() {
    let mut world = World::new();
    let pay = world.pay(10);
    let id = world.decide(&pay);
    world.call(2, "confirm", &(id,)).ok();
    let (a, b, treasury) = (world.who[0], world.who[1], world.treasury);
    let outcomes = world.chain.block(|block| {
        block.call(a, treasury, "execute", &(id,));
        block.call(b, treasury, "execute", &(id,));
    });
    outcomes[0].ok();
    outcomes[1].expect_revert(EXECUTED);
    for function in ["execute", "confirm", "revoke"] {
        world.call(0, function, &(id,)).expect_revert(EXECUTED);
    }
    assert_eq!(world.paid(), 10);
}

#[test]
fn loss_expiry_an_old_decision_is_void() {
    let mut world = World::new();
    let pay = world.pay(10);
    let until = world.until();
    let id: u64 = world.call(0, "propose", &(pay.clone(), until)).returns();
    world.call(1, "confirm", &(id,)).ok();
    let point = world.chain.snapshot();
    world.chain.warp_to(until);
    world.call(0, "execute", &(id,)).ok();
    world.chain.revert(&point);
    world.chain.warp_to(until + 1);
    for function in ["execute", "confirm", "revoke"] {
        world.call(0, function, &(id,)).expect_revert(EXPIRED);
    }
    let now = world.chain.time().0;
    world.call(0, "propose", &(pay.clone(), now - 1)).expect_revert(BAD_END);
    world.call(0, "propose", &(pay, now + 61 * DAY)).expect_revert(BAD_END);
}

#[test]
fn loss_removed_owner_a_change_of_owners_voids_every_open_proposal() {
    let mut world = World::new();
    let [a, b, c, outsider] = world.who;
    let pay = world.pay(10);
    let open = world.decide(&pay);
    let mut owners = vec![a, c, outsider];
    owners.sort();
    let change = world.decide(&Action::ChangeOwners { owners: owners.clone(), threshold: 1 });
    let done = world.call(0, "execute", &(change,));
    done.ok().expect_event("OwnersChanged", &(2u64, owners.clone(), 1u8));
    // One confirmation is enough now, and there are two: of the owners before, one of whom is gone.
    for function in ["execute", "confirm", "revoke"] {
        world.call(0, function, &(open,)).expect_revert(OWNERS_CHANGED);
    }
    world.call(1, "execute", &(open,)).expect_revert(NOT_OWNER);
    assert_eq!(world.paid(), 0);
    let _ = b;
    let id = world.propose(&pay);
    world.call(3, "execute", &(id,)).ok();
    assert_eq!(world.paid(), 10);
}

#[test]
fn loss_takeover_the_owners_change_by_a_proposal_only() {
    let mut world = World::new();
    let treasury = world.treasury;
    let action = call(treasury, "deposit", vec![], 1);
    let until = world.until();
    world.call(0, "propose", &(action, until)).expect_revert(CALLS_ITSELF);
    let id = world.propose(&Action::ChangeOwners { owners: vec![world.who[0]], threshold: 1 });
    world.call(0, "execute", &(id,)).expect_revert(TOO_FEW);
    let code = world.chain.deploy(&module("multisig")).unwrap();
    let again = world.chain.call(world.who[0], treasury, "init", &(vec![world.who[0]], 1u8));
    assert!(again.result.is_err(), "init runs once");
    let _ = code;
}

#[test]
fn loss_replay_a_number_that_was_not_proposed_cannot_be_confirmed_in_advance() {
    let mut world = World::new();
    for function in ["confirm", "execute", "revoke"] {
        world.call(1, function, &(0u64,)).expect_revert(UNKNOWN);
    }
    let pay = world.pay(10);
    assert_eq!((world.propose(&pay), world.propose(&pay)), (0, 1), "the same again is another proposal");
    world.call(1, "confirm", &(0u64,)).ok();
    world.call(1, "execute", &(1u64,)).expect_revert(TOO_FEW);
}

/// An owner that, when it is called, tries to execute proposal 0 again, and tells what came of it.
const GREEDY: &str = r#"
    (data (i32.const 512) "execute") (data (i32.const 544) "Tried")
    (func (export "poke")
        (call $caller (i32.const 0))
        (i32.store (i32.const 128) (call $call (i32.const 0) (i32.const 512) (i32.const 7)
            (i32.const 32) (i32.const 8) (i32.const 96) (i64.const -1) (i32.const 3)))
        (drop (call $emit (i32.const 544) (i32.const 1) (i32.const 128) (i32.const 4))))"#;

#[test]
fn loss_reentrancy_an_owner_that_is_called_cannot_execute_again() {
    let mut chain = Chain::new();
    let who = people(&mut chain);
    let greedy = guest(&mut chain, "greedy", GREEDY);
    let mut owners = vec![who[0], greedy];
    owners.sort();
    let treasury = treasury_of(&mut chain, who[0], &owners, 1);
    let until = chain.time().0 + DAY;
    let action = call(greedy, "poke", vec![], 0);
    let id: u64 = chain.call(who[0], treasury, "propose", &(action, until)).returns();
    assert_eq!(id, 0);
    chain.call(who[0], treasury, "execute", &(id,)).ok().expect_event("Tried", &(-7i32,));
    chain.call(who[0], treasury, "execute", &(id,)).expect_revert(EXECUTED);
}

#[test]
fn loss_starved_call_an_owner_cannot_execute_half_of_what_was_decided_with_little_gas() {
    let mut world = World::new();
    let (careless, worker) = careless(&mut world.chain);
    let input = Vec::new();
    let go = Action::Call { to: careless, function: "go".into(), input, value: Amount(0), least_gas: 12_000_000 };
    let id = world.decide(&go);
    let mut refused = 0;
    for gas in (500_000..30_000_000).step_by(500_000) {
        world.chain.set_gas_limit(Gas(gas));
        let outcome = world.call(0, "execute", &(id,));
        if outcome.result.is_ok() {
            assert!(world.chain.storage(worker, b"done").is_some(), "with {gas} gas half of it was done");
            assert!(refused > 10, "{refused}");
            return;
        }
        refused += u32::from(outcome.result.unwrap_err().contract_code() == Some(TOO_LITTLE_GAS));
    }
    panic!("no gas was enough");
}

/// Executes by an owner that is a contract: once without a least gas, which shows that half of it is done, then with one.
fn half_of_it_by_way_of(length: usize, looks: u32) {
    let mut chain = Chain::new();
    let who = people(&mut chain);
    let (careless, worker) = careless(&mut chain);
    let (first, last) = row(&mut chain, length, looks, "execute");
    let mut owners = vec![who[0], last];
    owners.sort();
    let treasury = treasury_of(&mut chain, who[0], &owners, 1);
    let mut decide = |least_gas: u64| {
        let go = Action::Call { to: careless, function: "go".into(), input: Vec::new(), value: Amount(0), least_gas };
        let until = chain.time().0 + DAY;
        chain.call(who[0], treasury, "propose", &(go, until)).returns::<u64>()
    };
    let (without, with) = (decide(0), decide(12_000_000));
    chain.call(who[3], first, "go", &(treasury, without)).ok();
    chain.call(who[3], first, "go", &(treasury, with)).expect_revert(DIRECT_ONLY);
    assert!(chain.storage(worker, b"done").is_none(), "the row is too short to do harm");
    chain.call(who[0], treasury, "execute", &(without,)).expect_revert(EXECUTED);
    // An owner that is an account does all of it.
    chain.call(who[0], treasury, "execute", &(with,)).ok();
    assert!(chain.storage(worker, b"done").is_some());
}

#[test]
fn loss_starved_call_an_owner_cannot_execute_half_of_what_was_decided_from_deep_down() {
    half_of_it_by_way_of(14, 0);
}

#[test]
fn loss_starved_call_an_owner_cannot_execute_half_of_what_was_decided_after_many_frames() {
    half_of_it_by_way_of(1, 253);
}

#[test]
fn the_module_is_small() {
    assert!(module("multisig").len() < 40 * 1024);
}
