//! The tables that `open` builds, and where in the bundle their names are.
//!
//! INVARIANT (indices): every number stored here is below the length of the list
//! that it indexes, and every span is within the bundle on a UTF-8 boundary.

use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    bytes::equal_bytes,
    cursor::Cursor,
    format::{self, List, OptionalIndex, Source, Wire, read_whole},
    grants::{GrantIndex, size},
    ids::{ActionId, ModuleId, PermissionId, RoleId, ScopeId},
    names::NameIndex,
};

/// Where a string is in the bundle.
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

    pub(crate) const fn at(self) -> u32 {
        self.at
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
    pub(crate) parent: OptionalIndex,
    len: u8,
}

impl ModuleRow {
    pub(crate) fn new(id: Span, parent: OptionalIndex) -> Self {
        Self {
            at: id.at,
            parent,
            len: u8::try_from(id.len).unwrap_or(0),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PermissionRow {
    pub(crate) module: ModuleId,
    pub(crate) action: ActionId,
    pub(crate) requires: OptionalIndex,
    pub(crate) scopes: u16,
}

#[derive(Debug, Clone)]
pub(crate) struct RoleRow {
    pub(crate) id: Span,
    pub(crate) grants: Span,
    pub(crate) origin: format::RoleOrigin,
    pub(crate) available: bool,
}

/// The atoms of a condition: a disjunction of conjunctions, each ended by its last atom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AtomRange {
    start: u16,
    end: u16,
}

impl AtomRange {
    pub(crate) fn new(range: &Range<usize>) -> Self {
        Self {
            start: u16::try_from(range.start).unwrap_or(0),
            end: u16::try_from(range.end).unwrap_or(0),
        }
    }

    #[inline]
    pub(crate) fn of(self, atoms: &[ConjunctionAtom]) -> &[ConjunctionAtom] {
        atoms
            .get(usize::from(self.start)..usize::from(self.end))
            .unwrap_or_default()
    }
}

/// The condition behind a scope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScopeRow {
    pub(crate) scope: u16,
    pub(crate) condition: AtomRange,
}

/// An atom, and whether its conjunction ends with it.
#[derive(Debug, Clone)]
pub(crate) struct ConjunctionAtom {
    pub(crate) atom: AtomRow,
    pub(crate) is_last: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum AtomRow {
    /// The only atom of a conjunction that has no other.
    True,
    /// The subject's id is among the resource's attribute: `Shares`, at its most common.
    SubjectIdIn(u16),
    Shares(Source, Source),
    Is(Source, Span),
    Lacks(Source, Span),
    Within(Source, Span),
    Present(Source),
    Absent(Source),
    Differs(Source, Source),
}

impl AtomRow {
    /// Returns what a negative atom reads: it is false unless that is given.
    pub(crate) const fn guarded(&self) -> [Option<Source>; 2] {
        match self {
            Self::Lacks(source, _) => [Some(*source), None],
            Self::Differs(left, right) => [Some(*left), Some(*right)],
            _ => [None, None],
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) features: Vec<Span>,
    pub(crate) subject_attributes: Vec<Span>,
    /// Which of the subject's attributes only the directory may give.
    pub(crate) directory_only: Vec<bool>,
    pub(crate) action_attributes: Vec<Span>,
    pub(crate) context_attributes: Vec<Span>,
    pub(crate) resource_attributes: Vec<Span>,
    pub(crate) team: Option<format::TeamAttribute>,
    pub(crate) scopes: Vec<Span>,
    pub(crate) atoms: Vec<ConjunctionAtom>,
    pub(crate) scope_tables: Runs,
    pub(crate) scope_rows: Vec<ScopeRow>,
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
    /// Where the group of everybody is, and the role that it holds, if there is one.
    pub(crate) everyone: Option<(u32, RoleId)>,
    /// The types of subjects that the catalog declares; none where it says nothing of them.
    pub(crate) subject_types: Span,
    pub(crate) enabled: Span,
    /// The features that are on for a time.
    pub(crate) feature_ends: Span,
    /// Whether somebody of the directory holds a role for a time.
    pub(crate) has_endings: bool,
    /// First second at which a sign-in counts, of whomever; 0 where every one does.
    pub(crate) sessions_from: u64,
    /// Whether it is not 0, or the directory says such a second of somebody.
    pub(crate) has_sessions_from: bool,
    pub(crate) next_session: bool,
    pub(crate) grants: GrantIndex,
}

/// Runs of a flat list, by their ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs(Vec<u16>);

impl Runs {
    /// Ends a run; says whether it still fits.
    #[must_use]
    pub(crate) fn close(&mut self, end: usize) -> bool {
        let end = u16::try_from(end);
        self.0.push(end.unwrap_or(0));
        end.is_ok()
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(crate) fn range(&self, index: usize) -> Range<usize> {
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
    /// Returns the condition behind a scope of a permission.
    // Linear: a permission supports few scopes.
    #[inline]
    pub(crate) fn condition(&self, row: &PermissionRow, scope: ScopeId) -> Option<AtomRange> {
        let table = self.scope_tables.range(usize::from(row.scopes));
        let rows = self.scope_rows.get(table)?;
        let found = rows.iter().find(|own| own.scope == scope.0);
        found.map(|own| own.condition)
    }

    /// Returns the module that a module is directly in.
    #[inline]
    pub(crate) fn parent(&self, module: ModuleId) -> Option<ModuleId> {
        let row = self.modules.get(module.index())?;
        row.parent.get().map(ModuleId)
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
        let (label, (_parent, requires)): (_, (OptionalIndex, _)) = read_whole(&mut cursor)?;
        Some(ModuleRest { label, requires })
    }

    /// Says whether the permission is called that.
    #[inline]
    pub(crate) fn is_called(&self, base: &[u8], permission: u16, name: &[u8]) -> bool {
        let index = usize::from(permission);
        let Some(row) = self.permissions.get(index) else {
            let alias = index
                .checked_sub(self.permissions.len())
                .and_then(|at| self.aliases.get(at));
            return alias.is_some_and(|(span, _)| equal_bytes(span.bytes(base), name));
        };
        let action = self
            .actions
            .get(row.action.index())
            .map(|span| span.bytes(base));
        let module = self.module_id(base, row.module);
        let Some((own, rest)) = name.split_at_checked(module.len()) else {
            return false;
        };
        let Some((b':', rest)) = rest.split_first() else {
            return false;
        };
        equal_bytes(own, module) && action.is_some_and(|action| equal_bytes(rest, action))
    }
}

/// What follows the id in an encoded module.
#[derive(Debug)]
pub(crate) struct ModuleRest<'a> {
    pub(crate) label: &'a str,
    pub(crate) requires: List<'a, u16>,
}

/// Returns text that was checked when the bundle was opened.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

/// Reads one item that was checked when the bundle was opened.
pub(crate) fn item_at<'b, T: Wire<'b>>(base: &'b [u8], offset: u32) -> Option<T> {
    read_whole(&mut Cursor::new(base.get(size(offset)..)?))
}
