//! The pattern of the crate's documentation, whole: the token against a naive model, with random steps that meet each
//! other, and invariants after each.

use crate::guests::artifact;
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use tacit_simulator::{Address, Amount, Chain};

const SUPPLY: u128 = 500;
const HOLDERS: usize = 4;
const INSUFFICIENT_BALANCE: u32 = 1;
const INSUFFICIENT_ALLOWANCE: u32 = 2;

#[derive(Debug, Clone)]
enum Step {
    Transfer { from: usize, to: usize, amount: u128 },
    Approve { owner: usize, spender: usize, amount: u128 },
    TransferFrom { spender: usize, owner: usize, to: usize, amount: u128 },
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..HOLDERS;
    // Small amounts often fit, middling ones sometimes, the largest never.
    let amount = prop_oneof![4 => 0..60u128, 2 => 0..600u128, 1 => Just(u128::MAX)];
    prop_oneof![
        (who(), who(), amount.clone()).prop_map(|(from, to, amount)| Step::Transfer { from, to, amount }),
        (who(), who(), amount.clone()).prop_map(|(owner, spender, amount)| Step::Approve { owner, spender, amount }),
        (who(), who(), who(), amount).prop_map(|(spender, owner, to, amount)| Step::TransferFrom {
            spender,
            owner,
            to,
            amount
        }),
    ]
}

/// The token, naively.
#[derive(Clone, Default)]
struct Model {
    balances: [u128; HOLDERS],
    allowances: BTreeMap<(usize, usize), u128>,
}

impl Model {
    fn step(&mut self, step: &Step) -> Result<(), u32> {
        match *step {
            Step::Transfer { from, to, amount } => self.shift(from, to, amount),
            Step::Approve { owner, spender, amount } => {
                self.allowances.insert((owner, spender), amount);
                Ok(())
            }
            Step::TransferFrom { spender, owner, to, amount } => {
                let allowed = self.allowances.get(&(owner, spender)).copied().unwrap_or_default();
                let left = allowed.checked_sub(amount).ok_or(INSUFFICIENT_ALLOWANCE)?;
                self.shift(owner, to, amount)?;
                self.allowances.insert((owner, spender), left);
                Ok(())
            }
        }
    }

    fn shift(&mut self, from: usize, to: usize, amount: u128) -> Result<(), u32> {
        let left = self.balances[from].checked_sub(amount).ok_or(INSUFFICIENT_BALANCE)?;
        self.balances[from] = left;
        self.balances[to] += amount;
        Ok(())
    }
}

fn act(chain: &mut Chain, token: Address, who: &[Address], step: &Step) -> tacit_simulator::Outcome {
    match *step {
        Step::Transfer { from, to, amount } => chain.call(who[from], token, "transfer", &(who[to], Amount(amount))),
        Step::Approve { owner, spender, amount } => {
            chain.call(who[owner], token, "approve", &(who[spender], Amount(amount)))
        }
        Step::TransferFrom { spender, owner, to, amount } => {
            chain.call(who[spender], token, "transfer_from", &(who[owner], who[to], Amount(amount)))
        }
    }
}

#[test]
fn the_token_does_what_the_naive_one_does() {
    let mut chain = Chain::new();
    let who: [Address; HOLDERS] = ["alice", "bob", "carol", "dave"].map(|name| chain.account(name));
    let code = chain.deploy_as("token", &artifact("token")).unwrap();
    let token = chain.instantiate(who[0], code, &(Amount(SUPPLY),)).unwrap();
    let held = move |chain: &Chain, holder| chain.view::<Amount>(token, "balance_of", &(holder,)).unwrap().0;
    chain.invariant("the balances add up to the supply", move |chain| {
        let sum: u128 = who.iter().map(|holder| held(chain, *holder)).sum();
        let supply: Amount = chain.view(token, "total_supply", &()).unwrap();
        if (sum, supply) == (SUPPLY, Amount(SUPPLY)) { Ok(()) } else { Err(format!("{sum} of {supply}")) }
    });
    let mut start = Model::default();
    start.balances[0] = SUPPLY;
    let (point, chain) = (chain.snapshot(), RefCell::new(chain));
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..16))| {
        let (chain, mut model) = (&mut *chain.borrow_mut(), start.clone());
        chain.revert(&point);
        for step in &steps {
            let outcome = act(chain, token, &who, step);
            match model.step(step) {
                Ok(()) => outcome.ok(),
                Err(code) => outcome.expect_revert(code),
            };
            for (owner, address) in who.iter().enumerate() {
                prop_assert_eq!(held(chain, *address), model.balances[owner], "after {:?}", step);
                for (spender, other) in who.iter().enumerate() {
                    let allowed: Amount = chain.view(token, "allowance", &(*address, *other)).unwrap();
                    let expected = model.allowances.get(&(owner, spender)).copied().unwrap_or_default();
                    prop_assert_eq!(allowed, Amount(expected), "after {:?}", step);
                }
            }
        }
    });
}
