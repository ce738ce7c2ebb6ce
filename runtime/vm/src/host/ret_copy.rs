//! `ret_copy`: copies part of the return register into the contract's memory.

use super::{Host, range, write};
use crate::frame::Stop;
use crate::reject::Trap;

pub(crate) fn run(host: &mut Host<'_>, out: i32, offset: i32, len: i32) -> Result<(), Stop> {
    host.charge_copy(len)?;
    let part = host.frame.register.get(range(offset, len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    write(host.memory, out, part)
}
