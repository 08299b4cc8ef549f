//! What wasmtime generates from `wit/` for the gate.

wasmtime::component::bindgen!({
    world: "gateway",
    path: "../wit",
});
