//! When a record says that something was done.

use core::fmt;

use portcullis_engine::UnixSeconds;

use super::AuditLog;

impl AuditLog {
    /// Returns the time that the next record states: the one `asked` for, or what the clock
    /// says. It does not go back and lies no more than a minute ahead of the clock.
    ///
    /// # Errors
    /// Says which of the two would be so.
    pub fn time(
        &self,
        asked: Option<UnixSeconds>,
        clock: UnixSeconds,
    ) -> Result<UnixSeconds, UnlikelyTime> {
        let latest = UnixSeconds(clock.0.saturating_add(AHEAD_SECONDS_MAX));
        let last = self.records().last().map(|last| last.record.time);
        let last = last.unwrap_or(UnixSeconds(0));
        if last > latest {
            return Err(UnlikelyTime::LastAhead { last, clock });
        }
        match asked {
            None => Ok(clock.max(last)),
            Some(asked) if asked > latest => Err(UnlikelyTime::Ahead { asked, clock }),
            Some(asked) if asked < last => Err(UnlikelyTime::Back { asked, last }),
            Some(asked) => Ok(asked),
        }
    }
}

/// A time that a record may not state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnlikelyTime {
    /// It is before that of the last record.
    Back {
        /// What was asked for.
        asked: UnixSeconds,
        /// The time of the last record.
        last: UnixSeconds,
    },
    /// It is too far ahead of the clock.
    Ahead {
        /// What was asked for.
        asked: UnixSeconds,
        /// What the clock says.
        clock: UnixSeconds,
    },
    /// The last record's is too far ahead of the clock.
    LastAhead {
        /// The time of the last record.
        last: UnixSeconds,
        /// What the clock says.
        clock: UnixSeconds,
    },
}

impl fmt::Display for UnlikelyTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Back { asked, last } => write!(
                f,
                "the time {} is before that of the last record, {}",
                asked.0, last.0
            ),
            Self::Ahead { asked, clock } => write!(
                f,
                "the time {} is more than a minute ahead of the clock, which says {}",
                asked.0, clock.0
            ),
            Self::LastAhead { last, clock } => write!(
                f,
                "the last record is of {}, more than a minute ahead of the clock, which says {}",
                last.0, clock.0
            ),
        }
    }
}

impl core::error::Error for UnlikelyTime {}

/// Clocks that are set differ by less.
const AHEAD_SECONDS_MAX: u64 = 60;
