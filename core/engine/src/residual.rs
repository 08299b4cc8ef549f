//! The filter that the origin must apply where the edge cannot decide.

use alloc::{string::String, vec::Vec};
use core::{fmt, mem};

use portcullis_json::{write_list, write_member, write_string};

use crate::{
    condition::{Facts, Truth},
    decide::Pending,
    format::Source,
    index::{AtomRange, AtomRow, ConjunctionAtom, Span, utf8},
    limits::{LimitExceeded, RESIDUAL_BYTES_MAX},
    roles::{self, RoleLookup},
    session::Session,
    set::{Set, Union},
    sorted::insert,
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
    /// filled in.
    ///
    /// # Errors
    ///
    /// Refuses a residual longer than [`RESIDUAL_BYTES_MAX`]: it is never shortened.
    pub fn residual(&self) -> Result<Residual, LimitExceeded> {
        let mut unknown = Conjunctions(Vec::new());
        self.source.gather(self, &mut unknown);
        // Never written: a filter that nothing passes would look like an answer.
        if unknown.0.is_empty() {
            return Err(LimitExceeded::Residual);
        }
        unknown.residual()
    }
}

/// Where the filter's grants come from once it is asked for: a session, or a subject without one.
///
/// A trait, and no enum of the two, so that a guest which asks one way loads only that.
pub(crate) trait ResidualSource {
    /// Adds the unknown part of every grant on the permission.
    fn gather(&self, pending: &Pending<'_>, unknown: &mut Conjunctions);
}

// For the trait object, not a supertrait: else every guest would load how to write a session.
impl fmt::Debug for dyn ResidualSource + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidualSource")
    }
}

impl ResidualSource for Session {
    fn gather(&self, pending: &Pending<'_>, unknown: &mut Conjunctions) {
        let facts = self.facts(pending.question);
        for link in self.grants().chain(pending.permission) {
            unknown.add(&facts, link.condition, self.grants().team(link));
        }
    }
}

impl ResidualSource for Subject<'_> {
    fn gather(&self, pending: &Pending<'_>, unknown: &mut Conjunctions) {
        let policy = pending.policy;
        let tables = &policy.bundle.tables;
        let Some(row) = tables.permissions.get(pending.permission.index()) else {
            return;
        };
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
                    unknown.add(&facts, condition, held.team);
                }
            }
        });
    }
}

/// Conjunctions that are unknown, each ascending and without repetition, and so all of them.
pub(crate) struct Conjunctions(Vec<Vec<Unknown>>);

impl Conjunctions {
    /// Adds the conjunctions of a scope that are unknown, their known atoms dropped.
    fn add(&mut self, facts: &Facts<'_>, condition: AtomRange, team: Option<&str>) {
        let bound = team.map_or(Truth::True, |team| facts.team_atom(team));
        let mut outer = Vec::new();
        if let (Truth::Unknown, Some(team), Some(attribute)) =
            (bound, team, facts.bundle.tables.team)
        {
            let source = Source::Resource(attribute.resource);
            let values = Union::new([Set::of_id(team), Set::EMPTY, Set::EMPTY]);
            outer.push(unknown(facts, source, Test::In, values));
        }
        let (mut all, mut truth) = (outer.clone(), bound);
        for ConjunctionAtom { atom, is_last } in condition.of(&facts.bundle.tables.atoms) {
            let own = facts.atom(atom, team);
            truth = truth.min(own);
            if own == Truth::Unknown {
                insert(&mut all, fill_in(facts, atom, team));
            }
            if *is_last {
                let whole = mem::replace(&mut all, outer.clone());
                if mem::replace(&mut truth, bound) == Truth::Unknown {
                    insert(&mut self.0, whole);
                }
            }
        }
    }

    /// Writes the filter.
    fn residual(&self) -> Result<Residual, LimitExceeded> {
        let any = &self.0;
        // Quadratic, and bounded: a subject's grants on one permission are few.
        let absorbed = |own: &Vec<Unknown>| {
            any.iter()
                .any(|other| other != own && other.iter().all(|atom| own.contains(atom)))
        };
        let mut conjunctions: Vec<String> = Vec::new();
        for all in any.iter().filter(|own| !absorbed(own)) {
            let mut json = String::from(r#"{"all":["#);
            for (atom, at) in all.iter().zip(0_usize..) {
                if at > 0 {
                    json.push_str(",");
                }
                let start = atom.0.bytes().position(|byte| byte == b'{').unwrap_or(0);
                json.push_str(atom.0.get(start..).unwrap_or_default());
            }
            json.push_str("]}");
            insert(&mut conjunctions, json);
        }
        let mut json = String::from(r#"{"any":["#);
        for (all, at) in conjunctions.iter().zip(0_usize..) {
            if at > 0 {
                json.push_str(",");
            }
            json.push_str(all);
        }
        json.push_str("]}");
        if json.len() > RESIDUAL_BYTES_MAX {
            return Err(LimitExceeded::Residual);
        }
        Ok(Residual(json))
    }
}

/// One comparison with a resource attribute, as text that orders as an answer lists them:
/// the attribute's name, what is tested, and from the first brace on the JSON.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Unknown(String);

/// Tests in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    In,
    NotIn,
    Within,
    Present,
    Absent,
}

fn unknown(facts: &Facts<'_>, source: Source, test: Test, values: Union<'_>) -> Unknown {
    let tables = &facts.bundle.tables;
    let attribute = match source {
        Source::Resource(index) => {
            let span = tables.resource_attributes.get(usize::from(index));
            span.map(|span| utf8(span.bytes(&facts.bundle.bytes)))
                .unwrap_or_default()
        }
        _ => "id",
    };
    let (order, list, word) = match test {
        Test::In => ("\0", "in", ""),
        Test::NotIn => ("\x01", "not_in", ""),
        Test::Within => ("\x02", "within", ""),
        Test::Present => ("\x03", "", "present"),
        Test::Absent => ("\x04", "", "absent"),
    };
    // No name holds a control character, so a shorter name still comes first.
    let mut text = [attribute, order, r#"{"attribute":"#].concat();
    write_string(&mut text, attribute);
    if list.is_empty() {
        write_member(&mut text, "is", word);
        text.push_str("}");
    } else {
        text.push_str(",");
        write_string(&mut text, list);
        text.push_str(":[");
        write_list(&mut text, values.map(utf8));
        text.push_str("]}");
    }
    Unknown(text)
}

fn fill_in(facts: &Facts<'_>, atom: &AtomRow, team: Option<&str>) -> Unknown {
    let none = Union::new([Set::EMPTY; 3]);
    let of = |span: &Span| Union::new([facts.constants(*span), Set::EMPTY, Set::EMPTY]);
    match atom {
        AtomRow::Shares(left, right) => {
            let own = facts.operand(*left, team);
            let values = own.map_or(none, |parts| parts.values());
            unknown(facts, *right, Test::In, values)
        }
        AtomRow::SubjectIdIn(index) => {
            let id = Union::new([Set::of_id(facts.id), Set::EMPTY, Set::EMPTY]);
            unknown(facts, Source::Resource(*index), Test::In, id)
        }
        AtomRow::Is(source, span) => unknown(facts, *source, Test::In, of(span)),
        AtomRow::Lacks(source, span) => unknown(facts, *source, Test::NotIn, of(span)),
        AtomRow::Within(source, span) => unknown(facts, *source, Test::Within, of(span)),
        AtomRow::Present(source) => unknown(facts, *source, Test::Present, none),
        AtomRow::Absent(source) => unknown(facts, *source, Test::Absent, none),
        // Never unknown.
        AtomRow::True => unknown(facts, Source::ResourceId, Test::In, none),
    }
}
