//! Goal: with the binary alone somebody writes, builds, deploys, calls, stops and changes a contract, and what goes wrong
//! is told by name.
//! Method: one validator; `tacit contract new` with the copy of the SDK, then every verb in the order of a contract's
//! life; at last somebody else builds the source in a folder of another length and finds the same bytes. Where nothing
//! compiles for wasm the test fails and says what to install.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;
use tacit_tests::person::{all, text};
use tacit_tests::{Devnet, binary};
use tacit_types::Network;
use tacit_wallet::devnet::devnet_account;

struct Developer<'a> {
    network: &'a Devnet,
    folder: &'a Path,
}

impl Developer<'_> {
    fn output(&self, arguments: &[&str]) -> Output {
        Command::new(binary())
            .arg("contract")
            .args(arguments)
            .env("TACIT_NODE", self.network.url(0))
            .env("TACIT_ALIASES", self.folder.join("aliases"))
            // Cargo's own variables of this test must not steer the project's build.
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CARGO_RESOLVER_FEATURE_UNIFICATION")
            .env_remove("CARGO_UNSTABLE_FEATURE_UNIFICATION")
            .env_remove("__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS")
            .current_dir(self.folder)
            .output()
            .expect("tacit runs")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.output(&all(&[arguments, &["--json"]]));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tacit contract {arguments:?} failed: {error}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert_eq!(output.status.code(), Some(1), "tacit contract {arguments:?} did not fail");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn address(index: u32) -> String {
    devnet_account(index).unwrap().address.to_text(Network::Dev)
}

#[test]
fn a_contract_lives_from_its_first_line_to_its_upgrade() {
    let network = Devnet::start(1);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(network.wait_for_height(0, 1));
    let folder = network.home(0).with_file_name("developer");
    std::fs::create_dir_all(&folder).unwrap();
    let developer = Developer { network: &network, folder: &folder };

    assert!(developer.output(&["new", "jar", "--vendor"]).status.success());
    let again = developer.fails(&["new", "jar"]);
    assert!(again.contains("not empty"), "{again}");
    let built = developer.output(&["build", "jar", "--json"]);
    let complaint = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{complaint}");
    let built: Value = serde_json::from_slice(&built.stdout).unwrap();
    let checked = developer.json(&["check", "jar/jar.wasm"]);
    assert_eq!((&built["code_hash"], &built["spec"]["name"]), (&checked["code_hash"], &Value::from("jar")));

    for (index, name) in ["admin", "guard", "judge"].iter().enumerate() {
        let address = address(u32::try_from(index).unwrap());
        assert!(developer.output(&["alias", "add", name, &address]).status.success());
    }
    let policy = ["--policy", "timelock:admin:2s", "--pauser", "guard", "--unpauser", "judge", "--longest", "1h"];
    let deploy = all(&[&["deploy", "jar/jar.wasm", "--alias", "jar", "--dev", "0"], &policy]);
    let contract = text(&developer.json(&deploy), "contract");
    calls_and_views(&developer);
    pauses(&developer);
    upgrades(&developer, &contract);
}

fn calls_and_views(developer: &Developer<'_>) {
    let saved = developer.json(&["call", "jar", "save", "--value", "5u", "--dev", "3"]);
    assert_eq!(saved["value"], "5");
    assert_eq!(saved["events"][1]["event"].as_str().or(saved["events"][0]["event"].as_str()), Some("Saved"), "{saved}");
    let holder = format!("holder={}", address(3));
    assert_eq!(developer.json(&["view", "jar", "saved_by", &holder])["value"], "5");
    assert_eq!(
        developer.json(&["view", "jar", "saved_by", "--input", &format!("0x{}", "00".repeat(32))])["value"],
        "0"
    );
    let trace = developer.json(&["trace", "jar", "take", "amount=2", "--dev", "3"]);
    assert_eq!(
        (&trace["frames"][0]["arguments"]["amount"], &trace["frames"][0]["value_returned"]),
        (&Value::from("2"), &Value::from("3"))
    );
    let estimate = developer.json(&["gas", "estimate", "jar", "take", "amount=2", "--dev", "3"]);
    assert_eq!(estimate["gas_used"], trace["gas_used"]);
    let refused = developer.fails(&["call", "jar", "take", "amount=6", "--dev", "3"]);
    assert!(refused.contains("jar.take(amount: 6)") && refused.contains("Error::Insufficient"), "{refused}");
    for (arguments, why) in [
        (vec!["call", "jar", "take", "amount=much", "--dev", "3"], "no Amount"),
        (vec!["call", "jar", "take", "--dev", "3"], "1 needed"),
        (vec!["call", "jar", "steal", "--dev", "3"], "saved_by"),
        (vec!["call", "jar", "take", "amount=1", "--value", "1", "--dev", "3"], "takes no money"),
        (vec!["view", "pot", "total"], "no alias"),
    ] {
        let refused = developer.fails(&arguments);
        assert!(refused.contains(why), "{arguments:?}: {refused}");
    }
}

fn pauses(developer: &Developer<'_>) {
    let refused = developer.fails(&["pause", "jar", "--for", "1h", "--dev", "2"]);
    assert!(refused.contains("PolicyForbids"), "{refused}");
    let refused = developer.fails(&["pause", "jar", "--for", "2h", "--dev", "1"]);
    assert!(refused.contains("the longest pause is 3600000 ms"), "{refused}");
    developer.json(&["pause", "jar", "--for", "10m", "--dev", "1"]);
    let refused = developer.fails(&["call", "jar", "take", "amount=1", "--dev", "3"]);
    assert!(refused.contains("ContractPaused"), "{refused}");
    assert_eq!(developer.json(&["view", "jar", "total"])["value"], "5", "a stopped contract can be looked at");
    developer.json(&["unpause", "jar", "--dev", "2"]);
    assert_eq!(developer.json(&["call", "jar", "take", "amount=1", "--dev", "3"])["value"], "4");
}

fn upgrades(developer: &Developer<'_>, contract: &str) {
    // The same storage, another sentence about it: other bytes, the same layout.
    let source = developer.folder.join("jar/src/lib.rs");
    let changed =
        std::fs::read_to_string(&source).unwrap().replace("Puts the money of the call", "Puts all money of the call");
    std::fs::write(&source, changed).unwrap();
    let fresh = text(&developer.json(&["build", "jar", "--out", "jar2.wasm"]), "code_hash");
    let refused = developer.fails(&["upgrade", "announce", "jar", "jar2.wasm", "--dev", "1"]);
    assert!(refused.contains("PolicyForbids"), "{refused}");
    let before = developer.json(&["upgrade", "announce", "jar", "jar/jar.wasm", "--dev", "0"]);
    assert!(before["ready_ms"].is_u64() && before["end_ms"].is_u64(), "{before}");
    let unknown = developer.json(&["upgrade", "announce", "jar", "jar2.wasm", "--dev", "0", "--no-wait"]);
    assert_eq!((&unknown["ready_ms"], &unknown["end_ms"]), (&Value::Null, &Value::Null), "those are another code's");
    // Behind one that may still wait.
    let known = developer.json(&["upgrade", "announce", "jar", "jar2.wasm", "--dev", "0"]);
    assert!(known["ready_ms"].is_u64(), "{known}");
    assert_eq!(developer.json(&["info", "jar"])["announced"]["code_hash"], fresh.as_str());
    let refused = developer.fails(&["upgrade", "apply", "jar", "--dev", "0"]);
    assert!(refused.contains("UpgradeNotReady"), "{refused}");
    std::thread::sleep(Duration::from_secs(3));
    developer.json(&["upgrade", "apply", "jar", "--dev", "0"]);
    let info = developer.json(&["info", contract]);
    assert_eq!((&info["code_hash"], &info["announced"]), (&Value::from(fresh.as_str()), &Value::Null));
    assert_eq!(developer.json(&["view", "jar", "total"])["value"], "4", "what was stored is still there");
    rebuilds_elsewhere(developer, &fresh);
}

/// What runs is found again from the source in a folder of another name and length, and nothing else is.
fn rebuilds_elsewhere(developer: &Developer<'_>, runs: &str) {
    let elsewhere = "in quite another place/of somebody else/jar";
    assert!(developer.output(&["new", "jar", "--vendor", "--dir", elsewhere]).status.success());
    for file in ["src/lib.rs", "Cargo.lock"] {
        std::fs::copy(developer.folder.join("jar").join(file), developer.folder.join(elsewhere).join(file)).unwrap();
    }
    let verified = developer.json(&["verify", "jar", elsewhere]);
    assert_eq!(verified["code_hash"], runs, "the folder changes the bytes");
    let other = developer.fails(&["verify", &format!("0x{}", "11".repeat(32)), elsewhere]);
    assert!(other.contains(runs), "{other}");
}
