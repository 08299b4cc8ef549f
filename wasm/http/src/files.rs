//! Reads files from the directories that the runtime opened for this guest.

use alloc::{format, string::String, vec::Vec};

use portcullis_http_shell::{BundleFile, CONFIG_BYTES_MAX, Configuration, Mark, locate};
use wasip2::{
    cli::environment::get_environment,
    filesystem::{
        preopens::get_directories,
        types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags},
    },
};

/// Reads the configuration from where the environment says it is.
pub(crate) fn configuration() -> Result<Vec<u8>, String> {
    match Configuration::find(get_environment())? {
        Configuration::Text(text) => Ok(text),
        Configuration::File(path) => open(&path)
            .and_then(|file| read(&file, CONFIG_BYTES_MAX))
            .map_err(|why| format!("`{path}` cannot be read: {why}")),
    }
}

/// Reads the bundle's file, unless it is as it was.
pub(crate) fn bundle(file: &BundleFile) -> Result<Option<(Mark, Vec<u8>)>, String> {
    let opened = open(&file.path)?;
    let stat = opened.stat().map_err(|code| String::from(code.name()))?;
    let modified = stat.data_modification_timestamp;
    let mark = Mark {
        bytes: stat.size,
        modified: modified.map(|time| (time.seconds.cast_signed(), time.nanoseconds)),
    };
    if file.known == Some(mark) {
        return Ok(None);
    }
    Ok(Some((mark, read(&opened, file.bytes_max)?)))
}

/// Reads a file to its end, or so much of it.
pub(crate) fn bytes(path: &str, bytes_max: usize) -> Result<Vec<u8>, String> {
    read(&open(path)?, bytes_max)
}

/// Writes a file whole, in the place of the one before, all at once.
pub(crate) fn replace(path: &str, bytes: &[u8]) -> Result<(), String> {
    let (directory, rest) =
        locate(get_directories(), path).ok_or("no opened directory holds it")?;
    let unfinished = format!("{rest}.new");
    let words = |code: ErrorCode| String::from(code.name());
    let file = directory
        .open_at(
            PathFlags::empty(),
            &unfinished,
            OpenFlags::CREATE | OpenFlags::TRUNCATE,
            DescriptorFlags::WRITE,
        )
        .map_err(words)?;
    let mut written = 0;
    while let Some(left) = bytes.get(written..).filter(|left| !left.is_empty()) {
        let at = u64::try_from(written).unwrap_or(u64::MAX);
        let count = file.write(left, at).map_err(words)?;
        if count == 0 {
            return Err("it takes no more".into());
        }
        written = written.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
    }
    drop(file);
    directory
        .rename_at(&unfinished, &directory, &rest)
        .map_err(words)
}

fn open(path: &str) -> Result<Descriptor, String> {
    let (directory, rest) =
        locate(get_directories(), path).ok_or("no opened directory holds it")?;
    directory
        .open_at(
            PathFlags::SYMLINK_FOLLOW,
            &rest,
            OpenFlags::empty(),
            DescriptorFlags::READ,
        )
        .map_err(|code| code.name().into())
}

/// Reads a file to its end, or so much of it.
fn read(file: &Descriptor, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    loop {
        let left = bytes_max.saturating_sub(bytes.len());
        let part = u64::try_from(left).unwrap_or(PART_BYTES).min(PART_BYTES);
        let at = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let (read, ended) = file
            .read(part, at)
            .map_err(|code| String::from(code.name()))?;
        bytes.extend_from_slice(&read);
        if ended || read.is_empty() || bytes.len() >= bytes_max {
            return Ok(bytes);
        }
    }
}

const PART_BYTES: u64 = 256 * 1024;
