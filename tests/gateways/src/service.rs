//! A program that runs as long as a test needs it.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// A running program; it ends when this is dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts a program whose output goes to the file `log`, and waits until it listens.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends at once, or does not listen in time; the error holds
    /// the end of its output.
    pub fn start(command: &mut Command, log: PathBuf, listens: SocketAddr) -> Result<Self> {
        let output = File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("could not start {command:?}"))?;
        let mut service = Self { child, log };
        let began = Instant::now();
        while TcpStream::connect_timeout(&listens, Duration::from_millis(200)).is_err() {
            if let Some(status) = service.child.try_wait()? {
                bail!("{command:?} ended, {status}: {}", service.log_end());
            }
            if began.elapsed() > PATIENCE {
                bail!("{command:?} does not listen: {}", service.log_end());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(service)
    }

    /// Returns what the program has printed.
    ///
    /// # Errors
    ///
    /// When its log cannot be read.
    pub fn log(&self) -> io::Result<String> {
        let bytes = fs::read(&self.log)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Waits until a line that holds `text` has been printed.
    ///
    /// # Errors
    ///
    /// When none comes in time.
    pub fn await_line(&self, text: &str) -> Result<String> {
        let mut log = File::open(&self.log)?;
        let mut read = String::new();
        let began = Instant::now();
        loop {
            let mut bytes = Vec::new();
            log.seek(SeekFrom::Start(u64::try_from(read.len())?))?;
            log.read_to_end(&mut bytes)?;
            read.push_str(&String::from_utf8_lossy(&bytes));
            if let Some(line) = read.lines().find(|line| line.contains(text)) {
                return Ok(line.to_owned());
            }
            if began.elapsed() > PATIENCE {
                bail!("no line with `{text}` came: {}", self.log_end());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Returns whether the program still runs.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn is_running(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    fn log_end(&self) -> String {
        let log = self.log().unwrap_or_default();
        let count = log.lines().count();
        let last: Vec<&str> = log.lines().skip(count.saturating_sub(20)).collect();
        last.join("\n")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Returns an address that nothing listens on.
///
/// # Errors
///
/// When the system has none left.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

const PATIENCE: Duration = Duration::from_secs(30);
