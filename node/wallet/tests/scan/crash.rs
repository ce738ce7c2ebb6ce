//! A wallet that dies by SIGKILL at any moment of a sync comes back with what it had, and loses nothing.

use super::{busy_chain, full, open, spendable, sync, synced};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tacit_wallet::shielded::testing::{MemoryChain, Random};

const CHILD: &str = "TACIT_TEST_WALLET_HOME";

fn chain() -> MemoryChain {
    let mut chain = busy_chain(1_500, 60);
    // Small pages and much to write: a kill falls into a write now and then.
    chain.page_blocks = 50;
    chain
}

/// Not a test of its own: what the processes do that are killed.
#[test]
fn child_that_syncs_until_it_is_killed() {
    let Ok(home) = std::env::var(CHILD) else { return };
    let chain = chain();
    loop {
        synced(Path::new(&home), full(0), &chain);
        // Everything again, so that there is always something to write.
        let mut wallet = open(Path::new(&home), full(0), &chain);
        wallet.set_birthday(1).unwrap();
        drop(wallet);
        let files = super::segment_files(Path::new(&home), &full(0), &chain);
        let _ = std::fs::remove_file(&files[0]);
    }
}

#[test]
fn a_wallet_killed_at_random_moments_recovers_everything() {
    let seed = std::env::var("TACIT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| u64::from(Instant::now().elapsed().subsec_nanos()) ^ u64::from(std::process::id()));
    println!("seed {seed}; TACIT_SEED repeats it");
    let mut random = Random::new(seed);
    let chain = chain();
    let home = tempfile::tempdir().unwrap();
    for death in 0..12 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child_that_syncs_until_it_is_killed", "--nocapture"])
            .env(CHILD, home.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(150 + random.below(900)));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut wallet = open(home.path(), full(0), &chain);
        let done = sync(&mut wallet, &chain).unwrap();
        assert_eq!(done.repairs, [], "death {death}: a crash is no damage");
        assert_eq!(spendable(&wallet), (1..=25).sum::<u128>(), "death {death}");
    }
}

/// What a crash between writing a joined segment and removing its parts leaves behind.
#[test]
fn a_joined_segment_beside_its_parts_wins() {
    let mut chain = busy_chain(40, 10);
    let home = tempfile::tempdir().unwrap();
    synced(home.path(), full(0), &chain);
    let before = super::segment_files(home.path(), &full(0), &chain).remove(0);
    let old = std::fs::read(&before).unwrap();
    let join_split = chain.foreign();
    chain.add(vec![join_split]);
    synced(home.path(), full(0), &chain);
    std::fs::write(&before, old).unwrap();
    let mut wallet = open(home.path(), full(0), &chain);
    let done = sync(&mut wallet, &chain).unwrap();
    assert_eq!((done.heights, done.repairs.len()), (0, 0));
    assert_eq!(spendable(&wallet), 1 + 2 + 3 + 4);
    assert!(!before.exists());
}
