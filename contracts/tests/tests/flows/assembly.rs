//! A whole assembly: `token_plus` votes, the governor proposes, the timelock holds money and rights, and a multisig of three
//! guards. The creator still gives out the token's roles, of which the timelock has that of making tokens.

use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain, InstantiateOptions, Outcome, encode};

pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const DAY: u64 = 86_400_000;
/// Of the timelock.
pub const DELAY: u64 = 2 * DAY;
pub const VOTING_DELAY: u64 = 2;
pub const VOTING_PERIOD: u64 = 12;
/// What Alice, Bob, Carol and Dave hold.
pub const HELD: [u128; 4] = [400, 300, 250, 50];
/// Native money of the timelock.
pub const TREASURY: u128 = 5_000;

/// Roles of the token and of the timelock.
pub const MINTER: u8 = 16;
pub const PROPOSER: u8 = 16;
pub const CANCELLER: u8 = 18;
/// Role of the governor.
pub const GUARDIAN: u8 = 16;

pub const IN_FAVOUR: u8 = 1;
pub const AGAINST: u8 = 0;

pub const DEFEATED: u8 = 2;
pub const SUCCEEDED: u8 = 3;
pub const EXECUTED: u8 = 5;
pub const CANCELLED: u8 = 6;

/// Of the governor.
pub const BELOW_THRESHOLD: u32 = 3;
pub const VOTED_BEFORE: u32 = 7;
pub const NO_VOTES: u32 = 8;
pub const NOT_SUCCEEDED: u32 = 9;
pub const MAY_NOT_CANCEL: u32 = 11;
pub const TIMELOCK_FAILED: u32 = 13;
/// Of the timelock.
pub const TOO_EARLY: u32 = 5;
pub const EXECUTED_BEFORE: u32 = 7;
pub const WAS_CANCELLED: u32 = 8;

/// Target, function, arguments, money, least gas.
pub type Action = (Address, String, Vec<u8>, Amount, u64);
type Settings = (u64, u64, u64, u64, u128, Amount);

const DESCRIPTION: [u8; 32] = [7; 32];
const SETTINGS: Settings = (VOTING_DELAY, VOTING_PERIOD, 6, 20, ONE / 5, Amount(100));

pub struct Assembly {
    pub chain: Chain,
    pub token: Address,
    pub governor: Address,
    pub timelock: Address,
    pub guards: Address,
    /// The multisig's owners, of whom two decide.
    pub owners: [Address; 3],
    pub holders: [Address; 4],
    pub mallory: Address,
}

pub fn action(target: Address, function: &str, arguments: &impl borsh::BorshSerialize) -> Action {
    (target, function.to_string(), encode(arguments), Amount(0), 0)
}

impl Assembly {
    pub fn new() -> Self {
        let mut chain = Chain::new();
        let holders = ["alice", "bob", "carol", "dave"].map(|name| chain.account(name));
        let [creator, mallory] = ["creator", "mallory"].map(|name| chain.account(name));
        let mut owners = ["first guard", "second guard", "third guard"].map(|name| chain.account(name));
        owners.sort();
        let code = deploy(&mut chain, "token_plus");
        let supply = Amount(HELD.iter().sum());
        let token = chain.instantiate(creator, code, &("Vote", "VOTE", 0_u8, supply, Amount(1_000_000))).unwrap();
        for (holder, held) in holders.iter().zip(HELD) {
            chain.call(creator, token, "transfer", &(*holder, Amount(held))).ok();
        }
        let code = deploy(&mut chain, "multisig");
        let guards = chain.instantiate(creator, code, &(owners.to_vec(), 2_u8)).unwrap();
        // The timelock names the governor and the governor the timelock, so one address is known before.
        let (code, salt) = (deploy(&mut chain, "governor"), [1; 32]);
        let governor = Address::of_contract(&creator, &code, &salt);
        let timelock_code = deploy(&mut chain, "timelock");
        let people = (vec![governor], Vec::<Address>::new(), vec![governor], true, DELAY);
        let timelock = chain.instantiate(creator, timelock_code, &people).unwrap();
        let arguments = (token, timelock, guards, SETTINGS);
        chain.instantiate_with(creator, code, &arguments, InstantiateOptions::new().salt(salt)).unwrap();
        chain.deal(timelock, Amount(TREASURY));
        chain.call(creator, token, "grant_role", &(MINTER, timelock)).ok();
        chain.invariant("the votes add up to the supply", move |chain| {
            let read = |function: &str| chain.view::<u128>(token, function, &()).unwrap();
            let height = chain.height().0 - 1;
            let all = chain.view::<u128>(token, "total_votes_at", &(height,)).unwrap();
            if all == read("total_supply") { Ok(()) } else { Err(format!("{all} of {}", read("total_supply"))) }
        });
        chain.invariant("no money is made or lost", |chain| chain.check_money());
        Self { chain, token, governor, timelock, guards, owners, holders, mallory }
    }

    /// Making tokens, which only the timelock may.
    pub fn mint(&self, to: Address, amount: u128) -> Vec<Action> {
        vec![action(self.token, "mint", &(to, Amount(amount)))]
    }

    pub fn give(&mut self, from: Address, to: Address, amount: u128) {
        self.chain.call(from, self.token, "transfer", &(to, Amount(amount))).ok();
    }

    pub fn held(&self, who: Address) -> u128 {
        self.chain.view(self.token, "balance_of", &(who,)).unwrap()
    }

    pub fn propose(&mut self, by: Address, calls: &[Action]) -> Outcome {
        self.chain.call(by, self.governor, "propose", &(calls, DESCRIPTION))
    }

    pub fn vote(&mut self, by: Address, proposal: u64, choice: u8) -> Outcome {
        self.chain.call(by, self.governor, "vote", &(proposal, choice))
    }

    pub fn queue(&mut self, proposal: u64, calls: &[Action]) -> Outcome {
        self.chain.call(self.mallory, self.governor, "queue", &(proposal, calls, DESCRIPTION))
    }

    pub fn execute(&mut self, proposal: u64, calls: &[Action]) -> Outcome {
        let salt: [u8; 32] = self.chain.view(self.governor, "hash", &(proposal, calls, DESCRIPTION)).unwrap();
        self.chain.call(self.mallory, self.timelock, "execute", &(calls, salt))
    }

    pub fn state(&self, proposal: u64) -> u8 {
        self.chain.view(self.governor, "state", &(proposal,)).unwrap()
    }

    /// Proposes, and waits until the snapshot is over; the number.
    pub fn open(&mut self, by: Address, calls: &[Action]) -> u64 {
        let proposal = self.propose(by, calls).returns();
        self.chain.roll(VOTING_DELAY);
        proposal
    }

    /// Waits until voting is over, however late a quorum came.
    pub fn close(&mut self) {
        self.chain.roll(VOTING_PERIOD);
    }

    /// Has calls proposed by Alice, and passed with the votes of Alice and Bob.
    pub fn pass(&mut self, calls: &[Action]) -> u64 {
        let [alice, bob, ..] = self.holders;
        let proposal = self.open(alice, calls);
        self.vote(alice, proposal, IN_FAVOUR).ok();
        self.vote(bob, proposal, IN_FAVOUR).ok();
        self.close();
        proposal
    }

    /// Has calls passed, queued and executed.
    pub fn enact(&mut self, calls: &[Action]) -> Outcome {
        let proposal = self.pass(calls);
        self.queue(proposal, calls).ok();
        self.chain.warp(DELAY);
        self.execute(proposal, calls)
    }

    /// Has the first owner of the multisig propose a call of the governor; its number there.
    pub fn guards_propose(&mut self, function: &str, arguments: &impl borsh::BorshSerialize) -> u64 {
        // The first of the actions: a call.
        let call = (0_u8, self.governor, function, encode(arguments), Amount(0), 0_u64);
        let until = self.chain.time().0 + DAY;
        self.chain.call(self.owners[0], self.guards, "propose", &(call, until)).returns()
    }

    /// Has two owners of the multisig cancel a proposal.
    pub fn guards_cancel(&mut self, proposal: u64) -> Outcome {
        let id = self.guards_propose("cancel", &(proposal,));
        self.chain.call(self.owners[1], self.guards, "confirm", &(id,)).ok();
        self.chain.call(self.owners[1], self.guards, "execute", &(id,))
    }
}
