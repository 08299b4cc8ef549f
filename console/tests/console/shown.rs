//! What the program says before it serves.

use std::process::{Command, Output};

use crate::support::{OMNIFLOW, Office, Server};

fn run(office: &Office, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis-console"));
    command
        .args(arguments)
        .current_dir(office.path(""))
        .output()
        .unwrap()
}

#[test]
fn what_cannot_be_shown_is_said_with_what_to_do() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    std::fs::create_dir_all(office.path("more/flow")).unwrap();
    std::fs::write(office.path("more/flow/policy.json"), OMNIFLOW).unwrap();
    let server = Server::start(&office, &["flow"], &[]);
    let taken = server.port.to_string();
    for (arguments, code, part) in [
        (&["gone"][..], 74, "portcullis init"),
        (&["more"], 74, "policy.json"),
        (&["flow", "more/flow"], 64, "two folders"),
        (&["flow", "--page", "more"], 74, "cargo xtask demo console"),
        (&["flow", "--port", &taken], 74, "--port 0"),
        (
            &["flow", "--as", "jo", "--vendor", "x"],
            64,
            "cannot be used with",
        ),
        (&[], 64, "portcullis console shop"),
    ] {
        let ran = run(&office, arguments);
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}

#[test]
fn its_help_teaches() {
    let office = Office::new(&[]);
    let ran = run(&office, &["--help"]);
    let help = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success());
    for part in [
        "Usage: portcullis console",
        "--vendor",
        "127.0.0.1",
        "works once",
        "Examples:",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
}

#[test]
fn the_command_line_runs_the_console_beside_it() {
    let office = Office::new(&[("flow", OMNIFLOW)]);
    let help = office.portcullis("flow", "console --help");
    assert!(help.contains("Usage: portcullis console"), "{help}");
    // Arguments and the folder that it runs in are passed on.
    let failed = office
        .command("flow", "console gone --as jo")
        .output()
        .unwrap();
    let said = String::from_utf8(failed.stderr).unwrap();
    assert_eq!(failed.status.code(), Some(74), "{said}");
    assert!(said.contains("`gone`"), "{said}");
}
