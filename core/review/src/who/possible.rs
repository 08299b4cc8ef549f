//! Grants that hold or not by what the policy does not know of whoever asks.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_policy::atom::{Atom, Entity, Reference};
use portcullis_policy::authzen::{Attribute, Resource};
use portcullis_policy::model::{Binding, Holdings, Model, Permission, PermissionIndex, Person};
use portcullis_policy::source::Until;

use super::holders::Holder;
use super::{By, May};

/// What is asked for, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) model: &'a Model,
    pub(super) permission: PermissionIndex,
    pub(super) resource: &'a Resource,
    pub(super) now: UnixSeconds,
}

impl<'a> Asked<'a> {
    /// Returns the grants of a holder that are not false, and that the engine cannot decide
    /// without what only a request says; of everybody's role those that it could, too.
    pub(super) fn possible(&self, holder: &Holder) -> Vec<May> {
        let model = self.model;
        let found = model.permissions.get(self.permission.get());
        let is_open = model.openness_at(self.now).permission(self.permission);
        let Some(permission) = found.filter(|_| is_open) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for binding in self.bindings(holder) {
            let known = Known {
                asked: *self,
                holder,
                person: self.person(holder),
                team: binding.team.as_deref(),
            };
            for (scope, depends_on) in self.scopes(permission, &binding, &known) {
                let role = model.roles.get(binding.role.get());
                all.push(May {
                    who: holder.clone(),
                    by: Some(By {
                        role: role.map(|role| role.id.clone()).unwrap_or_default(),
                        scope: scope.to_owned(),
                        team: binding.team.clone(),
                    }),
                    filter: None,
                    depends_on,
                    until: self.ends(binding.until).map(Until),
                });
            }
        }
        all
    }

    /// Returns the scopes at which a binding may let its holder, each with what that depends on.
    fn scopes(
        &self,
        permission: &Permission,
        binding: &Binding,
        known: &Known<'_>,
    ) -> Vec<(&'a str, Vec<String>)> {
        let Some(role) = self.model.roles.get(binding.role.get()) else {
            return Vec::new();
        };
        let grants = role.grants.iter();
        let granted = grants.filter(|grant| grant.permission == self.permission);
        let granted = granted.flat_map(|grant| self.model.scopes_of(*grant));
        let mut found = Vec::new();
        for scope in granted {
            let own = permission.scopes.iter().find(|(own, _)| own == scope);
            let condition = own.and_then(|(_, at)| self.model.conditions.get(at.get()));
            let name = self.model.scopes.get(scope.get());
            let (Some(condition), Some(name)) = (condition, name) else {
                continue;
            };
            let depends_on = known.depends_on(&condition.0);
            if let Some(depends_on) = depends_on {
                found.push((name.as_str(), depends_on));
            }
        }
        found
    }

    fn bindings(&self, holder: &Holder) -> Vec<Binding> {
        let model = self.model;
        let everywhere = |role| Binding {
            role,
            team: None,
            until: None,
        };
        let mut held = Holdings::default();
        match holder {
            Holder::Subject { .. } => {
                let person = self.person(holder);
                held = person
                    .map(|person| Holdings::of_person(model, person))
                    .unwrap_or_default();
                // Said once, of everybody.
                held.everyone = None;
                held = held.at(self.now);
            }
            Holder::Group { id } => held.bindings.extend(model.group_roles(id).iter().cloned()),
            Holder::Claim { role } => held.bindings.extend(model.role(role).map(everywhere)),
            Holder::Everyone { .. } => {
                let everyone = model.everyone.as_ref();
                held.everyone = everyone.map(|everyone| everywhere(everyone.role));
            }
        }
        held.usable(model).cloned().collect()
    }

    fn person(&self, holder: &Holder) -> Option<&'a Person> {
        match holder {
            Holder::Subject { kind, id } => self.model.person(kind, id),
            _ => None,
        }
    }

    /// Returns when a role of that end no longer lets anybody.
    fn ends(&self, until: Option<UnixSeconds>) -> Option<UnixSeconds> {
        let ends = self.model.tenant.feature_ends.values();
        let closes = ends.copied().filter(|end| {
            let open = self.model.openness_at(*end);
            self.now < *end && !open.permission(self.permission)
        });
        until.into_iter().chain(closes).min()
    }
}

/// What is known where a grant is looked at.
struct Known<'a> {
    asked: Asked<'a>,
    holder: &'a Holder,
    person: Option<&'a Person>,
    /// The team that the role is bound to.
    team: Option<&'a str>,
}

/// The values of an attribute as far as they are known.
struct Values<'a> {
    values: BTreeSet<&'a str>,
    /// Whether there are no others.
    is_whole: bool,
}

impl<'a> Known<'a> {
    /// Returns what a condition depends on besides what is known; nothing where it cannot hold,
    /// or where the engine's answer says when it does.
    fn depends_on(&self, condition: &[Vec<Atom>]) -> Option<Vec<String>> {
        let asked = self.asked;
        let team = asked.model.attributes.team.as_ref().zip(self.team);
        let bound = team.map(|(attribute, team)| Atom::Is {
            of: Reference {
                entity: Entity::Resource,
                attribute: attribute.clone(),
            },
            constants: vec![team.to_owned()],
        });
        if self.team.is_some() && bound.is_none() {
            return None;
        }
        let is_everyone = matches!(self.holder, Holder::Everyone { .. });
        let (mut may_hold, mut depends_on) = (false, BTreeSet::new());
        for conjunction in condition {
            let atoms = || conjunction.iter().chain(&bound);
            let truths: Vec<Option<bool>> = atoms().map(|atom| self.holds(atom)).collect();
            if truths.contains(&Some(false)) {
                continue;
            }
            let open = atoms().zip(truths).filter(|(_, truth)| truth.is_none());
            let open = open.flat_map(|(atom, _)| atom.references());
            let open: Vec<Reference> = open
                .filter(|reference| !self.values(reference).is_whole)
                .collect();
            if is_everyone && open.is_empty() {
                return Some(Vec::new());
            }
            let asks = |reference: &Reference| reference.entity != Entity::Resource;
            if is_everyone || open.iter().any(asks) {
                may_hold = true;
                depends_on.extend(open);
            }
        }
        let names = depends_on.iter().map(ToString::to_string);
        may_hold.then(|| names.collect())
    }

    /// Says whether an atom holds, or nothing where that is not known.
    fn holds(&self, atom: &Atom) -> Option<bool> {
        match atom {
            Atom::True => Some(true),
            Atom::Shares { subject, with } => {
                let (own, other) = (self.of_subject(subject), self.values(with));
                own.meets(&other)
            }
            Atom::Differs { subject, with } => {
                let (own, other) = (self.of_subject(subject), self.values(with));
                own.meets(&other).map(|meets| !meets)
            }
            Atom::Is { of, constants } => self.values(of).meets(&Values::of(constants)),
            Atom::Lacks { of, constants } => {
                let meets = self.values(of).meets(&Values::of(constants));
                meets.map(|meets| !meets)
            }
            Atom::Within { of, constants } => self.values(of).is_within(constants),
            Atom::Present { resource } => self.of_resource(resource).is_filled(),
            Atom::Absent { resource } => self.of_resource(resource).is_filled().map(|is| !is),
        }
    }

    fn values(&self, reference: &Reference) -> Values<'a> {
        match reference.entity {
            Entity::Subject => self.of_subject(&reference.attribute),
            Entity::Resource => self.of_resource(&reference.attribute),
            // Whoever asks says them.
            Entity::Action | Entity::Context => Values::UNKNOWN,
        }
    }

    fn of_subject(&self, name: &str) -> Values<'a> {
        match (name, self.holder) {
            ("id", Holder::Subject { id, .. }) => return Values::one(id),
            ("type", Holder::Subject { kind, .. } | Holder::Everyone { kind }) => {
                return Values::one(kind);
            }
            _ => {}
        }
        let attributes = &self.asked.model.attributes;
        let listed = self
            .person
            .into_iter()
            .flat_map(|person| &person.attributes);
        let listed = listed.filter(|(own, _)| own == name);
        let mut values: BTreeSet<&str> = listed
            .flat_map(|(_, values)| values.iter().map(String::as_str))
            .collect();
        let of_team = attributes.team.as_deref() == Some(name);
        values.extend(self.team.filter(|_| of_team));
        let directory_only = attributes.directory_only.iter().any(|own| own == name);
        Values {
            values,
            is_whole: directory_only && self.person.is_some(),
        }
    }

    fn of_resource(&self, name: &str) -> Values<'a> {
        let resource = self.asked.resource;
        if name == "id" {
            return resource.id.as_deref().map_or(Values::UNKNOWN, Values::one);
        }
        let mut given = resource.attributes.iter();
        let given = given.find(|own| own.name == name);
        given.map_or(Values::UNKNOWN, |Attribute { values, .. }| {
            Values::of(values)
        })
    }
}

impl<'a> Values<'a> {
    const UNKNOWN: Self = Self {
        values: BTreeSet::new(),
        is_whole: false,
    };

    fn of(values: &'a [String]) -> Self {
        Self {
            values: values.iter().map(String::as_str).collect(),
            is_whole: true,
        }
    }

    fn one(value: &'a str) -> Self {
        Self {
            values: BTreeSet::from([value]),
            is_whole: true,
        }
    }

    fn is_filled(&self) -> Option<bool> {
        if self.values.is_empty() {
            self.is_whole.then_some(false)
        } else {
            Some(true)
        }
    }

    fn meets(&self, other: &Values<'_>) -> Option<bool> {
        if self.values.iter().any(|value| other.values.contains(value)) {
            return Some(true);
        }
        let is_none = self.is_filled() == Some(false) || other.is_filled() == Some(false);
        (is_none || (self.is_whole && other.is_whole)).then_some(false)
    }

    fn is_within(&self, constants: &[String]) -> Option<bool> {
        let constants: BTreeSet<&str> = constants.iter().map(String::as_str).collect();
        if constants.is_empty() || !self.values.is_subset(&constants) {
            return Some(false);
        }
        self.is_whole.then_some(!self.values.is_empty())
    }
}
