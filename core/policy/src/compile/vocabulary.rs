//! The words of a policy: features and attributes.

use portcullis_json::Path;

use super::names::{Names, check_name, check_value, element, repeated};
use crate::alike::look_alike;
use crate::atom::Entity;
use crate::model::{self, FeatureIndex, Requirement, SubjectTypes};
use crate::problem::Problems;
use crate::source::{self, ACTIVE, OneOrMany, Requires, SESSIONS_FROM};

/// The declared attributes, by whose they are.
#[derive(Debug)]
pub(super) struct Vocabulary {
    subject: Names,
    action: Names,
    context: Names,
    resource: Names,
    team: Option<String>,
    directory_only: Vec<String>,
}

impl Vocabulary {
    pub(super) fn read(source: &source::Attributes, at: &Path<'_>, problems: &Problems) -> Self {
        let declare = |sort, key, names: &OneOrMany| {
            let at = at.key(key);
            let names = Names::declare(sort, names, &at, problems);
            for name in names
                .names()
                .iter()
                .filter(|name| RESERVED.contains(&name.as_str()))
            {
                problems.error(
                    &at,
                    format!("the attribute name `{name}` is reserved"),
                    "give the attribute another name",
                );
            }
            names
        };
        let vocabulary = Self {
            subject: declare("subject attribute", "subject", &source.subject),
            action: declare("action attribute", "action", &source.action),
            context: declare("context attribute", "context", &source.context),
            resource: declare("resource attribute", "resource", &source.resource),
            team: source.team.clone(),
            directory_only: source.directory_only.0.clone(),
        };
        for (name, says) in [
            (ACTIVE, "who holds nothing"),
            (SESSIONS_FROM, "who has to sign in again"),
        ] {
            if vocabulary.subject.find(name).is_some() {
                problems.error(
                    &at.key("subject"),
                    format!("the attribute name `{name}` is reserved: it says {says}"),
                    "give the attribute another name",
                );
            }
        }
        if let Some(team) = &source.team {
            vocabulary.resource.expect(team, &at.key("team"), problems);
        }
        for (index, name) in source.directory_only.iter().enumerate() {
            let at = at.key("directory_only");
            let at = element(&at, &source.directory_only, index);
            if source
                .directory_only
                .iter()
                .take(index)
                .any(|known| known == name)
            {
                repeated("subject attribute", name, &at, problems);
            }
            vocabulary.subject.expect(name, &at, problems);
        }
        vocabulary
    }

    pub(super) const fn of(&self, entity: Entity) -> &Names {
        match entity {
            Entity::Subject => &self.subject,
            Entity::Action => &self.action,
            Entity::Context => &self.context,
            Entity::Resource => &self.resource,
        }
    }

    pub(super) const fn has_teams(&self) -> bool {
        self.team.is_some()
    }

    pub(super) fn into_attributes(self) -> model::Attributes {
        model::Attributes {
            subject: self.subject.into_names(),
            action: self.action.into_names(),
            context: self.context.into_names(),
            resource: self.resource.into_names(),
            team: self.team,
            directory_only: self.directory_only,
        }
    }
}

/// Resolves a requirement; one that asks for nothing is left out.
pub(super) fn requirement(
    requires: Option<&Requires>,
    at: &Path<'_>,
    features: &Names,
    problems: &Problems,
) -> Option<Requirement> {
    let at = at.key("requires");
    let at_any = at.key("any");
    let (any, at, names) = match requires? {
        Requires::All(names) => (false, at, names),
        Requires::Any(names) => (true, at_any, names),
    };
    if any && names.is_empty() {
        problems.error(
            &at,
            "a choice among no features never holds",
            "name the features of which one is enough",
        );
    }
    let found = feature_list(names, &at, features, problems);
    (!found.is_empty()).then_some(Requirement {
        any,
        features: found,
    })
}

/// Resolves a list of features, ascending.
pub(super) fn feature_list(
    names: &OneOrMany,
    at: &Path<'_>,
    features: &Names,
    problems: &Problems,
) -> Vec<FeatureIndex> {
    let mut found = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let at = element(at, names, index);
        let Some(feature) = features.seek(name, &at, problems) else {
            continue;
        };
        if found.contains(&FeatureIndex(feature)) {
            repeated("feature", name, &at, problems);
        } else {
            found.push(FeatureIndex(feature));
        }
    }
    found.sort_unstable();
    found
}

/// Resolves the types of the subjects of a directory.
pub(super) fn subject_types(
    types: Option<&OneOrMany>,
    at: &Path<'_>,
    problems: &Problems,
) -> SubjectTypes {
    let Some(types) = types else {
        return SubjectTypes::default();
    };
    let at = at.key("subject_types");
    for (index, kind) in types.iter().enumerate() {
        let at = element(&at, types, index);
        if types.iter().take(index).any(|known| known == kind) {
            repeated("subject type", kind, &at, problems);
        }
        let before = types.iter().take(index);
        if let Some(known) = look_alike(kind, before) {
            problems.error(
                &at,
                format!("`{kind}` looks like the subject type `{known}`, and is another"),
                "take one of the two out: people would take the one for the other",
            );
        }
        check_value("subject's type", kind, &at, problems);
        if kind.contains(':') {
            problems.error(
                &at,
                format!("`{kind}` cannot be a subject's type: a key is split at its first colon"),
                "give the type a name without a colon",
            );
        }
    }
    let found = SubjectTypes::new(types.0.clone());
    if !found.has(SubjectTypes::USER) {
        problems.error(
            &at,
            "`user` is not among the subject types, and a key without a type is of a user",
            "add \"user\"",
        );
    }
    found
}

/// Reports the id of a catalog that is outside the grammar.
pub(super) fn check_catalog_id(id: &str, at: &Path<'_>, problems: &Problems) {
    // One that is missing has been reported as such.
    if !id.is_empty() {
        check_name("catalog", id, &at.key("id"), problems);
    }
}

const RESERVED: [&str; 5] = ["id", "type", "roles", "team_roles", "groups"];
