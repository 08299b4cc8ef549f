//! The chores of this repository: set up, build the guests, show, test, measure.

mod api;
mod bench;
mod board;
mod budgets;
mod built;
mod cargo_line;
mod checks;
mod console;
mod count;
mod databases;
mod demo;
mod deny;
mod dist;
mod fuzz;
mod gateways;
mod guests;
mod imports;
mod inputs;
mod lint;
mod materials;
mod optimiser;
mod others;
mod parsers;
mod passes;
mod probe;
mod progress;
mod python;
mod run;
mod setup;
mod shorten;
mod size;
mod soak;
mod strip;
mod suites;
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
    /// Find the tools that build WebAssembly, and install those that are missing
    ///
    /// Looks for what compiles to wasm32-unknown-unknown and for wasm-opt. What is missing comes from
    /// rustup, else from Debian's packages (rustc-web and rust-web-src), else this says what to
    /// run. When all is there it changes nothing and needs no network.
    Setup,

    /// Build the WebAssembly guests into dist/ and check their sizes and imports
    ///
    /// Skips what has not changed. Fails if a guest imports anything that it may not, or has
    /// outgrown its bounds.
    Wasm {
        /// Say of the guests that are built how much larger they would be without each pass over
        /// them, instead
        #[arg(long)]
        savings: bool,
    },

    /// Build what is published into dist/, with its bill of materials and checksums
    ///
    /// The guests and the npm package. The bill (portcullis.cdx.json, `CycloneDX` 1.6) lists the crates
    /// that each file is made of; SHA256SUMS has the checksum of every file.
    Dist,

    /// Show the product at work, with the commands that you would type yourself
    ///
    /// Sets up and builds first, only what is shown, and says how far it is: on a fresh machine
    /// with two cores that takes some minutes, afterwards seconds. What it makes is in
    /// target/demo.
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
    /// Sets up and builds the guests first, because tests load them. Without a suite, all run, and
    /// the time of each is printed beside its budget (xtask/budgets.json).
    Test {
        /// Which suite alone to run
        #[arg(value_enum)]
        suite: Option<test::Alone>,

        /// Leave out the checks for the WebAssembly target, proxies and browsers, and try fewer
        /// random cases
        #[arg(long)]
        quick: bool,
    },

    /// Check formatting, lints, the links of the docs and what is depended on; any warning fails
    ///
    /// Licences, sources and duplicates are held against deny.toml. Advisories are looked up where
    /// the database of them can be had.
    Lint,

    /// Compare the public API of the core crates with tests/house/api
    Api {
        /// Write what is public now, for a change that is meant
        #[arg(long)]
        update: bool,
    },

    /// Count the instructions of the paths that matter, against benches/instructions.json
    ///
    /// Fails when one takes more than 2 % over its baseline. Callgrind counts, so a busy machine
    /// changes nothing; it is installed if it is missing.
    Count {
        /// Write what was counted as the new baseline
        #[arg(long)]
        update: bool,
    },

    /// Run what takes hours: properties over many cases, fuzzing, mutants
    ///
    /// What it found is in target/fuzz and target/mutants.out.
    Soak {
        /// What to run
        #[arg(value_enum)]
        what: soak::Soak,

        /// How many cases each property tries, or inputs each fuzz target
        #[arg(long, default_value_t = 100_000)]
        cases: u64,

        /// Of `fuzz`, the targets to run; of `mutants`, the files to change, such as
        /// core/engine/src/decide.rs; all when left out
        only: Vec<String>,
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
        /// and Chromium beside a peer, `author` a console's compiler on a large policy
        filter: Option<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Setup => setup::ensure().map(drop),
        Chore::Wasm { savings: true } => wasm::savings(),
        Chore::Wasm { savings: false } => wasm::build_all(),
        Chore::Dist => dist::run(),
        Chore::Demo { show, once } => demo::run(show, once),
        Chore::Test { suite, quick } => test::run(suite, quick),
        Chore::Lint => lint::run(),
        Chore::Api { update } => api::check(update),
        Chore::Count { update } => count::run(update),
        Chore::Soak { what, cases, only } => soak::run(what, cases, &only),
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
First time here?   cargo xtask demo            sets up, builds and shows what this does
                   cargo xtask demo web        the same in a browser: a menu that follows the role
                   cargo xtask demo console    a page for roles, people and their record
Changing code?     cargo test -p PACKAGE       what you are at work on
                   cargo xtask test --quick    all of it, without proxies and browsers
                   cargo xtask test            everything that must hold
                   cargo xtask lint            what a reviewer should not have to say
Made it slower?    cargo xtask count           instructions, against the baseline
                   cargo xtask bench FILTER    nanoseconds
As CI does:        .ci/run                     lint, test and count

cargo xtask COMMAND --help says more of each.";
