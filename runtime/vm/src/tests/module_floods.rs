//! Cases 13 to 20 of `docs/spec/contract-attacks.md`: code with more of anything than a node should look at, refused by its counts
//! before they cost anything, and the most of everything that is accepted.

use super::module_cases::{
    MEMORY, around, branches, function, limit, numbers, one_page, start, text, with_body, with_functions, with_sections,
};
use super::support::Chain;
use crate::reject::Part;
use crate::{CodeReject, ModuleInfo, limits, validate};
use wasm_encoder::{CodeSection, Encode, FunctionSection, Instruction, Module, RawSection, TypeSection, ValType};

#[test]
fn case_13_a_small_module_that_many_parameters_would_blow_up_is_refused() {
    let signature = |parameters: u32| {
        let mut types = TypeSection::new();
        types.ty().function((0..parameters).map(|_| ValType::I32), []);
        types
    };
    let bomb = |parameters: u32, functions: u32| {
        let mut module = Module::new();
        let mut section = FunctionSection::new();
        (0..functions).for_each(|_| {
            section.function(0);
        });
        let mut code = CodeSection::new();
        (0..functions).for_each(|_| {
            code.function(&function(&[], []));
        });
        module.section(&signature(parameters)).section(&section).section(&one_page()).section(&code);
        module.finish()
    };
    assert_eq!(limit(&bomb(1_000, 20_000)), (Part::Parameters, 1_000, 24));
    assert_eq!(limit(&bomb(24, 20_000)), (Part::Functions, 20_000, 4_096));
    assert_eq!(limit(&bomb(24, 4_096)), (Part::ParametersSum, 24 * 4_096, 10_000));
}

#[test]
fn case_14_locals_that_take_no_bytes_are_counted_and_not_made() {
    let all = u32::MAX;
    // 2^32 - 1 in one group and in two, and a flood of groups.
    for (groups, actual) in [
        (vec![(all, ValType::I32)], u64::from(all)),
        (vec![(512, ValType::I32), (all - 512, ValType::I64)], u64::from(all)),
        (vec![(1, ValType::I32); 20_000], 513),
    ] {
        let code = with_functions(&[function(&groups, [])], &[], &[]);
        assert_eq!(limit(&code), (Part::Locals, actual, 512));
    }
    let beyond = with_functions(&[function(&[(512, ValType::I32), (all, ValType::I64)], [])], &[], &[]);
    numbers([("more than 32 bits can count", 2, beyond)]);
    let many = vec![function(&[(500, ValType::I64)], []); 4_000];
    let code = with_functions(&many, &[], &[]);
    let half = code.len().div_ceil(2) as u64;
    let (part, actual, at_most) = limit(&code);
    assert_eq!((part, at_most), (Part::LocalsSum, half));
    // Refused with the function that goes over it, not after all of them.
    assert_eq!(actual, (half / 500 + 1) * 500);
}

/// The rule against declarations in few bytes: at most one local for each two bytes of code.
#[test]
fn case_14_locals_are_at_most_half_of_the_codes_bytes() {
    let mut accepted = 0;
    for padding in 1..200 {
        let code = with_functions(&[function(&[(100, ValType::I32)], [])], &vec![7; padding], &[]);
        let fits = 100 <= code.len().div_ceil(2);
        assert_eq!(validate(&code).is_ok(), fits, "{} bytes", code.len());
        accepted += usize::from(fits);
    }
    assert!((1..199).contains(&accepted), "the lengths were all on one side");
}

#[test]
fn case_15_branch_tables_of_any_length_are_refused_before_their_targets_cost_anything() {
    let table = |targets: usize| {
        let instructions = [Instruction::I32Const(0), Instruction::BrTable(vec![0; targets].into(), 0)];
        with_functions(&[function(&[], instructions)], &[], &[])
    };
    assert!(matches!(validate(&table(1_000_000)), Err(CodeReject::TooLong { .. })));
    let (part, actual, _) = limit(&table(400_000));
    assert!(part == Part::BodyBytes && actual > 400_000);
    assert_eq!(limit(&table(60_000)), (Part::BrTableTargets, 60_000, 1_024));
    // A count without the targets.
    let body = [&[0, 0x41, 0, 0x0e][..], &[0xff, 0xff, 0xff, 0xff, 0x0f], &[0, 0x0b]].concat();
    numbers([("4,294,967,295 targets that are not there", 2, with_body(&body))]);
}

#[test]
fn case_16_nesting_and_bodies_of_any_size_are_refused() {
    let nested = |depth: usize| {
        let open = (0..depth).map(|_| Instruction::Block(wasm_encoder::BlockType::Empty));
        with_functions(&[function(&[], open.chain((0..depth).map(|_| Instruction::End)))], &[], &[])
    };
    let (part, actual, at_most) = limit(&nested(100_000));
    assert!(part == Part::BodyBytes && actual > 300_000 && at_most == limits::BODY_BYTES_MAX as u64);
    assert_eq!(limit(&nested(20_000)), (Part::Nesting, 257, 256));
    let open_only = with_functions(
        &[function(&[], (0..20_000).map(|_| Instruction::Loop(wasm_encoder::BlockType::Empty)))],
        &[],
        &[],
    );
    assert_eq!(limit(&open_only), (Part::Nesting, 257, 256), "blocks that nobody closes");
    let huge = with_functions(&[function(&[], (0..7_600_000).map(|_| Instruction::Nop))], &[], &[]);
    assert!(matches!(validate(&huge), Err(CodeReject::TooLong { .. })));
}

#[test]
fn case_17_globals_by_the_hundred_thousand_are_refused_by_their_count() {
    let globals = |count: u32| {
        let mut data = Vec::new();
        count.encode(&mut data);
        (0..count).for_each(|_| data.extend([0x7f, 0, 0x41, 0, 0x0b]));
        with_sections(&[0, 0x0b], &[(6, &data)])
    };
    assert!(matches!(validate(&globals(1_000_000)), Err(CodeReject::TooLong { .. })));
    assert_eq!(limit(&globals(100_000)), (Part::Globals, 100_000, 64));
    // A count without the globals.
    let counted = with_sections(&[0, 0x0b], &[(6, &[0xff, 0xff, 0xff, 0xff, 0x0f])]);
    assert_eq!(limit(&counted), (Part::Globals, u64::from(u32::MAX), 64));
}

#[test]
fn case_18_segments_by_the_hundred_thousand_are_refused_by_their_count() {
    let mut data = Vec::new();
    100_000_u32.encode(&mut data);
    (0..100_000).for_each(|_| data.extend([0, 0x41, 0, 0x0b, 0]));
    let mut module = start();
    let mut code = CodeSection::new();
    code.function(&function(&[], []));
    module.section(&code).section(&RawSection { id: 11, data: &data });
    assert_eq!(limit(&module.finish()), (Part::DataSegments, 100_000, 256));
    assert_eq!(limit(&with_sections(&[0, 0x0b], &[(9, &data)])), (Part::ElementSegments, 100_000, 64));
}

#[test]
fn case_18_of_segments_that_overlap_the_later_wins_on_every_engine() {
    let mut chain = Chain::new();
    let contract = chain.text(
        "(type $answer (func (result i32))) (table 3 3 funcref)
         (elem (i32.const 0) $one $one $one) (elem (i32.const 1) $two) (elem (i32.const 1)) (elem (i32.const 3))
         (data (i32.const 8) \"abcdefgh\") (data (i32.const 10) \"XY\") (data (i32.const 11) \"Z\") (data (i32.const 65536) \"\")
         (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
         (func (export \"run\")
            (i32.store8 (i32.const 0) (call_indirect (type $answer) (i32.const 0)))
            (i32.store8 (i32.const 1) (call_indirect (type $answer) (i32.const 1)))
            (i32.store8 (i32.const 2) (call_indirect (type $answer) (i32.const 2)))
            (call $return_data (i32.const 0) (i32.const 16)))",
    );
    for _ in 0..3 {
        assert_eq!(chain.call(contract, "run", &[]).result.unwrap(), b"\x01\x02\x01\0\0\0\0\0abXZefgh");
    }
}

#[test]
fn case_18_a_segment_ends_at_the_end_at_most() {
    numbers(
        [
            ("a byte beyond", 13, "(data (i32.const 65536) \"x\")"),
            ("the last byte and one more", 13, "(data (i32.const 65535) \"xy\")"),
            ("from the other end of the numbers", 13, "(data (i32.const -1) \"xy\")"),
            ("nothing, a byte beyond", 13, "(data (i32.const 65537) \"\")"),
            ("an element beyond", 13, "(table 1 1 funcref) (func $f) (elem (i32.const 1) $f)"),
            ("elements and no table", 13, "(func $f) (elem (i32.const 0) $f)"),
        ]
        .map(|(what, number, code)| (what, number, around(code))),
    );
    validate(&around("(data (i32.const 65535) \"x\") (data (i32.const 65536) \"\")")).unwrap();
}

#[test]
fn case_13_and_14_and_15_and_16_and_17_and_18_and_20_every_limit_is_exact() {
    let times = |count: u64, item: &str| item.repeat(count as usize);
    let branch_table = |targets: u64| format!("(func (br_table {} (i32.const 0)))", times(targets + 1, "0 "));
    let with_parameters = |count: u64| format!("(func (param {}))", times(count, "i32 "));
    type Make<'a> = &'a dyn Fn(u64) -> Vec<u8>;
    let cases: [(Part, u64, Make); 19] = [
        (Part::Types, 1_024, &|count| around(&times(count, "(type (func))"))),
        (Part::Parameters, 24, &|count| around(&with_parameters(count))),
        (Part::ParametersSum, 10_000, &|count| {
            around(&(with_parameters(24).repeat(416) + &with_parameters(count - 24 * 416)))
        }),
        (Part::Functions, 4_096, &|count| around(&times(count, "(func)"))),
        (Part::BodyBytes, 65_536, &|count| {
            with_functions(&[function(&[], (2..count).map(|_| Instruction::Nop))], &[], &[])
        }),
        (Part::Locals, 512, &|count| {
            with_functions(&[function(&[(count as u32, ValType::I32)], [])], &[7; 1_100], &[])
        }),
        (Part::LocalsSum, 32_768, &|count| {
            let mut all = vec![function(&[(512, ValType::I32)], []); 63];
            all.extend([256, count as u32 - 63 * 512 - 256].map(|own| function(&[(own, ValType::I64)], [])));
            with_functions(&all, &[7; 65_536], &[])
        }),
        (Part::Nesting, 256, &|count| {
            around(&format!("(func {} {})", times(count - 1, "(block "), times(count - 1, ")")))
        }),
        (Part::BrTableTargets, 1_024, &|count| around(&branch_table(count))),
        (Part::BrTableTargetsSum, 16_384, &|count| {
            around(&(branch_table(1_000).repeat(16) + &branch_table(count - 16_000)))
        }),
        (Part::Globals, 64, &|count| around(&times(count, "(global i32 (i32.const 0))"))),
        (Part::ElementSegments, 64, &|count| {
            around(&format!("(table 1 1 funcref) (func) {}", times(count, "(elem (i32.const 0) func 0)")))
        }),
        (Part::DataSegments, 256, &|count| around(&times(count, "(data (i32.const 0) \"a\")"))),
        (Part::Exports, 128, &|count| {
            let exports: String = (0..count).map(|index| format!("(export \"f{index}\" (func 0))")).collect();
            around(&format!("(func) {exports}"))
        }),
        (Part::ExportNameBytes, 64, &|count| around(&format!("(func (export \"{}\"))", times(count, "a")))),
        // In one section, and with empty ones before it: the length of a name, one byte, counts as well.
        (Part::CustomBytes, 65_536, &|count| {
            with_functions(&[function(&[], [])], &[], &[("x", &vec![7; count as usize - 2])])
        }),
        (Part::CustomBytes, 65_536, &|count| {
            let empty: [(&str, &[u8]); 100] = [("", &[]); 100];
            with_functions(&[function(&[], [])], &[], &[&empty[..], &[("x", &vec![7; count as usize - 102])]].concat())
        }),
        // As many joins as branches to a function's end, and one.
        (Part::Joins, 8_192, &|count| with_functions(&[branches(count as usize - 1)], &[], &[])),
        (Part::JoinsSum, 65_536, &|count| {
            let mut all = vec![branches(8_000 - 1); 8];
            all.push(branches(count as usize - 64_000 - 1));
            with_functions(&all, &[], &[])
        }),
    ];
    for (part, at_most, make) in cases {
        validate(&make(at_most)).unwrap_or_else(|reject| panic!("{part:?} at its limit: {reject}"));
        assert_eq!(limit(&make(at_most + 1)), (part, at_most + 1, at_most));
    }
}

/// There are fewer host functions than imports allowed, so that limit cannot be reached with good ones.
#[test]
fn case_7_imports_above_their_limit_are_refused_by_their_count() {
    assert!(tacit_abi::functions().len() < limits::IMPORTS_MAX as usize);
    let imports = |count: usize| {
        let all: String = (0..count).map(|_| "(import \"v1\" \"input_len\" (func (result i32)))").collect();
        text(&format!("(module {all} {MEMORY})"))
    };
    assert_eq!(limit(&imports(65)), (Part::Imports, 65, 64));
    assert_eq!(validate(&imports(64)), Err(CodeReject::ImportTwice { name: "input_len".into() }));
}

fn allowed(info: &ModuleInfo) -> usize {
    info.code_bytes * limits::INSTRUMENTED_RATIO_MAX + limits::INSTRUMENTED_BYTES_FREE
}

#[test]
fn case_19_the_largest_code_made_of_branches_compiles_and_runs_on_every_engine() {
    // As many joins as there may be, and plain code up to the longest length.
    let full = |count: usize, nops: usize| {
        let branches = (0..count).flat_map(|_| [Instruction::I32Const(0), Instruction::BrIf(0)]);
        function(&[], branches.chain((0..nops).map(|_| Instruction::Nop)))
    };
    let code = |last: usize| {
        let mut bodies = vec![full(8_191, 31_000); 7];
        bodies.extend([24_000, last].map(|nops| full(4_095, nops)));
        with_functions(&bodies, &[], &[])
    };
    let code = code(limits::CODE_BYTES_MAX - code(20_000).len() + 20_000);
    assert_eq!(code.len(), limits::CODE_BYTES_MAX);
    let info = validate(&code).unwrap();
    assert_eq!(info.joins, limits::JOINS_SUM_MAX);
    assert!(info.metered_bytes <= allowed(&info), "{} of {}", info.metered_bytes, allowed(&info));
    let mut chain = Chain::new();
    let contract = chain.place(&code);
    let outcome = chain.call(contract, "run", &[]);
    assert_eq!(outcome.result, Ok(Vec::new()));
}

#[test]
fn case_19_metered_code_is_never_longer_than_three_times_the_code_and_16_kib() {
    let verdict =
        |count: usize| validate(&with_functions(&vec![function(&[], [Instruction::Call(0)]); count], &[], &[]));
    // Accepted up to a number of functions, and refused from there on.
    let (mut good, mut bad) = (1, 4_000);
    while bad - good > 1 {
        let middle = (good + bad) / 2;
        if verdict(middle).is_ok() { good = middle } else { bad = middle }
    }
    let info = verdict(good).unwrap();
    assert!(info.metered_bytes <= allowed(&info) && info.metered_bytes + 100 > allowed(&info), "{info:?}");
    let Err(CodeReject::MeteredTooLong { bytes, limit }) = verdict(bad) else { panic!("{bad} functions") };
    assert!(bytes > limit && limit > allowed(&info));
}

#[test]
fn case_20_custom_sections_never_reach_the_engine() {
    const MARK: &[u8] = b"neither name nor data reaches the engine";
    let name = std::str::from_utf8(MARK).unwrap();
    let plain = with_functions(&[function(&[], [])], b"data", &[]);
    let empty: [(&str, &[u8]); 1_000] = [("", &[]); 1_000];
    for customs in [
        &[(name, MARK)][..],
        &[("name", MARK), ("name", &[0xff; 100]), (name, &[])],
        &[("producers", &[0xff; 9]), ("linking", MARK), ("metadata.code.branch_hint", MARK), ("tacit.spec", MARK)],
        &empty,
    ] {
        let code = with_functions(&[function(&[], [])], b"data", customs);
        validate(&code).unwrap();
        let metered = crate::meter::meter(&code).unwrap();
        assert_eq!(metered, crate::meter::meter(&plain).unwrap(), "custom sections change what is compiled");
        assert!(!metered.windows(MARK.len()).any(|window| window == MARK));
    }
}

#[test]
fn case_20_floods_of_custom_sections_and_names_are_refused() {
    let customs = |count: usize, name: &str| {
        let all: Vec<(&str, &[u8])> = vec![(name, &[]); count];
        with_functions(&[function(&[], [])], &[], &all)
    };
    // Three bytes each in the code, and one that counts.
    assert_eq!(limit(&customs(100_000, "")), (Part::CustomBytes, 65_537, 65_536));
    let long = "n".repeat(60_000);
    assert_eq!(limit(&customs(2, &long)), (Part::CustomBytes, 2 * 60_003, 65_536));
    let export = |bytes: usize| around(&format!("(func (export \"{}\"))", "n".repeat(bytes)));
    assert!(matches!(validate(&export(1 << 20)), Err(CodeReject::TooLong { .. })));
    assert_eq!(limit(&export(90_000)), (Part::ExportNameBytes, 90_000, 64));
    numbers([
        ("an exported name of 400 KB", 2, export(400_000)),
        (
            "an imported name of 400 KB",
            2,
            text(&format!("(module (import \"v1\" \"{}\" (func)) (memory 1))", "n".repeat(400_000))),
        ),
        ("a custom section's name of 400 KB", 2, customs(1, &"n".repeat(400_000))),
    ]);
}

#[test]
fn case_20_names_that_are_no_text_are_malformed() {
    let import = [&[1, 2][..], b"v1", &[2, 0xc3, 0x28], &[0, 0]].concat();
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types).section(&RawSection { id: 2, data: &import }).section(&one_page());
    numbers([
        ("an exported name", 2, with_sections(&[0, 0x0b], &[(7, &[1, 2, 0xff, 0xfe, 0, 0])])),
        ("a surrogate", 2, with_sections(&[0, 0x0b], &[(7, &[1, 3, 0xed, 0xa0, 0x80, 0, 0])])),
        ("an overlong letter", 2, with_sections(&[0, 0x0b], &[(7, &[1, 2, 0xc1, 0x81, 0, 0])])),
        ("an imported name", 2, module.finish()),
        ("a custom section's name", 2, with_sections(&[0, 0x0b], &[(0, &[2, 0xff, 0xfe, 1, 2, 3])])),
        ("a custom section's name longer than the section", 2, with_sections(&[0, 0x0b], &[(0, &[9, b'x'])])),
    ]);
}
