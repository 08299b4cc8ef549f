//! What happened to a shell itself, for its log.

use alloc::string::String;

use portcullis_json::{write_member, write_string};

use crate::terminal::escaped;

/// Returns a log line as compact JSON: `event`, then the members in the order given.
#[must_use]
pub fn event(name: &str, members: &[(&str, &str)]) -> String {
    let mut line = String::from(r#"{"event":"#);
    write_string(&mut line, name);
    for (name, value) in members {
        write_member(&mut line, name, value);
    }
    line.push('}');
    escaped(line)
}
