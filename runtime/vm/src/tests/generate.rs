//! Modules from numbers: what the generator of valid modules makes of a seed, in the shape that contracts need. Also under
//! fuzzers, which give the bytes themselves.

use crate::{CodeReject, ModuleInfo, validate};
use arbitrary::Unstructured;
use std::sync::OnceLock;
use wasm_smith::{Config, Module};

/// A small deterministic generator (SplitMix64), so that a seed is all a failure needs.
pub(super) struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    /// From `least` to a little over `most` bytes.
    pub fn bytes(&mut self, least: usize, most: usize) -> Vec<u8> {
        let words = least / 8 + self.below((most - least) / 8);
        (0..words.max(1)).flat_map(|_| self.next().to_le_bytes()).collect()
    }
}

/// What the generator may make. Worked out once: it takes a tenth of what making a module takes.
fn config() -> Config {
    static CONFIG: OnceLock<Config> = OnceLock::new();
    CONFIG.get_or_init(make_config).clone()
}

fn make_config() -> Config {
    let imports = super::support::module(
        "(func $unused (drop (call $storage_get (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
            (drop (call $storage_set (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
            (drop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
            (call $input_copy (i32.const 0) (i32.const 0) (i32.const 0)) (drop (call $input_len))
            (call $return_data (i32.const 0) (i32.const 0)) (drop (call $ret_len))
            (call $blake3 (i32.const 0) (i32.const 0) (i32.const 0)))",
    );
    let exports = wat::parse_str("(module (func (export \"run\")) (func (export \"other\")))").unwrap();
    Config {
        available_imports: Some(imports),
        exports: Some(exports),
        allow_floats: false,
        allow_start_export: false,
        bulk_memory_enabled: false,
        reference_types_enabled: false,
        simd_enabled: false,
        relaxed_simd_enabled: false,
        multi_value_enabled: false,
        saturating_float_to_int_enabled: false,
        sign_extension_ops_enabled: true,
        tail_call_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        extended_const_enabled: false,
        wide_arithmetic_enabled: false,
        shared_everything_threads_enabled: false,
        threads_enabled: false,
        custom_page_sizes_enabled: false,
        memory64_enabled: false,
        min_memories: 1,
        max_memories: 1,
        max_memory32_bytes: 1 << 20,
        max_tables: 1,
        min_funcs: 2,
        max_imports: 8,
        max_data_segments: 4,
        max_element_segments: 4,
        table_max_size_required: true,
        max_table_elements: 16,
        disallow_traps: false,
        ..Config::default()
    }
}

/// A module from a seed, if the generator made one that may be deployed, and what the deploy check says of it.
pub(super) fn generate(random: &mut Random) -> Option<(Vec<u8>, ModuleInfo)> {
    from_bytes(&random.bytes(8, 12_000))
}

/// A module from bytes, if there is one that may be deployed, and what the deploy check says of it.
pub(super) fn from_bytes(bytes: &[u8]) -> Option<(Vec<u8>, ModuleInfo)> {
    let module = Module::new(config(), &mut Unstructured::new(bytes)).ok()?;
    let code = fix_table(&module.to_bytes());
    match validate(&code) {
        Ok(info) => Some((code, info)),
        // What the generator makes is valid WebAssembly, so only our own rules refuse it.
        Err(reject @ (CodeReject::Malformed(_) | CodeReject::Proposal(_) | CodeReject::Floats(_))) => {
            panic!("the deploy check calls a valid module invalid: {reject}")
        }
        Err(_) => None,
    }
}

/// Gives tables the fixed size that contracts need.
fn fix_table(code: &[u8]) -> Vec<u8> {
    use wasm_encoder::{Module, RawSection, RefType, TableSection, TableType};
    let mut module = Module::new();
    for payload in wasmparser::Parser::new(0).parse_all(code) {
        let payload = payload.unwrap();
        if let wasmparser::Payload::TableSection(tables) = &payload {
            let mut section = TableSection::new();
            for table in tables.clone() {
                let minimum = table.unwrap().ty.initial;
                section.table(TableType {
                    element_type: RefType::FUNCREF,
                    minimum,
                    maximum: Some(minimum),
                    table64: false,
                    shared: false,
                });
            }
            module.section(&section);
        } else if let Some((id, range)) = payload.as_section() {
            module.section(&RawSection { id, data: &code[range] });
        }
    }
    module.finish()
}

/// Runs `body` with plenty of native stack: the interpreter uses it for long runs; wasmtime needs none of it.
pub(super) fn with_a_large_stack(body: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, body).unwrap();
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}
