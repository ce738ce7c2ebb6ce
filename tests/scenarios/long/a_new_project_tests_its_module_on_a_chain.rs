//! Goal: a project that `tacit contract new` wrote runs its tests in the simulator as it is, with nothing but this program
//! and a compiler; a test that expects something else fails; and the tests in the simulator that the contract book shows do
//! what the book says, its lines of gas included.
//! Method: the copy of SDK and simulator is compiled in the project, which takes minutes; then again with the book's code.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use tacit_tests::binary;
use tacit_tests::book::{Block, Direction, Reader, blocks};

/// By how many percent the gas in the book may differ from what is measured: another version of the SDK gives other modules.
const GAS_DIFFERS_MAX: u64 = 25;

fn contract(arguments: &[&str], folder: &Path) -> Output {
    Command::new(binary())
        .arg("contract")
        .args(arguments)
        // Cargo's own variables of this test must not steer the project's build.
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_RESOLVER_FEATURE_UNIFICATION")
        .env_remove("CARGO_UNSTABLE_FEATURE_UNIFICATION")
        .env_remove("__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS")
        .current_dir(folder)
        .output()
        .expect("tacit runs")
}

fn told(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

/// Runs all tests of a project, which must pass.
fn all_pass(project: &str, folder: &Path) {
    let tested = contract(&["test", project], folder);
    assert!(tested.status.success(), "{}", told(&tested));
    assert!(told(&tested).matches("test result: ok").count() >= 2, "unit tests and simulator: {}", told(&tested));
}

#[test]
fn a_new_project_tests_its_module_on_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let made = contract(&["new", "jar", "--vendor"], folder.path());
    assert!(made.status.success(), "{}", told(&made));
    all_pass("jar", folder.path());
    gas_is_as_the_book_shows(&folder.path().join("jar/gas.lines"));

    let file = folder.path().join("jar/simulator/src/lib.rs");
    let source = std::fs::read_to_string(&file).unwrap();
    let other = source.replace("const INSUFFICIENT: u32 = 1;", "const INSUFFICIENT: u32 = 2;");
    assert_ne!(source, other);
    std::fs::write(&file, other).unwrap();
    let tested = contract(&["test", "jar"], folder.path());
    assert_eq!(tested.status.code(), Some(1), "{}", told(&tested));
    assert!(told(&tested).contains("simulator"), "{}", told(&tested));

    // The upgrade of `upgrade.md`: both versions as the page has them built, then its test.
    let build = |out: &str| {
        let built = contract(&["build", "jar", "--out", out], folder.path());
        assert!(built.status.success(), "{}", told(&built));
    };
    build("jar/box1.wasm");
    let page = edits("upgrade.md");
    let boxes: Vec<&Block> = page.iter().take_while(|block| !block.text.contains("mod tariff")).collect();
    assert_eq!(boxes.len(), 3, "two edits of the box, and the test: {boxes:?}");
    follow(&boxes, "jar", folder.path());
    build("jar/box2.wasm");
    all_pass("jar", folder.path());

    // The fund of `write.md`, in the same folder of the build, where its engine is compiled already.
    let made = contract(&["new", "my-fund", "--vendor"], folder.path());
    assert!(made.status.success(), "{}", told(&made));
    std::fs::rename(folder.path().join("jar/target"), folder.path().join("my-fund/target")).unwrap();
    let page = edits("write.md");
    let fund: Vec<&Block> = page.iter().take_while(|block| !block.text.contains("mod saver")).collect();
    assert_eq!(fund.len(), 2, "the fund and its test: {fund:?}");
    follow(&fund, "my-fund", folder.path());
    all_pass("my-fund", folder.path());
}

fn page(name: &str) -> Vec<Block> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/contracts").join(name);
    blocks(name, &std::fs::read_to_string(file).unwrap()).unwrap()
}

/// What a page writes into files.
fn edits(name: &str) -> Vec<Block> {
    let is_edit =
        |block: &Block| matches!(block.direction, Direction::Into(_) | Direction::Before(..) | Direction::Instead(..));
    page(name).into_iter().filter(is_edit).collect()
}

/// Does what the blocks say in a project.
fn follow(blocks: &[&Block], project: &str, folder: &Path) {
    let path = std::env::var("PATH").expect("PATH");
    let mut reader = Reader::new(folder, vec![("PATH".to_owned(), path)]);
    let enter = Block {
        place: "this test".into(),
        direction: Direction::Run,
        needs_node: false,
        text: format!("cd ~/{project}\n"),
    };
    for block in std::iter::once(&enter).chain(blocks.iter().copied()) {
        reader.follow(block).unwrap_or_else(|why| panic!("{why}"));
    }
}

/// The first lines of gas on the page about tests are what the project's test wrote, or nearly.
fn gas_is_as_the_book_shows(written: &Path) {
    let book = edits("test.md");
    let shown = book.iter().find(|block| block.direction == Direction::Into("gas.lines".into())).expect("lines of gas");
    let (shown, measured) = (gas(&shown.text), gas(&std::fs::read_to_string(written).expect("gas.lines is written")));
    println!("in the book {shown:?}, measured {measured:?}");
    assert_eq!(shown.keys().collect::<Vec<_>>(), measured.keys().collect::<Vec<_>>());
    for (function, numbers) in &shown {
        for (in_book, now) in numbers.iter().zip(&measured[function]) {
            let differ = in_book.abs_diff(*now) * 100 / now;
            assert!(differ <= GAS_DIFFERS_MAX, "{function}: {numbers:?} in test.md, measured {:?}", measured[function]);
        }
    }
}

/// The numbers of a report by code and function: calls, least, mean, most.
fn gas(lines: &str) -> BTreeMap<String, Vec<u64>> {
    let lines = lines.lines().filter(|line| !line.starts_with('#'));
    let parsed = lines.map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let numbers = words[2..].iter().map(|word| word.parse().expect("a number")).collect();
        (words[..2].join(" "), numbers)
    });
    parsed.collect()
}
