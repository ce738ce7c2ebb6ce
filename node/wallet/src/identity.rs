//! Anonymous votes, and credentials: from what a voter, holder or issuer knows to actions with their proofs.
//!
//! Secrets come in and never go out but in the files that their owners ask for; what the chain sees says nothing about who
//! votes or holds. Nothing here asks a node: leaves and roots are handed in.

pub mod credential;
pub mod poll;
