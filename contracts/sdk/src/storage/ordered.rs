//! Stored values by key, in the order of the keys.

use super::{KEY_BYTES_MAX, Place, decode, has, next, read, remove, write};
use crate::layout::{self, Layout};
use crate::{
    Address, Amount, AssetId, BUFFER_BYTES, Buffer, ContractError, Duration, Height, List, Reader, SdkError, Shares,
    Timestamp, U256, Wire,
};
use core::marker::PhantomData;

/// A key whose encoding has a fixed length and sorts as the value does: numbers are big-endian.
pub trait OrderedKey: Wire {
    /// Appends the encoding.
    fn put_ordered(&self, out: &mut Buffer);
    /// Reads one key.
    fn take_ordered(input: &mut Reader<'_>) -> Option<Self>;
}

macro_rules! numbers {
    ($($type:ident),*) => {$(
        impl OrderedKey for $type {
            fn put_ordered(&self, out: &mut Buffer) {
                out.push(&self.to_be_bytes());
            }
            fn take_ordered(input: &mut Reader<'_>) -> Option<Self> {
                input.array().map(Self::from_be_bytes)
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, u128, U256);

macro_rules! wrapped {
    ($($type:ident),*) => {$(
        impl OrderedKey for $type {
            fn put_ordered(&self, out: &mut Buffer) {
                self.0.put_ordered(out);
            }
            fn take_ordered(input: &mut Reader<'_>) -> Option<Self> {
                OrderedKey::take_ordered(input).map(Self)
            }
        }
    )*};
}
wrapped!(Amount, Shares, Timestamp, Height, Duration, Address, AssetId);

impl<const N: usize> OrderedKey for [u8; N] {
    fn put_ordered(&self, out: &mut Buffer) {
        out.push(self);
    }
    fn take_ordered(input: &mut Reader<'_>) -> Option<Self> {
        input.array()
    }
}

impl OrderedKey for bool {
    fn put_ordered(&self, out: &mut Buffer) {
        self.put(out);
    }
    fn take_ordered(input: &mut Reader<'_>) -> Option<Self> {
        Self::take(input)
    }
}

/// What keys `K` begin with: the leading parts of a tuple, one alone as it is and several as a tuple.
#[diagnostic::on_unimplemented(
    message = "a key `{K}` does not begin with `{Self}`",
    note = "a start is the first part of a key that is a tuple, or a tuple of its first parts, each with its very type"
)]
pub trait StartOf<K>: OrderedKey {}

#[diagnostic::do_not_recommend]
impl<A: OrderedKey, B: OrderedKey> StartOf<(A, B)> for A {}
#[diagnostic::do_not_recommend]
impl<A: OrderedKey, B: OrderedKey, C: OrderedKey> StartOf<(A, B, C)> for A {}
#[diagnostic::do_not_recommend]
impl<A: OrderedKey, B: OrderedKey, C: OrderedKey> StartOf<(A, B, C)> for (A, B) {}
#[diagnostic::do_not_recommend]
impl<A: OrderedKey, B: OrderedKey, C: OrderedKey, D: OrderedKey> StartOf<(A, B, C, D)> for A {}
#[diagnostic::do_not_recommend]
impl<A: OrderedKey, B: OrderedKey, C: OrderedKey, D: OrderedKey> StartOf<(A, B, C, D)> for (A, B) {}
#[diagnostic::do_not_recommend]
impl<A: OrderedKey, B: OrderedKey, C: OrderedKey, D: OrderedKey> StartOf<(A, B, C, D)> for (A, B, C) {}

macro_rules! tuple {
    ($($name:ident)*) => {
        #[allow(non_snake_case)]
        impl<$($name: OrderedKey),*> OrderedKey for ($($name,)*) {
            fn put_ordered(&self, out: &mut Buffer) {
                let ($($name,)*) = self;
                $($name.put_ordered(out);)*
            }
            fn take_ordered(input: &mut Reader<'_>) -> Option<Self> {
                Some(($($name::take_ordered(input)?,)*))
            }
        }
    };
}
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);

/// The stored key.
pub(super) fn ordered_key<K: OrderedKey>(prefix: u8, key: &K) -> Buffer {
    const { assert!(K::MAX < KEY_BYTES_MAX, "keys of this type can be longer than a storage key, 256 bytes") };
    let mut bytes = Buffer::new();
    bytes.push(&[prefix]);
    key.put_ordered(&mut bytes);
    bytes
}

/// The key of a found entry.
fn read_key<K: OrderedKey>(bytes: &[u8]) -> K {
    let mut reader = Reader::new(bytes);
    match K::take_ordered(&mut reader).filter(|_| reader.is_done()) {
        Some(key) => key,
        None => SdkError::CorruptStorage.end(),
    }
}

/// The entry after a key: its key without the prefix and the bytes of its value, both in `found`. Then `after` is its key.
fn advance<'a>(prefix: &Buffer, after: &mut Buffer, found: &'a mut Buffer) -> Option<(&'a [u8], &'a [u8])> {
    let key_len = next(prefix.as_slice(), after.as_slice(), found)?;
    let entry = found.as_slice().get(2..).and_then(|entry| entry.split_at_checked(key_len));
    let parts = entry.and_then(|(key, value)| Some((key, key.split_first()?.1, value)));
    match parts {
        Some((whole, key, value)) => {
            after.clear();
            after.push(whole);
            Some((key, value))
        }
        None => SdkError::CorruptStorage.end(),
    }
}

/// Stored values by key, in the order of the keys.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// const BIDS: OrderedMap<(u64, Address), Amount> = OrderedMap::new(0);
/// // Up to ten bids of auction 7, from the start.
/// let page: List<((u64, Address), Amount), 10> = BIDS.page_within(&7_u64, None);
/// for (_, amount) in BIDS.within(&7_u64) {
///     let _ = amount;
/// }
/// # let _ = page;
/// ```
pub struct OrderedMap<K, V> {
    prefix: u8,
    types: PhantomData<(K, V)>,
}

impl<K: OrderedKey, V: Wire> OrderedMap<K, V> {
    /// What lies there.
    #[doc(hidden)]
    pub const LAYOUT: Layout = layout::of(&[b"OrderedMap", &K::LAYOUT, &V::LAYOUT]);

    /// The map at a prefix. Use [`crate::storage!`], which keeps prefixes apart.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, types: PhantomData }
    }

    /// The value under a key, if it was set.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        read(Place::Lasting, ordered_key(self.prefix, key).as_slice())
    }

    /// Whether there is a value under a key.
    #[must_use]
    pub fn has(&self, key: &K) -> bool {
        has(ordered_key(self.prefix, key).as_slice())
    }

    /// Sets the value under a key.
    pub fn set(&self, key: &K, value: &V) {
        write(Place::Lasting, ordered_key(self.prefix, key).as_slice(), value);
    }

    /// Removes the value under a key.
    pub fn remove(&self, key: &K) {
        remove(Place::Lasting, ordered_key(self.prefix, key).as_slice());
    }

    /// The entry with the smallest key.
    #[must_use]
    pub fn first(&self) -> Option<(K, V)> {
        self.iter().next()
    }

    /// The entry with the smallest key above another.
    #[must_use]
    pub fn next_after(&self, key: &K) -> Option<(K, V)> {
        self.after(key).next()
    }

    /// All entries in order. Every step is a search by the host, paid for by the caller: bound what you walk.
    #[must_use]
    pub fn iter(&self) -> Entries<K, V> {
        let mut prefix = Buffer::new();
        prefix.push(&[self.prefix]);
        Entries { prefix, after: Buffer::new(), types: PhantomData }
    }

    /// The entries above a key, in order.
    #[must_use]
    pub fn after(&self, key: &K) -> Entries<K, V> {
        Entries { after: ordered_key(self.prefix, key), ..self.iter() }
    }

    /// The entries whose keys begin with `start`, in order: of a key `(A, B)`, those with one `A`.
    #[must_use]
    pub fn within<S: StartOf<K>>(&self, start: &S) -> Entries<K, V> {
        Entries { prefix: ordered_key(self.prefix, start), after: Buffer::new(), types: PhantomData }
    }

    /// Up to `N` entries above a key, or the first ones.
    #[must_use]
    pub fn page<const N: usize>(&self, after: Option<&K>) -> List<(K, V), N>
    where
        K: Copy,
        V: Copy,
    {
        collect(after.map_or_else(|| self.iter(), |key| self.after(key)))
    }

    /// Up to `N` entries above a key, or the first ones, of those whose keys begin with `start`.
    #[must_use]
    pub fn page_within<S: StartOf<K>, const N: usize>(&self, start: &S, after: Option<&K>) -> List<(K, V), N>
    where
        K: Copy,
        V: Copy,
    {
        let mut entries = self.within(start);
        if let Some(key) = after {
            entries.after = ordered_key(self.prefix, key);
        }
        collect(entries)
    }
}

fn collect<T: Copy, const N: usize>(entries: impl Iterator<Item = T>) -> List<T, N> {
    let mut page = List::new();
    for entry in entries.take(N) {
        if page.push(entry).is_none() {
            break;
        }
    }
    page
}

/// Entries of an [`OrderedMap`], one after the other. What changes while it runs is seen if it is still ahead.
pub struct Entries<K, V> {
    prefix: Buffer,
    after: Buffer,
    types: PhantomData<(K, V)>,
}

impl<K: OrderedKey, V: Wire> Iterator for Entries<K, V> {
    type Item = (K, V);
    fn next(&mut self) -> Option<(K, V)> {
        const { assert!(K::MAX + V::MAX + 3 <= BUFFER_BYTES, "an entry of these types can be larger than a buffer") };
        let mut found = Buffer::new();
        let (key, value) = advance(&self.prefix, &mut self.after, &mut found)?;
        let (key, value) = (read_key(key), decode(value));
        Some((key, value))
    }
}
