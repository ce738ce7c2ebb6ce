//! Chain specs: the pinned development chain, and every way in which a spec is refused, each with file, field and reason.
#![allow(clippy::unwrap_used)]

use tacit_circuits::{Statement, VerifyingKeys};
use tacit_genesis::{Genesis, GenesisError, spec::SPEC_BYTES_MAX};
use tacit_types::Height;

const DEV: &str = include_str!("../networks/dev.toml");

/// Changes with any change of a hash context, a record, the trie, or the development keys: that is what it is for.
const DEV_ID: &str = "0xefad468ce842e4be8a247d3cadf36b7ac14a900459a0a8df7914a0ec2a6e5a09";

fn refusal(text: &str) -> String {
    Genesis::from_toml("chain.toml", text).expect_err("must be refused").to_string()
}

/// The development spec with one thing replaced, which must be there.
fn with(old: &str, new: &str) -> String {
    assert!(DEV.contains(old), "{old}");
    DEV.replacen(old, new, 1)
}

fn digest(statement: Statement) -> String {
    VerifyingKeys::development().digest(statement).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_genesis_id_of_the_development_chain_is_pinned() {
    let genesis = Genesis::from_toml("dev.toml", DEV).unwrap();
    assert_eq!(genesis.id.to_string(), DEV_ID);
    assert_eq!(genesis.tip().height, Height::ZERO);
    assert_eq!(genesis.tip().state_root, genesis.state_root);
}

#[test]
fn every_field_that_matters_changes_the_id() {
    let id = |text: &str| Genesis::from_toml("chain.toml", text).unwrap().id;
    let original = id(DEV);
    for (old, new) in [
        ("chain_id = \"tacit-dev\"", "chain_id = \"tacit-dew\""),
        ("time_ms = 1795132800000", "time_ms = 1795132800001"),
        ("block_txs_max = 5000", "block_txs_max = 4999"),
        ("base_fee_floor = \"1\"", "base_fee_floor = \"2\""),
        ("power = 1", "power = 2"),
        ("0xf83db0c2", "0xf83db0c3"),
        ("balance = \"1000000000000000000000000\"", "balance = \"1000000000000000000000001\""),
    ] {
        assert_ne!(id(&with(old, new)), original, "{old}");
    }
}

#[test]
fn comments_and_the_order_of_accounts_do_not_change_the_id() {
    let (head, accounts) = DEV.split_at(DEV.find("[[accounts]]").unwrap());
    let mut blocks: Vec<&str> = accounts.split("[[accounts]]").filter(|block| !block.trim().is_empty()).collect();
    blocks.reverse();
    let reordered: String = blocks.iter().map(|block| format!("[[accounts]]{block}\n")).collect();
    let id = |text: &str| Genesis::from_toml("chain.toml", text).unwrap().id;
    assert_eq!(id(&format!("# a comment\n{head}\n{reordered}")), id(DEV));
}

#[test]
fn each_bad_field_is_refused_by_name() {
    let address = "tctd1nyaf9l0330nhgesdhlrcnr96kp00dnhaq9k5nwl5aeql8z06qd3s2m7emj";
    for (old, new, field) in [
        ("format = 1", "format = 2", "format"),
        ("chain_id = \"tacit-dev\"", "chain_id = \"two words\"", "chain_id"),
        ("chain_id = \"tacit-dev\"", "chain_id = \"\"", "chain_id"),
        ("base_fee_floor = \"1\"", "base_fee_floor = \"0\"", "params.base_fee_floor"),
        ("base_fee_floor = \"1\"", "base_fee_floor = \"-1\"", "params.base_fee_floor"),
        ("base_fee_floor = \"1\"", "base_fee_floor = \"01\"", "params.base_fee_floor"),
        ("base_fee_floor = \"1\"", "base_fee_floor = \"1.5\"", "params.base_fee_floor"),
        ("block_gas_limit = 600000000", "block_gas_limit = 600000001", "params.block_gas_limit"),
        ("block_txs_max = 5000", "block_txs_max = 0", "params.block_txs_max"),
        ("power = 1", "power = 0", "validators"),
        ("power = 1", "power = 2305843009213693952", "validators"),
        ("public_key = \"0xf8", "public_key = \"f8", "validators[0].public_key"),
        ("5f6f35\"", "5f6f3\"", "validators[0].public_key"),
        (address, "tct1nyaf9l0330nhgesdhlrcnr96kp00dnhaq9k5nwl5aeql8z06qd3s2m7emj", "accounts[0].address"),
        (address, "tctd1nyaf9l0330nhgesdhlrcnr96kp00dnhaq9k5nwl5aeql8z06qd3s2m7emk", "accounts[0].address"),
        ("balance = \"1000000000000000000000000\"", "balance = \"0\"", "accounts[0].balance"),
        (
            "balance = \"1000000000000000000000000\"",
            "balance = \"340282366920938463463374607431768211456\"",
            "accounts[0].balance",
        ),
        (
            "balance = \"1000000000000000000000000\"",
            "balance = \"340282366920938463463374607431768211455\"",
            "accounts",
        ),
        ("development = true", "development = false", "proofs.keys.range"),
        ("guardian = \"tctd1frd", "guardian = \"tctd1frx", "guardian"),
    ] {
        let message = refusal(&with(old, new));
        assert!(message.starts_with(&format!("chain.toml: field `{field}`: ")), "{old} -> {new}: {message}");
    }
}

#[test]
fn a_duplicate_account_and_a_duplicate_validator_are_refused() {
    let account = DEV.get(DEV.find("[[accounts]]").unwrap()..).unwrap();
    let first = account.get(..account.get(1..).unwrap().find("[[accounts]]").unwrap()).unwrap();
    assert!(refusal(&format!("{DEV}\n{first}")).contains("occurs twice"));
    let validator = "[[validators]]\npublic_key = \"0xf83db0c21faa015cf2f5ce9be730b00099e20a064bad4876c7cbbf355c5f6f35\"\npower = 3\n";
    assert!(refusal(&format!("{DEV}\n{validator}")).contains("validator key occurs twice"));
}

#[test]
fn a_production_chain_refuses_development_keys_however_they_are_named() {
    let message = refusal(&with("production = false", "production = true"));
    assert!(message.contains("`proofs.development`"), "{message}");
    let line = |statement: &Statement| format!("{statement} = \"0x{}\"\n", digest(*statement));
    let digests: String = Statement::ALL.iter().map(line).collect();
    let digests = format!("[proofs.keys]\n{digests}");
    let named = with("development = true", &digests);
    // The same keys by digest are the same chain, as long as no money depends on it.
    let id = Genesis::from_toml("chain.toml", &named).unwrap().id;
    assert_eq!(id, Genesis::from_toml("chain.toml", DEV).unwrap().id);
    let message = refusal(&named.replacen("production = false", "production = true", 1));
    assert!(message.contains("`proofs.keys.range`") && message.contains("development key"), "{message}");
    let both = with("development = true", &format!("development = true\n{digests}"));
    assert!(refusal(&both).contains("not both"));
}

/// A spec for real value with these lines for its ceremony and for the base fee's floor, complete but for them.
fn production(ceremony: &str, floor: &str) -> String {
    let key = |(index, statement): (usize, &Statement)| {
        format!("{statement} = \"0x{}\"\n", format!("{:02x}", index + 1).repeat(32))
    };
    let keys: String = Statement::ALL.iter().enumerate().map(key).collect();
    let proofs = format!("{ceremony}\n[proofs.keys]\n{keys}");
    with("development = true", &proofs).replacen("production = false", "production = true", 1).replacen(
        "base_fee_floor = \"1\"",
        floor,
        1,
    )
}

fn ceremony(digit: &str) -> String {
    format!("ceremony = \"0x{}\"", digit.repeat(64))
}

#[test]
fn a_production_chain_names_a_base_fee_that_is_no_gift() {
    let with_floor = |line: &str| production(&ceremony("7"), line);
    for line in ["base_fee_floor = \"1\"", "base_fee_floor = \"999999999\"", ""] {
        let message = refusal(&with_floor(line));
        assert!(message.starts_with("chain.toml: field `params.base_fee_floor`: "), "{message}");
        assert!(message.contains("at least 1000000000 base units per gas"), "it says what to do: {message}");
    }
    for floor in [1_000_000_000, 1_u64 << 40] {
        let genesis = Genesis::from_toml("chain.toml", &with_floor(&format!("base_fee_floor = \"{floor}\"")));
        assert_eq!(genesis.unwrap().params.base_fee_floor.0, floor);
    }
    assert!(refusal(&with_floor("base_fee_floor = \"0\"")).contains("params.base_fee_floor"));
    Genesis::from_toml("chain.toml", &with("base_fee_floor = \"1\"", "")).expect("a chain without value may be free");
}

#[test]
fn a_production_chain_names_its_ceremony_and_the_name_changes_the_id() {
    let spec = |ceremony: &str| production(ceremony, "base_fee_floor = \"1000000000\"");
    let message = refusal(&spec(""));
    assert!(message.contains("`proofs.ceremony`") && message.contains("is missing"), "{message}");
    assert!(refusal(&spec("ceremony = \"0x12\"")).contains("`proofs.ceremony`"));
    let named = |digit: &str| Genesis::from_toml("chain.toml", &spec(&ceremony(digit))).unwrap();
    assert_eq!(named("7").ceremony, Some([0x77; 32]));
    assert_ne!(named("7").id, named("8").id);
    let both = with("development = true", &format!("development = true\n{}", ceremony("7")));
    assert!(refusal(&both).contains("`proofs.ceremony`"), "development keys come from no ceremony");
}

#[test]
fn garbage_truncated_nested_and_oversized_specs_are_refused_without_a_panic() {
    let is_syntax = |text: &str| matches!(Genesis::from_toml("c", text), Err(GenesisError::Syntax { .. }));
    assert!(is_syntax(""));
    assert!(is_syntax("\u{0}\u{1}\u{2}"));
    assert!(is_syntax(&with("power = 1", "power = 1\nunknown = 2")));
    assert!(is_syntax(&with("production = false", "")));
    assert!(is_syntax(&format!("format = {}1{}", "[".repeat(10_000), "]".repeat(10_000))));
    let long = format!("{DEV}#{}", "x".repeat(SPEC_BYTES_MAX));
    assert!(matches!(Genesis::from_toml("c", &long), Err(GenesisError::TooLong { .. })));
    for length in (0..DEV.len()).step_by(7).filter(|length| DEV.is_char_boundary(*length)) {
        // Cut anywhere it is refused, or by luck whole so far: never a panic.
        let _ = Genesis::from_toml("c", DEV.get(..length).unwrap());
    }
}
