//! From the bytes of a type to JSON. The bytes come from any contract: every length is compared with the type's limit and with
//! what is left before anything is made of it.

use super::{DEPTH_MAX, U256, VALUES_MAX, hex_text};
use crate::amount;
use crate::contract::names::Names;
use crate::contract::spec::{Field, Spec};
use crate::contract::types::Type;
use crate::error::WalletError;
use serde_json::{Map, Value};
use tacit_types::{Address, Amount};

/// Bytes that are read from front to back.
pub(super) struct Reader<'a> {
    spec: &'a Spec,
    names: Names<'a>,
    rest: &'a [u8],
    values: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(spec: &'a Spec, names: Names<'a>, bytes: &'a [u8]) -> Self {
        Self { spec, names, rest: bytes, values: 0 }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], WalletError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| output("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// Refuses bytes that no value took.
    pub(super) fn end(&self) -> Result<(), WalletError> {
        if self.rest.is_empty() { Ok(()) } else { Err(output(&format!("{} bytes are left over", self.rest.len()))) }
    }

    fn number(&mut self, bytes: usize) -> Result<u128, WalletError> {
        let mut wide = [0u8; 16];
        for (to, from) in wide.iter_mut().zip(self.take(bytes)?) {
            *to = *from;
        }
        Ok(u128::from_le_bytes(wide))
    }

    fn byte(&mut self) -> Result<u8, WalletError> {
        self.take(1)?.first().copied().ok_or_else(|| output("it ends too early"))
    }

    fn length(&mut self, most: usize) -> Result<usize, WalletError> {
        let length = usize::try_from(self.number(4)?).unwrap_or(usize::MAX);
        if length > most { Err(output(&format!("a length of {length} is above {most}"))) } else { Ok(length) }
    }

    /// The next value.
    pub(super) fn value(&mut self, kind: &Type, depth: usize) -> Result<Value, WalletError> {
        self.values += 1;
        if depth > DEPTH_MAX || self.values > VALUES_MAX {
            return Err(output("it holds more values than any answer of a contract"));
        }
        let decimal = |number: u128| Value::String(number.to_string());
        Ok(match kind {
            Type::Bool => match self.byte()? {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                other => return Err(output(&format!("{other} is no bool"))),
            },
            Type::Unsigned(bytes @ (1 | 2 | 4)) => {
                let number = self.number(*bytes)?;
                Value::from(u32::try_from(number).unwrap_or(u32::MAX))
            }
            Type::Unsigned(bytes) => decimal(self.number(*bytes)?),
            Type::Units(_) => decimal(self.number(16)?),
            Type::Timestamp | Type::Duration | Type::Height => decimal(self.number(8)?),
            Type::Rate => Value::String(amount::format(Amount(self.number(16)?))),
            Type::U256 => {
                let number = U256::try_from_le_slice(self.take(32)?).ok_or_else(|| output("it ends too early"))?;
                Value::String(number.to_string())
            }
            Type::Address => {
                let bytes = self.take(32)?.try_into().map_err(|_| output("it ends too early"))?;
                Value::String(Address(bytes).to_text(self.names.network))
            }
            Type::AssetId => hex_text(self.take(32)?),
            Type::Array(length) => hex_text(self.take(*length)?),
            Type::Bytes(most) => {
                let length = self.length(*most)?;
                hex_text(self.take(length)?)
            }
            Type::Text(most) => {
                let length = self.length(*most)?;
                let text = std::str::from_utf8(self.take(length)?).map_err(|_| output("a text is not UTF-8"))?;
                Value::String(text.to_owned())
            }
            Type::List(element, most) => {
                let length = self.length(*most)?;
                let mut items = Vec::new();
                for _ in 0..length {
                    items.push(self.value(element, depth + 1)?);
                }
                Value::Array(items)
            }
            Type::Option(inner) => match (self.byte()?, inner.as_ref()) {
                (0, _) => Value::Null,
                (1, Type::Option(_)) => {
                    let held = self.value(inner, depth + 1)?;
                    Value::Object(Map::from_iter([("some".to_owned(), held)]))
                }
                (1, _) => self.value(inner, depth + 1)?,
                (other, _) => return Err(output(&format!("{other} is no option"))),
            },
            Type::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.value(part, depth + 1));
                Value::Array(parts.collect::<Result<_, _>>()?)
            }
            Type::Declared(name) => self.declared(name, depth)?,
        })
    }

    fn declared(&mut self, name: &str, depth: usize) -> Result<Value, WalletError> {
        let spec = self.spec;
        if let Some(fields) = spec.structs.get(name) {
            return self.fields(fields, depth);
        }
        let cases = spec.enums.get(name).ok_or_else(|| output(&format!("the spec does not say what `{name}` is")))?;
        let number = self.byte()?;
        let case = cases.get(usize::from(number)).ok_or_else(|| output(&format!("{number} is no case of `{name}`")))?;
        if case.fields.is_empty() {
            return Ok(Value::String(case.name.clone()));
        }
        let held = self.fields(&case.fields, depth)?;
        Ok(Value::Object(Map::from_iter([(case.name.clone(), held)])))
    }

    fn fields(&mut self, fields: &[Field], depth: usize) -> Result<Value, WalletError> {
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            values.push(self.value(&field.kind, depth + 1)?);
        }
        if Field::are_numbered(fields) {
            return Ok(Value::Array(values));
        }
        Ok(Value::Object(fields.iter().map(|field| field.name.clone()).zip(values).collect()))
    }
}

fn output(why: &str) -> WalletError {
    WalletError::Output(why.to_owned())
}
