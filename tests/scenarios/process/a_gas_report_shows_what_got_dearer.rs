//! Goal: a change that makes a function dearer is seen before it is deployed: which function, by how much.
//! Method: the simulator measures transfers of the small token, which is accepted as the snapshot; then of the full token,
//! which does more. `tacit contract gas report` compares.

use std::path::Path;
use std::process::{Command, Output};
use tacit_simulator::{Amount, Chain};
use tacit_tests::binary;
use tacit_tests::book::is_shown;

/// What some transfers cost, as the simulator writes it: of the small token, or of the full one under the same name.
fn measured(is_full: bool) -> String {
    let mut chain = Chain::new();
    let (owner, bob) = (chain.account("owner"), chain.account("bob"));
    let name = if is_full { "token_plus" } else { "token" };
    let file = format!("{}/../contracts/artifacts/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
    let code = chain.deploy_as("token", &std::fs::read(file).unwrap()).unwrap();
    let token = match is_full {
        true => chain.instantiate(owner, code, &("Plus", "PLS", 6u8, Amount(1_000), Amount(2_000))).unwrap(),
        false => chain.instantiate(owner, code, &(Amount(1_000),)).unwrap(),
    };
    if is_full {
        chain.call(owner, token, "delegate", &(bob,)).ok();
    }
    for _ in 0..4 {
        chain.call(owner, token, "transfer", &(bob, Amount(1))).ok();
    }
    chain.gas_report().to_lines()
}

fn report(folder: &Path, last: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.args(["contract", "gas", "report", "gas.lines", "--snapshot", "gas.snapshot"]).args(last);
    command.current_dir(folder).output().expect("tacit runs")
}

fn told(output: &Output) -> String {
    String::from_utf8([output.stdout.as_slice(), &output.stderr].concat()).unwrap()
}

#[test]
fn a_gas_report_shows_what_got_dearer() {
    let folder = tempfile::tempdir().unwrap();
    let write = |lines: String| std::fs::write(folder.path().join("gas.lines"), lines).unwrap();
    write(measured(false));
    let early = report(folder.path(), &[]);
    assert!(!early.status.success() && told(&early).contains("--accept writes it"), "{}", told(&early));
    assert!(report(folder.path(), &["--accept"]).status.success());
    let same = report(folder.path(), &[]);
    assert!(
        same.status.success() && is_shown("...\ntoken ... transfer ... 4 ... =\n...", &told(&same)),
        "{}",
        told(&same)
    );

    write(measured(true));
    let dearer = report(folder.path(), &["--tolerance", "2"]);
    let shown = "...\ntoken ... delegate ... new\n...\ntoken ... transfer ... 4 ... +...%\n...\nerror: gas is above gas.snapshot by more than 2 percent; ...\n...\ntoken transfer: mean ... -> ..., most ... -> ...";
    assert_eq!(dearer.status.code(), Some(1));
    assert!(is_shown(shown, &told(&dearer)), "{}", told(&dearer));
    assert!(report(folder.path(), &["--tolerance", "100000"]).status.success());
}
