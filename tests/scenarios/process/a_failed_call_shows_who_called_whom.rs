//! Goal: who made a mistake two contracts away sees which call it was, with names and values, before paying anything. Every verb
//! says by name what went wrong.
//! Method: one validator; a pool of two tokens that may take nothing from the caller; `trace` and `call` of a deposit, with and
//! without a gas limit; a pool that cannot be made, a view that fails.

use serde_json::Value;
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};
use tacit_tests::book::is_shown;
use tacit_tests::{Devnet, binary};

/// What is printed of the deposit, in text.
const TREE: &str = "\
pool.deposit(most_first: 10000, most_second: 7000, least_shares: 0, to: tctd1..., deadline: ...)  gas ...
  failed: ...
...
  gold.transfer_from(owner: tctd1..., to: tctd1..., amount: 10000)  gas ...
    failed: ... Error::...
...
fails: ...";

struct Person<'a> {
    network: &'a Devnet,
}

impl Person<'_> {
    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command.arg("contract").args(arguments).env("TACIT_NODE", self.network.url(0));
        command.env("TACIT_ALIASES", self.network.home(0).with_file_name("aliases")).output().expect("tacit runs")
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn fails(&self, arguments: &[&str], why: &str) {
        let output = self.output(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
}

#[test]
fn a_failed_call_shows_who_called_whom() {
    let network = Devnet::start(1);
    tokio::runtime::Runtime::new().unwrap().block_on(network.wait_for_height(0, 1));
    let person = Person { network: &network };
    let file = |name: &str| format!("{}/../contracts/artifacts/{name}.wasm", env!("CARGO_MANIFEST_DIR"));
    let (token, pool) = (file("token"), file("amm"));
    person.run(&["deploy", &token, "--init", "supply=100000", "--alias", "gold", "--dev", "0"]);
    person.run(&["deploy", &token, "--init", "supply=100000", "--salt", "1", "--alias", "silver", "--dev", "0"]);
    let mut deploy = vec!["deploy", &pool, "--alias", "pool", "--dev", "0"];
    for argument in ["first=gold", "second=silver", "fee=30", "protocol_share=0", "fee_receiver=dev:1"] {
        deploy.extend(["--init", argument]);
    }
    person.run(&deploy);

    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let deadline = format!("deadline={}", now + 3_600_000);
    let deposit = |verb, last: &[&'static str]| {
        let mut words =
            vec![verb, "pool", "deposit", "most_first=10000", "most_second=7000", "least_shares=0", "to=dev:0"];
        words.extend([deadline.as_str(), "--dev", "0"]);
        words.extend(last);
        person.output(&words)
    };
    let traced = deposit("trace", &[]);
    let tree = String::from_utf8(traced.stdout).unwrap();
    assert!(traced.status.success() && is_shown(TREE, &tree), "the tree is\n{tree}");

    let json: Value = serde_json::from_slice(&deposit("trace", &["--json"]).stdout).unwrap();
    let frames = json["frames"].as_array().unwrap();
    let inner = frames.iter().find(|frame| frame["function"] == "transfer_from").unwrap();
    assert_eq!((&inner["depth"], &inner["arguments"]["amount"]), (&Value::from(2), &Value::from("10000")));
    assert!(inner["failure"].as_str().unwrap().contains("Error::"), "{inner}");

    let before = balance(&network);
    let called = deposit("call", &[]);
    let told = String::from_utf8(called.stderr).unwrap();
    assert_eq!(called.status.code(), Some(1));
    assert!(told.contains("gold.transfer_from(owner: "), "{told}");
    let limited = deposit("call", &["--gas-limit", "5000000"]);
    assert_eq!(limited.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&limited.stderr).contains("gold.transfer_from(owner: "),
        "the limit hides the tree"
    );
    assert_eq!(balance(&network), before, "a call that fails when it is tried out costs nothing");
    let short = deposit("trace", &["--gas-limit", "200000"]);
    assert!(String::from_utf8_lossy(&short.stdout).contains("gas limit"), "{short:?}");
    assert_eq!(deposit("call", &["--gas-limit", "5000000", "--unchecked"]).status.code(), Some(1));
    assert_ne!(balance(&network), before, "what is sent untried is paid");

    let mut twins = vec!["deploy", &pool, "--salt", "1", "--alias", "twins", "--dev", "0"];
    for argument in ["first=gold", "second=gold", "fee=30", "protocol_share=0", "fee_receiver=dev:1"] {
        twins.extend(["--init", argument]);
    }
    person.fails(&twins, "Error::BadTokens");
    twins.extend(["--value", "1"]);
    person.fails(&twins, "`init` takes no money");
    person.fails(&["view", "pool", "quote_exact_in", "token_in=dev:5", "amount_in=1"], "Error::");
}

fn balance(network: &Devnet) -> String {
    network.tacit(&["wallet", "balance", "--dev", "0", "--node", &network.url(0), "--json"])
}
