//! Why a command ends before it is done: what to say, and the exit code.

use std::{fmt::Display, io, path::Path, process::ExitCode};

use anstyle::{AnsiColor, Style};
use portcullis_host::{Failure, policy_file::PolicyFileFailure};

use super::{escape::escaped, hints};

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    CheckFailed = 1,
    BundleRejected = 2,
    Usage = 64,
    InputOutput = 74,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An end before the command is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Whoever read the output has closed it: there is nothing left to do.
    NobodyListens,
    /// It failed.
    Failed {
        exit: Exit,
        message: String,
        hint: Option<String>,
    },
}

impl Stop {
    /// A test or check failed.
    pub(crate) fn check(message: impl Into<String>) -> Self {
        Self::new(Exit::CheckFailed, message)
    }

    /// What was asked for makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A file or stream could not be used; `doing` says for what.
    pub(crate) fn io(doing: &str, path: &Path, error: impl Display) -> Self {
        let path = path.display();
        Self::new(
            Exit::InputOutput,
            format!("cannot {doing} `{path}`: {error}"),
        )
    }

    /// The clock says no time.
    pub(crate) fn clock(error: impl Display) -> Self {
        Self::new(Exit::InputOutput, format!("cannot read the clock: {error}"))
    }

    /// An engine gave no answer.
    pub(crate) fn failure(failure: &Failure) -> Self {
        let (exit, message) = match failure {
            Failure::BundleRejected(code) => (Exit::BundleRejected, hints::rejected(code)),
            Failure::BundleExpired => (Exit::BundleRejected, hints::rejected("expired")),
            Failure::InvalidTrust(_) | Failure::LimitExceeded(_) => {
                (Exit::Usage, failure.to_string())
            }
            _ => (Exit::CheckFailed, failure.to_string()),
        };
        Self::new(exit, message).or_hint(hints::of_failure(failure))
    }

    /// A policy file could not be changed, or its log not be read.
    pub(crate) fn policy_file(failure: PolicyFileFailure) -> Self {
        match failure {
            PolicyFileFailure::Io { doing, path, error } => {
                let hint = hints::of_file(&error);
                Self::io(doing, &path, error).or_hint(hint)
            }
            PolicyFileFailure::Gone { ref lock, .. } => {
                let lock = lock.display();
                Self::check(failure.to_string()).hint(format!(
                    "restore the log; to begin another on purpose, put what is left of it and `{lock}` aside"
                ))
            }
            PolicyFileFailure::Broken { .. } => Self::check(failure.to_string()).hint(
                "find out who changed it; to go on, restore it, or put it aside and begin another",
            ),
            PolicyFileFailure::ChangedSince { .. } => Self::check(failure.to_string())
                .hint("nothing was changed: look at what is new, and ask again"),
            _ => Self::check(failure.to_string()),
        }
    }

    /// Adds what to do about it.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        self.or_hint(Some(hint.into()))
    }

    /// Says it on the standard error stream, and returns the exit code.
    pub(crate) fn tell(&self) -> Exit {
        match self {
            // As any filter whose reader has enough.
            Self::NobodyListens => Exit::Done,
            Self::Failed {
                exit,
                message,
                hint,
            } => {
                say("error", AnsiColor::Red, message);
                if let Some(hint) = hint {
                    say("hint", AnsiColor::Cyan, hint);
                }
                *exit
            }
        }
    }

    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::Failed {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    /// Adds what to do about it, if there is something to do.
    pub(crate) fn or_hint(mut self, more: Option<String>) -> Self {
        if let (Self::Failed { hint, .. }, Some(more)) = (&mut self, more) {
            *hint = Some(more);
        }
        self
    }
}

/// Failures of the output; those of an input name it.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::NobodyListens;
        }
        Self::new(
            Exit::InputOutput,
            format!("cannot write the output: {error}"),
        )
    }
}

/// Says something that does not end the command.
pub(crate) fn warn(message: impl Display) {
    say("warning", AnsiColor::Yellow, &message.to_string());
}

/// Says something that is good to know.
pub(crate) fn note(message: impl Display) {
    say("note", AnsiColor::Cyan, &message.to_string());
}

fn say(label: &str, color: AnsiColor, message: &str) {
    use std::io::Write as _;
    let style = Style::new().bold().fg_color(Some(color.into()));
    // If even this stream is closed, the exit code still tells.
    let _ = writeln!(
        anstream::stderr(),
        "{style}{label}:{style:#} {}",
        escaped(message)
    );
}
