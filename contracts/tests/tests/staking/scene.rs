//! A pool, the people around it, and the invariants that hold after every step of every test.

pub use tacit_contract_tests::code::MISSING_ROLE;
use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain, Outcome};

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;
/// What one is, as a rate.
pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const PERCENT: u128 = ONE / 100;

pub const CAP: u128 = 1_000_000;
pub const ACCOUNT_CAP: u128 = 600_000;
pub const MINIMUM: u128 = 100;
pub const UNBONDING: u64 = 3 * HOUR;
pub const PERIOD: u64 = 2 * HOUR;
pub const SLASH_CAP: u128 = 20 * PERCENT;
pub const INTERVAL: u64 = HOUR;

pub const FUNDER: u8 = 16;
pub const SLASHER: u8 = 17;
pub const LIMITER: u8 = 18;

pub const BAD_CONFIG: u32 = 1;
pub const BELOW_MINIMUM: u32 = 2;
pub const CAP_REACHED: u32 = 3;
pub const ACCOUNT_CAP_REACHED: u32 = 4;
pub const SLIPPAGE: u32 = 5;
pub const TOO_SMALL: u32 = 6;
pub const INSUFFICIENT_SHARES: u32 = 7;
pub const TOO_MANY_REQUESTS: u32 = 8;
pub const REQUEST_UNKNOWN: u32 = 9;
pub const TOO_EARLY: u32 = 10;
pub const SLASH_OUT_OF_RANGE: u32 = 11;
pub const SLASH_TOO_SOON: u32 = 12;
pub const NOTHING_TO_PAY: u32 = 13;
pub const EXHAUSTED: u32 = 15;

/// The arguments of `init`.
pub type Config = (Amount, Amount, Amount, u64, u64, u128, u64, Address);
/// Staked, shares, unbonding, slashed, rewards.
pub type Held = (u128, u128, u128, u128, u128);

pub struct Scene {
    pub chain: Chain,
    pub pool: Address,
    pub admin: Address,
    pub funder: Address,
    pub slasher: Address,
    pub treasury: Address,
    pub stakers: [Address; 3],
}

pub fn config(treasury: Address) -> Config {
    (Amount(CAP), Amount(ACCOUNT_CAP), Amount(MINIMUM), UNBONDING, PERIOD, SLASH_CAP, INTERVAL, treasury)
}

impl Scene {
    pub fn new() -> Self {
        Self::with(|config| config)
    }

    /// A pool with other rules.
    pub fn with(change: impl FnOnce(Config) -> Config) -> Self {
        let mut chain = Chain::new();
        let [admin, funder, slasher, treasury] =
            ["admin", "funder", "slasher", "treasury"].map(|name| chain.account(name));
        let stakers = ["alice", "bob", "carol"].map(|name| chain.account(name));
        let code = deploy(&mut chain, "staking");
        let pool = chain.instantiate(admin, code, &(change(config(treasury)),)).unwrap();
        for (role, account) in [(FUNDER, funder), (SLASHER, slasher), (LIMITER, admin)] {
            chain.call(admin, pool, "grant_role", &(role, account)).ok();
        }
        register_invariants(&mut chain, pool, stakers);
        Self { chain, pool, admin, funder, slasher, treasury, stakers }
    }

    pub fn call(&mut self, by: Address, function: &str, arguments: &impl borsh::BorshSerialize) -> Outcome {
        self.chain.call(by, self.pool, function, arguments)
    }

    pub fn stake(&mut self, by: Address, amount: u128) -> Outcome {
        self.chain.call_paying(by, self.pool, "stake", &(0_u128,), Amount(amount))
    }

    pub fn unstake(&mut self, by: Address, shares: u128) -> Outcome {
        self.call(by, "request_unstake", &(shares, Amount(0)))
    }

    pub fn fund(&mut self, amount: u128) -> Outcome {
        self.chain.call_paying(self.funder, self.pool, "fund", &(), Amount(amount))
    }

    pub fn slash(&mut self, rate: u128) -> Outcome {
        self.call(self.slasher, "slash", &(rate,))
    }

    pub fn held(&self) -> Held {
        held(&self.chain, self.pool)
    }

    /// Shares, worth and rewards.
    pub fn position(&self, account: Address) -> (u128, u128, u128) {
        position(&self.chain, self.pool, account)
    }

    pub fn money(&self, account: Address) -> u128 {
        self.chain.balance(account).0
    }
}

pub fn held(chain: &Chain, pool: Address) -> Held {
    chain.view(pool, "pool", &()).unwrap()
}

pub fn position(chain: &Chain, pool: Address, account: Address) -> (u128, u128, u128) {
    chain.view(pool, "position", &(account,)).unwrap()
}

fn must(holds: bool, why: impl Fn() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn register_invariants(chain: &mut Chain, pool: Address, stakers: [Address; 3]) {
    chain.invariant("the shares are worth no more than is staked", move |chain| {
        let worth: u128 = stakers.map(|staker| position(chain, pool, staker).1).iter().sum();
        let (staked, shares, ..) = held(chain, pool);
        let whole: Amount = chain.view(pool, "worth_of", &(shares,)).unwrap();
        must(worth <= staked && whole.0 <= staked, || format!("{worth} and {} of {staked}", whole.0))
    });
    chain.invariant("the shares add up", move |chain| {
        let (sum, shares) = (stakers.map(|staker| position(chain, pool, staker).0).iter().sum(), held(chain, pool).1);
        must(shares == sum, || format!("{sum} of {shares}"))
    });
    chain.invariant("rewards owed and on their way are no more than was funded and not paid", move |chain| {
        let owed: u128 = stakers.map(|staker| position(chain, pool, staker).2).iter().sum();
        let (left, _): (Amount, u64) = chain.view(pool, "rewards_left", &()).unwrap();
        let rewards = held(chain, pool).4;
        must(owed + left.0 <= rewards, || format!("{owed} and {} of {rewards}", left.0))
    });
    chain.invariant("the requests add up to what is unbonding", move |chain| {
        let sum: u128 =
            stakers.iter().flat_map(|staker| requests(chain, pool, *staker)).map(|(_, amount, _)| amount).sum();
        let unbonding = held(chain, pool).2;
        must(sum == unbonding, || format!("{sum} of {unbonding}"))
    });
    chain.invariant("the contract's money covers what it holds for others", move |chain| {
        let (staked, _, unbonding, slashed, rewards) = held(chain, pool);
        let (sum, money) = (staked + unbonding + slashed + rewards, chain.balance(pool).0);
        must(sum <= money, || format!("{sum} with {money}"))
    });
}

/// A request by owner and number: base units, when due, what slashes had left when it was made.
type Request = ((Address, u64), (u128, u64, [u8; 32]));

/// All requests of an owner, page after page: number, base units, when due.
pub fn requests(chain: &Chain, pool: Address, owner: Address) -> Vec<(u64, u128, u64)> {
    let mut all: Vec<(u64, u128, u64)> = Vec::new();
    loop {
        let after = all.last().map(|request| request.0);
        let page: Vec<Request> = chain.view(pool, "requests", &(owner, after)).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.into_iter().map(|((_, number), (amount, due, _))| (number, amount, due)));
    }
}

/// Exact, or the one base unit less that rounding for the pool may take.
#[track_caller]
pub fn about(amount: u128, exact: u128) {
    assert!(amount <= exact && exact <= amount + 1, "{amount} instead of {exact}");
}
