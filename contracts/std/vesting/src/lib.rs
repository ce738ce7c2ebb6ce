//! Money and tokens that become somebody's over time: nothing before the cliff, then evenly until the end. A grantor funds
//! a schedule when it is made; the beneficiary takes what is vested; of a revocable schedule, the grantor can take back
//! what is not.
//!
//! Invariants: the contract holds at least what all schedules still owe, of native money and of each honest token; of a
//! schedule never more is paid than its total, and never less is owed than was vested; what is vested cannot be taken back,
//! and only grows. It must never pay from one schedule what another one owns, whatever a token says.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

tacit_sdk::interface! {
    /// The part of a fungible token that is used here. Any contract can claim to be one.
    pub Token {
        fn transfer(to: ::tacit_sdk::Address, amount: ::tacit_sdk::Amount);
        fn transfer_from(owner: ::tacit_sdk::Address, to: ::tacit_sdk::Address, amount: ::tacit_sdk::Amount);
        view fn balance_of(holder: ::tacit_sdk::Address) -> ::tacit_sdk::Amount;
    }
}

/// Money and tokens that become somebody's over time.
#[tacit_sdk::contract]
mod vesting {
    use super::Token;
    use tacit_sdk::prelude::*;

    /// The longest time from start to end.
    const LENGTH_MAX: Duration = Duration::days(36_525);
    /// How many schedules a page lists.
    const PAGE: usize = 20;

    storage! {
        version = 1;
        /// How many schedules there were; the next one's number.
        COUNT: Item<u64> = 0;
        /// Schedules by number.
        SCHEDULES: Map<u64, Schedule> = 1;
        /// Schedules by beneficiary.
        BENEFITS: Set<(Address, u64)> = 2;
        /// What the schedules still owe of a token, or of native money under the zero address.
        OWED: Map<Address, Amount> = 3;
    }

    /// When how much is vested. Fixed when the schedule is made.
    #[derive(Wire, Clone, Copy, PartialEq)]
    pub struct Terms {
        /// Who gets it.
        pub beneficiary: Address,
        /// From when it is counted.
        pub start: Timestamp,
        /// Before this moment nothing is vested; not before the start.
        pub cliff: Timestamp,
        /// From this moment everything is vested; after the start, not before the cliff.
        pub end: Timestamp,
        /// Whether the grantor may stop it.
        pub revocable: bool,
    }

    /// A funded schedule.
    #[derive(Wire, Clone, Copy, PartialEq)]
    pub struct Schedule {
        /// Who funded it.
        pub grantor: Address,
        /// The token's contract; none for native money.
        pub token: Option<Address>,
        /// When how much is vested.
        pub terms: Terms,
        /// All of it.
        pub total: Amount,
        /// What the beneficiary has taken.
        pub claimed: Amount,
        /// When the grantor stopped it, and what of the total was not vested then.
        pub revoked: Option<Revocation>,
    }

    /// A stop.
    #[derive(Wire, Clone, Copy, PartialEq)]
    pub struct Revocation {
        /// When.
        pub at: Timestamp,
        /// What goes back to the grantor.
        pub unvested: Amount,
        /// Whether the grantor has taken it.
        pub taken: bool,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The end is not after the start and in the future, the cliff not between, or the time between too long.
        BadTimes = 1,
        /// There is nothing to vest.
        NoAmount = 2,
        /// The zero address and this contract cannot be beneficiaries.
        NoBeneficiary = 3,
        /// No schedule has this number.
        Unknown = 4,
        /// The caller is not the schedule's beneficiary.
        NotBeneficiary = 5,
        /// The caller is not the schedule's grantor.
        NotGrantor = 6,
        /// Nothing can be taken now.
        NothingDue = 7,
        /// The schedule was made for good.
        NotRevocable = 8,
        /// The schedule was stopped before.
        RevokedAlready = 9,
        /// Everything is vested: there is nothing to stop.
        VestedAlready = 10,
        /// The token refused; nothing changed.
        TokenFailed = 11,
        /// The token did not move what it was told to move.
        TokenLied = 12,
        /// The receiver cannot take the money.
        RecipientRefused = 13,
        /// A token cannot be this contract.
        BadToken = 14,
    }

    /// A schedule was made and funded.
    #[event]
    pub struct Granted {
        /// The schedule's number.
        pub id: u64,
        /// Who funded it.
        pub grantor: Address,
        /// Who gets it.
        pub beneficiary: Address,
        /// The token's contract; none for native money.
        pub token: Option<Address>,
        /// All of it.
        pub total: Amount,
    }

    /// A beneficiary took what was vested.
    #[event]
    pub struct Claimed {
        /// The schedule's number.
        pub id: u64,
        /// Who.
        pub beneficiary: Address,
        /// How much.
        pub amount: Amount,
    }

    /// A grantor stopped a schedule.
    #[event]
    pub struct ScheduleRevoked {
        /// The schedule's number.
        pub id: u64,
        /// What was not vested.
        pub unvested: Amount,
    }

    /// A grantor took back what was not vested.
    #[event]
    pub struct Reclaimed {
        /// The schedule's number.
        pub id: u64,
        /// How much.
        pub amount: Amount,
    }

    /// Starts without schedules.
    #[init]
    fn init() {}

    /// Makes a schedule of the native money of this call; returns its number.
    #[call]
    #[payable]
    fn grant(terms: Terms) -> Result<u64, Error> {
        record(None, terms, env::value())
    }

    /// Makes a schedule of tokens that the caller allows this contract to take; returns its number.
    #[call]
    fn grant_tokens(token: Address, amount: Amount, terms: Terms) -> Result<u64, Error> {
        let this = env::self_address();
        if token.is_zero() || token == this {
            return Err(Error::BadToken);
        }
        let id = record(Some(token), terms, amount)?;
        // This contract cannot be entered while the token runs, so nothing can use the schedule before it is funded.
        let contract = Token::at(token);
        let before = balance(&contract, this)?;
        contract.try_transfer_from(env::caller(), this, amount).map_err(|_| Error::TokenFailed)?;
        if balance(&contract, this)?.checked_sub(before) != Some(amount) {
            return Err(Error::TokenLied);
        }
        Ok(id)
    }

    /// Pays the caller what is vested and not taken yet of a schedule of its own; returns how much.
    #[call]
    fn claim(id: u64) -> Result<Amount, Error> {
        let mut schedule = known(id)?;
        let beneficiary = schedule.terms.beneficiary;
        if env::caller() != beneficiary {
            return Err(Error::NotBeneficiary);
        }
        let amount = due(&schedule);
        if amount.is_zero() {
            return Err(Error::NothingDue);
        }
        schedule.claimed += amount;
        SCHEDULES.set(&id, &schedule);
        Claimed { id, beneficiary, amount }.emit();
        pay(schedule.token, &beneficiary, amount)?;
        Ok(amount)
    }

    /// Stops a revocable schedule of the caller: what is vested by now stays the beneficiary's. Returns what is not.
    #[call]
    fn revoke(id: u64) -> Result<Amount, Error> {
        let mut schedule = known(id)?;
        if env::caller() != schedule.grantor {
            return Err(Error::NotGrantor);
        }
        if !schedule.terms.revocable {
            return Err(Error::NotRevocable);
        }
        if schedule.revoked.is_some() {
            return Err(Error::RevokedAlready);
        }
        let at = env::now();
        let unvested = schedule.total - vested_by(&schedule, at);
        if unvested.is_zero() {
            return Err(Error::VestedAlready);
        }
        schedule.revoked = Some(Revocation { at, unvested, taken: false });
        SCHEDULES.set(&id, &schedule);
        ScheduleRevoked { id, unvested }.emit();
        Ok(unvested)
    }

    /// Pays the caller what was not vested of a schedule that it stopped; returns how much.
    #[call]
    fn reclaim(id: u64) -> Result<Amount, Error> {
        let mut schedule = known(id)?;
        let grantor = schedule.grantor;
        if env::caller() != grantor {
            return Err(Error::NotGrantor);
        }
        let revocation = schedule.revoked.filter(|revocation| !revocation.taken).ok_or(Error::NothingDue)?;
        let amount = revocation.unvested;
        schedule.revoked = Some(Revocation { taken: true, ..revocation });
        SCHEDULES.set(&id, &schedule);
        Reclaimed { id, amount }.emit();
        pay(schedule.token, &grantor, amount)?;
        Ok(amount)
    }

    /// A schedule.
    #[view]
    fn schedule(id: u64) -> Option<Schedule> {
        SCHEDULES.get(&id)
    }

    /// How many schedules there were; the last one's number is one less.
    #[view]
    fn count() -> u64 {
        COUNT.get_or_default()
    }

    /// What a schedule's beneficiary could take now.
    #[view]
    fn claimable(id: u64) -> Result<Amount, Error> {
        known(id).map(|schedule| due(&schedule))
    }

    /// What of a schedule is vested at a moment, taken or not; if it was stopped before, then until it was.
    #[view]
    fn vested(id: u64, at: Timestamp) -> Result<Amount, Error> {
        known(id).map(|schedule| vested_by(&schedule, at))
    }

    /// What all schedules still owe of a token, or of native money.
    #[view]
    fn owed(token: Option<Address>) -> Amount {
        OWED.get_or_default(&token.unwrap_or_default())
    }

    /// Numbers of a beneficiary's schedules in ascending order: those above `after`, or the first ones.
    #[view]
    fn schedules_of(beneficiary: Address, after: Option<u64>) -> List<u64, PAGE> {
        let mut page = List::new();
        let mut last = after;
        while page.len() < PAGE {
            let found = match last {
                Some(id) => BENEFITS.next_after(Some(&(beneficiary, id))).filter(|(who, _)| *who == beneficiary),
                None => BENEFITS.within(&beneficiary).next(),
            };
            let Some((_, id)) = found else { break };
            if page.push(id).is_none() {
                break;
            }
            last = Some(id);
        }
        page
    }

    fn known(id: u64) -> Result<Schedule, Error> {
        SCHEDULES.get(&id).ok_or(Error::Unknown)
    }

    fn check(terms: &Terms) -> Result<(), Error> {
        let Terms { beneficiary, start, cliff, end, .. } = *terms;
        let length = end.checked_since(start).ok_or(Error::BadTimes)?;
        let in_order = start <= cliff && cliff <= end && start < end;
        if !in_order || length > LENGTH_MAX || end <= env::now() {
            return Err(Error::BadTimes);
        }
        if beneficiary.is_zero() || beneficiary == env::self_address() {
            return Err(Error::NoBeneficiary);
        }
        Ok(())
    }

    fn record(token: Option<Address>, terms: Terms, total: Amount) -> Result<u64, Error> {
        check(&terms)?;
        if total.is_zero() {
            return Err(Error::NoAmount);
        }
        let (id, grantor, beneficiary) = (count(), env::caller(), terms.beneficiary);
        COUNT.set(&id.checked_add(1).ok_or(Error::Unknown)?);
        SCHEDULES.set(&id, &Schedule { grantor, token, terms, total, claimed: Amount::ZERO, revoked: None });
        BENEFITS.insert(&(beneficiary, id));
        let asset = token.unwrap_or_default();
        let owed = OWED.get_or_default(&asset).checked_add(total).ok_or(Error::NoAmount)?;
        OWED.set(&asset, &owed);
        Granted { id, grantor, beneficiary, token, total }.emit();
        Ok(id)
    }

    /// What is vested at a moment, or when it was stopped if that was before. Rounded down, so that it never exceeds what the
    /// schedule's line says.
    fn vested_by(schedule: &Schedule, at: Timestamp) -> Amount {
        let Terms { start, cliff, end, .. } = schedule.terms;
        let at = schedule.revoked.map_or(at, |revocation| at.min(revocation.at));
        if at < cliff {
            return Amount::ZERO;
        }
        if at >= end {
            return schedule.total;
        }
        let (passed, length) = (at.saturating_since(start), end.saturating_since(start));
        schedule.total.mul_div(passed.milliseconds(), length.milliseconds(), Rounding::Down)
    }

    fn due(schedule: &Schedule) -> Amount {
        vested_by(schedule, env::now()) - schedule.claimed
    }

    /// Pays what the contract has noted as paid before. What fails undoes the whole call.
    fn pay(token: Option<Address>, to: &Address, amount: Amount) -> Result<(), Error> {
        let asset = token.unwrap_or_default();
        OWED.put(&asset, &(OWED.get_or_default(&asset) - amount));
        match token {
            None => env::transfer(to, amount).map_err(|_| Error::RecipientRefused),
            Some(token) => Token::at(token).try_transfer(*to, amount).map_err(|_| Error::TokenFailed),
        }
    }

    fn balance(token: &Token, holder: Address) -> Result<Amount, Error> {
        token.try_balance_of(holder).map_err(|_| Error::TokenFailed)
    }
}
