//! What every statement's circuit offers to keys, provers and tests.

use ark_bn254::Fr;
use ark_relations::gr1cs::SynthesisError;

use super::Builder;

/// A statement as constraints, with the values to assign. The default of an implementing type is the blank circuit that
/// keys are made from: variables and constraints must not depend on values.
pub(crate) trait Circuit {
    /// Adds all variables and constraints, public inputs first.
    fn build(&self, builder: &mut Builder) -> Result<(), SynthesisError>;

    /// Shows every value that the circuit was given, public and private, by name. Tests lie through this.
    fn visit(&mut self, visit: &mut dyn FnMut(&str, &mut Fr));
}

/// The blank circuit of a type, for the table of statements.
pub(crate) fn blank<C: Circuit + Default + 'static>() -> Box<dyn Circuit> {
    Box::new(C::default())
}
