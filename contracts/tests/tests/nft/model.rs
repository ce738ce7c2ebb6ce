//! Random calls, against a collection so naive that it is obviously right.

use crate::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tacit_contract_tests::twin::{self, Twin, agrees};

const CAP: u64 = 6;

#[derive(Debug, Clone)]
pub enum Step {
    Mint { to: usize },
    Burn { by: usize, token: u64 },
    Transfer { from: usize, to: usize, token: u64 },
    TransferFrom { by: usize, from: usize, to: usize, token: u64 },
    Approve { by: usize, token: u64, spender: Option<usize> },
    SetOperator { by: usize, operator: usize, allowed: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3usize;
    let token = 0..4u64;
    prop_oneof![
        3 => who.clone().prop_map(|to| Step::Mint { to }),
        1 => (who.clone(), token.clone()).prop_map(|(by, token)| Step::Burn { by, token }),
        3 => (who.clone(), who.clone(), token.clone()).prop_map(|(from, to, token)| Step::Transfer { from, to, token }),
        4 => (who.clone(), who.clone(), who.clone(), token.clone())
            .prop_map(|(by, from, to, token)| Step::TransferFrom { by, from, to, token }),
        3 => (who.clone(), token, prop::option::of(who.clone()))
            .prop_map(|(by, token, spender)| Step::Approve { by, token, spender }),
        2 => (who.clone(), who, any::<bool>())
            .prop_map(|(by, operator, allowed)| Step::SetOperator { by, operator, allowed }),
    ]
}

#[derive(Clone, Default)]
pub struct Model {
    minted: u64,
    owners: BTreeMap<u64, usize>,
    approved: BTreeMap<u64, usize>,
    operators: BTreeSet<(usize, usize)>,
}

impl Model {
    fn require_owner(&self, by: usize, token: u64) -> Result<(), u32> {
        match self.owners.get(&token) {
            None => Err(UNKNOWN_TOKEN),
            Some(owner) if *owner != by => Err(NOT_OWNER),
            Some(_) => Ok(()),
        }
    }

    /// Turns a random step into one that is likely to succeed: by whoever may do it, with a token that is there.
    fn aim(&self, step: Step) -> Step {
        let pick = |token: u64| {
            let chosen = usize::try_from(token).unwrap().checked_rem(self.owners.len());
            chosen.and_then(|chosen| self.owners.iter().nth(chosen)).map(|(token, owner)| (*token, *owner))
        };
        let token = match step {
            Step::Burn { token, .. }
            | Step::Transfer { token, .. }
            | Step::TransferFrom { token, .. }
            | Step::Approve { token, .. } => token,
            other => return other,
        };
        let Some((token, owner)) = pick(token) else { return step };
        match step {
            Step::Burn { .. } => Step::Burn { by: owner, token },
            Step::Transfer { to, .. } => Step::Transfer { from: owner, to, token },
            Step::TransferFrom { by, to, .. } => {
                let operator = (0..3).find(|by| self.operators.contains(&(owner, *by)));
                let by = self.approved.get(&token).copied().or(operator).unwrap_or(by);
                Step::TransferFrom { by, from: owner, to, token }
            }
            Step::Approve { spender, .. } => Step::Approve { by: owner, token, spender },
            other => other,
        }
    }

    fn apply(&mut self, step: &Step) -> Result<(), u32> {
        match *step {
            Step::Mint { to } => {
                if self.minted == CAP {
                    return Err(CAP_REACHED);
                }
                self.owners.insert(self.minted, to);
                self.minted += 1;
            }
            Step::Burn { by, token } => {
                self.require_owner(by, token)?;
                self.owners.remove(&token);
                self.approved.remove(&token);
            }
            Step::Transfer { from, to, token } => {
                self.require_owner(from, token)?;
                self.owners.insert(token, to);
                self.approved.remove(&token);
            }
            Step::TransferFrom { by, from, to, token } => {
                let allowed = self.approved.get(&token) == Some(&by) || self.operators.contains(&(from, by));
                if by != from && !allowed {
                    return Err(NOT_ALLOWED);
                }
                self.apply(&Step::Transfer { from, to, token })?;
            }
            Step::Approve { by, token, spender } => {
                self.require_owner(by, token)?;
                match spender {
                    Some(spender) => self.approved.insert(token, spender),
                    None => self.approved.remove(&token),
                };
            }
            Step::SetOperator { by, operator, allowed } => {
                if by == operator {
                    return Err(OWN_OPERATOR);
                }
                if allowed {
                    self.operators.insert((by, operator));
                } else {
                    self.operators.remove(&(by, operator));
                }
            }
        }
        Ok(())
    }
}

fn act(world: &mut World, step: &Step) -> Outcome {
    let who = world.who;
    match *step {
        Step::Mint { to } => world.mint(who[to], 0),
        Step::Burn { by, token } => world.chain.call(who[by], world.nft, "burn", &(token,)),
        Step::Transfer { from, to, token } => world.transfer(who[from], who[to], token),
        Step::TransferFrom { by, from, to, token } => world.transfer_from(who[by], who[from], who[to], token),
        Step::Approve { by, token, spender } => world.approve(who[by], token, spender.map(|spender| who[spender])),
        Step::SetOperator { by, operator, allowed } => {
            world.chain.call(who[by], world.nft, "set_operator", &(who[operator], allowed))
        }
    }
}

impl Twin for World {
    type Step = (Step, bool);
    type Model = Model;

    fn chain(&mut self) -> &mut Chain {
        &mut self.chain
    }

    fn step(&mut self, model: &mut Model, (step, aimed): &(Step, bool)) -> Result<bool, TestCaseError> {
        let step = if *aimed { model.aim(step.clone()) } else { step.clone() };
        let succeeded = agrees(&act(self, &step), &model.apply(&step));
        for token in 0..CAP {
            let owner = model.owners.get(&token).map(|owner| self.who[*owner]);
            prop_assert_eq!(self.owner_of(token), owner, "after {:?}", step);
        }
        Ok(succeeded)
    }
}

#[test]
fn the_collection_does_what_a_naive_one_does() {
    let world = World::new(CAP);
    let steps = prop::collection::vec((step(), prop::bool::weighted(0.8)), 5..24);
    let reached = ["Mint", "Burn", "Transfer", "TransferFrom", "Approve", "SetOperator"];
    twin::run(world, &Model::default(), 200, &steps, &reached);
}
