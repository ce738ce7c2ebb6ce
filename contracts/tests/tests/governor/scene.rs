//! A governor, its timelock and its token, a counter to decide about, and the people who do.

pub use tacit_contract_tests::code::{BAD_INPUT, MISSING_ROLE};
use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain, InstantiateOptions, Outcome, encode};

pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const DAY: u64 = 86_400_000;
/// Of the timelock.
pub const DELAY: u64 = 2 * DAY;
pub const GRACE: u64 = 14 * DAY;

pub const VOTING_DELAY: u64 = 2;
pub const VOTING_PERIOD: u64 = 12;
pub const LATE_EXTENSION: u64 = 6;
pub const QUEUE_WINDOW: u64 = 20;
/// In votes, of 1,000.
pub const QUORUM: u128 = 200;
pub const THRESHOLD: u128 = 100;
/// What Alice, Bob, Carol and Dave hold.
pub const HELD: [u128; 4] = [400, 300, 250, 50];

pub const GUARDIAN: u8 = 16;
pub const DESCRIPTION: [u8; 32] = [7; 32];

pub const BAD_SETTINGS: u32 = 1;
pub const NO_CALLS: u32 = 2;
pub const BELOW_THRESHOLD: u32 = 3;
pub const ONE_AT_A_TIME: u32 = 4;
pub const PROPOSAL_UNKNOWN: u32 = 5;
pub const NOT_ACTIVE: u32 = 6;
pub const VOTED_BEFORE: u32 = 7;
pub const NO_VOTES: u32 = 8;
pub const NOT_SUCCEEDED: u32 = 9;
pub const CALLS_DIFFER: u32 = 10;
pub const MAY_NOT_CANCEL: u32 = 11;
pub const TOKEN_FAILED: u32 = 12;
pub const TIMELOCK_FAILED: u32 = 13;
/// Of the timelock.
pub const NOT_SCHEDULED: u32 = 4;
pub const TOO_EARLY: u32 = 5;
pub const EXECUTED_BEFORE: u32 = 7;
pub const WAS_CANCELLED: u32 = 8;

pub const PENDING: u8 = 0;
pub const ACTIVE: u8 = 1;
pub const DEFEATED: u8 = 2;
pub const SUCCEEDED: u8 = 3;
pub const QUEUED: u8 = 4;
pub const EXECUTED: u8 = 5;
pub const CANCELLED: u8 = 6;
pub const EXPIRED: u8 = 7;

pub const AGAINST: u8 = 0;
pub const IN_FAVOUR: u8 = 1;
pub const ABSTAIN: u8 = 2;

/// Target, function, arguments, money, least gas.
pub type Action = (Address, String, Vec<u8>, Amount, u64);
/// Delay, period, extension, window, quorum, threshold.
pub type Settings = (u64, u64, u64, u64, u128, Amount);
pub type Hash = [u8; 32];

pub const SETTINGS: Settings = (VOTING_DELAY, VOTING_PERIOD, LATE_EXTENSION, QUEUE_WINDOW, ONE / 5, Amount(THRESHOLD));

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

pub fn action(target: Address, function: &str, arguments: &impl borsh::BorshSerialize) -> Action {
    (target, function.to_string(), encode(arguments), Amount(0), 0)
}

impl Scene {
    pub fn new() -> Self {
        let mut chain = Chain::new();
        let holders = ["alice", "bob", "carol", "dave"].map(|name| chain.account(name));
        let [guardian, stranger, creator] = ["guardian", "stranger", "creator"].map(|name| chain.account(name));
        let token_code = deploy(&mut chain, "votes");
        let token = chain.instantiate(creator, token_code, &(Amount(HELD.iter().sum()),)).unwrap();
        for (holder, held) in holders.iter().zip(HELD) {
            chain.call(creator, token, "transfer", &(*holder, Amount(held))).ok();
        }
        let counter_code = deploy(&mut chain, "counter");
        let counter = chain.instantiate(creator, counter_code, &(0_u64,)).unwrap();
        let code = deploy(&mut chain, "governor");
        // The timelock names the governor, so the governor's address is known before it is made.
        let (salt, nobody) = ([1; 32], Vec::<Address>::new());
        let governor = Address::of_contract(&creator, &code, &salt);
        let timelock_code = deploy(&mut chain, "timelock");
        let people = (vec![governor], nobody, vec![governor], true, DELAY);
        let timelock = chain.instantiate(creator, timelock_code, &people).unwrap();
        let arguments = (token, timelock, guardian, SETTINGS);
        let made = chain.instantiate_with(creator, code, &arguments, InstantiateOptions::new().salt(salt)).unwrap();
        assert_eq!(made, governor);
        Self { chain, governor, timelock, token, counter, guardian, stranger, holders }
    }

    /// Adding to the counter.
    pub fn add(&self, by: u64) -> Vec<Action> {
        vec![action(self.counter, "add", &(by,))]
    }

    pub fn counted(&self) -> u64 {
        self.chain.view(self.counter, "get", &()).unwrap()
    }

    pub fn propose(&mut self, by: Address, calls: &[Action]) -> Outcome {
        self.chain.call(by, self.governor, "propose", &(calls, DESCRIPTION))
    }

    pub fn vote(&mut self, by: Address, proposal: u64, choice: u8) -> Outcome {
        self.chain.call(by, self.governor, "vote", &(proposal, choice))
    }

    pub fn queue(&mut self, proposal: u64, calls: &[Action]) -> Outcome {
        self.chain.call(self.stranger, self.governor, "queue", &(proposal, calls, DESCRIPTION))
    }

    pub fn execute(&mut self, proposal: u64, calls: &[Action]) -> Outcome {
        let salt: Hash = self.chain.view(self.governor, "hash", &(proposal, calls, DESCRIPTION)).unwrap();
        self.chain.call(self.stranger, self.timelock, "execute", &(calls, salt))
    }

    pub fn cancel(&mut self, by: Address, proposal: u64) -> Outcome {
        self.chain.call(by, self.governor, "cancel", &(proposal,))
    }

    pub fn state(&self, proposal: u64) -> u8 {
        self.chain.view(self.governor, "state", &(proposal,)).unwrap()
    }

    /// The next block has this height.
    pub fn roll_to(&mut self, height: u64) {
        self.chain.roll(height - self.chain.height().0);
    }

    /// Proposes, waits until voting begins, and gives the number and the last height of voting.
    pub fn open(&mut self, by: Address, calls: &[Action]) -> (u64, u64) {
        let snapshot = self.chain.height().0 + VOTING_DELAY;
        let proposal = self.propose(by, calls).returns();
        self.roll_to(snapshot + 1);
        (proposal, snapshot + VOTING_PERIOD)
    }

    /// Has calls proposed by Alice, and passed with the votes of Alice and Bob.
    pub fn pass(&mut self, calls: &[Action]) -> u64 {
        let [alice, bob, ..] = self.holders;
        let (proposal, deadline) = self.open(alice, calls);
        self.vote(alice, proposal, IN_FAVOUR).ok();
        self.vote(bob, proposal, IN_FAVOUR).ok();
        self.roll_to(deadline + 1);
        proposal
    }

    /// Has calls passed, queued and executed.
    pub fn enact(&mut self, calls: &[Action]) -> Outcome {
        let proposal = self.pass(calls);
        self.queue(proposal, calls).ok();
        self.chain.warp(DELAY);
        self.execute(proposal, calls)
    }
}
