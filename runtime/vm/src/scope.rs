//! What all frames of one call share, and how a frame is entered and left: lock, journal, gas, verdict.

use crate::access::Succession;
use crate::contain::contain;
use crate::frame::{Budget, Frame, Machine, Ran, Runnable, Stop};
use crate::loan::Loan;
use crate::lock::{Active, LockGroup};
use crate::recorder::{FrameTrace, Recorder, cut};
use crate::reject::{Trap, VmReject};
use crate::world::{BlockContext, CodeChange, Fault, World};
use crate::{access, gas, limits, lock};
use std::collections::VecDeque;
use std::sync::Arc;
use tacit_abi::{CALL_ALLOW_REENTRY, CALL_ALLOW_VIEW};
use tacit_types::{Address, Amount, CodeHash};

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
    pub stack: Vec<Active>,
    /// Calls that wait until no contract runs any more.
    deferred: VecDeque<Deferred>,
    counts: Shared,
    /// How far the counts may go in the running frame and below it.
    most: Shared,
    /// Calls deferred so far; shared out to nobody: who may defer can also defer a call that fails, and end its caller so.
    deferrals: u32,
    /// The last panic any frame reported.
    pub trace: Option<PanicTrace>,
    pub recorder: Recorder,
}

/// What is counted over a whole call, and shared out to its frames.
#[derive(Clone, Copy, Default)]
struct Shared {
    frames: u64,
    creates: u64,
    events: u64,
    event_bytes: u64,
}

impl Shared {
    /// All of it, for a frame that nobody waits for.
    const ALL: Self = Self {
        frames: limits::FRAMES_MAX,
        creates: limits::CREATES_MAX,
        events: limits::EVENTS_MAX,
        event_bytes: limits::EVENT_BYTES_MAX,
    };

    /// How far a callee may go, where its caller may go as far as this and `used` are used.
    fn below(self, used: Self) -> Self {
        let share = |most: u64, used: u64| {
            most.saturating_sub(most.saturating_sub(used).div_euclid(limits::CALLER_KEEPS_DIVISOR))
        };
        Self {
            frames: share(self.frames, used.frames),
            creates: share(self.creates, used.creates),
            events: share(self.events, used.events),
            event_bytes: share(self.event_bytes, used.event_bytes),
        }
    }
}

/// How many events were counted, and their bytes.
#[derive(Clone, Copy)]
pub(crate) struct EventCount(u64, u64);

/// A call that waits until no contract runs any more.
pub(crate) struct Deferred {
    pub contract: Address,
    /// Who scheduled it.
    pub caller: Address,
    pub function: String,
    pub input: Vec<u8>,
    /// Money that the caller sends when it runs.
    pub value: Amount,
    /// Gas that the caller paid for it.
    pub gas: i64,
    /// Runs `migrate`, which nothing else may run.
    pub is_migration: bool,
}

/// What kind of frame is entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An ordinary function.
    Call,
    /// `init` of a contract just made, which nothing else may run.
    Creation,
    /// `migrate` of a contract whose code just changed, which nothing else may run.
    Migration,
}

/// Which frame to run.
pub(crate) struct Entry<'a> {
    pub contract: Address,
    pub caller: Address,
    pub function: &'a str,
    pub input: Vec<u8>,
    pub value: Amount,
    pub is_static: bool,
    pub kind: Kind,
    /// Whether it may leave calls behind that run, and may fail, after everything else.
    pub may_defer: bool,
    /// Gas that the frame may use, never negative.
    pub gas: i64,
    /// Stack units that the frame may use.
    pub stack: i32,
}

/// How a frame ended and what gas it left.
pub(crate) struct Exit {
    pub gas_left: i64,
    pub result: Result<Vec<u8>, VmReject>,
}

impl<'w> Scope<'w> {
    pub(crate) fn new(machine: &'w dyn Machine, world: &'w mut dyn World, recorder: Recorder) -> Self {
        let block = world.block();
        let (stack, deferred) = (Vec::new(), VecDeque::new());
        let (counts, most) = (Shared::default(), Shared::ALL);
        Self { machine, world, block, stack, deferred, counts, most, deferrals: 0, trace: None, recorder }
    }

    /// Runs one frame. A frame that fails leaves nothing behind but the gas it used.
    pub(crate) fn enter(&mut self, entry: Entry<'_>) -> Result<Exit, Fault> {
        let given = entry.gas;
        let number = self.recorder.begin(|| FrameTrace {
            depth: self.stack.len().saturating_add(1),
            contract: entry.contract,
            caller: entry.caller,
            function: entry.function.to_owned(),
            input: cut(&entry.input),
            value: entry.value,
            is_static: entry.is_static,
            gas_used: 0,
            result: None,
            logs: Vec::new(),
        });
        let exit = match self.open(&entry)? {
            Ok((module, group, gas)) => self.run(entry, &*module, group, gas, number)?,
            Err(exit) => exit,
        };
        let used = u64::try_from(given.saturating_sub(exit.gas_left)).unwrap_or_default();
        self.recorder.end(number, used, &exit.result);
        Ok(exit)
    }

    /// Everything that is decided before any code runs: limits, locks, pause, the price of entering, the function.
    fn open(&mut self, entry: &Entry<'_>) -> Result<Result<Opened, Exit>, Fault> {
        let gas = entry.gas;
        let refuse = |gas_left, reject| Ok(Err(Exit { gas_left, result: Err(reject) }));
        if self.stack.len() >= limits::CALL_DEPTH_MAX || self.counts.frames >= self.most.frames {
            return refuse(gas, VmReject::DepthExceeded);
        }
        if lock::is_closed(&self.stack, &entry.contract) || self.waits_for_migration(entry) {
            return refuse(gas, VmReject::ReentryDenied);
        }
        let Some(contract) = self.world.contract(&entry.contract)? else {
            return refuse(gas, VmReject::ContractUnknown);
        };
        if contract.is_paused && !entry.is_static && entry.kind == Kind::Call {
            return refuse(gas, VmReject::Paused);
        }
        // Each part is paid before its work is done. How many pages the code begins with can only the loaded module tell.
        let Some(gas) = after_charge(gas, gas::ENTER) else { return refuse(0, VmReject::OutOfGas) };
        let Some(gas) = after_charge(gas, self.price_of_own_load(&contract.code_hash)?) else {
            return refuse(0, VmReject::OutOfGas);
        };
        let module = self.load(&contract.code_hash)?;
        let Some(gas) = after_charge(gas, gas::pages(module.memory_pages())) else {
            return refuse(0, VmReject::OutOfGas);
        };
        let access = module.access();
        let group = access.lock_group.map(|id| (contract.creator, id));
        if !lock::may_enter(&self.stack, &entry.contract, group, access, entry.function, entry.is_static) {
            return refuse(gas, VmReject::ReentryDenied);
        }
        if access::is_run_by_the_chain(entry.function) == (entry.kind == Kind::Call)
            || !module.has_function(entry.function)
        {
            // A contract without `init` may be made, and one without `migrate` changed, with nothing to hand to it.
            let result = match entry.kind {
                Kind::Creation | Kind::Migration if entry.input.is_empty() => Ok(Vec::new()),
                _ => Err(VmReject::FunctionUnknown),
            };
            return Ok(Err(Exit { gas_left: gas, result }));
        }
        Ok(Ok((module, group, gas)))
    }

    fn run(
        &mut self,
        entry: Entry<'_>,
        module: &dyn Runnable,
        group: Option<LockGroup>,
        gas: i64,
        number: usize,
    ) -> Result<Exit, Fault> {
        let checkpoint = self.world.checkpoint();
        let (before, callers) = (self.counts, self.most);
        let (waiting, deferrals) = (self.deferred.len(), self.deferrals);
        if !self.stack.is_empty() {
            self.most = callers.below(before);
        }
        self.stack.push(Active { contract: entry.contract, group, allows: 0, may_defer: entry.may_defer });
        self.counts.frames = self.counts.frames.saturating_add(1);
        let budget = Budget { units: gas::units(gas), stack: entry.stack };
        let ran = contain("the engine", || {
            Loan::during(self, |loan| {
                let frame = Frame {
                    loan,
                    contract: entry.contract,
                    caller: entry.caller,
                    value: entry.value,
                    input: entry.input,
                    is_static: entry.is_static,
                    number,
                    output: Vec::new(),
                    register: Vec::new(),
                    stop: None,
                };
                module.run(entry.function, frame, budget)
            })
        });
        self.stack.pop();
        self.most = callers;
        let exit = verdict(ran?, &mut self.trace)?;
        if exit.result.is_err() {
            self.world.rollback(checkpoint);
            // Events and waiting calls go with the frame, and so do their places; frames and contracts made stay counted, so
            // that failing is no way around their limits.
            (self.counts.events, self.counts.event_bytes) = (before.events, before.event_bytes);
            self.deferrals = deferrals;
            self.deferred.truncate(waiting);
        }
        Ok(exit)
    }

    /// The module of code that the chain holds.
    fn load(&mut self, code_hash: &CodeHash) -> Result<Arc<dyn Runnable>, Fault> {
        contain("loading code", || self.machine.load(code_hash, self.world))
    }

    /// Between a change of code and its `migrate` nobody enters: the new code would meet the old storage.
    fn waits_for_migration(&self, entry: &Entry<'_>) -> bool {
        entry.kind == Kind::Call && self.has_migration(&entry.contract)
    }

    /// Whether a contract's code changed in this call and its `migrate` has not run.
    fn has_migration(&self, contract: &Address) -> bool {
        self.deferred.iter().any(|waiting| waiting.is_migration && waiting.contract == *contract)
    }

    /// Says what the call that the running contract makes next lets others do to it.
    pub(crate) fn allow(&mut self, flags: i32) {
        if let Some(active) = self.stack.last_mut() {
            active.allows = flags & (CALL_ALLOW_REENTRY | CALL_ALLOW_VIEW);
        }
    }

    /// Whether the running contract may leave calls behind.
    pub(crate) fn may_defer(&self) -> bool {
        self.stack.last().is_some_and(|active| active.may_defer)
    }

    /// Counts an event and its bytes.
    pub(crate) fn count_event(&mut self, bytes: u64) -> Result<(), Stop> {
        self.counts.events = self.counts.events.saturating_add(1);
        self.counts.event_bytes = self.counts.event_bytes.saturating_add(bytes);
        if self.counts.events > self.most.events || self.counts.event_bytes > self.most.event_bytes {
            return Err(Stop::TooManyEvents);
        }
        Ok(())
    }

    /// The events counted so far, for [`Scope::forget_events_since`].
    pub(crate) fn events_so_far(&self) -> EventCount {
        EventCount(self.counts.events, self.counts.event_bytes)
    }

    /// Takes back what was counted since: the world was rolled back to there, though the frame goes on.
    pub(crate) fn forget_events_since(&mut self, count: EventCount) {
        EventCount(self.counts.events, self.counts.event_bytes) = count;
    }

    /// Counts a contract about to be made; false if there were too many. What is refused is not counted: it would come out of
    /// the caller's part.
    pub(crate) fn may_create(&mut self) -> bool {
        let may = self.counts.creates < self.most.creates;
        self.counts.creates = self.counts.creates.saturating_add(may.into());
        may
    }

    /// Whether one more call can wait.
    pub(crate) fn has_room_for_deferred(&self) -> bool {
        self.deferrals < limits::DEFERRED_CALLS_MAX
    }

    /// Lets a call wait.
    pub(crate) fn defer(&mut self, deferred: Deferred) {
        self.deferrals = self.deferrals.saturating_add(1);
        self.deferred.push_back(deferred);
    }

    /// Runs the calls that wait, and those that they let wait, first in, first out. Gives the gas they left, of those too
    /// that no longer ran, and the first failure.
    pub(crate) fn run_deferred(&mut self) -> Result<(i64, Result<(), VmReject>), Fault> {
        let mut left = 0_i64;
        while let Some(next) = self.deferred.pop_front() {
            let exit = self.run_waiting(next)?;
            left = left.saturating_add(exit.gas_left);
            if let Err(reject) = exit.result {
                let unused = self.deferred.drain(..).fold(0_i64, |sum, waiting| sum.saturating_add(waiting.gas));
                return Ok((left.saturating_add(unused), Err(reject)));
            }
        }
        Ok((left, Ok(())))
    }

    fn run_waiting(&mut self, next: Deferred) -> Result<Exit, Fault> {
        if next.value > Amount::ZERO
            && let Err(refused) = self.world.transfer(&next.caller, &next.contract, next.value)?
        {
            return Ok(Exit { gas_left: next.gas, result: Err(refused.into()) });
        }
        self.enter(Entry {
            contract: next.contract,
            caller: next.caller,
            function: &next.function,
            input: next.input,
            value: next.value,
            is_static: false,
            kind: if next.is_migration { Kind::Migration } else { Kind::Call },
            may_defer: true,
            gas: next.gas,
            stack: limits::STACK_UNITS_MAX,
        })
    }

    /// The gas for loading code that a contract runs.
    fn price_of_own_load(&mut self, code_hash: &CodeHash) -> Result<u64, Fault> {
        let bytes = self.world.load_bytes(code_hash)?;
        bytes
            .map(gas::load)
            .ok_or_else(|| Fault(format!("what loading the code {code_hash} of a contract is charged as is lost")))
    }

    /// What the change to this code would be, if the contract may change its own code, and the gas for comparing the two: both are
    /// loaded.
    pub(crate) fn own_change(
        &mut self,
        contract: &Address,
        code_hash: &CodeHash,
    ) -> Result<Result<(CodeChange, u64), ChangeRefused>, Fault> {
        let info = self.world.contract(contract)?.filter(|info| info.may_change_itself);
        let Some(info) = info.filter(|_| !self.has_migration(contract)) else { return Ok(Err(ChangeRefused::Policy)) };
        let Some(new) = self.world.load_bytes(code_hash)? else { return Ok(Err(ChangeRefused::CodeUnknown)) };
        let price = self.price_of_own_load(&info.code_hash)?.saturating_add(gas::load(new));
        Ok(Ok((CodeChange { old: info.code_hash, new: *code_hash }, price)))
    }

    /// Changes the contract's code, unless the storage layouts do not fit; how the new code follows the old one. Whether the change
    /// is allowed was decided before, and its price is paid.
    pub(crate) fn replace_code(&mut self, contract: &Address, change: &CodeChange) -> Result<Succession, Fault> {
        let old = self.load(&change.old)?;
        let new = self.load(&change.new)?;
        let has_migrate = new.has_function(tacit_abi::MIGRATE_FUNCTION);
        let succession = new.access().follows(old.access(), has_migrate);
        if succession != Succession::Refused {
            self.world.set_code(contract, &change.new)?;
        }
        Ok(succession)
    }
}

/// Why a contract may not change its own code. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeRefused {
    /// Its policy does not leave that to it, or it changed in this call and has not migrated.
    Policy,
    /// No code with the hash is deployed.
    CodeUnknown,
}

/// A module ready to run, its lock group, and the gas that entering left.
type Opened = (Arc<dyn Runnable>, Option<LockGroup>, i64);

/// What is left of `gas` after `cost`, if it suffices.
pub(crate) fn after_charge(gas: i64, cost: u64) -> Option<i64> {
    i64::try_from(cost).ok().and_then(|cost| gas.checked_sub(cost)).filter(|left| *left >= 0)
}

/// Turns the engine's report into the one verdict every engine reaches.
fn verdict(ran: Ran, trace: &mut Option<PanicTrace>) -> Result<Exit, Fault> {
    let failed = |gas_left: i64, reject| Ok(Exit { gas_left: gas_left.max(0), result: Err(reject) });
    let Ran { output, stop, units, stack } = ran;
    let gas = gas::whole(units);
    match stop {
        Some(Stop::Fault(fault)) => Err(fault),
        Some(Stop::HostPanic) => failed(0, VmReject::HostInternal),
        Some(Stop::OutOfGas) => failed(0, VmReject::OutOfGas),
        // A counter below zero at the end is out of gas, however the frame ended.
        _ if units < 0 => failed(0, VmReject::OutOfGas),
        Some(Stop::Revert { code, data }) => failed(gas, VmReject::Reverted { code, data }),
        Some(Stop::Callee(reject)) => failed(gas, *reject),
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
