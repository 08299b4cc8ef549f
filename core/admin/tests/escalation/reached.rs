//! What somebody reaches: of every permission, the resources on which it holds.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_policy::atom::{Atom, Entity};
use portcullis_policy::model::{Binding, Grant, Model};

use super::power::{bindings, listed};
use super::random::{BUILT_IN, NEW, OWN, TEAMS};

/// By permission, a bit for each resource of [`resources`].
pub(crate) type Reach = BTreeMap<String, u16>;

/// What one holder reached at the start, and would have with all that the actors had.
pub(crate) struct Reached {
    /// Who.
    pub(crate) holder: String,
    who: Who,
    /// What it reached.
    pub(crate) before: Reach,
    /// What it would with the actors' grants and teams, and what those may hand out.
    pub(crate) pool: Reach,
}

#[derive(Clone, PartialEq)]
enum Who {
    User(String),
    Group(String),
    /// Somebody whose token states a role.
    Token(&'static str),
}

/// A subject on whose resources the conditions are tried.
struct Subject<'s> {
    id: &'s str,
    teams: BTreeSet<&'s str>,
}

/// Works out for each user, each group's members and whom a token gives a role what they reach.
pub(crate) fn reached_by_all(start: &Model, actors: &[&str]) -> Vec<Reached> {
    let people = start.tenant.directory.iter();
    let people = people.map(|person| Who::User(person.id.clone()));
    let groups = start.tenant.groups.iter();
    let groups = groups.map(|group| Who::Group(group.id.clone()));
    let new = [Who::User("new".to_owned()), Who::Group("g-new".to_owned())];
    let tokens = [&BUILT_IN[..], &OWN[..], &NEW[..]].concat();
    let tokens = tokens.into_iter().map(Who::Token);
    let all = people.chain(groups).chain(new).chain(tokens);
    all.map(|who| Reached {
        holder: match &who {
            Who::User(id) => format!("user {id}"),
            Who::Group(id) => format!("somebody of the group {id}"),
            Who::Token(role) => format!("somebody whose token states {role}"),
        },
        before: who.reach(start),
        pool: pool(start, &who, actors),
        who,
    })
    .collect()
}

impl Reached {
    /// Returns what it reaches now, with nothing where it no longer does.
    pub(crate) fn now(&self, model: &Model) -> Reach {
        let mut now = self.who.reach(model);
        for permission in self.before.keys() {
            now.entry(permission.clone()).or_default();
        }
        now
    }
}

impl Who {
    fn id(&self) -> &str {
        match self {
            Self::User(id) => id,
            Self::Group(_) | Self::Token(_) => "somebody",
        }
    }

    fn reach(&self, model: &Model) -> Reach {
        let held = match self {
            Self::User(id) => bindings(model, id),
            Self::Group(id) => {
                let groups = model.tenant.groups.iter();
                let mut groups = groups.filter(|group| group.id == *id);
                groups
                    .next()
                    .map(|group| group.roles.clone())
                    .unwrap_or_default()
            }
            Self::Token(id) => return stated(model, id),
        };
        let mut reach = Reach::new();
        add_all(&mut reach, model, self.id(), &self.teams(model), &held);
        reach
    }

    fn teams<'m>(&self, model: &'m Model) -> BTreeSet<&'m str> {
        match self {
            Self::User(id) => teams_of(model, id),
            Self::Group(_) | Self::Token(_) => BTreeSet::new(),
        }
    }
}

/// Returns what somebody reaches whose token states a role, if it counts there.
fn stated(model: &Model, id: &str) -> Reach {
    let mut reach = Reach::new();
    let role = model.roles.iter().find(|role| role.id == id);
    if let Some(role) = role.filter(|role| role.claimable && role.available) {
        add(
            &mut reach,
            model,
            "somebody",
            &BTreeSet::new(),
            &role.grants,
            None,
        );
    }
    reach
}

fn pool(start: &Model, who: &Who, actors: &[&str]) -> Reach {
    let mut reach = Reach::new();
    let mut teams = who.teams(start);
    for actor in actors {
        teams.extend(teams_of(start, actor));
    }
    for actor in actors {
        add_all(&mut reach, start, who.id(), &teams, &bindings(start, actor));
        // What the catalog lists they may hand out on any team.
        let everywhere = TEAMS.iter().copied().collect();
        for Binding { role, team, .. } in listed(start, actor) {
            let role = &start.roles[role.get()];
            let fixed = role.grants_unedited.as_ref().unwrap_or(&role.grants);
            add(
                &mut reach,
                start,
                who.id(),
                &everywhere,
                fixed,
                team.as_deref(),
            );
        }
    }
    reach
}

fn teams_of<'m>(model: &'m Model, id: &str) -> BTreeSet<&'m str> {
    let people = model.tenant.directory.iter();
    let person = people.filter(|person| person.id == id);
    let attributes = person.flat_map(|person| &person.attributes);
    let teams = attributes.filter(|(name, _)| name == "teams");
    teams
        .flat_map(|(_, teams)| teams)
        .map(String::as_str)
        .collect()
}

fn add_all(
    reach: &mut Reach,
    model: &Model,
    id: &str,
    teams: &BTreeSet<&str>,
    bindings: &[Binding],
) {
    for Binding { role, team, .. } in bindings {
        let role = &model.roles[role.get()];
        if role.available {
            add(reach, model, id, teams, &role.grants, team.as_deref());
        }
    }
}

fn add(
    reach: &mut Reach,
    model: &Model,
    id: &str,
    teams: &BTreeSet<&str>,
    grants: &[Grant],
    bound: Option<&str>,
) {
    let mut teams = teams.clone();
    teams.extend(bound);
    let subject = Subject { id, teams };
    for grant in grants {
        let permission = &model.permissions[grant.permission.get()];
        let scopes = permission
            .scopes
            .iter()
            .filter(|(scope, _)| model.scope_sets[grant.scopes.get()].contains(scope));
        let mut bits = 0;
        for (_, condition) in scopes {
            for atoms in &model.conditions[condition.get()].0 {
                bits |= subject.bits(atoms, bound);
            }
        }
        *reach.entry(permission.name.clone()).or_default() |= bits;
    }
}

impl Subject<'_> {
    /// Returns the resources on which all atoms hold, and the bound team's own alone.
    fn bits(&self, atoms: &[Atom], bound: Option<&str>) -> u16 {
        let mut bits = 0;
        for number in 0..16_u16 {
            let on = |attribute: &str| match attribute {
                "owner" if number & 1 != 0 => vec![self.id],
                "creator" if number & 2 != 0 => vec![self.id],
                "teams" => {
                    let teams = TEAMS.iter().zip([4, 8]);
                    let on = teams.filter(|(_, bit)| number & bit != 0);
                    on.map(|(team, _)| *team).collect()
                }
                _ => Vec::new(),
            };
            let in_team = bound.is_none_or(|team| on("teams").contains(&team));
            if in_team && atoms.iter().all(|atom| self.holds(atom, on)) {
                bits |= 1 << number;
            }
        }
        bits
    }

    fn holds<'r>(&'r self, atom: &Atom, on: impl Fn(&str) -> Vec<&'r str>) -> bool {
        match atom {
            Atom::Shares { subject, with } => {
                let resource = on(&with.attribute);
                match subject.as_str() {
                    "id" => resource.contains(&self.id),
                    _ => resource.iter().any(|team| self.teams.contains(team)),
                }
            }
            Atom::Differs { subject, with } if subject == "id" => {
                !on(&with.attribute).contains(&self.id)
            }
            Atom::Is { of, constants } if of.entity == Entity::Resource => on(&of.attribute)
                .iter()
                .any(|team| constants.iter().any(|one| one == team)),
            Atom::Within { of, constants } if of.entity == Entity::Resource => {
                let resource = on(&of.attribute);
                let mut each = resource.iter();
                !resource.is_empty() && each.all(|team| constants.iter().any(|one| one == team))
            }
            Atom::True => true,
            other => panic!("the random policies have no {other}"),
        }
    }
}
