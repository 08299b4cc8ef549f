//! The audit log: what was done, by whom, in records that hold on to each other.
//!
//! The log is JSON, one record a line. Each line carries its link: SHA-256 of the link
//! before it and the record's own JSON. So no line can be changed, moved or taken out of
//! the middle without breaking the chain; and whoever knows the last link, as a bundle's
//! header does, notices lines that are missing at the end.

mod diff;
mod digest;
mod export;
mod log;
mod record;

pub use diff::{Difference, differences};
pub use digest::Digest;
pub use export::to_csv;
pub use log::{AuditLog, BrokenChain, Fault, LinkedRecord};
pub use record::{Act, Actor, AuditRecord, PolicyDigests, Target};

#[cfg(test)]
mod tests;
