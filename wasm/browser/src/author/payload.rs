//! The class `Payload`.

use alloc::{string::String, vec::Vec};

use wasm_bindgen::prelude::wasm_bindgen;

use super::failure::Failure;

/// A bundle's payload, which nobody has signed, or why there is none.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Payload(Result<Vec<u8>, Failure>);

impl Payload {
    pub(super) const fn new(payload: Result<Vec<u8>, Failure>) -> Self {
        Self(payload)
    }
}

#[wasm_bindgen]
impl Payload {
    /// Returns why there is none; nothing where there is one.
    #[must_use]
    pub fn failure(&self) -> String {
        let failure = self.0.as_ref().err().cloned();
        failure.map(Failure::into_line).unwrap_or_default()
    }

    /// Returns its bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.as_ref().cloned().unwrap_or_default()
    }
}
