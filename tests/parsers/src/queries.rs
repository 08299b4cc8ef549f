//! Queries that mean trouble, the same ones every time.

use crate::judge::{NAMES, SUBJECTS, TARGETS, Target};
use crate::tape::Tape;

/// A query, whose it is and where it goes.
#[derive(Debug, Clone)]
pub struct Case {
    /// The route.
    pub target: Target,
    /// Who asks.
    pub subject: &'static str,
    /// The query, without its `?`.
    pub query: Vec<u8>,
}

/// Makes that many.
#[must_use]
pub fn cases(count: usize) -> Vec<Case> {
    let mut tape = Tape::new(SEED);
    (0..count).filter_map(|_| case(&mut tape)).collect()
}

fn case(tape: &mut Tape) -> Option<Case> {
    let target = *tape.one(&TARGETS)?;
    let subject = *tape.one(&SUBJECTS)?;
    let name = *NAMES.get(target.name)?;
    let mut query = Vec::new();
    if tape.below(400) == 0 {
        // Around the number that some read no more than.
        for _ in 0..tape.below(12).saturating_add(990) {
            query.extend_from_slice(b"x&");
        }
    }
    if tape.percent(3) {
        // A client wrote two.
        query.push(b'?');
    }
    if tape.percent(4) {
        query.extend_from_slice(tape.text(&CHARSETS).as_bytes());
    }
    // Half of them are what clients send, so that enough is forwarded.
    let calm = tape.percent(50);
    let pairs = tape.below(4);
    let own = tape.below(pairs.saturating_add(1));
    let named = target.reads && tape.percent(65);
    for at in 0..=pairs {
        if at > 0 {
            query.extend_from_slice(if calm { b"&" } else { separator(tape) });
        }
        query.extend(match calm {
            true if at == own && named => encoded(tape, name, 5),
            true => tape.text(&OTHERS).as_bytes().to_vec(),
            false => key(tape, name),
        });
        if tape.percent(95) {
            query.push(b'=');
            query.extend(value(tape, subject, if calm { 5 } else { 20 }));
        }
    }
    if !calm && tape.percent(5) {
        let byte = u8::try_from(tape.below(256)).unwrap_or_default();
        let at = tape.below(query.len());
        query.insert(at, byte);
    }
    // It would be no query any more.
    query.retain(|byte| *byte != b'#');
    Some(Case {
        target,
        subject,
        query,
    })
}

fn separator(tape: &mut Tape) -> &'static [u8] {
    if tape.percent(95) {
        return b"&";
    }
    tape.text(&[";", "&&", "& ", "&%20", "&amp;", "%26", "&+", "&;", ","])
        .as_bytes()
}

/// Returns the name, something near it, or another.
fn key(tape: &mut Tape, name: &str) -> Vec<u8> {
    let near = match tape.below(100) {
        0..35 => return encoded(tape, name, 10),
        35..65 => near(tape, name),
        _ => {
            return tape.text(&OTHERS).as_bytes().to_vec();
        }
    };
    if tape.percent(20) {
        return self::near(tape, &near).into_bytes();
    }
    near.into_bytes()
}

/// Changes a name a little, in a way that some reader may undo.
fn near(tape: &mut Tape, name: &str) -> String {
    match tape.below(10) {
        // PHP drops the space, and makes `_` of the dot.
        9 => format!("+{}", name.replacen('_', ".", 1)),
        0 | 1 => format!("{}{name}", tape.text(&FRONTS)),
        2..=4 => format!("{name}{}", tape.text(&ENDS)),
        5 => {
            let joints = [
                ".", "%20", "+", "[", "%5b", "]", "__", "-", "%2e", "[[", "%00", "][", "][",
            ];
            let from = tape.text(&["_", "[", "]", "e"]);
            name.replacen(from, tape.text(&joints), 1)
        }
        6 => {
            let at = tape.below(name.len());
            let letters = name.chars().enumerate();
            let changed = |(own, letter): (usize, char)| match own == at {
                true if tape.percent(50) => letter.to_ascii_uppercase().to_string(),
                true if tape.percent(50) => format!("%u00{:02x}", u32::from(letter)),
                true if tape.percent(50) => format!("%25{:02x}", u32::from(letter)),
                true => format!("%{letter}"),
                false => letter.to_string(),
            };
            letters.map(changed).collect()
        }
        7 => {
            let parent = name.split('[').next().unwrap_or_default();
            format!("{parent}{}", tape.text(&ENDS))
        }
        _ => format!("[{name}]"),
    }
}

/// Returns who asks, somebody else, or neither.
fn value(tape: &mut Tape, subject: &str, troubled: usize) -> Vec<u8> {
    let mut value = match tape.below(10) {
        0..6 => encoded(tape, subject, 10),
        6..9 => b"ben".to_vec(),
        _ => Vec::new(),
    };
    if tape.percent(troubled) {
        let tails = [
            "+",
            "%20",
            "%",
            "%zz",
            "%ff",
            "%00",
            "%00x",
            ";x=1",
            ";",
            "]=x",
            "%5D=x",
            "=",
            "=x",
            ",",
            ",ben",
            "%2Cben",
            "é",
            "%u0065",
            "%26",
            "%3B",
            "[]=x",
            "&",
            "&#233;",
            "%26%23233%3B",
            "\t",
            "?",
            "%ed%a0%80",
            "%c0%af",
            "%2525",
            "'",
            "\"",
            "\\",
            "/",
            "%0d%0a",
        ];
        value.extend_from_slice(tape.text(&tails).as_bytes());
    }
    value
}

/// Encodes what must be, and sometimes what need not be.
fn encoded(tape: &mut Tape, text: &str, share: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
        let plain = plain || (matches!(byte, b'=') && tape.percent(50));
        // What ends a pair is always encoded; what else should be, is nearly always.
        let careless = !b"&%#".contains(&byte) && tape.percent(3);
        if careless || (plain && !tape.percent(share)) {
            out.push(byte);
        } else if byte == b' ' && tape.percent(share) {
            out.push(b'+');
        } else if tape.percent(50) {
            out.extend_from_slice(format!("%{byte:02x}").as_bytes());
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

const OTHERS: [&str; 28] = [
    "x",
    "y",
    "x[]",
    "x[a]",
    "x[b][c]",
    "owners",
    "owner-id",
    "ownerid",
    "method",
    "filter[status]",
    "filter[at][from]",
    "filters[owner]",
    "x[owner]",
    "ids",
    "x.owner",
    "q",
    "a]b",
    "a%00b",
    "filter_x",
    "",
    "__proto__[owner]",
    "constructor",
    "a.b",
    "_owner",
    "owner__id",
    "owner",
    "filter",
    "id",
];
/// What says how the rest is encoded, to some.
const CHARSETS: [&str; 5] = [
    "utf8=%E2%9C%93&",
    "utf8=%26%2310003%3B&",
    "utf8=%26%2310003%3B&",
    "_charset_=utf-8&",
    "_charset_=iso-8859-1&",
];
const FRONTS: [&str; 18] = [
    "?", "%3F", "+", "%20", " ", "%09", "[", "]", "[[", "][", ".", "%00", "%5B", "_", "%2e", "%0a",
    "+.", "x&",
];
const ENDS: [&str; 28] = [
    "%00x",
    "%00",
    "[]",
    "[0]",
    "[x]",
    "[",
    "]",
    "]x",
    ".x",
    ".",
    "%20",
    "+",
    " ",
    "%5B%5D",
    "%zz",
    "%",
    "[a][b]",
    "%0a",
    "[x",
    "[x]y",
    ".x[y]",
    "%2ex",
    "[owner]",
    "[owner]x",
    "[[owner]]",
    "[+owner]",
    "s",
    "[]=",
];

const SEED: u64 = 20_261_128;
