//! Goal: a member of a group votes without an account: neither the vote nor what pays for it names one.
//! Method: one validator; a member whose wallet has private money only votes by the command line with `--from-pool`. The
//! vote counts once, its transaction has no account, and the member's own account stays untouched.

use serde_json::Value;
use tacit_rpc::json::HexArray;
use tacit_tests::Devnet;
use tacit_tests::person::{Person, all, text};
use tacit_types::Tx;

/// Runs a verb that ends with `--json` and knows nothing of wallets.
fn json(network: &Devnet, arguments: &[&str]) -> Value {
    let url = network.url(0);
    serde_json::from_str(&network.tacit(&all(&[arguments, &["--json", "--node", &url]]))).unwrap()
}

fn identity(network: &Devnet, secret: &str) -> String {
    network.tacit(&["proof", "membership", "identity", "--secret", secret]).trim().to_owned()
}

#[test]
fn a_member_votes_from_the_pool() {
    let network = Devnet::start(1);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(network.wait_for_height(0, 1));
    let params = network.home(0).with_file_name("params").to_str().unwrap().to_owned();
    let alice = Person::new(&network, "alice", "alice");
    alice.wallet(&["new", "alice"]);
    let to = alice.shielded_address("0");
    alice.wallet(&["shield", "--dev", "0", "--to", &to, "--amount", "50", "--params", &params]);

    // A poll among two members, opened by somebody else.
    let secret = alice.file("member.key");
    let members = [(&secret, 3), (&alice.file("other.key"), 5)];
    let members = members.map(|(file, weight)| format!("{}:{weight}", identity(&network, file)));
    let members = ["--member", members[0].as_str(), "--member", members[1].as_str()];
    let group = text(&json(&network, &all(&[&["proof", "membership", "group", "--dev", "1"], &members])), "group");
    let create = ["poll", "create", "--dev", "1", "--group", &group, "--title", "colour", "--options", "3"];
    let poll = text(&json(&network, &create), "poll");

    let vote = |choice| {
        let who = ["vote", "--poll", poll.as_str(), "--secret", secret.as_str(), "--weight", "3", "--choice", choice];
        all(&[&who, &["--from-pool", "--from", "alice", "--params", params.as_str(), "--json"]])
    };
    let voted: Value = serde_json::from_str(&alice.run("poll", &vote("1"))).unwrap();
    let tally = |shown: &Value| (shown["votes"].clone(), shown["tally"].clone());
    let after_one = tally(&json(&network, &["poll", "show", &poll]));
    assert_eq!(after_one.0, 1);
    assert_eq!(after_one.1.to_string().replace('"', ""), "[0,3,0]");

    // Nobody's account signed, sent or paid.
    let id: [u8; 32] = hex_bytes(&text(&voted, "tx_id"));
    let raw = runtime.block_on(network.client(0).tx_raw(HexArray(id))).unwrap();
    let tx = Tx::decode(&raw.bytes.0).unwrap();
    assert!(tx.body.authorization.is_shielded() && tx.witness.signatures.is_empty());
    let outside = text(&alice.json(&["address", "--from", "alice"]), "address");
    let account = runtime.block_on(network.client(0).account(&outside)).unwrap();
    assert_eq!((account.sequence, account.balance.0), (0, 0));

    // One vote a member, however it is sent: again from the pool, or from an account.
    let refused = alice.fails("poll", &vote("2"));
    assert!(refused.contains("nullifier"), "{refused}");
    let by_account = ["vote", "--poll", &poll, "--secret", &secret, "--weight", "3", "--choice", "0", "--dev", "2"];
    let refused = alice.fails("poll", &all(&[&by_account, &["--params", &params]]));
    assert!(refused.contains("nullifier"), "{refused}");
    assert_eq!(tally(&json(&network, &["poll", "show", &poll])), after_one);

    // What only an account can say is refused rather than ignored.
    let complaint = alice.fails("poll", &all(&[&vote("1"), &["--tip", "3"]]));
    assert!(complaint.contains("--from-pool"), "{complaint}");
}

fn hex_bytes(text: &str) -> [u8; 32] {
    let digits = text.trim_start_matches("0x");
    core::array::from_fn(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
}
