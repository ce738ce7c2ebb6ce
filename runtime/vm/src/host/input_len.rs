//! `input_len`: the length of the call's input.

use super::{Host, length};
use crate::frame::Stop;

pub(crate) fn run(host: &mut Host<'_>) -> Result<i32, Stop> {
    length(host.frame.input.len())
}
