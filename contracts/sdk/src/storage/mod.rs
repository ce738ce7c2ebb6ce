//! Typed storage. A key is one prefix byte that [`crate::storage!`] keeps unique, then the encoded map key.

mod item;
mod map;
mod ordered;
mod queue;
mod set;
mod transient;

pub use item::Item;
pub use map::Map;
pub use ordered::{Entries, OrderedKey, OrderedMap, StartOf};
pub use queue::Queue;
pub use set::Set;
pub use transient::{Transient, TransientMap};

use crate::{BUFFER_BYTES, Buffer, ContractError, Reader, SdkError, Wire, host};

/// Longest key in bytes, its prefix included.
const KEY_BYTES_MAX: usize = 256;

/// Where values lie.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Lasting,
    Transient,
}

/// A key being put together.
pub(crate) fn key<K: Wire>(prefix: u8, key: &K) -> Buffer {
    const { assert!(K::MAX < KEY_BYTES_MAX, "keys of this type can be longer than a storage key, 256 bytes") };
    let mut bytes = Buffer::new();
    bytes.push(&[prefix]);
    key.put(&mut bytes);
    bytes
}

pub(crate) fn read<T: Wire>(place: Place, key: &[u8]) -> Option<T> {
    const { assert!(T::MAX <= BUFFER_BYTES, "values of this type can be larger than a buffer") };
    let mut value = Buffer::new();
    fetch(place, key, &mut value).then(|| decode(value.as_slice()))
}

/// The value in some stored bytes; anything else ends the call.
pub(crate) fn decode<T: Wire>(bytes: &[u8]) -> T {
    match Reader::whole(bytes) {
        Some(value) => value,
        None => SdkError::CorruptStorage.end(),
    }
}

/// Reads the bytes under a key, if there are any; more than a buffer ends the call.
fn fetch(place: Place, key: &[u8], value: &mut Buffer) -> bool {
    let result = value.fill(|out, capacity| {
        let (key, key_len) = (host::pointer(key), host::length(key));
        // SAFETY: the key's range is that of a slice, and the host writes at most `capacity` bytes.
        unsafe {
            match place {
                Place::Lasting => host::storage_get(key, key_len, out, capacity),
                Place::Transient => host::transient_get(key, key_len, out, capacity),
            }
        }
    });
    if result < 0 && result != tacit_abi::NOT_FOUND {
        SdkError::CorruptStorage.end();
    }
    result >= 0
}

pub(crate) fn write<T: Wire>(place: Place, key: &[u8], value: &T) {
    let mut bytes = Buffer::new();
    store(place, key, bytes.encode(value));
}

fn store(place: Place, key: &[u8], value: &[u8]) {
    host::before_write();
    let (key, key_len) = (host::pointer(key), host::length(key));
    let (value, value_len) = (host::pointer(value), host::length(value));
    // SAFETY: both ranges are those of slices.
    let result = unsafe {
        match place {
            Place::Lasting => host::storage_set(key, key_len, value, value_len),
            Place::Transient => host::transient_set(key, key_len, value, value_len),
        }
    };
    if result < 0 {
        SdkError::TransientFull.end();
    }
}

pub(crate) fn has(key: &[u8]) -> bool {
    // SAFETY: the range is that of a slice.
    unsafe { host::storage_has(host::pointer(key), host::length(key)) != 0 }
}

pub(crate) fn remove(place: Place, key: &[u8]) {
    match place {
        // SAFETY: the range is that of a slice. The only result is success.
        Place::Lasting => unsafe {
            host::before_write();
            host::storage_remove(host::pointer(key), host::length(key));
        },
        Place::Transient => store(place, key, &[]),
    }
}

/// The entry after a key among those that start with a prefix: its key and value, one after the other in `found`, and the
/// key's length.
pub(crate) fn next(prefix: &[u8], after: &[u8], found: &mut Buffer) -> Option<usize> {
    // SAFETY: both ranges are those of slices.
    let len = unsafe {
        host::storage_next(host::pointer(prefix), host::length(prefix), host::pointer(after), host::length(after))
    };
    if len < 0 {
        return None;
    }
    let filled = found.fill(|out, capacity| {
        if len > capacity {
            return tacit_abi::BUFFER_TOO_SMALL;
        }
        // SAFETY: the register holds `len` bytes, and there is room for as many.
        unsafe { host::ret_copy(out, 0, len) };
        len
    });
    let key_len = if filled < 0 { None } else { Reader::new(found.as_slice()).array().map(u16::from_le_bytes) };
    match key_len {
        Some(key_len) => Some(usize::from(key_len)),
        None => SdkError::CorruptStorage.end(),
    }
}
