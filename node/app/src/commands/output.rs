//! Printing answers for people: one field a line, or a table. Scripts use `--json`.

use serde_json::Value;

/// Prints the fields of an object, one a line.
pub fn print_fields(value: &Value) {
    let Some(object) = value.as_object() else {
        println!("{}", plain(value));
        return;
    };
    let width = object.keys().map(String::len).max().unwrap_or(0);
    for (name, field) in object {
        println!("{name:width$}  {}", plain(field));
    }
}

/// A value without quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".into(),
        other => other.to_string(),
    }
}
