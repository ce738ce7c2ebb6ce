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
/// Bytes that are not the encoding of what they should be: a point off its curve, a number out of range.
pub const INVALID_INPUT: i32 = -12;
/// No verifying key is registered under the id.
pub const KEY_UNKNOWN: i32 = -13;
/// The result does not fit.
pub const OVERFLOW: i32 = -14;
/// The divisor is zero.
pub const DIVISION_BY_ZERO: i32 = -15;
/// No code with the hash is deployed.
pub const CODE_UNKNOWN: i32 = -16;
/// A contract lives at the address already.
pub const CONTRACT_EXISTS: i32 = -17;
/// The contract's upgrade policy forbids it.
pub const POLICY_FORBIDS: i32 = -18;
/// The contract is paused.
pub const CONTRACT_PAUSED: i32 = -19;
/// A limit on how many there may be is reached.
pub const TOO_MANY: i32 = -20;
/// The new code's storage layout does not follow the old code's.
pub const LAYOUT_DIFFERS: i32 = -21;
/// A caller that goes on when this contract fails did not let it leave a call behind that fails later.
pub const DEFER_DENIED: i32 = -22;

/// Flag of a call: while the callee runs, this contract may be entered again through exports that allow it.
pub const CALL_ALLOW_REENTRY: i32 = 1;
/// Flag of a call: while the callee runs, this contract may be viewed through exports that allow it.
pub const CALL_ALLOW_VIEW: i32 = 2;
/// Flag of a call: the callee, and whatever it calls, may defer calls although this contract goes on if the callee fails.
/// A deferred call that fails undoes this contract's work too. Only `try_call` needs it.
pub const CALL_ALLOW_DEFER: i32 = 4;
