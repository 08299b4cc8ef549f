//! Patterns of permissions, written out against what a role may be granted or holds.

use std::collections::BTreeSet;

use portcullis_json::nearest_or;
use portcullis_policy::model::{Model, Permission, PermissionIndex, RoleIndex, ScopeIndex};
use portcullis_policy::pattern::{Modules, Pattern};
use portcullis_policy::source::{Members, OneOrMany};

use crate::grants::ScopedPermission;
use crate::refused::{Refused, RefusedReason};
use crate::words;

/// What patterns are matched against.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Among<'a> {
    /// All that a role may be granted.
    Grantable(RoleIndex),
    /// What a role is granted.
    Held(RoleIndex, &'a BTreeSet<ScopedPermission>),
}

/// Writes patterns out; each must catch something.
pub(crate) fn expand(
    model: &Model,
    among: Among<'_>,
    patterns: &Members<OneOrMany>,
) -> Result<BTreeSet<ScopedPermission>, Refused> {
    let mut caught = BTreeSet::new();
    for (scope, patterns) in patterns.iter() {
        let scope = wanted(model, scope)?;
        for text in patterns.iter() {
            let pattern = Pattern::parse(text).map_err(|invalid| {
                Refused::new(RefusedReason::Malformed, invalid.message, invalid.cure)
            })?;
            let pattern = match pattern.module().and_then(|id| model.module(id)) {
                Some(present) => pattern.with_module(&present.id),
                None => pattern,
            };
            match pattern.explicit() {
                Some(name) => explicit(model, among, &name, scope, &mut caught)?,
                None => many(model, among, &pattern, scope, &mut caught)?,
            }
        }
    }
    if caught.is_empty() {
        return Err(Refused::new(
            RefusedReason::NothingToDo,
            "no permission is named",
            "name a permission, as module:action, and a scope",
        ));
    }
    Ok(caught)
}

/// Says whether a pattern names one permission.
pub(crate) fn is_explicit(text: &str) -> bool {
    Pattern::parse(text).is_ok_and(|pattern| pattern.explicit().is_some())
}

/// Returns the scope of that name, or nothing for `*`.
fn wanted(model: &Model, scope: &str) -> Result<Option<ScopeIndex>, Refused> {
    if scope == "*" {
        return Ok(None);
    }
    let found = model.scopes.iter().position(|known| known == scope);
    let found = found.and_then(|position| u16::try_from(position).ok());
    found.map(|scope| Some(ScopeIndex(scope))).ok_or_else(|| {
        let known = model.scopes.iter().map(String::as_str);
        let cure = nearest_or(scope, known.clone(), words::known("scopes", known));
        Refused::new(
            RefusedReason::Unknown,
            format!("the catalog has no scope `{scope}`"),
            cure,
        )
    })
}

fn explicit(
    model: &Model,
    among: Among<'_>,
    name: &str,
    scope: Option<ScopeIndex>,
    caught: &mut BTreeSet<ScopedPermission>,
) -> Result<(), Refused> {
    let found = model.permission(name);
    let Some((index, permission)) =
        found.and_then(|index| Some((index, model.permissions.get(index.get())?)))
    else {
        return Err(unknown_permission(model, name));
    };
    if let Among::Grantable(role) = among
        && !permission.may_be_held_by(role)
    {
        let allowed = permission
            .only
            .iter()
            .flatten()
            .filter(|role| permission.may_be_held_by(**role));
        let allowed = allowed
            .filter_map(|role| model.roles.get(role.get()))
            .map(|role| &role.id);
        return Err(Refused::new(
            RefusedReason::Unsupported,
            format!("only some roles of the catalog may hold `{name}`"),
            format!(
                "leave it out, or assign one of these besides: {}",
                words::quoted(allowed)
            ),
        ));
    }
    let grants = chosen(among, index, permission, scope).collect::<Vec<_>>();
    if grants.is_empty() {
        return Err(not_there(model, among, index, permission));
    }
    caught.extend(grants);
    Ok(())
}

fn many(
    model: &Model,
    among: Among<'_>,
    pattern: &Pattern,
    scope: Option<ScopeIndex>,
    caught: &mut BTreeSet<ScopedPermission>,
) -> Result<(), Refused> {
    if let Modules::One(module) | Modules::Below(module) = &pattern.modules
        && !model.modules.iter().any(|known| known.id == *module)
    {
        return Err(unknown_module(model, module));
    }
    let mut any = false;
    for (permission, index) in model
        .permissions
        .iter()
        .zip(0..)
        .map(|(one, index)| (one, PermissionIndex(index)))
    {
        let module = model.modules.get(permission.module.get());
        let module = module.map_or("", |module| module.id.as_str());
        let kept = matches!(among, Among::Grantable(role) if !permission.may_be_held_by(role));
        if kept || !pattern.catches(module, &permission.action, permission.kind) {
            continue;
        }
        for grant in chosen(among, index, permission, scope) {
            any = true;
            caught.insert(grant);
        }
    }
    if any {
        return Ok(());
    }
    let message = match among {
        Among::Grantable(_) => {
            format!("`{pattern}` matches no permission that this role can be granted at this scope")
        }
        Among::Held(..) => {
            format!("`{pattern}` matches nothing that this role is granted at this scope")
        }
    };
    Err(Refused::new(
        RefusedReason::NothingToDo,
        message,
        "fix the pattern or the scope",
    ))
}

fn chosen<'a>(
    among: Among<'a>,
    index: PermissionIndex,
    permission: &'a Permission,
    scope: Option<ScopeIndex>,
) -> impl Iterator<Item = ScopedPermission> + 'a {
    let supported = permission.scopes.iter().map(|(scope, _)| *scope);
    supported
        .filter(move |one| scope.is_none_or(|scope| scope == *one))
        .map(move |scope| ScopedPermission {
            permission: index,
            scope,
        })
        .filter(move |grant| match among {
            Among::Grantable(_) => true,
            Among::Held(_, held) => held.contains(grant),
        })
}

fn not_there(
    model: &Model,
    among: Among<'_>,
    index: PermissionIndex,
    permission: &Permission,
) -> Refused {
    let name = &permission.name;
    let scopes = |pairs: &mut dyn Iterator<Item = ScopeIndex>| {
        words::quoted(pairs.filter_map(|scope| model.scopes.get(scope.get())))
    };
    match among {
        Among::Grantable(_) => {
            let supported = scopes(&mut permission.scopes.iter().map(|(scope, _)| *scope));
            let cure = if supported.is_empty() {
                "it supports no scope".to_owned()
            } else {
                format!("it supports {supported}")
            };
            Refused::new(
                RefusedReason::Unsupported,
                format!("`{name}` does not support this scope"),
                cure,
            )
        }
        Among::Held(role, held) => {
            let id = model
                .roles
                .get(role.get())
                .map_or("", |role| role.id.as_str());
            let mut at = held
                .iter()
                .filter(|grant| grant.permission == index)
                .map(|grant| grant.scope);
            let at = scopes(&mut at);
            let (message, cure) = if at.is_empty() {
                (
                    format!("the role `{id}` is not granted `{name}`"),
                    "there is nothing to take away".to_owned(),
                )
            } else {
                (
                    format!("the role `{id}` is not granted `{name}` at this scope"),
                    format!("it is at {at}"),
                )
            };
            Refused::new(RefusedReason::NothingToDo, message, cure)
        }
    }
}

fn unknown_module(model: &Model, module: &str) -> Refused {
    let known = model.modules.iter().map(|module| module.id.as_str());
    let cure = nearest_or(module, known.clone(), words::known("modules", known));
    Refused::new(
        RefusedReason::Unknown,
        format!("the catalog has no module `{module}`"),
        cure,
    )
}

fn unknown_permission(model: &Model, name: &str) -> Refused {
    let module = name.split_once(':').map_or(name, |(module, _)| module);
    if !model.modules.iter().any(|known| known.id == module) {
        return unknown_module(model, module);
    }
    let known = model
        .permissions
        .iter()
        .map(|permission| permission.name.as_str());
    let of_module = known.filter(|known| {
        known
            .split_once(':')
            .is_some_and(|(known, _)| known == module)
    });
    let cure = nearest_or(
        name,
        of_module.clone(),
        words::known("permissions", of_module),
    );
    Refused::new(
        RefusedReason::Unknown,
        format!("the catalog has no permission `{name}`"),
        cure,
    )
}
