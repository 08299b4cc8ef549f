//! The smallest changes that would make an answer an allowance.

use alloc::{string::String, vec::Vec};

use portcullis_json::{write_list, write_member};

use crate::{
    condition::{Facts, Truth},
    explain::separate,
    format::Source,
    ids::{PermissionId, RoleId, ScopeId},
    index::{PermissionRow, utf8},
    policy::Policy,
    roles::Assignment,
};

impl Policy {
    /// Writes the features to turn on, then the roles and the grants, one of which is needed
    /// as well; the caller closes the last list.
    pub(crate) fn write_cures(
        &self,
        out: &mut String,
        facts: &Facts<'_>,
        permission: PermissionId,
        row: &PermissionRow,
        held: &[Assignment<'_>],
    ) {
        let least = self.feature_gate.least(&self.bundle, permission);
        let names = least.into_iter().map(|feature| self.feature_name(feature));
        write_list(out, names);
        out.push_str(r#"],"roles":["#);
        let enough = held
            .iter()
            .any(|own| self.first_true(facts, permission, row, *own).is_some());
        if enough {
            out.push_str(r#"],"grants":["#);
            return;
        }
        self.write_roles(out, facts, permission, row);
        out.push_str(r#"],"grants":["#);
        let mut first = true;
        for own in held {
            let granted = self.granted(permission, own.role);
            for scope in self.supported(row) {
                if !granted.contains(&scope) && facts.scope(row, scope, own.team) == Truth::True {
                    separate(out, &mut first);
                    self.write_held(out, own);
                    write_member(out, "scope", self.scope_name(scope));
                    out.push_str("}");
                }
            }
        }
    }

    /// Writes each role that would be enough, held everywhere or on one of the resource's teams.
    fn write_roles(
        &self,
        out: &mut String,
        facts: &Facts<'_>,
        permission: PermissionId,
        row: &PermissionRow,
    ) {
        let team = self.bundle.tables.team;
        let known = team.and_then(|team| facts.operand(Source::Resource(team.resource), None));
        let teams: Vec<&str> = known
            .into_iter()
            .flat_map(|parts| parts.values())
            .take(TEAMS_SHOWN_MAX)
            .map(utf8)
            .collect();
        let mut first = true;
        for role in (0..).map(RoleId).take(self.bundle.tables.roles.len()) {
            let bound = teams.iter().copied().map(Some);
            for team in core::iter::once(None).chain(bound) {
                let own = Assignment { role, team };
                if let Some(scope) = self.first_true(facts, permission, row, own) {
                    separate(out, &mut first);
                    self.write_held(out, &own);
                    write_member(out, "scope", self.scope_name(scope));
                    out.push_str("}");
                }
            }
        }
    }

    /// Returns the first scope in which the assignment would allow.
    fn first_true(
        &self,
        facts: &Facts<'_>,
        permission: PermissionId,
        row: &PermissionRow,
        own: Assignment<'_>,
    ) -> Option<ScopeId> {
        let mut scopes = self.granted(permission, own.role).iter().copied();
        scopes.find(|scope| facts.scope(row, *scope, own.team) == Truth::True)
    }

    fn granted(&self, permission: PermissionId, role: RoleId) -> &[ScopeId] {
        let set = self.bundle.tables.grants.find(permission, role);
        set.map(|set| self.scopes_of(set)).unwrap_or_default()
    }

    fn supported(&self, row: &PermissionRow) -> impl Iterator<Item = ScopeId> {
        let tables = &self.bundle.tables;
        let range = tables.scope_tables.range(usize::from(row.scopes));
        let rows = tables.scope_rows.get(range).unwrap_or_default();
        rows.iter().map(|row| ScopeId(row.scope))
    }
}

/// Most teams of the resource for which roles are listed.
const TEAMS_SHOWN_MAX: usize = 8;
