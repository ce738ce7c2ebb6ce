//! Making contracts, and changing one's own code.

use crate::call::failure;
use crate::{Address, Amount, CallError, host};

/// What a new contract is made of.
#[derive(Debug, Clone, Copy)]
pub struct Creation<'a> {
    /// The hash of deployed code.
    pub code_hash: &'a [u8; 32],
    /// Sets apart contracts of one code and creator.
    pub salt: &'a [u8; 32],
    /// An encoded upgrade policy; empty for a contract that never changes.
    pub policy: &'a [u8],
    /// The encoded arguments of `init`.
    pub input: &'a [u8],
    /// Native money for the new contract.
    pub value: Amount,
    /// Most gas that `init` may use.
    pub gas: u64,
}

impl Creation<'_> {
    /// Makes the contract and runs its `init`.
    ///
    /// # Errors
    /// Nothing was made.
    pub fn create(&self) -> Result<Address, CallError> {
        host::before_write();
        let mut out = [0; 32];
        let value = self.value.0.to_le_bytes();
        // SAFETY: every range is that of a slice or of a fixed-size array; the host writes 32 bytes.
        let result = unsafe {
            host::create(
                host::pointer(self.code_hash),
                host::pointer(self.salt),
                host::pointer(self.policy),
                host::length(self.policy),
                host::pointer(self.input),
                host::length(self.input),
                host::pointer(&value),
                self.gas.cast_signed(),
                host::pointer_mut(&mut out),
            )
        };
        if result < 0 { Err(failure(result)) } else { Ok(Address(out)) }
    }
}

/// The hash of the code of a contract; none if there is no contract.
#[must_use]
pub fn code_hash(address: &Address) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    // SAFETY: the host reads 32 bytes and writes 32.
    let result = unsafe { host::code_hash(host::pointer(&address.0), host::pointer_mut(&mut out)) };
    (result == tacit_abi::OK).then_some(out)
}

/// Changes this contract's code from the next call on; `migrate` of the new code runs with the input when no contract
/// runs any more, and if it fails, everything fails with it.
///
/// # Errors
/// Nothing changed.
pub fn set_code(code_hash: &[u8; 32], input: &[u8], gas: u64) -> Result<(), CallError> {
    host::before_write();
    let (input, len) = (host::pointer(input), host::length(input));
    // SAFETY: the host reads 32 bytes and the slice.
    let result = unsafe { host::set_code(host::pointer(code_hash), input, len, gas.cast_signed()) };
    if result < 0 { Err(failure(result)) } else { Ok(()) }
}
