//! Why a policy file could not be changed.

use core::fmt;
use std::{
    io,
    path::{Path, PathBuf},
};

use portcullis_admin::audit::{BrokenChain, Digest};

/// Why a policy file could not be changed; it is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum PolicyFileFailure {
    /// A file could not be used.
    Io {
        /// For what.
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Somebody else is changing the policy, and takes longer than this could wait.
    Busy {
        /// The policy.
        path: PathBuf,
    },
    /// The audit log was changed after it was written.
    Broken {
        /// The log.
        path: PathBuf,
        /// Where it is broken.
        broken: BrokenChain,
    },
    /// Lines of the audit log are gone.
    Gone {
        /// The log.
        path: PathBuf,
        /// Where its last link is noted.
        lock: PathBuf,
        /// The link that it ended with; nothing where it is empty.
        head: Option<Digest>,
    },
    /// The policy is not the one that the change was meant for.
    ChangedSince {
        /// The digest of the one that was meant.
        expected: Digest,
        /// The digest of the one that is there.
        found: Digest,
    },
}

impl PolicyFileFailure {
    pub(super) fn io(doing: &'static str, path: &Path, error: io::Error) -> Self {
        let path = path.to_path_buf();
        Self::Io { doing, path, error }
    }
}

impl fmt::Display for PolicyFileFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, error } => {
                write!(f, "cannot {doing} `{}`: {error}", path.display())
            }
            Self::Busy { path } => write!(
                f,
                "`{}` is being changed by somebody else, who has not finished",
                path.display()
            ),
            Self::Broken { path, broken } => write!(f, "`{}`: {broken}", path.display()),
            Self::Gone {
                path,
                head: Some(head),
                ..
            } => write!(
                f,
                "`{}` has lost lines: it no longer has the link {head}, with which it ended at the last change",
                path.display()
            ),
            Self::Gone { path, .. } => {
                write!(f, "`{}` is empty: its lines are gone", path.display())
            }
            Self::ChangedSince { expected, found } => {
                write!(
                    f,
                    "the policy was changed since it was read: its SHA-256 was {expected} and is {found}"
                )
            }
        }
    }
}

impl core::error::Error for PolicyFileFailure {}
