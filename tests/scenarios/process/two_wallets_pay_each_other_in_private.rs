//! Goal: what the README promises of private money holds for two people with a terminal each.
//! Method: two wallets made by the command line shield two assets and pay each other; one is restored from its words in
//! another home, one discloses a payment to a third person, and a third wallet watches with a viewing key. Nothing but the
//! binary is used.

use serde_json::Value;
use tacit_tests::Devnet;
use tacit_tests::person::{Person, all, text};

#[test]
fn two_wallets_pay_each_other_in_private() {
    let network = Devnet::start(1);
    tokio::runtime::Runtime::new().unwrap().block_on(network.wait_for_height(0, 1));
    let params = network.home(0).with_file_name("params").to_str().unwrap().to_owned();
    let params = ["--params", params.as_str()];
    let (alice, bob) = (Person::new(&network, "alice", "alice"), Person::new(&network, "bob", "bob"));
    let made = alice.json(&["new", "alice"]);
    assert_eq!(text(&made, "shielded_address"), alice.shielded_address("0"));
    bob.wallet(&["new", "bob"]);

    // Two assets, made public and put into the pool.
    let created =
        alice.json(&["assets", "create", "--dev", "0", "--symbol", "GOLD", "--decimals", "2", "--supply", "1000"]);
    let gold = text(&created, "asset");
    let to = alice.shielded_address("7");
    for more in [&["--amount", "50"][..], &["--amount", "20"], &["--amount", "30.25", "--asset", &gold]] {
        alice.json(&all(&[&["shield", "--dev", "0", "--to", &to], more, &params]));
    }
    assert_eq!(alice.spendable("TCT"), "70");
    assert_eq!(alice.spendable("GOLD"), "30.25");

    // There and back.
    let (to_bob, to_alice) = (bob.shielded_address("0"), alice.shielded_address("0"));
    let paid = alice.json(&all(&[
        &["transfer", "--from", "alice", "--to", &to_bob, "--amount", "12", "--memo", "two books"],
        &params,
    ]));
    alice
        .json(&all(&[&["transfer", "--from", "alice", "--to", &to_bob, "--amount", "1.5", "--asset", &gold], &params]));
    assert_eq!((bob.spendable("TCT"), bob.spendable("GOLD")), ("12".to_owned(), "1.5".to_owned()));
    bob.json(&all(&[
        &["transfer", "--from", "bob", "--to", &to_alice, "--amount", "2", "--memo", "too much"],
        &params,
    ]));
    assert_eq!(alice.spendable("GOLD"), "28.75");
    let told = alice.history();
    assert!(told.contains(&("sent".into(), "12".into(), "two books".into())), "{told:?}");
    assert!(told.contains(&("received".into(), "2".into(), "too much".into())), "{told:?}");
    let told = bob.history();
    assert!(told.contains(&("received".into(), "12".into(), "two books".into())), "{told:?}");
    assert!(told.iter().any(|(kind, ..)| kind == "change") && told.iter().any(|(kind, ..)| kind == "fee"), "{told:?}");

    // Out of the pool again.
    let outside = text(&bob.json(&["address", "--from", "bob"]), "address");
    bob.json(&all(&[&["unshield", "--from", "bob", "--amount", "1"], &params]));
    assert_eq!(text(&bob.json(&["balance", "--address", &outside]), "tokens"), "1");

    // The same words in another home.
    let words = bob.run("keys", &["export", "bob"]);
    let elsewhere = Person::new(&network, "bob", "elsewhere");
    std::fs::write(elsewhere.home.join("words"), words).unwrap();
    let file = elsewhere.home.join("words").to_str().unwrap().to_owned();
    elsewhere.wallet(&["restore", "bob", "--file", &file, "--birthday", "1"]);
    for asset in ["TCT", "GOLD"] {
        assert_eq!(elsewhere.spendable(asset), bob.spendable(asset));
    }
    assert_eq!(elsewhere.history(), bob.history());

    // A third person checks what Alice paid, and another watches Bob.
    let proof = alice.home.join("payment").to_str().unwrap().to_owned();
    alice.wallet(&["disclose", &text(&paid, "tx_id"), "--from", "alice", "--out", &proof, "--challenge", "for you"]);
    let url = network.url(0);
    let verdict =
        network.tacit(&["wallet", "verify-disclosure", &proof, "--node", &url, "--challenge", "for you", "--json"]);
    let verdict: Value = serde_json::from_str(&verdict).unwrap();
    assert_eq!(
        (text(&verdict, "to"), text(&verdict, "amount"), text(&verdict, "memo")),
        (to_bob, "12".into(), "two books".into())
    );

    let third = Person::new(&network, "auditor", "third");
    for (more, sees_spends) in [(&[][..], true), (&["--incoming"], false)] {
        let key = bob.wallet(&all(&[&["viewing-key", "--from", "bob"], more]));
        let (name, file) = (if sees_spends { "auditor" } else { "teller" }, third.home.join("key"));
        std::fs::write(&file, key).unwrap();
        third.wallet(&["watch", name, "--file", file.to_str().unwrap(), "--birthday", "1"]);
        let balance = third.json(&["balance", "--from", name]);
        assert_eq!(balance["sees_spends"], sees_spends);
    }
    assert_eq!(third.spendable("TCT"), bob.spendable("TCT"));
}
