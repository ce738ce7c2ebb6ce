//! A stolen limiter's role: it slows a route and never locks it.

use crate::{BURST, DAY, FAR, LARGE, Limits, PER_HOUR, ROUTE, World, code};

#[test]
fn who_tightens_limits_cannot_lock_a_route() {
    let mut world = World::new();
    let (admin, end) = (world.admin, world.ends[FAR]);
    let (burst, per_hour) = (BURST / 10, PER_HOUR / 10);
    let locks: [Limits; 3] = [(1, 1, 0, 7 * DAY), (burst - 1, per_hour, 0, 7 * DAY), (burst, per_hour - 1, 0, 7 * DAY)];
    for limits in locks {
        world.chain.call(admin, end, "tighten", &(ROUTE, limits)).expect_revert(code::BAD_LIMITS);
    }
    // Neither in many small steps: the floor is that of the route as it was opened.
    for part in 2..=10 {
        let limits: Limits = (BURST / part, PER_HOUR / part, LARGE, 7 * DAY);
        world.chain.call(admin, end, "tighten", &(ROUTE, limits)).ok();
    }
    for limits in locks {
        world.chain.call(admin, end, "tighten", &(ROUTE, limits)).expect_revert(code::BAD_LIMITS);
    }
    assert_eq!(world.room(FAR), burst);
}
