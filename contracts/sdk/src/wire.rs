//! How values cross the boundary and lie in storage: little-endian, fixed layouts, borsh-compatible.
//! Decoding accepts exactly one encoding of each value.

use crate::{Address, Amount};

/// Bytes of the SDK's buffers: the largest value that can be input, output, stored or emitted.
pub const BUFFER_BYTES: usize = 256;

/// A value with a largest size and one encoding.
pub trait Wire: Sized {
    /// Most bytes of an encoded value.
    const MAX: usize;
    /// Appends the encoding. The buffer has room: [`Buffer::of`] checks the type's size when compiling.
    fn put(&self, out: &mut Buffer);
    /// Reads one value, unless the bytes are not its encoding.
    fn take(input: &mut Reader<'_>) -> Option<Self>;
}

/// Bytes being put together.
pub struct Buffer {
    bytes: [u8; BUFFER_BYTES],
    len: usize,
}

impl Buffer {
    /// An empty buffer.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; BUFFER_BYTES], len: 0 }
    }

    /// The encoding of a value. A type whose values may not fit does not compile.
    #[must_use]
    pub fn of<T: Wire>(value: &T) -> Self {
        const { assert!(T::MAX <= BUFFER_BYTES, "values of this type can be larger than a buffer") };
        let mut buffer = Self::new();
        value.put(&mut buffer);
        buffer
    }

    /// Appends bytes; those beyond the buffer's end are dropped, which the checks on `MAX` rule out.
    pub fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
    }

    /// What was put in.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

/// Bytes being read.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the start of some bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    /// Whether everything was read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// The one value in some bytes, which must be exactly its encoding.
    #[must_use]
    pub fn whole<T: Wire>(bytes: &[u8]) -> Option<T> {
        let mut reader = Reader::new(bytes);
        let value = T::take(&mut reader)?;
        reader.is_done().then_some(value)
    }
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Wire for $type {
            const MAX: usize = size_of::<$type>();
            fn put(&self, out: &mut Buffer) {
                out.push(&self.to_le_bytes());
            }
            fn take(input: &mut Reader<'_>) -> Option<Self> {
                input.array().map(Self::from_le_bytes)
            }
        }
    )*};
}
number!(u8, u16, u32, u64, u128);

impl Wire for () {
    const MAX: usize = 0;
    fn put(&self, _out: &mut Buffer) {}
    fn take(_input: &mut Reader<'_>) -> Option<Self> {
        Some(())
    }
}

impl Wire for bool {
    const MAX: usize = 1;
    fn put(&self, out: &mut Buffer) {
        out.push(&[u8::from(*self)]);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        match input.array()? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

impl<const N: usize> Wire for [u8; N] {
    const MAX: usize = N;
    fn put(&self, out: &mut Buffer) {
        out.push(self);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        input.array()
    }
}

impl Wire for Address {
    const MAX: usize = 32;
    fn put(&self, out: &mut Buffer) {
        out.push(&self.0);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        input.array().map(Self)
    }
}

impl Wire for Amount {
    const MAX: usize = 16;
    fn put(&self, out: &mut Buffer) {
        self.0.put(out);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        u128::take(input).map(Self)
    }
}

impl<T: Wire> Wire for Option<T> {
    const MAX: usize = T::MAX.saturating_add(1);
    fn put(&self, out: &mut Buffer) {
        match self {
            None => out.push(&[0]),
            Some(value) => {
                out.push(&[1]);
                value.put(out);
            }
        }
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        match input.array()? {
            [0] => Some(None),
            [1] => T::take(input).map(Some),
            _ => None,
        }
    }
}

macro_rules! tuple {
    ($($name:ident)*) => {
        #[allow(non_snake_case)]
        impl<$($name: Wire),*> Wire for ($($name,)*) {
            const MAX: usize = 0_usize$(.saturating_add($name::MAX))*;
            fn put(&self, out: &mut Buffer) {
                let ($($name,)*) = self;
                $($name.put(out);)*
            }
            fn take(input: &mut Reader<'_>) -> Option<Self> {
                Some(($($name::take(input)?,)*))
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_back_from_its_encoding() {
        let value = (Address([7; 32]), Some(Amount(5)), true, 9_u64);
        let encoded = Buffer::of(&value);
        assert_eq!(encoded.as_slice().len(), 32 + 17 + 1 + 8);
        assert_eq!(Reader::whole::<(Address, Option<Amount>, bool, u64)>(encoded.as_slice()), Some(value));
    }

    #[test]
    fn a_value_has_one_encoding() {
        assert_eq!(Reader::whole::<bool>(&[2]), None);
        assert_eq!(Reader::whole::<Option<u8>>(&[2, 0]), None);
        assert_eq!(Reader::whole::<u64>(&[0; 7]), None);
        assert_eq!(Reader::whole::<u64>(&[0; 9]), None);
    }
}
