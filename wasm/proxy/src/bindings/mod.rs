//! The proxy-wasm ABI 0.2.1: the only module that handles raw pointers.
#![expect(
    unsafe_code,
    reason = "the ABI passes raw pointers and exports C symbols; everything above sees slices"
)]

mod exports;
mod global;
mod imports;

pub(crate) use imports::WasmHost;
