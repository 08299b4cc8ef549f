//! How often a piece of work compiles, for tests that it is not too often.

use core::cell::Cell;

/// Does some work, and returns with its result how many compilations it took.
///
/// For tests; it counts what this thread compiles.
pub fn compilations_in<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = COMPILATIONS.get();
    let done = work();
    (done, COMPILATIONS.get().saturating_sub(before))
}

pub(super) fn note() {
    COMPILATIONS.set(COMPILATIONS.get().saturating_add(1));
}

thread_local! {
    static COMPILATIONS: Cell<usize> = const { Cell::new(0) };
}
