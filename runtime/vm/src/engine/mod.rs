//! The engine: wasmtime, set up once per process, with its pool of instances and its cache of modules.

mod cache;
mod config;
mod gate;
mod guest;
mod module;

#[cfg(test)]
pub(crate) use config::engine;
pub(crate) use gate::Gate;
pub(crate) use module::WasmtimeMachine;
