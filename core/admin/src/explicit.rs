//! Grants written out: by scope, each permission by its name.

use std::collections::BTreeSet;

use super::holdings::{self, Pair};
use super::names;
use super::refused::{Refused, RefusedReason};
use portcullis_policy::model::{Model, Permission, PermissionIndex, RoleIndex, ScopeIndex};
use portcullis_policy::nearest_or;
use portcullis_policy::pattern::{Modules, Pattern};
use portcullis_policy::source::{Edit, Members, OneOrMany, Role, Tenant};

/// Writes grants by scope, in catalog order.
pub(super) fn by_scope(model: &Model, grants: &BTreeSet<Pair>) -> Members<OneOrMany> {
    let mut members = Members::default();
    for (scope, index) in model
        .scopes
        .iter()
        .zip(0..)
        .map(|(scope, index)| (scope, ScopeIndex(index)))
    {
        let permissions = grants.iter().filter(|(_, at)| *at == index);
        let permissions = permissions
            .filter_map(|(permission, _)| model.permissions.get(permission.get()))
            .map(|permission| permission.name.as_str())
            .collect::<OneOrMany>();
        if !permissions.is_empty() {
            members.set(scope, permissions);
        }
    }
    members
}

/// Writes out a role of the tenant, and those that go on copying it, so that a change of
/// the one stays its own.
pub(super) fn write_out(tenant: &mut Tenant, model: &Model, id: &str) {
    let copies = tenant.roles.iter();
    let copies = copies
        .filter(|(_, role)| role.clones.as_deref() == Some(id))
        .map(|(id, _)| id.to_owned())
        .collect::<Vec<_>>();
    for id in copies.iter().map(String::as_str).chain([id]) {
        let grants = model.role(id).map(|role| holdings::of_role(model, role));
        if let (Some(grants), Some(role)) = (grants, tenant.roles.get_mut(id)) {
            set_grants(role, model, &grants);
        }
    }
}

/// Gives a role of the tenant grants of its own, and records what it was a copy of.
pub(super) fn set_grants(role: &mut Role, model: &Model, grants: &BTreeSet<Pair>) {
    role.grants = by_scope(model, grants);
    role.except = OneOrMany::default();
    if let Some(base) = role.clones.take() {
        role.base = Some(base);
    }
}

/// Says how a tenant's grants of an editable built-in role differ from the catalog's.
pub(super) fn edit(model: &Model, role: RoleIndex, grants: &BTreeSet<Pair>) -> Edit {
    let fixed = holdings::of_catalog(model, role);
    let less = |one: &BTreeSet<Pair>, other| one.difference(other).copied().collect();
    Edit {
        added: by_scope(model, &less(grants, &fixed)),
        removed: by_scope(model, &less(&fixed, grants)),
    }
}

/// What patterns are looked for in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Among<'a> {
    /// All that a role may be granted.
    Grantable(RoleIndex),
    /// What a role is granted.
    Held(RoleIndex, &'a BTreeSet<Pair>),
}

/// Writes patterns out; each must catch something.
pub(super) fn expand(
    model: &Model,
    among: Among<'_>,
    patterns: &Members<OneOrMany>,
) -> Result<BTreeSet<Pair>, Refused> {
    let mut caught = BTreeSet::new();
    for (scope, patterns) in patterns.iter() {
        let scope = wanted(model, scope)?;
        for text in patterns.iter() {
            let pattern = Pattern::parse(text).map_err(|invalid| {
                Refused::new(RefusedReason::Malformed, invalid.message, invalid.cure)
            })?;
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

/// Returns the scope of that name, or nothing for `*`.
fn wanted(model: &Model, scope: &str) -> Result<Option<ScopeIndex>, Refused> {
    if scope == "*" {
        return Ok(None);
    }
    let found = model.scopes.iter().position(|known| known == scope);
    let found = found.and_then(|position| u16::try_from(position).ok());
    found.map(|scope| Some(ScopeIndex(scope))).ok_or_else(|| {
        let known = model.scopes.iter().map(String::as_str);
        let cure = nearest_or(scope, known.clone(), names::listed("scopes", known));
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
    caught: &mut BTreeSet<Pair>,
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
                names::quoted(allowed)
            ),
        ));
    }
    let pairs = chosen(among, index, permission, scope).collect::<Vec<_>>();
    if pairs.is_empty() {
        return Err(not_there(model, among, index, permission));
    }
    caught.extend(pairs);
    Ok(())
}

fn many(
    model: &Model,
    among: Among<'_>,
    pattern: &Pattern,
    scope: Option<ScopeIndex>,
    caught: &mut BTreeSet<Pair>,
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
        for pair in chosen(among, index, permission, scope) {
            any = true;
            caught.insert(pair);
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
        "mend the pattern or the scope",
    ))
}

fn chosen<'a>(
    among: Among<'a>,
    index: PermissionIndex,
    permission: &'a Permission,
    scope: Option<ScopeIndex>,
) -> impl Iterator<Item = Pair> + 'a {
    let supported = permission.scopes.iter().map(|(scope, _)| *scope);
    supported
        .filter(move |one| scope.is_none_or(|scope| scope == *one))
        .map(move |one| (index, one))
        .filter(move |pair| match among {
            Among::Grantable(_) => true,
            Among::Held(_, held) => held.contains(pair),
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
        names::quoted(pairs.filter_map(|scope| model.scopes.get(scope.get())))
    };
    match among {
        Among::Grantable(_) => {
            let supported = scopes(&mut permission.scopes.iter().map(|(scope, _)| *scope));
            let cure = if supported.is_empty() {
                "it supports none".to_owned()
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
                .filter(|(permission, _)| *permission == index)
                .map(|(_, scope)| *scope);
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
    let cure = nearest_or(module, known.clone(), names::listed("modules", known));
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
        names::listed("permissions", of_module),
    );
    Refused::new(
        RefusedReason::Unknown,
        format!("the catalog has no permission `{name}`"),
        cure,
    )
}
