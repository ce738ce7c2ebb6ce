//! A person at a terminal: a folder with keys and what a wallet knows, and the binary. Nothing else is used, so that what
//! a test shows holds for people too.

use crate::{Devnet, binary};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Verbs of `tacit wallet` that ask no node.
const OFFLINE: [&str; 2] = ["address", "viewing-key"];
/// Verbs that need nothing of what wallets know of the chain.
const WITHOUT_WALLETS: [&str; 2] = ["disclose", "assets"];

/// A folder with a person's keys and what their wallet knows.
pub struct Person<'a> {
    network: &'a Devnet,
    name: &'static str,
    /// Everything of theirs.
    pub home: PathBuf,
}

impl<'a> Person<'a> {
    /// Somebody with an entry `name` in a home of this name beside the nodes', and a password.
    pub fn new(network: &'a Devnet, name: &'static str, home: &str) -> Self {
        let home = network.home(0).with_file_name(home);
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join("password"), "correct horse\n").unwrap();
        Self { network, name, home }
    }

    /// A file of theirs as an argument.
    pub fn file(&self, name: &str) -> String {
        self.home.join(name).to_str().unwrap().to_owned()
    }

    /// Runs a verb of `tacit wallet` in this home.
    pub fn wallet(&self, arguments: &[&str]) -> String {
        self.run("wallet", arguments)
    }

    /// Runs a verb, which must succeed; gives what it prints.
    pub fn run(&self, group: &str, arguments: &[&str]) -> String {
        let output = self.output(group, arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tacit {group} {arguments:?} failed: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a verb, which must fail; gives what it complains.
    pub fn fails(&self, group: &str, arguments: &[&str]) -> String {
        let output = self.output(group, arguments);
        assert!(!output.status.success(), "tacit {group} {arguments:?} did not fail");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Runs a verb; gives all that came of it.
    pub fn output(&self, group: &str, arguments: &[&str]) -> Output {
        let (keys, password, wallets) = (self.file("keys"), self.file("password"), self.file("wallets"));
        let url = self.network.url(0);
        let mut all = vec![group];
        all.extend(arguments);
        all.extend(["--keystore", &keys, "--password-file", &password]);
        if group == "wallet" && !OFFLINE.contains(&arguments[0]) {
            all.extend(["--node", &url]);
            if !WITHOUT_WALLETS.contains(&arguments[0]) {
                all.extend(["--wallets", &wallets]);
            }
        }
        if group == "poll" {
            all.extend(["--node", &url, "--wallets", &wallets]);
        }
        Command::new(binary()).args(all).output().expect("tacit runs")
    }

    /// What a verb of `tacit wallet` answers.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        serde_json::from_str(&self.wallet(&all)).unwrap()
    }

    /// Their shielded address number `index`.
    pub fn shielded_address(&self, index: &str) -> String {
        text(&self.json(&["address", "--from", self.name, "--shielded", "--index", index]), "address")
    }

    /// What can be spent of an asset, as people see it.
    pub fn spendable(&self, asset: &str) -> String {
        let balance = self.json(&["balance", "--from", self.name]);
        let lines = balance["assets"].as_array().unwrap();
        let line = lines.iter().find(|line| line["symbol"] == asset);
        line.map_or("0".to_owned(), |line| text(line, "spendable"))
    }

    /// Kind, amount and memo of what happened, oldest first.
    pub fn history(&self) -> Vec<(String, String, String)> {
        let lines = self.json(&["history", "--from", self.name]);
        let row =
            |line: &Value| (text(line, "kind"), text(line, "amount"), line["memo"].as_str().unwrap_or("").to_owned());
        lines.as_array().unwrap().iter().map(row).collect()
    }
}

/// One list of arguments from several.
pub fn all<'x>(parts: &[&[&'x str]]) -> Vec<&'x str> {
    parts.concat()
}

/// A field that is text.
pub fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}")).to_owned()
}
