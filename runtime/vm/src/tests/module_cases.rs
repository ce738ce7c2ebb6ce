//! Cases 1 to 12 of `docs/spec/contract-attacks.md`: code that must not be deployed, each refused by one rule, and the largest
//! code that may. Where a text cannot say it, the bytes do.

use super::support::{Chain, module};
use crate::reject::Part;
use crate::{CodeReject, limits, validate};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    Instruction, MemorySection, MemoryType, Module, RawSection, TypeSection, ValType,
};

pub(super) const MEMORY: &str = "(memory 1)";

pub(super) fn text(source: &str) -> Vec<u8> {
    wat::parse_str(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// Compares each row's verdict with its number and shows every row that differs.
pub(super) fn numbers<'a>(rows: impl IntoIterator<Item = (&'a str, u16, Vec<u8>)>) {
    let verdict = |code: &[u8]| validate(code).err().map(|reject| (reject.number(), reject.to_string()));
    let wrong: Vec<_> = rows
        .into_iter()
        .map(|(what, number, code)| (what, number, verdict(&code)))
        .filter(|(_, number, verdict)| verdict.as_ref().map(|verdict| verdict.0) != Some(*number))
        .collect();
    assert!(wrong.is_empty(), "what, the number expected, the verdict:\n{wrong:#?}");
}

/// A module of one page with what the text holds behind the memory.
pub(super) fn around(inner: &str) -> Vec<u8> {
    text(&format!("(module {MEMORY} {inner})"))
}

/// A module with one exported function of these bytes: groups of locals, operators and the last `end`.
pub(super) fn with_body(body: &[u8]) -> Vec<u8> {
    with_sections(body, &[])
}

/// The same with sections (id, bytes) put behind the memory.
pub(super) fn with_sections(body: &[u8], sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut module = start();
    for (id, data) in sections {
        module.section(&RawSection { id: *id, data });
    }
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, 0);
    if sections.is_empty() {
        module.section(&exports);
    }
    let mut code = CodeSection::new();
    code.raw(body);
    module.section(&code);
    module.finish()
}

/// Type, function and memory.
pub(super) fn start() -> Module {
    let mut module = Module::new();
    let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
    types.ty().function([], []);
    functions.function(0);
    module.section(&types).section(&functions).section(&one_page());
    module
}

pub(super) fn one_page() -> MemorySection {
    let mut memory = MemorySection::new();
    memory.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    memory
}

/// A module with functions of these bodies, `data` and custom sections.
pub(super) fn with_functions(bodies: &[Function], data: &[u8], customs: &[(&str, &[u8])]) -> Vec<u8> {
    let mut module = Module::new();
    let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([], []);
    for body in bodies {
        functions.function(0);
        code.function(body);
    }
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, 0);
    module.section(&types).section(&functions).section(&one_page()).section(&exports).section(&code);
    if !data.is_empty() {
        let mut section = DataSection::new();
        section.active(0, &ConstExpr::i32_const(0), data.iter().copied());
        module.section(&section);
    }
    for (name, data) in customs {
        module.section(&CustomSection { name: (*name).into(), data: (*data).into() });
    }
    module.finish()
}

/// A function of these instructions, without the last `end`.
pub(super) fn function<'a>(
    locals: &[(u32, ValType)],
    instructions: impl IntoIterator<Item = Instruction<'a>>,
) -> Function {
    let mut function = Function::new(locals.iter().copied());
    instructions.into_iter().for_each(|instruction| {
        function.instruction(&instruction);
    });
    function.instruction(&Instruction::End);
    function
}

/// A function that may leave in `count` places, none of which it takes.
pub(super) fn branches(count: usize) -> Function {
    function(&[], (0..count).flat_map(|_| [Instruction::I32Const(0), Instruction::BrIf(0)]))
}

pub(super) fn limit(code: &[u8]) -> (Part, u64, u64) {
    match validate(code) {
        Err(CodeReject::Limit { what, actual, limit }) => (what, actual, limit),
        other => panic!("expected a limit: {:?}", other.map(|_| "accepted")),
    }
}

#[test]
fn case_2_code_of_exactly_the_longest_length_passes_and_a_byte_more_is_refused_by_it() {
    let of = |data: usize| {
        let mut module = start();
        let mut code = CodeSection::new();
        code.function(&function(&[], []));
        module.section(&code);
        let mut memory = DataSection::new();
        // Overlapping pieces: the memory of one page holds them.
        for piece in vec![0_u8; data].chunks(60_000) {
            memory.active(0, &ConstExpr::i32_const(0), piece.iter().copied());
        }
        module.section(&memory);
        module.finish()
    };
    let overhead = of(520_000).len() - 520_000;
    let longest = of(limits::CODE_BYTES_MAX - overhead);
    assert_eq!(longest.len(), limits::CODE_BYTES_MAX);
    validate(&longest).unwrap();
    let longer = of(limits::CODE_BYTES_MAX - overhead + 1);
    assert_eq!(validate(&longer), Err(CodeReject::TooLong { bytes: limits::CODE_BYTES_MAX + 1 }));
}

#[test]
fn case_4_every_place_of_a_float_is_refused() {
    numbers(
        [
            ("parameter", 3, "(func (param f32))"),
            ("result", 3, "(func (result f64) unreachable)"),
            ("unused type", 3, "(type (func (param f64)))"),
            ("local", 3, "(func (local f32))"),
            ("global", 3, "(global f64 (f64.const 0))"),
            ("constant", 3, "(func (drop (f32.const 1)))"),
            ("dead code", 3, "(func return (drop (f64.const 1)))"),
            ("load", 3, "(func (drop (f32.load (i32.const 0))))"),
            ("store", 3, "(func (f64.store (i32.const 0) (f64.const 0)))"),
            ("comparison", 3, "(func (drop (f64.lt (f64.const 0) (f64.const 1))))"),
            ("comparison of what never comes", 3, "(func unreachable f32.eq drop)"),
            ("arithmetic", 3, "(func unreachable f64.sqrt drop)"),
            ("conversion", 3, "(func (drop (i32.trunc_f32_s (f32.convert_i32_s (i32.const 1)))))"),
            ("reinterpretation", 3, "(func (drop (f32.reinterpret_i32 (i32.const 1))))"),
            ("reinterpretation back", 3, "(func unreachable i64.reinterpret_f64 drop)"),
            ("reinterpretation of what never comes", 3, "(func unreachable i32.reinterpret_f32 drop)"),
            ("shortening", 3, "(func (drop (f32.demote_f64 (f64.const 1))))"),
            ("lengthening", 3, "(func (drop (f64.promote_f32 (f32.const 1))))"),
            ("block", 3, "(func (drop (block (result f32) unreachable)))"),
            ("plain select", 3, "(func (drop (select (f32.const 1) (f32.const 2) (i32.const 0))))"),
            // These two need a proposal beside the floats.
            ("typed select", 4, "(func (drop (select (result f32) (f32.const 1) (f32.const 2) (i32.const 0))))"),
            ("parameter of a block", 4, "(func (f32.const 1) (block (param f32) drop))"),
        ]
        .map(|(place, number, code)| (place, number, around(code))),
    );
}

#[test]
fn case_5_each_proposal_that_is_off_is_refused() {
    let vector = "(v128.const i32x4 0 0 0 0)";
    let rows = [
        ("SIMD", 4, format!("(func (drop {vector}))")),
        ("relaxed SIMD", 4, format!("(func (drop (i8x16.relaxed_swizzle {vector} {vector})))")),
        ("atomics", 4, "(func (drop (i32.atomic.load (i32.const 0))))".into()),
        ("a fence", 4, "(func atomic.fence)".into()),
        ("several memories", 4, "(memory 1)".into()),
        ("several results", 4, "(func (result i32 i32) (i32.const 0) (i32.const 0))".into()),
        ("several results of a block", 4, "(func (block (result i32 i32) unreachable) drop drop)".into()),
        ("parameters of a block", 4, "(func (i32.const 1) (block (param i32) drop))".into()),
        ("references from outside", 4, "(func (param externref))".into()),
        ("references to functions", 4, "(func (local funcref))".into()),
        ("a null reference", 4, "(func (drop (ref.null func)))".into()),
        ("a table of references from outside", 4, "(table 1 1 externref)".into()),
        ("two tables", 4, "(table 1 1 funcref) (table 1 1 funcref)".into()),
        ("reading a table", 4, "(table 1 1 funcref) (func (drop (table.get 0 (i32.const 0))))".into()),
        ("writing a table", 4, "(table 1 1 funcref) (func unreachable (table.set 0))".into()),
        ("the size of a table", 4, "(table 1 1 funcref) (func (drop (table.size 0)))".into()),
        ("growing a table", 4, "(table 1 1 funcref) (func unreachable (table.grow 0) drop)".into()),
        ("filling a table", 4, "(table 1 1 funcref) (func unreachable (table.fill 0))".into()),
        ("copying a table", 4, "(table 1 1 funcref) (func unreachable (table.copy 0 0))".into()),
        ("a typed select", 4, "(func (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 0))))".into()),
        ("typed references", 4, "(type $f (func)) (func (param (ref $f)))".into()),
        ("a call of a reference", 4, "(type $f (func)) (func (call_ref $f (ref.null $f)))".into()),
        ("tail calls", 4, "(func $f (return_call $f))".into()),
        ("indirect tail calls", 4, "(table 1 1 funcref) (func (return_call_indirect (i32.const 0)))".into()),
        ("saturating conversions", 4, "(func (drop (i32.trunc_sat_f32_s (f32.const 0))))".into()),
        ("constants that are sums", 4, "(global i32 (i32.add (i32.const 1) (i32.const 1)))".into()),
        ("exceptions", 4, "(tag)".into()),
        ("a caught exception", 4, "(func (try_table))".into()),
        ("wide arithmetic", 4, "(func (param i64 i64 i64 i64) unreachable i64.add128 drop drop)".into()),
        ("garbage collection: structures", 4, "(type (struct (field i32)))".into()),
        ("garbage collection: arrays", 4, "(type (array i8))".into()),
        ("garbage collection: groups of types", 4, "(rec (type (func)) (type (func)))".into()),
        ("garbage collection: small numbers", 4, "(func (drop (ref.i31 (i32.const 1))))".into()),
        ("stack switching", 4, "(type $f (func)) (type $c (cont $f))".into()),
        ("data put down later", 4, "(data \"x\") (func unreachable (memory.init 0))".into()),
        ("data thrown away", 4, "(data \"x\") (func (data.drop 0))".into()),
        // Refused by the rule for segments, before the proposal is looked at.
        ("passive data", 13, "(data \"x\")".into()),
        ("passive elements", 13, "(table 1 1 funcref) (func $f) (elem func $f)".into()),
        ("declared elements", 13, "(func $f) (elem declare func $f)".into()),
        ("data at a sum", 13, "(data (i32.add (i32.const 1) (i32.const 1)) \"x\")".into()),
        ("data at a global", 13, "(global i32 (i32.const 1)) (data (global.get 0) \"x\")".into()),
    ];
    numbers(rows.iter().map(|(what, number, code)| (*what, *number, around(code))));
    let whole = [
        ("a memory of 64-bit addresses", 4, "(module (memory i64 1))"),
        ("a table of 64-bit addresses", 4, "(module (memory 1) (table i64 1 1 funcref))"),
        ("a shared memory", 4, "(module (memory 1 1 shared))"),
        ("pages of another size", 4, "(module (memory 1 (pagesize 1)))"),
    ];
    numbers(whole.map(|(what, number, code)| (what, number, text(code))));
}

#[test]
fn case_5_a_proposal_is_refused_in_code_that_is_never_reached_and_by_its_bytes_alone() {
    let dead = |code: &[u8]| [&[0, 0x00][..], code, &[0x0b]].concat();
    numbers([
        ("SIMD", 4, with_body(&dead(&[0xfd, 0x62, 0x1a]))),
        ("atomics", 4, with_body(&dead(&[0xfe, 0x03, 0x00]))),
        ("tail calls", 4, with_body(&dead(&[0x12, 0x00]))),
        ("an operator that nobody has defined", 2, with_body(&dead(&[0xff]))),
        ("an operator of a prefix that nobody has defined", 2, with_body(&dead(&[0xfc, 0xff, 0x7f]))),
    ]);
}

#[test]
fn case_6_nothing_but_a_function_is_imported() {
    for (name, import) in [
        ("memory", "(import \"v1\" \"memory\" (memory 1))"),
        ("table", "(import \"v1\" \"table\" (table 1 1 funcref))"),
        ("input_len", "(import \"v1\" \"input_len\" (global i32))"),
        ("tag", "(import \"v1\" \"tag\" (tag))"),
    ] {
        let memory = if name == "memory" { "" } else { MEMORY };
        let expected = CodeReject::ImportKind { module: "v1".into(), name: name.into() };
        assert_eq!(validate(&text(&format!("(module {import} {memory})"))), Err(expected), "{import}");
    }
}

#[test]
fn case_7_the_whole_table_can_be_imported_and_nothing_of_the_world_outside() {
    let calls: String = tacit_abi::functions().iter().map(|function| format!(";; ${}\n", function.name)).collect();
    validate(&module(&calls)).unwrap();
    for (outside, name) in [
        ("wasi_snapshot_preview1", "clock_time_get"),
        ("wasi_snapshot_preview1", "random_get"),
        ("wasi_snapshot_preview1", "environ_get"),
        ("env", "now"),
        ("v1", "random"),
        ("v1", "V1"),
        ("", ""),
    ] {
        let code = text(&format!("(module (import \"{outside}\" \"{name}\" (func)) {MEMORY})"));
        let expected = CodeReject::ImportUnknown { module: outside.into(), name: name.into() };
        assert_eq!(validate(&code), Err(expected));
    }
}

#[test]
fn case_9_names_of_the_host_and_names_that_stand_twice() {
    numbers(
        [
            ("the gas counter", 14, "(func (export \"__gas\"))"),
            ("the stack counter", 14, "(func (export \"__stack\"))"),
            ("a short name of it", 14, "(func (export \"__stk\"))"),
            ("the memory of the engine", 14, "(func (export \"__memory\"))"),
            ("the memory twice", 2, "(export \"memory\" (memory 0)) (export \"memory\" (memory 0))"),
            ("memory and function of one name", 2, "(export \"run\" (memory 0)) (func (export \"run\"))"),
            ("a function twice", 2, "(func (export \"run\")) (func (export \"run\"))"),
            ("a parameter", 16, "(func (export \"run\") (param i32))"),
            ("a result", 16, "(func (export \"run\") (result i64) (i64.const 0))"),
            ("a tag", 4, "(tag (export \"t\"))"),
        ]
        .map(|(what, number, code)| (what, number, around(code))),
    );
    // The memory under two names, a function named like it and constants named like counters: none of them reaches the engine.
    let code = around(
        "(export \"memory\" (memory 0)) (export \"__memory\" (memory 0)) (global (export \"__gas\") i32 (i32.const 5))
         (global (export \"__stack\") i64 (i64.const 5)) (func (export \"run\")) (func (export \"m\"))",
    );
    validate(&code).unwrap();
    let metered = crate::meter::meter(&code).unwrap();
    let mut names = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(&metered) {
        if let wasmparser::Payload::ExportSection(section) = payload.unwrap() {
            names.extend(section.into_iter().map(|export| export.unwrap()).map(|export| (export.name, export.kind)));
        }
    }
    use wasmparser::ExternalKind::{Func, Global, Memory};
    let expected = [("run", Func), ("m", Func), ("__memory", Memory), ("__gas", Global), ("__stack", Global)];
    assert_eq!(names, expected);
    let mut chain = Chain::new();
    let contract = chain.place(&code);
    chain.call(contract, "run", &[]).result.unwrap();
}

#[test]
fn case_10_what_is_named_by_number_and_not_there_is_malformed() {
    const ALL: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let operator = |code: &[u8]| with_body(&[&[0][..], code, &[0x0b]].concat());
    let with_all = |first: u8, behind: &[u8]| operator(&[&[first][..], &ALL, behind].concat());
    numbers([
        ("a call of function 4,294,967,295", 2, with_all(0x10, &[])),
        ("a call of function 1 of 1", 2, operator(&[0x10, 1])),
        ("an indirect call of type 9", 2, operator(&[0x41, 0, 0x11, 9, 0])),
        ("an indirect call of type 4,294,967,295", 2, operator(&[&[0x41, 0, 0x11][..], &ALL, &[0]].concat())),
        ("an indirect call without a table", 2, operator(&[0x41, 0, 0x11, 0, 0])),
        ("a local", 2, operator(&[0x20, 0, 0x1a])),
        ("local 4,294,967,295", 2, with_all(0x20, &[0x1a])),
        ("a global", 2, operator(&[0x23, 0, 0x1a])),
        ("global 4,294,967,295", 2, with_all(0x23, &[0x1a])),
        ("a block to leave", 2, operator(&[0x0c, 1])),
        ("block 4,294,967,295", 2, with_all(0x0c, &[])),
        ("a target of a branch table", 2, operator(&[0x41, 0, 0x0e, 1, 7, 0])),
        ("a block of type 9", 2, operator(&[0x02, 9, 0x0b])),
        ("an export of function 7", 2, with_sections(&[0, 0x0b], &[(7, &[1, 1, b'x', 0, 7])])),
        (
            "an export of function 4,294,967,295",
            2,
            with_sections(&[0, 0x0b], &[(7, &[&[1, 1, b'x', 0][..], &ALL].concat())]),
        ),
        ("an export of memory 1", 2, with_sections(&[0, 0x0b], &[(7, &[1, 1, b'x', 2, 1])])),
        ("an export of global 0", 17, with_sections(&[0, 0x0b], &[(7, &[1, 1, b'x', 3, 0])])),
        ("an export of a kind that nobody has defined", 2, with_sections(&[0, 0x0b], &[(7, &[1, 1, b'x', 9, 0])])),
        ("a start function that is not there", 5, with_sections(&[0, 0x0b], &[(8, &[7])])),
    ]);
    // The type of a function, and of an import.
    let typed = |import: &[u8], function: u8| {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        if !import.is_empty() {
            module.section(&RawSection { id: 2, data: import });
        }
        module.section(&RawSection { id: 3, data: &[1, function] }).section(&one_page());
        let mut code = CodeSection::new();
        code.function(&self::function(&[], []));
        module.section(&code);
        module.finish()
    };
    let import = [&[1, 2][..], b"v1", &[9], b"input_len", &[0, 9]].concat();
    numbers([
        ("a function of type 9", 2, typed(&[], 9)),
        ("an import of type 9", 8, typed(&import, 0)),
        ("elements that are not there", 2, around("(table 1 1 funcref) (elem (i32.const 0) func 9)")),
    ]);
}

#[test]
fn case_11_there_is_one_memory_that_begins_small() {
    numbers(
        [
            ("none", 10, "(module (func (export \"run\")))"),
            ("two", 4, "(module (memory 1) (memory 1))"),
            ("nine pages", 11, "(module (memory 9))"),
            ("nine pages and no more", 11, "(module (memory 9 9))"),
            ("65,536 pages", 11, "(module (memory 65536))"),
            ("more than 32 bits can address", 11, "(module (memory 65537))"),
        ]
        .map(|(what, number, code)| (what, number, text(code))),
    );
    let beyond = with_memory(1, 65_537);
    let backwards = with_memory(2, 1);
    numbers([("to grow to more than 32 bits can address", 2, beyond), ("to begin beyond its end", 2, backwards)]);
}

/// A module with a memory of these sizes in pages, that grows one page at a time and returns what each step gave.
fn with_memory(initial: u64, maximum: u64) -> Vec<u8> {
    let mut module = Module::new();
    let (mut types, mut functions, mut memory) = (TypeSection::new(), FunctionSection::new(), MemorySection::new());
    types.ty().function([], []);
    functions.function(0);
    let kind =
        MemoryType { minimum: initial, maximum: Some(maximum), memory64: false, shared: false, page_size_log2: None };
    memory.memory(kind);
    let mut code = CodeSection::new();
    code.function(&function(&[], []));
    module.section(&types).section(&functions).section(&memory).section(&code);
    module.finish()
}

/// A greatest size above the protocol's is no reason to refuse code: what it asks for, it does not get.
#[test]
fn case_11_a_memory_grows_to_its_own_limit_or_the_protocols_whichever_is_less() {
    for (declared, sizes) in [
        ("1 65536", &[1, 2, 3, 4, 5, 6, 7, -1, -1][..]),
        ("1 9", &[1, 2, 3, 4, 5, 6, 7, -1, -1]),
        ("1", &[1, 2, 3, 4, 5, 6, 7, -1, -1]),
        ("1 2", &[1, -1, -1, -1, -1, -1, -1, -1, -1]),
        ("0 1", &[0, -1, -1, -1, -1, -1, -1, -1, -1]),
        ("8 8", &[-1; 9]),
    ] {
        let steps: String = (0..9).map(|_| "(call $grow)").collect();
        let code = text(&format!(
            "(module (import \"v1\" \"return_data\" (func $return_data (param i32 i32))) (memory {declared})
                (global $at (mut i32) (i32.const 0)) (global $sizes (mut i64) (i64.const 0))
                (func $grow
                    ;; A byte for each step, because there may be no memory to write to.
                    (global.set $sizes (i64.or (i64.shl (global.get $sizes) (i64.const 4))
                        (i64.extend_i32_u (i32.and (memory.grow (i32.const 1)) (i32.const 15))))))
                (func (export \"run\") {steps}
                    (i64.store (i32.const 0) (global.get $sizes)) (i32.store (i32.const 8) (memory.size))
                    (call $return_data (i32.const 0) (i32.const 12))))"
        ));
        let mut chain = Chain::new();
        let contract = chain.place(&code);
        let output = chain.call(contract, "run", &[]).result.unwrap();
        let packed = sizes.iter().fold(0_u64, |all, size: &i32| all << 4 | u64::from((size & 15).unsigned_abs()));
        assert_eq!(u64::from_le_bytes(output[..8].try_into().unwrap()), packed, "(memory {declared})");
        let last = sizes.iter().max().map_or(0, |largest| if *largest < 0 { 8 } else { largest + 1 });
        assert_eq!(output[8..], last.to_le_bytes(), "(memory {declared})");
    }
}

#[test]
fn case_12_a_table_that_asks_for_millions_is_refused_by_its_declaration() {
    let of = |count: u32| around(&format!("(table {count} {count} funcref)"));
    for count in [limits::TABLE_ELEMENTS_MAX as u32 + 1, 10_000_000, u32::MAX] {
        assert_eq!(validate(&of(count)), Err(CodeReject::TableShape), "{count}");
    }
    validate(&of(limits::TABLE_ELEMENTS_MAX as u32)).unwrap();
}
