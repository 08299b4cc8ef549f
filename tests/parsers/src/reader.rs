//! A parser in its own process: queries in, a line each, and what it reads of each out.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, bail};

use crate::judge::NAMES;

/// A server's parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// PHP: `$_GET`.
    Php,
    /// Rack, for Rails and Sinatra.
    Rack,
    /// Django's `QueryDict`.
    Django,
    /// Werkzeug, for Flask, and Python's `urllib.parse`.
    Werkzeug,
    /// Go's `net/url`.
    Go,
    /// qs, for Express, and what Node.js has itself.
    Qs,
}

/// What one reading makes of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Nothing of that name.
    Absent,
    /// One value.
    Value(Vec<u8>),
    /// Several, or a list or object.
    Other,
    /// The whole query is refused.
    Refused,
}

/// What a parser makes of one query: for each way to call it, what it reads of each of [`NAMES`].
pub type Answer = Vec<Vec<Read>>;

impl Reader {
    /// Every one of them.
    pub const ALL: [Self; 6] = [
        Self::Php,
        Self::Rack,
        Self::Django,
        Self::Werkzeug,
        Self::Go,
        Self::Qs,
    ];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Php => "PHP",
            Self::Rack => "Rack",
            Self::Django => "Django",
            Self::Werkzeug => "Werkzeug",
            Self::Go => "Go",
            Self::Qs => "qs",
        }
    }

    /// Says whether it runs on this machine.
    #[must_use]
    pub fn is_there(self) -> bool {
        self.read([b"owner=jo".as_slice()].into_iter())
            .is_ok_and(|answers| answers.len() == 1)
    }

    /// Returns what it reads of each query.
    ///
    /// # Errors
    ///
    /// When it does not run, or answers something else.
    pub fn read<'q>(self, queries: impl Iterator<Item = &'q [u8]>) -> Result<Vec<Answer>> {
        let mut child = self
            .command()?
            .args(NAMES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not start the reader for {}", self.name()))?;
        let mut input = child.stdin.take().context("no input")?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let mut lines = String::new();
        for query in queries {
            lines.extend(query.iter().map(|byte| format!("{byte:02x}")));
            lines.push('\n');
        }
        // It answers while it is still asked.
        let asking = thread::spawn(move || input.write_all(lines.as_bytes()));
        let mut answers = Vec::new();
        for line in output.lines() {
            answers.push(answer(&line?).with_context(|| format!("{} answers", self.name()))?);
        }
        let status = child.wait()?;
        let asked = asking.join().is_ok_and(|asked| asked.is_ok());
        if !status.success() || !asked {
            bail!("the reader for {} ended with {status}", self.name());
        }
        Ok(answers)
    }

    fn command(self) -> Result<Command> {
        let script = |file: &str| folder().join(file);
        let (program, argument) = match self {
            Self::Php => ("php", script("php.php")),
            Self::Rack => ("ruby", script("rack.rb")),
            // Debian's own has Debian's packages.
            Self::Django => ("/usr/bin/python3", script("query_dict.py")),
            Self::Werkzeug => ("/usr/bin/python3", script("flask.py")),
            Self::Qs => ("node", script("qs.mjs")),
            Self::Go => return go(),
        };
        let mut command = Command::new(program);
        command
            .arg(argument)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONIOENCODING", "utf-8");
        Ok(command)
    }
}

/// Builds the reader in Go where it is not built from this source.
fn go() -> Result<Command> {
    let built = root().join("target").join("parsers");
    fs::create_dir_all(&built)?;
    let (program, stamp) = (built.join("go-reader"), built.join("main.go"));
    let source = folder().join("main.go");
    let text = fs::read(&source)?;
    if !program.is_file() || fs::read(&stamp).ok() != Some(text.clone()) {
        let status = Command::new("go")
            .arg("build")
            .arg("-o")
            .arg(&program)
            .arg(&source)
            .env("GOCACHE", built.join("go-cache"))
            .env("GOFLAGS", "-buildvcs=false")
            .status()
            .context("could not start `go`")?;
        if !status.success() {
            bail!("`go build` ended with {status}");
        }
        fs::write(stamp, text)?;
    }
    Ok(Command::new(program))
}

fn answer(line: &str) -> Result<Answer> {
    let readings: Vec<serde_json::Value> = serde_json::from_str(line)?;
    readings
        .iter()
        .map(|reading| match reading {
            serde_json::Value::Array(names) => names.iter().map(read).collect(),
            _ => Ok(NAMES.map(|_| Read::Refused).to_vec()),
        })
        .collect()
}

fn read(value: &serde_json::Value) -> Result<Read> {
    let text = value.as_str().context("no text")?;
    Ok(match text.strip_prefix('=') {
        Some(digits) => Read::Value(bytes(digits).context("no bytes")?),
        None if text == "-" => Read::Absent,
        None => Read::Other,
    })
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok();
    rest.is_empty().then_some(())?;
    pairs.iter().map(byte).collect()
}

/// Returns whether a missing parser fails the run instead of leaving out its test.
#[must_use]
pub fn all_are_required() -> bool {
    env::var_os(REQUIRED).is_some_and(|value| !value.is_empty() && value != "0")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("readers")
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().and_then(Path::parent).unwrap_or(here)
}

/// Set where every parser must be there: a continuous integration.
pub const REQUIRED: &str = "PORTCULLIS_PARSERS_REQUIRED";
