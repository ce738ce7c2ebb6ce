//! What the state says to private money. Proofs are taken for granted here in all files but `proven.rs`: these tests
//! put themselves in the place of somebody whose proofs always verify and ask what the chain still refuses.
#![allow(clippy::unwrap_used)]

mod anchors;
mod assets;
mod catalogue;
mod earnings;
mod pause;
mod payment;
mod proven;
mod scratch;
mod spending;
mod support;
mod wallet;
