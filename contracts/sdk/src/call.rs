//! Calls to other contracts.

use crate::{Address, Amount, BUFFER_BYTES, Buffer, ContractError, Reader, SdkError, Wire, env, host};

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
    /// It is paused.
    Paused,
    /// It reverted with this code.
    Reverted(u32),
    /// It used up its gas.
    OutOfGas,
    /// It trapped or panicked.
    Failed,
    /// It succeeded, but its output is not of the expected type.
    BadOutput,
    /// The transaction has as many deferred calls as are allowed.
    TooMany,
    /// No code with the hash is deployed.
    CodeUnknown,
    /// A contract lives at the new address already.
    ContractExists,
    /// The upgrade policy is none, or does not allow this.
    PolicyForbids,
    /// The new code keeps its storage differently and does not take over this layout.
    LayoutDiffers,
    /// A caller that goes on if this contract fails did not let it defer calls; see [`Callee::allow_defer`].
    DeferDenied,
}

/// Another contract, and how it is called. [`crate::interface!`] gives it typed methods.
///
/// ```no_run
/// # use tacit_sdk::prelude::*;
/// # let somewhere = Address::ZERO;
/// let shop = Callee::at(somewhere).paying(Amount(100)).gas(2_000_000);
/// let bought: u64 = shop.call("buy", &(7_u64, env::caller()));
/// # let _ = bought;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callee {
    address: Address,
    value: Amount,
    gas: u64,
    flags: i32,
}

impl Callee {
    /// The contract at an address, without money and with all the gas it can get.
    #[must_use]
    pub const fn at(address: Address) -> Self {
        Self { address, value: Amount::ZERO, gas: u64::MAX, flags: 0 }
    }

    /// Sends native money along.
    #[must_use]
    pub const fn paying(self, value: Amount) -> Self {
        Self { value, ..self }
    }

    /// Limits the gas of the callee; it never gets more than 63/64 of what is left. A deferred call takes it at once.
    #[must_use]
    pub const fn gas(self, gas: u64) -> Self {
        Self { gas, ..self }
    }

    /// Lets this contract be entered again while the callee runs, through functions with `#[reentrant]`.
    #[must_use]
    pub const fn allow_reentry(self) -> Self {
        Self { flags: self.flags | tacit_abi::CALL_ALLOW_REENTRY, ..self }
    }

    /// Lets this contract be viewed while the callee runs, through views with `#[reentrant]`. Say so only where what is
    /// stored is consistent.
    #[must_use]
    pub const fn allow_view(self) -> Self {
        Self { flags: self.flags | tacit_abi::CALL_ALLOW_VIEW, ..self }
    }

    /// Lets the callee, and whatever it calls, defer calls although this contract goes on if the callee fails. A deferred call
    /// that fails undoes this contract's work too, so say so only to a callee that this contract trusts, or where nothing else
    /// depends on going on. Only [`Callee::try_call`] needs it.
    #[must_use]
    pub const fn allow_defer(self) -> Self {
        Self { flags: self.flags | tacit_abi::CALL_ALLOW_DEFER, ..self }
    }

    /// Whether enough gas is left for the callee to get all of [`Callee::gas`], which is at most 63/64 of what is left,
    /// and for this contract to keep so much for itself after that.
    ///
    /// Ask before a `try_`: else whoever calls this contract can let the callee fail by giving little gas, and the contract
    /// would take that for the callee's answer.
    ///
    /// ```no_run
    /// # use tacit_sdk::prelude::*;
    /// # #[error] pub enum Error { /** Try with more. */ TooLittleGas = 1, }
    /// # fn ask(somewhere: Address) -> Result<(), Error> {
    /// let token = Callee::at(somewhere).gas(2_000_000);
    /// if !token.has_gas(500_000) {
    ///     return Err(Error::TooLittleGas);
    /// }
    /// let held: Result<Amount, CallError> = token.view("balance_of", &(env::self_address(),));
    /// # let _ = held; Ok(()) }
    /// ```
    #[must_use]
    pub fn has_gas(&self, kept: u64) -> bool {
        // A bit more than a 64th on top, for the host's price of the call.
        let needed = self.gas.saturating_add(self.gas / 32).saturating_add(kept);
        needed <= env::gas_left()
    }

    /// Where the contract lives.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Calls a function; `arguments` is a tuple. If the callee fails, this call fails with it.
    pub fn call<A: Wire, T: Wire>(&self, function: &str, arguments: &A) -> T {
        self.call_encoded(function, Buffer::new().encode(arguments))
    }

    /// Calls a function; a callee that fails leaves nothing behind, and neither it nor what it calls can defer calls, unless
    /// [`Callee::allow_defer`] lets them.
    ///
    /// # Errors
    /// The callee did nothing, unless the error is [`CallError::BadOutput`]: then it succeeded, with something unexpected.
    pub fn try_call<A: Wire, T: Wire>(&self, function: &str, arguments: &A) -> Result<T, CallError> {
        self.try_call_encoded(function, Buffer::new().encode(arguments))
    }

    /// Asks a function that may change nothing; money is not sent.
    ///
    /// # Errors
    /// The callee gave nothing.
    pub fn view<A: Wire, T: Wire>(&self, function: &str, arguments: &A) -> Result<T, CallError> {
        self.try_view_encoded(function, Buffer::new().encode(arguments))
    }

    /// Schedules a call for when no contract runs any more. Set [`Callee::gas`]: it is taken now. If the callee fails
    /// then, the whole transaction fails.
    ///
    /// # Errors
    /// Nothing was scheduled.
    pub fn defer<A: Wire>(&self, function: &str, arguments: &A) -> Result<(), CallError> {
        self.defer_encoded(function, Buffer::new().encode(arguments))
    }

    /// As [`Callee::call`], with encoded arguments.
    pub fn call_encoded<T: Wire>(&self, function: &str, input: &[u8]) -> T {
        match output(self.enter(function, input, false)) {
            Ok(value) => value,
            Err(_) => SdkError::BadOutput.end(),
        }
    }

    /// As [`Callee::try_call`], with encoded arguments.
    ///
    /// # Errors
    /// As there.
    pub fn try_call_encoded<T: Wire>(&self, function: &str, input: &[u8]) -> Result<T, CallError> {
        output(self.enter(function, input, true))
    }

    /// Runs a function of the callee. Where this is no try, a callee that fails ends this call.
    fn enter(&self, function: &str, input: &[u8], is_try: bool) -> i32 {
        host::before_write();
        let value = self.value.0.to_le_bytes();
        let (to, money, gas) = (host::pointer(&self.address.0), host::pointer(&value), self.gas.cast_signed());
        let (name, name_len) = (host::pointer(function.as_bytes()), host::length(function.as_bytes()));
        let (input, input_len) = (host::pointer(input), host::length(input));
        // SAFETY: every range is that of a slice or of a fixed-size array, all of which live until the end of this function.
        unsafe {
            if is_try {
                host::try_call(to, name, name_len, input, input_len, money, gas, self.flags)
            } else {
                host::call(to, name, name_len, input, input_len, money, gas, self.flags)
            }
        }
    }

    /// As [`Callee::view`], with encoded arguments; ends this call where that gives an error.
    pub fn view_encoded<T: Wire>(&self, function: &str, input: &[u8]) -> T {
        match self.try_view_encoded(function, input) {
            Ok(value) => value,
            Err(CallError::BadOutput) => SdkError::BadOutput.end(),
            Err(_) => SdkError::ViewFailed.end(),
        }
    }

    /// As [`Callee::view`], with encoded arguments.
    ///
    /// # Errors
    /// The callee gave nothing.
    pub fn try_view_encoded<T: Wire>(&self, function: &str, input: &[u8]) -> Result<T, CallError> {
        // SAFETY: every range is that of a slice or of a fixed-size array.
        let result = unsafe {
            host::static_call(
                host::pointer(&self.address.0),
                host::pointer(function.as_bytes()),
                host::length(function.as_bytes()),
                host::pointer(input),
                host::length(input),
                self.gas.cast_signed(),
                self.flags,
            )
        };
        output(result)
    }

    /// As [`Callee::defer`], with encoded arguments.
    ///
    /// # Errors
    /// Nothing was scheduled.
    pub fn defer_encoded(&self, function: &str, input: &[u8]) -> Result<(), CallError> {
        host::before_write();
        let value = self.value.0.to_le_bytes();
        // SAFETY: every range is that of a slice or of a fixed-size array.
        let result = unsafe {
            host::defer_call(
                host::pointer(&self.address.0),
                host::pointer(function.as_bytes()),
                host::length(function.as_bytes()),
                host::pointer(input),
                host::length(input),
                host::pointer(&value),
                self.gas.cast_signed(),
            )
        };
        if result == tacit_abi::OK { Ok(()) } else { Err(failure(result)) }
    }
}

fn output<T: Wire>(result: i32) -> Result<T, CallError> {
    const { assert!(T::MAX <= BUFFER_BYTES, "the output can be larger than a buffer") };
    if result < 0 {
        return Err(failure(result));
    }
    let mut output = Buffer::new();
    let filled = output.fill(|out, capacity| {
        if result > capacity {
            return tacit_abi::BUFFER_TOO_SMALL;
        }
        // SAFETY: the register holds exactly so many bytes, and there is room for them.
        unsafe { host::ret_copy(out, 0, result) };
        result
    });
    if filled < 0 {
        return Err(CallError::BadOutput);
    }
    Reader::whole(output.as_slice()).ok_or(CallError::BadOutput)
}

/// What a negative result of the host means.
pub(crate) fn failure(code: i32) -> CallError {
    match code {
        tacit_abi::CONTRACT_UNKNOWN => CallError::ContractUnknown,
        tacit_abi::FUNCTION_UNKNOWN => CallError::FunctionUnknown,
        tacit_abi::REENTRY_DENIED => CallError::ReentryDenied,
        tacit_abi::DEPTH_EXCEEDED => CallError::DepthExceeded,
        tacit_abi::INSUFFICIENT_BALANCE => CallError::InsufficientBalance,
        tacit_abi::RECIPIENT_REFUSED => CallError::RecipientRefused,
        tacit_abi::CONTRACT_PAUSED => CallError::Paused,
        tacit_abi::TOO_MANY => CallError::TooMany,
        tacit_abi::CODE_UNKNOWN => CallError::CodeUnknown,
        tacit_abi::CONTRACT_EXISTS => CallError::ContractExists,
        tacit_abi::POLICY_FORBIDS | tacit_abi::INVALID_INPUT => CallError::PolicyForbids,
        tacit_abi::LAYOUT_DIFFERS => CallError::LayoutDiffers,
        tacit_abi::DEFER_DENIED => CallError::DeferDenied,
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
