//! Guards that nothing fills: negative atoms on what is never given.

use std::collections::BTreeSet;

use super::{Findings, Severity, conditions};
use portcullis_policy::atom::{Atom, Entity, Reference};
use portcullis_policy::model::Model;
use portcullis_policy::source::{Source, Test};

/// Looks at what each negative atom needs, where it is written.
pub(super) fn look(source: &Source, model: &Model, findings: &mut Findings) {
    conditions::each(&source.catalog, &mut |at, name, alternatives| {
        let needed = alternatives.iter().flatten().flat_map(Atom::needs);
        for attribute in needed.collect::<BTreeSet<_>>() {
            let Some(severity) = unfilled(source, model, &attribute) else {
                continue;
            };
            let how = match severity {
                Severity::Info => "only a request or the gate's configuration can give it",
                _ => "nothing gives it: no test states it, and no route fills it",
            };
            findings.add(
                ("guard-unfilled", severity),
                at,
                format!("the scope `{name}` needs `{attribute}`, and {how}"),
                "map a claim or header to it in the gate's configuration, or have every request \
                 state it, also as empty; where it is missing the scope never holds",
            );
        }
    });
}

/// Says how bad it is that nothing in the policy gives an attribute; nothing if something does.
fn unfilled(source: &Source, model: &Model, attribute: &Reference) -> Option<Severity> {
    let name = attribute.attribute.as_str();
    let is_own = attribute.entity.own_attributes().contains(&name);
    if is_own || (attribute.entity == Entity::Subject && is_listed(model, name)) {
        return None;
    }
    let is_stated = source.tests.iter().any(|test| states(test, attribute));
    match (is_stated, model.routes.is_empty()) {
        (false, _) => Some(Severity::Warning),
        (true, false) => Some(Severity::Info),
        // Whoever asks the engine itself states it, as the tests do.
        (true, true) => None,
    }
}

/// Says whether the tenant's directory gives a subject's attribute to somebody.
fn is_listed(model: &Model, name: &str) -> bool {
    let directory_only = model.attributes.directory_only.iter();
    let mut people = model.tenant.directory.iter();
    if directory_only.into_iter().any(|own| own == name) {
        return people.next().is_some();
    }
    people
        .flat_map(|person| &person.attributes)
        .any(|(own, values)| own == name && !values.is_empty())
}

fn states(test: &Test, attribute: &Reference) -> bool {
    let stated = match attribute.entity {
        Entity::Subject => &test.subject.attributes,
        Entity::Action => &test.action,
        Entity::Context => &test.context,
        Entity::Resource => &test.resource,
    };
    stated.get(&attribute.attribute).is_some()
}
