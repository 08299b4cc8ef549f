//! Reads files from the directories that the runtime opened for this guest.

use alloc::{string::String, vec::Vec};

use wasip2::filesystem::{
    preopens::get_directories,
    types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags},
};

/// What tells one content of a file from the next, without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    bytes: u64,
    modified: Option<(u64, u32)>,
}

/// A file that was opened.
#[derive(Debug)]
pub(crate) struct File {
    descriptor: Descriptor,
    pub(crate) mark: Mark,
}

impl File {
    /// Opens a file by its path as the guest sees it.
    pub(crate) fn open(path: &str) -> Result<Self, &'static str> {
        let (directory, rest) = locate(path).ok_or("no opened directory holds it")?;
        let descriptor = directory
            .open_at(
                PathFlags::SYMLINK_FOLLOW,
                &rest,
                OpenFlags::empty(),
                DescriptorFlags::READ,
            )
            .map_err(|code| code.name())?;
        let stat = descriptor.stat().map_err(|code| code.name())?;
        let modified = stat.data_modification_timestamp;
        Ok(Self {
            descriptor,
            mark: Mark {
                bytes: stat.size,
                modified: modified.map(|time| (time.seconds, time.nanoseconds)),
            },
        })
    }

    /// Reads the file to its end, but no more than `bytes_max`.
    pub(crate) fn read(&self, bytes_max: usize) -> Result<Vec<u8>, &'static str> {
        let mut bytes = Vec::new();
        loop {
            let at = u64::try_from(bytes.len()).map_err(|_| TOO_LARGE)?;
            let (part, ended) = self
                .descriptor
                .read(PART_BYTES, at)
                .map_err(|code| code.name())?;
            bytes.extend_from_slice(&part);
            if bytes.len() > bytes_max {
                return Err(TOO_LARGE);
            }
            if ended || part.is_empty() {
                return Ok(bytes);
            }
        }
    }
}

// The opened directory with the longest name wins, as with mounted file systems.
fn locate(path: &str) -> Option<(Descriptor, String)> {
    let directories = get_directories().into_iter();
    let holding = directories.filter_map(|(directory, name)| {
        let name = name.trim_end_matches('/');
        let rest = path.strip_prefix(name)?.strip_prefix('/').or_else(|| {
            // `.` holds every relative path.
            (name == ".").then_some(path)
        })?;
        Some((name.len(), directory, String::from(rest)))
    });
    let (_, directory, rest) = holding.max_by_key(|(length, ..)| *length)?;
    Some((directory, rest))
}

const TOO_LARGE: &str = "it is larger than the bound";
const PART_BYTES: u64 = 256 * 1024;
