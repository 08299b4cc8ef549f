//! Names that an administrator gives: found in the policy, or checked before they are added.

use portcullis_engine::grammar::{has_bidi_control, has_control, is_name, is_value};
use portcullis_engine::limits::LABEL_BYTES_MAX;

use portcullis_json::nearest_or;
use portcullis_policy::model::{FeatureIndex, Model, Role, RoleIndex};
use portcullis_policy::source::Tenant;

use crate::grants::ScopedPermission;
use crate::refused::{GrantName, Refused, RefusedReason};
use crate::words;

/// Finds a role.
pub(crate) fn role<'m>(model: &'m Model, id: &str) -> Result<(RoleIndex, &'m Role), Refused> {
    let found = model.role(id);
    if let Some((index, role)) =
        found.and_then(|index| Some((index, model.roles.get(index.get())?)))
    {
        return Ok((index, role));
    }
    if model.tenant.retired.iter().any(|retired| retired == id) {
        return Err(Refused::new(
            RefusedReason::Unknown,
            format!("the role `{id}` was deleted or renamed"),
            "name a role that exists",
        ));
    }
    let known = model.roles.iter().map(|role| role.id.as_str());
    let cure = nearest_or(id, known.clone(), words::known("roles", known));
    Err(Refused::new(
        RefusedReason::Unknown,
        format!("there is no role `{id}`"),
        cure,
    ))
}

/// Finds a role that can be used.
pub(crate) fn usable_role<'m>(
    model: &'m Model,
    id: &str,
) -> Result<(RoleIndex, &'m Role), Refused> {
    let (index, found) = role(model, id)?;
    if found.available {
        return Ok((index, found));
    }
    Err(Refused::new(
        RefusedReason::NotAvailable,
        format!("the role `{id}` is not yet available"),
        "wait until the catalog makes it so, or take another role",
    ))
}

/// Finds a role that can be given to somebody.
pub(crate) fn role_to_give<'m>(
    model: &'m Model,
    id: &str,
) -> Result<(RoleIndex, &'m Role), Refused> {
    let (index, found) = usable_role(model, id)?;
    let everyone = model.everyone.as_ref();
    if everyone.is_none_or(|everyone| everyone.role != index) {
        return Ok((index, found));
    }
    Err(Refused::new(
        RefusedReason::Unsupported,
        format!("`{id}` is everybody's role, and nobody is given it"),
        "to give somebody more, give another role",
    ))
}

/// Finds a feature.
pub(crate) fn feature(model: &Model, id: &str) -> Result<FeatureIndex, Refused> {
    let position = model.features.iter().position(|known| known == id);
    let found = position.and_then(|position| u16::try_from(position).ok());
    found.map(FeatureIndex).ok_or_else(|| {
        let known = model.features.iter().map(String::as_str);
        let cure = nearest_or(id, known.clone(), words::known("features", known));
        Refused::new(
            RefusedReason::Unknown,
            format!("the catalog has no feature `{id}`"),
            cure,
        )
    })
}

/// Checks the id of a new role.
pub(crate) fn check_new_role(model: &Model, id: &str) -> Result<(), Refused> {
    if !is_name(id) {
        return Err(Refused::new(
            RefusedReason::Malformed,
            format!("`{}` cannot name a role", words::shown(id)),
            "use 1 to 64 of A-Z, a-z, 0-9, _ and -; people see its label",
        ));
    }
    if model.role(id).is_some() {
        return Err(Refused::new(
            RefusedReason::Duplicate,
            format!("there is a role `{id}` already"),
            "give the new role another id",
        ));
    }
    if model.tenant.retired.iter().any(|retired| retired == id) {
        return Err(Refused::new(
            RefusedReason::Retired,
            format!("the id `{id}` belonged to a role that was deleted or renamed"),
            "give the new role another id: old tokens and records may still name this one",
        ));
    }
    Ok(())
}

/// Checks that the tenant may have one more role.
pub(crate) fn check_room(model: &Model, tenant: &Tenant) -> Result<(), Refused> {
    let Some(most) = model.custom_roles_max else {
        return Ok(());
    };
    if u32::try_from(tenant.roles.len()).is_ok_and(|count| count < most) {
        return Ok(());
    }
    Err(Refused::new(
        RefusedReason::Limit,
        format!(
            "the tenant has {} roles of its own, and the limit is {most}",
            tenant.roles.len()
        ),
        "delete a role that nobody needs first",
    ))
}

/// Checks an id that the catalog does not define.
pub(crate) fn check_value(sort: &str, id: &str) -> Result<(), Refused> {
    if is_value(id) && !has_bidi_control(id) {
        return Ok(());
    }
    Err(Refused::new(
        RefusedReason::Malformed,
        format!("`{}` cannot be a {sort}", words::shown(id)),
        "use 1 to 256 bytes without characters that control a terminal or the direction of text",
    ))
}

/// Checks a team, and that roles can be bound to one.
pub(crate) fn check_team(model: &Model, team: Option<&str>) -> Result<(), Refused> {
    let Some(team) = team else { return Ok(()) };
    if model.attributes.team.is_none() {
        return Err(Refused::new(
            RefusedReason::Unsupported,
            "the catalog has no team attribute, so no role can be bound to a team",
            "give the role everywhere, or name the attribute in `attributes.team` of the catalog",
        ));
    }
    check_value("team", team)
}

/// Checks a text for people; an empty one is left out.
fn text(sort: &str, text: Option<&str>, bytes_max: usize) -> Result<Option<String>, Refused> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.len() <= bytes_max && !has_control(text) && !has_bidi_control(text) {
        return Ok(Some(text.to_owned()));
    }
    Err(Refused::new(
        RefusedReason::Malformed,
        format!(
            "this {sort} is too long or has characters that control a terminal or the direction of text"
        ),
        format!("use at most {bytes_max} bytes without them"),
    ))
}

/// Reads a label; an empty one is left out.
pub(crate) fn label(label: Option<&str>) -> Result<Option<String>, Refused> {
    text("label", label, LABEL_BYTES_MAX)
}

/// Reads a description; an empty one is left out.
pub(crate) fn description(description: Option<&str>) -> Result<Option<String>, Refused> {
    text("description", description, DESCRIPTION_BYTES_MAX)
}

/// Names a grant as people know it.
pub(crate) fn grant_name(model: &Model, grant: ScopedPermission, team: Option<&str>) -> GrantName {
    let permission = model.permissions.get(grant.permission.get());
    GrantName {
        permission: permission
            .map(|found| found.name.clone())
            .unwrap_or_default(),
        scope: model
            .scopes
            .get(grant.scope.get())
            .cloned()
            .unwrap_or_default(),
        team: team.map(str::to_owned),
    }
}

const DESCRIPTION_BYTES_MAX: usize = 4 * 1024;
