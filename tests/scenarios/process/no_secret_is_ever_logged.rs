//! Goal: at the highest log level, in text and in JSON, no secret of the node reaches its log, and nothing of it is in
//! the metrics page either.
//! Method: one validator with the filter `trace` takes a transfer; then its log is searched for both key files, as hex
//! in either case, as bytes in Rust's debug form, and as base64's first characters would show them.

use std::io::{Read, Write};
use tacit_tests::{Devnet, send};

/// The first part of a secret is as bad as all of it.
const PART: usize = 16;

fn debug_form(seed: &[u8]) -> String {
    let numbers: Vec<String> = seed.iter().take(8).map(u8::to_string).collect();
    numbers.join(", ")
}

fn metrics(address: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[tokio::test]
async fn no_secret_is_ever_logged() {
    for json in ["false", "true"] {
        let mut network = Devnet::prepare(1);
        network.start_node_with(0, &[("TACIT_LOG__FILTER", "trace"), ("TACIT_LOG__JSON", json)]);
        network.wait_for_height(0, 1).await;
        send(&network, 0, 0, 9, 5).await;
        let page = metrics(&network.metrics_address(0));
        assert!(page.contains("tacit_height"), "the metrics page is there: {page}");
        network.stop(0);
        let log = std::fs::read_to_string(network.home(0).join("node.log")).unwrap();
        assert!(log.contains("committed"), "the log is there");
        assert!(json == "false" || log.lines().filter(|line| line.starts_with('{')).count() > 10, "the log is JSON");
        for file in ["keys/validator.key", "keys/node.key"] {
            let hex = std::fs::read_to_string(network.home(0).join(file)).unwrap().trim().to_string();
            let seed: Vec<u8> =
                (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
            for form in [hex[..PART].to_string(), hex[..PART].to_uppercase(), debug_form(&seed)] {
                assert!(!log.contains(&form), "{file} is in the log as {form}");
                assert!(!page.contains(&form), "{file} is in the metrics as {form}");
            }
        }
    }
}
