//! HTTP by hand, so that a test can send what no client library would.

use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// Sends a request and reads the whole answer.
pub async fn send(address: SocketAddr, head: &str, body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may answer and close before it has read everything; that is its right.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let split = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer");
    let head = String::from_utf8_lossy(&answer[..split]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut body = answer[split + 4..].to_vec();
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        body = unchunk(&body);
    }
    Reply { status, body }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
    }
    body
}

pub async fn post(address: SocketAddr, body: &[u8]) -> Reply {
    send(address, "POST / HTTP/1.1\r\ncontent-type: application/json", body).await
}

/// Calls a method and returns the whole response object.
pub async fn call(address: SocketAddr, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    post(address, request.to_string().as_bytes()).await.json()
}

/// Calls a method that must succeed.
pub async fn result(address: SocketAddr, method: &str, params: Value) -> Value {
    let response = call(address, method, params).await;
    assert!(response.get("error").is_none(), "{method}: {response}");
    response["result"].clone()
}

/// Calls a method that must fail, checks the shape that all errors have, and returns the error.
pub async fn error(address: SocketAddr, method: &str, params: Value) -> Value {
    let response = call(address, method, params).await;
    check_error(&response["error"], &format!("{method}: {response}"));
    response["error"].clone()
}

pub fn check_error(error: &Value, context: &str) {
    assert!(error["code"].is_i64(), "{context}");
    assert!(error["message"].as_str().is_some_and(|text| !text.is_empty() && text.len() < 500), "{context}");
    assert!(error["data"]["kind"].as_str().is_some_and(|text| !text.is_empty()), "{context}");
    assert!(error["data"]["hint"].as_str().is_some_and(|text| !text.is_empty()), "{context}");
}
