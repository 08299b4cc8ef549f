//! The modules that a subject sees, with what it may do in each.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use portcullis_json::{write_member, write_string};

use crate::{
    attributes::Attributes,
    bits::Bits,
    condition::Truth,
    decide::Question,
    ids::{ActionId, ModuleId, ScopeId, UnixSeconds},
    policy::Policy,
    session::{Session, SessionExpired},
    subject::Resource,
};

/// The visible modules in catalog order.
#[derive(Debug, Clone)]
pub struct Snapshot<'a> {
    policy: &'a Policy,
    modules: Vec<(ModuleId, Range<usize>)>,
    grants: Vec<VisibleGrant<'a>>,
}

/// One visible module.
#[derive(Debug, Clone, Copy)]
pub struct VisibleModule<'a> {
    /// The module's id.
    pub module: &'a str,
    /// What people call it.
    pub label: &'a str,
    /// What the subject may do in it, submodules not counted: actions in catalog
    /// order; each global before team-bound, by team, by scope.
    pub grants: &'a [VisibleGrant<'a>],
}

/// An action that the subject may do, in a scope, perhaps on one team only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisibleGrant<'a> {
    /// The action.
    pub action: ActionId,
    /// The scope.
    pub scope: ScopeId,
    /// The team that the role is bound to.
    pub team: Option<&'a str>,
}

impl Session {
    /// Returns the modules that the tenant's features and the subject's grants leave
    /// visible, without the grants that are false whatever is asked. For display: enforcement is [`Session::decide`].
    ///
    /// # Errors
    ///
    /// Fails from [`Session::valid_until`] on.
    pub fn visible(&self, now: UnixSeconds) -> Result<Snapshot<'_>, SessionExpired> {
        if now >= self.valid_until() {
            return Err(SessionExpired);
        }
        let policy = self.policy();
        let may_hold = self.may_hold();
        let tables = &policy.bundle.tables;
        let mut grants: Vec<VisibleGrant<'_>> = Vec::new();
        let mut own: Vec<(ModuleId, Range<usize>)> = Vec::new();
        let mut visible = Bits::new(tables.modules.len());
        for permission in self.grants().held() {
            let Some(row) = tables.permissions.get(permission.index()) else {
                continue;
            };
            let start = grants.len();
            for (number, link) in self.grants().numbered(permission) {
                if !may_hold.get(number) {
                    continue;
                }
                let grant = VisibleGrant {
                    action: row.action,
                    scope: link.scope,
                    team: self.grants().team(link),
                };
                let listed = grants.get(start..).unwrap_or_default();
                // A role held everywhere has no team, which sorts before any team.
                let at = listed.binary_search_by(|other| {
                    let by_team = other.team.cmp(&grant.team);
                    by_team.then(other.scope.cmp(&grant.scope))
                });
                if let Err(at) = at {
                    grants.insert(start.saturating_add(at), grant);
                }
            }
            if grants.len() == start {
                continue;
            }
            match own.last_mut() {
                Some((module, range)) if *module == row.module => range.end = grants.len(),
                _ => {
                    show(policy, &mut visible, row.module);
                    own.push((row.module, start..grants.len()));
                }
            }
        }
        let mut modules = Vec::with_capacity(own.len());
        let mut own = own.into_iter().peekable();
        for module in (0..).map(ModuleId).take(tables.modules.len()) {
            if visible.get(module.index()) {
                let range = own
                    .next_if(|(next, _)| *next == module)
                    .map(|(_, range)| range);
                modules.push((module, range.unwrap_or_default()));
            }
        }
        Ok(Snapshot {
            policy,
            modules,
            grants,
        })
    }
}

impl Session {
    /// Returns the numbers of the links that are not false, whatever is asked.
    fn may_hold(&self) -> Bits {
        let question = Question {
            resource: Resource::UNKNOWN,
            action: Attributes::UNKNOWN,
            context: Attributes::UNKNOWN,
        };
        let facts = self.facts(&question);
        let links = self.grants().links();
        let mut may_hold = Bits::new(links.len());
        for (link, number) in links.iter().zip(0_usize..) {
            let truth = facts.bound(link.condition, self.grants().team(link));
            if truth != Truth::False {
                may_hold.set(number);
            }
        }
        may_hold
    }
}

impl Snapshot<'_> {
    /// Returns how many modules are visible.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.modules.len()
    }

    /// Says whether nothing is visible.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// Returns the visible modules in catalog order.
    pub fn modules(&self) -> impl Iterator<Item = VisibleModule<'_>> {
        self.modules.iter().map(|(module, range)| VisibleModule {
            module: self.policy.module_name(*module),
            label: self.policy.module_label(*module),
            grants: self.grants.get(range.clone()).unwrap_or_default(),
        })
    }

    /// Returns the snapshot as compact JSON, in canonical order:
    /// `{"modules":[{"module","label","grants":[{"action","scope","team"?}]}]}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from(r#"{"modules":["#);
        for (module, at) in self.modules().zip(0_usize..) {
            out.push_str(if at > 0 {
                r#",{"module":"#
            } else {
                r#"{"module":"#
            });
            write_string(&mut out, module.module);
            write_member(&mut out, "label", module.label);
            out.push_str(r#","grants":["#);
            for (grant, at) in module.grants.iter().zip(0_usize..) {
                out.push_str(if at > 0 {
                    r#",{"action":"#
                } else {
                    r#"{"action":"#
                });
                write_string(&mut out, self.policy.action_name(grant.action));
                write_member(&mut out, "scope", self.policy.scope_name(grant.scope));
                if let Some(team) = grant.team {
                    write_member(&mut out, "team", team);
                }
                out.push_str("}");
            }
            out.push_str("]}");
        }
        out.push_str("]}");
        out
    }
}

/// Marks a module and all above it.
fn show(policy: &Policy, visible: &mut Bits, module: ModuleId) {
    let mut next = Some(module);
    while let Some(module) = next.filter(|module| !visible.get(module.index())) {
        visible.set(module.index());
        next = policy.bundle.tables.parent(module);
    }
}
