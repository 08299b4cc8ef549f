//! Bundles of each format version, frozen with what they answer.
//!
//! `tests/golden` holds for each bundle `<name>.pclb`, the `<name>.trust.json` to open it with,
//! and a line for each question in `<name>.questions.jsonl` and `<name>.answers.jsonl`. They are
//! made once for a format and never again: a bundle signed today must be read by every later
//! engine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use portcullis_host::HostTrust;
use portcullis_policy::sign::TrustFile;
use serde_json::Value;

use crate::places;

/// A frozen bundle.
#[derive(Debug)]
pub struct Golden {
    /// Its name.
    pub name: String,
    /// The bytes.
    pub bundle: Vec<u8>,
    /// What believes it.
    pub trust: HostTrust,
    /// Its questions, each a line, with the line that answers it.
    pub answers: Vec<(Question, String)>,
}

/// What is asked of a frozen bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// An evaluation request.
    Decide(String),
    /// A request about a list.
    Filter(String),
    /// A subject whose modules are asked for.
    Modules(String),
}

impl Question {
    /// Reads a line: `{"decide": …}`, `{"filter": …}` or `{"modules": …}`.
    ///
    /// # Panics
    ///
    /// Where it is none of these.
    #[must_use]
    pub fn read(line: &str) -> Self {
        let question: Value = serde_json::from_str(line).expect("a question is JSON");
        let text = |name| question.get(name).map(ToString::to_string);
        text("decide")
            .map(Self::Decide)
            .or_else(|| text("filter").map(Self::Filter))
            .or_else(|| text("modules").map(Self::Modules))
            .expect("a question asks for a decision, a filter or modules")
    }
}

/// Returns every frozen bundle.
///
/// # Panics
///
/// Where a file is missing.
#[must_use]
pub fn all() -> Vec<Golden> {
    let bundles = places::files("golden", "pclb");
    bundles.iter().map(|path| read(path)).collect()
}

/// Returns the folder of the frozen bundles.
#[must_use]
pub fn folder() -> PathBuf {
    places::root().join("tests/golden")
}

fn read(bundle: &Path) -> Golden {
    let name = bundle
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let text = |what: &str| {
        let path = bundle.with_file_name(format!("{name}.{what}"));
        fs::read_to_string(path).expect("the file beside a golden bundle is there")
    };
    let trust = TrustFile::parse(&text("trust.json")).expect("the trust can be read");
    let mut trust = HostTrust::from(trust);
    trust.slices = portcullis_engine::SliceUse::Either;
    let (questions, answers) = (text("questions.jsonl"), text("answers.jsonl"));
    assert_eq!(questions.lines().count(), answers.lines().count());
    let asked = questions.lines().map(Question::read);
    Golden {
        bundle: fs::read(bundle).expect("the bundle is there"),
        trust,
        answers: asked.zip(answers.lines().map(str::to_owned)).collect(),
        name,
    }
}
