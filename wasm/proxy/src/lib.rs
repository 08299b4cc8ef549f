//! The gate as a proxy-wasm filter: translates between the proxy and the gate, fetches
//! bundles through the proxy, and shares them with the proxy's other workers.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg(any(target_arch = "wasm32", test))]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod bindings;
mod filter;
mod host;
mod metrics;
mod pairs;
mod peer;
mod root;
mod settings;
mod shared;
mod source;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Nothing here panics; if something did, the proxy must answer in its place and start anew.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
