//! The one table of host functions, and the types to look at it.

/// The import module of this version of the interface.
pub const MODULE: &str = "v1";

/// Hands every host function of the table to the macro named by `$callback`, as a list of
/// `/// doc` + `fn name(argument: type, ..) -> result;` items. Types are `i32` and `i64`; a pointer is an
/// `i32` offset into the contract's memory, a length an `i32`, both read as unsigned.
///
/// Wherever the text says *fails*, the function returns the named code of this crate; wherever it says
/// *traps*, the frame ends.
#[macro_export]
macro_rules! host_functions {
    ($callback:path) => {
        $callback! {
            /// Writes the contract's own address (32 bytes) to `out`.
            fn self_address(out: i32) -> ();
            /// Writes the address (32 bytes) of the account or contract that called to `out`.
            fn caller(out: i32) -> ();
            /// Writes the native money (16 bytes) that came with the call to `out`.
            fn value(out: i32) -> ();
            /// Writes the genesis id (32 bytes) to `out`.
            fn genesis_id(out: i32) -> ();
            /// The height of the block being executed.
            fn block_height() -> i64;
            /// The time of the block being executed, in milliseconds since 1970.
            fn block_time_ms() -> i64;
            /// The length of the call's input.
            fn input_len() -> i32;
            /// Copies `len` bytes of the input, from `offset`, to `out`. Traps outside the input.
            fn input_copy(out: i32, offset: i32, len: i32) -> ();
            /// Sets the call's output; the last call wins. Traps if it is too long.
            fn return_data(data: i32, len: i32) -> ();
            /// Ends the frame as reverted, with a code of the contract's choice and data. Never returns.
            fn revert(code: i32, data: i32, len: i32) -> ();
            /// Ends the frame as panicked. The texts go to the debug trace, never into consensus data.
            fn panic(message: i32, message_len: i32, file: i32, file_len: i32, line: i32, column: i32) -> ();
            /// Reads a value into `out`: its length, or fails with `NOT_FOUND`, or with `BUFFER_TOO_SMALL`
            /// if it is longer than `capacity`.
            fn storage_get(key: i32, key_len: i32, out: i32, capacity: i32) -> i32;
            /// Stores a value: `OK`. Traps in a static frame.
            fn storage_set(key: i32, key_len: i32, value: i32, value_len: i32) -> i32;
            /// Removes a value if there is one: `OK`. Traps in a static frame.
            fn storage_remove(key: i32, key_len: i32) -> i32;
            /// One if a value is stored under the key, else zero.
            fn storage_has(key: i32, key_len: i32) -> i32;
            /// Emits an event of `topic_count` topics (32 bytes each) and data: `OK`. Traps in a static frame.
            fn emit(topics: i32, topic_count: i32, data: i32, data_len: i32) -> i32;
            /// Moves native money (16 bytes at `amount`) from this contract to the address at `to`: `OK`, or
            /// fails with `INSUFFICIENT_BALANCE` or `RECIPIENT_REFUSED`. Runs no code. Traps in a static frame.
            fn transfer(to: i32, amount: i32) -> i32;
            /// Writes the native balance (16 bytes) of the address to `out`.
            fn balance(address: i32, out: i32) -> ();
            /// Calls another contract with money and at most `gas` gas (never more than 63/64 of what is
            /// left). The length of its output, which waits in the return register, or a failure code.
            fn call(address: i32, function: i32, function_len: i32, input: i32, input_len: i32, value: i32, gas: i64) -> i32;
            /// As `call`, without money, and the callee may change nothing.
            fn static_call(address: i32, function: i32, function_len: i32, input: i32, input_len: i32, gas: i64) -> i32;
            /// The length of the return register.
            fn ret_len() -> i32;
            /// Copies `len` bytes of the return register, from `offset`, to `out`. Traps outside it.
            fn ret_copy(out: i32, offset: i32, len: i32) -> ();
            /// Writes the BLAKE3 hash (32 bytes) of the data to `out`.
            fn blake3(data: i32, len: i32, out: i32) -> ();
            /// Writes the id (32 bytes) under which the chain records that the address (32 bytes at `sender`) had a
            /// statement proven to `out`. The statement is the encoding of a `prove` action without the action's own
            /// tag; whether it is one is not looked at. Traps if it is too long.
            fn proof_id(sender: i32, statement: i32, statement_len: i32, out: i32) -> ();
            /// The height at which the proof with the id (32 bytes) was recorded, or zero when none is recorded or
            /// it no longer counts: a *credential* proof counts until its issuer revokes anything.
            fn proof_height(id: i32) -> i64;
        }
    };
}

/// A value type at the boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// 32 bits: a pointer, a length, a code.
    I32,
    /// 64 bits: gas, a height, a time.
    I64,
}

/// Maps the types written in the table to [`Type`].
pub trait TypeOf {
    /// The value type, or nothing for `()`.
    const TYPE: Option<Type>;
}

impl TypeOf for i32 {
    const TYPE: Option<Type> = Some(Type::I32);
}
impl TypeOf for i64 {
    const TYPE: Option<Type> = Some(Type::I64);
}
impl TypeOf for () {
    const TYPE: Option<Type> = None;
}

/// Name and signature of one host function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// The import's name within [`MODULE`].
    pub name: &'static str,
    /// The arguments in order.
    pub parameters: &'static [Option<Type>],
    /// The result.
    pub result: Option<Type>,
}

macro_rules! signatures {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        /// All host functions, in the order of the table.
        static FUNCTIONS: &[Function] = &[$(Function {
            name: stringify!($name),
            parameters: &[$(<$type as TypeOf>::TYPE),*],
            result: <$result as TypeOf>::TYPE,
        }),*];
    };
}
host_functions!(signatures);

/// All host functions, in the order of the table.
#[must_use]
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// The host function of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_arguments_are_values() {
        for (index, function) in functions().iter().enumerate() {
            assert!(
                functions()[..index].iter().all(|earlier| earlier.name != function.name),
                "{} twice",
                function.name
            );
            assert!(function.parameters.iter().all(Option::is_some), "{} takes a nothing", function.name);
        }
    }

    #[test]
    fn a_signature_is_found_by_name_only() {
        let get = find("storage_get").expect("in the table");
        assert_eq!((get.parameters.len(), get.result), (4, Some(Type::I32)));
        assert!(find("storage_get ").is_none());
    }
}
