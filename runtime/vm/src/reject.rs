//! Why code is refused and why a call fails. Everything here is a deterministic, numbered verdict that
//! every node reaches; texts are for people and never part of consensus data.

use crate::access::AccessError;
use crate::world::TransferRefused;
use tacit_types::RejectCode;
use thiserror::Error;

/// Why a module may not be deployed. The rules are those of `docs/spec/vm.md`, section "Modules".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodeReject {
    /// The module is too long.
    #[error(
        "the module has {bytes} bytes, at most {} are allowed: build it with opt-level \"z\" and without debug sections",
        crate::limits::CODE_BYTES_MAX
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not a WebAssembly module of version 1, or an invalid one.
    #[error("not a valid WebAssembly module: {0}")]
    Malformed(String),
    /// It uses floating-point types or instructions.
    #[error("the module uses floating point, which contracts may not: {0}")]
    Floats(String),
    /// It uses a part of WebAssembly beyond version 1, sign extension and memory copy/fill.
    #[error("the module needs a WebAssembly proposal that contracts may not use: {0}; build for wasm32v1-none")]
    Proposal(String),
    /// It has a start function.
    #[error("the module has a start section; code runs only through exported functions")]
    StartSection,
    /// An import is not a function.
    #[error("`{module}.{name}` is imported as something other than a function")]
    ImportKind {
        /// Import module.
        module: String,
        /// Import name.
        name: String,
    },
    /// No host function has this name.
    #[error("`{module}.{name}` is not a host function; the host offers module `v1`, see docs/spec/vm.md")]
    ImportUnknown {
        /// Import module.
        module: String,
        /// Import name.
        name: String,
    },
    /// The host function has other parameters or another result.
    #[error("the host function `{name}` is imported with a wrong signature")]
    ImportSignature {
        /// Import name.
        name: String,
    },
    /// The same host function is imported twice.
    #[error("the host function `{name}` is imported twice")]
    ImportTwice {
        /// Import name.
        name: String,
    },
    /// It declares no memory.
    #[error("the module declares no memory; exactly one is needed")]
    NoMemory,
    /// Its memory starts too large.
    #[error("the memory starts with {pages} pages, at most {} are allowed", crate::limits::MEMORY_PAGES_INITIAL_MAX)]
    MemoryTooLarge {
        /// Initial pages.
        pages: u64,
    },
    /// Its table is too large or can grow.
    #[error("the table must have a fixed size of at most {} elements", crate::limits::TABLE_ELEMENTS_MAX)]
    TableShape,
    /// A data or element segment is passive or lies outside what it initialises.
    #[error("a {0} segment is not active at a constant place inside the initial size")]
    Segment(&'static str),
    /// An export's name belongs to the host.
    #[error("the exported name `{0}` is reserved")]
    ExportReserved(String),
    /// An imported function is exported.
    #[error("`{0}` exports an imported function")]
    ExportOfImport(String),
    /// An exported function takes or gives values.
    #[error(
        "the exported function `{0}` must have no parameters and no results; input and output go through host functions"
    )]
    ExportSignature(String),
    /// Something other than a function or the memory is exported.
    #[error("`{0}` exports something other than a function, the memory or a constant global")]
    ExportKind(String),
    /// Too many or too large parts.
    #[error("{actual} {what}, at most {limit} are allowed")]
    Limit {
        /// Of what.
        what: Part,
        /// How many.
        actual: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// Its access section is not well formed.
    #[error("the section `tacit.access` is not well formed: {0}")]
    Access(#[from] AccessError),
    /// Metering would blow the module up.
    #[error(
        "the metered module would have {bytes} bytes, at most {limit} are allowed: the code has too many branches for its length"
    )]
    MeteredTooLong {
        /// Its metered length.
        bytes: usize,
        /// The limit for its own length.
        limit: usize,
    },
}

/// What a [`CodeReject::Limit`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[repr(u16)]
pub enum Part {
    /// Types.
    #[error("types")]
    Types = 100,
    /// Parameters of one function.
    #[error("parameters of one function")]
    Parameters = 101,
    /// Parameters of all functions.
    #[error("parameters of all functions together")]
    ParametersSum = 102,
    /// Imports.
    #[error("imports")]
    Imports = 103,
    /// Functions.
    #[error("functions")]
    Functions = 104,
    /// Bytes of one function body.
    #[error("bytes of one function body")]
    BodyBytes = 105,
    /// Locals of one function.
    #[error("locals of one function")]
    Locals = 106,
    /// Locals of all functions.
    #[error("locals of all functions together")]
    LocalsSum = 107,
    /// Nested blocks.
    #[error("nested blocks")]
    Nesting = 108,
    /// Targets of one `br_table`.
    #[error("targets of one br_table")]
    BrTableTargets = 109,
    /// Targets of all `br_table`s.
    #[error("targets of all br_tables together")]
    BrTableTargetsSum = 110,
    /// Globals.
    #[error("globals")]
    Globals = 111,
    /// Element segments.
    #[error("element segments")]
    ElementSegments = 112,
    /// Data segments.
    #[error("data segments")]
    DataSegments = 113,
    /// Exports.
    #[error("exports")]
    Exports = 114,
    /// Bytes of an export's name.
    #[error("bytes of an export's name")]
    ExportNameBytes = 115,
    /// Bytes of custom sections.
    #[error("bytes of custom sections")]
    CustomBytes = 116,
    /// Locals that meet at the joins of one function.
    #[error("locals set in blocks of one function, counted for each block and each branch to it")]
    Joins = 117,
    /// The same of all functions.
    #[error("locals set in blocks of all functions, counted for each block and each branch to it")]
    JoinsSum = 118,
}

impl CodeReject {
    /// The rule's number. Numbers are never reused.
    #[must_use]
    pub const fn number(&self) -> u16 {
        match self {
            Self::TooLong { .. } => 1,
            Self::Malformed(_) => 2,
            Self::Floats(_) => 3,
            Self::Proposal(_) => 4,
            Self::StartSection => 5,
            Self::ImportKind { .. } => 6,
            Self::ImportUnknown { .. } => 7,
            Self::ImportSignature { .. } => 8,
            Self::ImportTwice { .. } => 9,
            Self::NoMemory => 10,
            Self::MemoryTooLarge { .. } => 11,
            Self::TableShape => 12,
            Self::Segment(_) => 13,
            Self::ExportReserved(_) => 14,
            Self::ExportOfImport(_) => 15,
            Self::ExportSignature(_) => 16,
            Self::ExportKind(_) => 17,
            Self::MeteredTooLong { .. } => 18,
            Self::Access(_) => 19,
            Self::Limit { what, .. } => *what as u16,
        }
    }
}

/// Why a call failed. A failed call leaves nothing behind but the gas it used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VmReject {
    /// No contract lives at the address.
    #[error("no contract lives at this address")]
    ContractUnknown,
    /// The contract's code exports no such function, or the name is `init`, which only instantiation runs.
    #[error("the contract has no callable function of this name")]
    FunctionUnknown,
    /// The input is longer than [`tacit_abi::INPUT_BYTES_MAX`].
    #[error("the input is too long")]
    InputTooLong,
    /// Gas ran out.
    #[error("the gas limit was used up")]
    OutOfGas,
    /// The stack-unit budget ran out.
    #[error("the contract used up its stack: recursion is too deep")]
    StackExhausted,
    /// The code did what WebAssembly or the host interface forbids.
    #[error("the contract trapped: {0}")]
    Trapped(Trap),
    /// The contract reported a panic; its text is in the debug trace.
    #[error("the contract panicked; a simulation shows message and place")]
    Panicked,
    /// The contract gave up by itself.
    #[error("the contract reverted with its own code {code}")]
    Reverted {
        /// Its code.
        code: u32,
        /// Its data.
        data: Vec<u8>,
    },
    /// The contract is on the call stack.
    #[error("the contract is already on the call stack")]
    ReentryDenied,
    /// The contract is paused.
    #[error("the contract is paused")]
    Paused,
    /// The money for a call is not there.
    #[error("the caller's balance does not cover the money of a call")]
    InsufficientBalance,
    /// The money for a call cannot be taken.
    #[error("the called contract's balance cannot take the money of a call")]
    RecipientRefused,
    /// No code with the hash is deployed.
    #[error("no code with this hash is deployed")]
    CodeUnknown,
    /// A contract lives at the address.
    #[error("a contract lives at this address already")]
    ContractExists,
    /// Calls are nested too deeply, or there were too many.
    #[error("calls are nested more deeply than allowed")]
    DepthExceeded,
    /// The call emits more than a receipt holds.
    #[error("the call emits too many events")]
    TooManyEvents,
    /// A host function panicked, here or in a contract further down. The same on every node, because only input drives it. It
    /// ends the outermost call, whatever stands between.
    #[error("a host function failed; this is a defect of the node, please report it")]
    HostInternal,
}

/// What a frame did that it must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[repr(u16)]
pub enum Trap {
    /// `unreachable` was executed.
    #[error("unreachable code was reached")]
    Unreachable = 1,
    /// A load or store outside the memory.
    #[error("memory access out of bounds")]
    MemoryOutOfBounds = 2,
    /// A table index outside the table.
    #[error("table access out of bounds")]
    TableOutOfBounds = 3,
    /// An indirect call through an empty table element.
    #[error("indirect call to an empty table element")]
    IndirectCallToNull = 4,
    /// An indirect call with another signature.
    #[error("indirect call with a wrong signature")]
    BadSignature = 5,
    /// A signed division overflowed.
    #[error("integer overflow in a division")]
    IntegerOverflow = 6,
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero = 7,
    /// A pointer or range handed to a host function lies outside the memory or the register it names.
    #[error("a range given to a host function is out of bounds")]
    HostRange = 8,
    /// A length or count handed to a host function is above its limit.
    #[error("a length given to a host function is above its limit")]
    HostLimit = 9,
    /// A static frame tried to change something.
    #[error("a static call tried to change state")]
    StaticWrite = 10,
}

impl From<TransferRefused> for VmReject {
    /// Why a call with money that did not move fails.
    fn from(refused: TransferRefused) -> Self {
        match refused {
            TransferRefused::InsufficientBalance => Self::InsufficientBalance,
            TransferRefused::Recipient => Self::RecipientRefused,
        }
    }
}

impl VmReject {
    /// The number that goes into a receipt.
    #[must_use]
    pub const fn reject_code(&self) -> RejectCode {
        match self {
            Self::ContractUnknown => RejectCode::ContractUnknown,
            Self::FunctionUnknown => RejectCode::FunctionUnknown,
            Self::OutOfGas => RejectCode::OutOfGas,
            Self::Reverted { .. } => RejectCode::ContractReverted,
            Self::ReentryDenied => RejectCode::Reentrancy,
            Self::Paused => RejectCode::ContractPaused,
            Self::InsufficientBalance => RejectCode::InsufficientBalance,
            Self::RecipientRefused => RejectCode::AmountOverflow,
            Self::CodeUnknown => RejectCode::CodeUnknown,
            Self::ContractExists => RejectCode::ContractExists,
            Self::DepthExceeded => RejectCode::CallDepth,
            Self::TooManyEvents => RejectCode::TooManyEvents,
            Self::InputTooLong | Self::StackExhausted | Self::Trapped(_) | Self::Panicked => {
                RejectCode::ContractTrapped
            }
            Self::HostInternal => RejectCode::HostFailed,
        }
    }
}
