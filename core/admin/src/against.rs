//! All that stands against a change, in one refusal.

use crate::authorization::Step;
use crate::refused::Refused;

/// Refusals of the steps of one change.
#[derive(Debug, Default)]
pub(crate) struct Against {
    first: Option<Refused>,
    messages: Vec<String>,
    cures: Vec<String>,
    /// What would keep roles from coming from where the policy does not say who has them.
    besides: Vec<String>,
    /// Of whom it does not say.
    unknown: Option<String>,
}

impl Against {
    pub(crate) fn add(&mut self, step: &Step, mut refused: Refused) {
        let mut message = refused.message.clone();
        if let (Some(besides), Some(subject)) = (&step.besides, &step.subject) {
            message = format!("{message}; {}", besides.why);
            add(&mut self.besides, besides.cure.clone());
            self.unknown = Some(subject.to_string());
        }
        add(&mut self.messages, message);
        add(&mut self.cures, refused.cure.clone());
        match &mut self.first {
            None => self.first = Some(refused),
            Some(first) => {
                first.lacking.append(&mut refused.lacking);
                first.features_off.append(&mut refused.features_off);
                first.features_off.sort_unstable();
                first.features_off.dedup();
            }
        }
    }

    pub(crate) fn into_refused(self) -> Option<Refused> {
        let first = self.first?;
        let mut message = self.messages.join("; and ");
        if let Some(subject) = &self.unknown {
            message.push_str(&format!(
                ", so that the policy does not say whether `{subject}` does"
            ));
        }
        let mut cure = self.cures.join("; and ");
        if !self.besides.is_empty() {
            cure = format!("{cure}, or {}", self.besides.join(", and "));
        }
        Some(Refused {
            message,
            cure,
            ..first
        })
    }
}

/// Adds what is not there yet.
fn add(texts: &mut Vec<String>, text: String) {
    if !texts.contains(&text) {
        texts.push(text);
    }
}
