//! Subprocesses: each one visible, and each failure naming the command that failed.

use std::env;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use anyhow::{Context as _, Result, bail};

use crate::progress::{self, Task};

/// Returns the root of the repository.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Returns a cargo command that will run at the root of the repository.
pub(crate) fn cargo() -> Command {
    // Cargo names itself to what it runs, so that the same toolchain serves all of it.
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command to its end; what it prints goes to standard error, as progress does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdout(io::stderr())
        .status()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs a command to its end, but stops it when it takes longer than `limit`; what it prints is
/// not shown, for it may well be refused.
pub(crate) fn run_within(name: &str, limit: Duration, command: &mut Command) -> Result<()> {
    let began = Instant::now();
    let _shown = Task::begin(name);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("`{}` failed: {status}", shown(command)),
            None if began.elapsed() >= limit => {
                child.kill()?;
                child.wait()?;
                bail!("`{}` took more than {} s", shown(command), limit.as_secs());
            }
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Runs a command to its end and returns what it wrote to standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start `{}`", shown(command)))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", shown(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` did not print text", shown(command)))
}

/// Returns where an executable is, if it is on the PATH.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// Returns a command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name();
    program
        .into_iter()
        .chain(command.get_args())
        .map(|word| quoted(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says on standard error what is happening.
pub(crate) fn say(line: impl Display) {
    progress::above(said(line));
}

/// Says on standard error what went wrong, and why.
pub(crate) fn complain(error: &anyhow::Error) {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    progress::above(format_args!("{red}error{red:#} {error:#}"));
}

/// Returns a line as this program says it.
pub(crate) fn said(line: impl Display) -> String {
    let bold = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
    format!("{bold}xtask{bold:#} {line}")
}

/// Returns whether this process runs as root.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Arguments of cargo that select every crate of the product and its tests.
///
/// Every command about the product uses them: cargo unites the features of the crates that are
/// selected, so another selection, with this crate or with the checks of the repository, would
/// build wasmtime a second time. For the same reason some Cargo.toml files list features that they
/// do not use (tests, xtask).
pub(crate) const PRODUCT: [&str; 5] = [
    "--workspace",
    "--exclude",
    "xtask",
    "--exclude",
    "portcullis-house",
];

/// Arguments of cargo that select the checks of the repository: layers, docs, public API.
pub(crate) const HOUSE: [&str; 2] = ["--package", "portcullis-house"];

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Returns the words of `words` that are not empty, each as an argument.
pub(crate) fn words(words: &str) -> impl Iterator<Item = &OsStr> {
    words.split_ascii_whitespace().map(OsStr::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/usr/bin/portcullis");
        command.args(["modules", "a b.pclb", "--subject", r#"{"id":"o'hara"}"#, ""]);
        assert_eq!(
            shown(&command),
            r#"portcullis modules 'a b.pclb' --subject '{"id":"o'\''hara"}' ''"#
        );
    }

    #[test]
    fn a_command_that_overruns_is_stopped() {
        let mut command = Command::new("sleep");
        let error = run_within("sleep", Duration::from_millis(100), command.arg("60")).unwrap_err();
        assert!(error.to_string().contains("took more than"), "{error}");
    }

    #[test]
    fn a_command_that_fails_is_named() {
        let error = run(Command::new("false").arg("-x")).unwrap_err();
        assert!(
            error.to_string().starts_with("`false -x` failed"),
            "{error}"
        );
    }
}
