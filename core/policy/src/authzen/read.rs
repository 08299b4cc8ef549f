//! Reading of requests.

use portcullis_engine::grammar::is_value;
use portcullis_engine::limits::{GROUPS_MAX, LimitExceeded, ROLES_MAX};
use portcullis_json::{JsonText, Node};

use super::set::{Counted, exceeded, malformed, strings};
use super::{Action, Malformed, Request, Resource, Subject, TeamRole, Vocabulary};

/// The longest request that is read, in bytes: room for the most values, each
/// character of them escaped.
pub const REQUEST_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Reads JSON without duplicate members.
pub(super) fn document(bytes: &[u8]) -> Result<Node, Malformed> {
    if bytes.len() > REQUEST_BYTES_MAX {
        let message = format!("the request has more than {REQUEST_BYTES_MAX} bytes");
        return Err(exceeded(message));
    }
    if bytes.trim_ascii().is_empty() {
        return Err(malformed("the line is blank".to_owned()));
    }
    let document =
        JsonText::parse(bytes).map_err(|error| malformed(format!("not JSON: {error}")))?;
    document
        .into_distinct()
        .map_err(|path| malformed(format!("`{path}` appears twice")))
}

/// Reads a request; without `whole`, its resource's id and properties count for nothing.
pub(super) fn request(
    root: &Node,
    vocabulary: &Vocabulary,
    whole: bool,
) -> Result<Request, Malformed> {
    object(root, "the request")?;
    let mut counted = Counted::default();
    let subject = member(root, "subject")?;
    let action = member(root, "action")?;
    let resource = member(root, "resource")?;
    let context = optional_object(root, "context", "context")?;
    let mut request = Request {
        subject: read_subject(subject, "subject", vocabulary, &mut counted)?,
        action: Action {
            name: text(action, "name", "action.name")?,
            attributes: {
                let properties = optional_object(action, "properties", "action.properties")?;
                counted.attributes(properties, &vocabulary.action, "action.properties")?
            },
        },
        resource: Resource {
            module: text(resource, "type", "resource.type")?,
            ..Resource::default()
        },
        context: counted.attributes(context, &vocabulary.context, "context")?,
        features: None,
    };
    if whole {
        let properties = optional_object(resource, "properties", "resource.properties")?;
        request.resource.id = Some(id(resource, "id", "resource.id")?);
        request.resource.attributes =
            counted.attributes(properties, &vocabulary.resource, "resource.properties")?;
    }
    if let Some((_, features)) = context.iter().find(|(name, _)| name == "features") {
        request.features = Some(strings(features, "context.features")?);
    }
    Ok(request)
}

/// Reads a subject that is not part of a request.
pub(super) fn subject_alone(root: &Node, vocabulary: &Vocabulary) -> Result<Subject, Malformed> {
    object(root, "subject")?;
    read_subject(root, "subject", vocabulary, &mut Counted::default())
}

fn read_subject(
    node: &Node,
    place: &str,
    vocabulary: &Vocabulary,
    counted: &mut Counted,
) -> Result<Subject, Malformed> {
    let kind = id(node, "type", "subject.type")?;
    let place = format!("{place}.properties");
    let properties = optional_object(node, "properties", &place)?;
    let list = |name: &str| {
        let found = properties.iter().find(|(key, _)| key == name);
        found.map_or(Ok(Vec::new()), |(_, node)| {
            strings(node, &format!("{place}.{name}"))
        })
    };
    let subject = Subject {
        kind: if kind == "identity" {
            "user".to_owned()
        } else {
            kind
        },
        id: id(node, "id", "subject.id")?,
        roles: list("roles")?,
        team_roles: team_roles(properties)?,
        groups: list("groups")?,
        attributes: counted.attributes(properties, &vocabulary.subject, &place)?,
    };
    let held = subject.roles.len().saturating_add(subject.team_roles.len());
    for (limit, passed) in [
        (LimitExceeded::Roles, held > ROLES_MAX),
        (LimitExceeded::Groups, subject.groups.len() > GROUPS_MAX),
    ] {
        if passed {
            return Err(exceeded(format!("the subject has {limit}")));
        }
    }
    Ok(subject)
}

fn team_roles(properties: &[(String, Node)]) -> Result<Vec<TeamRole>, Malformed> {
    let Some((_, node)) = properties.iter().find(|(key, _)| key == "team_roles") else {
        return Ok(Vec::new());
    };
    let place = "subject.properties.team_roles";
    let mut found = Vec::new();
    for (team, roles) in null_or_object(node, place)? {
        for role in strings(roles, &format!("{place}.{team}"))? {
            // Nobody can be in a team without a name.
            if !team.is_empty() {
                let team = team.clone();
                found.push(TeamRole { team, role });
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn object<'n>(node: &'n Node, place: &str) -> Result<&'n [(String, Node)], Malformed> {
    node.members().ok_or_else(|| {
        let kind = node.kind();
        malformed(format!("{place} is {kind}, and must be an object"))
    })
}

fn null_or_object<'n>(node: &'n Node, place: &str) -> Result<&'n [(String, Node)], Malformed> {
    match node {
        Node::Null => Ok(&[]),
        _ => object(node, &format!("`{place}`")),
    }
}

fn optional_object<'n>(
    node: &'n Node,
    name: &str,
    place: &str,
) -> Result<&'n [(String, Node)], Malformed> {
    node.member(name)
        .map_or(Ok(&[]), |node| null_or_object(node, place))
}

fn member<'n>(root: &'n Node, name: &str) -> Result<&'n Node, Malformed> {
    let node = root.member(name);
    let node = node.ok_or_else(|| malformed(format!("`{name}` is missing")))?;
    object(node, &format!("`{name}`"))?;
    Ok(node)
}

fn text(node: &Node, name: &str, place: &str) -> Result<String, Malformed> {
    match node.member(name) {
        Some(Node::String(text)) => Ok(text.clone()),
        Some(other) => {
            let kind = other.kind();
            Err(malformed(format!(
                "`{place}` is {kind}, and must be a string"
            )))
        }
        None => Err(malformed(format!("`{place}` is missing"))),
    }
}

/// Reads an id; an empty one counts as absent.
fn id(node: &Node, name: &str, place: &str) -> Result<String, Malformed> {
    let id = text(node, name, place)?;
    if id.is_empty() || is_value(&id) {
        return Ok(id);
    }
    Err(exceeded(format!(
        "`{place}` is not 1 to 256 bytes without control characters"
    )))
}
