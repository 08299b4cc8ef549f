//! The gate in real gateways. What needs a program that is not there is left out by name.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests may, and clippy does not know these for tests: they have a harness of their own"
)]

mod attacks;
mod bodies;
mod decisions;
mod faults;
mod load;
mod middleware;
mod place;
mod rotation;
mod signing_keys;
mod suite;
mod trap;
mod vectors;

use std::process::ExitCode;

use libtest_mimic::Arguments;

use crate::suite::Suite;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One after another: they are about time, and share two cores.
    arguments.test_threads = Some(1);
    let mut suite = Suite::default();
    decisions::add(&mut suite);
    vectors::add(&mut suite);
    attacks::add(&mut suite);
    middleware::add(&mut suite);
    bodies::add(&mut suite);
    faults::add(&mut suite);
    rotation::add(&mut suite);
    signing_keys::add(&mut suite);
    load::add(&mut suite);
    suite.run(&arguments)
}
