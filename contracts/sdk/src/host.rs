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

        // Off the chain, for unit tests of what needs no host.
        $(
            #[cfg(not(target_arch = "wasm32"))]
            #[allow(dead_code, clippy::missing_safety_doc, clippy::panic)]
            pub(crate) unsafe fn $name($($argument: $type),*) -> $result {
                $(let _ = $argument;)*
                panic!(concat!("`", stringify!($name), "` needs a host: it works only inside a contract"))
            }
        )*
    };
}
tacit_abi::host_functions!(stubs);

/// Where some bytes start, as the host sees it. A contract's address space has 32 bits.
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // A pointer becomes a number in no other way.
pub(crate) fn pointer(bytes: &[u8]) -> i32 {
    bytes.as_ptr() as usize as u32 as i32
}

/// Where the host may write, as the host sees it.
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // A pointer becomes a number in no other way.
pub(crate) fn pointer_mut(bytes: &mut [u8]) -> i32 {
    bytes.as_mut_ptr() as usize as u32 as i32
}

/// Where the host may write to bytes that are not initialised yet, and how many.
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // A pointer becomes a number in no other way.
pub(crate) fn room(bytes: &mut [MaybeUninit<u8>]) -> (i32, i32) {
    (bytes.as_mut_ptr() as usize as u32 as i32, i32::try_from(bytes.len()).unwrap_or(i32::MAX))
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
