//! A row of tests, each of which says which programs it needs.

use std::process::ExitCode;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};
use portcullis_gateways::serve::Wasi;
use portcullis_gateways::tools::{Tool, tools_are_required};

/// Tests to be run.
#[derive(Default)]
pub(crate) struct Suite {
    trials: Vec<Trial>,
}

impl Suite {
    /// Adds a test that needs a program.
    pub(crate) fn add(
        &mut self,
        name: &str,
        tool: Tool,
        test: impl FnOnce() -> Result<()> + Send + 'static,
    ) {
        let missing = tool.find().is_none();
        let trial = Trial::test(name, move || {
            if missing {
                return Err(Failed::from(format!(
                    "there is no {}, and here it is required",
                    tool.name()
                )));
            }
            test().map_err(|error| Failed::from(format!("{error:#}")))
        });
        let left_out = missing && !tools_are_required();
        let trial = trial.with_kind(tool.name()).with_ignored_flag(left_out);
        if left_out {
            eprintln!("left out, for there is no {}: {name}", tool.name());
        }
        self.trials.push(trial);
    }

    /// Adds a test of the middleware, once for each version of WASI.
    pub(crate) fn add_middleware(&mut self, name: &str, test: fn(Wasi) -> Result<()>) {
        for (folder, wasi) in [("wasi-http", Wasi::P2), ("wasi-http-p3", Wasi::P3)] {
            self.add(&format!("{folder}/{name}"), Tool::Wasmtime, move || {
                test(wasi)
            });
        }
    }

    /// Runs them.
    pub(crate) fn run(self, arguments: &Arguments) -> ExitCode {
        libtest_mimic::run(arguments, self.trials).exit_code()
    }
}
