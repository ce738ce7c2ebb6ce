//! Making keys and proofs (feature `prove`).
//!
//! A proof is made in three steps that are never separated: the native definition is checked, so that nobody spends time
//! on a false statement; Groth16 proves the circuit with blinding from the caller's random numbers; the finished proof is
//! verified under the key's own verifying half, so that a defect never leaves this machine as a proof.
//!
//! Secrets held by this crate's types are wiped when dropped: private parts, circuits, the values of all columns and
//! constraints, scalars and quotient. What the sums hold on their way (sorted points, digits of a window) is not: whoever
//! can read the prover's memory while it works can read the witness.

mod assemble;
mod file;
pub(crate) mod key;
mod quotient;
mod system;

pub use file::proving_key_file;
pub use key::{KeyPin, Progress, ProvingKeys, Step};
pub use system::{ConstraintMatrices, Row};

use ark_serialize::CanonicalSerialize;
use ark_std::rand::{CryptoRng, RngCore};

use crate::error::ProveError;
use crate::gadgets::{Builder, Circuit};
use crate::statement::transfer::{TransferCircuit, TransferPrivate, TransferPublic, TransferShape};
use crate::statement::{Public, credential, equality, membership, range, transfer, vote};
use crate::verify::ProofBytes;
use assemble::{Blinding, assemble};

/// Proves that a commitment opens to a value within bounds. About 20 ms on one core.
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

/// Proves membership in a group. About 190 ms of processors, on all cores.
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

/// Proves that two commitments hide one value. About 30 ms on one core.
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

/// Proves a join-split. About 350 ms on one core with one input, 650 ms with two, 2.5 s with eight.
///
/// # Errors
/// [`ProveError::Statement`] when the statement is false or malformed.
pub fn prove_transfer<const IN: usize>(
    keys: &ProvingKeys,
    public: &TransferPublic<IN>,
    private: &TransferPrivate<IN>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<ProofBytes, ProveError>
where
    TransferPublic<IN>: TransferShape,
{
    transfer::check(public, private)?;
    prove(keys, &TransferCircuit::new(public, private)?, (*public).into(), rng)
}

/// Proves a vote. About 190 ms of processors, on all cores.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::statement::Statement;
    use crate::testing::Sample;
    use ark_bn254::Fr;
    use ark_ff::Field;
    use ark_std::rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;
    use std::sync::LazyLock;

    static KEYS: LazyLock<ProvingKeys> =
        LazyLock::new(|| ProvingKeys::development(&std::env::temp_dir().join("tacit-circuits-tests")));

    /// Proves a sample, past the native check, after `lie` had its way with the circuit's values.
    fn proven(sample: &Sample, lie: impl Fn(&str, &mut Fr), seed: u64) -> Result<ProofBytes, ProveError> {
        let mut circuit = sample.circuit().unwrap();
        circuit.visit(&mut |name, value| lie(name, value));
        prove(&KEYS, &*circuit, sample.public(), &mut ChaCha20Rng::seed_from_u64(seed))
    }

    /// Attack 47 of the catalogue: the prover computes something for any witness, true or not.
    #[test]
    fn attack_47_a_proof_of_a_false_witness_never_leaves_the_prover() {
        for (statement, private) in [(Statement::Range, "value"), (Statement::Equality, "first_blinding")] {
            let sample = Sample::new(statement, 1).unwrap();
            assert!(proven(&sample, |_, _| {}, 1).is_ok());
            let lie = |name: &str, value: &mut Fr| {
                if name == private {
                    *value += Fr::ONE;
                }
            };
            let error = proven(&sample, lie, 1).unwrap_err().to_string();
            assert!(error.contains("own proof refused"), "{error}");
        }
    }

    /// Attack 48 of the catalogue: with missing or repeated blinding, equal witnesses show as equal proofs or points.
    #[test]
    fn attack_48_two_proofs_of_one_witness_have_no_point_in_common() {
        let sample = Sample::new(Statement::Range, 1).unwrap();
        let proofs: Vec<_> = (0..4).map(|seed| proven(&sample, |_, _| {}, seed).unwrap().0).collect();
        for (index, proof) in proofs.iter().enumerate() {
            for other in &proofs[..index] {
                for points in [0..32, 32..96, 96..128] {
                    assert_ne!(proof[points.clone()], other[points]);
                }
            }
        }
    }

    /// A generator that gives nothing but zeros for a while.
    struct Stuck(usize, ChaCha20Rng);

    impl RngCore for Stuck {
        fn next_u32(&mut self) -> u32 {
            let mut bytes = [0; 4];
            self.fill_bytes(&mut bytes);
            u32::from_le_bytes(bytes)
        }
        fn next_u64(&mut self) -> u64 {
            let mut bytes = [0; 8];
            self.fill_bytes(&mut bytes);
            u64::from_le_bytes(bytes)
        }
        fn fill_bytes(&mut self, bytes: &mut [u8]) {
            self.1.fill_bytes(bytes);
            let zeros = bytes.len().min(self.0);
            bytes[..zeros].fill(0);
            self.0 -= zeros;
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), ark_std::rand::Error> {
            self.fill_bytes(bytes);
            Ok(())
        }
    }

    impl CryptoRng for Stuck {}

    /// With r = 0, A is a function of the witness alone; with s = 0, B is.
    #[test]
    fn attack_48_blinding_is_never_zero() {
        let sample = Sample::new(Statement::Range, 1).unwrap();
        let circuit = sample.circuit().unwrap();
        let mut proofs = Vec::new();
        for zeros in [0, 32, 64, 320] {
            let mut rng = Stuck(zeros, ChaCha20Rng::seed_from_u64(zeros as u64));
            proofs.push(prove(&KEYS, &*circuit, sample.public(), &mut rng).unwrap().0);
        }
        for (index, proof) in proofs.iter().enumerate() {
            for other in &proofs[..index] {
                assert!(proof[..32] != other[..32] && proof[32..96] != other[32..96]);
            }
        }
    }

    /// Keys and proofs rely on it: both ways of building add the same variables, in every circuit.
    #[test]
    fn values_and_shapes_agree() {
        for statement in Statement::ALL {
            let circuit = Sample::new(statement, 2).unwrap().circuit().unwrap();
            let (matrices, columns) = ConstraintMatrices::with_values(&*circuit).unwrap();
            let mut builder = Builder::values(0, 0);
            circuit.build(&mut builder).unwrap();
            let values = builder.take_values();
            assert!(values.columns == columns, "{statement}");
            let inner = |row: &Row| row.iter().map(|(factor, column)| columns[*column] * factor).sum::<Fr>();
            for (index, [a, b, c]) in matrices.rows().iter().enumerate() {
                assert!(values.left[index] == inner(a) && values.right[index] == inner(b), "{statement} {index}");
                assert!(values.left[index] * values.right[index] == inner(c), "{statement} {index}");
            }
            assert_eq!(values.left.len(), matrices.rows().len());
            let blank = ConstraintMatrices::of(statement).unwrap();
            assert!(blank.rows() == matrices.rows(), "{statement}: constraints depend on values");
        }
    }
}
