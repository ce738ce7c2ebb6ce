//! Every engine setting, in one place, with its reason; read back and checked when the engine starts.

use crate::limits;
use crate::validate::FEATURES;
use crate::world::Fault;
use wasmtime::{
    Config, Engine, Inlining, InstanceAllocationStrategy, ModuleVersionStrategy, OptLevel, PoolingAllocationConfig,
    RegallocAlgorithm, Strategy, WasmFeatures,
};

/// Native stack that one frame's wasm code may use, in bytes. Our own stack counter ends a frame long before:
/// 65,536 units of about 8 bytes, shared by all frames, are 512 KiB.
const WASM_STACK_BYTES: usize = 1024 * 1024;
/// Address space per memory; with the guard behind it, no access needs a bounds check. Not resident memory.
const MEMORY_RESERVATION_BYTES: u64 = 4 << 30;
/// Inaccessible bytes behind and before each memory.
const MEMORY_GUARD_BYTES: u64 = 32 << 20;
/// Bytes of a used memory that are cleared by writing instead of being given back to the kernel: all of it. A page that the
/// kernel has to find again costs the next contract more than a microsecond, thirty times what clearing it costs.
const KEEP_RESIDENT_BYTES: usize = limits::MEMORY_BYTES_MAX;
/// Largest instance record in bytes: globals, function table, import table.
const INSTANCE_BYTES_MAX: usize = 1 << 20;
/// What code is compiled for on the machines that validate.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub(super) const TARGET: &str = "x86_64-unknown-linux-gnu";
/// What code is compiled for on other machines: themselves.
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub(super) const TARGET: &str = "this machine";
/// Slots that stay warm after their instance is gone.
const WARM_SLOTS: u32 = 16;

/// Makes the engine with room for exactly `slots` instances at a time.
pub(crate) fn engine(slots: u32) -> Result<Engine, Fault> {
    let config = settings(slots)?;
    let engine = Engine::new(&config).map_err(|error| Fault(format!("the engine does not start: {error}")))?;
    check(&engine, slots)?;
    Ok(engine)
}

/// All settings. Tests change the code generator in them, and nothing else.
pub(crate) fn settings(slots: u32) -> Result<Config, Fault> {
    let mut config = Config::new();
    execution(&mut config)?;
    proposals(&mut config);
    memory(&mut config, slots);
    Ok(config)
}

fn execution(config: &mut Config) -> Result<(), Fault> {
    config.strategy(Strategy::Cranelift);
    config.cranelift_opt_level(OptLevel::Speed);
    config.cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking);
    // Floats never pass the deploy check; should one, its NaN bits are still the same everywhere.
    config.cranelift_nan_canonicalization(true);
    config.compiler_inlining(Inlining::No);
    // Gas is ours: neither of the engine's counters is a consensus input.
    config.consume_fuel(false);
    config.epoch_interruption(false);
    config.max_wasm_stack(WASM_STACK_BYTES);
    config.signals_based_traps(true);
    // Nothing of a trap but its kind leaves the engine.
    config.native_unwind_info(false);
    config.wasm_backtrace_max_frames(None);
    config.generate_address_map(false);
    let versions = format!(
        "tacit-{}-{}-{}",
        tacit_abi::MODULE,
        crate::gas::SCHEDULE_VERSION,
        crate::meter::INSTRUMENTATION_VERSION
    );
    config
        .module_version(ModuleVersionStrategy::Custom(versions))
        .map_err(|error| Fault(format!("the engine refuses the module version: {error}")))?;
    // Naming the target stops the engine from using whatever this very processor offers, so that all
    // validators run the same machine code.
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    config.target(TARGET).map_err(|error| Fault(format!("the engine refuses its target: {error}")))?;
    Ok(())
}

/// Denies every proposal, then allows what the deploy check allows.
fn proposals(config: &mut Config) {
    config.wasm_features(WasmFeatures::all(), false);
    config.wasm_features(FEATURES, true);
    config.gc_support(false);
    config.shared_memory(false);
    config.concurrency_support(false);
}

/// The pool holds every instance that can exist at once, so it can never be exhausted.
fn memory(config: &mut Config, slots: u32) {
    config.memory_reservation(MEMORY_RESERVATION_BYTES);
    config.memory_guard_size(MEMORY_GUARD_BYTES);
    config.guard_before_linear_memory(true);
    config.memory_may_move(false);
    // With it, every module would hold an image of its initial memory, up to the whole memory for two bytes of data, and a file
    // descriptor for as long as it is kept: a small module could take a thousand times its length. Copying the data segments
    // costs no more than mapping an image.
    config.memory_init_cow(false);
    // Tables that are filled when an element is first used would cost compiling a branch and a call at every indirect call: time that
    // grows with their square. Entering pays for filling them.
    config.table_lazy_init(false);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(slots);
    pool.total_memories(slots);
    pool.total_tables(slots);
    pool.max_memories_per_module(1);
    pool.max_tables_per_module(1);
    pool.table_elements(usize::try_from(limits::TABLE_ELEMENTS_MAX).unwrap_or(usize::MAX));
    pool.max_memory_size(limits::MEMORY_BYTES_MAX);
    pool.max_core_instance_size(INSTANCE_BYTES_MAX);
    pool.max_unused_warm_slots(WARM_SLOTS);
    pool.linear_memory_keep_resident(KEEP_RESIDENT_BYTES);
    pool.table_keep_resident(KEEP_RESIDENT_BYTES);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
}

/// Reads back what a wrong default or a new engine version could have changed.
fn check(engine: &Engine, slots: u32) -> Result<(), Fault> {
    let pool = engine.get_pooling_config();
    let holds = |is_so: fn(&PoolingAllocationConfig, u32) -> bool| pool.is_some_and(|pool| is_so(pool, slots));
    let settings = [
        // An interpreter may be compiled in, for tests; nothing may choose it.
        ("machine code", !engine.is_pulley()),
        ("wasm proposals", engine.get_wasm_features() == FEATURES),
        ("shared memory off", !engine.get_shared_memory()),
        ("concurrency off", !engine.get_concurrency_support()),
        ("no memory images", !engine.get_memory_init_cow()),
        ("fixed memories", !engine.get_memory_may_move()),
        ("memory reservation", engine.get_memory_reservation() == MEMORY_RESERVATION_BYTES),
        ("memory guard", engine.get_memory_guard_size() == MEMORY_GUARD_BYTES),
        ("wasm stack", engine.get_max_wasm_stack() == WASM_STACK_BYTES),
        ("pooled memory size", pool.is_some_and(|pool| pool.get_max_memory_size() == limits::MEMORY_BYTES_MAX)),
        ("code generator", engine.get_strategy() == Some(Strategy::Cranelift)),
        ("optimisation", engine.get_cranelift_opt_level() == Some(OptLevel::Speed)),
        ("register allocation", engine.get_cranelift_regalloc_algorithm() == Some(RegallocAlgorithm::Backtracking)),
        ("NaN canonicalization", engine.get_cranelift_nan_canonicalization() == Some(true)),
        ("no inlining", engine.get_compiler_inlining() == Inlining::No),
        ("no fuel", !engine.get_consume_fuel()),
        ("no epochs", !engine.get_epoch_interruption()),
        ("traps by signals", engine.get_signals_based_traps()),
        ("no unwinding", engine.get_native_unwind_info() == Some(false)),
        ("no backtraces", engine.get_wasm_backtrace_max_frames() == 0),
        ("no address map", !engine.get_generate_address_map()),
        ("guard before memory", engine.get_guard_before_linear_memory()),
        ("tables filled at once", !engine.get_table_lazy_init()),
        ("pooled instances", holds(|pool, slots| pool.get_total_core_instances() == slots)),
        ("pooled memories", holds(|pool, slots| pool.get_total_memories() == slots)),
        ("pooled tables", holds(|pool, slots| pool.get_total_tables() == slots)),
        ("one memory a module", holds(|pool, _| pool.get_max_memories_per_module() == 1)),
        ("one table a module", holds(|pool, _| pool.get_max_tables_per_module() == 1)),
        ("table elements", holds(|pool, _| u64::try_from(pool.get_table_elements()) == Ok(limits::TABLE_ELEMENTS_MAX))),
        ("cleared memory", holds(|pool, _| pool.get_memory_keep_resident() == KEEP_RESIDENT_BYTES)),
    ];
    match settings.iter().find(|(_, is_taken)| !is_taken) {
        Some((what, _)) => Err(Fault(format!("the engine did not take its setting: {what}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Which setting the check misses in an engine that differs by one.
    fn missed(change: impl FnOnce(&mut Config)) -> String {
        let mut config = Config::new();
        execution(&mut config).unwrap();
        proposals(&mut config);
        memory(&mut config, 2);
        change(&mut config);
        let engine = Engine::new(&config).unwrap();
        check(&engine, 2).map_or_else(|fault| fault.0, |()| String::from("accepted"))
    }

    #[test]
    fn an_engine_that_differs_in_one_setting_does_not_start() {
        assert_eq!(missed(|_| {}), "accepted");
        type Change = fn(&mut Config);
        let changes: [(&str, Change); 18] = [
            ("wasm proposals", |config| {
                config.wasm_multi_value(true);
            }),
            ("no memory images", |config| {
                config.memory_init_cow(true);
            }),
            ("memory guard", |config| {
                config.memory_guard_size(64 << 20);
            }),
            ("wasm stack", |config| {
                config.max_wasm_stack(2 << 20);
            }),
            ("optimisation", |config| {
                config.cranelift_opt_level(OptLevel::None);
            }),
            ("register allocation", |config| {
                config.cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass);
            }),
            ("NaN canonicalization", |config| {
                config.cranelift_nan_canonicalization(false);
            }),
            ("no inlining", |config| {
                config.compiler_inlining(Inlining::Yes);
            }),
            ("no fuel", |config| {
                config.consume_fuel(true);
            }),
            ("no epochs", |config| {
                config.epoch_interruption(true);
            }),
            ("traps by signals", |config| {
                config.signals_based_traps(false);
            }),
            ("no unwinding", |config| {
                config.native_unwind_info(true);
            }),
            ("no backtraces", |config| {
                config.wasm_backtrace_max_frames(std::num::NonZeroUsize::new(9));
            }),
            ("no address map", |config| {
                config.generate_address_map(true);
            }),
            ("guard before memory", |config| {
                config.guard_before_linear_memory(false);
            }),
            ("tables filled at once", |config| {
                config.table_lazy_init(true);
            }),
            ("pooled instances", |config| memory(config, 3)),
            ("pooled memory size", |config| {
                config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            }),
        ];
        for (what, change) in changes {
            assert_eq!(missed(change), format!("the engine did not take its setting: {what}"));
        }
    }
}
