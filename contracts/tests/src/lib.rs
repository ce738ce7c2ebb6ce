//! What the tests of the standard contracts share: the committed modules. It must never hold a rule of a contract, which
//! would then be tested against itself.

use std::path::Path;

/// The committed module of a standard contract, as `contracts/build.sh` made it.
///
/// # Panics
/// When there is none of this name.
#[must_use]
pub fn module(name: &str) -> Vec<u8> {
    // Another folder can be named, so that changed contracts are tested before they are committed.
    let folder = std::env::var("TACIT_CONTRACTS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../artifacts").into());
    let path = Path::new(&folder).join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run contracts/build.sh", path.display()))
}
