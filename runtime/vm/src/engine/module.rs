//! Modules compiled by wasmtime, and the run of one frame: a fresh store, an instance from the pool, one call.

use super::cache::Cache;
use super::config;
use super::guest::{self, Growth, Guest, Handles};
use crate::access::Access;
use crate::frame::{Budget, Frame, Machine, Ran, Runnable, Stop};
use crate::meter::{self, GAS_GLOBAL, MEMORY, STACK_GLOBAL};
use crate::reject::Trap;
use crate::validate;
use crate::world::{Fault, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use tacit_types::CodeHash;
use wasmtime::{Engine, Extern, Instance, InstancePre, Linker, Module, ModuleExport, Store, Val};

/// Wasmtime with its pool, host functions and compiled modules.
pub(crate) struct WasmtimeMachine {
    engine: Engine,
    linker: Linker<Guest>,
    cache: Cache<Compiled>,
}

/// One compiled module, linked to the host functions.
struct Compiled {
    engine: Engine,
    instance: InstancePre<Guest>,
    functions: BTreeMap<String, ModuleExport>,
    memory: ModuleExport,
    gas: ModuleExport,
    stack: ModuleExport,
    code_bytes: u64,
    memory_pages: u64,
    access: Access,
}

impl WasmtimeMachine {
    /// Starts the engine with room for `slots` frames at a time.
    pub(crate) fn new(slots: u32) -> Result<Self, Fault> {
        let engine = config::engine(slots)?;
        let linker = guest::linker(&engine).map_err(|error| engine_fault("host functions do not link", &error))?;
        Ok(Self { engine, linker, cache: Cache::new() })
    }

    fn compile(&self, code: &[u8]) -> Result<Compiled, Fault> {
        let info = validate::validate(code).map_err(|reject| Fault(format!("stored code is refused: {reject}")))?;
        let metered = meter::meter(code).map_err(|error| Fault(format!("stored code cannot be metered: {error}")))?;
        let module =
            Module::new(&self.engine, &metered).map_err(|error| engine_fault("code does not compile", &error))?;
        let instance =
            self.linker.instantiate_pre(&module).map_err(|error| engine_fault("code does not link", &error))?;
        let export = |name: &str| module.get_export_index(name).ok_or_else(|| Fault(format!("export {name} is lost")));
        let functions =
            info.exports.iter().map(|name| Ok((name.clone(), export(name)?))).collect::<Result<_, Fault>>()?;
        Ok(Compiled {
            engine: self.engine.clone(),
            instance,
            functions,
            memory: export(MEMORY)?,
            gas: export(GAS_GLOBAL)?,
            stack: export(STACK_GLOBAL)?,
            code_bytes: info.code_bytes as u64,
            memory_pages: info.memory_pages,
            access: info.access,
        })
    }
}

impl Machine for WasmtimeMachine {
    fn load(&self, hash: &CodeHash, world: &mut dyn World) -> Result<Arc<dyn Runnable>, Fault> {
        let module = self.cache.get(hash, || {
            let code = world.code(hash)?.ok_or_else(|| Fault(format!("the code {hash} of a contract is lost")))?;
            Ok((self.compile(&code)?, code.len() as u64))
        })?;
        Ok(module)
    }
}

impl Runnable for Compiled {
    fn code_bytes(&self) -> u64 {
        self.code_bytes
    }

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
