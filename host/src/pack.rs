//! Requests in the packed layout, for the hot calls.

use portcullis_engine::{Packer, PackerAttributes, PackerFacts, PackerSubject};
use portcullis_policy::authzen::{Attribute, Request, Subject};

/// Packs a request with its one question (layout 1).
#[must_use]
pub fn pack(request: &Request) -> Vec<u8> {
    let facts = PackerFacts {
        action: packed(&request.action.attributes),
        context: packed(&request.context),
        resource: packed(&request.resource.attributes),
    };
    let id = request.resource.id.as_deref();
    let subject = asking(&request.subject).end();
    subject.question(&request.permission(), id, &facts).finish()
}

/// Packs a subject without a question, for a session (layout 1).
#[must_use]
pub fn pack_subject(subject: &Subject) -> Vec<u8> {
    asking(subject).end().finish()
}

fn asking(stated: &Subject) -> PackerSubject {
    let mut subject = Packer::request(&stated.kind, &stated.id);
    for role in &stated.roles {
        subject = subject.role(role);
    }
    for held in stated
        .team_roles
        .chunk_by(|one, next| one.team == next.team)
    {
        if let Some(first) = held.first() {
            let roles: Vec<&str> = held.iter().map(|held| held.role.as_str()).collect();
            subject = subject.team(&first.team, &roles);
        }
    }
    for group in &stated.groups {
        subject = subject.group(group);
    }
    for own in &stated.attributes {
        subject = subject.attribute(&own.name, &own.values);
    }
    subject
}

fn packed(attributes: &[Attribute]) -> PackerAttributes {
    let mut packed = PackerAttributes::default();
    for own in attributes {
        packed.add(&own.name, &own.values);
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_engine::PackedRequest;
    use portcullis_policy::authzen::{Action, Resource, TeamRole};

    #[test]
    fn what_is_packed_can_be_read() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let attribute = |name: &str, values: &[&str]| Attribute {
            name: name.to_owned(),
            values: texts(values),
        };
        let held = |team: &str, role: &str| TeamRole {
            team: team.to_owned(),
            role: role.to_owned(),
        };
        let request = Request {
            subject: Subject {
                kind: "user".to_owned(),
                id: "jo".to_owned(),
                roles: texts(&["agent"]),
                team_roles: vec![
                    held("apac", "lead"),
                    held("emea", "agent"),
                    held("emea", "lead"),
                ],
                groups: texts(&["g"]),
                attributes: vec![attribute("teams", &["emea"])],
            },
            action: Action {
                name: "read".to_owned(),
                attributes: Vec::new(),
            },
            resource: Resource {
                module: "tickets".to_owned(),
                id: Some("t-1".to_owned()),
                attributes: vec![attribute("owner", &["jo", "sam"]), attribute("teams", &[])],
            },
            context: Vec::new(),
            features: None,
        };
        let packed = pack(&request);
        let (subject, asked) = PackedRequest::read(&packed).unwrap().single().unwrap();
        assert_eq!(asked.permission, "tickets:read");
        let shown = format!("{subject:?}");
        assert!(shown.contains("user") && shown.contains("jo"), "{shown}");
    }
}
