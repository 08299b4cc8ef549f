//! The roles with their effective grants: clones, patterns, exceptions and edits.

use std::collections::HashMap;

use portcullis_json::Path;

use super::expand::{Expander, Granted};
use super::names::check_label;
use crate::model::{Grant, Role, RoleIndex, ScopeIndex, ScopeSetIndex};
use crate::source::{self, Catalog, Tenant};

/// The roles, and the sets of scopes that their grants name.
#[derive(Debug, Default)]
pub(super) struct Roles {
    pub(super) roles: Vec<Role>,
    pub(super) scope_sets: Vec<Vec<ScopeIndex>>,
}

/// Writes out every role.
pub(super) fn roles(
    catalog: &Catalog,
    tenant: &Tenant,
    expander: Expander<'_>,
    at: &Path<'_>,
) -> Roles {
    let (at_catalog, at_tenant) = (at.key("catalog"), at.key("tenant"));
    let (at_built_in, at_custom) = (at_catalog.key("roles"), at_tenant.key("roles"));
    let built_in = catalog
        .roles
        .iter()
        .map(|(id, role)| (id, role, at_built_in.key(id)));
    let custom = tenant
        .roles
        .iter()
        .map(|(id, role)| (id, role, at_custom.key(id)));
    let written = built_in
        .chain(custom)
        // A tenant's role that repeats an id has no number of its own, and has been reported.
        .scan(0_usize, |next, (id, role, path)| {
            let first = expander
                .roles
                .find(id)
                .is_some_and(|known| known.get() == *next);
            *next = next.saturating_add(usize::from(first));
            Some(first.then_some(Written { id, role, path }))
        })
        .flatten()
        .collect::<Vec<_>>();
    let mut writing = Writing {
        expander,
        written: &written,
        bases: Vec::new(),
        done: vec![None; written.len()],
        sets: HashMap::new(),
        scope_sets: Vec::new(),
    };
    writing.bases = (0..written.len())
        .map(|index| writing.base(index))
        .collect();
    writing.cut_cycles();
    for index in 0..written.len() {
        writing.write_with_bases(index);
    }
    let mut roles = writing.finish();
    edit(&mut roles, tenant, expander, &at_tenant);
    roles
}

/// A role as written, and where.
#[derive(Debug)]
struct Written<'a> {
    id: &'a str,
    role: &'a source::Role,
    path: Path<'a>,
}

struct Writing<'a> {
    expander: Expander<'a>,
    written: &'a [Written<'a>],
    /// What each role is a copy of, with whether its grants are still copied.
    bases: Vec<Option<(usize, bool)>>,
    done: Vec<Option<Vec<Grant>>>,
    sets: HashMap<Vec<ScopeIndex>, ScopeSetIndex>,
    scope_sets: Vec<Vec<ScopeIndex>>,
}

impl Writing<'_> {
    fn base(&self, index: usize) -> Option<(usize, bool)> {
        let Written { role, path, .. } = self.written.get(index)?;
        let Expander {
            roles, problems, ..
        } = self.expander;
        let (at_clones, at_base) = (path.key("clones"), path.key("base"));
        let (id, at, follows) = match (&role.clones, &role.base) {
            (Some(_), Some(_)) => {
                problems.error(
                    &at_base,
                    "this role already says that it `clones` another",
                    "keep `clones` to go on copying, or `base` with its grants written out",
                );
                return None;
            }
            (Some(id), None) => (id, &at_clones, true),
            (None, Some(id)) => (id, &at_base, false),
            (None, None) => return None,
        };
        let built_in = number(index).is_some_and(|role| roles.is_built_in(role));
        let base = if built_in {
            roles.expect_built_in(id, at, problems)
        } else {
            let found = roles.seek(id, at, problems);
            if found.is_some_and(|base| roles.is_contested(base)) {
                problems.gone(
                    at,
                    format!("`{id}` is a role of the tenant and one of the catalog, so nothing is copied"),
                    "name the role that is meant",
                );
                return None;
            }
            found
        };
        base.map(|base| (base.get(), follows))
    }

    /// Reports each cycle of copies, and goes on as if its first role copied nothing.
    fn cut_cycles(&mut self) {
        // A role settled once need not be walked again, so this is linear.
        let mut settled = vec![false; self.written.len()];
        for start in 0..self.written.len() {
            let mut chain = Vec::new();
            let mut next = Some(start);
            while let Some(index) = next.filter(|index| settled.get(*index) == Some(&false)) {
                if let Some(first) = chain.iter().position(|known| *known == index) {
                    self.report_cycle(chain.get(first..).unwrap_or_default());
                    if let Some(base) = self.bases.get_mut(index) {
                        *base = None;
                    }
                    break;
                }
                chain.push(index);
                next = self
                    .bases
                    .get(index)
                    .copied()
                    .flatten()
                    .map(|(base, _)| base);
            }
            for index in chain {
                if let Some(settled) = settled.get_mut(index) {
                    *settled = true;
                }
            }
        }
    }

    fn report_cycle(&self, cycle: &[usize]) {
        let found = cycle.iter().filter_map(|index| self.written.get(*index));
        let ids = found.map(|written| written.id).collect::<Vec<_>>();
        let (Some(first), Some(id)) = (
            cycle.first().and_then(|index| self.written.get(*index)),
            ids.first(),
        ) else {
            return;
        };
        let key = if first.role.clones.is_some() {
            "clones"
        } else {
            "base"
        };
        self.expander.problems.error(
            &first.path.key(key),
            format!(
                "this role is a copy of itself: `{}` → `{id}`",
                ids.join("` → `")
            ),
            "let one of them state its own grants",
        );
    }

    /// Writes a role out after all that it copies.
    fn write_with_bases(&mut self, index: usize) {
        let mut pending = vec![index];
        // INVARIANT (acyclic): `cut_cycles` came before, so this ends.
        while let Some(base) = pending.last().and_then(|last| self.followed(*last)) {
            if self.done.get(base).is_none_or(Option::is_some) {
                break;
            }
            pending.push(base);
        }
        while let Some(index) = pending.pop() {
            if self.done.get(index).is_some_and(Option::is_none) {
                let grants = self.write(index);
                if let Some(done) = self.done.get_mut(index) {
                    *done = Some(grants);
                }
            }
        }
    }

    fn followed(&self, index: usize) -> Option<usize> {
        let (base, follows) = self.bases.get(index).copied().flatten()?;
        follows.then_some(base)
    }

    fn write(&mut self, index: usize) -> Vec<Grant> {
        let (Some(Written { role, path, .. }), Some(number)) =
            (self.written.get(index), number(index))
        else {
            return Vec::new();
        };
        let mut granted = Granted::new();
        let base = self.followed(index).and_then(|base| self.done.get(base));
        for grant in base.into_iter().flatten().flatten() {
            let permission = self.expander.tree.permissions.get(grant.permission.get());
            let scopes = self.scope_sets.get(grant.scopes.get());
            if permission.is_some_and(|permission| permission.may_be_held_by(number)) {
                let scopes = scopes.into_iter().flatten().copied();
                granted.entry(grant.permission).or_default().extend(scopes);
            }
        }
        self.expander
            .grant(number, &role.grants, &mut granted, &path.key("grants"));
        self.expander
            .except(&role.except, &mut granted, &path.key("except"));
        intern(granted, &mut self.sets, &mut self.scope_sets)
    }

    fn finish(mut self) -> Roles {
        let Expander {
            roles, problems, ..
        } = self.expander;
        let mut finished = Vec::new();
        for (index, Written { id, role, path }) in self.written.iter().enumerate() {
            let own = number(index);
            let built_in = own.is_some_and(|role| roles.is_built_in(role));
            let contested = own.is_some_and(|role| roles.is_contested(role));
            check_label(role.label.as_deref(), path, problems);
            let base = self.bases.get(index).copied().flatten();
            finished.push(Role {
                id: (*id).to_owned(),
                label: role.label.clone(),
                description: role.description.clone(),
                built_in,
                permanent: role.permanent.unwrap_or(false),
                editable: role.editable.unwrap_or(!built_in),
                available: role.available.unwrap_or(true) && !contested,
                // A tenant's role may be called as a role that the identity provider gives everybody.
                claimable: role.claimable.unwrap_or(built_in) && !contested,
                manages: roles.manages(role.manages.as_ref(), built_in, path, problems),
                base: base.and_then(|(base, _)| number(base)),
                grants: self
                    .done
                    .get_mut(index)
                    .and_then(Option::take)
                    .unwrap_or_default(),
                grants_unedited: None,
            });
        }
        Roles {
            roles: finished,
            scope_sets: self.scope_sets,
        }
    }
}

/// Applies what the tenant changed in editable built-in roles; it touches no clone of them.
fn edit(roles: &mut Roles, tenant: &Tenant, expander: Expander<'_>, at: &Path<'_>) {
    let numbered = roles.scope_sets.iter().zip(0_u32..);
    let mut sets = numbered
        .map(|(set, number)| (set.clone(), ScopeSetIndex(number)))
        .collect::<HashMap<_, _>>();
    let at = at.key("edits");
    for (id, edit) in tenant.edits.iter() {
        let at = at.key(id);
        let Some(index) = expander.roles.expect_built_in(id, &at, expander.problems) else {
            continue;
        };
        let Some(role) = roles.roles.get_mut(index.get()) else {
            continue;
        };
        if !role.editable {
            expander.problems.gone(
                &at,
                format!(
                    "the catalog does not let a tenant edit the role `{id}`, so nothing is added"
                ),
                "clone it as a role of the tenant, or mark it \"editable\": true in the catalog",
            );
        }
        let mut granted = Granted::new();
        for grant in &role.grants {
            let scopes = roles.scope_sets.get(grant.scopes.get());
            let scopes = scopes.into_iter().flatten().copied();
            granted.entry(grant.permission).or_default().extend(scopes);
        }
        // What is taken away stays so, or the role would have more than its tenant meant.
        if role.editable {
            expander.grant(index, &edit.added, &mut granted, &at.key("added"));
        }
        expander.revoke(&edit.removed, &mut granted, &at.key("removed"));
        let grants = intern(granted, &mut sets, &mut roles.scope_sets);
        let before = core::mem::replace(&mut role.grants, grants);
        role.grants_unedited = Some(before);
    }
}

fn intern(
    granted: Granted,
    sets: &mut HashMap<Vec<ScopeIndex>, ScopeSetIndex>,
    scope_sets: &mut Vec<Vec<ScopeIndex>>,
) -> Vec<Grant> {
    let mut grants = Vec::with_capacity(granted.len());
    for (permission, scopes) in granted {
        if scopes.is_empty() {
            continue;
        }
        let set = scopes.into_iter().collect::<Vec<_>>();
        let next = u32::try_from(scope_sets.len()).unwrap_or(u32::MAX);
        let scopes = *sets.entry(set.clone()).or_insert_with(|| {
            scope_sets.push(set);
            ScopeSetIndex(next)
        });
        grants.push(Grant { permission, scopes });
    }
    grants
}

fn number(index: usize) -> Option<RoleIndex> {
    u16::try_from(index).ok().map(RoleIndex)
}
