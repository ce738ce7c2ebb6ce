//! The other engines. The second runs the same metered module and the same host functions on the wasmi interpreter. The third is
//! the node's with another code generator: portable bytecode, which is what runs where no machine code of ours does. It must
//! differ from the node's in nothing else, so that whatever comes out differently is the code generator's doing.

use crate::access::Access;
use crate::engine::{self, WasmtimeMachine};
use crate::frame::{Budget, Frame, Machine, Ran, Runnable, Stop};
use crate::host::{self, Host};
use crate::meter::{self, GAS_GLOBAL, MEMORY, STACK_GLOBAL};
use crate::reject::Trap;
use crate::validate::{self, ModuleInfo};
use crate::vm::{Vm, VmConfig};
use crate::world::{Fault, World};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use tacit_types::CodeHash;
use wasmi::{Caller, Config, Engine, Global, Linker, Memory, Module, Store, TrapCode, Val};

/// The code generator of the third engine.
const PORTABLE: &str = "pulley64";

/// The third engine, one for all tests of the process.
pub(super) fn portable() -> &'static Vm {
    static PORTABLE_VM: OnceLock<Vm> = OnceLock::new();
    PORTABLE_VM.get_or_init(|| {
        let size = VmConfig { execution_calls: 4, view_calls: 2 };
        Vm::over(WasmtimeMachine::over(portable_engine(size.slots()), None).unwrap(), size)
    })
}

/// The node's engine, but for the target.
pub(super) fn portable_engine(slots: u32) -> wasmtime::Engine {
    let mut config = engine::settings(slots).unwrap();
    // Bytecode has no faulting loads: each access is checked.
    config.target(PORTABLE).unwrap().signals_based_traps(false);
    let engine = wasmtime::Engine::new(&config).unwrap();
    assert!(engine.is_pulley(), "the third engine makes machine code like the first");
    engine
}

pub(crate) struct WasmiMachine {
    engine: Engine,
    linker: OnceLock<Arc<Linker<Guest>>>,
    modules: RefCell<BTreeMap<CodeHash, Arc<Interpreted>>>,
    /// What the deploy check said of code.
    checked: RefCell<BTreeMap<CodeHash, ModuleInfo>>,
    /// How it meters.
    pass: fn(&[u8]) -> Vec<u8>,
}

struct Interpreted {
    engine: Engine,
    linker: Arc<Linker<Guest>>,
    module: Module,
    exports: Vec<String>,
    memory_pages: u64,
    access: Access,
}

struct Guest {
    frame: Frame,
    handles: Option<(Memory, Global, Global)>,
}

impl WasmiMachine {
    pub(crate) fn new() -> Self {
        let mut config = Config::default();
        config.set_max_recursion_depth(100_000).set_max_stack_height(1 << 24);
        Self {
            engine: Engine::new(&config),
            linker: OnceLock::new(),
            modules: RefCell::default(),
            checked: RefCell::default(),
            pass: |code| meter::meter(code).unwrap(),
        }
    }

    /// The same with the pass that charges each operator by itself.
    pub(super) fn naive() -> Self {
        Self { pass: super::naive::meter_naively, ..Self::new() }
    }

    /// Notes what the deploy check says of code, so that it is not asked again.
    pub(super) fn learn(&self, hash: CodeHash, info: ModuleInfo) {
        self.checked.borrow_mut().insert(hash, info);
    }
}

impl Machine for WasmiMachine {
    fn load(&self, hash: &CodeHash, world: &mut dyn World) -> Result<Arc<dyn Runnable>, Fault> {
        if let Some(module) = self.modules.borrow().get(hash) {
            return Ok(module.clone());
        }
        let code = world.code(hash)?.unwrap();
        let learned = self.checked.borrow_mut().remove(hash);
        let info = learned.unwrap_or_else(|| validate::validate(&code).unwrap());
        let module = Arc::new(Interpreted {
            engine: self.engine.clone(),
            linker: self.linker.get_or_init(|| Arc::new(linker(&self.engine))).clone(),
            module: Module::new(&self.engine, (self.pass)(&code)).unwrap(),
            exports: info.exports,
            memory_pages: info.memory_pages,
            access: info.access,
        });
        self.modules.borrow_mut().insert(*hash, module.clone());
        Ok(module)
    }
}

impl Runnable for Interpreted {
    fn memory_pages(&self) -> u64 {
        self.memory_pages
    }

    fn access(&self) -> &Access {
        &self.access
    }

    fn has_function(&self, name: &str) -> bool {
        self.exports.iter().any(|export| export == name)
    }

    fn run(&self, function: &str, frame: Frame, budget: Budget) -> Result<Ran, Fault> {
        let mut store = Store::new(&self.engine, Guest { frame, handles: None });
        let instance = self.linker.instantiate_and_start(&mut store, &self.module).unwrap();
        let memory = instance.get_memory(&store, MEMORY).unwrap();
        let gas = instance.get_global(&store, GAS_GLOBAL).unwrap();
        let stack = instance.get_global(&store, STACK_GLOBAL).unwrap();
        store.data_mut().handles = Some((memory, gas, stack));
        gas.set(&mut store, Val::I64(budget.units)).unwrap();
        stack.set(&mut store, Val::I32(budget.stack)).unwrap();
        let end = instance.get_typed_func::<(), ()>(&store, function).unwrap().call(&mut store, ());
        let (units, stack) = (gas.get(&store).i64().unwrap(), stack.get(&store).i32().unwrap());
        let frame = store.into_data().frame;
        let stop = end.err().map(|error| frame.stop.unwrap_or_else(|| Stop::Trap(trap(&error))));
        Ok(Ran { output: frame.output, stop, units, stack })
    }
}

fn trap(error: &wasmi::Error) -> Trap {
    match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => Trap::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => Trap::MemoryOutOfBounds,
        Some(TrapCode::TableOutOfBounds) => Trap::TableOutOfBounds,
        Some(TrapCode::IndirectCallToNull) => Trap::IndirectCallToNull,
        Some(TrapCode::BadSignature) => Trap::BadSignature,
        Some(TrapCode::IntegerOverflow) => Trap::IntegerOverflow,
        Some(TrapCode::IntegerDivisionByZero) => Trap::DivisionByZero,
        other => panic!("wasmi ended a frame with {other:?}: {error}"),
    }
}

#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped")
    }
}

impl wasmi::errors::HostError for Stopped {}

fn host_call<R>(
    caller: &mut Caller<'_, Guest>,
    function: impl FnOnce(&mut Host<'_>) -> Result<R, Stop>,
) -> Result<R, wasmi::Error> {
    let (memory, gas_global, stack_global) = caller.data().handles.unwrap();
    let units = gas_global.get(&*caller).i64().unwrap();
    let stack = stack_global.get(&*caller).i32().unwrap();
    let (memory, guest) = memory.data_and_store_mut(&mut *caller);
    let mut host = Host { memory, frame: &mut guest.frame, units, stack };
    // No panic may cross the interpreter's own frames, which are not made for it.
    let run = || host.charge(crate::gas::HOST_CALL).and_then(|()| function(&mut host));
    let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(Stop::HostPanic));
    let units = host.units;
    let result = result.map_err(|stop| guest.frame.stop = Some(stop));
    gas_global.set(&mut *caller, Val::I64(units)).unwrap();
    result.map_err(|()| wasmi::Error::host(Stopped))
}

macro_rules! link {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        fn linker(engine: &Engine) -> Linker<Guest> {
            let mut linker = Linker::new(engine);
            $(linker.func_wrap(
                tacit_abi::MODULE,
                stringify!($name),
                |mut caller: Caller<'_, Guest>, $($argument: $type),*| -> Result<$result, wasmi::Error> {
                    host_call(&mut caller, |host| {
                        host::panic_point(stringify!($name));
                        let answer = host::$name::run(host, $($argument),*)?;
                        host::panic_point(concat!(stringify!($name), ", done"));
                        Ok(answer)
                    })
                },
            ).unwrap();)*
            linker
        }
    };
}
tacit_abi::host_functions!(link);
