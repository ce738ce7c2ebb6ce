//! The full fungible token: what `std/token` does, and names, permits, minting and burning by roles, a cap, pauses, votes
//! that are counted at past heights, and transfers that tell the receiver.
//!
//! Invariants: the balances add up to the supply, which stays within the cap; so do the votes. Only a minter makes tokens.
//! Nobody moves or burns another's tokens without an allowance, and an allowance falls by exactly what was taken. It must
//! never run code of others before its own state is final, and never be entered while it does.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

tacit_sdk::interface! {
    /// A contract that `transfer_call` gives tokens to. It must check that the caller is a token that it knows.
    pub Receiver {
        fn on_tokens_received(from: ::tacit_sdk::Address, amount: ::tacit_sdk::Amount, data: ::tacit_sdk::Bytes<1024>);
    }
}

/// A fungible token with permits, roles, a cap, pauses and votes.
#[tacit_sdk::contract(modules(roles, pause))]
mod token_plus {
    use super::Receiver;
    use tacit_sdk::prelude::*;
    use tacit_sdk::{Buffer, SdkError};

    /// Most decimals of the unit that people see.
    const DECIMALS_MAX: u8 = 30;
    /// Longest name in bytes.
    const NAME_BYTES_MAX: usize = 64;
    /// Longest symbol in bytes.
    const SYMBOL_BYTES_MAX: usize = 16;
    /// Longest data of a `transfer_call` in bytes.
    const DATA_BYTES_MAX: usize = 1024;
    /// What every permit's message begins with.
    const PERMIT: [u8; 20] = *b"tacit token permit 1";

    /// The group of functions that move tokens.
    const TRANSFERS: u8 = 0;
    /// The group of functions that make and burn tokens.
    const MINTING: u8 = 1;

    storage! {
        version = 1;
        /// How many base units there are.
        SUPPLY: Item<Amount> = 0;
        /// Base units by holder; holders of nothing have no entry.
        BALANCES: Map<Address, Amount> = 1;
        /// What a spender may still take, by owner and spender.
        ALLOWANCES: Map<(Address, Address), Amount> = 2;
        /// What never changes.
        ABOUT: Item<About> = 3;
        /// How many permits an owner has used or cancelled.
        NONCES: Map<Address, u64> = 4;
        /// Who votes for a holder; nobody else where there is no entry.
        DELEGATES: Map<Address, Address> = 5;
        /// Votes from a height on, by voter and backwards height. The newest comes first; the zero address has the supply.
        VOTES: OrderedMap<(Address, u64), Amount> = 6;
    }

    roles! {
        /// May make tokens, up to the cap.
        MINTER = 16;
        /// May burn its own tokens, and those of owners who allow it to.
        BURNER = 17;
    }

    /// What never changes.
    #[derive(Wire)]
    pub struct About {
        /// For people.
        pub name: Text<NAME_BYTES_MAX>,
        /// For people, short.
        pub symbol: Text<SYMBOL_BYTES_MAX>,
        /// How many base units are one unit that people see: ten to the power of this.
        pub decimals: u8,
        /// The most base units that there may ever be at one time.
        pub cap: Amount,
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// The holder has less than the amount.
        InsufficientBalance = 1,
        /// The owner allows less than the amount.
        InsufficientAllowance = 2,
        /// The spender is allowed another amount than was expected: look again.
        AllowanceChanged = 3,
        /// The zero address gets no tokens and no votes.
        NoReceiver = 4,
        /// There would be more tokens than the cap.
        CapExceeded = 5,
        /// The permit's deadline is over.
        PermitExpired = 6,
        /// The signature is not the owner's for exactly this permit with its next nonce.
        BadPermit = 7,
        /// The height is not past: its votes can still change.
        HeightNotPast = 8,
        /// Name or symbol is empty, or there are too many decimals.
        BadName = 9,
    }

    /// Tokens moved. New ones come from the zero address, burnt ones go to it.
    #[event]
    pub struct Transferred {
        /// Who gave.
        pub from: Address,
        /// Who got.
        pub to: Address,
        /// Base units.
        pub amount: Amount,
    }

    /// An owner lets a spender take up to an amount.
    #[event]
    pub struct Approved {
        /// Whose tokens.
        pub owner: Address,
        /// Who may take them.
        pub spender: Address,
        /// Base units from now on.
        pub amount: Amount,
    }

    /// An owner's permits with smaller nonces are void.
    #[event]
    pub struct PermitsCancelled {
        /// Whose.
        pub owner: Address,
        /// The nonce of its next permit.
        pub nonce: u64,
    }

    /// A holder's votes went to somebody.
    #[event]
    pub struct Delegated {
        /// Whose votes.
        pub holder: Address,
        /// Who has them now.
        pub to: Address,
    }

    /// A voter has other votes than before.
    #[event]
    pub struct VotesChanged {
        /// Who.
        pub voter: Address,
        /// How many from now on.
        pub votes: Amount,
    }

    /// Makes the first tokens and gives them to the creator, who becomes administrator. A cap of the largest amount is none.
    #[init]
    fn init(
        name: Text<NAME_BYTES_MAX>,
        symbol: Text<SYMBOL_BYTES_MAX>,
        decimals: u8,
        supply: Amount,
        cap: Amount,
    ) -> Result<(), Error> {
        if name.as_str().is_empty() || symbol.as_str().is_empty() || decimals > DECIMALS_MAX {
            return Err(Error::BadName);
        }
        let creator = env::caller();
        roles::start(&creator);
        ABOUT.set(&About { name, symbol, decimals, cap });
        create(&creator, supply)
    }

    /// Gives tokens of the caller.
    #[call]
    #[when_not_paused(TRANSFERS)]
    fn transfer(to: Address, amount: Amount) -> Result<(), Error> {
        shift(&env::caller(), &to, amount)
    }

    /// Gives tokens of the caller to a contract and tells it. It can refuse them; this token is locked meanwhile.
    #[call]
    #[when_not_paused(TRANSFERS)]
    fn transfer_call(to: Address, amount: Amount, data: Bytes<DATA_BYTES_MAX>) -> Result<(), Error> {
        let from = env::caller();
        shift(&from, &to, amount)?;
        // Last, when everything is final: nothing here depends on what the receiver does.
        Receiver::at(to).on_tokens_received(from, amount, data);
        Ok(())
    }

    /// Gives tokens of an owner who allows the caller to.
    #[call]
    #[when_not_paused(TRANSFERS)]
    fn transfer_from(owner: Address, to: Address, amount: Amount) -> Result<(), Error> {
        spend(&owner, &env::caller(), amount)?;
        shift(&owner, &to, amount)
    }

    /// Lets a spender take up to an amount of the caller's tokens. Goes from zero or to zero only; else `change_allowance`.
    #[call]
    fn approve(spender: Address, amount: Amount) -> Result<(), Error> {
        let owner = env::caller();
        if !amount.is_zero() && !allowance(owner, spender).is_zero() {
            return Err(Error::AllowanceChanged);
        }
        allow(&owner, &spender, amount);
        Ok(())
    }

    /// Changes what a spender may take of the caller's tokens, if it is exactly what is expected now.
    #[call]
    fn change_allowance(spender: Address, expected: Amount, amount: Amount) -> Result<(), Error> {
        let owner = env::caller();
        if allowance(owner, spender) != expected {
            return Err(Error::AllowanceChanged);
        }
        allow(&owner, &spender, amount);
        Ok(())
    }

    /// As `change_allowance`, in the name of the key's account. It signed `permit_digest`; anyone may bring it.
    #[call]
    fn permit(
        key: [u8; 32],
        spender: Address,
        expected: Amount,
        amount: Amount,
        deadline: Timestamp,
        signature: [u8; 64],
    ) -> Result<(), Error> {
        if deadline < env::now() {
            return Err(Error::PermitExpired);
        }
        let owner = Address::of_key(&key);
        let digest = permit_digest(owner, spender, expected, amount, deadline);
        if !env::ed25519_verify(&key, &signature, &digest) {
            return Err(Error::BadPermit);
        }
        if allowance(owner, spender) != expected {
            return Err(Error::AllowanceChanged);
        }
        use_nonce(&owner)?;
        allow(&owner, &spender, amount);
        Ok(())
    }

    /// Makes the caller's permits void that were signed and not used.
    #[call]
    fn cancel_permits() -> Result<(), Error> {
        let owner = env::caller();
        let nonce = use_nonce(&owner)?;
        PermitsCancelled { owner, nonce }.emit();
        Ok(())
    }

    /// Makes tokens. Only for minters, up to the cap.
    #[call]
    #[only_role(MINTER)]
    #[when_not_paused(MINTING)]
    fn mint(to: Address, amount: Amount) -> Result<(), Error> {
        create(&to, amount)
    }

    /// Burns tokens of the caller, or of an owner who allows the caller to take them. Only for burners.
    #[call]
    #[only_role(BURNER)]
    #[when_not_paused(MINTING)]
    fn burn(owner: Address, amount: Amount) -> Result<(), Error> {
        let burner = env::caller();
        if owner != burner {
            spend(&owner, &burner, amount)?;
        }
        destroy(&owner, amount)
    }

    /// Lets somebody vote with the caller's tokens. To take the votes back, name yourself.
    #[call]
    fn delegate(to: Address) -> Result<(), Error> {
        if to.is_zero() {
            return Err(Error::NoReceiver);
        }
        let holder = env::caller();
        let before = delegate_of(holder);
        if to == holder {
            DELEGATES.remove(&holder);
        } else {
            DELEGATES.set(&holder, &to);
        }
        Delegated { holder, to }.emit();
        move_votes(&before, &to, balance_of(holder));
        Ok(())
    }

    /// Name, symbol, decimals and cap.
    #[view]
    fn about() -> About {
        match ABOUT.get() {
            Some(about) => about,
            None => SdkError::CorruptStorage.end(),
        }
    }

    /// What a holder has.
    #[view]
    fn balance_of(holder: Address) -> Amount {
        BALANCES.get_or_default(&holder)
    }

    /// What a spender may still take of an owner's tokens.
    #[view]
    fn allowance(owner: Address, spender: Address) -> Amount {
        ALLOWANCES.get_or_default(&(owner, spender))
    }

    /// How many base units there are.
    #[view]
    fn total_supply() -> Amount {
        SUPPLY.get_or_default()
    }

    /// The number that an owner's next permit must carry.
    #[view]
    fn nonce(owner: Address) -> u64 {
        NONCES.get_or_default(&owner)
    }

    /// What an owner signs for a permit with its next nonce.
    #[view]
    fn permit_digest(
        owner: Address,
        spender: Address,
        expected: Amount,
        amount: Amount,
        deadline: Timestamp,
    ) -> [u8; 32] {
        let (chain, contract, nonce) = (env::genesis_id(), env::self_address(), nonce(owner));
        let message = (PERMIT, chain, contract, owner, spender, (expected, amount), nonce, deadline);
        env::blake3(Buffer::new().encode(&message))
    }

    /// Who votes with a holder's tokens: the holder unless it said otherwise.
    #[view]
    fn delegate_of(holder: Address) -> Address {
        DELEGATES.get(&holder).unwrap_or(holder)
    }

    /// A voter's votes now: its tokens, and those of holders who delegate to it.
    #[view]
    fn votes(voter: Address) -> Amount {
        if voter.is_zero() { Amount::ZERO } else { newest(voter, None) }
    }

    /// A voter's votes at the end of a past height.
    #[view]
    fn votes_at(voter: Address, height: Height) -> Result<Amount, Error> {
        if voter.is_zero() { Ok(Amount::ZERO) } else { at_end_of(voter, height) }
    }

    /// The supply, which is all votes together, at the end of a past height.
    #[view]
    fn total_votes_at(height: Height) -> Result<Amount, Error> {
        at_end_of(Address::ZERO, height)
    }

    fn at_end_of(voter: Address, height: Height) -> Result<Amount, Error> {
        if env::height() <= height {
            return Err(Error::HeightNotPast);
        }
        Ok(newest(voter, stamp(height).checked_sub(1)))
    }

    /// The newest entry whose backwards height is above another, or of all: one search by the host, however many there are.
    fn newest(voter: Address, above: Option<u64>) -> Amount {
        let after = above.map(|above| (voter, above));
        let page: List<((Address, u64), Amount), 1> = VOTES.page_within(&voter, after.as_ref());
        page.iter().next().map(|(_, amount)| *amount).unwrap_or_default()
    }

    /// The backwards height.
    fn stamp(height: Height) -> u64 {
        u64::MAX.saturating_sub(height.0)
    }

    fn allow(owner: &Address, spender: &Address, amount: Amount) {
        ALLOWANCES.put(&(*owner, *spender), &amount);
        Approved { owner: *owner, spender: *spender, amount }.emit();
    }

    fn spend(owner: &Address, spender: &Address, amount: Amount) -> Result<(), Error> {
        let left = allowance(*owner, *spender).checked_sub(amount).ok_or(Error::InsufficientAllowance)?;
        ALLOWANCES.put(&(*owner, *spender), &left);
        Ok(())
    }

    /// The nonce after this one.
    fn use_nonce(owner: &Address) -> Result<u64, Error> {
        let next = nonce(*owner).checked_add(1).ok_or(Error::BadPermit)?;
        NONCES.set(owner, &next);
        Ok(next)
    }

    fn shift(from: &Address, to: &Address, amount: Amount) -> Result<(), Error> {
        if to.is_zero() {
            return Err(Error::NoReceiver);
        }
        take(from, amount)?;
        // Read after the write, so that a transfer to oneself neither makes nor destroys anything.
        give(to, amount);
        Transferred { from: *from, to: *to, amount }.emit();
        move_votes(&delegate_of(*from), &delegate_of(*to), amount);
        Ok(())
    }

    fn create(to: &Address, amount: Amount) -> Result<(), Error> {
        if to.is_zero() {
            return Err(Error::NoReceiver);
        }
        let supply = total_supply().checked_add(amount).filter(|sum| *sum <= about().cap).ok_or(Error::CapExceeded)?;
        set_supply(supply);
        give(to, amount);
        Transferred { from: Address::ZERO, to: *to, amount }.emit();
        let voter = delegate_of(*to);
        set_votes(&voter, newest(voter, None) + amount);
        Ok(())
    }

    fn destroy(from: &Address, amount: Amount) -> Result<(), Error> {
        take(from, amount)?;
        set_supply(total_supply() - amount);
        Transferred { from: *from, to: Address::ZERO, amount }.emit();
        let voter = delegate_of(*from);
        set_votes(&voter, newest(voter, None) - amount);
        Ok(())
    }

    fn take(from: &Address, amount: Amount) -> Result<(), Error> {
        let left = balance_of(*from).checked_sub(amount).ok_or(Error::InsufficientBalance)?;
        BALANCES.put(from, &left);
        Ok(())
    }

    fn give(to: &Address, amount: Amount) {
        BALANCES.put(to, &(balance_of(*to) + amount));
    }

    fn set_supply(supply: Amount) {
        SUPPLY.set(&supply);
        VOTES.set(&(Address::ZERO, stamp(env::height())), &supply);
    }

    fn move_votes(from: &Address, to: &Address, amount: Amount) {
        if from != to && !amount.is_zero() {
            set_votes(from, newest(*from, None) - amount);
            set_votes(to, newest(*to, None) + amount);
        }
    }

    fn set_votes(voter: &Address, votes: Amount) {
        VOTES.set(&(*voter, stamp(env::height())), &votes);
        VotesChanged { voter: *voter, votes }.emit();
    }
}
