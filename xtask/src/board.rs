//! The board: which commands are under way, what each waits for, and how far it is.
//!
//! On a terminal one line says it and is written again in place; elsewhere a plain line says it
//! now and then.

use std::fmt::{Display, Write as _};
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;

use crate::cargo_line::State;
use crate::run::said;

/// Prints a line on standard error, above the one that says how far the commands are.
pub(crate) fn above(line: impl Display) {
    let board = board();
    board.clear();
    anstream::eprintln!("{line}");
    board.draw();
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

    pub(crate) fn update(&self, state: State) {
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

pub(crate) fn in_colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

fn on_terminal() -> bool {
    io::stderr().is_terminal()
}

const TICK: Duration = Duration::from_millis(500);
const PLAIN: Duration = Duration::from_secs(15);
const WORTH_SAYING: Duration = Duration::from_secs(2);
