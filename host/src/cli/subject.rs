//! `subject`: let somebody hold nothing for a while.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use portcullis_admin::{Change, SubjectName};

use super::{
    administer::{ActorArgs, ChangeArgs},
    stop::Stop,
};

/// Let a subject hold nothing, whatever gives it a role, or hold again what it has
///
/// What the directory says of it stays. Somebody of the tenant needs a permission that the
/// catalog's `administration` names for it, and to cover all that the subject has.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Subject {
    #[command(subcommand)]
    operation: SubjectOperation,
}

const EXAMPLES: &str = "\
Examples:
  portcullis subject deactivate policy.json kim --as ann
  portcullis subject activate policy.json kim --as ann --dry-run";

#[derive(Debug, Subcommand)]
enum SubjectOperation {
    /// Let it hold nothing
    Deactivate(Deactivate),
    /// Let it hold again what it has
    Activate(OneSubject),
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
        };
        let who = |model: &_| one.actor.read(model);
        one.change.run(&one.policy, &change, who)
    }
}
