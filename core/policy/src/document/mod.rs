//! A policy file, read, judged and compiled once.

mod rewrite;

use portcullis_json::Path;

use crate::compile::compile_into;
use crate::model::Model;
use crate::problem::{InvalidPolicy, Problem, Problems};
use crate::source::{Source, Tenant};

/// A policy file that holds: its text, what the text says, and what that compiles to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    text: String,
    source: Source,
    model: Model,
}

impl Document {
    /// Reads and compiles a policy file.
    ///
    /// # Errors
    /// Lists every problem with its place and cure, or the one fault of syntax.
    pub fn load(text: impl Into<String>) -> Result<Self, InvalidPolicy> {
        let text = text.into();
        let problems = Problems::default();
        let source = Source::read_into(&text, &problems)?;
        let model = compiled(&source, problems)?;
        Ok(Self {
            text,
            source,
            model,
        })
    }

    /// Returns this document with another tenant; what did not change stays as it was
    /// written, to the byte.
    ///
    /// # Errors
    /// Lists every problem of the new tenant.
    pub fn with_tenant(&self, tenant: Tenant) -> Result<Self, InvalidPolicy> {
        let source = Source {
            schema: self.source.schema.clone(),
            catalog: self.source.catalog.clone(),
            tenant,
            tests: self.source.tests.clone(),
        };
        let model = compiled(&source, Problems::default())?;
        let text =
            rewrite::with_tenant(&self.text, &self.source, &source).ok_or_else(|| Problem {
                path: Path::Root.to_json_path(),
                message: "the tenant cannot be written back into this text".to_owned(),
                cure: "write the policy as one JSON object with the members catalog and tenant"
                    .to_owned(),
            })?;
        Ok(Self {
            text,
            source,
            model,
        })
    }

    /// Returns the text, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what the text says.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Returns what it compiles to, with the warnings of the whole file.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }
}

impl Source {
    /// Reads and compiles a policy file; [`Document::load`] keeps its text as well.
    ///
    /// ```
    /// use portcullis_policy::Source;
    ///
    /// let refused = Source::load(r#"{
    ///     "catalog": { "id": "desk", "roles": { "agent": { "grants": { "all": "tickets:read" } } } },
    ///     "tenant": { "id": "acme" }
    /// }"#);
    /// let problems = refused.expect_err("no module `tickets`").problems().to_vec();
    /// assert_eq!(problems[0].path.to_string(), "$.catalog.roles.agent.grants.all");
    /// assert!(!problems[0].cure.is_empty());
    /// ```
    ///
    /// # Errors
    /// Lists every problem with its place and cure, or the one fault of syntax.
    pub fn load(text: &str) -> Result<(Self, Model), InvalidPolicy> {
        let problems = Problems::default();
        let source = Self::read_into(text, &problems)?;
        let model = compiled(&source, problems)?;
        Ok((source, model))
    }
}

/// Compiles a source with its tests, so that their warnings are among the model's.
fn compiled(source: &Source, problems: Problems) -> Result<Model, InvalidPolicy> {
    let model = compile_into(&source.catalog, &source.tenant, &source.tests, &problems);
    let warnings = problems.finish()?;
    Ok(Model { warnings, ..model })
}

#[cfg(test)]
mod tests;
