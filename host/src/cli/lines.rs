//! Requests, one a line, none longer than a request may be.

use std::io::{self, BufRead};

use portcullis_policy::authzen::REQUEST_BYTES_MAX;

/// What came of reading a line.
pub(super) enum Line {
    /// There is none any more.
    None,
    Whole,
    /// It is longer than a request may be.
    TooLong,
}

/// Reads a line without its end. Of one that is too long nothing is kept.
pub(super) fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let mut seen = false;
    let mut too_long = false;
    loop {
        let available = match source.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            break;
        }
        seen = true;
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(available.len());
        let part = available.get(..taken).unwrap_or_default();
        if too_long || line.len().saturating_add(part.len()) > REQUEST_BYTES_MAX {
            too_long = true;
            line.clear();
        } else {
            line.extend_from_slice(part);
        }
        let length = end.map_or(taken, |end| end.saturating_add(1));
        source.consume(length);
        if end.is_some() {
            break;
        }
    }
    Ok(match (seen, too_long) {
        (false, _) => Line::None,
        (true, false) => Line::Whole,
        (true, true) => Line::TooLong,
    })
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn lines(text: &[u8]) -> Vec<Option<usize>> {
        // A small buffer, so that lines span several of its fillings.
        let mut source = BufReader::with_capacity(7, text);
        let mut line = Vec::new();
        let mut lengths = Vec::new();
        loop {
            match read_line(&mut source, &mut line).unwrap() {
                Line::None => return lengths,
                Line::Whole => lengths.push(Some(line.len())),
                Line::TooLong => lengths.push(None),
            }
        }
    }

    #[test]
    fn every_line_counts_whether_or_not_the_last_one_ends() {
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"\n"), [Some(0)]);
        assert_eq!(lines(b"a\n\nbcdefghijk\n"), [Some(1), Some(0), Some(10)]);
        assert_eq!(lines(b"a\nb"), [Some(1), Some(1)]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_whole() {
        let mut text = vec![b'x'; REQUEST_BYTES_MAX];
        text.push(b'\n');
        text.extend(vec![b'x'; REQUEST_BYTES_MAX + 1]);
        text.extend(b"\nabc\n");
        assert_eq!(lines(&text), [Some(REQUEST_BYTES_MAX), None, Some(3)]);
    }
}
