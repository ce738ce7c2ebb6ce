//! Inputs of the targets about contracts: committed modules, and bytes from which generators make contracts.

use super::Chance;
use std::path::Path;

/// Small committed contracts, and a module that the last of the rules for code refuses.
pub fn modules() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/artifacts");
    let committed = ["counter", "token"]
        .map(|name| std::fs::read(folder.join(name).with_extension("wasm")).expect("a committed contract"));
    committed.into_iter().chain([nest()]).collect()
}

/// A function in which very many values meet for its length: sixty nested loops, a branch table over all of them, and in the
/// innermost a hundred locals that change.
fn nest() -> Vec<u8> {
    const LOCALS: u8 = 100;
    const LOOPS: u8 = 60;
    // One group of 32-bit locals; as many `loop`s; `i32.const 1`, `local.set` of each local; `i32.const 0`, `br_table`.
    let mut body = vec![1, LOCALS, 0x7f];
    (0..LOOPS).for_each(|_| body.extend([0x03, 0x40]));
    (0..LOCALS).for_each(|local| body.extend([0x41, 1, 0x21, local]));
    body.extend([0x41, 0, 0x0e, LOOPS]);
    body.extend(0..=LOOPS);
    body.extend(std::iter::repeat_n(0x0b, usize::from(LOOPS) + 1));
    // Lengths of two bytes, in groups of seven bits.
    let length = |bytes: usize| [(bytes & 0x7f) as u8 | 0x80, (bytes >> 7) as u8];
    let code = [&[1][..], &length(body.len()), &body].concat();
    [
        b"\0asm\x01\0\0\0".as_slice(),
        &[1, 4, 1, 0x60, 0, 0], // a type of nothing to nothing
        &[3, 2, 1, 0],          // a function of it
        &[5, 3, 1, 0, 1],       // a memory
        &[10],
        &length(code.len()),
        &code,
    ]
    .concat()
}

#[test]
fn the_sample_of_a_nest_is_refused_for_its_joins_and_nothing_else() {
    let refused = tacit_vm::validate(&nest()).expect_err("it was accepted");
    assert!((117..=118).contains(&refused.number()), "{refused}");
}

/// Bytes enough for contracts of some size. Without them, a generator makes nearly nothing.
pub fn noise() -> Vec<Vec<u8>> {
    let mut chance = Chance(0x7ac1_7ac1);
    [300, 1_000, 3_000].map(|length| chance.bytes(length)).to_vec()
}
