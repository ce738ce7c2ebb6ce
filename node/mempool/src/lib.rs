//! tacit-mempool
