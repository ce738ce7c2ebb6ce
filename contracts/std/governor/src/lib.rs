//! Proposals that the holders of a token decide, by what they held before voting began. The governor decides and a
//! timelock acts: what has passed is scheduled there, waits in sight of everybody, and is executed from there.
//!
//! Invariants: one vote per account and proposal, weighed at the proposal's snapshot and never by what was acquired
//! later; nothing is queued but what was proposed, and it is queued once; no proposal passes without a quorum and more
//! votes for it than against it. The governor holds no money.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// Proposals that the holders of a token decide.
#[tacit_sdk::contract(modules(roles))]
mod governor {
    use tacit_operation::{Action, Actions, Standing};
    use tacit_sdk::Buffer;
    use tacit_sdk::prelude::*;

    tacit_sdk::listed!(Action, Standing);

    storage! {
        version = 1;
        /// The rules for the next proposals.
        SETTINGS: Item<Settings> = 0;
        /// The token that votes, and the timelock that acts.
        PARTS: Item<(Address, Address)> = 1;
        /// Proposals by number.
        PROPOSALS: Map<u64, Proposal> = 2;
        /// Votes by proposal and voter.
        BALLOTS: OrderedMap<(u64, Address), Ballot> = 3;
        /// The number of the next proposal.
        NEXT: Item<u64> = 4;
        /// The last proposal of an account.
        LAST: Map<Address, u64> = 5;
    }

    roles! {
        /// Cancels proposals; but not one that does nothing other than taking a role from somebody here.
        GUARDIAN = 16;
    }

    interface! {
        /// What a governor needs of a token: votes at the end of a height that is over.
        Votes {
            view fn votes_at(holder: Address, height: Height) -> Amount;
            view fn total_votes_at(height: Height) -> Amount;
        }
    }

    interface! {
        /// What a governor needs of a timelock.
        Timelock {
            fn schedule(calls: Actions, salt: [u8; 32], delay: Duration) -> [u8; 32];
            fn cancel(operation: [u8; 32]);
            view fn state(operation: [u8; 32]) -> Standing;
            view fn minimum_delay() -> Duration;
        }
    }

    /// Ballots of a page.
    const BALLOTS_PAGE: usize = 16;
    /// The fewest heights in which is voted, and in which what has passed can be queued.
    const HEIGHTS_LEAST: u64 = 10;
    /// The most heights of any time here.
    const HEIGHTS_MOST: u64 = 10_000_000;
    /// What the hash of a proposal begins with.
    const PURPOSE: [u8; 23] = *b"tacit governor proposal";
    /// The function of this contract by which somebody loses a role.
    const REVOKE: &str = "revoke_role";

    /// The rules for new proposals. Times are in heights.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Settings {
        /// From a proposal to its snapshot; voting begins after it.
        pub voting_delay: u64,
        /// From the snapshot to the end of voting.
        pub voting_period: u64,
        /// Voting lasts at least so long after the quorum was reached.
        pub late_extension: u64,
        /// After the end of voting, what has passed can be queued for so long.
        pub queue_window: u64,
        /// Which part of all votes must be for it or abstain.
        pub quorum: Rate,
        /// Votes that a proposer must have had in the height before.
        pub threshold: Amount,
    }

    /// A proposal.
    #[derive(Wire, Clone, Copy)]
    pub struct Proposal {
        /// Who proposed.
        pub proposer: Address,
        /// The hash of what is proposed.
        pub hash: [u8; 32],
        /// At the end of this height, votes are counted as they are then held.
        pub snapshot: Height,
        /// The last height of voting.
        pub deadline: Height,
        /// The last height for queueing, counted from the deadline.
        pub queue_window: u64,
        /// Heights that voting lasts at least after the quorum was reached.
        pub late_extension: u64,
        /// Which part of all votes must be for it or abstain.
        pub quorum: Rate,
        /// All votes at the snapshot; nothing before the first vote.
        pub all_votes: Amount,
        /// Votes for it.
        pub in_favour: Amount,
        /// Votes against it.
        pub against: Amount,
        /// Votes for neither.
        pub abstaining: Amount,
        /// What was done with it.
        pub stage: Stage,
        /// It does nothing other than taking a role from somebody here: no guardian cancels it.
        pub takes_role: bool,
    }

    /// What was done with a proposal.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Stage {
        /// Nothing.
        Open,
        /// It was cancelled.
        Cancelled,
        /// It is the timelock's operation of this hash.
        Queued {
            /// The hash there.
            operation: [u8; 32],
        },
    }

    /// How a proposal stands now.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum State {
        /// Voting has not begun.
        Pending,
        /// Voting goes on.
        Active,
        /// There was no quorum, or not more votes for it than against it.
        Defeated,
        /// It has passed and can be queued.
        Succeeded,
        /// It waits in the timelock, or can be executed there.
        Queued,
        /// It was executed.
        Executed,
        /// It was cancelled.
        Cancelled,
        /// It was not queued, or not executed, in time.
        Expired,
    }

    /// What a voter says.
    #[derive(Wire, Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Choice {
        /// No.
        Against,
        /// Yes.
        InFavour,
        /// Neither; counts for the quorum.
        Abstain,
    }

    /// A vote.
    #[derive(Wire, Clone, Copy, PartialEq, Eq)]
    pub struct Ballot {
        /// What the voter says.
        pub choice: Choice,
        /// Its votes at the snapshot.
        pub votes: Amount,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// A rule is outside of what the contract allows.
        BadSettings = 1,
        /// There are no calls.
        NoCalls = 2,
        /// The proposer had less votes than the threshold.
        BelowThreshold = 3,
        /// The proposer's last proposal is still pending or voted on.
        OneAtATime = 4,
        /// There is no such proposal.
        ProposalUnknown = 5,
        /// Voting has not begun, or is over.
        NotActive = 6,
        /// The account has voted on it.
        VotedBefore = 7,
        /// The account had no votes at the snapshot.
        NoVotes = 8,
        /// The proposal has not passed, or was queued, or it is too late.
        NotSucceeded = 9,
        /// The calls are not those that were proposed.
        CallsDiffer = 10,
        /// The caller may not cancel it, or not any more.
        MayNotCancel = 11,
        /// The token gives no votes.
        TokenFailed = 12,
        /// The timelock gives no answer.
        TimelockFailed = 13,
        /// The token's numbers do not fit together.
        Overflow = 14,
    }

    /// Something was proposed.
    #[event]
    pub struct Proposed {
        /// The proposal's number.
        pub proposal: u64,
        /// By whom.
        pub proposer: Address,
        /// Votes count as held at the end of this height.
        pub snapshot: Height,
        /// The last height of voting.
        pub deadline: Height,
        /// The hash of the text that says why.
        pub description: [u8; 32],
        /// The calls.
        pub calls: Actions,
    }

    /// Somebody voted.
    #[event]
    pub struct Voted {
        /// The proposal's number.
        pub proposal: u64,
        /// Who.
        pub voter: Address,
        /// What it says.
        pub choice: Choice,
        /// Its votes.
        pub votes: Amount,
    }

    /// The quorum was reached so late that voting goes on longer.
    #[event]
    pub struct Extended {
        /// The proposal's number.
        pub proposal: u64,
        /// The last height of voting.
        pub deadline: Height,
    }

    /// A proposal went to the timelock.
    #[event]
    pub struct Queued {
        /// The proposal's number.
        pub proposal: u64,
        /// The operation's hash there.
        pub operation: [u8; 32],
    }

    /// A proposal was cancelled.
    #[event]
    pub struct Cancelled {
        /// The proposal's number.
        pub proposal: u64,
        /// By whom.
        pub by: Address,
    }

    /// The rules for new proposals changed.
    #[event]
    pub struct SettingsChanged {
        /// From now on.
        pub settings: Settings,
    }

    /// Names the token, the timelock, which becomes the administrator of the roles, and a first guardian unless it is zero.
    #[init]
    fn init(token: Address, timelock: Address, guardian: Address, settings: Settings) -> Result<(), Error> {
        PARTS.set(&(token, timelock));
        ask_parts()?;
        roles::start(&timelock);
        if !guardian.is_zero()
            && let Err(error) = roles::grant(GUARDIAN, &guardian)
        {
            error.end();
        }
        change(settings)
    }

    /// Proposes calls, for reasons in a text with the hash `description`; returns the proposal's number.
    #[call]
    fn propose(calls: Actions, description: [u8; 32]) -> Result<u64, Error> {
        let (proposer, height, settings) = (env::caller(), env::height(), settings()?);
        if calls.is_empty() {
            return Err(Error::NoCalls);
        }
        let before = Height(height.0.saturating_sub(1));
        let votes = token()?.try_votes_at(proposer, before).map_err(|_| Error::TokenFailed)?;
        if votes < settings.threshold {
            return Err(Error::BelowThreshold);
        }
        if let Some(last) = LAST.get(&proposer)
            && matches!(state_of(&found(last)?)?, State::Pending | State::Active)
        {
            return Err(Error::OneAtATime);
        }
        let proposal = NEXT.get_or_default();
        NEXT.set(&proposal.checked_add(1).ok_or(Error::Overflow)?);
        LAST.set(&proposer, &proposal);
        let snapshot = height.checked_add(settings.voting_delay).ok_or(Error::Overflow)?;
        let deadline = snapshot.checked_add(settings.voting_period).ok_or(Error::Overflow)?;
        let made = Proposal {
            proposer,
            hash: hash_of(proposal, &calls, &description),
            snapshot,
            deadline,
            queue_window: settings.queue_window,
            late_extension: settings.late_extension,
            quorum: settings.quorum,
            all_votes: Amount::ZERO,
            in_favour: Amount::ZERO,
            against: Amount::ZERO,
            abstaining: Amount::ZERO,
            stage: Stage::Open,
            takes_role: takes_role(&calls),
        };
        PROPOSALS.set(&proposal, &made);
        Proposed { proposal, proposer, snapshot, deadline, description, calls }.emit();
        Ok(proposal)
    }

    /// Votes with what the caller had at the snapshot, once; returns how much that is.
    #[call]
    fn vote(proposal: u64, choice: Choice) -> Result<Amount, Error> {
        let (voter, mut voted) = (env::caller(), found(proposal)?);
        if state_of(&voted)? != State::Active {
            return Err(Error::NotActive);
        }
        if BALLOTS.has(&(proposal, voter)) {
            return Err(Error::VotedBefore);
        }
        let token = token()?;
        let votes = token.try_votes_at(voter, voted.snapshot).map_err(|_| Error::TokenFailed)?;
        if votes.is_zero() {
            return Err(Error::NoVotes);
        }
        let was_reached = has_quorum(&voted)?;
        if voted.all_votes.is_zero() {
            voted.all_votes = token.try_total_votes_at(voted.snapshot).map_err(|_| Error::TokenFailed)?;
        }
        let side = match choice {
            Choice::Against => &mut voted.against,
            Choice::InFavour => &mut voted.in_favour,
            Choice::Abstain => &mut voted.abstaining,
        };
        *side = side.checked_add(votes).ok_or(Error::Overflow)?;
        BALLOTS.set(&(proposal, voter), &Ballot { choice, votes });
        Voted { proposal, voter, choice, votes }.emit();
        let latest = env::height().checked_add(voted.late_extension).ok_or(Error::Overflow)?;
        if !was_reached && has_quorum(&voted)? && latest > voted.deadline {
            voted.deadline = latest;
            Extended { proposal, deadline: latest }.emit();
        }
        PROPOSALS.set(&proposal, &voted);
        Ok(votes)
    }

    /// Schedules the calls of a proposal that has passed, with the timelock's minimum delay; returns the operation's hash
    /// there. Whoever may execute does it there, with the proposal's hash as salt.
    #[call]
    fn queue(proposal: u64, calls: Actions, description: [u8; 32]) -> Result<[u8; 32], Error> {
        let passed = found(proposal)?;
        if state_of(&passed)? != State::Succeeded {
            return Err(Error::NotSucceeded);
        }
        if hash_of(proposal, &calls, &description) != passed.hash {
            return Err(Error::CallsDiffer);
        }
        let timelock = timelock()?;
        let delay = timelock.try_minimum_delay().map_err(|_| Error::TimelockFailed)?;
        // The only call out that changes anything, to a contract that was chosen at the start: while it runs, the chain
        // lets nobody in here.
        let operation = timelock.try_schedule(calls, passed.hash, delay).map_err(|_| Error::TimelockFailed)?;
        PROPOSALS.set(&proposal, &Proposal { stage: Stage::Queued { operation }, ..passed });
        Queued { proposal, operation }.emit();
        Ok(operation)
    }

    /// Cancels a proposal: its proposer before voting begins, a guardian until it is executed.
    #[call]
    fn cancel(proposal: u64) -> Result<(), Error> {
        let (by, cancelled) = (env::caller(), found(proposal)?);
        let may = match state_of(&cancelled)? {
            State::Pending if by == cancelled.proposer => true,
            State::Pending | State::Active | State::Succeeded | State::Queued => {
                roles::has(GUARDIAN, &by) && !cancelled.takes_role
            }
            _ => false,
        };
        if !may {
            return Err(Error::MayNotCancel);
        }
        PROPOSALS.set(&proposal, &Proposal { stage: Stage::Cancelled, ..cancelled });
        Cancelled { proposal, by }.emit();
        if let Stage::Queued { operation } = cancelled.stage {
            timelock()?.try_cancel(operation).map_err(|_| Error::TimelockFailed)?;
        }
        Ok(())
    }

    /// Changes the rules for new proposals. Only by a proposal that was executed.
    #[call]
    #[only_role(roles::ADMIN)]
    fn set_settings(settings: Settings) -> Result<(), Error> {
        change(settings)
    }

    /// The rules for new proposals.
    #[view]
    fn rules() -> Result<Settings, Error> {
        settings()
    }

    /// The token that votes, and the timelock that acts.
    #[view]
    fn parts() -> Option<(Address, Address)> {
        PARTS.get()
    }

    /// A proposal.
    #[view]
    fn proposal(proposal: u64) -> Option<Proposal> {
        PROPOSALS.get(&proposal)
    }

    /// How a proposal stands.
    #[view]
    fn state(proposal: u64) -> Result<State, Error> {
        state_of(&found(proposal)?)
    }

    /// How an account voted.
    #[view]
    fn ballot(proposal: u64, voter: Address) -> Option<Ballot> {
        BALLOTS.get(&(proposal, voter))
    }

    /// How many proposals there are; they are numbered from 0.
    #[view]
    fn count() -> u64 {
        NEXT.get_or_default()
    }

    /// Up to 16 votes on a proposal, after that of an account.
    #[view]
    fn ballots(proposal: u64, after: Option<Address>) -> List<((u64, Address), Ballot), BALLOTS_PAGE> {
        BALLOTS.page_within(&proposal, after.map(|voter| (proposal, voter)).as_ref())
    }

    /// The hash of a proposal, which is the salt of its operation in the timelock.
    #[view]
    fn hash(proposal: u64, calls: Actions, description: [u8; 32]) -> [u8; 32] {
        hash_of(proposal, &calls, &description)
    }

    fn change(settings: Settings) -> Result<(), Error> {
        let heights = [settings.voting_delay, settings.voting_period, settings.late_extension, settings.queue_window];
        let sound = heights.iter().all(|heights| *heights <= HEIGHTS_MOST)
            && settings.voting_delay >= 1
            && settings.voting_period >= HEIGHTS_LEAST
            && settings.late_extension <= settings.voting_period
            && settings.queue_window >= HEIGHTS_LEAST
            && settings.quorum > Rate::ZERO
            && settings.quorum <= Rate::ONE
            && !settings.threshold.is_zero();
        if !sound {
            return Err(Error::BadSettings);
        }
        SETTINGS.set(&settings);
        SettingsChanged { settings }.emit();
        Ok(())
    }

    fn settings() -> Result<Settings, Error> {
        SETTINGS.get().ok_or(Error::BadSettings)
    }

    fn token() -> Result<Votes, Error> {
        PARTS.get().map(|(token, _)| Votes::at(token)).ok_or(Error::TokenFailed)
    }

    fn timelock() -> Result<Timelock, Error> {
        PARTS.get().map(|(_, timelock)| Timelock::at(timelock)).ok_or(Error::TimelockFailed)
    }

    /// Refuses a token that does not tell votes, and a timelock that is none: with these parts nothing could ever pass, and
    /// they are chosen once.
    fn ask_parts() -> Result<(), Error> {
        let (token, before) = (token()?, Height(env::height().0.saturating_sub(1)));
        let all = token.try_total_votes_at(before).map_err(|_| Error::TokenFailed)?;
        let of_nobody = token.try_votes_at(env::self_address(), before).map_err(|_| Error::TokenFailed)?;
        timelock()?.try_minimum_delay().map_err(|_| Error::TimelockFailed)?;
        if of_nobody > all { Err(Error::TokenFailed) } else { Ok(()) }
    }

    fn found(proposal: u64) -> Result<Proposal, Error> {
        PROPOSALS.get(&proposal).ok_or(Error::ProposalUnknown)
    }

    fn state_of(proposal: &Proposal) -> Result<State, Error> {
        let height = env::height();
        Ok(match proposal.stage {
            Stage::Cancelled => State::Cancelled,
            Stage::Queued { operation } => {
                match timelock()?.try_state(operation).map_err(|_| Error::TimelockFailed)? {
                    Standing::Waiting | Standing::Ready => State::Queued,
                    Standing::Executed => State::Executed,
                    Standing::Expired => State::Expired,
                    Standing::Cancelled | Standing::Unknown => State::Cancelled,
                }
            }
            Stage::Open if height <= proposal.snapshot => State::Pending,
            Stage::Open if height <= proposal.deadline => State::Active,
            Stage::Open if !has_quorum(proposal)? || proposal.in_favour <= proposal.against => State::Defeated,
            Stage::Open if height.saturating_since(proposal.deadline) <= proposal.queue_window => State::Succeeded,
            Stage::Open => State::Expired,
        })
    }

    fn has_quorum(proposal: &Proposal) -> Result<bool, Error> {
        let taking_part = proposal.in_favour.checked_add(proposal.abstaining).ok_or(Error::Overflow)?;
        // The quorum is at most the whole, so this is at most all votes.
        let needed = proposal.quorum.apply(proposal.all_votes, Rounding::Up);
        Ok(!taking_part.is_zero() && taking_part >= needed)
    }

    fn takes_role(calls: &Actions) -> bool {
        let own = env::self_address();
        !calls.is_empty() && calls.iter().all(|call| call.target == own && call.function.as_str() == REVOKE)
    }

    /// Bound to the chain, to this governor and to the number, so that equal calls proposed twice are two things.
    fn hash_of(proposal: u64, calls: &Actions, description: &[u8; 32]) -> [u8; 32] {
        let mut bytes = Buffer::new();
        let all = (PURPOSE, env::genesis_id(), env::self_address(), proposal, *description, *calls);
        env::blake3(bytes.encode(&all))
    }
}
