//! `demo`: the product at work, as the commands that a user would type.

mod answers;
mod modules;
mod questions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anstyle::Style;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};

use crate::built::built;
use crate::demo::questions::{Question, questions};
use crate::gateways;
use crate::run::{capture, root, say, shown, words};
use crate::wasm;
use crate::web;

/// What can be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// A policy becomes a signed bundle; the WebAssembly component answers from it
    #[default]
    Decisions,
    /// Envoy with the filter before a tiny upstream: allowed, denied, conditional, refused
    Envoy,
    /// A React app in a browser, whose modules come and go with the tenant's features
    Web,
}

/// Builds what is to be shown, then shows it.
pub(crate) fn run(show: Show, once: bool) -> Result<()> {
    match show {
        Show::Decisions => {
            wasm::build()?;
            decisions(&build_program()?)
        }
        Show::Envoy => gateways::demo(),
        Show::Web => web::demo(once),
    }
}

fn decisions(program: &Path) -> Result<()> {
    // The keys of the last run are in the way: keygen rightly replaces none.
    let folder = root().join(FOLDER);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let portcullis = |arguments: &str| {
        let mut command = Command::new(program);
        // What is shown is what was built here and now, whatever this shell is set to.
        command
            .current_dir(root())
            .args(words(arguments))
            .env_remove("PORTCULLIS_COMPONENT")
            .env_remove("SOURCE_DATE_EPOCH");
        command
    };

    tell("A vendor of a customer-experience platform wrote down its modules, roles and scopes in");
    tell("examples/cx-platform/policy.json. Make a key, then compile, test and sign the policy:");
    show(&mut portcullis("keygen -o target/demo"))?;
    show(&mut portcullis(
        "build examples/cx-platform/policy.json -k target/demo/signing.key -o target/demo/cx.pclb",
    ))?;
    show(&mut portcullis(
        "inspect target/demo/cx.pclb --trust target/demo/trust.json",
    ))?;

    let questions = questions();
    write_requests(&folder.join("requests.jsonl"), &questions)?;
    tell("\nAt the edge the WebAssembly component verifies the bundle and answers from it,");
    tell("one line for each line of target/demo/requests.jsonl:");
    let answers = show(&mut portcullis(
        "decide target/demo/cx.pclb --trust target/demo/trust.json --engine component \
         target/demo/requests.jsonl",
    ))?;
    let answers = parse_lines(&answers)?;

    tell("\nWhat a menu may show to someone, asked for three roles:");
    let mut snapshots = Vec::new();
    for role in ROLES {
        let subject = json!({ "type": "user", "id": "ada", "properties": { "roles": [role] } });
        let mut command = portcullis("modules target/demo/cx.pclb --trust target/demo/trust.json");
        let snapshot = quietly(command.arg("--subject").arg(subject.to_string()))?;
        snapshots.push((role, serde_json::from_str(&snapshot)?));
    }

    tell("\nThe answers, in words:\n");
    print_table(
        ["who", "may they …", "answer", "why"],
        answers::rows(&questions, &answers),
    );
    tell("\nThe modules that each role sees (a word in brackets narrows what stands before it):\n");
    print_table(
        ["module", ROLES[0], ROLES[1], ROLES[2]],
        modules::rows(&snapshots),
    );
    tell(
        "\nA module that this customer has not enabled appears for nobody, not even for the admin.",
    );

    let surprises = answers::surprises(&questions, &answers);
    if !surprises.is_empty() {
        bail!(
            "not every answer is as it should be: {}",
            surprises.join("; ")
        );
    }
    Ok(())
}

/// Builds the program `portcullis`, and returns where it is.
pub(crate) fn build_program() -> Result<PathBuf> {
    say("building the program `portcullis`; the first time takes some minutes");
    built("--bin", "portcullis")
}

fn write_requests(path: &Path, questions: &[Question]) -> Result<()> {
    let lines: String = questions
        .iter()
        .map(|question| format!("{}\n", question.request))
        .collect();
    fs::write(path, lines).with_context(|| format!("could not write {}", path.display()))
}

fn parse_lines(lines: &str) -> Result<Vec<Value>> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("`{line}` is not JSON")))
        .collect()
}

fn tell(line: &str) {
    anstream::println!("{line}");
}

fn quietly(command: &mut Command) -> Result<String> {
    let dim = Style::new().dimmed();
    anstream::println!("{dim}$ {}{dim:#}", shown(command));
    capture(command)
}

fn show(command: &mut Command) -> Result<String> {
    let printed = quietly(command)?;
    anstream::print!("{printed}");
    Ok(printed)
}

fn print_table<const COLUMNS: usize>(header: [&str; COLUMNS], rows: Vec<[String; COLUMNS]>) {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.map(str::to_uppercase))
        .add_rows(rows);
    if !table.is_tty() {
        table.set_width(PLAIN_WIDTH);
    }
    anstream::println!("{}", table.trim_fmt());
}

const FOLDER: &str = "target/demo";

const ROLES: [&str; 3] = ["admin", "auditor", "agent"];

/// How wide a table is where no terminal says how wide it may be.
const PLAIN_WIDTH: u16 = 110;
