//! The filter's state: one a VM, and a VM runs on one thread.

use core::cell::RefCell;

use crate::filter::Filter;

use super::WasmHost;

/// Runs `work` on the filter, or returns nothing if the filter is at work already.
///
/// A host calls in again only for memory, which needs no state. Should one do otherwise,
/// what it asked is not done, and a request in it is refused.
pub(super) fn with<T>(work: impl FnOnce(&mut Filter, &WasmHost) -> T) -> Option<T> {
    let mut filter = FILTER.0.try_borrow_mut().ok()?;
    Some(work(&mut filter, &WasmHost))
}

struct OneThread(RefCell<Filter>);

// SAFETY: the module is built without atomics, so no second thread can run in its memory.
unsafe impl Sync for OneThread {}

static FILTER: OneThread = OneThread(RefCell::new(Filter::new()));
