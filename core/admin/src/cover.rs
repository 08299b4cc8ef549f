//! Whether what somebody holds covers a grant.

use std::collections::{BTreeMap, BTreeSet};

use super::holdings::{self, Pair};
use portcullis_policy::atom::{Atom, Entity, Reference};
use portcullis_policy::model::{Holdings, Model, PermissionIndex};

/// What somebody holds, as conjunctions of atoms by permission.
#[derive(Debug)]
pub(super) struct Power<'m> {
    model: &'m Model,
    held: BTreeMap<PermissionIndex, Vec<Held>>,
    /// The teams that it is on by its attributes.
    teams: BTreeSet<String>,
}

/// One alternative of a grant that is held.
#[derive(Debug)]
struct Held {
    atoms: BTreeSet<Atom>,
    team: Option<String>,
}

/// A team that stands for every team: no team is called so.
pub(super) const ANY_TEAM: &str = "\0";

impl<'m> Power<'m> {
    pub(super) fn new(model: &'m Model, holdings: &Holdings, teams: BTreeSet<String>) -> Self {
        let mut held = BTreeMap::<_, Vec<_>>::new();
        for binding in holdings.usable(model) {
            for grant in holdings::of_role(model, binding.role) {
                let atoms = conjunctions(model, grant, binding.team.as_deref());
                let team = &binding.team;
                held.entry(grant.0).or_default().extend(atoms.map(|atoms| {
                    let team = team.clone();
                    Held { atoms, team }
                }));
            }
        }
        Self { model, held, teams }
    }

    /// Tells whether a grant, everywhere or on one team, is covered: each of its
    /// conjunctions includes all atoms of some conjunction that is held.
    pub(super) fn covers(&self, grant: Pair, team: Option<&str>) -> bool {
        conjunctions(self.model, grant, team)
            .all(|wanted| self.on(grant).any(|own| own.atoms.is_subset(&wanted)))
    }

    /// Tells whether what a grant bound to a team reaches by that very binding is held too.
    ///
    /// Within a grant bound to a team its holder is on that team, whatever its attributes
    /// say. So `shares(subject.teams, …)` is there more than it is to who holds it
    /// everywhere: it reaches a team that neither may be on.
    pub(super) fn reaches(&self, grant: Pair, team: &str) -> bool {
        let attribute = self.model.attributes.team.as_deref().unwrap_or_default();
        let mut held = Vec::new();
        for own in self.on(grant) {
            held.push(own.atoms.clone());
            if own.team.as_deref() == Some(team) || self.teams.contains(team) {
                held.extend(widened(&own.atoms, attribute, team, Side::Held));
            }
        }
        conjunctions(self.model, grant, Some(team)).all(|wanted| {
            let mut ways = widened(&wanted, attribute, team, Side::Wanted).into_iter();
            ways.all(|wanted| implies(&with_present(wanted), &held, SPLITS_MAX))
        })
    }

    fn on(&self, grant: Pair) -> impl Iterator<Item = &Held> {
        self.held.get(&grant.0).into_iter().flatten()
    }
}

/// Whose conjunction is widened; what cannot be said exactly is said against the actor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Held,
    Wanted,
}

/// Returns the ways in which a conjunction can hold of a subject that is on the team.
fn widened(atoms: &BTreeSet<Atom>, attribute: &str, team: &str, side: Side) -> Vec<BTreeSet<Atom>> {
    let of_team = |of: &Reference| of.entity == Entity::Subject && of.attribute == attribute;
    let is_team = |constants: &[String]| constants.iter().any(|constant| constant == team);
    let mut ways = vec![BTreeSet::new()];
    for atom in atoms {
        // What the atom may be instead; nothing where it just holds.
        let mut instead = vec![Some(atom.clone())];
        match atom {
            Atom::Shares { subject, with } if subject == attribute => {
                instead.push(Some(Atom::Is {
                    of: with.clone(),
                    constants: vec![team.to_owned()],
                }));
            }
            Atom::Is { of, constants } if of_team(of) && is_team(constants) => instead = vec![None],
            Atom::Lacks { of, constants } if of_team(of) && is_team(constants) => {
                return Vec::new();
            }
            Atom::Within { of, constants } if of_team(of) && !is_team(constants) => {
                return Vec::new();
            }
            Atom::Within { of, .. } if of_team(of) && side == Side::Wanted => instead = vec![None],
            _ => {}
        }
        ways = instead
            .iter()
            .flat_map(|atom| {
                let mut ways = ways.clone();
                ways.iter_mut().for_each(|way| way.extend(atom.clone()));
                ways
            })
            .collect();
        if ways.len() > WAYS_MAX {
            // Everything, which only who holds everything covers; or nothing that is held.
            let everything = (side == Side::Wanted).then(BTreeSet::new);
            return everything.into_iter().collect();
        }
    }
    ways
}

/// Adds that what meets or lies within something is not empty.
fn with_present(mut atoms: BTreeSet<Atom>) -> BTreeSet<Atom> {
    let named = atoms.iter().filter_map(|atom| match atom {
        Atom::Shares { with: of, .. } | Atom::Is { of, .. } | Atom::Within { of, .. } => Some(of),
        _ => None,
    });
    let present = named
        .filter(|of| of.entity == Entity::Resource)
        .map(|of| Atom::Present {
            resource: of.attribute.clone(),
        })
        .collect::<Vec<_>>();
    atoms.extend(present);
    atoms
}

/// Tells whether of all that a conjunction holds of one of those held does; an attribute
/// of a resource is empty or it is not.
fn implies(wanted: &BTreeSet<Atom>, held: &[BTreeSet<Atom>], splits: usize) -> bool {
    if held.iter().any(|own| own.is_subset(wanted)) {
        return true;
    }
    let both = |resource: &String| {
        let resource = resource.clone();
        let present = Atom::Present {
            resource: resource.clone(),
        };
        [present, Atom::Absent { resource }]
    };
    let open = held.iter().flatten().find_map(|atom| match atom {
        Atom::Present { resource } | Atom::Absent { resource } => {
            let both = both(resource);
            let is_open = !both.iter().any(|atom| wanted.contains(atom));
            is_open.then_some(both)
        }
        _ => None,
    });
    match (open, splits.checked_sub(1)) {
        (Some(both), Some(splits)) => both.into_iter().all(|atom| {
            let mut wanted = wanted.clone();
            wanted.insert(atom);
            implies(&wanted, held, splits)
        }),
        _ => false,
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

/// How many ways of one conjunction are looked at.
const WAYS_MAX: usize = 64;
/// How many attributes are told apart by whether they are empty; beyond, nothing is implied.
const SPLITS_MAX: usize = 6;
