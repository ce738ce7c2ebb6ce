//! Limits and shapes of every section but imports and code.

use super::{Module, Refusal, at_most};
use crate::limits;
use crate::reject::{CodeReject, Part};
use wasmparser::{
    ConstExpr, CustomSectionReader, DataKind, DataSectionReader, ElementItems, ElementKind, ElementSectionReader,
    ExportSectionReader, ExternalKind, FunctionSectionReader, GlobalSectionReader, MemorySectionReader, Operator,
    TableSectionReader, TypeSectionReader,
};

impl Module {
    pub(super) fn check_types(&mut self, section: &TypeSectionReader<'_>) -> Result<(), Refusal> {
        at_most(Part::Types, section.count().into(), limits::TYPES_MAX.into())?;
        for signature in section.clone().into_iter_err_on_gc_types() {
            let signature = signature?;
            at_most(Part::Parameters, signature.params().len() as u64, limits::PARAMETERS_MAX as u64)?;
            self.types.push(signature);
        }
        Ok(())
    }

    pub(super) fn check_functions(&mut self, section: &FunctionSectionReader<'_>) -> Result<(), Refusal> {
        at_most(Part::Functions, section.count().into(), limits::FUNCTIONS_MAX.into())?;
        self.defined_functions = section.count();
        let mut parameters = 0_usize;
        for type_index in section.clone() {
            let type_index = type_index?;
            let own = self.type_at(type_index).map_or(0, |signature| signature.params().len());
            parameters = parameters.saturating_add(own);
            self.functions.push(type_index);
        }
        at_most(Part::ParametersSum, parameters as u64, limits::PARAMETERS_SUM_MAX as u64)?;
        Ok(())
    }

    pub(super) fn check_tables(&mut self, section: &TableSectionReader<'_>) -> Result<(), Refusal> {
        for table in section.clone() {
            let shape = table?.ty;
            if shape.initial > limits::TABLE_ELEMENTS_MAX || shape.maximum != Some(shape.initial) {
                return Err(CodeReject::TableShape.into());
            }
            self.table_elements = shape.initial;
        }
        Ok(())
    }

    pub(super) fn check_memories(&mut self, section: &MemorySectionReader<'_>) -> Result<(), Refusal> {
        for memory in section.clone() {
            let pages = memory?.initial;
            if pages > limits::MEMORY_PAGES_INITIAL_MAX {
                return Err(CodeReject::MemoryTooLarge { pages }.into());
            }
            self.memory_pages = Some(pages);
        }
        Ok(())
    }

    pub(super) fn check_globals(&mut self, section: &GlobalSectionReader<'_>) -> Result<(), Refusal> {
        at_most(Part::Globals, section.count().into(), limits::GLOBALS_MAX.into())?;
        for global in section.clone() {
            self.globals_mutable.push(global?.ty.mutable);
        }
        Ok(())
    }

    pub(super) fn check_exports(&mut self, section: &ExportSectionReader<'_>) -> Result<(), Refusal> {
        at_most(Part::Exports, section.count().into(), limits::EXPORTS_MAX.into())?;
        for export in section.clone() {
            let export = export?;
            at_most(Part::ExportNameBytes, export.name.len() as u64, limits::EXPORT_NAME_BYTES_MAX as u64)?;
            match export.kind {
                ExternalKind::Func => self.check_export_function(export.name, export.index)?,
                ExternalKind::Memory => {}
                // Linkers export the layout of the memory as constants; the metering pass drops them.
                ExternalKind::Global if self.is_constant(export.index) => {}
                _ => return Err(CodeReject::ExportKind(export.name.to_owned()).into()),
            }
        }
        Ok(())
    }

    fn check_export_function(&mut self, name: &str, index: u32) -> Result<(), CodeReject> {
        if name.starts_with(limits::RESERVED_PREFIX) {
            return Err(CodeReject::ExportReserved(name.to_owned()));
        }
        if index < self.imported_functions {
            return Err(CodeReject::ExportOfImport(name.to_owned()));
        }
        let type_index = usize::try_from(index).ok().and_then(|index| self.functions.get(index)).copied();
        // An index out of range is left to the validator.
        if let Some(signature) = type_index.and_then(|index| self.type_at(index))
            && !(signature.params().is_empty() && signature.results().is_empty())
        {
            return Err(CodeReject::ExportSignature(name.to_owned()));
        }
        self.exports.push(name.to_owned());
        Ok(())
    }

    fn is_constant(&self, global: u32) -> bool {
        let mutable = usize::try_from(global).ok().and_then(|index| self.globals_mutable.get(index));
        mutable == Some(&false)
    }

    pub(super) fn check_elements(&mut self, section: &ElementSectionReader<'_>) -> Result<(), Refusal> {
        at_most(Part::ElementSegments, section.count().into(), limits::ELEMENT_SEGMENTS_MAX.into())?;
        for segment in section.clone() {
            let segment = segment?;
            let ElementKind::Active { offset_expr, .. } = segment.kind else {
                return Err(CodeReject::Segment("element").into());
            };
            let count = match &segment.items {
                ElementItems::Functions(items) => items.count(),
                ElementItems::Expressions(_, items) => items.count(),
            };
            if !fits(&offset_expr, count.into(), self.table_elements)? {
                return Err(CodeReject::Segment("element").into());
            }
        }
        Ok(())
    }

    pub(super) fn check_data(&mut self, section: &DataSectionReader<'_>) -> Result<(), Refusal> {
        at_most(Part::DataSegments, section.count().into(), limits::DATA_SEGMENTS_MAX.into())?;
        let memory_bytes = self.memory_pages.unwrap_or_default().saturating_mul(limits::PAGE_BYTES as u64);
        for segment in section.clone() {
            let segment = segment?;
            let DataKind::Active { offset_expr, .. } = segment.kind else {
                return Err(CodeReject::Segment("data").into());
            };
            if !fits(&offset_expr, segment.data.len() as u64, memory_bytes)? {
                return Err(CodeReject::Segment("data").into());
            }
        }
        Ok(())
    }

    /// Names count like data: a flood of sections that hold nothing, or of long names, is a flood too.
    pub(super) fn check_custom(&mut self, section: &CustomSectionReader<'_>) -> Result<(), Refusal> {
        self.custom_bytes = self.custom_bytes.saturating_add(section.range().len());
        at_most(Part::CustomBytes, self.custom_bytes as u64, limits::CUSTOM_BYTES_MAX as u64)?;
        if section.name() == tacit_abi::ACCESS_SECTION {
            self.access.extend_from_slice(section.data());
        }
        Ok(())
    }
}

/// Whether `count` items from a constant offset end within `available`, so that instantiation cannot trap.
fn fits(offset: &ConstExpr<'_>, count: u64, available: u64) -> Result<bool, Refusal> {
    let mut operators = offset.get_operators_reader();
    let start = operators.read()?;
    let Operator::I32Const { value } = start else {
        return Ok(false);
    };
    if !matches!(operators.read()?, Operator::End) {
        return Ok(false);
    }
    let start = u64::from(value.cast_unsigned());
    Ok(start.saturating_add(count) <= available)
}
