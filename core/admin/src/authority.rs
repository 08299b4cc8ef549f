//! What an actor has the authority to hand out or take away: whether its grants cover another.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_engine::UnixSeconds;
use portcullis_policy::atom::Atom;
use portcullis_policy::model::{Holdings, Model, PermissionIndex};

use crate::attributes::{Reads, reads};
use crate::endings::lasts;
use crate::grants::{self, ScopedPermission};
use crate::implication::{Side, bound, implies, on_team, with_present};

/// The grants of an actor, as conjunctions of atoms by permission.
#[derive(Debug)]
pub(crate) struct Authority<'m> {
    model: &'m Model,
    held: BTreeMap<PermissionIndex, Vec<HeldAlternative>>,
    /// The teams that the actor is on by its attributes.
    teams: BTreeSet<String>,
}

/// One alternative of a grant that is held.
#[derive(Debug)]
struct HeldAlternative {
    atoms: BTreeSet<Atom>,
    team: Option<String>,
    /// When it ends; nothing where it lasts.
    until: Option<UnixSeconds>,
}

/// The team that the holder of a grant is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BoundTeam<'t> {
    /// Whichever.
    Any,
    /// This one.
    Named(&'t str),
}

impl<'t> BoundTeam<'t> {
    /// Returns its name, if it is a certain one.
    pub(crate) const fn name(self) -> Option<&'t str> {
        match self {
            Self::Any => None,
            Self::Named(team) => Some(team),
        }
    }

    /// Returns what stands for it among the constants of atoms.
    const fn constant(self) -> &'t str {
        match self {
            // No team has this name, so what holds on it holds on every team.
            Self::Any => "\0",
            Self::Named(team) => team,
        }
    }
}

/// An attribute of a holder that changes, and how what reads it is to be covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Changing<'t> {
    attribute: &'t str,
    growing: Growing,
}

/// How alternatives are covered to which more values of the attribute only add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Growing {
    /// Whatever the attribute says.
    Without,
    /// As they are: the actor has these values too.
    AsTheyAre,
    /// Not at all: nobody has them yet, and whoever gives them covers them.
    Free,
}

impl<'t> Changing<'t> {
    /// One of somebody who may come to hold the grant, to values that are the actor's `own`.
    pub(crate) const fn of_anybody(attribute: &'t str, own: bool) -> Self {
        let growing = if own { Growing::Free } else { Growing::Without };
        Self { attribute, growing }
    }

    /// One of somebody who holds the grant, to values that the actor has too.
    pub(crate) const fn of_holder(attribute: &'t str) -> Self {
        let growing = Growing::AsTheyAre;
        Self { attribute, growing }
    }
}

impl<'m> Authority<'m> {
    pub(crate) fn new(model: &'m Model, holdings: &Holdings, teams: BTreeSet<String>) -> Self {
        let mut held = BTreeMap::<_, Vec<_>>::new();
        for binding in holdings.usable(model) {
            for grant in grants::of_role(model, binding.role) {
                let alternatives = alternatives(model, grant, binding.team.as_deref());
                let held = held.entry(grant.permission).or_default();
                held.extend(alternatives.map(|atoms| HeldAlternative {
                    atoms,
                    team: binding.team.clone(),
                    until: binding.until,
                }));
            }
        }
        Self { model, held, teams }
    }

    /// Says whether a grant, everywhere or on one team, is covered: each of its
    /// alternatives includes all atoms of some alternative that is held, for as long.
    pub(crate) fn covers(
        &self,
        grant: ScopedPermission,
        team: Option<&str>,
        until: Option<UnixSeconds>,
    ) -> bool {
        alternatives(self.model, grant, team).all(|wanted| {
            self.on(grant, until)
                .any(|own| own.atoms.is_subset(&wanted))
        })
    }

    /// Says whether what a grant bound to a team reaches by that very binding is held too.
    ///
    /// Within a grant bound to a team its holder is on that team, whatever its attributes
    /// say. So `shares(subject.teams, …)` reaches more there than it does for an actor who
    /// holds it everywhere: it reaches a team that neither of the two may be on.
    pub(crate) fn reaches(
        &self,
        grant: ScopedPermission,
        team: BoundTeam<'_>,
        until: Option<UnixSeconds>,
    ) -> bool {
        let team = team.constant();
        let attribute = self.model.attributes.team.as_deref().unwrap_or_default();
        let mut held = Vec::new();
        for own in self.on(grant, until) {
            held.push(own.atoms.clone());
            if own.team.as_deref() == Some(team) || self.teams.contains(team) {
                held.extend(on_team(&own.atoms, attribute, team, Side::Held));
            }
        }
        alternatives(self.model, grant, Some(team)).all(|wanted| {
            let mut ways = on_team(&wanted, attribute, team, Side::Wanted).into_iter();
            ways.all(|wanted| implies(&with_present(wanted), &held))
        })
    }

    /// Says whether what of a grant reads an attribute is covered, whatever the attribute says; or
    /// as `changing` says where more values only add to it.
    pub(crate) fn covers_changing(
        &self,
        grant: ScopedPermission,
        team: Option<&str>,
        until: Option<UnixSeconds>,
        changing: Changing<'_>,
    ) -> bool {
        alternatives(self.model, grant, team).all(|wanted| {
            let of = |atom: &Atom| reads(atom, changing.attribute);
            let how = wanted.iter().filter_map(of).collect::<Vec<_>>();
            let only_grows = how.iter().all(|how| *how == Reads::OnlyGrows);
            let wanted = match changing.growing {
                _ if how.is_empty() => return true,
                Growing::Free if only_grows => return true,
                Growing::AsTheyAre if only_grows => wanted,
                _ => wanted
                    .into_iter()
                    .filter(|atom| of(atom).is_none())
                    .collect(),
            };
            self.on(grant, until)
                .any(|own| own.atoms.is_subset(&wanted))
        })
    }

    fn on(
        &self,
        grant: ScopedPermission,
        until: Option<UnixSeconds>,
    ) -> impl Iterator<Item = &HeldAlternative> {
        let held = self.held.get(&grant.permission).into_iter().flatten();
        held.filter(move |own| lasts(own.until, until))
    }
}

/// Returns the alternatives of a grant, each with the atom of its team and what that implies.
fn alternatives<'a>(
    model: &'a Model,
    grant: ScopedPermission,
    team: Option<&'a str>,
) -> impl Iterator<Item = BTreeSet<Atom>> + use<'a> {
    let attribute = model.attributes.team.as_deref().unwrap_or_default();
    // INVARIANT (teams): without a team attribute nothing is bound to a team.
    let on_team = team.and_then(|team| model.team_atom(team));
    let condition = model.condition(grant.permission, grant.scope);
    let alternatives = condition.into_iter().flat_map(|condition| &condition.0);
    alternatives.filter_map(move |atoms| {
        let atoms = atoms.iter().cloned().chain(on_team.clone()).collect();
        match team {
            Some(team) => bound(atoms, attribute, team),
            None => Some(atoms),
        }
    })
}
