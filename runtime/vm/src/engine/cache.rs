//! Compiled modules by code hash, in this process only. One compilation per code, however many ask at once.
//! Whatever else determines an artifact (engine, gas schedule, metering) is fixed for the process.
//!
//! Weighed by the memory that modules really hold and not by the code they came from, and limited in number too: whoever
//! deploys code must not be able to fill the machine with it.

use crate::world::Fault;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tacit_types::CodeHash;

/// How much a cache keeps.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Bytes of memory, as modules are weighed.
    pub bytes: u64,
    /// Modules.
    pub modules: usize,
}

/// A cache of `T`.
pub(super) struct Cache<T> {
    slots: Mutex<BTreeMap<CodeHash, Arc<Slot<T>>>>,
    clock: AtomicU64,
    room: Room,
}

struct Slot<T> {
    module: OnceLock<(Arc<T>, u64)>,
    /// Held by the one that compiles.
    compiling: Mutex<()>,
    last_use: AtomicU64,
}

impl<T> Cache<T> {
    pub(super) const fn new(room: Room) -> Self {
        Self { slots: Mutex::new(BTreeMap::new()), clock: AtomicU64::new(0), room }
    }

    /// The module of this code if it is here, without counting as a use of it.
    pub(super) fn peek(&self, hash: &CodeHash) -> Option<Arc<T>> {
        lock(&self.slots).get(hash)?.module.get().map(|(module, _)| Arc::clone(module))
    }

    /// The module of this code; `compile` gives it and the bytes it holds if it is not here yet.
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
        let (module, bytes) = compile().inspect_err(|_| self.forget(hash, &slot))?;
        let module = Arc::new(module);
        // Only the holder of `compiling` sets, so the cell is empty.
        let _ = slot.module.set((Arc::clone(&module), bytes));
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

    /// Drops a slot that stayed empty: code that does not compile takes no room.
    fn forget(&self, hash: &CodeHash, slot: &Arc<Slot<T>>) {
        let mut slots = lock(&self.slots);
        if slots.get(hash).is_some_and(|found| Arc::ptr_eq(found, slot)) {
            slots.remove(hash);
        }
    }

    /// Drops the least recently used modules until the rest fits; never the one just made.
    fn evict(&self, newest: &CodeHash) {
        let mut slots = lock(&self.slots);
        let weight = |slot: &Slot<T>| slot.module.get().map_or(0, |(_, bytes)| *bytes);
        let mut bytes = slots.values().fold(0_u64, |sum, slot| sum.saturating_add(weight(slot)));
        while bytes > self.room.bytes || slots.len() > self.room.modules {
            let oldest = slots
                .iter()
                .filter(|(hash, slot)| *hash != newest && slot.module.get().is_some())
                .min_by_key(|(_, slot)| slot.last_use.load(Ordering::Relaxed))
                .map(|(hash, _)| *hash);
            let Some(slot) = oldest.and_then(|hash| slots.remove(&hash)) else { return };
            bytes = bytes.saturating_sub(weight(&slot));
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

    const ROOM: Room = Room { bytes: 1_000, modules: 4 };

    fn hash(number: u8) -> CodeHash {
        CodeHash([number; 32])
    }

    #[test]
    fn many_threads_asking_at_once_compile_once() {
        let cache: Cache<u32> = Cache::new(ROOM);
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
        let cache: Cache<u32> = Cache::new(ROOM);
        cache.get(&hash(1), || Err(Fault("no".into()))).unwrap_err();
        assert_eq!(*cache.get(&hash(1), || Ok((7, 1))).unwrap(), 7);
    }

    #[test]
    fn the_least_recently_used_module_goes_first() {
        let cache: Cache<u32> = Cache::new(ROOM);
        let half = ROOM.bytes / 2;
        let must_be_there = || -> Result<(u32, u64), Fault> { panic!("was evicted") };
        cache.get(&hash(1), || Ok((1, half))).unwrap();
        cache.get(&hash(2), || Ok((2, half))).unwrap();
        cache.get(&hash(1), must_be_there).unwrap();
        cache.get(&hash(3), || Ok((3, half))).unwrap();
        cache.get(&hash(1), must_be_there).unwrap();
        assert_eq!(*cache.get(&hash(2), || Ok((22, 1))).unwrap(), 22);
    }

    #[test]
    fn modules_that_weigh_nothing_are_limited_in_number() {
        let cache: Cache<u8> = Cache::new(ROOM);
        for number in 0..100 {
            cache.get(&hash(number), || Ok((number, 0))).unwrap();
        }
        let kept = (0..100).filter(|number| cache.peek(&hash(*number)).is_some());
        assert_eq!(kept.collect::<Vec<_>>(), [96, 97, 98, 99]);
    }

    #[test]
    fn code_that_does_not_compile_takes_no_room() {
        let cache: Cache<u8> = Cache::new(ROOM);
        cache.get(&hash(0), || Ok((0, 1))).unwrap();
        for number in 1..100 {
            cache.get(&hash(number), || Err(Fault("no".into()))).unwrap_err();
        }
        assert_eq!(cache.slots.lock().unwrap().len(), 1);
        assert!(cache.peek(&hash(0)).is_some());
    }

    #[test]
    fn looking_is_no_use() {
        let cache: Cache<u8> = Cache::new(ROOM);
        for number in 0..4 {
            cache.get(&hash(number), || Ok((number, 0))).unwrap();
        }
        assert_eq!(cache.peek(&hash(0)).as_deref(), Some(&0));
        cache.get(&hash(4), || Ok((4, 0))).unwrap();
        assert!(cache.peek(&hash(0)).is_none());
    }
}
