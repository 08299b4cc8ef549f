//! The subject's side of the facts.

use alloc::boxed::Box;

use crate::{
    bundle::Bundle,
    format::Person,
    index::utf8,
    policy::Policy,
    set::{Set, Union},
    subject::Subject,
};

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SubjectFacts<'a> {
    /// As the request and the tenant's directory describe them.
    Once(&'a Subject<'a>, Option<&'a Person<'a>>),
    /// Resolved before.
    Session(&'a ResolvedSubject),
}

/// A subject whose own values and the directory's were united.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedSubject {
    kind: Box<str>,
    id: Box<str>,
    /// By number, one set for each declared attribute.
    attributes: Box<[Box<[Box<str>]>]>,
}

impl ResolvedSubject {
    pub(crate) const fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn new(policy: &Policy, subject: &Subject<'_>, person: Option<&Person<'_>>) -> Self {
        let bundle = &policy.bundle;
        let count = u16::try_from(bundle.tables.subject_attributes.len()).unwrap_or(u16::MAX);
        let unite = |index: u16| {
            let (asked, listed) = SubjectFacts::Once(subject, person).attribute(bundle, index);
            let values = Union::new([asked, listed, Set::EMPTY]);
            values.map(|value| Box::from(utf8(value))).collect()
        };
        Self {
            kind: subject.kind.into(),
            id: subject.id.into(),
            attributes: (0..count).map(unite).collect(),
        }
    }
}

impl<'a> SubjectFacts<'a> {
    pub(crate) fn kind(&self) -> &'a str {
        match self {
            Self::Once(subject, _) => subject.kind,
            Self::Session(resolved) => &resolved.kind,
        }
    }

    /// Returns what the request and the directory give of an attribute.
    pub(crate) fn attribute(&self, bundle: &'a Bundle, index: u16) -> (Set<'a>, Set<'a>) {
        let at = usize::from(index);
        match self {
            Self::Session(resolved) => {
                let set = resolved.attributes.get(at);
                (set.map_or(Set::EMPTY, |set| Set::owned(set)), Set::EMPTY)
            }
            Self::Once(subject, person) => {
                let tables = &bundle.tables;
                let name = || Some(tables.subject_attributes.get(at)?.bytes(&bundle.bytes));
                // Of what is not declared nothing is taken.
                let asked = match tables.directory_only.get(at) {
                    Some(false) => subject.attributes.get(index, name),
                    Some(true) | None => None,
                };
                let listed = person.and_then(|person| {
                    let mut own = person.attributes.iter();
                    own.find(|own| own.attribute == index)
                        .map(|own| Set::packed(own.values.bytes()))
                });
                (asked.unwrap_or(Set::EMPTY), listed.unwrap_or(Set::EMPTY))
            }
        }
    }
}
