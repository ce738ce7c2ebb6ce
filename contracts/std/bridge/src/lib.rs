//! One end of a bridge: what is locked at one end is minted at the other, by messages that a committee signs.
//!
//! A route joins this contract with one contract on one other chain, and carries one kind of money. At its home end
//! the route locks native money; at its far end the same contract mints units of the route, which it keeps the book of
//! itself. So nothing here ever calls another contract: money is moved last, and no code runs that could look at a
//! state that is not final.
//!
//! Invariants: of each route, no more is released than was locked, and what the holders have adds up to what was
//! minted; this contract has at least what all its routes have locked; a message is delivered at most once, and never
//! after it was refused, nor refused after it was delivered; what was sent is refunded at most once; a call that fails
//! changes nothing, so it neither opens nor finishes anything. Nobody can take money of others with a role alone:
//! limits only become tighter, where a route leads never changes, and only the committee follows itself, after a delay.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod types;

/// One end of a bridge between two chains.
#[tacit_sdk::contract(modules(roles, pause))]
mod bridge {
    use crate::types::{Committee, KEYS_MAX, Kind, Limits, Message, Received, Route, Sent, Signature};
    use tacit_sdk::prelude::*;

    /// How long a new committee is announced before it can begin.
    const ROTATION_DELAY: Duration = Duration::days(2);
    /// The longest time that a message can be delivered in.
    const DEADLINE_MAX: Duration = Duration::days(30);
    /// The longest that a large amount waits.
    const DELAY_MAX: Duration = Duration::days(7);
    /// What a limit's amount flows back in, in milliseconds.
    const HOUR_MS: u64 = 3_600_000;
    /// Says what is signed; no signature for anything else begins so.
    const DOMAIN: &[u8; 16] = b"tacit bridge v1\0";
    /// Most bytes that are signed.
    const SIGNED_MAX: usize = 1024;

    /// What a signature is for.
    #[derive(Clone, Copy)]
    enum Purpose {
        /// A message from the other end is to be delivered.
        Deliver,
        /// A message from the other end is too late and is never to be delivered.
        Refuse,
        /// The other end never delivers what was sent from here.
        Refund,
        /// Another committee follows.
        Rotate,
    }

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
    }

    roles! {
        /// May open routes.
        OPENER = 16;
        /// May make limits tighter.
        LIMITER = 17;
        /// May refuse what waits, and stop a new committee.
        GUARDIAN = 18;
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
        /// A limit is too large, too small, or looser than before.
        BadLimits = 7,
        /// Nothing is no amount, and more than the burst can never arrive.
        BadAmount = 8,
        /// The money sent is not the amount, or is sent where units are.
        WrongValue = 9,
        /// The deadline is past, or too far away.
        BadDeadline = 10,
        /// The caller has not that many units.
        InsufficientUnits = 11,
        /// The message was delivered, or waits.
        DeliveredAlready = 12,
        /// The message was refused.
        RefusedAlready = 13,
        /// It is too late to deliver the message.
        Expired = 14,
        /// The message can still be delivered.
        NotExpired = 15,
        /// More than is locked.
        NotLocked = 16,
        /// Too much came lately: try later.
        LimitReached = 17,
        /// Nothing waits under this number.
        NotWaiting = 18,
        /// Nothing was sent under this number.
        UnknownMessage = 19,
        /// It was refunded.
        RefundedAlready = 20,
        /// The receiver cannot take the money.
        NotPaid = 21,
    }

    /// A route was opened.
    #[event]
    pub struct RouteOpened {
        /// Its number.
        pub id: u8,
        /// Where it leads.
        pub route: Route,
    }

    /// Limits became tighter.
    #[event]
    pub struct LimitsTightened {
        /// The route.
        pub route: u8,
        /// From now on.
        pub limits: Limits,
    }

    /// A committee was announced.
    #[event]
    pub struct RotationAnnounced {
        /// Who.
        pub committee: Committee,
        /// From when on.
        pub from_time: Timestamp,
    }

    /// An announced committee was stopped.
    #[event]
    pub struct RotationStopped {
        /// Its version.
        pub version: u64,
    }

    /// A committee began.
    #[event]
    pub struct Rotated {
        /// Its version.
        pub version: u64,
    }

    /// Something was sent to the other end; the committee signs what this says.
    #[event]
    pub struct MessageSent {
        /// The message.
        pub message: Message,
    }

    /// A message arrived but waits, because it is large.
    #[event]
    pub struct MessageWaits {
        /// The message.
        pub message: Message,
        /// From when on it can be paid.
        pub ready: Timestamp,
    }

    /// A message was paid.
    #[event]
    pub struct MessageDelivered {
        /// The route.
        pub route: u8,
        /// The message's number.
        pub nonce: u64,
        /// Who got it.
        pub to: Address,
        /// How much.
        pub amount: Amount,
    }

    /// A message will never be paid here; the committee may sign its refund.
    #[event]
    pub struct MessageRefused {
        /// The route.
        pub route: u8,
        /// The message's number.
        pub nonce: u64,
    }

    /// What was sent came back.
    #[event]
    pub struct MessageRefunded {
        /// The route.
        pub route: u8,
        /// The message's number.
        pub nonce: u64,
        /// Who got it.
        pub to: Address,
        /// How much.
        pub amount: Amount,
    }

    /// Units moved.
    #[event]
    pub struct UnitsMoved {
        /// Of which route.
        pub route: u8,
        /// Who gave.
        pub from: Address,
        /// Who got.
        pub to: Address,
        /// How many.
        pub amount: Amount,
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
        let Limits { burst, per_hour, delay, .. } = route.limits;
        let fits = burst.checked_mul(HOUR_MS.into()).is_some() && per_hour <= burst && delay <= DELAY_MAX;
        if !fits || burst.is_zero() || per_hour.is_zero() {
            return Err(Error::BadLimits);
        }
        ROUTES.set(&id, &route);
        RouteOpened { id, route }.emit();
        Ok(())
    }

    /// Makes limits tighter: less at once, less per hour, a wait from less on, a longer wait.
    #[call]
    #[only_role(LIMITER)]
    fn tighten(id: u8, limits: Limits) -> Result<(), Error> {
        let mut route = route_at(id)?;
        let before = route.limits;
        let amounts =
            limits.burst <= before.burst && limits.per_hour <= before.per_hour && limits.large <= before.large;
        let delay = before.delay <= limits.delay && limits.delay <= DELAY_MAX;
        if !amounts || !delay || limits.burst.is_zero() || limits.per_hour.is_zero() {
            return Err(Error::BadLimits);
        }
        route.limits = limits;
        ROUTES.set(&id, &route);
        LimitsTightened { route: id, limits }.emit();
        Ok(())
    }

    /// Announces another committee, signed by the one that is.
    #[call]
    fn announce_rotation(
        threshold: u8,
        keys: List<[u8; 32], KEYS_MAX>,
        signatures: List<Signature, KEYS_MAX>,
    ) -> Result<(), Error> {
        let version = committee().version.checked_add(1).ok_or(Error::BadCommittee)?;
        let next = Committee { version, threshold, keys };
        require_committee(&next)?;
        let announced = ANNOUNCED.get_or_default();
        require_signatures(Purpose::Rotate, &(announced, next), &signatures)?;
        ANNOUNCED.set(&announced.checked_add(1).ok_or(Error::BadCommittee)?);
        let from_time = env::now().checked_add(ROTATION_DELAY).ok_or(Error::TooEarly)?;
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

    /// Lets the announced committee begin after the delay; anybody may. What the one before signed counts no more.
    #[call]
    fn rotate() -> Result<(), Error> {
        let (next, from_time) = NEXT.get().ok_or(Error::NoRotation)?;
        if env::now() < from_time {
            return Err(Error::TooEarly);
        }
        NEXT.remove();
        COMMITTEE.set(&next);
        Rotated { version: next.version }.emit();
        Ok(())
    }

    /// Sends native money (which comes along) or units (which are destroyed) to the other end; returns the message's number.
    #[call]
    #[payable]
    fn send(id: u8, to: [u8; 32], amount: Amount, deadline: Timestamp) -> Result<u64, Error> {
        pause::require_running(id);
        let route = route_at(id)?;
        let (sender, now) = (env::caller(), env::now());
        if amount.is_zero() || route.limits.burst < amount {
            return Err(Error::BadAmount);
        }
        if deadline <= now || DEADLINE_MAX < deadline.saturating_since(now) {
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
        SENT.set(&(id, nonce), &Sent { message, is_refunded: false });
        MessageSent { message }.emit();
        Ok(nonce)
    }

    /// Delivers what the other end sent: pays it, or lets it wait if it is large. Anybody may call.
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
        use_limit(id, &route.limits, amount)?;
        let to = Address(message.to);
        if route.limits.large <= amount {
            let ready = now.checked_add(route.limits.delay).ok_or(Error::BadDeadline)?;
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

    /// Gives back what was sent and is refused at the other end. Anybody may call.
    #[call]
    fn refund(id: u8, nonce: u64, signatures: List<Signature, KEYS_MAX>) -> Result<(), Error> {
        pause::require_running(id);
        let route = route_at(id)?;
        let mut sent = SENT.get(&(id, nonce)).ok_or(Error::UnknownMessage)?;
        let Message { from, amount, deadline, .. } = sent.message;
        require_signatures(Purpose::Refund, &(ends(&route), sent.message), &signatures)?;
        if sent.is_refunded {
            return Err(Error::RefundedAlready);
        }
        if env::now() < deadline {
            return Err(Error::NotExpired);
        }
        sent.is_refunded = true;
        SENT.set(&(id, nonce), &sent);
        let to = Address(from);
        MessageRefunded { route: id, nonce, to, amount }.emit();
        put_out(id, &route, to, amount)
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
        COMMITTEE.get().unwrap_or(Committee { version: 0, threshold: u8::MAX, keys: List::new() })
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
        let Limits { burst, per_hour, .. } = route_at(id)?.limits;
        Ok(burst.saturating_sub(Amount(used(id, per_hour)).mul_div(1_u64, HOUR_MS, Rounding::Up)))
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

    fn route_at(id: u8) -> Result<Route, Error> {
        ROUTES.get(&id).ok_or(Error::UnknownRoute)
    }

    /// Which two contracts a message lies between, as it is signed.
    fn ends(route: &Route) -> ([u8; 32], [u8; 32]) {
        (route.remote_genesis, route.remote_contract)
    }

    fn require_unseen(id: u8, nonce: u64) -> Result<(), Error> {
        match RECEIVED.get(&(id, nonce)) {
            None => Ok(()),
            Some(Received::Refused) => Err(Error::RefusedAlready),
            Some(_) => Err(Error::DeliveredAlready),
        }
    }

    fn set_refused(route: u8, nonce: u64) {
        RECEIVED.set(&(route, nonce), &Received::Refused);
        MessageRefused { route, nonce }.emit();
    }

    /// Finishes a message from the other end. If the receiver cannot take the money, all of this is undone.
    fn pay(id: u8, nonce: u64, to: Address, amount: Amount) -> Result<(), Error> {
        let route = route_at(id)?;
        RECEIVED.set(&(id, nonce), &Received::Delivered);
        MessageDelivered { route: id, nonce, to, amount }.emit();
        // A home end releases and a far end mints.
        put_out(id, &route, to, amount)
    }

    /// Releases locked money, or mints units. The last thing that a call does.
    fn put_out(id: u8, route: &Route, to: Address, amount: Amount) -> Result<(), Error> {
        let volume = VOLUME.get_or_default(&id);
        match route.kind {
            Kind::Home => {
                VOLUME.put(&id, &volume.checked_sub(amount).ok_or(Error::NotLocked)?);
                env::transfer(&to, amount).map_err(|_| Error::NotPaid)
            }
            Kind::Far => {
                VOLUME.set(&id, &(volume + amount));
                UNITS.set(&(id, to), &(UNITS.get_or_default(&(id, to)) + amount));
                UnitsMoved { route: id, from: Address::ZERO, to, amount }.emit();
                Ok(())
            }
        }
    }

    fn burn(id: u8, from: &Address, amount: Amount) -> Result<(), Error> {
        let left = UNITS.get_or_default(&(id, *from)).checked_sub(amount).ok_or(Error::InsufficientUnits)?;
        UNITS.put(&(id, *from), &left);
        VOLUME.put(&id, &VOLUME.get_or_default(&id).checked_sub(amount).ok_or(Error::InsufficientUnits)?);
        UnitsMoved { route: id, from: *from, to: Address::ZERO, amount }.emit();
        Ok(())
    }

    /// What came in lately and has not flown off, times the milliseconds of an hour, so that nothing is lost to rounding
    /// however often it is counted.
    fn used(id: u8, per_hour: Amount) -> u128 {
        let (used, counted) = USED.get_or_default(&id);
        let elapsed: u128 = env::now().saturating_since(counted).milliseconds().into();
        used.saturating_sub(per_hour.checked_mul(elapsed).unwrap_or(Amount::MAX).0)
    }

    fn use_limit(id: u8, limits: &Limits, amount: Amount) -> Result<(), Error> {
        let scaled = |amount: Amount| amount.checked_mul(HOUR_MS.into()).ok_or(Error::BadAmount);
        if amount.is_zero() || limits.burst < amount {
            return Err(Error::BadAmount);
        }
        let sum = scaled(amount)?.checked_add(Amount(used(id, limits.per_hour))).ok_or(Error::LimitReached)?;
        if scaled(limits.burst)? < sum {
            return Err(Error::LimitReached);
        }
        USED.set(&id, &(sum.0, env::now()));
        Ok(())
    }

    fn require_committee(committee: &Committee) -> Result<(), Error> {
        let keys = committee.keys.as_slice();
        let count = u32::try_from(keys.len()).map_err(|_| Error::BadCommittee)?;
        let ascending = keys.is_sorted_by(|left, right| left < right);
        let threshold = u32::from(committee.threshold);
        let majority = threshold <= count && count < threshold.saturating_mul(2);
        if ascending && majority && !keys.iter().any(is_weak) { Ok(()) } else { Err(Error::BadCommittee) }
    }

    /// Whether a key accepts what nobody signed, as keys of small order do.
    fn is_weak(key: &[u8; 32]) -> bool {
        let mut nothing = [0; 64];
        if let Some(first) = nothing.first_mut() {
            *first = 1;
        }
        env::ed25519_verify(key, &nothing, DOMAIN)
    }

    /// Refuses what not enough members of the committee signed, each once, for this purpose, chain, contract and committee.
    fn require_signatures<T: Wire>(
        purpose: Purpose,
        subject: &T,
        signatures: &List<Signature, KEYS_MAX>,
    ) -> Result<(), Error> {
        let Committee { version, threshold, keys } = committee();
        if signatures.len() < usize::from(threshold) {
            return Err(Error::BadSignatures);
        }
        let mut signed = tacit_sdk::Buffer::new();
        const { assert!(T::MAX <= SIGNED_MAX, "more than can be signed") };
        signed.push(DOMAIN);
        signed.push(&[match purpose {
            Purpose::Deliver => 1,
            Purpose::Refuse => 2,
            Purpose::Refund => 3,
            Purpose::Rotate => 4,
        }]);
        signed.push(&env::genesis_id());
        env::self_address().put(&mut signed);
        version.put(&mut signed);
        subject.put(&mut signed);
        let mut before = None;
        for signature in signatures {
            let key = keys.as_slice().get(usize::from(signature.key)).ok_or(Error::BadSignatures)?;
            let is_next = before.is_none_or(|before| before < signature.key);
            if !is_next || !env::ed25519_verify(key, &signature.bytes, signed.as_slice()) {
                return Err(Error::BadSignatures);
            }
            before = Some(signature.key);
        }
        Ok(())
    }
}
