//! Tokens that are each their own: made by minters up to a cap, moved by their holders and by those whom they allow.
//!
//! Invariants: a token has one holder; what the holders have adds up to the supply; no more tokens are ever made than
//! the cap, and no id comes twice; a royalty is at most 10 % and never rises; an approval for one token ends when the
//! token moves. There are no hooks: a transfer runs no code but its own, so nothing can be entered from it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

/// Tokens that are each their own, with royalties.
#[tacit_sdk::contract(modules(roles))]
mod nft {
    use tacit_sdk::prelude::*;

    /// Most bytes of the collection's name.
    const NAME_MAX: usize = 64;
    /// Most bytes of a reference to what a token stands for.
    const REFERENCE_MAX: usize = 256;
    /// Most entries of one page of a list.
    const PAGE: usize = 32;
    /// The largest royalty, in hundredths of a percent: 10 %.
    const ROYALTY_MAX_POINTS: u32 = 1_000;

    storage! {
        version = 1;
        /// The collection's name.
        NAME: Item<Text<NAME_MAX>> = 0;
        /// How many tokens may ever be made.
        CAP: Item<u64> = 1;
        /// How many tokens were ever made; also the next token's id.
        MINTED: Item<u64> = 2;
        /// How many tokens there are.
        SUPPLY: Item<u64> = 3;
        /// Holders by token.
        OWNERS: OrderedMap<u64, Address> = 4;
        /// Tokens by holder.
        HELD: Set<(Address, u64)> = 5;
        /// How many tokens a holder has; holders of nothing have no entry.
        COUNTS: Map<Address, u64> = 6;
        /// Who may move one token, by token.
        APPROVED: Map<u64, Address> = 7;
        /// Who may move everything of a holder, by holder and operator.
        OPERATORS: Map<(Address, Address), bool> = 8;
        /// What tokens stand for.
        REFERENCES: Map<u64, Text<REFERENCE_MAX>> = 9;
        /// Who gets which part of a price, by token.
        ROYALTIES: Map<u64, (Address, Rate)> = 10;
        /// How often tokens changed hands.
        MOVES: Map<u64, u64> = 11;
    }

    roles! {
        /// May make tokens, up to the cap.
        MINTER = 16;
        /// May lower royalties.
        ROYALTY_KEEPER = 17;
    }

    /// Why a call fails.
    #[error]
    pub enum Error {
        /// There is no such token.
        UnknownToken = 1,
        /// The token is somebody else's.
        NotOwner = 2,
        /// The caller may not move the token.
        NotAllowed = 3,
        /// The zero address holds nothing.
        NoReceiver = 4,
        /// As many tokens were made as may ever be.
        CapReached = 5,
        /// The royalty is above 10 %.
        RoyaltyTooHigh = 6,
        /// A royalty falls, or stays.
        RoyaltyOnlyFalls = 7,
        /// A holder needs no approval for its own tokens.
        OwnOperator = 8,
    }

    /// A token changed hands. A new one comes from the zero address, a destroyed one goes to it.
    #[event]
    pub struct Transferred {
        /// Who gave.
        pub from: Address,
        /// Who got.
        pub to: Address,
        /// Which.
        pub token: u64,
    }

    /// One token may be moved by another than its holder, or by none again.
    #[event]
    pub struct Approved {
        /// Whose token.
        pub owner: Address,
        /// Who may move it.
        pub spender: Option<Address>,
        /// Which.
        pub token: u64,
    }

    /// Everything of a holder may be moved by an operator, or not any more.
    #[event]
    pub struct OperatorSet {
        /// Whose tokens.
        pub owner: Address,
        /// Who may move them.
        pub operator: Address,
        /// Whether it may.
        pub allowed: bool,
    }

    /// A token's royalty was lowered.
    #[event]
    pub struct RoyaltyLowered {
        /// Which token.
        pub token: u64,
        /// The part of a price from now on.
        pub rate: Rate,
    }

    /// Starts without tokens; the creator is administrator and gives the roles.
    #[init]
    fn init(name: Text<NAME_MAX>, cap: u64) {
        roles::start(&env::caller());
        NAME.set(&name);
        CAP.set(&cap);
    }

    /// Makes a token, whose royalty is fixed here for ever but for lowering; returns its id.
    #[call]
    #[only_role(MINTER)]
    fn mint(to: Address, reference: Text<REFERENCE_MAX>, royalty_to: Address, royalty: Rate) -> Result<u64, Error> {
        let token = MINTED.get_or_default();
        if token >= CAP.get_or_default() {
            return Err(Error::CapReached);
        }
        if royalty > Rate::basis_points(ROYALTY_MAX_POINTS) {
            return Err(Error::RoyaltyTooHigh);
        }
        MINTED.set(&token.checked_add(1).ok_or(Error::CapReached)?);
        SUPPLY.set(&SUPPLY.get_or_default().checked_add(1).ok_or(Error::CapReached)?);
        REFERENCES.set(&token, &reference);
        ROYALTIES.set(&token, &(royalty_to, royalty));
        give(&to, token)?;
        Transferred { from: Address::ZERO, to, token }.emit();
        Ok(token)
    }

    /// Destroys a token of the caller.
    #[call]
    fn burn(token: u64) -> Result<(), Error> {
        let owner = owned_by(&env::caller(), token)?;
        take(&owner, token);
        SUPPLY.set(&SUPPLY.get_or_default().checked_sub(1).ok_or(Error::UnknownToken)?);
        OWNERS.remove(&token);
        REFERENCES.remove(&token);
        ROYALTIES.remove(&token);
        Transferred { from: owner, to: Address::ZERO, token }.emit();
        Ok(())
    }

    /// Gives a token of the caller.
    #[call]
    fn transfer(to: Address, token: u64) -> Result<(), Error> {
        shift(&env::caller(), &to, token)
    }

    /// Gives a token of a holder who allows the caller to. It fails if the token is another's by now.
    #[call]
    fn transfer_from(from: Address, to: Address, token: u64) -> Result<(), Error> {
        let caller = env::caller();
        if caller != from && !allows(&from, &caller, token) {
            return Err(Error::NotAllowed);
        }
        shift(&from, &to, token)
    }

    /// Lets one account move one token of the caller, instead of whom it allowed before.
    #[call]
    fn approve(token: u64, spender: Option<Address>) -> Result<(), Error> {
        let owner = owned_by(&env::caller(), token)?;
        match &spender {
            Some(spender) => APPROVED.set(&token, spender),
            None => APPROVED.remove(&token),
        }
        Approved { owner, spender, token }.emit();
        Ok(())
    }

    /// Lets an operator move everything that the caller has and will have, or not any more.
    #[call]
    fn set_operator(operator: Address, allowed: bool) -> Result<(), Error> {
        let owner = env::caller();
        if operator == owner {
            return Err(Error::OwnOperator);
        }
        OPERATORS.put(&(owner, operator), &allowed);
        OperatorSet { owner, operator, allowed }.emit();
        Ok(())
    }

    /// Lowers the royalty of a token.
    #[call]
    #[only_role(ROYALTY_KEEPER)]
    fn lower_royalty(token: u64, rate: Rate) -> Result<(), Error> {
        let (to, before) = ROYALTIES.get(&token).ok_or(Error::UnknownToken)?;
        if rate > before {
            return Err(Error::RoyaltyOnlyFalls);
        }
        ROYALTIES.set(&token, &(to, rate));
        RoyaltyLowered { token, rate }.emit();
        Ok(())
    }

    /// Who has a token.
    #[view]
    fn owner_of(token: u64) -> Option<Address> {
        OWNERS.get(&token)
    }

    /// How often a token changed hands; who remembers the number knows whether it was away in between.
    #[view]
    fn moves_of(token: u64) -> u64 {
        MOVES.get_or_default(&token)
    }

    /// Who else may move a token.
    #[view]
    fn approved_of(token: u64) -> Option<Address> {
        APPROVED.get(&token)
    }

    /// Whether an operator may move everything of a holder.
    #[view]
    fn is_operator(owner: Address, operator: Address) -> bool {
        OPERATORS.get_or_default(&(owner, operator))
    }

    /// Whether an account can move a token now.
    #[view]
    fn can_move(account: Address, token: u64) -> bool {
        OWNERS.get(&token).is_some_and(|owner| owner == account || allows(&owner, &account, token))
    }

    /// What a token stands for.
    #[view]
    fn reference_of(token: u64) -> Option<Text<REFERENCE_MAX>> {
        REFERENCES.get(&token)
    }

    /// Who gets how much of a price of a token, rounded down.
    #[view]
    fn royalty_of(token: u64, price: Amount) -> Result<(Address, Amount), Error> {
        let (to, rate) = ROYALTIES.get(&token).ok_or(Error::UnknownToken)?;
        Ok((to, rate.apply(price, Rounding::Down)))
    }

    /// How many tokens a holder has.
    #[view]
    fn balance_of(holder: Address) -> u64 {
        COUNTS.get_or_default(&holder)
    }

    /// Up to 32 tokens of a holder above an id, or the first ones.
    #[view]
    fn tokens_of(holder: Address, after: Option<u64>) -> List<u64, PAGE> {
        let mut page = List::new();
        let mut last = match after {
            Some(after) => HELD.next_after(Some(&(holder, after))),
            None => HELD.within(&holder).next(),
        };
        while let Some((_, token)) = last.filter(|(found, _)| *found == holder) {
            if page.push(token).is_none() {
                break;
            }
            last = HELD.next_after(Some(&(holder, token)));
        }
        page
    }

    /// Up to 32 tokens above an id, or the first ones, with their holders.
    #[view]
    fn tokens(after: Option<u64>) -> List<(u64, Address), PAGE> {
        OWNERS.page(after.as_ref())
    }

    /// How many tokens there are.
    #[view]
    fn total_supply() -> u64 {
        SUPPLY.get_or_default()
    }

    /// How many tokens were ever made.
    #[view]
    fn minted() -> u64 {
        MINTED.get_or_default()
    }

    /// How many tokens may ever be made.
    #[view]
    fn cap() -> u64 {
        CAP.get_or_default()
    }

    /// The collection's name.
    #[view]
    fn name() -> Text<NAME_MAX> {
        NAME.get_or_default()
    }

    fn allows(owner: &Address, account: &Address, token: u64) -> bool {
        APPROVED.get(&token) == Some(*account) || OPERATORS.get_or_default(&(*owner, *account))
    }

    /// The holder, if it is the one who is expected.
    fn owned_by(account: &Address, token: u64) -> Result<Address, Error> {
        let owner = OWNERS.get(&token).ok_or(Error::UnknownToken)?;
        if owner == *account { Ok(owner) } else { Err(Error::NotOwner) }
    }

    fn shift(from: &Address, to: &Address, token: u64) -> Result<(), Error> {
        owned_by(from, token)?;
        take(from, token);
        give(to, token)?;
        Transferred { from: *from, to: *to, token }.emit();
        Ok(())
    }

    /// Takes a token from its holder, and with it the approval.
    #[allow(clippy::arithmetic_side_effects)] // Checked by the profile: a count is above zero while something is held.
    fn take(from: &Address, token: u64) {
        APPROVED.remove(&token);
        HELD.remove(&(*from, token));
        COUNTS.put(from, &(COUNTS.get_or_default(from) - 1));
        MOVES.set(&token, &(MOVES.get_or_default(&token) + 1));
    }

    #[allow(clippy::arithmetic_side_effects)] // Checked by the profile: a count is at most the number of ids.
    fn give(to: &Address, token: u64) -> Result<(), Error> {
        if to.is_zero() {
            return Err(Error::NoReceiver);
        }
        OWNERS.set(&token, to);
        HELD.insert(&(*to, token));
        COUNTS.set(to, &(COUNTS.get_or_default(to) + 1));
        Ok(())
    }
}
