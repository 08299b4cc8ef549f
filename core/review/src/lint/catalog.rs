//! Features that change nothing, permissions that nobody has, patterns that catch too much.

use std::collections::BTreeSet;

use super::{Findings, Severity, some};
use portcullis_json::Path;
use portcullis_policy::model::{FeatureIndex, Model, Permission, PermissionIndex, RoleIndex};
use portcullis_policy::pattern::Pattern;
use portcullis_policy::source::{Members, OneOrMany, Source};

/// Looks at features, permissions and grant patterns.
pub(super) fn look(source: &Source, model: &Model, findings: &mut Findings) {
    let root = Path::Root;
    let (at_catalog, at_tenant) = (root.key("catalog"), root.key("tenant"));
    features(source, model, &at_catalog.key("features"), findings);
    let (at_built_in, at_custom) = (at_catalog.key("roles"), at_tenant.key("roles"));
    for (id, role) in source.catalog.roles.iter() {
        patterns(
            model,
            id,
            &role.grants,
            &at_built_in.key(id).key("grants"),
            findings,
        );
    }
    for (id, role) in source.tenant.roles.iter() {
        patterns(
            model,
            id,
            &role.grants,
            &at_custom.key(id).key("grants"),
            findings,
        );
    }
    let at_edits = at_tenant.key("edits");
    for (id, edit) in source.tenant.edits.iter() {
        patterns(
            model,
            id,
            &edit.added,
            &at_edits.key(id).key("added"),
            findings,
        );
    }
    ungranted(model, &at_catalog, findings);
}

fn features(source: &Source, model: &Model, at: &Path<'_>, findings: &mut Findings) {
    let modules = model.modules.iter().flat_map(|module| &module.requires);
    let permissions = model.permissions.iter();
    let permissions = permissions.filter_map(|permission| permission.requires.as_ref());
    let named = modules
        .chain(permissions)
        .flat_map(|requirement| requirement.features.iter().copied())
        .collect::<BTreeSet<_>>();
    let alone = source.catalog.features.0.len() == 1;
    for (index, name) in model.features.iter().enumerate() {
        let number = u16::try_from(index).map(FeatureIndex);
        if number.is_ok_and(|number| named.contains(&number)) {
            continue;
        }
        let at_feature = at.index(index);
        findings.add(
            ("feature-unused", Severity::Warning),
            if alone { at } else { &at_feature },
            format!("nothing requires the feature `{name}`, so turning it on changes nothing"),
            "name it in `requires` where it belongs, or take it out",
        );
    }
}

/// A permission with `default_for` says whom it is meant for; a pattern does not read it.
fn patterns(
    model: &Model,
    id: &str,
    grants: &Members<OneOrMany>,
    at: &Path<'_>,
    findings: &mut Findings,
) {
    let Some(role) = model.role(id) else { return };
    let meant = [role, model.stands_as(role)];
    for (scope, texts) in grants.iter() {
        let at = at.key(scope);
        for (index, text) in texts.iter().enumerate() {
            let Ok(pattern) = Pattern::parse(text) else {
                continue;
            };
            if pattern.explicit().is_some() {
                continue;
            }
            let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
            let caught = permissions
                .filter(|(permission, _)| {
                    let for_others = !permission.default_for.is_empty()
                        && !permission.default_for.iter().any(|own| meant.contains(own));
                    for_others && catches(model, &pattern, scope, permission)
                })
                .filter(|(_, number)| holds(model, role, *number, scope))
                .map(|(permission, _)| permission.name.as_str())
                .collect::<Vec<_>>();
            if caught.is_empty() {
                continue;
            }
            let at_text = at.index(index);
            findings.add(
                ("default-overridden", Severity::Warning),
                if texts.0.len() == 1 { &at } else { &at_text },
                format!(
                    "the pattern `{text}` gives `{id}` what is by default for others: {}",
                    some(&caught)
                ),
                "name it in `except`; or grant it by its whole name, or name the role in `default_for`",
            );
        }
    }
}

fn catches(model: &Model, pattern: &Pattern, scope: &str, permission: &Permission) -> bool {
    let module = model.modules.get(permission.module.get());
    let module = module.map_or("", |module| module.id.as_str());
    let supports = scope == "*"
        || permission.scopes.iter().any(|(own, _)| {
            model
                .scopes
                .get(own.get())
                .is_some_and(|name| name == scope)
        });
    supports && pattern.catches(module, &permission.action, permission.kind)
}

/// Returns whether the role has it after all, at that scope.
fn holds(model: &Model, role: RoleIndex, permission: PermissionIndex, scope: &str) -> bool {
    let grants = model.roles.get(role.get()).map(|role| role.grants.iter());
    let mut own = grants.into_iter().flatten();
    let Some(grant) = own.find(|grant| grant.permission == permission) else {
        return false;
    };
    let mut names = model.scopes_of(*grant).iter();
    scope == "*"
        || names.any(|own| {
            model
                .scopes
                .get(own.get())
                .is_some_and(|name| name == scope)
        })
}

fn ungranted(model: &Model, at: &Path<'_>, findings: &mut Findings) {
    let available = model.roles.iter().filter(|role| role.available);
    let granted = available
        .flat_map(|role| &role.grants)
        .map(|grant| grant.permission)
        .collect::<BTreeSet<_>>();
    let permissions = model.permissions.iter().zip((0..).map(PermissionIndex));
    let names = permissions
        .filter(|(_, index)| !granted.contains(index))
        .map(|(permission, _)| permission.name.as_str())
        .collect::<Vec<_>>();
    if names.is_empty() {
        return;
    }
    findings.add(
        ("permission-ungranted", Severity::Info),
        &at.key("modules"),
        format!("no role has {}", some(&names)),
        "grant it to a role, or leave it for the tenant's own roles",
    );
}
