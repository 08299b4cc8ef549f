//! Log lines, on standard error.

use alloc::string::String;

use wasip2::cli::stderr::get_stderr;

/// Writes a line; one that cannot be written is lost, for a log must not hold up an answer.
pub(crate) fn line(line: &str) {
    let mut text = String::with_capacity(line.len().saturating_add(1));
    text.push_str(line);
    text.push('\n');
    let stderr = get_stderr();
    for part in text.as_bytes().chunks(WRITE_BYTES_MAX) {
        if stderr.blocking_write_and_flush(part).is_err() {
            return;
        }
    }
}

/// Writes a line about the middleware itself.
pub(crate) fn event(name: &str, members: &[(&str, &str)]) {
    line(&portcullis_http_shell::event(name, members));
}

/// As much as `blocking-write-and-flush` takes at once.
pub(crate) const WRITE_BYTES_MAX: usize = 4_096;
