//! Typed storage. A key is one prefix byte that [`crate::storage!`] keeps unique, then the encoded map key.

use crate::{BUFFER_BYTES, Buffer, ContractError, Reader, SdkError, Wire, env, host};
use core::marker::PhantomData;

/// One stored value.
pub struct Item<T> {
    prefix: u8,
    value: PhantomData<T>,
}

/// Stored values by key.
pub struct Map<K, V> {
    prefix: u8,
    types: PhantomData<(K, V)>,
}

impl<T: Wire> Item<T> {
    /// The item at a prefix. Use [`crate::storage!`], which keeps prefixes apart.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, value: PhantomData }
    }

    /// The value, if it was set.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        read(&[self.prefix])
    }

    /// Sets the value.
    pub fn set(&self, value: &T) {
        write(&[self.prefix], Buffer::of(value).as_slice());
    }

    /// Removes the value.
    pub fn remove(&self) {
        remove(&[self.prefix]);
    }
}

impl<K: Wire, V: Wire> Map<K, V> {
    /// The map at a prefix. Use [`crate::storage!`], which keeps prefixes apart.
    #[must_use]
    pub const fn new(prefix: u8) -> Self {
        Self { prefix, types: PhantomData }
    }

    /// The value under a key, if it was set.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V> {
        read(self.key(key).as_slice())
    }

    /// Sets the value under a key.
    pub fn set(&self, key: &K, value: &V) {
        write(self.key(key).as_slice(), Buffer::of(value).as_slice());
    }

    /// Removes the value under a key.
    pub fn remove(&self, key: &K) {
        remove(self.key(key).as_slice());
    }

    fn key(&self, key: &K) -> Buffer {
        const { assert!(K::MAX < BUFFER_BYTES, "keys of this type can be larger than a buffer") };
        let mut bytes = Buffer::new();
        bytes.push(&[self.prefix]);
        key.put(&mut bytes);
        bytes
    }
}

fn read<T: Wire>(key: &[u8]) -> Option<T> {
    const { assert!(T::MAX <= BUFFER_BYTES, "values of this type can be larger than a buffer") };
    let mut bytes = [0; BUFFER_BYTES];
    let capacity = host::length(&bytes);
    // SAFETY: both ranges are those of slices, and nothing else refers to the one that is written.
    let len =
        unsafe { host::storage_get(host::pointer(key), host::length(key), host::pointer_mut(&mut bytes), capacity) };
    if len == tacit_abi::NOT_FOUND {
        return None;
    }
    let value = usize::try_from(len).ok().and_then(|len| bytes.get(..len)).and_then(Reader::whole);
    match value {
        Some(value) => Some(value),
        None => env::revert(SdkError::CorruptStorage.code(), &[]),
    }
}

fn write(key: &[u8], value: &[u8]) {
    // SAFETY: both ranges are those of slices. The only result is success.
    unsafe { host::storage_set(host::pointer(key), host::length(key), host::pointer(value), host::length(value)) };
}

fn remove(key: &[u8]) {
    // SAFETY: the range is that of a slice. The only result is success.
    unsafe { host::storage_remove(host::pointer(key), host::length(key)) };
}

/// Declares a contract's storage. Two entries with the same prefix do not compile.
///
/// ```
/// use tacit_sdk::{Address, Amount, Item, Map};
/// tacit_sdk::storage! {
///     SUPPLY: Item<Amount> = 0;
///     BALANCES: Map<Address, Amount> = 1;
/// }
/// ```
///
/// ```compile_fail
/// use tacit_sdk::{Amount, Item};
/// tacit_sdk::storage! {
///     ONE: Item<Amount> = 0;
///     OTHER: Item<Amount> = 0;
/// }
/// ```
#[macro_export]
macro_rules! storage {
    ($($(#[$meta:meta])* $name:ident: $kind:ident<$($type:ty),*> = $prefix:literal;)*) => {
        $($(#[$meta])* const $name: $crate::$kind<$($type),*> = $crate::$kind::new($prefix);)*

        #[allow(dead_code, non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum StoragePrefixes {
            $($name = $prefix),*
        }
    };
}
