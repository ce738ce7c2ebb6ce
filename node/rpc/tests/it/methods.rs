//! Every method answers by position and by name, and refuses what it should.

use crate::http::{error, result};
use crate::mock::{ALICE, ASSET, CONTRACT, GROUP, ISSUER, LAPSED, POLL, PROOF, serve, transfer, transferred};
use serde_json::{Value, json};
use tacit_rpc::json::to_hex;
use tacit_types::{Address, Gas, Network};

fn text(address: &Address) -> String {
    address.to_text(Network::Dev)
}

fn hex(bytes: &[u8]) -> String {
    to_hex(bytes)
}

/// A valid call of each method: its parameters in order, with their names.
fn calls() -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let tx = transfer(1);
    vec![
        ("node_status", vec![]),
        ("chain_getBlock", vec![("block", json!(1)), ("full", json!(true))]),
        ("chain_getGenesis", vec![]),
        ("chain_getValidators", vec![("height", json!(1))]),
        ("chain_getParams", vec![]),
        ("chain_getSupply", vec![]),
        ("tx_submit", vec![("bytes", json!(hex(&tx.encode())))]),
        ("tx_get", vec![("tx_id", json!(hex(&tx.id().0)))]),
        ("tx_simulate", vec![("bytes", json!(hex(&tx.encode())))]),
        ("account_get", vec![("address", json!(text(&ALICE)))]),
        ("state_getProof", vec![("key", json!("0x03"))]),
        ("contract_info", vec![("address", json!(text(&CONTRACT)))]),
        ("contract_code", vec![("code_hash", json!(hex(&[0xcc; 32])))]),
        (
            "contract_view",
            vec![("address", json!(text(&CONTRACT))), ("function", json!("echo")), ("args_hex", json!("0xabcd"))],
        ),
        ("group_get", vec![("group", json!(hex(&GROUP.0)))]),
        ("group_members", vec![("group", json!(hex(&GROUP.0))), ("from", json!(2)), ("limit", json!(3))]),
        ("poll_get", vec![("poll", json!(hex(&POLL.0)))]),
        ("issuer_get", vec![("issuer", json!(hex(&ISSUER.0)))]),
        ("issuer_leaves", vec![("issuer", json!(hex(&ISSUER.0))), ("from", json!(2)), ("limit", json!(3))]),
        ("proof_get", vec![("proof_id", json!(hex(&PROOF.0)))]),
        ("shielded_getAnchor", vec![]),
        ("shielded_getBlocks", vec![("from", json!(0)), ("limit", json!(5)), ("memos", json!(false))]),
        ("shielded_getSubtreeRoots", vec![("start", json!(1)), ("limit", json!(5))]),
        ("shielded_getNullifier", vec![("nullifier", json!(hex(&[5; 32])))]),
        ("asset_get", vec![("asset", json!(hex(&ASSET.0)))]),
        ("account_assets", vec![("address", json!(text(&ALICE))), ("from", json!(hex(&[2; 32]))), ("limit", json!(1))]),
        ("evidence_list", vec![("from", json!(0)), ("limit", json!(2))]),
        (
            "events_get",
            vec![("from", json!("1:0")), ("limit", json!(10)), ("filter", json!({ "kinds": ["transferred"] }))],
        ),
        ("rpc.discover", vec![]),
    ]
}

#[tokio::test]
async fn every_method_gives_the_same_answer_by_position_and_by_name() {
    let (server, mock) = serve(|_| {}).await;
    mock.commit(vec![transferred(5)]);
    for (method, params) in calls() {
        let by_position = Value::Array(params.iter().map(|(_, value)| value.clone()).collect());
        let by_name = Value::Object(params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect());
        let first = result(server.address(), method, by_position).await;
        let second = result(server.address(), method, by_name).await;
        assert_eq!(first, second, "{method}");
        assert!(first.is_object(), "{method} answers an object");
    }
}

#[tokio::test]
async fn a_recorded_proof_says_whether_it_still_counts() {
    let (server, _) = serve(|_| {}).await;
    for (proof, counts) in [(PROOF, true), (LAPSED, false)] {
        let answer = result(server.address(), "proof_get", json!([hex(&proof.0)])).await;
        assert_eq!(answer["counts"], counts);
        assert_eq!((&answer["sender"], &answer["height"]), (&json!(text(&ALICE)), &json!(1)));
    }
}

#[tokio::test]
async fn every_method_refuses_parameters_of_wrong_number_name_and_type() {
    let (server, mock) = serve(|_| {}).await;
    mock.commit(vec![]);
    for (method, params) in calls() {
        let mut too_many: Vec<Value> = params.iter().map(|(_, value)| value.clone()).collect();
        too_many.push(json!(null));
        let mut wrong = vec![json!(too_many), json!({ "no_such_parameter": 1 })];
        for position in 0..params.len() {
            let mut changed: Vec<Value> = params.iter().map(|(_, value)| value.clone()).collect();
            changed[position] = json!([[]]);
            wrong.push(json!(changed));
        }
        for params in wrong {
            let refused = error(server.address(), method, params.clone()).await;
            assert_eq!(refused["data"]["kind"], "invalid_params", "{method} {params}");
            assert_eq!(refused["code"], -32602, "{method} {params}");
        }
    }
}

#[tokio::test]
async fn the_table_of_calls_above_covers_every_method() {
    let document = tacit_rpc::openrpc_document();
    let listed: Vec<&str> =
        document["methods"].as_array().unwrap().iter().map(|method| method["name"].as_str().unwrap()).collect();
    let mut covered: Vec<&str> = calls().into_iter().map(|(method, _)| method).collect();
    covered.extend(["tx_getRaw", "events_subscribe"]);
    for method in listed {
        assert!(covered.contains(&method), "{method} has no call in this test");
    }
}

#[tokio::test]
async fn a_block_is_found_by_height_by_id_and_as_the_latest() {
    let (server, mock) = serve(|_| {}).await;
    mock.commit(vec![]);
    mock.commit(vec![]);
    let by_height = result(server.address(), "chain_getBlock", json!([2])).await;
    let by_id = result(server.address(), "chain_getBlock", json!([by_height["block_id"]])).await;
    let latest = result(server.address(), "chain_getBlock", json!(["latest"])).await;
    assert_eq!(by_height, by_id);
    assert_eq!(by_height, latest);
    assert_eq!(by_height["header"]["height"], 2);
    let refused = error(server.address(), "chain_getBlock", json!([3])).await;
    assert_eq!((&refused["code"], &refused["data"]["kind"]), (&json!(-32001), &json!("not_found")));
}

#[tokio::test]
async fn things_that_do_not_exist_are_not_found() {
    let (server, _) = serve(|_| {}).await;
    let nothing = hex(&[0; 32]);
    for (method, params) in [
        ("contract_info", json!([text(&ALICE)])),
        ("contract_code", json!([hex(&[0xce; 32])])),
        ("group_get", json!([nothing])),
        ("group_members", json!([nothing])),
        ("poll_get", json!([nothing])),
        ("issuer_get", json!([nothing])),
        ("issuer_leaves", json!([nothing])),
        ("proof_get", json!([nothing])),
        ("asset_get", json!([hex(&[1; 32])])),
        ("tx_getRaw", json!([nothing])),
        ("chain_getValidators", json!([77])),
        ("chain_getBlock", json!(["latest"])),
    ] {
        assert_eq!(error(server.address(), method, params).await["data"]["kind"], "not_found", "{method}");
    }
}

#[tokio::test]
async fn addresses_of_another_network_or_with_a_typing_error_are_refused() {
    let (server, _) = serve(|_| {}).await;
    let good = text(&ALICE);
    let mut typo = good.clone().into_bytes();
    typo[10] = if typo[10] == b'q' { b'p' } else { b'q' };
    let refused = [
        ALICE.to_text(Network::Main),
        ALICE.to_text(Network::Test),
        String::from_utf8(typo).unwrap(),
        good.to_uppercase(),
        good[..good.len() - 1].to_owned(),
        String::new(),
        "tctd1".to_owned(),
        hex(&ALICE.0),
    ];
    for address in refused {
        for (method, params) in [
            ("account_get", json!([address])),
            ("contract_info", json!([address])),
            ("account_assets", json!([address])),
            ("contract_view", json!([address, "f"])),
            ("events_get", json!(["1:0", 1, { "address": address }])),
        ] {
            assert_eq!(
                error(server.address(), method, params).await["data"]["kind"],
                "invalid_params",
                "{method} {address}"
            );
        }
    }
}

#[tokio::test]
async fn limits_on_pages_keys_inputs_and_gas_are_kept() {
    let (server, mock) = serve(|config| config.simulation_gas_max = Gas(1_000)).await;
    mock.commit(vec![]);
    let group = hex(&GROUP.0);
    for (method, params, kind) in [
        ("group_members", json!([group, 0, 0]), "invalid_params"),
        ("group_members", json!([group, 0, 1_001]), "invalid_params"),
        ("events_get", json!(["1:0", 1_001]), "invalid_params"),
        ("shielded_getBlocks", json!([1, 0]), "invalid_params"),
        ("shielded_getBlocks", json!([1, 1_001]), "invalid_params"),
        ("shielded_getSubtreeRoots", json!([0, 1_001]), "invalid_params"),
        ("account_assets", json!([text(&ALICE), null, 1_001]), "invalid_params"),
        ("evidence_list", json!([0, 4_294_967_295u32]), "invalid_params"),
        ("state_getProof", json!([hex(&[1; 1_025])]), "invalid_params"),
        ("state_getProof", json!(["0x"]), "invalid_params"),
        ("contract_view", json!([text(&CONTRACT), "f", hex(&[0; 65 * 1024])]), "limit_exceeded"),
        ("contract_view", json!([text(&CONTRACT), "x".repeat(65)]), "invalid_params"),
        ("tx_simulate", json!([hex(&transfer(1).encode())]), "limit_exceeded"),
    ] {
        assert_eq!(error(server.address(), method, params).await["data"]["kind"], kind, "{method}");
    }
}

#[tokio::test]
async fn a_failing_view_carries_its_reject_code() {
    let (server, _) = serve(|_| {}).await;
    let refused = error(server.address(), "contract_view", json!([text(&CONTRACT), "revert"])).await;
    assert_eq!(refused["code"], -32004);
    assert_eq!(refused["data"]["kind"], "contract_failed");
    assert_eq!((&refused["data"]["reject_code"], &refused["data"]["contract_code"]), (&json!(315), &json!(42)));
}

#[tokio::test]
async fn group_members_come_in_pages_that_join_without_gap() {
    let (server, _) = serve(|_| {}).await;
    let client = tacit_rpc::client::Client::new(&crate::mock::url(&server)).unwrap();
    let leaves = client.group_leaves(tacit_rpc::json::HexArray(GROUP.0)).await.unwrap();
    assert_eq!(leaves.len(), 1_500);
    assert!(leaves.iter().enumerate().all(|(index, leaf)| leaf[..8] == (index as u64).to_le_bytes()));
}

/// The mock's tree changes after the first page: the client starts again, so that all leaves belong to one root.
#[tokio::test]
async fn issuer_leaves_are_all_of_one_root() {
    let (server, mock) = serve(|_| {}).await;
    let client = tacit_rpc::client::Client::new(&crate::mock::url(&server)).unwrap();
    let leaves = client.issuer_leaves(tacit_rpc::json::HexArray(ISSUER.0)).await.unwrap();
    assert_eq!(leaves.len(), 1_500);
    assert!(leaves.iter().enumerate().all(|(index, leaf)| leaf[..8] == (index as u64).to_le_bytes()));
    assert_eq!(mock.leaf_reads.load(std::sync::atomic::Ordering::Relaxed), 4, "1,000, a changed root, 1,000 and 500");
}

#[tokio::test]
async fn a_poll_and_an_issuer_answer_what_the_specification_promises() {
    let (server, _) = serve(|_| {}).await;
    let bytes = |byte: u8| hex(&[byte; 32]);
    let poll = result(server.address(), "poll_get", json!([hex(&POLL.0)])).await;
    assert_eq!(
        poll,
        json!({
            "poll": hex(&POLL.0), "height": 0, "creator": text(&ALICE), "group": hex(&GROUP.0), "title": "colour",
            "root": bytes(2), "members": 3, "opened": 1, "closes": 9, "open": true, "votes": 2,
            "tally": ["18446744073709551616", "0"],
        })
    );
    let issuer = result(server.address(), "issuer_get", json!([hex(&ISSUER.0)])).await;
    assert_eq!(
        issuer,
        json!({
            "issuer": hex(&ISSUER.0), "height": 0, "owner": text(&ALICE), "name": "city-hall", "credentials": 1_500,
            "revocations": 1, "root": bytes(4), "roots": [bytes(3), bytes(4)],
        })
    );
    let page = result(server.address(), "issuer_leaves", json!([hex(&ISSUER.0), 1_498, 5])).await;
    assert_eq!(page["leaves"].as_array().unwrap().len(), 2);
    assert_eq!((&page["next"], &page["credentials"]), (&Value::Null, &json!(1_500)));
}
