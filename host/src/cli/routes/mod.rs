//! `routes`: where routes come from, and which one a request takes.

mod crossings;
mod described;
mod document;
mod import;
mod left_out;
mod matching;
mod members;
mod parameters;
mod permissions;
mod route;
mod servers;
mod slashes;
mod template;

use clap::{Args, Subcommand};

use super::stop::Stop;

/// Write the routes of a described API, or say which route a request takes
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Routes {
    #[command(subcommand)]
    operation: Operation,
}

const EXAMPLES: &str = "\
Examples:
  portcullis routes import openapi.yaml --permissions permissions.json > routes.json
  portcullis routes match policy.json GET /v1/tickets/7";

#[derive(Debug, Subcommand)]
enum Operation {
    Import(import::Import),
    Match(matching::Match),
}

impl Routes {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        match &self.operation {
            Operation::Import(import) => import.run(),
            Operation::Match(matching) => matching.run(),
        }
    }
}
