//! tacit-tidy
