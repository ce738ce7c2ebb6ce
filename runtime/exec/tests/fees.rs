//! The base fee follows how full blocks are, and no money appears or vanishes on the way.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tacit_exec::fees::{fullness, next_base_fee};
use tacit_exec::testing::{MemoryChain, sign, transfer};
use tacit_types::*;

#[test]
fn full_blocks_raise_the_base_fee_and_empty_ones_lower_it_to_the_floor() {
    let params = tacit_exec::testing::params();
    let target = params.gas_target();
    assert_eq!(next_base_fee(&params, Price(6_400), target), Price(6_400));
    assert_eq!(next_base_fee(&params, Price(6_400), params.block_gas_limit), Price(6_500));
    assert_eq!(next_base_fee(&params, Price(6_400), Gas(0)), Price(6_300));
    assert_eq!(next_base_fee(&params, Price(1), Gas(0)), params.base_fee_floor);
    assert_eq!(next_base_fee(&params, Price(5), Gas(target.0 + 1)), Price(6), "it moves by at least one");
    assert_eq!(next_base_fee(&params, Price(u64::MAX), params.block_gas_limit), Price(u64::MAX));
}

#[test]
fn reserving_without_using_still_fills_half() {
    assert_eq!(fullness(Gas(100), Gas(10)), Gas(50));
    assert_eq!(fullness(Gas(100), Gas(90)), Gas(90));
}

#[test]
fn the_effective_price_is_base_plus_tip_and_never_above_the_maximum() {
    let chain = MemoryChain::new(1, 1);
    let key = &chain.accounts[0];
    let mut body = chain.body(key, vec![transfer(key.address(), 1)]);
    (body.max_fee_per_gas, body.max_tip_per_gas) = (Price(10), Price(4));
    assert_eq!(body.effective_price(Price(3)), Some(Price(7)));
    assert_eq!(body.effective_price(Price(8)), Some(Price(10)));
    assert_eq!(body.effective_price(Price(11)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn random_transfers_keep_the_supply_and_give_the_same_block_twice(
        moves in prop::collection::vec((0usize..6, 0usize..6, 0u128..2_000_000_000_000_000_000_000_000, 0u64..4), 1..40)
    ) {
        let mut chain = MemoryChain::new(4, 6);
        for chunk in moves.chunks(8) {
            let mut used = [0u64; 6];
            let txs: Vec<Tx> = chunk.iter().map(|(from, to, amount, tip)| {
                let (sender, to) = (chain.accounts[*from].clone(), chain.accounts[*to].address());
                let mut body = chain.body(&sender, vec![transfer(to, amount.max(&1).to_owned())]);
                let sequence = Sequence(body.authorization.sequence().0 + used[*from]);
                used[*from] += 1;
                body.authorization = Authorization::Account { public_key: sender.public(), sequence };
                body.max_tip_per_gas = Price(*tip);
                sign(&sender, body)
            }).collect();
            // `run` validates with one and two threads, executes twice, and compares the sum of balances with the supply.
            let block = chain.build(&txs);
            chain.commit(&block);
        }
    }
}
