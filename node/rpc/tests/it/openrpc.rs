//! The OpenRPC document is committed, so that a change of the interface is seen in review.

use crate::http::result;
use crate::mock::serve;
use serde_json::{Value, json};

/// Set this variable and run the test to accept a changed interface.
const ACCEPT: &str = "TACIT_ACCEPT_OPENRPC";

#[test]
fn the_committed_document_is_the_one_that_the_method_table_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openrpc.json");
    let made = serde_json::to_string_pretty(&tacit_rpc::openrpc_document()).unwrap() + "\n";
    if std::env::var_os(ACCEPT).is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap();
    assert_eq!(committed, made, "the interface changed; set {ACCEPT}=1, run again, and read the difference");
}

#[tokio::test]
async fn a_node_answers_the_committed_document() {
    let (server, _) = serve(|_| {}).await;
    let answered = result(server.address(), "rpc.discover", json!([])).await;
    assert_eq!(answered, tacit_rpc::openrpc_document());
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn check(value: &Value, document: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref") {
                    let pointer = target.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{target}");
                }
                fields.values().for_each(|field| check(field, document));
            }
            Value::Array(items) => items.iter().for_each(|item| check(item, document)),
            _ => {}
        }
    }
    let document = tacit_rpc::openrpc_document();
    check(&document, &document);
}

#[test]
fn the_specification_names_every_method_of_the_document() {
    let specification = include_str!("../../../../docs/spec/rpc.md");
    for method in tacit_rpc::openrpc_document()["methods"].as_array().unwrap() {
        let name = method["name"].as_str().unwrap();
        let params: Vec<&str> =
            method["params"].as_array().unwrap().iter().map(|param| param["name"].as_str().unwrap()).collect();
        let heading = specification
            .lines()
            .find(|line| line.starts_with(&format!("### {name}(")))
            .unwrap_or_else(|| panic!("{name} has no heading"));
        let listed = heading.split(['(', ')']).nth(1).unwrap();
        let listed: Vec<&str> = listed
            .split(',')
            .map(|param| param.split('=').next().unwrap().trim())
            .filter(|param| !param.is_empty())
            .collect();
        assert_eq!(listed, params, "{name}");
    }
}
