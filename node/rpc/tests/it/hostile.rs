//! What only somebody with bad intentions, or a broken program, would send. Nothing here may cost the node more than
//! a refusal, and it must serve the next caller as if nothing had happened.

use crate::http::{check_error, error, post, result, send};
use crate::mock::{ALICE, CONTRACT, serve, transfer};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tacit_rpc::json::to_hex;
use tacit_rpc::{GateConfig, RpcServer};
use tacit_types::Network;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn still_serves(server: &RpcServer) {
    assert_eq!(result(server.address(), "node_status", json!([])).await["peers"], 3);
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused_with_kind_and_hint() {
    let (server, _) = serve(|_| {}).await;
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "node_status", "params": [] }).to_string();
    let mut bodies: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "parse_error"),
        (b"{".to_vec(), "parse_error"),
        (b"[".to_vec(), "parse_error"),
        (b"[]".to_vec(), "invalid_request"),
        (b"{}".to_vec(), "parse_error"),
        (b"{\"id\":null}".to_vec(), "invalid_request"),
        (b"garbage".to_vec(), "parse_error"),
        (b"null".to_vec(), "parse_error"),
        (b"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"node_status\"}".to_vec(), "invalid_request"),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}".to_vec(), "invalid_request"),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"node_status\",\"params\":NaN}".to_vec(), "parse_error"),
        (vec![0xff; 64], "parse_error"),
        (vec![0; 64], "parse_error"),
    ];
    bodies.extend((1..request.len()).map(|length| (request.as_bytes()[..length].to_vec(), "parse_error")));
    for (body, kind) in bodies {
        let reply = post(server.address(), &body).await;
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer = reply.json();
        check_error(&answer["error"], &format!("{shown}: {answer}"));
        assert_eq!(answer["error"]["data"]["kind"], kind, "{shown}: {answer}");
        assert!(answer["id"].is_null() || answer["id"] == 1, "{shown}: {answer}");
    }
    still_serves(&server).await;
}

#[tokio::test]
async fn deeply_nested_parameters_are_refused_without_using_the_stack() {
    let (server, _) = serve(|_| {}).await;
    for depth in [1_000, 100_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for body in [
                format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"chain_getBlock\",\"params\":[{nested}]}}"),
                format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"node_status\",\"params\":{nested}}}"),
                nested.clone(),
            ] {
                let reply = post(server.address(), body.as_bytes()).await;
                if reply.status == 200 || reply.status == 400 {
                    let answer = reply.json();
                    assert!(answer["error"].is_object() || answer[0]["error"].is_object(), "depth {depth}");
                } else {
                    assert_eq!(reply.status, 413, "depth {depth}");
                }
            }
        }
    }
    still_serves(&server).await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_whatever_its_length_header_says() {
    let (server, _) = serve(|config| config.request_bytes_max = 10_000).await;
    let body =
        format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"node_status\",\"params\":[\"{}\"]}}", "x".repeat(20_000));
    let reply = post(server.address(), body.as_bytes()).await;
    assert_eq!(reply.status, 413);
    let answer = reply.json();
    check_error(&answer["error"], "too large");
    assert_eq!(answer["error"]["data"]["kind"], "limit_exceeded");
    // A lying header: terabytes announced, nothing sent.
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9999999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    still_serves(&server).await;
}

#[tokio::test]
async fn a_batch_above_the_limit_is_refused_and_one_within_it_may_be_mixed() {
    let (server, _) = serve(|config| config.batch_max = 4).await;
    let call = |method: &str| json!({ "jsonrpc": "2.0", "id": method, "method": method });
    let five = Value::Array(vec![call("node_status"); 5]).to_string();
    let answer = post(server.address(), five.as_bytes()).await.json();
    check_error(&answer["error"], "batch");
    assert_eq!(answer["error"]["data"]["kind"], "limit_exceeded");
    let mixed = json!([call("node_status"), call("no_such"), 7, call("account_get")]).to_string();
    let answers = post(server.address(), mixed.as_bytes()).await.json();
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["result"]["peers"], 3);
    for (answer, kind) in answers[1..].iter().zip(["method_not_found", "invalid_request", "invalid_params"]) {
        check_error(&answer["error"], kind);
        assert_eq!(answer["error"]["data"]["kind"], kind);
    }
}

#[tokio::test]
async fn a_million_batch_entries_cost_no_more_than_a_refusal() {
    let (server, _) = serve(|_| {}).await;
    let body = format!("[{}1]", "1,".repeat(1_000_000));
    let answer = post(server.address(), body.as_bytes()).await.json();
    assert_eq!(answer["error"]["data"]["kind"], "limit_exceeded");
    still_serves(&server).await;
}

#[tokio::test]
async fn unknown_methods_are_refused_also_when_their_name_is_long() {
    let (server, _) = serve(|_| {}).await;
    for method in ["", "nothing", "NODE_STATUS", "node_status ", &"m".repeat(1_000_000)] {
        let refused = error(server.address(), method, json!([])).await;
        assert_eq!(refused["code"], -32601);
        assert_eq!(refused["data"]["kind"], "method_not_found");
    }
    let refused = error(server.address(), "events_subscribe", json!([])).await;
    assert!(refused["data"]["kind"].is_string(), "a subscription over HTTP is refused");
}

#[tokio::test]
async fn a_refusal_does_not_send_back_megabytes_that_were_sent() {
    let (server, _) = serve(|_| {}).await;
    let long = "x".repeat(2_000_000);
    for (method, params) in [
        ("chain_getBlock", json!([long])),
        ("tx_submit", json!([long])),
        ("account_get", json!([long])),
        ("contract_view", json!([ALICE.to_text(Network::Dev), long])),
        ("chain_getValidators", json!([long])),
        ("node_status", json!({ long.clone(): 1 })),
        ("events_get", json!(["1:0", 1, { "kinds": [long] }])),
    ] {
        // `error` checks that the message is short.
        assert_eq!(error(server.address(), method, params).await["data"]["kind"], "invalid_params", "{method}");
    }
}

#[tokio::test]
async fn an_answer_above_the_limit_becomes_an_error_of_full_shape() {
    let (server, _) = serve(|config| config.response_bytes_max = 2_000).await;
    let refused = error(server.address(), "rpc.discover", json!([])).await;
    assert_eq!(refused["data"]["kind"], "limit_exceeded");
    still_serves(&server).await;
}

#[tokio::test]
async fn connections_above_the_limit_are_closed_and_the_others_served() {
    let (server, _) = serve(|config| config.connections_per_ip_max = 8).await;
    let mut held = Vec::new();
    for _ in 0..7 {
        held.push(TcpStream::connect(server.address()).await.unwrap());
    }
    still_serves(&server).await;
    held.push(TcpStream::connect(server.address()).await.unwrap());
    let mut ninth = TcpStream::connect(server.address()).await.unwrap();
    let mut nothing = [0; 1];
    // The server closes it without a word; a reset is as good as an end.
    assert!(matches!(ninth.read(&mut nothing).await, Ok(0) | Err(_)));
    drop(held);
    for attempt in 0.. {
        // The places come back as soon as the server has noticed.
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let _ = stream.write_all(b"GET /healthy HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        if matches!(stream.read(&mut nothing).await, Ok(1)) {
            break;
        }
        assert!(attempt < 100, "no place came back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn expensive_calls_run_a_few_at_once_and_the_rest_are_told_when_to_come_back() {
    let (server, mock) = serve(|config| config.simulations = GateConfig { running: 2, waiting: 3 }).await;
    *mock.delay.lock().unwrap() = Duration::from_millis(200);
    let address = server.address();
    let view = json!([CONTRACT.to_text(Network::Dev), "echo"]);
    let calls = (0..20).map(|_| tokio::spawn(crate::http::call(address, "contract_view", view.clone())));
    let answers = futures::future::join_all(calls.collect::<Vec<_>>()).await;
    let busy: Vec<Value> =
        answers.into_iter().map(Result::unwrap).filter(|answer| answer["error"].is_object()).collect();
    assert_eq!(busy.len(), 15);
    for answer in busy {
        check_error(&answer["error"], "busy");
        assert_eq!(answer["error"]["data"]["kind"], "busy");
        assert!(answer["error"]["data"]["retry_after_ms"].as_u64().is_some());
    }
    assert_eq!(mock.most_running.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn cheap_reads_are_answered_while_expensive_ones_are_stuck() {
    let (server, mock) = serve(|_| {}).await;
    *mock.delay.lock().unwrap() = Duration::from_millis(1_500);
    let tx = json!([to_hex(&transfer(1).encode())]);
    let address = server.address();
    let stuck: Vec<_> = (0..8).map(|_| tokio::spawn(crate::http::call(address, "tx_simulate", tx.clone()))).collect();
    let start = std::time::Instant::now();
    still_serves(&server).await;
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    stuck.iter().for_each(tokio::task::JoinHandle::abort);
}

/// A transaction's receipt lies beside up to 63 others, each with as many events as a receipt holds.
#[tokio::test]
async fn looks_at_transactions_wait_at_a_gate_and_keep_nothing_else_from_being_answered() {
    let (server, mock) = serve(|config| config.receipts = GateConfig { running: 2, waiting: 3 }).await;
    *mock.delay.lock().unwrap() = Duration::from_millis(1_500);
    let address = server.address();
    let id = json!([to_hex(&[1; 32])]);
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(crate::http::call(address, "tx_get", id.clone()))).collect();
    let start = std::time::Instant::now();
    still_serves(&server).await;
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    let answers = futures::future::join_all(calls).await.into_iter().map(Result::unwrap);
    let busy =
        answers.filter(|answer| answer["error"].is_object()).inspect(|answer| check_error(&answer["error"], "busy"));
    assert_eq!(busy.count(), 15);
    assert_eq!(mock.most_running.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn blocks_are_answered_while_proofs_wait_for_theirs() {
    let (server, mock) = serve(|_| {}).await;
    mock.commit(vec![]);
    *mock.delay.lock().unwrap() = Duration::from_millis(1_500);
    let address = server.address();
    let proofs = (0..16).map(|_| tokio::spawn(crate::http::call(address, "state_getProof", json!(["0x03"]))));
    let proofs: Vec<_> = proofs.collect();
    while mock.running.load(Ordering::SeqCst) < 16 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    *mock.delay.lock().unwrap() = Duration::ZERO;
    result(address, "chain_getBlock", json!([1])).await;
    assert!(mock.running.load(Ordering::SeqCst) > 0, "the proofs still wait");
    for proof in proofs {
        assert_eq!(proof.await.unwrap()["result"]["value"], "0x010203");
    }
}

#[tokio::test]
async fn other_http_methods_content_types_and_origins_are_refused() {
    let (server, _) = serve(|config| config.allowed_origins = vec!["https://wallet.example".to_owned()]).await;
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "node_status" }).to_string();
    let json_post = "POST / HTTP/1.1\r\ncontent-type: application/json";
    for (head, status) in [
        ("GET / HTTP/1.1".to_owned(), 405),
        ("PUT / HTTP/1.1".to_owned(), 405),
        ("POST / HTTP/1.1\r\ncontent-type: text/plain".to_owned(), 415),
        (format!("{json_post}\r\norigin: https://evil.example"), 403),
        (format!("{json_post}\r\norigin: null"), 403),
        (format!("{json_post}\r\norigin: https://wallet.example"), 200),
        (json_post.to_owned(), 200),
    ] {
        assert_eq!(send(server.address(), &head, body.as_bytes()).await.status, status, "{head}");
    }
}

#[tokio::test]
async fn a_taken_address_is_reported_with_what_to_do() {
    let (server, _) = serve(|_| {}).await;
    let config = tacit_rpc::RpcConfig::new(server.address());
    let error = RpcServer::start(config, crate::mock::Mock::new()).await.unwrap_err();
    assert!(error.to_string().contains("choose another address"), "{error}");
}
