//! Errors with codes. A contract's own codes are chosen with `#[error]`; the SDK's lie above 0xFFFF0000.

use crate::env;

/// An error that can end a call. `#[error]` makes enums that are.
///
/// ```
/// use tacit_sdk::prelude::*;
///
/// /// Why a call fails.
/// #[error]
/// pub enum Error {
///     /// There is none left.
///     SoldOut = 1,
/// }
/// assert_eq!(Error::SoldOut.code(), 1);
/// ```
pub trait ContractError {
    /// The code a caller and the receipt see.
    fn code(&self) -> u32;

    /// Ends the call with this error, undoing everything it did.
    fn end(&self) -> ! {
        env::revert(self.code(), &[])
    }
}

/// What the SDK itself refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum SdkError {
    /// The input is not the encoding of the function's arguments.
    BadInput = 0xFFFF_0001,
    /// Money was sent to a function that takes none.
    NotPayable = 0xFFFF_0002,
    /// A stored value is not of the type the contract expects; its code was changed without a migration.
    CorruptStorage = 0xFFFF_0003,
    /// A callee's output is not of the type the contract expects.
    BadOutput = 0xFFFF_0004,
    /// A view of another contract failed.
    ViewFailed = 0xFFFF_0005,
    /// A view tried to change something.
    ViewWrites = 0xFFFF_0006,
    /// Only the contract itself may call the function.
    NotSelf = 0xFFFF_0007,
    /// The function, or one that excludes it, is running already.
    Reentered = 0xFFFF_0008,
    /// The transaction's contracts keep more until it ends than is allowed.
    TransientFull = 0xFFFF_0009,
}

impl ContractError for SdkError {
    #[allow(clippy::as_conversions)] // The discriminant is the code.
    fn code(&self) -> u32 {
        *self as u32
    }
}

/// The error of functions that cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Infallible {}

impl ContractError for Infallible {
    fn code(&self) -> u32 {
        match *self {}
    }
}
