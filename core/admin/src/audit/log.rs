//! The chain of records: read, verified, carried on.

use core::fmt;

use portcullis_engine::UnixSeconds;
use serde::{Deserialize, Serialize};

use super::{Act, Actor, AuditRecord, Digest, PolicyDigests, Target};

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
    /// A last line without its end is what a crash leaves of a record that was never
    /// acted on; it is left out, and [`AuditLog::cut_off_bytes`] tells its length.
    ///
    /// # Errors
    /// Tells the first line that does not hold on to the one before.
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

    /// Returns the last link; nothing while there is no record.
    #[must_use]
    pub fn head(&self) -> Option<Digest> {
        self.records.last().map(|last| last.link)
    }

    /// Returns the digest of the policy file as the last record leaves it.
    #[must_use]
    pub fn policy(&self) -> Option<Digest> {
        self.records.last().map(|last| last.record.policy.after)
    }

    /// Returns how many bytes at the end are a record that was cut off.
    #[must_use]
    pub const fn cut_off_bytes(&self) -> usize {
        self.cut_off_bytes
    }

    /// Tells whether a link is one of the chain's, so that a bundle that names it as the
    /// head was built from this log or an earlier state of it.
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
    /// Nothing is missing where the last record leaves that very file: then what it says
    /// was done. Where the file is still the one before, the last record was not acted on.
    /// Any other file was changed by other means.
    #[must_use]
    pub fn reconcile(&self, policy: Digest, now: UnixSeconds) -> Option<AuditRecord> {
        let last = &self.records.last()?.record;
        if policy == last.policy.after {
            return None;
        }
        let undone =
            policy == last.policy.before && !matches!(last.operation, Act::Abort | Act::Outside);
        self.noticed(if undone { Act::Abort } else { Act::Outside }, policy, now)
    }

    /// Returns the record that the last one was not acted on, and the policy file is this.
    ///
    /// Only whoever wrote that record knows; all others ask [`AuditLog::reconcile`].
    #[must_use]
    pub fn abort(&self, policy: Digest, now: UnixSeconds) -> Option<AuditRecord> {
        self.noticed(Act::Abort, policy, now)
    }

    fn noticed(&self, operation: Act, policy: Digest, now: UnixSeconds) -> Option<AuditRecord> {
        Some(AuditRecord {
            sequence: 0,
            time: now,
            actor: Actor::Log,
            operation,
            target: Target::default(),
            changes: Vec::new(),
            policy: PolicyDigests {
                before: self.policy()?,
                after: policy,
            },
        })
    }

    fn judge(&self, line: &[u8]) -> Result<LinkedRecord, Fault> {
        if line.len() > LINE_BYTES_MAX {
            return Err(Fault::TooLong);
        }
        let linked: LinkedRecord =
            serde_json::from_slice(line).map_err(|error| Fault::NotARecord(error.to_string()))?;
        // What is spelt otherwise was not written here, whatever it says.
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
    /// The first line that does not hold, from 1.
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
    /// It is no record.
    NotARecord(String),
    /// It says what a record might, but was not written so.
    Rewritten,
    /// Its link is not that of the record and the link before.
    WrongLink,
    /// Its number does not follow.
    OutOfSequence,
    /// It begins at a policy that the record before did not leave.
    OtherPolicy,
}

impl fmt::Display for BrokenChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} ", self.line)?;
        match &self.fault {
            Fault::TooLong => write!(f, "is longer than {LINE_BYTES_MAX} bytes"),
            Fault::NotARecord(error) => write!(f, "is no record: {error}"),
            Fault::Rewritten => f.write_str("is not as a record is written"),
            Fault::WrongLink => f.write_str(
                "does not hold on to the line before: one of the two was changed, moved or taken out",
            ),
            Fault::OutOfSequence => f.write_str("does not have the next number"),
            Fault::OtherPolicy => {
                f.write_str("begins at another policy than the line before left")
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
