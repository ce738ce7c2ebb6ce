//! The JSON itself, field by field: other programs are written against it.

use crate::http::{call, result};
use crate::mock::{ALICE, CHAIN, serve, transfer, transferred};
use serde_json::{Value, json};
use tacit_rpc::BackendError;
use tacit_rpc::json::to_hex;
use tacit_types::limits::JSON_INTEGER_MAX;
use tacit_types::{Event, FieldBytes, GroupId, Network};

/// Fails when a number anywhere below could lose digits in a language whose numbers are 64-bit floats.
fn check_numbers(value: &Value, path: &str) {
    match value {
        Value::Number(number) => {
            assert!(number.as_u64().is_some_and(|number| number < JSON_INTEGER_MAX), "{path}: {number}");
        }
        Value::Array(items) => items.iter().for_each(|item| check_numbers(item, path)),
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| check_numbers(field, &format!("{path}.{name}")))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn node_status_answers_what_the_specification_promises() {
    let (server, mock) = serve(|_| {}).await;
    mock.commit(vec![]);
    let status = result(server.address(), "node_status", json!([])).await;
    for field in
        ["chain_id", "genesis_id", "node_id", "version", "height", "block_id", "state_root", "syncing", "peers"]
    {
        assert!(!status[field].is_null(), "{field}");
    }
    assert_eq!(status["chain_id"], CHAIN);
    assert_eq!(status["network"], "dev");
    assert_eq!(status["genesis_id"], to_hex(&[9; 32]));
    assert_eq!(status["pool"], json!({ "txs": 0, "bytes": 0 }));
}

#[tokio::test]
async fn a_block_answers_its_whole_header_so_that_its_id_can_be_computed() {
    let (server, mock) = serve(|_| {}).await;
    mock.commit(vec![transferred(5)]);
    let block = result(server.address(), "chain_getBlock", json!([1])).await;
    let stored = mock.blocks.lock().unwrap()[0].clone();
    let header = &stored.block.header;
    assert_eq!(block["block_id"], to_hex(&header.id().0));
    assert_eq!(
        block["header"],
        json!({
            "version": 1, "genesis_id": to_hex(&[9; 32]), "height": 1, "round": 0, "time_ms": 1_790_000_000_001u64,
            "parent": to_hex(&[0; 32]), "proposer": ALICE.to_text(Network::Dev), "body_root": to_hex(&header.body_root.0),
            "body_length": header.body_length, "last_commit": to_hex(&header.last_commit.0),
            "state_root": to_hex(&[3; 32]), "receipts_root": to_hex(&[4; 32]), "base_fee": "10",
            "validators_hash": to_hex(&[5; 32]), "next_validators_hash": to_hex(&[6; 32]),
        })
    );
    let raw = stored.block.body.txs[0].clone();
    let id = stored.receipts[0].tx_id;
    let tx = json!({ "index": 0, "tx_id": to_hex(&id.0), "hash": to_hex(&raw.full_hash().0), "code": 0, "gas_used": 21_000, "shielded": false, "join_splits": [], "bytes": null });
    assert_eq!(block["txs"], json!([tx]));
    let full = result(server.address(), "chain_getBlock", json!({ "block": 1, "full": true })).await;
    assert_eq!(full["txs"][0]["bytes"], to_hex(raw.as_bytes()));
}

#[tokio::test]
async fn amounts_powers_and_weights_are_strings_and_all_numbers_are_below_2_pow_53() {
    let (server, mock) = serve(|_| {}).await;
    let spent = Event::NullifierSpent { group: GroupId([1; 32]), nullifier: FieldBytes([2; 32]), weight: u64::MAX };
    mock.commit(vec![transferred(u128::MAX), spent]);
    let most = u128::MAX.to_string();
    let account = result(server.address(), "account_get", json!([ALICE.to_text(Network::Dev)])).await;
    assert_eq!(account["balance"], most);
    assert_eq!((&account["sequence"], &account["pending_sequence"]), (&json!(3), &json!(5)));
    let tx = result(server.address(), "tx_get", json!([to_hex(&transfer(1).id().0)])).await;
    assert_eq!(tx["events"][0]["amount"], most);
    assert_eq!(tx["events"][1]["weight"], u64::MAX.to_string());
    let validators = result(server.address(), "chain_getValidators", json!([])).await;
    assert_eq!(validators["total_power"], (1u64 << 59).to_string());
    for method in ["chain_getParams", "chain_getSupply", "node_status", "chain_getGenesis"] {
        check_numbers(&result(server.address(), method, json!([])).await, method);
    }
    for answer in [account, tx, validators] {
        check_numbers(&answer, "answer");
    }
}

#[tokio::test]
async fn the_absence_of_a_state_entry_is_null_and_still_proven() {
    let (server, _) = serve(|_| {}).await;
    let present = result(server.address(), "state_getProof", json!(["0x03"])).await;
    let absent = result(server.address(), "state_getProof", json!(["0x04"])).await;
    assert_eq!(present["value"], "0x010203");
    assert_eq!(absent["value"], Value::Null);
    assert_eq!(absent["proof"], "0xeeeeeeee");
    assert_eq!(absent["key"], "0x04");
}

#[tokio::test]
async fn what_broke_inside_the_node_is_not_told_to_callers() {
    let (server, mock) = serve(|_| {}).await;
    *mock.fail.lock().unwrap() = Some(BackendError::Internal("/secret/path: corrupted page".to_owned()));
    let response = call(server.address(), "node_status", json!([])).await;
    assert_eq!(response["error"]["data"]["kind"], "internal");
    assert!(!response.to_string().contains("secret"), "{response}");
}
