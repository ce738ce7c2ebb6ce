//! The zero-knowledge half of Tacit: what the chain can have proven to it, and how that is verified.
//!
//! In: public inputs, proofs, verifying keys, curve points and tree leaves as bytes. Out: verdicts, roots, points, and under
//! feature `prove` proofs. The only crate that uses arkworks, and it uses none of Tacit's other crates. Groth16 over BN254, Poseidon with
//! circom's parameters. Three promises:
//!
//! * nothing is reduced or repaired on the way in: one value has one spelling, and everything else is refused;
//! * the verdict of a batch is the verdict of single verification, item by item;
//! * no input makes it panic.
//!
//! Read [`statement`] for what can be proven, [`verify`] for how, [`tree`] for groups, [`keys`] for where keys come from;
//! [`foreign`] and [`bn254`] for what contracts ask for.
#![cfg_attr(not(test), deny(clippy::panic, clippy::cast_possible_truncation))]

pub mod bn254;
mod dot;
mod error;
mod field;
pub mod foreign;
#[cfg(feature = "prove")]
mod gadgets;
mod hash;
pub mod keys;
mod msm;
pub mod note;
#[cfg(feature = "prove")]
pub mod prove;
pub mod spend;
pub mod statement;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tree;
pub mod verify;
mod words;

#[cfg(feature = "prove")]
pub use error::ProveError;
pub use error::{ForeignKeyError, Reject, Weakness};
pub use field::{FieldBytes, context_from_hash, hash_to_field, modulus_bytes};
pub use hash::{POSEIDON_INPUTS_MAX, Tag, poseidon, prepare_poseidon};
pub use keys::{VerifyingKeys, is_development_key};
#[cfg(feature = "prove")]
pub use prove::{
    ProvingKeys, prove_credential, prove_equality, prove_membership, prove_range, prove_transfer, prove_vote,
};
pub use statement::{
    CredentialPublic, EqualityPublic, MembershipPublic, Public, RangePublic, Statement, TransferPublic, VotePublic,
};
pub use tree::{Frontier, GroupTree, MembershipPath};
pub use verify::{ProofBytes, Verdict, VerifyItem, VerifyingKey, verify_batch, verify_one};
