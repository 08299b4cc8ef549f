//! Kleene evaluation of a scope's condition over what is known.

use core::mem;

use crate::{
    attributes::Attributes,
    bundle::Bundle,
    decide::Question,
    format::Source,
    ids::ScopeId,
    index::{AtomRange, AtomRow, ConjunctionAtom, PermissionRow, Span},
    set::{Set, Union},
    subject_facts::SubjectFacts,
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
    /// The subject's id.
    pub(crate) id: &'a str,
    pub(crate) subject: SubjectFacts<'a>,
    pub(crate) question: &'a Question<'a>,
}

/// Evaluates a condition. Most conditions only ask whether the resource is the subject's,
/// which takes a few instructions here; from the first other atom on, `any` evaluates.
#[inline]
pub(crate) fn subject_id_first<'a>(
    mut atoms: &'a [ConjunctionAtom],
    subject_id_in: impl Fn(u16) -> Truth,
    any: impl Fn(&'a [ConjunctionAtom]) -> Truth,
) -> Truth {
    let mut truth = Truth::False;
    while let Some((first, rest)) = atoms.split_first() {
        let ConjunctionAtom {
            atom: AtomRow::SubjectIdIn(index),
            is_last: true,
        } = first
        else {
            return truth.max(any(atoms));
        };
        match subject_id_in(*index) {
            Truth::True => return Truth::True,
            own => truth = truth.max(own),
        }
        atoms = rest;
    }
    truth
}

/// `shares(subject.id, resource.…)`.
#[inline]
pub(crate) fn subject_id_in(
    bundle: &Bundle,
    question: &Question<'_>,
    id: &str,
    index: u16,
) -> Truth {
    let names = &bundle.tables.resource_attributes;
    let name = || Some(names.get(usize::from(index))?.bytes(&bundle.bytes));
    match question.resource.attributes.has(index, name, id.as_bytes()) {
        Some(found) => found.into(),
        None if id.is_empty() => Truth::False,
        None => Truth::Unknown,
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
        let tables = &self.bundle.tables;
        match tables.condition(row, scope) {
            None => Truth::False,
            Some(condition) if team.is_some() => self.bound(condition, team),
            Some(condition) => subject_id_first(
                condition.of(&tables.atoms),
                |index| self.subject_id_in(index),
                |atoms| self.any(atoms, None),
            ),
        }
    }

    /// Evaluates the condition of a role that is bound to a team.
    #[inline(never)]
    pub(crate) fn bound(&self, condition: AtomRange, team: Option<&'a str>) -> Truth {
        let bound = team.map_or(Truth::True, |team| self.team_atom(team));
        bound.min(self.any(condition.of(&self.bundle.tables.atoms), team))
    }

    /// Evaluates a disjunction of conjunctions.
    #[inline(never)]
    pub(crate) fn any(&self, atoms: &[ConjunctionAtom], team: Option<&'a str>) -> Truth {
        let (mut any, mut all) = (Truth::False, Truth::True);
        for ConjunctionAtom { atom, is_last } in atoms {
            all = all.min(self.atom(atom, team));
            if *is_last {
                any = any.max(mem::replace(&mut all, Truth::True));
            }
        }
        any
    }

    /// `shares(subject.id, resource.…)`.
    #[inline]
    fn subject_id_in(&self, index: u16) -> Truth {
        subject_id_in(self.bundle, self.question, self.id, index)
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

    pub(crate) fn atom(&self, atom: &AtomRow, team: Option<&'a str>) -> Truth {
        match atom {
            AtomRow::True => Truth::True,
            AtomRow::SubjectIdIn(index) => self.subject_id_in(*index),
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
            AtomRow::Lacks(..) | AtomRow::Differs(..) if !self.has_its_data(atom) => Truth::False,
            AtomRow::Lacks(source, constants) => {
                let constants = self.constants(*constants);
                match self.operand(*source, team) {
                    Some(set) => (!set.meets(constants)).into(),
                    None if constants.is_empty() => Truth::True,
                    None => Truth::Unknown,
                }
            }
            AtomRow::Differs(left, right) => {
                let own = self
                    .operand(*left, team)
                    .unwrap_or(Parts::whole(Set::EMPTY));
                match self.other(*right) {
                    Some(set) => (!own.meets(set)).into(),
                    None if own.is_empty() => Truth::True,
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
            Source::SubjectId => Some(Parts::whole(Set::of_id(self.id))),
            Source::SubjectType => Some(Parts::whole(Set::of_id(self.subject.kind()))),
            Source::Subject(index) => {
                let own = self.subject.attribute(self.bundle, index);
                let of_team = self
                    .bundle
                    .tables
                    .team
                    .and_then(|attribute| attribute.subject);
                let bound = team
                    .filter(|_| of_team == Some(index))
                    .map_or(Set::EMPTY, Set::of_id);
                Some(Parts([own.requested, own.directory, bound]))
            }
            Source::Action(_) | Source::Context(_) | Source::ResourceId | Source::Resource(_) => {
                self.other(source).map(Parts::whole)
            }
        }
    }

    #[inline(never)]
    fn has_its_data(&self, atom: &AtomRow) -> bool {
        let guarded = atom.guarded();
        guarded
            .iter()
            .flatten()
            .all(|source| self.is_given(*source))
    }

    /// Says whether what a negative atom reads is given. Of a resource, what is not is unknown.
    pub(crate) fn is_given(&self, source: Source) -> bool {
        match source {
            Source::SubjectId => !self.id.is_empty(),
            Source::SubjectType => !self.subject.kind().is_empty(),
            // Without the team of a binding, which does not say what other teams there are.
            Source::Subject(index) => self.subject.attribute(self.bundle, index).is_given,
            // What is unknown may be given.
            Source::Action(index) => {
                self.action(index).is_some() || self.question.action.absent().is_none()
            }
            Source::Context(index) => {
                self.context(index).is_some() || self.question.context.absent().is_none()
            }
            Source::ResourceId | Source::Resource(_) => true,
        }
    }

    #[inline]
    fn other(&self, source: Source) -> Option<Set<'a>> {
        match source {
            Source::ResourceId => self.question.resource.id.map(Set::of_id),
            Source::Resource(index) => self.resource(index),
            Source::Action(index) => self.action(index).or(self.question.action.absent()),
            Source::Context(index) => self.context(index).or(self.question.context.absent()),
            Source::SubjectId | Source::SubjectType | Source::Subject(_) => Some(Set::EMPTY),
        }
    }

    fn action(&self, index: u16) -> Option<Set<'a>> {
        let names = &self.bundle.tables.action_attributes;
        self.given(&self.question.action, names, index)
    }

    fn context(&self, index: u16) -> Option<Set<'a>> {
        let names = &self.bundle.tables.context_attributes;
        self.given(&self.question.context, names, index)
    }

    #[inline]
    fn given(&self, attributes: &Attributes<'a>, names: &[Span], index: u16) -> Option<Set<'a>> {
        let name = || Some(names.get(usize::from(index))?.bytes(&self.bundle.bytes));
        attributes.get(index, name)
    }

    #[inline]
    fn resource(&self, index: u16) -> Option<Set<'a>> {
        let names = &self.bundle.tables.resource_attributes;
        self.given(&self.question.resource.attributes, names, index)
    }
}
