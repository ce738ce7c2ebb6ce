//! Errors with codes. A contract's own codes are chosen in [`crate::errors!`]; the SDK's lie above 0xFFFF0000.

/// An error that can end a call.
pub trait ContractError {
    /// The code a caller and the receipt see.
    fn code(&self) -> u32;
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

/// Declares a contract's errors with their codes; two errors cannot share one.
///
/// ```
/// tacit_sdk::errors! {
///     /// Why a call fails.
///     pub enum Error {
///         /// There is not enough of it.
///         Insufficient = 1,
///     }
/// }
/// ```
#[macro_export]
macro_rules! errors {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum $name {
            $($(#[$doc])* $variant = $code),*
        }

        impl $crate::ContractError for $name {
            #[allow(clippy::as_conversions)]
            fn code(&self) -> u32 {
                *self as u32
            }
        }
    };
}
