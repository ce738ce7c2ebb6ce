//! The gas schedule: what instructions and host functions cost. One gas is about half a nanosecond on the
//! reference core. Every number is consensus data; a change raises [`SCHEDULE_VERSION`].

use crate::validate::Effort;
use tacit_types::Gas;

/// Version of all numbers here.
pub const SCHEDULE_VERSION: u32 = 5;

/// Units in a gas. The counter inside a contract counts in units, because the cheapest instructions take a small part of the
/// time that a gas stands for; everywhere else there is only whole gas.
pub const UNITS_PER_GAS: i64 = 1 << UNITS_PER_GAS_LOG2;
/// The same as a power of two.
pub(crate) const UNITS_PER_GAS_LOG2: u32 = 3;
/// Most gas one call can be given; more is cut to it. Its units fit the counter, and twice as many would.
pub(crate) const CALL_GAS_MAX: u64 = 1 << 58;

const _: () = assert!(CALL_GAS_MAX as i64 <= i64::MAX / 2 / UNITS_PER_GAS);
const _: () = assert!(tacit_types::limits::BLOCK_GAS_MAX <= CALL_GAS_MAX);
// The whole of a memory that a contract cannot even have, at the price of growing it.
const _: () = assert!(MEMORY_GROW_PAGE < (1 << 28) / UNITS_PER_GAS as u64);

/// The units that a frame starts with, for gas that is not negative.
pub(crate) const fn units(gas: i64) -> i64 {
    gas.saturating_mul(UNITS_PER_GAS)
}

/// The whole gas in what a frame has left: a part of a gas that was begun is used.
pub(crate) const fn whole(units: i64) -> i64 {
    units >> UNITS_PER_GAS_LOG2
}

/// Any host call.
pub const HOST_CALL: u64 = 120;
/// Copying data over the boundary, before its bytes.
pub const COPY: u64 = 30;
/// Bytes copied over the boundary per gas.
pub const COPY_BYTES_PER_GAS: u64 = 8;
/// Entering a contract, before its code's bytes: its module from the disk, store, instance.
pub const ENTER: u64 = 100_000;
/// Each byte of code on entering a contract, and of both codes on changing one for the other: reading, verifying and loading its
/// machine code from the disk, whether or not it is at hand. What a node remembers must not decide what a call costs.
pub const LOAD_BYTE: u64 = 4;
/// A function counts as so many bytes of code more: short ones take longer to load than their bytes say.
pub const LOAD_BYTES_PER_FUNCTION: u64 = 64;
/// So does a local that meets at a join: its machine code is longer than the code.
pub const LOAD_BYTES_PER_JOIN: u64 = 4;
/// So does a place ([`crate::Effort`]).
pub const LOAD_BYTES_PER_PLACE: u64 = 8;
/// So does an element of the table, which every instance fills anew.
pub const LOAD_BYTES_PER_TABLE_ELEMENT: u64 = 16;
/// Each initial page of memory, which is cleared afterwards.
pub const ENTER_PAGE: u64 = 2_000;
/// A line for the debug trace, before its bytes.
pub const LOG: u64 = 100;
/// Each byte of a line for the debug trace.
pub const LOG_BYTE: u64 = 1;
/// Reading a storage value, before its bytes; also asking whether there is one.
pub const STORAGE_READ: u64 = 60_000;
/// Each byte of a value read.
pub const STORAGE_READ_BYTE: u64 = 6;
/// Writing or removing a storage value, before its bytes.
pub const STORAGE_WRITE: u64 = 65_000;
/// Each byte of key and value written.
pub const STORAGE_WRITE_BYTE: u64 = 31;
/// Each byte of the value that a write replaces or removes: it is read and recorded.
pub const STORAGE_OLD_BYTE: u64 = 20;
/// Looking for the next key of a contract, before its bytes.
pub const STORAGE_NEXT: u64 = 65_000;
/// Reading or setting a value that lasts until the transaction ends.
pub const TRANSIENT: u64 = 1_000;
/// Making a contract, before its `init` runs.
pub const CREATE: u64 = 200_000;
/// Changing a contract's code, before `migrate` runs.
pub const SET_CODE: u64 = 200_000;
/// Reading a balance.
pub const BALANCE: u64 = 60_000;
/// Asking since when a proof is recorded: its record, and its issuer's if it has one.
pub const PROOF_HEIGHT: u64 = 120_000;
/// Moving native money.
pub const TRANSFER: u64 = 130_000;
/// An event, before its bytes.
pub const EVENT: u64 = 3_500;
/// Each byte of topics and data of an event.
pub const EVENT_BYTE: u64 = 13;
/// A BLAKE3 hash, before its bytes.
pub const BLAKE3: u64 = 200;
/// Each byte hashed with BLAKE3.
pub const BLAKE3_BYTE: u64 = 3;
/// A SHA-256 hash, before its bytes.
pub const SHA256: u64 = 160;
/// Each byte hashed with SHA-256.
pub const SHA256_BYTE: u64 = 2;
/// A Keccak-256 hash, before its bytes.
pub const KECCAK256: u64 = 1_000;
/// Each byte hashed with Keccak-256.
pub const KECCAK256_BYTE: u64 = 7;
/// A Poseidon hash, before its elements.
pub const POSEIDON: u64 = 11_000;
/// Each element hashed with Poseidon.
pub const POSEIDON_ELEMENT: u64 = 12_000;
/// Checking an Ed25519 signature, before the message's bytes.
pub const ED25519: u64 = 140_000;
/// Each byte of a message signed with Ed25519.
pub const ED25519_BYTE: u64 = 4;
/// Recovering a secp256k1 key.
pub const SECP256K1_RECOVER: u64 = 560_000;
/// Checking a P-256 signature.
pub const SECP256R1_VERIFY: u64 = 700_000;
/// Adding two points.
pub const BN254_ADD: u64 = 8_500;
/// Multiplying a point.
pub const BN254_MUL: u64 = 1_500_000;
/// A sum of multiples of points, before its terms.
pub const BN254_MSM: u64 = 1_500_000;
/// Each term of a sum of multiples.
pub const BN254_MSM_TERM: u64 = 32_000;
/// A pairing check, before its pairs.
pub const BN254_PAIRING: u64 = 2_400_000;
/// Each pair of a pairing check.
pub const BN254_PAIRING_PAIR: u64 = 300_000;
/// Checking a proof, before its public inputs. Covers preparing a registered key too, whether or not it is at hand: what a
/// node remembers must not decide what a call costs.
pub const GROTH16: u64 = 8_000_000;
/// Each public input of such a proof, and of its key.
pub const GROTH16_INPUT: u64 = 90_000;
/// Checking a proof of one of the chain's own statements, whose keys are always at hand, before its public inputs.
pub const STATEMENT: u64 = 1_900_000;
/// Each public input of such a proof.
pub const STATEMENT_INPUT: u64 = 10_000;
/// Adding or subtracting 256-bit numbers.
pub const U256: u64 = 60;
/// Multiplying 256-bit numbers.
pub const U256_MUL: u64 = 100;
/// Dividing 256-bit numbers.
pub const U256_DIV: u64 = 130;
/// Multiplying and dividing through 512 bits.
pub const U256_MUL_DIV: u64 = 400;
/// A power of a 256-bit number.
pub const U256_POW: u64 = 900;
/// A square root of a 256-bit number.
pub const U256_SQRT: u64 = 500;
/// Each page of memory grown: two changes of its protection, and clearing it afterwards.
pub const MEMORY_GROW_PAGE: u64 = 10_000;
/// Bytes of `memory.copy` and `memory.fill` per unit of gas, as a power of two: 2 bytes a unit, 16 a gas.
pub const BULK_BYTES_PER_UNIT_LOG2: i64 = 1;
/// Of the gas that is left, a callee gets at most all but this share (1/64).
pub const CALLER_KEEPS_DIVISOR: u64 = 64;

const DEPLOY: u64 = 2_000_000;
const DEPLOY_BYTE: u64 = 1_000;
const DEPLOY_FUNCTION: u64 = 20_000;
const DEPLOY_JOIN: u64 = 4_000;
const DEPLOY_PLACE: u64 = 5_000;
/// For each place of a function, each place of the same function.
const DEPLOY_SQUARE: u64 = 3;
const DEPLOY_WAIT: u64 = 40;

/// Gas for deploying code of this length, charged before it is looked at.
#[must_use]
pub const fn deploy_length(code_bytes: usize) -> Gas {
    Gas(DEPLOY.saturating_add((code_bytes as u64).saturating_mul(DEPLOY_BYTE)))
}

/// Gas for deploying code beyond [`deploy_length`]: metering and compiling it. The prices come from the worst shapes of code that were
/// found (ADR 0016).
#[must_use]
pub const fn deploy_shape(functions: u32, joins: u64, effort: &Effort) -> Gas {
    Gas((functions as u64)
        .saturating_mul(DEPLOY_FUNCTION)
        .saturating_add(joins.saturating_mul(DEPLOY_JOIN))
        .saturating_add(effort.places.saturating_mul(DEPLOY_PLACE))
        .saturating_add(effort.squares.saturating_mul(DEPLOY_SQUARE))
        .saturating_add(effort.waits.saturating_mul(DEPLOY_WAIT)))
}

/// Gas for having a module at hand, wherever it has to come from; it is charged as so many bytes.
#[must_use]
pub const fn load(load_bytes: u64) -> u64 {
    load_bytes.saturating_mul(LOAD_BYTE)
}

/// Gas for the memory that an instance begins with.
#[must_use]
pub const fn pages(memory_pages: u64) -> u64 {
    memory_pages.saturating_mul(ENTER_PAGE)
}

/// Gas for entering a contract.
#[must_use]
pub const fn enter(load_bytes: u64, memory_pages: u64) -> u64 {
    ENTER.saturating_add(load(load_bytes)).saturating_add(pages(memory_pages))
}

/// Gas for a Poseidon hash of so many elements.
#[must_use]
pub const fn poseidon(elements: u64) -> u64 {
    POSEIDON.saturating_add(POSEIDON_ELEMENT.saturating_mul(elements))
}

/// Gas for checking a proof under a registered key with so many public inputs.
#[must_use]
pub const fn groth16(inputs: u64) -> u64 {
    GROTH16.saturating_add(GROTH16_INPUT.saturating_mul(inputs))
}

/// Gas for checking a proof of one of the chain's own statements with so many public inputs.
#[must_use]
pub const fn statement(inputs: u64) -> u64 {
    STATEMENT.saturating_add(STATEMENT_INPUT.saturating_mul(inputs))
}

/// Gas for copying `bytes` over the boundary.
#[must_use]
pub const fn copy(bytes: u64) -> u64 {
    COPY.saturating_add(bytes.div_ceil(COPY_BYTES_PER_GAS))
}
