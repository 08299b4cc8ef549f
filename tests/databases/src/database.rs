//! Databases as they are installed, each started in a folder of its own.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use portcullis_host::sql::Dialect;
use tempfile::TempDir;

/// A database that runs conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// `PostgreSQL`.
    Postgresql,
    /// `SQLite`.
    Sqlite,
    /// `MariaDB`, in place of `MySQL` too.
    Mariadb,
}

impl Database {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Postgresql, Self::Sqlite, Self::Mariadb];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::Mariadb => "MariaDB",
        }
    }

    /// Returns the dialect that is written for it.
    #[must_use]
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Postgresql => Dialect::Postgresql,
            Self::Sqlite => Dialect::Sqlite,
            Self::Mariadb => Dialect::Mysql,
        }
    }

    /// Says whether its programs run on this machine.
    #[must_use]
    pub fn is_there(self) -> bool {
        let programs = match self {
            Self::Postgresql => vec![postgresql("initdb"), postgresql("postgres"), "psql".into()],
            Self::Sqlite => vec!["sqlite3".into()],
            Self::Mariadb => {
                let names = ["mariadb-install-db", "mariadbd", "mariadb"];
                names.iter().map(PathBuf::from).collect()
            }
        };
        programs.iter().all(|program| answers(program))
    }

    /// Starts it, empty; it ends when what is returned is dropped.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub fn start(self) -> Result<Running> {
        let folder = tempfile::tempdir()?;
        let mut running = Running {
            database: self,
            folder,
            server: None,
        };
        let root = running.folder.path().to_owned();
        let data = root.join("data");
        match self {
            Self::Sqlite => return Ok(running),
            Self::Postgresql => {
                if is_root()? {
                    // It does not run as root.
                    run(Command::new("chown").arg(POSTGRES).arg(&root))?;
                }
                let mut make = as_postgres(&postgresql("initdb"))?;
                make.arg("-D").arg(&data);
                make.args(["--auth=trust", "--username=test", "--encoding=UTF8"]);
                run(make.args(["--no-locale", "--no-sync"]).current_dir(&root))?;
                let mut server = as_postgres(&postgresql("postgres"))?;
                server.arg("-D").arg(&data).arg("-F");
                // No port: only who may enter the folder reaches it.
                server.args(["-c", "listen_addresses=", "-c"]);
                server.arg(format!("unix_socket_directories={}", root.display()));
                running.serve(server.current_dir(&root))?;
            }
            Self::Mariadb => {
                let mut make = Command::new("mariadb-install-db");
                make.args(["--no-defaults", "--skip-test-db", "--skip-name-resolve"]);
                make.arg("--auth-root-authentication-method=normal");
                make.arg(format!("--datadir={}", data.display()));
                let mut server = Command::new("mariadbd");
                server.args(["--no-defaults", "--skip-networking"]);
                server.arg(format!("--datadir={}", data.display()));
                server.arg(format!("--socket={}", root.join("socket").display()));
                server.arg(format!("--pid-file={}", root.join("pid").display()));
                if is_root()? {
                    make.arg("--user=root");
                    server.arg("--user=root");
                }
                run(&mut make)?;
                running.serve(&mut server)?;
            }
        }
        Ok(running)
    }
}

/// A database at work.
#[derive(Debug)]
pub struct Running {
    database: Database,
    folder: TempDir,
    server: Option<Child>,
}

impl Running {
    /// Runs a script in its own client, and returns what that prints.
    ///
    /// # Errors
    ///
    /// At the first statement that fails.
    pub fn ask(&self, script: &str) -> Result<String> {
        let path = self.folder.path().join("script.sql");
        File::create(&path)?.write_all(script.as_bytes())?;
        let mut client = client(self.database, self.folder.path());
        let output = client.stdin(File::open(&path)?).output()?;
        let name = self.database.name();
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{name}: {}",
            said.chars().take(4_000).collect::<String>()
        );
        String::from_utf8(output.stdout).with_context(|| format!("{name} prints other bytes"))
    }

    /// Starts the server, and waits until it answers.
    fn serve(&mut self, command: &mut Command) -> Result<()> {
        let log = self.folder.path().join("server.log");
        let output = File::create(&log)?;
        let server = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("could not start {command:?}"))?;
        let server = self.server.insert(server);
        let began = Instant::now();
        loop {
            let ended = server.try_wait()?;
            if ended.is_some() || began.elapsed() > PATIENCE {
                let log = fs::read(&log).unwrap_or_default();
                let log = String::from_utf8_lossy(&log).into_owned();
                bail!("{command:?} does not answer: {log}");
            }
            let (database, root) = (self.database, self.folder.path());
            let mut client = client(database, root);
            client.stdin(Stdio::null()).stdout(Stdio::null());
            client.stderr(Stdio::null());
            if client.status()?.success() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(server) = &mut self.server else {
            return;
        };
        // Not by force: PostgreSQL would leave shared memory behind.
        let pid = server.id().to_string();
        let asked = Command::new("kill").args(["-s", "INT", &pid]).status();
        let asked = match self.database {
            Database::Postgresql => asked,
            _ => Command::new("kill").args(["-s", "TERM", &pid]).status(),
        };
        if !asked.is_ok_and(|status| status.success()) {
            let _ = server.kill();
        }
        let _ = server.wait();
    }
}

/// Returns its own client, which reads statements from its input.
fn client(database: Database, root: &Path) -> Command {
    match database {
        Database::Postgresql => {
            let mut psql = Command::new("psql");
            psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
            psql.args(["--set=ON_ERROR_STOP=1", "--username=test", "postgres"]);
            psql.arg("--host").arg(root);
            psql.env("PGCLIENTENCODING", "UTF8")
                .env("PGOPTIONS", "--client-min-messages=warning");
            psql
        }
        Database::Sqlite => {
            let mut sqlite = Command::new("sqlite3");
            sqlite.args(["-batch", "-bail", "-init", "/dev/null", ":memory:"]);
            sqlite
        }
        Database::Mariadb => {
            let mut mariadb = Command::new("mariadb");
            mariadb.args(["--no-defaults", "--batch", "--raw", "--skip-column-names"]);
            mariadb.args(["--user=root", "--default-character-set=utf8mb4"]);
            mariadb.arg(format!("--socket={}", root.join("socket").display()));
            mariadb
        }
    }
}

/// Finds a program of `PostgreSQL`, which Debian keeps in a folder of its version.
fn postgresql(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin").join(name))
        .filter(|path| path.is_file());
    versions.max().unwrap_or_else(|| PathBuf::from(name))
}

fn as_postgres(program: &Path) -> Result<Command> {
    if !is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={POSTGRES}"))
        .arg(format!("--regid={POSTGRES}"))
        .arg("--clear-groups")
        .arg(program);
    Ok(command)
}

fn is_root() -> Result<bool> {
    let id = Command::new("id").arg("-u").output()?;
    Ok(id.stdout.trim_ascii() == b"0")
}

fn answers(program: &Path) -> bool {
    // This script has no version to print.
    let argument = if program.ends_with("mariadb-install-db") {
        "--help"
    } else {
        "--version"
    };
    Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok_and(|mut child| child.wait().is_ok())
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("could not start {command:?}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {said}");
    Ok(())
}

/// Returns whether a missing database fails the run instead of leaving out its test.
#[must_use]
pub fn all_are_required() -> bool {
    env::var_os(REQUIRED).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Set where every database must be there: a continuous integration.
pub const REQUIRED: &str = "PORTCULLIS_DATABASES_REQUIRED";

/// Whom Debian runs it as.
const POSTGRES: &str = "postgres";

/// Longer than a busy machine takes.
const PATIENCE: Duration = Duration::from_secs(60);
