//! A treasury that m of n owners decide about: one proposes, enough confirm, one executes, once.
//!
//! Invariants: nothing leaves unless as many owners as the threshold says confirmed exactly that; a proposal is executed at
//! most once, and never after its end or after the owners changed; there are always at least as many owners as the
//! threshold, and no way to change them but a proposal. It must never run anything on behalf of somebody who is no owner.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// A treasury that m of n owners decide about.
#[tacit_sdk::contract]
mod multisig {
    use tacit_sdk::prelude::*;

    /// Most owners: as many as bits in [`Proposal::confirmed`].
    const OWNERS_MAX: usize = 16;
    /// Longest name of a function to call in bytes.
    const FUNCTION_BYTES_MAX: usize = 64;
    /// Longest input of a call in bytes: whatever a timelock can be given to schedule.
    const INPUT_BYTES_MAX: usize = tacit_operation::SCHEDULE_BYTES_MAX;
    /// Gas that must be left for the treasury itself beside the least gas of a call.
    const KEPT_GAS: u64 = 500_000;
    /// The longest time for which a proposal can be executed.
    const LIFETIME_MAX: Duration = Duration::days(60);

    storage! {
        version = 1;
        /// Who decides.
        COUNCIL: Item<Council> = 0;
        /// How many proposals there were; the next one's number.
        COUNT: Item<u64> = 1;
        /// Proposals by number.
        PROPOSALS: Map<u64, Proposal> = 2;
    }

    /// Who decides.
    #[derive(Wire, Clone, Copy, PartialEq)]
    pub struct Council {
        /// The owners, in ascending order, each once.
        pub owners: List<Address, OWNERS_MAX>,
        /// How many of them must confirm.
        pub threshold: u8,
        /// Rises with every change; proposals of older versions are void.
        pub version: u64,
    }

    /// What can be proposed.
    #[derive(Wire, Clone, Copy, PartialEq)]
    #[allow(clippy::large_enum_variant)] // Nothing here allocates, so there is no smaller place for the largest.
    pub enum Action {
        /// Calls another contract.
        Call {
            /// The contract.
            to: Address,
            /// Its function.
            function: Text<FUNCTION_BYTES_MAX>,
            /// The encoded arguments.
            input: Bytes<INPUT_BYTES_MAX>,
            /// Native money to send along.
            value: Amount,
            /// The least gas that it is made with; nothing asks for nothing. Whoever executes cannot bring less.
            least_gas: u64,
        },
        /// Moves native money.
        Transfer {
            /// To whom.
            to: Address,
            /// How much.
            amount: Amount,
        },
        /// Moves an asset of the chain.
        AssetTransfer {
            /// Which.
            asset: AssetId,
            /// To whom.
            to: Address,
            /// How much.
            amount: Amount,
        },
        /// Replaces all owners and the threshold.
        ChangeOwners {
            /// The owners, in ascending order, each once.
            owners: List<Address, OWNERS_MAX>,
            /// How many of them must confirm.
            threshold: u8,
        },
    }

    /// A proposal.
    #[derive(Wire, Clone, Copy, PartialEq)]
    pub struct Proposal {
        /// What it does.
        pub action: Action,
        /// Who proposed it.
        pub proposer: Address,
        /// The owners' version that may decide about it.
        pub version: u64,
        /// The last moment at which it can be executed.
        pub until: Timestamp,
        /// Which owners confirm: the bit with an owner's place, the first owner's the lowest.
        pub confirmed: u16,
        /// Whether it was executed.
        pub executed: bool,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The caller is no owner.
        NotOwner = 1,
        /// The owners are none, not in ascending order, not each once, or the zero address or this contract is among them.
        BadOwners = 2,
        /// The threshold is zero or more than there are owners.
        BadThreshold = 3,
        /// The end is past, or too far away.
        BadEnd = 4,
        /// No proposal has this number.
        Unknown = 5,
        /// The proposal was executed before.
        Executed = 6,
        /// The proposal's end is past.
        Expired = 7,
        /// The owners changed since it was proposed: propose it again.
        OwnersChanged = 8,
        /// The caller confirms it already.
        AlreadyConfirmed = 9,
        /// The caller does not confirm it.
        NotConfirmed = 10,
        /// Too few owners confirm it.
        TooFewConfirmations = 11,
        /// The treasury cannot call itself.
        CallsItself = 12,
        /// The call failed; nothing of it is left, and the proposal can be executed later.
        CallFailed = 13,
        /// The treasury has less than the amount.
        InsufficientBalance = 14,
        /// The receiver cannot take the money.
        RecipientRefused = 15,
        /// The call is to have more gas than there is: execute it with more.
        TooLittleGas = 16,
        /// A call with a least gas is executed by an owner that is an account, itself, by no contract between.
        DirectOnly = 17,
    }

    /// The owners are others than before.
    #[event]
    pub struct OwnersChanged {
        /// The version from now on.
        pub version: u64,
        /// The owners.
        pub owners: List<Address, OWNERS_MAX>,
        /// How many of them must confirm.
        pub threshold: u8,
    }

    /// Money came in.
    #[event]
    pub struct Deposited {
        /// From whom.
        pub from: Address,
        /// How much native money.
        pub amount: Amount,
    }

    /// Something was proposed.
    #[event]
    pub struct Proposed {
        /// The proposal's number.
        pub id: u64,
        /// By whom.
        pub proposer: Address,
    }

    /// An owner confirms a proposal.
    #[event]
    pub struct Confirmed {
        /// The proposal's number.
        pub id: u64,
        /// Who.
        pub owner: Address,
    }

    /// An owner does not confirm a proposal any more.
    #[event]
    pub struct Revoked {
        /// The proposal's number.
        pub id: u64,
        /// Who.
        pub owner: Address,
    }

    /// A proposal was executed.
    #[event]
    pub struct ProposalExecuted {
        /// The proposal's number.
        pub id: u64,
        /// By whom.
        pub executor: Address,
    }

    /// Starts with owners, in ascending order, and how many of them must confirm. Money that comes along stays.
    #[init]
    #[payable]
    fn init(owners: List<Address, OWNERS_MAX>, threshold: u8) -> Result<(), Error> {
        set_council(owners, threshold, 1)
    }

    /// Takes the money of the call.
    #[call]
    #[payable]
    fn deposit() {
        Deposited { from: env::caller(), amount: env::value() }.emit();
    }

    /// Proposes something that can be executed until a moment, confirms it for the caller, and returns its number. Only for
    /// owners.
    #[call]
    fn propose(action: Action, until: Timestamp) -> Result<u64, Error> {
        let (council, proposer) = (council(), env::caller());
        let bit = bit(&council, &proposer)?;
        let now = env::now();
        if until < now || until.saturating_since(now) > LIFETIME_MAX {
            return Err(Error::BadEnd);
        }
        check(&action)?;
        let id = count();
        COUNT.set(&id.checked_add(1).ok_or(Error::Unknown)?);
        let version = council.version;
        PROPOSALS.set(&id, &Proposal { action, proposer, version, until, confirmed: bit, executed: false });
        Proposed { id, proposer }.emit();
        Confirmed { id, owner: proposer }.emit();
        Ok(id)
    }

    /// Confirms a proposal. Only for owners, each once.
    #[call]
    fn confirm(id: u64) -> Result<(), Error> {
        let (mut proposal, bit, owner) = open(id)?;
        if proposal.confirmed & bit != 0 {
            return Err(Error::AlreadyConfirmed);
        }
        proposal.confirmed |= bit;
        PROPOSALS.set(&id, &proposal);
        Confirmed { id, owner }.emit();
        Ok(())
    }

    /// Takes the caller's confirmation back. Only for owners.
    #[call]
    fn revoke(id: u64) -> Result<(), Error> {
        let (mut proposal, bit, owner) = open(id)?;
        if proposal.confirmed & bit == 0 {
            return Err(Error::NotConfirmed);
        }
        proposal.confirmed &= !bit;
        PROPOSALS.set(&id, &proposal);
        Revoked { id, owner }.emit();
        Ok(())
    }

    /// Does what was proposed, if enough owners confirm it. Only for owners. What fails can be tried again.
    #[call]
    fn execute(id: u64) -> Result<(), Error> {
        let (mut proposal, _, executor) = open(id)?;
        let council = council();
        if proposal.confirmed.count_ones() < u32::from(council.threshold) {
            return Err(Error::TooFewConfirmations);
        }
        // Before anything else runs: it is never executed twice.
        proposal.executed = true;
        PROPOSALS.set(&id, &proposal);
        ProposalExecuted { id, executor }.emit();
        run(&proposal.action, &council)
    }

    /// Owners, threshold and version.
    #[view]
    fn council() -> Council {
        COUNCIL.get().unwrap_or(Council { owners: List::new(), threshold: 0, version: 0 })
    }

    /// How many proposals there were; the last one's number is one less.
    #[view]
    fn count() -> u64 {
        COUNT.get_or_default()
    }

    /// A proposal.
    #[view]
    fn proposal(id: u64) -> Option<Proposal> {
        PROPOSALS.get(&id)
    }

    /// How many owners confirm a proposal.
    #[view]
    fn confirmations(id: u64) -> u32 {
        PROPOSALS.get(&id).map_or(0, |proposal| proposal.confirmed.count_ones())
    }

    /// A proposal that can still be decided about, the caller's bit, and the caller, who must be an owner.
    fn open(id: u64) -> Result<(Proposal, u16, Address), Error> {
        let (council, owner) = (council(), env::caller());
        let bit = bit(&council, &owner)?;
        let proposal = PROPOSALS.get(&id).ok_or(Error::Unknown)?;
        if proposal.executed {
            return Err(Error::Executed);
        }
        if proposal.version != council.version {
            return Err(Error::OwnersChanged);
        }
        if proposal.until < env::now() {
            return Err(Error::Expired);
        }
        Ok((proposal, bit, owner))
    }

    /// The bit that stands for an owner.
    fn bit(council: &Council, owner: &Address) -> Result<u16, Error> {
        let place = council.owners.iter().position(|other| other == owner).ok_or(Error::NotOwner)?;
        u32::try_from(place).ok().and_then(|place| 1_u16.checked_shl(place)).ok_or(Error::NotOwner)
    }

    /// Refuses early what could never be executed.
    fn check(action: &Action) -> Result<(), Error> {
        match action {
            Action::Call { to, .. } if *to == env::self_address() => Err(Error::CallsItself),
            Action::ChangeOwners { owners, threshold } => check_owners(owners.as_slice(), *threshold),
            _ => Ok(()),
        }
    }

    fn check_owners(owners: &[Address], threshold: u8) -> Result<(), Error> {
        let this = env::self_address();
        let mut last = Address::ZERO;
        for owner in owners {
            // Also refuses the zero address, which is before all.
            if *owner <= last || *owner == this {
                return Err(Error::BadOwners);
            }
            last = *owner;
        }
        if owners.is_empty() {
            return Err(Error::BadOwners);
        }
        if threshold == 0 || usize::from(threshold) > owners.len() {
            return Err(Error::BadThreshold);
        }
        Ok(())
    }

    fn set_council(owners: List<Address, OWNERS_MAX>, threshold: u8, version: u64) -> Result<(), Error> {
        check_owners(owners.as_slice(), threshold)?;
        COUNCIL.set(&Council { owners, threshold, version });
        OwnersChanged { version, owners, threshold }.emit();
        Ok(())
    }

    fn run(action: &Action, council: &Council) -> Result<(), Error> {
        match action {
            Action::Call { to, function, input, value, least_gas } => {
                let callee = Callee::at(*to).paying(*value);
                // A callee that lives through a failure of what it calls would else do half of it for good: for want of gas,
                // or because contracts between have used up the depth, the frames or the events of the transaction, or lock
                // what it calls.
                if *least_gas > 0 {
                    if !env::is_called_by_account() {
                        return Err(Error::DirectOnly);
                    }
                    if !callee.gas(*least_gas).has_gas(KEPT_GAS) {
                        return Err(Error::TooLittleGas);
                    }
                }
                call(&callee, function.as_str(), input.as_slice())
            }
            Action::Transfer { to, amount } => env::transfer(to, *amount).map_err(refusal),
            Action::AssetTransfer { asset, to, amount } => env::asset_transfer(asset, to, *amount).map_err(refusal),
            Action::ChangeOwners { owners, threshold } => {
                let version = council.version.checked_add(1).ok_or(Error::OwnersChanged)?;
                set_council(*owners, *threshold, version)
            }
        }
    }

    fn call(callee: &Callee, function: &str, input: &[u8]) -> Result<(), Error> {
        // What the callee defers is part of what the owners decided; where it fails, the proposal stays as it was.
        match callee.allow_defer().try_call_encoded::<()>(function, input) {
            // Whatever the callee returned: it succeeded.
            Ok(()) | Err(CallError::BadOutput) => Ok(()),
            Err(CallError::InsufficientBalance) => Err(Error::InsufficientBalance),
            Err(CallError::RecipientRefused) => Err(Error::RecipientRefused),
            Err(_) => Err(Error::CallFailed),
        }
    }

    fn refusal(error: env::TransferError) -> Error {
        match error {
            env::TransferError::InsufficientBalance => Error::InsufficientBalance,
            env::TransferError::RecipientRefused => Error::RecipientRefused,
        }
    }
}
