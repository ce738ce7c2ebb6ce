//! The guardian's switch.

use crate::support::*;
use tacit_exec::testing::{MemoryChain, params, transfer};
use tacit_types::asset::PoolPause;
use tacit_types::limits::POOL_PAUSE_HEIGHTS_MAX;
use tacit_types::shielded::PublicValue;
use tacit_types::*;

fn pause(heights: u64) -> Action {
    Action::PoolPause(PoolPause { heights })
}

fn guarded() -> MemoryChain {
    let guardian = MemoryChain::new(1, 3).accounts[2].address();
    let mut chain = MemoryChain::with_params(1, 3, ChainParams { guardian: Some(guardian), ..params() });
    let value = into_pool(AssetId::NATIVE, 1_000_000_000_000);
    let shield = by_account(&chain, &chain.accounts[0], vec![action(join_split(&chain, 1, value))]);
    assert_eq!(codes(&mut chain, &[shield]), [0]);
    chain
}

#[test]
fn a_paused_pool_stands_still_until_the_height_and_everything_else_goes_on() {
    let mut chain = guarded();
    let (user, guardian) = (chain.accounts[0].clone(), chain.accounts[2].clone());
    let tx = by_account(&chain, &guardian, vec![pause(2)]);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    for number in [20, 21] {
        let paying = by_nobody(&chain, vec![action(join_split(&chain, number, fee()))]);
        assert_eq!(refusal(&mut chain, paying), RejectCode::PoolPaused);
        let plain = by_account(&chain, &user, vec![action(join_split(&chain, number, PublicValue::None))]);
        assert_eq!(body_failure(&mut chain, plain), RejectCode::PoolPaused);
    }
    let tx = by_account(
        &chain,
        &user,
        vec![action(join_split(&chain, 22, PublicValue::None)), transfer(Address([1; 32]), 1)],
    );
    assert_eq!(codes(&mut chain, &[tx]), [0]);
}

/// A guardian that sent the next pause at the end of each, or a longer one during it, would keep all private money for good.
#[test]
fn attack_51_the_guardian_cannot_stop_the_pool_for_good() {
    let mut chain = guarded();
    let guardian = chain.accounts[2].clone();
    let mut try_at = |height: u64, heights: u64| {
        chain.tip.height = Height(height - 1);
        chain.recertify();
        let tx = by_account(&chain, &guardian, vec![pause(heights)]);
        codes(&mut chain, &[tx])[0]
    };
    let too_soon = RejectCode::PoolPauseTooSoon.number();
    let rest = POOL_PAUSE_HEIGHTS_MAX.div_ceil(7);
    assert_eq!(try_at(100, 50), 0);
    for (height, heights) in [(101, 1), (102, 48), (103, 50), (104, POOL_PAUSE_HEIGHTS_MAX)] {
        assert_eq!(try_at(height, heights), too_soon, "neither longer nor anew while it stands");
    }
    assert_eq!(try_at(150, 1), too_soon, "its last height");
    assert_eq!(try_at(151, POOL_PAUSE_HEIGHTS_MAX), too_soon, "the first height after it");
    assert_eq!(try_at(151 + rest - 1, 1), too_soon);
    let second = 151 + rest;
    assert_eq!(try_at(second, POOL_PAUSE_HEIGHTS_MAX), 0);

    // Ended early, the rest is counted from the end; ending it again begins no other count.
    let end = second + 1_000;
    assert_eq!(try_at(end, 0), 0);
    assert_eq!(try_at(end + rest / 2, 0), 0);
    assert_eq!(try_at(end + rest, 1), too_soon);
    assert_eq!(try_at(end + 1 + rest, 1), 0);
}

#[test]
fn ending_what_never_began_keeps_no_pause_away() {
    let mut chain = guarded();
    let guardian = chain.accounts[2].clone();
    for heights in [0, 2] {
        let tx = by_account(&chain, &guardian, vec![pause(heights)]);
        assert_eq!(codes(&mut chain, &[tx]), [0], "{heights}");
    }
}

#[test]
fn the_guardian_can_end_a_pause_and_nobody_else_can_start_one() {
    let mut chain = guarded();
    let (user, guardian) = (chain.accounts[0].clone(), chain.accounts[2].clone());
    let tx = by_account(&chain, &user, vec![pause(2)]);
    assert_eq!(body_failure(&mut chain, tx), RejectCode::NotGuardian);
    let tx = by_account(&chain, &guardian, vec![pause(POOL_PAUSE_HEIGHTS_MAX)]);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    let tx = by_account(&chain, &guardian, vec![pause(0)]);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    let tx = by_account(&chain, &user, vec![action(join_split(&chain, 20, PublicValue::None))]);
    assert_eq!(codes(&mut chain, &[tx]), [0]);
    let tx = by_account(&chain, &guardian, vec![pause(POOL_PAUSE_HEIGHTS_MAX + 1)]);
    assert_eq!(refusal(&mut chain, tx), RejectCode::OutOfBounds);
    let mut free = MemoryChain::new(1, 1);
    let sender = free.accounts[0].clone();
    let tx = by_account(&free, &sender, vec![pause(1)]);
    assert_eq!(body_failure(&mut free, tx), RejectCode::NotGuardian);
}
