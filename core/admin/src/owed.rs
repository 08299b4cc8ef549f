//! What the actor has to cover for a step of a change.

use std::collections::{BTreeMap, BTreeSet};

use super::cover::ANY_TEAM;
use super::desk::{Desk, Step};
use super::holdings::{self, Pair};
use super::names;
use super::refused::{GrantName, Refused, RefusedReason};
use portcullis_policy::model::{Binding, Holdings, Manages, Model, RoleIndex};
use portcullis_policy::source::Operation;

/// What the actor has to cover for a step.
#[derive(Clone, Debug)]
pub(super) enum Cover {
    /// Nothing is handed out or taken away.
    Nothing,
    /// All that a role grants, before and after, everywhere.
    Role {
        before: Option<String>,
        after: Option<String>,
    },
    /// All that a role lets its holder do and hand out, everywhere or in the step's team.
    Holding { role: String, everywhere: bool },
    /// All that a role grants, which somebody is to lose, everywhere or in the step's team.
    Losing { role: String, everywhere: bool },
}

/// A grant that the actor has to cover.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Owed {
    grant: Pair,
    /// The team on which; everywhere when there is none.
    team: Option<String>,
    /// The team that its holder is bound to, which makes it reach that team.
    bound: Option<String>,
}

impl Desk<'_> {
    /// Refuses what hands out or takes away what the actor does not hold.
    pub(super) fn covered(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        let mut lacking = Vec::new();
        for owed in self.owed(step, after) {
            let name = self.lacking(&owed);
            lacking.extend(name.filter(|name| !lacking.contains(name)));
        }
        if lacking.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{} would hand out or take away what it does not hold: {}",
            self.who(),
            names::quoted(&lacking)
        );
        let mut refused = Refused::new(
            RefusedReason::NotCovered,
            message,
            "ask somebody who holds these, at these scopes or wider ones, there or everywhere",
        );
        refused.lacking = lacking;
        Err(refused)
    }

    fn lacking(&self, Owed { grant, team, bound }: &Owed) -> Option<GrantName> {
        if !self.power.covers(*grant, team.as_deref()) {
            return Some(names::grant(self.model, *grant, team.as_deref()));
        }
        let bound = bound.as_deref()?;
        let named = Some(bound).filter(|team| *team != ANY_TEAM);
        let reaches = self.power.reaches(*grant, bound);
        (!reaches).then(|| names::grant(self.model, *grant, named))
    }

    fn owed(&self, step: &Step, after: &Model) -> BTreeSet<Owed> {
        let mut owed = BTreeSet::new();
        match &step.cover {
            Cover::Nothing => {}
            Cover::Role {
                before,
                after: later,
            } => {
                // INVARIANT (numbers): permissions and scopes are the catalog's, so that the
                // two models number them alike.
                let of = |model: &Model, id: &Option<String>| {
                    let role = id.as_ref().and_then(|id| model.role(id));
                    role.map(|role| holdings::of_role(model, role))
                        .unwrap_or_default()
                };
                let (old, new) = (of(self.model, before), of(after, later));
                owe(&mut owed, old.union(&new), None, None);
                // Whoever holds the role on a team gets or loses the difference there.
                for team in teams_of(self.model, before.as_deref()) {
                    let changed = old.symmetric_difference(&new);
                    owe(&mut owed, changed, None, Some(team));
                }
            }
            Cover::Losing { role, everywhere } => {
                let grants = self.of(role);
                let (team, bound) = place(step, *everywhere);
                owe(&mut owed, &grants, team, bound);
            }
            Cover::Holding { role, everywhere } => {
                let Some(index) = self.model.role(role) else {
                    return owed;
                };
                let (team, bound) = place(step, *everywhere);
                let listed = self.reach(index);
                let fixed = |role: &RoleIndex| holdings::of_catalog(self.model, *role);
                let mut own = self.of(role);
                let mut others = listed.iter().flat_map(fixed).collect::<BTreeSet<_>>();
                if step.operation == Operation::Assign && self.vendor_lists(index, step) {
                    // Only what a tenant added to it is left.
                    let vouched = others.into_iter().chain(fixed(&index));
                    let vouched = vouched.collect::<BTreeSet<_>>();
                    own.retain(|grant| !vouched.contains(grant));
                    others = BTreeSet::new();
                }
                owe(&mut owed, &own, team, bound);
                // What a role lists its holder may assign without cover, on any team if it
                // holds the role everywhere. So whoever hands the role out hands that out too.
                owe(&mut owed, &others, team, bound.or(Some(ANY_TEAM)));
            }
        }
        owed
    }

    fn of(&self, role: &str) -> BTreeSet<Pair> {
        let role = self.model.role(role);
        role.map(|role| holdings::of_role(self.model, role))
            .unwrap_or_default()
    }

    /// Tells whether the catalog lists a built-in role by name in what the actor manages,
    /// everywhere or on the step's team.
    fn vendor_lists(&self, role: RoleIndex, step: &Step) -> bool {
        self.listed
            .get(&role)
            .is_some_and(|teams| teams.contains(&None) || teams.contains(&step.team))
    }

    /// Returns the roles that a role lets its holder assign without cover, and those that
    /// they do, and so on.
    fn reach(&self, role: RoleIndex) -> BTreeSet<RoleIndex> {
        let mut reached = BTreeSet::new();
        let mut open = vec![role];
        while let Some(role) = open.pop() {
            for next in lists(self.model, role) {
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        reached
    }
}

/// Returns the built-in roles that the catalog lists by name in what these holdings manage,
/// with the teams of the roles that say so.
pub(super) fn listed(
    model: &Model,
    holdings: &Holdings,
) -> BTreeMap<RoleIndex, BTreeSet<Option<String>>> {
    let mut listed = BTreeMap::<_, BTreeSet<_>>::new();
    for binding in holdings.usable(model) {
        for role in lists(model, binding.role) {
            listed
                .entry(*role)
                .or_default()
                .insert(binding.team.clone());
        }
    }
    listed
}

/// Returns the roles that a built-in role lists by name in `manages`.
fn lists(model: &Model, role: RoleIndex) -> &[RoleIndex] {
    match model.roles.get(role.get()) {
        // `*` lists nothing: it names no role whose content the vendor would have vouched for.
        Some(role) if role.built_in => match &role.manages {
            Manages::Roles(roles) => roles,
            Manages::None | Manages::All => &[],
        },
        _ => &[],
    }
}

/// Returns where a step's grants are to be covered, and on which team its holder gets them.
fn place(step: &Step, everywhere: bool) -> (Option<&str>, Option<&str>) {
    let bound = step.team.as_deref();
    (bound.filter(|_| !everywhere), bound)
}

/// Returns the teams on which somebody of the directory or a group has a role.
fn teams_of<'m>(model: &'m Model, role: Option<&str>) -> BTreeSet<&'m str> {
    let role = role.and_then(|role| model.role(role));
    let people = model.tenant.directory.iter().map(|person| &person.roles);
    let groups = model.tenant.groups.iter().map(|group| &group.roles);
    let bindings = people.chain(groups).flatten();
    bindings
        .filter(|binding| Some(binding.role) == role)
        .filter_map(|Binding { team, .. }| team.as_deref())
        .collect()
}

fn owe<'g>(
    owed: &mut BTreeSet<Owed>,
    grants: impl IntoIterator<Item = &'g Pair>,
    team: Option<&str>,
    bound: Option<&str>,
) {
    owed.extend(grants.into_iter().map(|grant| Owed {
        grant: *grant,
        team: team.map(str::to_owned),
        bound: bound.map(str::to_owned),
    }));
}
