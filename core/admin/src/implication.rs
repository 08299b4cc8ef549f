//! Whether a conjunction of atoms implies one that is held, on a team in particular.

use std::collections::BTreeSet;

use portcullis_policy::atom::{Atom, Entity, Reference};

/// Whose conjunction it is; what cannot be said exactly is said against the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// One that the actor holds.
    Held,
    /// One that it wants to hand out or take away.
    Wanted,
}

/// Returns the ways in which a conjunction can hold for a subject that is on the team.
pub(crate) fn on_team(
    atoms: &BTreeSet<Atom>,
    attribute: &str,
    team: &str,
    side: Side,
) -> Vec<BTreeSet<Atom>> {
    let of_team = |of: &Reference| of.entity == Entity::Subject && of.attribute == attribute;
    let is_team = |constants: &[String]| constants.iter().any(|constant| constant == team);
    let mut ways = vec![BTreeSet::new()];
    for atom in atoms {
        // What the atom may be instead; nothing where it holds in any case.
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
            // Wanted: everything, which only who holds everything covers. Held: nothing.
            let everything = (side == Side::Wanted).then(BTreeSet::new);
            return everything.into_iter().collect();
        }
    }
    ways
}

/// Adds that an attribute of the resource that meets or lies within something is not empty.
pub(crate) fn with_present(mut atoms: BTreeSet<Atom>) -> BTreeSet<Atom> {
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

/// Says whether, wherever a conjunction holds, one of those held does.
///
/// An attribute of a resource is empty or it is not, so both cases are tried.
pub(crate) fn implies(wanted: &BTreeSet<Atom>, held: &[BTreeSet<Atom>]) -> bool {
    implies_within(wanted, held, SPLITS_MAX)
}

fn implies_within(wanted: &BTreeSet<Atom>, held: &[BTreeSet<Atom>], splits: usize) -> bool {
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
            implies_within(&wanted, held, splits)
        }),
        _ => false,
    }
}

/// How many ways of one conjunction are looked at.
const WAYS_MAX: usize = 64;
/// How many attributes are distinguished by whether they are empty; beyond that, nothing is implied.
const SPLITS_MAX: usize = 6;
