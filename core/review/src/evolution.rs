//! What custom roles lack since the roles they were copied from changed.

use core::fmt;
use std::collections::BTreeSet;

use portcullis_policy::model::{Model, Permission, PermissionIndex, Role, RoleIndex, ScopeIndex};
use portcullis_policy::source::Tenant;

/// What a catalog's growth has left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evolution {
    /// The custom roles that lack something, in the tenant's order.
    pub behind: Vec<Behind>,
    /// Built-in roles that do not hold a permission that is by default for them.
    pub unmet: Vec<UnmetDefault>,
}

/// A custom role that lacks what its base has.
///
/// Only a role whose grants are written out, with its `base` recorded, can fall behind:
/// one that `clones` another follows it, and its `except` says what it does without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The role.
    pub role: String,
    /// What it was once copied from.
    pub base: String,
    /// What the base grants now and the role does not: it was added to the base since,
    /// or taken from the role.
    pub lacks: Vec<Lacked>,
    /// Of the permissions that are by default for the base, or for the built-in role
    /// that it stands as, those that the role does not hold at all.
    pub by_default: Vec<Lacked>,
}

/// A permission at some scopes that a role does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacked {
    /// The permission.
    pub permission: String,
    /// The scopes, in catalog order.
    pub scopes: Vec<String>,
}

/// A permission that is by default for a built-in role, which does not hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetDefault {
    /// The role.
    pub role: String,
    /// The permission.
    pub permission: String,
}

impl Evolution {
    /// Compares each custom role with what it was copied from, as both stand now.
    #[must_use]
    pub fn new(tenant: &Tenant, model: &Model) -> Self {
        let recorded = |role: &Role| {
            let source = tenant.roles.get(&role.id);
            source.is_some_and(|source| source.base.is_some())
        };
        let roles = model.roles.iter().zip((0..).map(RoleIndex));
        let copied = roles.filter(|(role, _)| !role.built_in && recorded(role));
        Self {
            behind: copied
                .filter_map(|(role, index)| behind(model, role, index))
                .collect(),
            unmet: unmet(model),
        }
    }

    /// Returns whether nothing was left behind.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.behind.is_empty() && self.unmet.is_empty()
    }
}

fn behind(model: &Model, role: &Role, index: RoleIndex) -> Option<Behind> {
    let base_index = role.base?;
    let base = model.roles.get(base_index.get())?;
    let mut lacks = Vec::new();
    for grant in &base.grants {
        let Some(permission) = model.permissions.get(grant.permission.get()) else {
            continue;
        };
        if !permission.may_be_held_by(index) {
            continue;
        }
        let own = scopes_of(model, role, grant.permission);
        let scopes = model.scopes_of(*grant).iter();
        let missing = scopes.filter(|scope| !own.contains(scope));
        lacks.extend(lacked(model, permission, missing.copied()));
    }
    let origins = [base_index, model.stands_as(index)];
    let mut by_default = Vec::new();
    let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
    for (permission, number) in permissions {
        let meant = permission
            .default_for
            .iter()
            .any(|role| origins.contains(role));
        let held = !scopes_of(model, role, number).is_empty();
        if !meant || held || !permission.may_be_held_by(index) {
            continue;
        }
        let of_base = scopes_of(model, base, number);
        let scopes = if of_base.is_empty() {
            permission.scopes.iter().map(|(scope, _)| *scope).collect()
        } else {
            of_base
        };
        by_default.extend(lacked(model, permission, scopes.into_iter()));
    }
    (!lacks.is_empty() || !by_default.is_empty()).then(|| Behind {
        role: role.id.clone(),
        base: base.id.clone(),
        lacks,
        by_default,
    })
}

fn unmet(model: &Model) -> Vec<UnmetDefault> {
    let mut unmet = Vec::new();
    let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
    for (permission, number) in permissions {
        for role in &permission.default_for {
            let Some(role) = model.roles.get(role.get()) else {
                continue;
            };
            // What a tenant took away was there by default.
            let catalog = role.grants_unedited.as_ref().unwrap_or(&role.grants);
            if !catalog.iter().any(|grant| grant.permission == number) {
                unmet.push(UnmetDefault {
                    role: role.id.clone(),
                    permission: permission.name.clone(),
                });
            }
        }
    }
    unmet
}

fn scopes_of(model: &Model, role: &Role, permission: PermissionIndex) -> BTreeSet<ScopeIndex> {
    let grant = role
        .grants
        .iter()
        .find(|grant| grant.permission == permission);
    let scopes = grant.map_or(&[][..], |grant| model.scopes_of(*grant));
    scopes.iter().copied().collect()
}

fn lacked(
    model: &Model,
    permission: &Permission,
    scopes: impl Iterator<Item = ScopeIndex>,
) -> Option<Lacked> {
    let scopes = scopes
        .filter_map(|scope| model.scopes.get(scope.get()).cloned())
        .collect::<Vec<_>>();
    (!scopes.is_empty()).then(|| Lacked {
        permission: permission.name.clone(),
        scopes,
    })
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            role,
            base,
            lacks,
            by_default,
        } = self;
        write!(f, "the role `{role}`, once copied from `{base}`,")?;
        if !lacks.is_empty() {
            write!(f, " lacks what `{base}` has: {}", list(lacks))?;
        }
        if !by_default.is_empty() {
            let also = if lacks.is_empty() { "" } else { ";" };
            write!(f, "{also} would get by default: {}", list(by_default))?;
        }
        Ok(())
    }
}

impl fmt::Display for UnmetDefault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, permission } = self;
        write!(
            f,
            "`{permission}` is by default for `{role}`, which the catalog does not grant it"
        )
    }
}

fn list(lacked: &[Lacked]) -> String {
    let mut words = lacked
        .iter()
        .take(SHOWN_MAX)
        .map(|one| format!("`{}` at {}", one.permission, one.scopes.join(", ")))
        .collect::<Vec<_>>();
    let more = lacked.len().saturating_sub(SHOWN_MAX);
    if more > 0 {
        words.push(format!("and {more} more"));
    }
    words.join("; ")
}

const SHOWN_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_engine::UnixSeconds;
    use portcullis_policy::Source;
    use portcullis_policy::encode::BundleMetadata;
    use portcullis_policy::preview;

    /// Two actions, a base with both, and `members` of the catalog's action `export`.
    fn policy(export: &str, base: &str, custom: &str) -> String {
        format!(
            r#"{{ "catalog": {{ "id": "c", "features": [], "attributes": {{ "resource": ["owner"] }},
                "scopes": {{ "own": "shares(subject.id, resource.owner)", "all": "true" }},
                "modules": {{ "m": {{ "actions": {{ "read": "read", "export": {export} }} }} }},
                "roles": {{ "agent": {{ "grants": {base} }}, "boss": {{ "grants": {{ "all": "m:read" }} }} }} }},
              "tenant": {{ "id": "t", "roles": {{ "mine": {custom} }} }} }}"#
        )
    }

    fn reported(text: &str) -> Vec<String> {
        let (source, model) = Source::load(text).unwrap_or_else(|error| panic!("{error}"));
        let evolution = Evolution::new(&source.tenant, &model);
        let behind = evolution.behind.iter().map(ToString::to_string);
        let unmet = evolution.unmet.iter().map(ToString::to_string);
        behind.chain(unmet).collect()
    }

    #[test]
    fn a_copy_with_its_own_grants_learns_what_its_base_got() {
        let export = r#""other""#;
        let base = r#"{ "own": "m:read", "all": ["m:read", "m:export"] }"#;
        let copy = r#"{ "base": "agent", "grants": { "own": "m:read" } }"#;
        assert_eq!(
            reported(&policy(export, base, copy)),
            [
                "the role `mine`, once copied from `agent`, lacks what `agent` has: `m:read` at all; `m:export` at all"
            ]
        );
        let equal =
            r#"{ "base": "agent", "grants": { "own": "m:read", "all": ["m:read", "m:export"] } }"#;
        assert_eq!(reported(&policy(export, base, equal)), [""; 0]);
        let more = r#"{ "base": "boss", "grants": { "*": "*" } }"#;
        assert_eq!(reported(&policy(export, base, more)), [""; 0]);
    }

    #[test]
    fn a_role_that_follows_its_base_lacks_nothing() {
        let base = r#"{ "*": "*" }"#;
        let follows = r#"{ "clones": "agent", "except": "m:export" }"#;
        assert_eq!(reported(&policy(r#""other""#, base, follows)), [""; 0]);
    }

    #[test]
    fn a_new_permission_says_who_gets_it() {
        let export = r#"{ "kind": "other", "default_for": ["agent", "boss"] }"#;
        let copy = r#"{ "base": "agent", "grants": { "own": "m:read" } }"#;
        assert_eq!(
            reported(&policy(
                export,
                r#"{ "own": ["m:read", "m:export"] }"#,
                copy
            )),
            [
                "the role `mine`, once copied from `agent`, lacks what `agent` has: `m:export` at own; would get by default: `m:export` at own",
                "`m:export` is by default for `boss`, which the catalog does not grant it",
            ]
        );
        // A base that has not got it yet: every scope that it supports.
        assert_eq!(
            reported(&policy(export, r#"{ "own": "m:read" }"#, copy)),
            [
                "the role `mine`, once copied from `agent`, would get by default: `m:export` at own, all",
                "`m:export` is by default for `agent`, which the catalog does not grant it",
                "`m:export` is by default for `boss`, which the catalog does not grant it",
            ]
        );
    }

    #[test]
    fn what_only_keeps_from_a_copy_it_does_not_lack() {
        let export = r#"{ "kind": "other", "only": "agent", "default_for": "agent" }"#;
        let copy = r#"{ "base": "agent", "grants": { "own": "m:read" } }"#;
        let base = r#"{ "own": ["m:read", "m:export"] }"#;
        assert_eq!(reported(&policy(export, base, copy)), [""; 0]);
    }

    #[test]
    fn a_former_name_grants_excepts_and_answers_as_the_present_one() {
        let export = r#"{ "kind": "other", "aliases": ["m:dump", "old:export"] }"#;
        let names = |custom: &str| {
            let text = policy(export, r#"{ "all": "m:dump" }"#, custom);
            let (source, model) = Source::load(&text).unwrap();
            let metadata = BundleMetadata::new("default", UnixSeconds(10), 60, &source.catalog);
            let policy = preview(&model, &metadata).unwrap();
            let present = policy.permission("m:export").unwrap();
            for former in ["m:dump", "old:export"] {
                assert_eq!(policy.permission(former), Some(present), "{former}");
            }
            let name = |grant: &portcullis_policy::model::Grant| {
                model.permissions[grant.permission.get()].name.clone()
            };
            let role = &model.roles[model.role("mine").unwrap().get()];
            role.grants.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(
            names(r#"{ "grants": { "all": "old:export" } }"#),
            ["m:export"]
        );
        assert_eq!(names(r#"{ "clones": "agent" }"#), ["m:export"]);
        assert_eq!(
            names(r#"{ "clones": "agent", "except": "m:dump" }"#),
            [""; 0]
        );
    }

    #[test]
    fn former_names_cannot_chain() {
        // `m:read` would be a former name of `m:export`, and is itself a name in use.
        let export = r#"{ "kind": "other", "aliases": "m:read" }"#;
        let text = policy(export, "{}", "{}");
        let error = Source::load(&text).unwrap_err().to_string();
        assert!(
            error.contains("the former name `m:read` is the name of a permission"),
            "{error}"
        );
    }
}
