//! What `cargo xtask demo envoy` and `cargo xtask bench gateways` run.

mod bench;
mod demo;

use std::env;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo"] => demo::run(),
        ["bench"] => bench::run(false),
        ["bench", "--json"] => bench::run(true),
        _ => bail!("say `demo`, or `bench` with `--json` perhaps"),
    }
}
