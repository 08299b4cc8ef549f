//! Conjunctions of atoms that no request can satisfy.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_policy::atom::{Atom, Entity, Reference};

/// Returns whether no subject, resource, action and context make all of the atoms hold.
///
/// Sound, not complete: what it calls impossible is, but it looks at one attribute, or
/// at the two of a `shares`, at a time.
pub(super) fn is_impossible(conjunction: &[Atom]) -> bool {
    let mut known = BTreeMap::<Reference, Known<'_>>::new();
    for atom in conjunction {
        match atom {
            Atom::True => {}
            Atom::Shares { subject, with } => {
                known.entry(of_subject(subject)).or_default().filled = true;
                known.entry(with.clone()).or_default().filled = true;
            }
            // Two sets of which nothing is known may differ.
            Atom::Differs { .. } => {}
            Atom::Is { of, constants } => known.entry(of.clone()).or_default().is(of, constants),
            Atom::Lacks { of, constants } => {
                let known = known.entry(of.clone()).or_default();
                known.lacks.extend(constants.iter().map(String::as_str));
            }
            Atom::Within { of, constants } => {
                known.entry(of.clone()).or_default().within(constants)
            }
            Atom::Present { resource } => {
                known.entry(of_resource(resource)).or_default().filled = true;
            }
            Atom::Absent { resource } => {
                known.entry(of_resource(resource)).or_default().empty = true;
            }
        }
    }
    known.values().any(Known::is_impossible)
        || conjunction.iter().any(|atom| match atom {
            Atom::Shares { subject, with } => {
                let sets = (known.get(&of_subject(subject)), known.get(with));
                matches!(sets, (Some(one), Some(other)) if one.is_apart_from(other))
            }
            Atom::Differs { subject, with } => {
                let sets = (known.get(&of_subject(subject)), known.get(with));
                let common = matches!(sets, (Some(one), Some(other)) if one.must_meet(other));
                let shared = Atom::Shares {
                    subject: subject.clone(),
                    with: with.clone(),
                };
                common || conjunction.contains(&shared)
            }
            _ => false,
        })
}

/// What a conjunction says of one attribute's set.
#[derive(Debug, Default)]
struct Known<'a> {
    /// It has an element.
    filled: bool,
    /// It has none.
    empty: bool,
    /// All its elements are among these.
    within: Option<BTreeSet<&'a str>>,
    /// None of its elements is among these.
    lacks: BTreeSet<&'a str>,
    /// It meets each of these.
    meets: Vec<&'a [String]>,
}

impl<'a> Known<'a> {
    fn is(&mut self, of: &Reference, constants: &'a [String]) {
        self.filled = true;
        if has_one_at_most(of) {
            self.within(constants);
        } else {
            self.meets.push(constants);
        }
    }

    fn within(&mut self, constants: &'a [String]) {
        self.filled = true;
        let constants = constants
            .iter()
            .map(String::as_str)
            .collect::<BTreeSet<_>>();
        self.within = Some(match self.within.take() {
            Some(known) => known.intersection(&constants).copied().collect(),
            None => constants,
        });
    }

    fn may_have(&self, element: &str) -> bool {
        let within = self.within.as_ref();
        within.is_none_or(|within| within.contains(element)) && !self.lacks.contains(element)
    }

    fn is_impossible(&self) -> bool {
        let none_left = self
            .within
            .as_ref()
            .is_some_and(|within| !within.iter().any(|element| self.may_have(element)));
        let unmet = |constants: &&[String]| !constants.iter().any(|one| self.may_have(one));
        (self.filled && self.empty) || none_left || self.meets.iter().any(unmet)
    }

    /// Returns the elements that it must have.
    fn must_have(&self) -> impl Iterator<Item = &str> {
        let within = self.within.iter().filter(|within| within.len() == 1);
        let met = self.meets.iter().filter_map(|constants| {
            let mut possible = constants.iter().filter(|one| self.may_have(one));
            possible.next().filter(|_| possible.next().is_none())
        });
        let within = within.flat_map(|within| within.iter().copied());
        within.chain(met.map(String::as_str))
    }

    /// Returns whether the two sets must have an element in common.
    fn must_meet(&self, other: &Self) -> bool {
        self.must_have()
            .any(|one| other.must_have().any(|own| own == one))
    }

    /// Returns whether the two sets can have no element in common.
    fn is_apart_from(&self, other: &Self) -> bool {
        let apart = |one: &Self, other: &Self| {
            one.within.as_ref().is_some_and(|within| {
                let mut common = within.iter();
                !common.any(|element| one.may_have(element) && other.may_have(element))
            })
        };
        apart(self, other) || apart(other, self)
    }
}

/// Ids and types are sets of one element at most.
fn has_one_at_most(of: &Reference) -> bool {
    of.entity.own_attributes().contains(&of.attribute.as_str())
}

fn of_subject(attribute: &str) -> Reference {
    Reference {
        entity: Entity::Subject,
        attribute: attribute.to_owned(),
    }
}

fn of_resource(attribute: &str) -> Reference {
    Reference {
        entity: Entity::Resource,
        attribute: attribute.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictions_are_found_and_nothing_else_is() {
        for (atoms, impossible) in [
            (&["present(resource.x)", "absent(resource.x)"][..], true),
            (&["present(resource.x)", "absent(resource.y)"], false),
            (&["is(resource.x, {a})", "lacks(resource.x, {a})"], true),
            (&["is(resource.x, {a, b})", "lacks(resource.x, {a})"], false),
            (&["is(resource.x, {a})", "lacks(subject.x, {a})"], false),
            (&["is(resource.x, {a})", "absent(resource.x)"], true),
            (
                &["shares(subject.id, resource.x)", "absent(resource.x)"],
                true,
            ),
            (&["lacks(resource.x, {a})", "absent(resource.x)"], false),
            (&["is(resource.x, {a})", "is(resource.x, {b})"], false),
            (&["is(subject.type, {a})", "is(subject.type, {b})"], true),
            (
                &["is(subject.type, {a, b})", "is(subject.type, {b, c})"],
                false,
            ),
            (
                &[
                    "is(resource.id, {a, b})",
                    "is(resource.id, {b, c})",
                    "lacks(resource.id, {b})",
                ],
                true,
            ),
            (
                &["within(resource.x, {a})", "within(resource.x, {b})"],
                true,
            ),
            (
                &["within(resource.x, {a, b})", "within(resource.x, {b})"],
                false,
            ),
            (
                &["within(resource.x, {a, b})", "lacks(resource.x, {a, b})"],
                true,
            ),
            (
                &["within(resource.x, {a, b})", "lacks(resource.x, {a})"],
                false,
            ),
            (
                &[
                    "within(resource.x, {a, b})",
                    "lacks(resource.x, {a})",
                    "is(resource.x, {a, c})",
                ],
                true,
            ),
            (
                &[
                    "shares(subject.id, resource.x)",
                    "is(subject.id, {a})",
                    "within(resource.x, {b})",
                ],
                true,
            ),
            (
                &[
                    "shares(subject.id, resource.x)",
                    "is(subject.id, {a})",
                    "lacks(resource.x, {a})",
                ],
                true,
            ),
            (
                &[
                    "shares(subject.id, resource.x)",
                    "is(subject.id, {a})",
                    "is(resource.x, {b})",
                ],
                false,
            ),
            (
                &[
                    "shares(subject.t, context.t)",
                    "within(context.t, {a})",
                    "lacks(subject.t, {a})",
                ],
                true,
            ),
            (
                &[
                    "shares(subject.t, context.t)",
                    "within(context.t, {a})",
                    "lacks(subject.t, {b})",
                ],
                false,
            ),
            (
                &[
                    "shares(subject.id, resource.x)",
                    "differs(subject.id, resource.x)",
                ],
                true,
            ),
            (
                &[
                    "shares(subject.id, resource.x)",
                    "differs(subject.id, resource.y)",
                ],
                false,
            ),
            (
                &[
                    "differs(subject.t, context.t)",
                    "within(subject.t, {a})",
                    "is(context.t, {a})",
                ],
                true,
            ),
            (
                &[
                    "differs(subject.t, context.t)",
                    "within(subject.t, {a})",
                    "is(context.t, {a, b})",
                ],
                false,
            ),
            (
                &[
                    "differs(subject.t, context.t)",
                    "is(subject.t, {a, c})",
                    "is(context.t, {a, b})",
                    "lacks(subject.t, {c})",
                    "lacks(context.t, {b})",
                ],
                true,
            ),
            (
                &["differs(subject.id, resource.x)", "absent(resource.x)"],
                false,
            ),
            (&["true"], false),
            (&[], false),
        ] {
            let parsed = atoms.iter().map(|atom| Atom::parse(atom).unwrap());
            let parsed = parsed.collect::<Vec<_>>();
            assert_eq!(is_impossible(&parsed), impossible, "{atoms:?}");
        }
    }
}
