//! `panic`: the contract met a bug of its own. The texts are kept for people; consensus sees only the verdict.

use super::Host;
use crate::frame::Stop;
use crate::scope::PanicTrace;

pub(crate) fn run(
    host: &mut Host<'_>,
    message: i32,
    message_len: i32,
    file: i32,
    file_len: i32,
    line: i32,
    column: i32,
) -> Result<(), Stop> {
    let message_len = cut(message_len);
    let file_len = cut(file_len);
    host.charge_copy(message_len)?;
    host.charge_copy(file_len)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Err(Stop::Panic(Box::new(PanicTrace {
        contract: host.frame.contract,
        message: text(host.bytes(message, message_len)?),
        file: text(host.bytes(file, file_len)?),
        line: line.cast_unsigned(),
        column: column.cast_unsigned(),
    })))
}

/// Long texts are cut rather than refused, so that a long message cannot hide a panic.
fn cut(len: i32) -> i32 {
    len.cast_unsigned().min(tacit_abi::PANIC_TEXT_BYTES_MAX).cast_signed()
}
