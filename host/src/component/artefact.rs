//! The one step that trusts bytes to be machine code that wasmtime made.
#![expect(
    unsafe_code,
    reason = "wasmtime cannot check machine code; the cache vouches for where it comes from"
)]

use wasmtime::{Engine, component::Component};

/// Loads machine code that this user's wasmtime compiled before.
///
/// Only the cache calls it, and only with a [`Vouched`] artefact.
pub(super) fn load(engine: &Engine, artefact: &Vouched<'_>) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize` asks for bytes that `Engine::precompile_component` returned,
    // unchanged. `Vouched` exists only for the content of a file that nobody but this user
    // or root could have written, whose checksum holds, and which was stored under the
    // digest of the component and of this very engine's compatibility hash. wasmtime checks
    // its version and settings itself.
    unsafe { Component::deserialize(engine, artefact.0) }
}

/// Machine code whose origin was checked. See [`super::cache`], the only place that makes one.
#[derive(Debug)]
pub(super) struct Vouched<'a>(pub(super) &'a [u8]);
