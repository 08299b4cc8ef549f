//! The gate as a proxy-wasm filter: what the proxy calls, and what is asked of the proxy.
//!
//! What happens in between is [`portcullis_proxy_shell`]'s; here is the ABI alone.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg(any(target_arch = "wasm32", test))]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod bindings;
mod filter;
mod pairs;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Nothing here panics; if something did, the proxy must answer in its place and start again.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
