//! A governor with its timelock, as tests of either alone and of whole assemblies put them together: four holders of votes, of
//! whom two decide, and what they do to have calls made. It must never say what is right: tests compare, this only acts.

use crate::deploy;
use tacit_simulator::{Address, Amount, Chain, InstantiateOptions, Outcome, encode};

/// The whole, as a rate.
pub const ONE: u128 = 1_000_000_000_000_000_000;
/// In milliseconds.
pub const DAY: u64 = 86_400_000;
/// Of the timelock, in milliseconds.
pub const DELAY: u64 = 2 * DAY;
/// From a proposal to its snapshot, in heights.
pub const VOTING_DELAY: u64 = 2;
/// From the snapshot to the end of voting, in heights.
pub const VOTING_PERIOD: u64 = 12;
/// Voting lasts at least so long after the quorum was reached, in heights.
pub const LATE_EXTENSION: u64 = 6;
/// What has passed can be queued for so long, in heights.
pub const QUEUE_WINDOW: u64 = 20;
/// Votes that a proposer needs.
pub const THRESHOLD: u128 = 100;
/// What Alice, Bob, Carol and Dave hold.
pub const HELD: [u128; 4] = [400, 300, 250, 50];
/// The hash of the text of every proposal.
pub const DESCRIPTION: [u8; 32] = [7; 32];

/// The governor's role that cancels.
pub const GUARDIAN: u8 = 16;

/// The governor's error `BelowThreshold`.
pub const BELOW_THRESHOLD: u32 = 3;
/// The governor's error `VotedBefore`.
pub const VOTED_BEFORE: u32 = 7;
/// The governor's error `NoVotes`.
pub const NO_VOTES: u32 = 8;
/// The governor's error `NotSucceeded`.
pub const NOT_SUCCEEDED: u32 = 9;
/// The governor's error `MayNotCancel`.
pub const MAY_NOT_CANCEL: u32 = 11;
/// The governor's error `TimelockFailed`.
pub const TIMELOCK_FAILED: u32 = 13;
/// The timelock's error `TooEarly`.
pub const TOO_EARLY: u32 = 5;
/// The timelock's error `ExecutedBefore`.
pub const EXECUTED_BEFORE: u32 = 7;
/// The timelock's error `WasCancelled`.
pub const WAS_CANCELLED: u32 = 8;

/// The governor's state `Defeated`.
pub const DEFEATED: u8 = 2;
/// The governor's state `Succeeded`.
pub const SUCCEEDED: u8 = 3;
/// The governor's state `Executed`.
pub const EXECUTED: u8 = 5;
/// The governor's state `Cancelled`.
pub const CANCELLED: u8 = 6;

/// The governor's choice `Against`.
pub const AGAINST: u8 = 0;
/// The governor's choice `InFavour`.
pub const IN_FAVOUR: u8 = 1;

/// Target, function, arguments, money, least gas.
pub type Action = (Address, String, Vec<u8>, Amount, u64);
/// Delay, period, extension, window, quorum, threshold.
pub type Settings = (u64, u64, u64, u64, u128, Amount);
/// Of an operation or a proposal.
pub type Hash = [u8; 32];

/// A fifth of all votes is a quorum.
pub const SETTINGS: Settings = (VOTING_DELAY, VOTING_PERIOD, LATE_EXTENSION, QUEUE_WINDOW, ONE / 5, Amount(THRESHOLD));

/// A call without money.
#[must_use]
pub fn action(target: Address, function: &str, arguments: &impl borsh::BorshSerialize) -> Action {
    (target, function.to_string(), encode(arguments), Amount(0), 0)
}

/// The four holders, who get what they hold from the token's creator.
pub fn hand_out(chain: &mut Chain, creator: Address, token: Address) -> [Address; 4] {
    let holders = ["alice", "bob", "carol", "dave"].map(|name| chain.account(name));
    for (holder, held) in holders.iter().zip(HELD) {
        chain.call(creator, token, "transfer", &(*holder, Amount(held))).ok();
    }
    holders
}

/// A governor of a token and its timelock, which everybody executes.
///
/// # Panics
/// When the chain refuses them.
pub fn establish(
    chain: &mut Chain,
    creator: Address,
    token: Address,
    guardian: Address,
    delay: u64,
    settings: Settings,
) -> (Address, Address) {
    // The timelock names the governor and the governor the timelock, so the governor's address is known before it is made.
    let (code, salt) = (deploy(chain, "governor"), [1; 32]);
    let governor = Address::of_contract(&creator, &code, &salt);
    let timelock_code = deploy(chain, "timelock");
    let people = (vec![governor], Vec::<Address>::new(), vec![governor], true, delay);
    let made = |made: Result<Address, _>| made.unwrap_or_else(|failure| panic!("{failure}"));
    let timelock = made(chain.instantiate(creator, timelock_code, &people));
    let arguments = (token, timelock, guardian, settings);
    let options = InstantiateOptions::new().salt(salt);
    assert_eq!(made(chain.instantiate_with(creator, code, &arguments, options)), governor);
    (governor, timelock)
}

/// Who and what a governor's scene is made of.
#[derive(Clone, Copy)]
pub struct Government {
    /// Decides.
    pub governor: Address,
    /// Acts.
    pub timelock: Address,
    /// Of the votes.
    pub holders: [Address; 4],
    /// Queues and executes.
    pub stranger: Address,
}

/// A scene with a governor.
pub trait Governed {
    /// The chain it is on, and what it is made of.
    fn government(&mut self) -> (&mut Chain, Government);

    /// How a proposal stands.
    fn state(&self, proposal: u64) -> u8;

    /// Proposes.
    fn propose(&mut self, by: Address, calls: &[Action]) -> Outcome {
        let (chain, at) = self.government();
        chain.call(by, at.governor, "propose", &(calls, DESCRIPTION))
    }

    /// Votes.
    fn vote(&mut self, by: Address, proposal: u64, choice: u8) -> Outcome {
        let (chain, at) = self.government();
        chain.call(by, at.governor, "vote", &(proposal, choice))
    }

    /// Has a stranger queue what has passed.
    fn queue(&mut self, proposal: u64, calls: &[Action]) -> Outcome {
        let (chain, at) = self.government();
        chain.call(at.stranger, at.governor, "queue", &(proposal, calls, DESCRIPTION))
    }

    /// Has a stranger execute what was queued.
    ///
    /// # Panics
    /// When the governor gives no hash.
    fn execute(&mut self, proposal: u64, calls: &[Action]) -> Outcome {
        let (chain, at) = self.government();
        let salt: Result<Hash, _> = chain.view(at.governor, "hash", &(proposal, calls, DESCRIPTION));
        let salt = salt.unwrap_or_else(|failure| panic!("{failure}"));
        chain.call(at.stranger, at.timelock, "execute", &(calls, salt))
    }

    /// Cancels.
    fn cancel(&mut self, by: Address, proposal: u64) -> Outcome {
        let (chain, at) = self.government();
        chain.call(by, at.governor, "cancel", &(proposal,))
    }

    /// The next block has this height.
    fn roll_to(&mut self, height: u64) {
        let (chain, _) = self.government();
        chain.roll(height - chain.height().0);
    }

    /// Proposes, waits until voting begins, and gives the number and the last height of voting.
    fn open(&mut self, by: Address, calls: &[Action]) -> (u64, u64) {
        let snapshot = self.government().0.height().0 + VOTING_DELAY;
        let proposal = self.propose(by, calls).returns();
        self.roll_to(snapshot + 1);
        (proposal, snapshot + VOTING_PERIOD)
    }

    /// Has calls proposed by Alice, and passed with the votes of Alice and Bob.
    fn pass(&mut self, calls: &[Action]) -> u64 {
        let [alice, bob, ..] = self.government().1.holders;
        let (proposal, deadline) = self.open(alice, calls);
        self.vote(alice, proposal, IN_FAVOUR).ok();
        self.vote(bob, proposal, IN_FAVOUR).ok();
        self.roll_to(deadline + 1);
        proposal
    }

    /// Has calls passed, queued and executed.
    fn enact(&mut self, calls: &[Action]) -> Outcome {
        let proposal = self.pass(calls);
        self.queue(proposal, calls).ok();
        self.government().0.warp(DELAY);
        self.execute(proposal, calls)
    }
}
