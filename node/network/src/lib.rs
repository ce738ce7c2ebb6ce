//! tacit-network
