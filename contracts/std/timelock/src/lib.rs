//! Calls that wait: a proposer schedules them, everybody can see them for the whole delay, then they are made once, or
//! never if they are cancelled or nobody makes them in time.
//!
//! Invariants: nothing is executed before its time, after it has expired, twice, or other than scheduled, nor with less
//! gas than was scheduled, nor, where a least gas was, from so deep that a callee could not do all of it; the delay and the roles change by the timelock itself only, hence by a call that waited; no
//! canceller stops its own removal. It keeps money for those it acts for, and no function but `execute` moves it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// Calls that wait before they are made.
#[tacit_sdk::contract(modules(roles))]
mod timelock {
    use tacit_operation::{Action, Actions, Standing};
    use tacit_sdk::prelude::*;
    use tacit_sdk::{BUFFER_BYTES, Buffer, Reader, spec::TypeName};

    tacit_sdk::listed!(Action, Standing);

    storage! {
        version = 1;
        /// What was scheduled, by the hash of what is called.
        OPERATIONS: Map<[u8; 32], Operation> = 0;
        /// The shortest delay of what is scheduled from now on.
        MINIMUM_DELAY: Item<Duration> = 1;
        /// Whether everybody executes.
        IS_OPEN: Item<bool> = 2;
    }

    roles! {
        /// Schedules.
        PROPOSER = 16;
        /// Executes what is ready.
        EXECUTOR = 17;
        /// Cancels what was not executed; but not what does nothing other than taking this role from somebody.
        CANCELLER = 18;
    }

    /// Most accounts that a role is given to at the start.
    const MEMBERS_MAX: usize = 4;
    /// The shortest minimum delay.
    const DELAY_LEAST: Duration = Duration::hours(1);
    /// The longest delay.
    const DELAY_MOST: Duration = Duration::days(60);
    /// How long an operation can be executed once it is ready.
    const GRACE: Duration = Duration::days(14);
    /// Gas set aside for each call of the timelock to itself, which is made when all others are.
    const OWN_CALL_GAS: u64 = 5_000_000;
    /// Gas that must be left for the timelock itself beside the least gas of a call.
    const KEPT_GAS: u64 = 500_000;
    /// The function of this contract by which somebody loses a role.
    const REVOKE: &str = "revoke_role";
    /// What the hash of an operation begins with.
    const PURPOSE: [u8; 24] = *b"tacit timelock operation";

    /// What was scheduled.
    #[derive(Wire, Clone, Copy)]
    pub struct Operation {
        /// From when on it can be executed.
        pub ready: Timestamp,
        /// From when on it cannot any more.
        pub expires: Timestamp,
        /// What became of it.
        pub fate: Fate,
        /// It does nothing other than taking cancellers their role: no canceller stops it.
        pub removes_cancellers: bool,
    }

    /// What became of an operation.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Fate {
        /// It waits, is ready, or has expired.
        Open,
        /// It was executed.
        Executed,
        /// It was cancelled.
        Cancelled,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The delay is shorter than the minimum, or longer than the longest.
        DelayOutOfRange = 1,
        /// There are no calls.
        NoCalls = 2,
        /// The same calls were scheduled with this salt before: take another salt.
        ScheduledBefore = 3,
        /// These calls were not scheduled with this salt.
        NotScheduled = 4,
        /// The delay is not over.
        TooEarly = 5,
        /// Nobody executed it in time: schedule it again.
        Expired = 6,
        /// It was executed.
        ExecutedBefore = 7,
        /// It was cancelled.
        WasCancelled = 8,
        /// The timelock's money cannot be sent to the timelock.
        PaysItself = 9,
        /// A call of the timelock to itself could not be set aside.
        OwnCallFailed = 10,
        /// A transfer has no arguments, and the timelock must have the money.
        TransferFailed = 11,
        /// No canceller stops the removal of a canceller.
        MayNotCancel = 12,
        /// A call is to have more gas than there is: execute it with more.
        TooLittleGas = 13,
        /// Where a call has a least gas, an account executes it itself, by no contract between.
        DirectOnly = 14,
    }

    /// Calls were scheduled.
    #[event]
    pub struct Scheduled {
        /// The hash of the calls.
        pub operation: [u8; 32],
        /// Sets equal calls apart.
        pub salt: [u8; 32],
        /// From when on they can be made.
        pub ready: Timestamp,
        /// From when on they cannot any more.
        pub expires: Timestamp,
        /// The calls.
        pub calls: Actions,
    }

    /// The calls of an operation were made.
    #[event]
    pub struct Executed {
        /// The hash of the calls.
        pub operation: [u8; 32],
    }

    /// An operation was cancelled.
    #[event]
    pub struct Cancelled {
        /// The hash of the calls.
        pub operation: [u8; 32],
        /// By whom.
        pub by: Address,
    }

    /// The minimum delay changed.
    #[event]
    pub struct MinimumDelaySet {
        /// From now on.
        pub delay: Duration,
    }

    /// The output of a call that nobody reads.
    struct Unread;

    impl Wire for Unread {
        const MAX: usize = BUFFER_BYTES;
        const TYPE: &'static TypeName = &TypeName::new("()");
        fn put(&self, _out: &mut Buffer) {}
        fn take(input: &mut Reader<'_>) -> Option<Self> {
            while input.array::<1>().is_some() {}
            Some(Self)
        }
    }

    /// Gives out the roles. The timelock is its own administrator; where `is_open`, everybody executes.
    #[init]
    fn init(
        proposers: List<Address, MEMBERS_MAX>,
        executors: List<Address, MEMBERS_MAX>,
        cancellers: List<Address, MEMBERS_MAX>,
        is_open: bool,
        minimum_delay: Duration,
    ) -> Result<(), Error> {
        roles::start(&env::self_address());
        for (role, members) in [(PROPOSER, proposers), (EXECUTOR, executors), (CANCELLER, cancellers)] {
            for member in &members {
                if let Err(error) = roles::grant(role, member) {
                    error.end();
                }
            }
        }
        IS_OPEN.set(&is_open);
        change_delay(minimum_delay)
    }

    /// Schedules calls; returns their hash.
    #[call]
    #[only_role(PROPOSER)]
    fn schedule(calls: Actions, salt: [u8; 32], delay: Duration) -> Result<[u8; 32], Error> {
        if calls.is_empty() {
            return Err(Error::NoCalls);
        }
        let own = env::self_address();
        if calls.iter().any(|action| action.target == own && !action.value.is_zero()) {
            return Err(Error::PaysItself);
        }
        if calls.iter().any(|action| is_transfer(&action) && !action.input.is_empty()) {
            return Err(Error::TransferFailed);
        }
        if delay < MINIMUM_DELAY.get_or_default() || delay > DELAY_MOST {
            return Err(Error::DelayOutOfRange);
        }
        let operation = hash_of(&calls, &salt);
        if OPERATIONS.has(&operation) {
            return Err(Error::ScheduledBefore);
        }
        let ready = env::now().checked_add(delay).ok_or(Error::DelayOutOfRange)?;
        let expires = ready.checked_add(GRACE).ok_or(Error::DelayOutOfRange)?;
        let removes_cancellers = calls.iter().all(|action| removes_canceller(&action));
        OPERATIONS.set(&operation, &Operation { ready, expires, fate: Fate::Open, removes_cancellers });
        Scheduled { operation, salt, ready, expires, calls }.emit();
        Ok(operation)
    }

    /// Makes the calls. If one of them fails, none is made, and they can be tried again until they expire. So they can if
    /// one has not the least gas that was scheduled. Where one has a least gas, only an account itself executes.
    #[call]
    fn execute(calls: Actions, salt: [u8; 32]) -> Result<(), Error> {
        if !IS_OPEN.get_or_default() {
            roles::require(EXECUTOR);
        }
        let operation = hash_of(&calls, &salt);
        let stored = OPERATIONS.get(&operation).ok_or(Error::NotScheduled)?;
        match standing(&stored) {
            Standing::Ready => {}
            Standing::Waiting => return Err(Error::TooEarly),
            Standing::Executed => return Err(Error::ExecutedBefore),
            Standing::Cancelled => return Err(Error::WasCancelled),
            Standing::Expired => return Err(Error::Expired),
            Standing::Unknown => return Err(Error::NotScheduled),
        }
        OPERATIONS.set(&operation, &Operation { fate: Fate::Executed, ..stored });
        Executed { operation }.emit();
        calls.iter().try_for_each(|action| perform(&action))
    }

    /// Cancels an operation that was not executed.
    #[call]
    #[only_role(CANCELLER)]
    fn cancel(operation: [u8; 32]) -> Result<(), Error> {
        let stored = OPERATIONS.get(&operation).ok_or(Error::NotScheduled)?;
        match stored.fate {
            Fate::Open => {}
            Fate::Executed => return Err(Error::ExecutedBefore),
            Fate::Cancelled => return Err(Error::WasCancelled),
        }
        if stored.removes_cancellers {
            return Err(Error::MayNotCancel);
        }
        OPERATIONS.set(&operation, &Operation { fate: Fate::Cancelled, ..stored });
        Cancelled { operation, by: env::caller() }.emit();
        Ok(())
    }

    /// Changes the minimum delay of what is scheduled from now on. Only by an operation of the timelock itself.
    #[call]
    #[only_self]
    fn set_minimum_delay(delay: Duration) -> Result<(), Error> {
        change_delay(delay)
    }

    /// The minimum delay.
    #[view]
    fn minimum_delay() -> Duration {
        MINIMUM_DELAY.get_or_default()
    }

    /// How an operation stands.
    #[view]
    fn state(operation: [u8; 32]) -> Standing {
        OPERATIONS.get(&operation).map_or(Standing::Unknown, |stored| standing(&stored))
    }

    /// When an operation can be executed: from and up to.
    #[view]
    fn times(operation: [u8; 32]) -> Option<(Timestamp, Timestamp)> {
        OPERATIONS.get(&operation).map(|stored| (stored.ready, stored.expires))
    }

    /// The hash under which calls are scheduled.
    #[view]
    fn hash(calls: Actions, salt: [u8; 32]) -> [u8; 32] {
        hash_of(&calls, &salt)
    }

    fn change_delay(delay: Duration) -> Result<(), Error> {
        if delay < DELAY_LEAST || delay > DELAY_MOST {
            return Err(Error::DelayOutOfRange);
        }
        MINIMUM_DELAY.set(&delay);
        MinimumDelaySet { delay }.emit();
        Ok(())
    }

    fn standing(stored: &Operation) -> Standing {
        let now = env::now();
        match stored.fate {
            Fate::Executed => Standing::Executed,
            Fate::Cancelled => Standing::Cancelled,
            Fate::Open if now < stored.ready => Standing::Waiting,
            Fate::Open if now < stored.expires => Standing::Ready,
            Fate::Open => Standing::Expired,
        }
    }

    /// Bound to the chain and to this timelock. Every part has a length of its own, so no two lists hash alike.
    fn hash_of(calls: &Actions, salt: &[u8; 32]) -> [u8; 32] {
        let mut bytes = Buffer::new();
        let all = (PURPOSE, env::genesis_id(), env::self_address(), *salt, *calls);
        env::blake3(bytes.encode(&all))
    }

    fn is_transfer(action: &Action) -> bool {
        action.function.as_str().is_empty()
    }

    /// Whether a call only takes somebody the role of a canceller. A call that says more fails when it is made.
    fn removes_canceller(action: &Action) -> bool {
        action.target == env::self_address()
            && action.function.as_str() == REVOKE
            && action.input.as_slice().first() == Some(&CANCELLER.0)
    }

    fn perform(action: &Action) -> Result<(), Error> {
        if is_transfer(action) {
            return env::transfer(&action.target, action.value).map_err(|_| Error::TransferFailed);
        }
        let callee = Callee::at(action.target).paying(action.value);
        let (function, input) = (action.function.as_str(), action.input.as_slice());
        if action.target == env::self_address() {
            // When no contract runs any more: this one cannot be entered while it does.
            return callee.gas(OWN_CALL_GAS).defer_encoded(function, input).map_err(|_| Error::OwnCallFailed);
        }
        // A callee that lives through a failure of what it calls would else do half of it for good: for want of gas, or
        // because contracts between have used up the depth, the frames or the events of the transaction, or lock what it calls.
        if action.least_gas > 0 {
            if !env::is_called_by_account() {
                return Err(Error::DirectOnly);
            }
            if !callee.gas(action.least_gas).has_gas(KEPT_GAS) {
                return Err(Error::TooLittleGas);
            }
        }
        let Unread = callee.call_encoded(function, input);
        Ok(())
    }
}
