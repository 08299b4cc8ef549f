//! Requests and verdicts as bytes and numbers, for callers across a wasm boundary.
//!
//! Layout 1. `text` is a varint length and UTF-8; `run` is a varint length in bytes
//! and what follows; numbers are LEB128 varints.
//!
//! ```text
//! request   = 0x01 subject question…
//! subject   = text type, text id, run(text role…), run((text team, run(text role…))…),
//!             run(text group…), attributes
//! question  = text "module:action", attributes of the action, attributes of the context,
//!             0x00 | (0x01 text resource id), attributes of the resource
//! attributes = run((text name, run(text value…))…)      values ascending and distinct
//! ```

use alloc::vec::Vec;

use crate::{
    attributes::Attributes,
    cursor::Cursor,
    decide::{Decision, DenyReason, Question},
    gate::insert,
    limits::{
        ATTRIBUTES_MAX, BATCH_MAX, LimitExceeded, REQUEST_VALUES_MAX, ROLES_MAX, VALUES_MAX,
        is_value_bytes,
    },
    set::same,
    subject::{Names, Resource, Subject, TeamRoles},
};

/// A packed request, read and checked: one subject and its questions.
#[derive(Debug, Clone)]
pub struct PackedRequest<'a> {
    /// Who asks.
    pub subject: Subject<'a>,
    questions: Cursor<'a>,
    subject_values: usize,
}

impl<'a> PackedRequest<'a> {
    /// Reads the subject; its questions are read as they are taken.
    ///
    /// # Errors
    ///
    /// Refuses bytes that do not follow the layout, and whatever a limit forbids.
    pub fn read(bytes: &'a [u8]) -> Result<Self, LimitExceeded> {
        let mut cursor = Cursor::new(bytes);
        if cursor.byte() != Some(LAYOUT) {
            return Err(LimitExceeded::Packed);
        }
        let kind = cursor.text().ok_or(LimitExceeded::Packed)?;
        let id = cursor.text().ok_or(LimitExceeded::Packed)?;
        let mut held = 0;
        let roles = names(&mut cursor, &mut held)?;
        let team_roles = cursor.run().ok_or(LimitExceeded::Packed)?;
        let mut teams = Cursor::new(team_roles);
        while !teams.is_empty() {
            teams.text().ok_or(LimitExceeded::Packed)?;
            names(&mut teams, &mut held)?;
        }
        let groups = names(&mut cursor, &mut held)?;
        let mut values = 0;
        let attributes = attributes(&mut cursor, &mut values)?;
        let subject = Subject::new(kind, id)?.packed(
            Names::Packed(roles),
            TeamRoles::Packed(team_roles),
            Names::Packed(groups),
            attributes,
        );
        Ok(Self {
            subject,
            questions: cursor,
            subject_values: values,
        })
    }

    /// Returns the subject with its question, of which there must be exactly one.
    ///
    /// # Errors
    ///
    /// Refuses none, several, and a question outside the layout or a limit.
    pub fn single(self) -> Result<(Subject<'a>, PackedQuestion<'a>), LimitExceeded> {
        let question = self.questions().single()?;
        Ok((self.subject, question))
    }

    /// Returns the subject of a request without questions.
    ///
    /// # Errors
    ///
    /// Refuses a request that asks something.
    pub fn alone(self) -> Result<Subject<'a>, LimitExceeded> {
        if self.questions.is_empty() {
            Ok(self.subject)
        } else {
            Err(LimitExceeded::Packed)
        }
    }

    /// Returns the questions, at most [`BATCH_MAX`] of them.
    #[must_use]
    pub const fn questions(&self) -> PackedQuestions<'a> {
        PackedQuestions::new(self.questions, self.subject_values)
    }
}

/// Questions that follow one another.
///
/// An item refuses bytes that do not follow the layout, and whatever a limit forbids; it
/// is the last.
#[derive(Debug, Clone)]
pub struct PackedQuestions<'a> {
    rest: Cursor<'a>,
    subject_values: usize,
    left: usize,
}

impl<'a> PackedQuestions<'a> {
    const fn new(rest: Cursor<'a>, subject_values: usize) -> Self {
        Self {
            rest,
            subject_values,
            left: BATCH_MAX,
        }
    }

    /// Returns the question, of which there must be exactly one.
    ///
    /// # Errors
    ///
    /// Refuses none, several, and one outside the layout or a limit.
    pub fn single(mut self) -> Result<PackedQuestion<'a>, LimitExceeded> {
        let question = self.next().ok_or(LimitExceeded::Packed)??;
        if self.rest.is_empty() {
            Ok(question)
        } else {
            Err(LimitExceeded::Packed)
        }
    }
}

impl<'a> Iterator for PackedQuestions<'a> {
    type Item = Result<PackedQuestion<'a>, LimitExceeded>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = match self.left.checked_sub(1) {
            None => Err(LimitExceeded::Batch),
            Some(left) => {
                self.left = left;
                PackedQuestion::read(&mut self.rest, self.subject_values)
            }
        };
        if read.is_err() {
            self.rest = Cursor::new(&[]);
        }
        Some(read)
    }
}

/// One packed question.
#[derive(Debug, Clone, Copy)]
pub struct PackedQuestion<'a> {
    /// `module:action`.
    pub permission: &'a str,
    /// What is asked about it.
    pub question: Question<'a>,
}

impl<'a> PackedQuestion<'a> {
    /// Reads questions that follow one another, for a session whose subject is known.
    #[must_use]
    pub const fn all(bytes: &'a [u8]) -> PackedQuestions<'a> {
        PackedQuestions::new(Cursor::new(bytes), 0)
    }

    fn read(cursor: &mut Cursor<'a>, mut values: usize) -> Result<Self, LimitExceeded> {
        let permission = cursor.text().ok_or(LimitExceeded::Packed)?;
        let action = attributes(cursor, &mut values)?;
        let context = attributes(cursor, &mut values)?;
        let resource = match cursor.byte() {
            Some(0) => Resource::UNKNOWN,
            Some(1) => Resource::new(cursor.text().ok_or(LimitExceeded::Packed)?)?,
            _ => return Err(LimitExceeded::Packed),
        };
        let resource = resource.with_attributes(attributes(cursor, &mut values)?);
        Ok(Self {
            permission,
            question: Question {
                resource,
                action,
                context,
            },
        })
    }
}

fn names<'a>(cursor: &mut Cursor<'a>, held: &mut usize) -> Result<&'a [u8], LimitExceeded> {
    let run = cursor.run().ok_or(LimitExceeded::Packed)?;
    let mut names = Cursor::new(run);
    while !names.is_empty() {
        names.text().ok_or(LimitExceeded::Packed)?;
        *held = held.saturating_add(1);
    }
    if *held > ROLES_MAX {
        Err(LimitExceeded::Roles)
    } else {
        Ok(run)
    }
}

fn attributes<'a>(
    cursor: &mut Cursor<'a>,
    total: &mut usize,
) -> Result<Attributes<'a>, LimitExceeded> {
    let run = cursor.run().ok_or(LimitExceeded::Packed)?;
    let mut all = Cursor::new(run);
    let mut count = 0_usize;
    while !all.is_empty() {
        let seen = run.len().saturating_sub(all.rest().len());
        let name = all.run().ok_or(LimitExceeded::Packed)?;
        if given(run.get(..seen).unwrap_or_default(), name) {
            return Err(LimitExceeded::RepeatedAttribute);
        }
        let values = set(all.run().ok_or(LimitExceeded::Packed)?)?;
        *total = total.saturating_add(values);
        count = count.saturating_add(1);
    }
    if count > ATTRIBUTES_MAX {
        return Err(LimitExceeded::Attributes);
    }
    if *total > REQUEST_VALUES_MAX {
        return Err(LimitExceeded::RequestValues);
    }
    Ok(Attributes::packed_named(run))
}

fn given(run: &[u8], name: &[u8]) -> bool {
    let mut cursor = Cursor::new(run);
    while let (Some(own), Some(_)) = (cursor.run(), cursor.run()) {
        if same(own, name) {
            return true;
        }
    }
    false
}

fn set(run: &[u8]) -> Result<usize, LimitExceeded> {
    let mut values = Cursor::new(run);
    let mut before: Option<&[u8]> = None;
    let mut count = 0_usize;
    while !values.is_empty() {
        let value = values.run().ok_or(LimitExceeded::Packed)?;
        if !is_value_bytes(value).ok_or(LimitExceeded::Packed)? {
            return Err(LimitExceeded::Value);
        }
        if before.is_some_and(|last| last >= value) {
            return Err(LimitExceeded::UnsortedSet);
        }
        before = Some(value);
        count = count.saturating_add(1);
    }
    if count > VALUES_MAX {
        Err(LimitExceeded::Values)
    } else {
        Ok(count)
    }
}

/// Writes a packed request.
///
/// Sets may come unsorted and with repeated values; limits are left to the reader.
#[derive(Debug, Clone)]
pub struct Packer(Vec<u8>);

impl Packer {
    /// Starts a request that names its subject; questions follow.
    #[must_use]
    pub fn request(kind: &str, id: &str) -> PackerSubject {
        let mut bytes = Vec::with_capacity(128);
        bytes.push(LAYOUT);
        put_run(&mut bytes, kind.as_bytes());
        put_run(&mut bytes, id.as_bytes());
        PackerSubject {
            bytes,
            roles: Vec::new(),
            teams: Vec::new(),
            groups: Vec::new(),
            attributes: PackerAttributes::default(),
        }
    }

    /// Starts questions for a session.
    #[must_use]
    pub const fn questions() -> Self {
        Self(Vec::new())
    }

    /// Adds a question about `module:action`. `resource_id` is nothing where it is unknown.
    #[must_use]
    pub fn question(
        mut self,
        permission: &str,
        resource_id: Option<&str>,
        facts: &PackerFacts,
    ) -> Self {
        put_run(&mut self.0, permission.as_bytes());
        put_run(&mut self.0, &facts.action.0);
        put_run(&mut self.0, &facts.context.0);
        match resource_id {
            None => self.0.push(0),
            Some(id) => {
                self.0.push(1);
                put_run(&mut self.0, id.as_bytes());
            }
        }
        put_run(&mut self.0, &facts.resource.0);
        self
    }

    /// Returns the packed bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Writes the subject of a packed request.
#[derive(Debug, Clone)]
pub struct PackerSubject {
    bytes: Vec<u8>,
    roles: Vec<u8>,
    teams: Vec<u8>,
    groups: Vec<u8>,
    attributes: PackerAttributes,
}

impl PackerSubject {
    /// Adds a role that the subject holds everywhere.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        put_run(&mut self.roles, role.as_bytes());
        self
    }

    /// Adds the roles that the subject holds on a team.
    #[must_use]
    pub fn team<R: AsRef<str>>(mut self, team: &str, roles: &[R]) -> Self {
        put_run(&mut self.teams, team.as_bytes());
        put_run(&mut self.teams, &texts(roles.iter().map(AsRef::as_ref)));
        self
    }

    /// Adds a group that the subject is in.
    #[must_use]
    pub fn group(mut self, group: &str) -> Self {
        put_run(&mut self.groups, group.as_bytes());
        self
    }

    /// Adds an attribute of the subject.
    #[must_use]
    pub fn attribute<V: AsRef<str>>(mut self, name: &str, values: &[V]) -> Self {
        self.attributes.add(name, values);
        self
    }

    /// Ends the subject; questions follow.
    #[must_use]
    pub fn end(mut self) -> Packer {
        for run in [&self.roles, &self.teams, &self.groups, &self.attributes.0] {
            put_run(&mut self.bytes, run);
        }
        Packer(self.bytes)
    }
}

/// What is known beside the subject: attributes of the action, the context and the resource.
#[derive(Debug, Clone, Default)]
pub struct PackerFacts {
    /// Attributes of the action.
    pub action: PackerAttributes,
    /// Attributes of the context.
    pub context: PackerAttributes,
    /// Attributes of the resource; one that is not given is unknown.
    pub resource: PackerAttributes,
}

/// Packed attributes. Their values may come unsorted and repeated.
#[derive(Debug, Clone, Default)]
pub struct PackerAttributes(Vec<u8>);

impl PackerAttributes {
    /// Adds an attribute.
    pub fn add<V: AsRef<str>>(&mut self, name: &str, values: &[V]) {
        let mut sorted: Vec<&str> = Vec::with_capacity(values.len());
        for value in values {
            insert(&mut sorted, value.as_ref());
        }
        put_run(&mut self.0, name.as_bytes());
        put_run(&mut self.0, &texts(sorted.into_iter()));
    }
}

fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut run = Vec::new();
    texts.for_each(|text| put_run(&mut run, text.as_bytes()));
    run
}

fn put_run(bytes: &mut Vec<u8>, run: &[u8]) {
    let mut rest = run.len();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or(0);
        rest >>= 7_u32;
        if rest == 0 {
            bytes.push(low);
            break;
        }
        bytes.push(low | 0x80);
    }
    bytes.extend_from_slice(run);
}

/// A decision as one number, for callers that look names up once.
///
/// Bits 0 and 1: effect (0 deny, 1 allow, 2 conditional, 3 no answer). Bits 2 to 4:
/// reason, an index of [`Verdict::REASONS`]. Bit 5: the role is bound to a team. Bits 16
/// to 31: role and bits 32 to 47: scope, each an index of the policy's names, for an
/// allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict(pub u64);

impl Verdict {
    /// The reasons, by their number.
    pub const REASONS: [&'static str; 6] = [
        "granted",
        "conditional",
        "unknown-permission",
        "feature-disabled",
        "not-granted",
        "out-of-scope",
    ];

    /// No answer: the bundle or the session has expired.
    pub const EXPIRED: Self = Self(3);
    /// No answer: the request is outside the layout, the grammar or a limit.
    pub const MALFORMED: Self = Self(3 | (1 << 2_u32));

    /// Says whether the action may be done.
    #[must_use]
    pub const fn is_allow(self) -> bool {
        self.0 & 3 == 1
    }

    /// Returns the effect's name, if there is an answer.
    #[must_use]
    pub const fn effect(self) -> Option<&'static str> {
        match self.0 & 3 {
            0 => Some("deny"),
            1 => Some("allow"),
            2 => Some("conditional"),
            _ => None,
        }
    }

    /// Returns the reason's name, if there is an answer.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        self.effect()?;
        let index = usize::try_from((self.0 >> 2_u32) & 7).ok()?;
        Self::REASONS.get(index).copied()
    }

    /// Returns the index of the role that an allowance rests on.
    #[must_use]
    pub fn role(self) -> Option<u16> {
        self.is_allow()
            .then(|| u16::try_from((self.0 >> 16_u32) & 0xffff).ok())
            .flatten()
    }

    /// Returns the index of the scope that holds.
    #[must_use]
    pub fn scope(self) -> Option<u16> {
        self.is_allow()
            .then(|| u16::try_from((self.0 >> 32_u32) & 0xffff).ok())
            .flatten()
    }
}

impl From<&Decision<'_>> for Verdict {
    fn from(decision: &Decision<'_>) -> Self {
        Self(match decision {
            Decision::Allow(grant) => {
                let bound = u64::from(grant.team.is_some()) << 5_u32;
                let role = u64::from(grant.role.0) << 16_u32;
                1 | bound | role | (u64::from(grant.scope.0) << 32_u32)
            }
            Decision::Conditional(_) => 2 | (1 << 2_u32),
            Decision::Deny(DenyReason::UnknownPermission) => 2 << 2_u32,
            Decision::Deny(DenyReason::FeatureDisabled(_)) => 3 << 2_u32,
            Decision::Deny(DenyReason::NotGranted) => 4 << 2_u32,
            Decision::Deny(DenyReason::OutOfScope) => 5 << 2_u32,
        })
    }
}

const LAYOUT: u8 = 1;
