//! Which modules may be deployed.

use super::support::module;
use crate::reject::Part;
use crate::{CodeReject, limits, validate};

fn text(source: &str) -> Vec<u8> {
    wat::parse_str(source).unwrap()
}

fn refused(source: &str) -> CodeReject {
    validate(&text(source)).expect_err(source)
}

const MEMORY: &str = "(memory 1)";

#[test]
fn the_smallest_module_passes() {
    let info = validate(&text("(module (memory 1) (func (export \"run\")))")).unwrap();
    assert_eq!((info.functions, info.memory_pages, info.exports), (1, 1, vec!["run".to_owned()]));
}

#[test]
fn case_1_bytes_that_are_no_module_are_malformed() {
    let good = text("(module (memory 1) (func (export \"run\")))");
    let truncated = &good[..good.len() - 1];
    let mut component = good.clone();
    component[4..8].copy_from_slice(&[0x0d, 0, 1, 0]);
    let mut version = good.clone();
    version[4] = 2;
    let garbage: Vec<u8> = (0..200_u8).collect();
    for code in [&[][..], b"\0asm", b"(module (memory 1))", truncated, &component, &version, &garbage] {
        assert_eq!(validate(code).expect_err("accepted").number(), 2);
    }
}

#[test]
fn case_1_every_cut_of_a_module_is_refused_without_a_panic() {
    // Without names: a module cut before its custom section is whole.
    let import = "(import \"v1\" \"input_len\" (func (result i32)))";
    let good = text(&format!("(module {import} (memory 1) (func (export \"run\") (drop (call 0))))"));
    validate(&good).unwrap();
    for end in 0..good.len() {
        assert!(validate(&good[..end]).is_err(), "cut at {end} accepted");
    }
}

#[test]
fn case_1_every_flipped_bit_gives_a_verdict_and_never_a_panic() {
    let good = module("(func (export \"run\") (loop (br_if 0 (call $storage_has (i32.const 0) (i32.const 4)))))");
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let _ = validate(&bad);
    }
}

#[test]
fn case_2_code_over_the_limit_is_refused_by_its_length_alone() {
    let code = vec![0; limits::CODE_BYTES_MAX + 1];
    assert_eq!(validate(&code), Err(CodeReject::TooLong { bytes: code.len() }));
}

#[test]
fn allowed_proposals_pass() {
    let code = "(global $g (export \"g2\") i32 (i32.const 1)) (global $m (mut i32) (i32.const 0))
        (func (export \"run\") (memory.fill (i32.const 0) (i32.const 1) (i32.const 9))
            (memory.copy (i32.const 9) (i32.const 0) (i32.const 3))
            (global.set $m (i32.extend8_s (i32.const 200))))";
    validate(&text(&format!("(module {MEMORY} {code})"))).unwrap();
}

#[test]
fn case_3_a_start_section_is_refused() {
    assert_eq!(refused("(module (memory 1) (func $s) (start $s))"), CodeReject::StartSection);
}

#[test]
fn case_6_and_7_imports_must_be_host_functions_with_their_signature() {
    for (number, code) in [
        (7, "(import \"v1\" \"no_such\" (func))"),
        (7, "(import \"v2\" \"input_len\" (func (result i32)))"),
        (7, "(import \"env\" \"input_len\" (func (result i32)))"),
        (8, "(import \"v1\" \"input_len\" (func))"),
        (8, "(import \"v1\" \"input_len\" (func (param i32) (result i32)))"),
        (8, "(import \"v1\" \"input_len\" (func (result i64)))"),
        (8, "(import \"v1\" \"transfer\" (func (param i32 i64) (result i32)))"),
        (9, "(import \"v1\" \"input_len\" (func (result i32))) (import \"v1\" \"input_len\" (func (result i32)))"),
        (6, "(import \"v1\" \"memory\" (memory 1))"),
        (6, "(import \"v1\" \"input_len\" (global i32))"),
        (6, "(import \"v1\" \"table\" (table 1 funcref))"),
    ] {
        let reject = refused(&format!("(module {code} {})", if code.contains("memory") { "" } else { MEMORY }));
        assert_eq!(reject.number(), number, "{code}: {reject}");
    }
}

#[test]
fn memory_is_there_once_and_small_enough() {
    assert_eq!(refused("(module (func (export \"run\")))"), CodeReject::NoMemory);
    assert_eq!(refused("(module (memory 9))"), CodeReject::MemoryTooLarge { pages: 9 });
    validate(&text("(module (memory 8))")).unwrap();
    validate(&text("(module (memory 1 65536))")).unwrap();
}

#[test]
fn a_table_has_a_fixed_small_size() {
    for table in
        ["(table 1 funcref)", "(table 1 2 funcref)", "(table 4097 4097 funcref)", "(table 10000000 10000000 funcref)"]
    {
        assert_eq!(refused(&format!("(module {MEMORY} {table})")), CodeReject::TableShape, "{table}");
    }
    validate(&text("(module (memory 1) (table 2 2 funcref) (func $f) (elem (i32.const 0) $f $f))")).unwrap();
}

#[test]
fn segments_lie_inside_what_they_initialise() {
    assert_eq!(refused("(module (memory 1) (data (i32.const 65535) \"ab\"))"), CodeReject::Segment("data"));
    assert_eq!(refused("(module (memory 1) (data (i32.const -1) \"a\"))"), CodeReject::Segment("data"));
    let reject = refused("(module (memory 1) (table 1 1 funcref) (func $f) (elem (i32.const 1) $f))");
    assert_eq!(reject, CodeReject::Segment("element"));
    validate(&text("(module (memory 1) (data (i32.const 65534) \"ab\"))")).unwrap();
}

#[test]
fn case_8_and_9_exports_are_plain_functions_under_free_names() {
    for (number, code) in [
        (14, "(func (export \"__gas\"))"),
        (14, "(func (export \"__anything\"))"),
        (15, "(import \"v1\" \"storage_has\" (func $f (param i32 i32) (result i32))) (export \"run\" (func $f))"),
        (16, "(func (export \"run\") (param i32))"),
        (16, "(func (export \"run\") (result i64) (i64.const 0))"),
        (17, "(global (export \"g\") (mut i32) (i32.const 0))"),
        (17, "(table (export \"t\") 1 1 funcref)"),
        (2, "(func (export \"run\")) (func (export \"run\"))"),
        (2, "(export \"run\" (func 7))"),
    ] {
        let memory = if code.starts_with("(import") { "" } else { MEMORY };
        let tail = if code.starts_with("(import") { MEMORY } else { "" };
        let source = format!("(module {memory} {code} {tail})");
        let reject = validate(&wat::parse_str(&source).unwrap()).expect_err(&source);
        assert_eq!(reject.number(), number, "{code}: {reject}");
    }
}

#[test]
fn linker_constants_may_be_exported_and_do_not_reach_the_engine() {
    let code = text("(module (memory 1) (global (export \"__heap_base\") i32 (i32.const 5)) (func (export \"run\")))");
    validate(&code).unwrap();
    let metered = crate::meter::meter(&code).unwrap();
    let names = wat_names(&metered);
    assert_eq!(names, ["run", "__memory", "__gas", "__stack"]);
}

fn wat_names(code: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(code) {
        if let wasmparser::Payload::ExportSection(section) = payload.unwrap() {
            names.extend(section.into_iter().map(|export| export.unwrap().name.to_owned()));
        }
    }
    names
}

fn limit(source: &str) -> Part {
    match refused(source) {
        CodeReject::Limit { what, .. } => what,
        other => panic!("expected a limit, got {other}"),
    }
}

#[test]
fn locals_declared_by_run_length_in_few_bytes_are_refused() {
    // 60 functions with 500 locals each in a few hundred bytes of code.
    let function = format!("(func (local {}))", "i64 ".repeat(500));
    assert_eq!(limit(&format!("(module {MEMORY} {})", function.repeat(60))), Part::LocalsSum);
}

#[test]
fn a_signature_bomb_is_refused() {
    let function = "(func (type $t)) ".repeat(1_000);
    let parameters = "i32 ".repeat(24);
    assert_eq!(
        limit(&format!("(module (type $t (func (param {parameters}))) {MEMORY} {function})")),
        Part::ParametersSum
    );
}

#[test]
fn code_made_of_branches_that_metering_would_blow_up_is_refused() {
    let code = format!("(module {MEMORY} {})", "(func (call 0))".repeat(4_000));
    assert_eq!(refused(&code).number(), 18);
}

#[test]
fn reject_numbers_are_pinned() {
    assert_eq!(CodeReject::StartSection.number(), 5);
    assert_eq!(CodeReject::NoMemory.number(), 10);
    assert_eq!(CodeReject::Limit { what: Part::CustomBytes, actual: 1, limit: 0 }.number(), 116);
}

/// The body in which the most values meet for its length: locals change in the innermost of nested loops, and a branch table leads
/// back to all of them.
pub(super) fn nest(locals: u32, loops: u32) -> String {
    let numbers = |from: u32, to: u32| (from..to).collect::<Vec<_>>();
    let loaded: String = numbers(0, locals)
        .iter()
        .map(|local| format!("(local.set {local} (i32.load offset={} (i32.const {})))", 4 * local, local % 64))
        .collect();
    let get: String = numbers(0, locals).iter().map(|local| format!("local.get {local} ")).collect();
    let set: String = numbers(0, locals).iter().map(|local| format!("local.set {} ", (local + 1) % locals)).collect();
    let targets: String = numbers(0, loops).iter().map(|depth| format!("{depth} ")).collect();
    format!(
        "(func (export \"run\") (local {}) {loaded} block {} {get} {set} local.get 0 br_table {targets} {loops} {} end)",
        "i32 ".repeat(locals as usize),
        "loop ".repeat(loops as usize),
        "end ".repeat(loops as usize),
    )
}

#[test]
fn a_short_body_that_a_compiler_would_need_seconds_for_is_refused() {
    for (locals, loops) in [(128, 250), (256, 250), (512, 64), (512, 250)] {
        assert_eq!(limit(&format!("(module {MEMORY} {})", nest(locals, loops))), Part::Joins, "{locals} {loops}");
    }
    let code = super::support::module(&nest(60, 40));
    let info = crate::validate(&code).unwrap();
    assert!(info.joins > 7_000, "{}", info.joins);
    // It is paid for: twenty times what its length costs, and as code of its machine code's length when it is entered.
    assert!(info.deploy_gas().0 > 2_000_000 + 20 * 1_000 * code.len() as u64);
    assert!(info.load_bytes() > 20 * code.len() as u64);
    let (length, _) = compiled(&code);
    assert!(length as u64 <= 16 * 1024 + 4 * info.load_bytes(), "{length} bytes for {}", info.load_bytes());
}

#[test]
fn joins_of_all_functions_are_limited_together() {
    let functions = |count: usize| {
        let body = nest(60, 40).replace("(export \"run\")", "");
        format!("(module {MEMORY} {})", body.repeat(count))
    };
    assert_eq!(limit(&functions(9)), Part::JoinsSum);
    crate::validate(&wat::parse_str(functions(8)).unwrap()).unwrap();
}

/// The length of a module's machine code, and how long it took to make.
fn compiled(code: &[u8]) -> (usize, std::time::Duration) {
    let engine = crate::engine::engine(1).unwrap();
    let metered = crate::meter::meter(code).unwrap();
    let started = std::time::Instant::now();
    let module = wasmtime::Module::new(&engine, &metered).unwrap();
    let time = started.elapsed();
    (module.serialize().unwrap().len(), time)
}

/// A module around one function with this body.
fn alone(locals: usize, body: &str) -> String {
    let locals = "i64 ".repeat(locals);
    format!(
        "(module {MEMORY} (type $t (func)) (table 1 1 funcref) (elem (i32.const 0) $f) (func $f) (func (local {locals}) {body}))"
    )
}

fn reads(locals: usize) -> String {
    (0..locals).map(|local| format!("(drop (local.get {local}))")).collect()
}

#[test]
fn locals_that_nested_loops_only_read_count_where_they_are_read() {
    let body = |locals, loops: usize| format!("{} {} {}", "loop ".repeat(loops), reads(locals), "end ".repeat(loops));
    assert_eq!(limit(&alone(511, &body(511, 250))), Part::Joins);
    let info = crate::validate(&wat::parse_str(alone(30, &body(30, 10))).unwrap()).unwrap();
    assert_eq!(info.joins, 10 * (30 + 1) + 2, "each loop for each local and for itself, and two functions");
}

#[test]
fn functions_that_compile_in_the_square_of_their_length_cost_more_than_a_block() {
    let block = tacit_types::limits::BLOCK_GAS_MAX;
    let price = |locals: usize, body: &str| {
        crate::validate(&wat::parse_str(alone(locals, body)).unwrap()).unwrap().deploy_gas().0
    };
    let repeat = |text: &str, times: usize| text.repeat(times);
    for (what, locals, body) in [
        ("indirect calls", 0, repeat("(call_indirect (type $t) (i32.const 0))", 12_000)),
        ("locals read behind many branches", 511, repeat("(if (i32.const 1) (then))", 8_000) + &reads(511)),
        ("returns", 0, repeat("(if (i32.load (i32.const 0)) (then return))", 6_000)),
        ("copies", 0, repeat("(memory.copy (i32.const 0) (i32.const 9) (i32.const 3))", 6_000)),
        ("branches", 0, format!("block {} end", repeat("(br_if 0 (i32.load (i32.const 0)))", 8_000))),
        ("loops", 0, repeat("(loop (br_if 0 (i32.load (i32.const 0))))", 3_500)),
    ] {
        assert!(price(locals, &body) > block, "{what}: {}", price(locals, &body));
    }
    // A function that is as long and parted in nothing costs what its bytes say.
    assert!(price(1, &repeat("(local.set 0 (i64.mul (local.get 0) (local.get 0)))", 8_000)) < 60_000_000);
    // Ten functions of the same kind are cheaper than one of ten times the length.
    let call = "(call_indirect (type $t) (i32.const 0))";
    assert!(price(0, &repeat(call, 10_000)) > 5 * 10 * price(0, &repeat(call, 1_000)) / 2);
}

#[test]
fn what_waits_is_counted_at_every_place() {
    let effort = |locals: usize, body: &str| {
        let effort = crate::validate(&wat::parse_str(alone(locals, body)).unwrap()).unwrap().effort;
        // Without the other function and the end of this one.
        (effort.places - 2, effort.waits - 2 * 3)
    };
    assert_eq!(effort(0, ""), (0, 0));
    assert_eq!(effort(0, "(call $f)"), (1, 3), "three of the machine's own");
    assert_eq!(effort(0, "(i64.const 1) (i64.const 2) (call $f) (drop) (drop)"), (1, 3 + 2), "two operands");
    assert_eq!(
        effort(2, "(call $f) (call $f) (drop (local.get 1)) (call $f)"),
        (3, 9 + 2),
        "a local until its last use"
    );
    assert_eq!(effort(1, "(loop (drop (local.get 0)) (call $f))"), (4, 12 + 3), "and to the end of the loop");
    assert_eq!(effort(0, "(if (i32.const 1) (then) (else))"), (4, 12 + 2), "the condition stands on the stack");
    assert_eq!(effort(0, "(call_indirect (type $t) (i32.const 0))"), (4, 12 + 4));
}

#[test]
fn a_table_is_paid_for_by_everybody_who_enters() {
    let load = |elements: u64| {
        let text = format!("(module {MEMORY} (table {elements} {elements} funcref) (func (export \"run\")))");
        crate::validate(&wat::parse_str(text).unwrap()).unwrap().load_bytes()
    };
    // The number itself takes a byte more, twice.
    assert_eq!(load(4_096) - load(1), 4_095 * crate::gas::LOAD_BYTES_PER_TABLE_ELEMENT + 2);
}

/// How long this thread has run: what else the machine does is not in it.
fn on_processor() -> std::time::Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    std::time::Duration::from_nanos(text.split_whitespace().next().unwrap().parse().unwrap())
}

/// What compiling costs beside what is paid for it: the committed contracts, and every module in the folder `TACIT_SHAPES`.
#[test]
#[ignore = "a measurement"]
fn what_compiling_costs() {
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/artifacts").to_owned();
    let folders = std::iter::once(committed).chain(std::env::var("TACIT_SHAPES").ok());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|kind| kind == "wasm" || kind == "wat")).collect();
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let code = wat::parse_file(&path).unwrap();
        let info = match crate::validate(&code) {
            Ok(info) => info,
            Err(error) => {
                println!("{name}: {error}");
                continue;
            }
        };
        let engine = crate::engine::engine(1).unwrap();
        let metered = crate::meter::meter(&code).unwrap();
        let started = on_processor();
        let module = wasmtime::Module::new(&engine, &metered).unwrap();
        let time = on_processor() - started;
        let length = module.serialize().unwrap().len();
        let gas = info.deploy_gas().0;
        println!(
            "{name:34} {:7} bytes {:6} joins {:9} waits {:6} places {:10} squares {:9.1} Mgas {:9.2} ms {:7.3} ns/gas {:9} code {:5.1} per load byte",
            code.len(),
            info.joins,
            info.effort.waits,
            info.effort.places,
            info.effort.squares,
            gas as f64 / 1e6,
            time.as_secs_f64() * 1e3,
            time.as_secs_f64() * 1e9 / gas as f64,
            length,
            length as f64 / info.load_bytes() as f64
        );
    }
}
