//! Who is granted a permission: per permission, ascending role to scope set.

use alloc::{vec, vec::Vec};

use crate::{
    cursor::Cursor,
    ids::{PermissionId, RoleId},
};

/// The permission-major index over every role's grants.
///
/// INVARIANT (ascending): within a permission the roles ascend.
#[derive(Debug, Clone, Default)]
pub(crate) struct GrantIndex {
    starts: Vec<u32>,
    roles: Vec<u16>,
    // A set's number in two halves: few policies have more than 256 scope sets.
    low: Vec<u8>,
    high: Vec<u8>,
}

impl GrantIndex {
    /// Builds the index from each role's grants, in ascending order of the roles.
    pub(crate) fn build<'a>(
        permissions: usize,
        wide: bool,
        roles: impl Iterator<Item = (RoleId, &'a [u8])> + Clone,
    ) -> Self {
        let mut starts = vec![0_u32; permissions.saturating_add(1)];
        for (_, grants) in roles.clone() {
            for (permission, _) in RoleGrants::new(grants) {
                if let Some(count) = starts.get_mut(permission.index()) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut total = 0_u32;
        for start in &mut starts {
            let count = *start;
            *start = total;
            total = total.saturating_add(count);
        }
        let len = size(total);
        let mut index = Self {
            starts,
            roles: vec![0; len],
            low: vec![0; len],
            high: vec![0; if wide { len } else { 0 }],
        };
        for (role, grants) in roles {
            for (permission, set) in RoleGrants::new(grants) {
                index.place(permission, role, set);
            }
        }
        // Placing moved each start to its end: shift them back by one.
        index.starts.rotate_right(1);
        if let Some(first) = index.starts.first_mut() {
            *first = 0;
        }
        if let Some(last) = index.starts.last_mut() {
            *last = total;
        }
        index
    }

    fn place(&mut self, permission: PermissionId, role: RoleId, set: u16) {
        let Some(start) = self.starts.get_mut(permission.index()) else {
            return;
        };
        let at = size(*start);
        *start = start.saturating_add(1);
        let [low, high] = set.to_le_bytes();
        if let (Some(role_slot), Some(low_slot)) = (self.roles.get_mut(at), self.low.get_mut(at)) {
            *role_slot = role.0;
            *low_slot = low;
        }
        if let Some(slot) = self.high.get_mut(at) {
            *slot = high;
        }
    }

    /// Returns the scope set that the role grants on the permission.
    #[inline]
    pub(crate) fn find(&self, permission: PermissionId, role: RoleId) -> Option<u16> {
        let at = permission.index();
        let start = size(*self.starts.get(at)?);
        let end = size(*self.starts.get(at.saturating_add(1))?);
        let roles = self.roles.get(start..end)?;
        let offset = if roles.len() <= SHORT {
            roles.iter().position(|own| *own == role.0)?
        } else {
            roles.binary_search(&role.0).ok()?
        };
        self.set(start.saturating_add(offset))
    }

    /// Returns how many grants there are.
    pub(crate) const fn len(&self) -> usize {
        self.roles.len()
    }

    #[inline]
    fn set(&self, at: usize) -> Option<u16> {
        let low = *self.low.get(at)?;
        Some(u16::from_le_bytes([
            low,
            self.high.get(at).copied().unwrap_or(0),
        ]))
    }
}

/// Reads one role's grants: permission, then scope set.
#[derive(Debug, Clone)]
pub(crate) struct RoleGrants<'a> {
    cursor: Cursor<'a>,
    next: u32,
}

impl<'a> RoleGrants<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            cursor: Cursor::new(bytes),
            next: 0,
        }
    }

    /// Says whether all was read, each number in its shortest form.
    pub(crate) const fn is_canonical(&self) -> bool {
        self.cursor.is_canonical()
    }

    /// Says whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.cursor.is_empty()
    }
}

impl Iterator for RoleGrants<'_> {
    type Item = (PermissionId, u16);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let gap = self.cursor.varint()?;
        let set = self.cursor.small()?;
        let permission = u16::try_from(self.next.checked_add(gap)?).ok()?;
        self.next = u32::from(permission).saturating_add(1);
        Some((PermissionId(permission), set))
    }
}

pub(crate) fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Up to here a scan beats a binary search.
const SHORT: usize = 8;
