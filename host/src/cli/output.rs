//! Output for people and for scripts.

use std::io::{self, BufWriter, IsTerminal as _, Write};

use portcullis_admin::audit::Difference;
use portcullis_gate::escaped_json;
use serde_json::Value;

use super::{escape::Escaping, stop::Stop};

/// Prints one line of JSON: spread out where a person reads it, else compact.
pub(crate) fn print_json(value: &Value) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        writeln!(out, "{}", escaped_json(format!("{value:#}")))?;
    } else {
        writeln!(out, "{value}")?;
    }
    Ok(out.flush()?)
}

/// Prints JSON that an engine wrote: spread out for a person, else the very bytes.
pub(crate) fn print_answer(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match serde_json::from_str::<Value>(text) {
        Ok(value) if out.is_terminal() => {
            writeln!(out, "{}", escaped_json(format!("{value:#}")))?;
        }
        _ if out.is_terminal() => writeln!(out, "{}", escaped_json(text.to_owned()))?,
        _ => writeln!(out, "{text}")?,
    }
    Ok(out.flush()?)
}

/// Returns a line of JSON as it is written there: escaped where a person sees it, else the very
/// bytes.
pub(crate) fn line_for(is_terminal: bool, json: String) -> String {
    if is_terminal {
        escaped_json(json)
    } else {
        json
    }
}

/// Lets a command write text, with colours only where a terminal shows them; what could control
/// a terminal is escaped there.
pub(crate) fn write_text(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
    let is_terminal = io::stdout().is_terminal();
    let mut out = BufWriter::new(anstream::stdout().lock());
    if is_terminal {
        write(&mut Escaping(&mut out))?;
    } else {
        write(&mut out)?;
    }
    Ok(out.flush()?)
}

/// Writes what is no longer there and what is there now.
pub(crate) fn write_difference(out: &mut dyn Write, difference: &Difference) -> io::Result<()> {
    for (sign, value) in [("-", &difference.before), ("+", &difference.after)] {
        if let Some(value) = value {
            writeln!(out, "  {sign} {} {value}", difference.path)?;
        }
    }
    Ok(())
}

/// Words a number of things.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}
