//! Exported functions: the way from the call's input to a function's arguments and back.
//!
//! An export takes no wasm parameters. Its input is the encoding of its arguments one after the other, its
//! output the encoding of what it returns; an error reverts with the error's code.

use crate::{BUFFER_BYTES, Buffer, ContractError, Reader, SdkError, Wire, env, host};

/// A call's input.
pub struct Input {
    bytes: [u8; BUFFER_BYTES],
    len: usize,
}

impl Input {
    /// Reads the call's input. Money sent to a function that takes none ends the call.
    #[must_use]
    pub fn read(is_payable: bool) -> Self {
        if !is_payable && env::value().0 != 0 {
            env::revert(SdkError::NotPayable.code(), &[]);
        }
        // SAFETY: takes no pointer.
        let len = unsafe { host::input_len() };
        let mut input = Self { bytes: [0; BUFFER_BYTES], len: 0 };
        input.len = usize::try_from(len).unwrap_or(usize::MAX);
        if input.len > BUFFER_BYTES {
            env::revert(SdkError::BadInput.code(), &[]);
        }
        // SAFETY: `len` is at most the length of the array.
        unsafe { host::input_copy(host::pointer_mut(&mut input.bytes), 0, len) };
        input
    }

    /// Decodes the arguments; anything but exactly their encoding ends the call.
    #[must_use]
    pub fn decode<T: Wire>(&self) -> T {
        const { assert!(T::MAX <= BUFFER_BYTES, "the arguments can be larger than a buffer") };
        match self.bytes.get(..self.len).and_then(Reader::whole) {
            Some(arguments) => arguments,
            None => env::revert(SdkError::BadInput.code(), &[]),
        }
    }
}

/// Hands a function's result to the host.
pub fn finish<T: Wire, E: ContractError>(result: Result<T, E>) {
    match result {
        Ok(value) => {
            let output = Buffer::of(&value);
            if !output.as_slice().is_empty() {
                // SAFETY: pointer and length are those of one slice.
                unsafe { host::return_data(host::pointer(output.as_slice()), host::length(output.as_slice())) };
            }
        }
        Err(error) => env::revert(error.code(), &[]),
    }
}

/// Exports functions. `payable fn` may be sent money; a plain `fn` refuses it. `init` runs once, when the
/// contract is made. Every function returns a `Result`; up to four arguments.
///
/// ```
/// tacit_sdk::exports! {
///     fn double(number: u64) -> Result<u64, tacit_sdk::Infallible> {
///         Ok(number * 2)
///     }
/// }
/// ```
#[macro_export]
macro_rules! exports {
    () => {};
    ($(#[$meta:meta])* payable fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty $body:block $($rest:tt)*) => {
        $crate::exports!(@one [$(#[$meta])*] true $name($($argument: $type),*) -> $result $body);
        $crate::exports!($($rest)*);
    };
    ($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $result:ty $body:block $($rest:tt)*) => {
        $crate::exports!(@one [$(#[$meta])*] false $name($($argument: $type),*) -> $result $body);
        $crate::exports!($($rest)*);
    };
    (@one [$(#[$meta:meta])*] $payable:literal $name:ident() -> $result:ty $body:block) => {
        $(#[$meta])*
        #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
        pub extern "C" fn $name() {
            fn body() -> $result $body
            let () = $crate::Input::read($payable).decode();
            $crate::finish(body());
        }
    };
    (@one [$(#[$meta:meta])*] $payable:literal $name:ident($($argument:ident: $type:ty),+) -> $result:ty $body:block) => {
        $(#[$meta])*
        #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
        pub extern "C" fn $name() {
            fn body($($argument: $type),+) -> $result $body
            let ($($argument,)+): ($($type,)+) = $crate::Input::read($payable).decode();
            $crate::finish(body($($argument),+));
        }
    };
}
