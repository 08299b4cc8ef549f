//! Changes that the page asks for: decided and written as the command line's.

use hyper::StatusCode;
use portcullis_admin::{Change, Refused, TargetAttributes, administer, audit::Digest};
use portcullis_engine::UnixSeconds;
use portcullis_host::policy_file::{Changed, Manner, NotChanged, PolicyFileFailure, Step};
use portcullis_policy::{Document, InvalidPolicy};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    asker::{NotActor, Who},
    limits::CHANGES_MAX,
    policies::{Policy, sentence},
};

/// What the page asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// The digest of the policy that the page shows.
    expect: Digest,
    /// The changes, in order.
    changes: Vec<Change>,
    /// Who asks, with groups and attributes that the directory does not know.
    actor: Option<Value>,
    /// What is known of what the changes are made to.
    #[serde(default)]
    resource: TargetAttributes,
    /// Whether to decide and write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Why the changes are not made.
enum Against {
    Actor(NotActor),
    Policy(InvalidPolicy),
    Change { index: usize, refused: Refused },
}

impl Asked {
    /// Makes the changes, all or none, and says what became of them.
    pub(crate) fn make(&self, policy: &Policy, who: &Who, clock: UnixSeconds) -> Answer {
        if self.changes.is_empty() || self.changes.len() > CHANGES_MAX {
            return Answer::error(
                StatusCode::BAD_REQUEST,
                format!("`changes` has none, or more than {CHANGES_MAX}: send some of them"),
            );
        }
        let manner = Manner {
            expected: Some(self.expect),
            dry_run: self.dry_run,
            ..Manner::default()
        };
        let changed = policy
            .file()
            .change(&manner, clock, |text, now| self.decide(text, who, now));
        match changed {
            Ok(changed) => made(&changed),
            Err(NotChanged::Refused(against)) => against.answer(),
            Err(NotChanged::Time(unlikely)) => Answer::error(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("{unlikely}: nothing was changed; set this machine's clock, and ask again"),
            ),
            Err(NotChanged::File { failure, made }) => self.failed(policy, &failure, made),
        }
    }

    fn decide(
        &self,
        text: &str,
        who: &Who,
        now: UnixSeconds,
    ) -> Result<(Vec<Step>, Vec<Value>), Against> {
        let mut document = Document::load(text).map_err(Against::Policy)?;
        let (mut steps, mut outcomes) = (Vec::new(), Vec::new());
        for (index, change) in self.changes.iter().enumerate() {
            // Each time: who it is may follow from what a change before made of the policy.
            let actor = who.actor(self.actor.as_ref(), document.model());
            let actor = actor.map_err(Against::Actor)?;
            let target = self.resource.as_slice();
            let done = administer(&document, &actor, change, target, now);
            let done = done.map_err(|refused| Against::Change { index, refused })?;
            outcomes.push(json!(done.outcome()));
            let text = done.document.text().to_owned();
            let record = done.record;
            steps.push(Step { record, text });
            document = done.document;
        }
        Ok((steps, outcomes))
    }

    /// Answers where the files could not be used: with what is there, where somebody else
    /// changed it.
    fn failed(&self, policy: &Policy, failure: &PolicyFileFailure, made: usize) -> Answer {
        let all = self.changes.len();
        let written = match made {
            0 => "nothing was changed".to_owned(),
            _ => format!("{made} of {all} changes were made, and each is recorded"),
        };
        let error = format!("{}; {written}", sentence(failure));
        let status = match failure {
            PolicyFileFailure::ChangedSince { .. } => match policy.read() {
                Ok(contents) => {
                    let found = json!({
                        "error": error,
                        "policy": contents.reading.text,
                        "digest": contents.reading.digest,
                        "records": contents.records,
                    });
                    return Answer::json(StatusCode::CONFLICT, &found);
                }
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
            PolicyFileFailure::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Answer::error(status, error)
    }
}

impl Against {
    fn answer(self) -> Answer {
        let (index, refused) = match self {
            Self::Actor(NotActor::Unusable(unusable)) => {
                let cure = unusable
                    .cure()
                    .unwrap_or_else(|| "state it as docs/POLICY.md describes".to_owned());
                let error = format!("{unusable}: {cure}; nothing was changed");
                return Answer::error(StatusCode::BAD_REQUEST, error);
            }
            Self::Actor(NotActor::Another) => {
                return Answer::error(
                    StatusCode::FORBIDDEN,
                    "`actor` is not whom the console was opened as: nothing was changed; run another console for somebody else",
                );
            }
            Self::Policy(invalid) => (0, invalid.into()),
            Self::Change { index, refused } => (index, refused),
        };
        Answer::json(
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!({ "index": index, "refusal": refused }),
        )
    }
}

fn made(changed: &Changed<Vec<Value>>) -> Answer {
    let Changed {
        reading,
        records,
        outcome,
    } = changed;
    let made = json!({
        "policy": reading.text,
        "digest": reading.digest,
        "records": records,
        "outcomes": outcome,
    });
    Answer::json(StatusCode::OK, &made).tagged(&reading.digest.to_string())
}
