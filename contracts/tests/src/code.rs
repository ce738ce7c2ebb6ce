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
/// `UpgradeError::NotAnnounced`.
pub const NOT_ANNOUNCED: u32 = 0xFFFF_0301;
/// `UpgradeError::TooEarly`.
pub const UPGRADE_TOO_EARLY: u32 = 0xFFFF_0302;
/// `UpgradeError::Expired`.
pub const UPGRADE_EXPIRED: u32 = 0xFFFF_0303;
/// `UpgradeError::CodeUnknown`.
pub const CODE_UNKNOWN: u32 = 0xFFFF_0304;
/// `UpgradeError::PolicyForbids`.
pub const UPGRADE_FORBIDDEN: u32 = 0xFFFF_0305;
/// `UpgradeError::LayoutDiffers`.
pub const LAYOUT_DIFFERS: u32 = 0xFFFF_0306;
