//! The chain of records: read, verified and continued.

use core::fmt;

use portcullis_engine::UnixSeconds;
use serde::{Deserialize, Serialize};

use super::{AuditRecord, Digest, Event, FoundPolicy, PolicyDigests, RecordedActor, Target};

/// An audit log whose chain holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditLog {
    records: Vec<LinkedRecord>,
    cut_off_bytes: usize,
}

/// A record and its link, as a line of the log holds them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedRecord {
    /// SHA-256 of the link before and the record's JSON.
    pub link: Digest,
    /// The record.
    pub record: AuditRecord,
}

impl AuditLog {
    /// Reads a log and verifies its chain.
    ///
    /// A last line without its end is what a crash leaves of a record whose change was never
    /// made; it is left out, and [`AuditLog::cut_off_bytes`] says how long it is.
    ///
    /// # Errors
    /// Names the first line that does not follow from the one before.
    pub fn read(bytes: &[u8]) -> Result<Self, BrokenChain> {
        let mut log = Self::default();
        for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            let Some(line) = line.strip_suffix(b"\n") else {
                log.cut_off_bytes = line.len();
                break;
            };
            let record = log.judge(line);
            log.records.push(record.map_err(|fault| BrokenChain {
                line: number,
                fault,
            })?);
        }
        Ok(log)
    }

    /// Returns the records, the first first.
    #[must_use]
    pub fn records(&self) -> &[LinkedRecord] {
        &self.records
    }

    /// Returns the last link, or nothing while there is no record.
    #[must_use]
    pub fn head(&self) -> Option<Digest> {
        self.records.last().map(|last| last.link)
    }

    /// Returns the digest of the policy file as the last record leaves it.
    #[must_use]
    pub fn policy(&self) -> Option<Digest> {
        self.records.last().map(|last| last.record.policy.after)
    }

    /// Returns the digest of the tenant's part as the last record leaves it; nothing where
    /// that record does not say.
    #[must_use]
    pub fn tenant(&self) -> Option<Digest> {
        self.records.last()?.record.policy.tenant
    }

    /// Says whether a policy is what the log leaves: with no record, every one is.
    ///
    /// The tenant's part is compared, so that edits of the catalog or of spaces are no
    /// disagreement. Where the last record says the whole file alone, that is.
    #[must_use]
    pub fn agrees(&self, found: FoundPolicy) -> bool {
        match self.tenant() {
            Some(tenant) => found.tenant == Some(tenant),
            None => self.policy().is_none_or(|file| file == found.file),
        }
    }

    /// Returns how many bytes at the end are a record that was cut off.
    #[must_use]
    pub const fn cut_off_bytes(&self) -> usize {
        self.cut_off_bytes
    }

    /// Says whether a link is in the chain: then a bundle that names it as the head was built
    /// from this log or an earlier state of it.
    #[must_use]
    pub fn contains(&self, link: Digest) -> bool {
        self.records.iter().any(|known| known.link == link)
    }

    /// Adds a record, which gets its place in the log, and returns its line.
    ///
    /// The line is to be on disk, at the end of the log, before the policy changes.
    pub fn append(&mut self, mut record: AuditRecord) -> String {
        record.sequence = self.next_sequence();
        let link = self.link(&record);
        let linked = LinkedRecord { link, record };
        let mut line = json(&linked);
        line.push('\n');
        self.records.push(linked);
        self.cut_off_bytes = 0;
        line
    }

    /// Returns the record that makes the log agree with the policy file as it is.
    ///
    /// If the last record leaves this very file, its change was made and nothing is missing. If
    /// the file is still the one before, the change was not made. Any other file was changed
    /// by other means; what that changed in the tenant is for the caller to add, if it knows.
    #[must_use]
    pub fn reconcile(&self, found: FoundPolicy, now: UnixSeconds) -> Option<AuditRecord> {
        let last = &self.records.last()?.record;
        if found.file == last.policy.after {
            return None;
        }
        let undone = found.file == last.policy.before
            && !matches!(last.operation, Event::Abort | Event::Outside);
        self.noticed(
            if undone { Event::Abort } else { Event::Outside },
            found,
            now,
        )
    }

    /// Returns the record that the last one's change was not made, and that the policy file is
    /// this one.
    ///
    /// Only whoever wrote the last record knows; everybody else asks [`AuditLog::reconcile`].
    #[must_use]
    pub fn abort(&self, found: FoundPolicy, now: UnixSeconds) -> Option<AuditRecord> {
        self.noticed(Event::Abort, found, now)
    }

    fn noticed(
        &self,
        operation: Event,
        found: FoundPolicy,
        now: UnixSeconds,
    ) -> Option<AuditRecord> {
        let last = &self.records.last()?.record;
        Some(AuditRecord {
            sequence: 0,
            // What was noticed must not wait for a clock to be set.
            time: now.max(last.time),
            actor: RecordedActor::Log,
            operation,
            target: Target::default(),
            changes: Vec::new(),
            policy: PolicyDigests {
                before: last.policy.after,
                after: found.file,
                tenant: found.tenant,
            },
        })
    }

    fn judge(&self, line: &[u8]) -> Result<LinkedRecord, Fault> {
        if line.len() > LINE_BYTES_MAX {
            return Err(Fault::TooLong);
        }
        let linked: LinkedRecord =
            serde_json::from_slice(line).map_err(|error| Fault::NotARecord(error.to_string()))?;
        // A record in any other spelling was not written here, whatever it says.
        if json(&linked).as_bytes() != line {
            return Err(Fault::Rewritten);
        }
        if self.link(&linked.record) != linked.link {
            return Err(Fault::WrongLink);
        }
        if linked.record.sequence != self.next_sequence() {
            return Err(Fault::OutOfSequence);
        }
        if self
            .policy()
            .is_some_and(|before| before != linked.record.policy.before)
        {
            return Err(Fault::OtherPolicy);
        }
        Ok(linked)
    }

    fn link(&self, record: &AuditRecord) -> Digest {
        self.head()
            .unwrap_or_default()
            .link(json(record).as_bytes())
    }

    fn next_sequence(&self) -> u64 {
        let count = u64::try_from(self.records.len()).unwrap_or(u64::MAX);
        count.saturating_add(1)
    }
}

/// A log that was changed after it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// The first line that does not follow, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is longer than any record.
    TooLong,
    /// It is not a record.
    NotARecord(String),
    /// It reads as a record, but a record is not written like that.
    Rewritten,
    /// Its link is not that of the record and the link before.
    WrongLink,
    /// Its number does not follow.
    OutOfSequence,
    /// It starts from a policy other than the one that the record before leaves.
    OtherPolicy,
}

impl fmt::Display for BrokenChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} ", self.line)?;
        match &self.fault {
            Fault::TooLong => write!(f, "is longer than {LINE_BYTES_MAX} bytes"),
            Fault::NotARecord(error) => write!(f, "is not a record: {error}"),
            Fault::Rewritten => f.write_str("is not written as a record is"),
            Fault::WrongLink => f.write_str(
                "does not follow from the line before: one of the two was changed, moved or removed",
            ),
            Fault::OutOfSequence => f.write_str("does not have the next number"),
            Fault::OtherPolicy => {
                f.write_str("starts from another policy than the line before leaves")
            }
        }
    }
}

impl core::error::Error for BrokenChain {}

fn json(value: &impl Serialize) -> String {
    // A record is strings, numbers and lists of them, which always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

/// Room for an operation that touches everybody in a large directory.
const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;
