//! tacit-genesis
