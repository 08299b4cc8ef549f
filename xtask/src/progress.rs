//! Long commands: each is on the board while it runs.
//!
//! What a command prints is shown only if it matters: warnings and errors at once, all else only
//! if the command fails.

use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::process::{ChildStderr, Command, ExitStatus, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};

pub(crate) use crate::board::{Task, above};

use crate::board::in_colour;
use crate::cargo_line::Piece;
use crate::run::shown;

/// Runs a command of cargo that compiles, and returns what it wrote to standard output.
///
/// # Errors
///
/// When it cannot be started or fails; what the compiler said has been shown by then.
pub(crate) fn compile(name: &str, command: &mut Command) -> Result<String> {
    let colour = if in_colour() { "always" } else { "never" };
    command
        .env("CARGO_TERM_COLOR", colour)
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "160");
    let ended = follow(name, command, |task, piece| match Piece::read(piece) {
        Piece::State(state) => task.update(state),
        Piece::Status => {}
        Piece::Diagnostic => above(piece),
    })?;
    ended.succeeded(command)
}

/// Runs a command whose output nobody needs to see unless it fails, and returns what it wrote
/// to standard output.
///
/// # Errors
///
/// When it cannot be started or fails; what it wrote has been shown by then.
pub(crate) fn quietly(name: &str, command: &mut Command) -> Result<String> {
    let mut written = String::new();
    let ended = follow(name, command, |_, piece| {
        let _ = writeln!(written, "{piece}");
    })?;
    if !ended.status.success() {
        for output in [&ended.printed, &written] {
            above(output.trim_end());
        }
    }
    ended.succeeded(command)
}

fn follow(name: &str, command: &mut Command, mut each: impl FnMut(&Task, &str)) -> Result<Ended> {
    let task = Task::begin(name);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    let stdout = child.stdout.take();
    // Both pipes are read at once, or the one that fills up would stop the command.
    let printed = thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stdout) = stdout {
            stdout.read_to_end(&mut bytes)?;
        }
        io::Result::Ok(bytes)
    });
    if let Some(stderr) = child.stderr.take() {
        read_pieces(stderr, |piece| each(&task, piece))?;
    }
    let status = child.wait()?;
    let Ok(printed) = printed.join() else {
        bail!("`{}` could not be read", shown(command));
    };
    Ok(Ended {
        status,
        printed: String::from_utf8_lossy(&printed?).into_owned(),
    })
}

/// How a command ended.
struct Ended {
    status: ExitStatus,
    /// What it wrote to standard output.
    printed: String,
}

impl Ended {
    fn succeeded(self, command: &Command) -> Result<String> {
        if !self.status.success() {
            bail!("`{}` failed: {}", shown(command), self.status);
        }
        Ok(self.printed)
    }
}

// A line that is written again in place ends with a carriage return.
fn read_pieces(mut from: ChildStderr, mut each: impl FnMut(&str)) -> io::Result<()> {
    let mut pending = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let length = from.read(&mut chunk)?;
        let read = chunk.get(..length).unwrap_or_default();
        for byte in read {
            if matches!(byte, b'\n' | b'\r') {
                each(&String::from_utf8_lossy(&pending));
                pending.clear();
            } else {
                pending.push(*byte);
            }
        }
        if length == 0 {
            if !pending.is_empty() {
                each(&String::from_utf8_lossy(&pending));
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_named() {
        let error = quietly("nothing", Command::new("false").arg("-x")).unwrap_err();
        assert!(
            error.to_string().starts_with("`false -x` failed"),
            "{error}"
        );
    }

    #[test]
    fn both_outputs_are_read() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2"]);
        let mut pieces = Vec::new();
        let printed = follow("both", &mut command, |_, piece| {
            pieces.push(piece.to_owned())
        });
        assert_eq!(printed.unwrap().printed, "out\n");
        assert_eq!(pieces, ["err"]);
    }
}
