//! A whole assembly: `token_plus` votes, the governor proposes, the timelock holds money and rights, and a multisig of three
//! guards. The creator still gives out the token's roles, of which the timelock has that of making tokens.

use tacit_contract_tests::deploy;
pub use tacit_contract_tests::government::*;
use tacit_simulator::{Address, Amount, Chain, Outcome, encode};

/// Native money of the timelock.
pub const TREASURY: u128 = 5_000;

/// Roles of the token and of the timelock.
pub const MINTER: u8 = 16;
pub const PROPOSER: u8 = 16;
pub const CANCELLER: u8 = 18;

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

impl Assembly {
    pub fn new() -> Self {
        let mut chain = Chain::new();
        let [creator, mallory] = ["creator", "mallory"].map(|name| chain.account(name));
        let mut owners = ["first guard", "second guard", "third guard"].map(|name| chain.account(name));
        owners.sort();
        let code = deploy(&mut chain, "token_plus");
        let supply = Amount(HELD.iter().sum());
        let token = chain.instantiate(creator, code, &("Vote", "VOTE", 0_u8, supply, Amount(1_000_000))).unwrap();
        let holders = hand_out(&mut chain, creator, token);
        let code = deploy(&mut chain, "multisig");
        let guards = chain.instantiate(creator, code, &(owners.to_vec(), 2_u8)).unwrap();
        let (governor, timelock) = establish(&mut chain, creator, token, guards, DELAY, SETTINGS);
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

    /// Waits until voting is over, however late a quorum came.
    pub fn close(&mut self) {
        self.chain.roll(VOTING_PERIOD);
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

impl Governed for Assembly {
    fn government(&mut self) -> (&mut Chain, Government) {
        let Self { governor, timelock, holders, mallory: stranger, .. } = *self;
        (&mut self.chain, Government { governor, timelock, holders, stranger })
    }

    fn state(&self, proposal: u64) -> u8 {
        self.chain.view(self.governor, "state", &(proposal,)).unwrap()
    }
}
