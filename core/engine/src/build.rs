//! Builds the tables from a payload, every index checked on the way.

use alloc::{string::String, vec::Vec};
use core::cell::Cell;

use crate::{
    checks::Checks,
    format::{self, EndingBinding, List, Payload, RoleChanges, SESSIONS_FROM, Source},
    grammar::{has_control, is_module, is_name, is_value},
    grants::{GrantIndex, RoleGrants},
    ids::{ActionId, ModuleId, PermissionId, RoleId, ScopeId},
    index::{
        AtomRange, AtomRow, ConjunctionAtom, ModuleRow, PermissionRow, RoleRow, Runs, ScopeRow,
        Span, Tables, utf8,
    },
    limits::{FEATURE_ENDS_MAX, INDEX_MAX, LABEL_BYTES_MAX},
    names::NameIndex,
};

impl Tables {
    /// Builds the tables; what `checks` noted says whether they may be used.
    pub(crate) fn build(base: &[u8], payload: &Payload<'_>, checks: &Checks) -> Self {
        let mut build = Builder {
            base,
            checks,
            tables: Self::default(),
            conditions: Runs::default(),
        };
        build.catalog(&payload.catalog);
        build.tenant(&payload.tenant);
        build.tables
    }
}

struct Builder<'b> {
    base: &'b [u8],
    checks: &'b Checks,
    tables: Tables,
    /// Where the atoms of each condition are.
    conditions: Runs,
}

impl<'b> Builder<'b> {
    fn catalog(&mut self, catalog: &format::Catalog<'_>) {
        let (base, checks) = (self.base, self.checks);
        self.tables.features = self.spans(catalog.features);
        checks.sound(
            self.tables
                .features
                .is_sorted_by(|a, b| a.bytes(base) < b.bytes(base)),
        );
        for attribute in checks.items(catalog.subject_attributes) {
            checks.sound(is_name(attribute.name));
            let tables = &mut self.tables;
            let span = Span::of(base, attribute.name.as_bytes());
            tables.subject_attributes.push(span);
            tables.directory_only.push(attribute.directory_only);
        }
        self.tables.action_attributes = self.spans(catalog.action_attributes);
        self.tables.context_attributes = self.spans(catalog.context_attributes);
        self.tables.resource_attributes = self.spans(catalog.resource_attributes);
        if let Some(team) = catalog.team_attribute {
            let tables = &self.tables;
            checks.sound(usize::from(team.resource) < tables.resource_attributes.len());
            let subjects = tables.subject_attributes.len();
            checks.sound(
                team.subject
                    .is_none_or(|index| usize::from(index) < subjects),
            );
        }
        self.tables.team = catalog.team_attribute;
        self.tables.scopes = self.spans(catalog.scopes);
        self.conditions(catalog.conditions);
        self.scope_tables(catalog.scope_tables);
        let mut requirements = 0_usize;
        for requirement in checks.items(catalog.requirements) {
            requirements = requirements.saturating_add(1);
            checks.sound(!requirement.features.bytes().is_empty());
            self.indices(requirement.features, self.tables.features.len());
        }
        self.tables.requirements = Span::of(base, catalog.requirements.bytes());
        self.tables.actions = self.spans(catalog.actions);
        self.modules(catalog.modules, requirements);
        self.permission_names(catalog.aliases);
    }

    fn conditions(&mut self, conditions: List<'_, List<'_, List<'_, format::Atom<'_>>>>) {
        for condition in self.checks.items(conditions) {
            for conjunction in self.checks.items(condition) {
                let start = self.tables.atoms.len();
                for atom in self.checks.items(conjunction) {
                    let atom = self.atom(&atom);
                    let is_last = false;
                    self.tables.atoms.push(ConjunctionAtom { atom, is_last });
                }
                if self.tables.atoms.len() == start {
                    self.tables.atoms.push(ConjunctionAtom {
                        atom: AtomRow::True,
                        is_last: false,
                    });
                }
                if let Some(last) = self.tables.atoms.last_mut() {
                    last.is_last = true;
                }
            }
            let end = self.tables.atoms.len();
            self.checks.sound(self.conditions.close(end));
        }
        self.tables.atoms.shrink_to_fit();
    }

    fn atom(&self, atom: &format::Atom<'_>) -> AtomRow {
        use Source::{Context, Resource, ResourceId, Subject, SubjectId, SubjectType};
        use format::Atom;
        let sound = |holds| self.checks.sound(holds);
        match *atom {
            Atom::Shares(left, right) | Atom::Differs(left, right) => {
                self.source(left);
                self.source(right);
                sound(matches!(left, SubjectId | SubjectType | Subject(_)));
                sound(matches!(right, ResourceId | Resource(_) | Context(_)));
                match (atom, left, right) {
                    (Atom::Differs(..), ..) => {
                        self.checks.known_since(2);
                        AtomRow::Differs(left, right)
                    }
                    (_, SubjectId, Resource(index)) => AtomRow::SubjectIdIn(index),
                    _ => AtomRow::Shares(left, right),
                }
            }
            Atom::Is(source, values) => AtomRow::Is(self.source(source), self.values(values)),
            Atom::Lacks(source, values) => AtomRow::Lacks(self.source(source), self.values(values)),
            Atom::Within(source, values) => {
                AtomRow::Within(self.source(source), self.values(values))
            }
            Atom::Present(source) | Atom::Absent(source) => {
                self.source(source);
                sound(matches!(source, ResourceId | Resource(_)));
                if matches!(atom, Atom::Present(_)) {
                    AtomRow::Present(source)
                } else {
                    AtomRow::Absent(source)
                }
            }
        }
    }

    fn source(&self, source: Source) -> Source {
        let tables = &self.tables;
        let (index, count) = match source {
            Source::SubjectId | Source::SubjectType | Source::ResourceId => (0, 1),
            Source::Subject(index) => (index, tables.subject_attributes.len()),
            Source::Action(index) => (index, tables.action_attributes.len()),
            Source::Context(index) => (index, tables.context_attributes.len()),
            Source::Resource(index) => (index, tables.resource_attributes.len()),
        };
        self.checks.sound(usize::from(index) < count);
        source
    }

    fn scope_tables(&mut self, scope_tables: List<'_, List<'_, format::ScopeRow>>) {
        let (tables, checks) = (&mut self.tables, self.checks);
        let conditions = &self.conditions;
        for table in checks.items(scope_tables) {
            let mut before = None;
            for row in checks.items(table) {
                checks.sound(usize::from(row.scope) < tables.scopes.len());
                checks.sound(usize::from(row.condition) < conditions.len());
                checks.ascends(&mut before, row.scope);
                tables.scope_rows.push(ScopeRow {
                    scope: row.scope,
                    condition: AtomRange::new(&conditions.range(usize::from(row.condition))),
                });
            }
            checks.sound(tables.scope_tables.close(tables.scope_rows.len()));
        }
        tables.scope_rows.shrink_to_fit();
    }

    fn modules(&mut self, modules: List<'_, format::Module<'_>>, requirements: usize) {
        let checks = self.checks;
        for (module, index) in checks.items(modules).zip(0_usize..) {
            checks.sound(is_module(module.id) && is_label(module.label));
            let parent = module.parent.get().map(usize::from);
            checks.sound(parent.is_none_or(|parent| parent < index));
            self.indices(module.requires, requirements);
            let span = Span::of(self.base, module.id.as_bytes());
            self.tables
                .modules
                .push(ModuleRow::new(span, module.parent));
            for permission in checks.items(module.permissions) {
                let own = permission.requires.get().map(usize::from);
                checks.sound(own.is_none_or(|own| own < requirements));
                checks.sound(usize::from(permission.action) < self.tables.actions.len());
                checks.sound(usize::from(permission.scopes) < self.tables.scope_tables.len());
                self.tables.permissions.push(PermissionRow {
                    module: ModuleId(u16::try_from(index).unwrap_or(u16::MAX)),
                    action: ActionId(permission.action),
                    requires: permission.requires,
                    scopes: permission.scopes,
                });
            }
        }
        self.tables.modules.shrink_to_fit();
        self.tables.permissions.shrink_to_fit();
        checks.sound(self.tables.modules.len() < INDEX_MAX);
    }

    fn permission_names(&mut self, aliases: List<'_, format::Alias<'_>>) {
        let (tables, checks, base) = (&mut self.tables, self.checks, self.base);
        let permissions = tables.permissions.len();
        let mut before = None;
        for alias in checks.items(aliases) {
            checks.ascends(&mut before, alias.name);
            checks.sound(is_permission(alias.name) && usize::from(alias.permission) < permissions);
            let span = Span::of(base, alias.name.as_bytes());
            tables.aliases.push((span, PermissionId(alias.permission)));
        }
        tables.aliases.shrink_to_fit();
        let count = permissions.saturating_add(tables.aliases.len());
        checks.sound(count < INDEX_MAX);
        let mut names = NameIndex::with_capacity(count);
        let mut name = String::new();
        for (index, id) in (0..count).zip(0_u16..u16::MAX) {
            name.clear();
            if let Some(row) = tables.permissions.get(index) {
                name.push_str(utf8(tables.module_id(base, row.module)));
                name.push_str(":");
                if let Some(action) = tables.actions.get(row.action.index()) {
                    name.push_str(utf8(action.bytes(base)));
                }
            } else if let Some((span, _)) = tables.aliases.get(index.saturating_sub(permissions)) {
                name.push_str(utf8(span.bytes(base)));
            }
            let key = name.as_bytes();
            checks.sound(names.insert(key, id, |known| tables.is_called(base, known, key)));
        }
        tables.permission_names = names;
    }

    fn tenant(&mut self, tenant: &format::Tenant<'_>) {
        let checks = self.checks;
        self.indices(tenant.features, self.tables.features.len());
        self.tables.enabled = Span::of(self.base, tenant.features.bytes());
        self.tables.next_session = tenant.role_changes == RoleChanges::NextSession;
        self.additions(&tenant.additions);
        if tenant.sessions_from != 0 {
            checks.known_since(2);
        }
        self.tables.sessions_from = tenant.sessions_from;
        for set in checks.items(tenant.scope_sets) {
            checks.sound(!set.bytes().is_empty());
            self.indices(set, self.tables.scopes.len());
            self.tables.set_scopes.extend(set.iter().map(ScopeId));
            checks.sound(self.tables.scope_sets.close(self.tables.set_scopes.len()));
        }
        self.roles(tenant.roles);
        let groups = checks.items(tenant.groups);
        let of_everybody = tenant.groups.iter().next();
        let of_everybody = of_everybody.filter(|group| group.is_everybodys());
        let everyone = of_everybody.and_then(|group| group.roles.iter().next());
        self.tables.groups = self.listed(groups, |build, group| {
            if group.is_everybodys() {
                build.everyone(group.roles);
            } else {
                checks.sound(is_value(group.id));
                build.bindings(group.roles);
            }
            ("", group.id)
        });
        // INVARIANT (ascending): the empty id comes first.
        let first = self.tables.groups.first().copied();
        let role = everyone.map(|binding| RoleId(binding.role));
        self.tables.everyone = first.zip(role);
        let people = checks.items(tenant.directory);
        let (has_endings, has_sessions) = (Cell::new(false), Cell::new(false));
        self.tables.directory = self.listed(people, |build, person| {
            checks.sound(is_value(person.kind));
            checks.sound(is_value(person.id));
            build.bindings(person.roles);
            build.groups_of(&person);
            let mut before = None;
            for attribute in checks.items(person.attributes) {
                checks.ascends(&mut before, attribute.attribute);
                if let Some(endings) = attribute.ending() {
                    build.endings(endings);
                    has_endings.set(true);
                    continue;
                }
                if attribute.attribute == SESSIONS_FROM {
                    build.sessions_from(&attribute);
                    has_sessions.set(true);
                    continue;
                }
                let known = build.tables.subject_attributes.len();
                checks.sound(usize::from(attribute.attribute) < known);
                build.values(attribute.values);
            }
            (person.kind, person.id)
        });
        self.tables.has_endings = has_endings.get();
        self.tables.has_sessions_from = has_sessions.get() || tenant.sessions_from != 0;
    }

    fn additions(&mut self, additions: &format::Additions<'_>) {
        if !additions.is_empty() {
            self.checks.known_since(2);
        }
        self.tables.subject_types = self.values(additions.subject_types);
        let checks = self.checks;
        let (mut before, mut count) = (None, 0_usize);
        for end in checks.items(additions.feature_ends) {
            checks.ascends(&mut before, end.feature);
            checks.sound(usize::from(end.feature) < self.tables.features.len());
            count = count.saturating_add(1);
        }
        checks.sound(count <= FEATURE_ENDS_MAX);
        self.tables.feature_ends = Span::of(self.base, additions.feature_ends.bytes());
    }

    fn roles(&mut self, roles: List<'_, format::Role<'_>>) {
        let (tables, checks, base) = (&mut self.tables, self.checks, self.base);
        let mut before = None;
        // Neighbouring grants tend to share their set and scope table.
        let mut checked = None;
        for role in checks.items(roles) {
            checks.sound(is_name(role.id) && is_label(role.label));
            if !role.origin.is_in_format_1() {
                checks.known_since(2);
            }
            checks.ascends(&mut before, role.id);
            let mut grants = RoleGrants::new(role.grants);
            for (permission, set) in grants.by_ref() {
                let row = tables.permissions.get(permission.index());
                let pair = row.map(|row| (row.scopes, set));
                if checked != pair || pair.is_none() {
                    checks.sound(pair.is_some_and(|(table, set)| supports(tables, table, set)));
                    checked = pair;
                }
            }
            checks.sound(grants.is_empty());
            checks.canonical(grants.is_canonical());
            tables.roles.push(RoleRow {
                id: Span::of(base, role.id.as_bytes()),
                grants: Span::of(base, role.grants),
                origin: role.origin,
                available: role.available,
            });
        }
        tables.roles.shrink_to_fit();
        checks.sound(tables.roles.len() < INDEX_MAX);
        let mut names = NameIndex::with_capacity(tables.roles.len());
        for (role, id) in tables.roles.iter().zip(0_u16..) {
            checks.sound(names.insert(role.id.bytes(base), id, |_| false));
        }
        tables.role_names = names;
        let available = tables
            .roles
            .iter()
            .zip(0_u16..)
            .filter(|(role, _)| role.available);
        let grants = available.map(|(role, id)| (RoleId(id), role.grants.bytes(base)));
        let wide = tables.scope_sets.len() > 256;
        tables.grants = GrantIndex::build(tables.permissions.len(), wide, grants);
    }

    /// Returns where each entry starts, once `check` has looked at it; entries ascend
    /// by the key that it returns.
    fn listed<'a, T: format::Wire<'a>>(
        &self,
        mut entries: crate::checks::Items<'_, 'a, T>,
        check: impl Fn(&Self, T) -> (&'a str, &'a str),
    ) -> Vec<u32> {
        let mut offsets = Vec::new();
        let mut before = None;
        loop {
            let start = Span::of(self.base, entries.rest()).at();
            let Some(entry) = entries.next() else { break };
            let key = check(self, entry);
            self.checks.ascends(&mut before, key);
            offsets.push(start);
        }
        offsets.shrink_to_fit();
        offsets
    }

    fn spans(&self, names: List<'_, &str>) -> Vec<Span> {
        let mut spans = Vec::new();
        for name in self.checks.items(names) {
            self.checks.sound(is_name(name));
            spans.push(Span::of(self.base, name.as_bytes()));
        }
        self.checks.sound(spans.len() < INDEX_MAX);
        spans.shrink_to_fit();
        spans
    }

    fn indices(&self, list: List<'_, u16>, below: usize) {
        let mut before = None;
        for index in self.checks.items(list) {
            self.checks.sound(usize::from(index) < below);
            self.checks.ascends(&mut before, index);
        }
    }

    /// Checks a set of values; returns where they are.
    fn values(&self, list: List<'_, &str>) -> Span {
        let mut before = None;
        for value in self.checks.items(list) {
            self.checks.sound(is_value(value));
            self.checks.ascends(&mut before, value);
        }
        Span::of(self.base, list.bytes())
    }

    /// Checks the groups of a subject, before which an empty name may say that it holds nothing.
    fn groups_of(&self, person: &format::Person<'_>) {
        if !person.is_inactive() {
            self.values(person.groups);
            return;
        }
        self.checks.known_since(2);
        let mut before = None;
        for (group, at) in self.checks.items(person.groups).zip(0_usize..) {
            self.checks.sound(at == 0 || is_value(group));
            self.checks.ascends(&mut before, group);
        }
    }

    /// Checks the group of everybody: one role, bound to types in the place of teams.
    fn everyone(&self, list: List<'_, format::Binding<'_>>) {
        self.checks.known_since(2);
        let mut before = None;
        let mut first = None;
        for binding in self.checks.items(list) {
            let role = *first.get_or_insert(binding.role);
            self.checks
                .sound(role == binding.role && is_value(binding.team));
            self.checks
                .sound(usize::from(role) < self.tables.roles.len());
            self.checks.ascends(&mut before, binding.team);
        }
        self.checks.sound(first.is_some());
    }

    /// Checks roles that somebody holds for a time.
    fn endings(&self, list: List<'_, EndingBinding<'_>>) {
        self.checks.known_since(2);
        let mut before = None;
        let has_team = self.tables.team.is_some();
        for ending in self.checks.items(list) {
            self.checks
                .sound(usize::from(ending.role) < self.tables.roles.len());
            self.checks.ascends(&mut before, (ending.role, ending.team));
            self.checks
                .sound(ending.team.is_empty() || (has_team && is_value(ending.team)));
        }
        self.checks.sound(before.is_some());
    }

    /// Checks from when on a sign-in counts: one second.
    fn sessions_from(&self, own: &format::PersonAttribute<'_>) {
        self.checks.known_since(2);
        let mut seconds = self.checks.items(List::<u64>::new(own.values.bytes()));
        self.checks
            .sound(seconds.next().is_some_and(|from| from != 0));
        self.checks.sound(seconds.next().is_none());
    }

    fn bindings(&self, list: List<'_, format::Binding<'_>>) {
        let mut before = None;
        let has_team = self.tables.team.is_some();
        for binding in self.checks.items(list) {
            self.checks
                .sound(usize::from(binding.role) < self.tables.roles.len());
            self.checks
                .ascends(&mut before, (binding.role, binding.team));
            self.checks
                .sound(binding.team.is_empty() || (has_team && is_value(binding.team)));
        }
    }
}

/// Says whether every scope of the set is in the table.
fn supports(tables: &Tables, table: u16, set: u16) -> bool {
    let rows = tables
        .scope_rows
        .get(tables.scope_tables.range(usize::from(table)));
    let rows = rows.unwrap_or_default();
    let scopes = tables
        .set_scopes
        .get(tables.scope_sets.range(usize::from(set)));
    usize::from(set) < tables.scope_sets.len()
        && scopes
            .unwrap_or_default()
            .iter()
            .all(|scope| rows.iter().any(|row| row.scope == scope.0))
}

/// `module:action`.
fn is_permission(name: &str) -> bool {
    let colon = name.bytes().position(|byte| byte == b':');
    colon
        .and_then(|at| name.split_at_checked(at))
        .is_some_and(|(module, action)| is_module(module) && action.get(1..).is_some_and(is_name))
}

fn is_label(label: &str) -> bool {
    label.len() <= LABEL_BYTES_MAX && !has_control(label)
}
