//! A governor, its timelock and its token, a counter to decide about, and the people who do.

use crate::invariants;
pub use tacit_contract_tests::code::{BAD_INPUT, MISSING_ROLE};
use tacit_contract_tests::deploy;
pub use tacit_contract_tests::government::*;
use tacit_simulator::{Address, Amount, Chain};

pub const GRACE: u64 = 14 * DAY;

/// In votes, of 1,000.
pub const QUORUM: u128 = 200;

pub const BAD_SETTINGS: u32 = 1;
pub const NO_CALLS: u32 = 2;
pub const ONE_AT_A_TIME: u32 = 4;
pub const PROPOSAL_UNKNOWN: u32 = 5;
pub const NOT_ACTIVE: u32 = 6;
pub const CALLS_DIFFER: u32 = 10;
pub const TOKEN_FAILED: u32 = 12;
/// Of the timelock.
pub const NOT_SCHEDULED: u32 = 4;

pub const PENDING: u8 = 0;
pub const ACTIVE: u8 = 1;
pub const QUEUED: u8 = 4;
pub const EXPIRED: u8 = 7;

pub const ABSTAIN: u8 = 2;

pub struct Scene {
    pub chain: Chain,
    pub governor: Address,
    pub timelock: Address,
    pub token: Address,
    pub counter: Address,
    pub guardian: Address,
    pub stranger: Address,
    pub holders: [Address; 4],
}

/// What the invariants look at.
#[derive(Clone, Copy)]
pub struct Parts {
    pub governor: Address,
    pub timelock: Address,
    pub counter: Address,
    pub holders: [Address; 4],
}

impl Scene {
    pub fn new() -> Self {
        let mut chain = Chain::new();
        let [guardian, stranger, creator] = ["guardian", "stranger", "creator"].map(|name| chain.account(name));
        let token_code = deploy(&mut chain, "votes");
        let token = chain.instantiate(creator, token_code, &(Amount(HELD.iter().sum()),)).unwrap();
        let holders = hand_out(&mut chain, creator, token);
        let counter_code = deploy(&mut chain, "counter");
        let counter = chain.instantiate(creator, counter_code, &(0_u64,)).unwrap();
        let (governor, timelock) = establish(&mut chain, creator, token, guardian, DELAY, SETTINGS);
        invariants::register(&mut chain, Parts { governor, timelock, counter, holders });
        Self { chain, governor, timelock, token, counter, guardian, stranger, holders }
    }

    /// Adding to the counter.
    pub fn add(&self, by: u64) -> Vec<Action> {
        vec![action(self.counter, "add", &(by,))]
    }

    pub fn counted(&self) -> u64 {
        self.chain.view(self.counter, "get", &()).unwrap()
    }
}

impl Governed for Scene {
    fn government(&mut self) -> (&mut Chain, Government) {
        let Self { governor, timelock, holders, stranger, .. } = *self;
        (&mut self.chain, Government { governor, timelock, holders, stranger })
    }

    fn state(&self, proposal: u64) -> u8 {
        self.chain.view(self.governor, "state", &(proposal,)).unwrap()
    }
}
