//! Every limit on a module and on a running call, in one place, each with its unit. All of them are
//! consensus data: two nodes with different limits disagree about which code may be deployed.

/// Longest module in bytes.
pub const CODE_BYTES_MAX: usize = tacit_types::limits::CODE_BYTES_MAX;
/// Most types.
pub const TYPES_MAX: u32 = 1_024;
/// Most parameters of one function type.
pub const PARAMETERS_MAX: usize = 24;
/// Most parameters summed over all functions. Bounds the native code that a small module can blow up to.
pub const PARAMETERS_SUM_MAX: usize = 10_000;
/// Most imports.
pub const IMPORTS_MAX: u32 = 64;
/// Most functions defined in the module.
pub const FUNCTIONS_MAX: u32 = 4_096;
/// Longest function body in bytes. Also bounds the gas that runs between two checks.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Most declared locals of one function.
pub const LOCALS_MAX: u32 = 512;
/// Most declared locals summed over all functions; never more than half of the code's bytes.
pub const LOCALS_SUM_MAX: usize = 32 * 1024;
/// Deepest nesting of blocks in a function.
pub const NESTING_MAX: u32 = 256;
/// Most targets of one `br_table`.
pub const BR_TABLE_TARGETS_MAX: u32 = 1_024;
/// Most `br_table` targets summed over the module.
pub const BR_TABLE_TARGETS_SUM_MAX: u32 = 16_384;
/// Most locals that meet at the joins of one function (`validate/joins.rs`); the standard contracts have at most 3,800 in all
/// functions. The compiler's time grows faster than in proportion to them.
pub const JOINS_MAX: u64 = 8_192;
/// Most of them in all functions together: about a quarter of a second of compiling.
pub const JOINS_SUM_MAX: u64 = 65_536;
/// Most globals.
pub const GLOBALS_MAX: u32 = 64;
/// Most elements of the one table; its size is fixed.
pub const TABLE_ELEMENTS_MAX: u64 = 4_096;
/// Most element segments.
pub const ELEMENT_SEGMENTS_MAX: u32 = 64;
/// Most data segments.
pub const DATA_SEGMENTS_MAX: u32 = 256;
/// Largest initial memory in pages of 64 KiB.
pub const MEMORY_PAGES_INITIAL_MAX: u64 = 8;
/// Largest memory in pages of 64 KiB; growing past it gives -1 on every engine. Half of one core's second cache, so that the
/// rest of the call finds room beside it: a load that misses the caches takes fifty times as long as its price says
/// (docs/adr/0012-parts-of-a-gas.md).
pub const MEMORY_PAGES_MAX: u64 = 8;
/// Bytes of a page.
pub const PAGE_BYTES: usize = 64 * 1024;
/// Largest memory in bytes.
pub const MEMORY_BYTES_MAX: usize = 8 * PAGE_BYTES;
/// Most exports.
pub const EXPORTS_MAX: u32 = 128;
/// Longest name of an export in bytes.
pub const EXPORT_NAME_BYTES_MAX: usize = tacit_abi::FUNCTION_NAME_BYTES_MAX as usize;
/// Most bytes of custom sections, with their names; they are stored, but never reach the engine.
pub const CUSTOM_BYTES_MAX: usize = 64 * 1024;
/// Names starting so belong to the host and to toolchains.
pub const RESERVED_PREFIX: &str = "__";
/// Longest instrumented module, as a multiple of the module's own length beyond [`INSTRUMENTED_BYTES_FREE`].
pub const INSTRUMENTED_RATIO_MAX: usize = 3;
/// Instrumented bytes that any module may have.
pub const INSTRUMENTED_BYTES_FREE: usize = 16 * 1024;

/// Most contracts on the call stack at once.
pub const CALL_DEPTH_MAX: usize = tacit_abi::CALL_DEPTH_MAX;
/// Most frames of one call, counting all that have ended.
pub const FRAMES_MAX: u64 = 256;
/// Most contracts that one call makes.
pub const CREATES_MAX: u64 = 16;
/// Most calls that one call defers.
pub const DEFERRED_CALLS_MAX: u32 = tacit_abi::DEFERRED_CALLS_MAX;
/// Most events of one call.
pub const EVENTS_MAX: u64 = 256;
/// Most bytes of topics and data of all events of one call.
pub const EVENT_BYTES_MAX: u64 = 64 * 1024;
/// Of frames, contracts made, events and their bytes, a callee gets what its caller has left but one part of so many, as of the
/// gas: a callee that succeeds would otherwise end the caller that goes on, or the calls that it still has to make.
pub const CALLER_KEEPS_DIVISOR: u64 = 4;
/// Stack units shared by all frames of one call; `docs/spec/gas.md` defines the unit.
pub const STACK_UNITS_MAX: i32 = 65_536;

const _: () = assert!(MEMORY_PAGES_INITIAL_MAX <= MEMORY_PAGES_MAX);
const _: () = assert!(MEMORY_BYTES_MAX as u64 == MEMORY_PAGES_MAX * PAGE_BYTES as u64);
