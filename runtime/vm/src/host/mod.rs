//! Host functions: what a contract can ask of the chain. One file per function of the table in `tacit-abi`,
//! each of the same shape: charge, check, act, record.
//!
//! [`Host`] is what a function works on: the contract's memory, its frame, its gas. Nothing is read from the
//! contract's memory, copied or looked up before it is paid for, but for a stored value's length, which is limited:
//! it is paid for as soon as it is known. A range outside the memory or a length over its limit traps; failures a
//! correct contract can meet are codes.

mod entry;
mod statement;
mod u256;

pub(crate) mod asset_balance;
pub(crate) mod asset_transfer;
pub(crate) mod balance;
pub(crate) mod blake3;
pub(crate) mod block_height;
pub(crate) mod block_time_ms;
pub(crate) mod bn254_add;
pub(crate) mod bn254_msm;
pub(crate) mod bn254_mul;
pub(crate) mod bn254_pairing;
pub(crate) mod call;
pub(crate) mod call_depth;
pub(crate) mod caller;
pub(crate) mod code_hash;
pub(crate) mod create;
pub(crate) mod defer_call;
pub(crate) mod ed25519_verify;
pub(crate) mod emit;
pub(crate) mod equality_verify;
pub(crate) mod gas_left;
pub(crate) mod genesis_id;
pub(crate) mod groth16_verify;
pub(crate) mod input_copy;
pub(crate) mod input_len;
pub(crate) mod is_static;
pub(crate) mod keccak256;
pub(crate) mod log;
pub(crate) mod membership_verify;
pub(crate) mod panic;
pub(crate) mod poseidon;
pub(crate) mod proof_height;
pub(crate) mod proof_id;
pub(crate) mod range_verify;
pub(crate) mod ret_copy;
pub(crate) mod ret_len;
pub(crate) mod return_data;
pub(crate) mod revert;
pub(crate) mod secp256k1_recover;
pub(crate) mod secp256r1_verify;
pub(crate) mod self_address;
pub(crate) mod set_code;
pub(crate) mod sha256;
pub(crate) mod static_call;
pub(crate) mod storage_get;
pub(crate) mod storage_has;
pub(crate) mod storage_next;
pub(crate) mod storage_remove;
pub(crate) mod storage_set;
pub(crate) mod transfer;
pub(crate) mod transient_get;
pub(crate) mod transient_set;
pub(crate) mod try_call;
pub(crate) mod u256_add;
pub(crate) mod u256_div;
pub(crate) mod u256_mul;
pub(crate) mod u256_mul_div;
pub(crate) mod u256_pow;
pub(crate) mod u256_rem;
pub(crate) mod u256_sqrt;
pub(crate) mod u256_sub;
pub(crate) mod value;

use crate::frame::{Frame, Stop};
use crate::gas;
use crate::reject::Trap;
use crate::scope::after_charge;
use std::ops::Range;
use tacit_types::{Address, Amount};

/// Where tests let any host function panic, to see that the node lives and every node agrees. Nothing otherwise.
#[inline]
pub(crate) fn panic_point(_function: &str) {
    #[cfg(test)]
    {
        crate::tests::stack::sound();
        crate::tests::panics::strike(_function);
    }
}

/// What a host function works on.
pub(crate) struct Host<'a> {
    pub memory: &'a mut [u8],
    pub frame: &'a mut Frame,
    /// Units of gas that are left, as the contract counts them; below zero once they ran out.
    pub units: i64,
    /// Stack units that are left for frames this call makes.
    pub stack: i32,
}

impl Host<'_> {
    /// Takes gas before the work it pays for. The only place where a host function's gas becomes units.
    pub(crate) fn charge(&mut self, cost: u64) -> Result<(), Stop> {
        match after_charge(self.units, cost.saturating_mul(gas::UNITS_PER_GAS.unsigned_abs())) {
            Some(left) => {
                self.units = left;
                Ok(())
            }
            None => {
                self.units = -1;
                Err(Stop::OutOfGas)
            }
        }
    }

    /// Whole gas that is left.
    fn gas(&self) -> i64 {
        gas::whole(self.units)
    }

    /// Takes gas for copying `len` bytes over the boundary.
    fn charge_copy(&mut self, len: i32) -> Result<(), Stop> {
        self.charge(gas::copy(u64::from(len.cast_unsigned())))
    }

    /// The bytes a contract named, in its memory. Length zero is fine anywhere up to the end.
    fn bytes(&self, pointer: i32, len: i32) -> Result<&[u8], Stop> {
        self.memory.get(range(pointer, len)?).ok_or(Stop::Trap(Trap::HostRange))
    }

    /// An array the contract named by its start.
    fn array<const N: usize>(&self, pointer: i32) -> Result<[u8; N], Stop> {
        let start = offset(pointer)?;
        let bytes = self.memory.get(start..).and_then(|rest| rest.first_chunk::<N>());
        bytes.copied().ok_or(Stop::Trap(Trap::HostRange))
    }

    /// An address in the contract's memory.
    fn address(&self, pointer: i32) -> Result<Address, Stop> {
        self.array::<32>(pointer).map(Address)
    }

    /// An amount in the contract's memory.
    fn amount(&self, pointer: i32) -> Result<Amount, Stop> {
        self.array::<16>(pointer).map(|bytes| Amount(u128::from_le_bytes(bytes)))
    }

    /// Writes to the contract's memory.
    fn write(&mut self, pointer: i32, bytes: &[u8]) -> Result<(), Stop> {
        write(self.memory, pointer, bytes)
    }

    /// Refuses to change anything in a static frame.
    fn must_not_be_static(&self) -> Result<(), Stop> {
        if self.frame.is_static { Err(Stop::Trap(Trap::StaticWrite)) } else { Ok(()) }
    }
}

/// `count` arrays that lie one after the other in the contract's memory. The count was checked and paid for.
fn array_at<const N: usize>(host: &Host<'_>, pointer: i32, count: i32) -> Result<Vec<[u8; N]>, Stop> {
    let bytes = offset(count)?.checked_mul(N).ok_or(Stop::Trap(Trap::HostRange))?;
    Ok(host.bytes(pointer, length(bytes)?)?.as_chunks::<N>().0.to_vec())
}

/// Writes to the contract's memory when the frame is borrowed elsewhere.
fn write(memory: &mut [u8], pointer: i32, bytes: &[u8]) -> Result<(), Stop> {
    let start = offset(pointer)?;
    let end = start.checked_add(bytes.len()).ok_or(Stop::Trap(Trap::HostRange))?;
    memory.get_mut(start..end).ok_or(Stop::Trap(Trap::HostRange))?.copy_from_slice(bytes);
    Ok(())
}

fn offset(pointer: i32) -> Result<usize, Stop> {
    usize::try_from(pointer.cast_unsigned()).map_err(|_| Stop::Trap(Trap::HostRange))
}

fn range(pointer: i32, len: i32) -> Result<Range<usize>, Stop> {
    let start = offset(pointer)?;
    let end = start.checked_add(offset(len)?).ok_or(Stop::Trap(Trap::HostRange))?;
    Ok(start..end)
}

/// Refuses a length over its limit.
fn within(len: i32, limit: u32) -> Result<(), Stop> {
    if len.cast_unsigned() > limit { Err(Stop::Trap(Trap::HostLimit)) } else { Ok(()) }
}

/// Refuses a storage key of a wrong length.
fn storage_key_len(len: i32) -> Result<(), Stop> {
    if len == 0 { Err(Stop::Trap(Trap::HostLimit)) } else { within(len, tacit_abi::STORAGE_KEY_BYTES_MAX) }
}

/// A length that is known to be within a limit of `tacit-abi`, as the contract sees it.
fn length(len: usize) -> Result<i32, Stop> {
    i32::try_from(len).map_err(|_| Stop::Trap(Trap::HostLimit))
}
