//! A staking pool of native money: shares with a price, a queue for those who leave, rewards that were paid in before,
//! and a capped slash that reaches those who stay and those who are leaving alike.
//!
//! Invariants: all shares together are worth no more than is staked; rewards owed and on their way are no more than was
//! funded and not paid; what is unbonding left the stake before; the contract's money covers all of these. It calls no
//! other contract, and money that is sent to it without a call changes nothing.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod math;

/// A staking pool of native money.
#[tacit_sdk::contract(modules(roles))]
mod staking {
    use crate::math;
    use tacit_sdk::prelude::*;

    storage! {
        version = 1;
        /// The rules.
        CONFIG: Item<Config> = 0;
        /// What the contract holds, and for what.
        POOL: Item<Pool> = 1;
        /// Who has shares or rewards.
        POSITIONS: OrderedMap<Address, Position> = 2;
        /// Money on its way out, by owner and number.
        REQUESTS: OrderedMap<(Address, u64), Request> = 3;
        /// The number of the next request.
        NEXT: Item<u64> = 4;
        /// How many requests an owner has.
        OPEN: Map<Address, u32> = 5;
        /// Rewards on their way.
        STREAM: Item<Stream> = 6;
        /// What the slashes up to each one left of 2^250; the key counts down with time, so that the newest is first.
        SURVIVALS: OrderedMap<u64, U256> = 7;
    }

    roles! {
        /// Pays rewards in, and by that makes the time longer in which all are released.
        FUNDER = 16;
        /// Slashes, within the cap and the interval.
        SLASHER = 17;
        /// Sets caps and minimum for those who come.
        LIMITER = 18;
    }

    /// Most requests of one owner at a time.
    const REQUESTS_MAX: u32 = 32;
    /// Entries of a page.
    const PAGE: usize = 16;
    /// The longest time between a request and its money.
    const UNBONDING_MAX: Duration = Duration::days(90);
    /// The shortest time in which a funding is released.
    const REWARD_PERIOD_MIN: Duration = Duration::hours(1);
    /// The longest time in which a funding is released.
    const REWARD_PERIOD_MAX: Duration = Duration::days(366);
    /// The largest cap of one slash, in hundredths of a percent.
    const SLASH_CAP_MAX: u32 = 5_000;
    /// The shortest time between two slashes.
    const SLASH_INTERVAL_MIN: Duration = Duration::hours(1);

    /// The rules; all but the limits stay as they are.
    #[derive(Wire, Clone, Copy)]
    pub struct Config {
        /// Most base units staked after a stake.
        pub cap: Amount,
        /// Most base units that one account's shares may be worth after it stakes.
        pub account_cap: Amount,
        /// Least base units of a stake, and of what stays after a part of it leaves.
        pub minimum: Amount,
        /// From a request to its money.
        pub unbonding: Duration,
        /// In what time a funding is released.
        pub reward_period: Duration,
        /// Most that one slash takes.
        pub slash_cap: Rate,
        /// Least time between two slashes.
        pub slash_interval: Duration,
        /// Who gets what was slashed.
        pub beneficiary: Address,
    }

    /// What the contract holds, and for what.
    #[derive(Wire, Clone, Copy, Default)]
    pub struct Pool {
        /// Base units that belong to the shares.
        pub staked: Amount,
        /// Shares of all stakers.
        pub shares: Shares,
        /// Base units of all requests, as they were when they were made.
        pub unbonding: Amount,
        /// Base units that the beneficiary can get.
        pub slashed: Amount,
        /// Base units that were funded and not paid out.
        pub rewards: Amount,
    }

    /// What an account has in the pool.
    #[derive(Wire, Clone, Copy, Default)]
    pub struct Position {
        /// Its shares.
        pub shares: Shares,
        /// The reward index up to which it was credited.
        pub index: U256,
        /// Base units of reward that it was credited and can claim.
        pub rewards: Amount,
    }

    /// Money on its way out.
    #[derive(Wire, Clone, Copy)]
    pub struct Request {
        /// Base units before slashes.
        pub amount: Amount,
        /// From when on it can be claimed; no slash reaches it from then on.
        pub due: Timestamp,
        /// What slashes had left of 2^250 when it was made.
        pub survival: U256,
    }

    /// Rewards on their way to the stakers.
    #[derive(Wire, Clone, Copy, Default)]
    pub struct Stream {
        /// Base units that have not been released.
        pub left: Amount,
        /// Up to when they were released.
        pub from: Timestamp,
        /// When the last of them is released.
        pub until: Timestamp,
        /// What one share has earned since the beginning, in 2^-120 base units.
        pub index: U256,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// A rule is outside of what the contract allows.
        BadConfig = 1,
        /// The stake, or what stays of it, is below the minimum; take everything out instead.
        BelowMinimum = 2,
        /// The pool would hold more than its cap.
        CapReached = 3,
        /// The account would have more than an account may.
        AccountCapReached = 4,
        /// The shares or the money would be less than the caller asks for.
        Slippage = 5,
        /// The amount or the shares are worth nothing.
        TooSmall = 6,
        /// The account has not that many shares.
        InsufficientShares = 7,
        /// The account has as many requests as are allowed: claim first.
        TooManyRequests = 8,
        /// There is no such request, or it was claimed.
        RequestUnknown = 9,
        /// It is not due.
        TooEarly = 10,
        /// The slash is nothing, or above the cap.
        SlashOutOfRange = 11,
        /// The last slash was less than the interval ago.
        SlashTooSoon = 12,
        /// There is nothing to pay.
        NothingToPay = 13,
        /// The receiver cannot take the money.
        RecipientRefused = 14,
        /// Slashes have taken so much that the number cannot be expressed: start a new pool.
        Exhausted = 15,
    }

    /// Somebody staked.
    #[event]
    pub struct Staked {
        /// Who.
        pub account: Address,
        /// Base units.
        pub amount: Amount,
        /// Shares for it.
        pub shares: Shares,
    }

    /// Somebody began to leave.
    #[event]
    pub struct UnstakeRequested {
        /// Who.
        pub account: Address,
        /// The request's number.
        pub request: u64,
        /// Shares given up.
        pub shares: Shares,
        /// Base units if no slash comes.
        pub amount: Amount,
        /// From when on they can be claimed.
        pub due: Timestamp,
    }

    /// A request was paid.
    #[event]
    pub struct Claimed {
        /// To whom.
        pub account: Address,
        /// The request's number.
        pub request: u64,
        /// Base units paid.
        pub paid: Amount,
        /// Base units that slashes took of it.
        pub lost: Amount,
    }

    /// Rewards were paid in.
    #[event]
    pub struct RewardsFunded {
        /// By whom.
        pub by: Address,
        /// Base units.
        pub amount: Amount,
        /// When all that was not released is released.
        pub until: Timestamp,
    }

    /// Rewards were paid out.
    #[event]
    pub struct RewardsClaimed {
        /// To whom.
        pub account: Address,
        /// Base units.
        pub amount: Amount,
    }

    /// A part of all stakes and of all requests that are not due was taken.
    #[event]
    pub struct Slashed {
        /// Which part.
        pub rate: Rate,
        /// Base units taken from the stakes; what is taken from a request is known when it is claimed.
        pub from_stakes: Amount,
    }

    /// The beneficiary got what was slashed.
    #[event]
    pub struct SlashedCollected {
        /// Who.
        pub to: Address,
        /// Base units.
        pub amount: Amount,
    }

    /// Caps and minimum changed.
    #[event]
    pub struct LimitsSet {
        /// Of the pool.
        pub cap: Amount,
        /// Of an account.
        pub account_cap: Amount,
        /// Of a stake.
        pub minimum: Amount,
    }

    /// Sets the rules; the creator becomes the administrator of the roles.
    #[init]
    fn init(config: Config) -> Result<(), Error> {
        let sound = !config.minimum.is_zero()
            && config.unbonding > Duration::ZERO
            && config.unbonding <= UNBONDING_MAX
            && config.reward_period >= REWARD_PERIOD_MIN
            && config.reward_period <= REWARD_PERIOD_MAX
            && config.slash_cap <= Rate::basis_points(SLASH_CAP_MAX)
            && config.slash_interval >= SLASH_INTERVAL_MIN
            // What it paid to itself, no book would have.
            && config.beneficiary != env::self_address();
        if !sound {
            return Err(Error::BadConfig);
        }
        CONFIG.set(&config);
        roles::start(&env::caller());
        Ok(())
    }

    /// Stakes the money of the call for at least so many shares; returns how many.
    #[call]
    #[payable]
    fn stake(min_shares: Shares) -> Result<Shares, Error> {
        let (account, amount, config, mut pool) = (env::caller(), env::value(), config()?, POOL.get_or_default());
        if amount < config.minimum {
            return Err(Error::BelowMinimum);
        }
        let shares = math::shares_for(amount, pool.staked, pool.shares).ok_or(Error::Exhausted)?;
        if shares < min_shares || shares.is_zero() {
            return Err(Error::Slippage);
        }
        let mut position = settle(&account, &pool)?;
        pool.staked = pool.staked.checked_add(amount).filter(|sum| *sum <= config.cap).ok_or(Error::CapReached)?;
        pool.shares = pool.shares.checked_add(shares).ok_or(Error::Exhausted)?;
        position.shares = position.shares.checked_add(shares).ok_or(Error::Exhausted)?;
        if worth(position.shares, &pool)? > config.account_cap {
            return Err(Error::AccountCapReached);
        }
        POOL.set(&pool);
        keep(&account, &position);
        Staked { account, amount, shares }.emit();
        Ok(shares)
    }

    /// Takes shares out of the pool, for a request of at least so many base units; returns the request's number.
    #[call]
    fn request_unstake(shares: Shares, min_amount: Amount) -> Result<u64, Error> {
        let (account, config, mut pool) = (env::caller(), config()?, POOL.get_or_default());
        let mut position = settle(&account, &pool)?;
        position.shares = position.shares.checked_sub(shares).ok_or(Error::InsufficientShares)?;
        let amount = worth(shares, &pool)?;
        if amount.is_zero() {
            return Err(Error::TooSmall);
        }
        if amount < min_amount {
            return Err(Error::Slippage);
        }
        pool.staked = pool.staked.checked_sub(amount).ok_or(Error::Exhausted)?;
        pool.shares = pool.shares.checked_sub(shares).ok_or(Error::InsufficientShares)?;
        pool.unbonding = pool.unbonding.checked_add(amount).ok_or(Error::Exhausted)?;
        if !position.shares.is_zero() && worth(position.shares, &pool)? < config.minimum {
            return Err(Error::BelowMinimum);
        }
        POOL.set(&pool);
        keep(&account, &position);
        let (request, due) = open(&account, amount, config.unbonding)?;
        UnstakeRequested { account, request, shares, amount, due }.emit();
        Ok(request)
    }

    /// Pays a request that is due to its owner, less what slashes took. Anybody may ask for it; returns what was paid.
    #[call]
    fn claim(owner: Address, request: u64) -> Result<Amount, Error> {
        let key = (owner, request);
        let Request { amount, due, survival } = REQUESTS.get(&key).ok_or(Error::RequestUnknown)?;
        if env::now() < due {
            return Err(Error::TooEarly);
        }
        let paid = math::payout(amount, survival, survival_before(due)).ok_or(Error::Exhausted)?;
        let lost = amount.checked_sub(paid).ok_or(Error::Exhausted)?;
        let mut pool = POOL.get_or_default();
        pool.unbonding = pool.unbonding.checked_sub(amount).ok_or(Error::Exhausted)?;
        pool.slashed = pool.slashed.checked_add(lost).ok_or(Error::Exhausted)?;
        POOL.set(&pool);
        REQUESTS.remove(&key);
        OPEN.put(&owner, &OPEN.get_or_default(&owner).saturating_sub(1));
        Claimed { account: owner, request, paid, lost }.emit();
        env::transfer(&owner, paid).map_err(|_| Error::RecipientRefused)?;
        Ok(paid)
    }

    /// Pays the caller its rewards; returns how much.
    #[call]
    fn claim_rewards() -> Result<Amount, Error> {
        let (account, mut pool) = (env::caller(), POOL.get_or_default());
        let mut position = settle(&account, &pool)?;
        let amount = position.rewards;
        if amount.is_zero() {
            return Err(Error::NothingToPay);
        }
        pool.rewards = pool.rewards.checked_sub(amount).ok_or(Error::Exhausted)?;
        position.rewards = Amount::ZERO;
        POOL.set(&pool);
        keep(&account, &position);
        RewardsClaimed { account, amount }.emit();
        env::transfer(&account, amount).map_err(|_| Error::RecipientRefused)?;
        Ok(amount)
    }

    /// Pays rewards in. With what was not released yet, they are released evenly from now on, over a time between what was
    /// left of the old one and a whole period, the longer the more is paid in.
    #[call]
    #[payable]
    #[only_role(FUNDER)]
    fn fund() -> Result<(), Error> {
        let (amount, config, mut pool) = (env::value(), config()?, POOL.get_or_default());
        if amount.is_zero() {
            return Err(Error::TooSmall);
        }
        let stream = math::funded(stream(&pool)?, amount, config.reward_period).ok_or(Error::Exhausted)?;
        pool.rewards = pool.rewards.checked_add(amount).ok_or(Error::Exhausted)?;
        POOL.set(&pool);
        STREAM.set(&stream);
        RewardsFunded { by: env::caller(), amount, until: stream.until }.emit();
        Ok(())
    }

    /// Takes a part of all stakes and of all requests that are not due, for the beneficiary.
    #[call]
    #[only_role(SLASHER)]
    fn slash(rate: Rate) -> Result<(), Error> {
        let (config, mut pool, now) = (config()?, POOL.get_or_default(), env::now());
        if rate == Rate::ZERO || rate > config.slash_cap {
            return Err(Error::SlashOutOfRange);
        }
        let last = SURVIVALS.first();
        if last.is_some_and(|(key, _)| now.saturating_since(newest_first(key)) < config.slash_interval) {
            return Err(Error::SlashTooSoon);
        }
        let survival = last.map_or(math::UNTOUCHED, |(_, survival)| survival);
        SURVIVALS.set(&newest_first(now.0).0, &math::slashed(survival, rate).ok_or(Error::Exhausted)?);
        let from_stakes = math::part(pool.staked, rate).ok_or(Error::Exhausted)?;
        pool.staked = pool.staked.checked_sub(from_stakes).ok_or(Error::Exhausted)?;
        pool.slashed = pool.slashed.checked_add(from_stakes).ok_or(Error::Exhausted)?;
        POOL.set(&pool);
        Slashed { rate, from_stakes }.emit();
        Ok(())
    }

    /// Pays what was slashed to the beneficiary. Anybody may ask for it; returns how much.
    #[call]
    fn collect_slashed() -> Result<Amount, Error> {
        let (to, mut pool) = (config()?.beneficiary, POOL.get_or_default());
        let amount = pool.slashed;
        if amount.is_zero() {
            return Err(Error::NothingToPay);
        }
        pool.slashed = Amount::ZERO;
        POOL.set(&pool);
        SlashedCollected { to, amount }.emit();
        env::transfer(&to, amount).map_err(|_| Error::RecipientRefused)?;
        Ok(amount)
    }

    /// Sets caps and minimum; a cap of nothing closes the pool for newcomers. Who has staked before keeps what it has and can leave.
    #[call]
    #[only_role(LIMITER)]
    fn set_limits(cap: Amount, account_cap: Amount, minimum: Amount) -> Result<(), Error> {
        if minimum.is_zero() {
            return Err(Error::BadConfig);
        }
        CONFIG.set(&Config { cap, account_cap, minimum, ..config()? });
        LimitsSet { cap, account_cap, minimum }.emit();
        Ok(())
    }

    /// The rules.
    #[view]
    fn rules() -> Result<Config, Error> {
        config()
    }

    /// What the contract holds, and for what.
    #[view]
    fn pool() -> Pool {
        POOL.get_or_default()
    }

    /// Rewards on their way, as of now.
    #[view]
    fn rewards_left() -> Result<(Amount, Timestamp), Error> {
        let stream = stream(&POOL.get_or_default())?;
        Ok((stream.left, stream.until))
    }

    /// What an account has: its shares, what they are worth, and the rewards that it can claim.
    #[view]
    fn position(account: Address) -> Result<(Shares, Amount, Amount), Error> {
        let pool = POOL.get_or_default();
        let stream = stream(&pool)?;
        let position = credited(&account, &stream)?;
        Ok((position.shares, worth(position.shares, &pool)?, position.rewards))
    }

    /// The shares that an amount would buy.
    #[view]
    fn shares_for(amount: Amount) -> Result<Shares, Error> {
        let pool = POOL.get_or_default();
        math::shares_for(amount, pool.staked, pool.shares).ok_or(Error::Exhausted)
    }

    /// What shares are worth.
    #[view]
    fn worth_of(shares: Shares) -> Result<Amount, Error> {
        worth(shares, &POOL.get_or_default())
    }

    /// A request: base units before slashes, what it pays as things stand, and from when on.
    #[view]
    fn request(owner: Address, request: u64) -> Result<(Amount, Amount, Timestamp), Error> {
        let Request { amount, due, survival } = REQUESTS.get(&(owner, request)).ok_or(Error::RequestUnknown)?;
        let pays = math::payout(amount, survival, survival_before(due)).ok_or(Error::Exhausted)?;
        Ok((amount, pays, due))
    }

    /// Up to 16 requests of an owner after a number.
    #[view]
    fn requests(owner: Address, after: Option<u64>) -> List<((Address, u64), Request), PAGE> {
        REQUESTS.page_within(&owner, after.map(|number| (owner, number)).as_ref())
    }

    /// Up to 16 accounts with shares or rewards after one, as they were when they last did something.
    #[view]
    fn stakers(after: Option<Address>) -> List<(Address, Position), PAGE> {
        POSITIONS.page(after.as_ref())
    }

    fn config() -> Result<Config, Error> {
        CONFIG.get().ok_or(Error::BadConfig)
    }

    fn worth(shares: Shares, pool: &Pool) -> Result<Amount, Error> {
        math::worth(shares, pool.staked, pool.shares).ok_or(Error::Exhausted)
    }

    fn stream(pool: &Pool) -> Result<Stream, Error> {
        math::advanced(STREAM.get_or_default(), pool.shares, env::now()).ok_or(Error::Exhausted)
    }

    /// Releases rewards up to now and credits an account with its part, before its shares change.
    fn settle(account: &Address, pool: &Pool) -> Result<Position, Error> {
        let stream = stream(pool)?;
        STREAM.set(&stream);
        credited(account, &stream)
    }

    fn credited(account: &Address, stream: &Stream) -> Result<Position, Error> {
        let before = POSITIONS.get(account).unwrap_or_default();
        let earned = math::earned(before.shares, before.index, stream.index).ok_or(Error::Exhausted)?;
        let rewards = before.rewards.checked_add(earned).ok_or(Error::Exhausted)?;
        Ok(Position { index: stream.index, rewards, ..before })
    }

    fn keep(account: &Address, position: &Position) {
        if position.shares.is_zero() && position.rewards.is_zero() {
            POSITIONS.remove(account);
        } else {
            POSITIONS.set(account, position);
        }
    }

    fn open(account: &Address, amount: Amount, unbonding: Duration) -> Result<(u64, Timestamp), Error> {
        let count = OPEN.get_or_default(account);
        if count >= REQUESTS_MAX {
            return Err(Error::TooManyRequests);
        }
        OPEN.set(account, &count.saturating_add(1));
        let number = NEXT.get_or_default();
        NEXT.set(&number.checked_add(1).ok_or(Error::Exhausted)?);
        let due = env::now().checked_add(unbonding).ok_or(Error::Exhausted)?;
        let survival = SURVIVALS.first().map_or(math::UNTOUCHED, |(_, survival)| survival);
        REQUESTS.set(&(*account, number), &Request { amount, due, survival });
        Ok((number, due))
    }

    /// What the slashes before a time left of 2^250: one search, however many there were.
    fn survival_before(time: Timestamp) -> U256 {
        // Keys after that of `time` itself are those of earlier slashes.
        SURVIVALS.next_after(&newest_first(time.0).0).map_or(math::UNTOUCHED, |(_, survival)| survival)
    }

    /// The key of a time, and the time of a key.
    fn newest_first(time: u64) -> Timestamp {
        Timestamp(u64::MAX.saturating_sub(time))
    }
}
