//! Submitting and following transactions.

use crate::http::{error, result};
use crate::mock::{serve, transfer, transferred, url};
use serde_json::{Value, json};
use std::time::Duration;
use tacit_rpc::client::{Client, ClientError};
use tacit_rpc::json::{HexArray, to_hex};
use tacit_rpc::types::TxStatusName;
use tacit_types::limits::TX_BYTES_MAX;
use tacit_types::{RejectCode, tx};

#[tokio::test]
async fn a_submission_answers_both_hashes_and_the_transaction_is_pending() {
    let (server, _) = serve(|_| {}).await;
    let tx = transfer(9);
    let bytes = tx.encode();
    let answer = result(server.address(), "tx_submit", json!([to_hex(&bytes)])).await;
    assert_eq!(answer, json!({ "tx_id": to_hex(&tx.id().0), "hash": to_hex(&tx::full_hash(&bytes).0) }));
    let status = result(server.address(), "tx_get", json!([to_hex(&tx.id().0)])).await;
    assert_eq!(status["status"], "pending");
    assert_eq!(status["height"], Value::Null);
    let raw = result(server.address(), "tx_getRaw", json!([to_hex(&tx.id().0)])).await;
    assert_eq!(raw["bytes"], to_hex(&bytes));
}

#[tokio::test]
async fn submitting_again_succeeds_although_the_pool_knows_it_or_it_is_committed() {
    let (server, mock) = serve(|_| {}).await;
    mock.commit(vec![]);
    let committed = transfer(1);
    for code in [RejectCode::AlreadyKnown, RejectCode::SequenceTooLow, RejectCode::Expired] {
        *mock.refuse.lock().unwrap() = Some(code);
        let answer = result(server.address(), "tx_submit", json!([to_hex(&committed.encode())])).await;
        assert_eq!(answer["tx_id"], to_hex(&committed.id().0));
        let refused = error(server.address(), "tx_submit", json!([to_hex(&transfer(77).encode())])).await;
        assert_eq!(refused["data"]["reject_code"], code.number(), "an unknown one stays refused");
    }
}

#[tokio::test]
async fn every_reject_code_reaches_the_caller_with_a_hint() {
    let (server, mock) = serve(|_| {}).await;
    for code in RejectCode::ALL {
        *mock.refuse.lock().unwrap() = Some(*code);
        let refused = error(server.address(), "tx_submit", json!([to_hex(&transfer(5).encode())])).await;
        assert_eq!(refused["code"], -32003);
        assert_eq!(refused["data"]["reject_code"], code.number());
        assert_eq!(refused["data"]["hint"], code.message());
        assert_eq!(refused["message"], code.name());
    }
}

#[tokio::test]
async fn bytes_that_are_no_transaction_are_refused_by_code() {
    let (server, _) = serve(|_| {}).await;
    let good = transfer(1).encode();
    let mut trailing = good.clone();
    trailing.push(0);
    for (bytes, code) in [
        (vec![], RejectCode::Malformed),
        (good[..good.len() - 1].to_vec(), RejectCode::Malformed),
        (trailing, RejectCode::Malformed),
        (vec![0xff; 1_000], RejectCode::Malformed),
        (vec![0; TX_BYTES_MAX + 1], RejectCode::TooLong),
    ] {
        for method in ["tx_submit", "tx_simulate"] {
            let refused = error(server.address(), method, json!([to_hex(&bytes)])).await;
            assert_eq!(refused["data"]["reject_code"], code.number(), "{method}, {} bytes", bytes.len());
        }
    }
}

#[tokio::test]
async fn the_longest_transaction_fits_into_a_request() {
    let (server, _) = serve(|_| {}).await;
    // It decodes to nothing, but it must get as far as the decoder.
    let refused = error(server.address(), "tx_submit", json!([to_hex(&vec![0; TX_BYTES_MAX])])).await;
    assert_eq!(refused["data"]["reject_code"], RejectCode::Malformed.number());
}

#[tokio::test]
async fn a_batch_of_a_hundred_submissions_is_answered_in_order() {
    let (server, _) = serve(|_| {}).await;
    let client = Client::new(&url(&server)).unwrap();
    let txs: Vec<_> = (0..100).map(transfer).collect();
    let answers = client.submit_batch(txs.iter().map(tacit_types::Tx::encode)).await.unwrap();
    let ids: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().tx_id.0).collect();
    assert_eq!(ids, txs.iter().map(|tx| tx.id().0).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_simulation_tells_a_reverts_code_and_gas() {
    let (server, _) = serve(|_| {}).await;
    let answer = result(server.address(), "tx_simulate", json!([to_hex(&transfer(1).encode())])).await;
    assert_eq!(answer["code"], 315);
    assert_eq!(answer["reject"]["name"], "ContractReverted");
    assert_eq!(answer["contract_code"], 42);
    assert_eq!(answer["gas_used"], 1_234);
    assert_eq!(answer["detail"], "code 42");
    let frame = &answer["frames"][0];
    assert_eq!(
        (&frame["function"], &frame["contract_code"], &frame["logs"]),
        (&json!("pay"), &json!(42), &json!(["before"]))
    );
    assert_eq!(
        (&frame["input"], &frame["output"], &answer["frames_left_out"]),
        (&json!("0x0102"), &Value::Null, &json!(0))
    );
}

#[tokio::test]
async fn the_client_waits_for_inclusion_and_gives_up_in_time() {
    let (server, mock) = serve(|_| {}).await;
    let client = Client::new(&url(&server)).unwrap();
    let tx = transfer(1);
    let submitted = client.submit(tx.encode()).await.unwrap();
    assert_eq!(submitted.tx_id, HexArray(tx.id().0));
    let gave_up = client.wait_for_tx(submitted.tx_id, Duration::from_millis(50), |_| {}).await;
    assert!(matches!(gave_up, Err(ClientError::NotCommitted { status: TxStatusName::Pending, .. })), "{gave_up:?}");
    mock.commit(vec![transferred(5)]);
    let view = client.wait_for_tx(submitted.tx_id, Duration::from_secs(5), |_| {}).await.unwrap();
    assert_eq!((view.height, view.index, view.code), (Some(1), Some(0), Some(0)));
}

#[tokio::test]
async fn the_client_tells_refusals_from_a_node_that_is_not_there() {
    let (server, mock) = serve(|_| {}).await;
    let client = Client::new(&url(&server)).unwrap();
    *mock.refuse.lock().unwrap() = Some(RejectCode::CannotPayFee);
    let refused = client.submit(transfer(1).encode()).await.unwrap_err();
    assert_eq!(refused.reject_code(), Some(105));
    assert_eq!(refused.kind(), Some(tacit_rpc::ErrorKind::TxRejected));
    server.stop().await;
    let gone = client.status().await.unwrap_err();
    assert!(matches!(gone, ClientError::Unreachable { .. }), "{gone:?}");
    assert!(matches!(Client::new("no url"), Err(ClientError::BadUrl { .. })));
}

#[tokio::test]
async fn the_node_hears_which_address_submits_over_http_and_websocket() {
    let (server, mock) = serve(|_| {}).await;
    let bytes = json!([to_hex(&transfer(1).encode())]);
    result(server.address(), "tx_submit", bytes.clone()).await;
    let url = format!("ws://{}", server.address());
    let socket = jsonrpsee::ws_client::WsClientBuilder::default().build(url).await.unwrap();
    let _: Value =
        jsonrpsee::core::client::ClientT::request(&socket, "tx_submit", vec![bytes[0].clone()]).await.unwrap();
    let here = Some(std::net::IpAddr::from([127, 0, 0, 1]));
    assert_eq!(*mock.clients.lock().unwrap(), [here, here]);
}

#[tokio::test]
async fn a_silenced_client_is_told_when_to_come_back() {
    let (server, mock) = serve(|_| {}).await;
    *mock.busy.lock().unwrap() = Some(60_000);
    let refused = error(server.address(), "tx_submit", json!([to_hex(&transfer(1).encode())])).await;
    assert_eq!((&refused["code"], &refused["data"]["retry_after_ms"]), (&json!(-32005), &json!(60_000)));
}
