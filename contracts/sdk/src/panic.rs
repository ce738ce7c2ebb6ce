//! Panics: message and place go to the debug trace, then the call ends and is undone.
//! Messages with arguments are not formatted, because formatting would double the size of a contract.

use crate::{env, host};
use core::panic::PanicInfo;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let message = info.message().as_str().unwrap_or("a panic whose message has arguments").as_bytes();
    let (file, line, column) =
        info.location().map_or((&b""[..], 0, 0), |place| (place.file().as_bytes(), place.line(), place.column()));
    // SAFETY: both ranges are those of slices.
    unsafe {
        host::panic(
            host::pointer(message),
            host::length(message),
            host::pointer(file),
            host::length(file),
            line.cast_signed(),
            column.cast_signed(),
        );
    }
    env::never()
}
