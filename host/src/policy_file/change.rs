//! Changes to a policy file: all are decided first, then each is recorded and made.

use portcullis_admin::audit::{AuditRecord, Digest, LinkedRecord, UnlikelyTime};
use portcullis_engine::UnixSeconds;

use super::{PolicyFile, PolicyFileFailure, Reading};

/// How changes are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The digest that the policy must have.
    pub expected: Option<Digest>,
    /// When they are done; when the clock says, where this is nothing.
    pub asked: Option<UnixSeconds>,
    /// Whether that may be any time: before the last record, or ahead of the clock.
    pub any_time: bool,
    /// Whether they are only decided, and nothing is written.
    pub dry_run: bool,
}

/// One change that was decided: its record, and the policy that it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The record.
    pub record: AuditRecord,
    /// The policy's text.
    pub text: String,
}

/// Changes that were made, or were to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<T> {
    /// The policy after them.
    pub reading: Reading,
    /// The records that the log got: what it noticed first, then one for each change; none
    /// where nothing was to be written.
    pub records: Vec<LinkedRecord>,
    /// What whoever decided says of them.
    pub outcome: T,
}

/// Why changes were not made.
#[derive(Debug)]
pub enum NotChanged<E> {
    /// The files could not be used.
    File {
        /// Why.
        failure: PolicyFileFailure,
        /// How many of the changes were made before; each of them whole.
        made: usize,
    },
    /// The time is not one that a record may state.
    Time(UnlikelyTime),
    /// They were decided against.
    Refused(E),
}

impl PolicyFile {
    /// Makes changes in one turn, at what `clock` says unless the manner says otherwise.
    ///
    /// `decide` gets the policy's text and the time, and returns the changes in order, each of
    /// what the one before it leaves; nothing is written before all are decided.
    ///
    /// # Errors
    ///
    /// As [`PolicyFile::turn`] and [`Turn::commit`](super::Turn::commit); where the time is
    /// not one that a record may state; and where `decide` refuses.
    pub fn change<T, E>(
        &self,
        manner: &Manner,
        clock: UnixSeconds,
        decide: impl FnOnce(&str, UnixSeconds) -> Result<(Vec<Step>, T), E>,
    ) -> Result<Changed<T>, NotChanged<E>> {
        if manner.dry_run {
            return self.decided(manner, clock, decide);
        }
        let before_all = |failure| NotChanged::File { failure, made: 0 };
        let noticed = manner.asked.map_or(clock, |asked| asked.min(clock));
        let mut turn = self.turn(manner.expected, noticed).map_err(before_all)?;
        let now = if manner.any_time {
            manner.asked.unwrap_or(clock)
        } else {
            turn.time(manner.asked, clock).map_err(NotChanged::Time)?
        };
        let (steps, outcome) = decide(turn.text(), now).map_err(NotChanged::Refused)?;
        for (made, Step { record, text }) in steps.into_iter().enumerate() {
            turn = turn
                .commit(record, &text)
                .map_err(|failure| NotChanged::File { failure, made })?;
        }
        Ok(Changed {
            records: turn.added().to_vec(),
            reading: turn.reading,
            outcome,
        })
    }

    fn decided<T, E>(
        &self,
        manner: &Manner,
        clock: UnixSeconds,
        decide: impl FnOnce(&str, UnixSeconds) -> Result<(Vec<Step>, T), E>,
    ) -> Result<Changed<T>, NotChanged<E>> {
        let fail = |failure| NotChanged::File { failure, made: 0 };
        let mut reading = self.read().map_err(fail)?;
        if let Some(expected) = manner.expected.filter(|known| *known != reading.digest) {
            let found = reading.digest;
            return Err(fail(PolicyFileFailure::ChangedSince { expected, found }));
        }
        let now = manner.asked.unwrap_or(clock);
        let (steps, outcome) = decide(&reading.text, now).map_err(NotChanged::Refused)?;
        if let Some(last) = steps.into_iter().next_back() {
            reading = Reading {
                digest: Digest::of(last.text.as_bytes()),
                text: last.text,
            };
        }
        Ok(Changed {
            reading,
            records: Vec::new(),
            outcome,
        })
    }
}
