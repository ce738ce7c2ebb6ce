//! wasmtime without anything of ours around it: what an instance from its pool, a call and the drop cost at least.

use crate::measure::{self, Work};
use crate::tacit::NOOP;
use eyre::{Result, eyre};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, Linker, Module, PoolingAllocationConfig, Store};

/// Instances that can exist at once.
const SLOTS: u32 = 16;

/// Instantiates, calls and drops the module that does nothing.
pub fn noop() -> Result<Work> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(SLOTS).total_memories(SLOTS).total_tables(SLOTS);
    // A used page is cleared by writing, as with us, instead of being given back to the kernel.
    pool.linear_memory_keep_resident(128 * 1024).table_keep_resident(128 * 1024);
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config).map_err(|error| eyre!("{error:#}"))?;
    let module = Module::new(&engine, wat::parse_str(NOOP)?).map_err(|error| eyre!("{error:#}"))?;
    let linked = Linker::<()>::new(&engine).instantiate_pre(&module).map_err(|error| eyre!("{error:#}"))?;
    Ok(measure::each(move || {
        let mut store = Store::new(&engine, ());
        let instance = linked.instantiate(&mut store).expect("a free slot");
        let run = instance.get_typed_func::<(), ()>(&mut store, "run").expect("the export");
        run.call(&mut store, ()).expect("nothing that can trap");
    }))
}
