//! Grants of a tenant that are changed where they are written: what was not asked for stays.

use std::collections::BTreeSet;

use portcullis_policy::model::{Model, RoleIndex};
use portcullis_policy::source::{Edit, Members, OneOrMany, Role};

use crate::grants::{self, ScopedPermission};
use crate::patterns::{self, Among};
use crate::written_grants;

/// Permissions at scopes.
type Granted = BTreeSet<ScopedPermission>;

/// A role whose grants change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rewriting<'m> {
    pub(crate) model: &'m Model,
    pub(crate) index: RoleIndex,
}

impl Rewriting<'_> {
    /// Returns a role of the tenant so changed that it grants the target, where what it copies
    /// grants the base. Its patterns, exceptions and order stay as far as they can; where they
    /// cannot, its grants are written out.
    pub(crate) fn role(&self, role: &Role, base: &Granted, target: &Granted) -> Role {
        let mut own = role.clone();
        let before = self.effective(&own, base);
        let unwanted = &before - target;
        if before != *target {
            self.take_patterns(&mut own.grants, |caught| {
                caught.is_disjoint(target) && !caught.is_disjoint(&unwanted)
            });
            let gained = target - &before;
            own.except.0.retain(|pattern| {
                let excepted = self.caught("*", pattern);
                !patterns::is_explicit(pattern) || excepted.is_disjoint(&gained)
            });
            let missing = target - &self.effective(&own, base);
            self.append(&mut own.grants, &missing);
            let extra = &self.effective(&own, base) - target;
            for name in self.names(&extra) {
                let at_all = self.caught("*", &name);
                if at_all.is_disjoint(target) {
                    own.except.0.push(name);
                }
            }
            let extra = &self.effective(&own, base) - target;
            self.write_out(&mut own.grants, &extra);
            if self.effective(&own, base) != *target {
                own = role.clone();
                written_grants::set_grants(&mut own, self.model, target);
            }
        }
        own
    }

    /// Returns an edit of a built-in role so changed that the role grants the target.
    pub(crate) fn edit(&self, edit: &Edit, target: &Granted) -> Edit {
        let fixed = grants::of_catalog(self.model, self.index);
        let effective = |edit: &Edit| {
            let held = &fixed | &self.all_caught(&edit.added);
            &held - &self.all_caught(&edit.removed)
        };
        let mut own = edit.clone();
        let before = effective(&own);
        let (gained, unwanted) = (target - &before, &before - target);
        self.take_patterns(&mut own.removed, |caught| {
            caught.is_subset(target) && !caught.is_disjoint(&gained)
        });
        self.take_patterns(&mut own.added, |caught| {
            caught.is_disjoint(target) && !caught.is_disjoint(&unwanted)
        });
        self.write_out(&mut own.removed, &gained);
        let missing = target - &effective(&own);
        self.append(&mut own.added, &missing);
        let extra = &effective(&own) - target;
        self.append(&mut own.removed, &extra);
        if effective(&own) == *target {
            own
        } else {
            written_grants::edit(self.model, self.index, target)
        }
    }

    /// Returns what a role as written grants.
    fn effective(&self, role: &Role, base: &Granted) -> Granted {
        let held = base | &self.all_caught(&role.grants);
        let excepted = role.except.iter();
        let excepted = excepted.flat_map(|pattern| self.caught("*", pattern));
        let excepted: Granted = excepted.collect();
        &held - &excepted
    }

    /// Returns what patterns catch of what the role may be granted.
    fn all_caught(&self, members: &Members<OneOrMany>) -> Granted {
        let pairs = members.iter().flat_map(|(scope, patterns)| {
            let patterns = patterns.iter();
            patterns.flat_map(move |pattern| self.caught(scope, pattern))
        });
        pairs.collect()
    }

    /// Returns what one pattern catches; nothing where it is of no use.
    fn caught(&self, scope: &str, pattern: &str) -> Granted {
        let mut one = Members::default();
        one.set(scope, OneOrMany::from_iter([pattern]));
        patterns::expand(self.model, Among::Grantable(self.index), &one).unwrap_or_default()
    }

    /// Takes the patterns out of which all that they catch is so.
    fn take_patterns(&self, members: &mut Members<OneOrMany>, is_so: impl Fn(&Granted) -> bool) {
        for (scope, patterns) in members.iter_mut() {
            let all = &mut patterns.0;
            all.retain(|pattern| !is_so(&self.caught(scope, pattern)));
        }
        drop_empty(members);
    }

    /// Puts in the place of each pattern that catches some of these the names of all others.
    fn write_out(&self, members: &mut Members<OneOrMany>, without: &Granted) {
        for (scope, patterns) in members.iter_mut() {
            let mut written = Vec::new();
            for pattern in &patterns.0 {
                let caught = self.caught(scope, pattern);
                if scope == "*" || caught.is_disjoint(without) {
                    written.push(pattern.clone());
                } else {
                    written.extend(self.names(&(&caught - without)));
                }
            }
            patterns.0 = written;
        }
        drop_empty(members);
    }

    /// Adds names at the end of their scopes' lists.
    fn append(&self, members: &mut Members<OneOrMany>, missing: &Granted) {
        for (scope, names) in written_grants::by_scope(self.model, missing).iter() {
            match members.get_mut(scope) {
                Some(known) => known.0.extend(names.iter().map(str::to_owned)),
                None => drop(members.set(scope, names.clone())),
            }
        }
    }

    /// Returns the names of permissions, each once, in catalog order.
    fn names(&self, granted: &Granted) -> Vec<String> {
        let numbers: BTreeSet<_> = granted.iter().map(|one| one.permission).collect();
        let found = numbers.iter();
        let found = found.filter_map(|number| self.model.permissions.get(number.get()));
        found.map(|permission| permission.name.clone()).collect()
    }
}

fn drop_empty(members: &mut Members<OneOrMany>) {
    let empty = members.iter().filter(|(_, patterns)| patterns.is_empty());
    let empty: Vec<String> = empty.map(|(scope, _)| scope.to_owned()).collect();
    for scope in &empty {
        members.remove(scope);
    }
}

/// Returns what a role of the tenant copies from another.
pub(crate) fn copied(model: &Model, role: &Role, index: RoleIndex) -> Granted {
    let base = role.clones.as_deref().and_then(|base| model.role(base));
    let mut granted = base
        .map(|base| grants::of_catalog(model, base))
        .unwrap_or_default();
    granted.retain(|grant| {
        let permission = model.permissions.get(grant.permission.get());
        permission.is_some_and(|permission| permission.may_be_held_by(index))
    });
    granted
}
