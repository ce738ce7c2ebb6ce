//! Roles, pauses, upgrades and guards, as a contract that uses all of them has them.
#![allow(clippy::arithmetic_side_effects)] // Tests are built with overflow checks.

use example::*;
use tacit_sdk::pause::PauseError;
use tacit_sdk::prelude::*;
use tacit_sdk::roles::RolesError;
use tacit_sdk::upgrade::UpgradeError;
use tacit_sdk::{ContractError, SdkError, testing};

#[contract(modules(roles, pause, upgrade))]
mod example {
    use tacit_sdk::prelude::*;

    storage! {
        version = 2;
        MADE: Item<u64> = 0;
    }

    roles! {
        /// May make things.
        MAKER = 16;
    }

    const MAKING: u8 = 1;

    #[init]
    pub fn init() {
        roles::start(&env::caller());
    }

    #[migrate(from = 1)]
    fn migrate() {}

    #[call]
    #[only_role(MAKER)]
    #[when_not_paused(MAKING)]
    pub fn make() -> u64 {
        let made = MADE.get_or_default() + 1;
        MADE.set(&made);
        made
    }

    #[call]
    #[only_self]
    pub fn finish() {}

    #[call]
    #[nonreentrant]
    pub fn outer(again: bool) -> Result<u8, Infallible> {
        if again { outer(false) } else { Ok(1) }
    }

    #[view]
    #[reentrant]
    #[when_not_paused]
    pub fn made() -> u64 {
        MADE.get_or_default()
    }
}

const ADMIN: Address = Address([1; 32]);
const MAKER_ACCOUNT: Address = Address([2; 32]);
const OTHER: Address = Address([3; 32]);

fn begin() {
    testing::reset();
    testing::set_caller(ADMIN);
    init();
}

fn by(caller: Address) {
    testing::set_caller(caller);
}

fn wait(time: Duration) {
    testing::set_now(env::now() + time);
}

#[test]
fn only_who_has_the_role_gets_in() {
    begin();
    let missing = RolesError::MissingRole.code();
    assert_eq!(testing::expect_revert(make), missing, "the administrator has no other role");
    roles::grant(MAKER, &MAKER_ACCOUNT).unwrap();
    by(MAKER_ACCOUNT);
    assert_eq!((make(), made()), (1, 1));
    by(OTHER);
    assert_eq!(testing::expect_revert(make), missing);
    assert_eq!(roles::renounce(MAKER), Err(RolesError::MissingRole));
    by(MAKER_ACCOUNT);
    roles::renounce(MAKER).unwrap();
    assert_eq!(testing::expect_revert(make), missing);
}

#[test]
fn roles_start_once() {
    begin();
    by(OTHER);
    assert_eq!(testing::expect_revert(init), RolesError::StartedAlready.code());
    assert!(roles::has(roles::ADMIN, &ADMIN));
}

#[test]
fn who_has_a_role_can_be_counted_and_listed() {
    begin();
    for byte in [9, 5, 7, 5] {
        roles::grant(MAKER, &Address([byte; 32])).unwrap();
    }
    roles::grant(roles::UPGRADER, &Address([8; 32])).unwrap();
    assert_eq!((roles::count(MAKER), roles::count(roles::ADMIN), roles::count(roles::PAUSER)), (3, 1, 0));
    let mut found = Vec::new();
    let mut after = Address::ZERO;
    while let Some(member) = roles::member_after(MAKER, &after) {
        found.push(member.0[0]);
        after = member;
    }
    assert_eq!(found, [5, 7, 9]);
    roles::revoke(MAKER, &Address([7; 32])).unwrap();
    roles::revoke(MAKER, &Address([7; 32])).unwrap();
    assert_eq!(roles::count(MAKER), 2);
    assert_eq!(roles::member_after(roles::ADMIN, &Address::ZERO), Some(ADMIN));
    assert_eq!(roles::grant(MAKER, &Address::ZERO), Err(RolesError::NoAccount));
}

#[test]
fn the_administrator_changes_in_two_steps_with_a_delay_between() {
    begin();
    assert_eq!(roles::grant(roles::ADMIN, &OTHER), Err(RolesError::AdminByTransferOnly));
    assert_eq!(roles::revoke(roles::ADMIN, &ADMIN), Err(RolesError::AdminByTransferOnly));
    assert_eq!(roles::accept_admin_transfer(), Err(RolesError::NoTransfer));
    roles::begin_admin_transfer(&OTHER).unwrap();
    by(OTHER);
    assert_eq!(roles::accept_admin_transfer(), Err(RolesError::TooEarly));
    wait(roles::DELAY);
    by(MAKER_ACCOUNT);
    assert_eq!(roles::accept_admin_transfer(), Err(RolesError::NoTransfer), "somebody else was named");
    by(OTHER);
    roles::accept_admin_transfer().unwrap();
    assert!(roles::has(roles::ADMIN, &OTHER) && !roles::has(roles::ADMIN, &ADMIN));
    assert_eq!(roles::accept_admin_transfer(), Err(RolesError::NoTransfer), "once");
    let names = testing::event_names();
    assert_eq!(names, ["RoleGranted", "AdminTransferBegun", "RoleRevoked", "RoleGranted"]);
}

#[test]
fn a_hand_over_can_be_stopped_and_the_role_given_up_only_after_the_delay() {
    begin();
    roles::begin_admin_transfer(&OTHER).unwrap();
    roles::cancel_admin_transfer().unwrap();
    wait(roles::DELAY);
    by(OTHER);
    assert_eq!(roles::accept_admin_transfer(), Err(RolesError::NoTransfer));
    by(ADMIN);
    assert_eq!(roles::renounce(roles::ADMIN), Err(RolesError::NoTransfer));
    roles::begin_admin_transfer(&Address::ZERO).unwrap();
    assert_eq!(roles::renounce(roles::ADMIN), Err(RolesError::TooEarly));
    wait(roles::DELAY);
    roles::renounce(roles::ADMIN).unwrap();
    assert_eq!((roles::count(roles::ADMIN), roles::has(roles::ADMIN, &ADMIN)), (0, false));
    assert_eq!(testing::expect_revert(init), RolesError::StartedAlready.code(), "nobody can start again");
}

#[test]
fn nobody_pauses_and_unpauses() {
    begin();
    roles::grant(roles::PAUSER, &OTHER).unwrap();
    assert_eq!(roles::grant(roles::UNPAUSER, &OTHER), Err(RolesError::RolesConflict));
    roles::grant(roles::UNPAUSER, &ADMIN).unwrap();
    assert_eq!(roles::grant(roles::PAUSER, &ADMIN), Err(RolesError::RolesConflict));
    by(OTHER);
    pause::pause(1, Duration::hours(1)).unwrap();
    // The roles were changed over meanwhile: still not the same account.
    roles::revoke(roles::PAUSER, &OTHER).unwrap();
    roles::grant(roles::UNPAUSER, &OTHER).unwrap();
    assert_eq!(pause::unpause(1), Err(PauseError::SameAccount));
    by(ADMIN);
    pause::unpause(1).unwrap();
    assert_eq!(pause::unpause(1), Err(PauseError::NotPaused));
}

#[test]
fn a_pause_stops_its_group_and_ends_by_itself() {
    begin();
    roles::grant(MAKER, &MAKER_ACCOUNT).unwrap();
    assert_eq!(pause::pause(1, Duration(pause::LONGEST.0 + 1)), Err(PauseError::TooLong));
    pause::pause(1, pause::LONGEST).unwrap();
    by(MAKER_ACCOUNT);
    assert_eq!(testing::expect_revert(make), PauseError::IsPaused.code());
    assert_eq!(made(), 0, "another group runs");
    wait(Duration(pause::LONGEST.0 - 1));
    assert_eq!(testing::expect_revert(make), PauseError::IsPaused.code());
    wait(Duration(1));
    assert_eq!((make(), pause::paused_until(1)), (1, None));
}

#[test]
fn pauses_cannot_be_strung_together() {
    begin();
    pause::pause(1, pause::LONGEST).unwrap();
    assert_eq!(pause::pause(1, pause::LONGEST), Ok(()), "in the same moment, that is no longer");
    wait(Duration::hours(1));
    assert_eq!(
        pause::pause(1, pause::LONGEST),
        Err(PauseError::TooLong),
        "longer than a pause may be from its beginning"
    );
    wait(Duration(pause::LONGEST.0 - Duration::hours(1).0));
    assert_eq!(pause::pause(1, Duration::hours(1)), Err(PauseError::PausedRecently));
    wait(Duration(Duration::days(1).0 - 1));
    assert_eq!(pause::pause(1, Duration::hours(1)), Err(PauseError::PausedRecently));
    wait(Duration(1));
    pause::pause(1, Duration::hours(1)).unwrap();
    pause::pause(2, Duration::hours(1)).unwrap();
}

#[test]
fn a_short_pause_of_one_pauser_does_not_keep_another_from_pausing() {
    begin();
    roles::grant(roles::PAUSER, &OTHER).unwrap();
    by(OTHER);
    for nothing in [Duration::ZERO, Duration(1), Duration(pause::SHORTEST.0 - 1)] {
        assert_eq!(pause::pause(1, nothing), Err(PauseError::TooShort));
    }
    pause::pause(1, pause::SHORTEST).unwrap();
    // While it runs, the other makes it longer.
    by(MAKER_ACCOUNT);
    pause::pause(1, Duration::days(3)).unwrap();
    assert_eq!(pause::paused_until(1), Some(env::now() + Duration::days(3)));
    by(OTHER);
    assert_eq!(pause::pause(1, Duration::hours(1)), Err(PauseError::TooShort), "nobody makes it shorter");
    // After it, the rest is as short as it was.
    pause::pause(2, pause::SHORTEST).unwrap();
    wait(pause::SHORTEST);
    assert_eq!(pause::pause(2, Duration::days(3)), Err(PauseError::PausedRecently));
    wait(Duration(pause::SHORTEST.0.div_ceil(pause::REST_PARTS)));
    pause::pause(2, Duration::days(3)).unwrap();
}

#[test]
fn a_pause_that_was_ended_early_has_the_rest_of_what_it_was_to_last() {
    begin();
    roles::grant(roles::UNPAUSER, &OTHER).unwrap();
    pause::pause(1, pause::LONGEST).unwrap();
    wait(Duration::hours(7));
    by(OTHER);
    pause::unpause(1).unwrap();
    by(ADMIN);
    wait(Duration(Duration::hours(24).0 - 1));
    assert_eq!(pause::pause(1, Duration::hours(1)), Err(PauseError::PausedRecently));
    wait(Duration(1));
    pause::pause(1, pause::LONGEST).unwrap();
}

#[test]
fn code_is_set_after_the_delay_and_before_it_is_stale() {
    let hash = [5; 32];
    let input = |byte: u8| Bytes::from_slice(&[byte]).unwrap();
    begin();
    assert_eq!(upgrade::apply(&hash, 0), Err(UpgradeError::NotAnnounced));
    upgrade::announce(&hash, input(1)).unwrap();
    assert_eq!(upgrade::apply(&hash, 0), Err(UpgradeError::TooEarly));
    wait(upgrade::DELAY);
    assert_eq!(upgrade::apply(&[6; 32], 0), Err(UpgradeError::NotAnnounced));
    upgrade::apply(&hash, 0).unwrap();
    assert_eq!(testing::code_set(), Some((hash, vec![1])), "`migrate` gets what was announced");
    assert_eq!(upgrade::apply(&hash, 0), Err(UpgradeError::NotAnnounced), "once");
    upgrade::announce(&hash, input(2)).unwrap();
    wait(Duration(upgrade::DELAY.0 + upgrade::VALID.0 + 1));
    assert_eq!(upgrade::apply(&hash, 0), Err(UpgradeError::Expired));
    upgrade::cancel().unwrap();
    assert_eq!((upgrade::announced(), upgrade::cancel()), (None, Err(UpgradeError::NotAnnounced)));
}

#[test]
fn another_input_of_migrate_is_another_announcement_with_its_own_delay() {
    let hash = [5; 32];
    begin();
    upgrade::announce(&hash, Bytes::new()).unwrap();
    wait(upgrade::DELAY);
    let worse = Bytes::from_slice(&[9]).unwrap();
    upgrade::announce(&hash, worse).unwrap();
    assert_eq!(upgrade::apply(&hash, 0), Err(UpgradeError::TooEarly));
    assert_eq!(upgrade::announced(), Some((hash, env::now() + upgrade::DELAY, worse)));
}

#[test]
fn only_the_contract_itself_passes_its_own_guard() {
    begin();
    assert_eq!(testing::expect_revert(finish), SdkError::NotSelf.code());
    by(env::self_address());
    finish();
}

#[test]
fn a_locked_function_does_not_begin_again() {
    begin();
    assert_eq!(outer(false), Ok(1));
    assert_eq!(outer(false), Ok(1), "the lock was given back");
    assert_eq!(testing::expect_revert(|| outer(true)), SdkError::Reentered.code());
}
