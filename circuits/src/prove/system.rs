//! A statement's constraints as three matrices: what keys are made from, what a ceremony exports, what tests lie to.
//!
//! Columns are numbered as every Groth16 tool does: the constant one, the public inputs, the private variables.

use ark_bn254::Fr;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError};

use crate::error::ProveError;
use crate::gadgets::{Builder, Circuit, Terms, Variable};
use crate::keys;
use crate::statement::Statement;

/// A linear combination of columns: `(coefficient, column)`, sorted by column, no column twice, no zero coefficients.
pub type Row = Vec<(Fr, usize)>;

/// The constraints `a * b = c` of one circuit.
pub struct ConstraintMatrices {
    rows: Vec<[Row; 3]>,
    public: usize,
    private: usize,
    constraint_labels: Vec<&'static str>,
    variable_labels: Vec<&'static str>,
}

impl ConstraintMatrices {
    /// The constraints of a statement's circuit in this release.
    ///
    /// # Errors
    /// [`ProveError::Prover`] when the circuit cannot be built, which is a defect.
    pub fn of(statement: Statement) -> Result<Self, ProveError> {
        let circuit = (keys::release(statement).circuit)();
        let built = Self::with_values(&*circuit);
        built.map(|(matrices, _)| matrices).map_err(|error| ProveError::Prover { statement, why: error.to_string() })
    }

    /// The constraints of a circuit and the values it assigns to the columns.
    pub(crate) fn with_values(circuit: &dyn Circuit) -> Result<(Self, Vec<Fr>), SynthesisError> {
        let mut builder = Builder::shape();
        circuit.build(&mut builder)?;
        let shape = builder.take_shape();
        let (public, private) = (builder.public_count(), builder.private_count());
        let column = |variable| match variable {
            Variable::One => 0,
            Variable::Public(index) => 1 + index,
            Variable::Private(index) => 1 + public + index,
        };
        let row = |terms: Terms| terms.into_iter().map(|(factor, variable)| (factor, column(variable))).collect();
        let matrices = Self {
            rows: shape.rows.into_iter().map(|sides| sides.map(row)).collect(),
            public,
            private,
            constraint_labels: shape.constraint_labels,
            variable_labels: shape.variable_labels,
        };
        Ok((matrices, core::mem::take(&mut builder.take_values().columns)))
    }

    /// The constraints in order; each holds the rows of A, B and C.
    pub fn rows(&self) -> &[[Row; 3]] {
        &self.rows
    }

    /// Number of public inputs, the constant one not counted.
    pub fn public_count(&self) -> usize {
        self.public
    }

    /// Number of private variables.
    pub fn private_count(&self) -> usize {
        self.private
    }

    /// Number of columns: one, public inputs, private variables.
    pub fn column_count(&self) -> usize {
        1 + self.public + self.private
    }

    /// What a constraint says.
    pub fn constraint_label(&self, index: usize) -> &'static str {
        self.constraint_labels[index]
    }

    /// What a private variable is.
    pub fn variable_label(&self, index: usize) -> &'static str {
        self.variable_labels[index]
    }
}

/// Hands matrices to arkworks' key generation.
pub(crate) struct Replay<'a>(pub(crate) &'a ConstraintMatrices);

impl ConstraintSynthesizer<Fr> for Replay<'_> {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let matrices = self.0;
        // Keys are made without an assignment.
        let absent = || Err(SynthesisError::AssignmentMissing);
        let mut columns = vec![ark_relations::gr1cs::Variable::One];
        for column in 1..matrices.column_count() {
            columns.push(match column <= matrices.public {
                true => cs.new_input_variable(absent)?,
                false => cs.new_witness_variable(absent)?,
            });
        }
        for sides in &matrices.rows {
            let [a, b, c] = sides
                .each_ref()
                .map(|row| LinearCombination(row.iter().map(|(factor, column)| (*factor, columns[*column])).collect()));
            cs.enforce_r1cs_constraint(|| a, || b, || c)?;
        }
        Ok(())
    }
}
