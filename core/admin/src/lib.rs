//! Administration of roles and of who holds them: a policy in, a policy and a record out.
//!
//! A change is itself a decision on the policy: the actor must be allowed the operation,
//! manage the roles that it is about, and hold every grant that it hands out or takes
//! away. Nobody changes its own access, and somebody who may edit roles is always left.

pub mod audit;

mod change;
mod cover;
mod desk;
mod draft;
mod explicit;
mod holders;
mod holdings;
mod impact;
mod keepers;
mod names;
mod owed;
mod refused;
mod roles;

pub use change::{Change, SubjectKey};
pub use draft::{Holder, Stripped};
pub use impact::Impact;
pub use refused::{GrantName, Refused, RefusedReason};

use portcullis_engine::UnixSeconds;

use audit::{AuditRecord, Difference, Digest, PolicyDigests};
use desk::Desk;
use draft::Draft;
use portcullis_policy::authzen::{Attribute, Subject};
use portcullis_policy::model::{Holdings, Model};
use portcullis_policy::source::{Operation, Source};
use portcullis_policy::{Document, compile};

/// Who asks for a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A subject, as whoever verified it vouches for it: its roles are those that it brings
    /// along, and those that its groups and the directory give it.
    Subject(Subject),
    /// The vendor of the product, by a name of its own: it turns features on and off, and
    /// touches nobody's roles.
    Vendor(String),
}

/// What became of a change that was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The policy after it.
    pub source: Source,
    /// The same, compiled.
    pub model: Model,
    /// What changed of the tenant.
    pub differences: Vec<Difference>,
    /// Who held a role that was deleted.
    pub stripped: Vec<Stripped>,
    /// Whom of the directory it touches.
    pub impacts: Vec<Impact>,
}

/// A policy file with a change, and the record of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administered {
    /// The file's new text.
    pub text: String,
    /// The record; its place in a log is given when it is added to one.
    pub record: AuditRecord,
    /// What became of it.
    pub changed: Changed,
}

/// Makes a change if the actor may; `attributes` are what is known, besides what follows
/// from the change, of what it is made to.
///
/// # Errors
/// Says which rule stands against it, and what to do; then nothing has changed.
pub fn apply(
    source: &Source,
    actor: &Actor,
    change: &Change,
    attributes: &[Attribute],
) -> Result<Changed, Refused> {
    let before = compile(&source.catalog, &source.tenant)?;
    let operation = change.operation();
    if let Actor::Vendor(name) = actor {
        names::value("vendor's name", name)?;
    }
    let desk = Desk::open(&before, &source.catalog, actor, attributes)?;
    match &desk {
        Some(desk) => desk.admit(operation)?,
        None if matches!(operation, Operation::Enable | Operation::Disable) => {}
        None => {
            return Err(Refused::new(
                RefusedReason::NotAllowed,
                "the vendor turns features on and off, and touches nobody's roles",
                "name a subject of the tenant as the actor",
            ));
        }
    }
    let draft = Draft::new(change, &source.tenant, &before)?;
    let after = compile(&source.catalog, &draft.tenant)?;
    if let Some(desk) = &desk {
        refuse_own(desk, &draft, &before)?;
        for step in &draft.steps {
            desk.check(step, &after)?;
        }
        keepers::check(&before, &after)?;
    }
    let group = match change {
        Change::Map { group, .. } | Change::Unmap { group, .. } => Some(group),
        _ => None,
    };
    let member = |held: &Holdings| group.is_some_and(|group| held.groups.contains(group));
    Ok(Changed {
        differences: audit::differences(&source.tenant, &draft.tenant),
        impacts: impact::impacts(&before, &after, member),
        source: Source {
            tenant: draft.tenant,
            ..source.clone()
        },
        model: after,
        stripped: draft.stripped,
    })
}

/// Makes a change to a policy file's text at `now`, and writes the record of it.
///
/// All but the tenant stays as it was written.
///
/// # Errors
/// As [`apply`].
pub fn administer(
    text: &str,
    actor: &Actor,
    change: &Change,
    attributes: &[Attribute],
    now: UnixSeconds,
) -> Result<Administered, Refused> {
    let document = Document::load(text)?;
    let changed = apply(document.source(), actor, change, attributes)?;
    let new = document.with_tenant(changed.source.tenant.clone())?;
    let record = AuditRecord {
        sequence: 0,
        time: now,
        actor: actor.into(),
        operation: change.act(),
        target: change.target(),
        changes: changed.differences.clone(),
        policy: PolicyDigests {
            before: Digest::of(text.as_bytes()),
            after: Digest::of(new.text().as_bytes()),
        },
    };
    Ok(Administered {
        text: new.text().to_owned(),
        record,
        changed,
    })
}

impl From<&Actor> for audit::Actor {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Subject(subject) => Self::Subject {
                kind: subject.kind.clone(),
                id: subject.id.clone(),
            },
            Actor::Vendor(name) => Self::Vendor { name: name.clone() },
        }
    }
}

/// Refuses what would change the actor's own access.
fn refuse_own(desk: &Desk<'_>, draft: &Draft, before: &Model) -> Result<(), Refused> {
    let own = |what: String| {
        Err(Refused::new(
            RefusedReason::OwnAccess,
            format!("nobody changes its own access: the actor {what}"),
            "ask somebody else who may",
        ))
    };
    if draft.subjects.iter().any(|subject| desk.is_actor(subject)) {
        return own("is the subject".to_owned());
    }
    let held = desk.holdings();
    let holds = |id: &&String| before.role(id).is_some_and(|role| held.has_role(role));
    if let Some(role) = draft.roles.iter().find(holds) {
        return own(format!("holds the role `{role}`"));
    }
    if let Some(group) = draft
        .groups
        .iter()
        .find(|group| held.groups.contains(*group))
    {
        return own(format!("is in the group `{group}`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
