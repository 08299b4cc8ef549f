//! Policy tests as requests.

use portcullis_policy::authzen::{Action, Attribute, Request, Resource, Subject, TeamRole};
use portcullis_policy::model::SubjectTypes;
use portcullis_policy::source::{OneOrMany, Test, TestSubject};

/// Turns a test into the request that it speaks of, without permission.
pub(crate) fn request(test: &Test) -> Request {
    let id = test.resource.get("id");
    let resource = test.resource.iter().filter(|(name, _)| *name != "id");
    Request {
        subject: subject(&test.subject),
        action: Action {
            name: String::new(),
            attributes: attributes(test.action.iter()),
        },
        resource: Resource {
            module: String::new(),
            id: id.map(|id| id.0.first().cloned().unwrap_or_default()),
            attributes: attributes(resource),
        },
        context: attributes(test.context.iter()),
        features: None,
    }
}

/// Returns whom a test speaks of.
pub(crate) fn subject(subject: &TestSubject) -> Subject {
    let (mut roles, mut team_roles) = (Vec::new(), Vec::new());
    for text in subject.roles.iter() {
        match text.split_once('@').filter(|(_, team)| !team.is_empty()) {
            Some((role, team)) => team_roles.push((team, role)),
            None => roles.push(text.to_owned()),
        }
    }
    for (team, of_team) in subject
        .team_roles
        .iter()
        .filter(|(team, _)| !team.is_empty())
    {
        team_roles.extend(of_team.iter().map(|role| (team, role)));
    }
    team_roles.sort_unstable();
    team_roles.dedup();
    let team_roles = team_roles.into_iter().map(|(team, role)| TeamRole {
        team: team.to_owned(),
        role: role.to_owned(),
    });
    Subject {
        kind: subject
            .kind
            .clone()
            .unwrap_or_else(|| SubjectTypes::USER.to_owned()),
        id: subject.id.clone().unwrap_or_default(),
        roles: sorted(roles),
        team_roles: team_roles.collect(),
        groups: sorted(subject.groups.0.clone()),
        attributes: attributes(subject.attributes.iter()),
    }
}

fn attributes<'t>(given: impl Iterator<Item = (&'t str, &'t OneOrMany)>) -> Vec<Attribute> {
    let mut attributes = given
        .map(|(name, OneOrMany(values))| Attribute {
            name: name.to_owned(),
            values: sorted(values.clone()),
        })
        .collect::<Vec<_>>();
    attributes.sort_unstable();
    attributes
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}
