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

/// Returns a conjunction as it holds by a binding to the team, with what that says of the
/// other side of a negative atom; nothing where it never does.
pub(crate) fn bound(
    mut atoms: BTreeSet<Atom>,
    attribute: &str,
    team: &str,
) -> Option<BTreeSet<Atom>> {
    let mut also = Vec::new();
    for atom in &atoms {
        match atom {
            // The team is one of the subject's, so the other set does not have it.
            Atom::Differs { subject, with } if subject == attribute => also.push(Atom::Lacks {
                of: with.clone(),
                constants: vec![team.to_owned()],
            }),
            Atom::Lacks { of, constants }
                if is_of_subject(of, attribute) && has(constants, team) =>
            {
                return None;
            }
            Atom::Within { of, constants }
                if is_of_subject(of, attribute) && !has(constants, team) =>
            {
                return None;
            }
            _ => {}
        }
    }
    atoms.extend(also);
    Some(atoms)
}

/// Returns the ways in which a conjunction can hold for a subject that is on the team.
pub(crate) fn on_team(
    atoms: &BTreeSet<Atom>,
    attribute: &str,
    team: &str,
    side: Side,
) -> Vec<BTreeSet<Atom>> {
    let of_team = |of: &Reference| is_of_subject(of, attribute);
    let is_team = |constants: &[String]| has(constants, team);
    let Some(atoms) = bound(atoms.clone(), attribute, team) else {
        return Vec::new();
    };
    let mut ways = vec![BTreeSet::new()];
    for atom in &atoms {
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

fn is_of_subject(of: &Reference, attribute: &str) -> bool {
    of.entity == Entity::Subject && of.attribute == attribute
}

fn has(constants: &[String], team: &str) -> bool {
    constants.iter().any(|constant| constant == team)
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
