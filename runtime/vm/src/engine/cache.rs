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

/// How much a cache keeps. Beyond either the least recently used module goes; having it again is paid for like the first time
/// (`gas::load`).
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Bytes of memory, as modules are weighed.
    pub bytes: u64,
    /// Modules.
    pub modules: usize,
}

/// A cache of `T`, weighed in bytes.
pub(super) struct Cache<T> {
    slots: Mutex<Slots<T>>,
    clock: AtomicU64,
    room: Room,
}

struct Slots<T> {
    by_hash: BTreeMap<CodeHash, Arc<Slot<T>>>,
    /// Modules by a use of theirs, perhaps not the last one. No two uses have one number.
    by_use: BTreeMap<u64, CodeHash>,
    bytes: u64,
}

struct Slot<T> {
    module: OnceLock<(Arc<T>, u64)>,
    /// Held by the one that compiles.
    compiling: Mutex<()>,
    last_use: AtomicU64,
}

impl<T> Cache<T> {
    pub(super) const fn new(room: Room) -> Self {
        let slots = Slots { by_hash: BTreeMap::new(), by_use: BTreeMap::new(), bytes: 0 };
        Self { slots: Mutex::new(slots), clock: AtomicU64::new(0), room }
    }

    /// The module of this code if it is here, without counting as a use of it.
    pub(super) fn peek(&self, hash: &CodeHash) -> Option<Arc<T>> {
        lock(&self.slots).by_hash.get(hash)?.module.get().map(|(module, _)| Arc::clone(module))
    }

    /// The module of this code; `make` gives it and its bytes if it is not here.
    pub(super) fn get(&self, hash: &CodeHash, make: impl FnOnce() -> Result<(T, u64), Fault>) -> Result<Arc<T>, Fault> {
        let slot = self.slot(hash);
        if let Some((module, _)) = slot.module.get() {
            return Ok(Arc::clone(module));
        }
        let _one_at_a_time = lock(&slot.compiling);
        if let Some((module, _)) = slot.module.get() {
            return Ok(Arc::clone(module));
        }
        let (module, bytes) = make().inspect_err(|_| self.forget(hash, &slot))?;
        let module = Arc::new(module);
        // Only the holder of `compiling` sets, so the cell is empty.
        let _ = slot.module.set((Arc::clone(&module), bytes));
        self.count(hash, &slot, bytes);
        Ok(module)
    }

    fn slot(&self, hash: &CodeHash) -> Arc<Slot<T>> {
        let now = self.now();
        let mut slots = lock(&self.slots);
        let slot = slots.by_hash.entry(*hash).or_insert_with(|| {
            Arc::new(Slot { module: OnceLock::new(), compiling: Mutex::new(()), last_use: AtomicU64::new(now) })
        });
        slot.last_use.store(now, Ordering::Relaxed);
        Arc::clone(slot)
    }

    /// Drops a slot that stayed empty: code that does not compile takes no room.
    fn forget(&self, hash: &CodeHash, slot: &Arc<Slot<T>>) {
        let mut slots = lock(&self.slots);
        if slots.by_hash.get(hash).is_some_and(|found| Arc::ptr_eq(found, slot)) {
            slots.by_hash.remove(hash);
        }
    }

    /// Counts a module just made, and drops the least recently used ones until there is room; never that one.
    fn count(&self, hash: &CodeHash, slot: &Arc<Slot<T>>, bytes: u64) {
        let now = self.now();
        let mut slots = lock(&self.slots);
        let Slots { by_hash, by_use, bytes: total } = &mut *slots;
        if !by_hash.get(hash).is_some_and(|held| Arc::ptr_eq(held, slot)) {
            // Somebody else failed to make it meanwhile and took it out; whoever holds it may use it.
            return;
        }
        while total.saturating_add(bytes) > self.room.bytes || by_use.len() >= self.room.modules {
            let Some((queued, oldest)) = by_use.pop_first() else { break };
            let Some(candidate) = by_hash.get(&oldest) else { continue };
            let last_use = candidate.last_use.load(Ordering::Relaxed);
            if last_use > queued {
                by_use.insert(last_use, oldest);
                continue;
            }
            let weight = candidate.module.get().map_or(0, |(_, bytes)| *bytes);
            *total = total.saturating_sub(weight);
            by_hash.remove(&oldest);
        }
        *total = total.saturating_add(bytes);
        by_use.insert(now, *hash);
    }

    /// A number that no other use has.
    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
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

    const ROOM: Room = Room { bytes: 512 << 20, modules: 128 };

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
        let slots = lock(&cache.slots);
        assert_eq!((slots.bytes, slots.by_hash.len(), slots.by_use.len()), (half + 1, 2, 2));
    }

    #[test]
    fn what_is_kept_stays_within_its_bound_in_any_order_of_uses() {
        let seed = 0x5eed_0057_u64;
        println!("seed {seed:#x}");
        let cache: Cache<u64> = Cache::new(ROOM);
        let mut random = seed;
        for _ in 0..20_000 {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let (number, weight) = ((random >> 56) as u8, (1 + (random >> 40) % 9) << 20);
            cache.get(&hash(number), || Ok((random, weight))).unwrap();
            let slots = lock(&cache.slots);
            let sum: u64 = slots.by_hash.values().map(|slot| slot.module.get().unwrap().1).sum();
            assert!(slots.bytes <= ROOM.bytes && sum == slots.bytes && slots.by_use.len() == slots.by_hash.len());
        }
    }

    #[test]
    fn modules_that_weigh_nothing_are_limited_in_number() {
        let cache: Cache<u8> = Cache::new(Room { modules: 4, ..ROOM });
        for number in 0..100 {
            cache.get(&hash(number), || Ok((number, 0))).unwrap();
        }
        let kept = (0..100).filter(|number| cache.peek(&hash(*number)).is_some());
        assert_eq!(kept.collect::<Vec<_>>(), [96, 97, 98, 99]);
    }

    #[test]
    fn code_that_does_not_compile_takes_no_room() {
        let cache: Cache<u8> = Cache::new(Room { modules: 4, ..ROOM });
        cache.get(&hash(0), || Ok((0, 1))).unwrap();
        for number in 1..100 {
            cache.get(&hash(number), || Err(Fault("no".into()))).unwrap_err();
        }
        assert_eq!(lock(&cache.slots).by_hash.len(), 1);
        assert!(cache.peek(&hash(0)).is_some());
    }

    #[test]
    fn case_65_uses_may_be_counted_past_the_largest_number() {
        let mut cache: Cache<u8> = Cache::new(Room { modules: 2, ..ROOM });
        *cache.clock.get_mut() = u64::MAX - 1;
        for round in 0..3 {
            for number in 0..5 {
                assert_eq!(*cache.get(&hash(number), || Ok((number, 1))).unwrap(), number, "round {round}");
                assert_eq!(*cache.get(&hash(number), || Ok((99, 1))).unwrap(), number, "it was just made");
                let slots = lock(&cache.slots);
                assert!(slots.by_hash.len() <= 2 && slots.by_use.len() == slots.by_hash.len());
                assert_eq!(slots.bytes, slots.by_hash.len() as u64);
            }
        }
        assert!(cache.clock.into_inner() < 1_000, "the count did not pass its end");
    }

    #[test]
    fn looking_is_no_use() {
        let cache: Cache<u8> = Cache::new(Room { modules: 4, ..ROOM });
        for number in 0..4 {
            cache.get(&hash(number), || Ok((number, 0))).unwrap();
        }
        assert_eq!(cache.peek(&hash(0)).as_deref(), Some(&0));
        cache.get(&hash(4), || Ok((4, 0))).unwrap();
        assert!(cache.peek(&hash(0)).is_none());
    }
}
