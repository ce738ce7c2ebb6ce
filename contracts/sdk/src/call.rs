//! Calls to other contracts. A callee that fails leaves nothing behind and the caller decides what follows.

use crate::{Address, Amount, BUFFER_BYTES, Buffer, Reader, Wire, host};

/// Why a call to another contract gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallError {
    /// No contract lives there.
    ContractUnknown,
    /// It has no such function.
    FunctionUnknown,
    /// It is on the call stack already.
    ReentryDenied,
    /// Calls are nested too deeply.
    DepthExceeded,
    /// This contract has not that much money.
    InsufficientBalance,
    /// The callee cannot take the money.
    RecipientRefused,
    /// It reverted with this code.
    Reverted(u32),
    /// It used up its gas.
    OutOfGas,
    /// It trapped or panicked.
    Failed,
    /// Its output is not of the expected type.
    BadOutput,
}

/// Another contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callee {
    /// Where it lives.
    pub address: Address,
    /// Native money to send along.
    pub value: Amount,
    /// Most gas it may use; never more than 63/64 of what is left.
    pub gas: u64,
}

impl Callee {
    /// The contract at an address, without money and with all the gas it can get.
    #[must_use]
    pub const fn at(address: Address) -> Self {
        Self { address, value: Amount::ZERO, gas: u64::MAX }
    }

    /// Calls a function; `arguments` is a tuple.
    ///
    /// # Errors
    /// The callee did nothing.
    pub fn call<A: Wire, T: Wire>(&self, function: &str, arguments: &A) -> Result<T, CallError> {
        let input = Buffer::of(arguments);
        let value = self.value.0.to_le_bytes();
        // SAFETY: every range is that of a slice or of a fixed-size array.
        let result = unsafe {
            host::call(
                host::pointer(&self.address.0),
                host::pointer(function.as_bytes()),
                host::length(function.as_bytes()),
                host::pointer(input.as_slice()),
                host::length(input.as_slice()),
                host::pointer(&value),
                self.gas.cast_signed(),
            )
        };
        output(result)
    }

    /// Calls a function that may change nothing; money is not sent.
    ///
    /// # Errors
    /// The callee gave nothing.
    pub fn view<A: Wire, T: Wire>(&self, function: &str, arguments: &A) -> Result<T, CallError> {
        let input = Buffer::of(arguments);
        // SAFETY: every range is that of a slice or of a fixed-size array.
        let result = unsafe {
            host::static_call(
                host::pointer(&self.address.0),
                host::pointer(function.as_bytes()),
                host::length(function.as_bytes()),
                host::pointer(input.as_slice()),
                host::length(input.as_slice()),
                self.gas.cast_signed(),
            )
        };
        output(result)
    }
}

fn output<T: Wire>(result: i32) -> Result<T, CallError> {
    const { assert!(T::MAX <= BUFFER_BYTES, "the output can be larger than a buffer") };
    let Ok(len) = usize::try_from(result) else { return Err(failure(result)) };
    let mut bytes = [0; BUFFER_BYTES];
    let Some(room) = bytes.get_mut(..len) else { return Err(CallError::BadOutput) };
    // SAFETY: the host writes as many bytes as the slice has; the register holds exactly so many.
    unsafe { host::ret_copy(host::pointer_mut(room), 0, result) };
    Reader::whole(room).ok_or(CallError::BadOutput)
}

fn failure(code: i32) -> CallError {
    match code {
        tacit_abi::CONTRACT_UNKNOWN => CallError::ContractUnknown,
        tacit_abi::FUNCTION_UNKNOWN => CallError::FunctionUnknown,
        tacit_abi::REENTRY_DENIED => CallError::ReentryDenied,
        tacit_abi::DEPTH_EXCEEDED => CallError::DepthExceeded,
        tacit_abi::INSUFFICIENT_BALANCE => CallError::InsufficientBalance,
        tacit_abi::RECIPIENT_REFUSED => CallError::RecipientRefused,
        tacit_abi::CALLEE_REVERTED => {
            let mut code = [0; 4];
            // SAFETY: the register of a reverted call begins with four bytes of code.
            unsafe { host::ret_copy(host::pointer_mut(&mut code), 0, 4) };
            CallError::Reverted(u32::from_le_bytes(code))
        }
        tacit_abi::CALLEE_OUT_OF_GAS => CallError::OutOfGas,
        _ => CallError::Failed,
    }
}
