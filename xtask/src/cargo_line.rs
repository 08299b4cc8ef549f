//! What cargo says while it works: how far it is, and what somebody must read.

use std::fmt::{self, Display};

use anstream::adapter::strip_str;

/// What a line of cargo's means.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    /// How far it is.
    State(State),
    /// What it does, which the state says as well.
    Status,
    /// What somebody must read.
    Diagnostic,
}

/// How far a command is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum State {
    #[default]
    Running,
    /// Another cargo holds the lock.
    Waiting,
    Downloading,
    Compiling {
        done: u32,
        total: u32,
        now: String,
    },
}

impl Piece {
    pub(crate) fn read(piece: &str) -> Self {
        let plain = strip_str(piece).to_string();
        let line = plain.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" => Self::Status,
            "Building" => State::counted(rest).map_or(Self::Status, Self::State),
            "Downloading" | "Downloaded" | "Updating" | "Locking" | "Adding" => {
                Self::State(State::Downloading)
            }
            "Blocking" => Self::State(State::Waiting),
            "Compiling" | "Checking" | "Fresh" | "Dirty" | "Finished" | "Running"
            | "Executable" | "Documenting" | "Doc-tests" => Self::Status,
            _ => Self::Diagnostic,
        }
    }
}

impl State {
    /// Reads `[===>   ] 33/180: foo, bar`.
    fn counted(rest: &str) -> Option<Self> {
        let (_, rest) = rest.split_once("] ")?;
        let (counts, now) = rest.split_once(':').unwrap_or((rest, ""));
        let (done, total) = counts.trim().split_once('/')?;
        Some(Self::Compiling {
            done: done.parse().ok()?,
            total: total.parse().ok()?,
            now: now.trim().trim_end_matches("...").to_owned(),
        })
    }
}

impl Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => Ok(()),
            Self::Waiting => f.write_str(": waits for another cargo to finish"),
            Self::Downloading => f.write_str(": downloads crates"),
            Self::Compiling { done, total, now } => {
                write!(f, ": {done} of {total} crates")?;
                if now.is_empty() {
                    return Ok(());
                }
                write!(f, " ({now})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(done: u32, total: u32, now: &str) -> Piece {
        Piece::State(State::Compiling {
            done,
            total,
            now: now.to_owned(),
        })
    }

    #[test]
    fn the_line_that_cargo_writes_in_place_is_read() {
        let check = |piece: &str, expected: Piece| assert_eq!(Piece::read(piece), expected);
        check(
            "    Building [=====>       ] 33/180: syn, serde(build)",
            counted(33, 180, "syn, serde(build)"),
        );
        check(
            "\x1b[1m\x1b[36m    Building\x1b[0m [=>  ] 1/2: a...  \x1b[K",
            counted(1, 2, "a"),
        );
        check("    Building [=>  ] 1/2", counted(1, 2, ""));
        check("    Building [=>  ] one/two", Piece::Status);
        check(
            "    Blocking waiting for file lock",
            Piece::State(State::Waiting),
        );
        check(
            " Downloading 3 crates, remaining bytes: 1.2 MB",
            Piece::State(State::Downloading),
        );
        check("   Compiling syn v2.0.119", Piece::Status);
        check("", Piece::Status);
    }

    #[test]
    fn what_somebody_must_read_is_passed_on() {
        for piece in [
            "error[E0425]: cannot find value `x` in this scope",
            "warning: unused variable",
            "  --> src/main.rs:3:5",
            "   |",
            "No such file or directory",
        ] {
            assert_eq!(Piece::read(piece), Piece::Diagnostic, "{piece}");
        }
    }
}
