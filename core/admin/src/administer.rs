//! A change from beginning to end: a document in, a document and a record out.

use portcullis_engine::UnixSeconds;
use portcullis_policy::Document;
use portcullis_policy::authzen::Attribute;
use portcullis_policy::model::Model;
use portcullis_policy::source::Operation;
use serde::{Serialize, Serializer};

use crate::actor::{Actor, Identity};
use crate::audit::{self, AuditRecord, Digest, Event, PolicyDigests};
use crate::authorization::Authorization;
use crate::draft::Draft;
use crate::impact::{Impact, impacts};
use crate::refused::{Refused, RefusedReason};
use crate::removed::RemovedAssignment;
use crate::{Change, exported, last_administrator, lookup};

/// A policy after a change, and the record of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administered {
    /// The policy after the change, compiled.
    pub document: Document,
    /// The record; its place in a log is given when it is added to one.
    pub record: AuditRecord,
    /// Who held a role that was deleted.
    pub removed: Vec<RemovedAssignment>,
    /// Whom of the directory the change touches.
    pub impacts: Vec<Impact>,
}

/// Makes a change at `now` if the actor may; `attributes` are what is known, besides what
/// follows from the change, of what it is made to.
///
/// All but the tenant stays as it was written.
///
/// # Errors
/// Says which rule stands against the change, and what to do; then nothing has changed.
///
/// # Examples
/// ```
/// use portcullis_admin::{Actor, Change, RefusedReason, administer};
/// use portcullis_engine::UnixSeconds;
/// use portcullis_policy::Document;
///
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let document = Document::load(r#"{
///   "catalog": { "id": "desk", "features": ["reports"] },
///   "tenant": { "id": "acme" }
/// }"#)?;
/// let change: Change = serde_json::from_str(r#"{ "operation": "enable", "feature": "reports" }"#)?;
/// let now = UnixSeconds(1_700_000_000);
/// let done = administer(&document, &Actor::vendor("billing"), &change, &[], now)?;
/// assert!(done.document.text().contains(r#""features": "reports""#));
///
/// // Nobody of the tenant may: the catalog names no permission for it.
/// let ann = Actor::of_directory("ann");
/// let refused = administer(&document, &ann, &change, &[], now).unwrap_err();
/// assert_eq!(refused.reason, RefusedReason::NobodysOperation);
/// # Ok(())
/// # }
/// ```
pub fn administer(
    document: &Document,
    actor: &Actor,
    change: &Change,
    attributes: &[Attribute],
    now: UnixSeconds,
) -> Result<Administered, Refused> {
    administer_dated(document, actor, change, attributes, now, now)
}

/// Makes a change as [`administer`] does, whose record says that it was made `now` while a clock
/// says otherwise.
///
/// What the actor may is judged by the later of the two: a change that is dated back revives no
/// right that has ended.
///
/// # Errors
/// As [`administer`].
pub fn administer_dated(
    document: &Document,
    actor: &Actor,
    change: &Change,
    attributes: &[Attribute],
    now: UnixSeconds,
    clock: UnixSeconds,
) -> Result<Administered, Refused> {
    let judged = now.max(clock);
    let before = document.model();
    let operation = change.kind().operation();
    let named;
    let authorization = match &actor.0 {
        Identity::Vendor(name) => {
            check_vendor(before, name, operation)?;
            None
        }
        Identity::Subject(subject) => Some(Authorization::admitted(
            document, subject, attributes, operation, judged,
        )?),
        Identity::Named(name) => {
            named = name.resolve(&before.subject_types)?.into_subject();
            Some(Authorization::admitted(
                document, &named, attributes, operation, judged,
            )?)
        }
    };
    let draft = Draft::new(change, &document.source().tenant, before, now)?;
    let after = document.with_tenant(draft.tenant.clone())?;
    if let Change::Import { grants, .. } = change {
        exported::check_whole(after.model(), grants)?;
    }
    if change.gives() {
        refuse_lost(before, after.model())?;
    }
    if let Some(authorization) = &authorization {
        authorization.refuse_own_access(&draft)?;
        authorization.check(&draft.steps, after.model())?;
        last_administrator::check(before, after.model())?;
    }
    Ok(Administered {
        record: record(document, actor, change, &after, now),
        impacts: impacts_of(change, before, after.model(), now),
        removed: draft.removed,
        document: after,
    })
}

/// Refuses a change that says something which gives nothing: a tenant that has it goes on without,
/// for the catalog may have changed, but whoever writes it means it.
fn refuse_lost(before: &Model, after: &Model) -> Result<(), Refused> {
    let known = |message: &str| before.warnings.iter().any(|one| one.message == message);
    let warnings = after.warnings.iter();
    let lost = warnings.filter(|warning| {
        warning.path.as_str().starts_with("$.tenant.") && !known(&warning.message)
    });
    let lost: Vec<String> = lost.map(|warning| format!("\n{warning}")).collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(Refused::new(
        RefusedReason::InvalidPolicy,
        format!(
            "the policy would have problems after this change{}",
            lost.concat()
        ),
        "fix what is given first",
    ))
}

/// The vendor turns features on and off, and says what attributes are where nobody of the tenant
/// may; nothing else.
fn check_vendor(model: &Model, name: &str, operation: Operation) -> Result<(), Refused> {
    lookup::check_value("vendor's name", name)?;
    match operation {
        Operation::Enable | Operation::Disable => return Ok(()),
        Operation::Attribute => {
            let mut named = model.administration.iter();
            if !named.any(|one| one.operations.contains(&operation)) {
                return Ok(());
            }
            return Err(Refused::new(
                RefusedReason::NotAllowed,
                "the catalog's `administration` names a permission for `attribute`, so that it is \
                 the tenant's",
                "name a subject of the tenant as the actor",
            ));
        }
        _ => {}
    }
    Err(Refused::new(
        RefusedReason::NotAllowed,
        "the vendor turns features on and off, and does not touch anybody's roles",
        "name a subject of the tenant as the actor",
    ))
}

fn record(
    before: &Document,
    actor: &Actor,
    change: &Change,
    after: &Document,
    now: UnixSeconds,
) -> AuditRecord {
    let types = &before.model().subject_types;
    let digest = |document: &Document| Digest::of(document.text().as_bytes());
    AuditRecord {
        sequence: 0,
        time: now,
        actor: actor.recorded(types),
        operation: Event::Change(change.kind()),
        target: audit::Target::new(change, types),
        changes: audit::differences(&before.source().tenant, &after.source().tenant),
        policy: PolicyDigests {
            before: digest(before),
            after: digest(after),
            tenant: Some(Digest::of_tenant(&after.source().tenant)),
        },
    }
}

/// The members of a group that is mapped, and whose attribute changes, are named even if what they
/// are granted stays.
fn impacts_of(change: &Change, before: &Model, after: &Model, now: UnixSeconds) -> Vec<Impact> {
    let group = match change {
        Change::Map { group, .. } | Change::Unmap { group, .. } => Some(group),
        _ => None,
    };
    let subject = match change {
        Change::Attribute { subject, .. } => Some(subject.key(&before.subject_types)),
        _ => None,
    };
    impacts(before, after, now, |one, held| {
        group.is_some_and(|group| held.groups.contains(group)) || subject.as_ref() == Some(one)
    })
}

/// What became of a change, as every shell writes it as JSON.
#[derive(Debug, Serialize)]
pub struct Outcome<'a> {
    /// The record of it.
    pub record: &'a AuditRecord,
    /// Who held a role that was deleted.
    pub removed: &'a [RemovedAssignment],
    /// Whom of the directory it touches.
    pub impacts: &'a [Impact],
}

impl Administered {
    /// Returns what became of the change, without the policy after it.
    #[must_use]
    pub fn outcome(&self) -> Outcome<'_> {
        Outcome {
            record: &self.record,
            removed: &self.removed,
            impacts: &self.impacts,
        }
    }
}

/// As JSON with the document's `text` and what became of the change.
impl Serialize for Administered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'a> {
            text: &'a str,
            #[serde(flatten)]
            outcome: Outcome<'a>,
        }
        let whole = Whole {
            text: self.document.text(),
            outcome: self.outcome(),
        };
        whole.serialize(serializer)
    }
}
