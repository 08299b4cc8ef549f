//! Whether what somebody holds covers a grant.

use std::collections::{BTreeMap, BTreeSet};

use super::holdings::{self, Holdings, Pair};
use crate::atom::{Atom, Entity, Reference};
use crate::model::{Model, PermissionIndex};

/// What somebody holds, as conjunctions of atoms by permission.
#[derive(Debug)]
pub(super) struct Power<'m> {
    model: &'m Model,
    held: BTreeMap<PermissionIndex, BTreeSet<BTreeSet<Atom>>>,
}

impl<'m> Power<'m> {
    pub(super) fn new(model: &'m Model, holdings: &Holdings) -> Self {
        let mut held = BTreeMap::<_, BTreeSet<_>>::new();
        for binding in holdings.usable(model) {
            for grant in holdings::of_role(model, binding.role) {
                let own = held.entry(grant.0).or_default();
                own.extend(conjunctions(model, grant, binding.team.as_deref()));
            }
        }
        Self { model, held }
    }

    /// Tells whether a grant, everywhere or on one team, is covered: each of its
    /// conjunctions includes all atoms of some conjunction that is held.
    pub(super) fn covers(&self, grant: Pair, team: Option<&str>) -> bool {
        conjunctions(self.model, grant, team).all(|wanted| {
            let mut held = self.held.get(&grant.0).into_iter().flatten();
            held.any(|own| own.is_subset(&wanted))
        })
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
