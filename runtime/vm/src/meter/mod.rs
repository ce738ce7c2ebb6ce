//! The metering pass: takes a valid module and gives the module that the engine runs, in which the contract
//! itself counts gas and stack. `docs/spec/gas.md` is its specification; the pass is consensus code, and any
//! change of what it produces raises [`INSTRUMENTATION_VERSION`].
//!
//! Indices of the original module stay as they are: two globals are added behind its own, three locals behind
//! each function's own, so the original operators are copied byte for byte with code spliced between them.

mod analysis;
mod cost;
mod emit;

use crate::limits;
use crate::validate::FEATURES;
use analysis::Plan;
use std::ops::Range;
use thiserror::Error;
use wasm_encoder::{
    CodeSection, ConstExpr, Encode, ExportKind, ExportSection, GlobalSection, GlobalType, MemorySection, MemoryType,
    Module, RawSection, SectionId, ValType,
};
use wasmparser::{BinaryReaderError, ExternalKind, FuncValidatorAllocations, Parser, Payload, ValidPayload, Validator};

/// Version of what the pass produces.
pub const INSTRUMENTATION_VERSION: u32 = 2;
/// The exported global that holds the units of gas that are left; negative once they ran out.
pub(crate) const GAS_GLOBAL: &str = "__gas";
/// The exported global that holds the stack units that are left; negative once they ran out.
pub(crate) const STACK_GLOBAL: &str = "__stack";
/// The name under which the memory is exported, whatever the module called it.
pub(crate) const MEMORY: &str = "__memory";

/// Why a module cannot be metered. A module that passed the deploy check never meets one.
#[derive(Debug, Error)]
pub(crate) enum MeterError {
    /// Not a valid module.
    #[error("not a valid module: {0}")]
    Invalid(#[from] BinaryReaderError),
    /// An operator without a price.
    #[error("an operator at byte {0} has no price")]
    NoPrice(usize),
    /// A range outside the module; the parser gave it, so this is a defect of the pass.
    #[error("the module's parts do not lie inside it")]
    Layout,
}

/// Adds metering to a valid module.
pub(crate) fn meter(code: &[u8]) -> Result<Vec<u8>, MeterError> {
    rewrite(code, |plan| plan)
}

/// The same module without a single charge, to measure what metering costs.
#[cfg(test)]
pub(crate) fn without_charges(code: &[u8]) -> Result<Vec<u8>, MeterError> {
    rewrite(code, |plan| Plan { edits: Vec::new(), form: analysis::Form::Straight { cost: 0 }, ..plan })
}

/// The module with these bodies instead of its own, and everything else as metering leaves it: for a pass that tests hold this one
/// against.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn with_bodies(code: &[u8], bodies: Vec<Vec<u8>>) -> Result<Vec<u8>, MeterError> {
    let mut parts = Parts { bodies, ..Parts::default() };
    for payload in Parser::new(0).parse_all(code) {
        parts.collect(&payload?)?;
    }
    parts.assemble(code)
}

/// Every function's body as its plan says, after `change`.
fn rewrite(code: &[u8], change: impl Fn(Plan) -> Plan) -> Result<Vec<u8>, MeterError> {
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    let mut validator = Validator::new_with_features(FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut parts = Parts::default();
    for payload in parser.parse_all(code) {
        let payload = payload?;
        parts.collect(&payload)?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            let mut function = function.into_validator(allocations);
            let plan = change(analysis::analyse(&mut function, &body)?);
            parts.bodies.push(emit::emit(code, &body, &plan, parts.globals)?);
            allocations = function.into_allocations();
        }
    }
    parts.assemble(code)
}

/// The original module's sections as byte ranges, and the metered bodies.
#[derive(Default)]
struct Parts {
    copied: Vec<(SectionId, Range<usize>)>,
    memories: Vec<(u64, Option<u64>)>,
    globals: u32,
    /// The global section behind its count.
    global_items: Option<Range<usize>>,
    exports: Vec<(String, u32)>,
    bodies: Vec<Vec<u8>>,
}

impl Parts {
    fn collect(&mut self, payload: &Payload<'_>) -> Result<(), MeterError> {
        match payload {
            Payload::TypeSection(section) => self.copied.push((SectionId::Type, section.range())),
            Payload::ImportSection(section) => self.copied.push((SectionId::Import, section.range())),
            Payload::FunctionSection(section) => self.copied.push((SectionId::Function, section.range())),
            Payload::TableSection(section) => self.copied.push((SectionId::Table, section.range())),
            Payload::ElementSection(section) => self.copied.push((SectionId::Element, section.range())),
            Payload::DataSection(section) => self.copied.push((SectionId::Data, section.range())),
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    let memory = memory?;
                    self.memories.push((memory.initial, memory.maximum));
                }
            }
            Payload::GlobalSection(section) => {
                self.globals = section.count();
                // `original_position` of a fresh reader is behind the count.
                self.global_items = Some(section.original_position()..section.range().end);
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.push((export.name.to_owned(), export.index));
                    }
                }
            }
            // Custom sections are dropped; the rest is not a section or was refused.
            _ => {}
        }
        Ok(())
    }

    fn assemble(&self, code: &[u8]) -> Result<Vec<u8>, MeterError> {
        let mut module = Module::new();
        for id in [SectionId::Type, SectionId::Import, SectionId::Function, SectionId::Table] {
            self.copy(&mut module, code, id)?;
        }
        module.section(&self.memory_section());
        let globals = self.global_section(code)?;
        module.section(&RawSection { id: SectionId::Global as u8, data: &globals });
        module.section(&self.export_section());
        self.copy(&mut module, code, SectionId::Element)?;
        let mut bodies = CodeSection::new();
        for body in &self.bodies {
            bodies.raw(body);
        }
        if !self.bodies.is_empty() {
            module.section(&bodies);
        }
        self.copy(&mut module, code, SectionId::Data)?;
        Ok(module.finish())
    }

    fn copy(&self, module: &mut Module, code: &[u8], wanted: SectionId) -> Result<(), MeterError> {
        for (id, range) in self.copied.iter().filter(|(id, _)| *id as u8 == wanted as u8) {
            let data = code.get(range.clone()).ok_or(MeterError::Layout)?;
            module.section(&RawSection { id: *id as u8, data });
        }
        Ok(())
    }

    /// The maximum is made explicit, so that growing fails at the same size on every engine.
    fn memory_section(&self) -> MemorySection {
        let mut section = MemorySection::new();
        for (minimum, maximum) in &self.memories {
            let maximum = maximum.unwrap_or(limits::MEMORY_PAGES_MAX).min(limits::MEMORY_PAGES_MAX);
            section.memory(MemoryType {
                minimum: *minimum,
                maximum: Some(maximum),
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
        }
        section
    }

    fn global_section(&self, code: &[u8]) -> Result<Vec<u8>, MeterError> {
        let mut added = GlobalSection::new();
        let counter = |val_type| GlobalType { val_type, mutable: true, shared: false };
        added.global(counter(ValType::I64), &ConstExpr::i64_const(0));
        added.global(counter(ValType::I32), &ConstExpr::i32_const(0));
        let mut encoded = Vec::new();
        added.encode(&mut encoded);
        // The encoded section is its length, its count (both one byte, it is tiny) and its items.
        let added_items = encoded.get(2..).ok_or(MeterError::Layout)?;

        let mut section = Vec::new();
        self.globals.saturating_add(2).encode(&mut section);
        if let Some(range) = self.global_items.clone() {
            section.extend_from_slice(code.get(range).ok_or(MeterError::Layout)?);
        }
        section.extend_from_slice(added_items);
        Ok(section)
    }

    fn export_section(&self) -> ExportSection {
        let mut section = ExportSection::new();
        for (name, index) in &self.exports {
            section.export(name, ExportKind::Func, *index);
        }
        section.export(MEMORY, ExportKind::Memory, 0);
        section.export(GAS_GLOBAL, ExportKind::Global, self.globals);
        section.export(STACK_GLOBAL, ExportKind::Global, self.globals.saturating_add(1));
        section
    }
}
