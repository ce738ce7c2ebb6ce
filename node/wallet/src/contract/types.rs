//! The types of a contract's arguments and answers: a closed set with one spelling each.

use crate::error::WalletError;
use std::fmt;

/// Longest spelling of a type in bytes.
const TYPE_BYTES_MAX: usize = 1_024;
/// Deepest nesting of a type's spelling.
const NESTING_MAX: usize = 16;
/// Most parts of a tuple.
const TUPLE_MAX: usize = 8;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `u8` to `u128`: how many bytes.
    Unsigned(usize),
    /// `U256`.
    U256,
    /// `Amount` and `Shares`.
    Units(&'static str),
    /// `Rate`: counts 10^-18.
    Rate,
    /// `Timestamp`.
    Timestamp,
    /// `Duration`.
    Duration,
    /// `Height`.
    Height,
    /// `Address`.
    Address,
    /// `AssetId`.
    AssetId,
    /// `[u8;N]`.
    Array(usize),
    /// `Bytes<N>`.
    Bytes(usize),
    /// `Text<N>`.
    Text(usize),
    /// `List<T,N>`.
    List(Box<Type>, usize),
    /// `Option<T>`.
    Option(Box<Type>),
    /// `(T,U)`; `()` has no parts.
    Tuple(Vec<Type>),
    /// A struct or an enum of the spec.
    Declared(String),
}

impl Type {
    /// Reads a type as the spec spells it.
    ///
    /// # Errors
    /// [`WalletError::Spec`].
    pub fn parse(text: &str) -> Result<Self, WalletError> {
        let refuse = || WalletError::Spec(format!("`{}` is no type", shortened(text)));
        if text.len() > TYPE_BYTES_MAX {
            return Err(refuse());
        }
        let mut reader = Reader { rest: text };
        match reader.read(0) {
            Some(read) if reader.rest.is_empty() => Ok(read),
            _ => Err(refuse()),
        }
    }

    /// Whether values are written as 0x and hex digits that are their encoding, or its end.
    #[must_use]
    pub const fn is_hex(&self) -> bool {
        matches!(self, Self::Address | Self::AssetId | Self::Array(_) | Self::Bytes(_))
    }
}

/// The beginning of something that may be long, without control characters.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(64).map(|character| if character.is_control() { '?' } else { character }).collect()
}

/// Whether `text` is a name in a program: the only names that a spec may have.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && text.len() <= 64 && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn while_true(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (part, rest) = self.rest.split_at(end);
        self.rest = rest;
        part
    }

    /// A number, written in the one way in which numbers are written.
    fn number(&mut self) -> Option<usize> {
        let digits = self.while_true(|character| character.is_ascii_digit());
        let number: u32 = digits.parse().ok()?;
        (number.to_string() == digits).then_some(number as usize)
    }

    fn limit(&mut self) -> Option<usize> {
        self.eat("<")?;
        let number = self.number()?;
        self.eat(">")?;
        Some(number)
    }

    fn read(&mut self, depth: usize) -> Option<Type> {
        if depth > NESTING_MAX {
            return None;
        }
        if self.rest.starts_with('(') {
            return self.tuple(depth);
        }
        if self.eat("[u8;").is_some() {
            let length = self.number()?;
            self.eat("]")?;
            return Some(Type::Array(length));
        }
        let name = self.while_true(|character| character.is_ascii_alphanumeric() || character == '_');
        Some(match name {
            "bool" => Type::Bool,
            "u8" => Type::Unsigned(1),
            "u16" => Type::Unsigned(2),
            "u32" => Type::Unsigned(4),
            "u64" => Type::Unsigned(8),
            "u128" => Type::Unsigned(16),
            "U256" => Type::U256,
            "Amount" => Type::Units("Amount"),
            "Shares" => Type::Units("Shares"),
            "Rate" => Type::Rate,
            "Timestamp" => Type::Timestamp,
            "Duration" => Type::Duration,
            "Height" => Type::Height,
            "Address" => Type::Address,
            "AssetId" => Type::AssetId,
            "Bytes" => Type::Bytes(self.limit()?),
            "Text" => Type::Text(self.limit()?),
            "List" => {
                self.eat("<")?;
                let element = Box::new(self.read(depth + 1)?);
                self.eat(",")?;
                let most = self.number()?;
                self.eat(">")?;
                Type::List(element, most)
            }
            "Option" => {
                self.eat("<")?;
                let inner = Box::new(self.read(depth + 1)?);
                self.eat(">")?;
                Type::Option(inner)
            }
            name if is_name(name) => Type::Declared(name.to_owned()),
            _ => return None,
        })
    }

    fn tuple(&mut self, depth: usize) -> Option<Type> {
        self.eat("(")?;
        let mut parts = Vec::new();
        if self.eat(")").is_some() {
            return Some(Type::Tuple(parts));
        }
        loop {
            parts.push(self.read(depth + 1)?);
            if self.eat(",").is_none() {
                break;
            }
        }
        self.eat(")")?;
        (parts.len() <= TUPLE_MAX).then_some(Type::Tuple(parts))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => formatter.write_str("bool"),
            Self::Unsigned(bytes) => write!(formatter, "u{}", bytes * 8),
            Self::U256 => formatter.write_str("U256"),
            Self::Units(name) => formatter.write_str(name),
            Self::Rate => formatter.write_str("Rate"),
            Self::Timestamp => formatter.write_str("Timestamp"),
            Self::Duration => formatter.write_str("Duration"),
            Self::Height => formatter.write_str("Height"),
            Self::Address => formatter.write_str("Address"),
            Self::AssetId => formatter.write_str("AssetId"),
            Self::Array(length) => write!(formatter, "[u8;{length}]"),
            Self::Bytes(most) => write!(formatter, "Bytes<{most}>"),
            Self::Text(most) => write!(formatter, "Text<{most}>"),
            Self::List(element, most) => write!(formatter, "List<{element},{most}>"),
            Self::Option(inner) => write!(formatter, "Option<{inner}>"),
            Self::Tuple(parts) => {
                formatter.write_str("(")?;
                for (place, part) in parts.iter().enumerate() {
                    write!(formatter, "{}{part}", if place == 0 { "" } else { "," })?;
                }
                formatter.write_str(")")
            }
            Self::Declared(name) => formatter.write_str(name),
        }
    }
}
