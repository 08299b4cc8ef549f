//! JSON that a terminal may show.

use alloc::{format, string::String};

use portcullis_engine::grammar::{has_bidi_control, has_control};

/// Returns the same JSON with what could control a terminal, or turn the text around it, escaped as
/// JSON escapes it: DEL, C1 and bidi controls. Line breaks and tabs between its parts stay.
#[must_use]
pub fn escaped(json: String) -> String {
    // Nearly every line is printable ASCII.
    if json.bytes().all(|byte| matches!(byte, 0x20..0x7f)) {
        return json;
    }
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        let mut buffer = [0; 4];
        let text = character.encode_utf8(&mut buffer);
        let is_space = matches!(character, '\n' | '\t');
        if !is_space && (has_control(text) || has_bidi_control(text)) {
            // Each of them is one unit of UTF-16.
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}
