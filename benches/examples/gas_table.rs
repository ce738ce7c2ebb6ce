//! How many nanoseconds a gas buys: the worst input of every class of instruction and of every host function that
//! computes, in one run on one thread.
//!
//!     cargo run --release -p tacit-benches --example gas_table [-- --check]
//!
//! A loop in a contract does the work many times; what the same loop costs without the work is taken off. With `--check`
//! it ends with 1 if anything costs more than 1.5 times the median per gas. Storage, balances and proofs on record are
//! left out: their prices are for a cold disk, which memory does not show.

use std::time::Instant;
use tacit_benches::world::MapWorld;
use tacit_types::{Address, Amount, Gas};
use tacit_vm::{CallParams, Lane, Vm, VmConfig};

const CONTRACT: Address = Address([1; 32]);
/// Each measurement is the least of so many.
const RUNS: usize = 7;

struct Case {
    name: &'static str,
    imports: &'static str,
    /// Functions and data besides the loop.
    module: String,
    /// Done before the loop.
    setup: String,
    /// Done in every round.
    work: String,
    rounds: u32,
}

fn case(name: &'static str, rounds: u32, work: impl Into<String>) -> Case {
    Case { name, imports: "", module: String::new(), setup: String::new(), work: work.into(), rounds }
}

fn host(name: &'static str, rounds: u32, imports: &'static str, work: &str) -> Case {
    Case { imports, ..case(name, rounds, work) }
}

fn text(case: &Case, rounds: u32, work: &str) -> String {
    format!(
        "(module {} (memory 16) {}
            (func (export \"run\") (local $i i32) (local $a i64) (local $b i64) (local $p i32)
                (local.set $a (i64.const 0x123456789abcdef)) (local.set $b (i64.const 0x7777777)) {}
                (local.set $i (i32.const {rounds}))
                (loop $next {work}
                    (local.set $a (i64.add (local.get $a) (i64.extend_i32_u (local.get $i))))
                    (br_if $next (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
                (i64.store (i32.const 0) (i64.add (local.get $a) (i64.extend_i32_u (local.get $p))))))",
        case.imports, case.module, case.setup
    )
}

/// Nanoseconds and gas of one call.
fn measure(vm: &Vm, case: &Case, rounds: u32, work: &str) -> (f64, u64) {
    let code = wat::parse_str(text(case, rounds, work)).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let mut world = MapWorld::default();
    world.place(CONTRACT, &code);
    let mut least = f64::MAX;
    let mut gas = 0;
    for _ in 0..RUNS {
        let params = CallParams {
            caller: Address([2; 32]),
            contract: CONTRACT,
            function: "run",
            input: &[],
            value: Amount::ZERO,
            gas_limit: Gas(1 << 50),
            record: false,
        };
        let start = Instant::now();
        let outcome = vm.call(&mut world, params).expect("no fault");
        least = least.min(start.elapsed().as_nanos() as f64);
        outcome.result.unwrap_or_else(|reject| panic!("{}: {reject}", case.name));
        gas = outcome.gas_used.0;
        world.commit();
    }
    (least, gas)
}

fn repeated(times: usize, text: &str) -> String {
    text.repeat(times)
}

fn instructions() -> Vec<Case> {
    let mut locals = case("call of a function with 400 locals", 20_000, repeated(8, "(call $many)"));
    // Code has two bytes for every local; the data are there to be long.
    let padding = "x".repeat(1_000);
    locals.module = format!("(data (i32.const 0) \"{padding}\") (func $many {})", "(local i64)".repeat(400));
    let mut calls = case("call", 100_000, repeated(16, "(call $nothing)"));
    calls.module = "(func $nothing)".into();
    let mut indirect = case(
        "call_indirect",
        100_000,
        repeated(16, "(call_indirect (type $t) (i32.and (local.get $i) (i32.const 1)))"),
    );
    indirect.module =
        "(type $t (func)) (table 2 2 funcref) (elem (i32.const 0) $one $two) (func $one) (func $two)".into();
    let add = "(local.set $a (i64.xor (i64.add (local.get $a) (local.get $b)) (i64.shl (local.get $a) (i64.const 5))))";
    let branch = "(block $x (br_if $x (i64.eqz (i64.and (local.get $a) (i64.const 1)))) (local.set $a (i64.add (local.get $a) (i64.const 3))))
        (local.set $a (i64.mul (local.get $a) (i64.const 0x5851f42d4c957f2d)))";
    vec![
        case("add", 400_000, repeated(32, add)),
        case("multiply", 400_000, repeated(32, "(local.set $a (i64.mul (i64.add (local.get $a) (local.get $b)) (local.get $a)))")),
        case("divide", 100_000, repeated(32, "(local.set $a (i64.div_u (i64.const -1) (i64.or (local.get $a) (i64.const 1))))")),
        case("remainder, signed", 100_000, repeated(32, "(local.set $a (i64.rem_s (i64.const -99999999999) (i64.or (local.get $a) (i64.const 1))))")),
        case("rotate, count, shift", 300_000, repeated(16, "(local.set $a (i64.rotl (i64.popcnt (i64.shl (local.get $a) (local.get $b))) (local.get $a)))")),
        case("branches that cannot be foreseen", 300_000, repeated(8, branch)),
        case("br_table", 300_000, repeated(8, "(block $z (block $y (block $x (br_table $x $y $z (i32.and (local.get $i) (i32.const 3))))))")),
        case("load and store", 300_000, repeated(16, "(i64.store (i32.and (local.get $i) (i32.const 0xfff8)) (i64.load (i32.const 64)))")),
        case("unaligned load across pages", 300_000, repeated(16, "(local.set $a (i64.add (local.get $a) (i64.load offset=4093 (i32.and (local.get $i) (i32.const 0x7000)))))")),
        case("memory.fill of 64 KiB", 4_000, "(memory.fill (i32.const 0) (i32.const 7) (i32.const 65536))"),
        case("memory.copy of half a memory, overlapping", 300, "(memory.copy (i32.const 3) (i32.const 0) (i32.const 524288))"),
        case("memory.copy of 1 byte", 300_000, repeated(8, "(memory.copy (i32.const 3) (i32.const 0) (i32.const 1))")),
        locals,
        calls,
        indirect,
    ]
    .into_iter()
    .chain([chase("dependent loads over half a memory", 8), chase("dependent loads over a whole memory", 16)])
    .collect()
}

/// Walks a permutation of cache lines with a long cycle: line i is followed by line 48273 i + 11, modulo their number.
fn chase(name: &'static str, pages: u32) -> Case {
    let lines = pages << 10;
    let mut case = case(name, 300_000, repeated(8, "(local.set $p (i32.load (local.get $p)))"));
    case.setup = format!(
        "(loop $fill
            (i32.store (i32.shl (local.get $p) (i32.const 6))
                (i32.shl (i32.and (i32.add (i32.mul (local.get $p) (i32.const 48273)) (i32.const 11)) (i32.const {})) (i32.const 6)))
            (br_if $fill (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const {lines}))))
        (local.set $p (i32.const 0))",
        lines - 1
    );
    case
}

fn host_functions() -> Vec<Case> {
    macro_rules! import {
        ($name:literal, $parameters:literal, $result:literal) => {
            concat!("(import \"v1\" \"", $name, "\" (func $f (param ", $parameters, ") ", $result, "))")
        };
    }
    let mib = "(i32.const 1048576)";
    vec![
        host("block_height", 200_000, "(import \"v1\" \"block_height\" (func $f (result i64)))", "(drop (call $f))"),
        host("caller", 200_000, import!("caller", "i32", ""), "(call $f (i32.const 0))"),
        host(
            "blake3 of 0 bytes",
            50_000,
            import!("blake3", "i32 i32 i32", ""),
            "(call $f (i32.const 0) (i32.const 0) (i32.const 64))",
        ),
        host(
            "blake3 of 1 MiB",
            20,
            import!("blake3", "i32 i32 i32", ""),
            &format!("(call $f (i32.const 0) {mib} (i32.const 64))"),
        ),
        host(
            "sha256 of 0 bytes",
            50_000,
            import!("sha256", "i32 i32 i32", ""),
            "(call $f (i32.const 0) (i32.const 0) (i32.const 64))",
        ),
        host(
            "sha256 of 1 MiB",
            10,
            import!("sha256", "i32 i32 i32", ""),
            &format!("(call $f (i32.const 0) {mib} (i32.const 64))"),
        ),
        host(
            "keccak256 of 0 bytes",
            50_000,
            import!("keccak256", "i32 i32 i32", ""),
            "(call $f (i32.const 0) (i32.const 0) (i32.const 64))",
        ),
        host(
            "keccak256 of 1 MiB",
            10,
            import!("keccak256", "i32 i32 i32", ""),
            &format!("(call $f (i32.const 0) {mib} (i32.const 64))"),
        ),
        host(
            "poseidon of 1",
            2_000,
            import!("poseidon", "i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 1) (i32.const 4096)))",
        ),
        host(
            "poseidon of 12",
            500,
            import!("poseidon", "i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 12) (i32.const 4096)))",
        ),
        Case {
            module: format!("(data (i32.const 0) \"{}\")", ED25519),
            ..host(
                "ed25519_verify",
                300,
                import!("ed25519_verify", "i32 i32 i32 i32", "(result i32)"),
                "(drop (call $f (i32.const 0) (i32.const 32) (i32.const 96) (i32.const 1)))",
            )
        },
        Case {
            module: format!("(data (i32.const 0) \"{}\")", SECP256K1),
            ..host(
                "secp256k1_recover",
                200,
                import!("secp256k1_recover", "i32 i32 i32 i32", "(result i32)"),
                "(drop (call $f (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 4096)))",
            )
        },
        Case {
            module: format!("(data (i32.const 0) \"{}\")", SECP256R1),
            ..host(
                "secp256r1_verify",
                200,
                import!("secp256r1_verify", "i32 i32 i32", "(result i32)"),
                "(drop (call $f (i32.const 0) (i32.const 64) (i32.const 128)))",
            )
        },
        bn254(
            "bn254_add",
            2_000,
            import!("bn254_add", "i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 0) (i32.const 8192)))",
        ),
        bn254(
            "bn254_mul",
            300,
            import!("bn254_mul", "i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 64) (i32.const 8192)))",
        ),
        bn254(
            "bn254_pairing of nothing",
            2_000,
            import!("bn254_pairing", "i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 0)))",
        ),
        bn254(
            "bn254_pairing of 1",
            30,
            import!("bn254_pairing", "i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 1024) (i32.const 1)))",
        ),
        bn254(
            "u256_mul_div",
            50_000,
            import!("u256_mul_div", "i32 i32 i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 64) (i32.const 64) (i32.const 96) (i32.const 1) (i32.const 8192)))",
        ),
        bn254(
            "u256_div",
            50_000,
            import!("u256_div", "i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 64) (i32.const 0) (i32.const 8192)))",
        ),
        bn254(
            "u256_mul",
            50_000,
            import!("u256_mul", "i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 0) (i32.const 8192)))",
        ),
        bn254(
            "u256_pow",
            5_000,
            import!("u256_pow", "i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 128) (i32.const 80) (i32.const 8192)))",
        ),
        bn254("u256_sqrt", 5_000, import!("u256_sqrt", "i32 i32", ""), "(call $f (i32.const 64) (i32.const 8192))"),
        host(
            "emit of 16 KiB",
            16,
            import!("emit", "i32 i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4000)))",
        ),
        host(
            "transient_set",
            2_000,
            import!("transient_set", "i32 i32 i32 i32", "(result i32)"),
            "(drop (call $f (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 4)))",
        ),
        host("log of 1 KiB", 20_000, import!("log", "i32 i32", ""), "(call $f (i32.const 0) (i32.const 1024))"),
        host(
            "return_data of 64 KiB",
            2_000,
            import!("return_data", "i32 i32", ""),
            "(call $f (i32.const 0) (i32.const 65536))",
        ),
    ]
}

/// The generator of G1 at 0, a large number at 64, another at 96, three at 128; at 1024 the same for pairings.
fn bn254(name: &'static str, rounds: u32, imports: &'static str, work: &str) -> Case {
    let zeros = "\\00".repeat(31);
    let module = format!(
        "(data (i32.const 0) \"{zeros}\\01{zeros}\\02{}{}\\03\") (data (i32.const 1024) \"{zeros}\\01{zeros}\\02{G2}\")",
        "\\fe".repeat(32),
        "\\fd".repeat(31) + "\\0f",
    );
    Case { module, ..host(name, rounds, imports, work) }
}

/// The generator of G2, imaginary parts first.
const G2: &str = concat!(
    "\\19\\8e\\93\\93\\92\\0d\\48\\3a\\72\\60\\bf\\b7\\31\\fb\\5d\\25\\f1\\aa\\49\\33\\35\\a9\\e7\\12\\97\\e4\\85\\b7\\ae\\f3\\12\\c2",
    "\\18\\00\\de\\ef\\12\\1f\\1e\\76\\42\\6a\\00\\66\\5e\\5c\\44\\79\\67\\43\\22\\d4\\f7\\5e\\da\\dd\\46\\de\\bd\\5c\\d9\\92\\f6\\ed",
    "\\09\\06\\89\\d0\\58\\5f\\f0\\75\\ec\\9e\\99\\ad\\69\\0c\\33\\95\\bc\\4b\\31\\33\\70\\b3\\8e\\f3\\55\\ac\\da\\dc\\d1\\22\\97\\5b",
    "\\12\\c8\\5e\\a5\\db\\8c\\6d\\eb\\4a\\ab\\71\\80\\8d\\cb\\40\\8f\\e3\\d1\\e7\\69\\0c\\43\\d3\\7b\\4c\\e6\\cc\\01\\66\\fa\\7d\\aa",
);
/// RFC 8032, test 2.
const ED25519: &str = concat!(
    "\\3d\\40\\17\\c3\\e8\\43\\89\\5a\\92\\b7\\0a\\a7\\4d\\1b\\7e\\bc\\9c\\98\\2c\\cf\\2e\\c4\\96\\8c\\c0\\cd\\55\\f1\\2a\\f4\\66\\0c",
    "\\92\\a0\\09\\a9\\f0\\d4\\ca\\b8\\72\\0e\\82\\0b\\5f\\64\\25\\40\\a2\\b2\\7b\\54\\16\\50\\3f\\8f\\b3\\76\\22\\23\\eb\\db\\69\\da",
    "\\08\\5a\\c1\\e4\\3e\\15\\99\\6e\\45\\8f\\36\\13\\d0\\f1\\1d\\8c\\38\\7b\\2e\\ae\\b4\\30\\2a\\ee\\b0\\0d\\29\\16\\12\\bb\\0c\\00",
    "\\72"
);
/// A signature that Ethereum's tests recover.
const SECP256K1: &str = concat!(
    "\\45\\6e\\9a\\ea\\5e\\19\\7a\\1f\\1a\\f7\\a3\\e8\\5a\\32\\12\\fa\\40\\49\\a3\\ba\\34\\c2\\28\\9b\\4c\\86\\0f\\c0\\b0\\c6\\4e\\f3",
    "\\92\\42\\68\\5b\\f1\\61\\79\\3c\\c2\\56\\03\\c2\\31\\bc\\2f\\56\\8e\\b6\\30\\ea\\16\\aa\\13\\7d\\26\\64\\ac\\80\\38\\82\\56\\08",
    "\\4f\\8a\\e3\\bd\\75\\35\\24\\8d\\0b\\d4\\48\\29\\8c\\c2\\e2\\07\\1e\\56\\99\\2d\\07\\74\\dc\\34\\0c\\36\\8a\\e9\\50\\85\\2a\\da"
);
/// RFC 6979, A.2.5.
const SECP256R1: &str = concat!(
    "\\60\\fe\\d4\\ba\\25\\5a\\9d\\31\\c9\\61\\eb\\74\\c6\\35\\6d\\68\\c0\\49\\b8\\92\\3b\\61\\fa\\6c\\e6\\69\\62\\2e\\60\\f2\\9f\\b6",
    "\\79\\03\\fe\\10\\08\\b8\\bc\\99\\a4\\1a\\e9\\e9\\56\\28\\bc\\64\\f2\\f1\\b2\\0c\\2d\\7e\\9f\\51\\77\\a3\\c2\\94\\d4\\46\\22\\99",
    "\\ef\\d4\\8b\\2a\\ac\\b6\\a8\\fd\\11\\40\\dd\\9c\\d4\\5e\\81\\d6\\9d\\2c\\87\\7b\\56\\aa\\f9\\91\\c3\\4d\\0e\\a8\\4e\\af\\37\\16",
    "\\f7\\cb\\1c\\94\\2d\\65\\7c\\41\\d4\\36\\c7\\a1\\b6\\e2\\9f\\65\\f3\\e9\\00\\db\\b9\\af\\f4\\06\\4d\\c4\\ab\\2f\\84\\3a\\cd\\a8",
    "\\af\\2b\\db\\e1\\aa\\9b\\6e\\c1\\e2\\ad\\e1\\d6\\94\\f4\\1f\\c7\\1a\\83\\1d\\02\\68\\e9\\89\\15\\62\\11\\3d\\8a\\62\\ad\\d1\\bf"
);

fn main() {
    let is_check = std::env::args().any(|argument| argument == "--check");
    let vm = Vm::new(VmConfig::default()).expect("an engine").on(Lane::Execution);
    // The first use of Poseidon derives its constants.
    let _ = tacit_circuits::poseidon(&[tacit_circuits::FieldBytes([0; 32]); 12]);
    let mut rows: Vec<(&str, f64, f64)> = Vec::new();
    for case in instructions().into_iter().chain(host_functions()) {
        let (with_ns, with_gas) = measure(&vm, &case, case.rounds, &case.work);
        let (bare_ns, bare_gas) = measure(&vm, &case, case.rounds, "");
        let (ns, gas) = ((with_ns - bare_ns).max(0.0), (with_gas - bare_gas) as f64);
        rows.push((case.name, ns / gas, ns / f64::from(case.rounds)));
    }
    let mut sorted: Vec<f64> = rows.iter().map(|row| row.1).collect();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    rows.sort_by(|left, right| right.1.total_cmp(&left.1));
    println!("| what | ns a gas | of the median | ns a round |\n|---|---|---|---|");
    for (name, per_gas, per_round) in &rows {
        println!("| {name} | {per_gas:.3} | {:.2} | {per_round:.0} |", per_gas / median);
    }
    println!("\nmedian {median:.3} ns a gas");
    if is_check && rows.iter().any(|row| row.1 > 1.5 * median) {
        std::process::exit(1);
    }
}
