//! Printing answers for people: one field a line, nested ones indented below their name. Scripts use `--json`.

use serde_json::Value;

/// Deeper nesting than any answer has is printed as JSON.
const DEPTH_MAX: usize = 4;

/// Prints the fields of an object, one a line.
pub fn print_fields(value: &Value) {
    let mut text = String::new();
    write(&mut text, value, 0);
    print!("{text}");
}

fn write(text: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    let Some(object) = value.as_object() else {
        text.push_str(&format!("{indent}{}\n", plain(value)));
        return;
    };
    let width = object.keys().map(String::len).max().unwrap_or(0);
    for (name, field) in object {
        match field {
            Value::Object(_) if depth < DEPTH_MAX => {
                text.push_str(&format!("{indent}{name}\n"));
                write(text, field, depth + 1);
            }
            Value::Array(items) if depth < DEPTH_MAX && !items.is_empty() => {
                text.push_str(&format!("{indent}{name}\n"));
                items.iter().for_each(|item| write(text, item, depth + 1));
            }
            Value::Array(_) => text.push_str(&format!("{indent}{name:width$}  none\n")),
            _ => text.push_str(&format!("{indent}{name:width$}  {}\n", plain(field))),
        }
    }
}

/// A value without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_aligned_and_nested_ones_indented() {
        let value = serde_json::json!({"a": 1, "long": "x", "none": [], "txs": [{"id": "0x1"}, {"id": "0x2"}], "in": {"b": null}});
        let mut text = String::new();
        write(&mut text, &value, 0);
        assert_eq!(text, "a     1\nin\n  b  -\nlong  x\nnone  none\ntxs\n  id  0x1\n  id  0x2\n");
    }
}
