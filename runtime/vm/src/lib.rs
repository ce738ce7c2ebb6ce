//! Runs contracts: checks code before it is deployed, adds metering to it, and runs calls in a sandbox that
//! gives every node the same result, the same gas and the same changes.
//!
//! The state comes in through [`World`]; what goes out are a [`ModuleInfo`] or a [`CodeReject`] for code, and
//! a [`CallOutcome`] for calls. Three ends are kept apart: the code or call is wrong (a numbered reject, which
//! every node reaches), or we are ([`Fault`], which stops the node). This crate is the only user of wasmtime,
//! and knows nothing of transactions, fees or storage. Specification: `docs/spec/vm.md` and `docs/spec/gas.md`.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

pub mod access;
pub mod gas;
pub mod limits;
pub mod reject;
pub mod world;

mod contain;
mod engine;
mod frame;
mod host;
mod loan;
mod lock;
mod meter;
mod recorder;
mod scope;
mod section;
mod validate;
mod vm;

#[cfg(any(test, feature = "testing"))]
mod tests;

/// What hostile bytes must never do to this crate; for fuzzers.
#[cfg(feature = "testing")]
pub use tests::fuzz;

pub use access::{Access, Layout};
pub use engine::{ARTIFACT_BYTES_MAX, ArtifactName, ArtifactRefused, ArtifactStore, Artifacts, Seal};
pub use meter::INSTRUMENTATION_VERSION;
pub use recorder::{FRAMES_RECORDED_MAX, FrameTrace};
pub use reject::{CodeReject, Trap, VmReject};
pub use scope::PanicTrace;
pub use section::{custom_section, section_lengths};
pub use validate::{Effort, ModuleInfo, validate};
pub use vm::{CallOutcome, CallParams, Lane, THREAD_STACK_BYTES, Vm, VmConfig};
pub use world::{
    BlockContext, Checkpoint, CodeChange, ContractInfo, CreateRefused, Fault, NextKey, Proofs, Statement,
    TransferRefused, World,
};
