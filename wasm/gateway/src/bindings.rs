//! What `wit-bindgen` generates from `wit/`.
#![expect(
    unsafe_code,
    reason = "generated: the canonical ABI passes raw pointers"
)]

use super::Plugin;

wit_bindgen::generate!({
    world: "gateway",
    path: "../../wit",
    default_bindings_module: "crate::bindings",
});

export!(Plugin with_types_in crate::bindings);
