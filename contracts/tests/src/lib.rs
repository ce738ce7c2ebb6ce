//! What the tests of the standard contracts share: the committed modules, random runs that can be repeated, the loop that
//! drives a contract and a naive one together, a governor with those who vote, guests written as text, and codes of the SDK. It must never hold a rule of a
//! contract, which would then be tested against itself.

pub mod code;
pub mod government;
pub mod guest;
pub mod random;
pub mod twin;

use std::path::Path;
use tacit_simulator::{Chain, CodeHash};

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

/// Deploys the committed module of this name, which is then its name in reports too.
///
/// # Panics
/// When there is none, or the chain refuses it.
#[track_caller]
pub fn deploy(chain: &mut Chain, name: &str) -> CodeHash {
    chain.deploy_as(name, &module(name)).unwrap_or_else(|failure| panic!("{name}: {failure}"))
}

/// Arguments that are encoded already.
pub struct Encoded(pub Vec<u8>);

impl borsh::BorshSerialize for Encoded {
    fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
        writer.write_all(&self.0)
    }
}
