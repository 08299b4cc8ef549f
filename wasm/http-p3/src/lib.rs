//! The gate as `wasi:http` 0.3 middleware: decides, then forwards to an upstream, or answers.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg(target_arch = "wasm32")]

extern crate alloc;

mod answer;
mod bindings;
mod fetch;
mod files;
mod forward;
mod handler;
mod keys;
mod log;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Nothing here panics; if something did, it must cost this instance and no more.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
