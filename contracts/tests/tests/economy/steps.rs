//! What anybody may try: each a call by somebody with numbers drawn at random, turned into something that has a chance to
//! succeed. Whether it does is not said here; what must hold afterwards are the invariants.

use crate::world::*;
use std::collections::BTreeMap;
use tacit_simulator::{Address, Amount, Outcome, encode};

/// What the people remember of what they did.
#[derive(Clone, Default)]
pub struct Diary {
    /// Messages sent from each end of the bridge.
    sent: [Vec<Message>; 2],
    /// What each proposal of the governor says.
    proposed: BTreeMap<u64, Vec<Action>>,
}

/// Who does it, and four numbers.
pub struct Draw<'d> {
    pub by: usize,
    pub numbers: [u32; 4],
    pub diary: &'d mut Diary,
}

impl Draw<'_> {
    fn number(&self, at: usize) -> usize {
        usize::try_from(self.numbers[at]).unwrap()
    }

    /// From nothing up to what somebody may have, often small.
    fn amount(&self, at: usize, most: u128) -> u128 {
        let number = u128::from(self.numbers[at]);
        if number % 4 == 0 { number % 50 } else { number % most.max(1) }
    }

    fn small(&self, at: usize, count: u64) -> u64 {
        u64::from(self.numbers[at]) % count
    }

    fn of<T: Copy>(&self, at: usize, some: &[T]) -> T {
        some[self.number(at) % some.len()]
    }
}

/// A kind of step: its name and what it does; nothing if it is no call.
pub type Kind = (&'static str, fn(&mut World, Draw<'_>) -> Option<Outcome>);

macro_rules! kinds {
    ($($name:literal => $does:expr,)*) => {
        /// Everything that anybody may try.
        pub const KINDS: &[Kind] = &[$(($name, $does)),*];
    };
}

kinds! {
    "token.transfer" => |world, draw| {
        let (token, to) = (draw.of(0, &world.at.tokens()), draw.of(1, &world.at.everybody()));
        Some(world.by(&draw, token, "transfer", &(to, Amount(draw.amount(2, WEALTH)))))
    },
    "token_plus.delegate" => |world, draw| {
        let to = draw.of(0, &world.at.users);
        Some(world.by(&draw, world.at.vote, "delegate", &(to,)))
    },
    "evil.behave" => |world, draw| {
        // Mostly honest, so that others get somewhere with it.
        let mode = [0, 0, 0, 0, 1, 2, 3, 4, 6, 7][draw.number(0) % 10];
        Some(world.by(&draw, world.at.evil, "behave", &(mode as u8,)))
    },
    "evil.call_back" => |world, draw| {
        let target = draw.of(0, &world.at.contracts());
        let (function, is_view) = draw.of(1, &[
            ("withdraw", false), ("sync", false), ("update", false), ("claim", false), ("reserves", true), ("price", true),
            ("transfer", false), ("swap_exact_in", false), ("execute", false), ("balance_of", true),
        ]);
        let input = if function == "balance_of" { world.at.router.0.to_vec() } else { Vec::new() };
        Some(world.by(&draw, world.at.evil, "call_back", &(target, function, input, is_view)))
    },
    "evil.set_balance" => |world, draw| {
        let whose = draw.of(0, &world.at.everybody());
        Some(world.by(&draw, world.at.evil, "set_balance", &(whose, draw.amount(1, 2 * WEALTH))))
    },
    "amm.deposit" => |world, draw| {
        let (pool, to) = (draw.of(0, &world.at.pools), world.at.users[draw.by]);
        let arguments = (draw.amount(1, WEALTH), draw.amount(2, WEALTH), 0_u128, to, FOREVER);
        Some(world.by(&draw, pool, "deposit", &arguments))
    },
    "amm.withdraw" => |world, draw| {
        let (pool, to) = (draw.of(0, &world.at.pools), world.at.users[draw.by]);
        let shares = world.shares(pool, to) * u128::from(draw.numbers[1] % 101) / 100;
        Some(world.by(&draw, pool, "withdraw", &(shares, 0_u128, 0_u128, to, FOREVER)))
    },
    "amm.withdraw_as_credit" => |world, draw| {
        let pool = draw.of(0, &world.at.pools);
        let shares = world.shares(pool, world.at.users[draw.by]) * u128::from(draw.numbers[1] % 101) / 100;
        Some(world.by(&draw, pool, "withdraw_as_credit", &(shares, 0_u128, 0_u128, FOREVER)))
    },
    "amm.collect_credit" => |world, draw| {
        let (pool, token) = (draw.of(0, &world.at.pools), draw.of(1, &world.at.tokens()));
        Some(world.by(&draw, pool, "collect_credit", &(token, world.at.users[draw.by])))
    },
    "amm.collect_fees" => |world, draw| {
        let (pool, token) = (draw.of(0, &world.at.pools), draw.of(1, &world.at.tokens()));
        Some(world.by(&draw, pool, "collect_fees", &(token,)))
    },
    "amm.skim" => |world, draw| {
        let (pool, token) = (draw.of(0, &world.at.pools), draw.of(1, &world.at.tokens()));
        Some(world.by(&draw, pool, "skim", &(token, world.at.users[draw.by])))
    },
    "amm.sync" => |world, draw| {
        // Rarely: a pool that is retired is no fun any more.
        let pool = world.at.pools[usize::from(draw.numbers[0] % 4 == 0)];
        Some(world.by(&draw, pool, "sync", &()))
    },
    "amm.swap_exact_in" => |world, draw| {
        let (pool, token) = (draw.of(0, &world.at.pools), draw.of(1, &world.at.tokens()));
        let arguments = (token, draw.amount(2, WEALTH / 2), 0_u128, world.at.users[draw.by], FOREVER);
        Some(world.by(&draw, pool, "swap_exact_in", &arguments))
    },
    "amm.swap_exact_out" => |world, draw| {
        let (pool, token) = (draw.of(0, &world.at.pools), draw.of(1, &world.at.tokens()));
        let arguments = (token, draw.amount(2, WEALTH / 4), WEALTH, world.at.users[draw.by], FOREVER);
        Some(world.by(&draw, pool, "swap_exact_out", &arguments))
    },
    "router.swap_exact_in" => |world, draw| {
        let (token, path) = world.path(&draw);
        let arguments = (token, draw.amount(2, WEALTH / 2), path, 0_u128, world.at.users[draw.by], FOREVER);
        Some(world.by(&draw, world.at.router, "swap_exact_in", &arguments))
    },
    "router.swap_exact_out" => |world, draw| {
        let (token, path) = world.path(&draw);
        let arguments = (token, WEALTH, path, draw.amount(2, WEALTH / 4), world.at.users[draw.by], FOREVER);
        Some(world.by(&draw, world.at.router, "swap_exact_out", &arguments))
    },
    "nft.transfer" => |world, draw| {
        let token = draw.small(0, 4);
        let (by, to) = (world.owner_of(token), draw.of(1, &world.at.everybody()));
        if !world.at.users.contains(&by) { return None; }
        Some(world.chain.call(by, world.at.nft, "transfer", &(to, token)))
    },
    "market.list" => |world, draw| {
        let token = draw.small(0, 4);
        let arguments = (world.at.nft, token, draw.amount(1, 9_000) + 1, world.in_time(draw.small(2, 5) * HOUR + 1));
        let by = world.holder(token, draw.by);
        Some(world.chain.call(by, world.at.market, "list", &arguments))
    },
    "market.buy" => |world, draw| {
        type Listing = (Address, u128, u64, u64, u64);
        let token = draw.small(0, 4);
        let listing: Option<Listing> = world.chain.view(world.at.market, "listing_of", &(world.at.nft, token)).unwrap();
        let (_, price, _, nonce, _) = listing?;
        Some(world.paying(&draw, world.at.market, "buy", &(world.at.nft, token, nonce), price))
    },
    "market.offer" => |world, draw| {
        let expires = world.in_time(draw.small(2, 5) * HOUR + 1);
        let arguments = (world.at.nft, draw.small(0, 4), expires, None::<Address>);
        Some(world.paying(&draw, world.at.market, "offer", &arguments, draw.amount(1, 9_000) + 1))
    },
    "market.cancel_offer" => |world, draw| {
        Some(world.by(&draw, world.at.market, "cancel_offer", &(draw.small(0, 12),)))
    },
    "market.accept" => |world, draw| {
        Some(world.by(&draw, world.at.market, "accept", &(draw.small(0, 12),)))
    },
    "market.auction" => |world, draw| {
        let (token, start) = (draw.small(0, 4), draw.amount(1, 900) + 1);
        let arguments = (world.at.nft, token, start, start + 10, world.in_time(draw.small(2, 3) * HOUR + 1_000));
        let by = world.holder(token, draw.by);
        Some(world.chain.call(by, world.at.market, "auction", &arguments))
    },
    "market.bid" => |world, draw| {
        let id = draw.small(0, 12);
        let least: u128 = world.chain.view(world.at.market, "next_bid", &(id,)).ok()?;
        Some(world.paying(&draw, world.at.market, "bid", &(id, None::<Address>), least + draw.amount(1, 300)))
    },
    "market.settle" => |world, draw| {
        Some(world.by(&draw, world.at.market, "settle", &(draw.small(0, 12),)))
    },
    "market.withdraw" => |world, draw| {
        Some(world.by(&draw, world.at.market, "withdraw", &(world.at.users[draw.by],)))
    },
    "staking.stake" => |world, draw| {
        Some(world.paying(&draw, world.at.staking, "stake", &(0_u128,), draw.amount(0, WEALTH / 4)))
    },
    "staking.request_unstake" => |world, draw| {
        let position: (u128, u128, u128) =
            world.chain.view(world.at.staking, "position", &(world.at.users[draw.by],)).unwrap();
        let shares = position.0 * u128::from(draw.numbers[0] % 101) / 100;
        Some(world.by(&draw, world.at.staking, "request_unstake", &(shares, Amount(0))))
    },
    "staking.claim" => |world, draw| {
        let owner = draw.of(0, &world.at.users);
        Some(world.by(&draw, world.at.staking, "claim", &(owner, draw.small(1, 6))))
    },
    "staking.claim_rewards" => |world, draw| {
        Some(world.by(&draw, world.at.staking, "claim_rewards", &()))
    },
    "staking.fund" => |world, draw| {
        let amount = Amount(draw.amount(0, 5_000) + 1);
        Some(world.chain.call_paying(world.at.admin, world.at.staking, "fund", &(), amount))
    },
    "staking.slash" => |world, draw| {
        let rate = ONE / 100 * u128::from(draw.numbers[0] % 21);
        Some(world.chain.call(world.at.admin, world.at.staking, "slash", &(rate,)))
    },
    "staking.collect_slashed" => |world, draw| {
        Some(world.by(&draw, world.at.staking, "collect_slashed", &()))
    },
    "vesting.grant" => |world, draw| {
        let terms = world.terms(&draw);
        Some(world.paying(&draw, world.at.vesting, "grant", &(terms,), draw.amount(3, 9_000) + 1))
    },
    "vesting.grant_tokens" => |world, draw| {
        let (token, terms) = (draw.of(2, &world.at.tokens()), world.terms(&draw));
        Some(world.by(&draw, world.at.vesting, "grant_tokens", &(token, Amount(draw.amount(3, WEALTH / 4)), terms)))
    },
    "vesting.claim" => |world, draw| {
        Some(world.by(&draw, world.at.vesting, "claim", &(draw.small(0, 5),)))
    },
    "vesting.revoke" => |world, draw| {
        Some(world.by(&draw, world.at.vesting, "revoke", &(draw.small(0, 5),)))
    },
    "vesting.reclaim" => |world, draw| {
        Some(world.by(&draw, world.at.vesting, "reclaim", &(draw.small(0, 5),)))
    },
    "multisig.propose" => |world, draw| {
        // The second of the actions: native money.
        let pay = (1_u8, world.at.users[draw.by], Amount(draw.amount(0, 4_000)));
        Some(world.by(&draw, world.at.council, "propose", &(pay, world.in_time(DAY))))
    },
    "multisig.confirm" => |world, draw| {
        Some(world.by(&draw, world.at.council, "confirm", &(draw.small(0, 5),)))
    },
    "multisig.execute" => |world, draw| {
        Some(world.by(&draw, world.at.council, "execute", &(draw.small(0, 5),)))
    },
    "governor.propose" => |world, draw| {
        let to = draw.of(0, &world.at.users);
        let mint = (world.at.vote, "mint".to_string(), encode(&(to, Amount(draw.amount(1, WEALTH)))), Amount(0), 0);
        let pay = (to, String::new(), Vec::new(), Amount(draw.amount(2, 4_000)), 0);
        let calls = if draw.numbers[3] % 2 == 0 { vec![mint] } else { vec![mint, pay] };
        let outcome = world.by(&draw, world.at.governor, "propose", &(calls.clone(), DESCRIPTION));
        if outcome.result.is_ok() {
            draw.diary.proposed.insert(outcome.returns(), calls);
        }
        Some(outcome)
    },
    "governor.vote" => |world, draw| {
        let choice = [1, 1, 1, 0, 2][draw.number(1) % 5] as u8;
        Some(world.by(&draw, world.at.governor, "vote", &(draw.small(0, 3), choice)))
    },
    "governor.queue" => |world, draw| {
        let proposal = draw.small(0, 3);
        let calls = draw.diary.proposed.get(&proposal)?.clone();
        Some(world.by(&draw, world.at.governor, "queue", &(proposal, calls, DESCRIPTION)))
    },
    "timelock.execute" => |world, draw| {
        let proposal = draw.small(0, 3);
        let calls = draw.diary.proposed.get(&proposal)?.clone();
        let asked = (proposal, calls.clone(), DESCRIPTION);
        let salt: [u8; 32] = world.chain.view(world.at.governor, "hash", &asked).unwrap();
        Some(world.by(&draw, world.at.timelock, "execute", &(calls, salt)))
    },
    "governor.cancel" => |world, draw| {
        Some(world.by(&draw, world.at.governor, "cancel", &(draw.small(0, 3),)))
    },
    "oracle.report" => |world, draw| {
        let price = 900_000 + u128::from(draw.numbers[0] % 200_000);
        let report = (price, world.chain.time().0, Some(Amount(1)));
        Some(world.by(&draw, world.at.oracle, "report", &report))
    },
    "oracle.update" => |world, draw| Some(world.by(&draw, world.at.oracle, "update", &())),
    "oracle.reset" => |world, _draw| {
        Some(world.chain.call(world.at.admin, world.at.oracle, "reset", &(0_u128, u128::MAX)))
    },
    "twap_source.update" => |world, draw| Some(world.by(&draw, world.at.twap, "update", &())),
    "twap_source.witness" => |world, draw| Some(world.by(&draw, world.at.twap, "witness", &())),
    "bridge.send" => |world, draw| {
        let end = draw.number(0) % 2;
        let (by, to) = (world.at.users[draw.by], draw.of(1, &world.at.users));
        let (amount, deadline) = (draw.amount(2, 2_500) + 1, world.in_time(draw.small(3, 3) * HOUR + 1));
        let value = Amount(if end == 0 { amount } else { 0 });
        let arguments = (ROUTE, to, amount, deadline, None::<Address>);
        let outcome = world.chain.call_paying(by, world.at.ends[end], "send", &arguments, value);
        if outcome.result.is_ok() {
            draw.diary.sent[end].push((ROUTE, outcome.returns(), by.0, to.0, amount, deadline));
        }
        Some(outcome)
    },
    "bridge.deliver" => |world, draw| {
        let end = draw.number(0) % 2;
        let message = draw.message(1 - end)?;
        let signatures = world.signed(DELIVER, end, &message);
        Some(world.by(&draw, world.at.ends[end], "deliver", &(message, signatures)))
    },
    "bridge.finish" => |world, draw| {
        let end = draw.number(0) % 2;
        let message = draw.message(1 - end)?;
        Some(world.by(&draw, world.at.ends[end], "finish", &(ROUTE, message.1)))
    },
    "bridge.refuse" => |world, draw| {
        let end = draw.number(0) % 2;
        let message = draw.message(1 - end)?;
        let signatures = world.signed(REFUSE, end, &message);
        Some(world.by(&draw, world.at.ends[end], "refuse", &(message, signatures)))
    },
    "bridge.refund" => |world, draw| {
        let end = draw.number(0) % 2;
        let message = draw.message(end)?;
        // The committee signs a refund of what the other end has refused, and of nothing else.
        let asked = encode(&(ROUTE, message.1));
        let fate = world.chain.view_bytes(world.at.ends[1 - end], "received", &asked).unwrap();
        if fate.get(1) != Some(&2) { return None; }
        let signatures = world.signed(REFUND, end, &message);
        Some(world.by(&draw, world.at.ends[end], "refund", &(ROUTE, message.1, signatures)))
    },
    "bridge.transfer_units" => |world, draw| {
        let to = draw.of(0, &world.at.users);
        Some(world.by(&draw, world.at.ends[1], "transfer_units", &(ROUTE, to, draw.amount(1, 2_000))))
    },
    "money.donate" => |world, draw| {
        let to = draw.of(0, &world.at.contracts());
        Some(world.chain.transfer(world.at.users[draw.by], to, Amount(draw.amount(1, 500))))
    },
    "time.wait" => |world, draw| {
        let units = [MINUTE, 10 * MINUTE, HOUR, DAY];
        world.chain.warp(draw.of(0, &units) * (1 + draw.small(1, 3)));
        None
    },
    "time.roll" => |world, draw| {
        world.chain.roll(1 + draw.small(0, 6));
        None
    },
}

impl Draw<'_> {
    fn message(&self, end: usize) -> Option<Message> {
        let sent = &self.diary.sent[end];
        (!sent.is_empty()).then(|| sent[self.number(1) % sent.len()])
    }
}

impl World {
    fn by(&mut self, draw: &Draw<'_>, to: Address, function: &str, arguments: &impl borsh::BorshSerialize) -> Outcome {
        self.chain.call(self.at.users[draw.by], to, function, arguments)
    }

    fn paying(
        &mut self,
        draw: &Draw<'_>,
        to: Address,
        function: &str,
        arguments: &impl borsh::BorshSerialize,
        amount: u128,
    ) -> Outcome {
        self.chain.call_paying(self.at.users[draw.by], to, function, arguments, Amount(amount))
    }

    pub fn shares(&self, pool: Address, holder: Address) -> u128 {
        self.chain.view(pool, "balance_of", &(holder,)).unwrap()
    }

    fn in_time(&self, milliseconds: u64) -> u64 {
        self.chain.time().0 + milliseconds
    }

    fn owner_of(&self, token: u64) -> Address {
        self.chain.view::<Option<Address>>(self.at.nft, "owner_of", &(token,)).unwrap().unwrap_or_default()
    }

    /// The holder of a token, or somebody else where a contract holds it.
    fn holder(&self, token: u64, otherwise: usize) -> Address {
        let owner = self.owner_of(token);
        if self.at.users.contains(&owner) { owner } else { self.at.users[otherwise] }
    }

    /// Beneficiary, start, cliff, end, whether it can be revoked.
    fn terms(&self, draw: &Draw<'_>) -> (Address, u64, u64, u64, bool) {
        let start = self.chain.time().0;
        let cliff = start + draw.small(1, 3) * HOUR;
        (draw.of(0, &self.at.users), start, cliff, cliff + DAY, draw.numbers[1] % 2 == 0)
    }

    /// A way through one pool or both.
    fn path(&self, draw: &Draw<'_>) -> (Address, Vec<(Address, Address)>) {
        let Places { gold, vote, evil, pools: [first, second], .. } = self.at;
        match draw.numbers[0] % 5 {
            0 => (gold, vec![(first, vote)]),
            1 => (vote, vec![(first, gold)]),
            2 => (gold, vec![(first, vote), (second, evil)]),
            3 => (evil, vec![(second, vote), (first, gold)]),
            _ => (vote, vec![(second, evil), (second, vote)]),
        }
    }
}
