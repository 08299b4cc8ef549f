//! The export of `wasi:http/proxy`, and the state that outlives a request.
#![expect(
    unsafe_code,
    reason = "generated: the canonical ABI passes raw pointers; and a static that one thread uses"
)]

use core::cell::RefCell;

use portcullis_http_shell::Middleware;
// Linked for the symbol that results are allocated with.
use wit_bindgen_realloc as _;

use crate::handler::Handler;

wasip2::http::proxy::export!(Handler with_types_in wasip2);

/// Runs `work` on this instance's state, or returns nothing if that is in use already.
pub(crate) fn with_state<T>(work: impl FnOnce(&mut Middleware) -> T) -> Option<T> {
    let mut state = STATE.0.try_borrow_mut().ok()?;
    Some(work(&mut state))
}

struct OneThread(RefCell<Middleware>);

// SAFETY: the module is built without atomics, so no second thread can run in its memory.
unsafe impl Sync for OneThread {}

static STATE: OneThread = OneThread(RefCell::new(Middleware::new()));
