//! The bundlers and frameworks that the package must work in, in a project of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::built::build_program;
use crate::run::root;
use crate::web::WebTools;
use crate::web::tools::install_npm_packages;

/// Installs what the locks of tests/web name, and returns what runs the matrix.
pub(crate) fn prepared(web: &WebTools) -> Result<Command> {
    // React 18 and Next.js 15 would be at odds with what the others share. The first is the project
    // itself: a folder cannot be made by a path that ends with a dot.
    for folder in ["", "next15", "react18"] {
        install(
            &root().join(SOURCE).join(folder),
            &root().join(PROJECT).join(folder),
        )?;
    }
    let mut matrix = web.npx("vitest");
    matrix
        .args(["run", "--root", SOURCE])
        .env("PORTCULLIS", build_program()?);
    Ok(matrix)
}

fn install(source: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), folder.join(file))?;
    }
    fs::copy(root().join(".npmrc"), folder.join(".npmrc"))?;
    install_npm_packages(folder)
}

const SOURCE: &str = "tests/web";

const PROJECT: &str = "target/web/matrix";
