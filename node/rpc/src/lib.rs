//! tacit-rpc
