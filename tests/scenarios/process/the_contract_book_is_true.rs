//! Goal: whoever follows `docs/contracts` page by page arrives: every command runs, every piece of code compiles, every
//! answer is as it is printed there. And whoever followed the README's section about contracts before, on the same network,
//! does too.
//! Method: an empty home, the binary in the path, the toolchains of this machine, and [`tacit_tests::book`]. The network is
//! the one that the book starts. What builds contracts must be there (`tests/setup.sh` brings it), else this fails: a
//! book that nobody tried is worth nothing.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use tacit_tests::binary;
use tacit_tests::book::{Block, Direction, Reader, blocks};

/// The pages in the order in which they are read.
const PAGES: [&str; 10] = [
    "README.md",
    "start.md",
    "write.md",
    "test.md",
    "deploy.md",
    "upgrade.md",
    "reference.md",
    "std/README.md",
    "proofs.md",
    "security.md",
];
/// Most blocks that may be left out, each with its reason.
const NEVER_MAX: usize = 2;

#[test]
fn the_contract_book_is_true() {
    follow_the_book(1);
}

/// Follows the README's section and then the book, on a network of so many validators.
pub fn follow_the_book(validators: u16) {
    let mut book = read();
    on_validators(&mut book, validators);
    // In the terminal of the README's reader the network runs already, so its commands come right behind it.
    let network = book.iter().position(|block| block.direction == Direction::Background).expect("a network");
    book.insert(network + 1, of_the_readme());
    let never: Vec<&Block> = book.iter().filter(|block| matches!(block.direction, Direction::Never(_))).collect();
    never.iter().for_each(|block| println!("not tried: {} {:?}", block.place, block.direction));
    assert!(never.len() <= NEVER_MAX, "too many blocks that nobody tries");

    let home = tempfile::tempdir().unwrap();
    let mut reader = Reader::new(home.path(), environment(home.path(), validators));
    let has_node = has_node();
    let left_out: Vec<&str> =
        book.iter().filter(|block| block.needs_node && !has_node).map(|block| block.place.as_str()).collect();
    if !left_out.is_empty() {
        println!("LEFT OUT, for node or npm cannot be had: {}", left_out.join(", "));
    }
    for block in book.iter().filter(|block| !left_out.contains(&block.place.as_str())) {
        if let Err(why) = reader.follow(block) {
            panic!("{why}");
        }
    }
}

/// The book has its network run by one validator; says another number.
fn on_validators(book: &mut [Block], validators: u16) {
    for block in book.iter_mut().filter(|block| block.direction == Direction::Background) {
        assert!(block.text.contains("--validators 1\n"), "{}: {}", block.place, block.text);
        block.text = block.text.replace("--validators 1\n", &format!("--validators {validators}\n"));
    }
}

/// The commands of the README's section about contracts, in a terminal of their own.
fn of_the_readme() -> Block {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split("### A contract\n").nth(1).expect("a section about contracts");
    let commands = section.split("```\n").nth(1).expect("commands");
    assert!(commands.contains("tacit contract deploy"), "{commands}");
    let text = format!("({commands})\n");
    Block { place: "README: A contract".into(), direction: Direction::Run, needs_node: false, text }
}

fn read() -> Vec<Block> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/contracts");
    let pages = |part: &'static str| {
        let entries = std::fs::read_dir(folder.join(part)).unwrap();
        entries.map(move |entry| format!("{part}{}", entry.unwrap().file_name().into_string().unwrap()))
    };
    // The pages about standard contracts are no part of the way through the book; those of them that have blocks are.
    let has_blocks = |page: &String| std::fs::read_to_string(folder.join(page)).unwrap().contains("```");
    let there = pages("").chain(pages("std/").filter(has_blocks));
    let there: BTreeSet<String> = there.filter(|name| name.ends_with(".md")).collect();
    assert_eq!(there, PAGES.iter().map(|page| (*page).to_owned()).collect(), "a page that nobody reads");
    let blocks = PAGES.iter().flat_map(|page| {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        blocks(page, &text).unwrap_or_else(|why| panic!("{why}"))
    });
    blocks.collect()
}

/// What a reader's machine has: the binary and the programs in the path, toolchains, what npm and cargo have fetched. The
/// ports are this test's own, because a network may run on the usual ones.
fn environment(home: &Path, validators: u16) -> Vec<(String, String)> {
    let programs = home.join(".bin");
    std::fs::create_dir_all(&programs).unwrap();
    std::os::unix::fs::symlink(binary(), programs.join("tacit")).unwrap();
    // The checkout, where the page about standard contracts has it.
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    std::os::unix::fs::symlink(checkout, home.join("tacit")).unwrap();
    let real = PathBuf::from(std::env::var_os("HOME").expect("HOME"));
    let unpacked = real.join(".cache/tacit/wasm-rust");
    if unpacked.is_dir() {
        std::fs::create_dir_all(home.join(".cache/tacit")).unwrap();
        std::os::unix::fs::symlink(unpacked, home.join(".cache/tacit/wasm-rust")).unwrap();
    }
    let named = |variable: &str, otherwise: PathBuf| {
        let value = std::env::var_os(variable).map_or(otherwise, PathBuf::from);
        (variable.to_owned(), value.to_str().expect("UTF-8").to_owned())
    };
    let path = std::env::var("PATH").expect("PATH");
    let port = free_ports(validators);
    let mut environment = vec![
        ("PATH".to_owned(), format!("{}:{path}:{}", programs.display(), real.join(".cargo/bin").display())),
        named("CARGO_HOME", real.join(".cargo")),
        named("RUSTUP_HOME", real.join(".rustup")),
        named("npm_config_cache", real.join(".npm")),
        ("npm_config_prefer_offline".to_owned(), "true".to_owned()),
        ("TACIT_DEVNET_PORT".to_owned(), port.to_string()),
        ("TACIT_NODE".to_owned(), format!("http://127.0.0.1:{}", port + 2)),
    ];
    // What dependencies compile to is kept beside this test's own, so that the next run need not compile them again.
    let target = binary().parent().and_then(Path::parent).expect("a target folder").join("book");
    environment.push(("CARGO_TARGET_DIR".to_owned(), target.to_str().expect("UTF-8").to_owned()));
    for variable in ["TACIT_WASM_RUSTC", "RUSTUP_TOOLCHAIN"] {
        environment.extend(std::env::var(variable).map(|value| (variable.to_owned(), value)));
    }
    environment
}

/// Whether node is here, and npm can bring what the book has it bring. Where not, what needs them is left out, and that is
/// said; with `TACIT_INTEROP=required` they must be there.
fn has_node() -> bool {
    let brings = |name: &str| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop").join(name).join("setup.sh");
        let output = Command::new("sh").arg(script).output().expect("sh runs");
        print!("{}", String::from_utf8_lossy(&output.stderr));
        output.status.success()
    };
    let found = ["snarkjs", "typescript"].into_iter().all(brings);
    let is_required = std::env::var("TACIT_INTEROP").is_ok_and(|value| value == "required");
    assert!(found || !is_required, "node and npm are required: install Node.js 20 or later");
    found
}

/// A port from which on each validator's four are free: its own begin ten further than the one's before.
fn free_ports(validators: u16) -> u16 {
    let start = 30_000 + u16::try_from(std::process::id() % 20_000).unwrap();
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let are_free = |base: &u16| (0..validators).all(|node| (0..4).all(|kind| is_free(base + 10 * node + kind)));
    (start..start + 5_000).step_by(10).find(are_free).expect("free ports")
}
