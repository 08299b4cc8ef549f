//! A policy file and its audit log, which change together or not at all.
//!
//! A change is first recorded, at the end of the log and on disk, and then the policy is
//! replaced in one step, all under a lock. Whoever comes next after a crash finds in the
//! record the digests of both files, so it knows whether what is recorded was done.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use core::fmt;

use portcullis_engine::UnixSeconds;
use portcullis_policy::audit::{AuditLog, AuditRecord, BrokenChain, Digest};

use crate::files;

/// A policy file, its audit log, and the lock that keeps two changes apart.
///
/// The lock also notes the log's last link, so that a log that was emptied, cut or taken
/// away between two changes is missed. It is a note, not a proof: the proof is a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    policy: PathBuf,
    audit: PathBuf,
    lock: PathBuf,
}

/// The policy as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its text.
    pub text: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// A turn at changing a policy: while it lasts nobody else has one.
#[derive(Debug)]
pub struct Turn<'f> {
    file: &'f PolicyFile,
    reading: Reading,
    log: AuditLog,
    now: UnixSeconds,
    // Let go of when the turn ends, however it ends.
    lock: File,
}

/// A turn whose change is recorded and not yet made.
#[derive(Debug)]
pub struct Recorded<'f> {
    turn: Turn<'f>,
    link: Digest,
    after: Digest,
}

impl PolicyFile {
    /// Names a policy file, and the log beside it unless another is given.
    ///
    /// # Errors
    ///
    /// Fails where there is no such policy.
    pub fn new(policy: &Path, audit: Option<&Path>) -> Result<Self, PolicyFileFailure> {
        // A link must not be replaced by a file, and all its names share one lock.
        let policy = fs::canonicalize(policy)
            .map_err(|error| PolicyFileFailure::io("read", policy, error))?;
        let audit = audit.map_or_else(|| policy.with_extension("audit.jsonl"), Path::to_path_buf);
        let mut name = std::ffi::OsString::from(".");
        name.push(policy.file_name().unwrap_or_default());
        name.push(".lock");
        let lock = policy.with_file_name(name);
        Ok(Self {
            policy,
            audit,
            lock,
        })
    }

    /// Returns where the audit log is.
    #[must_use]
    pub fn audit(&self) -> &Path {
        &self.audit
    }

    /// Reads the policy.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be read, or is no text.
    pub fn read(&self) -> Result<Reading, PolicyFileFailure> {
        let fail = |error| PolicyFileFailure::io("read", &self.policy, error);
        let bytes = files::read(&self.policy, POLICY_BYTES_MAX).map_err(fail)?;
        let digest = Digest::of(&bytes);
        let text = String::from_utf8(bytes).map_err(|_| {
            fail(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is not valid UTF-8",
            ))
        })?;
        Ok(Reading { text, digest })
    }

    /// Reads the audit log; one that is not there is empty.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be read, and where its chain is broken.
    pub fn log(&self) -> Result<AuditLog, PolicyFileFailure> {
        read_log(&self.audit)
    }

    /// Reads the audit log, none of whose lines may be gone since the last change.
    ///
    /// # Errors
    ///
    /// As [`PolicyFile::log`], and where lines are gone.
    pub fn whole_log(&self) -> Result<AuditLog, PolicyFileFailure> {
        let gone = |head| PolicyFileFailure::Gone {
            path: self.audit.clone(),
            lock: self.lock.clone(),
            head,
        };
        // First the note: whoever changes the policy meanwhile writes the log first.
        let noted = self.noted();
        let log = self.log()?;
        if let Some(head) = noted.filter(|head| !log.contains(*head)) {
            return Err(gone(Some(head)));
        }
        // A log that is there was begun by its first record.
        let is_empty = fs::metadata(&self.audit).is_ok_and(|found| found.len() == 0);
        if is_empty {
            return Err(gone(None));
        }
        Ok(log)
    }

    /// Checks that the lock is no link: it is written to, and a link may lead to any file.
    fn check_lock(&self, lock: &File) -> io::Result<()> {
        let (found, opened) = (fs::symlink_metadata(&self.lock)?, lock.metadata()?);
        if (found.dev(), found.ino()) == (opened.dev(), opened.ino()) {
            return Ok(());
        }
        Err(io::Error::other("it is a link, or was replaced just now"))
    }

    /// Returns the link that the lock notes.
    fn noted(&self) -> Option<Digest> {
        let mut note = String::new();
        let lock = File::open(&self.lock).ok()?;
        // A note that is no link notes nothing.
        lock.take(NOTE_BYTES_MAX).read_to_string(&mut note).ok()?;
        Digest::parse(note.trim_end())
    }

    /// Takes a turn: waits for others, reads the policy, and brings the log into agreement
    /// with it if a crash or an editor left the two apart.
    ///
    /// # Errors
    ///
    /// Fails where the policy is not the expected one, where the log's chain is broken, and
    /// where files cannot be used.
    pub fn turn(
        &self,
        expected: Option<Digest>,
        now: UnixSeconds,
    ) -> Result<Turn<'_>, PolicyFileFailure> {
        let fail = |error| PolicyFileFailure::io("lock", &self.lock, error);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&self.lock)
            .map_err(fail)?;
        self.check_lock(&lock).map_err(fail)?;
        lock.lock().map_err(fail)?;
        files::check_writable(&self.policy)
            .map_err(|error| PolicyFileFailure::io("write", &self.policy, error))?;
        let reading = self.read()?;
        if let Some(expected) = expected.filter(|expected| *expected != reading.digest) {
            let found = reading.digest;
            return Err(PolicyFileFailure::ChangedSince { expected, found });
        }
        let mut turn = Turn {
            log: self.whole_log()?,
            file: self,
            reading,
            now,
            lock,
        };
        turn.repair()?;
        Ok(turn)
    }
}

impl<'f> Turn<'f> {
    /// Returns the policy's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.reading.text
    }

    /// Records a change and makes it, and returns the record's link.
    ///
    /// # Errors
    ///
    /// Fails where the policy was changed meanwhile by somebody who takes no turns, or a
    /// file cannot be written; then the policy is as it was, and the log agrees with it or
    /// will after the next turn.
    pub fn commit(self, record: AuditRecord, text: &str) -> Result<Digest, PolicyFileFailure> {
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
        let link = self.log.head().unwrap_or_default();
        Ok(Recorded {
            turn: self,
            link,
            after,
        })
    }

    /// Drops a record that was cut off, and records what the last one left open.
    fn repair(&mut self) -> Result<(), PolicyFileFailure> {
        let path = &self.file.audit;
        let fail = |error| PolicyFileFailure::io("write", path, error);
        if self.log.cut_off_bytes() > 0 {
            let file = OpenOptions::new().write(true).open(path).map_err(fail)?;
            let length = file.metadata().map_err(fail)?.len();
            let cut_off = u64::try_from(self.log.cut_off_bytes()).unwrap_or(u64::MAX);
            file.set_len(length.saturating_sub(cut_off)).map_err(fail)?;
            file.sync_all().map_err(fail)?;
        }
        if let Some(record) = self.log.reconcile(self.reading.digest, self.now) {
            let line = self.log.append(record);
            self.write(&line)?;
        }
        Ok(())
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

impl Recorded<'_> {
    /// Replaces the policy in one step, and returns the record's link.
    ///
    /// # Errors
    ///
    /// As [`Turn::commit`].
    pub fn replace(mut self, text: &str) -> Result<Digest, PolicyFileFailure> {
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
        self.note();
        Ok(self.link)
    }

    /// Notes the log's last link in the lock.
    fn note(&mut self) {
        let mut lock = &self.turn.lock;
        let noted = lock
            .rewind()
            .and_then(|()| lock.set_len(0))
            .and_then(|()| writeln!(lock, "{}", self.link));
        // The change is made. Without its note the one before still holds, or none.
        drop(noted);
    }

    /// Records that the change was not made after all.
    fn abort(&mut self) -> Result<(), PolicyFileFailure> {
        let turn = &mut self.turn;
        let found = turn.file.read()?.digest;
        if let Some(record) = turn.log.abort(found, turn.now) {
            let line = turn.log.append(record);
            turn.write(&line)?;
        }
        Ok(())
    }
}

/// Reads an audit log; one that is not there is empty.
///
/// # Errors
///
/// Fails where it cannot be read, and where its chain is broken.
pub fn read_log(path: &Path) -> Result<AuditLog, PolicyFileFailure> {
    let bytes = match files::read(path, AUDIT_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(PolicyFileFailure::io("read", path, error)),
    };
    AuditLog::read(&bytes).map_err(|broken| PolicyFileFailure::Broken {
        path: path.to_path_buf(),
        broken,
    })
}

/// Why a policy file could not be changed; it is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum PolicyFileFailure {
    /// A file could not be used.
    Io {
        /// For what.
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The audit log was changed after it was written.
    Broken {
        /// The log.
        path: PathBuf,
        /// Where it is broken.
        broken: BrokenChain,
    },
    /// Lines of the audit log are gone.
    Gone {
        /// The log.
        path: PathBuf,
        /// Where its last link is noted.
        lock: PathBuf,
        /// The link that it ended with; nothing where it is empty.
        head: Option<Digest>,
    },
    /// The policy is not the one that the change was meant for.
    ChangedSince {
        /// The digest of the one that was meant.
        expected: Digest,
        /// The digest of the one that is there.
        found: Digest,
    },
}

impl PolicyFileFailure {
    fn io(doing: &'static str, path: &Path, error: io::Error) -> Self {
        let path = path.to_path_buf();
        Self::Io { doing, path, error }
    }
}

impl fmt::Display for PolicyFileFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, error } => {
                write!(f, "cannot {doing} `{}`: {error}", path.display())
            }
            Self::Broken { path, broken } => write!(f, "`{}`: {broken}", path.display()),
            Self::Gone {
                path,
                head: Some(head),
                ..
            } => write!(
                f,
                "`{}` has lost lines: it no longer has the link {head}, with which it ended at the last change",
                path.display()
            ),
            Self::Gone { path, .. } => {
                write!(f, "`{}` is empty: its lines are gone", path.display())
            }
            Self::ChangedSince { expected, found } => {
                write!(
                    f,
                    "the policy was changed since it was read: its SHA-256 was {expected} and is {found}"
                )
            }
        }
    }
}

impl core::error::Error for PolicyFileFailure {}

/// Room for a link.
const NOTE_BYTES_MAX: u64 = 128;
/// Room for the largest catalog and a directory beside it.
const POLICY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Room for some hundred thousand changes.
const AUDIT_BYTES_MAX: usize = 256 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::{
        admin::{Actor, Administered, Change, SubjectKey, administer},
        audit::Act,
        authzen::Subject,
    };

    const POLICY: &str = include_str!("../../examples/omniflow/policy.json");

    struct Desk {
        folder: tempfile::TempDir,
        file: PolicyFile,
    }

    fn desk() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.json");
        fs::write(&path, POLICY).unwrap();
        let file = PolicyFile::new(&path, None).unwrap();
        Desk { folder, file }
    }

    impl Desk {
        fn turn(&self) -> Turn<'_> {
            self.file.turn(None, UnixSeconds(9)).unwrap()
        }

        fn acts(&self) -> Vec<Act> {
            let log = self.file.log().unwrap();
            let agrees = log.reconcile(self.file.read().unwrap().digest, UnixSeconds(9));
            assert_eq!(agrees, None);
            log.records()
                .iter()
                .map(|linked| linked.record.operation)
                .collect()
        }
    }

    fn assigned(text: &str, id: &str) -> Administered {
        let actor = Actor::Subject(Subject {
            kind: "user".to_owned(),
            id: "owner@acme.example".to_owned(),
            ..Subject::default()
        });
        let change = Change::Assign {
            role: "trainer".to_owned(),
            team: None,
            subject: SubjectKey::parse(id),
        };
        administer(text, &actor, &change, &[], UnixSeconds(8)).unwrap()
    }

    fn commit(desk: &Desk, id: &str) {
        let turn = desk.turn();
        let done = assigned(turn.text(), id);
        turn.commit(done.record, &done.text).unwrap();
    }

    #[test]
    fn a_change_and_its_record_land_together() {
        let desk = desk();
        commit(&desk, "kim");
        commit(&desk, "lou");
        assert_eq!(desk.acts(), [Act::Assign, Act::Assign]);
        assert!(desk.file.read().unwrap().text.contains("\"kim\""));
        let names = fs::read_dir(desk.folder.path()).unwrap();
        let mut names = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<Vec<_>>();
        names.sort_unstable();
        assert_eq!(
            names,
            [".policy.json.lock", "policy.audit.jsonl", "policy.json"]
        );
    }

    #[test]
    fn a_crash_after_the_record_leaves_it_aborted() {
        let desk = desk();
        commit(&desk, "kim");
        let before = desk.file.read().unwrap();
        let turn = desk.turn();
        let done = assigned(turn.text(), "lou");
        // The program ends here: the lock is let go of, and nothing else is done.
        drop(turn.record(done.record).unwrap());
        assert_eq!(desk.file.read().unwrap(), before);
        drop(desk.turn());
        assert_eq!(desk.acts(), [Act::Assign, Act::Assign, Act::Abort]);
        commit(&desk, "lou");
        assert_eq!(desk.acts().len(), 4);
    }

    #[test]
    fn a_crash_after_the_rename_needs_no_repair() {
        let desk = desk();
        let turn = desk.turn();
        let done = assigned(turn.text(), "kim");
        drop(turn.record(done.record).unwrap());
        files::rewrite(&desk.file.policy, done.text.as_bytes()).unwrap();
        drop(desk.turn());
        assert_eq!(desk.acts(), [Act::Assign]);
    }

    #[test]
    fn a_crash_at_any_byte_of_the_record_is_recovered() {
        let desk = desk();
        commit(&desk, "kim");
        let (policy, log) = (
            desk.file.read().unwrap(),
            fs::read(&desk.file.audit).unwrap(),
        );
        let turn = desk.turn();
        let done = assigned(turn.text(), "lou");
        drop(turn.record(done.record).unwrap());
        let whole = fs::read(&desk.file.audit).unwrap();
        for end in log.len()..=whole.len() {
            fs::write(&desk.file.audit, &whole[..end]).unwrap();
            drop(desk.turn());
            let acts = desk.acts();
            let expected: &[Act] = if end == whole.len() {
                &[Act::Assign, Act::Assign, Act::Abort]
            } else {
                &[Act::Assign]
            };
            assert_eq!(acts, expected, "{end}");
            assert_eq!(desk.file.read().unwrap(), policy);
        }
    }

    #[test]
    fn a_policy_that_an_editor_changed_is_noticed() {
        let desk = desk();
        commit(&desk, "kim");
        let edited = |text: &str| fs::write(&desk.file.policy, text).unwrap();
        // Between turns: it is recorded.
        let text = desk.file.read().unwrap().text;
        edited(&format!("{text} "));
        commit(&desk, "lou");
        assert_eq!(desk.acts(), [Act::Assign, Act::Outside, Act::Assign]);
        // Within a turn, before the record: refused, and nothing is lost.
        let turn = desk.turn();
        let done = assigned(turn.text(), "max");
        edited(&text);
        let failed = turn.commit(done.record, &done.text).unwrap_err();
        assert!(
            matches!(failed, PolicyFileFailure::ChangedSince { .. }),
            "{failed}"
        );
        assert_eq!(desk.file.read().unwrap().text, text);
        // Within a turn, after the record: the record is marked aborted.
        let turn = desk.turn();
        let done = assigned(turn.text(), "max");
        let recorded = turn.record(done.record).unwrap();
        edited(&format!("{text}\n"));
        recorded.replace(&done.text).unwrap_err();
        assert_eq!(desk.file.read().unwrap().text, format!("{text}\n"));
        assert_eq!(desk.acts().last(), Some(&Act::Abort));
        let expected = Some(Digest::of(text.as_bytes()));
        let failed = desk.file.turn(expected, UnixSeconds(9)).unwrap_err();
        assert!(
            failed.to_string().contains("changed since it was read"),
            "{failed}"
        );
    }

    #[test]
    fn lines_that_are_gone_are_missed() {
        let desk = desk();
        commit(&desk, "kim");
        commit(&desk, "lou");
        let policy = desk.file.read().unwrap();
        let log = fs::read_to_string(&desk.file.audit).unwrap();
        let first = log.lines().next().unwrap();
        for left in [Some(format!("{first}\n")), Some(String::new()), None] {
            match &left {
                Some(left) => fs::write(&desk.file.audit, left).unwrap(),
                None => fs::remove_file(&desk.file.audit).unwrap(),
            }
            let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
            assert!(
                matches!(failed, PolicyFileFailure::Gone { .. }),
                "{left:?}: {failed}"
            );
            assert_eq!(desk.file.read().unwrap(), policy);
        }
        // Whoever means it takes the note away, and begins another log.
        fs::remove_file(&desk.file.lock).unwrap();
        commit(&desk, "max");
        assert_eq!(desk.acts(), [Act::Assign]);
        // Without a note an empty log is noticed still.
        fs::remove_file(&desk.file.lock).unwrap();
        fs::write(&desk.file.audit, "").unwrap();
        let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
        assert!(failed.to_string().contains("is empty"), "{failed}");
    }

    #[test]
    fn a_lock_that_is_a_link_leads_nowhere() {
        let desk = desk();
        let other = desk.folder.path().join("other");
        fs::write(&other, "precious").unwrap();
        std::os::unix::fs::symlink(&other, &desk.file.lock).unwrap();
        let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
        assert!(failed.to_string().contains("it is a link"), "{failed}");
        assert_eq!(fs::read(&other).unwrap(), b"precious");
    }

    #[test]
    fn a_policy_that_is_read_only_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let desk = desk();
        let policy = desk.file.read().unwrap();
        fs::set_permissions(&desk.file.policy, fs::Permissions::from_mode(0o444)).unwrap();
        let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
        assert!(failed.to_string().contains("read-only"), "{failed}");
        assert_eq!(desk.file.read().unwrap(), policy);
        assert!(!desk.file.audit.exists());
    }

    #[test]
    fn nothing_is_built_on_a_broken_log() {
        let desk = desk();
        commit(&desk, "kim");
        let log = fs::read_to_string(&desk.file.audit).unwrap();
        fs::write(&desk.file.audit, log.replacen("kim", "tim", 1)).unwrap();
        let failed = desk.file.turn(None, UnixSeconds(9)).unwrap_err();
        assert!(failed.to_string().contains("line 1"), "{failed}");
    }
}
