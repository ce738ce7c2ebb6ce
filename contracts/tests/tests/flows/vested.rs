//! Vesting of things that are more than tokens: shares of a pool, and tokens that vote.

use crate::assembly::*;
use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain};

const FOREVER: u64 = u64::MAX;
const DEPTH: u128 = 1_000_000;

/// Beneficiary, start, cliff, end, whether it can be revoked.
type Terms = (Address, u64, u64, u64, bool);

fn grant(chain: &mut Chain, from: Address, token: Address, amount: u128, terms: Terms) -> (Address, u64) {
    let code = deploy(chain, "vesting");
    let vesting = chain.instantiate(from, code, &()).unwrap();
    chain.call(from, token, "approve", &(vesting, Amount(amount))).ok();
    let id = chain.call(from, vesting, "grant_tokens", &(token, Amount(amount), terms)).returns();
    (vesting, id)
}

fn balance(chain: &Chain, token: Address, who: Address) -> u128 {
    chain.view(token, "balance_of", &(who,)).unwrap()
}

/// Two tokens and a pool of them that Alice filled; the pool's shares are Alice's.
fn pool(chain: &mut Chain, alice: Address) -> ([Address; 2], Address) {
    let code = deploy(chain, "token");
    let tokens = [0; 2].map(|_| chain.instantiate(alice, code, &(Amount(10 * DEPTH),)).unwrap());
    (tokens, pool_of(chain, alice, tokens))
}

fn pool_of(chain: &mut Chain, creator: Address, tokens: [Address; 2]) -> Address {
    let code = deploy(chain, "amm");
    let pool = chain.instantiate(creator, code, &(tokens[0], tokens[1], 30_u32, 0_u32, creator)).unwrap();
    for token in tokens {
        chain.call(creator, token, "approve", &(pool, Amount(u128::MAX))).ok();
    }
    pool
}

fn deposit(chain: &mut Chain, who: Address, pool: Address, amount: u128) {
    chain.call(who, pool, "deposit", &(amount, amount, 0_u128, who, FOREVER)).ok();
}

#[test]
fn shares_of_a_pool_vest_and_are_worth_what_the_pool_earned_meanwhile() {
    let mut chain = Chain::new();
    let [alice, bob] = ["alice", "bob"].map(|name| chain.account(name));
    let (tokens, pool) = pool(&mut chain, alice);
    deposit(&mut chain, alice, pool, DEPTH);
    let start = chain.time().0;
    let terms = (bob, start, start + DAY, start + 4 * DAY, false);
    let (vesting, id) = grant(&mut chain, alice, pool, DEPTH / 2, terms);
    assert_eq!(balance(&chain, pool, vesting), DEPTH / 2);
    // The pool earns fees while the shares wait.
    for side in [0, 1, 0, 1] {
        let trade = (tokens[side], DEPTH / 10, 0_u128, alice, FOREVER);
        chain.call(alice, pool, "swap_exact_in", &trade).ok();
    }
    chain.warp_to(start + 4 * DAY);
    assert_eq!(chain.call(bob, vesting, "claim", &(id,)).returns::<u128>(), DEPTH / 2);
    let (reserves, supply): ((u128, u128), u128) =
        (chain.view(pool, "reserves", &()).unwrap(), chain.view(pool, "total_supply", &()).unwrap());
    let leave = (DEPTH / 2, 0_u128, 0_u128, bob, FOREVER);
    let got: (u128, u128) = chain.call(bob, pool, "withdraw", &leave).returns();
    assert_eq!(got, (reserves.0 * (DEPTH / 2) / supply, reserves.1 * (DEPTH / 2) / supply));
    assert!(got.0 * got.1 > (DEPTH / 2) * (DEPTH / 2), "{got:?}");
}

#[test]
fn a_retired_pool_leaves_what_vests_claimable() {
    let mut chain = Chain::new();
    let [alice, bob] = ["alice", "bob"].map(|name| chain.account(name));
    let code = deploy(&mut chain, "hostile_token");
    let tokens = [0; 2].map(|_| chain.instantiate(alice, code, &(Amount(10 * DEPTH),)).unwrap());
    let pool = pool_of(&mut chain, alice, tokens);
    deposit(&mut chain, alice, pool, DEPTH);
    let start = chain.time().0;
    let (vesting, id) = grant(&mut chain, alice, pool, DEPTH / 2, (bob, start, start, start + DAY, true));
    chain.call(alice, tokens[0], "set_balance", &(pool, DEPTH / 2)).ok();
    chain.call(alice, pool, "sync", &()).ok();
    chain.warp_to(start + DAY);
    chain.call(bob, vesting, "claim", &(id,)).ok();
    chain.call(bob, pool, "withdraw", &(DEPTH / 2, 0_u128, 0_u128, bob, FOREVER)).ok();
    assert_eq!([balance(&chain, tokens[0], bob), balance(&chain, tokens[1], bob)], [DEPTH / 4, DEPTH / 2]);
}

#[test]
fn shares_of_a_pool_are_a_token_in_other_pools_of_the_same_family_or_another() {
    let mut chain = Chain::new();
    let [alice, bob] = ["alice", "bob"].map(|name| chain.account(name));
    let (tokens, pool) = pool(&mut chain, alice);
    deposit(&mut chain, alice, pool, DEPTH);
    chain.call(alice, pool, "transfer", &(bob, 50_000_u128)).ok();
    chain.call(alice, tokens[0], "transfer", &(bob, Amount(50_000))).ok();
    for creator in [alice, bob] {
        let other = pool_of(&mut chain, creator, [pool, tokens[0]]);
        deposit(&mut chain, creator, other, 20_000);
        let (shares, worth) = (balance(&chain, pool, creator), balance(&chain, tokens[0], creator));
        let trade = (pool, 1_000_u128, 0_u128, creator, FOREVER);
        let got: u128 = chain.call(creator, other, "swap_exact_in", &trade).returns();
        assert_eq!(balance(&chain, pool, creator), shares - 1_000);
        assert_eq!(balance(&chain, tokens[0], creator), worth + got);
    }
}

#[test]
fn tokens_that_vest_vote_for_nobody_and_count_for_the_quorum_until_they_are_claimed() {
    let mut all = Assembly::new();
    let [alice, bob, carol, dave] = all.holders;
    let start = all.chain.time().0;
    let (vesting, id) = grant(&mut all.chain, alice, all.token, 300, (dave, start, start, start + 100 * DAY, false));
    let calls = all.mint(dave, 1);
    let (proposal, _) = all.open(bob, &calls);
    // Alice gave 300 away, Dave has none of them yet, and the contract in between says nothing.
    assert_eq!(all.vote(alice, proposal, IN_FAVOUR).returns::<u128>(), 100);
    assert_eq!(all.vote(dave, proposal, IN_FAVOUR).returns::<u128>(), 50);
    all.close();
    assert_eq!(all.state(proposal), DEFEATED, "150 of 1,000 are no quorum");
    assert_eq!(all.chain.view::<u128>(all.token, "votes", &(vesting,)), Ok(300));
    // What is claimed votes from the next snapshot on, also when it was delegated before.
    all.chain.call(dave, all.token, "delegate", &(carol,)).ok();
    all.chain.warp_to(start + 50 * DAY);
    all.chain.call(dave, vesting, "claim", &(id,)).ok();
    let (proposal, _) = all.open(bob, &calls);
    assert_eq!(all.vote(carol, proposal, IN_FAVOUR).returns::<u128>(), 250 + 50 + 150);
}

#[test]
fn votes_of_a_revoked_grant_come_back_with_the_tokens() {
    let mut all = Assembly::new();
    let [alice, bob, _, dave] = all.holders;
    let start = all.chain.time().0;
    let (vesting, id) = grant(&mut all.chain, alice, all.token, 400, (dave, start, start, start + 100 * DAY, true));
    all.chain.warp_to(start + 25 * DAY);
    all.chain.call(alice, vesting, "revoke", &(id,)).ok();
    all.chain.call(alice, vesting, "reclaim", &(id,)).ok();
    all.chain.call(dave, vesting, "claim", &(id,)).ok();
    let calls = all.mint(dave, 1);
    let (proposal, _) = all.open(bob, &calls);
    let votes = [alice, dave].map(|who| all.vote(who, proposal, IN_FAVOUR).returns::<u128>());
    assert_eq!(votes.iter().sum::<u128>(), 450);
    assert!(votes[0].abs_diff(300) <= 1, "{votes:?}");
}

#[test]
fn a_proposal_grants_by_vesting_out_of_the_treasury() {
    let mut all = Assembly::new();
    let [alice, .., dave] = all.holders;
    let (token, timelock) = (all.token, all.timelock);
    all.give(alice, timelock, 200);
    let code = deploy(&mut all.chain, "vesting");
    let vesting = all.chain.instantiate(alice, code, &()).unwrap();
    let start = all.chain.time().0;
    let terms: Terms = (dave, start, start, start + 100 * DAY, true);
    let calls = [
        action(token, "approve", &(vesting, Amount(200))),
        action(vesting, "grant_tokens", &(token, Amount(200), terms)),
    ];
    all.enact(&calls).ok();
    assert_eq!((all.held(timelock), all.held(vesting)), (0, 200));
    // The timelock is the grantor: only another decision takes it back.
    assert!(all.chain.call(alice, vesting, "revoke", &(0_u64,)).result.is_err());
    all.enact(&[action(vesting, "revoke", &(0_u64,)), action(vesting, "reclaim", &(0_u64,))]).ok();
    let back = all.held(timelock);
    assert!(180 < back && back < 200, "{back}");
    all.chain.call(dave, vesting, "claim", &(0_u64,)).ok();
    assert_eq!(all.held(dave) + all.held(timelock), 50 + 200);
}
