//! A subject resolved once, then asked many questions.

use alloc::{boxed::Box, vec, vec::Vec};
use core::fmt;

use crate::{
    attributes::Attributes,
    condition::{Facts, Truth, Who},
    decide::{Asker, Decision, DenyReason, Grant, Pending, Question},
    gate::{Bits, place},
    grants::{RoleGrants, size},
    ids::{PermissionId, RoleId, UnixSeconds},
    index::utf8,
    policy::Policy,
    roles,
    set::{Set, Union},
    subject::Subject,
};

/// A subject under a policy: its roles looked up, its grants gathered.
///
/// INVARIANT (order): the cells of a permission stand in the order in which an
/// answer names its grant, so that the first that holds is the one.
#[derive(Debug, Clone)]
pub struct Session {
    policy: Policy,
    valid_until: UnixSeconds,
    kind: Box<str>,
    id: Box<str>,
    attributes: Box<[Box<[Box<str>]>]>,
    bindings: Vec<(RoleId, Option<Box<str>>)>,
    held: Bits,
    /// How many permissions are held before each word of `held`.
    ranks: Vec<u16>,
    /// Where the cells of each held permission start, and the end of the last.
    starts: Vec<u32>,
    cells: Vec<Cell>,
}

/// One role's grant on one permission.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cell {
    binding: u16,
    set: u16,
}

/// The session or the bundle behind it no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpired;

impl fmt::Display for SessionExpired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bundle or the token behind this session has expired")
    }
}

impl core::error::Error for SessionExpired {}

impl Policy {
    /// Resolves a subject whose identity holds until `valid_until`; the session ends
    /// with it or with the bundle, whichever is first.
    ///
    /// # Errors
    ///
    /// Fails if either has ended at `now`.
    pub fn session(
        &self,
        subject: &Subject<'_>,
        valid_until: UnixSeconds,
        now: UnixSeconds,
    ) -> Result<Session, SessionExpired> {
        let valid_until = valid_until.min(self.expires_at());
        if now >= valid_until {
            return Err(SessionExpired);
        }
        let person = self.person(subject);
        let held = roles::held(self, subject, person.as_ref());
        let who = Who::new(subject, person.as_ref());
        let count = self.bundle.tables.subject_attributes.len();
        let mut session = Session {
            policy: self.clone(),
            valid_until,
            kind: subject.kind.into(),
            id: subject.id.into(),
            attributes: (0..count).map(|index| unite(self, &who, index)).collect(),
            bindings: held
                .iter()
                .map(|own| (own.role, own.team.map(Box::from)))
                .collect(),
            held: Bits::new(self.bundle.tables.permissions.len()),
            ranks: Vec::new(),
            starts: Vec::new(),
            cells: Vec::new(),
        };
        session.gather();
        Ok(session)
    }
}

impl Session {
    /// Returns the first second at which the session no longer answers.
    #[must_use]
    pub const fn valid_until(&self) -> UnixSeconds {
        self.valid_until
    }

    /// Returns the policy that answers.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Decides whether the subject may use a permission, by its number.
    ///
    /// # Errors
    ///
    /// Fails from [`Session::valid_until`] on.
    pub fn decide<'a>(
        &'a self,
        permission: PermissionId,
        question: &'a Question<'a>,
        now: UnixSeconds,
    ) -> Result<Decision<'a>, SessionExpired> {
        if now >= self.valid_until {
            return Err(SessionExpired);
        }
        Ok(self.judge(permission, question))
    }

    /// Decides about `module:action`, by its present or a former name.
    ///
    /// # Errors
    ///
    /// As [`Session::decide`].
    pub fn decide_named<'a>(
        &'a self,
        permission: &str,
        question: &'a Question<'a>,
        now: UnixSeconds,
    ) -> Result<Decision<'a>, SessionExpired> {
        match self.policy.permission(permission) {
            Some(permission) => self.decide(permission, question, now),
            None if now >= self.valid_until => Err(SessionExpired),
            None => Ok(Decision::Deny(DenyReason::UnknownPermission)),
        }
    }

    /// Decides about many permissions at once; the answers keep the questions' order.
    ///
    /// # Errors
    ///
    /// As [`Session::decide`].
    pub fn decide_many<'a>(
        &'a self,
        questions: &'a [(PermissionId, Question<'a>)],
        now: UnixSeconds,
    ) -> Result<impl Iterator<Item = Decision<'a>>, SessionExpired> {
        if now >= self.valid_until {
            return Err(SessionExpired);
        }
        let decide = |(permission, question): &'a (PermissionId, Question<'a>)| {
            self.judge(*permission, question)
        };
        Ok(questions.iter().map(decide))
    }

    fn judge<'a>(&'a self, permission: PermissionId, question: &'a Question<'a>) -> Decision<'a> {
        let policy = &self.policy;
        let Some(row) = policy.bundle.tables.permissions.get(permission.index()) else {
            return Decision::Deny(DenyReason::UnknownPermission);
        };
        if !policy.gate.permission_is_open(permission) {
            return Decision::Deny(DenyReason::FeatureDisabled(permission));
        }
        let cells = self.cells(permission);
        if cells.is_empty() {
            return Decision::Deny(DenyReason::NotGranted);
        }
        let facts = self.facts(question);
        let mut unknown = false;
        for cell in cells {
            let Some((role, team)) = self.binding(*cell) else {
                continue;
            };
            for scope in policy.scopes_of(cell.set) {
                match facts.scope(row, *scope, team) {
                    Truth::True => {
                        return Decision::Allow(Grant {
                            role,
                            scope: *scope,
                            team,
                        });
                    }
                    Truth::Unknown => unknown = true,
                    Truth::False => {}
                }
            }
        }
        if unknown {
            let asker = Asker::Session(self);
            return Decision::Conditional(Pending {
                policy,
                asker,
                permission,
                question,
            });
        }
        Decision::Deny(DenyReason::OutOfScope)
    }

    #[inline]
    pub(crate) fn facts<'a>(&'a self, question: &'a Question<'a>) -> Facts<'a> {
        let attributes = Attributes::owned(&self.attributes);
        question.facts(&self.policy, Who::united(&self.kind, &self.id, attributes))
    }

    /// Returns the grants that the subject holds on a permission, in order.
    #[inline]
    pub(crate) fn cells(&self, permission: PermissionId) -> &[Cell] {
        let at = permission.index();
        if !self.held.get(at) {
            return &[];
        }
        let (word, mask) = place(at);
        let below = self
            .held
            .words()
            .get(word)
            .map_or(0, |bits| (bits & mask.wrapping_sub(1)).count_ones());
        let before = self.ranks.get(word).map_or(0, |rank| usize::from(*rank));
        self.cells_at(before.saturating_add(size(below)))
    }

    #[inline]
    fn cells_at(&self, rank: usize) -> &[Cell] {
        let start = self.starts.get(rank).map_or(0, |start| size(*start));
        let end = self
            .starts
            .get(rank.saturating_add(1))
            .map_or(0, |end| size(*end));
        self.cells.get(start..end).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn binding(&self, cell: Cell) -> Option<(RoleId, Option<&str>)> {
        self.bindings
            .get(usize::from(cell.binding))
            .map(|(role, team)| (*role, team.as_deref()))
    }

    /// Returns every held permission, ascending, with its grants in order.
    pub(crate) fn held(&self) -> impl Iterator<Item = (PermissionId, &[Cell])> {
        let words = self.held.words().iter().zip(0_usize..);
        let permissions = words.flat_map(|(bits, word)| {
            ones(*bits).map(move |bit| word.saturating_mul(64).saturating_add(bit))
        });
        permissions.zip(0..).map(|(at, rank)| {
            (
                PermissionId(u16::try_from(at).unwrap_or(u16::MAX)),
                self.cells_at(rank),
            )
        })
    }

    fn gather(&mut self) {
        let tables = &self.policy.bundle.tables;
        let bytes = &self.policy.bundle.bytes;
        let grants = |role: RoleId| {
            let row = tables.roles.get(role.index());
            RoleGrants::new(row.map(|row| row.grants.bytes(bytes)).unwrap_or_default())
        };
        for (role, _) in &self.bindings {
            grants(*role).for_each(|(permission, _)| self.held.set(permission.index()));
        }
        let mut total = 0_u16;
        for bits in self.held.words() {
            self.ranks.push(total);
            total = total.saturating_add(u16::try_from(bits.count_ones()).unwrap_or(0));
        }
        let rank = |permission: PermissionId| {
            let (word, mask) = place(permission.index());
            let bits = self.held.words().get(word).copied().unwrap_or(0);
            let before = self.ranks.get(word).copied().unwrap_or(0);
            usize::from(before).saturating_add(size((bits & mask.wrapping_sub(1)).count_ones()))
        };
        // Counting sort by permission; each permission's cells keep the bindings' order.
        let mut starts = vec![0_u32; usize::from(total).saturating_add(2)];
        for (role, _) in &self.bindings {
            for (permission, _) in grants(*role) {
                if let Some(count) = starts.get_mut(rank(permission).saturating_add(2)) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut sum = 0_u32;
        for count in &mut starts {
            sum = sum.saturating_add(*count);
            *count = sum;
        }
        let mut cells = vec![Cell::default(); size(sum)];
        for ((role, _), binding) in self.bindings.iter().zip(0_u16..) {
            for (permission, set) in grants(*role) {
                let Some(next) = starts.get_mut(rank(permission).saturating_add(1)) else {
                    continue;
                };
                if let Some(cell) = cells.get_mut(size(*next)) {
                    *cell = Cell { binding, set };
                }
                *next = next.saturating_add(1);
            }
        }
        self.starts = starts;
        self.cells = cells;
    }
}

impl Cell {
    pub(crate) const fn set(self) -> u16 {
        self.set
    }
}

fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let lowest = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (lowest < 64).then(|| size(lowest))
    })
}

fn unite(policy: &Policy, who: &Who<'_>, index: usize) -> Box<[Box<str>]> {
    let Ok(number) = u16::try_from(index) else {
        return Box::default();
    };
    let (asked, listed) = who.attribute(&policy.bundle, number);
    let values = Union::new([asked, listed, Set::EMPTY]);
    values.map(|value| Box::from(utf8(value))).collect()
}
