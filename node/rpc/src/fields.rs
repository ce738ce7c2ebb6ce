//! The names of a parameter struct's fields in declaration order, which is the order of positional parameters. They
//! are asked from serde itself, so that the document and the error hints cannot disagree with the parser.

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;
use std::cell::Cell;
use std::fmt;

/// The field names of `T`, or none when `T` is no struct.
#[must_use]
pub fn field_names<T: DeserializeOwned>() -> &'static [&'static str] {
    let found = Cell::new(&[] as &'static [&'static str]);
    // The capturing deserializer always ends in `Stop`; only what it saw on the way is of interest.
    let _stop: Result<T, Stop> = T::deserialize(Capture(&found));
    found.get()
}

struct Capture<'a>(&'a Cell<&'static [&'static str]>);

#[derive(Debug)]
struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields are known")
    }
}

impl std::error::Error for Stop {}

impl Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<'de> Deserializer<'de> for Capture<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        Err(Stop)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Stop> {
        self.0.set(fields);
        Err(Stop)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::field_names;
    use crate::types::{GroupMembersParams, NoParams};

    #[test]
    fn fields_come_in_the_order_of_declaration() {
        assert_eq!(field_names::<GroupMembersParams>(), ["group", "from", "limit"]);
        assert!(field_names::<NoParams>().is_empty());
        assert!(field_names::<String>().is_empty());
    }
}
