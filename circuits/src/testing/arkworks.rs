//! The same statements through arkworks alone: the yardstick of the benches.
//!
//! Everything here is what a program would write that knows only `ark-groth16`: constraints synthesised for every proof,
//! the default reduction, keys in arkworks' form, no self-check. One thread, as the workspace builds arkworks.

use ark_bn254::{Bn254, Fr};
use ark_ff::{Field, UniformRand};
use ark_groth16::{Groth16, PreparedVerifyingKey, Proof, ProvingKey, prepare_verifying_key};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::Sample;
use crate::error::ProveError;
use crate::prove::ConstraintMatrices;
use crate::statement::Statement;

/// A circuit with arkworks' own keys for it.
pub struct Arkworks {
    key: ProvingKey<Bn254>,
    prepared: PreparedVerifyingKey<Bn254>,
    rng: ChaCha20Rng,
}

impl Arkworks {
    /// Keys for a statement's circuit.
    ///
    /// # Errors
    /// When the circuit or its keys cannot be made.
    pub fn of(statement: Statement) -> Result<Self, ProveError> {
        let matrices = ConstraintMatrices::of(statement)?;
        Self::setup(statement, Given { matrices, values: None })
    }

    /// Keys for a chain of squarings with that many constraints, as benches of provers usually take.
    ///
    /// # Errors
    /// When the keys cannot be made.
    pub fn synthetic(constraints: usize) -> Result<Self, ProveError> {
        // The statement is only named in errors.
        Self::setup(Statement::Range, Chain { constraints })
    }

    fn setup(statement: Statement, circuit: impl ConstraintSynthesizer<Fr>) -> Result<Self, ProveError> {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let key = Groth16::<Bn254>::generate_random_parameters_with_reduction(circuit, &mut rng);
        let key = key.map_err(|error| ProveError::Prover { statement, why: error.to_string() })?;
        let prepared = prepare_verifying_key(&key.vk);
        Ok(Self { key, prepared, rng })
    }

    /// Proves a sample of the statement.
    ///
    /// # Errors
    /// When the sample is malformed.
    pub fn prove(&mut self, sample: &Sample) -> Result<Proof<Bn254>, ProveError> {
        let failed = |error: SynthesisError| ProveError::Prover {
            statement: sample.public().statement(),
            why: error.to_string(),
        };
        let (matrices, values) = ConstraintMatrices::with_values(&*sample.circuit()?).map_err(failed)?;
        let circuit = Given { matrices, values: Some(values) };
        Groth16::<Bn254>::create_random_proof_with_reduction(circuit, &self.key, &mut self.rng).map_err(failed)
    }

    /// Proves the chain that [`Self::synthetic`] made keys for.
    ///
    /// # Errors
    /// When the key is of another circuit.
    pub fn prove_synthetic(&mut self, constraints: usize) -> Result<Proof<Bn254>, SynthesisError> {
        Groth16::<Bn254>::create_random_proof_with_reduction(Chain { constraints }, &self.key, &mut self.rng)
    }

    /// Verifies a proof for a sample's public inputs.
    pub fn verify(&self, sample: &Sample, proof: &Proof<Bn254>) -> bool {
        let inputs = sample.public().inputs();
        let inputs: Result<Vec<Fr>, _> = inputs.iter().map(|input| Fr::deserialize_compressed(&input.0[..])).collect();
        inputs.is_ok_and(|inputs| Groth16::<Bn254>::verify_proof(&self.prepared, proof, &inputs).unwrap_or(false))
    }

    /// The key in arkworks' uncompressed form.
    ///
    /// # Errors
    /// None in practice.
    pub fn key_bytes(&self) -> Result<Vec<u8>, ark_serialize::SerializationError> {
        let mut bytes = Vec::new();
        self.key.serialize_uncompressed(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether the bytes are a key; `check` looks at every point. For timing.
    pub fn read_key(bytes: &[u8], check: bool) -> bool {
        if check {
            ProvingKey::<Bn254>::deserialize_uncompressed(bytes).is_ok()
        } else {
            ProvingKey::<Bn254>::deserialize_uncompressed_unchecked(bytes).is_ok()
        }
    }
}

/// Matrices handed to arkworks, with values where there are some.
struct Given {
    matrices: ConstraintMatrices,
    values: Option<Vec<Fr>>,
}

impl ConstraintSynthesizer<Fr> for Given {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let Self { matrices, values } = &self;
        let value = |column: usize| match values {
            Some(values) => values.get(column).copied().ok_or(SynthesisError::AssignmentMissing),
            None => Err(SynthesisError::AssignmentMissing),
        };
        let mut columns = vec![Variable::One];
        for column in 1..matrices.column_count() {
            columns.push(if column <= matrices.public_count() {
                cs.new_input_variable(|| value(column))?
            } else {
                cs.new_witness_variable(|| value(column))?
            });
        }
        for sides in matrices.rows() {
            let [a, b, c] = sides
                .each_ref()
                .map(|row| LinearCombination(row.iter().map(|(factor, column)| (*factor, columns[*column])).collect()));
            cs.enforce_r1cs_constraint(|| a, || b, || c)?;
        }
        Ok(())
    }
}

/// `x_(i + 1) = x_i * x_i`, with the last as a public input.
struct Chain {
    constraints: usize,
}

impl ConstraintSynthesizer<Fr> for Chain {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let mut value = Fr::rand(&mut ChaCha20Rng::seed_from_u64(2));
        let mut variable = cs.new_witness_variable(|| Ok(value))?;
        for index in 0..self.constraints {
            let square = value.square();
            let next = if index + 1 == self.constraints {
                cs.new_input_variable(|| Ok(square))?
            } else {
                cs.new_witness_variable(|| Ok(square))?
            };
            let single = |variable| LinearCombination(vec![(Fr::ONE, variable)]);
            cs.enforce_r1cs_constraint(|| single(variable), || single(variable), || single(next))?;
            (value, variable) = (square, next);
        }
        Ok(())
    }
}
