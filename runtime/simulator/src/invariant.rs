//! Named predicates that hold after every step, and the check that says which step broke one.

use crate::chain::Chain;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A predicate over the chain; the error says what is wrong.
pub(crate) type Predicate = Box<dyn FnMut(&mut Chain) -> Result<(), String>>;

/// A named predicate.
pub(crate) struct Invariant {
    pub name: String,
    pub holds: Predicate,
}

impl Chain {
    /// Has `holds` checked after every step from now on: every transaction, also a failed one, every block, and every
    /// cheat code. It looks at the chain and changes nothing; to try something out, it uses [`Chain::attempt`].
    ///
    /// A predicate that does not hold ends the test with its name, the step, and what the predicate said.
    ///
    /// ```should_panic
    /// use tacit_simulator::{Amount, Chain};
    ///
    /// let mut chain = Chain::new();
    /// let (alice, bob) = (chain.account("alice"), chain.account("bob"));
    /// chain.invariant("bob stays poor", move |chain| match chain.balance(bob) {
    ///     Amount(0..=2_000_000_000_000_000_000_000_000) => Ok(()),
    ///     rich => Err(format!("he has {rich}")),
    /// });
    /// chain.transfer(alice, bob, Amount(7)).ok();
    /// chain.deal(bob, Amount(u128::MAX >> 1));
    /// ```
    pub fn invariant(&mut self, name: &str, holds: impl FnMut(&mut Chain) -> Result<(), String> + 'static) {
        self.invariants.push(Invariant { name: name.to_string(), holds: Box::new(holds) });
    }

    /// Ends a step: counts it and checks the invariants.
    ///
    /// # Panics
    /// When one does not hold.
    #[track_caller]
    pub(crate) fn end_step(&mut self, step: &str) {
        self.now.steps = self.now.steps.saturating_add(1);
        if self.trying {
            return;
        }
        let mut invariants = std::mem::take(&mut self.invariants);
        self.looking = true;
        // A predicate that panics ends the test too; what looks for a shorter one goes on with the same chain.
        let looked = catch_unwind(AssertUnwindSafe(|| {
            invariants.iter_mut().find_map(|invariant| {
                (invariant.holds)(self).err().map(|why| {
                    format!("invariant `{}` does not hold", invariant.name)
                        + &format!(" after step {} ({step}): {why}", self.now.steps)
                })
            })
        }));
        self.looking = false;
        self.invariants = invariants;
        let broken = looked.unwrap_or_else(|panic| resume_unwind(panic));
        if let Some(broken) = broken {
            panic!("{broken}");
        }
    }

    /// Begins whatever changes the chain.
    ///
    /// # Panics
    /// While an invariant looks.
    #[track_caller]
    pub(crate) fn begin_step(&self) {
        assert!(!self.looking, "an invariant looks and changes nothing; use `attempt` to try something out");
    }
}
