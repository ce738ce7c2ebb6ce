//! Lists, byte strings and names whose length limit is part of the type and is checked before anything is
//! allocated.

use alloc::string::String;
use alloc::vec::Vec;
use borsh::{
    BorshDeserialize, BorshSerialize,
    io::{Error, ErrorKind, Read, Result},
};
use core::fmt;
use core::ops::Deref;

/// At most `MAX` items.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct List<T, const MAX: usize>(Vec<T>);

/// At most `MAX` bytes.
pub type Bytes<const MAX: usize> = List<u8, MAX>;

/// A value was longer than its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{actual} items where at most {limit} are allowed")]
pub struct TooLong {
    /// Items given.
    pub actual: usize,
    /// Items allowed.
    pub limit: usize,
}

impl<T, const MAX: usize> List<T, MAX> {
    /// Wraps `items`.
    ///
    /// # Errors
    /// [`TooLong`] above `MAX` items.
    pub fn new(items: Vec<T>) -> core::result::Result<Self, TooLong> {
        if items.len() > MAX {
            return Err(TooLong { actual: items.len(), limit: MAX });
        }
        Ok(Self(items))
    }

    /// No items.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// The items.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: fmt::Debug, const MAX: usize> fmt::Debug for List<T, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<T, const MAX: usize> Deref for List<T, MAX> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: BorshSerialize, const MAX: usize> BorshSerialize for List<T, MAX> {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> Result<()> {
        self.0.serialize(writer)
    }
}

impl<T: BorshDeserialize, const MAX: usize> BorshDeserialize for List<T, MAX> {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let length = read_length(reader, MAX)?;
        // `vec_from_reader` is borsh's fast path for bytes; it grows with what has really been read.
        if let Some(bytes) = T::vec_from_reader(u32::try_from(length).unwrap_or(u32::MAX), reader)? {
            return Ok(Self(bytes));
        }
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(T::deserialize_reader(reader)?);
        }
        Ok(Self(items))
    }
}

fn read_length<R: Read>(reader: &mut R, limit: usize) -> Result<usize> {
    let length = usize::try_from(u32::deserialize_reader(reader)?).unwrap_or(usize::MAX);
    if length > limit {
        return Err(Error::new(
            ErrorKind::InvalidData,
            alloc::format!("{length} items where at most {limit} are allowed"),
        ));
    }
    Ok(length)
}

/// A name: 1 to 64 printable ASCII characters without spaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 64 printable ASCII characters and no spaces")]
pub struct BadName;

impl Name {
    /// Checks `text`.
    ///
    /// # Errors
    /// [`BadName`].
    pub fn new(text: &str) -> core::result::Result<Self, BadName> {
        let length_ok = (1..=crate::limits::NAME_BYTES_MAX).contains(&text.len());
        if length_ok && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(String::from(text)))
        } else {
            Err(BadName)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl BorshSerialize for Name {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> Result<()> {
        self.0.serialize(writer)
    }
}

impl BorshDeserialize for Name {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let bytes = Bytes::<{ crate::limits::NAME_BYTES_MAX }>::deserialize_reader(reader)?;
        let refuse = |_| Error::new(ErrorKind::InvalidData, alloc::format!("{BadName}"));
        let text = core::str::from_utf8(&bytes).map_err(|error| refuse(alloc::format!("{error}")))?;
        Self::new(text).map_err(|error| refuse(alloc::format!("{error}")))
    }
}
