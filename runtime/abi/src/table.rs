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
            /// Gas that is left in this frame.
            fn gas_left() -> i64;
            /// How many contracts are on the call stack, this one included: one in the outermost frame.
            fn call_depth() -> i32;
            /// One if this frame may change nothing, else zero.
            fn is_static() -> i32;
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
            /// A line for the debug trace of a simulation. On the chain it costs its gas and does nothing.
            fn log(data: i32, len: i32) -> ();
            /// Reads a value into `out`: its length, or fails with `NOT_FOUND`, or with `BUFFER_TOO_SMALL`
            /// if it is longer than `capacity`.
            fn storage_get(key: i32, key_len: i32, out: i32, capacity: i32) -> i32;
            /// Stores a value: `OK`. Traps in a static frame.
            fn storage_set(key: i32, key_len: i32, value: i32, value_len: i32) -> i32;
            /// Removes a value if there is one: `OK`. Traps in a static frame.
            fn storage_remove(key: i32, key_len: i32) -> i32;
            /// One if a value is stored under the key, else zero.
            fn storage_has(key: i32, key_len: i32) -> i32;
            /// Finds the first of this contract's keys, in byte order, that starts with the prefix and comes after
            /// `after`; an empty `after` means the first of all. The key's length (2 bytes, little-endian), the key and
            /// its value wait in the return register. The register's length, or fails with `NOT_FOUND`.
            fn storage_next(prefix: i32, prefix_len: i32, after: i32, after_len: i32) -> i32;
            /// As `storage_get`, from this contract's values that last until the transaction ends.
            fn transient_get(key: i32, key_len: i32, out: i32, capacity: i32) -> i32;
            /// Sets a value that lasts until the transaction ends; an empty one removes it. `OK`, or fails with
            /// `TOO_MANY`. Traps in a static frame.
            fn transient_set(key: i32, key_len: i32, value: i32, value_len: i32) -> i32;
            /// Emits an event of `topic_count` topics (32 bytes each) and data: `OK`. Traps in a static frame.
            fn emit(topics: i32, topic_count: i32, data: i32, data_len: i32) -> i32;
            /// Moves native money (16 bytes at `amount`) from this contract to the address at `to`: `OK`, or
            /// fails with `INSUFFICIENT_BALANCE` or `RECIPIENT_REFUSED`. Runs no code. Traps in a static frame.
            fn transfer(to: i32, amount: i32) -> i32;
            /// Writes the native balance (16 bytes) of the address to `out`.
            fn balance(address: i32, out: i32) -> ();
            /// Writes the balance (16 bytes) of the address in the asset (32 bytes) to `out`.
            fn asset_balance(asset: i32, address: i32, out: i32) -> ();
            /// As `transfer`, of the asset (32 bytes).
            fn asset_transfer(asset: i32, to: i32, amount: i32) -> i32;
            /// Calls another contract with money (16 bytes at `value`) and at most `gas` gas, never more than 63/64 of
            /// what is left. The length of its output, which waits in the return register. If the callee fails, this
            /// frame fails with it, for the same reason. `flags` are the `CALL_ALLOW_` bits of this crate.
            fn call(address: i32, function: i32, function_len: i32, input: i32, input_len: i32, value: i32, gas: i64, flags: i32) -> i32;
            /// As `call`, but a callee that fails leaves nothing behind, and this frame goes on with a failure code. The callee
            /// and what it calls may defer calls only with `CALL_ALLOW_DEFER` in `flags`.
            fn try_call(address: i32, function: i32, function_len: i32, input: i32, input_len: i32, value: i32, gas: i64, flags: i32) -> i32;
            /// As `try_call`, without money, and the callee may change nothing.
            fn static_call(address: i32, function: i32, function_len: i32, input: i32, input_len: i32, gas: i64, flags: i32) -> i32;
            /// Schedules a call for when no contract runs any more: first in, first out, after the outermost frame
            /// returned. Takes `gas` gas now, and gives back what the callee leaves of it; the money moves when the call
            /// runs. If it fails, everything fails with it. `OK`, or fails with `TOO_MANY`, or with `DEFER_DENIED` below a
            /// `try_call` that does not allow it and below `create`. Traps in a static frame.
            fn defer_call(address: i32, function: i32, function_len: i32, input: i32, input_len: i32, value: i32, gas: i64) -> i32;
            /// Makes a contract of deployed code and runs its `init` with money and at most `gas` gas. `policy` is an
            /// encoded contract policy, and empty for a contract that never changes. Writes the new address (32 bytes) to
            /// `out`: `OK`, or fails as `try_call` does, with `CODE_UNKNOWN`, `CONTRACT_EXISTS` or `INVALID_INPUT`.
            /// Traps in a static frame.
            fn create(code_hash: i32, salt: i32, policy: i32, policy_len: i32, input: i32, input_len: i32, value: i32, gas: i64, out: i32) -> i32;
            /// Writes the hash (32 bytes) of the code of the contract at `address` to `out`: `OK`, or fails with
            /// `CONTRACT_UNKNOWN`.
            fn code_hash(address: i32, out: i32) -> i32;
            /// Changes this contract's own code from the next call on, and schedules `migrate` of the new code with the
            /// input as `defer_call` does. `OK`, or fails with `POLICY_FORBIDS`, `CODE_UNKNOWN`, `LAYOUT_DIFFERS`,
            /// `TOO_MANY`, `DEFER_DENIED` if `migrate` has to run, `INVALID_INPUT` for any input if not. Traps in a static frame.
            fn set_code(code_hash: i32, input: i32, input_len: i32, gas: i64) -> i32;
            /// The length of the return register.
            fn ret_len() -> i32;
            /// Copies `len` bytes of the return register, from `offset`, to `out`. Traps outside it.
            fn ret_copy(out: i32, offset: i32, len: i32) -> ();
            /// Writes the BLAKE3 hash (32 bytes) of the data to `out`.
            fn blake3(data: i32, len: i32, out: i32) -> ();
            /// Writes the SHA-256 hash (32 bytes) of the data to `out`.
            fn sha256(data: i32, len: i32, out: i32) -> ();
            /// Writes the Keccak-256 hash (32 bytes), as Ethereum uses it, of the data to `out`.
            fn keccak256(data: i32, len: i32, out: i32) -> ();
            /// Writes circomlib's Poseidon hash (32 bytes) of 1 to 12 field elements (32 bytes each, little-endian) to
            /// `out`: `OK`, or fails with `INVALID_INPUT` for a number that is not below the field's order.
            fn poseidon(elements: i32, count: i32, out: i32) -> i32;
            /// One if the Ed25519 signature (64 bytes) of the message is valid for the key (32 bytes) under the rules of
            /// ZIP 215, else zero. Under these rules a key of small order is a key, for which anybody can write a signature
            /// that is valid for every message: take keys only from whom they are to bind.
            fn ed25519_verify(key: i32, signature: i32, message: i32, message_len: i32) -> i32;
            /// Writes the secp256k1 key (64 bytes, x and y big-endian) that made the signature (64 bytes, r and s) of the
            /// hash (32 bytes) to `out`: `OK`, or fails with `INVALID_INPUT`, for an s above half the order too.
            fn secp256k1_recover(hash: i32, signature: i32, recovery: i32, out: i32) -> i32;
            /// One if the P-256 signature (64 bytes, r and s) of the hash (32 bytes) is valid for the key (64 bytes, x and
            /// y big-endian), else zero. Where s is valid, the order less s is so too: never use a signature as a name.
            fn secp256r1_verify(key: i32, signature: i32, hash: i32) -> i32;
            /// Adds two points of BN254's G1 (64 bytes each, as EIP-196) and writes the sum to `out`: `OK`, or fails with
            /// `INVALID_INPUT`.
            fn bn254_add(left: i32, right: i32, out: i32) -> i32;
            /// Multiplies a point of BN254's G1 by a number (32 bytes, big-endian, as EIP-196): as `bn254_add`.
            fn bn254_mul(point: i32, scalar: i32, out: i32) -> i32;
            /// The sum of up to 64 points, each times its number: as `bn254_mul`.
            fn bn254_msm(points: i32, scalars: i32, count: i32, out: i32) -> i32;
            /// One if the product of the pairings of up to 16 pairs (192 bytes each, as EIP-197) is one, else zero; fails
            /// with `INVALID_INPUT`.
            fn bn254_pairing(pairs: i32, count: i32) -> i32;
            /// One if the Groth16 proof (256 bytes, points in the order of EIP-197) shows the public inputs (32 bytes each,
            /// big-endian) under the registered verifying key (id of 32 bytes), else zero; fails with `KEY_UNKNOWN`.
            fn groth16_verify(key_id: i32, proof: i32, inputs: i32, input_count: i32) -> i32;
            /// One if the proof (128 bytes) shows the chain's own statement *range* for its public inputs (32 bytes each, in
            /// the statement's order), else zero.
            fn range_verify(proof: i32, inputs: i32, input_count: i32) -> i32;
            /// As `range_verify`, for *membership*.
            fn membership_verify(proof: i32, inputs: i32, input_count: i32) -> i32;
            /// As `range_verify`, for *equality*.
            fn equality_verify(proof: i32, inputs: i32, input_count: i32) -> i32;
            /// Adds two 256-bit numbers (32 bytes, little-endian) and writes the sum to `out`: `OK`, or fails with
            /// `OVERFLOW`.
            fn u256_add(left: i32, right: i32, out: i32) -> i32;
            /// Subtracts: as `u256_add`; fails with `OVERFLOW` below zero.
            fn u256_sub(left: i32, right: i32, out: i32) -> i32;
            /// Multiplies: as `u256_add`.
            fn u256_mul(left: i32, right: i32, out: i32) -> i32;
            /// Divides, rounding down: `OK`, or fails with `DIVISION_BY_ZERO`.
            fn u256_div(left: i32, right: i32, out: i32) -> i32;
            /// The remainder of a division: as `u256_div`.
            fn u256_rem(left: i32, right: i32, out: i32) -> i32;
            /// `left` x `right` / `divisor` through 512 bits; rounds up if `round_up` is one. `OK`, or fails with `OVERFLOW`
            /// or `DIVISION_BY_ZERO`.
            fn u256_mul_div(left: i32, right: i32, divisor: i32, round_up: i32, out: i32) -> i32;
            /// `base` to the power of `exponent`, read as unsigned: as `u256_add`.
            fn u256_pow(base: i32, exponent: i32, out: i32) -> i32;
            /// Writes the square root, rounded down, to `out`.
            fn u256_sqrt(value: i32, out: i32) -> ();
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
    /// The arguments' names in order.
    pub names: &'static [&'static str],
    /// The arguments' types in order.
    pub parameters: &'static [Option<Type>],
    /// The result.
    pub result: Option<Type>,
    /// What it does, line by line.
    pub text: &'static [&'static str],
}

macro_rules! signatures {
    ($($(#[doc = $doc:literal])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        /// All host functions, in the order of the table.
        static FUNCTIONS: &[Function] = &[$(Function {
            name: stringify!($name),
            names: &[$(stringify!($argument)),*],
            parameters: &[$(<$type as TypeOf>::TYPE),*],
            result: <$result as TypeOf>::TYPE,
            text: &[$($doc),*],
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
    extern crate std;

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

    /// The document of the interface, as the table gives it.
    fn document() -> std::string::String {
        use std::fmt::Write;
        let mut text = std::string::String::from(
            "# Host functions\n\nWhat a contract can ask of the chain: the functions of the import module `v1`, made from the table in\n\
             `runtime/abi/src/table.rs`, from which the node's dispatch and the SDK are made too. A test holds this file equal to it;\n\
             `TACIT_UPDATE_DOCS=1 cargo test --release -p tacit-abi` writes it anew.\n\n\
             Types are `i32` and `i64`; a pointer is an offset into the contract's memory, a length an `i32`, both read as unsigned.\n\
             Where the text says *fails*, the function returns the named code; where it says *traps*, the frame ends. Codes and limits\n\
             are in [vm.md](vm.md), prices in [gas.md](gas.md), bytes of keys and proofs in [host-proofs.md](host-proofs.md).\n",
        );
        for function in functions() {
            let kind = |kind: &Option<Type>| match kind {
                Some(Type::I32) => "i32",
                Some(Type::I64) => "i64",
                None => "",
            };
            let arguments: std::vec::Vec<_> = function
                .names
                .iter()
                .zip(function.parameters)
                .map(|(name, of)| std::format!("{name}: {}", kind(of)))
                .collect();
            let result =
                function.result.map_or(std::string::String::new(), |of| std::format!(" -> {}", kind(&Some(of))));
            let words = std::string::String::from(function.text.join("").trim());
            write!(text, "\n## `{}({}){result}`\n\n{words}\n", function.name, arguments.join(", ")).expect("text");
        }
        text
    }

    #[test]
    fn the_document_of_the_interface_is_that_of_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec/host.md");
        if std::env::var_os("TACIT_UPDATE_DOCS").is_some() {
            std::fs::write(path, document()).expect("the document can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == document(), "docs/spec/host.md is stale; run with TACIT_UPDATE_DOCS=1");
    }

    #[test]
    fn a_signature_is_found_by_name_only() {
        let get = find("storage_get").expect("in the table");
        assert_eq!((get.parameters.len(), get.result), (4, Some(Type::I32)));
        assert!(find("storage_get ").is_none());
    }
}
