//! Characters of an atom, one after the other.

use core::iter::Peekable;
use core::str::CharIndices;

use super::InvalidAtom;

/// What is left of an atom's text.
pub(super) struct Scanner<'t> {
    text: &'t str,
    rest: Peekable<CharIndices<'t>>,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            rest: text.char_indices().peekable(),
        }
    }

    /// Reads text up to the next single quote; it has no escapes.
    pub(super) fn text_in_single_quotes(&mut self, start: usize) -> Result<String, InvalidAtom> {
        self.take('\'');
        let text = self.run(|character| character != '\'');
        if !self.take('\'') {
            return Err(self.wrong(start, "this text has no end", "close it with '"));
        }
        Ok(text.to_owned())
    }

    /// Reads a JSON string.
    pub(super) fn quoted(&mut self, start: usize) -> Result<String, InvalidAtom> {
        self.take('"');
        let mut escaped = false;
        loop {
            match self.rest.next() {
                None => {
                    return Err(self.wrong(start, "this string has no end", "close it with \""));
                }
                Some((_, '"')) if !escaped => break,
                Some((_, character)) => escaped = character == '\\' && !escaped,
            }
        }
        let quoted = self.text.get(start..self.offset()).unwrap_or_default();
        serde_json::from_str(quoted)
            .map_err(|_| self.wrong(start, "this is not a JSON string", "fix its escapes"))
    }

    pub(super) fn symbol(&mut self, symbol: char, cure: &str) -> Result<(), InvalidAtom> {
        self.space();
        if self.take(symbol) {
            return Ok(());
        }
        let start = self.offset();
        Err(self.wrong(start, format!("expected `{symbol}`"), cure))
    }

    pub(super) fn take(&mut self, symbol: char) -> bool {
        self.rest
            .next_if(|(_, character)| *character == symbol)
            .is_some()
    }

    pub(super) fn space(&mut self) {
        while self
            .rest
            .next_if(|(_, character)| character.is_ascii_whitespace())
            .is_some()
        {}
    }

    pub(super) fn word(&mut self) -> &'t str {
        self.run(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
    }

    pub(super) fn run(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let start = self.offset();
        while self
            .rest
            .next_if(|(_, character)| wanted(*character))
            .is_some()
        {}
        let end = self.offset();
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|(_, character)| *character)
    }

    pub(super) fn offset(&mut self) -> usize {
        self.rest
            .peek()
            .map_or(self.text.len(), |(offset, _)| *offset)
    }

    pub(super) fn wrong(
        &self,
        offset: usize,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> InvalidAtom {
        let before = self.text.get(..offset).unwrap_or_default();
        InvalidAtom {
            column: before.chars().count().saturating_add(1),
            message: message.into(),
            cure: cure.into(),
        }
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }
}
