//! tacit-storage
