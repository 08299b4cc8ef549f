//! Names that differ from a known one by case, white space or a slip, and so mean nothing.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_json::{Path, nearest};
use portcullis_policy::atom::{Atom, Entity, Reference};
use portcullis_policy::model::{Binding, Model, Person, SubjectTypes};

use super::{Findings, Severity};

/// Looks at the groups, teams, types and values that the tenant names.
pub(super) fn look(model: &Model, findings: &mut Findings) {
    let root = Path::Root;
    let at_tenant = root.key("tenant");
    let look = NearMisses { model, findings };
    look.all(&at_tenant);
}

struct NearMisses<'a> {
    model: &'a Model,
    findings: &'a mut Findings,
}

impl NearMisses<'_> {
    fn all(mut self, at_tenant: &Path<'_>) {
        let model = self.model;
        let at_directory = at_tenant.key("directory");
        let constants = constants(model);
        let mapped = || model.tenant.groups.iter().map(|group| group.id.as_str());
        for person in &model.tenant.directory {
            let key = SubjectTypes::key(&person.kind, &person.id);
            let at = at_directory.key(&key);
            for group in &person.groups {
                if mapped().all(|known| known != group) {
                    self.say("group", group, like(group, mapped()), &at.key("groups"));
                }
            }
            for (name, values) in &person.attributes {
                let Some(known) = constants.get(name.as_str()) else {
                    continue;
                };
                for value in values
                    .iter()
                    .filter(|value| !known.contains(value.as_str()))
                {
                    let like = folded(value, known.iter().copied());
                    self.say("value", value, like, &at.key(name));
                }
            }
            self.kind(person, &at);
        }
        self.teams(&at_directory);
    }

    /// `servce:ci` is a user of that id.
    fn kind(&mut self, person: &Person, at: &Path<'_>) {
        let Some((head, _)) = person.id.split_once(':') else {
            return;
        };
        let types = &self.model.subject_types;
        if person.kind != SubjectTypes::USER || types.has(head) {
            return;
        }
        let like = like(head, types.names().iter().map(String::as_str));
        self.say("subject type", head, like, at);
    }

    /// Two spellings of one team are two teams.
    fn teams(&mut self, at: &Path<'_>) {
        let tenant = &self.model.tenant;
        let mapped = tenant.groups.iter().flat_map(|group| &group.roles);
        let assigned = tenant.directory.iter().flat_map(|person| &person.roles);
        let bound = mapped.chain(assigned).filter_map(team);
        let attribute = self.model.attributes.team.as_deref();
        let own = tenant
            .directory
            .iter()
            .flat_map(|person| &person.attributes);
        let own = own.filter(|(name, _)| Some(name.as_str()) == attribute);
        let own = own.flat_map(|(_, values)| values.iter().map(String::as_str));
        let mut spellings = BTreeMap::<String, BTreeSet<&str>>::new();
        for team in bound.chain(own) {
            spellings.entry(fold(team)).or_default().insert(team);
        }
        for spelling in spellings.into_values() {
            let mut spelling = spelling.into_iter();
            let first = spelling.next();
            for other in spelling {
                self.say("team", other, first, at);
            }
        }
    }

    fn say(&mut self, sort: &str, name: &str, like: Option<&str>, at: &Path<'_>) {
        if let Some(like) = like {
            self.findings.add(
                ("near-miss", Severity::Info),
                at,
                format!("the {sort} `{name}` is not `{like}`, and nearly is"),
                format!("write `{like}` if that is meant: names must be exactly equal"),
            );
        }
    }
}

fn team(binding: &Binding) -> Option<&str> {
    binding.team.as_deref()
}

/// Returns the constants that conditions compare each attribute of the subject with.
fn constants(model: &Model) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found = BTreeMap::<&str, BTreeSet<&str>>::new();
    let atoms = model.conditions.iter().flat_map(|condition| &condition.0);
    for atom in atoms.flatten() {
        if let Atom::Is { of, constants }
        | Atom::Lacks { of, constants }
        | Atom::Within { of, constants } = atom
            && let Reference {
                entity: Entity::Subject,
                attribute,
            } = of
        {
            let known = found.entry(attribute).or_default();
            known.extend(constants.iter().map(String::as_str));
        }
    }
    found
}

fn like<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    folded(name, known.clone()).or_else(|| nearest(name, known))
}

fn folded<'n>(name: &str, mut known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let name = fold(name);
    known.find(|known| fold(known) == name)
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}
