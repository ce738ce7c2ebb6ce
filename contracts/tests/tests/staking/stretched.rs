//! A stolen funder's role: it pays in, and cannot hold back what others have paid in.

use crate::scene::{MINUTE, PERIOD, Scene};

fn until(scene: &Scene) -> u64 {
    scene.chain.view::<(u128, u64)>(scene.pool, "rewards_left", &()).unwrap().1
}

#[test]
fn fundings_of_dust_by_a_funder_hardly_stretch_rewards() {
    let mut scene = Scene::new();
    scene.stake(scene.stakers[0], 1_000).ok();
    scene.fund(7_200).ok();
    let before = until(&scene);
    for _ in 0..20 {
        scene.chain.warp(MINUTE);
        scene.fund(1).ok();
    }
    assert!(until(&scene) - before < MINUTE, "{} ms", until(&scene) - before);
}

#[test]
fn a_funding_as_large_as_what_is_left_takes_the_mean_of_both_times() {
    let mut scene = Scene::new();
    // Nobody stakes, so nothing is released and both times stand still.
    scene.fund(1_000).ok();
    scene.fund(1_000).ok();
    let now = scene.chain.time().0;
    assert!(until(&scene) - now <= PERIOD);
    scene.stake(scene.stakers[0], 1_000).ok();
    scene.chain.warp(PERIOD / 2);
    let (left, end) = scene.chain.view::<(u128, u64)>(scene.pool, "rewards_left", &()).unwrap();
    let at = scene.chain.time().0;
    scene.fund(left).ok();
    let mean = at + (end - at).midpoint(PERIOD);
    assert!(until(&scene).abs_diff(mean) <= MINUTE, "{} is not about {mean}", until(&scene));
}
