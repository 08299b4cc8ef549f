//! The command line: what is asked for, and how it ended.
#![expect(
    clippy::doc_markdown,
    reason = "most comments here are help texts, which show no markup"
)]

mod administer;
mod audit;
mod build;
mod console;
mod decide;
mod denial;
mod diff;
mod disbelief;
mod duration;
mod engines;
mod escape;
mod explain;
mod feature;
mod filter;
mod gate;
mod hints;
mod init;
mod input;
mod inspect;
mod keygen;
mod lines;
mod lint;
mod load;
mod matrix;
mod modules;
mod output;
mod policies;
mod predecessor;
mod role;
mod routes;
mod sign;
mod signer;
mod slice;
mod stop;
mod subject;
mod tenant_names;
mod test;
mod types;
mod utc;
mod who;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use stop::{Exit, Stop};

/// Authorization at the edge: write a policy, test it, sign it, and ask it
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, after_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Keygen(keygen::Keygen),
    Build(build::Build),
    Sign(sign::Sign),
    Inspect(inspect::Inspect),
    Decide(decide::Decide),
    Filter(filter::Filter),
    Gate(gate::Gate),
    Modules(modules::Modules),
    Explain(explain::Explain),
    Test(test::Test),
    Role(role::Role),
    Routes(routes::Routes),
    Feature(feature::Feature),
    Subject(subject::Subject),
    Audit(audit::Audit),
    Console(console::Console),
    Lint(lint::Lint),
    Diff(diff::Diff),
    Matrix(matrix::Matrix),
    Slice(slice::Slice),
    Types(types::Types),
    Who(who::Who),
}

/// Does what the arguments ask for.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => cli.command.run(),
        Err(error) => {
            // Asked-for help is no error, and nobody is left to tell of a closed pipe.
            let _ = print(&error);
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
            return exit.into();
        }
    };
    match done {
        Ok(()) => Exit::Done.into(),
        Err(stop) => stop.tell().into(),
    }
}

/// Prints help, or what is wrong with the arguments: text of others may be among them.
fn print(error: &clap::Error) -> io::Result<()> {
    let text = error.render().to_string();
    let shown = escape::escaped(&text);
    if shown == text {
        return error.print();
    }
    writeln!(io::stderr(), "{shown}")
}

impl Command {
    fn run(&self) -> Result<(), Stop> {
        match self {
            Self::Init(init) => init.run(),
            Self::Keygen(keygen) => keygen.run(),
            Self::Build(build) => build.run(),
            Self::Sign(sign) => sign.run(),
            Self::Inspect(inspect) => inspect.run(),
            Self::Decide(decide) => decide.run(),
            Self::Filter(filter) => filter.run(),
            Self::Gate(gate) => gate.run(),
            Self::Modules(modules) => modules.run(),
            Self::Explain(explain) => explain.run(),
            Self::Test(test) => test.run(),
            Self::Role(role) => role.run(),
            Self::Routes(routes) => routes.run(),
            Self::Feature(feature) => feature.run(),
            Self::Subject(subject) => subject.run(),
            Self::Audit(audit) => audit.run(),
            Self::Console(console) => console.run(),
            Self::Lint(lint) => lint.run(),
            Self::Diff(diff) => diff.run(),
            Self::Matrix(matrix) => matrix.run(),
            Self::Slice(slice) => slice.run(),
            Self::Types(types) => types.run(),
            Self::Who(who) => who.run(),
        }
    }
}

const EXAMPLES: &str = "\
From nothing to an answer:
  portcullis init shop
  portcullis test shop/policy.json
  portcullis keygen -o keys
  portcullis build shop/policy.json -k keys/signing.key -o shop.pclb
  portcullis decide shop.pclb --trust keys/trust.json shop/requests.jsonl

Exit codes: 0 done, 1 a test or check failed, 2 bundle rejected, 64 usage, 74 input or output.";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            assert!(help.contains(&format!("portcullis {name}")), "{name}");
        }
    }
}
