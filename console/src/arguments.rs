//! What the command line says.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::{limits::PORT_DEFAULT, stop::USAGE};

/// Show the console: a page for the roles, people and records of policies, on this machine alone
///
/// Each DIR holds a policy.json. The page changes it as `portcullis role` does: decided by the
/// policy, recorded in policy.audit.jsonl, written in one step. The program prints the page's
/// address; whoever opens it first may use the page, for the token in it works once. Ctrl-C ends
/// the program after what it is doing.
#[derive(Clone, Debug, Parser)]
#[command(name = "portcullis-console", bin_name = "portcullis console", version)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Arguments {
    /// Folders, each with a policy.json; a policy is named for its folder
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,

    /// Who uses the page: somebody of the directory, as `id` or `type:id` [default: the page asks]
    #[arg(long = "as", value_name = "SUBJECT")]
    pub(crate) subject: Option<String>,

    /// Use the page as the vendor of the product, who turns features on and off, under this name
    #[arg(long, value_name = "NAME", conflicts_with = "subject")]
    pub(crate) vendor: Option<String>,

    /// Where to listen on 127.0.0.1; 0 takes any port that is free. What a page has not saved
    /// yet the browser keeps for the address, so it is found again on the same port
    #[arg(long, value_name = "N", default_value_t = PORT_DEFAULT)]
    pub(crate) port: u16,

    /// Open the page in the browser
    #[arg(long)]
    pub(crate) open: bool,

    /// The folder of the built page [default: console-page, beside the program]
    #[arg(long, value_name = "DIR")]
    pub(crate) page: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  portcullis console shop --as owner@acme.example
  portcullis console customers/* --as ann --open
  portcullis console shop --vendor billing-system --port 0

The page is for a browser on this machine: the program listens on 127.0.0.1 and nowhere else, and
answers nothing that another site's page asks. docs/CONSOLE.md says what it refuses, and why.";

/// Reads the command line; what is wrong with it, or the help that it asks for, has been printed.
pub(crate) fn read() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        // Asked-for help is no error, and nobody is left to tell of a closed pipe.
        let _ = error.print();
        ExitCode::from(if error.use_stderr() { USAGE } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
