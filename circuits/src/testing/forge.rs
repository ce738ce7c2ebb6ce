//! Constraint systems with an assignment that tests may change at will.
//!
//! A lying prover is not bound by this crate's types: it may assign any number to any private variable. [`ForgedSystem`]
//! takes the matrices that keys are made from, an honest assignment, and says which constraints an altered assignment
//! breaks, by the names the circuit gave them.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;

use super::samples::Sample;
use crate::error::ProveError;
use crate::prove::{ConstraintMatrices, Row};

/// A circuit's constraints and an assignment to all its variables.
pub struct ForgedSystem {
    matrices: ConstraintMatrices,
    /// For every variable the constraints it occurs in.
    occurrences: Vec<Vec<usize>>,
    assignment: Vec<Fr>,
    /// The constant one and the public inputs come first.
    private_start: usize,
}

impl ForgedSystem {
    /// The system of a sample, with the honest assignment.
    ///
    /// # Errors
    /// When the sample is malformed.
    pub fn of(sample: &Sample) -> Result<Self, ProveError> {
        Self::with(sample, |_, value| value)
    }

    /// The system of a sample, where `lie` may exchange each of the circuit's own inputs (public and private, by name);
    /// everything computed from them follows the lie.
    ///
    /// # Errors
    /// When the sample is malformed.
    pub fn with(sample: &Sample, lie: impl Fn(&str, Fr) -> Fr) -> Result<Self, ProveError> {
        let mut circuit = sample.circuit()?;
        circuit.visit(&mut |name, value| *value = lie(name, *value));
        let failed = |why: String| ProveError::Prover { statement: sample.public().statement(), why };
        let built = ConstraintMatrices::with_values(&*circuit).map_err(|error| failed(error.to_string()))?;
        let (matrices, assignment) = built;
        let mut occurrences = vec![Vec::new(); assignment.len()];
        for (index, row) in matrices.rows().iter().enumerate() {
            for (_, variable) in row.iter().flatten() {
                if occurrences[*variable].last() != Some(&index) {
                    occurrences[*variable].push(index);
                }
            }
        }
        let private_start = 1 + matrices.public_count();
        Ok(Self { matrices, occurrences, assignment, private_start })
    }

    /// Number of constraints.
    pub fn constraint_count(&self) -> usize {
        self.matrices.rows().len()
    }

    /// Number of private variables.
    pub fn private_count(&self) -> usize {
        self.assignment.len() - self.private_start
    }

    /// Number of non-zero coefficients in each of the three matrices.
    pub fn density(&self) -> [usize; 3] {
        [0, 1, 2].map(|matrix| self.matrices.rows().iter().map(|row| row[matrix].len()).sum())
    }

    /// What the private variable at `index` is.
    pub fn variable_label(&self, index: usize) -> &'static str {
        self.matrices.variable_label(index)
    }

    /// Indices of the private variables with a label.
    pub fn variables(&self, label: &str) -> Vec<usize> {
        (0..self.private_count()).filter(|index| self.variable_label(*index) == label).collect()
    }

    /// The value of a private variable.
    pub fn get(&self, index: usize) -> Fr {
        self.assignment[self.private_start + index]
    }

    /// Assigns a private variable.
    pub fn set(&mut self, index: usize, value: Fr) {
        self.assignment[self.private_start + index] = value;
    }

    /// Names of all broken constraints, each once; empty when the assignment satisfies the system.
    pub fn broken(&self) -> Vec<&'static str> {
        let mut labels = Vec::new();
        for index in (0..self.constraint_count()).filter(|index| !self.holds(*index)) {
            let label = self.matrices.constraint_label(index);
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels
    }

    /// Whether changing one private variable of a satisfying assignment breaks a constraint.
    pub fn notices(&mut self, index: usize, value: Fr) -> bool {
        let variable = self.private_start + index;
        let honest = core::mem::replace(&mut self.assignment[variable], value);
        let noticed = self.occurrences[variable].iter().any(|row| !self.holds(*row));
        self.assignment[variable] = honest;
        noticed
    }

    fn holds(&self, row: usize) -> bool {
        let [a, b, c] = &self.matrices.rows()[row];
        self.evaluate(a) * self.evaluate(b) == self.evaluate(c)
    }

    fn evaluate(&self, row: &Row) -> Fr {
        row.iter().fold(Fr::ZERO, |sum, (factor, variable)| sum + self.assignment[*variable] * factor)
    }
}

/// The honest systems of one sample of each statement, in the order of the statements.
///
/// # Errors
/// As [`ForgedSystem::of`].
pub fn systems(number: u64) -> Result<Vec<ForgedSystem>, ProveError> {
    super::samples(number)?.iter().map(ForgedSystem::of).collect()
}
