//! A policy as a page shows it: names, choices, people and what is off.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{
    self, Binding, Condition, FeatureIndex, Manages, Model, ModuleIndex, PermissionIndex,
    Requirement, RoleIndex,
};
use portcullis_policy::source::{Kind, RoleChanges, Until};
use serde::Serialize;

/// All of a policy that does not depend on a question: what `Matrix` says of grants is not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// The catalog's id.
    catalog: String,
    /// The tenant's id.
    tenant: String,
    /// When a change of roles reaches those who are signed in.
    role_changes: RoleChanges,
    /// The features in catalog order.
    features: Vec<Feature>,
    /// The declared attributes.
    attributes: Attributes,
    /// The scopes, in the order in which a choice shows them.
    scopes: Vec<Scope>,
    /// The modules, depth first, a parent before its children.
    modules: Vec<Module>,
    /// The permissions, module by module.
    permissions: Vec<Permission>,
    /// The roles: built-in ones in catalog order, then the tenant's.
    roles: Vec<Role>,
    /// The most roles that a tenant may define, if that is limited.
    custom_roles_max: Option<u32>,
    /// The role that everybody of some types holds.
    everyone: Option<Everyone>,
    /// The roles of the members of groups, ascending by id.
    groups: Vec<Group>,
    /// The directory, ascending by type and id.
    people: Vec<Person>,
    /// Ids that belonged to a role once, and can never be used again.
    retired: Vec<String>,
}

/// A feature of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Feature {
    /// Its id.
    id: String,
    /// Whether it is on at the time of the outline.
    on: bool,
    /// When it is off, if it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Until>,
}

/// The declared attributes, by whose they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Attributes {
    /// Attributes of subjects.
    subject: Vec<String>,
    /// Attributes of resources.
    resource: Vec<String>,
    /// Attributes of actions.
    action: Vec<String>,
    /// Attributes of the context.
    context: Vec<String>,
    /// The attribute that holds teams.
    team: Option<String>,
    /// Subject attributes that are never taken from a request.
    directory_only: Vec<String>,
}

/// A scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Scope {
    /// Its id.
    id: String,
    /// Whether it takes every resource wherever it is supported, so that another adds nothing.
    everything: bool,
}

/// A module of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Module {
    /// Its whole id, with dots.
    id: String,
    /// What people call it, if it has a label.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// The module above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    /// Whether the tenant's features leave it open.
    open: bool,
    /// The features that are off and would be needed, in catalog order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    features_off: Vec<String>,
}

/// A permission of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Permission {
    /// Its whole name, `module:action`.
    name: String,
    /// Its module.
    module: String,
    /// Its action.
    action: String,
    /// What kind of action that is.
    kind: Kind,
    /// What people call it, if it has a label.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whether the tenant's features leave it open.
    open: bool,
    /// The features that are off and would be needed, in catalog order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    features_off: Vec<String>,
    /// The scopes that it supports, in the order of the outline's.
    scopes: Vec<String>,
    /// Permissions without which it makes no sense.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<String>,
    /// The only roles that may hold it, where not all may.
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<Vec<String>>,
}

/// A role, without what it grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Role {
    /// Its id.
    id: String,
    /// What people call it, if it has a label.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whether the catalog defines it.
    built_in: bool,
    /// Whether it can never be deleted.
    permanent: bool,
    /// Whether a tenant may change its grants.
    editable: bool,
    /// Whether a tenant changed what the catalog grants it.
    edited: bool,
    /// Whether it can be used yet.
    available: bool,
    /// Whether a token or the header of a trusted peer may state it.
    claimable: bool,
    /// The role it is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<String>,
    /// The built-in role that it stands as: itself, or what it was once copied from.
    #[serde(skip_serializing_if = "Option::is_none")]
    stands_as: Option<String>,
    /// The roles that its holders may administer.
    manages: Vec<String>,
}

/// The role that everybody of some types holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Everyone {
    /// The role.
    role: String,
    /// The types of subjects.
    types: Vec<String>,
}

/// A group of an identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Group {
    /// Its id.
    id: String,
    /// The roles of its members.
    roles: Vec<Held>,
}

/// Somebody of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Person {
    /// The subject's type.
    #[serde(rename = "type")]
    kind: String,
    /// The subject's id.
    id: String,
    /// Whether it holds nothing, whatever gives it a role.
    inactive: bool,
    /// Its roles.
    roles: Vec<Held>,
    /// Its groups.
    groups: Vec<String>,
    /// Its attributes in the order declared.
    attributes: Vec<(String, Vec<String>)>,
}

/// A role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Held {
    /// The role.
    role: String,
    /// The team that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    /// First moment at which it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Until>,
    /// Whether it has ended at the time of the outline.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    ended: bool,
}

impl Outline {
    /// Outlines a policy as it stands at that time.
    #[must_use]
    pub fn new(model: &Model, now: UnixSeconds) -> Self {
        let places = Places { model, now };
        let order = places.scopes_in_order();
        let attributes = &model.attributes;
        let openness = model.openness_at(now);
        let modules = model.modules.iter().zip((0..).map(ModuleIndex));
        let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
        let roles = model.roles.iter().zip((0..).map(RoleIndex));
        let groups = model.tenant.groups.iter().map(|group| Group {
            id: group.id.clone(),
            roles: places.held(&group.roles),
        });
        let people = model.tenant.directory.iter();
        Self {
            catalog: model.catalog.clone(),
            tenant: model.tenant.id.clone(),
            role_changes: model.tenant.role_changes,
            features: places.features(),
            attributes: Attributes {
                subject: attributes.subject.clone(),
                resource: attributes.resource.clone(),
                action: attributes.action.clone(),
                context: attributes.context.clone(),
                team: attributes.team.clone(),
                directory_only: attributes.directory_only.clone(),
            },
            modules: modules
                .map(|(module, index)| places.module(module, openness.module(index)))
                .collect(),
            permissions: permissions
                .map(|(own, index)| places.permission(own, openness.permission(index), &order))
                .collect(),
            scopes: order,
            roles: roles
                .map(|(role, index)| places.role(role, index))
                .collect(),
            custom_roles_max: model.custom_roles_max,
            everyone: model.everyone.as_ref().map(|everyone| Everyone {
                role: places.role_id(everyone.role),
                types: everyone.types.clone(),
            }),
            groups: groups.collect(),
            people: people.map(|person| places.person(person)).collect(),
            retired: model.tenant.retired.clone(),
        }
    }
}

/// Names what a model has by position.
struct Places<'m> {
    model: &'m Model,
    now: UnixSeconds,
}

impl Places<'_> {
    fn features(&self) -> Vec<Feature> {
        let features = self.model.features.iter().zip((0..).map(FeatureIndex));
        let features = features.map(|(id, index)| Feature {
            id: id.clone(),
            on: self.model.is_on(index, self.now),
            until: self
                .model
                .tenant
                .feature_ends
                .get(&index)
                .copied()
                .map(Until),
        });
        features.collect()
    }

    /// Returns the scopes as written, but those last that take everything: a choice widens.
    fn scopes_in_order(&self) -> Vec<Scope> {
        let mut narrow = BTreeSet::new();
        let mut supported = BTreeSet::new();
        for (scope, condition) in self.model.permissions.iter().flat_map(|own| &own.scopes) {
            supported.insert(*scope);
            let condition = self.model.conditions.get(condition.get());
            if !condition.is_some_and(takes_everything) {
                narrow.insert(*scope);
            }
        }
        let scopes = self.model.scopes.iter().zip((0..).map(model::ScopeIndex));
        let mut scopes = scopes
            .map(|(id, index)| Scope {
                id: id.clone(),
                everything: supported.contains(&index) && !narrow.contains(&index),
            })
            .collect::<Vec<_>>();
        scopes.sort_by_key(|scope| scope.everything);
        scopes
    }

    fn module(&self, module: &model::Module, open: bool) -> Module {
        let parent = module.parent;
        let parent = parent.and_then(|parent| self.model.modules.get(parent.get()));
        let mut off = BTreeSet::new();
        self.off_of_module(module, &mut off);
        Module {
            id: module.id.clone(),
            label: module.label.clone(),
            description: module.description.clone(),
            parent: parent.map(|parent| parent.id.clone()),
            open,
            features_off: self.feature_ids(&off),
        }
    }

    fn permission(&self, own: &model::Permission, open: bool, order: &[Scope]) -> Permission {
        let module = self.model.modules.get(own.module.get());
        let mut off = BTreeSet::new();
        if let Some(module) = module {
            self.off_of_module(module, &mut off);
        }
        if let Some(requirement) = &own.requires {
            self.off(requirement, &mut off);
        }
        let names = own.scopes.iter();
        let names = names.filter_map(|(scope, _)| self.model.scopes.get(scope.get()));
        let names = names.collect::<BTreeSet<_>>();
        let scopes = order.iter().map(|scope| &scope.id);
        let needs = own.needs.iter();
        let needs = needs.filter_map(|needed| self.model.permissions.get(needed.get()));
        let roles = (0..).map(RoleIndex).take(self.model.roles.len());
        let only = roles.filter(|role| own.may_be_held_by(*role));
        Permission {
            name: own.name.clone(),
            module: module.map(|module| module.id.clone()).unwrap_or_default(),
            action: own.action.clone(),
            kind: own.kind,
            label: own.label.clone(),
            description: own.description.clone(),
            open,
            features_off: self.feature_ids(&off),
            scopes: scopes.filter(|id| names.contains(id)).cloned().collect(),
            needs: needs.map(|needed| needed.name.clone()).collect(),
            only: (!own.only.is_empty()).then(|| only.map(|role| self.role_id(role)).collect()),
        }
    }

    fn role(&self, role: &model::Role, index: RoleIndex) -> Role {
        let manages = match &role.manages {
            Manages::None => Vec::new(),
            Manages::Roles(roles) => roles.iter().map(|role| self.role_id(*role)).collect(),
            Manages::All => self
                .model
                .roles
                .iter()
                .map(|role| role.id.clone())
                .collect(),
        };
        let original = self.model.stands_as(index);
        let original = self.model.roles.get(original.get());
        Role {
            id: role.id.clone(),
            label: role.label.clone(),
            description: role.description.clone(),
            built_in: role.built_in,
            permanent: role.permanent,
            editable: role.editable,
            edited: role.grants_unedited.is_some(),
            available: role.available,
            claimable: role.claimable,
            base: role.base.map(|base| self.role_id(base)),
            stands_as: original
                .filter(|one| one.built_in)
                .map(|one| one.id.clone()),
            manages,
        }
    }

    fn person(&self, person: &model::Person) -> Person {
        Person {
            kind: person.kind.clone(),
            id: person.id.clone(),
            inactive: person.inactive,
            roles: self.held(&person.roles),
            groups: person.groups.clone(),
            attributes: person.attributes.clone(),
        }
    }

    fn held(&self, bindings: &[Binding]) -> Vec<Held> {
        let held = bindings.iter().map(|binding| Held {
            role: self.role_id(binding.role),
            team: binding.team.clone(),
            until: binding.until.map(Until),
            ended: binding.until.is_some_and(|until| until <= self.now),
        });
        held.collect()
    }

    fn role_id(&self, role: RoleIndex) -> String {
        let role = self.model.roles.get(role.get());
        role.map(|role| role.id.clone()).unwrap_or_default()
    }

    fn off_of_module(&self, module: &model::Module, off: &mut BTreeSet<FeatureIndex>) {
        let mut current = Some(module);
        // INVARIANT (order): a parent lies before its children, so this ends.
        while let Some(module) = current {
            for requirement in &module.requires {
                self.off(requirement, off);
            }
            current = module
                .parent
                .and_then(|parent| self.model.modules.get(parent.get()));
        }
    }

    /// Adds what a requirement lacks: of several of which one is enough all, where there is none.
    fn off(&self, requirement: &Requirement, off: &mut BTreeSet<FeatureIndex>) {
        let is_on = |feature: &&FeatureIndex| self.model.is_on(**feature, self.now);
        if requirement.any && requirement.features.iter().any(|one| is_on(&one)) {
            return;
        }
        off.extend(requirement.features.iter().filter(|one| !is_on(one)));
    }

    fn feature_ids(&self, features: &BTreeSet<FeatureIndex>) -> Vec<String> {
        let ids = features.iter();
        let ids = ids.filter_map(|feature| self.model.features.get(feature.get()));
        ids.cloned().collect()
    }
}

fn takes_everything(condition: &Condition) -> bool {
    condition.0.iter().any(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::Source;
    use serde_json::{Value, json};

    const POLICY: &str = r#"{ "catalog": { "id": "c", "features": ["more", "extra", "plus"],
        "attributes": { "subject": "teams", "resource": ["owner", "teams"], "team": "teams" },
        "scopes": { "all": "true", "own": "shares(subject.id, resource.owner)" },
        "actions": { "read": "read", "edit": { "kind": "write", "needs": "read" } },
        "modules": { "m": { "label": "Mail", "modules": { "x": { "requires": { "any": ["plus", "extra"] } } } },
                     "n": { "requires": "more", "actions": { "pay": { "kind": "other", "only": "admin" } } } },
        "roles": { "admin": { "manages": "*", "grants": { "*": "*" } }, "agent": { "editable": true, "grants": { "own": "m:read" } } } },
      "tenant": { "id": "t", "features": ["more"], "roles": { "mine": { "clones": "agent" } },
        "edits": { "agent": { "removed": { "own": "m:read" } } },
        "groups": { "g": "mine@emea" },
        "directory": { "jo": { "roles": ["mine", { "role": "agent", "until": "1970-01-01T00:00:10Z" }] } } } }"#;

    fn outline(now: u64) -> Value {
        let (_, model) = Source::load(POLICY).unwrap_or_else(|error| panic!("{error}"));
        serde_json::to_value(Outline::new(&model, UnixSeconds(now))).unwrap()
    }

    fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
        let found = list.as_array().unwrap().iter();
        let mut found = found.filter(|one| one["id"] == name || one["name"] == name);
        found.next().unwrap_or_else(|| panic!("no {name}"))
    }

    #[test]
    fn a_choice_of_scopes_widens() {
        let outline = outline(0);
        let scopes =
            json!([{ "id": "own", "everything": false }, { "id": "all", "everything": true }]);
        assert_eq!(outline["scopes"], scopes);
        let read = named(&outline["permissions"], "m:read");
        assert_eq!(read["scopes"], json!(["own", "all"]));
    }

    #[test]
    fn what_is_off_names_the_features_that_would_be_needed() {
        let outline = outline(0);
        let below = named(&outline["modules"], "m.x");
        assert_eq!(
            (&below["open"], &below["parent"]),
            (&json!(false), &json!("m"))
        );
        assert_eq!(below["features_off"], json!(["extra", "plus"]));
        assert_eq!(named(&outline["modules"], "n")["open"], json!(true));
        let edit = named(&outline["permissions"], "m.x:edit");
        assert_eq!(edit["features_off"], json!(["extra", "plus"]));
        assert_eq!(edit["needs"], json!(["m.x:read"]));
        assert_eq!(
            named(&outline["permissions"], "n:pay")["only"],
            json!(["admin"])
        );
    }

    #[test]
    fn a_role_says_what_it_stands_as_and_whether_it_was_edited() {
        let outline = outline(0);
        let mine = named(&outline["roles"], "mine");
        assert_eq!(
            (&mine["base"], &mine["stands_as"]),
            (&json!("agent"), &json!("agent"))
        );
        assert_eq!(named(&outline["roles"], "agent")["edited"], json!(true));
        assert_eq!(
            named(&outline["roles"], "admin")["manages"],
            json!(["admin", "agent", "mine"])
        );
    }

    #[test]
    fn what_ended_counts_for_nothing_and_is_still_there() {
        let held = |now| named(&outline(now)["people"], "jo")["roles"].clone();
        let until = "1970-01-01T00:00:10Z";
        assert_eq!(
            held(9),
            json!([{ "role": "agent", "until": until }, { "role": "mine" }])
        );
        assert_eq!(
            held(10),
            json!([{ "role": "agent", "until": until, "ended": true }, { "role": "mine" }])
        );
        let groups = json!([{ "id": "g", "roles": [{ "role": "mine", "team": "emea" }] }]);
        assert_eq!(outline(0)["groups"], groups);
    }
}
