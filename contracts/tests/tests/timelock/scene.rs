//! A timelock that owns a counter's worth of calls, some money and tokens, and the people around it.

use crate::invariants;
pub use tacit_contract_tests::code::{BAD_INPUT, MISSING_ROLE, NOT_PAYABLE, NOT_SELF};
use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain, Outcome, encode};

pub const HOUR: u64 = 3_600_000;
pub const DAY: u64 = 24 * HOUR;
pub const DELAY: u64 = 2 * DAY;
pub const GRACE: u64 = 14 * DAY;

pub const PROPOSER: u8 = 16;
pub const CANCELLER: u8 = 18;

pub const DELAY_OUT_OF_RANGE: u32 = 1;
pub const NO_CALLS: u32 = 2;
pub const SCHEDULED_BEFORE: u32 = 3;
pub const NOT_SCHEDULED: u32 = 4;
pub const TOO_EARLY: u32 = 5;
pub const EXPIRED: u32 = 6;
pub const EXECUTED_BEFORE: u32 = 7;
pub const WAS_CANCELLED: u32 = 8;
pub const PAYS_ITSELF: u32 = 9;
pub const TRANSFER_FAILED: u32 = 11;
pub const MAY_NOT_CANCEL: u32 = 12;
pub const TOO_LITTLE_GAS: u32 = 13;
pub const DIRECT_ONLY: u32 = 14;

pub const UNKNOWN: u8 = 0;
pub const WAITING: u8 = 1;
pub const READY: u8 = 2;
pub const EXECUTED: u8 = 3;
pub const CANCELLED: u8 = 4;
pub const OVERDUE: u8 = 5;

/// Target, function, arguments, money, least gas.
pub type Action = (Address, String, Vec<u8>, Amount, u64);
pub type Hash = [u8; 32];

pub struct Scene {
    pub chain: Chain,
    pub timelock: Address,
    pub counter: Address,
    pub proposer: Address,
    pub executor: Address,
    pub canceller: Address,
    pub stranger: Address,
}

pub fn action(target: Address, function: &str, arguments: &impl borsh::BorshSerialize) -> Action {
    (target, function.to_string(), encode(arguments), Amount(0), 0)
}

impl Scene {
    pub fn new() -> Self {
        Self::with(false)
    }

    pub fn with(is_open: bool) -> Self {
        let mut chain = Chain::new();
        let [proposer, executor, canceller, stranger] =
            ["proposer", "executor", "canceller", "stranger"].map(|name| chain.account(name));
        let timelock = make(&mut chain, &[proposer], &[executor], &[canceller], is_open);
        let code = deploy(&mut chain, "counter");
        let counter = chain.instantiate(stranger, code, &(0_u64,)).unwrap();
        chain.deal(timelock, Amount(1_000));
        invariants::register(&mut chain, timelock, counter, 1_000);
        Self { chain, timelock, counter, proposer, executor, canceller, stranger }
    }

    /// Adding to the counter.
    pub fn add(&self, by: u64) -> Vec<Action> {
        vec![action(self.counter, "add", &(by,))]
    }

    pub fn counted(&self) -> u64 {
        self.chain.view(self.counter, "get", &()).unwrap()
    }

    pub fn schedule(&mut self, calls: &[Action], salt: u8) -> Outcome {
        self.chain.call(self.proposer, self.timelock, "schedule", &(calls, [salt; 32], DELAY))
    }

    pub fn execute(&mut self, calls: &[Action], salt: u8) -> Outcome {
        self.chain.call(self.executor, self.timelock, "execute", &(calls, [salt; 32]))
    }

    pub fn cancel(&mut self, operation: Hash) -> Outcome {
        self.chain.call(self.canceller, self.timelock, "cancel", &(operation,))
    }

    pub fn hash(&self, calls: &[Action], salt: u8) -> Hash {
        self.chain.view(self.timelock, "hash", &(calls, [salt; 32])).unwrap()
    }

    pub fn state(&self, operation: Hash) -> u8 {
        self.chain.view(self.timelock, "state", &(operation,)).unwrap()
    }

    /// Schedules calls and waits until they are ready.
    pub fn ripen(&mut self, calls: &[Action], salt: u8) -> Hash {
        let operation = self.schedule(calls, salt).returns();
        self.chain.warp(DELAY);
        operation
    }
}

/// A timelock with these people.
pub fn make(
    chain: &mut Chain,
    proposers: &[Address],
    executors: &[Address],
    cancellers: &[Address],
    is_open: bool,
) -> Address {
    let code = deploy(chain, "timelock");
    let creator = chain.account("creator");
    chain.instantiate(creator, code, &(proposers, executors, cancellers, is_open, DELAY)).unwrap()
}
