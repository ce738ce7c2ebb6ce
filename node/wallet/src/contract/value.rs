//! Values between people and contracts: from text or JSON to the one encoding of a type, and from bytes to JSON.
//!
//! Numbers are decimal. Those that fit 32 bits are JSON numbers, longer ones are strings; both are read. A rate is a
//! decimal fraction, times are milliseconds (a duration may have a unit), bytes are 0x-hex, lists and tuples are arrays,
//! structs are objects, an enum is the name of its case or an object with that one name. `null` is an option's nothing.

mod reader;
mod writer;

use super::names::Names;
use super::spec::{EventSpec, Field, Function, Spec};
use super::types::{Type, shortened};
use crate::error::WalletError;
use reader::Reader;
use serde_json::{Map, Value};
use tacit_types::limits::CALL_INPUT_BYTES_MAX;
use writer::Writer;

/// Deepest nesting of values; types declared by a spec may name each other.
const DEPTH_MAX: usize = 32;
/// Most values in one text or one answer: an element may take no byte, so bytes alone bound nothing.
const VALUES_MAX: usize = 65_536;

/// A number of 256 bits.
pub type U256 = ruint::Uint<256, 4>;

impl Spec {
    /// The input of a call from what somebody typed: `name=value` for every argument in any order, or all values in the
    /// order of the declaration. One value that begins with `0x` is the whole input already encoded, unless the function
    /// takes one argument that is written so.
    ///
    /// # Errors
    /// [`WalletError::Argument`], saying which argument and what was expected.
    pub fn encode_arguments(
        &self,
        function: &Function,
        typed: &[String],
        names: Names<'_>,
    ) -> Result<Vec<u8>, WalletError> {
        if let [only] = typed
            && let Some(bytes) = hex_bytes(only)
            && !matches!(function.arguments.as_slice(), [field] if is_written_as_hex(&field.kind))
        {
            self.decode_arguments(function, &bytes, names)
                .map_err(|error| argument("the encoded input", format!("{error}; {}", expects(function))))?;
            return Ok(bytes);
        }
        let texts = in_order(function, typed)?;
        let mut writer = Writer::new(self, names);
        for (field, text) in function.arguments.iter().zip(texts) {
            writer.text(&field.name, &field.kind, text)?;
        }
        let bytes = writer.into_bytes();
        if bytes.len() > CALL_INPUT_BYTES_MAX {
            return Err(argument(
                "the arguments",
                format!("together they have more than {CALL_INPUT_BYTES_MAX} bytes"),
            ));
        }
        Ok(bytes)
    }

    /// The encoding of a JSON value.
    ///
    /// # Errors
    /// [`WalletError::Argument`].
    pub fn encode(&self, kind: &Type, value: &Value, names: Names<'_>) -> Result<Vec<u8>, WalletError> {
        let mut writer = Writer::new(self, names);
        writer.value("the value", kind, value, 0)?;
        Ok(writer.into_bytes())
    }

    /// The value that bytes encode.
    ///
    /// # Errors
    /// [`WalletError::Output`].
    pub fn decode(&self, kind: &Type, bytes: &[u8], names: Names<'_>) -> Result<Value, WalletError> {
        let mut reader = Reader::new(self, names, bytes);
        let value = reader.value(kind, 0)?;
        reader.end()?;
        Ok(value)
    }

    /// The arguments that an input encodes, by name.
    ///
    /// # Errors
    /// [`WalletError::Output`].
    pub fn decode_arguments(
        &self,
        function: &Function,
        input: &[u8],
        names: Names<'_>,
    ) -> Result<Map<String, Value>, WalletError> {
        self.decode_fields(&function.arguments, input, names)
    }

    /// An event's name and data from its topics and bytes; nothing if the spec has no such event, or another one.
    #[must_use]
    pub fn decode_event(
        &self,
        topics: &[[u8; 32]],
        data: &[u8],
        names: Names<'_>,
    ) -> Option<(&EventSpec, Map<String, Value>)> {
        let topic = topics.first()?;
        let event = self.events.iter().find(|event| {
            let name = event.name.as_bytes();
            name.len() <= 32 && topic.starts_with(name) && topic.iter().skip(name.len()).all(|byte| *byte == 0)
        })?;
        Some((event, self.decode_fields(&event.fields, data, names).ok()?))
    }

    fn decode_fields(
        &self,
        fields: &[Field],
        bytes: &[u8],
        names: Names<'_>,
    ) -> Result<Map<String, Value>, WalletError> {
        let mut reader = Reader::new(self, names, bytes);
        let mut values = Map::new();
        for field in fields {
            values.insert(field.name.clone(), reader.value(&field.kind, 0)?);
        }
        reader.end()?;
        Ok(values)
    }
}

/// What a function takes, for messages.
fn expects(function: &Function) -> String {
    if function.arguments.is_empty() {
        return format!("`{}` takes no arguments", function.name);
    }
    format!("the function is {}", function.signature())
}

fn is_written_as_hex(kind: &Type) -> bool {
    match kind {
        Type::Option(inner) => is_written_as_hex(inner),
        other => other.is_hex(),
    }
}

/// The typed values in the order of the declaration.
fn in_order<'t>(function: &Function, typed: &'t [String]) -> Result<Vec<&'t str>, WalletError> {
    let fields = &function.arguments;
    let split = |text: &'t String| {
        let (name, value) = text.split_once('=')?;
        fields.iter().any(|field| field.name == name).then_some((name, value))
    };
    let named: Vec<Option<(&str, &str)>> = typed.iter().map(split).collect();
    let is_by_place = typed.len() == fields.len() && named.iter().all(Option::is_none);
    let strange = typed.iter().zip(&named).enumerate().find_map(|(place, (text, known))| {
        let name = text.split_once('=')?.0;
        // A text given by its place may hold what looks like a name.
        let is_text = is_by_place && matches!(fields.get(place), Some(Field { kind: Type::Text(_), .. }));
        (known.is_none() && is_identifier(name) && !is_text).then_some(name)
    });
    if let Some(name) = strange {
        return Err(argument(name, format!("`{}` has no such argument; {}", function.name, expects(function))));
    }
    if named.iter().all(Option::is_none) {
        if typed.len() != fields.len() {
            let wrong = format!("{} given, {} needed; {}", typed.len(), fields.len(), expects(function));
            return Err(argument("the arguments", wrong));
        }
        return Ok(typed.iter().map(String::as_str).collect());
    }
    let mut named = named.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| {
        argument("the arguments", format!("say name=value for all of them or for none; {}", expects(function)))
    })?;
    let mut texts = Vec::with_capacity(fields.len());
    for field in fields {
        let place = named.iter().position(|(name, _)| *name == field.name);
        let place = place.ok_or_else(|| argument(&field.name, format!("it is missing; {}", expects(function))))?;
        texts.push(named.swap_remove(place).1);
    }
    match named.first() {
        Some((name, _)) => Err(argument(name, "it is given twice".into())),
        None => Ok(texts),
    }
}

pub(super) fn argument(name: &str, reason: String) -> WalletError {
    WalletError::Argument { name: shortened(name), reason }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

fn hex_text(bytes: &[u8]) -> Value {
    Value::String(format!("0x{}", hex::encode(bytes)))
}
