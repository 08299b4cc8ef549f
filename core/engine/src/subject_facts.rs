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

/// The subject, for an atom that reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SubjectFacts<'a> {
    /// As the request and the tenant's directory describe them.
    Once(&'a Subject<'a>, Option<&'a Person<'a>>),
    /// Resolved before.
    Session(&'a ResolvedSubject),
}

/// The values of one attribute of a subject, apart by where they come from, so that none has
/// to be copied together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SubjectAttribute<'a> {
    /// What the request gives; of a subject that was resolved, all values.
    pub(crate) requested: Set<'a>,
    /// What the tenant's directory gives.
    pub(crate) directory: Set<'a>,
    /// Whether one of them says what the values are, even if there are none.
    pub(crate) is_given: bool,
}

/// A subject with the values of the request and of the directory merged.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedSubject {
    kind: Box<str>,
    id: Box<str>,
    /// By number, one set for each declared attribute; nothing where it is not given.
    attributes: Box<[Option<Values>]>,
}

/// The values of an attribute that is given.
#[derive(Debug, Clone)]
struct Values(Box<[Box<str>]>);

impl ResolvedSubject {
    pub(crate) const fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn new(policy: &Policy, subject: &Subject<'_>, person: Option<&Person<'_>>) -> Self {
        let bundle = &policy.bundle;
        let count = u16::try_from(bundle.tables.subject_attributes.len()).unwrap_or(u16::MAX);
        let merge = |index: u16| {
            let own = SubjectFacts::Once(subject, person).attribute(bundle, index);
            let values = Union::new([own.requested, own.directory, Set::EMPTY]);
            let values = values.map(|value| Box::from(utf8(value)));
            own.is_given.then(|| Values(values.collect()))
        };
        Self {
            kind: subject.kind.into(),
            id: subject.id.into(),
            attributes: (0..count).map(merge).collect(),
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

    /// Returns the values of a declared attribute.
    pub(crate) fn attribute(&self, bundle: &'a Bundle, index: u16) -> SubjectAttribute<'a> {
        let at = usize::from(index);
        match self {
            Self::Session(resolved) => {
                let set = resolved.attributes.get(at).and_then(Option::as_ref);
                SubjectAttribute {
                    requested: set.map_or(Set::EMPTY, |set| Set::owned(&set.0)),
                    directory: Set::EMPTY,
                    is_given: set.is_some(),
                }
            }
            Self::Once(subject, person) => {
                let tables = &bundle.tables;
                let name = || Some(tables.subject_attributes.get(at)?.bytes(&bundle.bytes));
                // The request gives nothing that is not declared. Of what only the directory
                // gives, an entry says all that there is.
                let (requested, is_listed) = match tables.directory_only.get(at) {
                    Some(false) => (subject.attributes.get(index, name), false),
                    Some(true) => (None, person.is_some()),
                    None => (None, false),
                };
                let directory = person.and_then(|person| {
                    let mut own = person.attributes.iter();
                    own.find(|own| own.attribute == index)
                        .map(|own| Set::packed(own.values.bytes()))
                });
                let directory = directory.unwrap_or(Set::EMPTY);
                SubjectAttribute {
                    requested: requested.unwrap_or(Set::EMPTY),
                    directory,
                    is_given: is_listed || requested.is_some() || !directory.is_empty(),
                }
            }
        }
    }
}
