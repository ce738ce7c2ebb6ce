//! Values between people and contracts: from text or JSON to the one encoding of a type, and from bytes to JSON.
//!
//! Numbers are decimal. Those that fit 32 bits are JSON numbers, longer ones are strings; both are read. A rate is a
//! decimal fraction, times are milliseconds (a duration may have a unit), bytes are 0x-hex, lists and tuples are arrays,
//! structs are objects, an enum is the name of its case or an object with that one name. `null` is an option's nothing.

use super::alias::AliasBook;
use super::spec::{EventSpec, Field, Function, Spec};
use super::types::{Type, shortened};
use crate::amount;
use crate::devnet::{DEVNET_ACCOUNTS, devnet_account};
use crate::error::WalletError;
use serde_json::{Map, Value};
use tacit_types::limits::CALL_INPUT_BYTES_MAX;
use tacit_types::{Address, Amount, AssetId, Network};

/// Deepest nesting of values; types declared by a spec may name each other.
const DEPTH_MAX: usize = 32;
/// Most values in one text or one answer: an element may take no byte, so bytes alone bound nothing.
const VALUES_MAX: usize = 65_536;

/// A number of 256 bits.
pub type U256 = ruint::Uint<256, 4>;

/// How addresses are written here.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// Decides the text form.
    pub network: Network,
    /// Names that people gave.
    pub aliases: &'a AliasBook,
}

impl Names<'_> {
    /// Reads an address, an alias, 32 bytes of 0x-hex or, on a development network, `dev:1` for an account that everybody
    /// knows.
    ///
    /// # Errors
    /// [`WalletError::AddressUnknown`].
    pub fn address(&self, text: &str) -> Result<Address, WalletError> {
        let refuse = |why: String| WalletError::AddressUnknown { text: shortened(text), why };
        if let Some(address) = self.aliases.get(text) {
            return Ok(address);
        }
        if text.starts_with("0x") {
            let bytes = hex_bytes(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            return bytes.map(Address).ok_or_else(|| refuse("it is not 0x and 64 hex digits".into()));
        }
        if let Some(index) = text.strip_prefix("dev:") {
            return self
                .well_known(index)
                .ok_or_else(|| refuse("`dev:0` to `dev:9` are accounts of development networks".into()));
        }
        if AliasBook::is_name(text) {
            return Err(refuse("no alias has this name; `tacit contract alias list` shows those that are".into()));
        }
        Address::from_text(text, self.network).map_err(|error| refuse(error.to_string()))
    }

    fn well_known(&self, index: &str) -> Option<Address> {
        let index = if self.network == Network::Dev && is_digits(index) { index.parse().ok() } else { None };
        Some(devnet_account(index.filter(|index| *index < DEVNET_ACCOUNTS)?).ok()?.address)
    }
}

/// Reads milliseconds, or a number with a unit of `ms s m h d`.
///
/// # Errors
/// [`WalletError::Argument`].
pub fn duration_ms(text: &str) -> Result<u64, WalletError> {
    let refuse = || argument("duration", format!("`{}` is no whole number with ms, s, m, h or d", shortened(text)));
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "" | "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(refuse()),
    };
    let number = if is_digits(digits) { digits.parse::<u64>().ok() } else { None };
    number.and_then(|number| number.checked_mul(unit)).ok_or_else(refuse)
}

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
        let mut writer = Writer { spec: self, names, bytes: Vec::new(), values: 0 };
        for (field, text) in function.arguments.iter().zip(texts) {
            writer.text(&field.name, &field.kind, text)?;
        }
        if writer.bytes.len() > CALL_INPUT_BYTES_MAX {
            return Err(argument(
                "the arguments",
                format!("together they have more than {CALL_INPUT_BYTES_MAX} bytes"),
            ));
        }
        Ok(writer.bytes)
    }

    /// The encoding of a JSON value.
    ///
    /// # Errors
    /// [`WalletError::Argument`].
    pub fn encode(&self, kind: &Type, value: &Value, names: Names<'_>) -> Result<Vec<u8>, WalletError> {
        let mut writer = Writer { spec: self, names, bytes: Vec::new(), values: 0 };
        writer.value("the value", kind, value, 0)?;
        Ok(writer.bytes)
    }

    /// The value that bytes encode.
    ///
    /// # Errors
    /// [`WalletError::Output`].
    pub fn decode(&self, kind: &Type, bytes: &[u8], names: Names<'_>) -> Result<Value, WalletError> {
        let mut reader = Reader { spec: self, names, rest: bytes, values: 0 };
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
        let mut reader = Reader { spec: self, names, rest: bytes, values: 0 };
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

fn argument(name: &str, reason: String) -> WalletError {
    WalletError::Argument { name: shortened(name), reason }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

fn hex_text(bytes: &[u8]) -> Value {
    Value::String(format!("0x{}", hex::encode(bytes)))
}

struct Writer<'a> {
    spec: &'a Spec,
    names: Names<'a>,
    bytes: Vec<u8>,
    values: usize,
}

impl Writer<'_> {
    /// A value as it stands on a command line.
    fn text(&mut self, at: &str, kind: &Type, text: &str) -> Result<(), WalletError> {
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

    fn value(&mut self, at: &str, kind: &Type, value: &Value, depth: usize) -> Result<(), WalletError> {
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
            Value::Array(items) if is_tuple(fields) => {
                if items.len() != fields.len() {
                    return Err(argument(at, format!("it has {} values, {} are needed", items.len(), fields.len())));
                }
                for (field, item) in fields.iter().zip(items) {
                    self.value(&format!("{at}.{}", field.name), &field.kind, item, depth + 1)?;
                }
                Ok(())
            }
            Value::Object(object) if !is_tuple(fields) => {
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
            _ if is_tuple(fields) => Err(argument(at, format!("say a JSON array of {}", fields.len()))),
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

fn is_tuple(fields: &[Field]) -> bool {
    fields.first().is_some_and(|field| field.name.bytes().all(|byte| byte.is_ascii_digit()))
}

struct Reader<'a> {
    spec: &'a Spec,
    names: Names<'a>,
    rest: &'a [u8],
    values: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], WalletError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| output("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn end(&self) -> Result<(), WalletError> {
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

    fn value(&mut self, kind: &Type, depth: usize) -> Result<Value, WalletError> {
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
        if is_tuple(fields) {
            return Ok(Value::Array(values));
        }
        Ok(Value::Object(fields.iter().map(|field| field.name.clone()).zip(values).collect()))
    }
}

fn output(why: &str) -> WalletError {
    WalletError::Output(why.to_owned())
}
