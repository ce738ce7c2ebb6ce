//! Every limit on what comes from outside, in one place. A limit is applied before anything is allocated.

/// Longest transaction in bytes (640 KiB).
pub const TX_BYTES_MAX: usize = 640 * 1024;
/// Most actions in one transaction.
pub const ACTIONS_MAX: usize = 64;
/// Most proofs in one transaction.
pub const TX_PROOFS_MAX: usize = 16;
/// Most keys in a multisig policy.
pub const MULTISIG_KEYS_MAX: usize = 16;
/// Most join-splits in one transaction: each takes a proof.
pub const JOIN_SPLITS_MAX: usize = TX_PROOFS_MAX;
/// Most signatures that one transaction carries.
pub const SIGNATURES_MAX: usize = MULTISIG_KEYS_MAX;
/// Largest wasm module in bytes (512 KiB).
pub const CODE_BYTES_MAX: usize = 512 * 1024;
/// Longest call input in bytes.
pub const CALL_INPUT_BYTES_MAX: usize = 64 * 1024;
/// Longest function, purpose or scope name in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Most members added to a group by one action.
pub const GROUP_MEMBERS_MAX: usize = 256;
/// Most credentials issued by one action.
pub const CREDENTIALS_MAX: usize = 256;
/// Most choices of a poll.
pub const POLL_OPTIONS_MAX: u8 = 32;
/// A poll stays open for at most this many heights.
pub const POLL_HEIGHTS_MAX: u64 = 10_000_000;
/// Most digits after the point of an asset.
pub const ASSET_DECIMALS_MAX: u8 = 38;
/// A root of the note tree may be named as an anchor for this many heights after the last at whose end it was current.
pub const ANCHOR_HEIGHTS: u64 = 20_000;
/// The guardian may stop the shielded pool for at most this many heights at a time.
pub const POOL_PAUSE_HEIGHTS_MAX: u64 = 100_000;
/// Most verifying keys that genesis pins.
pub const VERIFYING_KEYS_MAX: usize = 16;
/// A transaction may be valid for at most this many heights after the one it is checked at.
pub const EXPIRY_HEIGHTS_MAX: u64 = 100_000;

/// Longest block in bytes, header and commit certificate included (2 MiB).
pub const BLOCK_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most transactions in one block.
pub const BLOCK_TXS_MAX: usize = 5_000;
/// Most gas that the transactions of one block may ask for, together.
pub const BLOCK_GAS_MAX: u64 = 600_000_000;
/// The lowest base fee floor of a chain called production, in base units per gas: 10^9. At one base unit, the price of filling every
/// block and keeping for ever what they write would be nothing.
pub const PRODUCTION_BASE_FEE_FLOOR_MIN: u64 = 1_000_000_000;
/// Most proofs in one block.
pub const BLOCK_PROOFS_MAX: usize = 512;

/// Longest pause of a contract in milliseconds: thirty days.
pub const CONTRACT_PAUSE_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;
/// How long announced code may be changed to after it is ready, in milliseconds: thirty days. Nobody can keep a change in store
/// until its users have forgotten it.
pub const CODE_ANNOUNCED_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;
/// Longest input of `migrate`, in bytes, that is announced with the code and kept until the contract changes.
pub const MIGRATE_INPUT_BYTES_MAX: usize = 1_024;
/// Longest verifying key in bytes: version, count, 4 + 32 + 1 points.
pub const VERIFYING_KEY_BYTES_MAX: usize = 2 + 64 + 3 * 128 + 33 * 64;

/// Most validators in a set.
pub const VALIDATORS_MAX: usize = 128;
/// Largest total voting power: products with 3 must stay inside `u64` in every threshold test.
pub const TOTAL_POWER_MAX: u64 = 1 << 60;

/// Most topics on a contract event.
pub const EVENT_TOPICS_MAX: usize = 4;
/// Longest data of a contract event in bytes.
pub const EVENT_DATA_BYTES_MAX: usize = 16 * 1024;
/// Most events in one receipt.
pub const RECEIPT_EVENTS_MAX: usize = 1_024;
/// Most bytes of topics and data of all contract events in one receipt (256 KiB).
pub const RECEIPT_EVENT_BYTES_MAX: usize = 256 * 1024;
/// Longest output of a call that is kept in the receipt, in bytes.
pub const RECEIPT_OUTPUT_BYTES_MAX: usize = 4 * 1024;

/// How far a live proposal's time may lie ahead of the local clock, in milliseconds.
pub const CLOCK_DRIFT_MS_MAX: u64 = 500;

/// Numbers that JSON carries as numbers stay below this (2^53).
pub const JSON_INTEGER_MAX: u64 = 1 << 53;

const _: () = assert!(CODE_BYTES_MAX < TX_BYTES_MAX);
const _: () = assert!(TX_BYTES_MAX < BLOCK_BYTES_MAX);
const _: () = assert!(TOTAL_POWER_MAX.checked_mul(3).is_some());
