//! The class `Administered`: changes of roles and of who holds them.

use alloc::{boxed::Box, string::String};

use portcullis_admin::{self as admin, Actor, Change, TargetAttributes};
use portcullis_engine::UnixSeconds;
use portcullis_policy::{Document, model::Model};
use wasm_bindgen::prelude::wasm_bindgen;

use super::{
    failure::{Failure, read},
    source::Source,
};

/// A policy after a change and what became of it, or why the change was not made.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Administered(Result<Box<admin::Administered>, Failure>);

/// What JavaScript asks for: a change, who asks for it and what is known of its target.
pub(super) struct Asked<'a> {
    /// `key` of the directory, `subject` of `AuthZEN` or `vendor`.
    pub(super) kind: &'a str,
    /// The key, the subject as JSON, or the vendor's name.
    pub(super) actor: &'a str,
    pub(super) change: &'a str,
    pub(super) resource: &'a str,
}

impl Asked<'_> {
    /// Makes the change at `now`, if the actor may; the document stays as it is.
    pub(super) fn make(
        &self,
        document: &Document,
        now: UnixSeconds,
    ) -> Result<Box<admin::Administered>, Failure> {
        let actor = self.actor(document.model())?;
        let change = read::<Change>("the change", self.change)?;
        let target = read::<TargetAttributes>("the resource", self.resource)?;
        let done = admin::administer(document, &actor, &change, target.as_slice(), now)?;
        Ok(Box::new(done))
    }

    fn actor(&self, model: &Model) -> Result<Actor, Failure> {
        match self.kind {
            "key" => Ok(Actor::of_directory(self.actor)),
            "subject" => Ok(Actor::read(self.actor.as_bytes(), model)?),
            "vendor" => Ok(Actor::vendor(self.actor)),
            _ => Err(Failure::malformed("there is no such kind of actor")),
        }
    }
}

impl Administered {
    pub(super) const fn new(done: Result<Box<admin::Administered>, Failure>) -> Self {
        Self(done)
    }
}

#[wasm_bindgen]
impl Administered {
    /// Returns why the change was not made; nothing where it was.
    #[must_use]
    pub fn failure(&self) -> String {
        let failure = self.0.as_ref().err().cloned();
        failure.map(Failure::into_line).unwrap_or_default()
    }

    /// Returns what became of it, as JSON, without the policy's text.
    #[must_use]
    pub fn json(&self) -> String {
        let done = self.0.as_ref().ok();
        // Lists, strings and numbers alone, which always have a JSON form.
        done.and_then(|done| serde_json::to_string(&done.outcome()).ok())
            .unwrap_or_default()
    }

    /// Returns the policy's text after it.
    #[must_use]
    pub fn text(&self) -> String {
        let done = self.0.as_ref().ok();
        let text = done.map(|done| done.document.text());
        text.map(String::from).unwrap_or_default()
    }

    /// Returns the policy after it, which is compiled already.
    #[must_use]
    pub fn source(self) -> Source {
        Source::of_document(self.0.map(|done| Box::new(done.document)))
    }
}
