//! Tokens that are each their own, in the simulator: what they do, what they refuse, a model, and known attacks.
#![allow(clippy::unwrap_used)]

mod attacks;
mod behaviour;
mod invariants;
mod model;

use tacit_contract_tests::code::MISSING_ROLE;
use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain, Outcome};

/// Tells roles apart as the contract does.
pub(crate) const MINTER: u8 = 16;
pub(crate) const ROYALTY_KEEPER: u8 = 17;
/// Ten percent, in units of 10^-18.
pub(crate) const TEN_PERCENT: u128 = 100_000_000_000_000_000;

/// Errors of the contract, and the SDK's for a missing role.
pub(crate) const UNKNOWN_TOKEN: u32 = 1;
pub(crate) const NOT_OWNER: u32 = 2;
pub(crate) const NOT_ALLOWED: u32 = 3;
pub(crate) const NO_RECEIVER: u32 = 4;
pub(crate) const CAP_REACHED: u32 = 5;
pub(crate) const ROYALTY_TOO_HIGH: u32 = 6;
pub(crate) const ROYALTY_ONLY_FALLS: u32 = 7;
pub(crate) const OWN_OPERATOR: u32 = 8;

/// A collection whose administrator is also its minter and keeper of royalties.
pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) nft: Address,
    pub(crate) admin: Address,
    pub(crate) who: [Address; 3],
}

impl World {
    pub(crate) fn new(cap: u64) -> Self {
        let mut chain = Chain::new();
        let admin = chain.account("admin");
        let who = ["alice", "bob", "carol"].map(|name| chain.account(name));
        let code = deploy(&mut chain, "nft");
        let nft = chain.instantiate(admin, code, &("Stones", cap)).unwrap();
        for role in [MINTER, ROYALTY_KEEPER] {
            chain.call(admin, nft, "grant_role", &(role, admin)).ok();
        }
        invariants::register(&mut chain, nft, who);
        Self { chain, nft, admin, who }
    }

    /// Has the administrator make a token with a royalty for itself.
    pub(crate) fn mint(&mut self, to: Address, royalty: u128) -> Outcome {
        let reference = "ipfs://stone";
        self.chain.call(self.admin, self.nft, "mint", &(to, reference, self.admin, royalty))
    }

    pub(crate) fn transfer(&mut self, from: Address, to: Address, token: u64) -> Outcome {
        self.chain.call(from, self.nft, "transfer", &(to, token))
    }

    pub(crate) fn transfer_from(&mut self, caller: Address, from: Address, to: Address, token: u64) -> Outcome {
        self.chain.call(caller, self.nft, "transfer_from", &(from, to, token))
    }

    pub(crate) fn approve(&mut self, owner: Address, token: u64, spender: Option<Address>) -> Outcome {
        self.chain.call(owner, self.nft, "approve", &(token, spender))
    }

    pub(crate) fn owner_of(&self, token: u64) -> Option<Address> {
        self.chain.view(self.nft, "owner_of", &(token,)).unwrap()
    }

    pub(crate) fn tokens_of(&self, holder: Address, after: Option<u64>) -> Vec<u64> {
        self.chain.view(self.nft, "tokens_of", &(holder, after)).unwrap()
    }

    pub(crate) fn royalty_of(&self, token: u64, price: u128) -> (Address, Amount) {
        self.chain.view(self.nft, "royalty_of", &(token, price)).unwrap()
    }
}
