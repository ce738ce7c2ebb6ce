//! From text and JSON to the one encoding of a type. What does not fit the type is refused with the name of the argument; nothing
//! is rounded, cut or guessed.

use super::{DEPTH_MAX, U256, VALUES_MAX, argument, hex_bytes, is_digits};
use crate::amount;
use crate::contract::names::{Names, duration_ms};
use crate::contract::spec::{Field, Spec};
use crate::contract::types::{Type, shortened};
use crate::error::WalletError;
use serde_json::Value;
use tacit_types::AssetId;
use tacit_types::limits::CALL_INPUT_BYTES_MAX;

/// Bytes of a call that grow value by value.
pub(super) struct Writer<'a> {
    spec: &'a Spec,
    names: Names<'a>,
    bytes: Vec<u8>,
    values: usize,
}

impl<'a> Writer<'a> {
    pub(super) const fn new(spec: &'a Spec, names: Names<'a>) -> Self {
        Self { spec, names, bytes: Vec::new(), values: 0 }
    }

    /// What was written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A value as it stands on a command line.
    pub(super) fn text(&mut self, at: &str, kind: &Type, text: &str) -> Result<(), WalletError> {
        let is_json = match kind {
            Type::Option(inner) => return self.optional_text(at, kind, inner, text),
            Type::Declared(_) => text.starts_with(['{', '[', '"']),
            Type::List(..) | Type::Tuple(_) => true,
            _ => false,
        };
        let value = if is_json { json(at, kind, text)? } else { Value::String(text.to_owned()) };
        self.value(at, kind, &value, 0)
    }

    fn optional_text(&mut self, at: &str, kind: &Type, inner: &Type, text: &str) -> Result<(), WalletError> {
        if text == "null" || text.starts_with('"') || matches!(inner, Type::Option(_)) {
            return self.value(at, kind, &json(at, kind, text)?, 0);
        }
        self.bytes.push(1);
        self.text(at, inner, text)
    }

    /// A value as JSON.
    pub(super) fn value(&mut self, at: &str, kind: &Type, value: &Value, depth: usize) -> Result<(), WalletError> {
        self.values += 1;
        if depth > DEPTH_MAX || self.values > VALUES_MAX || self.bytes.len() > CALL_INPUT_BYTES_MAX {
            return Err(argument(at, "it is larger than any input of a contract".into()));
        }
        let wrong =
            |expected: &str| argument(at, format!("`{}` is no {kind}: {expected}", shortened(&value.to_string())));
        match kind {
            Type::Bool => {
                let is_true = match value {
                    Value::Bool(is_true) => *is_true,
                    Value::String(text) if text == "true" => true,
                    Value::String(text) if text == "false" => false,
                    _ => return Err(wrong("say true or false")),
                };
                self.bytes.push(u8::from(is_true));
            }
            Type::Unsigned(bytes) => self.number(value, *bytes).ok_or_else(|| wrong("say a whole number that fits"))?,
            Type::Units(_) => self.number(value, 16).ok_or_else(|| wrong("say base units as a whole number"))?,
            Type::Timestamp => self.number(value, 8).ok_or_else(|| wrong("say milliseconds since 1970"))?,
            Type::Height => self.number(value, 8).ok_or_else(|| wrong("say a whole number"))?,
            Type::Duration => {
                let text = scalar(value).ok_or_else(|| wrong("say milliseconds, or 5m, 1h, 2d"))?;
                let millis = duration_ms(&text).map_err(|_| wrong("say milliseconds, or 5m, 1h, 2d"))?;
                self.bytes.extend(millis.to_le_bytes());
            }
            Type::Rate => {
                let Value::String(text) = value else { return Err(wrong("say a decimal fraction in quotes")) };
                let rate = amount::parse(text).map_err(|_| wrong("say a decimal fraction such as 0.003"))?;
                self.bytes.extend(rate.0.to_le_bytes());
            }
            Type::U256 => {
                let text = scalar(value).filter(|text| is_digits(text) && text.len() <= 78);
                let number = text.and_then(|text| U256::from_str_radix(&text, 10).ok());
                let number = number.ok_or_else(|| wrong("say a whole number below 2^256"))?;
                self.bytes.extend(number.to_le_bytes::<32>());
            }
            Type::Address => {
                let Value::String(text) = value else { return Err(wrong("say an address or an alias")) };
                let address = self.names.address(text).map_err(|error| argument(at, error.to_string()))?;
                self.bytes.extend(address.0);
            }
            Type::AssetId => match value {
                Value::String(text) if text == "native" => self.bytes.extend(AssetId::NATIVE.0),
                _ => self
                    .bytes_of(value, |length| length == 32)
                    .ok_or_else(|| wrong("say native, or 32 bytes as 0x-hex"))?,
            },
            Type::Array(length) => {
                let hint = format!("say {length} bytes as 0x-hex");
                self.bytes_of(value, |found| found == *length).ok_or_else(|| wrong(&hint))?;
            }
            Type::Bytes(most) => {
                let bytes = value.as_str().and_then(hex_bytes).filter(|bytes| bytes.len() <= *most);
                let bytes = bytes.ok_or_else(|| wrong(&format!("say at most {most} bytes as 0x-hex")))?;
                self.counted(&bytes);
            }
            Type::Text(most) => {
                let text = value.as_str().filter(|text| text.len() <= *most);
                let text = text.ok_or_else(|| wrong(&format!("say text of at most {most} bytes")))?;
                self.counted(text.as_bytes());
            }
            Type::List(element, most) => {
                let items = value.as_array().filter(|items| items.len() <= *most);
                let items = items.ok_or_else(|| wrong(&format!("say a JSON array of at most {most}")))?;
                self.count(items.len());
                for (place, item) in items.iter().enumerate() {
                    self.value(&format!("{at}[{place}]"), element, item, depth + 1)?;
                }
            }
            Type::Option(inner) => self.option(at, inner, value, depth)?,
            Type::Tuple(parts) => {
                let items = value.as_array().filter(|items| items.len() == parts.len());
                let items = items.ok_or_else(|| wrong(&format!("say a JSON array of {}", parts.len())))?;
                for (place, (part, item)) in parts.iter().zip(items).enumerate() {
                    self.value(&format!("{at}[{place}]"), part, item, depth + 1)?;
                }
            }
            Type::Declared(name) => self.declared(at, name, value, depth)?,
        }
        Ok(())
    }

    fn option(&mut self, at: &str, inner: &Type, value: &Value, depth: usize) -> Result<(), WalletError> {
        if value.is_null() {
            self.bytes.push(0);
            return Ok(());
        }
        self.bytes.push(1);
        if !matches!(inner, Type::Option(_)) {
            return self.value(at, inner, value, depth + 1);
        }
        // An option of an option needs to tell nothing from something that is nothing.
        let wrapped = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("some"));
        let wrapped =
            wrapped.ok_or_else(|| argument(at, "say null, or {\"some\": ..} for an option of an option".into()))?;
        self.value(at, inner, wrapped, depth + 1)
    }

    fn declared(&mut self, at: &str, name: &str, value: &Value, depth: usize) -> Result<(), WalletError> {
        let spec = self.spec;
        if let Some(fields) = spec.structs.get(name) {
            return self.fields(at, fields, value, depth);
        }
        let Some(cases) = spec.enums.get(name) else {
            return Err(argument(at, format!("the spec does not say what `{name}` is")));
        };
        let known = || cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>().join(", ");
        let (chosen, held) = match value {
            Value::String(chosen) => (chosen, None),
            Value::Object(object) if object.len() == 1 => match object.iter().next() {
                Some((chosen, held)) => (chosen, Some(held)),
                None => return Err(argument(at, format!("say one of {}", known()))),
            },
            _ => return Err(argument(at, format!("say one of {}, or {{\"Case\": ..}}", known()))),
        };
        let place = cases.iter().position(|case| case.name == *chosen);
        let place = place.ok_or_else(|| argument(at, format!("`{}` is none of {}", shortened(chosen), known())))?;
        let case = &cases[place];
        let number = u8::try_from(place).map_err(|_| argument(at, "an enum has at most 256 cases".into()))?;
        self.bytes.push(number);
        match (case.fields.is_empty(), held) {
            (true, None) => Ok(()),
            (true, Some(_)) => Err(argument(at, format!("`{chosen}` holds nothing"))),
            (false, None) => Err(argument(at, format!("`{chosen}` holds values: say {{\"{chosen}\": ..}}"))),
            (false, Some(held)) => self.fields(at, &case.fields, held, depth),
        }
    }

    fn fields(&mut self, at: &str, fields: &[Field], value: &Value, depth: usize) -> Result<(), WalletError> {
        let names = || fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        match value {
            Value::Array(items) if Field::are_numbered(fields) => {
                if items.len() != fields.len() {
                    return Err(argument(at, format!("it has {} values, {} are needed", items.len(), fields.len())));
                }
                for (field, item) in fields.iter().zip(items) {
                    self.value(&format!("{at}.{}", field.name), &field.kind, item, depth + 1)?;
                }
                Ok(())
            }
            Value::Object(object) if !Field::are_numbered(fields) => {
                if let Some(unknown) = object.keys().find(|key| fields.iter().all(|field| field.name != **key)) {
                    return Err(argument(at, format!("`{}` is none of {}", shortened(unknown), names())));
                }
                for field in fields {
                    let at = format!("{at}.{}", field.name);
                    let item = object.get(&field.name).ok_or_else(|| argument(&at, "it is missing".into()))?;
                    self.value(&at, &field.kind, item, depth + 1)?;
                }
                Ok(())
            }
            _ if Field::are_numbered(fields) => Err(argument(at, format!("say a JSON array of {}", fields.len()))),
            _ => Err(argument(at, format!("say a JSON object of {}", names()))),
        }
    }

    fn number(&mut self, value: &Value, bytes: usize) -> Option<()> {
        let text = scalar(value).filter(|text| is_digits(text))?;
        let number: u128 = text.parse().ok()?;
        let encoded = number.to_le_bytes();
        let (low, high) = encoded.split_at_checked(bytes)?;
        high.iter().all(|byte| *byte == 0).then(|| self.bytes.extend(low))
    }

    fn bytes_of(&mut self, value: &Value, fits: impl Fn(usize) -> bool) -> Option<()> {
        let bytes = value.as_str().and_then(hex_bytes).filter(|bytes| fits(bytes.len()))?;
        self.bytes.extend(bytes);
        Some(())
    }

    fn counted(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.bytes.extend(bytes);
    }

    fn count(&mut self, number: usize) {
        self.bytes.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }
}

/// A JSON number or string as its text. Numbers keep their digits.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn json(at: &str, kind: &Type, text: &str) -> Result<Value, WalletError> {
    serde_json::from_str(text)
        .map_err(|error| argument(at, format!("`{}` is no JSON for {kind}: {error}", shortened(text))))
}
