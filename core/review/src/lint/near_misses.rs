//! Names that differ from a known one by case, white space or a slip, and so mean nothing.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_json::Path;
use portcullis_policy::atom::{Atom, Entity, Reference};
use portcullis_policy::model::{Binding, Model, Person, SubjectTypes};
use portcullis_policy::source::Source;
use portcullis_policy::{Slip, look_alike, meant, slip};

use super::{Findings, Severity};

/// Looks at the groups, teams, types and values that the tenant names.
pub(super) fn look(source: &Source, model: &Model, findings: &mut Findings) {
    let root = Path::Root;
    let at_tenant = root.key("tenant");
    let look = NearMisses { model, findings };
    look.all(&at_tenant);
    let look = NearMisses { model, findings };
    look.tests(source, &root.key("tests"));
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
                    self.say("group", group, meant(group, mapped()), &at.key("groups"));
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
                    let like = slipped(value, known.iter().copied());
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
        let like = meant(head, types.names().iter().map(String::as_str));
        self.say("subject type", head, like, at);
    }

    /// Two spellings of one team are two teams.
    fn teams(&mut self, at: &Path<'_>) {
        let teams: Vec<&str> = teams(self.model).into_iter().collect();
        for (index, team) in teams.iter().enumerate() {
            let before = teams.iter().take(index).copied();
            self.say("team", team, slipped(team, before), at);
        }
    }

    /// What a test says of nobody's group, team or type shows nothing.
    fn tests(mut self, source: &Source, at: &Path<'_>) {
        let model = self.model;
        let groups = || model.tenant.groups.iter().map(|group| group.id.as_str());
        let types = || model.subject_types.names().iter().map(String::as_str);
        let teams = teams(model);
        for (index, test) in source.tests.iter().enumerate() {
            let at = at.index(index);
            let at = at.key("subject");
            let subject = &test.subject;
            for group in subject.groups.iter() {
                if groups().all(|known| known != group) {
                    self.say("group", group, meant(group, groups()), &at.key("groups"));
                }
            }
            for kind in subject.kind.iter() {
                if types().all(|known| known != kind) {
                    self.say("subject type", kind, meant(kind, types()), &at.key("type"));
                }
            }
            let bound = subject.roles.iter();
            let bound = bound.filter_map(|role| Some(role.split_once('@')?.1));
            for team in subject.team_roles.names().chain(bound) {
                if !teams.contains(team) {
                    let like = slipped(team, teams.iter().copied());
                    self.say("team", team, like, &at);
                }
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

/// Returns the teams that the tenant names: those that roles are bound to, and those that people
/// are on.
fn teams(model: &Model) -> BTreeSet<&str> {
    let tenant = &model.tenant;
    let mapped = tenant.groups.iter().flat_map(|group| &group.roles);
    let assigned = tenant.directory.iter().flat_map(|person| &person.roles);
    let bound = mapped.chain(assigned).filter_map(team);
    let attribute = model.attributes.team.as_deref();
    let people = tenant.directory.iter();
    let own = people.flat_map(|person| &person.attributes);
    let own = own.filter(|(name, _)| Some(name.as_str()) == attribute);
    let own = own.flat_map(|(_, values)| values.iter().map(String::as_str));
    bound.chain(own).collect()
}

/// Returns the known value that another one looks like, or is a slip for. Values are often a
/// series, as `tier-1` and `tier-2` or `north` and `south`, so that only a letter that is missing
/// or has changed places with its neighbour is one.
fn slipped<'n>(name: &str, mut known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let is_slip = |known: &&str| {
        let is_word = |text: &str| text.len() >= WORD_MIN && !text.contains(char::is_numeric);
        let same = matches!(slip(name, known), Some(Slip::Missing | Slip::Swapped));
        same && is_word(name) && is_word(known)
    };
    look_alike(name, known.clone()).or_else(|| known.find(is_slip))
}

const WORD_MIN: usize = 4;
