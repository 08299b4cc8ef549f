//! The class `Source`.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};

use portcullis_admin::audit::Digest;
use portcullis_policy::Document;
use portcullis_review::{
    diff::Diff,
    evolution::Evolution,
    lint::lint,
    matrix::{Matrix, Table},
    outline::Outline,
    suite,
    types::typescript,
};
use serde::Serialize;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::time::seconds;

use super::{
    administer::{Administered, Asked},
    failure::{Failure, line, read},
    json::problems_json,
    metadata::metadata,
    payload::Payload,
    preview::Preview,
    who::who,
};

/// A compiled policy, or why there is none.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Source(Result<Box<Document>, Failure>);

#[wasm_bindgen]
impl Source {
    /// Compiles a policy file.
    #[must_use]
    #[wasm_bindgen(constructor)]
    pub fn new(text: Vec<u8>) -> Self {
        Self(compile(text))
    }

    /// Returns the JSON Schema of a policy file.
    #[must_use]
    pub fn schema() -> String {
        portcullis_policy::schema().to_string()
    }

    /// Returns whose policy it is and what its author should know, or what is wrong with it.
    #[must_use]
    pub fn facts(&self) -> String {
        self.answer(|own| {
            let evolution = Evolution::new(&own.source().tenant, own.model());
            let behind = evolution.behind.iter().map(ToString::to_string);
            let unmet = evolution.unmet.iter().map(ToString::to_string);
            let mut facts = problems_json(&own.model().warnings);
            let warnings = facts.get_mut("problems").map(serde_json::Value::take);
            Ok(json!({
                "catalog": own.model().catalog,
                "tenant": own.model().tenant.id,
                "digest": Digest::of(own.text().as_bytes()),
                "warnings": warnings,
                "notes": behind.chain(unmet).collect::<Vec<_>>(),
            })
            .to_string())
        })
    }

    /// Returns what may still be wrong with it.
    #[must_use]
    pub fn lint(&self) -> String {
        self.answer(|own| written(&lint(own.source(), own.model())))
    }

    /// Runs its tests, as the bundle issued at `now` would answer.
    #[must_use]
    pub fn test(&self, now: f64) -> String {
        self.answer(|own| {
            let metadata = metadata("{}", &own.source().catalog, seconds(now))?;
            let report = suite::test(own.model(), &own.source().tests, &metadata)?;
            Ok(report.to_json().to_string())
        })
    }

    /// Returns who may do what, of the roles that a list names or of all: as a `table` of JSON, or
    /// as `markdown`, `csv` or `html`.
    #[must_use]
    pub fn matrix(&self, roles: &str, format: &str) -> String {
        self.answer(|own| {
            let roles = read::<Vec<String>>("the roles", roles)?;
            if format == "table" {
                return written(&Table::new(own.model(), &roles)?);
            }
            let matrix = Matrix::new(own.model(), &roles)?;
            match format {
                "markdown" => Ok(matrix.to_markdown()),
                "csv" => Ok(matrix.to_csv()),
                "html" => Ok(matrix.to_html()),
                other => Err(Failure::malformed(format!(
                    "`{other}` is no format of a matrix"
                ))),
            }
        })
    }

    /// Returns what a page shows of it at `now`: names, choices, people and what is off.
    #[must_use]
    pub fn outline(&self, now: f64) -> String {
        self.answer(|own| written(&Outline::new(own.model(), seconds(now))))
    }

    /// Returns who may use a permission at `now`, on a resource of which a part may be known.
    #[must_use]
    pub fn who(&self, permission: &str, resource: &str, now: f64) -> String {
        self.answer(|own| written(&who(own, permission, resource, seconds(now))?))
    }

    /// Returns its names as types of TypeScript.
    #[must_use]
    pub fn types(&self) -> String {
        self.answer(|own| Ok(typescript(own.model())))
    }

    /// Returns what `after` changes, and whom it touches.
    #[must_use]
    pub fn diff(&self, after: &Self) -> String {
        self.answer(|own| {
            let after = after.0.as_ref().map_err(Clone::clone)?;
            written(&Diff::new(own.model(), after.model()))
        })
    }

    /// Makes a change at `now`, if the actor may; this policy stays as it is.
    ///
    /// The actor is a `key` of the directory, a `subject` of `AuthZEN` or the `vendor`, by
    /// its name.
    #[must_use]
    pub fn administer(
        &self,
        kind: &str,
        actor: &str,
        change: &str,
        resource: &str,
        now: f64,
    ) -> Administered {
        let asked = Asked {
            kind,
            actor,
            change,
            resource,
        };
        let done = self.compiled();
        Administered::new(done.and_then(|own| asked.make(own, seconds(now))))
    }

    /// Returns the payload of a bundle: what a key elsewhere would sign.
    #[must_use]
    pub fn payload(&self, stated: &str, now: f64) -> Payload {
        Payload::new(self.compiled().and_then(|own| {
            let metadata = metadata(stated, &own.source().catalog, seconds(now))?;
            Ok(portcullis_policy::encode::encode(own.model(), &metadata)?)
        }))
    }

    /// Opens it as the engine would its bundle issued at `now`.
    #[must_use]
    pub fn preview(&self, now: f64) -> Preview {
        Preview::new(self.compiled().and_then(|own| {
            let metadata = metadata("{}", &own.source().catalog, seconds(now))?;
            Ok(portcullis_policy::preview(own.model(), &metadata)?)
        }))
    }
}

impl Source {
    /// Returns a policy that is compiled already.
    pub(super) const fn of_document(document: Result<Box<Document>, Failure>) -> Self {
        Self(document)
    }

    fn compiled(&self) -> Result<&Document, Failure> {
        self.0.as_deref().map_err(Clone::clone)
    }

    fn answer(&self, ask: impl FnOnce(&Document) -> Result<String, Failure>) -> String {
        line(self.compiled().and_then(ask))
    }
}

fn compile(text: Vec<u8>) -> Result<Box<Document>, Failure> {
    if text.len() > POLICY_BYTES_MAX {
        let words = format!("the policy has more than {POLICY_BYTES_MAX} bytes");
        return Err(Failure::limit(words));
    }
    let text = String::from_utf8(text).map_err(|_| Failure::malformed("not valid UTF-8"))?;
    Ok(Box::new(Document::load(text)?))
}

fn written(value: &impl Serialize) -> Result<String, Failure> {
    // Lists, strings and numbers alone, which always have a JSON form.
    serde_json::to_string(value).map_err(Failure::malformed)
}

/// A policy of a page: room for a large catalog and thousands of people.
const POLICY_BYTES_MAX: usize = 4 * 1024 * 1024;
