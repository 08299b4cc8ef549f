//! Changes of roles and of who holds them.

use alloc::{borrow::ToOwned as _, string::String};

use portcullis_admin::{self as admin, Actor, Change, SubjectKey};
use portcullis_engine::UnixSeconds;
use portcullis_policy::{
    authzen::{Subject, Vocabulary},
    model::Model,
};

use super::{
    change::{AskedChange, Named},
    failure::{Failure, read},
    json::administered_json,
};

/// Makes a change: asked are the actor's kind and name, the change, and what is known of what
/// it is made to.
pub(super) fn administer(
    text: &str,
    model: &Model,
    (kind, actor, change, resource): (&str, &str, &str, &str),
    now: UnixSeconds,
) -> Result<String, Failure> {
    let actor = read_actor(kind, actor, model)?;
    let change = Change::from(read::<AskedChange>("the change", change)?);
    let attributes = read::<Named>("the resource", resource)?.into_attributes();
    let done = admin::administer(text, &actor, &change, &attributes, now)?;
    Ok(administered_json(&done))
}

fn read_actor(kind: &str, actor: &str, model: &Model) -> Result<Actor, Failure> {
    Ok(match kind {
        "key" => {
            let key = SubjectKey::parse(actor);
            Actor::Subject(Subject {
                kind: key.kind,
                id: key.id,
                ..Subject::default()
            })
        }
        "subject" => {
            let vocabulary = Vocabulary {
                subject: model.attributes.subject.clone(),
                ..Vocabulary::default()
            };
            Actor::Subject(Subject::read(actor.as_bytes(), &vocabulary)?)
        }
        "vendor" => Actor::Vendor(actor.to_owned()),
        _ => return Err(Failure::malformed("nobody is such an actor")),
    })
}
