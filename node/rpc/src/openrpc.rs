//! The OpenRPC document: what `rpc.discover` answers, made from the method table.

use crate::error::ErrorKind;
use schemars::Schema;
use serde_json::{Map, Value, json};

/// The method that answers the document.
pub const DISCOVER: &str = "rpc.discover";
/// Version of the interface; changes with every change of a shape.
pub const INTERFACE_VERSION: &str = "1.0.0";

/// What the document says about one method.
pub struct MethodEntry {
    /// Its name.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Method of its notifications, when it is a subscription.
    pub notification: Option<&'static str>,
    /// Parameter names in order.
    pub order: &'static [&'static str],
    /// Schema of the parameter object.
    pub params: Schema,
    /// Schema of the result, or of one notification.
    pub result: Schema,
}

/// The document over `entries`, whose schemas refer to `definitions`.
#[must_use]
pub fn document(entries: &[MethodEntry], definitions: &Map<String, Value>) -> Value {
    json!({
        "openrpc": "1.3.2",
        "info": {
            "title": "Tacit node",
            "version": INTERFACE_VERSION,
            "description": "JSON-RPC interface of a Tacit node; docs/spec/rpc.md is its specification.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "methods": entries.iter().map(method).collect::<Vec<_>>(),
        "components": { "schemas": definitions, "errors": errors() },
    })
}

fn method(entry: &MethodEntry) -> Value {
    let mut result = json!({ "name": "result", "schema": entry.result });
    if let Some(notification) = entry.notification {
        result = json!({ "name": "subscription", "schema": { "type": ["string", "integer"] } });
        return described(entry, result, Some(json!({ "method": notification, "schema": entry.result })));
    }
    if entry.name == DISCOVER {
        result = json!({ "name": "OpenRPC document", "schema": { "type": "object" } });
    }
    described(entry, result, None)
}

fn described(entry: &MethodEntry, result: Value, notification: Option<Value>) -> Value {
    let mut method = json!({
        "name": entry.name,
        "summary": entry.summary,
        "paramStructure": "either",
        "params": entry.order.iter().map(|name| param(entry, name)).collect::<Vec<_>>(),
        "result": result,
    });
    if let (Some(notification), Some(fields)) = (notification, method.as_object_mut()) {
        fields.insert("x-notification".to_owned(), notification);
    }
    method
}

fn param(entry: &MethodEntry, name: &str) -> Value {
    let schema = entry.params.as_value();
    let required = schema["required"].as_array().is_some_and(|names| names.iter().any(|other| other == name));
    json!({ "name": name, "required": required, "schema": schema["properties"][name] })
}

fn errors() -> Value {
    let entry = |kind: ErrorKind| {
        let body = json!({ "code": kind.code(), "message": kind.name(), "data": { "kind": kind.name() } });
        (kind.name().to_owned(), body)
    };
    Value::Object(ErrorKind::ALL.into_iter().map(entry).collect())
}
