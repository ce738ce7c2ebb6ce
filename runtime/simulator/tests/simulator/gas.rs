//! The gas report: counts, and lines for a file.

use crate::guests::{counter, probe, token};
use tacit_simulator::Amount;

#[test]
fn gas_is_counted_by_code_and_function_for_calls_that_succeed() {
    let (mut chain, alice, counter) = counter(0);
    let empty = chain.gas_report();
    assert_eq!(empty.get("counter", "init").unwrap().calls, 1);
    assert_eq!(empty.get("counter", "increment"), None);
    (1..=3u64).for_each(|count| assert_eq!(chain.call(alice, counter, "increment", &()).returns::<u64>(), count));
    chain.call(alice, counter, "add", &(u64::MAX,)).expect_panic("overflow");
    let report = chain.gas_report();
    let gas = report.get("counter", "increment").unwrap();
    assert_eq!(gas.calls, 3);
    assert!(gas.least <= gas.mean && gas.mean <= gas.most && gas.least > 0, "{gas:?}");
    assert_eq!(report.get("counter", "add"), None, "a failed call tells nothing");
    assert!(report.to_string().contains("increment"), "{report}");
}

#[test]
fn only_the_contracts_own_gas_counts() {
    let (mut chain, alice, probe) = probe();
    let whole = chain.call(alice, probe, "where", &()).ok().gas_used.0;
    let own = chain.gas_report().get("probe", "where").unwrap();
    // A transaction costs 8,000 and 20,000 for its signature, a call 10,000, and then come the bytes.
    assert!(own.most + 38_000 < whole && own.most > 15_000, "{own:?} of {whole}");
    let again = chain.call(alice, probe, "where", &()).ok().gas_used.0;
    assert_eq!((again, chain.gas_report().get("probe", "where").unwrap().least), (whole, own.least));
}

#[test]
fn two_contracts_of_one_code_share_a_row() {
    let (mut chain, alice, bob, token) = token();
    let code = chain.code_of(token).unwrap();
    let other = chain.instantiate(alice, code, &(Amount(5),)).unwrap();
    chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
    chain.call(alice, other, "transfer", &(bob, Amount(1))).ok();
    assert_eq!(chain.gas_report().get("token", "transfer").unwrap().calls, 2);
}

#[test]
fn unlabelled_code_is_named_by_its_hash() {
    let (mut chain, alice, _) = counter(0);
    let code = chain.deploy(&wat::parse_str("(module (memory 1) (func (export \"go\")))").unwrap()).unwrap();
    let contract = chain.instantiate(alice, code, &()).unwrap();
    chain.call(alice, contract, "go", &()).ok();
    let label: String = format!("{}..", &code.to_string()[..10]);
    assert_eq!(chain.gas_report().get(&label, "go").unwrap().calls, 1);
}

#[test]
fn a_report_is_written_with_its_title_and_a_line_for_each_function() {
    let (mut chain, alice, bob, token) = token();
    for _ in 0..2 {
        chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
    }
    let gas = chain.gas_report().get("token", "transfer").unwrap();
    let lines = chain.gas_report().to_lines();
    let mut lines = lines.lines();
    assert_eq!(lines.next(), Some("# code function calls least mean most"));
    let expected = format!("token transfer 2 {} {} {}", gas.least, gas.mean, gas.most);
    assert_eq!(lines.next_back(), Some(expected.as_str()));
    assert!(lines.next().is_some_and(|line| line.starts_with("token init 1 ")), "sorted by function");
}
