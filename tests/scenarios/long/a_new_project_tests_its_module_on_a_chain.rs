//! Goal: a project that `tacit contract new` wrote runs its tests in the simulator as it is, with nothing but this program
//! and a compiler, and a test that expects something else fails.
//! Method: the copy of SDK and simulator is compiled in the project, which takes minutes; then once more with another
//! expectation.

use std::path::Path;
use std::process::{Command, Output};
use tacit_tests::binary;

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

#[test]
fn a_new_project_tests_its_module_on_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let made = contract(&["new", "jar", "--vendor"], folder.path());
    assert!(made.status.success(), "{}", told(&made));
    let tested = contract(&["test", "jar"], folder.path());
    assert!(tested.status.success(), "{}", told(&tested));
    assert!(told(&tested).matches("test result: ok").count() >= 2, "unit tests and simulator: {}", told(&tested));

    let file = folder.path().join("jar/simulator/src/lib.rs");
    let source = std::fs::read_to_string(&file).unwrap();
    let other = source.replace("const INSUFFICIENT: u32 = 1;", "const INSUFFICIENT: u32 = 2;");
    assert_ne!(source, other);
    std::fs::write(&file, other).unwrap();
    let tested = contract(&["test", "jar"], folder.path());
    assert_eq!(tested.status.code(), Some(1), "{}", told(&tested));
    assert!(told(&tested).contains("simulator"), "{}", told(&tested));
}
