//! `demo`: the product at work, as the commands that a user would type.

mod answers;
mod modules;
mod questions;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anstyle::Style;
use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use comfy_table::{Color, ContentArrangement, Table, presets};
use serde_json::{Value, json};

use crate::built::build_program;
use crate::console;
use crate::demo::questions::{Question, questions};
use crate::gateways;
use crate::guests::COMPONENT;
use crate::progress::Task;
use crate::run::{capture, root, shown, words};
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
    /// The console on loopback: roles, people and records of the five examples, on a page
    Console,
}

/// Builds what is to be shown, then shows it.
pub(crate) fn run(show: Show, once: bool) -> Result<()> {
    match show {
        Show::Decisions => decisions(&build()?),
        Show::Envoy => gateways::demo(),
        Show::Web => web::demo(once),
        Show::Console => {
            web::ensure_console()?;
            console::demo()
        }
    }
}

fn decisions(program: &Path) -> Result<()> {
    // The keys of the last run are in the way: keygen rightly replaces none.
    let folder = root().join(FOLDER);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let policy = root().join("examples/cx-platform/policy.json");
    fs::copy(&policy, folder.join("policy.json"))
        .with_context(|| format!("could not copy {}", policy.display()))?;
    let story = Story {
        program,
        step: Cell::new(0),
    };

    tell("Portcullis: a policy becomes a signed bundle, and whoever holds the bundle can answer.");
    tell("Each command below can be typed as it is shown; what they make is in target/demo.");

    story.step("A vendor writes down the modules, roles and scopes of a product, with tests");
    tell("   target/demo/policy.json describes a customer-experience platform.");
    story.show("test target/demo/policy.json")?;

    story.step("The policy is compiled into a small bundle and signed");
    story.show("keygen -o target/demo")?;
    story
        .show("build target/demo/policy.json -k target/demo/signing.key -o target/demo/cx.pclb")?;

    story.step("At the edge a WebAssembly component that imports nothing verifies it and answers");
    let questions = questions();
    write_requests(&folder.join("requests.jsonl"), &questions)?;
    let answers = story.quietly(
        "decide target/demo/cx.pclb --trust target/demo/trust.json --engine component \
         target/demo/requests.jsonl",
        None,
    )?;
    let answers = parse_lines(&answers)?;
    tell("   One line of JSON for each request. In words:\n");
    print_table(
        ["who", "may they …", "answer", "why"],
        answers::rows(&questions, &answers),
    );
    tell("\n   Conditional: the edge does not know enough of the resource, and says exactly which");
    tell("   filter the origin must apply.");

    story.step("A menu shows what the customer has enabled and the role grants");
    let mut snapshots = Vec::new();
    for role in ROLES {
        let subject = json!({ "type": "user", "id": "ada", "properties": { "roles": [role] } });
        let snapshot = story.quietly(
            "modules target/demo/cx.pclb --trust target/demo/trust.json",
            Some(subject.to_string()),
        )?;
        snapshots.push((role, serde_json::from_str(&snapshot)?));
    }
    tell("   Side by side (a word in brackets narrows the one before it):\n");
    print_table(
        ["module", ROLES[0], ROLES[1], ROLES[2]],
        modules::rows(&snapshots),
    );
    tell("\n   This customer has not bought `quality`, so nobody sees it, not even the admin.");

    story.step("Access is changed by those who hold it, and each change leaves a record");
    story.show("role assign target/demo/policy.json agent jo --as owner@acme.example")?;
    story.refused("role assign target/demo/policy.json admin jo --as jo")?;

    let surprises = answers::surprises(&questions, &answers);
    if !surprises.is_empty() {
        bail!(
            "not every answer is as it should be: {}",
            surprises.join("; ")
        );
    }
    tell(NEXT);
    Ok(())
}

/// The commands of the demo, shown in numbered steps.
struct Story<'a> {
    program: &'a Path,
    step: Cell<u32>,
}

impl Story<'_> {
    fn step(&self, title: &str) {
        self.step.set(self.step.get() + 1);
        let bold = Style::new().bold();
        anstream::println!("\n{bold}{}. {title}{bold:#}", self.step.get());
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(self.program);
        // What is shown is what was built here and now, whatever this shell is set to.
        command
            .current_dir(root())
            .args(words(arguments))
            .env_remove("PORTCULLIS_COMPONENT")
            .env_remove("SOURCE_DATE_EPOCH");
        command
    }

    /// Shows a command and what it prints.
    fn show(&self, arguments: &str) -> Result<()> {
        let mut command = self.command(arguments);
        type_in(&command);
        indent(&capture(&mut command)?);
        Ok(())
    }

    /// Shows a command, and returns what it prints.
    fn quietly(&self, arguments: &str, subject: Option<String>) -> Result<String> {
        let mut command = self.command(arguments);
        if let Some(subject) = subject {
            command.arg("--subject").arg(subject);
        }
        type_in(&command);
        // The first time the component is compiled for this machine, which takes some seconds.
        let _shown = Task::begin("the answer");
        capture(&mut command)
    }

    /// Shows a command that must be refused, and why it is.
    fn refused(&self, arguments: &str) -> Result<()> {
        let mut command = self.command(arguments);
        type_in(&command);
        let output = command.output()?;
        indent(&String::from_utf8_lossy(&output.stdout));
        indent(&String::from_utf8_lossy(&output.stderr));
        if output.status.success() {
            bail!("`{}` should have been refused", shown(&command));
        }
        Ok(())
    }
}

/// Builds the program and the component side by side, for while packages are installed the
/// compiler has nothing else to do; returns where the program is.
fn build() -> Result<PathBuf> {
    thread::scope(|threads| {
        let program = threads.spawn(build_program);
        let component = wasm::build(&[COMPONENT]);
        let program = program
            .join()
            .unwrap_or_else(|_| bail!("the build of `portcullis` could not be followed"));
        component?;
        program
    })
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

fn type_in(command: &Command) {
    let dim = Style::new().dimmed();
    anstream::println!("   {dim}$ {}{dim:#}", shown(command));
}

fn indent(printed: &str) {
    for line in printed.lines() {
        tell(&format!("   {line}"));
    }
}

fn print_table<const COLUMNS: usize>(header: [&str; COLUMNS], rows: Vec<[String; COLUMNS]>) {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.map(str::to_uppercase))
        .add_rows(rows.into_iter().map(|row| row.map(cell)));
    if !table.is_tty() {
        table.set_width(PLAIN_WIDTH);
    }
    indent(&table.trim_fmt());
}

fn cell(text: String) -> comfy_table::Cell {
    let colour = match text.as_str() {
        "allow" => Some(Color::Green),
        "deny" => Some(Color::Red),
        "conditional" => Some(Color::Yellow),
        _ => None,
    };
    let cell = comfy_table::Cell::new(text);
    match colour {
        Some(colour) => cell.fg(colour),
        None => cell,
    }
}

const FOLDER: &str = "target/demo";

const NEXT: &str = "
What next
   cargo xtask demo web      a React app whose menu follows the role and the features
   cargo xtask demo envoy    the gate in Envoy, before a tiny upstream
   cargo xtask demo console  a page for roles, people and their record
   cargo xtask test          everything that must hold
   README.md                 your own policy in ten lines; docs/MEANING.md says what it means

   The program is target/debug/portcullis; it runs from any folder:
   export PATH=\"$PWD/target/debug:$PATH\" && portcullis init hello";

const ROLES: [&str; 3] = ["admin", "auditor", "agent"];

/// How wide a table is where no terminal says how wide it may be.
const PLAIN_WIDTH: u16 = 110;
