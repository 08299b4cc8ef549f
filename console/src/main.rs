//! The program `portcullis-console`: a page on this machine that changes policies as the
//! command line does.

mod address;
mod answer;
mod api;
mod archive;
mod arguments;
mod asker;
mod body;
mod browser;
mod changes;
mod console;
mod guard;
mod limits;
mod page;
mod policies;
mod secret;
mod server;
mod session;
mod stop;

use std::process::ExitCode;

fn main() -> ExitCode {
    match arguments::read() {
        Ok(arguments) => match server::run(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(stop) => stop.tell(),
        },
        Err(exit) => exit,
    }
}
