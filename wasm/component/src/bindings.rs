//! What `wit-bindgen` generates from `wit/`.
#![expect(
    clippy::missing_errors_doc,
    clippy::needless_pass_by_value,
    clippy::use_self,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "generated"
)]

use super::Plugin;

wit_bindgen::generate!({
    world: "plugin",
    path: "../../wit",
    default_bindings_module: "crate::bindings",
});

export!(Plugin with_types_in crate::bindings);
