//! The words that docs, comments and messages do without.

use serde::Deserialize;

use crate::files::File;

/// The words, as `words.toml` has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What is not written, and what to write.
    pub instead: Vec<Word>,
}

/// One of the words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The word or words, in lower case; `*` at the end stands for any ending.
    pub of: String,
    /// What to write.
    pub write: String,
    /// What makes it plain English all the same, when it comes right before.
    #[serde(default)]
    pub but_after: Vec<String>,
    /// What does, when it comes right after.
    #[serde(default)]
    pub but_before: Vec<String>,
}

impl Words {
    /// Reads the list.
    ///
    /// # Errors
    ///
    /// Where it is not the TOML that [`Words`] describes.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Returns where a file has one of the words, also where a line breaks between them.
    #[must_use]
    pub fn found_in(&self, file: &File) -> Vec<String> {
        let words = split(&file.text);
        let mut found = Vec::new();
        for banned in &self.instead {
            let wanted: Vec<&str> = banned.of.split(' ').collect();
            for (at, window) in words.windows(wanted.len()).enumerate() {
                let same = window.iter().zip(&wanted).all(|((_, word), wanted)| {
                    match wanted.strip_suffix('*') {
                        Some(stem) => word.starts_with(stem),
                        None => word == wanted,
                    }
                });
                let last = at.checked_sub(1).and_then(|at| words.get(at));
                let next = words.get(at.saturating_add(wanted.len()));
                let excused = last.is_some_and(|(_, last)| banned.but_after.contains(last))
                    || next.is_some_and(|(_, next)| banned.but_before.contains(next));
                if let (true, false, Some((line, _))) = (same, excused, window.first()) {
                    found.push(format!(
                        "{}:{line}: \"{}\"; write \"{}\"",
                        file.path, banned.of, banned.write
                    ));
                }
            }
        }
        found
    }
}

/// Returns the words of a text in lower case, each with its line.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let plain = line.replace('’', "'");
        let letters = |c: char| c.is_alphanumeric() || c == '\'' || c == '_';
        words.extend(
            plain
                .split(|c| !letters(c))
                .map(|word| word.trim_matches('\''))
                .filter(|word| !word.is_empty())
                .map(|word| (number, word.to_lowercase())),
        );
    }
    words
}
