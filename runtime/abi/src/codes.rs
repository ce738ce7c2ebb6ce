//! Result codes of host functions. Zero and positive results are success (often a length), negative ones
//! are failures that a correct contract can meet. Mistakes that a correct contract cannot make, such as a
//! pointer outside its memory, trap the frame instead and have no code.

/// Done.
pub const OK: i32 = 0;
/// Nothing is stored under the key.
pub const NOT_FOUND: i32 = -1;
/// The output buffer is too small: nothing was written to it; the whole result waits in the return register.
pub const BUFFER_TOO_SMALL: i32 = -2;
/// The sending balance does not cover the amount.
pub const INSUFFICIENT_BALANCE: i32 = -3;
/// The receiving balance cannot take the amount.
pub const RECIPIENT_REFUSED: i32 = -4;
/// No contract lives at the address.
pub const CONTRACT_UNKNOWN: i32 = -5;
/// The contract exports no callable function of that name.
pub const FUNCTION_UNKNOWN: i32 = -6;
/// The contract is on the call stack already.
pub const REENTRY_DENIED: i32 = -7;
/// Calls are nested as deeply as allowed.
pub const DEPTH_EXCEEDED: i32 = -8;
/// The callee reverted; its data is in the return register, led by its 4-byte little-endian code.
pub const CALLEE_REVERTED: i32 = -9;
/// The callee used up the gas it was given.
pub const CALLEE_OUT_OF_GAS: i32 = -10;
/// The callee trapped or panicked.
pub const CALLEE_FAILED: i32 = -11;
