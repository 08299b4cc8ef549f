//! The bounds of everything that comes from outside.

use std::time::Duration;

/// Where the page is unless another port is asked for.
pub(crate) const PORT_DEFAULT: u16 = 4780;

/// Connections at once; more wait to be taken.
pub(crate) const CONNECTIONS_MAX: usize = 64;
/// The request line and the headers of a request.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;
/// The body of a request: room for a role with every permission of a large catalog, many times.
pub(crate) const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Changes in one request.
pub(crate) const CHANGES_MAX: usize = 256;
/// Requests at once that read or change files.
pub(crate) const WORKERS_MAX: usize = 4;

/// How long a client may take over a request's head; also how long an idle connection is kept.
pub(crate) const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a client may take over a request's body.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(20);
/// How long a connection takes requests.
pub(crate) const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// How long the last request of a connection and its answer may take after that.
pub(crate) const LAST_REQUEST_TIME: Duration = Duration::from_secs(60);
/// How long a change waits for somebody else's.
pub(crate) const LOCK_TIME: Duration = Duration::from_secs(10);
/// How long the end waits for requests that are being answered.
pub(crate) const END_TIME: Duration = Duration::from_secs(15);

/// The files of a page, and their bytes together.
pub(crate) const PAGE_FILES_MAX: usize = 2_000;
/// The bytes of one file of a page.
pub(crate) const PAGE_FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How deep the folders of a page are.
pub(crate) const PAGE_DEPTH_MAX: usize = 8;
