//! `subject`: let somebody hold nothing for a while, or sign in again, and say what its attributes are.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use portcullis_admin::{Change, SubjectName};
use portcullis_policy::source::Until;

use super::{
    administer::{ActorArgs, ActorOrVendorArgs, ChangeArgs},
    stop::Stop,
};

/// Let a subject hold nothing, whatever gives it a role, or hold again what it has, or sign in again; say what its attributes are
///
/// What else the directory says of it stays. Somebody of the tenant needs a permission that the
/// catalog's `administration` names for it, and to cover all that the subject has; of an attribute,
/// what reads it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Subject {
    #[command(subcommand)]
    operation: SubjectOperation,
}

const EXAMPLES: &str = "\
Examples:
  portcullis subject deactivate policy.json kim --as ann
  portcullis subject activate policy.json kim --as ann --dry-run
  portcullis subject sign-out policy.json kim --as ann
  portcullis subject attribute policy.json kim region emea apac --as ann
  portcullis subject sign-out-all policy.json --before 2026-12-01T08:00:00Z --as ann";

#[derive(Debug, Subcommand)]
enum SubjectOperation {
    /// Let it hold nothing
    Deactivate(Deactivate),
    /// Let it hold again what it has
    Activate(OneSubject),
    /// Refuse the tokens of its earlier sign-ins; it never moves back
    SignOut(SignOut),
    /// Refuse the tokens of everybody's earlier sign-ins; it never moves back
    SignOutAll(SignOutAll),
    /// Say what an attribute of it is, in place of what it was
    Attribute(Attribute),
}

#[derive(Args, Debug)]
struct Deactivate {
    #[command(flatten)]
    one: OneSubject,
    /// Whom the directory does not have: only a token, a trusted header or a group knows it
    #[arg(long)]
    unlisted: bool,
}

#[derive(Args, Debug)]
struct OneSubject {
    /// The policy
    policy: PathBuf,
    /// The subject, as `id` or `type:id`
    subject: String,
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Args, Debug)]
struct SignOut {
    #[command(flatten)]
    one: OneSubject,
    #[command(flatten)]
    sessions: SessionArgs,
    /// Whom the directory does not have: only a token, a trusted header or a group knows it
    #[arg(long)]
    unlisted: bool,
}

#[derive(Args, Debug)]
struct SignOutAll {
    /// The policy
    policy: PathBuf,
    #[command(flatten)]
    sessions: SessionArgs,
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Args, Debug)]
struct Attribute {
    /// The policy
    policy: PathBuf,
    /// The subject, as `id` or `type:id`
    subject: String,
    /// The attribute, as the catalog declares it
    attribute: String,
    /// All of its values
    #[arg(required_unless_present = "none")]
    values: Vec<String>,
    /// Take the attribute away
    #[arg(long, conflicts_with = "values")]
    none: bool,
    #[command(flatten)]
    actor: ActorOrVendorArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Args, Clone, Copy, Debug)]
struct SessionArgs {
    /// First moment at which a sign-in counts, as 2026-12-01T08:00:00Z; now when left out
    #[arg(long, value_name = "TIME", value_parser = moment)]
    before: Option<Until>,
}

fn moment(text: &str) -> Result<Until, &'static str> {
    Until::parse(text).ok_or("write a time, as 2026-12-01T08:00:00Z")
}

impl Subject {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let named = |one: &OneSubject| SubjectName::Key(one.subject.clone());
        let (one, change) = match &self.operation {
            SubjectOperation::Deactivate(Deactivate { one, unlisted }) => {
                let subject = named(one);
                let unlisted = *unlisted;
                (one, Change::Deactivate { subject, unlisted })
            }
            SubjectOperation::Activate(one) => {
                let subject = named(one);
                (one, Change::Activate { subject })
            }
            SubjectOperation::SignOut(SignOut {
                one,
                sessions,
                unlisted,
            }) => {
                let change = Change::SignOut {
                    subject: named(one),
                    before: sessions.before,
                    unlisted: *unlisted,
                };
                (one, change)
            }
            SubjectOperation::Attribute(one) => {
                let change = Change::Attribute {
                    subject: SubjectName::Key(one.subject.clone()),
                    attribute: one.attribute.clone(),
                    values: one.values.clone(),
                };
                let who = |model: &_| one.actor.read(model);
                return one.change.run(&one.policy, &change, who);
            }
            SubjectOperation::SignOutAll(all) => {
                let before = all.sessions.before;
                let who = |model: &_| all.actor.read(model);
                let change = Change::SignOutAll { before };
                return all.change.run(&all.policy, &change, who);
            }
        };
        let who = |model: &_| one.actor.read(model);
        one.change.run(&one.policy, &change, who)
    }
}
