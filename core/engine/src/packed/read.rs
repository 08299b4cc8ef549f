//! Reads packed requests, whatever bytes they are.

use super::LAYOUT;
use crate::{
    attributes::Attributes,
    bytes::equal_bytes,
    cursor::Cursor,
    decide::Question,
    grammar::is_value_bytes,
    invalid::InvalidRequest,
    limits::{
        ATTRIBUTES_MAX, BATCH_MAX, GROUPS_MAX, LimitExceeded, REQUEST_VALUES_MAX, ROLES_MAX,
        VALUES_MAX,
    },
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
    pub fn read(bytes: &'a [u8]) -> Result<Self, InvalidRequest> {
        let mut cursor = Cursor::new(bytes);
        if cursor.byte() != Some(LAYOUT) {
            return Err(InvalidRequest::Layout);
        }
        let kind = cursor.text().ok_or(InvalidRequest::Layout)?;
        let id = cursor.text().ok_or(InvalidRequest::Layout)?;
        let mut held = 0;
        let roles = names(&mut cursor, &mut held)?;
        let team_roles = cursor.run().ok_or(InvalidRequest::Layout)?;
        let mut teams = Cursor::new(team_roles);
        while !teams.is_empty() {
            teams.text().ok_or(InvalidRequest::Layout)?;
            names(&mut teams, &mut held)?;
        }
        let groups = groups(&mut cursor)?;
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
    pub fn single(self) -> Result<(Subject<'a>, PackedQuestion<'a>), InvalidRequest> {
        let question = self.questions().single()?;
        Ok((self.subject, question))
    }

    /// Returns the subject of a request without questions.
    ///
    /// # Errors
    ///
    /// Refuses a request that asks something.
    pub fn alone(self) -> Result<Subject<'a>, InvalidRequest> {
        if self.questions.is_empty() {
            Ok(self.subject)
        } else {
            Err(InvalidRequest::Layout)
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
    pub fn single(mut self) -> Result<PackedQuestion<'a>, InvalidRequest> {
        let question = self.next().ok_or(InvalidRequest::Layout)??;
        if self.rest.is_empty() {
            Ok(question)
        } else {
            Err(InvalidRequest::Layout)
        }
    }
}

impl<'a> Iterator for PackedQuestions<'a> {
    type Item = Result<PackedQuestion<'a>, InvalidRequest>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = match self.left.checked_sub(1) {
            None => Err(InvalidRequest::Limit(LimitExceeded::Batch)),
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

    fn read(cursor: &mut Cursor<'a>, mut values: usize) -> Result<Self, InvalidRequest> {
        let permission = cursor.text().ok_or(InvalidRequest::Layout)?;
        let action = attributes(cursor, &mut values)?;
        let context = attributes(cursor, &mut values)?;
        let resource = match cursor.byte() {
            Some(0) => Resource::UNKNOWN,
            Some(1) => Resource::new(cursor.text().ok_or(InvalidRequest::Layout)?)?,
            _ => return Err(InvalidRequest::Layout),
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

fn names<'a>(cursor: &mut Cursor<'a>, held: &mut usize) -> Result<&'a [u8], InvalidRequest> {
    counted(cursor, held, ROLES_MAX, LimitExceeded::Roles)
}

fn groups<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], InvalidRequest> {
    counted(cursor, &mut 0, GROUPS_MAX, LimitExceeded::Groups)
}

fn counted<'a>(
    cursor: &mut Cursor<'a>,
    count: &mut usize,
    most: usize,
    limit: LimitExceeded,
) -> Result<&'a [u8], InvalidRequest> {
    let run = cursor.run().ok_or(InvalidRequest::Layout)?;
    let mut names = Cursor::new(run);
    while !names.is_empty() {
        names.text().ok_or(InvalidRequest::Layout)?;
        *count = count.saturating_add(1);
    }
    if *count > most {
        Err(InvalidRequest::Limit(limit))
    } else {
        Ok(run)
    }
}

fn attributes<'a>(
    cursor: &mut Cursor<'a>,
    total: &mut usize,
) -> Result<Attributes<'a>, InvalidRequest> {
    let run = cursor.run().ok_or(InvalidRequest::Layout)?;
    let mut all = Cursor::new(run);
    let mut count = 0_usize;
    while !all.is_empty() {
        let seen = run.len().saturating_sub(all.rest().len());
        let name = all.run().ok_or(InvalidRequest::Layout)?;
        if given(run.get(..seen).unwrap_or_default(), name) {
            return Err(InvalidRequest::RepeatedAttribute);
        }
        let values = set(all.run().ok_or(InvalidRequest::Layout)?)?;
        *total = total.saturating_add(values);
        count = count.saturating_add(1);
    }
    if count > ATTRIBUTES_MAX {
        return Err(InvalidRequest::Limit(LimitExceeded::Attributes));
    }
    if *total > REQUEST_VALUES_MAX {
        return Err(InvalidRequest::Limit(LimitExceeded::RequestValues));
    }
    Ok(Attributes::packed_named(run))
}

fn given(run: &[u8], name: &[u8]) -> bool {
    let mut cursor = Cursor::new(run);
    while let (Some(own), Some(_)) = (cursor.run(), cursor.run()) {
        if equal_bytes(own, name) {
            return true;
        }
    }
    false
}

fn set(run: &[u8]) -> Result<usize, InvalidRequest> {
    let mut values = Cursor::new(run);
    let mut before: Option<&[u8]> = None;
    let mut count = 0_usize;
    while !values.is_empty() {
        let value = values.run().ok_or(InvalidRequest::Layout)?;
        if !is_value_bytes(value).ok_or(InvalidRequest::Layout)? {
            return Err(InvalidRequest::Value);
        }
        if before.is_some_and(|last| last >= value) {
            return Err(InvalidRequest::UnsortedSet);
        }
        before = Some(value);
        count = count.saturating_add(1);
    }
    if count > VALUES_MAX {
        Err(InvalidRequest::Limit(LimitExceeded::Values))
    } else {
        Ok(count)
    }
}
