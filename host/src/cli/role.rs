//! `role`: change roles, and who holds them.

use std::{io::Write as _, path::PathBuf};

use clap::{Args, Subcommand};
use portcullis_admin::{Change, ExportedRole, SubjectName};
use portcullis_policy::{
    model::Model,
    source::{Members, OneOrMany},
};

use super::{
    administer::{ActorArgs, ChangeArgs, Ending},
    escape::Escaping,
    input::JsonArgument,
    output::print_json,
    policies,
    stop::Stop,
};

/// Change roles and who holds them, with a record of each change
///
/// The one who asks must be permitted the operation by the policy itself, manage the roles
/// that it is about, and hold every grant that it hands out or takes away. Nobody changes
/// its own access. The policy and its audit log change together or not at all.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Role {
    #[command(subcommand)]
    operation: RoleOperation,
}

const EXAMPLES: &str = "\
Examples:
  portcullis role clone policy.json agent senior-agent --label 'Senior agent' --as ann
  portcullis role grant policy.json senior-agent tickets:merge --scope team --as ann
  portcullis role assign policy.json senior-agent jo --team emea --as ann
  portcullis role assign policy.json auditor kim --until 30d --as ann
  portcullis role map policy.json agent 6f1c-idp-group --as ann --dry-run
  portcullis role map policy.json senior-agent --claim --as ann
  portcullis role delete policy.json senior-agent --reassign agent --as ann
  portcullis role export policy.json senior-agent > senior-agent.json
  portcullis role import globex.json @senior-agent.json --as ann";

/// The syntax of each operation; what it is, `Change` says.
#[derive(Debug, Subcommand)]
enum RoleOperation {
    /// Create a role that grants nothing yet
    Create(Asked<Words>),
    /// Create a role as a copy of another
    Clone(Asked<Copy>),
    /// Print a role with all that it grants, for another tenant
    Export(Export),
    /// Create a role as another tenant's was exported
    Import(Asked<Import>),
    /// Change a role's label and description
    Label(Asked<Words>),
    /// Give a role permissions
    Grant(Asked<Grant>),
    /// Take permissions from a role
    Revoke(Asked<Revoke>),
    /// Give a role the catalog's grants again
    Reset(Asked<OneRole>),
    /// Give a role another id; the former one is never used again
    Rename(Asked<Rename>),
    /// Delete a role, and say who held it; its id is never used again
    Delete(Asked<Delete>),
    /// Give somebody a role, everywhere or on one team
    Assign(Asked<Holder>),
    /// Take a role from somebody, at once or at some time
    Unassign(Asked<Holder>),
    /// Give the members of a group a role, or let tokens state it
    Map(Asked<Group>),
    /// Take a role from the members of a group, or let tokens no longer state it
    Unmap(Asked<Group>),
}

/// A change of a policy, who asks for it and how it is made.
#[derive(Args, Debug)]
struct Asked<T: Args> {
    /// The policy
    policy: PathBuf,
    #[command(flatten)]
    change: T,
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    how: ChangeArgs,
}

#[derive(Args, Clone, Debug)]
struct OneRole {
    /// The role
    role: String,
}

#[derive(Args, Clone, Debug)]
struct Words {
    /// The role
    role: String,
    /// What people call it
    #[arg(long)]
    label: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
}

#[derive(Args, Clone, Debug)]
struct Copy {
    /// The role to copy
    from: String,
    /// The id of the copy
    role: String,
    /// What people call it
    #[arg(long)]
    label: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
}

#[derive(Args, Debug)]
struct Export {
    /// The policy
    policy: PathBuf,
    /// The role
    role: String,
}

#[derive(Args, Clone, Debug)]
struct Import {
    /// What `role export` printed, as JSON, `@file` or `-`
    #[arg(value_name = "JSON|@FILE")]
    exported: JsonArgument,
    /// Another id for it
    #[arg(long, value_name = "ROLE")]
    id: Option<String>,
}

#[derive(Args, Clone, Debug)]
struct Grant {
    /// The role
    role: String,
    /// Permissions, as `module:action`, or patterns of them, as `tickets:@read`
    #[arg(required = true)]
    permissions: Vec<String>,
    /// The scopes; `*` is every one that is supported
    #[arg(long = "scope", required = true, value_delimiter = ',')]
    scopes: Vec<String>,
}

#[derive(Args, Clone, Debug)]
struct Revoke {
    /// The role
    role: String,
    /// Permissions, as `module:action`, or patterns of them, as `tickets:@read`
    #[arg(required = true)]
    permissions: Vec<String>,
    /// The scopes [default: all at which it is granted]
    #[arg(
        long = "scope",
        value_delimiter = ',',
        default_value = "*",
        hide_default_value = true
    )]
    scopes: Vec<String>,
}

#[derive(Args, Clone, Debug)]
struct Rename {
    /// The role
    role: String,
    /// Its new id
    to: String,
}

#[derive(Args, Clone, Debug)]
struct Delete {
    /// The role
    role: String,
    /// The role that its holders get instead
    #[arg(long, value_name = "ROLE")]
    reassign: Option<String>,
}

#[derive(Args, Clone, Debug)]
struct Holder {
    /// The role
    role: String,
    /// Who: `id` of a user, or `type:id`
    subject: String,
    /// The team on which; everywhere when left out
    #[arg(long)]
    team: Option<String>,
    /// Until when it is held, as `30d` from now or a time of RFC 3339; to assign, without an end
    /// when left out, and to unassign, no longer
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<Ending>,
}

#[derive(Args, Clone, Debug)]
struct Group {
    /// The role
    role: String,
    /// The group, by an id that never changes
    #[arg(required_unless_present = "claim")]
    group: Option<String>,
    /// Whoever states the role itself, in a token or the header of a trusted peer
    #[arg(long, conflicts_with_all = ["group", "team"])]
    claim: bool,
    /// The team on which; everywhere when left out
    #[arg(long)]
    team: Option<String>,
}

impl Role {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        match &self.operation {
            RoleOperation::Create(asked) => asked.run(
                |Words {
                     role,
                     label,
                     description,
                 }| Change::Create {
                    role,
                    label,
                    description,
                },
            ),
            RoleOperation::Clone(asked) => asked.run(
                |Copy {
                     from,
                     role,
                     label,
                     description,
                 }| Change::Clone {
                    from,
                    role,
                    label,
                    description,
                },
            ),
            RoleOperation::Export(export) => export.run(),
            RoleOperation::Import(asked) => {
                let change = asked.change.change()?;
                asked.make(&change)
            }
            RoleOperation::Label(asked) => asked.run(
                |Words {
                     role,
                     label,
                     description,
                 }| Change::Label {
                    role,
                    label,
                    description,
                },
            ),
            RoleOperation::Grant(asked) => asked.run(|grant: Grant| Change::Grant {
                role: grant.role,
                grants: by_scope(grant.scopes, &grant.permissions),
            }),
            RoleOperation::Revoke(asked) => asked.run(|revoke: Revoke| Change::Revoke {
                role: revoke.role,
                grants: by_scope(revoke.scopes, &revoke.permissions),
            }),
            RoleOperation::Reset(asked) => asked.run(|OneRole { role }| Change::Reset { role }),
            RoleOperation::Rename(asked) => {
                asked.run(|Rename { role, to }| Change::Rename { role, to })
            }
            RoleOperation::Delete(asked) => {
                asked.run(|Delete { role, reassign }| Change::Delete { role, reassign })
            }
            RoleOperation::Assign(asked) => {
                let until = asked.how.until(asked.change.until)?;
                asked.run(|holder: Holder| Change::Assign {
                    subject: SubjectName::Key(holder.subject),
                    role: holder.role,
                    team: holder.team,
                    until,
                })
            }
            RoleOperation::Unassign(asked) => {
                let until = asked.how.until(asked.change.until)?;
                asked.run(|holder: Holder| Change::Unassign {
                    subject: SubjectName::Key(holder.subject),
                    role: holder.role,
                    team: holder.team,
                    until,
                })
            }
            RoleOperation::Map(asked) => asked.run(|asked: Group| match asked.group {
                Some(group) => Change::Map {
                    group,
                    role: asked.role,
                    team: asked.team,
                },
                None => Change::Claim { role: asked.role },
            }),
            RoleOperation::Unmap(asked) => asked.run(|asked: Group| match asked.group {
                Some(group) => Change::Unmap {
                    group,
                    role: asked.role,
                    team: asked.team,
                },
                None => Change::Unclaim { role: asked.role },
            }),
        }
    }
}

impl<T: Args + Clone> Asked<T> {
    fn run(&self, change: impl FnOnce(T) -> Change) -> Result<(), Stop> {
        self.make(&change(self.change.clone()))
    }

    fn make(&self, change: &Change) -> Result<(), Stop> {
        let who = |model: &Model| self.actor.read(model);
        self.how.run(&self.policy, change, who)
    }
}

impl Export {
    fn run(&self) -> Result<(), Stop> {
        let loaded = policies::load(&self.policy)?;
        let (_, model) = loaded.map_err(|invalid| policies::invalid(&self.policy, &invalid))?;
        let exported = ExportedRole::new(&model, &self.role)
            .map_err(|refused| Stop::usage(refused.message).hint(refused.cure))?;
        if let [first, others @ ..] = exported.left_out() {
            let more = others.iter().map(|name| format!(", {name}"));
            let more = more.collect::<String>();
            let mut to_people = Escaping(anstream::stderr());
            // What is printed is the role whether or not this can be said.
            let _ = writeln!(
                to_people,
                "left out, for only roles of the catalog may hold it: {first}{more}"
            );
        }
        print_json(&serde_json::to_value(&exported).unwrap_or_default())
    }
}

impl Import {
    fn change(&self) -> Result<Change, Stop> {
        let text = self.exported.read()?;
        let read = serde_json::from_slice(&text);
        match read {
            Ok(Change::Import {
                role,
                label,
                description,
                grants,
            }) => Ok(Change::Import {
                role: self.id.clone().unwrap_or(role),
                label,
                description,
                grants,
            }),
            Ok(_) => Err(Stop::usage("this is another change, not a role")
                .hint("give what `portcullis role export` printed")),
            Err(error) => Err(Stop::usage(format!("this is no role: {error}"))
                .hint("give what `portcullis role export` printed")),
        }
    }
}

fn by_scope(scopes: Vec<String>, permissions: &[String]) -> Members<OneOrMany> {
    let patterns = || permissions.iter().cloned().collect::<OneOrMany>();
    scopes
        .into_iter()
        .map(|scope| (scope, patterns()))
        .collect()
}
