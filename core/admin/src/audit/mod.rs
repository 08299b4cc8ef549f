//! The audit log: what was done and by whom, in records that form a chain.
//!
//! The log is JSON, one record a line. Each line carries its link: SHA-256 of the link
//! before it and the record's own JSON. So nobody can change, move or remove a line in the
//! middle without breaking the chain; and whoever knows the last link, as a bundle's header
//! does, notices lines that are missing at the end.

mod diff;
mod digest;
mod export;
mod log;
mod record;
mod target;
mod time;

pub use diff::{Difference, differences};
pub use digest::Digest;
pub use export::to_csv;
pub use log::{AuditLog, BrokenChain, Fault, LinkedRecord};
pub use record::{AuditRecord, Event, FoundPolicy, PolicyDigests, RecordedActor};
pub use target::Target;
pub use time::UnlikelyTime;

#[cfg(test)]
mod tests;
