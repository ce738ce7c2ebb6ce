//! How values cross the boundary and lie in storage: little-endian, fixed layouts, borsh-compatible.
//! Decoding accepts exactly one encoding of each value.

use crate::layout::{self, Layout};
use crate::spec::TypeName;
use crate::{Address, AssetId, List, host};
use core::mem::MaybeUninit;

/// Bytes of the SDK's buffers: the largest value that can be input, output, stored or emitted.
pub const BUFFER_BYTES: usize = 2048;

/// A value with a largest size and one encoding. Derive it for structs and enums.
///
/// ```
/// use tacit_sdk::prelude::*;
/// use tacit_sdk::{Buffer, Reader};
///
/// /// An order.
/// #[derive(Wire, Debug, PartialEq)]
/// struct Order {
///     /// Who orders.
///     by: Address,
///     /// How much, if it is not all.
///     amount: Option<Amount>,
/// }
///
/// let order = Order { by: Address([7; 32]), amount: None };
/// let mut buffer = Buffer::new();
/// let bytes = buffer.encode(&order);
/// assert_eq!((bytes.len(), Order::MAX), (33, 49));
/// assert_eq!(Reader::whole(bytes), Some(order));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross a contract's boundary or be stored",
    note = "use bool, unsigned integers, U256, Address, Amount and the like, byte arrays, Bytes, Text, List, Option, \
            tuples, and structs and enums with `#[derive(Wire)]`"
)]
pub trait Wire: Sized {
    /// Most bytes of an encoded value.
    const MAX: usize;
    /// The type's name in the spec.
    const TYPE: &'static TypeName;
    /// What stored values are made of. Whoever writes an encoding by hand says here whatever decides what its bytes mean:
    /// two versions of one type with one name must differ.
    const LAYOUT: Layout = layout::of(&[b"type", Self::TYPE.as_bytes()]);
    /// Appends the encoding. The buffer has room: whoever calls checks the type's size when compiling.
    fn put(&self, out: &mut Buffer);
    /// Reads one value, unless the bytes are not its encoding.
    fn take(input: &mut Reader<'_>) -> Option<Self>;

    /// Appends values one after the other; bytes do it at once.
    #[doc(hidden)]
    fn put_all(items: &[Self], out: &mut Buffer) {
        for item in items {
            item.put(out);
        }
    }

    /// Reads a number of values one after the other; bytes do it at once.
    #[doc(hidden)]
    fn take_all<const N: usize>(len: usize, input: &mut Reader<'_>) -> Option<List<Self, N>>
    where
        Self: Copy,
    {
        let mut list = List::new();
        for _ in 0..len {
            list.push(Self::take(input)?)?;
        }
        Some(list)
    }
}

/// Bytes being put together. What is not used is never written, so a large buffer costs no more than a small one.
pub struct Buffer {
    bytes: [MaybeUninit<u8>; BUFFER_BYTES],
    /// How many bytes from the start are initialised.
    len: usize,
}

impl Buffer {
    /// An empty buffer.
    #[must_use]
    #[inline(always)]
    pub const fn new() -> Self {
        Self { bytes: [const { MaybeUninit::uninit() }; BUFFER_BYTES], len: 0 }
    }

    /// The encoding of a value. A type whose values may not fit does not compile.
    pub fn encode<T: Wire>(&mut self, value: &T) -> &[u8] {
        const { assert!(T::MAX <= BUFFER_BYTES, "values of this type can be larger than a buffer") };
        self.len = 0;
        value.put(self);
        self.as_slice()
    }

    /// Empties it.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends bytes. Ends the call if they do not fit, which the checks on [`Wire::MAX`] rule out.
    #[allow(clippy::panic)] // A type whose `MAX` is wrong must not be stored in part.
    pub fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        let Some(room) = self.bytes.get_mut(self.len..end) else { panic!("a value is larger than its type allows") };
        // SAFETY: `room` is as long as `bytes`, borrowed mutably, and any byte may be written to it.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), room.as_mut_ptr().cast(), bytes.len()) };
        self.len = end;
    }

    /// What was put in.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        let written = self.bytes.get(..self.len).unwrap_or_default();
        // SAFETY: the first `len` bytes are initialised.
        unsafe { core::slice::from_raw_parts(written.as_ptr().cast(), written.len()) }
    }

    /// Lets the host write: `write` gets pointer and capacity, and returns how many bytes it wrote from the start, or a
    /// failure's code, which comes back. A length beyond the capacity means that nothing was written.
    pub(crate) fn fill(&mut self, write: impl FnOnce(i32, i32) -> i32) -> i32 {
        let (pointer, capacity) = host::room(&mut self.bytes);
        let result = write(pointer, capacity);
        self.len = usize::try_from(result).ok().filter(|len| *len <= BUFFER_BYTES).unwrap_or_default();
        result
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

/// Bytes being read.
#[derive(Clone)]
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

    /// The next bytes, as many as it says.
    pub fn slice(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.0.len()
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
    ($($type:ident),*) => {$(
        impl Wire for $type {
            const MAX: usize = size_of::<$type>();
            const TYPE: &'static TypeName = &TypeName::new(stringify!($type));
            fn put(&self, out: &mut Buffer) {
                out.push(&self.to_le_bytes());
            }
            fn take(input: &mut Reader<'_>) -> Option<Self> {
                input.array().map(Self::from_le_bytes)
            }
        }
    )*};
}
number!(u16, u32, u64, u128);

impl Wire for u8 {
    const MAX: usize = 1;
    const TYPE: &'static TypeName = &TypeName::new("u8");
    fn put(&self, out: &mut Buffer) {
        out.push(&[*self]);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        input.array().map(|[byte]| byte)
    }
    fn put_all(items: &[Self], out: &mut Buffer) {
        out.push(items);
    }
    fn take_all<const N: usize>(len: usize, input: &mut Reader<'_>) -> Option<List<Self, N>> {
        List::from_slice(input.slice(len)?)
    }
}

impl Wire for () {
    const MAX: usize = 0;
    const TYPE: &'static TypeName = &TypeName::new("()");
    fn put(&self, _out: &mut Buffer) {}
    fn take(_input: &mut Reader<'_>) -> Option<Self> {
        Some(())
    }
}

impl Wire for bool {
    const MAX: usize = 1;
    const TYPE: &'static TypeName = &TypeName::new("bool");
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
    const TYPE: &'static TypeName = &TypeName::new("[u8;").number(N).text("]");
    fn put(&self, out: &mut Buffer) {
        out.push(self);
    }
    fn take(input: &mut Reader<'_>) -> Option<Self> {
        input.array()
    }
}

macro_rules! id {
    ($($type:ident),*) => {$(
        impl Wire for $type {
            const MAX: usize = 32;
            const TYPE: &'static TypeName = &TypeName::new(stringify!($type));
            fn put(&self, out: &mut Buffer) {
                out.push(&self.0);
            }
            fn take(input: &mut Reader<'_>) -> Option<Self> {
                input.array().map(Self)
            }
        }
    )*};
}
id!(Address, AssetId);

impl<T: Wire> Wire for Option<T> {
    const MAX: usize = T::MAX.saturating_add(1);
    const TYPE: &'static TypeName = &TypeName::new("Option<").name(T::TYPE).text(">");
    const LAYOUT: Layout = layout::of(&[b"Option", &T::LAYOUT]);
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
    ($first:ident $($name:ident)*) => {
        #[allow(non_snake_case)]
        impl<$first: Wire, $($name: Wire),*> Wire for ($first, $($name,)*) {
            const MAX: usize = $first::MAX$(.saturating_add($name::MAX))*;
            const TYPE: &'static TypeName =
                &TypeName::new("(").name($first::TYPE)$(.text(",").name($name::TYPE))*.text(")");
            const LAYOUT: Layout = layout::of(&[b"tuple", &$first::LAYOUT, $(&$name::LAYOUT),*]);
            fn put(&self, out: &mut Buffer) {
                let ($first, $($name,)*) = self;
                $first.put(out);
                $($name.put(out);)*
            }
            fn take(input: &mut Reader<'_>) -> Option<Self> {
                Some(($first::take(input)?, $($name::take(input)?,)*))
            }
        }
    };
}
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
