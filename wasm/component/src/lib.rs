//! World `plugin`: translates between the component's interface and the engine.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg(target_arch = "wasm32")]

extern crate alloc;

mod bindings;
mod policy;
mod question;
mod session;
mod trust;

use bindings::exports::portcullis::edge::engine::Guest;

#[derive(Debug)]
struct Plugin;

impl Guest for Plugin {
    type Policy = policy::PluginPolicy;
    type Session = session::PluginSession;
}

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Nothing here panics; if something did, only this instance would end.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
