//! The console, with the five examples to choose from.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context as _, Result, anyhow};

use crate::built::built;
use crate::run::{root, say, shown};

/// Serves the console on loopback until it is stopped, with copies of the examples.
///
/// What is changed there is in target/console until the next time.
pub(crate) fn demo() -> Result<()> {
    let program = built("--bin", "portcullis-console")?;
    let folder = root().join(FOLDER);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    for example in EXAMPLES {
        let copy = folder.join(example);
        fs::create_dir_all(&copy)?;
        let policy = root().join("examples").join(example).join("policy.json");
        fs::copy(&policy, copy.join("policy.json"))
            .with_context(|| format!("could not copy {}", policy.display()))?;
    }
    let mut server = Command::new(program);
    server.current_dir(&folder).args(EXAMPLES);
    let page = root().join(PAGE);
    if page.join("index.html").is_file() {
        server.arg("--page").arg(page);
    }
    say(format!(
        "copies of the examples are in {FOLDER}; say that you are {OWNER}"
    ));
    say(shown(&server));
    // In place of this program, so that Ctrl-C is the server's alone to answer.
    let error = server.exec();
    Err(anyhow!(error).context("could not start the console"))
}

/// The five systems that the examples describe.
const EXAMPLES: [&str; 5] = [
    "cx-platform",
    "omni24",
    "omniflow",
    "omnivoice",
    "sleekflow",
];

const FOLDER: &str = "target/console";

const PAGE: &str = "web/console/dist";

/// Who may administer each of them.
const OWNER: &str = "owner@acme.example";
