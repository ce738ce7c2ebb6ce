//! Sizes that both sides of the boundary know. All are consensus data.

/// Bytes of an address.
pub const ADDRESS_BYTES: u32 = 32;
/// Bytes of an amount: an unsigned 128-bit little-endian number of base units.
pub const AMOUNT_BYTES: u32 = 16;
/// Bytes of a hash.
pub const HASH_BYTES: u32 = 32;
/// Bytes of one event topic.
pub const TOPIC_BYTES: u32 = 32;
/// Most topics of one event.
pub const EVENT_TOPICS_MAX: u32 = 4;
/// Longest data of one event in bytes.
pub const EVENT_DATA_BYTES_MAX: u32 = 16 * 1024;
/// Longest storage key in bytes; the shortest is one byte.
pub const STORAGE_KEY_BYTES_MAX: u32 = 256;
/// Longest storage value in bytes.
pub const STORAGE_VALUE_BYTES_MAX: u32 = 64 * 1024;
/// Longest input of a call in bytes.
pub const INPUT_BYTES_MAX: u32 = 64 * 1024;
/// Longest output or revert data of a call in bytes.
pub const OUTPUT_BYTES_MAX: u32 = 64 * 1024;
/// Longest exported function name in bytes.
pub const FUNCTION_NAME_BYTES_MAX: u32 = 64;
/// Longest message and longest file name of a panic in bytes; longer ones are cut.
pub const PANIC_TEXT_BYTES_MAX: u32 = 1024;
/// Longest encoded statement of a proof in bytes.
pub const PROOF_STATEMENT_BYTES_MAX: u32 = 512;
/// Most contracts on the call stack at once.
pub const CALL_DEPTH_MAX: usize = 16;
/// The export that runs once, when the contract is made, and never again.
pub const INIT_FUNCTION: &str = "init";
/// The export that runs once after code has changed.
pub const MIGRATE_FUNCTION: &str = "migrate";
/// Most field elements of one Poseidon hash.
pub const POSEIDON_ELEMENTS_MAX: u32 = 12;
/// Most terms of one sum of multiples.
pub const MSM_TERMS_MAX: u32 = 64;
/// Most pairs of one pairing check.
pub const PAIRING_PAIRS_MAX: u32 = 16;
/// Most public inputs of a Groth16 proof.
pub const GROTH16_INPUTS_MAX: u32 = 32;
/// Longest message of a signature check in bytes, and longest data of a hash.
pub const HASH_DATA_BYTES_MAX: u32 = 1024 * 1024;
/// Longest line of the debug trace in bytes; longer ones are cut.
pub const LOG_BYTES_MAX: u32 = 1024;
/// Most deferred calls of one transaction.
pub const DEFERRED_CALLS_MAX: u32 = 16;
/// Most bytes of keys and values that a transaction's contracts keep until it ends.
pub const TRANSIENT_BYTES_MAX: u32 = 256 * 1024;
/// Longest encoded upgrade policy in bytes: two tags, three addresses, two numbers, with room.
pub const POLICY_BYTES_MAX: u32 = 256;
/// Between two pauses a contract runs for one part of so many of the longest time that the pause could last, rounded up: whoever
/// pauses must not be able to stop a contract for good. The chain's own pauses keep it, and those of the SDK.
pub const PAUSE_REST_PARTS: u64 = 7;
/// The custom section in which code says which exports may be entered while its contract runs, to which lock group it
/// belongs, and how its storage is laid out: records of a kind byte, a length byte and as many bytes.
pub const ACCESS_SECTION: &str = "tacit.access";
/// Record: the name of an export that may be entered again.
pub const ACCESS_REENTRANT: u8 = 1;
/// Record: the id (32 bytes) of the lock group.
pub const ACCESS_LOCK_GROUP: u8 = 2;
/// Record: layout version (4 bytes), the version that `migrate` takes over from (4 bytes), both little-endian, and the
/// hash of the layout (32 bytes).
pub const ACCESS_LAYOUT: u8 = 3;
/// The custom section in which code describes itself to tools, one JSON object a line. The chain does not read it.
pub const SPEC_SECTION: &str = "tacit.spec";
