//! Makes a contract of a module of the WebAssembly core test suite, always in the same way: functions that use what contracts
//! may not use become `unreachable` and are not called, tables get a fixed size, a missing memory is added, and every
//! assertion becomes an export without parameters. What the suite's integer functions do is not touched.

use super::{Action, Constant, Wanted};
use crate::validate::FEATURES;
use std::collections::BTreeMap;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType,
    Instruction, MemorySection, MemoryType, Module, RawSection, RefType, SectionId, TableSection, TableType,
    TypeSection, ValType,
};
use wasmparser::{FuncType, Operator, Parser, Payload, ValidPayload, Validator};

/// Stands for a type that contracts may not use. Nothing of the suite has it.
const FOREIGN_PARAMETERS: usize = 20;

/// A module of the suite, taken apart.
#[derive(Default)]
pub(super) struct Parts {
    types: Vec<Option<FuncType>>,
    functions: Vec<u32>,
    tables: Vec<u64>,
    memories: Vec<(u64, Option<u64>)>,
    globals: Vec<(GlobalType, Vec<u8>)>,
    exports: BTreeMap<String, u32>,
    start: Option<u32>,
    elements: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
    /// Functions that use what contracts may not use, or call one that does.
    tainted: Vec<bool>,
    /// Functions that may leave something in the memory or a global.
    writes: Vec<bool>,
}

/// Why a module or an assertion is left out.
pub(super) type Skip = &'static str;

impl Parts {
    pub(super) fn read(code: &[u8]) -> Result<Self, Skip> {
        let mut parts = Self::default();
        for payload in Parser::new(0).parse_all(code) {
            parts.take(&payload.map_err(|_| "module: not parsed as a module")?, code)?;
        }
        if parts.memories.is_empty() {
            parts.memories.push((0, None));
        }
        parts.find_tainted()?;
        Ok(parts)
    }

    fn take(&mut self, payload: &Payload<'_>, code: &[u8]) -> Result<(), Skip> {
        const UNREAD: Skip = "module: a section of a proposal";
        match payload {
            Payload::TypeSection(section) => {
                for kind in section.clone().into_iter_err_on_gc_types() {
                    self.types.push(Some(kind.map_err(|_| "module: types of a proposal")?).filter(is_plain));
                }
            }
            Payload::ImportSection(section) if section.count() > 0 => return Err("module: imports"),
            Payload::FunctionSection(section) => {
                self.functions = section.clone().into_iter().collect::<Result<_, _>>().map_err(|_| UNREAD)?;
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    let table = table.map_err(|_| UNREAD)?;
                    if table.ty.element_type != wasmparser::RefType::FUNCREF || table.ty.table64 {
                        return Err("module: a table of another kind");
                    }
                    self.tables.push(table.ty.initial);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    let memory = memory.map_err(|_| UNREAD)?;
                    if memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
                        return Err("module: a memory of another kind");
                    }
                    self.memories.push((memory.initial, memory.maximum));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section.clone() {
                    self.globals.push(global_of(&global.map_err(|_| UNREAD)?, code));
                }
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export.map_err(|_| UNREAD)?;
                    if export.kind == wasmparser::ExternalKind::Func {
                        self.exports.insert(export.name.to_owned(), export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(*func),
            Payload::ElementSection(section) => self.elements = Some(code[section.range()].to_vec()),
            Payload::DataSection(section) => self.data = Some(code[section.range()].to_vec()),
            Payload::CodeSectionEntry(body) => self.bodies.push(body.as_bytes().to_vec()),
            Payload::TagSection(_) => return Err(UNREAD),
            _ => {}
        }
        Ok(())
    }

    /// A function that does not validate under the rules for contracts is tainted, and so is one that calls it.
    fn find_tainted(&mut self) -> Result<(), Skip> {
        self.tainted = self.functions.iter().map(|kind| self.types[*kind as usize].is_none()).collect();
        let code = self.assemble(&[], &[]);
        let mut validator = Validator::new_with_features(FEATURES);
        let mut calls: Vec<Vec<u32>> = Vec::new();
        self.writes = vec![false; self.functions.len()];
        for payload in Parser::new(0).parse_all(&code) {
            let payload = payload.map_err(|_| "module: not parsed again")?;
            let checked = validator.payload(&payload).map_err(|_| "module: a proposal outside of functions")?;
            if let ValidPayload::Func(function, body) = checked {
                let is_valid = function.into_validator(Default::default()).validate(&body).is_ok();
                self.tainted[calls.len()] |= !is_valid;
                let reader = body.get_operators_reader().map_err(|_| "module: not parsed again")?;
                let operators: Vec<Operator<'_>> = reader.into_iter().map_while(Result::ok).collect();
                self.writes[calls.len()] = operators.iter().any(is_a_write);
                let called = |operator: &Operator<'_>| match operator {
                    Operator::Call { function_index } => Some(*function_index),
                    _ => None,
                };
                calls.push(operators.iter().filter_map(called).collect());
            }
        }
        loop {
            let before = (self.tainted.clone(), self.writes.clone());
            for (caller, called) in calls.iter().enumerate() {
                self.tainted[caller] |= called.iter().any(|callee| before.0[*callee as usize]);
                self.writes[caller] |= called.iter().any(|callee| before.1[*callee as usize]);
            }
            if (&self.tainted, &self.writes) == (&before.0, &before.1) {
                return Ok(());
            }
        }
    }

    /// Whether a call of this export may change what later calls find.
    pub(super) fn may_write(&self, function: &str) -> bool {
        self.exports.get(function).is_none_or(|index| self.writes[*index as usize])
    }

    /// The function that an action calls, if the action can be made with integers alone.
    pub(super) fn target(&self, action: &Action) -> Result<u32, Skip> {
        let index = *self.exports.get(&action.function).ok_or("assertion: no such function")?;
        if self.tainted[index as usize] || self.start.is_some_and(|start| self.tainted[start as usize]) {
            return Err("assertion: the function uses floats or a proposal");
        }
        let kind = self.types[self.functions[index as usize] as usize].as_ref().ok_or("assertion: floats")?;
        let results = match &action.wanted {
            Wanted::Result(result) => Some(usize::from(result.is_some())),
            Wanted::Anything | Wanted::Failure(_) => None,
        };
        if kind.params().len() != action.arguments.len() || results.is_some_and(|count| count != kind.results().len()) {
            return Err("assertion: arguments or results of another kind");
        }
        Ok(index)
    }

    /// The contract whose exports `e0`, `e1`, ... each run these actions one after the other.
    pub(super) fn contract(&self, actions: &[(u32, &Action)], entries: &[Vec<usize>]) -> Vec<u8> {
        let wrappers: Vec<Function> = actions.iter().map(|(target, action)| self.wrapper(*target, action)).collect();
        self.assemble(&wrappers, entries)
    }

    /// Calls the function with its constants, and ends in `unreachable` if the result is not the wanted one.
    fn wrapper(&self, target: u32, action: &Action) -> Function {
        let mut body = Function::new([]);
        for argument in &action.arguments {
            body.instruction(&argument.instruction());
        }
        body.instruction(&Instruction::Call(target));
        match &action.wanted {
            Wanted::Result(Some(constant)) => {
                body.instruction(&constant.instruction());
                body.instruction(match constant {
                    Constant::I32(_) => &Instruction::I32Ne,
                    Constant::I64(_) => &Instruction::I64Ne,
                });
                body.instruction(&Instruction::If(BlockType::Empty));
                body.instruction(&Instruction::Unreachable);
                body.instruction(&Instruction::End);
            }
            _ => {
                let kind = self.types[self.functions[target as usize] as usize].as_ref();
                for _ in kind.map_or(&[][..], FuncType::results) {
                    body.instruction(&Instruction::Drop);
                }
            }
        }
        body.instruction(&Instruction::End);
        body
    }

    fn assemble(&self, wrappers: &[Function], entries: &[Vec<usize>]) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types());
        let mut functions = FunctionSection::new();
        for kind in &self.functions {
            functions.function(*kind);
        }
        let plain = self.types.len() as u32;
        for _ in 0..wrappers.len() + entries.len() {
            functions.function(plain);
        }
        module.section(&functions);
        let mut tables = TableSection::new();
        for size in &self.tables {
            let (minimum, maximum) = (*size, Some(*size));
            tables.table(TableType { element_type: RefType::FUNCREF, minimum, maximum, table64: false, shared: false });
        }
        if !self.tables.is_empty() {
            module.section(&tables);
        }
        let mut memories = MemorySection::new();
        for (minimum, maximum) in &self.memories {
            let (minimum, maximum) = (*minimum, *maximum);
            memories.memory(MemoryType { minimum, maximum, memory64: false, shared: false, page_size_log2: None });
        }
        module.section(&memories);
        let mut globals = GlobalSection::new();
        for (kind, value) in &self.globals {
            globals.global(*kind, &ConstExpr::raw(value.iter().copied()));
        }
        module.section(&globals);
        let mut exports = ExportSection::new();
        let first = (self.functions.len() + wrappers.len()) as u32;
        for number in 0..entries.len() as u32 {
            exports.export(&format!("e{number}"), ExportKind::Func, first + number);
        }
        module.section(&exports);
        if let Some(data) = &self.elements {
            module.section(&RawSection { id: SectionId::Element as u8, data });
        }
        module.section(&self.code(wrappers, entries));
        if let Some(data) = &self.data {
            module.section(&RawSection { id: SectionId::Data as u8, data });
        }
        module.finish()
    }

    /// The module's types, and behind them that of a function without parameters and results.
    fn types(&self) -> TypeSection {
        let mut types = TypeSection::new();
        for kind in &self.types {
            match kind {
                Some(kind) => {
                    let of = |kinds: &[wasmparser::ValType]| -> Vec<ValType> {
                        kinds.iter().filter_map(|kind| value_type(*kind)).collect()
                    };
                    types.ty().function(of(kind.params()), of(kind.results()));
                }
                None => types.ty().function([ValType::I64; FOREIGN_PARAMETERS], []),
            }
        }
        types.ty().function([], []);
        types
    }

    fn code(&self, wrappers: &[Function], entries: &[Vec<usize>]) -> CodeSection {
        let mut code = CodeSection::new();
        for (body, is_tainted) in self.bodies.iter().zip(&self.tainted) {
            if *is_tainted {
                let mut stub = Function::new([]);
                stub.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
                code.function(&stub);
            } else {
                code.raw(body);
            }
        }
        for wrapper in wrappers {
            code.function(wrapper);
        }
        let first = self.functions.len() as u32;
        for entry in entries {
            let mut body = Function::new([]);
            for target in self.start.into_iter().chain(entry.iter().map(|number| first + *number as u32)) {
                body.instruction(&Instruction::Call(target));
            }
            body.instruction(&Instruction::End);
            code.function(&body);
        }
        code
    }
}

/// Whether an operator may leave something behind. What a table's function does is not known here.
fn is_a_write(operator: &Operator<'_>) -> bool {
    let name = format!("{operator:?}");
    ["Store", "GlobalSet", "MemoryGrow", "MemoryFill", "MemoryCopy", "MemoryInit", "CallIndirect", "Table"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether contracts may have functions of this type.
fn is_plain(kind: &FuncType) -> bool {
    let types = kind.params().iter().chain(kind.results());
    kind.results().len() <= 1 && kind.params().len() <= 24 && types.clone().all(|kind| value_type(*kind).is_some())
}

fn value_type(kind: wasmparser::ValType) -> Option<ValType> {
    match kind {
        wasmparser::ValType::I32 => Some(ValType::I32),
        wasmparser::ValType::I64 => Some(ValType::I64),
        _ => None,
    }
}

/// A global and its value; one of a type that contracts may not use becomes a zero that only tainted functions use as it was.
fn global_of(global: &wasmparser::Global<'_>, code: &[u8]) -> (GlobalType, Vec<u8>) {
    let value = &code[global.init_expr.get_binary_reader().range()];
    let kind = |val_type| GlobalType { val_type, mutable: global.ty.mutable, shared: false };
    match value_type(global.ty.content_type) {
        Some(val_type) => (kind(val_type), value[..value.len() - 1].to_vec()),
        None => (kind(ValType::I32), vec![0x41, 0]),
    }
}
