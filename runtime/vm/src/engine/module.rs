//! Modules compiled by wasmtime, and the run of one frame: a fresh store, an instance from the pool, one call.

use super::artifact::{Artifacts, Build, Facts, Versions};
use super::cache::{Cache, Room};
use super::config;
use super::guest::{self, Growth, Guest, Handles};
use super::restore::{preserve, restore};
use crate::access::Access;
use crate::frame::{Budget, Frame, Machine, Ran, Runnable, Stop};
use crate::meter::{self, GAS_GLOBAL, MEMORY, STACK_GLOBAL};
use crate::reject::Trap;
use crate::validate;
use crate::vm::Lane;
use crate::world::{Fault, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tacit_types::CodeHash;
use wasmtime::{Engine, Extern, Instance, InstancePre, Linker, Module, ModuleExport, Store, Val};

/// What execution keeps of deployed code: over a thousand contracts of ordinary size. Loading is paid by every call, also when
/// the module was dropped.
const EXECUTION_ROOM: Room = Room { bytes: 512 << 20, modules: 4_096 };
/// What views and simulations keep beside that.
const VIEW_ROOM: Room = Room { bytes: 64 << 20, modules: 256 };
/// What a module takes beside its machine code, in bytes, generously: few small modules must not use up the mappings that the
/// system grants a process (65,530; a module has up to ten).
const MODULE_BYTES_BESIDE: u64 = 128 << 10;

/// Wasmtime with its pool, host functions and compiled modules.
pub(crate) struct WasmtimeMachine {
    engine: Engine,
    linker: Linker<Guest>,
    execution: Cache<Compiled>,
    /// Simulations run code that nobody has paid for and the chain may never hold. Kept apart, it takes no room from
    /// contracts that blocks call.
    view: Cache<Compiled>,
    artifacts: Option<Artifacts>,
    build: Build,
    compilations: AtomicU64,
}

/// The machine as one lane sees it.
pub(crate) struct LaneMachine<'a> {
    machine: &'a WasmtimeMachine,
    lane: Lane,
}

/// One compiled module, linked to the host functions.
struct Compiled {
    engine: Engine,
    instance: InstancePre<Guest>,
    functions: BTreeMap<String, ModuleExport>,
    memory: ModuleExport,
    gas: ModuleExport,
    stack: ModuleExport,
    memory_pages: u64,
    access: Access,
}

impl WasmtimeMachine {
    /// Starts the engine with room for `slots` frames at a time.
    pub(crate) fn new(slots: u32, artifacts: Option<Artifacts>) -> Result<Self, Fault> {
        Self::over(config::engine(slots)?, artifacts)
    }

    /// The same over an engine that was made before.
    pub(crate) fn over(engine: Engine, artifacts: Option<Artifacts>) -> Result<Self, Fault> {
        let linker = guest::linker(&engine).map_err(|error| engine_fault("host functions do not link", &error))?;
        let build = Build::new(&engine, Versions::NOW);
        let (execution, view) = (Cache::new(EXECUTION_ROOM), Cache::new(VIEW_ROOM));
        Ok(Self { engine, linker, execution, view, artifacts, build, compilations: AtomicU64::new(0) })
    }

    /// The machine on a lane.
    pub(crate) const fn on(&self, lane: Lane) -> LaneMachine<'_> {
        LaneMachine { machine: self, lane }
    }

    /// How many modules were compiled in this process.
    pub(crate) fn compilations(&self) -> u64 {
        self.compilations.load(Ordering::Relaxed)
    }

    /// Whether an artifact of this code is kept. It may still turn out to be damaged.
    pub(crate) fn keeps(&self, hash: &CodeHash) -> bool {
        self.artifacts.as_ref().is_some_and(|artifacts| artifacts.store.has(&self.build.name(hash)))
    }

    /// Lets the store let go of artifacts that it had at the start and that are of none of these codes.
    pub(crate) fn retain(&self, codes: &BTreeSet<CodeHash>) {
        if let Some(artifacts) = &self.artifacts {
            artifacts.store.retain(&codes.iter().map(|hash| self.build.name(hash)).collect());
        }
    }

    /// The module of this code from memory, from its artifact, or else compiled from what `code` gives. Execution then keeps
    /// an artifact; what a view or a simulation compiles never reaches the disk.
    pub(crate) fn module(
        &self,
        hash: &CodeHash,
        lane: Lane,
        code: impl FnOnce() -> Result<Vec<u8>, Fault>,
    ) -> Result<Arc<dyn Runnable>, Fault> {
        let cache = match lane {
            Lane::Execution => &self.execution,
            Lane::View => match self.execution.peek(hash) {
                Some(module) => return Ok(module),
                None => &self.view,
            },
        };
        let module = cache.get(hash, || {
            let (facts, module) = match (self.kept(hash), lane) {
                (Some(kept), _) => kept,
                (None, Lane::Execution) => self.compile_and_keep(hash, &code()?)?,
                (None, Lane::View) => self.compile(&code()?)?,
            };
            Ok((self.link(facts, &module)?, bytes_held(&module)))
        })?;
        Ok(module)
    }

    /// The module of a good artifact, if there is one.
    fn kept(&self, hash: &CodeHash) -> Option<(Facts, Module)> {
        let artifacts = self.artifacts.as_ref()?;
        let name = self.build.name(hash);
        let sealed = artifacts.store.get(&name)?;
        match restore(&self.engine, &artifacts.seal, &name, &sealed) {
            Ok(kept) => Some(kept),
            Err(reason) => {
                artifacts.store.refused(&name, &reason);
                None
            }
        }
    }

    fn compile_and_keep(&self, hash: &CodeHash, code: &[u8]) -> Result<(Facts, Module), Fault> {
        let (facts, module) = self.compile(code)?;
        if let Some(artifacts) = &self.artifacts {
            let name = self.build.name(hash);
            if let Some(sealed) = preserve(&artifacts.seal, &name, &facts, &module) {
                artifacts.store.put(&name, &sealed);
            }
        }
        Ok((facts, module))
    }

    /// Has calls of this code run `body`, a module that was metered in another way, to measure what metering costs.
    #[cfg(test)]
    pub(crate) fn plant(&self, hash: &CodeHash, code: &[u8], body: &[u8]) {
        let module = Module::new(&self.engine, body).expect("a module");
        let info = validate::validate(code).expect("good code");
        let planted = || Ok((self.link(info.into(), &module)?, bytes_held(&module)));
        self.execution.get(hash, planted).expect("room for it");
    }

    fn compile(&self, code: &[u8]) -> Result<(Facts, Module), Fault> {
        // Wraps after 2^64 compilations, which nobody lives to see.
        self.compilations.fetch_add(1, Ordering::Relaxed);
        let info = validate::validate(code).map_err(|reject| Fault(format!("stored code is refused: {reject}")))?;
        let metered = meter::meter(code).map_err(|error| Fault(format!("stored code cannot be metered: {error}")))?;
        let module =
            Module::new(&self.engine, &metered).map_err(|error| engine_fault("code does not compile", &error))?;
        Ok((info.into(), module))
    }

    fn link(&self, facts: Facts, module: &Module) -> Result<Compiled, Fault> {
        let instance =
            self.linker.instantiate_pre(module).map_err(|error| engine_fault("code does not link", &error))?;
        let export = |name: &str| module.get_export_index(name).ok_or_else(|| Fault(format!("export {name} is lost")));
        let functions =
            facts.exports.iter().map(|name| Ok((name.clone(), export(name)?))).collect::<Result<_, Fault>>()?;
        Ok(Compiled {
            engine: self.engine.clone(),
            instance,
            functions,
            memory: export(MEMORY)?,
            gas: export(GAS_GLOBAL)?,
            stack: export(STACK_GLOBAL)?,
            memory_pages: facts.memory_pages,
            access: facts.access,
        })
    }
}

impl Machine for LaneMachine<'_> {
    fn load(&self, hash: &CodeHash, world: &mut dyn World) -> Result<Arc<dyn Runnable>, Fault> {
        let lost = || Fault(format!("the code {hash} of a contract is lost"));
        self.machine.module(hash, self.lane, || world.code(hash)?.ok_or_else(lost))
    }
}

/// Bytes of memory that a module holds as long as it is kept.
fn bytes_held(module: &Module) -> u64 {
    let image = module.image_range();
    let image = image.end.addr().saturating_sub(image.start.addr());
    u64::try_from(image).unwrap_or(u64::MAX).saturating_add(MODULE_BYTES_BESIDE)
}

impl Runnable for Compiled {
    fn memory_pages(&self) -> u64 {
        self.memory_pages
    }

    fn access(&self) -> &Access {
        &self.access
    }

    fn has_function(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    fn run(&self, function: &str, frame: Frame, budget: Budget) -> Result<Ran, Fault> {
        let mut store = Store::new(&self.engine, Guest { frame, handles: None, growth: Growth::default() });
        store.limiter(|guest| &mut guest.growth);
        let instance =
            self.instance.instantiate(&mut store).map_err(|error| engine_fault("a module does not start", &error))?;
        let handles = self.handles(&mut store, instance)?;
        store.data_mut().handles = Some(handles);
        let set = |error: wasmtime::Error| engine_fault("a counter cannot be set", &error);
        handles.gas.set(&mut store, Val::I64(budget.units)).map_err(set)?;
        handles.stack.set(&mut store, Val::I32(budget.stack)).map_err(set)?;

        let export = self.functions.get(function).ok_or_else(|| Fault(format!("function {function} is lost")))?;
        let Some(Extern::Func(entry)) = instance.get_module_export(&mut store, export) else {
            return Err(Fault(format!("function {function} is no function")));
        };
        let entry =
            entry.typed::<(), ()>(&store).map_err(|error| engine_fault("an export has a wrong type", &error))?;
        let end = entry.call(&mut store, ());

        let units = handles.gas.get(&mut store).i64().unwrap_or(-1);
        let stack = handles.stack.get(&mut store).i32().unwrap_or(-1);
        let Guest { frame, growth, .. } = store.into_data();
        if growth.has_failed {
            return Err(Fault("the machine has no memory left for a contract".into()));
        }
        let stop = match end {
            Ok(()) => None,
            Err(error) => Some(match frame.stop {
                Some(stop) => stop,
                None => Stop::Trap(trap(&error)?),
            }),
        };
        Ok(Ran { output: frame.output, stop, units, stack })
    }
}

impl Compiled {
    fn handles(&self, store: &mut Store<Guest>, instance: Instance) -> Result<Handles, Fault> {
        let memory = instance.get_module_export(&mut *store, &self.memory).and_then(Extern::into_memory);
        let gas = instance.get_module_export(&mut *store, &self.gas).and_then(Extern::into_global);
        let stack = instance.get_module_export(&mut *store, &self.stack).and_then(Extern::into_global);
        match (memory, gas, stack) {
            (Some(memory), Some(gas), Some(stack)) => Ok(Handles { memory, gas, stack }),
            _ => Err(Fault("a metered module has lost its counters or memory".into())),
        }
    }
}

/// The verdict on an engine trap. Whatever a valid, metered module cannot cause is our fault.
fn trap(error: &wasmtime::Error) -> Result<Trap, Fault> {
    use wasmtime::Trap as Native;
    Ok(match error.downcast_ref::<Native>() {
        Some(Native::UnreachableCodeReached) => Trap::Unreachable,
        Some(Native::MemoryOutOfBounds) => Trap::MemoryOutOfBounds,
        Some(Native::TableOutOfBounds) => Trap::TableOutOfBounds,
        Some(Native::IndirectCallToNull) => Trap::IndirectCallToNull,
        Some(Native::BadSignature) => Trap::BadSignature,
        Some(Native::IntegerOverflow) => Trap::IntegerOverflow,
        Some(Native::IntegerDivisionByZero) => Trap::DivisionByZero,
        _ => return Err(engine_fault("the engine ended a frame for no reason a contract can give", error)),
    })
}

fn engine_fault(what: &str, error: &wasmtime::Error) -> Fault {
    Fault(format!("{what}: {error:#}"))
}

#[cfg(test)]
impl WasmtimeMachine {
    /// The same machine as a node has it that follows other rules or prices.
    pub(crate) fn of_versions(mut self, versions: Versions) -> Self {
        self.build = Build::new(&self.engine, versions);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime::Trap as Native;

    /// Whatever the engine may learn to say later is our fault until somebody decides otherwise.
    #[test]
    fn case_27_seven_ends_of_the_engine_are_verdicts_and_every_other_stops_the_node() {
        let verdict = |native: Native| trap(&wasmtime::Error::from(native));
        let all: Vec<Native> = (0..=u8::MAX).filter_map(Native::from_u8).collect();
        let verdicts: Vec<(Native, Trap)> =
            all.iter().filter_map(|native| Some((*native, verdict(*native).ok()?))).collect();
        let expected = [
            (Native::MemoryOutOfBounds, Trap::MemoryOutOfBounds),
            (Native::TableOutOfBounds, Trap::TableOutOfBounds),
            (Native::IndirectCallToNull, Trap::IndirectCallToNull),
            (Native::BadSignature, Trap::BadSignature),
            (Native::IntegerOverflow, Trap::IntegerOverflow),
            (Native::IntegerDivisionByZero, Trap::DivisionByZero),
            (Native::UnreachableCodeReached, Trap::Unreachable),
        ];
        for pair in expected {
            assert!(verdicts.contains(&pair), "{pair:?}");
        }
        assert_eq!(verdicts.len(), expected.len(), "{verdicts:?}");
        for fault in [Native::StackOverflow, Native::HeapMisaligned, Native::Interrupt, Native::OutOfFuel] {
            assert!(all.contains(&fault) && verdict(fault).is_err(), "{fault:?}");
        }
        assert!(trap(&wasmtime::Error::msg("no trap at all")).is_err());
    }
}
