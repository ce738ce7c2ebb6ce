//! Making keys and proofs (feature `prove`).
//!
//! A proof is made in three steps that are never separated: the native definition is checked, so that nobody spends time
//! on a false statement; Groth16 proves the circuit with blinding from the caller's random numbers; the finished proof is
//! verified under the key's own verifying half, so that a defect never leaves this machine as a proof.
//!
//! Secrets held by this crate's types are wiped when dropped. The full assignment inside arkworks is not: whoever can read
//! the prover's memory can read the witness.

mod assemble;
mod file;
pub(crate) mod key;
mod msm;
mod quotient;
mod system;

pub use file::proving_key_file;
pub use key::{KeyPin, Progress, ProvingKeys, Step};
pub use system::{ConstraintMatrices, Row};

use ark_serialize::CanonicalSerialize;
use ark_std::rand::{CryptoRng, RngCore};

use crate::error::ProveError;
use crate::gadgets::{Builder, Circuit};
use crate::statement::{Public, credential, equality, membership, range, vote};
use crate::verify::ProofBytes;
use assemble::{Blinding, assemble};

/// Proves that a commitment opens to a value within bounds. About 25 ms on one core.
///
/// # Errors
/// [`ProveError::Statement`] when the statement is false or malformed.
pub fn prove_range(
    keys: &ProvingKeys,
    public: &range::RangePublic,
    private: &range::RangePrivate,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<ProofBytes, ProveError> {
    range::check(public, private)?;
    prove(keys, &range::RangeCircuit::new(public, private)?, Public::Range(*public), rng)
}

/// Proves membership in a group. About 250 ms on one core.
///
/// # Errors
/// [`ProveError::Statement`] when the statement is false or malformed.
pub fn prove_membership(
    keys: &ProvingKeys,
    public: &membership::MembershipPublic,
    private: &membership::MembershipPrivate,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<ProofBytes, ProveError> {
    membership::check(public, private)?;
    let circuit = membership::MembershipCircuit::new(public, private)?;
    prove(keys, &circuit, Public::Membership(*public), rng)
}

/// Proves that two commitments hide one value. About 40 ms on one core.
///
/// # Errors
/// [`ProveError::Statement`] when the statement is false or malformed.
pub fn prove_equality(
    keys: &ProvingKeys,
    public: &equality::EqualityPublic,
    private: &equality::EqualityPrivate,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<ProofBytes, ProveError> {
    equality::check(public, private)?;
    let circuit = equality::EqualityCircuit::new(public, private)?;
    prove(keys, &circuit, Public::Equality(*public), rng)
}

/// Proves a vote. About 250 ms on one core.
///
/// # Errors
/// [`ProveError::Statement`] when the statement is false or malformed.
pub fn prove_vote(
    keys: &ProvingKeys,
    public: &vote::VotePublic,
    private: &vote::VotePrivate,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<ProofBytes, ProveError> {
    vote::check(public, private)?;
    prove(keys, &vote::VoteCircuit::new(public, private)?, Public::Vote(*public), rng)
}

/// Proves a fact about a credential. About 300 ms on one core.
///
/// # Errors
/// [`ProveError::Statement`] when the statement is false or malformed.
pub fn prove_credential(
    keys: &ProvingKeys,
    public: &credential::CredentialPublic,
    private: &credential::CredentialPrivate,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<ProofBytes, ProveError> {
    credential::check(public, private)?;
    prove(keys, &credential::CredentialCircuit::new(public, private)?, Public::Credential(*public), rng)
}

/// Proves a statement whose native definition has been checked. Every `prove_` function ends here.
pub(crate) fn prove(
    keys: &ProvingKeys,
    circuit: &dyn Circuit,
    public: Public,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<ProofBytes, ProveError> {
    let statement = public.statement();
    let failed = |why: String| ProveError::Prover { statement, why };
    let key = keys.get(statement)?;
    let mut builder = Builder::values(key.columns - key.public, key.constraints);
    circuit.build(&mut builder).map_err(|error| failed(error.to_string()))?;
    let values = builder.take_values();
    let blinding = Blinding::fresh(rng);
    let proof = assemble(key, &values, &blinding).ok_or_else(|| failed("the key is of another circuit".to_owned()))?;
    let mut bytes = [0u8; 128];
    proof.serialize_compressed(&mut bytes[..]).map_err(|error| failed(error.to_string()))?;
    let proof = ProofBytes(bytes);
    key.verifying.verify(&public.inputs(), &proof).map_err(|reject| failed(format!("own proof refused: {reject}")))?;
    Ok(proof)
}
