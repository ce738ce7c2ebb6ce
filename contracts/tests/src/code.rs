//! Codes of the SDK that contracts revert with, by their names there.

/// `SdkError::BadInput`.
pub const BAD_INPUT: u32 = 0xFFFF_0001;
/// `SdkError::NotPayable`.
pub const NOT_PAYABLE: u32 = 0xFFFF_0002;
/// `SdkError::NotSelf`.
pub const NOT_SELF: u32 = 0xFFFF_0007;
/// `RolesError::MissingRole`.
pub const MISSING_ROLE: u32 = 0xFFFF_0101;
/// `PauseError::IsPaused`.
pub const IS_PAUSED: u32 = 0xFFFF_0201;
