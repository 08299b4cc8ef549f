//! Kleene evaluation of a scope's condition over what is known.

use crate::{
    attributes::Attributes,
    bundle::Bundle,
    decide::Question,
    format::{Packed, Person, Source},
    ids::ScopeId,
    index::{AtomRow, PermissionRow, Span},
    set::{Set, Union},
    subject::Subject,
};

/// A truth value of Kleene's strong three-valued logic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    Unknown,
    True,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// Everything an atom may read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) who: Who<'a>,
    pub(crate) question: &'a Question<'a>,
}

/// The subject's side of the facts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who<'a> {
    kind: &'a str,
    id: &'a str,
    attributes: Attributes<'a>,
    directory: Option<Packed<'a, crate::format::PersonAttribute<'a>>>,
    /// Whether the directory's values are already among the attributes.
    united: bool,
}

impl<'a> Who<'a> {
    pub(crate) fn new(subject: &Subject<'a>, person: Option<&Person<'a>>) -> Self {
        Self {
            kind: subject.kind,
            id: subject.id,
            attributes: subject.attributes,
            directory: person.map(|person| person.attributes),
            united: false,
        }
    }

    pub(crate) const fn united(kind: &'a str, id: &'a str, attributes: Attributes<'a>) -> Self {
        Self {
            kind,
            id,
            attributes,
            directory: None,
            united: true,
        }
    }

    /// Returns what the request and the directory give of an attribute.
    pub(crate) fn attribute(&self, bundle: &'a Bundle, index: u16) -> (Set<'a>, Set<'a>) {
        let row = bundle.tables.subject_attributes.get(usize::from(index));
        let Some((name, directory_only)) = row else {
            return (Set::EMPTY, Set::EMPTY);
        };
        let asked = if *directory_only && !self.united {
            Set::EMPTY
        } else {
            let name = || Some(name.bytes(&bundle.bytes));
            self.attributes.get(index, name).unwrap_or(Set::EMPTY)
        };
        let listed = self.directory.and_then(|known| {
            known
                .iter()
                .find(|own| own.attribute == index)
                .map(|own| Set::packed(own.values.bytes()))
        });
        (asked, listed.unwrap_or(Set::EMPTY))
    }
}

/// A set in up to three parts, so that none has to be copied together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a>([Set<'a>; 3]);

impl<'a> Parts<'a> {
    #[inline]
    const fn whole(set: Set<'a>) -> Self {
        Self([set, Set::EMPTY, Set::EMPTY])
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.0.iter().all(|part| part.is_empty())
    }

    #[inline]
    fn meets(&self, other: Set<'_>) -> bool {
        self.0
            .iter()
            .any(|part| !part.is_empty() && part.meets(other))
    }

    fn is_within(&self, other: Set<'_>) -> bool {
        !self.is_empty() && self.0.iter().all(|part| part.is_within(other))
    }

    pub(crate) const fn values(&self) -> Union<'a> {
        Union::new(self.0)
    }
}

impl<'a> Facts<'a> {
    /// Evaluates a scope of a permission, held everywhere or on one team.
    #[inline]
    pub(crate) fn scope(
        &self,
        row: &PermissionRow,
        scope: ScopeId,
        team: Option<&'a str>,
    ) -> Truth {
        let Some(condition) = self.condition_of(row, scope) else {
            return Truth::False;
        };
        let bound = match team {
            None => Truth::True,
            Some(team) => self.team_atom(team),
        };
        if bound == Truth::False {
            bound
        } else {
            bound.min(self.condition(condition, team))
        }
    }

    /// Returns the condition behind a scope of a permission.
    #[inline]
    pub(crate) fn condition_of(&self, row: &PermissionRow, scope: ScopeId) -> Option<u16> {
        let tables = &self.bundle.tables;
        let rows = tables
            .scope_rows
            .get(tables.scope_tables.range(usize::from(row.scopes)))?;
        rows.iter()
            .find(|own| own.scope == scope.0)
            .map(|own| own.condition)
    }

    #[inline]
    fn condition(&self, condition: u16, team: Option<&'a str>) -> Truth {
        let mut truth = Truth::False;
        for conjunction in self.bundle.tables.conditions.range(usize::from(condition)) {
            truth = truth.max(self.conjunction(conjunction, team));
            if truth == Truth::True {
                break;
            }
        }
        truth
    }

    #[inline]
    fn conjunction(&self, conjunction: usize, team: Option<&'a str>) -> Truth {
        let mut truth = Truth::True;
        for atom in self.atoms(conjunction) {
            truth = truth.min(self.atom(atom, team));
            if truth == Truth::False {
                break;
            }
        }
        truth
    }

    pub(crate) fn atoms(&self, conjunction: usize) -> &'a [AtomRow] {
        let tables = &self.bundle.tables;
        tables
            .atoms
            .get(tables.conjunctions.range(conjunction))
            .unwrap_or_default()
    }

    /// `is(resource.<team attribute>, {team})`.
    pub(crate) fn team_atom(&self, team: &'a str) -> Truth {
        let Some(attribute) = self.bundle.tables.team else {
            return Truth::False;
        };
        match self.resource(attribute.resource) {
            None => Truth::Unknown,
            Some(set) => set.contains(team.as_bytes()).into(),
        }
    }

    #[inline]
    pub(crate) fn atom(&self, atom: &AtomRow, team: Option<&'a str>) -> Truth {
        match atom {
            // By far the most common: is the subject among the resource's …?
            AtomRow::Shares(Source::SubjectId, right) if !self.who.id.is_empty() => {
                match self.other(*right) {
                    Some(set) => set.contains(self.who.id.as_bytes()).into(),
                    None => Truth::Unknown,
                }
            }
            AtomRow::Shares(left, right) => {
                let own = self
                    .operand(*left, team)
                    .unwrap_or(Parts::whole(Set::EMPTY));
                match self.other(*right) {
                    Some(set) => own.meets(set).into(),
                    None if own.is_empty() => Truth::False,
                    None => Truth::Unknown,
                }
            }
            AtomRow::Is(source, constants) => {
                let constants = self.constants(*constants);
                match self.operand(*source, team) {
                    Some(set) => set.meets(constants).into(),
                    None if constants.is_empty() => Truth::False,
                    None => Truth::Unknown,
                }
            }
            AtomRow::Lacks(source, constants) => {
                let constants = self.constants(*constants);
                match self.operand(*source, team) {
                    Some(set) => (!set.meets(constants)).into(),
                    None if constants.is_empty() => Truth::True,
                    None => Truth::Unknown,
                }
            }
            AtomRow::Within(source, constants) => {
                let constants = self.constants(*constants);
                match self.operand(*source, team) {
                    Some(set) => set.is_within(constants).into(),
                    None if constants.is_empty() => Truth::False,
                    None => Truth::Unknown,
                }
            }
            AtomRow::Present(source) => self
                .other(*source)
                .map_or(Truth::Unknown, |set| (!set.is_empty()).into()),
            AtomRow::Absent(source) => self
                .other(*source)
                .map_or(Truth::Unknown, |set| set.is_empty().into()),
        }
    }

    pub(crate) fn constants(&self, span: Span) -> Set<'a> {
        Set::packed(span.bytes(&self.bundle.bytes))
    }

    /// Returns the set that a source names, or nothing where it is unknown.
    #[inline]
    pub(crate) fn operand(&self, source: Source, team: Option<&'a str>) -> Option<Parts<'a>> {
        match source {
            Source::SubjectId => Some(Parts::whole(Set::of_id(self.who.id))),
            Source::SubjectType => Some(Parts::whole(Set::of_id(self.who.kind))),
            Source::Subject(index) => {
                let (asked, listed) = self.who.attribute(self.bundle, index);
                let of_team = self
                    .bundle
                    .tables
                    .team
                    .and_then(|attribute| attribute.subject);
                let bound = team
                    .filter(|_| of_team == Some(index))
                    .map_or(Set::EMPTY, Set::of_id);
                Some(Parts([asked, listed, bound]))
            }
            Source::Action(_) | Source::Context(_) | Source::ResourceId | Source::Resource(_) => {
                self.other(source).map(Parts::whole)
            }
        }
    }

    #[inline]
    fn other(&self, source: Source) -> Option<Set<'a>> {
        let tables = &self.bundle.tables;
        let given = |attributes: &Attributes<'a>, names: &'a [Span], index: u16| {
            let name = || Some(names.get(usize::from(index))?.bytes(&self.bundle.bytes));
            attributes.get(index, name)
        };
        match source {
            Source::ResourceId => self.question.resource.id.map(Set::of_id),
            Source::Resource(index) => self.resource(index),
            Source::Action(index) => Some(
                given(&self.question.action, &tables.action_attributes, index)
                    .unwrap_or(Set::EMPTY),
            ),
            Source::Context(index) => Some(
                given(&self.question.context, &tables.context_attributes, index)
                    .unwrap_or(Set::EMPTY),
            ),
            Source::SubjectId | Source::SubjectType | Source::Subject(_) => Some(Set::EMPTY),
        }
    }

    #[inline]
    fn resource(&self, index: u16) -> Option<Set<'a>> {
        let names = &self.bundle.tables.resource_attributes;
        let name = || Some(names.get(usize::from(index))?.bytes(&self.bundle.bytes));
        self.question.resource.attributes.get(index, name)
    }
}
