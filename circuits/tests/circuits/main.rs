//! Attacks on the circuits, on the verifier and on the files of this crate, in one test binary.
#![allow(clippy::unwrap_used, clippy::panic)]

mod batch;
mod curve;
mod foreign;
mod forgery;
mod keys;
mod lying_identity;
mod lying_prover;
mod lying_spend_key;
mod lying_transfer;
mod notes;
mod spend;
mod twins;
mod vectors;
mod verify;

use std::sync::LazyLock;

use tacit_circuits::testing::Sample;
use tacit_circuits::{ProvingKeys, Statement, VerifyItem};

/// The proving keys, each made once per machine when a test first needs it and read afterwards.
static KEYS: LazyLock<ProvingKeys> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join("tacit-circuits-tests");
    ProvingKeys::development(&folder)
});

/// A true statement with its proof; for number 1 the frozen one, which is at hand.
fn proven(statement: Statement, number: u64) -> VerifyItem {
    if number == 1 {
        return vectors::frozen(statement);
    }
    Sample::new(statement, number).unwrap().prove(&KEYS, number).unwrap()
}
