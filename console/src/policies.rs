//! The policies that the page shows: each a folder, named for it.

use std::{fs, io, path::Path, thread, time::Duration};

use portcullis_admin::audit::{Digest, LinkedRecord};
use portcullis_host::policy_file::{PolicyFile, PolicyFileFailure, Reading};
use portcullis_policy::Source;

use crate::{limits::LOCK_TIME, stop::Stop};

/// The policies, as the command line names them.
#[derive(Debug)]
pub(crate) struct Policies(Vec<Policy>);

/// One policy, its log, and what the page calls it.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) label: String,
    file: PolicyFile,
}

/// A policy and its log as they were read, in agreement unless somebody left them apart.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) reading: Reading,
    pub(crate) records: Vec<LinkedRecord>,
}

impl Policies {
    /// Finds the policies in folders.
    pub(crate) fn find<P: AsRef<Path>>(folders: &[P]) -> Result<Self, Stop> {
        let mut found: Vec<Policy> = Vec::new();
        for folder in folders {
            let policy = Policy::find(folder.as_ref())?;
            if found.iter().any(|known| known.id == policy.id) {
                return Err(Stop::usage(
                    format!("two folders are named `{}`", policy.id),
                    "a policy is named for its folder: rename one, or run the console twice",
                ));
            }
            found.push(policy);
        }
        Ok(Self(found))
    }

    /// Returns the policy of an id.
    pub(crate) fn get(&self, id: &str) -> Option<&Policy> {
        self.0.iter().find(|policy| policy.id == id)
    }

    /// Returns all, in the order of the command line.
    pub(crate) fn all(&self) -> &[Policy] {
        &self.0
    }
}

impl Policy {
    fn find(folder: &Path) -> Result<Self, Stop> {
        let shown = folder.display();
        let path = fs::canonicalize(folder).map_err(|error| {
            Stop::io(
                format!("cannot read `{shown}`: {error}"),
                "name a folder that holds a policy.json; `portcullis init DIR` makes one",
            )
        })?;
        let Some(id) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Stop::usage(
                format!("`{shown}` has no name that a page can show"),
                "a policy is named for its folder: rename it",
            ));
        };
        let file = PolicyFile::new(&path.join("policy.json"), None).map_err(|failure| {
            Stop::io(
                failure,
                "name a folder that holds a policy.json; `portcullis init DIR` makes one",
            )
        })?;
        let reading = file.read();
        let source = reading.ok().and_then(|own| Source::parse(&own.text).ok());
        let label = source.map(|own| format!("{} ({})", own.tenant.id, own.catalog.id));
        Ok(Self {
            label: label.unwrap_or_else(|| id.to_owned()),
            id: id.to_owned(),
            file: file.with_patience(LOCK_TIME),
        })
    }

    /// Returns the files.
    pub(crate) const fn file(&self) -> &PolicyFile {
        &self.file
    }

    /// Returns the digest of the policy as it is.
    pub(crate) fn digest(&self) -> Result<Digest, PolicyFileFailure> {
        Ok(self.file.read()?.digest)
    }

    /// Reads the policy and its log.
    pub(crate) fn read(&self) -> Result<Contents, PolicyFileFailure> {
        let mut tries = READ_TRIES_MAX;
        loop {
            let log = self.file.whole_log()?;
            let reading = self.file.read()?;
            tries = tries.saturating_sub(1);
            // Between the two somebody may be halfway through a change, which takes no time.
            if tries == 0 || log.policy().is_none_or(|left| left == reading.digest) {
                let records = log.records().to_vec();
                return Ok(Contents { reading, records });
            }
            thread::sleep(READ_PAUSE);
        }
    }
}

/// Says what is wrong with the files, and what to do.
pub(crate) fn sentence(failure: &PolicyFileFailure) -> String {
    let cure = match failure {
        PolicyFileFailure::Busy { .. } => "try again in a moment",
        PolicyFileFailure::Broken { .. } => {
            "find out who changed it; to go on, restore it, or put it aside and begin another"
        }
        PolicyFileFailure::Gone { .. } => "restore the log; `portcullis audit verify` says more",
        PolicyFileFailure::ChangedSince { .. } => "look at what is new, and ask again",
        PolicyFileFailure::Io { error, .. } if error.kind() == io::ErrorKind::NotFound => {
            "put it back, and ask again"
        }
        _ => "make the file and its folder writable for whoever runs the console, and ask again",
    };
    format!("{failure}: {cure}")
}

/// How often the two files are read until they agree.
const READ_TRIES_MAX: u32 = 4;
/// How long it is until they are read again.
const READ_PAUSE: Duration = Duration::from_millis(25);
