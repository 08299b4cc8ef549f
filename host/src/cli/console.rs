//! `console`: a page for all that the commands of administration do.

use std::{
    env, ffi::OsString, os::unix::process::CommandExt as _, path::PathBuf, process::Command,
};

use clap::Args;

use super::stop::Stop;

/// Show policies on a page, on this machine alone, and change them there
///
/// A program of its own does it, `portcullis-console` beside this one: an HTTP server is nothing
/// that a build, a test or a decision needs. `portcullis console --help` is its help.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, disable_help_flag = true)]
pub(crate) struct Console {
    /// What the console takes: folders, each with a policy.json, and its options
    #[arg(
        value_name = "DIR|OPTION",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    arguments: Vec<OsString>,
}

const EXAMPLES: &str = "\
Examples:
  portcullis console shop --as owner@acme.example
  portcullis console --help";

impl Console {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let program = program().map_err(|error| {
            Stop::check(format!("cannot tell where this program is: {error}"))
                .hint("start `portcullis-console` yourself")
        })?;
        if !program.is_file() {
            let missing = format!("there is no `{}`", program.display());
            return Err(Stop::check(missing).hint(
                "build it with `cargo build --workspace --bin portcullis-console`, and put it beside `portcullis`",
            ));
        }
        // In place of this one, so that its signals and its exit code are its own.
        let error = Command::new(&program).args(&self.arguments).exec();
        Err(Stop::io("run", &program, error))
    }
}

/// Nowhere else: what is found on a path by its name may be anybody's.
fn program() -> std::io::Result<PathBuf> {
    let name = format!("portcullis-console{}", env::consts::EXE_SUFFIX);
    Ok(env::current_exe()?.canonicalize()?.with_file_name(name))
}
