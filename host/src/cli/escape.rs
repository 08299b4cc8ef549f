//! Text of others as a terminal may show it: no control characters, none that turn text round.

use std::io::{self, Write};

use portcullis_engine::grammar::{has_bidi_control, has_control};

/// Writes what could control a terminal, or the direction of the text around it, as `\\u{1b}`;
/// lines and tabs stay.
pub(crate) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_safe(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_unicode());
        }
    }
    shown
}

/// Escapes what is written, but for the colours that the commands themselves write.
#[derive(Debug)]
pub(crate) struct Escaping<W>(pub(crate) W);

impl<W: Write> Write for Escaping<W> {
    // A formatted text comes in whole pieces: each literal and each argument is one.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if is_colour(bytes) {
            self.0.write_all(bytes)?;
        } else {
            let text = String::from_utf8_lossy(bytes);
            self.0.write_all(escaped(&text).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn is_safe(character: char) -> bool {
    if matches!(character, '\n' | '\t') {
        return true;
    }
    let mut buffer = [0; 4];
    let text = character.encode_utf8(&mut buffer);
    !has_control(text) && !has_bidi_control(text)
}

/// Says whether a piece is nothing but a colour, bold, or their end.
fn is_colour(bytes: &[u8]) -> bool {
    let code = bytes.strip_prefix(b"\x1b[");
    match code.and_then(|code| code.strip_suffix(b"m")) {
        Some([digit]) => matches!(digit, b'0' | b'1'),
        Some([b'3', digit]) => digit.is_ascii_digit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use anstyle::{AnsiColor, Style};
    use portcullis_gate::escaped_json;

    use super::*;

    #[test]
    fn what_controls_a_terminal_or_turns_text_is_escaped() {
        for (text, expected) in [
            ("caf\u{e9} \u{5d0}\n\tx", "caf\u{e9} \u{5d0}\n\tx"),
            ("a\x1b[2Jb", "a\\u{1b}[2Jb"),
            ("\r\x07\x7f\u{9b}", "\\u{d}\\u{7}\\u{7f}\\u{9b}"),
            (
                "\u{202e}\u{2066}\u{200f}\u{61c}",
                "\\u{202e}\\u{2066}\\u{200f}\\u{61c}",
            ),
        ] {
            assert_eq!(escaped(text), expected);
        }
        let json = "{\"a\":\"\u{202e}\u{9b}\"}";
        assert_eq!(escaped_json(json.to_owned()), r#"{"a":"\u202e\u009b"}"#);
    }

    #[test]
    fn the_commands_own_colours_stay() {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let mut out = Escaping(Vec::new());
        let others = "x\x1b]0;y\x07";
        write!(out, "{style}failed{style:#} {others}").unwrap();
        let shown = String::from_utf8(out.0).unwrap();
        let expected = format!("{style}failed{style:#} x\\u{{1b}}]0;y\\u{{7}}");
        assert_eq!(shown, expected);
    }
}
