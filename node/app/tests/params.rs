//! `tacit params` and `tacit proof verify` from the command line: one small ceremony, step by step.
#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use std::path::Path;

fn tacit(folder: &Path, arguments: &str) -> (bool, String) {
    let output = Command::cargo_bin("tacit").unwrap().current_dir(folder).args(arguments.split(' ')).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn well(folder: &Path, arguments: &str) -> String {
    let (well, text) = tacit(folder, arguments);
    assert!(well, "tacit {arguments}: {text}");
    text
}

fn refused(folder: &Path, arguments: &str) -> String {
    let (well, text) = tacit(folder, arguments);
    assert!(!well, "tacit {arguments} must be refused: {text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

fn json(folder: &Path, arguments: &str) -> serde_json::Value {
    serde_json::from_str(&well(folder, arguments)).unwrap()
}

#[test]
fn a_ceremony_for_one_statement_from_beginning_to_end() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    well(folder, "params ptau new --power 9 --out 0.ptau");
    assert!(refused(folder, "params ptau verify 0.ptau").contains("everybody knows tau"));
    well(folder, "params ptau contribute 0.ptau --name Ada --out 1.ptau");
    assert!(
        refused(folder, "params ptau contribute 0.ptau --out 1.ptau").contains("cannot be written"),
        "no overwriting"
    );
    let verified = json(folder, "params ptau verify 1.ptau --json");
    assert_eq!((&verified["contributions"], &verified["power"]), (&1.into(), &9.into()));

    well(folder, "params setup range --ptau 1.ptau --out 0.zkey");
    assert!(refused(folder, "params verify 0.zkey --circuit range --ptau 1.ptau").contains("nobody contributed"));
    assert!(refused(folder, "params import-zkey 0.zkey --circuit range --ptau 1.ptau --folder p").contains("nobody"));
    let inspected = json(folder, "params inspect 0.zkey --json");
    assert!(inspected["refused_because"].as_str().unwrap().contains("no phase-2 contribution"), "{inspected}");

    std::fs::write(folder.join("entropy"), "dice").unwrap();
    well(folder, "params contribute 0.zkey --name Bo --entropy entropy --out 1.zkey");
    well(folder, "params beacon 1.zkey --value 0x0102 --out 2.zkey");
    assert!(refused(folder, "params beacon 1.zkey --value zz --out 3.zkey").contains("not hex"));
    well(folder, "params export-r1cs range --out range.r1cs");
    let verified = json(folder, "params verify 2.zkey --circuit range.r1cs --ptau 1.ptau --full --json");
    assert_eq!((&verified["contributions"], &verified["beacons"]), (&1.into(), &1.into()));
    let few = refused(folder, "params verify 2.zkey --circuit range --ptau 1.ptau --at-least 2");
    assert!(few.contains("at least 2"), "{few}");
    assert!(refused(folder, "params verify 2.zkey --circuit equality --ptau 1.ptau").contains("2^"));

    well(folder, "params import-zkey 2.zkey --circuit range --ptau 1.ptau --folder params");
    for name in ["range-v1.vk", "range-v1.pk", "range-v1.transcript.json"] {
        assert!(folder.join("params").join(name).exists(), "{name}");
    }
    assert!(refused(folder, "params verify params").contains("cannot be read"), "the other statements are missing");
}

#[test]
fn what_is_no_file_of_a_ceremony_is_refused_in_words() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    std::fs::write(folder.join("noise"), [0x7a, 0x6b, 0x65, 0x79, 1, 0, 0, 0, 255, 255, 255, 255]).unwrap();
    assert!(refused(folder, "params inspect noise").contains("sections"));
    assert!(refused(folder, "params inspect absent").contains("cannot be read"));
    assert!(refused(folder, "params export-r1cs roulette --out x").contains("no statement"));
    assert!(refused(folder, "params ptau new --power 64 --out x").contains("power"));
    assert!(refused(folder, "params verify noise").contains("say `verify"));
    std::fs::write(folder.join("a.json"), "{}").unwrap();
    assert!(refused(folder, "proof verify --snarkjs a.json a.json a.json").contains("missing"));
}
