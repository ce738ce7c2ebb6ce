//! Two parameters that are more than a number: which block, and where in the stream of events.

use crate::json::{array_from_hex, to_hex};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use tacit_types::{BlockId, Height};

/// Which block: by height, by id, or the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockRef {
    /// The latest committed one.
    Latest,
    /// The one at a height.
    Height(Height),
    /// The one with an id.
    Id(BlockId),
}

/// A position in the stream of events: `height:index`. The order of positions is the order of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor {
    /// The block.
    pub height: u64,
    /// The event within the block, from 0.
    pub index: u32,
}

impl Cursor {
    /// The first position of a height.
    #[must_use]
    pub const fn start_of(height: u64) -> Self {
        Self { height, index: 0 }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.height, self.index)
    }
}

const CURSOR_FORM: &str = "a cursor is `height:index`, both decimal numbers";
const BLOCK_FORM: &str = "a block is a height, a 0x-hexadecimal block id, or \"latest\"";

impl FromStr for Cursor {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (height, index) = text.split_once(':').ok_or(CURSOR_FORM)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(height) || !digits(index) {
            return Err(CURSOR_FORM);
        }
        Ok(Self { height: height.parse().map_err(|_| CURSOR_FORM)?, index: index.parse().map_err(|_| CURSOR_FORM)? })
    }
}

/// As people write it on a command line: a number, an id, or `latest`.
impl FromStr for BlockRef {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        if let Ok(id) = array_from_hex(text) {
            return Ok(Self::Id(BlockId(id)));
        }
        text.parse().map(|height| Self::Height(Height(height))).map_err(|_| BLOCK_FORM)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => text.parse().map_err(D::Error::custom),
            _ => Err(D::Error::custom(CURSOR_FORM)),
        }
    }
}

impl Serialize for BlockRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Latest => serializer.serialize_str("latest"),
            Self::Height(height) => serializer.serialize_u64(height.0),
            Self::Id(id) => serializer.serialize_str(&to_hex(&id.0)),
        }
    }
}

impl<'de> Deserialize<'de> for BlockRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refuse = || D::Error::custom(BLOCK_FORM);
        match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_u64().map(|height| Self::Height(Height(height))).ok_or_else(refuse),
            Value::String(text) if text == "latest" => Ok(Self::Latest),
            Value::String(text) => array_from_hex(&text).map(|id| Self::Id(BlockId(id))).map_err(|_| refuse()),
            _ => Err(refuse()),
        }
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+:[0-9]+$", "description": "height:index" })
    }
}

impl JsonSchema for BlockRef {
    fn schema_name() -> Cow<'static, str> {
        "BlockRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": BLOCK_FORM,
            "oneOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^(latest|0x[0-9a-fA-F]{64})$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cursor_is_two_numbers_and_nothing_else() {
        assert_eq!("12:3".parse(), Ok(Cursor { height: 12, index: 3 }));
        for refused in ["", "12", ":", "12:", ":3", "+1:0", "1:-1", "1:2:3", "1:4294967296"] {
            assert!(refused.parse::<Cursor>().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn cursors_order_as_events_do() {
        let order: Vec<Cursor> = ["1:0", "1:9", "1:10", "2:0", "10:0"].map(|text| text.parse().unwrap()).into();
        assert!(order.is_sorted());
    }

    #[test]
    fn a_block_is_named_in_three_ways() {
        let read = |text: &str| serde_json::from_str::<BlockRef>(text);
        assert_eq!(read("7").unwrap(), BlockRef::Height(Height(7)));
        assert_eq!(read("\"latest\"").unwrap(), BlockRef::Latest);
        assert_eq!(read(&format!("\"0x{}\"", "11".repeat(32))).unwrap(), BlockRef::Id(BlockId([0x11; 32])));
        for refused in ["-1", "1.5", "null", "\"7\"", "\"0x11\"", "[]", "{}", "true"] {
            assert!(read(refused).is_err(), "{refused}");
        }
    }
}
