//! A whole chain in memory, to test contracts on: the node's own state, execution and contract engine, with real gas,
//! real signatures and real receipts, and cheat codes where a test needs what nobody on a chain may do.
//!
//! ```
//! use tacit_simulator::{Amount, Chain, Failure};
//!
//! fn a_token_moves() -> Result<(), Failure> {
//!     # let wasm = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/artifacts/token.wasm")).unwrap();
//!     let mut chain = Chain::new();
//!     let (alice, bob) = (chain.account("alice"), chain.account("bob"));
//!     let code = chain.deploy_as("token", &wasm)?;
//!     let token = chain.instantiate(alice, code, &(Amount(1_000),))?;
//!
//!     chain.call(alice, token, "transfer", &(bob, Amount(5))).ok().expect_event("Transferred", &(alice, bob, Amount(5)));
//!     chain.call(alice, token, "transfer", &(bob, Amount(996))).expect_revert(1);
//!
//!     let held: Amount = chain.view(token, "balance_of", &(bob,))?;
//!     assert_eq!(held, Amount(5));
//!     println!("{}", chain.gas_report());
//!     Ok(())
//! }
//! # a_token_moves().unwrap();
//! ```
//!
//! # What is real
//!
//! A transaction of a named account is encoded, signed and checked alone, charged, put into a block that is built and
//! validated with the certificate of the block before, and executed: the code is the node's. What differs:
//!
//! | with | this is not done |
//! |---|---|
//! | always | consensus: one validator decides; gas has price zero until [`Chain::charge_fees`] |
//! | [`Chain::prank`] | the sender's signature; the sequence of an address without a key stays as it is |
//! | [`Chain::assume_proved`] | the signature, and the proof |
//! | [`Chain::view`] | a transaction: a view runs on a copy of the state, as a node's RPC runs it |
//! | [`Chain::deal`], [`Chain::deal_asset`], [`Chain::set_storage`] | a transaction: the state is written |
//!
//! Everything is deterministic: no clock, no randomness, no order that differs. The same test twice gives the same
//! [`Chain::state_root`].
//!
//! # Property tests against a model
//!
//! The strongest test of a contract is a second one, so naive that it is obviously right, to which the same random steps
//! happen. After every step both must have done the same, and named invariants must hold. With `proptest`, a failing
//! list of steps is shrunk to the shortest that fails. Four parts:
//!
//! 1. `enum Step`: what can happen, with small numbers for who and how much, so that steps meet each other;
//! 2. `struct Model`: the naive contract, in maps and plain arithmetic; each step gives `Ok` or the contract's own code;
//! 3. a chain that was set up once; every case begins with [`Chain::revert`];
//! 4. for each step: do it to both, compare result, then compare everything that can be seen.
//!
//! ```
//! # use std::collections::BTreeMap;
//! # use tacit_simulator::{Address, Amount, Chain};
//! use proptest::prelude::*;
//!
//! #[derive(Debug, Clone)]
//! enum Step {
//!     Transfer { from: usize, to: usize, amount: u128 },
//! }
//!
//! fn steps() -> impl Strategy<Value = Vec<Step>> {
//!     let step = (0..3usize, 0..3usize, 0..200u128).prop_map(|(from, to, amount)| Step::Transfer { from, to, amount });
//!     prop::collection::vec(step, 1..12)
//! }
//!
//! /// The token, naively.
//! #[derive(Clone)]
//! struct Model(BTreeMap<Address, u128>);
//!
//! impl Model {
//!     fn transfer(&mut self, from: Address, to: Address, amount: u128) -> Result<(), u32> {
//!         let left = self.0[&from].checked_sub(amount).ok_or(1u32)?;
//!         self.0.insert(from, left);
//!         *self.0.get_mut(&to).unwrap() += amount;
//!         Ok(())
//!     }
//! }
//!
//! # let wasm = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/artifacts/token.wasm")).unwrap();
//! let mut chain = Chain::new();
//! let who = ["alice", "bob", "carol"].map(|name| chain.account(name));
//! let code = chain.deploy_as("token", &wasm).unwrap();
//! let token = chain.instantiate(who[0], code, &(Amount(300),)).unwrap();
//! chain.invariant("the balances add up to the supply", move |chain| {
//!     let held = |holder| chain.view::<Amount>(token, "balance_of", &(holder,)).unwrap().0;
//!     let (sum, supply) = (who.map(held).iter().sum::<u128>(), Amount(300).0);
//!     if sum == supply { Ok(()) } else { Err(format!("{sum} is held of {supply}")) }
//! });
//!
//! let (point, start) = (chain.snapshot(), Model(BTreeMap::from([(who[0], 300), (who[1], 0), (who[2], 0)])));
//! let chain = std::cell::RefCell::new(chain);
//! # let config = ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() };
//! proptest!(config, |(steps in steps())| {
//!     let (chain, mut model) = (&mut *chain.borrow_mut(), start.clone());
//!     chain.revert(&point);
//!     for step in steps {
//!         let Step::Transfer { from, to, amount } = step;
//!         let outcome = chain.call(who[from], token, "transfer", &(who[to], Amount(amount)));
//!         match model.transfer(who[from], who[to], amount) {
//!             Ok(()) => outcome.ok(),
//!             Err(code) => outcome.expect_revert(code),
//!         };
//!         for (holder, amount) in &model.0 {
//!             prop_assert_eq!(chain.view::<Amount>(token, "balance_of", &(*holder,)), Ok(Amount(*amount)));
//!         }
//!     }
//! });
//! ```
//!
//! # Gas in a committed file
//!
//! [`GasReport::to_lines`] gives text that is the same on every machine; `tacit contract gas report` compares it with a committed
//! file. Label the code with [`Chain::deploy_as`], because its hash changes with every build.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

mod act;
mod chain;
mod cheat;
mod event;
mod failure;
mod gas;
mod invariant;
mod money;
mod names;
mod outcome;
mod policy;
mod proof;
mod step;

pub use act::{Acting, BlockBuilder, InstantiateOptions};
pub use chain::{BLOCK_MS, Chain, GAS_LIMIT, START_MONEY, START_MS};
pub use cheat::Snapshot;
pub use event::ContractEvent;
pub use failure::Failure;
pub use gas::{FunctionGas, GasReport};
pub use outcome::{Outcome, Trace};
#[cfg(feature = "prove")]
pub use proof::{Claim, Proved};
#[cfg(feature = "prove")]
pub use tacit_circuits::ProvingKeys;
pub use tacit_types::action::Prove;
pub use tacit_types::contract::{ContractPolicy, PausePolicy, UpgradePolicy};
/// What an [`Action`] holds, for a test that puts several actions into one transaction: [`Chain::transact`].
pub mod actions {
    pub use tacit_types::action::{Call, Deploy, Instantiate, Transfer};
    pub use tacit_types::contract::{ContractPause, ContractUnpause, ContractUpgrade, KeyRegister, UpgradeAnnounce};
    pub use tacit_types::identity::Require;
    pub use tacit_types::{Bytes, List};
}
pub use tacit_types::{
    Action, Address, Amount, AssetId, CodeHash, Event, Gas, GenesisId, Height, KeyId, Name, ProofId, RejectCode,
    StateRoot, UnixMillis,
};

use borsh::{BorshDeserialize, BorshSerialize};

/// Arguments and fields as contracts read them.
#[must_use]
pub fn encode<T: BorshSerialize + ?Sized>(value: &T) -> Vec<u8> {
    tacit_types::codec::encode(value)
}

/// Reads all of `bytes` as a `T`.
///
/// # Errors
/// [`Failure::Output`].
pub fn decode<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, Failure> {
    T::try_from_slice(bytes).map_err(|error| Failure::Output {
        wanted: std::any::type_name::<T>(),
        output: bytes.to_vec(),
        reason: error.to_string(),
    })
}

/// What cannot fail unless the node's own code is broken or a test asks for what cannot be.
///
/// # Panics
/// When it fails: a test must end then, because nothing after it means anything.
#[track_caller]
pub(crate) fn whole<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the simulator cannot go on: {error}"),
    }
}
