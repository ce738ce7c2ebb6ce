//! The raw host functions, made from the same table as the node's dispatch, and safe wrappers for ranges.
//! Nothing outside the SDK calls them.

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

/// How many bytes; a slice of a contract is shorter than 2^31.
pub(crate) fn length(bytes: &[u8]) -> i32 {
    i32::try_from(bytes.len()).unwrap_or(i32::MAX)
}
