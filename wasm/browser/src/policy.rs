//! The class `Policy`.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::cell::RefCell;

use portcullis_engine::{PackedRequest, SignedBundle};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{answer::Failure, facts::facts, session::Session, time::seconds, trust::trust};

/// A verified bundle, or why it was not believed.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Policy {
    opened: Result<portcullis_engine::Policy, Failure>,
    claims: Vec<u8>,
}

#[wasm_bindgen]
impl Policy {
    /// Opens a bundle, if its signatures hold: the platform verifies them. `verified` are the
    /// claims that it has looked at so far, as `claims` returns them, the first byte of each 1
    /// where the claim holds and 0 where it does not.
    #[must_use]
    #[wasm_bindgen(constructor)]
    pub fn new(bundle: Vec<u8>, stated: &[u8], verified: &[u8], now: f64) -> Self {
        let (verified, _) = verified.as_chunks::<CLAIM_BYTES>();
        let base = bundle.as_ptr().addr();
        let claims = RefCell::new(Vec::new());
        let opened = trust(stated).and_then(|trust| {
            let holds = |key: &[u8; 32], signed: &[u8], signature: &[u8; 64]| {
                for known in verified {
                    let (places, claim) = known.split_at(8);
                    let (by, made) = claim.split_at(32);
                    if by == key && made == signature {
                        return places.starts_with(&[1]);
                    }
                }
                let start = signed.as_ptr().addr().wrapping_sub(base);
                let end = start.wrapping_add(signed.len());
                let mut claims = claims.borrow_mut();
                claims.extend_from_slice(&start.to_le_bytes());
                claims.extend_from_slice(&end.to_le_bytes());
                claims.extend_from_slice(key);
                claims.extend_from_slice(signature);
                false
            };
            let bundle = SignedBundle::new(bundle).verify_by(&trust, seconds(now), &holds)?;
            let policy = portcullis_engine::Policy::from(bundle);
            Ok(policy.at(seconds(now)).into_owned())
        });
        Self {
            opened,
            claims: claims.into_inner(),
        }
    }

    /// Returns what is to be verified before the bundle can be opened, for each claim where in
    /// the bundle that starts and ends which is signed, 4 bytes each from the low one up, the
    /// key's 32 bytes and the signature's 64. Nothing, where opening it has come to an end.
    #[must_use]
    pub fn claims(&self) -> Vec<u8> {
        self.claims.clone()
    }

    /// Returns the header and the names as JSON.
    #[must_use]
    pub fn facts(&self) -> String {
        match &self.opened {
            Ok(policy) => facts(policy),
            Err(failure) => failure.line(),
        }
    }

    /// Resolves a subject, packed as a request without questions.
    #[must_use]
    pub fn session(&self, subject: &[u8], valid_until: f64, now: f64) -> Session {
        Session(
            self.opened
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
        let explained = self.opened.as_ref().map_err(|failure| *failure);
        let explained = explained.and_then(|policy| {
            let (subject, asked) = PackedRequest::read(request)?.single()?;
            // By a session, as every decision here is: another way to decide would be loaded too.
            let session = policy.session(&subject, policy.expires_at(), seconds(now))?;
            let decision = session.decide_named(asked.permission, &asked.question, seconds(now))?;
            let (permission, question) = (asked.permission, &asked.question);
            let policy = session.policy();
            Ok(policy.explain_decision(&decision, &subject, permission, question)?)
        });
        match explained {
            Ok(explanation) => explanation.into_json(),
            Err(failure) => failure.line(),
        }
    }
}

const CLAIM_BYTES: usize = 2 * 4 + 32 + 64;
