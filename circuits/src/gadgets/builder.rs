//! Wires, and the builder that turns products and equalities into R1CS constraints.
//!
//! A builder works in one of two modes. [`Builder::shape`] records every constraint as rows of the three matrices: for
//! keys, exports and tests. [`Builder::values`] computes what a prover needs and nothing else: the assignment, and both
//! factors of every constraint; wires then carry no linear combinations, and no matrices are built or multiplied. Both
//! modes must add the same variables in the same order, therefore whether a wire is constant is decided by how it was
//! made, never by cancelling terms.

use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, Zero};
use ark_relations::gr1cs::SynthesisError;
use zeroize::Zeroize;

/// One column of the matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variable {
    /// The constant one.
    One,
    /// The public input with this index.
    Public(usize),
    /// The private variable with this index.
    Private(usize),
}

/// A row of one matrix: sorted by variable, every variable at most once, no zero coefficients.
pub(crate) type Terms = Vec<(Fr, Variable)>;

/// What a wire consists of, beside its value.
#[derive(Clone, Debug)]
enum Form {
    /// Holds no variable: the value is the coefficient of [`Variable::One`].
    Constant,
    /// Depends on variables that nobody asked to record.
    Untracked,
    Linear(Terms),
}

/// A linear combination of variables, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    form: Form,
    /// Meaningless while keys are generated, when there is no assignment, unless the wire is constant.
    value: Fr,
}

impl Wire {
    pub(crate) fn constant(value: Fr) -> Self {
        Self { form: Form::Constant, value }
    }

    pub(crate) fn value(&self) -> Fr {
        self.value
    }

    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.form, Form::Constant)
    }

    /// `Some` when the wire holds no variable.
    fn as_constant(&self) -> Option<Fr> {
        self.is_constant().then_some(self.value)
    }

    /// `self + factor * other`.
    pub(crate) fn plus(&self, factor: Fr, other: &Self) -> Self {
        let form = match (&self.form, &other.form) {
            (Form::Constant, Form::Constant) => Form::Constant,
            (Form::Untracked, _) | (_, Form::Untracked) => Form::Untracked,
            _ => Form::Linear(merged(&self.terms(), factor, &other.terms())),
        };
        Self { form, value: self.value + factor * other.value }
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

    fn terms(&self) -> std::borrow::Cow<'_, [(Fr, Variable)]> {
        match &self.form {
            Form::Linear(terms) => terms.into(),
            Form::Constant if !self.value.is_zero() => vec![(self.value, Variable::One)].into(),
            Form::Constant | Form::Untracked => Vec::new().into(),
        }
    }
}

/// `first + factor * second`, both sorted.
fn merged(first: &[(Fr, Variable)], factor: Fr, second: &[(Fr, Variable)]) -> Terms {
    let mut terms = Vec::with_capacity(first.len() + second.len());
    let mut push = |coefficient: Fr, variable| {
        if !coefficient.is_zero() {
            terms.push((coefficient, variable));
        }
    };
    let mut left = first.iter().peekable();
    for (coefficient, variable) in second {
        while let Some((own, earlier)) = left.next_if(|(_, own)| own < variable) {
            push(*own, *earlier);
        }
        let own = left.next_if(|(_, own)| own == variable).map_or(Fr::ZERO, |(own, _)| *own);
        push(own + factor * coefficient, *variable);
    }
    terms.extend(left);
    terms
}

/// The constraints of a circuit as they were added.
#[derive(Default)]
pub(crate) struct Shape {
    /// `a * b = c`.
    pub(crate) rows: Vec<[Terms; 3]>,
    /// What each constraint says, in order; tests name the constraint that stops a lie by this.
    pub(crate) constraint_labels: Vec<&'static str>,
    /// What each private variable is, in order.
    pub(crate) variable_labels: Vec<&'static str>,
}

/// What a prover proves with: the values of a satisfied system. Secret as a whole, and wiped when dropped.
#[derive(Default)]
pub(crate) struct Values {
    /// Of all columns: one, the public inputs, the private variables.
    pub(crate) columns: Vec<Fr>,
    /// Of the first factor of every constraint.
    pub(crate) left: Vec<Fr>,
    /// Of the second factor of every constraint.
    pub(crate) right: Vec<Fr>,
}

impl Drop for Values {
    fn drop(&mut self) {
        self.columns.zeroize();
        self.left.zeroize();
        self.right.zeroize();
    }
}

/// Adds variables and constraints and, when recording, remembers what each is for.
pub(crate) struct Builder {
    shape: Option<Shape>,
    public: Vec<Fr>,
    private: Vec<Fr>,
    left: Vec<Fr>,
    right: Vec<Fr>,
}

impl Builder {
    /// Records constraints.
    pub(crate) fn shape() -> Self {
        Self::new(Some(Shape::default()), 0, 0)
    }

    /// Computes values only. The capacities are those of the whole circuit, so that no secret is left behind by a growing
    /// vector.
    pub(crate) fn values(private_variables: usize, constraints: usize) -> Self {
        Self::new(None, private_variables, constraints)
    }

    fn new(shape: Option<Shape>, private: usize, constraints: usize) -> Self {
        let room = Vec::with_capacity;
        Self { shape, public: Vec::new(), private: room(private), left: room(constraints), right: room(constraints) }
    }

    /// The values computed so far; the factors only after [`Self::values`].
    pub(crate) fn take_values(&mut self) -> Values {
        let mut columns = Vec::with_capacity(1 + self.public.len() + self.private.len());
        columns.push(Fr::ONE);
        columns.extend_from_slice(&self.public);
        columns.extend_from_slice(&self.private);
        Values { columns, left: core::mem::take(&mut self.left), right: core::mem::take(&mut self.right) }
    }

    /// The recorded constraints; empty after [`Self::values`].
    pub(crate) fn take_shape(&mut self) -> Shape {
        self.shape.take().unwrap_or_default()
    }

    /// Number of public inputs so far.
    pub(crate) fn public_count(&self) -> usize {
        self.public.len()
    }

    /// Number of private variables so far.
    pub(crate) fn private_count(&self) -> usize {
        self.private.len()
    }

    fn wire(&self, variable: Variable, value: Fr) -> Wire {
        let form = match self.shape {
            Some(_) => Form::Linear(vec![(Fr::ONE, variable)]),
            None => Form::Untracked,
        };
        Wire { form, value }
    }

    /// A public input; the order of calls is the order of the verifying key.
    pub(crate) fn public(&mut self, _label: &'static str, value: Fr) -> Result<Wire, SynthesisError> {
        self.public.push(value);
        Ok(self.wire(Variable::Public(self.public.len() - 1), value))
    }

    /// A private variable, not yet constrained.
    pub(crate) fn private(&mut self, label: &'static str, value: Fr) -> Result<Wire, SynthesisError> {
        if let Some(shape) = &mut self.shape {
            shape.variable_labels.push(label);
        }
        self.private.push(value);
        Ok(self.wire(Variable::Private(self.private.len() - 1), value))
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
        match &mut self.shape {
            Some(shape) => {
                shape.constraint_labels.push(label);
                shape.rows.push([a, b, c].map(|wire| wire.terms().into_owned()));
            }
            // The product is not looked at: a proof of unequal sides does not verify, and every proof is verified.
            None => {
                self.left.push(a.value);
                self.right.push(b.value);
            }
        }
        Ok(())
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.private.zeroize();
        self.left.zeroize();
        self.right.zeroize();
    }
}
