//! `membership_verify`: checks a proof of the chain's own statement *membership*, for inputs that the contract chooses. It records
//! nothing: what binds the proof to a sender or keeps it from being used twice is the contract's part.

use super::{Host, statement};
use crate::frame::Stop;
use crate::world::Statement;

pub(crate) fn run(host: &mut Host<'_>, proof: i32, inputs: i32, input_count: i32) -> Result<i32, Stop> {
    statement::verify(host, Statement::Membership, proof, inputs, input_count)
}
