//! Requests in the packed layout, for the hot calls.

use portcullis_engine::Packer;
use portcullis_policy::authzen::{Attribute, Request};

/// Packs a request with its one question (layout 1).
#[must_use]
pub fn pack(request: &Request) -> Vec<u8> {
    let asking = &request.subject;
    let mut subject = Packer::request(&asking.kind, &asking.id);
    for role in &asking.roles {
        subject = subject.role(role);
    }
    for held in asking.team_roles.chunk_by(|one, next| one.team == next.team) {
        if let Some(first) = held.first() {
            subject = subject.team(&first.team, held.iter().map(|held| held.role.as_str()));
        }
    }
    for group in &asking.groups {
        subject = subject.group(group);
    }
    for own in &asking.attributes {
        subject = subject.attribute(&own.name, own.values.iter().map(String::as_str));
    }
    let questions = subject.end().question(
        &request.permission(),
        sets(&request.action.attributes),
        sets(&request.context),
        request.resource.id.as_deref(),
        sets(&request.resource.attributes),
    );
    questions.finish()
}

fn sets(attributes: &[Attribute]) -> impl Iterator<Item = (&str, Vec<&str>)> {
    attributes.iter().map(|own| {
        let values = own.values.iter().map(String::as_str);
        (own.name.as_str(), values.collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_engine::PackedRequest;
    use portcullis_policy::authzen::{Action, Resource, Subject, TeamRole};

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
                team_roles: vec![held("apac", "lead"), held("emea", "agent"), held("emea", "lead")],
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
        let told = format!("{subject:?}");
        assert!(told.contains("user") && told.contains("jo"), "{told}");
    }
}
