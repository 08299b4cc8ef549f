//! The class `Policy`.

use alloc::{boxed::Box, string::String, vec::Vec};

use portcullis_engine::{PackedRequest, SignedBundle};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{answer::Failure, facts::facts, session::Session, time::seconds, trust::trust};

/// A verified bundle, or why it was not believed.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Policy(Result<portcullis_engine::Policy, Failure>);

#[wasm_bindgen]
impl Policy {
    /// Verifies a bundle.
    #[must_use]
    #[wasm_bindgen(constructor)]
    pub fn new(bundle: Vec<u8>, stated: &[u8], now: f64) -> Self {
        let opened = trust(stated).and_then(|trust| {
            let bundle = SignedBundle::new(bundle).verify(&trust, seconds(now))?;
            Ok(bundle.into())
        });
        Self(opened)
    }

    /// Returns the header and the names as JSON.
    #[must_use]
    pub fn facts(&self) -> String {
        match &self.0 {
            Ok(policy) => facts(policy),
            Err(failure) => failure.line(),
        }
    }

    /// Returns the number of a permission, by its present or a former name; -1 for none.
    #[must_use]
    pub fn permission(&self, name: &str) -> i32 {
        let policy = self.0.as_ref().ok();
        let found = policy.and_then(|policy| policy.permission(name));
        found.map_or(-1, |permission| permission.0.into())
    }

    /// Resolves a subject, packed as a request without questions.
    #[must_use]
    pub fn session(&self, subject: &[u8], valid_until: f64, now: f64) -> Session {
        Session(
            self.0
                .as_ref()
                .map_err(|failure| *failure)
                .and_then(|policy| {
                    let subject = PackedRequest::read(subject)?.alone()?;
                    let session = policy.session(&subject, seconds(valid_until), seconds(now))?;
                    Ok(Box::new(session))
                }),
        )
    }

    /// Explains the answer to a packed request, as JSON.
    #[must_use]
    pub fn explain(&self, request: &[u8], now: f64) -> String {
        let explained = self.0.as_ref().map_err(|failure| *failure);
        let explained = explained.and_then(|policy| {
            if seconds(now) >= policy.expires_at() {
                return Err(Failure::Expired);
            }
            let (subject, asked) = PackedRequest::read(request)?.single()?;
            Ok(policy.explain(&subject, asked.permission, &asked.question)?)
        });
        match explained {
            Ok(explanation) => explanation.into_json(),
            Err(failure) => failure.line(),
        }
    }
}
