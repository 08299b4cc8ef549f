//! Why an answer is what it is, and what would allow it.

use alloc::{string::String, vec::Vec};

use portcullis_json::{write_list, write_member, write_string};

use crate::{
    condition::{Facts, Truth},
    decide::{Decision, Question},
    decimal::{DIGITS_MAX, decimal},
    format::Source,
    ids::{PermissionId, ScopeId, UnixSeconds},
    index::{ConjunctionAtom, PermissionRow},
    inspect::RoleOrigin,
    limits::LimitExceeded,
    policy::{Declared, Policy},
    roles::{self, Assignment, RoleLookup},
    sorted::insert,
    subject::Subject,
};

/// An answer, and what it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation(String);

impl Explanation {
    /// Returns compact JSON: `permission`, `answer`, the `roles` held and where each
    /// comes from, what was `ignored` and why (a role that has `ended` with the
    /// second `at` which it did), the `grants` and whether each holds
    /// here (`true`, `false`, `unknown`), with what was `not_given` where a negative atom
    /// of it is false for that (`["context.token"]`), and under `would_allow` the smallest
    /// changes: the `features` to turn on, and with them on any one of the `roles` to
    /// give, everywhere or on a team, or of the `grants` to add to a held role. There
    /// are no roles and no grants where the features are enough, and nothing at all
    /// where it is allowed already.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// Returns the JSON of [`Explanation::as_json`].
    #[must_use]
    pub fn into_json(self) -> String {
        self.0
    }
}

impl Policy {
    /// Explains what [`Policy::decide`] answers.
    ///
    /// # Errors
    ///
    /// As [`crate::Decision::answer`].
    pub fn explain(
        &self,
        subject: &Subject<'_>,
        permission: &str,
        question: &Question<'_>,
    ) -> Result<Explanation, LimitExceeded> {
        let decision = self.decide(subject, permission, question);
        self.explain_decision(&decision, subject, permission, question)
    }

    /// Explains a decision that a session of the subject has made, as [`Policy::explain`] does.
    ///
    /// # Errors
    ///
    /// As [`crate::Decision::answer`].
    pub fn explain_decision(
        &self,
        decision: &Decision<'_>,
        subject: &Subject<'_>,
        permission: &str,
        question: &Question<'_>,
    ) -> Result<Explanation, LimitExceeded> {
        let (allowed, answer) = (decision.is_allow(), decision.answer(self)?);
        let person = self.person(subject);
        let facts = question.facts(self, subject, person.as_ref());
        let mut lookups = Vec::new();
        roles::visit(self, subject, person.as_ref(), &mut |lookup| {
            lookups.push(lookup)
        });
        let mut out = String::from(r#"{"permission":"#);
        write_string(&mut out, permission);
        out.push_str(r#","answer":"#);
        out.push_str(&answer);
        self.write_role_lookups(&mut out, &lookups);
        let held = roles::held(self, subject, person.as_ref());
        let known = self.permission(permission);
        let row = known.and_then(|id| self.bundle.tables.permissions.get(id.index()));
        out.push_str(r#","grants":["#);
        if let (Some(id), Some(row)) = (known, row) {
            self.write_grants(&mut out, &facts, id, row, &held);
        }
        out.push_str(r#"],"would_allow":{"features":["#);
        // No role helps somebody who holds nothing.
        let is_cured = !allowed && !self.is_inactive(subject);
        if let (Some(id), Some(row), true) = (known, row, is_cured) {
            self.write_cures(&mut out, &facts, id, row, &held);
        } else {
            out.push_str(r#"],"roles":[],"grants":["#);
        }
        out.push_str("]}}");
        Ok(Explanation(out))
    }

    fn write_role_lookups(&self, out: &mut String, lookups: &[RoleLookup<'_>]) {
        out.push_str(r#","roles":["#);
        let mut first = true;
        for lookup in lookups {
            if let RoleLookup::Assigned(held, origin) = lookup {
                separate(out, &mut first);
                self.write_held(out, held);
                write_origin(out, origin);
                out.push_str("}");
            }
        }
        out.push_str(r#"],"ignored":["#);
        first = true;
        for lookup in lookups {
            let mut ended = None;
            let (kind, name, why) = match lookup {
                RoleLookup::Assigned(..) => continue,
                RoleLookup::UnknownRole(name) => ("role", *name, "unknown"),
                RoleLookup::UnknownGroup(id) => ("group", *id, "unknown"),
                RoleLookup::UnknownTeam(id) => ("team", *id, "unknown"),
                RoleLookup::NotYetAvailable(role) => {
                    ("role", self.role_name(*role), "not-yet-available")
                }
                RoleLookup::NoTeamAttribute(team) => ("team", *team, "no-team-attribute"),
                RoleLookup::NotActive(id) => ("subject", *id, "not-active"),
                RoleLookup::Ended(role, at) => {
                    ended = Some(*at);
                    ("role", self.role_name(*role), "ended")
                }
                RoleLookup::Everybodys(role) => ("role", self.role_name(*role), "everybodys"),
            };
            separate(out, &mut first);
            out.push_str(r#"{"kind":"#);
            write_string(out, kind);
            write_member(out, "id", name);
            write_member(out, "why", why);
            if let Some(at) = ended {
                write_seconds(out, "at", at);
            }
            out.push_str("}");
        }
        out.push_str("]");
    }

    fn write_grants(
        &self,
        out: &mut String,
        facts: &Facts<'_>,
        permission: PermissionId,
        row: &PermissionRow,
        held: &[Assignment<'_>],
    ) {
        let mut first = true;
        for own in held {
            let Some(set) = self.bundle.tables.grants.find(permission, own.role) else {
                continue;
            };
            for scope in self.scopes_of(set) {
                separate(out, &mut first);
                self.write_held(out, own);
                write_member(out, "scope", self.scope_name(*scope));
                let holds = match facts.scope(row, *scope, own.team) {
                    Truth::True => "true",
                    Truth::False => "false",
                    Truth::Unknown => "unknown",
                };
                write_member(out, "holds", holds);
                if holds != "true" {
                    self.write_not_given(out, facts, row, *scope);
                }
                out.push_str("}");
            }
        }
    }

    /// Writes the attributes that were not given and without which an atom of a scope is
    /// false: `"not_given":["context.token"]`, or nothing.
    fn write_not_given(
        &self,
        out: &mut String,
        facts: &Facts<'_>,
        row: &PermissionRow,
        scope: ScopeId,
    ) {
        let tables = &self.bundle.tables;
        let atoms = tables.condition(row, scope);
        let atoms = atoms.map(|atoms| atoms.of(&tables.atoms));
        let mut names: Vec<String> = Vec::new();
        for ConjunctionAtom { atom, .. } in atoms.unwrap_or_default() {
            for source in atom.guarded().into_iter().flatten() {
                if !facts.is_given(source) {
                    insert(&mut names, self.source_name(source));
                }
            }
        }
        if !names.is_empty() {
            out.push_str(r#","not_given":["#);
            write_list(out, names.iter().map(String::as_str));
            out.push_str("]");
        }
    }

    /// Returns how a policy writes what an atom reads.
    fn source_name(&self, source: Source) -> String {
        let (of, declared, index) = match source {
            Source::SubjectId => return "subject.id".into(),
            Source::SubjectType => return "subject.type".into(),
            Source::ResourceId => return "resource.id".into(),
            Source::Subject(index) => ("subject.", Declared::Subject, index),
            Source::Action(index) => ("action.", Declared::Action, index),
            Source::Context(index) => ("context.", Declared::Context, index),
            Source::Resource(index) => ("resource.", Declared::Resource, index),
        };
        let name = self.declared(declared).nth(usize::from(index));
        [of, name.unwrap_or_default()].concat()
    }

    pub(crate) fn write_held(&self, out: &mut String, held: &Assignment<'_>) {
        out.push_str(r#"{"role":"#);
        write_string(out, self.role_name(held.role));
        if let Some(team) = held.team {
            write_member(out, "team", team);
        }
    }
}

fn write_origin(out: &mut String, origin: &RoleOrigin<'_>) {
    match origin {
        RoleOrigin::Request => write_member(out, "from", "request"),
        RoleOrigin::Directory => write_member(out, "from", "directory"),
        RoleOrigin::DirectoryUntil(until) => {
            write_member(out, "from", "directory");
            write_seconds(out, "until", *until);
        }
        RoleOrigin::Everyone => write_member(out, "from", "everyone"),
        RoleOrigin::Group(id) => {
            write_member(out, "from", "group");
            write_member(out, "group", id);
        }
    }
}

fn write_seconds(out: &mut String, name: &str, seconds: UnixSeconds) {
    [",\"", name, "\":"]
        .iter()
        .for_each(|part| out.push_str(part));
    let mut digits = [0; DIGITS_MAX];
    let digits = decimal(seconds.0, &mut digits).iter();
    out.extend(digits.map(|digit| char::from(*digit)));
}

pub(crate) fn separate(out: &mut String, first: &mut bool) {
    if !*first {
        out.push_str(",");
    }
    *first = false;
}
