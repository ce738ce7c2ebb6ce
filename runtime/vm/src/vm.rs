//! The VM as the executor and the RPC see it: check code, make a contract, call it, look at it.

use crate::access::Succession;
use crate::contain::Contained;
use crate::engine::{Artifacts, Gate, Pass, WasmtimeMachine};
use crate::frame::Machine;
use crate::recorder::{FrameTrace, Recorder};
use crate::reject::{CodeReject, VmReject};
use crate::scope::{Entry, Kind, PanicTrace, Scope};
use crate::validate::{self, ModuleInfo};
use crate::world::{CodeChange, Fault, World};
use crate::{gas, limits};
use std::collections::BTreeSet;
use std::sync::Arc;
use tacit_types::{Address, Amount, CodeHash, Gas};

/// Native stack a thread needs to run calls, in bytes: the shared stack counter allows 512 KiB of wasm
/// frames, the rest is for the host's own frames between 16 nested contracts, and margin.
pub const THREAD_STACK_BYTES: usize = 8 * 1024 * 1024;
/// How much runs at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VmConfig {
    /// Calls that run at once on the execution lane.
    pub execution_calls: u32,
    /// Calls that run at once on the view lane, which serves RPC and simulation.
    pub view_calls: u32,
}

impl Default for VmConfig {
    /// Two executions, which may overlap when blocks are executed with two threads, and two views.
    fn default() -> Self {
        Self { execution_calls: 2, view_calls: 2 }
    }
}

impl VmConfig {
    /// Instances that can exist at once.
    pub(crate) fn slots(self) -> u32 {
        let depth = u32::try_from(limits::CALL_DEPTH_MAX).unwrap_or(u32::MAX);
        let calls = self.execution_calls.max(1).saturating_add(self.view_calls.max(1));
        calls.saturating_mul(depth)
    }
}

/// Which share of the pool a handle uses, so that views never make execution wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Execution of decided blocks.
    Execution,
    /// Everything else.
    View,
}

/// The VM. Cheap to clone; all clones share the engine, its pool and its cache of compiled modules.
/// One per process: the engine reserves address space for every frame that can exist at once.
#[derive(Clone)]
pub struct Vm {
    shared: Arc<Shared>,
    lane: Lane,
}

struct Shared {
    machine: WasmtimeMachine,
    /// Whether the second engine runs every call.
    #[cfg(any(test, feature = "testing"))]
    is_interpreted: bool,
    execution: Gate,
    view: Gate,
}

/// What to call.
#[derive(Debug, Clone, Copy)]
pub struct CallParams<'a> {
    /// Who calls. Its signature has been checked.
    pub caller: Address,
    /// The contract.
    pub contract: Address,
    /// Exported function; `init` is refused.
    pub function: &'a str,
    /// Its input.
    pub input: &'a [u8],
    /// Native money that the executor has already credited to the contract. The VM only tells the contract;
    /// if the call fails, taking it back is the executor's part, as with everything else in its journal.
    pub value: Amount,
    /// Most gas the call may use.
    pub gas_limit: Gas,
    /// Whether to record every frame for people; changes no result.
    pub record: bool,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallOutcome {
    /// Gas used, on success and on failure; never more than the limit.
    pub gas_used: Gas,
    /// The output, or why nothing happened.
    pub result: Result<Vec<u8>, VmReject>,
    /// Message and place of a panic, if one was reported. For people only; not the same on every node's version.
    pub trace: Option<PanicTrace>,
    /// The first frames in the order of entry, if recording was asked for; at most
    /// [`FRAMES_RECORDED_MAX`](crate::FRAMES_RECORDED_MAX).
    pub frames: Vec<FrameTrace>,
    /// How many frames there were beside those.
    pub frames_left_out: u64,
}

impl Vm {
    /// Starts the engine and checks its settings.
    ///
    /// # Errors
    /// A [`Fault`] if the engine does not start as wanted, for instance without enough address space.
    pub fn new(config: VmConfig) -> Result<Self, Fault> {
        Self::start(config, None)
    }

    /// As [`Vm::new`]; compiled code outlives the process in `artifacts`.
    ///
    /// # Errors
    /// As [`Vm::new`].
    pub fn with_artifacts(config: VmConfig, artifacts: Artifacts) -> Result<Self, Fault> {
        Self::start(config, Some(artifacts))
    }

    fn start(config: VmConfig, artifacts: Option<Artifacts>) -> Result<Self, Fault> {
        Ok(Self::over(WasmtimeMachine::new(config.slots(), artifacts)?, config))
    }

    /// A VM whose calls the second engine runs, an interpreter that shares nothing with the first but the rules: blocks must come
    /// out the same on both. For tests; a thread needs much native stack for it.
    ///
    /// # Errors
    /// As [`Vm::new`].
    #[cfg(any(test, feature = "testing"))]
    pub fn interpreted() -> Result<Self, Fault> {
        let config = VmConfig { execution_calls: 1, view_calls: 1 };
        let shared = Shared {
            machine: WasmtimeMachine::new(config.slots(), None)?,
            is_interpreted: true,
            execution: Gate::new(1),
            view: Gate::new(1),
        };
        Ok(Self { shared: Arc::new(shared), lane: Lane::Execution })
    }

    /// A VM on this machine, which has as many slots as the configuration wants.
    pub(crate) fn over(machine: WasmtimeMachine, config: VmConfig) -> Self {
        let shared = Shared {
            machine,
            #[cfg(any(test, feature = "testing"))]
            is_interpreted: false,
            execution: Gate::new(config.execution_calls.max(1)),
            view: Gate::new(config.view_calls.max(1)),
        };
        Self { shared: Arc::new(shared), lane: Lane::Execution }
    }

    /// The same VM on another lane.
    #[must_use]
    pub fn on(&self, lane: Lane) -> Self {
        Self { shared: Arc::clone(&self.shared), lane }
    }

    /// Checks whether code may be deployed. Charge [`crate::gas::deploy_length`] first.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn check(&self, code: &[u8]) -> Result<ModuleInfo, CodeReject> {
        validate::validate(code)
    }

    /// Compiles code that was just deployed, so that the deployment, which paid for it, also waits for it, and no later block has to
    /// compile what many blocks deployed. On [`Lane::View`] nothing happens: trying out costs nothing and must leave nothing.
    ///
    /// # Errors
    /// A [`Fault`] if code that passed the check does not compile.
    pub fn prepare(&self, code_hash: &CodeHash, code: &[u8]) -> Result<(), Fault> {
        #[cfg(any(test, feature = "testing"))]
        if self.shared.is_interpreted {
            return Ok(());
        }
        if self.lane == Lane::Execution {
            self.shared.machine.module(code_hash, self.lane, || Ok(code.to_vec()))?;
        }
        Ok(())
    }

    /// Whether an artifact of this code is kept, so that [`Vm::prepare`] would not compile it.
    #[must_use]
    pub fn keeps(&self, code_hash: &CodeHash) -> bool {
        self.shared.machine.keeps(code_hash)
    }

    /// Lets go of artifacts from before the start that are of none of these codes, which are all that the state has.
    pub fn retain(&self, codes: &BTreeSet<CodeHash>) {
        self.shared.machine.retain(codes);
    }

    /// Has calls of this code run `body` instead of what metering makes of it.
    #[cfg(test)]
    pub(crate) fn plant(&self, hash: &CodeHash, code: &[u8], body: &[u8]) {
        self.shared.machine.plant(hash, code, body);
    }

    /// How many modules this process has compiled; what was restored from an artifact does not count.
    #[must_use]
    pub fn compilations(&self) -> u64 {
        self.shared.machine.compilations()
    }

    /// Runs `init` of a contract that the executor has just recorded. `params.function` is not looked at.
    /// Code without `init` is fine if there is no input.
    ///
    /// # Errors
    /// A [`Fault`] stops the node; the call's own failure is in the outcome.
    pub fn instantiate(&self, world: &mut dyn World, params: CallParams<'_>) -> Result<CallOutcome, Fault> {
        self.enter(world, CallParams { function: tacit_abi::INIT_FUNCTION, ..params }, Mode::Create)
    }

    /// Calls an exported function.
    ///
    /// # Errors
    /// A [`Fault`] stops the node; the call's own failure is in the outcome.
    pub fn call(&self, world: &mut dyn World, params: CallParams<'_>) -> Result<CallOutcome, Fault> {
        self.enter(world, params, Mode::Call)
    }

    /// Calls an exported function that may read but change nothing: a write traps.
    ///
    /// # Errors
    /// A [`Fault`] stops the node; the call's own failure is in the outcome.
    pub fn view(&self, world: &mut dyn World, params: CallParams<'_>) -> Result<CallOutcome, Fault> {
        self.enter(world, params, Mode::View)
    }

    /// Gives a contract other code and runs its `migrate`; none, and nothing has changed, if the new code does not understand the
    /// old one's storage. Whether there is such a contract and such code, and whether the caller may do that, was decided before.
    /// Charge [`crate::gas::load`] of both codes before: both are loaded. `params.function` is not looked at.
    ///
    /// # Errors
    /// A [`Fault`] stops the node; the failure of `migrate` is in the outcome.
    pub fn upgrade(
        &self,
        world: &mut dyn World,
        params: CallParams<'_>,
        change: &CodeChange,
    ) -> Result<Option<CallOutcome>, Fault> {
        let _pass = self.pass();
        self.with_machine(|machine| upgrade(machine, world, params, change))
    }

    fn enter(&self, world: &mut dyn World, params: CallParams<'_>, mode: Mode) -> Result<CallOutcome, Fault> {
        let _pass = self.pass();
        self.with_machine(|machine| outermost(machine, world, params, mode))
    }

    fn pass(&self) -> Pass<'_> {
        match self.lane {
            Lane::Execution => self.shared.execution.enter(),
            Lane::View => self.shared.view.enter(),
        }
    }

    fn with_machine<T>(&self, work: impl FnOnce(&dyn Machine) -> T) -> T {
        #[cfg(any(test, feature = "testing"))]
        if self.shared.is_interpreted {
            return work(&crate::tests::WasmiMachine::new());
        }
        work(&self.shared.machine.on(self.lane))
    }
}

/// See [`Vm::upgrade`].
pub(crate) fn upgrade(
    machine: &dyn Machine,
    world: &mut dyn World,
    params: CallParams<'_>,
    change: &CodeChange,
) -> Result<Option<CallOutcome>, Fault> {
    let succession = Scope::new(machine, &mut *world, Recorder::default()).replace_code(&params.contract, change)?;
    match succession {
        Succession::Refused => Ok(None),
        // The storage stays as it is: running a migration again would ruin what it made.
        Succession::SameLayout => {
            let result = if params.input.is_empty() { Ok(Vec::new()) } else { Err(VmReject::FunctionUnknown) };
            Ok(Some(unrecorded(Gas::ZERO, result)))
        }
        Succession::Migrates => {
            let params = CallParams { function: tacit_abi::MIGRATE_FUNCTION, ..params };
            Ok(Some(outermost(machine, world, params, Mode::Migrate)?))
        }
    }
}

/// What the outermost frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Create,
    Call,
    View,
    Migrate,
}

/// Runs the outermost frame of a call on an engine, and what it deferred. A failure of either undoes both.
pub(crate) fn outermost(
    machine: &dyn Machine,
    world: &mut dyn World,
    params: CallParams<'_>,
    mode: Mode,
) -> Result<CallOutcome, Fault> {
    if params.input.len() > tacit_abi::INPUT_BYTES_MAX as usize {
        return Ok(unrecorded(Gas::ZERO, Err(VmReject::InputTooLong)));
    }
    let mut world = Contained::new(world);
    let outcome = run(machine, &mut world, params, mode);
    world.unless_faulty(outcome)
}

fn run(machine: &dyn Machine, world: &mut dyn World, params: CallParams<'_>, mode: Mode) -> Result<CallOutcome, Fault> {
    let limit = params.gas_limit.0.min(gas::CALL_GAS_MAX);
    let mut scope = Scope::new(machine, world, Recorder::new(params.record));
    let checkpoint = scope.world.checkpoint();
    let exit = scope.enter(Entry {
        contract: params.contract,
        caller: params.caller,
        function: params.function,
        input: params.input.to_vec(),
        value: params.value,
        is_static: mode == Mode::View,
        kind: match mode {
            Mode::Create => Kind::Creation,
            Mode::Migrate => Kind::Migration,
            Mode::Call | Mode::View => Kind::Call,
        },
        may_defer: true,
        gas: i64::try_from(limit).unwrap_or(i64::MAX),
        stack: limits::STACK_UNITS_MAX,
    })?;
    let (left, result) = match exit.result {
        Err(reject) => (exit.gas_left, Err(reject)),
        Ok(output) => {
            let (unused, ended) = scope.run_deferred()?;
            (exit.gas_left.saturating_add(unused), ended.map(|()| output))
        }
    };
    if result.is_err() {
        scope.world.rollback(checkpoint);
    }
    // A defect of the node takes all gas, wherever it happened, so that nobody looks for one at a discount.
    let left = if result == Err(VmReject::HostInternal) { 0 } else { u64::try_from(left).unwrap_or_default() };
    let Scope { trace, recorder, .. } = scope;
    let (frames, frames_left_out) = recorder.finish();
    Ok(CallOutcome { gas_used: Gas(limit.saturating_sub(left)), result, trace, frames, frames_left_out })
}

/// The outcome of a call that ran no frame.
const fn unrecorded(gas_used: Gas, result: Result<Vec<u8>, VmReject>) -> CallOutcome {
    CallOutcome { gas_used, result, trace: None, frames: Vec::new(), frames_left_out: 0 }
}
