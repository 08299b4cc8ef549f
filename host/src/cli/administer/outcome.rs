//! What a change did, in words.

use std::io::{self, Write};

use portcullis_admin::{Administered, Change, GrantName, Holder, Impact, RemovedAssignment};

use crate::cli::output::write_difference;

/// Writes what a change did: what differs, who lost a role, and who can do more or less.
pub(crate) fn write_outcome(
    out: &mut dyn Write,
    change: &Change,
    done: &Administered,
) -> io::Result<()> {
    for difference in &done.record.changes {
        write_difference(out, difference)?;
    }
    let instead = match change {
        Change::Delete { reassign, .. } => reassign.as_deref(),
        _ => None,
    };
    for removed in &done.removed {
        write_removed(out, removed, instead)?;
    }
    let members = matches!(change, Change::Map { .. } | Change::Unmap { .. });
    done.impacts
        .iter()
        .try_for_each(|impact| write_impact(out, impact, members))
}

fn write_removed(
    out: &mut dyn Write,
    removed: &RemovedAssignment,
    instead: Option<&str>,
) -> io::Result<()> {
    let who = match &removed.holder {
        Holder::Subject(key) => key.to_string(),
        Holder::Group(id) => format!("whoever is in the group {id}"),
    };
    let on = removed.team.as_ref().map(|team| format!(" on {team}"));
    let on = on.unwrap_or_default();
    match instead {
        Some(other) => writeln!(out, "  {who} gets {other} instead{on}"),
        None => writeln!(out, "  {who} loses it{on}"),
    }
}

/// Writes what a subject gains and loses; and with `whole` all that it could and can do.
fn write_impact(out: &mut dyn Write, impact: &Impact, whole: bool) -> io::Result<()> {
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

/// How many grants of one subject are named before it is enough.
const SHOWN_MAX: usize = 20;
