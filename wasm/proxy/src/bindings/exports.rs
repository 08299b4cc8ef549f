//! What the host calls.

use alloc::alloc::{Layout, alloc};
use core::ptr;

use crate::root;

use super::global::with;

/// The host copies every result into memory that it asks for here; `imports::take` owns it then.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(bytes: usize) -> *mut u8 {
    let Ok(layout) = Layout::array::<u8>(bytes) else {
        return ptr::null_mut();
    };
    if bytes == 0 {
        return ptr::NonNull::dangling().as_ptr();
    }
    // SAFETY: the layout is not empty.
    unsafe { alloc(layout) }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_vm_start(_root: u32, _bytes: usize) -> u32 {
    1
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, parent: u32) {
    with(|filter, _| filter.create(context, parent));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(root: u32, bytes: usize) -> u32 {
    u32::from(with(|filter, host| filter.configure(host, root, bytes)).unwrap_or(false))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_tick(root: u32) {
    with(|filter, host| filter.tick(host, root));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_http_call_response(
    root: u32,
    call: u32,
    headers: u32,
    body_bytes: usize,
    _trailers: u32,
) {
    with(|filter, host| filter.fetched(host, root, call, headers, body_bytes));
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(context: u32, _headers: u32, _end: u32) -> u32 {
    let forwarded = with(|filter, host| filter.request(host, context)).unwrap_or(false);
    if forwarded { CONTINUE } else { STOP }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_trailers(_context: u32, _trailers: u32) -> u32 {
    let dropped = with(|_, host| root::drop_trailers(host)).unwrap_or(false);
    if dropped { CONTINUE } else { STOP }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    with(|filter, _| filter.delete(context));
}

const CONTINUE: u32 = 0;
const STOP: u32 = 1;
