//! One end of a bridge: what is locked at one end is minted at the other, by messages that a committee signs.
//!
//! A route joins this contract with one contract on one other chain, and carries one kind of money. At its home end
//! the route locks native money; at its far end the same contract mints units of the route, which it keeps the book of
//! itself. So nothing here ever calls another contract: money is moved last, and no code runs that could look at a
//! state that is not final.
//!
//! Invariants: of each route, no more is released than was locked, and what the holders have adds up to what was
//! minted; this contract has at least what all its routes have locked; a message is delivered at most once, and never
//! after it was refused, nor refused after it was delivered; what was sent is refunded at most once, and refunds have a
//! limit as deliveries have; a refund that is signed in time gets its place behind those before it, and nobody takes the
//! place away but a new committee, whose word it then needs; a call that fails changes nothing, so it neither opens nor
//! finishes anything. Nobody can take money of others with a role alone: limits only become tighter, where a route leads
//! never changes, and only the committee follows itself, after a delay.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod committee;
mod events;
mod limits;
mod routes;

/// One end of a bridge between two chains.
#[tacit_sdk::contract(modules(roles, pause))]
mod bridge {
    use crate::committee::{self, Purpose, require_committee, require_signatures};
    use crate::events::{
        LimitsTightened, MessageSent, MessageWaits, RefundWaits, Rotated, RotationAnnounced, RotationStopped,
        RouteOpened, UnitsMoved,
    };
    use crate::limits::{self, wait_for_refund, wait_for_room};
    use crate::routes::{burn, ends, pay, refund_now, require_unseen, route_at, set_refused};
    use tacit_sdk::prelude::*;

    /// Most keys of a committee.
    pub const KEYS_MAX: usize = 16;
    /// How long a new committee is announced before it can begin.
    const ROTATION_DELAY: Duration = Duration::days(2);
    /// How long an announced committee can begin once the delay is over.
    const ROTATION_VALID: Duration = Duration::days(14);
    /// The longest time that a message can be delivered in, or signatures for a committee are good for.
    const DEADLINE_MAX: Duration = Duration::days(30);
    /// The shortest time that a message can be delivered in: who sends to have it refunded keeps the money in it for so long.
    const DEADLINE_MIN: Duration = Duration::minutes(10);
    /// How long after its deadline a refund can be asked for. Once it waits, it is paid whenever its time has come.
    const REFUND_TIME: Duration = Duration::days(180);
    /// The longest that a delivery waits for room.
    const QUEUE_MAX: Duration = Duration::days(1);

    storage! {
        version = 1;
        /// Who signs.
        COMMITTEE: Item<Committee> = 0;
        /// Who signs next, and from when on.
        NEXT: Item<(Committee, Timestamp)> = 1;
        /// Routes by number.
        ROUTES: Map<u8, Route> = 2;
        /// By route: what is locked here, or minted here.
        VOLUME: Map<u8, Amount> = 3;
        /// Minted units, by route and holder.
        UNITS: Map<(u8, Address), Amount> = 4;
        /// By route: what has come in lately, times the milliseconds of an hour, and when that was counted.
        USED: Map<u8, (u128, Timestamp)> = 5;
        /// The next number of what is sent, by route.
        NONCES: Map<u8, u64> = 6;
        /// What was sent, by route and number.
        SENT: Map<(u8, u64), Sent> = 7;
        /// What came, by route and number.
        RECEIVED: Map<(u8, u64), Received> = 8;
        /// How many committees were announced, so that no announcement counts twice.
        ANNOUNCED: Item<u64> = 9;
        /// The limits that a route was opened with.
        OPENED: Map<u8, Limits> = 10;
        /// By route: what was refunded lately, counted as what comes in.
        REFUNDED: Map<u8, (u128, Timestamp)> = 11;
        /// By route: the version of the committee that signed what is counted there.
        REFUNDED_BY: Map<u8, u64> = 12;
    }

    roles! {
        /// May open routes.
        OPENER = 16;
        /// May make limits tighter.
        LIMITER = 17;
        /// May refuse what waits, and stop a new committee.
        GUARDIAN = 18;
    }

    /// Who signs.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Committee {
        /// Rises by one with every committee.
        pub version: u64,
        /// How many must sign; more than half.
        pub threshold: u8,
        /// Ed25519 keys in ascending order.
        pub keys: List<[u8; 32], KEYS_MAX>,
    }

    /// A committee member's signature.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Signature {
        /// The key's place in the committee.
        pub key: u8,
        /// The signature.
        pub bytes: [u8; 64],
    }

    /// What the home end and the far end of a route do.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Kind {
        /// Native money of this chain is locked here.
        Home,
        /// What is locked elsewhere is minted here.
        Far,
    }

    /// How much may come in.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Limits {
        /// The most that can be delivered at once.
        pub burst: Amount,
        /// How much more can be delivered after an hour, in a steady flow.
        pub per_hour: Amount,
        /// From this amount on, a delivery waits.
        pub large: Amount,
        /// How long.
        pub delay: Duration,
    }

    /// Where a route leads, and how much it carries.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Route {
        /// Which end this is.
        pub kind: Kind,
        /// The other chain's genesis.
        pub remote_genesis: [u8; 32],
        /// The contract at the other end.
        pub remote_contract: [u8; 32],
        /// How much may come in.
        pub limits: Limits,
    }

    /// What the other end sent.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Message {
        /// Which way.
        pub route: u8,
        /// The message's number at the end that sent it.
        pub nonce: u64,
        /// Who sent it.
        pub from: [u8; 32],
        /// Who gets it.
        pub to: [u8; 32],
        /// How much.
        pub amount: Amount,
        /// From then on it cannot be delivered.
        pub deadline: Timestamp,
    }

    /// What became of a message from the other end.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Received {
        /// Signed and counted, but large, or too much came lately: it waits.
        Waiting {
            /// Who gets it.
            to: Address,
            /// How much.
            amount: Amount,
            /// From when on.
            ready: Timestamp,
        },
        /// Paid.
        Delivered,
        /// Never to be paid here.
        Refused,
    }

    /// What was sent from here.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Sent {
        /// The message.
        pub message: Message,
        /// Who gets a refund.
        pub refund_to: Address,
        /// What became of its refund.
        pub refund: Refund,
    }

    /// What became of the refund of what was sent.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Refund {
        /// Nobody asked for one.
        Unasked,
        /// Signed and counted, but too much was refunded lately: it waits.
        Waiting {
            /// From when on it is paid.
            ready: Timestamp,
            /// The version of the committee that signed it; another one must sign it anew.
            version: u64,
        },
        /// Paid.
        Paid,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// A committee has 1 to 16 keys in ascending order, no weak one, and a threshold of more than half.
        BadCommittee = 1,
        /// Not enough members signed this, or one did not.
        BadSignatures = 2,
        /// No committee is announced.
        NoRotation = 3,
        /// The delay is not over.
        TooEarly = 4,
        /// There is no such route.
        UnknownRoute = 5,
        /// The route is open already.
        RouteExists = 6,
        /// A limit is too large, too small, looser than before, or tighter than a tenth of what it was at first.
        BadLimits = 7,
        /// Nothing is no amount, and more than the burst can never arrive.
        BadAmount = 8,
        /// The money sent is not the amount, or is sent where units are.
        WrongValue = 9,
        /// The deadline is past, too near, or too far away; or that of the signatures is.
        BadDeadline = 10,
        /// The caller has not that many units.
        InsufficientUnits = 11,
        /// The message was delivered, or waits.
        DeliveredAlready = 12,
        /// The message was refused.
        RefusedAlready = 13,
        /// It is too late to deliver the message or to ask for its refund, or for the announced committee to begin.
        Expired = 14,
        /// The message can still be delivered.
        NotExpired = 15,
        /// More than is locked.
        NotLocked = 16,
        /// Too much came lately: try later.
        LimitReached = 17,
        /// Nothing waits under this number, or no refund does.
        NotWaiting = 18,
        /// Nothing was sent under this number.
        UnknownMessage = 19,
        /// It was refunded, or its refund waits.
        RefundedAlready = 20,
        /// The receiver cannot take the money.
        NotPaid = 21,
        /// Another committee than the present one signed this refund: have it signed anew.
        SignAnew = 22,
    }

    /// Starts with a committee and no routes; the creator is administrator and gives the roles.
    #[init]
    fn init(threshold: u8, keys: List<[u8; 32], KEYS_MAX>) -> Result<(), Error> {
        let committee = Committee { version: 1, threshold, keys };
        require_committee(&committee)?;
        roles::start(&env::caller());
        COMMITTEE.set(&committee);
        Rotated { version: 1 }.emit();
        Ok(())
    }

    /// Opens a route. It starts with nothing locked or minted, so it can take nothing of another's.
    #[call]
    #[only_role(OPENER)]
    fn open_route(id: u8, route: Route) -> Result<(), Error> {
        if ROUTES.has(&id) {
            return Err(Error::RouteExists);
        }
        limits::require_sound(&route.limits)?;
        ROUTES.set(&id, &route);
        OPENED.set(&id, &route.limits);
        RouteOpened { id, route }.emit();
        Ok(())
    }

    // One stolen role must not lock the money that is under way.
    /// Makes limits tighter: less at once, less per hour, a wait from less on, a longer wait. What can come in never falls
    /// below a tenth of what the route was opened with.
    #[call]
    #[only_role(LIMITER)]
    fn tighten(id: u8, limits: Limits) -> Result<(), Error> {
        let mut route = route_at(id)?;
        limits::require_tighter(&limits, &route.limits, &OPENED.get(&id).unwrap_or(route.limits))?;
        route.limits = limits;
        ROUTES.set(&id, &route);
        LimitsTightened { route: id, limits }.emit();
        Ok(())
    }

    /// Announces another committee, signed by the one that is. After `valid_until` the signatures count no more.
    #[call]
    fn announce_rotation(
        threshold: u8,
        keys: List<[u8; 32], KEYS_MAX>,
        valid_until: Timestamp,
        signatures: List<Signature, KEYS_MAX>,
    ) -> Result<(), Error> {
        let version = committee::current().version.checked_add(1).ok_or(Error::BadCommittee)?;
        let next = Committee { version, threshold, keys };
        require_committee(&next)?;
        let announced = ANNOUNCED.get_or_default();
        require_signatures(Purpose::Rotate, &(announced, next, valid_until), &signatures)?;
        let now = require_deadline(valid_until)?;
        ANNOUNCED.set(&announced.checked_add(1).ok_or(Error::BadCommittee)?);
        let from_time = now.checked_add(ROTATION_DELAY).ok_or(Error::TooEarly)?;
        NEXT.set(&(next, from_time));
        RotationAnnounced { committee: next, from_time }.emit();
        Ok(())
    }

    /// Stops an announced committee.
    #[call]
    #[only_role(GUARDIAN)]
    fn stop_rotation() -> Result<(), Error> {
        let (Committee { version, .. }, _) = NEXT.get().ok_or(Error::NoRotation)?;
        NEXT.remove();
        RotationStopped { version }.emit();
        Ok(())
    }

    /// Lets the announced committee begin after the delay and for 14 days; anybody may. What the one before signed counts
    /// no more.
    #[call]
    fn rotate() -> Result<(), Error> {
        let (next, from_time) = NEXT.get().ok_or(Error::NoRotation)?;
        let now = env::now();
        if now < from_time {
            return Err(Error::TooEarly);
        }
        if ROTATION_VALID < now.saturating_since(from_time) {
            return Err(Error::Expired);
        }
        NEXT.remove();
        COMMITTEE.set(&next);
        Rotated { version: next.version }.emit();
        Ok(())
    }

    /// Sends native money (which comes along) or units (which are destroyed) to the other end; returns the message's number.
    /// A refund goes to `refund_to`, or else to the caller: name an address where the caller never acts again, as that of
    /// a shielded transaction.
    #[call]
    #[payable]
    fn send(
        id: u8,
        to: [u8; 32],
        amount: Amount,
        deadline: Timestamp,
        refund_to: Option<Address>,
    ) -> Result<u64, Error> {
        pause::require_running(id);
        let route = route_at(id)?;
        let sender = env::caller();
        if amount.is_zero() || route.limits.burst < amount {
            return Err(Error::BadAmount);
        }
        if require_deadline(deadline)?.checked_add(DEADLINE_MIN).is_none_or(|first| deadline < first) {
            return Err(Error::BadDeadline);
        }
        match route.kind {
            Kind::Home if env::value() == amount => VOLUME.set(&id, &(VOLUME.get_or_default(&id) + amount)),
            Kind::Far if env::value().is_zero() => burn(id, &sender, amount)?,
            _ => return Err(Error::WrongValue),
        }
        let nonce = NONCES.get_or_default(&id);
        NONCES.set(&id, &nonce.checked_add(1).ok_or(Error::BadAmount)?);
        let message = Message { route: id, nonce, from: sender.0, to, amount, deadline };
        SENT.set(&(id, nonce), &Sent { message, refund_to: refund_to.unwrap_or(sender), refund: Refund::Unasked });
        MessageSent { message }.emit();
        Ok(nonce)
    }

    /// Delivers what the other end sent: pays it, or lets it wait if it is large or too much came lately. Anybody may call.
    #[call]
    fn deliver(message: Message, signatures: List<Signature, KEYS_MAX>) -> Result<(), Error> {
        let Message { route: id, nonce, amount, deadline, .. } = message;
        pause::require_running(id);
        let route = route_at(id)?;
        require_signatures(Purpose::Deliver, &(ends(&route), message), &signatures)?;
        require_unseen(id, nonce)?;
        let now = env::now();
        if deadline <= now {
            return Err(Error::Expired);
        }
        // Whoever is over the limit gets a place in the queue: nobody who fills the route up can hold others back for ever.
        let room = wait_for_room(&USED, id, &route.limits, amount)?;
        if QUEUE_MAX < room {
            return Err(Error::LimitReached);
        }
        let delay = if route.limits.large <= amount { route.limits.delay } else { Duration::ZERO };
        let (to, wait) = (Address(message.to), room.max(delay));
        if wait > Duration::ZERO {
            let ready = now.checked_add(wait).ok_or(Error::BadDeadline)?;
            RECEIVED.set(&(id, nonce), &Received::Waiting { to, amount, ready });
            MessageWaits { message, ready }.emit();
            return Ok(());
        }
        pay(id, nonce, to, amount)
    }

    /// Pays what has waited long enough. Anybody may call.
    #[call]
    fn finish(id: u8, nonce: u64) -> Result<(), Error> {
        pause::require_running(id);
        let Some(Received::Waiting { to, amount, ready }) = RECEIVED.get(&(id, nonce)) else {
            return Err(Error::NotWaiting);
        };
        if env::now() < ready {
            return Err(Error::TooEarly);
        }
        pay(id, nonce, to, amount)
    }

    /// Refuses for ever what waits.
    #[call]
    #[only_role(GUARDIAN)]
    fn veto(id: u8, nonce: u64) -> Result<(), Error> {
        match RECEIVED.get(&(id, nonce)) {
            Some(Received::Waiting { .. }) => set_refused(id, nonce),
            _ => return Err(Error::NotWaiting),
        }
        Ok(())
    }

    /// Refuses for ever a message whose deadline is over, so that the other end can refund it. Anybody may call.
    #[call]
    fn refuse(message: Message, signatures: List<Signature, KEYS_MAX>) -> Result<(), Error> {
        let Message { route: id, nonce, deadline, .. } = message;
        let route = route_at(id)?;
        require_signatures(Purpose::Refuse, &(ends(&route), message), &signatures)?;
        require_unseen(id, nonce)?;
        if env::now() < deadline {
            return Err(Error::NotExpired);
        }
        set_refused(id, nonce);
        Ok(())
    }

    /// Gives back what was sent and is refused at the other end, or lets it wait if too much was refunded lately; for 180 days
    /// after its deadline. Anybody may call. As much can be refunded at once, and in an hour, as the route was opened with.
    /// What waits for a committee that is no more is asked for again, whenever, and gets another place.
    #[call]
    fn refund(id: u8, nonce: u64, signatures: List<Signature, KEYS_MAX>) -> Result<(), Error> {
        pause::require_running(id);
        let route = route_at(id)?;
        let sent = SENT.get(&(id, nonce)).ok_or(Error::UnknownMessage)?;
        let Message { amount, deadline, .. } = sent.message;
        require_signatures(Purpose::Refund, &(ends(&route), sent.message), &signatures)?;
        let (now, version) = (env::now(), committee::current().version);
        match sent.refund {
            Refund::Paid => return Err(Error::RefundedAlready),
            Refund::Waiting { version: by, .. } if by == version => return Err(Error::RefundedAlready),
            Refund::Waiting { .. } => {}
            Refund::Unasked if now < deadline => return Err(Error::NotExpired),
            Refund::Unasked if REFUND_TIME < now.saturating_since(deadline) => return Err(Error::Expired),
            Refund::Unasked => {}
        }
        // What was sent stays on record, delivered or not: without a limit, a stolen committee could refund all of it. Whoever
        // is over the limit gets a place, however far behind: nobody who has much refunded can hold others back for ever.
        let wait = wait_for_refund(id, &OPENED.get(&id).unwrap_or(route.limits), amount, version)?;
        if wait == Duration::ZERO {
            return refund_now(id, nonce, sent);
        }
        let ready = now.checked_add(wait).ok_or(Error::LimitReached)?;
        SENT.set(&(id, nonce), &Sent { refund: Refund::Waiting { ready, version }, ..sent });
        RefundWaits { route: id, nonce, ready }.emit();
        Ok(())
    }

    /// Pays a refund that has waited long enough, if the committee that signed it is the present one. Anybody may call.
    #[call]
    fn finish_refund(id: u8, nonce: u64) -> Result<(), Error> {
        pause::require_running(id);
        let sent = SENT.get(&(id, nonce)).ok_or(Error::UnknownMessage)?;
        let Refund::Waiting { ready, version } = sent.refund else { return Err(Error::NotWaiting) };
        // What a stolen committee put there is not paid any more once there is another.
        if version != committee::current().version {
            return Err(Error::SignAnew);
        }
        if env::now() < ready {
            return Err(Error::TooEarly);
        }
        refund_now(id, nonce, sent)
    }

    /// Gives units of the caller.
    #[call]
    fn transfer_units(id: u8, to: Address, amount: Amount) -> Result<(), Error> {
        let from = env::caller();
        let left = UNITS.get_or_default(&(id, from)).checked_sub(amount).ok_or(Error::InsufficientUnits)?;
        UNITS.put(&(id, from), &left);
        // Read after the write, so that a transfer to oneself neither makes nor destroys anything.
        UNITS.put(&(id, to), &(UNITS.get_or_default(&(id, to)) + amount));
        UnitsMoved { route: id, from, to, amount }.emit();
        Ok(())
    }

    /// The committee.
    #[view]
    fn committee() -> Committee {
        committee::current()
    }

    /// The announced committee, and from when on it can begin.
    #[view]
    fn next_committee() -> Option<(Committee, Timestamp)> {
        NEXT.get()
    }

    /// How many committees were announced; the next announcement is signed with this number.
    #[view]
    fn announced() -> u64 {
        ANNOUNCED.get_or_default()
    }

    /// A route.
    #[view]
    fn route(id: u8) -> Option<Route> {
        ROUTES.get(&id)
    }

    /// What is locked here, or minted here, on a route.
    #[view]
    fn volume(id: u8) -> Amount {
        VOLUME.get_or_default(&id)
    }

    /// A holder's units of a route.
    #[view]
    fn units_of(id: u8, holder: Address) -> Amount {
        UNITS.get_or_default(&(id, holder))
    }

    /// How much can be delivered on a route now.
    #[view]
    fn room(id: u8) -> Result<Amount, Error> {
        Ok(limits::room(id, &route_at(id)?.limits))
    }

    /// What was sent under a number.
    #[view]
    fn sent(id: u8, nonce: u64) -> Option<Sent> {
        SENT.get(&(id, nonce))
    }

    /// What became of a message from the other end.
    #[view]
    fn received(id: u8, nonce: u64) -> Option<Received> {
        RECEIVED.get(&(id, nonce))
    }

    /// Refuses a deadline that is past or too far away; the time.
    fn require_deadline(deadline: Timestamp) -> Result<Timestamp, Error> {
        let now = env::now();
        let fits = now < deadline && deadline.saturating_since(now) <= DEADLINE_MAX;
        if fits { Ok(now) } else { Err(Error::BadDeadline) }
    }
}
