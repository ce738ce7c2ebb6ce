//! `try_call`: runs a function of another contract, with money. The callee's failure is a code, and leaves nothing.

use super::Host;
use super::entry::{Arguments, Failure, enter};
use crate::frame::Stop;

#[allow(clippy::too_many_arguments)] // The signature is the host table's.
pub(crate) fn run(
    host: &mut Host<'_>,
    address: i32,
    function: i32,
    function_len: i32,
    input: i32,
    input_len: i32,
    value: i32,
    gas_limit: i64,
    flags: i32,
) -> Result<i32, Stop> {
    let arguments = Arguments { address, function, function_len, input, input_len, gas_limit, flags };
    enter(host, &arguments, Some(value), Failure::IsACode)
}
