//! Inputs of the targets about contracts: committed modules, and bytes from which generators make contracts.

use super::Chance;
use std::path::Path;

/// Small committed contracts.
pub fn modules() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/artifacts");
    ["counter", "token"]
        .map(|name| std::fs::read(folder.join(name).with_extension("wasm")).expect("a committed contract"))
        .to_vec()
}

/// Bytes enough for contracts of some size. Without them, a generator makes nearly nothing.
pub fn noise() -> Vec<Vec<u8>> {
    let mut chance = Chance(0x7ac1_7ac1);
    [300, 1_000, 3_000].map(|length| chance.bytes(length)).to_vec()
}
