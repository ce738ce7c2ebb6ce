//! Generated modules: metered and run on both engines, which must agree about result, gas, storage and events.
//! The seed is printed; `TACIT_SEED` runs one again.

use super::support::Chain;
use crate::{CodeReject, INSTRUMENTATION_VERSION, validate};
use arbitrary::Unstructured;
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
}

/// The seed of this run.
pub(super) fn seed() -> u64 {
    match std::env::var("TACIT_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64,
    }
}

fn config() -> Config {
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

/// A module from a seed, if the generator made one that may be deployed.
fn generate(random: &mut Random) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = (0..1 + random.below(1_500)).flat_map(|_| random.next().to_le_bytes()).collect();
    let module = Module::new(config(), &mut Unstructured::new(&bytes)).ok()?;
    let code = fix_table(&module.to_bytes());
    match validate(&code) {
        Ok(_) => Some(code),
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

/// The interpreter uses native stack for long runs, so it gets plenty; wasmtime needs none of it.
fn agree_on(cases: usize) {
    let body = move || agree_on_here(cases);
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(body).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn agree_on_here(cases: usize) {
    let seed = seed();
    println!("seed {seed}, instrumentation {INSTRUMENTATION_VERSION}");
    let mut random = Random(seed);
    let (mut ran, mut succeeded, mut tried) = (0, 0, 0);
    while ran < cases {
        tried += 1;
        assert!(tried < cases * 20, "the generator makes nothing that may be deployed ({ran} of {tried})");
        let Some(code) = generate(&mut random) else { continue };
        let mut chain = Chain::new();
        let contract = chain.place(&code);
        for function in ["run", "other"] {
            let gas = 20_000 + random.next() % 3_000_000;
            let input: Vec<u8> = (0..random.below(40)).map(|index| index as u8).collect();
            // `Chain` compares both engines.
            let outcome = chain.call_with_gas(contract, function, &input, gas);
            succeeded += usize::from(outcome.result.is_ok());
        }
        ran += 1;
    }
    println!("{ran} modules of {tried}, {succeeded} of {} calls succeeded", ran * 2);
    assert!(succeeded > 0, "every call failed: the modules test nothing");
}

#[test]
fn two_engines_agree_on_generated_modules() {
    agree_on(300);
}

mod long {
    #[test]
    #[ignore = "long tier: run with --ignored"]
    fn two_engines_agree_on_many_generated_modules() {
        super::agree_on(20_000);
    }
}
