//! The browser, opened on the page.

use std::{
    io::{self, Write as _},
    process::{Command, Stdio},
};

use tempfile::NamedTempFile;

/// Opens an address in the browser; the file that is returned must last until it is open.
///
/// What is started gets a file of this user's alone to open, which leads to the address: the
/// arguments of a program are for everybody on the machine to read, and the address has the token.
pub(crate) fn open(address: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("portcullis-console-")
        .suffix(".html")
        .tempfile()?;
    write!(
        file,
        "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; url={address}\">"
    )?;
    let mut opener = Command::new(OPENER)
        .arg(file.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Some wait for the browser to end.
    std::thread::spawn(move || opener.wait());
    Ok(file)
}

#[cfg(target_os = "macos")]
const OPENER: &str = "open";
#[cfg(not(target_os = "macos"))]
const OPENER: &str = "xdg-open";
