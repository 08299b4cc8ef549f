//! The chores of this repository: set up, build the guests, show, test, measure.

mod api;
mod bench;
mod built;
mod checks;
mod demo;
mod gateways;
mod guests;
mod lint;
mod optimiser;
mod prune;
mod run;
mod setup;
mod shorten;
mod size;
mod strip;
mod test;
mod toolchain;
mod wasm;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::run::complain;

/// What the command line accepts.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = ABOUT, after_help = AFTER)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Find what building WebAssembly needs, and install what is missing
    ///
    /// Looks for what compiles to wasm32-unknown-unknown and for wasm-opt. What is missing comes from
    /// rustup, else from Debian's packages (rustc-web and rust-web-src), else this says what to
    /// run. When all is there it changes nothing and needs no network.
    Setup,

    /// Build the WebAssembly guests into dist/ and check their sizes and imports
    ///
    /// Skips what has not changed. Fails if a guest imports anything that it may not, or has
    /// outgrown its bounds.
    Wasm,

    /// Show the product at work, with the commands that you would type yourself
    ///
    /// Sets up and builds first. Everything it makes is in target/demo.
    Demo {
        /// What to show
        #[arg(value_enum, default_value_t)]
        show: demo::Show,

        /// Of `web`: show what a browser shows, and end, instead of serving until stopped
        #[arg(long)]
        once: bool,
    },

    /// Run every test, after checking the `no_std` crates alone for the bare WebAssembly target
    ///
    /// Sets up and builds the guests first, because tests load them. Without a suite, all run.
    Test {
        /// Which suite alone to run
        #[arg(value_enum)]
        suite: Option<test::Suite>,

        /// Leave out the checks for the WebAssembly target, and try fewer random cases
        #[arg(long)]
        quick: bool,
    },

    /// Check formatting, lints and the links of the docs; any warning fails
    Lint,

    /// Compare the public API of the core crates with tests/house/api
    Api {
        /// Write what is public now, for a change that is meant
        #[arg(long)]
        update: bool,
    },

    /// Measure, with criterion
    ///
    /// Figures are nanoseconds; a benchmark that declares a throughput in elements is reported
    /// per element.
    Bench {
        /// End standard output with one JSON object: name → nanoseconds, the least of the samples
        #[arg(long)]
        json: bool,

        /// Run only the benchmarks whose name contains this, for example native/check;
        /// `gateways` measures Envoy with and without the filter instead, `web` sessions in Node
        /// and Chromium beside a peer
        filter: Option<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Setup => setup::ensure().map(drop),
        Chore::Wasm => wasm::build_all(),
        Chore::Demo { show, once } => demo::run(show, once),
        Chore::Test { suite, quick } => test::run(suite, quick),
        Chore::Lint => lint::run(),
        Chore::Api { update } => api::check(update),
        Chore::Bench { json, filter } => bench::run(json, filter.as_deref()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

const ABOUT: &str = "The chores of this repository: set up, build, show, test, measure";

const AFTER: &str = "\
First time here?   cargo xtask demo     sets up, builds and shows what this does
Changing code?     cargo xtask test     everything that must hold
                   cargo xtask lint     what a reviewer should not have to say
Both, as CI does:  .ci/run";
