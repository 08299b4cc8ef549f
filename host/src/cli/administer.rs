//! A change to a policy: who asks, how it is made, what is printed about it.

use std::{io::Write, path::Path, path::PathBuf};

use clap::Args;
use portcullis_admin::{
    Actor, Administered, Change, GrantName, Holder, Impact, Refused, SubjectKey, administer,
    audit::{Act, Difference, Digest},
};
use portcullis_engine::UnixSeconds;
use portcullis_host::{
    clock,
    policy_file::{PolicyFile, PolicyFileFailure},
};
use portcullis_policy::{
    Source,
    authzen::{Attribute, Subject, Vocabulary},
    model::Model,
};
use serde_json::{Value, json};

use super::{
    hints,
    input::JsonArgument,
    output::{print_json, write_text},
    policies,
    stop::{Stop, warn},
};

/// Who asks for a change.
#[derive(Args, Clone, Debug)]
pub(crate) struct ActorArgs {
    /// Who does it: somebody of the directory, as `id` or `type:id`
    #[arg(long = "as", value_name = "ACTOR")]
    actor: Option<String>,

    /// Who does it, with groups and attributes that the directory does not know: an AuthZEN
    /// subject, as JSON, `@file` or `-`
    #[arg(long, value_name = "JSON|@FILE", conflicts_with = "actor")]
    as_json: Option<JsonArgument>,

    /// An attribute of what it is done to, as `numbers=5`; several values by repeating it,
    /// none by `numbers=`
    #[arg(long, value_name = "NAME=VALUE")]
    resource: Vec<String>,
}

/// How a change is made.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChangeArgs {
    /// The audit log [default: beside the policy, as policy.audit.jsonl]
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,

    /// Refuse unless the policy file has this SHA-256
    #[arg(long, value_name = "DIGEST")]
    expect: Option<String>,

    /// When it is done, in seconds since 1970 [default: now]
    #[arg(long, value_name = "SECONDS")]
    at: Option<u64>,

    /// Show what it would do, and do nothing
    #[arg(long)]
    dry_run: bool,

    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

impl ActorArgs {
    /// Returns the actor and what is known of what the change is made to.
    pub(crate) fn read(&self, model: &Model) -> Result<(Actor, Vec<Attribute>), Stop> {
        let subject = match (&self.as_json, &self.actor) {
            (Some(json), _) => read_subject(&json.read()?, model)?,
            (None, Some(key)) => {
                let key = SubjectKey::parse(key);
                Subject {
                    kind: key.kind,
                    id: key.id,
                    ..Subject::default()
                }
            }
            (None, None) => {
                return Err(Stop::usage("it takes somebody who does it").hint(
                    "name somebody of the directory: `--as ann`; features are also the vendor's: `--vendor ops`",
                ));
            }
        };
        Ok((Actor::Subject(subject), self.attributes()?))
    }

    fn attributes(&self) -> Result<Vec<Attribute>, Stop> {
        let mut attributes: Vec<Attribute> = Vec::new();
        for text in &self.resource {
            let Some((name, value)) = text.split_once('=') else {
                return Err(Stop::usage(format!("`{text}` is no attribute"))
                    .hint("write `--resource numbers=5`"));
            };
            let known = attributes.iter().position(|known| known.name == name);
            let mut values = known
                .map(|at| attributes.swap_remove(at).values)
                .unwrap_or_default();
            values.extend(Some(value.to_owned()).filter(|value| !value.is_empty()));
            values.sort_unstable();
            values.dedup();
            let name = name.to_owned();
            attributes.push(Attribute { name, values });
        }
        Ok(attributes)
    }
}

impl ChangeArgs {
    /// Makes a change, or with `--dry-run` shows it.
    pub(crate) fn run(
        &self,
        policy: &Path,
        change: &Change,
        who: impl FnOnce(&Model) -> Result<(Actor, Vec<Attribute>), Stop>,
    ) -> Result<(), Stop> {
        let file = PolicyFile::new(policy, self.audit.as_deref()).map_err(failed)?;
        let now = self.at.map_or_else(clock::now, UnixSeconds);
        let expected = self.expected()?;
        if self.dry_run {
            let reading = file.read().map_err(failed)?;
            if let Some(expected) = expected.filter(|expected| *expected != reading.digest) {
                let found = reading.digest;
                return Err(failed(PolicyFileFailure::ChangedSince { expected, found }));
            }
            let done = self.made(policy, &reading.text, change, who, now)?;
            return self.tell(&file, change, &done, None);
        }
        let turn = file.turn(expected, now).map_err(failed)?;
        let done = self.made(policy, turn.text(), change, who, now)?;
        let link = turn
            .commit(done.record.clone(), &done.text)
            .map_err(failed)?;
        self.tell(&file, change, &done, Some(link))
    }

    fn made(
        &self,
        policy: &Path,
        text: &str,
        change: &Change,
        who: impl FnOnce(&Model) -> Result<(Actor, Vec<Attribute>), Stop>,
        now: UnixSeconds,
    ) -> Result<Administered, Stop> {
        let (_, before) =
            Source::load(text).map_err(|invalid| policies::invalid(policy, &invalid))?;
        let (actor, attributes) = who(&before)?;
        let done = match administer(text, &actor, change, &attributes, now) {
            Ok(done) => done,
            Err(refused) => return Err(self.refused(policy, &refused)?),
        };
        // The tests that a policy brings along may name a role that is no more.
        if let Ok((_, after)) = Source::load(&done.text) {
            let new = after
                .warnings
                .iter()
                .filter(|warning| !before.warnings.contains(warning));
            new.for_each(warn);
        }
        Ok(done)
    }

    fn expected(&self) -> Result<Option<Digest>, Stop> {
        let Some(text) = &self.expect else {
            return Ok(None);
        };
        match Digest::parse(text) {
            Some(digest) => Ok(Some(digest)),
            None => Err(Stop::usage(format!("`{text}` is no SHA-256"))
                .hint("write the 64 digits that `sha256sum` or `--json` shows")),
        }
    }

    fn refused(&self, policy: &Path, refused: &Refused) -> Result<Stop, Stop> {
        if self.json {
            let lacking = refused.lacking.iter().map(grant_json);
            print_json(&json!({ "refused": {
                "reason": refused.reason.code(),
                "message": refused.message,
                "cure": refused.cure,
                "lacking": lacking.collect::<Vec<_>>(),
                "features_off": refused.features_off,
            } }))?;
        }
        let mut hint = refused.cure.clone();
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
            return print_json(&json!({
                "dry_run": self.dry_run,
                "record": done.record,
                "link": link,
                "stripped": done.changed.stripped.iter().map(|one| json!({
                    "subject": match &one.holder { Holder::Subject(key) => json!(key), Holder::Group(_) => Value::Null },
                    "group": match &one.holder { Holder::Group(id) => json!(id), Holder::Subject(_) => Value::Null },
                    "team": one.team,
                })).collect::<Vec<_>>(),
                "impacts": done.changed.impacts.iter().map(impact_json).collect::<Vec<_>>(),
            }));
        }
        write_text(|out| {
            let would = if self.dry_run { "would have " } else { "" };
            writeln!(out, "{would}{}", words(change))?;
            for difference in &done.record.changes {
                write_difference(out, difference)?;
            }
            write_stripped(out, change, done)?;
            let members = matches!(change.act(), Act::Map | Act::Unmap);
            for impact in &done.changed.impacts {
                write_impact(out, impact, members)?;
            }
            match link {
                Some(link) => writeln!(out, "recorded in {}: {link}", file.audit().display()),
                None => writeln!(out, "nothing was changed"),
            }
        })
    }
}

/// Says why a policy file could not be changed or its log not be read.
pub(crate) fn failed(failure: PolicyFileFailure) -> Stop {
    match failure {
        PolicyFileFailure::Io { doing, path, error } => {
            let hint = hints::of_file(&error);
            Stop::io(doing, &path, error).or_hint(hint)
        }
        PolicyFileFailure::Gone { ref lock, .. } => {
            let lock = lock.display();
            Stop::check(failure.to_string()).hint(format!(
                "restore the log; to begin another on purpose, put what is left of it and `{lock}` aside"
            ))
        }
        PolicyFileFailure::Broken { .. } => Stop::check(failure.to_string()).hint(
            "find out who changed it; to go on, restore it, or put it aside and begin another",
        ),
        PolicyFileFailure::ChangedSince { .. } => Stop::check(failure.to_string())
            .hint("nothing was changed: look at what is new, and ask again"),
        _ => Stop::check(failure.to_string()),
    }
}

fn read_subject(text: &[u8], model: &Model) -> Result<Subject, Stop> {
    let vocabulary = Vocabulary {
        subject: model.attributes.subject.clone(),
        ..Vocabulary::default()
    };
    let subject = Subject::read(text, &vocabulary)
        .map_err(|malformed| Stop::usage(format!("the actor: {malformed}")))?;
    if subject.roles.is_empty() && subject.team_roles.is_empty() {
        return Ok(subject);
    }
    Err(Stop::usage("an actor does not bring its own roles along")
        .hint("leave them out: they come from the directory and from its groups"))
}

fn words(change: &Change) -> String {
    let target = change.target();
    let role = target.role.as_deref().unwrap_or_default();
    let from = target.from.as_deref().unwrap_or_default();
    let on = target
        .team
        .map(|team| format!(" on {team}"))
        .unwrap_or_default();
    let subject = target
        .subject
        .map(|subject| subject.to_string())
        .unwrap_or_default();
    let group = target.group.unwrap_or_default();
    let feature = target.feature.unwrap_or_default();
    match change.act() {
        Act::Create => format!("created the role {role}"),
        Act::Clone => format!("created the role {role}, a copy of {from}"),
        Act::Label => format!("described the role {role}"),
        Act::Grant => format!("granted more to the role {role}"),
        Act::Revoke => format!("granted less to the role {role}"),
        Act::Reset => format!("reset the role {role}"),
        Act::Rename => format!("renamed the role {from} to {role}"),
        Act::Delete => format!("deleted the role {role}"),
        Act::Assign => format!("assigned {role}{on} to {subject}"),
        Act::Unassign => format!("unassigned {role}{on} from {subject}"),
        Act::Map => format!("mapped the group {group} to {role}{on}"),
        Act::Unmap => format!("unmapped the group {group} from {role}{on}"),
        Act::Enable => format!("enabled {feature}"),
        Act::Disable => format!("disabled {feature}"),
        other => other.name().to_owned(),
    }
}

/// Writes what is there no longer and what is there now.
pub(crate) fn write_difference(
    out: &mut dyn Write,
    difference: &Difference,
) -> std::io::Result<()> {
    for (sign, value) in [("-", &difference.before), ("+", &difference.after)] {
        if let Some(value) = value {
            writeln!(out, "  {sign} {} {value}", difference.path)?;
        }
    }
    Ok(())
}

fn write_stripped(
    out: &mut dyn Write,
    change: &Change,
    done: &Administered,
) -> std::io::Result<()> {
    for one in &done.changed.stripped {
        let who = match &one.holder {
            Holder::Subject(key) => key.to_string(),
            Holder::Group(id) => format!("whoever is in the group {id}"),
        };
        let on = one
            .team
            .as_ref()
            .map(|team| format!(" on {team}"))
            .unwrap_or_default();
        match change.target().reassign {
            Some(other) => writeln!(out, "  {who} gets {other} instead{on}")?,
            None => writeln!(out, "  {who} loses it{on}")?,
        }
    }
    Ok(())
}

fn write_impact(out: &mut dyn Write, impact: &Impact, whole: bool) -> std::io::Result<()> {
    let subject = &impact.subject;
    let mut list = |verb: &str, grants: Vec<&GrantName>| {
        if grants.is_empty() {
            return Ok(());
        }
        let shown = grants.iter().take(SHOWN_MAX).map(ToString::to_string);
        let shown = shown.collect::<Vec<_>>().join(", ");
        match grants.len().saturating_sub(SHOWN_MAX) {
            0 => writeln!(out, "  {subject} {verb} {shown}"),
            more => writeln!(
                out,
                "  {subject} {verb} {shown} and {more} more; --json lists them"
            ),
        }
    };
    if whole {
        list("could", impact.before.iter().collect())?;
        list("can now", impact.after.iter().collect())?;
    }
    list("gains", impact.gained().collect())?;
    list("loses", impact.lost().collect())
}

fn impact_json(impact: &Impact) -> Value {
    let all = |grants: Vec<&GrantName>| grants.into_iter().map(grant_json).collect::<Vec<_>>();
    json!({
        "subject": impact.subject,
        "before": all(impact.before.iter().collect()),
        "after": all(impact.after.iter().collect()),
        "gained": all(impact.gained().collect()),
        "lost": all(impact.lost().collect()),
    })
}

fn grant_json(grant: &GrantName) -> Value {
    json!({ "permission": grant.permission, "scope": grant.scope, "team": grant.team })
}

/// How many grants of one subject are named before it is enough.
const SHOWN_MAX: usize = 20;
