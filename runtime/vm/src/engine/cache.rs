//! Compiled modules by code hash, in this process only. One compilation per code, however many ask at once.
//! Whatever else determines an artifact (engine, gas schedule, metering) is fixed for the process.

use crate::world::Fault;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tacit_types::CodeHash;

/// Bytes of deployed code whose modules are kept; machine code is several times larger. Compiling costs far more
/// than a call pays, so evicting must be out of reach: filling this takes over a hundred blocks full of deployments.
const CODE_BYTES_KEPT_MAX: u64 = 64 << 20;

/// A cache of `T`, weighed by the length of the code it came from.
pub(super) struct Cache<T> {
    slots: Mutex<BTreeMap<CodeHash, Arc<Slot<T>>>>,
    clock: AtomicU64,
}

struct Slot<T> {
    module: OnceLock<(Arc<T>, u64)>,
    /// Held by the one that compiles.
    compiling: Mutex<()>,
    last_use: AtomicU64,
}

impl<T> Cache<T> {
    pub(super) fn new() -> Self {
        Self { slots: Mutex::new(BTreeMap::new()), clock: AtomicU64::new(0) }
    }

    /// The module of this code; `compile` gives it and the code's length if it is not here yet.
    pub(super) fn get(
        &self,
        hash: &CodeHash,
        compile: impl FnOnce() -> Result<(T, u64), Fault>,
    ) -> Result<Arc<T>, Fault> {
        let slot = self.slot(hash);
        if let Some((module, _)) = slot.module.get() {
            return Ok(Arc::clone(module));
        }
        let _one_at_a_time = lock(&slot.compiling);
        if let Some((module, _)) = slot.module.get() {
            return Ok(Arc::clone(module));
        }
        let (module, code_bytes) = compile()?;
        let module = Arc::new(module);
        // Only the holder of `compiling` sets, so the cell is empty.
        let _ = slot.module.set((Arc::clone(&module), code_bytes));
        self.evict(hash);
        Ok(module)
    }

    fn slot(&self, hash: &CodeHash) -> Arc<Slot<T>> {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut slots = lock(&self.slots);
        let slot = slots.entry(*hash).or_insert_with(|| {
            Arc::new(Slot { module: OnceLock::new(), compiling: Mutex::new(()), last_use: AtomicU64::new(now) })
        });
        slot.last_use.store(now, Ordering::Relaxed);
        Arc::clone(slot)
    }

    /// Drops the least recently used modules until the rest weighs little enough; never the one just made.
    fn evict(&self, newest: &CodeHash) {
        let mut slots = lock(&self.slots);
        let weight = |slot: &Slot<T>| slot.module.get().map_or(0, |(_, code_bytes)| *code_bytes);
        let mut total = slots.values().fold(0_u64, |sum, slot| sum.saturating_add(weight(slot)));
        while total > CODE_BYTES_KEPT_MAX {
            let oldest = slots
                .iter()
                .filter(|(hash, slot)| *hash != newest && slot.module.get().is_some())
                .min_by_key(|(_, slot)| slot.last_use.load(Ordering::Relaxed))
                .map(|(hash, _)| *hash);
            let Some(slot) = oldest.and_then(|hash| slots.remove(&hash)) else { return };
            total = total.saturating_sub(weight(&slot));
        }
    }
}

/// Locks; a panic elsewhere leaves nothing half written in what these locks guard.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::AtomicU32;

    fn hash(number: u8) -> CodeHash {
        CodeHash([number; 32])
    }

    #[test]
    fn many_threads_asking_at_once_compile_once() {
        let cache: Cache<u32> = Cache::new();
        let compiled = AtomicU32::new(0);
        std::thread::scope(|threads| {
            for _ in 0..32 {
                threads.spawn(|| {
                    let compile = || {
                        std::thread::sleep(std::time::Duration::from_millis(5));
                        Ok((compiled.fetch_add(1, Ordering::SeqCst), 1))
                    };
                    assert_eq!(*cache.get(&hash(1), compile).unwrap(), 0);
                });
            }
        });
        assert_eq!(compiled.into_inner(), 1);
    }

    #[test]
    fn a_failed_compilation_is_tried_again_and_blocks_nobody() {
        let cache: Cache<u32> = Cache::new();
        cache.get(&hash(1), || Err(Fault("no".into()))).unwrap_err();
        assert_eq!(*cache.get(&hash(1), || Ok((7, 1))).unwrap(), 7);
    }

    #[test]
    fn the_least_recently_used_module_goes_first() {
        let cache: Cache<u32> = Cache::new();
        let half = CODE_BYTES_KEPT_MAX / 2;
        let must_be_there = || -> Result<(u32, u64), Fault> { panic!("was evicted") };
        cache.get(&hash(1), || Ok((1, half))).unwrap();
        cache.get(&hash(2), || Ok((2, half))).unwrap();
        cache.get(&hash(1), must_be_there).unwrap();
        cache.get(&hash(3), || Ok((3, half))).unwrap();
        cache.get(&hash(1), must_be_there).unwrap();
        assert_eq!(*cache.get(&hash(2), || Ok((22, 1))).unwrap(), 22);
    }
}
