//! The gas report: counts, lines for a file, differences.

use crate::guests::{counter, probe, token};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tacit_simulator::{Amount, Failure, FunctionGas, GasReport};

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
fn what_became_dearer_is_said_in_percent() {
    let row = |gas| FunctionGas { calls: 1, least: gas, mean: gas, most: gas };
    let report = |rows: &[(&str, u64)]| {
        GasReport(rows.iter().map(|(function, gas)| (("token".into(), function.to_string()), row(*gas))).collect())
    };
    let before = report(&[("approve", 500), ("burn", 9), ("transfer", 1_000)]);
    let after = report(&[("approve", 490), ("mint", 7), ("transfer", 1_205)]);
    let diff = after.changes_since(&before);
    let lines: Vec<String> = diff.to_string().lines().map(str::to_string).collect();
    assert_eq!(
        lines,
        [
            "token approve: mean 500 -> 490, most 500 -> 490 (-2.0 %)",
            "token burn: no longer called, mean was 9",
            "token mint: new, mean 7",
            "token transfer: mean 1000 -> 1205, most 1000 -> 1205 (+20.5 %)",
        ]
    );
    assert_eq!(diff.0[3].mean_permille(), Some(205));
    assert!(!diff.is_empty() && before.changes_since(&before).is_empty());
    let mut more_calls = before.clone();
    more_calls.0.values_mut().for_each(|row| row.calls += 7);
    assert!(more_calls.changes_since(&before).is_empty(), "how often is not how dear");
}

#[test]
fn lines_that_are_none_are_refused_by_number() {
    let good = "# code function calls least mean most\n\ntoken transfer 1 2 3 4\n";
    let report = GasReport::from_lines(good).unwrap();
    assert_eq!(report.get("token", "transfer"), Some(FunctionGas { calls: 1, least: 2, mean: 3, most: 4 }));
    for bad in ["token transfer 1 2 3", "token transfer 1 2 3 4 5", "token transfer 1 2 x 4", "token transfer 1 2 3 4"]
    {
        let text = format!("{good}{bad}\n");
        assert_eq!(GasReport::from_lines(&text), Err(Failure::GasReport { line: 4 }), "{bad}");
    }
}

#[test]
fn a_real_report_survives_its_file() {
    let (mut chain, alice, bob, token) = token();
    chain.call(alice, token, "transfer", &(bob, Amount(1))).ok();
    let report = chain.gas_report();
    assert_eq!(GasReport::from_lines(&report.to_lines()).unwrap(), report);
    assert!(report.changes_since(&report).is_empty());
}

proptest! {
    #[test]
    fn every_report_survives_its_file(
        rows in prop::collection::btree_map(("[a-z#.0-9]{1,9}", "[a-z_]{1,9}"), any::<[u64; 4]>(), 0..9)
    ) {
        let rows: BTreeMap<_, _> = rows
            .into_iter()
            .filter(|((code, _), _)| !code.starts_with('#'))
            .map(|(key, [calls, least, mean, most])| (key, FunctionGas { calls, least, mean, most }))
            .collect();
        let report = GasReport(rows);
        prop_assert_eq!(GasReport::from_lines(&report.to_lines()), Ok(report));
    }
}
