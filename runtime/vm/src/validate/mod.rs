//! The deploy check: may this code live on the chain? Bytes come in, a [`ModuleInfo`] or a numbered
//! [`CodeReject`] goes out; nothing is compiled. Our own limits are checked section by section before
//! `wasmparser` validates that section, so that no section can make the validator work beyond them.

mod effort;
mod functions;
mod imports;
mod joins;
mod sections;

pub use effort::Effort;

use crate::access::Access;
use crate::limits;
use crate::meter::MeterError;
use crate::reject::{CodeReject, Part};
use wasmparser::{BinaryReaderError, Parser, Payload, ValidPayload, Validator, WasmFeatures};

/// What contracts may use of WebAssembly; everything else is off. The engine is set to exactly these.
pub(crate) const FEATURES: WasmFeatures =
    WasmFeatures::MUTABLE_GLOBAL.union(WasmFeatures::SIGN_EXTENSION).union(WasmFeatures::BULK_MEMORY_OPT);

/// Version of the rules for code and of what is learned while checking it. A change of either raises it.
pub(crate) const VALIDATOR_VERSION: u32 = 4;

/// What the deploy check learned about a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleInfo {
    /// Length of the deployed code in bytes.
    pub code_bytes: usize,
    /// Functions defined in the module.
    pub functions: u32,
    /// Values that meet where its control flow joins: what compiling it costs beyond its length.
    pub joins: u64,
    /// What else compiling it takes.
    pub effort: Effort,
    /// Elements of its table.
    pub table_elements: u64,
    /// Initial memory in pages of 64 KiB.
    pub memory_pages: u64,
    /// Names of the exported functions, in the module's order; `init` is run by instantiation only.
    pub exports: Vec<String>,
    /// Length of the metered module in bytes.
    pub metered_bytes: usize,
    /// What the code says about itself.
    pub access: Access,
}

impl ModuleInfo {
    /// Gas for deploying this module.
    #[must_use]
    pub const fn deploy_gas(&self) -> tacit_types::Gas {
        crate::gas::deploy_length(self.code_bytes).saturating_add(crate::gas::deploy_shape(
            self.functions,
            self.joins,
            &self.effort,
        ))
    }

    /// What loading this module is charged as, in bytes ([`crate::gas::load`]).
    #[must_use]
    pub const fn load_bytes(&self) -> u64 {
        (self.code_bytes as u64)
            .saturating_add((self.functions as u64).saturating_mul(crate::gas::LOAD_BYTES_PER_FUNCTION))
            .saturating_add(self.joins.saturating_mul(crate::gas::LOAD_BYTES_PER_JOIN))
            .saturating_add(self.effort.places.saturating_mul(crate::gas::LOAD_BYTES_PER_PLACE))
            .saturating_add(self.table_elements.saturating_mul(crate::gas::LOAD_BYTES_PER_TABLE_ELEMENT))
    }
}

/// Checks a module against every rule for code on the chain.
///
/// # Errors
/// The first rule that is broken, in the order of the module's sections.
pub fn validate(code: &[u8]) -> Result<ModuleInfo, CodeReject> {
    if code.len() > limits::CODE_BYTES_MAX {
        return Err(CodeReject::TooLong { bytes: code.len() });
    }
    let module = scan(code)?;
    let metered_bytes = crate::meter::meter(code).map_err(refused_by_the_meter)?.len();
    let limit =
        code.len().saturating_mul(limits::INSTRUMENTED_RATIO_MAX).saturating_add(limits::INSTRUMENTED_BYTES_FREE);
    if metered_bytes > limit {
        return Err(CodeReject::MeteredTooLong { bytes: metered_bytes, limit });
    }
    let access = Access::parse(&module.access, &module.exports)?;
    Ok(ModuleInfo {
        access,
        code_bytes: code.len(),
        functions: module.defined_functions,
        joins: module.joins,
        effort: module.effort,
        table_elements: module.table_elements,
        memory_pages: module.memory_pages.unwrap_or_default(),
        exports: module.exports,
        metered_bytes,
    })
}

/// Code that passed the validator has no operator without a price but those on floats that it lets stand where nothing ever
/// runs: it looks at their operands, and there are none.
fn refused_by_the_meter(error: MeterError) -> CodeReject {
    match error {
        MeterError::NoPrice(_) => CodeReject::Floats(error.to_string()),
        error => CodeReject::Malformed(error.to_string()),
    }
}

/// What later sections need to know of earlier ones.
#[derive(Default)]
struct Module {
    types: Vec<wasmparser::FuncType>,
    /// Type of every function, imports first.
    functions: Vec<u32>,
    imported_functions: u32,
    defined_functions: u32,
    globals_mutable: Vec<bool>,
    table_elements: u64,
    memory_pages: Option<u64>,
    exports: Vec<String>,
    locals: usize,
    br_table_targets: u32,
    joins: u64,
    effort: Effort,
    custom_bytes: usize,
    /// The access sections' bytes, one after the other.
    access: Vec<u8>,
}

fn scan(code: &[u8]) -> Result<Module, CodeReject> {
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    let mut validator = Validator::new_with_features(FEATURES);
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    let mut module = Module::default();
    let invalid = |error| classify(code, &error);
    for payload in parser.parse_all(code) {
        let payload = payload.map_err(invalid)?;
        module.check(&payload, code.len()).map_err(|refusal| refusal.into_reject(code))?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload).map_err(invalid)? {
            let mut function = function.into_validator(allocations);
            module.check_body(&mut function, &body).map_err(|refusal| refusal.into_reject(code))?;
            allocations = function.into_allocations();
        }
    }
    if module.memory_pages.is_none() {
        return Err(CodeReject::NoMemory);
    }
    Ok(module)
}

/// A rule broken, or bytes that do not parse; the latter are classified once, at the end.
enum Refusal {
    Rule(CodeReject),
    Invalid(BinaryReaderError),
}

impl From<CodeReject> for Refusal {
    fn from(reject: CodeReject) -> Self {
        Self::Rule(reject)
    }
}

impl From<BinaryReaderError> for Refusal {
    fn from(error: BinaryReaderError) -> Self {
        Self::Invalid(error)
    }
}

impl Refusal {
    fn into_reject(self, code: &[u8]) -> CodeReject {
        match self {
            Self::Rule(reject) => reject,
            Self::Invalid(error) => classify(code, &error),
        }
    }
}

/// Says why the validator refused: with floats allowed it would pass, with all proposals it would pass, or
/// it is simply not valid. Decided by validating again, so no verdict hangs on the wording of an error.
fn classify(code: &[u8], error: &BinaryReaderError) -> CodeReject {
    let passes = |features| Validator::new_with_features(features).validate_all(code).is_ok();
    let text = error.to_string();
    if !Parser::is_core_wasm(code) {
        CodeReject::Malformed(text)
    } else if passes(FEATURES.union(WasmFeatures::FLOATS)) {
        CodeReject::Floats(text)
    } else if passes(WasmFeatures::all()) {
        CodeReject::Proposal(text)
    } else {
        CodeReject::Malformed(text)
    }
}

/// Refuses when `actual` parts are more than `limit`.
fn at_most(what: Part, actual: u64, limit: u64) -> Result<(), CodeReject> {
    if actual > limit { Err(CodeReject::Limit { what, actual, limit }) } else { Ok(()) }
}

impl Module {
    fn check(&mut self, payload: &Payload<'_>, code_bytes: usize) -> Result<(), Refusal> {
        match payload {
            Payload::TypeSection(section) => self.check_types(section),
            Payload::ImportSection(section) => self.check_imports(section),
            Payload::FunctionSection(section) => self.check_functions(section),
            Payload::TableSection(section) => self.check_tables(section),
            Payload::MemorySection(section) => self.check_memories(section),
            Payload::GlobalSection(section) => self.check_globals(section),
            Payload::ExportSection(section) => self.check_exports(section),
            Payload::StartSection { .. } => Err(CodeReject::StartSection.into()),
            Payload::ElementSection(section) => self.check_elements(section),
            Payload::DataSection(section) => self.check_data(section),
            Payload::CodeSectionEntry(body) => self.check_size(body, code_bytes),
            Payload::CustomSection(section) => self.check_custom(section),
            // The remaining payloads carry nothing that needs a limit before the validator sees it.
            _ => Ok(()),
        }
    }
}
