//! A turn at changing a policy: recorded first, then made.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Seek as _, Write as _},
    os::unix::fs::PermissionsExt as _,
};

use portcullis_admin::audit::{AuditLog, AuditRecord, Digest, Event, LinkedRecord, UnlikelyTime};
use portcullis_engine::UnixSeconds;

use super::{PolicyFile, PolicyFileFailure, Reading};
use crate::files;

/// A turn at changing a policy: while it lasts nobody else has one.
#[derive(Debug)]
pub struct Turn<'f> {
    pub(super) file: &'f PolicyFile,
    pub(super) reading: Reading,
    pub(super) log: AuditLog,
    /// How many records the log had when the turn began.
    pub(super) known: usize,
    pub(super) now: UnixSeconds,
    // Let go of when the turn ends, however it ends.
    pub(super) lock: File,
}

/// A turn whose change is recorded and not yet made.
#[derive(Debug)]
pub struct Recorded<'f> {
    turn: Turn<'f>,
    after: Digest,
}

impl<'f> Turn<'f> {
    /// Returns the policy's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.reading.text
    }

    /// Returns the records that the log got since the turn began, what it noticed among them.
    #[must_use]
    pub fn added(&self) -> &[LinkedRecord] {
        self.log.records().get(self.known..).unwrap_or_default()
    }

    /// Records a change and makes it; the turn goes on from there.
    ///
    /// # Errors
    ///
    /// Fails where the policy was changed meanwhile by somebody who takes no turns, or a
    /// file cannot be written; then the policy is as it was, and the log agrees with it or
    /// will after the next turn.
    pub fn commit(self, record: AuditRecord, text: &str) -> Result<Self, PolicyFileFailure> {
        self.record(record)?.replace(text)
    }

    /// Records a change that [`Recorded::replace`] is to make.
    ///
    /// # Errors
    ///
    /// As [`Turn::commit`].
    pub fn record(mut self, record: AuditRecord) -> Result<Recorded<'f>, PolicyFileFailure> {
        let after = record.policy.after;
        self.unchanged()?;
        let line = self.log.append(record);
        self.write(&line)?;
        Ok(Recorded { turn: self, after })
    }

    /// Drops a record that was cut off, and records what the last one left open.
    pub(super) fn repair(&mut self) -> Result<(), PolicyFileFailure> {
        let path = &self.file.audit;
        let fail = |error| PolicyFileFailure::io("write", path, error);
        if self.log.cut_off_bytes() > 0 {
            let file = OpenOptions::new().write(true).open(path).map_err(fail)?;
            let length = file.metadata().map_err(fail)?.len();
            let cut_off = u64::try_from(self.log.cut_off_bytes()).unwrap_or(u64::MAX);
            file.set_len(length.saturating_sub(cut_off)).map_err(fail)?;
            file.sync_all().map_err(fail)?;
        }
        if let Some(mut record) = self.log.reconcile(self.reading.found(), self.now) {
            if record.operation == Event::Outside {
                record.changes = self.file.changes_since(&self.log, &self.reading);
            }
            let line = self.log.append(record);
            self.write(&line)?;
        }
        // After a crash the note is of the change before.
        if self.log.head() != self.file.noted() {
            self.note(&self.reading.text);
        }
        Ok(())
    }

    /// Returns the time that the turn's record states, as [`AuditLog::time`] gives it.
    ///
    /// # Errors
    ///
    /// As [`AuditLog::time`].
    pub fn time(
        &self,
        asked: Option<UnixSeconds>,
        clock: UnixSeconds,
    ) -> Result<UnixSeconds, UnlikelyTime> {
        self.log.time(asked, clock)
    }

    /// Notes the log's last link in the lock, and the policy that it leaves.
    fn note(&self, text: &str) {
        let Some(link) = self.log.head() else {
            return;
        };
        // Nobody reads in the lock what it may not read in the policy.
        let mode = |found: io::Result<Metadata>| found.map(|found| found.permissions().mode());
        let lock_mode = mode(self.lock.metadata());
        let policy_mode = mode(fs::metadata(&self.file.policy));
        let kept = match (lock_mode, policy_mode) {
            (Ok(lock), Ok(policy)) if lock & !policy & 0o044 == 0 => text,
            _ => "",
        };
        let mut lock = &self.lock;
        let noted = lock
            .rewind()
            .and_then(|()| lock.set_len(0))
            .and_then(|()| write!(lock, "{link}\n{kept}"));
        // The change is made. Without its note the one before still holds, or none.
        drop(noted);
    }

    fn unchanged(&self) -> Result<(), PolicyFileFailure> {
        let found = self.file.read()?.digest;
        if found == self.reading.digest {
            return Ok(());
        }
        let expected = self.reading.digest;
        Err(PolicyFileFailure::ChangedSince { expected, found })
    }

    fn write(&self, line: &str) -> Result<(), PolicyFileFailure> {
        let path = &self.file.audit;
        files::append(path, line.as_bytes())
            .map_err(|error| PolicyFileFailure::io("write", path, error))
    }
}

impl<'f> Recorded<'f> {
    /// Replaces the policy in one step; the turn goes on from there.
    ///
    /// # Errors
    ///
    /// As [`Turn::commit`].
    pub fn replace(mut self, text: &str) -> Result<Turn<'f>, PolicyFileFailure> {
        let Turn { file, .. } = self.turn;
        if Digest::of(text.as_bytes()) != self.after {
            self.abort()?;
            let error = io::Error::other("the record is of another policy");
            return Err(PolicyFileFailure::io("write", &file.policy, error));
        }
        if let Err(changed) = self.turn.unchanged() {
            self.abort()?;
            return Err(changed);
        }
        if let Err(error) = files::rewrite(&file.policy, text.as_bytes()) {
            self.abort()?;
            return Err(PolicyFileFailure::io("write", &file.policy, error));
        }
        self.turn.note(text);
        self.turn.reading = Reading {
            text: text.to_owned(),
            digest: self.after,
        };
        Ok(self.turn)
    }

    /// Records that the change was not made after all.
    fn abort(&mut self) -> Result<(), PolicyFileFailure> {
        let turn = &mut self.turn;
        let found = turn.file.read()?.found();
        if let Some(record) = turn.log.abort(found, turn.now) {
            let line = turn.log.append(record);
            turn.write(&line)?;
        }
        Ok(())
    }
}
