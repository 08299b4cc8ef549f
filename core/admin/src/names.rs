//! Names that an administrator gives, looked up or told apart.

use portcullis_engine::grammar::{has_control, is_name, is_value};
use portcullis_engine::limits::LABEL_BYTES_MAX;

use super::holdings::Pair;
use super::refused::{GrantName, Refused, RefusedReason};
use portcullis_policy::model::{FeatureIndex, Model, Role, RoleIndex};
use portcullis_policy::nearest_or;
use portcullis_policy::source::Tenant;

/// Finds a role.
pub(super) fn role<'m>(model: &'m Model, id: &str) -> Result<(RoleIndex, &'m Role), Refused> {
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
            "name a role that there is",
        ));
    }
    let known = model.roles.iter().map(|role| role.id.as_str());
    let cure = nearest_or(id, known.clone(), listed("roles", known));
    Err(Refused::new(
        RefusedReason::Unknown,
        format!("there is no role `{id}`"),
        cure,
    ))
}

/// Finds a role that can be used.
pub(super) fn usable_role<'m>(
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

/// Finds a feature.
pub(super) fn feature(model: &Model, id: &str) -> Result<FeatureIndex, Refused> {
    let position = model.features.iter().position(|known| known == id);
    let found = position.and_then(|position| u16::try_from(position).ok());
    found.map(FeatureIndex).ok_or_else(|| {
        let known = model.features.iter().map(String::as_str);
        let cure = nearest_or(id, known.clone(), listed("features", known));
        Refused::new(
            RefusedReason::Unknown,
            format!("the catalog has no feature `{id}`"),
            cure,
        )
    })
}

/// Checks the id of a role that is to be.
pub(super) fn new_role(model: &Model, id: &str) -> Result<(), Refused> {
    if !is_name(id) {
        return Err(Refused::new(
            RefusedReason::Malformed,
            format!("`{}` cannot name a role", shown(id)),
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
pub(super) fn room_for_a_role(model: &Model, tenant: &Tenant) -> Result<(), Refused> {
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

/// Checks an id that the catalog does not give out.
pub(super) fn value(sort: &str, id: &str) -> Result<(), Refused> {
    if is_value(id) {
        return Ok(());
    }
    Err(Refused::new(
        RefusedReason::Malformed,
        format!("`{}` cannot be a {sort}", shown(id)),
        "use 1 to 256 bytes without control characters",
    ))
}

/// Checks a team, and that there can be one.
pub(super) fn team(model: &Model, team: Option<&str>) -> Result<(), Refused> {
    let Some(team) = team else { return Ok(()) };
    if model.attributes.team.is_none() {
        return Err(Refused::new(
            RefusedReason::Unsupported,
            "the catalog has no team attribute, so no role can be bound to a team",
            "give the role everywhere, or name the attribute in `attributes.team` of the catalog",
        ));
    }
    value("team", team)
}

/// Checks what people are to read; an empty text is none.
pub(super) fn text(
    sort: &str,
    text: Option<&str>,
    bytes_max: usize,
) -> Result<Option<String>, Refused> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.len() <= bytes_max && !has_control(text) {
        return Ok(Some(text.to_owned()));
    }
    Err(Refused::new(
        RefusedReason::Malformed,
        format!("this {sort} is too long or has control characters"),
        format!("use at most {bytes_max} bytes"),
    ))
}

/// Checks a label.
pub(super) fn label(label: Option<&str>) -> Result<Option<String>, Refused> {
    text("label", label, LABEL_BYTES_MAX)
}

/// Checks a description.
pub(super) fn description(description: Option<&str>) -> Result<Option<String>, Refused> {
    text("description", description, DESCRIPTION_BYTES_MAX)
}

/// Names a grant.
pub(super) fn grant(model: &Model, (permission, scope): Pair, team: Option<&str>) -> GrantName {
    let permission = model.permissions.get(permission.get());
    GrantName {
        permission: permission
            .map(|found| found.name.clone())
            .unwrap_or_default(),
        scope: model.scopes.get(scope.get()).cloned().unwrap_or_default(),
        team: team.map(str::to_owned),
    }
}

/// Names some things, after the cure for a name that is none of them.
pub(super) fn listed<'n>(sort: &str, names: impl Iterator<Item = &'n str>) -> String {
    let mut names = names.peekable();
    let mut list = Vec::new();
    while let Some(name) = names.next_if(|_| list.len() < LISTED) {
        list.push(name);
    }
    if list.is_empty() {
        return format!("there are no {sort}");
    }
    let more = if names.peek().is_some() { " …" } else { "" };
    format!("known {sort} are `{}`{more}", list.join("`, `"))
}

/// Joins things, each between backticks.
pub(super) fn quoted<T: ToString>(things: impl IntoIterator<Item = T>) -> String {
    let things = things
        .into_iter()
        .map(|thing| format!("`{}`", thing.to_string()));
    things.collect::<Vec<_>>().join(", ")
}

fn shown(text: &str) -> String {
    let start = text.chars().take(SHOWN).collect::<String>();
    start.escape_debug().to_string()
}

const DESCRIPTION_BYTES_MAX: usize = 4 * 1024;
const LISTED: usize = 12;
const SHOWN: usize = 64;
