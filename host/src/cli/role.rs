//! `role`: change roles, and who holds them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use portcullis_admin::{Change, SubjectKey};
use portcullis_policy::source::OneOrMany;

use super::{
    administer::{ActorArgs, ChangeArgs},
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
  portcullis role map policy.json agent 6f1c-idp-group --as ann --dry-run
  portcullis role delete policy.json senior-agent --reassign agent --as ann";

#[derive(Debug, Subcommand)]
enum RoleOperation {
    /// Create a role that grants nothing yet
    Create(Create),
    /// Create a role as a copy of another
    Clone(CloneRole),
    /// Change what a role is called and what is said of it
    Label(Label),
    /// Give a role permissions
    Grant(Grant),
    /// Take permissions from a role
    Revoke(Revoke),
    /// Give a role the catalog's grants again
    Reset(OneRole),
    /// Give a role another id; the former one is never used again
    Rename(Rename),
    /// Delete a role, and say who held it; its id is never used again
    Delete(Delete),
    /// Give somebody a role, everywhere or on one team
    Assign(Holder),
    /// Take a role from somebody
    Unassign(Holder),
    /// Give the members of a group a role
    Map(Group),
    /// Take a role from the members of a group
    Unmap(Group),
}

#[derive(Args, Debug)]
struct OneRole {
    /// The policy
    policy: PathBuf,
    /// The role
    role: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
struct Common {
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Args, Debug)]
struct Words {
    /// What people call it
    #[arg(long)]
    label: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
}

#[derive(Args, Debug)]
struct Create {
    #[command(flatten)]
    role: OneRole,
    #[command(flatten)]
    words: Words,
}

#[derive(Args, Debug)]
struct CloneRole {
    /// The policy
    policy: PathBuf,
    /// The role to copy
    from: String,
    /// The id of the copy
    role: String,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
struct Label {
    #[command(flatten)]
    role: OneRole,
    #[command(flatten)]
    words: Words,
}

#[derive(Args, Debug)]
struct Permissions {
    /// Permissions, as `module:action`, or patterns of them, as `tickets:@read`
    #[arg(required = true)]
    permissions: Vec<String>,
}

#[derive(Args, Debug)]
struct Grant {
    #[command(flatten)]
    role: OneRole,
    #[command(flatten)]
    permissions: Permissions,
    /// The scopes; `*` is every one that is supported
    #[arg(long = "scope", required = true, value_delimiter = ',')]
    scopes: Vec<String>,
}

#[derive(Args, Debug)]
struct Revoke {
    #[command(flatten)]
    role: OneRole,
    #[command(flatten)]
    permissions: Permissions,
    /// The scopes [default: all at which it is granted]
    #[arg(
        long = "scope",
        value_delimiter = ',',
        default_value = "*",
        hide_default_value = true
    )]
    scopes: Vec<String>,
}

#[derive(Args, Debug)]
struct Rename {
    #[command(flatten)]
    role: OneRole,
    /// Its new id
    to: String,
}

#[derive(Args, Debug)]
struct Delete {
    #[command(flatten)]
    role: OneRole,
    /// The role that its holders get instead
    #[arg(long, value_name = "ROLE")]
    reassign: Option<String>,
}

#[derive(Args, Debug)]
struct Holder {
    #[command(flatten)]
    role: OneRole,
    /// Who: `id` of a user, or `type:id`
    subject: String,
    /// The team on which; everywhere when left out
    #[arg(long)]
    team: Option<String>,
}

#[derive(Args, Debug)]
struct Group {
    #[command(flatten)]
    role: OneRole,
    /// The group, by an id that never changes
    group: String,
    /// The team on which; everywhere when left out
    #[arg(long)]
    team: Option<String>,
}

impl Role {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let (policy, common) = match &self.operation {
            RoleOperation::Create(Create { role, .. })
            | RoleOperation::Label(Label { role, .. })
            | RoleOperation::Grant(Grant { role, .. })
            | RoleOperation::Revoke(Revoke { role, .. })
            | RoleOperation::Reset(role)
            | RoleOperation::Rename(Rename { role, .. })
            | RoleOperation::Delete(Delete { role, .. })
            | RoleOperation::Assign(Holder { role, .. })
            | RoleOperation::Unassign(Holder { role, .. })
            | RoleOperation::Map(Group { role, .. })
            | RoleOperation::Unmap(Group { role, .. }) => (&role.policy, &role.common),
            RoleOperation::Clone(CloneRole { policy, common, .. }) => (policy, common),
        };
        let change = self.operation.change();
        common
            .change
            .run(policy, &change, |model| common.actor.read(model))
    }
}

impl RoleOperation {
    fn change(&self) -> Change {
        match self {
            Self::Create(Create { role, words }) => Change::Create {
                role: role.role.clone(),
                label: words.label.clone(),
                description: words.description.clone(),
            },
            Self::Clone(CloneRole {
                from, role, words, ..
            }) => Change::Clone {
                from: from.clone(),
                role: role.clone(),
                label: words.label.clone(),
                description: words.description.clone(),
            },
            Self::Label(Label { role, words }) => Change::Label {
                role: role.role.clone(),
                label: words.label.clone(),
                description: words.description.clone(),
            },
            Self::Grant(Grant {
                role,
                permissions,
                scopes,
            }) => Change::Grant {
                role: role.role.clone(),
                grants: by_scope(scopes, permissions),
            },
            Self::Revoke(Revoke {
                role,
                permissions,
                scopes,
            }) => Change::Revoke {
                role: role.role.clone(),
                grants: by_scope(scopes, permissions),
            },
            Self::Reset(role) => Change::Reset {
                role: role.role.clone(),
            },
            Self::Rename(Rename { role, to }) => Change::Rename {
                role: role.role.clone(),
                to: to.clone(),
            },
            Self::Delete(Delete { role, reassign }) => Change::Delete {
                role: role.role.clone(),
                reassign: reassign.clone(),
            },
            Self::Assign(Holder {
                role,
                subject,
                team,
            }) => Change::Assign {
                role: role.role.clone(),
                team: team.clone(),
                subject: SubjectKey::parse(subject),
            },
            Self::Unassign(Holder {
                role,
                subject,
                team,
            }) => Change::Unassign {
                role: role.role.clone(),
                team: team.clone(),
                subject: SubjectKey::parse(subject),
            },
            Self::Map(Group { role, group, team }) => Change::Map {
                group: group.clone(),
                role: role.role.clone(),
                team: team.clone(),
            },
            Self::Unmap(Group { role, group, team }) => Change::Unmap {
                group: group.clone(),
                role: role.role.clone(),
                team: team.clone(),
            },
        }
    }
}

fn by_scope(
    scopes: &[String],
    Permissions { permissions }: &Permissions,
) -> portcullis_policy::source::Members<OneOrMany> {
    let patterns = || permissions.iter().cloned().collect::<OneOrMany>();
    scopes
        .iter()
        .map(|scope| (scope.clone(), patterns()))
        .collect()
}
