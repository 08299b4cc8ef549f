//! The parsers that servers read queries with: found or installed, then held against the gate.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::others::{self, Others};
use crate::run::{root, run, say, which};

/// A parser, how to see that it is there, and where it comes from.
#[derive(Debug, Clone, Copy)]
struct Parser {
    name: &'static str,
    probe: &'static [&'static str],
    from: From,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// A Debian package.
    Debian(&'static str),
    /// npm, by the lock beside the readers.
    Npm,
}

/// Finds the parsers, installing what is missing; what cannot be installed is said, and its test
/// is left out by name.
///
/// # Errors
///
/// When a parser is missing and a continuous integration requires it.
pub(crate) fn ensure() -> Result<()> {
    let missing = |parser: &&Parser| !parser.is_there();
    if let Err(error) = install(&PARSERS.iter().filter(missing).collect::<Vec<_>>()) {
        say(format!("{error:#}"));
    }
    let missing: Vec<&str> = PARSERS
        .iter()
        .filter(missing)
        .map(|parser| parser.name)
        .collect();
    OTHERS.settle(&missing)
}

/// Runs the suite alone.
pub(crate) fn test() -> Result<()> {
    ensure()?;
    OTHERS.test()
}

impl Parser {
    fn is_there(&self) -> bool {
        let Some((program, arguments)) = self.probe.split_first() else {
            return false;
        };
        let status = Command::new(program)
            .args(arguments)
            .current_dir(root().join(READERS))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }
}

fn install(missing: &[&Parser]) -> Result<()> {
    let packages: Vec<&str> = missing
        .iter()
        .filter_map(|parser| match parser.from {
            From::Debian(package) => Some(package),
            From::Npm => None,
        })
        .collect();
    if missing.iter().any(|parser| parser.from == From::Npm) && which("npm").is_some() {
        say("installing qs from npm, beside the readers");
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new("npm")
            .args(arguments)
            .current_dir(root().join(READERS)))?;
    }
    others::install(&packages);
    Ok(())
}

/// Where the programs are that ask them.
const READERS: &str = "tests/parsers/readers";

// Debian's own Python has Debian's packages.
const PYTHON: &str = "/usr/bin/python3";

const PARSERS: [Parser; 6] = [
    Parser {
        name: "PHP",
        probe: &["php", "--version"],
        from: From::Debian("php-cli"),
    },
    Parser {
        name: "Rack",
        probe: &["ruby", "-e", "require 'rack'"],
        from: From::Debian("ruby-rack"),
    },
    Parser {
        name: "Django",
        probe: &[PYTHON, "-c", "import django"],
        from: From::Debian("python3-django"),
    },
    Parser {
        name: "Werkzeug",
        probe: &[PYTHON, "-c", "import werkzeug"],
        from: From::Debian("python3-werkzeug"),
    },
    Parser {
        name: "Go",
        probe: &["go", "version"],
        from: From::Debian("golang-go"),
    },
    Parser {
        name: "qs",
        probe: &["node", "--input-type=module", "--eval", "import 'qs'"],
        from: From::Npm,
    },
];

const OTHERS: Others = Others {
    called: "parsers of queries",
    required: "PORTCULLIS_PARSERS_REQUIRED",
    package: "portcullis-parsers",
};
