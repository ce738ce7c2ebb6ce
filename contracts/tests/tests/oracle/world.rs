//! An oracle, its sources, and those who watch over it.

use crate::invariants;
use borsh::{BorshDeserialize, BorshSerialize};
use tacit_contract_tests::deploy;
use tacit_contract_tests::twin::Memory;
use tacit_simulator::{Address, Chain, Failure, Outcome};

/// Sources that count from the beginning.
pub const SOURCES: usize = 5;
/// A price of one.
pub const ONE: u128 = 1_000_000;
pub const DAY: u64 = 86_400_000;

/// The codes of the oracle.
pub mod code {
    pub const BAD_CONFIG: u32 = 1;
    pub const NOT_A_SOURCE: u32 = 2;
    pub const NOT_COUNTING_YET: u32 = 3;
    pub const BAD_PRICE: u32 = 4;
    pub const FROM_THE_FUTURE: u32 = 5;
    pub const TOO_OLD: u32 = 6;
    pub const NOT_NEWER: u32 = 7;
    pub const THIN_MARKET: u32 = 8;
    pub const NO_QUORUM: u32 = 9;
    pub const TOO_EARLY: u32 = 10;
    pub const TRIPPED: u32 = 11;
    pub const NOT_TRIPPED: u32 = 12;
    pub const OUTSIDE_BOUNDS: u32 = 13;
    pub const NO_ANSWER: u32 = 14;
    pub const STALE: u32 = 15;
    pub const NO_AVERAGE: u32 = 16;
    pub const ALREADY_A_SOURCE: u32 = 17;
    pub const BAD_SOURCE: u32 = 18;
    pub const TOO_MANY_SOURCES: u32 = 19;
    pub const TOO_FEW_SOURCES: u32 = 20;
    pub const COUNTS_ALREADY: u32 = 21;
    pub const NOT_A_GUARDIAN: u32 = 22;
    pub const LEAVES_ALREADY: u32 = 23;
    pub const NOT_LEAVING: u32 = 24;
    pub const BAD_GUARDIAN: u32 = 25;
    pub const ALREADY_A_GUARDIAN: u32 = 26;
    pub use tacit_contract_tests::code::MISSING_ROLE;
}

/// The rules; times in milliseconds.
#[derive(BorshSerialize, BorshDeserialize, Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub description: String,
    pub decimals: u8,
    pub quorum: u8,
    pub max_age: u64,
    pub heartbeat: u64,
    pub interval: u64,
    pub clamp: u32,
    pub breaker: u32,
    pub least_volume: u128,
    pub average_over: u64,
    pub fallback_for: u64,
}

/// Reports count a minute, answers two; at most 5 % every 10 seconds; a jump of more than 20 % trips.
pub fn config() -> Config {
    Config {
        description: "one in another".into(),
        decimals: 6,
        quorum: 3,
        max_age: 60_000,
        heartbeat: 120_000,
        interval: 10_000,
        clamp: 500,
        breaker: 2_000,
        least_volume: 0,
        average_over: 240_000,
        fallback_for: 600_000,
    }
}

/// What a consumer gets.
#[derive(BorshDeserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    pub price: u128,
    pub decimals: u8,
    pub time: u64,
    pub deviation: u128,
    pub reports: u8,
    pub is_average: bool,
}

/// The answer with all that belongs to it.
#[derive(BorshDeserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub price: u128,
    pub time: u64,
    pub updated: u64,
    pub deviation: u128,
    pub reports: u8,
    pub is_tripped: bool,
    pub sum: [u8; 32],
    pub counted: u64,
    pub moments: u64,
}

/// A source as the oracle lists it: address, since when it counts, until when if it leaves, price and time of its report.
pub type Listed = (Address, u64, Option<u64>, Option<(u128, u64)>);

#[derive(Clone, Copy)]
pub struct World {
    pub admin: Address,
    pub guardian: Address,
    /// Five that count, and two that do not.
    pub sources: [Address; SOURCES + 2],
    pub oracle: Address,
}

impl World {
    pub fn new() -> (Chain, Self) {
        Self::with(&config())
    }

    pub fn with(config: &Config) -> (Chain, Self) {
        let (chain, world, _) = Self::watched(config);
        (chain, world)
    }

    /// With what the invariants remember, for tests that go back in time.
    pub fn watched(config: &Config) -> (Chain, Self, Memory<State>) {
        let mut chain = Chain::new();
        let (admin, guardian) = (chain.account("admin"), chain.account("guardian"));
        let sources: [Address; SOURCES + 2] = std::array::from_fn(|number| chain.account(&format!("source {number}")));
        let oracle = make(&mut chain, admin, config, &sources[..SOURCES], guardian).unwrap();
        let world = Self { admin, guardian, sources, oracle };
        let memory = invariants::register(&mut chain, world);
        (chain, world, memory)
    }

    /// An oracle with an answer of one, and a history that averages can be taken of.
    pub fn settled() -> (Chain, Self) {
        let (chain, world, _) = Self::settled_watched();
        (chain, world)
    }

    /// As [`Self::watched`].
    pub fn settled_watched() -> (Chain, Self, Memory<State>) {
        let (mut chain, world, memory) = Self::watched(&config());
        for _ in 0..12 {
            world.all_report(&mut chain, ONE);
            chain.warp(25_000);
        }
        world.all_report(&mut chain, ONE);
        (chain, world, memory)
    }

    /// A call of the administrator about an account.
    pub fn admin(&self, chain: &mut Chain, function: &str, account: Address) -> Outcome {
        chain.call(self.admin, self.oracle, function, &(account,))
    }

    /// A call of a guardian about a source.
    pub fn guard(&self, chain: &mut Chain, function: &str, source: Address) -> Outcome {
        chain.call(self.guardian, self.oracle, function, &(source,))
    }

    pub fn report(&self, chain: &mut Chain, source: usize, price: u128) -> Outcome {
        self.report_of(chain, source, price, chain.time().0)
    }

    pub fn report_of(&self, chain: &mut Chain, source: usize, price: u128, observed: u64) -> Outcome {
        let arguments = (price, observed, None::<u128>);
        chain.call(self.sources[source], self.oracle, "report", &arguments)
    }

    pub fn all_report(&self, chain: &mut Chain, price: u128) {
        (0..SOURCES).for_each(|source| {
            self.report(chain, source, price).ok();
        });
    }

    pub fn update(&self, chain: &mut Chain) -> Outcome {
        chain.call(self.sources[0], self.oracle, "update", &())
    }

    pub fn quote(&self, chain: &Chain, view: &str) -> Result<Quote, u32> {
        chain.view(self.oracle, view, &()).map_err(|failure| failure.contract_code().unwrap())
    }

    pub fn price(&self, chain: &Chain) -> Result<u128, u32> {
        self.quote(chain, "price").map(|quote| quote.price)
    }

    pub fn state(&self, chain: &Chain) -> Option<State> {
        chain.view(self.oracle, "state", &()).unwrap()
    }

    pub fn listed(&self, chain: &Chain) -> Vec<Listed> {
        chain.view(self.oracle, "source_list", &()).unwrap()
    }
}

pub fn make(
    chain: &mut Chain,
    admin: Address,
    config: &Config,
    sources: &[Address],
    guardian: Address,
) -> Result<Address, Failure> {
    let code = deploy(chain, "oracle");
    chain.instantiate(admin, code, &(config, sources, guardian))
}
