//! Why an answer is what it is, and what would allow it.

use alloc::{string::String, vec::Vec};

use crate::{
    answer::{member, write_json_string, write_list},
    condition::{Facts, Truth, Who},
    decide::Question,
    ids::{PermissionId, RoleId},
    index::PermissionRow,
    limits::LimitExceeded,
    policy::Policy,
    roles::{self, Finding, Held, Origin},
    subject::Subject,
};

/// An answer with its grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation(String);

impl Explanation {
    /// Returns compact JSON: `permission`, `answer`, the `roles` held and where each
    /// comes from, what was `ignored` and why, the `grants` with what each is worth
    /// here (`true`, `false`, `unknown`), and under `would_allow` the smallest
    /// changes: the `features` to turn on, the `roles` any one of which would do, and
    /// the `grants` that a held role would need.
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
        let answer = self.decide(subject, permission, question).answer(self)?;
        let person = self.person(subject);
        let facts = question.facts(self, Who::new(subject, person.as_ref()));
        let mut findings = Vec::new();
        roles::each(self, subject, person.as_ref(), |finding| {
            findings.push(finding)
        });
        let mut out = String::from(r#"{"permission":"#);
        write_json_string(&mut out, permission);
        out.push_str(r#","answer":"#);
        out.push_str(&answer);
        self.write_findings(&mut out, &findings);
        let held = roles::held(self, subject, person.as_ref());
        let known = self.permission(permission);
        let row = known.and_then(|id| self.bundle.tables.permissions.get(id.index()));
        out.push_str(r#","grants":["#);
        if let (Some(id), Some(row)) = (known, row) {
            self.write_grants(&mut out, &facts, id, row, &held);
        }
        out.push_str(r#"],"would_allow":{"features":["#);
        if let (Some(id), Some(row)) = (known, row) {
            let missing = self.gate.missing(&self.bundle, id);
            write_list(
                &mut out,
                missing
                    .into_iter()
                    .map(|feature| self.feature_name(feature)),
            );
            self.write_cures(&mut out, &facts, id, row, &held);
        } else {
            out.push_str(r#"],"roles":[],"grants":["#);
        }
        out.push_str("]}}");
        Ok(Explanation(out))
    }

    fn write_findings(&self, out: &mut String, findings: &[Finding<'_>]) {
        out.push_str(r#","roles":["#);
        let mut first = true;
        for finding in findings {
            if let Finding::Holds(held, origin) = finding {
                separate(out, &mut first);
                self.write_held(out, held);
                write_origin(out, origin);
                out.push('}');
            }
        }
        out.push_str(r#"],"ignored":["#);
        first = true;
        for finding in findings {
            let (kind, name, why) = match finding {
                Finding::Holds(..) => continue,
                Finding::UnknownRole(name) => ("role", *name, "unknown"),
                Finding::UnknownGroup(id) => ("group", *id, "unknown"),
                Finding::UnknownTeam(id) => ("team", *id, "unknown"),
                Finding::NotYetAvailable(role) => {
                    ("role", self.role_name(*role), "not-yet-available")
                }
                Finding::NoTeamAttribute(team) => ("team", *team, "no-team-attribute"),
            };
            separate(out, &mut first);
            out.push_str(r#"{"kind":"#);
            write_json_string(out, kind);
            member(out, "id", name);
            member(out, "why", why);
            out.push('}');
        }
        out.push(']');
    }

    fn write_grants(
        &self,
        out: &mut String,
        facts: &Facts<'_>,
        permission: PermissionId,
        row: &PermissionRow,
        held: &[Held<'_>],
    ) {
        let mut first = true;
        for own in held {
            let Some(set) = self.bundle.tables.grants.find(permission, own.role) else {
                continue;
            };
            for scope in self.scopes_of(set) {
                separate(out, &mut first);
                self.write_held(out, own);
                member(out, "scope", self.scope_name(*scope));
                let holds = match facts.scope(row, *scope, own.team) {
                    Truth::True => "true",
                    Truth::False => "false",
                    Truth::Unknown => "unknown",
                };
                member(out, "holds", holds);
                out.push('}');
            }
        }
    }

    /// Writes the roles and grants that would make the answer an allowance.
    fn write_cures(
        &self,
        out: &mut String,
        facts: &Facts<'_>,
        permission: PermissionId,
        row: &PermissionRow,
        held: &[Held<'_>],
    ) {
        let grants = &self.bundle.tables.grants;
        out.push_str(r#"],"roles":["#);
        let mut first = true;
        for role in (0..).map(RoleId).take(self.bundle.tables.roles.len()) {
            let own = Held { role, team: None };
            if held.contains(&own) {
                continue;
            }
            let Some(set) = grants.find(permission, role) else {
                continue;
            };
            let mut scopes = self.scopes_of(set).iter();
            if let Some(scope) = scopes.find(|scope| facts.scope(row, **scope, None) == Truth::True)
            {
                separate(out, &mut first);
                self.write_held(out, &own);
                member(out, "scope", self.scope_name(*scope));
                out.push('}');
            }
        }
        out.push_str(r#"],"grants":["#);
        first = true;
        let tables = &self.bundle.tables;
        let rows = tables
            .scope_rows
            .get(tables.scope_tables.range(usize::from(row.scopes)));
        for own in held {
            let set = grants.find(permission, own.role);
            let has = set.map(|set| self.scopes_of(set)).unwrap_or_default();
            for scope in rows
                .unwrap_or_default()
                .iter()
                .map(|row| crate::ids::ScopeId(row.scope))
            {
                if !has.contains(&scope) && facts.scope(row, scope, own.team) == Truth::True {
                    separate(out, &mut first);
                    self.write_held(out, own);
                    member(out, "scope", self.scope_name(scope));
                    out.push('}');
                }
            }
        }
    }

    fn write_held(&self, out: &mut String, held: &Held<'_>) {
        out.push_str(r#"{"role":"#);
        write_json_string(out, self.role_name(held.role));
        if let Some(team) = held.team {
            member(out, "team", team);
        }
    }
}

fn write_origin(out: &mut String, origin: &Origin<'_>) {
    match origin {
        Origin::Request => member(out, "from", "request"),
        Origin::Directory => member(out, "from", "directory"),
        Origin::Group(id) => {
            member(out, "from", "group");
            member(out, "group", id);
        }
    }
}

fn separate(out: &mut String, first: &mut bool) {
    if !*first {
        out.push(',');
    }
    *first = false;
}
