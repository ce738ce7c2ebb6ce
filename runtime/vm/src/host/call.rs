//! `call`: runs a function of another contract, with money. The callee's failure is a code, and leaves nothing.

use super::Host;
use super::entry::{Callee, enter};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use tacit_types::Amount;

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
) -> Result<i32, Stop> {
    let value = host.amount(value)?;
    if value > Amount::ZERO {
        if host.frame.is_static {
            return Err(Stop::Trap(Trap::StaticWrite));
        }
        host.charge(gas::TRANSFER)?;
    }
    let callee = Callee { address, function, function_len, input, input_len, value, gas_limit, is_static: false };
    enter(host, &callee)
}
