//! Long commands under way: what each waits for, and how far it is.
//!
//! On a terminal one line says it and is written again in place; elsewhere a plain line says it
//! now and then. What a command prints is shown only if it matters: warnings and errors at once,
//! all else only if the command fails.

use std::fmt::{self, Display, Write as _};
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::process::{ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use anyhow::{Context as _, Result, bail};

use crate::run::{said, shown};

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

/// Prints a line on standard error, above the one that says how far the commands are.
pub(crate) fn above(line: impl Display) {
    let board = board();
    board.clear();
    anstream::eprintln!("{line}");
    board.draw();
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

/// What a line of cargo's means.
#[derive(Debug, PartialEq)]
enum Piece {
    /// How far it is.
    State(State),
    /// What it does, which the state says as well.
    Status,
    /// What somebody must read.
    Diagnostic,
}

/// How far a command is.
#[derive(Debug, Clone, PartialEq, Default)]
enum State {
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
    fn read(piece: &str) -> Self {
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

/// A command that is on the board until it is dropped.
pub(crate) struct Task(u64);

impl Task {
    /// Puts a command on the board.
    pub(crate) fn begin(name: &str) -> Self {
        let mut board = board();
        board.last += 1;
        let number = board.last;
        board.rows.push(Row {
            number,
            name: name.to_owned(),
            began: Instant::now(),
            state: State::Running,
        });
        board.redraw();
        if !board.ticking {
            board.ticking = true;
            thread::spawn(tick);
        }
        Self(number)
    }

    fn update(&self, state: State) {
        let mut board = board();
        let own = board.rows.iter_mut().find(|row| row.number == self.0);
        if let Some(row) = own {
            row.state = state;
        }
        board.redraw();
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let mut board = board();
        let Some(at) = board.rows.iter().position(|row| row.number == self.0) else {
            return;
        };
        let row = board.rows.remove(at);
        board.clear();
        // What took no time had nothing to do.
        if row.began.elapsed() >= WORTH_SAYING {
            let seconds = row.began.elapsed().as_secs();
            anstream::eprintln!("{}", said(format_args!("{}: {seconds} s", row.name)));
        }
        board.draw();
    }
}

struct Row {
    number: u64,
    name: String,
    began: Instant,
    state: State,
}

/// What is under way.
struct Board {
    rows: Vec<Row>,
    last: u64,
    /// A thread keeps the board up to date.
    ticking: bool,
    plain: Option<Instant>,
}

fn board() -> MutexGuard<'static, Board> {
    static BOARD: Mutex<Board> = Mutex::new(Board {
        rows: Vec::new(),
        last: 0,
        ticking: false,
        plain: None,
    });
    BOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

// A command may say nothing for a minute; the seconds go on, so that nobody thinks it hangs.
fn tick() {
    loop {
        thread::sleep(TICK);
        let mut board = board();
        if board.rows.is_empty() {
            board.ticking = false;
            board.plain = None;
            return;
        }
        board.redraw();
        board.say_plainly();
    }
}

impl Board {
    fn line(&self) -> String {
        let mut line = String::new();
        for row in &self.rows {
            let between = if line.is_empty() { "" } else { "  |  " };
            let seconds = row.began.elapsed().as_secs();
            let _ = write!(line, "{between}{seconds:>3} s  {}{}", row.name, row.state);
        }
        line
    }

    fn redraw(&self) {
        self.clear();
        self.draw();
    }

    fn draw(&self) {
        if !self.rows.is_empty() && on_terminal() {
            // Without wrapping: a line that wraps cannot be written again in place.
            let mut stderr = io::stderr().lock();
            let line = said(self.line());
            let line = if in_colour() {
                line
            } else {
                strip_str(&line).to_string()
            };
            let _ = write!(stderr, "\x1b[?7l{line}\x1b[?7h");
            let _ = stderr.flush();
        }
    }

    fn clear(&self) {
        if on_terminal() {
            let _ = write!(io::stderr().lock(), "\r\x1b[2K");
        }
    }

    fn say_plainly(&mut self) {
        if on_terminal() {
            return;
        }
        let since = self.plain.get_or_insert_with(Instant::now);
        if since.elapsed() >= PLAIN {
            self.plain = Some(Instant::now());
            anstream::eprintln!("{}", said(self.line()));
        }
    }
}

fn in_colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

fn on_terminal() -> bool {
    io::stderr().is_terminal()
}

const TICK: Duration = Duration::from_millis(500);
const PLAIN: Duration = Duration::from_secs(15);
const WORTH_SAYING: Duration = Duration::from_secs(2);

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
