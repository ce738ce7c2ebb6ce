//! Constraint systems with an assignment that tests may change at will.
//!
//! A lying prover is not bound by this crate's types: it may assign any number to any private variable. [`ForgedSystem`]
//! takes the matrices that keys are made from, an honest assignment, and says which constraints an altered assignment
//! breaks, by the names the circuit gave them.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::{ConstraintSystem, OptimizationGoal, R1CS_PREDICATE_LABEL, SynthesisError};

use super::samples::Sample;
use crate::error::ProveError;
use crate::gadgets::Builder;
use crate::statement::Statement;
use crate::statement::equality::EqualityCircuit;
use crate::statement::membership::MembershipCircuit;
use crate::statement::range::RangeCircuit;

type Row = Vec<(Fr, usize)>;

/// A circuit's constraints and an assignment to all its variables.
pub struct ForgedSystem {
    rows: Vec<[Row; 3]>,
    /// For every variable the constraints it occurs in.
    occurrences: Vec<Vec<usize>>,
    assignment: Vec<Fr>,
    /// The constant one and the public inputs come first.
    private_start: usize,
    constraint_labels: Vec<&'static str>,
    variable_labels: Vec<&'static str>,
}

impl ForgedSystem {
    fn new(build: impl FnOnce(&mut Builder) -> Result<(), SynthesisError>) -> Result<Self, SynthesisError> {
        let cs = ConstraintSystem::<Fr>::new_ref();
        cs.set_optimization_goal(OptimizationGoal::Constraints);
        let mut builder = Builder::new(cs.clone());
        build(&mut builder)?;
        let (constraint_labels, variable_labels) = (builder.constraint_labels, builder.variable_labels);
        cs.finalize();
        let mut matrices = cs.to_matrices()?;
        let matrices = matrices.remove(R1CS_PREDICATE_LABEL).ok_or(SynthesisError::PredicateNotFound)?;
        let [a, b, c]: [Vec<Row>; 3] = matrices.try_into().map_err(|_| SynthesisError::Unsatisfiable)?;
        let rows: Vec<[Row; 3]> = a.into_iter().zip(b).zip(c).map(|((a, b), c)| [a, b, c]).collect();
        let assignment = [cs.instance_assignment()?, cs.witness_assignment()?].concat();
        let mut occurrences = vec![Vec::new(); assignment.len()];
        for (index, row) in rows.iter().enumerate() {
            for (_, variable) in row.iter().flatten() {
                if occurrences[*variable].last() != Some(&index) {
                    occurrences[*variable].push(index);
                }
            }
        }
        let private_start = cs.num_instance_variables();
        Ok(Self { rows, occurrences, assignment, private_start, constraint_labels, variable_labels })
    }

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
        let (statement, built) = match sample {
            Sample::Range(public, private) => {
                let mut circuit = RangeCircuit::new(public, private)?;
                circuit.commitment = lie("commitment", circuit.commitment);
                circuit.low = lie("low", circuit.low);
                circuit.high = lie("high", circuit.high);
                circuit.context = lie("context", circuit.context);
                circuit.value = lie("value", circuit.value);
                circuit.blinding = lie("blinding", circuit.blinding);
                (Statement::Range, Self::new(|builder| circuit.build(builder)))
            }
            Sample::Equality(public, private) => {
                let mut circuit = EqualityCircuit::new(public, private)?;
                circuit.first = lie("first", circuit.first);
                circuit.second = lie("second", circuit.second);
                circuit.context = lie("context", circuit.context);
                circuit.value = lie("value", circuit.value);
                circuit.first_blinding = lie("first_blinding", circuit.first_blinding);
                circuit.second_blinding = lie("second_blinding", circuit.second_blinding);
                (Statement::Equality, Self::new(|builder| circuit.build(builder)))
            }
            Sample::Membership(public, private) => {
                let mut circuit = MembershipCircuit::new(public, private)?;
                circuit.root = lie("root", circuit.root);
                circuit.nullifier = lie("nullifier", circuit.nullifier);
                circuit.scope = lie("scope", circuit.scope);
                circuit.weight = lie("weight", circuit.weight);
                circuit.signal = lie("signal", circuit.signal);
                circuit.secret = lie("secret", circuit.secret);
                for (level, step) in circuit.path.iter_mut().enumerate() {
                    for (place, child) in step.children.iter_mut().enumerate() {
                        *child = lie(&format!("child {level} {place}"), *child);
                    }
                    for (bit, value) in step.place.iter_mut().enumerate() {
                        *value = lie(&format!("place {level} {bit}"), *value);
                    }
                }
                (Statement::Membership, Self::new(|builder| circuit.build(builder)))
            }
        };
        built.map_err(|error| ProveError::Prover { statement, why: error.to_string() })
    }

    /// Number of constraints.
    pub fn constraint_count(&self) -> usize {
        self.rows.len()
    }

    /// Number of private variables.
    pub fn private_count(&self) -> usize {
        self.assignment.len() - self.private_start
    }

    /// Number of non-zero coefficients in each of the three matrices.
    pub fn density(&self) -> [usize; 3] {
        [0, 1, 2].map(|matrix| self.rows.iter().map(|row| row[matrix].len()).sum())
    }

    /// What the private variable at `index` is.
    pub fn variable_label(&self, index: usize) -> &'static str {
        self.variable_labels[index]
    }

    /// Indices of the private variables with a label.
    pub fn variables(&self, label: &str) -> Vec<usize> {
        (0..self.private_count()).filter(|index| self.variable_labels[*index] == label).collect()
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
        for index in (0..self.rows.len()).filter(|index| !self.holds(*index)) {
            if !labels.contains(&self.constraint_labels[index]) {
                labels.push(self.constraint_labels[index]);
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
        let [a, b, c] = &self.rows[row];
        self.evaluate(a) * self.evaluate(b) == self.evaluate(c)
    }

    fn evaluate(&self, row: &Row) -> Fr {
        row.iter().fold(Fr::ZERO, |sum, (factor, variable)| sum + self.assignment[*variable] * factor)
    }
}

/// The honest systems of one sample of each statement.
///
/// # Errors
/// As [`ForgedSystem::of`].
pub fn systems(number: u64) -> Result<[ForgedSystem; 3], ProveError> {
    let [range, membership, equality] = super::samples(number)?;
    Ok([ForgedSystem::of(&range)?, ForgedSystem::of(&membership)?, ForgedSystem::of(&equality)?])
}
