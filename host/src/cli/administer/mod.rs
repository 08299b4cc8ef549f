//! A change to a policy: how it is made on the command line.

mod actor;
mod outcome;

pub(crate) use actor::{ActorArgs, ActorOrVendorArgs, Asking};

use std::{
    path::{Path, PathBuf},
    str::FromStr,
};

use clap::Args;
use portcullis_admin::{Administered, Change, Refused, administer_dated, audit::Digest};
use portcullis_engine::UnixSeconds;
use portcullis_host::{
    clock,
    policy_file::{Changed, Manner, NotChanged, PolicyFile, Step},
};
use portcullis_policy::{Document, model::Model, source::Until};
use serde_json::{Value, json};

use self::outcome::write_outcome;
use super::{
    duration::Seconds,
    output::{print_json, write_text},
    policies,
    stop::{Stop, warn},
};

/// How a change is made.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChangeArgs {
    /// The audit log [default: beside the policy, as policy.audit.jsonl]
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,

    /// Refuse unless the policy file has this SHA-256
    #[arg(long, value_name = "DIGEST")]
    expect: Option<String>,

    /// When it is done, in seconds since 1970: not before the last record, nor more than a
    /// minute ahead [default: now]
    #[arg(long, value_name = "SECONDS")]
    at: Option<u64>,

    /// Let the time be any: for the vendor, who takes over records or has set a wrong clock
    #[arg(long, conflicts_with_all = ["actor", "as_json"])]
    any_time: bool,

    /// Show what it would do, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// When a change is made: as the record says, and as the clock does.
#[derive(Clone, Copy)]
struct Times {
    recorded: UnixSeconds,
    clock: UnixSeconds,
}

/// Until when something is to count: a time of RFC 3339, or how long from now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    At(Until),
    In(Seconds),
}

impl FromStr for Ending {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Until::parse(text) {
            Some(until) => Ok(Self::At(until)),
            None if text.starts_with('-') => Err(
                "an end is ahead: write how long from now, as 30d, or a time, as 2026-12-31T00:00:00Z",
            ),
            None => text
                .parse()
                .map(Self::In)
                .map_err(|_| "write how long, as 30d, or a time, as 2026-12-31T00:00:00Z"),
        }
    }
}

impl ChangeArgs {
    /// Returns the time that an ending names; how long counts from when the change is made.
    pub(crate) fn until(&self, ending: Option<Ending>) -> Result<Option<Until>, Stop> {
        Ok(match ending {
            None => None,
            Some(Ending::At(until)) => Some(until),
            Some(Ending::In(Seconds(seconds))) => {
                let now = match self.at {
                    Some(at) => at,
                    None => clock::now().map_err(Stop::clock)?.0,
                };
                let until = Until(UnixSeconds(now.saturating_add(seconds)));
                if until > Until::LAST {
                    let last = Until::LAST;
                    return Err(Stop::usage(format!(
                        "that is after {last}, the last time that can be written"
                    ))
                    .hint("name an earlier end, or leave `--until` out for none"));
                }
                Some(until)
            }
        })
    }

    /// Makes a change, or with `--dry-run` shows it; `who` reads who asks under the policy.
    pub(crate) fn run(
        &self,
        policy: &Path,
        change: &Change,
        who: impl FnOnce(&Model) -> Result<Asking, Stop>,
    ) -> Result<(), Stop> {
        let file = PolicyFile::new(policy, self.audit.as_deref()).map_err(Stop::policy_file)?;
        let clock = clock::now().map_err(Stop::clock)?;
        let manner = Manner {
            expected: self.expected()?,
            asked: self.at.map(UnixSeconds),
            any_time: self.any_time,
            dry_run: self.dry_run,
        };
        let changed = file.change(&manner, clock, |text, now| {
            let times = Times {
                recorded: now,
                clock,
            };
            let done = self.made(policy, text, change, who, times)?;
            let step = Step {
                record: done.record.clone(),
                text: done.document.text().to_owned(),
            };
            Ok((vec![step], done))
        });
        let Changed {
            records, outcome, ..
        } = changed.map_err(not_changed)?;
        self.tell(
            &file,
            change,
            &outcome,
            records.last().map(|last| last.link),
        )
    }

    fn made(
        &self,
        policy: &Path,
        text: &str,
        change: &Change,
        who: impl FnOnce(&Model) -> Result<Asking, Stop>,
        times: Times,
    ) -> Result<Administered, Stop> {
        let before = Document::load(text).map_err(|invalid| policies::invalid(policy, &invalid))?;
        let Asking { actor, target } = who(before.model())?;
        let Times { recorded, clock } = times;
        let done = administer_dated(&before, &actor, change, target.as_slice(), recorded, clock);
        let done = match done {
            Ok(done) => done,
            Err(refused) => return Err(self.refused(policy, &refused)?),
        };
        // The policy's own tests may name a role that no longer exists.
        let warnings = done.document.model().warnings.iter();
        warnings
            .filter(|warning| !before.model().warnings.contains(warning))
            .for_each(warn);
        Ok(done)
    }

    fn expected(&self) -> Result<Option<Digest>, Stop> {
        let Some(text) = &self.expect else {
            return Ok(None);
        };
        match Digest::parse(text) {
            Some(digest) => Ok(Some(digest)),
            None => Err(Stop::usage(format!("`{text}` is not a SHA-256"))
                .hint("write the 64 digits that `sha256sum` or `--json` shows")),
        }
    }

    fn refused(&self, policy: &Path, refused: &Refused) -> Result<Stop, Stop> {
        if self.json {
            print_json(&json!({ "refused": refused }))?;
        }
        let mut hint = refused
            .cure
            .replace(" POLICY ", &format!(" {} ", policy.display()));
        let off = refused.features_off.iter();
        let commands = off.map(|feature| self.enabling(policy, feature));
        let commands = commands.collect::<Vec<_>>().join(", ");
        if !commands.is_empty() {
            hint = format!("{hint}: {commands}");
        }
        Ok(Stop::check(format!("refused: {}", refused.message)).hint(hint))
    }

    /// Returns the command by which the vendor turns a feature on.
    fn enabling(&self, policy: &Path, feature: &str) -> String {
        let audit = self.audit.as_deref();
        let audit = audit.map(|path| format!(" --audit {}", path.display()));
        format!(
            "`portcullis feature enable {} {feature} --vendor NAME{}`",
            policy.display(),
            audit.unwrap_or_default()
        )
    }

    fn tell(
        &self,
        file: &PolicyFile,
        change: &Change,
        done: &Administered,
        link: Option<Digest>,
    ) -> Result<(), Stop> {
        if self.json {
            let mut outcome = json!(done.outcome());
            if let Value::Object(members) = &mut outcome {
                members.shift_insert(0, "dry_run".to_owned(), json!(self.dry_run));
                members.shift_insert(2, "link".to_owned(), json!(link));
            }
            return print_json(&outcome);
        }
        write_text(|out| {
            let would = if self.dry_run { "would have " } else { "" };
            writeln!(out, "{would}{change}")?;
            write_outcome(out, change, done)?;
            match link {
                Some(link) => writeln!(out, "recorded in {}: {link}", file.audit().display()),
                None => writeln!(out, "nothing was changed"),
            }
        })
    }
}

fn not_changed(why: NotChanged<Stop>) -> Stop {
    match why {
        NotChanged::File { failure, .. } => Stop::policy_file(failure),
        NotChanged::Time(unlikely) => Stop::check(format!("refused: {unlikely}"))
            .hint("set the clock or leave --at out; the vendor may pass --any-time"),
        NotChanged::Refused(stop) => stop,
    }
}

#[cfg(test)]
mod tests {
    use portcullis_admin::{Actor, TargetAttributes};
    use portcullis_policy::compilations_in;

    use super::*;

    #[test]
    fn a_change_compiles_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.json");
        let policy = r#"{ "catalog": { "id": "c", "features": ["f"] }, "tenant": { "id": "t" } }"#;
        std::fs::write(&path, policy).unwrap();
        let feature = "f".to_owned();
        let change = Change::Enable {
            feature,
            until: None,
        };
        for dry_run in [true, false] {
            let args = ChangeArgs {
                audit: None,
                expect: None,
                at: Some(7),
                any_time: false,
                dry_run,
                json: false,
            };
            let who = |_: &Model| {
                Ok(Asking {
                    actor: Actor::vendor("ops"),
                    target: TargetAttributes::default(),
                })
            };
            let (done, count) = compilations_in(|| args.run(&path, &change, who));
            assert!(done.is_ok());
            assert_eq!(count, 2);
        }
    }
}
