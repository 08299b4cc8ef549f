//! What the actor has to cover for a step of a change, for as long as the step lasts.

use std::collections::BTreeSet;

use portcullis_engine::UnixSeconds;
use portcullis_policy::model::{Binding, Model, RoleIndex};
use portcullis_policy::source::Operation;

use crate::assignable::reachable;
use crate::authority::{BoundTeam, Changing};
use crate::authorization::{Authorization, Step, values};
use crate::grants::{self, ScopedPermission};
use crate::refused::{GrantName, Refused, RefusedReason};
use crate::{lookup, words};

/// What the actor has to cover for a step.
#[derive(Clone, Debug)]
pub(crate) enum Cover {
    /// Nothing is handed out or taken away.
    Nothing,
    /// All that a role grants, before and after, everywhere.
    Role {
        before: Option<String>,
        after: Option<String>,
    },
    /// All that a role lets its holder do and hand out, everywhere or on the step's team.
    Assigned { role: String, everywhere: bool },
    /// All that a role grants, which somebody is to lose, everywhere or on the step's team.
    Unassigned { role: String, everywhere: bool },
    /// All that somebody has or may come to have that reads an attribute, whatever that says; for
    /// values that the actor has itself, what somebody has.
    Attribute {
        attribute: String,
        /// The values that it gets or loses.
        changed: BTreeSet<String>,
        /// What somebody has.
        held: BTreeSet<Binding>,
    },
}

/// A grant that the actor has to cover.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RequiredGrant<'t> {
    grant: ScopedPermission,
    /// The team on which; everywhere if there is no team.
    team: Option<&'t str>,
    /// The team that its holder is bound to, so that the grant reaches that team.
    bound: Option<BoundTeam<'t>>,
    /// When it ends; it is to be covered for as long.
    until: Option<UnixSeconds>,
    /// The attribute of its holder that changes, where that is what the grant is covered for.
    changing: Option<Changing<'t>>,
}

/// Where grants have to be covered.
#[derive(Clone, Copy, Debug)]
struct Place<'t> {
    /// The team on which; everywhere if there is no team.
    team: Option<&'t str>,
    /// The team that their holder is bound to.
    bound: Option<BoundTeam<'t>>,
    /// When they end; nothing where they last.
    until: Option<UnixSeconds>,
}

impl Authorization<'_> {
    /// Refuses what hands out or takes away what the actor does not hold, or holds for less long.
    pub(crate) fn require_cover(&self, step: &Step, after: &Model) -> Result<(), Refused> {
        let lacking = self.lacking(step, after);
        if lacking.is_empty() {
            return Ok(());
        }
        let lacking_at = |at: UnixSeconds| {
            let then = Some(UnixSeconds(at.0.saturating_add(1)));
            self.lacking(&step.clone().until(then), after)
        };
        let now = lacking_at(self.now);
        if now.is_empty()
            && let Some(end) = self.ends_before(step, |at| Ok(lacking_at(at).is_empty()))?
        {
            let does = format!("holds {}", words::quoted(lacking_at(end.0)));
            return Err(Refused {
                lacking,
                ..self.ends_first(step, RefusedReason::NotCovered, &does, end)
            });
        }
        let ending = lacking.iter().filter(|name| !now.contains(name));
        let ending = words::quoted(ending);
        let ending = if ending.is_empty() {
            ending
        } else {
            format!("; and what it holds only for a time: {ending}")
        };
        let message = format!(
            "{} would hand out or take away what it does not hold: {}{ending}",
            self.who(),
            words::quoted(&now)
        );
        Err(Refused {
            lacking,
            ..Refused::new(
                RefusedReason::NotCovered,
                message,
                match &step.cover {
                    Cover::Attribute { attribute, .. } => format!(
                        "give values that the actor has itself, or ask somebody who holds these \
                         whatever `{attribute}` says"
                    ),
                    _ => "ask somebody who holds these, at these scopes or wider ones, there or everywhere".to_owned(),
                },
            )
        })
    }

    /// Names what is not covered of a step, in catalog order.
    fn lacking(&self, step: &Step, after: &Model) -> Vec<GrantName> {
        let required = self.required(step, after);
        let lacking = required.iter().filter_map(|one| self.lacking_of(one));
        let mut named = BTreeSet::new();
        lacking.filter(|name| named.insert(name.clone())).collect()
    }

    /// Names what of a grant is not covered.
    fn lacking_of(
        &self,
        RequiredGrant {
            grant,
            team,
            bound,
            until,
            changing,
        }: &RequiredGrant<'_>,
    ) -> Option<GrantName> {
        if let Some(changing) = changing {
            let covers = self
                .authority
                .covers_changing(*grant, *team, *until, *changing);
            return (!covers).then(|| lookup::grant_name(self.model, *grant, *team));
        }
        if !self.authority.covers(*grant, *team, *until) {
            return Some(lookup::grant_name(self.model, *grant, *team));
        }
        let bound = (*bound)?;
        let reaches = self.authority.reaches(*grant, bound, *until);
        (!reaches).then(|| lookup::grant_name(self.model, *grant, bound.name()))
    }

    fn required<'s>(&'s self, step: &'s Step, after: &Model) -> BTreeSet<RequiredGrant<'s>> {
        let place = |everywhere: bool| Place {
            team: step.team.as_deref().filter(|_| !everywhere),
            bound: step.team.as_deref().map(BoundTeam::Named),
            until: step.until,
        };
        match &step.cover {
            Cover::Nothing => BTreeSet::new(),
            Cover::Role {
                before,
                after: later,
            } => self.of_edit(before.as_deref(), later.as_deref(), after),
            Cover::Unassigned { role, everywhere } => {
                let role = self.model.role(role);
                let grants = role.map(|role| grants::of_role(self.model, role));
                at(place(*everywhere), &grants.unwrap_or_default()).collect()
            }
            Cover::Assigned { role, everywhere } => match self.model.role(role) {
                Some(role) => self.of_assignment(step, role, place(*everywhere)),
                None => BTreeSet::new(),
            },
            Cover::Attribute {
                attribute,
                changed,
                held,
            } => self.of_attribute(attribute, changed, held),
        }
    }

    /// Returns what reads an attribute that changes: whoever gets a value that the actor does not
    /// have may get any role later, so that all roles count; with one that it has, those it has.
    fn of_attribute<'s>(
        &'s self,
        attribute: &'s str,
        changed: &BTreeSet<String>,
        held: &'s BTreeSet<Binding>,
    ) -> BTreeSet<RequiredGrant<'s>> {
        let own = changed.is_subset(&values(self.model, self.actor, attribute));
        let required = |role: RoleIndex, team: Option<&'s str>, changing: Changing<'s>| {
            let grants = grants::of_role(self.model, role);
            let place = Place {
                team,
                bound: None,
                until: None,
            };
            let required = at(place, &grants).collect::<Vec<_>>().into_iter();
            required.map(move |required| RequiredGrant {
                changing: Some(changing),
                ..required
            })
        };
        let all = (0..).zip(&self.model.roles);
        let all = all.flat_map(|(index, _)| {
            required(RoleIndex(index), None, Changing::of_anybody(attribute, own))
        });
        let held = held.iter().filter(|_| own).flat_map(|binding| {
            let team = binding.team.as_deref();
            required(binding.role, team, Changing::of_holder(attribute))
        });
        all.chain(held).collect()
    }

    /// Returns all that a role grants before and after.
    fn of_edit(
        &self,
        before: Option<&str>,
        later: Option<&str>,
        after: &Model,
    ) -> BTreeSet<RequiredGrant<'_>> {
        // INVARIANT (numbers): permissions and scopes are the catalog's, so the two models
        // number them alike.
        let of = |model: &Model, id: Option<&str>| {
            let role = id.and_then(|id| model.role(id));
            role.map(|role| grants::of_role(model, role))
                .unwrap_or_default()
        };
        let (old, new) = (of(self.model, before), of(after, later));
        let everywhere = Place {
            team: None,
            bound: None,
            until: None,
        };
        let all = old.union(&new).copied().collect::<BTreeSet<_>>();
        let mut required = at(everywhere, &all).collect::<BTreeSet<_>>();
        // Whoever holds the role on a team gets or loses the difference there.
        let changed = old.symmetric_difference(&new).copied();
        let changed = changed.collect::<BTreeSet<_>>();
        for team in teams_of(self.model, before) {
            let place = Place {
                bound: Some(BoundTeam::Named(team)),
                ..everywhere
            };
            required.extend(at(place, &changed));
        }
        required
    }

    /// Returns all that a role lets its holder do and hand out.
    fn of_assignment<'t>(
        &self,
        step: &Step,
        role: RoleIndex,
        place: Place<'t>,
    ) -> BTreeSet<RequiredGrant<'t>> {
        let of_catalog = |role: &RoleIndex| grants::of_catalog(self.model, *role);
        let mut own = grants::of_role(self.model, role);
        let others = reachable(self.model, role);
        let mut others = others.iter().flat_map(of_catalog).collect::<BTreeSet<_>>();
        let gives = matches!(step.operation, Operation::Assign | Operation::Activate);
        if gives
            && self
                .assignable
                .contains(role, step.team.as_deref(), step.until)
        {
            // The vendor vouches for what the catalog grants: only what a tenant added is left.
            let of_vendor = of_catalog(&role);
            own.retain(|grant| !others.contains(grant) && !of_vendor.contains(grant));
            others = BTreeSet::new();
        }
        // What a role lists its holder may assign without cover, on any team if it holds the
        // role everywhere. So whoever hands the role out hands that out too.
        let reached = Place {
            bound: place.bound.or(Some(BoundTeam::Any)),
            ..place
        };
        at(place, &own).chain(at(reached, &others)).collect()
    }
}

fn at<'t, 'g>(
    place: Place<'t>,
    grants: &'g BTreeSet<ScopedPermission>,
) -> impl Iterator<Item = RequiredGrant<'t>> + use<'t, 'g> {
    grants.iter().map(move |grant| RequiredGrant {
        grant: *grant,
        team: place.team,
        bound: place.bound,
        until: place.until,
        changing: None,
    })
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
