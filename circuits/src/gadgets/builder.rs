//! Wires and the builder that turns products and equalities into R1CS constraints.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, Zero};
use ark_relations::gr1cs::{ConstraintSystemRef, LinearCombination, SynthesisError, Variable};

/// A linear combination of variables, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    /// Sorted by variable, every variable at most once, no zero coefficients.
    terms: Vec<(Fr, Variable)>,
    /// Meaningless while keys are generated, when there is no assignment.
    value: Fr,
}

impl Wire {
    pub(crate) fn constant(value: Fr) -> Self {
        let terms = if value.is_zero() { Vec::new() } else { vec![(value, Variable::One)] };
        Self { terms, value }
    }

    fn variable(variable: Variable, value: Fr) -> Self {
        Self { terms: vec![(Fr::ONE, variable)], value }
    }

    pub(crate) fn value(&self) -> Fr {
        self.value
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.as_constant().is_some()
    }

    /// `Some` when the wire holds no variable.
    fn as_constant(&self) -> Option<Fr> {
        match self.terms.as_slice() {
            [] => Some(Fr::ZERO),
            [(value, variable)] if variable.is_one() => Some(*value),
            _ => None,
        }
    }

    /// `self + factor * other`.
    pub(crate) fn plus(&self, factor: Fr, other: &Self) -> Self {
        let mut terms = Vec::with_capacity(self.terms.len() + other.terms.len());
        let mut push = |coefficient: Fr, variable| {
            if !coefficient.is_zero() {
                terms.push((coefficient, variable));
            }
        };
        let mut left = self.terms.iter().peekable();
        for (coefficient, variable) in &other.terms {
            while let Some((own, earlier)) = left.next_if(|(_, own)| own < variable) {
                push(*own, *earlier);
            }
            let own = left.next_if(|(_, own)| own == variable).map_or(Fr::ZERO, |(own, _)| *own);
            push(own + factor * coefficient, *variable);
        }
        terms.extend(left);
        Self { terms, value: self.value + factor * other.value }
    }

    pub(crate) fn difference(a: &Self, b: &Self) -> Self {
        a.plus(-Fr::ONE, b)
    }

    pub(crate) fn plus_constant(&self, constant: Fr) -> Self {
        self.plus(Fr::ONE, &Self::constant(constant))
    }

    pub(crate) fn scaled(&self, factor: Fr) -> Self {
        Self::constant(Fr::ZERO).plus(factor, self)
    }

    /// `sum of row[i] * wires[i]`.
    pub(crate) fn combination(row: &[Fr], wires: &[Self]) -> Self {
        let start = Self::constant(Fr::ZERO);
        row.iter().zip(wires).fold(start, |sum, (factor, wire)| sum.plus(*factor, wire))
    }

    fn lc(&self) -> LinearCombination<Fr> {
        LinearCombination(self.terms.clone())
    }
}

/// Adds variables and constraints to a constraint system and remembers what each is for.
pub(crate) struct Builder {
    cs: ConstraintSystemRef<Fr>,
    /// What each constraint says, in order; tests name the constraint that stops a lie by this.
    pub(crate) constraint_labels: Vec<&'static str>,
    /// What each private variable is, in order.
    pub(crate) variable_labels: Vec<&'static str>,
}

impl Builder {
    pub(crate) fn new(cs: ConstraintSystemRef<Fr>) -> Self {
        Self { cs, constraint_labels: Vec::new(), variable_labels: Vec::new() }
    }

    /// A public input; the order of calls is the order of the verifying key.
    pub(crate) fn public(&mut self, _label: &'static str, value: Fr) -> Result<Wire, SynthesisError> {
        Ok(Wire::variable(self.cs.new_input_variable(|| Ok(value))?, value))
    }

    /// A private variable, not yet constrained.
    pub(crate) fn private(&mut self, label: &'static str, value: Fr) -> Result<Wire, SynthesisError> {
        self.variable_labels.push(label);
        Ok(Wire::variable(self.cs.new_witness_variable(|| Ok(value))?, value))
    }

    /// `a * b`: a new variable and one constraint, unless either side is constant.
    pub(crate) fn product(&mut self, label: &'static str, a: &Wire, b: &Wire) -> Result<Wire, SynthesisError> {
        match (a.as_constant(), b.as_constant()) {
            (Some(factor), _) => Ok(b.scaled(factor)),
            (_, Some(factor)) => Ok(a.scaled(factor)),
            (None, None) => {
                let product = self.private(label, a.value * b.value)?;
                self.constrain(label, a, b, &product)?;
                Ok(product)
            }
        }
    }

    /// Requires `a = b`.
    pub(crate) fn equal(&mut self, label: &'static str, a: &Wire, b: &Wire) -> Result<(), SynthesisError> {
        self.constrain(label, &Wire::difference(a, b), &Wire::constant(Fr::ONE), &Wire::constant(Fr::ZERO))
    }

    /// Requires a wire to be zero or one.
    pub(crate) fn boolean(&mut self, label: &'static str, bit: &Wire) -> Result<(), SynthesisError> {
        self.constrain(label, bit, &bit.plus_constant(-Fr::ONE), &Wire::constant(Fr::ZERO))
    }

    /// Ties a public input that no other constraint uses into the circuit. Its square costs one constraint and keeps the
    /// input's column of the key non-zero, so that no proof verifies for another value.
    pub(crate) fn bind(&mut self, label: &'static str, input: &Wire) -> Result<(), SynthesisError> {
        self.product(label, input, input).map(|_| ())
    }

    /// Requires `a * b = c`.
    pub(crate) fn constrain(
        &mut self,
        label: &'static str,
        a: &Wire,
        b: &Wire,
        c: &Wire,
    ) -> Result<(), SynthesisError> {
        self.constraint_labels.push(label);
        self.cs.enforce_r1cs_constraint(|| a.lc(), || b.lc(), || c.lc())
    }
}
