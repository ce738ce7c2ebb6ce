//! The house rules as functions that return what breaks them: dependency direction, owners of heavy dependencies,
//! licences, determinism of the runtime, form of source files, tests that are run, truth of the documents.
//!
//! Every check takes plain data and gives a list of violations, so that a test can plant one and see it found. The
//! rules themselves are the lists in [`rules`]; changing one is an architectural act and belongs into a commit of its
//! own. This crate is a test tool: nothing may depend on it.

pub mod rules;

pub mod graph;
pub mod metadata;

pub mod files;
pub mod runners;
pub mod source;
pub mod text;

pub mod documents;
