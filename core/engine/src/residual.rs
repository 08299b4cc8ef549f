//! The filter that the origin must apply where the edge cannot decide.

use alloc::string::String;
use core::{fmt, mem};

use crate::{
    condition::{Facts, Truth},
    decide::Pending,
    disjunction::{Comparison, Conjunction, Disjunction, Test},
    format::Source,
    index::{AtomRange, AtomRow, ConjunctionAtom, Span, utf8},
    limits::LimitExceeded,
    roles::{self, RoleLookup},
    session::Session,
    set::{Set, Union},
    subject::Subject,
};

/// A disjunction of conjunctions over resource attributes, in canonical order.
///
/// Never empty, and neither is one of its conjunctions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residual(String);

impl Residual {
    /// Returns `{"any":[{"all":[…]},…]}`.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl Pending<'_> {
    /// Returns the unknown part of the subject's grants with the subject's values
    /// filled in, in canonical form (docs/MEANING.md, Residual).
    ///
    /// # Errors
    ///
    /// Refuses a residual longer than [`RESIDUAL_BYTES_MAX`](crate::limits::RESIDUAL_BYTES_MAX):
    /// it is never cut short.
    pub fn residual(&self) -> Result<Residual, LimitExceeded> {
        self.source.residual(self).map(Residual)
    }
}

/// Where the filter's grants come from once it is asked for: a session, or a subject without one.
///
/// A trait, and no enum of the two, so that a guest which asks one way loads only that.
pub(crate) trait ResidualSource {
    /// Writes the unknown part of every grant on the permission.
    fn residual(&self, pending: &Pending<'_>) -> Result<String, LimitExceeded>;
}

// For the trait object, not a supertrait: else every guest would load how to write a session.
impl fmt::Debug for dyn ResidualSource + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidualSource")
    }
}

impl ResidualSource for Session {
    fn residual(&self, pending: &Pending<'_>) -> Result<String, LimitExceeded> {
        let facts = self.facts(pending.question);
        let mut unknown = Disjunction::default();
        for link in self.grants().chain(pending.permission) {
            add(
                &mut unknown,
                &facts,
                link.condition,
                self.grants().team(link),
            );
        }
        unknown.written()
    }
}

impl ResidualSource for Subject<'_> {
    fn residual(&self, pending: &Pending<'_>) -> Result<String, LimitExceeded> {
        let policy = pending.policy;
        let tables = &policy.bundle.tables;
        let Some(row) = tables.permissions.get(pending.permission.index()) else {
            return Err(LimitExceeded::Residual);
        };
        let mut unknown = Disjunction::default();
        let person = policy.person(self);
        let facts = pending.question.facts(policy, self, person.as_ref());
        roles::visit(policy, self, person.as_ref(), &mut |lookup| {
            let RoleLookup::Assigned(held, _) = lookup else {
                return;
            };
            let Some(set) = tables.grants.find(pending.permission, held.role) else {
                return;
            };
            for scope in policy.scopes_of(set) {
                if let Some(condition) = tables.condition(row, *scope) {
                    add(&mut unknown, &facts, condition, held.team);
                }
            }
        });
        unknown.written()
    }
}

/// Adds the conjunctions of a scope that are unknown, their known atoms dropped.
fn add<'a>(
    unknown: &mut Disjunction<'a>,
    facts: &Facts<'a>,
    condition: AtomRange,
    team: Option<&'a str>,
) {
    let bound = team.map_or(Truth::True, |team| facts.team_atom(team));
    let mut outer = Conjunction::default();
    if let (Truth::Unknown, Some(team), Some(attribute)) = (bound, team, facts.bundle.tables.team) {
        let source = Source::Resource(attribute.resource);
        let values = Union::new([Set::of_id(team), Set::EMPTY, Set::EMPTY]);
        outer.add(comparison(facts, source, Test::In, values));
    }
    let (mut all, mut truth) = (outer.clone(), bound);
    for ConjunctionAtom { atom, is_last } in condition.of(&facts.bundle.tables.atoms) {
        let own = facts.atom(atom, team);
        truth = truth.min(own);
        if own == Truth::Unknown {
            all.add(fill_in(facts, atom, team));
        }
        if *is_last {
            let whole = mem::replace(&mut all, outer.clone());
            if mem::replace(&mut truth, bound) == Truth::Unknown {
                unknown.add(whole);
            }
        }
    }
}

fn comparison<'a>(
    facts: &Facts<'a>,
    source: Source,
    test: Test,
    values: Union<'a>,
) -> Comparison<'a> {
    let tables = &facts.bundle.tables;
    let attribute = match source {
        Source::Resource(index) => {
            let span = tables.resource_attributes.get(usize::from(index));
            span.map(|span| utf8(span.bytes(&facts.bundle.bytes)))
                .unwrap_or_default()
        }
        _ => "id",
    };
    Comparison {
        attribute,
        test,
        values: values.map(utf8).collect(),
    }
}

fn fill_in<'a>(facts: &Facts<'a>, atom: &AtomRow, team: Option<&'a str>) -> Comparison<'a> {
    let none = Union::new([Set::EMPTY; 3]);
    let of = |span: &Span| Union::new([facts.constants(*span), Set::EMPTY, Set::EMPTY]);
    match atom {
        AtomRow::Shares(left, right) => {
            let own = facts.operand(*left, team);
            let values = own.map_or(none, |parts| parts.values());
            comparison(facts, *right, Test::In, values)
        }
        AtomRow::Differs(left, right) => {
            let own = facts.operand(*left, team);
            let values = own.map_or(none, |parts| parts.values());
            comparison(facts, *right, Test::NotIn, values)
        }
        AtomRow::SubjectIdIn(index) => {
            let id = Union::new([Set::of_id(facts.id), Set::EMPTY, Set::EMPTY]);
            comparison(facts, Source::Resource(*index), Test::In, id)
        }
        AtomRow::Is(source, span) => comparison(facts, *source, Test::In, of(span)),
        AtomRow::Lacks(source, span) => comparison(facts, *source, Test::NotIn, of(span)),
        AtomRow::Within(source, span) => comparison(facts, *source, Test::Within, of(span)),
        AtomRow::Present(source) => comparison(facts, *source, Test::Present, none),
        AtomRow::Absent(source) => comparison(facts, *source, Test::Absent, none),
        // Never unknown.
        AtomRow::True => comparison(facts, Source::ResourceId, Test::In, none),
    }
}
