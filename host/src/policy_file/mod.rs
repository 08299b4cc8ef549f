//! A policy file and its audit log, which change together or not at all.
//!
//! A change is first recorded, at the end of the log and on disk, and then the policy is
//! replaced in one step, all under a lock. Whoever comes next after a crash finds in the
//! record the digests of both files, so it knows whether what is recorded was done.

mod change;
mod failure;
mod turn;

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use portcullis_admin::audit::{AuditLog, Difference, Digest, FoundPolicy, differences};
use portcullis_engine::UnixSeconds;
use portcullis_policy::source::{Source, Tenant};

pub use change::{Changed, Manner, NotChanged, Step};
pub use failure::PolicyFileFailure;
pub use turn::{Recorded, Turn};

use crate::files;

/// A policy file, its audit log, and the lock that keeps two changes apart.
///
/// The lock also notes the log's last link, so that a log that was emptied, cut or taken
/// away between two changes is missed. It is a note, not a proof: the proof is a bundle.
/// After it comes the policy as that change left it, so that the record of an edit by other
/// means has the difference; it counts only if its digest is what the log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    policy: PathBuf,
    audit: PathBuf,
    lock: PathBuf,
    /// How long a turn waits for others; as long as it takes where this is nothing.
    patience: Option<Duration>,
}

/// The policy as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its text.
    pub text: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

impl Reading {
    /// Returns what of it is compared with a log.
    #[must_use]
    pub fn found(&self) -> FoundPolicy {
        let source = Source::parse(&self.text).ok();
        let tenant = source.as_ref().map(|source| &source.tenant);
        FoundPolicy::new(&self.text, tenant)
    }
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
            patience: None,
        })
    }

    /// Lets turns wait for others no longer than that.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
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

    /// Takes the lock. It is written to, and a link may lead to any file: none is followed.
    fn take_lock(&self) -> io::Result<File> {
        for _ in 0..LOCK_TRIES_MAX {
            let lock =
                files::open_or_create(&self.lock, OpenOptions::new().read(true).write(true))?;
            self.wait_for(&lock)?;
            // Only now: it may have been replaced while this one waited, and then somebody
            // else has the lock of the file that is there.
            let found = match fs::symlink_metadata(&self.lock) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                found => found?,
            };
            if !found.is_file() {
                return Err(io::Error::other("it is a link, or no file"));
            }
            let opened = lock.metadata()?;
            if (found.dev(), found.ino()) == (opened.dev(), opened.ino()) {
                return Ok(lock);
            }
        }
        Err(io::Error::other("it is replaced again and again"))
    }

    fn wait_for(&self, lock: &File) -> io::Result<()> {
        let Some(patience) = self.patience else {
            return lock.lock();
        };
        let mut waited = Duration::ZERO;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if waited >= patience => {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            }
            waited = waited.saturating_add(LOCK_PAUSE);
        }
    }

    /// Returns the link that the lock notes.
    fn noted(&self) -> Option<Digest> {
        let mut note = Vec::new();
        let lock = File::open(&self.lock).ok()?;
        lock.take(LINK_BYTES).read_to_end(&mut note).ok()?;
        // A note that is no link notes nothing.
        Digest::parse(core::str::from_utf8(&note).ok()?)
    }

    /// Returns the tenant that the last record leaves, if the lock notes that very one.
    fn noted_tenant(&self, log: &AuditLog) -> Option<Tenant> {
        let note = files::read(&self.lock, NOTE_BYTES_MAX).ok()?;
        let note = String::from_utf8(note).ok()?;
        let (_, text) = note.split_once('\n')?;
        let tenant = Source::parse(text).ok()?.tenant;
        (log.tenant() == Some(Digest::of_tenant(&tenant))).then_some(tenant)
    }

    /// Returns what a policy has otherwise than the log leaves it, in order of place; nothing
    /// where it is not known what the last change left.
    #[must_use]
    pub fn changes_since(&self, log: &AuditLog, reading: &Reading) -> Vec<Difference> {
        let noted = self.noted_tenant(log);
        let found = Source::parse(&reading.text).ok();
        match (noted, found) {
            (Some(noted), Some(found)) => differences(&noted, &found.tenant),
            _ => Vec::new(),
        }
    }

    /// Takes a turn: waits for others, reads the policy, and brings the log into agreement
    /// with it if a crash or an editor left the two apart.
    ///
    /// # Errors
    ///
    /// Fails where the policy is not the expected one, where the log's chain is broken, where
    /// others take longer than the file's patience, and where files cannot be used.
    pub fn turn(
        &self,
        expected: Option<Digest>,
        now: UnixSeconds,
    ) -> Result<Turn<'_>, PolicyFileFailure> {
        let lock = self.take_lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => PolicyFileFailure::Busy {
                path: self.policy.clone(),
            },
            _ => PolicyFileFailure::io("lock", &self.lock, error),
        })?;
        files::check_writable(&self.policy)
            .map_err(|error| PolicyFileFailure::io("write", &self.policy, error))?;
        let reading = self.read()?;
        if let Some(expected) = expected.filter(|expected| *expected != reading.digest) {
            let found = reading.digest;
            return Err(PolicyFileFailure::ChangedSince { expected, found });
        }
        let log = self.whole_log()?;
        let mut turn = Turn {
            known: log.records().len(),
            log,
            file: self,
            reading,
            now,
            lock,
        };
        turn.repair()?;
        Ok(turn)
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

/// How often a lock that was replaced is taken again.
const LOCK_TRIES_MAX: usize = 16;
/// How long it is until a lock that somebody has is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(20);
/// The digits of a link.
const LINK_BYTES: u64 = 64;
/// Room for the largest catalog and a directory beside it.
const POLICY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Room for a link and a policy.
const NOTE_BYTES_MAX: usize = POLICY_BYTES_MAX + 128;
/// Room for some hundred thousand changes.
const AUDIT_BYTES_MAX: usize = 256 * 1024 * 1024;

#[cfg(test)]
mod tests;
