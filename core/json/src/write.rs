//! Writing of JSON.

use alloc::string::String;

/// Appends a JSON string (RFC 8259, section 7) with the shortest escapes.
pub fn write_string(out: &mut String, text: &str) {
    out.push_str("\"");
    let mut start = 0_usize;
    for (byte, at) in text.bytes().zip(0_usize..) {
        let escape = match byte {
            b'"' => r#"\""#,
            b'\\' => r"\\",
            8 => r"\b",
            12 => r"\f",
            b'\n' => r"\n",
            b'\r' => r"\r",
            b'\t' => r"\t",
            0..0x20 => r"\u00",
            _ => continue,
        };
        out.push_str(text.get(start..at).unwrap_or_default());
        out.push_str(escape);
        if escape.len() > 2 {
            for half in [byte >> 4_u32, byte & 15] {
                let digit = usize::from(half);
                out.push_str(DIGITS.get(digit..=digit).unwrap_or_default());
            }
        }
        start = at.saturating_add(1);
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.push_str("\"");
}

/// Appends `,"name":"value"`.
pub fn write_member(out: &mut String, name: &str, value: &str) {
    out.push_str(",");
    write_string(out, name);
    out.push_str(":");
    write_string(out, value);
}

/// Appends the strings, separated by commas, without brackets.
pub fn write_list<'a>(out: &mut String, items: impl Iterator<Item = &'a str>) {
    for (item, at) in items.zip(0_usize..) {
        if at > 0 {
            out.push_str(",");
        }
        write_string(out, item);
    }
}

const DIGITS: &str = "0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_have_the_shortest_escapes() {
        for (text, expected) in [
            ("", r#""""#),
            ("a/é\u{7f}", "\"a/é\u{7f}\""),
            ("\"\\", r#""\"\\""#),
            ("\u{8}\u{c}\n\r\t", r#""\b\f\n\r\t""#),
            ("\0x\u{1f}", r#""\u0000x\u001f""#),
        ] {
            let mut out = String::new();
            write_string(&mut out, text);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn members_and_lists_are_separated_by_commas() {
        let mut out = String::from(r#"{"a":["#);
        write_list(&mut out, ["x", "y"].into_iter());
        out.push(']');
        write_member(&mut out, "b", "z");
        out.push('}');
        assert_eq!(out, r#"{"a":["x","y"],"b":"z"}"#);
    }
}
