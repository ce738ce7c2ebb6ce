//! What all frames of one call share, and how a frame is entered and left: lock, journal, gas, verdict.

use crate::frame::{Budget, Frame, Machine, Ran, Stop};
use crate::loan::Loan;
use crate::reject::{Trap, VmReject};
use crate::world::{BlockContext, Fault, World};
use crate::{gas, limits};
use tacit_types::{Address, Amount};

/// Message and place of a contract's panic. For people: it never becomes consensus data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanicTrace {
    /// The contract that panicked.
    pub contract: Address,
    /// What it said.
    pub message: String,
    /// Source file.
    pub file: String,
    /// Line in the file, from 1.
    pub line: u32,
    /// Column in the line, from 1.
    pub column: u32,
}

/// Shared by all frames of one call.
pub(crate) struct Scope<'w> {
    pub machine: &'w dyn Machine,
    pub world: &'w mut dyn World,
    pub block: BlockContext,
    /// The contracts being run, the outermost first. This list is the reentrancy lock.
    pub stack: Vec<Address>,
    pub frames: u32,
    pub events: u32,
    pub event_bytes: usize,
    /// The last panic any frame reported.
    pub trace: Option<PanicTrace>,
}

/// Which frame to run.
pub(crate) struct Entry<'a> {
    pub contract: Address,
    pub caller: Address,
    pub function: &'a str,
    pub input: Vec<u8>,
    pub value: Amount,
    pub is_static: bool,
    /// Runs `init`, which nothing else may run.
    pub is_creation: bool,
    pub budget: Budget,
}

/// How a frame ended and what gas it left.
pub(crate) struct Exit {
    pub gas_left: i64,
    pub result: Result<Vec<u8>, VmReject>,
}

impl<'w> Scope<'w> {
    pub(crate) fn new(machine: &'w dyn Machine, world: &'w mut dyn World) -> Self {
        let block = world.block();
        Self { machine, world, block, stack: Vec::new(), frames: 0, events: 0, event_bytes: 0, trace: None }
    }

    /// Runs one frame. A frame that fails leaves nothing behind but the gas it used.
    pub(crate) fn enter(&mut self, entry: Entry<'_>) -> Result<Exit, Fault> {
        let refuse = |gas_left, reject| Ok(Exit { gas_left, result: Err(reject) });
        let gas = entry.budget.gas;
        if self.stack.len() >= limits::CALL_DEPTH_MAX || self.frames >= limits::FRAMES_MAX {
            return refuse(gas, VmReject::DepthExceeded);
        }
        if self.stack.contains(&entry.contract) {
            return refuse(gas, VmReject::ReentryDenied);
        }
        let Some(contract) = self.world.contract(&entry.contract)? else {
            return refuse(gas, VmReject::ContractUnknown);
        };
        let module = self.machine.load(&contract.code_hash, self.world)?;
        let Some(gas) = after_charge(gas, gas::enter(module.code_bytes(), module.memory_pages())) else {
            return refuse(0, VmReject::OutOfGas);
        };
        let is_init = entry.function == tacit_abi::INIT_FUNCTION;
        if is_init != entry.is_creation || !module.has_function(entry.function) {
            // A contract without `init` may be made with nothing to hand to it.
            if entry.is_creation && entry.input.is_empty() {
                return Ok(Exit { gas_left: gas, result: Ok(Vec::new()) });
            }
            return refuse(gas, VmReject::FunctionUnknown);
        }

        let checkpoint = self.world.checkpoint();
        let counted = (self.events, self.event_bytes);
        self.stack.push(entry.contract);
        self.frames = self.frames.saturating_add(1);
        let budget = Budget { gas, stack: entry.budget.stack };
        let ran = Loan::during(self, |loan| {
            let frame = Frame {
                loan,
                contract: entry.contract,
                caller: entry.caller,
                value: entry.value,
                input: entry.input,
                is_static: entry.is_static,
                output: Vec::new(),
                register: Vec::new(),
                stop: None,
            };
            module.run(entry.function, frame, budget)
        })?;
        self.stack.pop();
        let exit = verdict(ran, &mut self.trace)?;
        if exit.result.is_err() {
            self.world.rollback(checkpoint);
            (self.events, self.event_bytes) = counted;
        }
        Ok(exit)
    }
}

/// What is left of `gas` after `cost`, if it suffices.
pub(crate) fn after_charge(gas: i64, cost: u64) -> Option<i64> {
    i64::try_from(cost).ok().and_then(|cost| gas.checked_sub(cost)).filter(|left| *left >= 0)
}

/// Turns the engine's report into the one verdict every engine reaches.
fn verdict(ran: Ran, trace: &mut Option<PanicTrace>) -> Result<Exit, Fault> {
    let failed = |gas_left: i64, reject| Ok(Exit { gas_left: gas_left.max(0), result: Err(reject) });
    let Ran { output, stop, gas, stack, .. } = ran;
    match stop {
        Some(Stop::Fault(fault)) => Err(fault),
        Some(Stop::HostPanic) => failed(0, VmReject::HostInternal),
        Some(Stop::OutOfGas) => failed(0, VmReject::OutOfGas),
        // Gas below zero at the end is out of gas, however the frame ended.
        _ if gas < 0 => failed(0, VmReject::OutOfGas),
        Some(Stop::Revert { code, data }) => failed(gas, VmReject::Reverted { code, data }),
        Some(Stop::TooManyEvents) => failed(gas, VmReject::TooManyEvents),
        Some(Stop::Panic(panic)) => {
            *trace = Some(*panic);
            failed(gas, VmReject::Panicked)
        }
        // A trap uses up all gas: the counter is in a local of the code that trapped.
        Some(Stop::Trap(Trap::Unreachable)) if stack < 0 => failed(0, VmReject::StackExhausted),
        Some(Stop::Trap(trap)) => failed(0, VmReject::Trapped(trap)),
        None => Ok(Exit { gas_left: gas, result: Ok(output) }),
    }
}
