//! A process that only writes blocks dies a hundred times: at every fail point, and at random moments by SIGKILL. No
//! block that it had acknowledged is ever lost, and every root stays what it must be.

use crate::chain::{Model, genesis, next_block, options, undecided};
use crate::notes::private_txs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tacit_storage::{Database, fail_point};
use tacit_types::{Height, Round};

/// How often the child dies.
const DEATHS: usize = 100;
/// Deaths on one database, before a new one begins (genesis has fail points too).
const DEATHS_PER_DATABASE: usize = 25;
/// Blocks a child writes when nothing kills it: enough to meet every fail point five times.
const BLOCKS: u64 = 40;
/// Where the child finds its database.
const PATH_VARIABLE: &str = "TACIT_TEST_DATABASE";

/// The child. Does what a node does for each block, and says so only when it is done.
#[test]
#[ignore = "runs only as the child process of the test below"]
fn child_that_writes_blocks() {
    let path = std::env::var(PATH_VARIABLE).unwrap();
    let database = Database::open(Path::new(&path), options()).unwrap();
    if database.tip().is_err() {
        database.init_genesis(genesis()).unwrap();
    }
    println!("ack 0");
    for _ in 0..BLOCKS {
        let block = next_block(&database);
        let height = block.header.height;
        database.store_undecided(&undecided(height, Round(0), 1)).unwrap();
        println!("undecided {}", height.0);
        database.commit(block).unwrap();
        println!("ack {}", height.0);
        database.prune_undecided(height).unwrap();
    }
}

#[test]
fn a_hundred_deaths_lose_no_acknowledged_block() {
    let seed =
        std::env::var("TACIT_TEST_SEED").map_or_else(|_| u64::from(std::process::id()), |text| text.parse().unwrap());
    println!("seed {seed} (set TACIT_TEST_SEED to repeat)");
    let mut chance = Chance(seed);
    let mut model = Model::new();
    let mut dir = tempfile::tempdir().unwrap();
    let mut highest = 0;
    let started = Instant::now();
    for death in 0..DEATHS {
        if death % DEATHS_PER_DATABASE == 0 {
            dir = tempfile::tempdir().unwrap();
            highest = 0;
        }
        let acknowledged = if death % 2 == 0 {
            let points = fail_point::ALL.len();
            let point = death / 2 % points;
            // Genesis is met once per database, so it dies there only when there is none yet.
            let is_genesis = fail_point::ALL[point].starts_with("genesis");
            let fresh = death % DEATHS_PER_DATABASE == 0;
            let name = fail_point::ALL
                [if is_genesis && !fresh { 2 + chance.below(points as u64 - 2) as usize } else { point }];
            let count = if is_genesis && fresh { 1 } else { 1 + chance.below(5) };
            die_at(dir.path(), name, count)
        } else {
            die_after(dir.path(), Duration::from_micros(chance.below(60_000)))
        };
        highest = verify(dir.path(), highest.max(acknowledged.block), acknowledged.undecided, &mut model);
    }
    println!("{DEATHS} deaths in {:?}", started.elapsed());
}

#[test]
fn genesis_survives_death_at_each_of_its_fail_points() {
    for name in [fail_point::GENESIS_BEFORE_BATCH, fail_point::GENESIS_AFTER_BATCH] {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(die_at(dir.path(), name, 1).block, 0);
        verify(dir.path(), 0, 0, &mut Model::new());
    }
}

/// The last heights that the child said were safe.
struct Acknowledged {
    block: u64,
    undecided: u64,
}

/// Runs a child that must die at the fail point, and nowhere else.
fn die_at(path: &Path, name: &str, count: u64) -> Acknowledged {
    let mut child = spawn(path, Some(format!("{name}:{count}")));
    let acknowledged = listen(&mut child, |_| {});
    let status = child.wait().unwrap();
    assert!(!status.success(), "the child did not die at {name}:{count}");
    assert_eq!(signal(status), Some(6), "the child died at {name}:{count} of something else: {status}");
    acknowledged
}

/// Runs a child and kills it some time after it has begun to write.
fn die_after(path: &Path, delay: Duration) -> Acknowledged {
    let mut child = spawn(path, None);
    let id = child.id();
    let mut killer = None;
    let acknowledged = listen(&mut child, |line| {
        if killer.is_none() && line.starts_with("ack") {
            killer = Some(std::thread::spawn(move || {
                std::thread::sleep(delay);
                // The child is not waited for yet, so its id still names it, dead or alive.
                Command::new("kill").args(["-9", &id.to_string()]).status().unwrap();
            }));
        }
    });
    killer.unwrap().join().unwrap();
    child.wait().unwrap();
    acknowledged
}

fn spawn(path: &Path, fail_at: Option<String>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crash::child_that_writes_blocks", "--ignored", "--nocapture"]);
    command.env(PATH_VARIABLE, path).env_remove(fail_point::VARIABLE);
    if let Some(fail_at) = fail_at {
        command.env(fail_point::VARIABLE, fail_at);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Reads what the child says until it is gone.
fn listen(child: &mut Child, mut hear: impl FnMut(&str)) -> Acknowledged {
    let mut acknowledged = Acknowledged { block: 0, undecided: 0 };
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        // The test harness writes the name of the test in front of the first line.
        let Some(start) = line.find("ack ").or_else(|| line.find("undecided ")) else { continue };
        let line = &line[start..];
        let (what, height) = line.split_once(' ').unwrap();
        // Death may have cut the line short.
        let Ok(height) = height.parse() else { continue };
        if what == "ack" {
            acknowledged.block = height
        } else {
            acknowledged.undecided = height
        }
        hear(line);
    }
    acknowledged
}

/// Opens what the child left; gives the height it stands at.
fn verify(path: &Path, acknowledged: u64, undecided_at: u64, model: &mut Model) -> u64 {
    let database = Database::open(path, options()).unwrap();
    let Ok(tip) = database.tip() else {
        assert_eq!(acknowledged, 0);
        return 0;
    };
    assert!(tip.height.0 >= acknowledged, "block {acknowledged} was acknowledged, the tip is {}", tip.height);
    for height in (0..=tip.height.0).map(Height) {
        assert_eq!(database.state_root(height).unwrap(), Some(model.root(height)), "height {height}");
    }
    for height in (1..=tip.height.0).rev().take(5).map(Height) {
        let block = database.block(height).unwrap().unwrap();
        assert_eq!(database.certificate(height).unwrap().unwrap().block_id, block.header.id());
        assert_eq!(database.receipts(height).unwrap().unwrap().len(), block.body.txs.len());
    }
    // No compact block without its block, whatever the moment of death.
    let compact = database.compact_blocks(Height(0), usize::MAX, usize::MAX).unwrap();
    let heights: Vec<Height> = compact.blocks.iter().map(|(height, _)| *height).collect();
    let expected: Vec<Height> = (1..=tip.height.0).map(Height).filter(|height| private_txs(*height) > 0).collect();
    assert_eq!((heights, compact.next, compact.tip), (expected, None, tip.height));
    if undecided_at > tip.height.0 {
        assert_eq!(database.undecided_of_height(Height(undecided_at)).unwrap().len(), 1);
    }
    drop(database);
    let report = Database::open_for_check(path, options()).unwrap().check(|_| {}).unwrap();
    assert_eq!(report.findings, []);
    tip.height.0
}

fn signal(status: std::process::ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// Numbers that follow from a seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
