//! Vectors: policies with questions, and the answers that the meaning of a policy gives.

use std::fs;

use serde::Deserialize;
use serde_json::Value;

use crate::{
    engines::{Answers, is_malformed},
    places,
};

/// One file: a policy and what it answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    /// What the file shows.
    pub about: String,
    /// A `policy.json`.
    pub policy: Value,
    /// The questions.
    pub cases: Vec<Case>,
}

/// One question, and what is answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The fact that it states.
    pub name: String,
    /// An evaluation request; a string is the line itself.
    request: Option<Value>,
    /// A request of which the resource is unknown.
    filter: Option<Value>,
    /// A subject whose visible modules are asked for.
    modules: Option<Value>,
    /// Features in place of the tenant's, for `modules`.
    features: Option<Vec<String>>,
    /// The canonical answer, its members in their order; a string is its bytes.
    answer: Option<Value>,
    /// Of a malformed request, how its message starts; nothing that it must start with is "".
    error: Option<String>,
}

/// Returns the vectors of every file, each with its file's name.
///
/// # Panics
///
/// Where a file cannot be read.
#[must_use]
pub fn all() -> Vec<(String, Vectors)> {
    let read = |path: std::path::PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path).expect("a file of vectors can be read");
        match serde_json::from_str(&text) {
            Ok(vectors) => (name, vectors),
            Err(error) => panic!("{name}: {error}"),
        }
    };
    places::files("vectors", "json")
        .into_iter()
        .map(read)
        .collect()
}

impl Case {
    /// Asks an engine.
    ///
    /// # Panics
    ///
    /// Where the case asks nothing.
    #[must_use]
    pub fn ask(&self, engine: &dyn Answers) -> String {
        let line = |value: &Value| match value {
            Value::String(line) => line.clone().into_bytes(),
            object => object.to_string().into_bytes(),
        };
        match (&self.request, &self.filter, &self.modules) {
            (Some(request), None, None) => engine.decide(&line(request)),
            (None, Some(request), None) => engine.filter(&line(request)),
            (None, None, Some(subject)) => engine.visible(&line(subject), self.features.as_deref()),
            _ => panic!("`{}` asks for none or several things", self.name),
        }
    }

    /// Says what is wrong with an answer, if anything is.
    ///
    /// # Panics
    ///
    /// Where the case expects nothing.
    #[must_use]
    pub fn fault(&self, answer: &str) -> Option<String> {
        let right = match (&self.answer, &self.error) {
            (Some(expected), None) => {
                let expected = self.line(expected);
                if answer == expected {
                    return None;
                }
                expected
            }
            (None, Some(start)) => {
                let message = serde_json::from_str::<Value>(answer).ok();
                let message = message.and_then(|answer| {
                    answer
                        .pointer("/context/error/message")?
                        .as_str()
                        .map(str::to_owned)
                });
                if is_malformed(answer) && message.is_some_and(|own| own.starts_with(start)) {
                    return None;
                }
                format!("an error of status 400 that starts with `{start}`")
            }
            _ => panic!("`{}` expects none or several things", self.name),
        };
        Some(format!(
            "{}\n  expected {right}\n  answered {answer}",
            self.name
        ))
    }

    /// Returns the whole line that an answer makes.
    fn line(&self, answer: &Value) -> String {
        let canonical = match answer {
            Value::String(bytes) => bytes.clone(),
            object => object.to_string(),
        };
        if self.modules.is_some() {
            return canonical;
        }
        let decision = canonical.starts_with(r#"{"effect":"allow""#);
        format!(r#"{{"decision":{decision},"context":{canonical}}}"#)
    }
}
