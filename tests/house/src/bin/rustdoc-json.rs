//! `rustdoc` that may write JSON: what cargo is given as `rustdoc` for the listings of the API.
//!
//! Only this program sees the variable that opens unstable options, so that cargo's builds of
//! dependencies are the ordinary ones.

use std::{
    env,
    io::{self, Write as _},
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    let rustdoc = env::var_os("PORTCULLIS_RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let status = Command::new(rustdoc)
        .args(env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "could not start rustdoc: {error}");
            ExitCode::FAILURE
        }
    }
}
