//! `diff`: what changed between two policies, and whom it touches.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use anstyle::{AnsiColor, Style};
use clap::Args;
use portcullis_policy::model::Model;
use portcullis_review::diff::{
    GrantChange, GrantChanges, HolderDiff, RoleChange, RouteDiff, RouteDiffChange, Setting, Turned,
};

use super::{
    output::{print_json, write_text},
    policies,
    stop::Stop,
};

/// Show what changed between two policies, and whom it touches
///
/// For each role, group and subject of the directory: the permissions gained and lost, with
/// scope and team, as the engine would find them. A grant that is worth nothing, because a
/// feature is off or a role is not available yet, stands in brackets. For each route: whose
/// requests are taken now, no longer or otherwise; what is more open, or may be, comes first
/// and is marked with `!`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Diff {
    /// The policy before
    #[arg(value_name = "A")]
    before: PathBuf,

    /// The policy after
    #[arg(value_name = "B")]
    after: PathBuf,

    /// Fail where there is a difference
    #[arg(long)]
    exit_code: bool,

    /// Print the difference as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis diff policy.json new.json
  portcullis diff <(git show HEAD:policy.json) policy.json --exit-code";

impl Diff {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let (before, after) = (load(&self.before)?, load(&self.after)?);
        let diff = portcullis_review::diff::Diff::new(&before, &after);
        if self.json {
            let json = serde_json::to_value(&diff);
            print_json(&json.map_err(|error| Stop::check(error.to_string()))?)?;
        } else {
            write_text(|out| write(out, &diff))?;
        }
        if self.exit_code && !diff.is_empty() {
            return Err(Stop::check("the policies differ"));
        }
        Ok(())
    }
}

fn load(path: &Path) -> Result<Model, Stop> {
    let loaded = policies::load(path)?;
    let loaded = loaded.map_err(|invalid| policies::invalid(path, &invalid));
    loaded.map(|(_, model)| model)
}

fn write(out: &mut dyn Write, diff: &portcullis_review::diff::Diff) -> io::Result<()> {
    if diff.is_empty() {
        return writeln!(out, "no difference");
    }
    let (open, rest): (Vec<_>, Vec<_>) = diff.routes.iter().partition(|route| route.opens);
    for route in open {
        write_route(out, route)?;
    }
    for setting in &diff.settings {
        write_setting(out, "", setting)?;
    }
    write_turned(out, "feature", &diff.features)?;
    write_turned(out, "module", &diff.modules)?;
    for name in &diff.permissions_added {
        write_line(out, Sign::Gained, "", &format!("permission {name}"))?;
    }
    for name in &diff.permissions_removed {
        write_line(out, Sign::Lost, "", &format!("permission {name}"))?;
    }
    for renamed in &diff.permissions_renamed {
        let text = format!("permission {} is now {}", renamed.before, renamed.after);
        write_line(out, Sign::Changed, "", &text)?;
    }
    for route in rest {
        write_route(out, route)?;
    }
    for role in &diff.roles {
        let sign = match role.change {
            RoleChange::Added => Sign::Gained,
            RoleChange::Removed => Sign::Lost,
            RoleChange::Changed => Sign::Changed,
        };
        write_line(out, sign, "", &format!("role {}", role.role))?;
        for setting in &role.members {
            write_setting(out, "  ", setting)?;
        }
        write_grants(out, &role.grants)?;
    }
    for group in &diff.groups {
        write_holder(out, &format!("group {}", group.id), group)?;
    }
    for subject in &diff.subjects {
        let kind = subject.kind.as_deref().unwrap_or("user");
        write_holder(out, &format!("{kind} {}", subject.id), subject)?;
    }
    Ok(())
}

fn write_turned(out: &mut dyn Write, what: &str, turned: &Turned) -> io::Result<()> {
    for name in &turned.on {
        write_line(out, Sign::Gained, "", &format!("{what} {name}"))?;
    }
    for name in &turned.off {
        write_line(out, Sign::Lost, "", &format!("{what} {name}"))?;
    }
    Ok(())
}

fn write_setting(out: &mut dyn Write, indent: &str, setting: &Setting) -> io::Result<()> {
    let (before, after) = (or_none(&setting.before), or_none(&setting.after));
    let text = format!("{}: {after}, before {before}", setting.name);
    write_line(out, Sign::Changed, indent, &text)
}

fn write_route(out: &mut dyn Write, route: &RouteDiff) -> io::Result<()> {
    let (sign, word) = match route.change {
        RouteDiffChange::Added => (Sign::Gained, " is new"),
        RouteDiffChange::Removed => (Sign::Lost, ""),
        RouteDiffChange::Changed => (Sign::Changed, ""),
    };
    let louder = |opens: bool, sign: Sign| if opens { Sign::Opened } else { sign };
    let mut text = format!("route {}", route.route);
    if route.opens {
        // The sign no longer says it.
        text.push_str(word);
    }
    if let (Some(before), Some(after)) = (&route.before, &route.after)
        && before != after
    {
        text = format!("{text}: taken by {after}, before by {before}");
    }
    write_line(out, louder(route.opens, sign), "", &text)?;
    for member in &route.members {
        let (before, after) = (or_none(&member.before), or_none(&member.after));
        let name = &member.name;
        let text = match route.change {
            RouteDiffChange::Added => format!("{name}: {after}"),
            RouteDiffChange::Removed => format!("{name}: {before}"),
            RouteDiffChange::Changed => format!("{name}: {after}, before {before}"),
        };
        write_line(out, louder(member.opens, sign), "  ", &text)?;
    }
    Ok(())
}

fn or_none(value: &str) -> &str {
    if value.is_empty() { "none" } else { value }
}

fn write_holder(out: &mut dyn Write, name: &str, holder: &HolderDiff) -> io::Result<()> {
    write_line(out, Sign::Changed, "", name)?;
    for role in &holder.roles_gained {
        write_line(out, Sign::Gained, "  ", &format!("role {role}"))?;
    }
    for role in &holder.roles_lost {
        write_line(out, Sign::Lost, "  ", &format!("role {role}"))?;
    }
    for attribute in &holder.attributes {
        let name = &attribute.name;
        for value in &attribute.gained {
            write_line(
                out,
                Sign::Gained,
                "  ",
                &format!("attribute {name}: {value}"),
            )?;
        }
        for value in &attribute.lost {
            write_line(out, Sign::Lost, "  ", &format!("attribute {name}: {value}"))?;
        }
    }
    write_grants(out, &holder.grants)
}

fn write_grants(out: &mut dyn Write, grants: &GrantChanges) -> io::Result<()> {
    for (sign, changes) in [(Sign::Gained, &grants.gained), (Sign::Lost, &grants.lost)] {
        for grant in changes {
            write_line(out, sign, "  ", &granted(grant))?;
        }
    }
    for change in &grants.changed {
        let on = on_team(change.team.as_deref());
        let text = format!(
            "{} at {}{on} where {}, before where {}",
            change.permission, change.scope, change.after, change.before
        );
        write_line(out, Sign::Changed, "  ", &text)?;
    }
    let dormant = [
        (Sign::Gained, &grants.dormant_gained),
        (Sign::Lost, &grants.dormant_lost),
    ];
    for (sign, changes) in dormant {
        for grant in changes {
            write_line(out, sign, "  ", &format!("({})", granted(grant)))?;
        }
    }
    Ok(())
}

fn granted(grant: &GrantChange) -> String {
    let on = on_team(grant.team.as_deref());
    format!("{} at {}{on}", grant.permission, grant.scope)
}

fn on_team(team: Option<&str>) -> String {
    team.map(|team| format!(" on {team}")).unwrap_or_default()
}

#[derive(Clone, Copy, Debug)]
enum Sign {
    Gained,
    Lost,
    Changed,
    /// More open, or perhaps so.
    Opened,
}

fn write_line(out: &mut dyn Write, sign: Sign, indent: &str, text: &str) -> io::Result<()> {
    let (mark, color) = match sign {
        Sign::Gained => ('+', AnsiColor::Green),
        Sign::Lost => ('-', AnsiColor::Red),
        Sign::Changed => ('~', AnsiColor::Yellow),
        Sign::Opened => ('!', AnsiColor::Red),
    };
    let mut style = Style::new().fg_color(Some(color.into()));
    if let Sign::Opened = sign {
        style = style.bold();
    }
    writeln!(out, "{indent}{style}{mark}{style:#} {text}")
}
