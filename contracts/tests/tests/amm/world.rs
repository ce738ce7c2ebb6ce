//! A pool, its two tokens, and those who use it. The tokens are honest until a test says otherwise.

use borsh::BorshDeserialize;
use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain, Outcome};

/// Later than any test.
pub const FOREVER: u64 = u64::MAX;
/// What each of alice, bob and carol has of both tokens.
pub const WEALTH: u128 = 1_000_000;
/// The fee in basis points.
pub const FEE: u32 = 30;
/// The protocol's part of the fee in basis points.
pub const PROTOCOL_SHARE: u32 = 2_000;

/// The codes of the pool.
pub mod code {
    pub const INSUFFICIENT_BALANCE: u32 = 1;
    pub const INSUFFICIENT_ALLOWANCE: u32 = 2;
    pub const BAD_TOKENS: u32 = 3;
    pub const FEE_TOO_HIGH: u32 = 4;
    pub const EXPIRED: u32 = 5;
    pub const UNKNOWN_TOKEN: u32 = 6;
    pub const BAD_RECIPIENT: u32 = 7;
    pub const TOO_SMALL: u32 = 8;
    pub const TOO_LARGE: u32 = 9;
    pub const SLIPPAGE: u32 = 10;
    pub const INSUFFICIENT_LIQUIDITY: u32 = 11;
    pub const TOKEN_REFUSED: u32 = 12;
    pub const TOKEN_MISBEHAVED: u32 = 13;
    pub const SHORTFALL: u32 = 14;
    pub const RETIRED: u32 = 15;
    pub const NOTHING_TO_SYNC: u32 = 16;
    pub const ALLOWANCE_DIFFERS: u32 = 17;
}

/// What the hostile token does.
pub mod mode {
    pub const HONEST: u8 = 0;
    pub const RECEIVER_PAYS: u8 = 1;
    pub const GIVER_PAYS: u8 = 2;
    pub const LIES: u8 = 3;
    pub const FAILS: u8 = 4;
    pub const RECEIVER_GAINS: u8 = 6;
    pub const GIVER_GAINS: u8 = 7;
}

/// What became of the hostile token's call back.
pub mod seen {
    pub const LOCKED: u8 = 1;
    pub const WENT_THROUGH: u8 = 3;
}

/// The books of one token as the pool returns them.
#[derive(BorshDeserialize, Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub token: Address,
    pub reserve: u128,
    pub fees: u128,
    pub credits: u128,
    pub price_sum: [u8; 32],
}

/// Everything as the pool returns it.
#[derive(BorshDeserialize, Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    pub books: [Book; 2],
    pub updated: u64,
    pub fee: u32,
    pub protocol_share: u32,
    pub fee_receiver: Address,
    pub is_retired: bool,
}

/// Who and what there is; all addresses, so that it can be copied into invariants.
#[derive(Clone, Copy)]
pub struct World {
    pub alice: Address,
    pub bob: Address,
    pub carol: Address,
    pub treasury: Address,
    pub tokens: [Address; 2],
    pub pool: Address,
}

impl World {
    /// A pool that alice made, empty; everybody is rich and lets it take what it wants.
    pub fn empty() -> (Chain, Self) {
        let mut chain = Chain::new();
        let [alice, bob, carol, treasury] = ["alice", "bob", "carol", "treasury"].map(|name| chain.account(name));
        let token_code = deploy(&mut chain, "hostile_token");
        let tokens = [0, 1].map(|_| chain.instantiate(alice, token_code, &(Amount(0),)).unwrap());
        let code = deploy(&mut chain, "amm");
        let arguments = (tokens[0], tokens[1], FEE, PROTOCOL_SHARE, treasury);
        let pool = chain.instantiate(alice, code, &arguments).unwrap();
        let world = Self { alice, bob, carol, treasury, tokens, pool };
        for who in world.people() {
            for token in tokens {
                chain.call(alice, token, "set_balance", &(who, WEALTH)).ok();
                chain.call(who, token, "approve", &(pool, u128::MAX)).ok();
            }
        }
        (chain, world)
    }

    /// The same with a deposit of alice.
    pub fn with(first: u128, second: u128) -> (Chain, Self) {
        let (mut chain, world) = Self::empty();
        world.deposit(&mut chain, world.alice, first, second).ok();
        (chain, world)
    }

    pub fn people(&self) -> [Address; 3] {
        [self.alice, self.bob, self.carol]
    }

    pub fn deposit(&self, chain: &mut Chain, who: Address, first: u128, second: u128) -> Outcome {
        chain.call(who, self.pool, "deposit", &(first, second, 0_u128, who, FOREVER))
    }

    pub fn withdraw(&self, chain: &mut Chain, who: Address, shares: u128) -> Outcome {
        chain.call(who, self.pool, "withdraw", &(shares, 0_u128, 0_u128, who, FOREVER))
    }

    pub fn swap_in(&self, chain: &mut Chain, who: Address, side: usize, amount: u128) -> Outcome {
        chain.call(who, self.pool, "swap_exact_in", &(self.tokens[side], amount, 0_u128, who, FOREVER))
    }

    pub fn swap_out(&self, chain: &mut Chain, who: Address, side: usize, amount: u128) -> Outcome {
        chain.call(who, self.pool, "swap_exact_out", &(self.tokens[side], amount, u128::MAX, who, FOREVER))
    }

    pub fn held(&self, chain: &Chain, who: Address) -> [u128; 2] {
        self.tokens.map(|token| chain.view::<u128>(token, "balance_of", &(who,)).unwrap())
    }

    pub fn shares(&self, chain: &Chain, who: Address) -> u128 {
        chain.view(self.pool, "balance_of", &(who,)).unwrap()
    }

    pub fn supply(&self, chain: &Chain) -> u128 {
        chain.view(self.pool, "total_supply", &()).unwrap()
    }

    pub fn books(&self, chain: &Chain) -> Pool {
        chain.view(self.pool, "pool", &()).unwrap()
    }

    pub fn reserves(&self, chain: &Chain) -> (u128, u128) {
        chain.view(self.pool, "reserves", &()).unwrap()
    }

    /// Sets how a token behaves.
    pub fn behave(&self, chain: &mut Chain, side: usize, mode: u8) {
        chain.call(self.alice, self.tokens[side], "behave", &(mode,)).ok();
    }

    /// The product of the reserves.
    pub fn product(&self, chain: &Chain) -> u128 {
        let (first, second) = self.reserves(chain);
        first * second
    }
}
