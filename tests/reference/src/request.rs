//! Reading a request: what is malformed, and what absent, null and empty mean.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    attributes::{Attributes, is_value, set_of_id},
    catalog::Declared,
    json,
};

/// A request that is well formed.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) subject: Subject,
    pub(crate) module: String,
    pub(crate) action_name: String,
    pub(crate) action: Attributes,
    pub(crate) context: Attributes,
    /// What is known of the resource, its `id` among it; an absent name is unknown.
    pub(crate) resource: Attributes,
    /// The features that replace the tenant's, if any were given.
    pub(crate) features: Option<BTreeSet<String>>,
}

/// The subject as the request describes it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) roles: BTreeSet<String>,
    pub(crate) team_roles: BTreeMap<String, BTreeSet<String>>,
    pub(crate) groups: BTreeSet<String>,
    pub(crate) attributes: Attributes,
}

/// What the request says of the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Its id, and the attributes that are known.
    AsGiven,
    /// Nothing at all: the question behind a list filter.
    Unknown,
}

impl Request {
    /// Reads one line.
    pub(crate) fn read(
        line: &[u8],
        declared: &Declared,
        resource: Resource,
    ) -> Result<Self, String> {
        let request = json::parse(line)?;
        let request = request.as_object().ok_or("a request is an object")?;
        let subject = Subject::read(member(request, "subject")?, declared)?;

        let action = object(member(request, "action")?, "action")?;
        let action_name = text(action, "name")?;
        let action = read_attributes(optional_object(action, "properties")?, &declared.action)?;

        let source = object(member(request, "resource")?, "resource")?;
        let module = text(source, "type")?;
        let mut known = Attributes::default();
        if resource == Resource::AsGiven {
            known = read_attributes(optional_object(source, "properties")?, &declared.resource)?;
        }

        let context = optional_object(request, "context")?;
        let features = context.and_then(|context| context.get("features"));
        let features = features.map(read_set).transpose()?;
        let mut names = declared.context.clone();
        names.remove("features");
        let context = read_attributes(context, &names)?;

        check_limits([&subject.attributes, &action, &context, &known])?;
        if resource == Resource::AsGiven {
            known.unite("id", set_of_id(&read_id(source)?));
        }
        Ok(Self {
            subject,
            module,
            action_name,
            action,
            context,
            resource: known,
            features,
        })
    }
}

impl Subject {
    /// Reads a subject by itself.
    pub(crate) fn read_alone(source: &[u8], declared: &Declared) -> Result<Self, String> {
        let subject = Self::read(&json::parse(source)?, declared)?;
        check_limits([&subject.attributes])?;
        Ok(subject)
    }

    fn read(source: &Value, declared: &Declared) -> Result<Self, String> {
        let source = object(source, "subject")?;
        let kind = text(source, "type")?;
        if !kind.is_empty() && !is_value(&kind) {
            return Err(beyond("subject type"));
        }
        let properties = optional_object(source, "properties")?;
        let set = |name| {
            let value = properties.and_then(|properties| properties.get(name));
            value.map_or_else(|| Ok(BTreeSet::new()), read_set)
        };
        let mut team_roles = BTreeMap::new();
        if let Some(properties) = properties {
            for (team, roles) in optional_object(properties, "team_roles")?
                .into_iter()
                .flatten()
            {
                team_roles.insert(team.clone(), read_set(roles)?);
            }
        }
        let mut attributes = read_attributes(properties, &declared.subject)?;
        attributes
            .0
            .retain(|name, _| !declared.directory_only.contains(name));
        let subject = Self {
            kind: if kind == "identity" {
                "user".to_owned()
            } else {
                kind
            },
            id: read_id(source)?,
            roles: set("roles")?,
            team_roles,
            groups: set("groups")?,
            attributes,
        };
        let bound: usize = subject.team_roles.values().map(BTreeSet::len).sum();
        if subject.roles.len() + bound > ROLES_MAX {
            return Err(beyond("roles"));
        }
        if subject.groups.len() > GROUPS_MAX {
            return Err(beyond("groups"));
        }
        Ok(subject)
    }
}

/// Reads the declared attributes among `members`; the others are ignored, whatever they hold.
fn read_attributes(
    members: Option<&Map<String, Value>>,
    declared: &BTreeSet<String>,
) -> Result<Attributes, String> {
    let given = members
        .into_iter()
        .flatten()
        .filter(|(name, _)| declared.contains(*name));
    given
        .map(|(name, value)| Ok((name.clone(), read_values(name, value)?)))
        .collect()
}

/// Reads an attribute's set, each value within the grammar.
fn read_values(name: &str, value: &Value) -> Result<BTreeSet<String>, String> {
    let set = read_set(value)?;
    if set.len() > VALUES_MAX || !set.iter().all(|value| is_value(value)) {
        return Err(beyond(name));
    }
    Ok(set)
}

/// Reads null, a scalar, or an array of scalars; empty strings are dropped.
fn read_set(value: &Value) -> Result<BTreeSet<String>, String> {
    let mut set = match value {
        Value::Null => BTreeSet::new(),
        Value::Array(items) => items.iter().map(read_scalar).collect::<Result<_, _>>()?,
        one => BTreeSet::from([read_scalar(one)?]),
    };
    set.remove("");
    Ok(set)
}

/// Reads a string, or a boolean or integer as its JSON text.
fn read_scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) => Ok(value.to_string()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        _ => Err(format!(
            "`{value}` is neither a string, a boolean nor a 64-bit integer"
        )),
    }
}

/// Reads `id`, a string that may be empty.
fn read_id(source: &Map<String, Value>) -> Result<String, String> {
    let id = text(source, "id")?;
    if id.is_empty() || is_value(&id) {
        Ok(id)
    } else {
        Err(beyond("id"))
    }
}

fn check_limits<const N: usize>(parties: [&Attributes; N]) -> Result<(), String> {
    let sets = parties.iter().flat_map(|attributes| attributes.0.values());
    let values: usize = sets.map(BTreeSet::len).sum();
    let too_many = |attributes: &&Attributes| attributes.0.len() > ATTRIBUTES_MAX;
    if parties.iter().any(too_many) || values > TOTAL_MAX {
        return Err(beyond("attributes"));
    }
    Ok(())
}

fn member<'a>(source: &'a Map<String, Value>, name: &str) -> Result<&'a Value, String> {
    source
        .get(name)
        .ok_or_else(|| format!("`{name}` is missing"))
}

fn text(source: &Map<String, Value>, name: &str) -> Result<String, String> {
    let value = member(source, name)?;
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("`{name}` is not a string"))
}

fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("`{name}` is not an object"))
}

fn optional_object<'a>(
    source: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, String> {
    match source.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => object(value, name).map(Some),
    }
}

fn beyond(what: &str) -> String {
    format!("limit-exceeded: {what}")
}

/// Roles and team roles that a request may give a subject.
const ROLES_MAX: usize = 256;
/// Groups that a request may give a subject.
const GROUPS_MAX: usize = 4096;
/// Attributes that a request may give of a subject, action, context or resource.
const ATTRIBUTES_MAX: usize = 64;
/// Values in one attribute.
const VALUES_MAX: usize = 1024;
/// Values in a request.
const TOTAL_MAX: usize = 4096;
