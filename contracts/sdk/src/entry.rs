//! The way from the call's input to a function's arguments and back. The macros use it, contracts do not.
//!
//! An export takes no wasm parameters. Its input is the encoding of its arguments one after the other, its
//! output the encoding of what it returns; an error reverts with the error's code.

use crate::{Amount, Buffer, ContractError, Reader, SdkError, Wire, env, host};

/// A call's input.
pub struct Input(Buffer);

/// The arguments that have not been read yet.
pub struct Arguments<'a>(Reader<'a>);

impl Input {
    /// Room for the input.
    #[must_use]
    #[inline(always)]
    pub const fn new() -> Self {
        Self(Buffer::new())
    }

    /// Reads the call's input. Money sent to a function that takes none ends the call; a view cannot write from here on.
    pub fn open(&mut self, is_payable: bool, is_view: bool) -> Arguments<'_> {
        if !is_payable && env::value() != Amount::ZERO {
            SdkError::NotPayable.end();
        }
        if is_view {
            host::forbid_writes();
        }
        // SAFETY: takes no pointer.
        let len = unsafe { host::input_len() };
        self.0.fill(|out, capacity| {
            if len > capacity {
                SdkError::BadInput.end();
            }
            // SAFETY: the host writes `len` bytes, and there is room for as many.
            unsafe { host::input_copy(out, 0, len) };
            len
        });
        Arguments(Reader::new(self.0.as_slice()))
    }
}

impl Default for Input {
    fn default() -> Self {
        Self::new()
    }
}

impl Arguments<'_> {
    /// The next argument; anything but its encoding ends the call.
    pub fn argument<T: Wire>(&mut self) -> T {
        match T::take(&mut self.0) {
            Some(argument) => argument,
            None => SdkError::BadInput.end(),
        }
    }

    /// Ends the call if there is more input than arguments.
    pub fn finish(self) {
        if !self.0.is_done() {
            SdkError::BadInput.end();
        }
    }
}

/// Hands what a function returned to the host.
pub fn finish<T: Wire>(value: T) {
    let mut output = Buffer::new();
    let bytes = output.encode(&value);
    if !bytes.is_empty() {
        // SAFETY: pointer and length are those of one slice.
        unsafe { host::return_data(host::pointer(bytes), host::length(bytes)) };
    }
}

/// Hands what a function that can fail returned to the host.
pub fn finish_result<T: Wire, E: ContractError>(result: Result<T, E>) {
    match result {
        Ok(value) => finish(value),
        Err(error) => env::revert(error.code(), &[]),
    }
}

/// Ends the call unless the contract called itself.
pub fn require_self() {
    if env::caller() != env::self_address() {
        SdkError::NotSelf.end();
    }
}
