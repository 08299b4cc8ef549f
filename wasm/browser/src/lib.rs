//! The engine for JavaScript: translates between bytes, numbers, JSON and the engine.
//!
//! Names are interned in JavaScript, so little crosses: a packed request in, a number or
//! canonical JSON out. What fails is a line `!code` or `!code words`, never an exception.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg(target_arch = "wasm32")]

extern crate alloc;

#[cfg(feature = "edge")]
mod answer;
#[cfg(feature = "author")]
mod author;
#[cfg(feature = "edge")]
mod facts;
#[cfg(feature = "worker")]
mod gate;
#[cfg(feature = "edge")]
mod policy;
#[cfg(feature = "edge")]
mod session;
mod time;
#[cfg(feature = "edge")]
mod trust;

// The standard library of the author's build has both of these, an allocator for more than a
// bundle among them.
#[cfg(not(feature = "author"))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Nothing here panics; if something did, it must cost this instance and no more.
#[cfg(not(feature = "author"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
