//! A command that signs: what is signed on its input, the signature on its output.

use std::{
    io::{self, Read, Write as _},
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use super::stop::{Exit, Stop};

/// Runs a command of the shell with a message as its input, and returns what it printed.
///
/// It has so long for all of it; then it is killed with all that it started, for it has a process
/// group of its own. A terminal gives such a group nothing to read: a PIN comes from elsewhere.
pub(crate) fn run(command: &str, message: &[u8], time: Duration) -> Result<Vec<u8>, Stop> {
    let end = Instant::now().checked_add(time);
    let child = Command::new("/bin/sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    let mut child = Running {
        child: child.map_err(|error| failed(command, &error.to_string()))?,
        has_ended: false,
    };
    let input = child.child.stdin.take();
    let message = message.to_vec();
    thread::spawn(move || {
        // A command that does not read all of it says by itself what is wrong, or signs nothing good.
        let _ = input.map(|mut input| input.write_all(&message));
    });
    let output = read(child.child.stdout.take(), OUTPUT_BYTES_MAX, Rest::Refused);
    let errors = read(child.child.stderr.take(), ERROR_BYTES_MAX, Rest::Dropped);
    let late = || {
        failed(
            command,
            &format!("it took longer than {} s", time.as_secs()),
        )
    };
    let left = || end.map_or(time, |end| end.saturating_duration_since(Instant::now()));
    let printed = match output.recv_timeout(left()) {
        Ok(printed) => printed.map_err(|error| failed(command, &error.to_string()))?,
        Err(RecvTimeoutError::Timeout) => return Err(late()),
        Err(RecvTimeoutError::Disconnected) => Vec::new(),
    };
    if printed.len() > OUTPUT_BYTES_MAX {
        return Err(failed(command, "it printed more than a signature"));
    }
    let status = loop {
        match child.child.try_wait() {
            Ok(Some(status)) => {
                child.has_ended = true;
                break status;
            }
            Ok(None) if left().is_zero() => return Err(late()),
            Ok(None) => thread::sleep(PAUSE.min(left())),
            Err(error) => return Err(failed(command, &error.to_string())),
        }
    };
    if status.success() {
        return Ok(printed);
    }
    // What it left running may hold its error stream open.
    let said = errors.recv_timeout(PAUSE.min(left()).max(Duration::from_millis(1)));
    let said = said.ok().and_then(Result::ok).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let how = ended(status);
    Err(failed(
        command,
        &match said.trim() {
            "" => format!("it {how}, and said nothing"),
            said => format!("it {how}, and said:\n{said}"),
        },
    ))
}

/// A child that does not outlive what waits for it, and neither does what it started.
struct Running {
    child: Child,
    /// Its status was asked for: another process may have its number now.
    has_ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        // The standard library kills one process; the shell kills the whole group.
        let group = format!("kill -s KILL -- -{}", self.child.id());
        let _ = Command::new("/bin/sh")
            .args(["-c", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What becomes of the bytes behind a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// The stream is closed.
    Refused,
    /// They are read, so that no full pipe stops whoever writes them.
    Dropped,
}

/// Reads a stream, and returns one byte more than the bound at most.
fn read(
    stream: Option<impl Read + Send + 'static>,
    bytes_max: usize,
    rest: Rest,
) -> Receiver<io::Result<Vec<u8>>> {
    let (send, receive) = channel();
    let Some(mut stream) = stream else {
        return receive;
    };
    let bound = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    thread::spawn(move || {
        let mut kept = Vec::new();
        let read = Read::by_ref(&mut stream)
            .take(bound.saturating_add(1))
            .read_to_end(&mut kept);
        // Whoever waits no longer has got another answer.
        let _ = send.send(read.map(|_| kept));
        if rest == Rest::Dropped {
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    receive
}

fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended badly".to_owned(),
    }
}

fn failed(command: &str, why: &str) -> Stop {
    Stop::new(
        Exit::InputOutput,
        format!("the command `{command}` made no signature: {why}"),
    )
}

/// Above a signature in any form, with room for a line around it.
const OUTPUT_BYTES_MAX: usize = 1024;
const ERROR_BYTES_MAX: usize = 4 * 1024;
const PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn a_command_gets_the_message_and_gives_its_output() {
        let message = vec![7; 1024 * 1024];
        let counted = run("wc -c", &message, MINUTE).unwrap();
        assert_eq!(counted.trim_ascii(), b"1048576");
        // It need not read at all.
        assert_eq!(run("printf a", &message, MINUTE).unwrap(), b"a");
        let most = format!("head -c {OUTPUT_BYTES_MAX} /dev/zero");
        assert_eq!(run(&most, b"", MINUTE).unwrap().len(), OUTPUT_BYTES_MAX);
    }

    #[test]
    fn a_command_that_fails_is_said_with_its_code_and_its_words() {
        for (command, expected) in [
            (
                "echo no card in slot 1 >&2; exit 3",
                "ended with exit code 3, and said:\nno card in slot 1",
            ),
            ("exit 4", "ended with exit code 4, and said nothing"),
            ("kill -9 $$", "was ended by signal 9"),
            ("no-such-command-here", "exit code 127"),
            ("head -c 1025 /dev/zero", "more than a signature"),
            ("yes", "more than a signature"),
            ("head -c 1000000 /dev/zero >&2; exit 5", "exit code 5"),
        ] {
            let Err(Stop::Failed { exit, message, .. }) = run(command, b"message", MINUTE) else {
                panic!("{command} signed");
            };
            assert_eq!(exit, Exit::InputOutput);
            assert!(message.contains(expected), "{command}: {message}");
        }
    }

    #[test]
    fn a_command_has_so_long_and_no_longer() {
        let begun = Instant::now();
        for command in ["sleep 9", "sleep 9 & exit 0", "exec >&-; sleep 9"] {
            let ran = run(command, b"message", Duration::from_millis(300));
            let Err(Stop::Failed { message, .. }) = ran else {
                panic!("{command} signed");
            };
            assert!(message.contains("it took longer"), "{command}: {message}");
        }
        assert!(begun.elapsed() < Duration::from_secs(9));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_late_command_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let command = format!("sleep 60 & echo $! >'{}'; wait", file.display());
        assert!(run(&command, b"message", Duration::from_secs(2)).is_err());
        let pid = std::fs::read_to_string(file).unwrap();
        let stat = format!("/proc/{}/stat", pid.trim());
        let end = Instant::now() + MINUTE;
        // Killed, it may still wait for somebody to ask how it ended.
        let runs = || std::fs::read_to_string(&stat).is_ok_and(|text| !text.contains(") Z "));
        while runs() {
            assert!(Instant::now() < end, "it runs on");
            thread::yield_now();
        }
    }
}
