//! The worst inputs of every class of instruction: chains in which each result waits for the one before, branches that
//! cannot be foreseen, addresses that miss the first cache, code that misses it.

use crate::case::Case;
use std::fmt::Write;

/// A step of a generator whose high bits nobody foresees.
const STEP: &str =
    "(local.set $a (i64.add (i64.mul (local.get $a) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))";

/// `bits` of the generator, from bit 33 + `at` on.
fn random(at: u32, bits: u32) -> String {
    let mask = (1_u64 << bits) - 1;
    format!("(i32.wrap_i64 (i64.and (i64.shr_u (local.get $a) (i64.const {})) (i64.const {mask})))", 33 + at)
}

/// `$a` is the result of so many operations on itself, none of which can begin before the last ended.
fn chain(depth: usize, operation: impl Fn(&str) -> String) -> String {
    let value = (0..depth).fold(String::from("(local.get $a)"), |value, _| operation(&value));
    format!("(local.set $a {value})")
}

pub fn all() -> Vec<Case> {
    [arithmetic(), branches(), memory(), bulk(), calls()].into_iter().flatten().collect()
}

fn arithmetic() -> Vec<Case> {
    let of = |name: &str| {
        let name = name.to_owned();
        move |value: &str| format!("({name} {value} (local.get $b))")
    };
    let compare = |value: &str| format!("(i64.extend_i32_u (i64.lt_u {value} (local.get $b)))");
    let short = chain(1, |value| {
        let bits =
            (0..64).fold(format!("(i32.wrap_i64 {value})"), |value, _| format!("(i32.lt_u {value} (local.get $p))"));
        format!("(i64.extend_i32_u {bits})")
    });
    let extend = |value: &str| format!("(i64.extend32_s (i64.add {value} (local.get $b)))");
    let pick = "(local.set $a (select (i64.add (local.get $a) (local.get $b)) (i64.xor (local.get $a) (local.get $b)) (i32.wrap_i64 (local.get $a))))";
    let narrow = |name: &str| {
        let name = name.to_owned();
        move |value: &str| {
            format!("(i64.extend_i32_u ({name} (i32.const -1) (i32.or (i32.wrap_i64 {value}) (i32.const 1))))")
        }
    };
    let wide = |name: &str| {
        let name = name.to_owned();
        move |value: &str| format!("({name} (i64.const -99999999999) (i64.or {value} (i64.const 1)))")
    };
    let one = |name: &str| {
        let name = name.to_owned();
        move |value: &str| format!("(i64.add ({name} {value}) (local.get $b))")
    };
    vec![
        Case::new("plain arithmetic", "additions", 100_000, chain(64, of("i64.add"))),
        Case::new("plain arithmetic", "shifts", 100_000, chain(64, of("i64.shl"))),
        Case::new("plain arithmetic", "rotations", 100_000, chain(64, of("i64.rotl"))),
        Case::new("plain arithmetic", "extensions", 100_000, chain(64, extend)),
        Case::new("plain arithmetic", "code longer than the caches", 30, long_code(7)).module(long_functions(
            7,
            "(local.set $a (i64.xor (local.get $a) (i64.const 0x7edcba9876543210)))",
            3_750,
        )),
        Case::new("comparison", "less", 100_000, chain(64, compare)),
        Case::new("comparison", "less, 32 bits", 100_000, short).setup("(local.set $p (i32.wrap_i64 (local.get $b)))"),
        Case::new("constants and locals", "values that change places", 20_000, rotation())
            .locals(many_locals())
            .setup(load_locals())
            .finish(add_locals()),
        Case::new("select", "", 100_000, pick.repeat(32)),
        Case::new("globals", "two in turns", 100_000, "(global.set $g (i64.add (global.get $g) (i64.const 1))) (global.set $h (i64.add (global.get $h) (i64.const 1)))".repeat(16))
            .module("(global $g (mut i64) (i64.const 1)) (global $h (mut i64) (i64.const 1))"),
        Case::new("globals", "one a round", 400_000, "(global.set $g (i64.add (global.get $g) (i64.const 1)))")
            .module("(global $g (mut i64) (i64.const 1))"),
        Case::new("multiplication", "64 bits", 100_000, chain(64, of("i64.mul"))),
        Case::new("32-bit division", "quotient", 50_000, chain(32, narrow("i32.div_u"))),
        Case::new("32-bit division", "remainder, signed", 50_000, chain(32, narrow("i32.rem_s"))),
        Case::new("64-bit division", "quotient", 50_000, chain(32, wide("i64.div_u"))),
        Case::new("64-bit division", "remainder, signed", 50_000, chain(32, wide("i64.rem_s"))),
        Case::new("counting zeros", "leading", 50_000, chain(32, one("i64.clz"))),
        Case::new("counting zeros", "trailing", 50_000, chain(32, one("i64.ctz"))),
        Case::new("counting ones", "", 50_000, chain(32, one("i64.popcnt"))),
    ]
}

const LOCALS: usize = 400;

fn many_locals() -> String {
    (0..LOCALS).fold(String::new(), |mut text, number| {
        let _ = write!(text, "(local $l{number} i64)");
        text
    })
}

/// Values that the compiler does not know.
fn load_locals() -> String {
    (0..LOCALS).fold(String::new(), |mut text, number| {
        let _ = write!(text, "(local.set $l{number} (i64.load (i32.const {})))", number * 8);
        text
    })
}

/// Each local takes the value of the next, the first one's goes to the last.
fn rotation() -> String {
    let moves = (1..LOCALS).fold(String::from("(local.set $b (local.get $l0))"), |mut text, number| {
        let _ = write!(text, "(local.set $l{} (local.get $l{number}))", number - 1);
        text
    });
    format!("{moves}(local.set $l{} (local.get $b))", LOCALS - 1)
}

fn add_locals() -> String {
    (0..LOCALS).fold(String::new(), |mut text, number| {
        let _ = write!(text, "(local.set $a (i64.add (local.get $a) (local.get $l{number})))");
        text
    })
}

/// Functions that repeat `statement` as often as the limits of a body and of a module allow, or nearly.
fn long_functions(functions: usize, statement: &str, times: usize) -> String {
    let body = statement.repeat(times);
    (0..functions).fold(String::new(), |mut text, number| {
        let _ = write!(
            text,
            "(func $long{number} (param $a i64) (param $p i32) (result i64) (local $b i64) {body} (i64.add (local.get $a) (local.get $b)))"
        );
        text
    })
}

/// Calls them all in turn.
fn long_code(functions: usize) -> String {
    (0..functions).fold(String::new(), |mut text, number| {
        let _ = write!(text, "(local.set $a (call $long{number} (local.get $a) (i32.const 1)))");
        text
    })
}

fn branches() -> Vec<Case> {
    let add = "(local.set $b (i64.add (local.get $b) (i64.const 3)))";
    let br_if: String = (0..16).map(|at| format!("(block $x (br_if $x {}) {add})", random(at, 1))).collect();
    let either: String = (0..16)
        .map(|at| {
            format!("(if {} (then {add}) (else (local.set $b (i64.xor (local.get $b) (i64.const 5)))))", random(at, 1))
        })
        .collect();
    let table: String = (0..4).map(|at| table_of_16(&random(at * 7, 4))).collect();
    let short_loop = "(local.set $p (i32.const 64)) (loop $short (br_if $short (local.tee $p (i32.sub (local.get $p) (i32.const 1)))))";
    vec![
        Case::new("branch", "br_if that cannot be foreseen", 50_000, format!("{STEP}{br_if}")),
        Case::new("branch", "if that cannot be foreseen", 50_000, format!("{STEP}{either}")),
        Case::new("branch", "more branches than the processor remembers", 20, long_code(8)).module(long_functions(
            8,
            &format!("(block (br_if 0 (local.get $p)) {add})"),
            2_000,
        )),
        Case::new("branch", "short loops", 20_000, short_loop),
        Case::new("br_table", "that cannot be foreseen", 50_000, format!("{STEP}{table}")),
    ]
}

/// Goes to one of 16 places, by an index.
fn table_of_16(index: &str) -> String {
    let names: String = (0..16).map(|number| format!("$t{number} ")).collect();
    let inner = format!("(block $t0 (br_table {names} {index}))");
    let nested = (0..15).fold(inner, |inner, number| {
        format!(
            "(block $t{} {inner} (local.set $b (i64.add (local.get $b) (i64.const {number}))) (br $out))",
            number + 1
        )
    });
    format!("(block $out {nested})")
}

fn memory() -> Vec<Case> {
    let scattered: String = (0..2)
        .map(|at| format!("(i64.store (i32.shl {} (i32.const 3)) (local.get $b))", random(at * 15, 16)))
        .collect();
    let crossing: String = (0..2)
        .map(|at| format!("(i64.store offset=4092 (i32.shl {} (i32.const 12)) (local.get $b))", random(at * 8, 6)))
        .collect();
    let unaligned =
        "(local.set $a (i64.add (local.get $a) (i64.load offset=4093 (i32.and (local.get $i) (i32.const 0x7000)))))";
    vec![
        chase("every line of half a memory", 4),
        chase("every line of a whole memory", 8),
        Case::new("load", "across pages", 100_000, unaligned.repeat(16)),
        Case::new("store", "scattered over the memory", 100_000, format!("{STEP}{scattered}").repeat(4)),
        Case::new(
            "store",
            "across two pages, always the same",
            100_000,
            "(i64.store offset=4092 (i32.const 0) (local.get $b))".repeat(16),
        ),
        Case::new(
            "store of a byte",
            "scattered over the memory",
            100_000,
            format!("{STEP}{}", scattered.replace("i64.store", "i64.store8")).repeat(4),
        ),
        Case::new("store", "across pages", 100_000, format!("{STEP}{crossing}").repeat(4)),
        Case::new(
            "store",
            "to one place",
            100_000,
            "(i64.store (i32.and (local.get $i) (i32.const 0xfff8)) (local.get $a))".repeat(16),
        ),
        Case::new("memory.size", "", 100_000, "(local.set $p (i32.add (local.get $p) (memory.size)))".repeat(16)),
    ]
}

/// Walks a permutation of cache lines with a long cycle: line i is followed by line 48273 i + 11, modulo their number.
fn chase(name: &'static str, pages: u32) -> Case {
    let lines = pages << 10;
    let setup = format!(
        "(loop $fill
            (i32.store (i32.shl (local.get $p) (i32.const 6))
                (i32.shl (i32.and (i32.add (i32.mul (local.get $p) (i32.const 48273)) (i32.const 11)) (i32.const {})) (i32.const 6)))
            (br_if $fill (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const {lines}))))
        (local.set $p (i32.const 0))",
        lines - 1
    );
    Case::new("load", name, 50_000, "(local.set $p (i32.load (local.get $p)))".repeat(8)).setup(setup)
}

fn bulk() -> Vec<Case> {
    let small = |what: &str, to: u32, from: u32, bits: u32, least: u32| {
        let length = format!("(i32.add {} (i32.const {least}))", random(0, bits));
        format!("{STEP}({what} (i32.const {to}) (i32.const {from}) {length})")
    };
    vec![
        Case::new(
            "memory.copy, few bytes",
            "one",
            50_000,
            "(memory.copy (i32.const 3) (i32.const 0) (i32.const 1))".repeat(8),
        ),
        Case::new("memory.copy, few bytes", "0 to 31, overlapping", 50_000, small("memory.copy", 3, 0, 5, 0).repeat(4)),
        Case::new(
            "memory.copy, few bytes",
            "64 to 319, overlapping",
            50_000,
            small("memory.copy", 7, 0, 8, 64).repeat(4),
        ),
        Case::new(
            "memory.copy, few bytes",
            "64 to 319, across pages",
            50_000,
            small("memory.copy", 8000, 4031, 8, 64).repeat(4),
        ),
        Case::new("memory.fill, few bytes", "0 to 31", 50_000, small("memory.fill", 3, 7, 5, 0).repeat(4)),
        Case::new("memory.fill, few bytes", "64 to 319", 50_000, small("memory.fill", 4093, 7, 8, 64).repeat(4)),
        Case::new(
            "memory.copy, many bytes",
            "half a memory",
            200,
            "(memory.copy (i32.const 262144) (i32.const 1) (i32.const 262143))",
        ),
        Case::new(
            "memory.copy, many bytes",
            "upwards, overlapping",
            200,
            "(memory.copy (i32.const 1) (i32.const 0) (i32.const 524287))",
        ),
        Case::new(
            "memory.copy, many bytes",
            "downwards, overlapping",
            200,
            "(memory.copy (i32.const 0) (i32.const 1) (i32.const 524287))",
        ),
        Case::new(
            "memory.copy, many bytes",
            "2 KiB, overlapping",
            20_000,
            "(memory.copy (i32.const 5) (i32.const 4) (i32.const 2048))",
        ),
        Case::new(
            "memory.fill, many bytes",
            "a whole memory",
            200,
            "(memory.fill (i32.const 0) (i32.const 7) (i32.const 524288))",
        ),
        Case::new("memory.grow", "by nothing", 50_000, "(local.set $p (memory.grow (i32.const 0)))"),
    ]
}

fn calls() -> Vec<Case> {
    // Code has two bytes for every local; the data are there to be long.
    let padding = "x".repeat(1_000);
    let many = format!("(data (i32.const 0) \"{padding}\") (func $many {})", "(local i64)".repeat(400));
    let parameters = format!("(func $many (param {}))", "i64 ".repeat(24));
    let passing = format!("(call $many {})", "(local.get $a)".repeat(24));
    let thousands: String = (0..3_000).map(|number| format!("(func (result i32) (i32.const {number}))")).collect();
    let thousands = format!("(data (i32.const 0) \"{}\") {thousands}", padding.repeat(16));
    let each: String =
        (0..3_000).map(|number| format!("(local.set $p (i32.add (local.get $p) (call {number})))")).collect();
    let table = "(type $t (func)) (table 16 16 funcref)";
    let functions: String = (0..16)
        .map(|number| {
            format!("(elem (i32.const {number}) $f{number}) (func $f{number} (global.set $g (i32.const {number})))")
        })
        .collect();
    let indirect: String = (0..4).map(|at| format!("(call_indirect (type $t) {})", random(at * 7, 4))).collect();
    let down = "(func $down (param $n i32) (param $r i32) (result i32)
        (if (i32.eqz (local.get $n)) (then (return (i32.const 1))))
        (local.set $r (i32.add (i32.mul (local.get $r) (i32.const 1664525)) (i32.const 1013904223)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (if (i32.lt_s (local.get $r) (i32.const 0)) (then (return (i32.add (call $down (local.get $n) (local.get $r)) (i32.const 1)))))
        (i32.xor (call $down (local.get $n) (local.get $r)) (i32.const 3)))";
    vec![
        Case::new("call of a function", "of nothing", 50_000, "(call $nothing)".repeat(16)).module("(func $nothing)"),
        Case::new("call of a function", "of more functions than the processor remembers", 50, each).module(thousands),
        Case::new("call of a function", "with 24 parameters", 50_000, passing.repeat(4)).module(parameters),
        Case::new("call of a function", "with 400 locals", 20_000, "(call $many)".repeat(8)).module(many),
        Case::new(
            "call of a function",
            "deep, from places that cannot be foreseen",
            300,
            "(local.set $p (call $down (i32.const 800) (i32.wrap_i64 (local.get $a))))",
        )
        .module(down),
        Case::new("call_indirect", "that cannot be foreseen", 50_000, format!("{STEP}{indirect}"))
            .module(format!("(global $g (mut i32) (i32.const 0)) {table} {functions}")),
    ]
}
