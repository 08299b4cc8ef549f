//! The console: its page, the package of its components, and their tests.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::built::build_program;
use crate::checks::Checks;
use crate::progress;
use crate::run::root;
use crate::web::WebTools;
use crate::web::package::{self, check_exports};

/// Makes the page and the package, unless they are there; what they are made of has been built.
pub(crate) fn build(web: &WebTools) -> Result<()> {
    let folder = root().join(FOLDER);
    let mut sources = BTreeSet::new();
    for part in ["src", "public"] {
        package::files(&folder.join(part), &mut sources)?;
    }
    for file in OTHERS {
        sources.insert(folder.join(file));
    }
    package::files(&root().join("web/author/dist"), &mut sources)?;
    sources.insert(root().join("package-lock.json"));
    let stamp = package::stamp(&sources)?;
    let stamp_file = root().join("target/web/console.stamp");
    let there = folder.join("dist/index.html").is_file() && folder.join("dist/lib").is_dir();
    if there && fs::read(&stamp_file).is_ok_and(|written| written == stamp) {
        return Ok(());
    }
    // The page first: it empties the folder that the package is in.
    for (what, arguments) in [
        ("the console's page", &["vite", "build"][..]),
        ("the console's package", &["vite", "build", "--mode", "lib"]),
        ("the console's types", &["tsc", "-p", "tsconfig.lib.json"]),
    ] {
        progress::quietly(what, command(web, arguments).current_dir(&folder))?;
    }
    check_exports(&folder)?;
    fs::write(stamp_file, stamp)?;
    Ok(())
}

/// Runs its tests, for which it has been built.
pub(crate) fn check(web: &WebTools, checks: &mut Checks) {
    checks.run(
        "console: types",
        &mut command(web, &["tsc", "-p", FOLDER, "--noEmit"]),
    );
    let mut program = None;
    checks.hold("console: the program", || {
        program = Some(build_program()?);
        Ok(())
    });
    if let Some(program) = program {
        let mut suite = command(web, &["vitest", "run", "--root", FOLDER]);
        checks.run("console: vitest", suite.env("PORTCULLIS", program));
    }
}

fn command(web: &WebTools, arguments: &[&str]) -> Command {
    let (name, rest) = arguments.split_first().unwrap_or((&"node", &[]));
    let mut command = web.npx(name);
    command.args(rest);
    command
}

const FOLDER: &str = "web/console";

/// What the page is made of besides its sources.
const OTHERS: [&str; 6] = [
    "index.html",
    "lingui.config.ts",
    "package.json",
    "tsconfig.json",
    "tsconfig.lib.json",
    "vite.config.ts",
];
