//! Visibility: the modules a subject sees, each with what it may do there.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    attributes::Attributes,
    catalog::{Module, Permission},
    decide::{Facts, Grant, Holder, unmet_requirements},
    reference::Reference,
    request::Subject,
    truth::Truth,
};

impl Reference {
    /// The snapshot for a subject.
    pub(crate) fn snapshot(&self, subject: &Subject) -> Value {
        let holder = self.holder(subject);
        let visible = self
            .catalog
            .modules
            .iter()
            .filter(|module| self.is_visible(module, &holder));
        let modules: Vec<Value> = visible
            .map(|module| {
                let grants = self.module_grants(&module.id, &holder);
                json!({ "module": module.id, "label": module.label, "grants": grants })
            })
            .collect();
        json!({ "modules": modules })
    }

    /// Whether the module is enabled and its subtree holds a grant that passes the features.
    fn is_visible(&self, module: &Module, holder: &Holder) -> bool {
        let below = format!("{}.", module.id);
        let subtree = self.catalog.modules.iter().map(|module| &module.id);
        let mut subtree = subtree.filter(|id| **id == module.id || id.starts_with(&below));
        let enabled = module
            .requires
            .iter()
            .all(|requires| requires.holds(&self.tenant.features));
        enabled && subtree.any(|id| !self.module_grants(id, holder).is_empty())
    }

    /// Whether a grant is not false while nothing is known but the subject.
    fn may_hold(&self, permission: &Permission, grant: &Grant, holder: &Holder) -> bool {
        let facts = Facts {
            action: None,
            context: None,
            resource: &Attributes::default(),
        };
        let found = self.condition(permission, grant);
        found.is_some_and(|(_, condition)| {
            let (truth, _) = self.evaluate(condition, grant, holder, facts);
            truth != Truth::False
        })
    }

    /// The grants on the module's own permissions that may hold: in their order, then team, then scope.
    fn module_grants(&self, module: &str, holder: &Holder) -> Vec<Value> {
        let mut listed = Vec::new();
        let own = self
            .catalog
            .permissions
            .iter()
            .filter(|permission| permission.module == module);
        for permission in own {
            if !unmet_requirements(permission, &self.tenant.features).is_empty() {
                continue;
            }
            let mut grants = self.grants_on(permission, holder);
            grants.retain(|grant| self.may_hold(permission, grant, holder));
            // `None` comes first, so global before team-bound; distinct by being a set.
            let distinct: BTreeSet<_> = grants
                .iter()
                .map(|grant| (&grant.team, grant.place))
                .collect();
            for (team, place) in distinct {
                let mut members = Map::new();
                members.insert("action".to_owned(), permission.action.clone().into());
                members.insert(
                    "scope".to_owned(),
                    self.catalog.scopes.get(place).cloned().into(),
                );
                if let Some(team) = team {
                    members.insert("team".to_owned(), team.clone().into());
                }
                listed.push(Value::Object(members));
            }
        }
        listed
    }
}
