//! Who may do what: `#[contract(modules(roles))]`.
//!
//! One administrator gives and takes roles, and hands over in two steps with a delay between, so that a mistyped or stolen
//! hand-over can be stopped. Nobody has two roles that watch each other. Call [`start`] in `init`.
//!
//! ```
//! #[tacit_sdk::contract(modules(roles))]
//! mod mint {
//!     use tacit_sdk::prelude::*;
//!
//!     storage! {
//!         version = 1;
//!         /// How many were made.
//!         MADE: Item<u64> = 0;
//!     }
//!
//!     roles! {
//!         /// May make more.
//!         MINTER = 16;
//!     }
//!
//!     /// The creator is administrator and first minter; it can hand both over.
//!     #[init]
//!     fn init() -> Result<(), roles::RolesError> {
//!         roles::start(&env::caller());
//!         roles::grant(MINTER, &env::caller())
//!     }
//!
//!     /// Makes one more. Only for minters.
//!     #[call]
//!     #[only_role(MINTER)]
//!     fn make() {
//!         MADE.set(&(MADE.get_or_default() + 1));
//!     }
//! }
//! ```

use crate::layout::kept;
use crate::spec::{join, length};
use crate::{Address, ContractError, Duration, Item, Map, Set, Timestamp, env, error, event};

/// A role; a contract's own are declared with [`crate::roles!`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Role(pub u8);

/// Gives and takes the other roles. Exactly one has it, or nobody.
pub const ADMIN: Role = Role(0);
/// May pause. Nobody is pauser and unpauser.
pub const PAUSER: Role = Role(1);
/// May end a pause.
pub const UNPAUSER: Role = Role(2);
/// May announce and set new code.
pub const UPGRADER: Role = Role(3);

/// The delay of a hand-over unless [`start_with_delay`] sets another.
pub const DELAY: Duration = Duration::days(1);

kept! {
    ADMINISTRATOR: Item<Address> = 200;
    NEXT: Item<(Address, Timestamp)> = 201;
    HANDOVER_DELAY: Item<Duration> = 202;
    MEMBERS: Set<(u8, Address)> = 203;
    COUNTS: Map<u8, u32> = 204;
}

/// An account got a role.
#[event(unlisted)]
pub struct RoleGranted {
    /// The role.
    pub role: u8,
    /// Who has it now.
    pub account: Address,
}

/// An account lost a role.
#[event(unlisted)]
pub struct RoleRevoked {
    /// The role.
    pub role: u8,
    /// Who had it.
    pub account: Address,
}

/// The next administrator was named; the zero address says that there is to be none.
#[event(unlisted)]
pub struct AdminTransferBegun {
    /// Who.
    pub to: Address,
    /// From when on.
    pub from_time: Timestamp,
}

/// The naming of the next administrator was taken back.
#[event(unlisted)]
pub struct AdminTransferCancelled {
    /// Who was named.
    pub to: Address,
}

/// What the module refuses.
#[error(unlisted)]
pub enum RolesError {
    /// The caller has not the role.
    MissingRole = 0xFFFF_0101,
    /// The administrator changes by a hand-over only.
    AdminByTransferOnly = 0xFFFF_0102,
    /// The account has a role that watches this one.
    RolesConflict = 0xFFFF_0103,
    /// The zero address has no role.
    NoAccount = 0xFFFF_0104,
    /// No hand-over was begun.
    NoTransfer = 0xFFFF_0105,
    /// The delay is not over.
    TooEarly = 0xFFFF_0106,
    /// The roles have an administrator already.
    StartedAlready = 0xFFFF_0107,
}

/// Makes an account the first administrator. Ends the call if there was one before.
pub fn start(admin: &Address) {
    start_with_delay(admin, DELAY);
}

/// As [`start`], with another delay for hand-overs.
pub fn start_with_delay(admin: &Address, delay: Duration) {
    if HANDOVER_DELAY.exists() {
        RolesError::StartedAlready.end();
    }
    HANDOVER_DELAY.set(&delay);
    set_admin(admin);
}

/// Whether an account has a role.
#[must_use]
pub fn has(role: Role, account: &Address) -> bool {
    if role == ADMIN { ADMINISTRATOR.get() == Some(*account) } else { MEMBERS.contains(&(role.0, *account)) }
}

/// Ends the call unless the caller has a role.
pub fn require(role: Role) {
    if !has(role, &env::caller()) {
        RolesError::MissingRole.end();
    }
}

/// How many accounts have a role.
#[must_use]
pub fn count(role: Role) -> u32 {
    if role == ADMIN { u32::from(ADMINISTRATOR.exists()) } else { COUNTS.get_or_default(&role.0) }
}

/// The account after another among those who have a role; the zero address is before all.
#[must_use]
pub fn member_after(role: Role, account: &Address) -> Option<Address> {
    if role == ADMIN {
        return ADMINISTRATOR.get().filter(|admin| admin > account);
    }
    let (found, member) = MEMBERS.next_after(Some(&(role.0, *account)))?;
    (found == role.0).then_some(member)
}

/// Gives a role. Does not ask who calls.
///
/// # Errors
/// Nothing changed.
pub fn grant(role: Role, account: &Address) -> Result<(), RolesError> {
    if role == ADMIN {
        return Err(RolesError::AdminByTransferOnly);
    }
    if account.is_zero() {
        return Err(RolesError::NoAccount);
    }
    let watcher = match role {
        PAUSER => Some(UNPAUSER),
        UNPAUSER => Some(PAUSER),
        _ => None,
    };
    if watcher.is_some_and(|watcher| has(watcher, account)) {
        return Err(RolesError::RolesConflict);
    }
    if MEMBERS.insert(&(role.0, *account)) {
        COUNTS.set(&role.0, &count(role).saturating_add(1));
        RoleGranted { role: role.0, account: *account }.emit();
    }
    Ok(())
}

/// Takes a role. Does not ask who calls.
///
/// # Errors
/// Nothing changed.
pub fn revoke(role: Role, account: &Address) -> Result<(), RolesError> {
    if role == ADMIN {
        return Err(RolesError::AdminByTransferOnly);
    }
    if MEMBERS.remove(&(role.0, *account)) {
        COUNTS.put(&role.0, &count(role).saturating_sub(1));
        RoleRevoked { role: role.0, account: *account }.emit();
    }
    Ok(())
}

/// Takes a role from the caller. The administrator first begins a hand-over to the zero address, and waits.
///
/// # Errors
/// Nothing changed.
pub fn renounce(role: Role) -> Result<(), RolesError> {
    let caller = env::caller();
    if !has(role, &caller) {
        return Err(RolesError::MissingRole);
    }
    if role == ADMIN {
        take_over(Address::ZERO)?;
        ADMINISTRATOR.remove();
        RoleRevoked { role: ADMIN.0, account: caller }.emit();
        return Ok(());
    }
    revoke(role, &caller)
}

/// Names the next administrator. Does not ask who calls.
///
/// # Errors
/// Nothing changed.
pub fn begin_admin_transfer(to: &Address) -> Result<(), RolesError> {
    let delay = HANDOVER_DELAY.get().unwrap_or(DELAY);
    let from_time = env::now().checked_add(delay).ok_or(RolesError::TooEarly)?;
    NEXT.set(&(*to, from_time));
    AdminTransferBegun { to: *to, from_time }.emit();
    Ok(())
}

/// Takes the naming back. Does not ask who calls.
///
/// # Errors
/// Nobody was named.
pub fn cancel_admin_transfer() -> Result<(), RolesError> {
    let (to, _) = NEXT.get().ok_or(RolesError::NoTransfer)?;
    NEXT.remove();
    AdminTransferCancelled { to }.emit();
    Ok(())
}

/// Makes the caller the administrator, if it was named and the delay is over.
///
/// # Errors
/// Nothing changed.
pub fn accept_admin_transfer() -> Result<(), RolesError> {
    let caller = env::caller();
    take_over(caller)?;
    if let Some(account) = ADMINISTRATOR.get() {
        RoleRevoked { role: ADMIN.0, account }.emit();
    }
    set_admin(&caller);
    Ok(())
}

/// Uses up a hand-over to an account whose delay is over.
fn take_over(by: Address) -> Result<(), RolesError> {
    let (_, from_time) = NEXT.get().filter(|(to, _)| *to == by).ok_or(RolesError::NoTransfer)?;
    if env::now() < from_time {
        return Err(RolesError::TooEarly);
    }
    NEXT.remove();
    Ok(())
}

fn set_admin(account: &Address) {
    ADMINISTRATOR.set(account);
    RoleGranted { role: ADMIN.0, account: *account }.emit();
}

/// What the spec of a contract with this module says of it.
#[doc(hidden)]
pub const SPEC: &[&[u8]] = &[
    &join::<{ length(RoleGranted::SPEC) }>(RoleGranted::SPEC),
    &join::<{ length(RoleRevoked::SPEC) }>(RoleRevoked::SPEC),
    &join::<{ length(AdminTransferBegun::SPEC) }>(AdminTransferBegun::SPEC),
    &join::<{ length(AdminTransferCancelled::SPEC) }>(AdminTransferCancelled::SPEC),
    &join::<{ length(RolesError::SPEC) }>(RolesError::SPEC),
    b"{\"role\":\"ADMIN\",\"id\":0,\"doc\":\"Gives and takes the other roles.\"}\n",
    b"{\"role\":\"PAUSER\",\"id\":1,\"doc\":\"May pause.\"}\n",
    b"{\"role\":\"UNPAUSER\",\"id\":2,\"doc\":\"May end a pause.\"}\n",
    b"{\"role\":\"UPGRADER\",\"id\":3,\"doc\":\"May announce and set new code.\"}\n",
    b"{\"storage\":\"roles.ADMINISTRATOR\",\"prefix\":200,\"kind\":\"Item\",\"value\":\"Address\"}\n",
    b"{\"storage\":\"roles.NEXT\",\"prefix\":201,\"kind\":\"Item\",\"value\":\"(Address,Timestamp)\"}\n",
    b"{\"storage\":\"roles.HANDOVER_DELAY\",\"prefix\":202,\"kind\":\"Item\",\"value\":\"Duration\"}\n",
    b"{\"storage\":\"roles.MEMBERS\",\"prefix\":203,\"kind\":\"Set\",\"key\":\"(u8,Address)\"}\n",
    b"{\"storage\":\"roles.COUNTS\",\"prefix\":204,\"kind\":\"Map\",\"key\":\"u8\",\"value\":\"u32\"}\n",
];
