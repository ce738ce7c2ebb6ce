//! One running contract as the host sees it, and the traits that stand between the host's rules and the
//! engine, so that the same rules run on wasmtime and, in tests, on other engines.

use crate::access::Access;
use crate::loan::Loan;
use crate::reject::{Trap, VmReject};
use crate::scope::PanicTrace;
use crate::world::{Fault, World};
use std::sync::Arc;
use tacit_types::{Address, Amount, CodeHash};

/// State of one frame that host functions work on.
pub(crate) struct Frame {
    pub loan: Loan,
    pub contract: Address,
    pub caller: Address,
    pub value: Amount,
    pub input: Vec<u8>,
    pub is_static: bool,
    /// Which frame of the recording this is.
    pub number: usize,
    /// What `return_data` set last.
    pub output: Vec<u8>,
    /// The return register: the last result of variable length.
    pub register: Vec<u8>,
    /// Why a host function ended the frame.
    pub stop: Option<Stop>,
}

/// Why a frame ends before its function returns.
#[derive(Debug)]
pub(crate) enum Stop {
    OutOfGas,
    Trap(Trap),
    Revert {
        code: u32,
        data: Vec<u8>,
    },
    Panic(Box<PanicTrace>),
    TooManyEvents,
    /// A contract that this one called failed, and this one with it.
    Callee(Box<VmReject>),
    /// A host function panicked.
    HostPanic,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Trap> for Stop {
    fn from(trap: Trap) -> Self {
        Self::Trap(trap)
    }
}

/// What an engine lets a frame use up. Neither is ever negative.
#[derive(Clone, Copy)]
pub(crate) struct Budget {
    /// Units of gas; see [`crate::gas::UNITS_PER_GAS`].
    pub units: i64,
    pub stack: i32,
}

/// What an engine reports of a frame.
pub(crate) struct Ran {
    pub output: Vec<u8>,
    /// Nothing if the function returned.
    pub stop: Option<Stop>,
    /// The counter of gas units; negative when it ran out.
    pub units: i64,
    /// The stack counter; negative when it ran out.
    pub stack: i32,
}

/// An engine: gives runnable modules.
pub(crate) trait Machine {
    /// The module of this code, from the cache or from the world's code. Code that the chain holds passed
    /// the deploy check, so anything that goes wrong here is a [`Fault`].
    fn load(&self, hash: &CodeHash, world: &mut dyn World) -> Result<Arc<dyn Runnable>, Fault>;
}

/// A module ready to run.
pub(crate) trait Runnable {
    /// Initial memory in pages.
    fn memory_pages(&self) -> u64;
    /// What it says about itself.
    fn access(&self) -> &Access;
    /// Whether it exports this function.
    fn has_function(&self, name: &str) -> bool;
    /// Runs an exported function in a fresh instance that is dropped afterwards.
    fn run(&self, function: &str, frame: Frame, budget: Budget) -> Result<Ran, Fault>;
}
