//! The database from outside: what it promises to the node, on good disks and bad ones.
#![allow(clippy::unwrap_used, missing_docs)]

mod artifacts;
mod chain;
mod commit;
mod crash;
mod damage;
mod notes;
mod readers;
mod recheck;
mod removed;
