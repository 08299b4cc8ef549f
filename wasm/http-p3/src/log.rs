//! Log lines, on standard error.

use alloc::string::String;

use wasip3::{cli::stderr, spawn_local, wit_stream};

/// Writes a line while the request goes on; one that cannot be written is lost, for a log must
/// not hold up an answer.
pub(crate) fn line(mut line: String) {
    line.push('\n');
    let (mut writer, reader) = wit_stream::new();
    let written = stderr::write_via_stream(reader);
    spawn_local(async move {
        writer.write_all(line.into_bytes()).await;
        drop(writer);
        written.await.ok();
    });
}

/// Writes a line about the middleware itself.
pub(crate) fn event(name: &str, members: &[(&str, &str)]) {
    line(portcullis_http_shell::event(name, members));
}
