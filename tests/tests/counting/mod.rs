//! An allocator that counts what each thread allocates.
#![expect(
    unsafe_code,
    reason = "an allocator is unsafe to implement; this one only counts"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// What a thread allocated during a measurement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// How often it asked for memory.
    pub(crate) count: usize,
    /// The most bytes at once, beyond what was there before.
    pub(crate) peak: usize,
    /// The bytes that are still there, beyond what was there before.
    pub(crate) live: usize,
}

/// Runs something, and says what this thread allocated meanwhile.
pub(crate) fn measure<T>(run: impl FnOnce() -> T) -> (T, Used) {
    let before = LIVE.get();
    COUNT.set(0);
    PEAK.set(before);
    let result = run();
    let beyond = |bytes: i64| usize::try_from(bytes - before).unwrap_or(0);
    let used = Used {
        count: COUNT.get(),
        peak: beyond(PEAK.get()),
        live: beyond(LIVE.get()),
    };
    (result, used)
}

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

fn grow(bytes: usize) {
    // A thread that is ending has no counters any more, and nobody measures it.
    let _ = LIVE.try_with(|live| {
        let now = live.get() + i64::try_from(bytes).unwrap_or(i64::MAX);
        live.set(now);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now)));
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    });
}

fn shrink(bytes: usize) {
    let _ = LIVE.try_with(|live| live.set(live.get() - i64::try_from(bytes).unwrap_or(0)));
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        shrink(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The old block and the new one may both be there for a moment.
        grow(size);
        shrink(layout.size());
        // SAFETY: as the caller promised.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
