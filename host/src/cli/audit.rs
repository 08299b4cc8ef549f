//! `audit`: who changed what, and whether the log of it can be believed.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use portcullis_admin::audit::{AuditLog, Digest, Event, LinkedRecord, to_csv};
use portcullis_host::{
    files::{self, Readers},
    policy_file::{PolicyFile, read_log},
};
use serde_json::{Value, json};

use super::{
    output::{count, print_json, write_difference, write_text},
    policies,
    stop::{Stop, warn},
    utc::utc,
};

/// Read, verify and export the audit log of a policy
///
/// Each line of the log links to the one before it. A bundle names the last line at the time
/// it was built, so that lines that are missing at the end are noticed too.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    #[command(subcommand)]
    question: Question,
}

const EXAMPLES: &str = "\
Examples:
  portcullis audit log policy.json --role senior-agent
  portcullis audit verify policy.json
  portcullis audit export policy.json --csv -o changes.csv";

#[derive(Debug, Subcommand)]
enum Question {
    /// Show the records
    Log(Log),
    /// Verify the chain, find the first line that breaks it, and compare the policy with it
    Verify(Verify),
    /// Write the log as a table
    Export(Export),
}

#[derive(Args, Debug)]
struct Which {
    /// The policy
    #[arg(required_unless_present = "audit")]
    policy: Option<PathBuf>,
    /// The audit log [default: beside the policy, as policy.audit.jsonl]
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Log {
    #[command(flatten)]
    which: Which,
    /// Only what was done to this role
    #[arg(long)]
    role: Option<String>,
    /// Only what this actor did, as `id` or `type:id`
    #[arg(long, value_name = "ACTOR")]
    by: Option<String>,
    /// Only the last so many
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// Print one record a line, as the log holds it
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Verify {
    #[command(flatten)]
    which: Which,
    /// A link that must be in the chain: the audit head that a bundle names
    #[arg(long, value_name = "LINK")]
    head: Option<String>,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Export {
    #[command(flatten)]
    which: Which,
    /// Write comma-separated values (RFC 4180)
    #[arg(long, required = true)]
    csv: bool,
    /// The file to write [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Audit {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        match &self.question {
            Question::Log(log) => log.run(),
            Question::Verify(verify) => verify.run(),
            Question::Export(export) => export.run(),
        }
    }
}

impl Which {
    fn policy(&self) -> Result<Option<PolicyFile>, Stop> {
        let file = self.policy.as_ref();
        let file = file.map(|policy| PolicyFile::new(policy, self.audit.as_deref()));
        file.transpose().map_err(Stop::policy_file)
    }

    /// Reads the log, which must be there and have records.
    fn read(&self) -> Result<(PathBuf, AuditLog), Stop> {
        let (path, log) = match self.policy()? {
            Some(file) => (file.audit().to_path_buf(), file.whole_log()),
            None => {
                let path = self.audit.clone().unwrap_or_default();
                let log = read_log(&path);
                (path, log)
            }
        };
        let log = log.map_err(Stop::policy_file)?;
        if let Err(error) = path.metadata() {
            return Err(Stop::io("read the audit log", &path, error)
                .hint("the first change that `portcullis role` makes begins it"));
        }
        if log.records().is_empty() && log.cut_off_bytes() == 0 {
            let path = path.display();
            return Err(
                Stop::check(format!("`{path}` is empty: its lines are gone"))
                    .hint("restore the log, and find out who emptied it"),
            );
        }
        Ok((path, log))
    }
}

impl Log {
    fn run(&self) -> Result<(), Stop> {
        let (path, log) = self.which.read()?;
        warn_cut_off(&path, &log);
        let chosen = log.records().iter().filter(|linked| self.asks_for(linked));
        let chosen = chosen.collect::<Vec<_>>();
        let skipped = self
            .last
            .map_or(0, |last| chosen.len().saturating_sub(last));
        write_text(|out| {
            for linked in chosen.into_iter().skip(skipped) {
                if self.json {
                    writeln!(out, "{}", json!(linked))?;
                } else {
                    write_record(out, linked)?;
                }
            }
            Ok(())
        })
    }

    fn asks_for(&self, LinkedRecord { record, .. }: &LinkedRecord) -> bool {
        let target = &record.target;
        let names = |role: &String| {
            [&target.role, &target.from, &target.reassign]
                .into_iter()
                .flatten()
                .any(|known| known == role)
        };
        self.role.as_ref().is_none_or(names)
            && self
                .by
                .as_ref()
                .is_none_or(|by| record.actor.to_string() == *by)
    }
}

impl Verify {
    fn run(&self) -> Result<(), Stop> {
        let (path, log) = self.which.read()?;
        let shown = path.display();
        if log.cut_off_bytes() > 0 {
            let line = log.records().len().saturating_add(1);
            return Err(Stop::check(format!("`{shown}`: line {line} is cut off"))
                .hint("after a crash the next change drops it; else find out who did it"));
        }
        if let Some(text) = &self.head {
            let Some(head) = Digest::parse(text) else {
                return Err(Stop::usage(format!("`{text}` is not a link"))
                    .hint("write the 64 digits that `portcullis inspect` shows"));
            };
            if !log.contains(head) {
                return Err(
                    Stop::check(format!("`{shown}` does not have the link {head}")).hint(
                        "lines are missing at its end, or it is another log: find out who did it",
                    ),
                );
            }
        }
        let policy = self.which.policy()?;
        let disagreement = match &policy {
            Some(file) => policies::disagreement(file, &log)?,
            None => None,
        };
        let agrees = policy.map(|_| disagreement.is_none());
        let records = log.records().len();
        let head = log.head().map(|head| head.to_string());
        if self.json {
            let agrees = agrees.map_or(Value::Null, Value::from);
            print_json(&json!({ "records": records, "head": head, "policy_agrees": agrees }))?;
        }
        if let Some(message) = disagreement {
            return Err(Stop::check(message)
                .hint("undo the edit; or let the next change record it, as `outside`"));
        }
        if self.json {
            return Ok(());
        }
        write_text(|out| {
            let records = count(records, "record", "records");
            writeln!(out, "{shown}: {records}, and the chain holds")?;
            match head {
                Some(head) => writeln!(out, "head {head}"),
                None => Ok(()),
            }
        })
    }
}

impl Export {
    fn run(&self) -> Result<(), Stop> {
        let (path, log) = self.which.read()?;
        warn_cut_off(&path, &log);
        let table = to_csv(&log, utc)
            .map_err(|error| Stop::check(format!("no table could be made: {error}")))?;
        match &self.output {
            Some(output) => files::replace(output, &table, Readers::Owner)
                .map_err(|error| Stop::io("write", output, error)),
            None => write_text(|out| out.write_all(&table)),
        }
    }
}

fn write_record(
    out: &mut dyn Write,
    LinkedRecord { record, .. }: &LinkedRecord,
) -> std::io::Result<()> {
    let target = &record.target;
    let mut about = Vec::new();
    for (word, name) in [
        ("role", target.role.clone()),
        ("from", target.from.clone()),
        ("reassign", target.reassign.clone()),
        ("subject", target.subject.as_ref().map(ToString::to_string)),
        ("group", target.group.clone()),
        ("team", target.team.clone()),
        ("attribute", target.attribute.clone()),
        ("feature", target.feature.clone()),
        ("until", target.until.map(|until| until.to_string())),
    ] {
        about.extend(name.map(|name| format!(" {word} {name}")));
    }
    let why = match record.operation {
        Event::Abort => ": what the record before says was not done, or undone by other means",
        Event::Outside => ": the policy was changed by other means",
        _ => "",
    };
    let (sequence, actor, about) = (record.sequence, &record.actor, about.concat());
    let operation = record.operation.name();
    writeln!(
        out,
        "{sequence} {} {actor}: {operation}{about}{why}",
        utc(record.time)
    )?;
    record
        .changes
        .iter()
        .try_for_each(|difference| write_difference(out, difference))
}

fn warn_cut_off(path: &Path, log: &AuditLog) {
    if log.cut_off_bytes() > 0 {
        warn(format!(
            "the last line of `{}` is cut off and left out",
            path.display()
        ));
    }
}
