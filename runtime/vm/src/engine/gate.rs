//! Admits as many calls at a time as the pool has room for; the others wait their turn.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A counting gate.
pub(crate) struct Gate {
    places: Mutex<Places>,
    freed: Condvar,
}

struct Places {
    free: u32,
    /// Whoever leaves wakes nobody if nobody waits: that would be a system call for every call of a contract.
    waiting: u32,
}

/// A place inside; leaving is dropping it.
pub(crate) struct Pass<'a>(&'a Gate);

impl Gate {
    pub(crate) fn new(places: u32) -> Self {
        Self { places: Mutex::new(Places { free: places, waiting: 0 }), freed: Condvar::new() }
    }

    /// Waits for a place.
    pub(crate) fn enter(&self) -> Pass<'_> {
        let mut places = self.lock();
        while places.free == 0 {
            places.waiting = places.waiting.saturating_add(1);
            places = self.freed.wait(places).unwrap_or_else(PoisonError::into_inner);
            places.waiting = places.waiting.saturating_sub(1);
        }
        places.free = places.free.saturating_sub(1);
        Pass(self)
    }

    /// A panic elsewhere cannot leave the numbers half written, so a poisoned lock is still good.
    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut places = self.0.lock();
        places.free = places.free.saturating_add(1);
        if places.waiting > 0 {
            self.0.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn no_more_are_inside_than_there_are_places_and_everybody_gets_in() {
        let gate = Gate::new(2);
        let (inside, most, passed) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    for _ in 0..200 {
                        let _pass = gate.enter();
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        passed.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(passed.into_inner(), 1_600);
        assert!((1..=2).contains(&most.into_inner()));
        let places = gate.lock();
        assert_eq!((places.free, places.waiting), (2, 0));
    }
}
