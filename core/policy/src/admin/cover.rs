//! Whether what somebody holds covers a grant.

use std::collections::{BTreeMap, BTreeSet};

use super::holdings::{self, Holdings, Pair};
use crate::atom::{Atom, Entity, Reference};
use crate::model::{Model, PermissionIndex};

/// What somebody holds, as conjunctions of atoms by permission.
#[derive(Debug)]
pub(super) struct Power<'m> {
    model: &'m Model,
    held: BTreeMap<PermissionIndex, Vec<Held>>,
    /// The teams that it is in without being bound to them.
    teams: BTreeSet<String>,
}

/// One alternative of one grant.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    atoms: BTreeSet<Atom>,
    team: Option<String>,
}

impl<'m> Power<'m> {
    pub(super) fn new(model: &'m Model, holdings: &Holdings, teams: BTreeSet<String>) -> Self {
        let mut held = BTreeMap::<_, Vec<Held>>::new();
        for binding in holdings.usable(model) {
            for (permission, scope) in holdings::of_role(model, binding.role) {
                let own = held.entry(permission).or_default();
                for atoms in conjunctions(model, (permission, scope), binding.team.as_deref()) {
                    let team = binding.team.clone();
                    own.push(Held { atoms, team });
                }
            }
        }
        for own in held.values_mut() {
            own.sort_unstable();
            own.dedup();
        }
        Self { model, held, teams }
    }

    /// Tells whether a grant, everywhere or on one team, is covered: each of its
    /// conjunctions includes all atoms of some conjunction that is held.
    pub(super) fn covers(&self, grant: Pair, team: Option<&str>) -> bool {
        let held = self.held.get(&grant.0).map_or(&[][..], Vec::as_slice);
        conjunctions(self.model, grant, team).all(|wanted| {
            let mut held = held.iter();
            held.any(|own| own.atoms.is_subset(&wanted) && self.reaches(own, team))
        })
    }

    /// Being bound to a team puts the holder in that team. So a conjunction that speaks
    /// of the subject's teams means more there, unless its own holder is in the team too.
    fn reaches(&self, own: &Held, team: Option<&str>) -> bool {
        let Some(team) = team else { return true };
        own.team.as_deref() == Some(team)
            || self.teams.contains(team)
            || !own
                .atoms
                .iter()
                .any(|atom| speaks_of_teams(self.model, atom))
    }
}

/// Returns the alternatives of a grant, each with the atom of its team.
fn conjunctions<'m>(
    model: &'m Model,
    (permission, scope): Pair,
    team: Option<&str>,
) -> impl Iterator<Item = BTreeSet<Atom>> + use<'m> {
    let bound = team.map(|team| team_atom(model, team));
    let scopes = model.permissions.get(permission.get());
    let scopes = scopes.map_or(&[][..], |permission| &permission.scopes);
    let condition = scopes
        .iter()
        .find(|(known, _)| *known == scope)
        .and_then(|(_, condition)| model.conditions.get(condition.get()));
    let alternatives = condition.map_or(&[][..], |condition| &condition.0);
    alternatives
        .iter()
        .map(move |atoms| atoms.iter().cloned().chain(bound.clone()).collect())
}

fn team_atom(model: &Model, team: &str) -> Atom {
    // INVARIANT (teams): without a team attribute nothing is bound to a team.
    let attribute = model.attributes.team.clone().unwrap_or_default();
    Atom::Is {
        of: Reference {
            entity: Entity::Resource,
            attribute,
        },
        constants: vec![team.to_owned()],
    }
}

fn speaks_of_teams(model: &Model, atom: &Atom) -> bool {
    let mut references = atom.references().into_iter();
    references.any(|reference| {
        reference.entity == Entity::Subject
            && Some(&reference.attribute) == model.attributes.team.as_ref()
    })
}
