//! What the host calls.

use alloc::alloc::{Layout, alloc};
use core::ptr;

use portcullis_proxy_shell::{drop_trailers, refuse};

use super::{global::with, imports::configuration};

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
    let is_usable = with(|filter, host| {
        let json = configuration(bytes).unwrap_or_default();
        filter
            .root(root)
            .is_some_and(|root| root.configure(host, &json))
    });
    u32::from(is_usable.unwrap_or(false))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_tick(root: u32) {
    with(|filter, host| {
        if let Some(root) = filter.root(root) {
            root.tick(host);
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_http_call_response(
    root: u32,
    call: u32,
    headers: u32,
    body_bytes: usize,
    _trailers: u32,
) {
    // Without headers there was no answer.
    let body_bytes = (headers > 0).then_some(body_bytes);
    with(|filter, host| {
        if let Some(root) = filter.root(root) {
            root.fetched(host, call, body_bytes);
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(context: u32, _headers: u32, _end: u32) -> u32 {
    let forwarded = with(|filter, host| match filter.root_of(context) {
        Some(root) => root.request(host, context),
        None => refuse(host),
    });
    go_on(forwarded)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_trailers(_context: u32, _trailers: u32) -> u32 {
    go_on(with(|_, host| drop_trailers(host)))
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_headers(context: u32, _headers: u32, _end: u32) -> u32 {
    let goes_back = with(|filter, host| match filter.root_of(context) {
        Some(root) => root.answer(host, context),
        None => refuse(host),
    });
    go_on(goes_back)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    with(|filter, _| filter.delete(context));
}

/// A request that nobody could answer for stops too.
fn go_on(forwarded: Option<bool>) -> u32 {
    if forwarded == Some(true) {
        CONTINUE
    } else {
        STOP
    }
}

const CONTINUE: u32 = 0;
const STOP: u32 = 1;
