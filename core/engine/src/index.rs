//! The tables that `open` builds, each index checked on the way.
//!
//! INVARIANT (indices): every number stored here is below the length of the list
//! that it indexes, and every span lies within the bundle on a UTF-8 boundary.

use alloc::{string::String, vec::Vec};

use crate::cursor::Cursor;
use crate::{
    format::{self, NONE, Packed, Payload, Source, Wire},
    grants::{GrantIndex, RoleGrants, size},
    ids::{ActionId, ModuleId, PermissionId, RoleId, ScopeId},
    limits::{INDEX_MAX, LABEL_BYTES_MAX, has_control, is_module, is_name, is_value},
    names::NameIndex,
    rejection::RejectedBundle,
};

/// Where a string lies in the bundle.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    at: u32,
    len: u32,
}

impl Span {
    pub(crate) fn of(base: &[u8], part: &[u8]) -> Self {
        let at = part.as_ptr().addr().wrapping_sub(base.as_ptr().addr());
        Self {
            at: u32::try_from(at).unwrap_or(u32::MAX),
            len: u32::try_from(part.len()).unwrap_or(0),
        }
    }

    pub(crate) fn end(self) -> Option<u32> {
        self.at.checked_add(self.len)
    }

    #[inline]
    pub(crate) fn bytes(self, base: &[u8]) -> &[u8] {
        let start = size(self.at);
        base.get(start..start.saturating_add(size(self.len)))
            .unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ModuleRow {
    /// Where the id starts; label, parent and the rest follow it.
    at: u32,
    pub(crate) parent: u16,
    len: u8,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PermissionRow {
    pub(crate) module: ModuleId,
    pub(crate) action: ActionId,
    pub(crate) requires: u16,
    pub(crate) scopes: u16,
}

#[derive(Debug, Clone)]
pub(crate) struct RoleRow {
    pub(crate) id: Span,
    pub(crate) grants: Span,
    pub(crate) built_in: bool,
    pub(crate) available: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum AtomRow {
    Shares(Source, Source),
    Is(Source, Span),
    Lacks(Source, Span),
    Within(Source, Span),
    Present(Source),
    Absent(Source),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) features: Vec<Span>,
    pub(crate) subject_attributes: Vec<(Span, bool)>,
    pub(crate) action_attributes: Vec<Span>,
    pub(crate) context_attributes: Vec<Span>,
    pub(crate) resource_attributes: Vec<Span>,
    pub(crate) team: Option<format::TeamAttribute>,
    pub(crate) scopes: Vec<Span>,
    pub(crate) conditions: Runs,
    pub(crate) conjunctions: Runs,
    pub(crate) atoms: Vec<AtomRow>,
    pub(crate) scope_tables: Runs,
    pub(crate) scope_rows: Vec<format::ScopeRow>,
    pub(crate) requirements: Span,
    pub(crate) actions: Vec<Span>,
    pub(crate) modules: Vec<ModuleRow>,
    pub(crate) permissions: Vec<PermissionRow>,
    pub(crate) aliases: Vec<(Span, PermissionId)>,
    pub(crate) permission_names: NameIndex,
    pub(crate) scope_sets: Runs,
    pub(crate) set_scopes: Vec<ScopeId>,
    pub(crate) roles: Vec<RoleRow>,
    pub(crate) role_names: NameIndex,
    pub(crate) groups: Vec<u32>,
    pub(crate) directory: Vec<u32>,
    pub(crate) enabled: Span,
    pub(crate) next_session: bool,
    pub(crate) grants: GrantIndex,
}

/// Runs of a flat list, by their ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs(Vec<u16>);

impl Runs {
    fn close(&mut self, end: usize) -> Result<(), RejectedBundle> {
        self.0
            .push(u16::try_from(end).map_err(|_| RejectedBundle::Corrupt)?);
        Ok(())
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(crate) fn range(&self, index: usize) -> core::ops::Range<usize> {
        let end = self.0.get(index).copied().unwrap_or(0);
        let start = index
            .checked_sub(1)
            .and_then(|before| self.0.get(before))
            .copied()
            .unwrap_or(0);
        usize::from(start)..usize::from(end)
    }
}

impl Tables {
    /// Builds the tables, or says that the payload is not canonical, cannot be
    /// read, or points outside itself.
    pub(crate) fn build(base: &[u8], payload: &Payload<'_>) -> Result<Self, RejectedBundle> {
        let mut build = Builder {
            base,
            tables: Self::default(),
        };
        build.catalog(&payload.catalog)?;
        build.tenant(&payload.tenant)?;
        Ok(build.tables)
    }

    pub(crate) fn module_id<'b>(&self, base: &'b [u8], module: ModuleId) -> &'b [u8] {
        let Some(row) = self.modules.get(module.index()) else {
            return &[];
        };
        Span {
            at: row.at,
            len: u32::from(row.len),
        }
        .bytes(base)
    }

    /// Returns what follows a module's id: label, parent, requirements, permissions.
    pub(crate) fn module_rest<'b>(
        &self,
        base: &'b [u8],
        module: ModuleId,
    ) -> Option<ModuleRest<'b>> {
        let row = self.modules.get(module.index())?;
        let start = size(row.at).saturating_add(usize::from(row.len));
        let mut cursor = Cursor::new(base.get(start..)?);
        let (label, _parent) = <(&str, u16)>::read(&mut cursor)?;
        Some(ModuleRest { label, requires: Packed::read(&mut cursor)? })
    }

    /// Says whether the permission is called that.
    #[inline]
    pub(crate) fn is_called(&self, base: &[u8], permission: u16, name: &[u8]) -> bool {
        let index = usize::from(permission);
        let Some(row) = self.permissions.get(index) else {
            let alias = index
                .checked_sub(self.permissions.len())
                .and_then(|at| self.aliases.get(at));
            return alias.is_some_and(|(span, _)| span.bytes(base) == name);
        };
        let action = self
            .actions
            .get(row.action.index())
            .map(|span| span.bytes(base));
        let module = self.module_id(base, row.module);
        name.strip_prefix(module)
            .and_then(|rest| rest.strip_prefix(b":"))
            .is_some_and(|rest| Some(rest) == action)
    }
}

/// What follows the id in an encoded module.
#[derive(Debug)]
pub(crate) struct ModuleRest<'a> {
    pub(crate) label: &'a str,
    pub(crate) requires: Packed<'a, u16>,
}

struct Builder<'b> {
    base: &'b [u8],
    tables: Tables,
}

impl Builder<'_> {
    fn catalog(&mut self, catalog: &format::Catalog<'_>) -> Result<(), RejectedBundle> {
        let tables = &mut self.tables;
        tables.features = spans(self.base, catalog.features, is_name)?;
        ascending(self.base, &tables.features)?;
        tables.subject_attributes = reserved(catalog.subject_attributes)?;
        each(catalog.subject_attributes, |attribute| {
            let span = Span::of(self.base, attribute.name.as_bytes());
            tables
                .subject_attributes
                .push((span, attribute.directory_only));
            sound(is_name(attribute.name))
        })?;
        tables.action_attributes = spans(self.base, catalog.action_attributes, is_name)?;
        tables.context_attributes = spans(self.base, catalog.context_attributes, is_name)?;
        tables.resource_attributes = spans(self.base, catalog.resource_attributes, is_name)?;
        if let Some(team) = catalog.team_attribute {
            sound(usize::from(team.resource) < tables.resource_attributes.len())?;
            let subjects = tables.subject_attributes.len();
            sound(
                team.subject
                    .is_none_or(|index| usize::from(index) < subjects),
            )?;
        }
        tables.team = catalog.team_attribute;
        tables.scopes = spans(self.base, catalog.scopes, is_name)?;
        self.conditions(catalog.conditions)?;
        self.scope_tables(catalog.scope_tables)?;
        let features = self.tables.features.len();
        let requirements = each(catalog.requirements, |requirement| {
            sound(!requirement.features.bytes().is_empty())?;
            indices(requirement.features, features)
        })?;
        self.tables.requirements = Span::of(self.base, catalog.requirements.bytes());
        self.tables.actions = spans(self.base, catalog.actions, is_name)?;
        self.modules(catalog.modules, requirements)?;
        self.permission_names(catalog.aliases)
    }

    fn conditions(
        &mut self,
        conditions: Packed<'_, Packed<'_, Packed<'_, format::Atom<'_>>>>,
    ) -> Result<(), RejectedBundle> {
        each(conditions, |condition| {
            each(condition, |conjunction| {
                each(conjunction, |atom| {
                    let row = self.atom(&atom)?;
                    self.tables.atoms.push(row);
                    Ok(())
                })?;
                let end = self.tables.atoms.len();
                self.tables.conjunctions.close(end)
            })?;
            let end = self.tables.conjunctions.len();
            self.tables.conditions.close(end)
        })?;
        self.tables.atoms.shrink_to_fit();
        Ok(())
    }

    fn atom(&self, atom: &format::Atom<'_>) -> Result<AtomRow, RejectedBundle> {
        use Source::{Action, Context, Resource, ResourceId, Subject, SubjectId, SubjectType};
        let tables = &self.tables;
        let known = |source: Source| {
            sound(match source {
                SubjectId | SubjectType | ResourceId => true,
                Subject(index) => usize::from(index) < tables.subject_attributes.len(),
                Action(index) => usize::from(index) < tables.action_attributes.len(),
                Context(index) => usize::from(index) < tables.context_attributes.len(),
                Resource(index) => usize::from(index) < tables.resource_attributes.len(),
            })
        };
        let constants = |list: Packed<'_, &str>| {
            values(list)?;
            Ok(Span::of(self.base, list.bytes()))
        };
        Ok(match *atom {
            format::Atom::Shares(left, right) => {
                known(left)?;
                known(right)?;
                sound(matches!(left, SubjectId | SubjectType | Subject(_)))?;
                sound(matches!(right, ResourceId | Resource(_) | Context(_)))?;
                AtomRow::Shares(left, right)
            }
            format::Atom::Is(source, values) => {
                known(source)?;
                AtomRow::Is(source, constants(values)?)
            }
            format::Atom::Lacks(source, values) => {
                known(source)?;
                AtomRow::Lacks(source, constants(values)?)
            }
            format::Atom::Within(source, values) => {
                known(source)?;
                AtomRow::Within(source, constants(values)?)
            }
            format::Atom::Present(source) | format::Atom::Absent(source) => {
                known(source)?;
                sound(matches!(source, ResourceId | Resource(_)))?;
                if matches!(atom, format::Atom::Present(_)) {
                    AtomRow::Present(source)
                } else {
                    AtomRow::Absent(source)
                }
            }
        })
    }

    fn scope_tables(
        &mut self,
        scope_tables: Packed<'_, Packed<'_, format::ScopeRow>>,
    ) -> Result<(), RejectedBundle> {
        let tables = &mut self.tables;
        each(scope_tables, |table| {
            let mut before = None;
            each(table, |row| {
                sound(usize::from(row.scope) < tables.scopes.len())?;
                sound(usize::from(row.condition) < tables.conditions.len())?;
                sound(before.is_none_or(|last| last < row.scope))?;
                before = Some(row.scope);
                tables.scope_rows.push(row);
                Ok(())
            })?;
            tables.scope_tables.close(tables.scope_rows.len())
        })?;
        tables.scope_rows.shrink_to_fit();
        Ok(())
    }

    fn modules(
        &mut self,
        modules: Packed<'_, format::Module<'_>>,
        requirements: usize,
    ) -> Result<(), RejectedBundle> {
        let tables = &mut self.tables;
        tables.modules = reserved(modules)?;
        let mut permissions = 0_usize;
        for module in modules.iter() {
            permissions = permissions.saturating_add(module.permissions.iter().count());
        }
        sound(permissions < INDEX_MAX)?;
        tables.permissions.reserve_exact(permissions);
        let mut labels_sound = true;
        each(modules, |module| {
            let index = tables.modules.len();
            let orphan = module.parent == NONE;
            sound(is_module(module.id) && (orphan || usize::from(module.parent) < index))?;
            labels_sound &= is_label(module.label);
            indices(module.requires, requirements)?;
            let span = Span::of(self.base, module.id.as_bytes());
            tables.modules.push(ModuleRow {
                at: span.at,
                parent: module.parent,
                len: u8::try_from(span.len).map_err(|_| RejectedBundle::Corrupt)?,
            });
            each(module.permissions, |permission| {
                let own = permission.requires;
                sound(own == NONE || usize::from(own) < requirements)?;
                sound(usize::from(permission.action) < tables.actions.len())?;
                sound(usize::from(permission.scopes) < tables.scope_tables.len())?;
                tables.permissions.push(PermissionRow {
                    module: ModuleId(small(index)?),
                    action: ActionId(permission.action),
                    requires: own,
                    scopes: permission.scopes,
                });
                Ok(())
            })
            .map(drop)
        })?;
        sound(labels_sound)
    }

    fn permission_names(
        &mut self,
        aliases: Packed<'_, format::Alias<'_>>,
    ) -> Result<(), RejectedBundle> {
        let tables = &mut self.tables;
        tables.aliases = reserved(aliases)?;
        let permissions = tables.permissions.len();
        let mut before: Option<&str> = None;
        each(aliases, |alias| {
            sound(before.is_none_or(|last| last < alias.name))?;
            before = Some(alias.name);
            let (module, action) = alias.name.split_once(':').ok_or(RejectedBundle::Corrupt)?;
            sound(is_module(module) && is_name(action))?;
            sound(usize::from(alias.permission) < permissions)?;
            let span = Span::of(self.base, alias.name.as_bytes());
            tables.aliases.push((span, PermissionId(alias.permission)));
            Ok(())
        })?;
        let count = permissions.saturating_add(tables.aliases.len());
        let mut names = NameIndex::with_capacity(count);
        let mut name = String::new();
        for index in 0..count {
            name.clear();
            if let Some(row) = tables.permissions.get(index) {
                name.push_str(utf8(tables.module_id(self.base, row.module)));
                name.push(':');
                if let Some(action) = tables.actions.get(row.action.index()) {
                    name.push_str(utf8(action.bytes(self.base)));
                }
            } else if let Some((span, _)) = tables.aliases.get(index.saturating_sub(permissions)) {
                name.push_str(utf8(span.bytes(self.base)));
            }
            let key = name.as_bytes();
            sound(names.insert(key, small(index)?, |known| {
                tables.is_called(self.base, known, key)
            }))?;
        }
        tables.permission_names = names;
        Ok(())
    }

    fn tenant(&mut self, tenant: &format::Tenant<'_>) -> Result<(), RejectedBundle> {
        indices(tenant.features, self.tables.features.len())?;
        self.tables.enabled = Span::of(self.base, tenant.features.bytes());
        self.tables.next_session = tenant.role_changes == format::RoleChanges::NextSession;
        let tables = &mut self.tables;
        each(tenant.scope_sets, |set| {
            sound(!set.bytes().is_empty())?;
            indices(set, tables.scopes.len())?;
            tables.set_scopes.extend(set.iter().map(ScopeId));
            tables.scope_sets.close(tables.set_scopes.len())
        })?;
        self.roles(tenant.roles)?;
        self.groups(tenant.groups)?;
        self.directory(tenant.directory)
    }

    fn roles(&mut self, roles: Packed<'_, format::Role<'_>>) -> Result<(), RejectedBundle> {
        let tables = &mut self.tables;
        tables.roles = reserved(roles)?;
        let mut before: Option<&str> = None;
        // Neighbouring grants tend to share their set and scope table.
        let mut checked = None;
        each(roles, |role| {
            sound(is_name(role.id) && is_label(role.label))?;
            sound(before.is_none_or(|last| last < role.id))?;
            before = Some(role.id);
            let mut grants = RoleGrants::new(role.grants);
            for (permission, set) in grants.by_ref() {
                let row = tables
                    .permissions
                    .get(permission.index())
                    .ok_or(RejectedBundle::Corrupt)?;
                if checked != Some((row.scopes, set)) {
                    sound(supports(tables, row.scopes, set))?;
                    checked = Some((row.scopes, set));
                }
            }
            sound(grants.is_empty())?;
            if !grants.is_canonical() {
                return Err(RejectedBundle::NotCanonical);
            }
            tables.roles.push(RoleRow {
                id: Span::of(self.base, role.id.as_bytes()),
                grants: Span::of(self.base, role.grants),
                built_in: role.built_in,
                available: role.available,
            });
            Ok(())
        })?;
        let mut names = NameIndex::with_capacity(tables.roles.len());
        for (index, role) in tables.roles.iter().enumerate() {
            sound(names.insert(role.id.bytes(self.base), small(index)?, |_| false))?;
        }
        tables.role_names = names;
        let available = tables
            .roles
            .iter()
            .enumerate()
            .filter(|(_, role)| role.available);
        let grants = available.map(|(index, role)| {
            (
                RoleId(u16::try_from(index).unwrap_or(NONE)),
                role.grants.bytes(self.base),
            )
        });
        let wide = tables.scope_sets.len() > 256;
        tables.grants = GrantIndex::build(tables.permissions.len(), wide, grants);
        Ok(())
    }

    fn groups(&mut self, groups: Packed<'_, format::Group<'_>>) -> Result<(), RejectedBundle> {
        let roles = self.tables.roles.len();
        let mut before: Option<&str> = None;
        let mut offsets = reserved(groups)?;
        offsets_of(self.base, groups, |offset, group| {
            sound(is_value(group.id) && before.is_none_or(|last| last < group.id))?;
            before = Some(group.id);
            offsets.push(offset);
            bindings(group.roles, roles, self.tables.team.is_some())
        })?;
        self.tables.groups = offsets;
        Ok(())
    }

    fn directory(&mut self, people: Packed<'_, format::Person<'_>>) -> Result<(), RejectedBundle> {
        let roles = self.tables.roles.len();
        let attributes = self.tables.subject_attributes.len();
        let mut before: Option<(&str, &str)> = None;
        let mut offsets = reserved(people)?;
        offsets_of(self.base, people, |offset, person| {
            let key = (person.kind, person.id);
            sound(is_value(person.kind) && is_value(person.id))?;
            sound(before.is_none_or(|last| last < key))?;
            before = Some(key);
            offsets.push(offset);
            bindings(person.roles, roles, self.tables.team.is_some())?;
            values(person.groups)?;
            let mut last = None;
            each(person.attributes, |attribute| {
                sound(usize::from(attribute.attribute) < attributes)?;
                sound(last.is_none_or(|index| index < attribute.attribute))?;
                last = Some(attribute.attribute);
                values(attribute.values)
            })
            .map(drop)
        })?;
        self.tables.directory = offsets;
        Ok(())
    }
}

/// Reads every item, checks that it is encoded canonically, and counts them.
fn each<'a, T: Wire<'a>>(
    items: Packed<'a, T>,
    mut take: impl FnMut(T) -> Result<(), RejectedBundle>,
) -> Result<usize, RejectedBundle> {
    offsets_of(items.bytes(), items, |_, item| take(item))
}

/// As [`each`], with where the item starts in `base`.
fn offsets_of<'a, T: Wire<'a>>(
    base: &[u8],
    items: Packed<'a, T>,
    mut take: impl FnMut(u32, T) -> Result<(), RejectedBundle>,
) -> Result<usize, RejectedBundle> {
    let mut cursor = Cursor::new(items.bytes());
    let mut count = 0_usize;
    while !cursor.is_empty() {
        let start = Span::of(base, cursor.rest()).at;
        let item = T::read(&mut cursor).ok_or(RejectedBundle::MalformedPayload)?;
        if !cursor.is_canonical() {
            return Err(RejectedBundle::NotCanonical);
        }
        take(start, item)?;
        count = count.saturating_add(1);
    }
    Ok(count)
}

/// Returns an empty list with room for exactly as many rows as there are items.
fn reserved<'a, T: Wire<'a>, R>(items: Packed<'a, T>) -> Result<Vec<R>, RejectedBundle> {
    let count = items.iter().count();
    let mut rows = Vec::new();
    rows.reserve_exact(count);
    Ok(rows)
}

fn spans(
    base: &[u8],
    names: Packed<'_, &str>,
    is_sound: fn(&str) -> bool,
) -> Result<Vec<Span>, RejectedBundle> {
    let mut spans = reserved(names)?;
    each(names, |name| {
        spans.push(Span::of(base, name.as_bytes()));
        sound(is_sound(name) && spans.len() < INDEX_MAX)
    })?;
    Ok(spans)
}

fn ascending(base: &[u8], names: &[Span]) -> Result<(), RejectedBundle> {
    sound(names.is_sorted_by(|a, b| a.bytes(base) < b.bytes(base)))
}

fn indices(list: Packed<'_, u16>, below: usize) -> Result<(), RejectedBundle> {
    let mut before = None;
    each(list, |index| {
        sound(usize::from(index) < below && before.is_none_or(|last| last < index))?;
        before = Some(index);
        Ok(())
    })
    .map(drop)
}

fn values(list: Packed<'_, &str>) -> Result<(), RejectedBundle> {
    let mut before: Option<&str> = None;
    each(list, |value| {
        sound(is_value(value) && before.is_none_or(|last| last < value))?;
        before = Some(value);
        Ok(())
    })
    .map(drop)
}

fn bindings(
    list: Packed<'_, format::Binding<'_>>,
    roles: usize,
    has_team: bool,
) -> Result<(), RejectedBundle> {
    let mut before: Option<(u16, &str)> = None;
    each(list, |binding| {
        let key = (binding.role, binding.team);
        sound(usize::from(binding.role) < roles && before.is_none_or(|last| last < key))?;
        before = Some(key);
        sound(binding.team.is_empty() || (has_team && is_value(binding.team)))
    })
    .map(drop)
}

fn supports(tables: &Tables, table: u16, set: u16) -> bool {
    let rows = tables
        .scope_rows
        .get(tables.scope_tables.range(usize::from(table)));
    let rows = rows.unwrap_or_default();
    if usize::from(set) >= tables.scope_sets.len() {
        return false;
    }
    let scopes = tables
        .set_scopes
        .get(tables.scope_sets.range(usize::from(set)));
    scopes
        .unwrap_or_default()
        .iter()
        .all(|scope| rows.iter().any(|row| row.scope == scope.0))
}

fn is_label(label: &str) -> bool {
    label.len() <= LABEL_BYTES_MAX && !has_control(label)
}

fn small(number: usize) -> Result<u16, RejectedBundle> {
    if number >= INDEX_MAX {
        return Err(RejectedBundle::Corrupt);
    }
    u16::try_from(number).map_err(|_| RejectedBundle::Corrupt)
}

pub(crate) const fn sound(holds: bool) -> Result<(), RejectedBundle> {
    if holds {
        Ok(())
    } else {
        Err(RejectedBundle::Corrupt)
    }
}

/// Returns text that was checked when the bundle was opened.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

/// Reads one item that was checked when the bundle was opened.
pub(crate) fn item_at<'b, T: Wire<'b>>(base: &'b [u8], offset: u32) -> Option<T> {
    T::read(&mut Cursor::new(base.get(size(offset)..)?))
}
