//! What commands print: text for people, one field a line, nested ones indented below their name; scripts use `--json`.
//!
//! A reader that went away (`tacit query events | head -1`) is no failure: the rest is dropped and the command runs to
//! its end. Any other failure to write, such as a full disk below a redirection, is kept for [`failure`], so that no
//! script takes half an answer for a whole one. Nothing in this crate prints in another way.

use serde_json::Value;
use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::sync::OnceLock;

/// The first failure to write to standard output that is not a reader that left.
static FAILURE: OnceLock<String> = OnceLock::new();

/// Prints a line on standard output.
macro_rules! say {
    ($($text:tt)*) => { $crate::commands::output::print(format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints on standard output what ends its own lines.
macro_rules! say_raw {
    ($($text:tt)*) => { $crate::commands::output::print(format_args!($($text)*)) };
}

/// Prints a line on standard error, for people only.
macro_rules! tell {
    ($($text:tt)*) => { $crate::commands::output::print_aside(format_args!("{}\n", format_args!($($text)*))) };
}

pub(crate) use {say, say_raw, tell};

/// Writes to standard output; see the module for what happens to failures.
pub fn print(text: Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_fmt(text).and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        FAILURE.get_or_init(|| error.to_string());
    }
}

/// Writes to standard error. Nobody can be told when that fails.
pub fn print_aside(text: Arguments<'_>) {
    let _ = std::io::stderr().lock().write_fmt(text);
}

/// Why standard output is not complete, if it is not.
pub fn failure() -> Option<&'static str> {
    FAILURE.get().map(String::as_str)
}

/// Deeper nesting than any answer has is printed as JSON.
const DEPTH_MAX: usize = 4;

/// Prints the fields of an object, one a line.
pub fn print_fields(value: &Value) {
    let mut text = String::new();
    write(&mut text, value, 0);
    say_raw!("{text}");
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
        // What contracts and strangers wrote must not steer a terminal.
        Value::String(text) => text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect(),
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
