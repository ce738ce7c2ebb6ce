//! Admits as many calls at a time as the pool has room for; the others wait their turn.

use std::sync::{Condvar, Mutex, PoisonError};

/// A counting gate.
pub(crate) struct Gate {
    free: Mutex<u32>,
    freed: Condvar,
}

/// A place inside; leaving is dropping it.
pub(crate) struct Pass<'a>(&'a Gate);

impl Gate {
    pub(crate) fn new(places: u32) -> Self {
        Self { free: Mutex::new(places), freed: Condvar::new() }
    }

    /// Waits for a place.
    pub(crate) fn enter(&self) -> Pass<'_> {
        // A panic elsewhere cannot leave the number half written, so a poisoned lock is still good.
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free = free.saturating_sub(1);
        Pass(self)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free = free.saturating_add(1);
        self.0.freed.notify_one();
    }
}
