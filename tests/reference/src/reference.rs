//! The interpreter and its entry points.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    catalog::Catalog,
    json,
    request::{Request, Resource, Subject},
    roles::{Role, expand_roles},
    tenant::{Tenant, known_features},
};

/// A policy, ready to be asked.
#[derive(Debug, Clone)]
pub struct Reference {
    pub(crate) catalog: Catalog,
    pub(crate) tenant: Tenant,
    pub(crate) roles: BTreeMap<String, Role>,
    /// When it is asked, in Unix seconds: before anything ends unless it is said.
    pub(crate) now: u64,
}

impl Reference {
    /// Reads a whole `policy.json`: catalog and tenant; its tests are ignored.
    ///
    /// # Errors
    ///
    /// Says what could not be read. A policy that would not compile may pass unnoticed.
    pub fn new(policy_json: &str) -> Result<Self, String> {
        let policy = json::parse(policy_json.as_bytes())?;
        let catalog_source = policy.get("catalog").ok_or("`catalog` is missing")?;
        let tenant_source = policy.get("tenant").unwrap_or(&Value::Null);
        let catalog = Catalog::read(catalog_source)?;
        let tenant = Tenant::read(tenant_source, &catalog)?;
        let roles = expand_roles(&catalog, catalog_source, tenant_source)?;
        Ok(Self {
            catalog,
            tenant,
            roles,
            now: 0,
        })
    }

    /// Returns the same policy as it answers at that time, in Unix seconds.
    #[must_use]
    pub fn at(&self, now: u64) -> Self {
        let mut changed = self.clone();
        changed.now = now;
        let ends = &self.tenant.feature_ends;
        let lasts = |name: &String| ends.get(name).is_none_or(|end| now < *end);
        changed.tenant.features.retain(lasts);
        changed
    }

    /// Returns the same policy with `features` in place of the tenant's; unknown ones are ignored.
    #[must_use]
    pub fn with_features(&self, features: &[String]) -> Self {
        let mut changed = self.clone();
        changed.tenant.features = known_features(&self.catalog, features.iter().cloned());
        changed
    }

    /// Answers one evaluation request, a line of JSON without its line feed, in canonical bytes.
    #[must_use]
    pub fn decide_line(&self, line: &[u8]) -> String {
        self.answer_line(line, Resource::AsGiven)
    }

    /// Answers a request as if nothing were known of the resource, its id included.
    ///
    /// `resource.id` may be missing, and `resource.properties` is not read.
    #[must_use]
    pub fn filter_line(&self, line: &[u8]) -> String {
        self.answer_line(line, Resource::Unknown)
    }

    /// Returns the snapshot of the modules that a subject sees, in compact JSON.
    ///
    /// A malformed subject gets the answer of a malformed request.
    #[must_use]
    pub fn visible(&self, subject_json: &str) -> String {
        match Subject::read_alone(subject_json.as_bytes(), &self.catalog.attributes) {
            Ok(subject) => self.snapshot(&subject).to_string(),
            Err(message) => malformed(&message),
        }
    }

    fn answer_line(&self, line: &[u8], resource: Resource) -> String {
        let request = Request::read(line, &self.catalog.attributes, resource);
        match request.and_then(|request| self.decide(&request)) {
            Ok(context) => {
                let decision = context
                    .get("effect")
                    .is_some_and(|effect| effect == "allow");
                json!({ "decision": decision, "context": context }).to_string()
            }
            Err(message) => malformed(&message),
        }
    }
}

fn malformed(message: &str) -> String {
    let error = json!({ "status": 400, "message": message });
    json!({ "decision": false, "context": { "effect": "error", "error": error } }).to_string()
}
