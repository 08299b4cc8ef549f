//! The engine for JavaScript: translates between bytes, numbers, JSON and the engine.
//!
//! Names are interned in JavaScript, so little crosses: a packed request in, a number or
//! canonical JSON out. What fails is a line `!code` or `!code words`, never an exception.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg(target_arch = "wasm32")]

extern crate alloc;

mod answer;
mod facts;
mod policy;
mod session;
mod trust;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Nothing here panics; if something did, it must cost this instance and no more.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
