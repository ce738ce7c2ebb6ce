//! Lends the scope of a call to the engine for as long as one frame runs.
//!
//! The engine demands that a store's data be `'static`, and the world a contract runs in is borrowed from
//! the executor. This file bridges the two and is, with `engine/restore.rs`, the only unsafe code of the crate.
#![allow(unsafe_code)]

use crate::scope::Scope;
use std::ptr::NonNull;

/// A scope on loan. Exists only between the start and the end of [`Loan::during`].
pub(crate) struct Loan(NonNull<Scope<'static>>);

impl Loan {
    /// Lends `scope` to `body`. The loan must not outlive the call: `body` puts it into a frame, runs the
    /// frame and drops it. The type is private to the crate, and `frame.rs` is its only user.
    pub(crate) fn during<R>(scope: &mut Scope<'_>, body: impl FnOnce(Self) -> R) -> R {
        let pointer: NonNull<Scope<'_>> = NonNull::from(scope);
        body(Self(pointer.cast::<Scope<'static>>()))
    }

    /// The scope, for one host call.
    pub(crate) fn scope<'a>(&'a mut self) -> &'a mut Scope<'a> {
        let pointer: NonNull<Scope<'a>> = self.0.cast();
        // SAFETY: `during` was given an exclusive borrow of the scope that lasts until it returns, and nobody
        // uses that borrow meanwhile: whoever gave it waits for `during`. Loans are not copied, and this
        // borrow ends before the loan can be used again, so no two exclusive borrows of the scope are alive.
        // The lifetime is cut down to that of this borrow, so nothing in the scope can be kept longer.
        unsafe { &mut *pointer.as_ptr() }
    }
}
