//! Two ends of a bridge in the simulator: what they do, what they refuse, a model, and known attacks.
#![allow(clippy::unwrap_used)]

mod attacks;
mod behaviour;
mod invariants;
mod limits;
mod model;
mod refunds;

use ed25519_consensus::SigningKey;
use tacit_contract_tests::deploy;
use tacit_simulator::{Address, Amount, Chain, Outcome, encode};

pub(crate) const HOUR: u64 = 3_600_000;
pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const DAY: u64 = 24 * HOUR;
/// The route of the tests.
pub(crate) const ROUTE: u8 = 7;
/// What can be delivered at once, flows back in an hour, and waits.
pub(crate) const BURST: u128 = 300;
pub(crate) const PER_HOUR: u128 = 60;
pub(crate) const LARGE: u128 = 200;
pub(crate) const DELAY: u64 = HOUR;
/// How long a refund can be asked for after the deadline, and a delivery waits for room at most.
pub(crate) const REFUND_TIME: u64 = 180 * DAY;
pub(crate) const QUEUE_MAX: u64 = DAY;
/// The nearest deadline.
pub(crate) const DEADLINE_MIN: u64 = 10 * MINUTE;
pub(crate) const ROLES: [u8; 3] = [16, 17, 18];

/// Errors of the contract.
pub(crate) mod code {
    pub(crate) const BAD_COMMITTEE: u32 = 1;
    pub(crate) const BAD_SIGNATURES: u32 = 2;
    pub(crate) const NO_ROTATION: u32 = 3;
    pub(crate) const TOO_EARLY: u32 = 4;
    pub(crate) const UNKNOWN_ROUTE: u32 = 5;
    pub(crate) const ROUTE_EXISTS: u32 = 6;
    pub(crate) const BAD_LIMITS: u32 = 7;
    pub(crate) const BAD_AMOUNT: u32 = 8;
    pub(crate) const WRONG_VALUE: u32 = 9;
    pub(crate) const BAD_DEADLINE: u32 = 10;
    pub(crate) const INSUFFICIENT_UNITS: u32 = 11;
    pub(crate) const DELIVERED_ALREADY: u32 = 12;
    pub(crate) const REFUSED_ALREADY: u32 = 13;
    pub(crate) const EXPIRED: u32 = 14;
    pub(crate) const NOT_EXPIRED: u32 = 15;
    pub(crate) const NOT_LOCKED: u32 = 16;
    pub(crate) const LIMIT_REACHED: u32 = 17;
    pub(crate) const NOT_WAITING: u32 = 18;
    pub(crate) const UNKNOWN_MESSAGE: u32 = 19;
    pub(crate) const REFUNDED_ALREADY: u32 = 20;
    pub(crate) const NOT_PAID: u32 = 21;
    pub(crate) const SIGN_ANEW: u32 = 22;
    pub(crate) use tacit_contract_tests::code::{IS_PAUSED as PAUSED, MISSING_ROLE};
}

/// What a signature is for.
pub(crate) const DELIVER: u8 = 1;
pub(crate) const REFUSE: u8 = 2;
pub(crate) const REFUND: u8 = 3;
pub(crate) const ROTATE: u8 = 4;

/// Route, number, sender, receiver, amount, deadline.
pub(crate) type Message = (u8, u64, [u8; 32], [u8; 32], u128, u64);
/// A key's place and its signature.
pub(crate) type Signature = (u8, [u8; 64]);
pub(crate) type Limits = (u128, u128, u128, u64);
pub(crate) const LIMITS: Limits = (BURST, PER_HOUR, LARGE, DELAY);

/// The two ends of a route.
pub(crate) const HOME: usize = 0;
pub(crate) const FAR: usize = 1;

/// What became of a message at the end where it should arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Unseen,
    Waiting,
    Delivered,
    Refused,
}

/// What became of the refund of what was sent.
#[derive(borsh::BorshDeserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refund {
    Unasked,
    Waiting { ready: u64, version: u64 },
    Paid,
}

/// Two bridges on one chain, joined by a route, with a committee of four of whom three must sign. The administrator has all
/// roles. A chain apart from this one differs in its genesis only, which signatures name.
pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) ends: [Address; 2],
    pub(crate) admin: Address,
    pub(crate) who: [Address; 3],
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) version: u64,
}

/// Some members' keys in the order of the committee.
pub(crate) fn keys(first: u8, count: u8) -> Vec<SigningKey> {
    let mut keys: Vec<SigningKey> = (first..first + count).map(|seed| SigningKey::from([seed; 32])).collect();
    keys.sort_by_key(|key| key.verification_key().to_bytes());
    keys
}

pub(crate) fn public(keys: &[SigningKey]) -> Vec<[u8; 32]> {
    keys.iter().map(|key| key.verification_key().to_bytes()).collect()
}

/// Everything that a signature binds.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) purpose: u8,
    pub(crate) genesis: [u8; 32],
    pub(crate) contract: Address,
    pub(crate) version: u64,
    pub(crate) subject: Vec<u8>,
}

impl Bound {
    pub(crate) fn sign(&self, keys: &[SigningKey], members: impl IntoIterator<Item = u8>) -> Vec<Signature> {
        let mut bytes = b"tacit bridge v1\0".to_vec();
        bytes.push(self.purpose);
        bytes.extend(self.genesis);
        bytes.extend(self.contract.0);
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(&self.subject);
        members.into_iter().map(|place| (place, keys[usize::from(place)].sign(&bytes).to_bytes())).collect()
    }
}

impl World {
    /// With everything that holds while the committee keeps its rule.
    pub(crate) fn new() -> Self {
        let mut world = Self::of_anybody();
        invariants::register_honest(&mut world.chain, world.ends);
        world
    }

    /// With everything that holds whatever the committee signs.
    pub(crate) fn of_anybody() -> Self {
        let mut chain = Chain::new();
        let admin = chain.account("admin");
        let who = ["alice", "bob", "carol"].map(|name| chain.account(name));
        let code = deploy(&mut chain, "bridge");
        let keys = keys(1, 4);
        let ends = [0, 1].map(|_| chain.instantiate(admin, code, &(3u8, public(&keys))).unwrap());
        let mut world = Self { chain, ends, admin, who, keys, version: 1 };
        for end in [HOME, FAR] {
            for role in ROLES {
                world.chain.call(admin, ends[end], "grant_role", &(role, admin)).ok();
            }
            world.open(end, ROUTE, world.ends[1 - end], LIMITS).ok();
        }
        invariants::register(&mut world.chain, ends, who);
        world
    }

    pub(crate) fn open(&mut self, end: usize, id: u8, remote: Address, limits: Limits) -> Outcome {
        let kind = u8::try_from(end).unwrap();
        let route = (kind, self.genesis(), remote, limits);
        self.chain.call(self.admin, self.ends[end], "open_route", &(id, route))
    }

    pub(crate) fn genesis(&self) -> [u8; 32] {
        self.chain.genesis_id().0
    }

    pub(crate) fn in_time(&self, milliseconds: u64) -> u64 {
        self.chain.time().0 + milliseconds
    }

    /// Sends from an end, money or units as it takes.
    pub(crate) fn send(&mut self, end: usize, by: Address, to: Address, amount: u128, deadline: u64) -> Outcome {
        let value = Amount(if end == HOME { amount } else { 0 });
        self.send_for(end, by, to, amount, deadline, None, value)
    }

    /// Sends with a word about who gets a refund, and with any money.
    #[allow(clippy::too_many_arguments)] // Those of the function.
    pub(crate) fn send_for(
        &mut self,
        end: usize,
        by: Address,
        to: Address,
        amount: u128,
        deadline: u64,
        refund_to: Option<Address>,
        value: Amount,
    ) -> Outcome {
        let arguments = (ROUTE, to, amount, deadline, refund_to);
        self.chain.call_paying(by, self.ends[end], "send", &arguments, value)
    }

    /// Sends with a deadline of a day; the message.
    pub(crate) fn sent(&mut self, end: usize, by: Address, to: Address, amount: u128) -> Message {
        let deadline = self.in_time(DAY);
        let nonce: u64 = self.send(end, by, to, amount, deadline).ok().returns();
        let message = (ROUTE, nonce, by.0, to.0, amount, deadline);
        self.chain.last().expect_event("MessageSent", &message);
        message
    }

    /// What is signed about a message at an end.
    pub(crate) fn bound(&self, purpose: u8, end: usize, message: &Message) -> Bound {
        Bound {
            purpose,
            genesis: self.genesis(),
            contract: self.ends[end],
            version: self.version,
            subject: encode(&((self.genesis(), self.ends[1 - end]), *message)),
        }
    }

    pub(crate) fn signed(&self, purpose: u8, end: usize, message: &Message) -> Vec<Signature> {
        self.bound(purpose, end, message).sign(&self.keys, [0, 1, 3])
    }

    pub(crate) fn deliver(&mut self, end: usize, message: &Message) -> Outcome {
        let signatures = self.signed(DELIVER, end, message);
        self.deliver_with(end, message, &signatures)
    }

    pub(crate) fn deliver_with(&mut self, end: usize, message: &Message, signatures: &[Signature]) -> Outcome {
        self.chain.call(self.who[2], self.ends[end], "deliver", &(*message, signatures.to_vec()))
    }

    pub(crate) fn refuse(&mut self, end: usize, message: &Message) -> Outcome {
        let signatures = self.signed(REFUSE, end, message);
        self.chain.call(self.who[2], self.ends[end], "refuse", &(*message, signatures))
    }

    /// Refunds at the end that sent.
    pub(crate) fn refund(&mut self, end: usize, message: &Message) -> Outcome {
        let signatures = self.signed(REFUND, end, message);
        self.refund_with(end, message.1, &signatures)
    }

    pub(crate) fn refund_with(&mut self, end: usize, nonce: u64, signatures: &[Signature]) -> Outcome {
        self.chain.call(self.who[2], self.ends[end], "refund", &(ROUTE, nonce, signatures.to_vec()))
    }

    pub(crate) fn finish_refund(&mut self, end: usize, nonce: u64) -> Outcome {
        self.chain.call(self.who[2], self.ends[end], "finish_refund", &(ROUTE, nonce))
    }

    pub(crate) fn refund_of(&self, end: usize, nonce: u64) -> Refund {
        let sent: Option<(Message, Address, Refund)> =
            self.chain.view(self.ends[end], "sent", &(ROUTE, nonce)).unwrap();
        sent.unwrap().2
    }

    pub(crate) fn finish(&mut self, end: usize, nonce: u64) -> Outcome {
        self.chain.call(self.who[2], self.ends[end], "finish", &(ROUTE, nonce))
    }

    pub(crate) fn veto(&mut self, by: Address, end: usize, nonce: u64) -> Outcome {
        self.chain.call(by, self.ends[end], "veto", &(ROUTE, nonce))
    }

    pub(crate) fn fate(&self, end: usize, nonce: u64) -> Fate {
        let bytes = self.chain.view_bytes(self.ends[end], "received", &encode(&(ROUTE, nonce))).unwrap();
        match bytes.get(1) {
            None => Fate::Unseen,
            Some(0) => Fate::Waiting,
            Some(1) => Fate::Delivered,
            Some(_) => Fate::Refused,
        }
    }

    pub(crate) fn volume(&self, end: usize) -> u128 {
        self.chain.view(self.ends[end], "volume", &(ROUTE,)).unwrap()
    }

    pub(crate) fn units(&self, holder: Address) -> u128 {
        self.chain.view(self.ends[FAR], "units_of", &(ROUTE, holder)).unwrap()
    }

    pub(crate) fn room(&self, end: usize) -> u128 {
        self.chain.view(self.ends[end], "room", &(ROUTE,)).unwrap()
    }

    /// Gives somebody units by way of the bridge.
    pub(crate) fn fund(&mut self, who: Address, amount: u128) {
        let message = self.sent(HOME, who, who, amount);
        self.deliver(FAR, &message).ok();
    }

    /// Announces a committee at the far end, signed by the current one, for a day.
    pub(crate) fn announce(&mut self, threshold: u8, next: &[[u8; 32]], attempt: u64) -> Outcome {
        let until = self.in_time(DAY);
        let bound = self.rotation(threshold, next, attempt, until);
        let signatures = bound.sign(&self.keys, [0, 1, 3]);
        self.announce_with(threshold, next, until, &signatures)
    }

    pub(crate) fn rotation(&self, threshold: u8, next: &[[u8; 32]], attempt: u64, until: u64) -> Bound {
        Bound {
            purpose: ROTATE,
            genesis: self.genesis(),
            contract: self.ends[FAR],
            version: self.version,
            subject: encode(&(attempt, (self.version + 1, threshold, next.to_vec()), until)),
        }
    }

    pub(crate) fn announce_with(
        &mut self,
        threshold: u8,
        next: &[[u8; 32]],
        until: u64,
        signatures: &[Signature],
    ) -> Outcome {
        let arguments = (threshold, next.to_vec(), until, signatures.to_vec());
        self.chain.call(self.who[2], self.ends[FAR], "announce_rotation", &arguments)
    }

    pub(crate) fn far(&mut self, by: Address, function: &str) -> Outcome {
        self.chain.call(by, self.ends[FAR], function, &())
    }
}
