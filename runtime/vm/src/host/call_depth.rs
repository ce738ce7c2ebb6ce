//! `call_depth`: how many contracts are on the call stack.

use super::{Host, length};
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>) -> Result<i32, Stop> {
    length(host.frame.loan.scope().stack.len())
}
