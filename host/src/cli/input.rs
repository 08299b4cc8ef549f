//! Input: arguments that are JSON, a file or the standard input.

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
};

use portcullis_host::files;
use portcullis_policy::authzen::REQUEST_BYTES_MAX;

use super::stop::Stop;

/// JSON on the command line: as it stands, `@file`, or `-` for the standard input.
#[derive(Clone, Debug)]
pub(crate) struct JsonArgument(String);

impl From<&str> for JsonArgument {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl JsonArgument {
    /// Returns the JSON's bytes, of which there are not more than a request may have.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Stop> {
        if let Some(path) = self.0.strip_prefix('@') {
            let path = PathBuf::from(path);
            let read = files::read(&path, REQUEST_BYTES_MAX);
            return read.map_err(|error| Stop::io("read", &path, error));
        }
        if self.0 == "-" {
            let read = files::read_from(io::stdin().lock(), REQUEST_BYTES_MAX);
            return read.map_err(|error| Stop::io("read", Path::new("standard input"), error));
        }
        Ok(self.0.clone().into_bytes())
    }
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path, bytes_max: usize) -> Result<String, Stop> {
    let bytes = files::read(path, bytes_max).map_err(|error| Stop::io("read", path, error))?;
    String::from_utf8(bytes).map_err(|_| Stop::io("read", path, "it is not valid UTF-8"))
}

/// Says whether a path stands for the standard input.
pub(crate) fn is_standard_input(path: Option<&PathBuf>) -> bool {
    path.is_none_or(|path| path.as_os_str() == OsStr::new("-"))
}
