//! tacit-benches
