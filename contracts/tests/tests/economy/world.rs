//! Every standard contract on one chain, joined as people would join them, and the accounts that use them.

use ed25519_consensus::SigningKey;
use tacit_contract_tests::government::establish;
use tacit_contract_tests::{Encoded, deploy};
use tacit_simulator::{Address, Amount, Chain, InstantiateOptions, encode};

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;
pub const FOREVER: u64 = u64::MAX;
pub const ONE: u128 = 1_000_000_000_000_000_000;
pub const ZERO: Address = Address([0; 32]);
/// What each user has of each token in the beginning.
pub const WEALTH: u128 = 1_000_000;
/// The most that there can be of `vote`.
pub const CAP: u128 = 8 * WEALTH;
/// The bridge's only route.
pub const ROUTE: u8 = 7;
pub const DELIVER: u8 = 1;
pub const REFUSE: u8 = 2;
pub const REFUND: u8 = 3;
pub const DESCRIPTION: [u8; 32] = [7; 32];
/// The oracle's clamp in basis points, and its rules' times.
pub const CLAMP: u128 = 500;
pub const MAX_AGE: u64 = 10 * MINUTE;
pub const HEARTBEAT: u64 = 20 * MINUTE;
pub const INTERVAL: u64 = MINUTE;

/// Route, number, sender, receiver, amount, deadline.
pub type Message = (u8, u64, [u8; 32], [u8; 32], u128, u64);
/// Target, function, arguments, money, least gas.
pub type Action = (Address, String, Vec<u8>, Amount, u64);

/// Where everything is. `gold` is the small token, `vote` the full one, `evil` the one that does what anybody tells it.
#[derive(Clone, Copy)]
pub struct Places {
    pub admin: Address,
    pub users: [Address; 4],
    pub gold: Address,
    pub vote: Address,
    pub evil: Address,
    /// Gold and vote; vote and evil.
    pub pools: [Address; 2],
    pub router: Address,
    pub nft: Address,
    pub market: Address,
    pub staking: Address,
    pub vesting: Address,
    pub council: Address,
    pub governor: Address,
    pub timelock: Address,
    pub oracle: Address,
    pub twap: Address,
    /// Where money is locked, and where units of it are made.
    pub ends: [Address; 2],
}

impl Places {
    pub fn tokens(&self) -> [Address; 3] {
        [self.gold, self.vote, self.evil]
    }

    /// Everybody who can hold anything.
    pub fn everybody(&self) -> Vec<Address> {
        let [first, second, third, fourth] = self.users;
        let people = [self.admin, first, second, third, fourth, ZERO];
        [&people[..], &self.contracts()].concat()
    }

    pub fn contracts(&self) -> Vec<Address> {
        let Self { gold, vote, evil, pools, router, nft, market, staking, vesting, .. } = *self;
        let Self { council, governor, timelock, oracle, twap, ends, .. } = *self;
        let most = [gold, vote, evil, router, nft, market, staking, vesting, council, governor, timelock, oracle, twap];
        [&most[..], &pools, &ends].concat()
    }
}

pub struct World {
    pub chain: Chain,
    pub at: Places,
    pub keys: Vec<SigningKey>,
}

impl World {
    pub fn new() -> Self {
        let mut chain = Chain::new();
        let admin = chain.account("admin");
        let users = ["alice", "bob", "carol", "dave"].map(|name| chain.account(name));
        let make = |chain: &mut Chain, name: &str, arguments: Vec<u8>| {
            let code = deploy(chain, name);
            chain.instantiate(admin, code, &Encoded(arguments)).unwrap()
        };
        let all = Amount(4 * WEALTH);
        let gold = make(&mut chain, "token", encode(&(all,)));
        let vote = make(&mut chain, "token_plus", encode(&("Vote", "VOTE", 6_u8, all, Amount(CAP))));
        let evil = make(&mut chain, "hostile_token", encode(&(all,)));
        let pools = [(gold, vote), (vote, evil)]
            .map(|(first, second)| make(&mut chain, "amm", encode(&(first, second, 30_u32, 2_000_u32, admin))));
        let router = make(&mut chain, "router", Vec::new());
        let nft = make(&mut chain, "nft", encode(&("Stones", 100_u64)));
        let market = make(&mut chain, "market", encode(&(ONE / 40, admin)));
        let pool_rules = (Amount(WEALTH), Amount(WEALTH), Amount(100), 3 * HOUR, 2 * HOUR, ONE / 5, HOUR, admin);
        let staking = make(&mut chain, "staking", encode(&(pool_rules,)));
        let vesting = make(&mut chain, "vesting", Vec::new());
        let mut owners = users[..3].to_vec();
        owners.sort();
        let council = make(&mut chain, "multisig", encode(&(owners, 2_u8)));
        let (governor, timelock) = govern(&mut chain, admin, vote, council);
        let (oracle, twap) = price(&mut chain, admin, users, pools[0], gold);
        let mut keys: Vec<SigningKey> = (1..5).map(|seed| SigningKey::from([seed; 32])).collect();
        keys.sort_by_key(|key| key.verification_key().to_bytes());
        let public: Vec<[u8; 32]> = keys.iter().map(|key| key.verification_key().to_bytes()).collect();
        let ends = [0; 2].map(|_| make(&mut chain, "bridge", encode(&(3_u8, public.clone()))));
        let at = Places {
            admin,
            users,
            gold,
            vote,
            evil,
            pools,
            router,
            nft,
            market,
            staking,
            vesting,
            council,
            governor,
            timelock,
            oracle,
            twap,
            ends,
        };
        let mut world = Self { chain, at, keys };
        world.give_out();
        world.give_rights();
        world.first_answer();
        world
    }

    fn give_out(&mut self) {
        let (chain, at) = (&mut self.chain, self.at);
        for token in at.tokens() {
            for user in at.users {
                chain.call(at.admin, token, "transfer", &(user, Amount(WEALTH))).ok();
                for spender in [at.pools[0], at.pools[1], at.router, at.vesting] {
                    chain.call(user, token, "approve", &(spender, Amount(u128::MAX))).ok();
                }
            }
        }
        for (pool, user) in [(0, 0), (1, 1)] {
            let deposit = (WEALTH / 4, WEALTH / 4, 0_u128, at.users[user], FOREVER);
            chain.call(at.users[user], at.pools[pool], "deposit", &deposit).ok();
        }
        for account in [at.council, at.timelock] {
            chain.transfer(at.admin, account, Amount(10_000)).ok();
        }
    }

    fn give_rights(&mut self) {
        let (chain, at) = (&mut self.chain, self.at);
        let mut grant = |contract: Address, role: u8, to: Address| {
            chain.call(at.admin, contract, "grant_role", &(role, to)).ok();
        };
        grant(at.vote, 16, at.timelock);
        grant(at.nft, 16, at.admin);
        [16, 17, 18].iter().for_each(|role| grant(at.staking, *role, at.admin));
        at.ends.iter().for_each(|end| (16..19).for_each(|role| grant(*end, role, at.admin)));
        for user in at.users {
            chain.call(at.admin, at.nft, "mint", &(user, "stone", at.admin, ONE / 20)).ok();
            chain.call(user, at.nft, "set_operator", &(at.market, true)).ok();
        }
        let genesis = chain.genesis_id().0;
        for (kind, end) in [(0_u8, 0), (1, 1)] {
            let limits = (3_000_u128, 600_u128, 2_000_u128, HOUR);
            let route = (kind, genesis, at.ends[1 - end], limits);
            chain.call(at.admin, at.ends[end], "open_route", &(ROUTE, route)).ok();
        }
    }

    /// Has every source of the oracle report: the first answer needs all of them.
    fn first_answer(&mut self) {
        let (chain, at) = (&mut self.chain, self.at);
        // The pool was empty in a part of the first window, which may not count.
        for _ in 0..2 {
            chain.warp(5 * MINUTE);
            let _ = chain.call(at.admin, at.twap, "update", &());
        }
        for user in at.users {
            let report = (1_000_000_u128, chain.time().0, Some(Amount(1)));
            chain.call(user, at.oracle, "report", &report).ok();
        }
        type Quote = (u128, u8, u64, u128, u8, bool);
        chain.view::<Quote>(at.oracle, "price", &()).unwrap();
    }

    /// What three of the bridge's committee sign about a message at an end.
    pub fn signed(&self, purpose: u8, end: usize, message: &Message) -> Vec<(u8, [u8; 64])> {
        let genesis = self.chain.genesis_id().0;
        let mut bytes = b"tacit bridge v1\0".to_vec();
        bytes.push(purpose);
        bytes.extend(genesis);
        bytes.extend(self.at.ends[end].0);
        bytes.extend(1_u64.to_le_bytes());
        bytes.extend(encode(&((genesis, self.at.ends[1 - end]), *message)));
        [0, 1, 3].map(|place: u8| (place, self.keys[usize::from(place)].sign(&bytes).to_bytes())).to_vec()
    }
}

/// A governor and its timelock, guarded by the council.
fn govern(chain: &mut Chain, admin: Address, vote: Address, council: Address) -> (Address, Address) {
    let settings = (1, 10, 2, 100, ONE / 10, Amount(WEALTH / 10));
    establish(chain, admin, vote, council, DAY, settings)
}

/// An oracle of the price of gold in votes, of the users and of the first pool's average.
fn price(chain: &mut Chain, admin: Address, users: [Address; 4], pool: Address, gold: Address) -> (Address, Address) {
    let (source, salt) = (deploy(chain, "twap_source"), [1; 32]);
    let twap = Address::of_contract(&admin, &source, &salt);
    let sources = [&users[..], &[twap]].concat();
    let rules = ("gold in votes", 6_u8, 3_u8, MAX_AGE, HEARTBEAT, INTERVAL, 500_u32, 2_000_u32, Amount(1), HOUR, HOUR);
    let oracle_code = deploy(chain, "oracle");
    let oracle = chain.instantiate(admin, oracle_code, &(rules, sources, admin)).unwrap();
    let arguments = (pool, oracle, gold, 1_000_000_u128, 5 * MINUTE, DAY, Amount(WEALTH / 10));
    // Made before the pool is filled: the first window is thin.
    let made = chain.instantiate_with(admin, source, &arguments, InstantiateOptions::new().salt(salt)).unwrap();
    assert_eq!(made, twap);
    (oracle, twap)
}
