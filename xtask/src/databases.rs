//! The databases that filters are written for: found or installed, then held against the engine.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::others::{self, Others};

/// A database, the programs that say it is there, and the Debian packages that have them.
#[derive(Debug, Clone, Copy)]
struct Database {
    name: &'static str,
    programs: &'static [&'static str],
    packages: &'static [&'static str],
}

/// Finds the databases, installing what is missing; what cannot be installed is said, and its
/// test is left out by name.
///
/// # Errors
///
/// When a database is missing and a continuous integration requires it.
pub(crate) fn ensure() -> Result<()> {
    let missing = || DATABASES.iter().filter(|database| !database.is_there());
    let packages: Vec<&str> = missing()
        .flat_map(|database| database.packages)
        .copied()
        .collect();
    others::install(&packages);
    let missing: Vec<&str> = missing().map(|database| database.name).collect();
    OTHERS.settle(&missing)
}

/// Runs the suite alone.
pub(crate) fn test() -> Result<()> {
    ensure()?;
    OTHERS.test()
}

impl Database {
    fn is_there(&self) -> bool {
        self.programs
            .iter()
            .all(|program| runs(program) || is_debians(program))
    }
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    let command = command.arg("--version").stdin(Stdio::null());
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Says whether a program is where Debian keeps those of a version of `PostgreSQL`.
fn is_debians(program: &str) -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    versions
        .flatten()
        .any(|version| version.path().join("bin").join(program).is_file())
}

// The servers alone: these packages start none of their own, but for PostgreSQL's.
const DATABASES: [Database; 3] = [
    Database {
        name: "PostgreSQL",
        programs: &["initdb", "postgres", "psql"],
        packages: &["postgresql-15"],
    },
    Database {
        name: "SQLite",
        programs: &["sqlite3"],
        packages: &["sqlite3"],
    },
    Database {
        name: "MariaDB",
        programs: &["mariadbd", "mariadb"],
        packages: &["mariadb-server-core", "mariadb-client-core"],
    },
];

const OTHERS: Others = Others {
    called: "databases",
    required: "PORTCULLIS_DATABASES_REQUIRED",
    package: "portcullis-databases",
};
