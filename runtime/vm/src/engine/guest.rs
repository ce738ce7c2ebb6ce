//! What wasmtime's store holds for one frame, and the way from an import to a host function.

use crate::frame::{Frame, Stop};
use crate::host::{self, Host};
use crate::limits;
use crate::world::Fault;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmtime::{Caller, Engine, Global, Linker, Memory, ResourceLimiter, Val};

/// Data of one store.
pub(super) struct Guest {
    pub frame: Frame,
    /// Set right after instantiation, before any of the contract's code runs.
    pub handles: Option<Handles>,
    pub growth: Growth,
}

/// What host calls need of the instance.
#[derive(Clone, Copy)]
pub(super) struct Handles {
    pub memory: Memory,
    pub gas: Global,
    pub stack: Global,
}

/// Makes growth of memory a pure function of the protocol's limit.
#[derive(Default)]
pub(super) struct Growth {
    /// The machine refused memory that the protocol grants.
    pub has_failed: bool,
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= maximum.unwrap_or(limits::MEMORY_BYTES_MAX).min(limits::MEMORY_BYTES_MAX))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        self.has_failed = true;
        Err(error)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= current || current == 0)
    }
}

/// Ends the frame; the reason lies in [`Frame::stop`].
#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a host function ended the frame")
    }
}

impl std::error::Error for Stopped {}

/// Runs a host function on behalf of a guest: gas is taken from the instance's counter and put back.
fn host_call<R>(
    caller: &mut Caller<'_, Guest>,
    function: impl FnOnce(&mut Host<'_>) -> Result<R, Stop>,
) -> wasmtime::Result<R> {
    let Some(handles) = caller.data().handles else {
        // No code of the contract runs before the handles are set: modules have no start function.
        caller.data_mut().frame.stop = Some(Stop::Fault(Fault("a host call before its instance was ready".into())));
        return Err(Stopped.into());
    };
    let units = handles.gas.get(&mut *caller).i64().unwrap_or(-1);
    let stack = handles.stack.get(&mut *caller).i32().unwrap_or(-1);
    let (memory, guest) = handles.memory.data_and_store_mut(&mut *caller);
    let mut host = Host { memory, frame: &mut guest.frame, units, stack };
    // A panic in a host function ends the transaction, not the node: everything it touched is rolled back. What only this node
    // can be to blame for was turned into a fault further down.
    let run = || host.charge(crate::gas::HOST_CALL).and_then(|()| function(&mut host));
    let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(Stop::HostPanic));
    let units = host.units;
    let result = result.map_err(|stop| guest.frame.stop = Some(stop));
    handles.gas.set(&mut *caller, Val::I64(units))?;
    result.map_err(|()| Stopped.into())
}

macro_rules! link {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        /// A linker with every host function of the table.
        pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
            let mut linker = Linker::new(engine);
            $(linker.func_wrap(
                tacit_abi::MODULE,
                stringify!($name),
                |mut caller: Caller<'_, Guest>, $($argument: $type),*| -> wasmtime::Result<$result> {
                    host_call(&mut caller, |host| {
                        host::panic_point(stringify!($name));
                        let answer = host::$name::run(host, $($argument),*)?;
                        host::panic_point(concat!(stringify!($name), ", done"));
                        Ok(answer)
                    })
                },
            )?;)*
            Ok(linker)
        }
    };
}
tacit_abi::host_functions!(link);
