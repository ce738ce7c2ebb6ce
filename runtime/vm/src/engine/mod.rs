//! The engine: wasmtime, set up once per process, with its pool of instances, its cache of modules, and the artifacts
//! that outlive the process.

mod artifact;
mod cache;
mod config;
mod gate;
mod guest;
mod module;
mod restore;

#[cfg(test)]
pub(crate) use artifact::Versions;
pub use artifact::{ARTIFACT_BYTES_MAX, ArtifactName, ArtifactRefused, ArtifactStore, Artifacts, Seal};
#[cfg(any(test, feature = "testing"))]
pub(crate) use config::engine;
#[cfg(any(test, feature = "testing"))]
pub(crate) use config::settings;
pub(crate) use gate::{Gate, Pass};
pub(crate) use module::WasmtimeMachine;
