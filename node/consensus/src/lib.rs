//! tacit-consensus
