//! The in-circuit twins of the native functions: wires, Poseidon, 128-bit amounts, tree paths, Baby Jubjub.
//!
//! A [`Wire`] is a linear combination of variables with its value; additions and constant factors are free, every product
//! is one constraint with one new variable. The [`Builder`] collects values and, where asked, constraints; a
//! [`Circuit`] is what it is given. The order of variables and constraints never depends on values: keys and proofs rely on that.

mod amount;
mod builder;
mod circuit;
mod edwards;
mod path;
mod poseidon;

pub(crate) use amount::{amount_between, amount_bits};
pub(crate) use builder::{Builder, Terms, Values, Variable, Wire};
pub(crate) use circuit::{Circuit, blank};
pub(crate) use edwards::{Point, SCALAR_BITS, add, generator_times, on_curve};
pub(crate) use path::{PathStep, path_steps, root_and_position, root_of_path, visit_path};
pub(crate) use poseidon::poseidon;
