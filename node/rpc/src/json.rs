//! The three ways in which values that are no plain JSON numbers cross the wire: bytes as `0x` hexadecimal, 32-byte
//! and other fixed strings likewise, and large integers as decimal strings.
//!
//! Hexadecimal is on the path of every transaction, so it goes through tables and decodes straight from the
//! request's text. Refusals never repeat what was sent: it may be megabytes.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Why text is not hexadecimal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// No `0x` in front.
    #[error("bytes start with `0x`")]
    Prefix,
    /// Half a byte at the end.
    #[error("bytes have an even number of hexadecimal digits")]
    OddLength,
    /// Another character than 0-9, a-f, A-F.
    #[error("bytes have only the digits 0-9 and a-f")]
    Digit,
    /// Not the length that this value has.
    #[error("expected {expected} bytes, found {found}")]
    Length {
        /// How many bytes the value has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
}

const NOT_A_DIGIT: u8 = 0xff;

/// Value of each character as a hexadecimal digit, or [`NOT_A_DIGIT`].
const DIGIT: [u8; 256] = {
    let mut table = [NOT_A_DIGIT; 256];
    let mut value = 0u8;
    while value < 16 {
        let lower = b"0123456789abcdef"[value as usize];
        table[lower as usize] = value;
        table[lower.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    table
};

/// The two characters of each byte.
const PAIRS: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut table = [[0u8; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    table
};

/// `0x` and the digits of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len() * 2 + 2);
    text.extend_from_slice(b"0x");
    for byte in bytes {
        text.extend_from_slice(&PAIRS[usize::from(*byte)]);
    }
    // Only ASCII digits were written.
    String::from_utf8(text).unwrap_or_default()
}

/// Reads `0x` and digits.
///
/// # Errors
/// [`HexError`].
pub fn from_hex(text: &str) -> Result<Vec<u8>, HexError> {
    let digits = text.strip_prefix("0x").ok_or(HexError::Prefix)?.as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else { return Err(HexError::OddLength) };
    let mut bytes = Vec::with_capacity(pairs.len());
    let mut seen = 0u8;
    for [high, low] in pairs {
        let (high, low) = (DIGIT[usize::from(*high)], DIGIT[usize::from(*low)]);
        seen |= high | low;
        bytes.push(high << 4 | low & 15);
    }
    // A digit is below 16; the mark for "none" has its upper bits set, and they stay in the union.
    if seen > 15 { Err(HexError::Digit) } else { Ok(bytes) }
}

/// Reads exactly `N` bytes.
///
/// # Errors
/// [`HexError`].
pub fn array_from_hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    // The length is known before anything is allocated.
    let found = text.len().saturating_sub(2) / 2;
    if text.starts_with("0x") && found != N {
        return Err(HexError::Length { expected: N, found });
    }
    let bytes = from_hex(text)?;
    bytes.try_into().map_err(|bytes: Vec<u8>| HexError::Length { expected: N, found: bytes.len() })
}

/// Bytes of any length.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HexBytes(pub Vec<u8>);

/// Exactly `N` bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HexArray<const N: usize>(pub [u8; N]);

/// 32 bytes: ids, hashes, keys, field elements.
pub type Hex32 = HexArray<32>;

/// An integer as a decimal string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Decimal(pub u128);

impl fmt::Debug for HexBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Display for HexBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl<const N: usize> fmt::Debug for HexArray<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl<const N: usize> fmt::Display for HexArray<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<const N: usize> std::str::FromStr for HexArray<N> {
    type Err = HexError;
    fn from_str(text: &str) -> Result<Self, HexError> {
        array_from_hex(text).map(Self)
    }
}

impl std::str::FromStr for HexBytes {
    type Err = HexError;
    fn from_str(text: &str) -> Result<Self, HexError> {
        from_hex(text).map(Self)
    }
}

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(&self.0))
    }
}

impl<const N: usize> Serialize for HexArray<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_hex(&self.0))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Hands text to `read` without copying it and without repeating it in errors.
struct Text<F>(F, &'static str);

impl<T, E: fmt::Display, F: FnOnce(&str) -> Result<T, E>> Visitor<'_> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }

    fn visit_str<D: Error>(self, text: &str) -> Result<T, D> {
        (self.0)(text).map_err(D::custom)
    }
}

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(|text: &str| text.parse(), "bytes as a 0x-hexadecimal string"))
    }
}

impl<'de, const N: usize> Deserialize<'de> for HexArray<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text(|text: &str| text.parse(), "fixed bytes as a 0x-hexadecimal string"))
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "an integer as a decimal string";
        deserializer.deserialize_str(Text(|text: &str| decimal(text).ok_or(expected), expected)).map(Self)
    }
}

/// Digits only, no sign, no leading zeros: one text per number.
fn decimal(text: &str) -> Option<u128> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

macro_rules! string_schema {
    ($name:literal, $pattern:literal, $description:literal) => {
        fn schema_name() -> Cow<'static, str> {
            $name.into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string", "pattern": $pattern, "description": $description })
        }
    };
}

impl JsonSchema for HexBytes {
    string_schema!("Bytes", "^0x([0-9a-f]{2})*$", "bytes, two lower-case hexadecimal digits each");
}

impl JsonSchema for Decimal {
    string_schema!("Decimal", "^(0|[1-9][0-9]*)$", "an integer in base units as a decimal string");
}

impl<const N: usize> JsonSchema for HexArray<N> {
    fn schema_name() -> Cow<'static, str> {
        format!("Bytes{N}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": format!("^0x[0-9a-f]{{{}}}$", 2 * N),
            "description": format!("{N} bytes in hexadecimal"),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_survive_the_round_trip(bytes: Vec<u8>) {
            prop_assert_eq!(from_hex(&to_hex(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text: String) {
            let _ = from_hex(&text);
            let _ = array_from_hex::<32>(&text);
            let _ = decimal(&text);
        }
    }

    #[test]
    fn every_single_character_that_is_no_digit_is_refused() {
        for byte in 0u8..128 {
            let text = format!("0x0{}", byte as char);
            assert_eq!(from_hex(&text).is_ok(), (byte as char).is_ascii_hexdigit(), "{text:?}");
        }
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        assert_eq!(from_hex("00"), Err(HexError::Prefix));
        assert_eq!(from_hex("0x0"), Err(HexError::OddLength));
        assert_eq!(from_hex("0x0g"), Err(HexError::Digit));
        assert_eq!(from_hex("0x0\u{e9}"), Err(HexError::OddLength));
        assert_eq!(array_from_hex::<32>("0x00"), Err(HexError::Length { expected: 32, found: 1 }));
    }

    #[test]
    fn a_decimal_has_exactly_one_text() {
        assert_eq!(decimal("340282366920938463463374607431768211455"), Some(u128::MAX));
        for refused in ["", "00", "01", "+1", "-1", "1.0", " 1", "1e3", "340282366920938463463374607431768211456"] {
            assert_eq!(decimal(refused), None, "{refused:?}");
        }
    }
}
