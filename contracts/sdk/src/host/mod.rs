//! The raw host functions, made from the same table as the node's dispatch, and safe wrappers for ranges.
//! Nothing outside the SDK calls them.

use core::mem::MaybeUninit;

macro_rules! stubs {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        #[cfg(target_arch = "wasm32")]
        #[link(wasm_import_module = "v1")]
        #[allow(dead_code)]
        unsafe extern "C" {
            $($(#[$doc])* pub(crate) fn $name($($argument: $type),*) -> $result;)*
        }

        // Off the chain: the small chain of `testing`.
        $(
            #[cfg(not(target_arch = "wasm32"))]
            #[allow(dead_code, clippy::missing_safety_doc, clippy::too_many_arguments)]
            pub(crate) unsafe fn $name($($argument: $type),*) -> $result {
                // SAFETY: the caller's promise about ranges is passed on.
                native::Result::of(unsafe { native::run(stringify!($name), &[$(i64::from($argument)),*]) })
            }
        )*
    };
}
tacit_abi::host_functions!(stubs);

#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod native;

/// Where some bytes start, as the host sees it. A contract's address space has 32 bits.
#[cfg(target_arch = "wasm32")]
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // A pointer becomes a number in no other way.
pub(crate) fn pointer(bytes: &[u8]) -> i32 {
    bytes.as_ptr() as usize as u32 as i32
}

/// Where the host may write, as the host sees it.
#[cfg(target_arch = "wasm32")]
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // A pointer becomes a number in no other way.
pub(crate) fn pointer_mut(bytes: &mut [u8]) -> i32 {
    bytes.as_mut_ptr() as usize as u32 as i32
}

/// Where the host may write to bytes that are not initialised yet, and how many.
#[cfg(target_arch = "wasm32")]
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // A pointer becomes a number in no other way.
pub(crate) fn room(bytes: &mut [MaybeUninit<u8>]) -> (i32, i32) {
    (bytes.as_mut_ptr() as usize as u32 as i32, i32::try_from(bytes.len()).unwrap_or(i32::MAX))
}

/// Off the chain a pointer does not fit into 32 bits: it is lent under a number until the next host function has run.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn pointer(bytes: &[u8]) -> i32 {
    native::lend(bytes.as_ptr().cast_mut(), bytes.len(), false)
}

/// As [`pointer`], for writing.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn pointer_mut(bytes: &mut [u8]) -> i32 {
    native::lend(bytes.as_mut_ptr(), bytes.len(), true)
}

/// As [`pointer_mut`], for bytes that are not initialised yet, with their number.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn room(bytes: &mut [MaybeUninit<u8>]) -> (i32, i32) {
    let len = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    (native::lend(bytes.as_mut_ptr().cast(), bytes.len(), true), len)
}

/// How many bytes; a slice of a contract is shorter than 2^31.
pub(crate) fn length(bytes: &[u8]) -> i32 {
    i32::try_from(bytes.len()).unwrap_or(i32::MAX)
}

/// Whether this call is of a view, which cannot write even where the host would let it. Every call has its own memory.
#[cfg(target_arch = "wasm32")]
static IS_VIEW: core::sync::atomic::AtomicBool = core::sync::atomic::AtomicBool::new(false);

/// From here on, writes end the call.
pub(crate) fn forbid_writes() {
    #[cfg(target_arch = "wasm32")]
    IS_VIEW.store(true, core::sync::atomic::Ordering::Relaxed);
}

/// Ends the call in a view. Stands before everything that changes something.
pub(crate) fn before_write() {
    #[cfg(target_arch = "wasm32")]
    if IS_VIEW.load(core::sync::atomic::Ordering::Relaxed) {
        crate::ContractError::end(&crate::SdkError::ViewWrites);
    }
}
