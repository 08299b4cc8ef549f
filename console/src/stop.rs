//! Why the program ends before it serves: what to say, and the exit code.

use std::{fmt::Display, io::Write as _, process::ExitCode};

/// What was asked for makes no sense.
pub(crate) const USAGE: u8 = 64;
/// A file, a port or a stream could not be used.
pub(crate) const INPUT_OUTPUT: u8 = 74;

/// An end before the program serves.
#[derive(Debug)]
pub(crate) struct Stop {
    exit: u8,
    message: String,
    hint: String,
}

impl Stop {
    pub(crate) fn usage(message: impl Display, hint: impl Display) -> Self {
        Self::new(USAGE, message, hint)
    }

    pub(crate) fn io(message: impl Display, hint: impl Display) -> Self {
        Self::new(INPUT_OUTPUT, message, hint)
    }

    fn new(exit: u8, message: impl Display, hint: impl Display) -> Self {
        let (message, hint) = (message.to_string(), hint.to_string());
        Self {
            exit,
            message,
            hint,
        }
    }

    /// Says it on the standard error stream, and returns the exit code.
    pub(crate) fn tell(&self) -> ExitCode {
        say("error", &self.message);
        say("hint", &self.hint);
        ExitCode::from(self.exit)
    }
}

fn say(label: &str, message: &str) {
    // Names of files are shown as they are; what controls a terminal is not.
    let plain = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    };
    let message: String = message.chars().map(plain).collect();
    // If even this stream is closed, the exit code still tells.
    let _ = writeln!(std::io::stderr(), "{label}: {message}");
}
