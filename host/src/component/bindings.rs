//! What wasmtime generates from `wit/`.

wasmtime::component::bindgen!({
    world: "plugin",
    path: "../wit",
});
