//! HTTP vectors: a request each, and what must become of it.

use std::{collections::BTreeMap, fs};

use portcullis_engine::UnixSeconds;
use serde::Deserialize;

use crate::{bundles, places};

/// A file of vectors; `tests/vectors/http/README.md` says what each member means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpFile {
    /// The name of the file, without its ending.
    #[serde(skip)]
    pub name: String,
    /// Which configuration of the setup judges them.
    pub config: String,
    /// The vectors.
    pub cases: Vec<HttpCase>,
}

/// One vector.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpCase {
    /// What it shows.
    pub name: String,
    /// The method.
    pub method: String,
    /// The request-target.
    pub target: String,
    /// The authority.
    #[serde(default = "authority")]
    pub authority: String,
    /// The name of the token that is brought as `authorization: Bearer`, before the headers.
    #[serde(default)]
    pub token: Option<String>,
    /// The headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// `unknown`, an address or an identity.
    #[serde(default = "peer")]
    pub peer: String,
    /// The time of the request.
    #[serde(default = "now")]
    pub now: u64,
    /// Whether a server in front of the gate would answer or change it before the gate sees it.
    #[serde(default)]
    pub raw_only: bool,
    /// What must become of it.
    pub expect: HttpExpectation,
}

/// What must become of a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpExpectation {
    /// The code.
    pub code: String,
    /// Every header that the upstream is given by the gate, but for `traceparent`.
    #[serde(default)]
    pub upstream: Option<BTreeMap<String, String>>,
    /// Every name of a header that is removed.
    #[serde(default)]
    pub removed: Vec<String>,
    /// Every header that is added to the upstream's answer.
    #[serde(default)]
    pub answer: BTreeMap<String, String>,
    /// Members of the log entry.
    #[serde(default)]
    pub log: BTreeMap<String, serde_json::Value>,
    /// Headers of the answer.
    #[serde(default)]
    pub response: BTreeMap<String, String>,
}

/// What all vectors are judged by.
#[derive(Debug)]
pub struct HttpSetup {
    /// The bundle.
    pub bundle: Vec<u8>,
    /// Tokens, by name.
    pub tokens: BTreeMap<String, String>,
}

impl HttpSetup {
    /// Reads the setup and signs its policy.
    ///
    /// # Panics
    ///
    /// Where a file is missing or wrong.
    #[must_use]
    pub fn load() -> Self {
        let policy = fs::read_to_string(folder().join("setup/policy.json")).unwrap();
        let tokens = fs::read(folder().join("setup/tokens.json")).unwrap();
        Self {
            bundle: bundles::bundle(&policy),
            tokens: serde_json::from_slice(&tokens).unwrap(),
        }
    }

    /// Returns a configuration by name, with the trust that fits the bundle.
    ///
    /// # Panics
    ///
    /// Where the file is missing or wrong.
    #[must_use]
    pub fn config(name: &str) -> Vec<u8> {
        let text = fs::read(folder().join(format!("setup/{name}.json"))).unwrap();
        let mut config: serde_json::Value = serde_json::from_slice(&text).unwrap();
        config["trust"] = serde_json::to_value(bundles::trust_file()).unwrap();
        serde_json::to_vec(&config).unwrap()
    }

    /// Returns the headers of a case, the token's first.
    ///
    /// # Panics
    ///
    /// Where there is no such token.
    #[must_use]
    pub fn headers(&self, case: &HttpCase) -> Vec<(String, String)> {
        let token = case.token.iter().map(|name| {
            let token = &self.tokens[name];
            ("authorization".to_owned(), format!("Bearer {token}"))
        });
        token.chain(case.headers.iter().cloned()).collect()
    }
}

impl HttpCase {
    /// Returns the time of the request.
    #[must_use]
    pub const fn now(&self) -> UnixSeconds {
        UnixSeconds(self.now)
    }
}

/// Reads every file of vectors.
///
/// # Panics
///
/// Where one is wrong, or there is none.
#[must_use]
pub fn http_files() -> Vec<HttpFile> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = fs::read(&path).unwrap();
            let mut file: HttpFile = serde_json::from_slice(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            file.name = path.file_stem().unwrap().to_string_lossy().into_owned();
            files.push(file);
        }
    }
    assert!(!files.is_empty());
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn folder() -> std::path::PathBuf {
    places::root().join("tests/vectors/http")
}

fn authority() -> String {
    "api.example.com".to_owned()
}

fn peer() -> String {
    "127.0.0.1".to_owned()
}

const fn now() -> u64 {
    bundles::NOW.0
}
