//! The engine's explanation of an answer, in words.

use portcullis_engine::Explanation;
use serde::Deserialize;

/// What an explanation says, as far as tests need it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Explained {
    answer: Answer,
    roles: Vec<Held>,
    ignored: Vec<Ignored>,
    pub(crate) grants: Vec<GrantThere>,
}

/// A grant of the subject's and what it is worth in the question.
#[derive(Debug, Deserialize)]
pub(crate) struct GrantThere {
    pub(crate) role: String,
    team: Option<String>,
    pub(crate) scope: String,
    /// `true`, `false` or `unknown`.
    pub(crate) holds: String,
    /// What was not given, though an atom of the scope needs it.
    #[serde(default)]
    not_given: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Answer {
    role: Option<String>,
    scope: Option<String>,
    team: Option<String>,
    #[serde(default)]
    features: Vec<String>,
    residual: Option<serde_json::Value>,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
struct Held {
    role: String,
    team: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Ignored {
    kind: String,
    id: String,
    why: String,
}

impl Explained {
    /// Reads an explanation; one that cannot be read explains nothing.
    pub(crate) fn read(explanation: &Explanation) -> Self {
        serde_json::from_str(explanation.as_json()).unwrap_or_default()
    }

    /// Says in words why the answer is what it is.
    pub(crate) fn because(&self) -> String {
        match self.answer.reason.as_str() {
            "granted" => {
                let role = self.answer.role.as_deref().unwrap_or_default();
                let scope = self.answer.scope.as_deref().unwrap_or_default();
                format!(
                    "{} grants it at {scope}",
                    bound(role, self.answer.team.as_deref())
                )
            }
            "conditional" => match &self.answer.residual {
                Some(residual) => format!("it holds where {residual}"),
                None => String::new(),
            },
            "feature-disabled" => format!("off are {}", self.answer.features.join(", ")),
            "out-of-scope" => {
                let grants = self.grants.iter();
                let tried = grants.map(|grant| {
                    let role = bound(&grant.role, grant.team.as_deref());
                    let tried = format!("{role} at {}", grant.scope);
                    match grant.not_given.as_slice() {
                        [] => tried,
                        names => format!("{tried} (not given: {})", names.join(", ")),
                    }
                });
                let tried = tried.collect::<Vec<_>>().join(", ");
                format!("none of these holds of this resource: {tried}")
            }
            "not-granted" => self.held(),
            _ => "the catalog has no such permission".to_owned(),
        }
    }

    fn held(&self) -> String {
        let mut roles = self.roles.iter();
        let mut words = match roles.next() {
            None => "the subject holds no role".to_owned(),
            Some(first) => {
                let first = bound(&first.role, first.team.as_deref());
                let all = roles.fold(first, |all, held| {
                    format!("{all}, {}", bound(&held.role, held.team.as_deref()))
                });
                format!("no role grants it; held are {all}")
            }
        };
        for Ignored { kind, id, why } in &self.ignored {
            words.push_str(&format!("; the {kind} {id} is {}", why.replace('-', " ")));
        }
        words
    }
}

fn bound(role: &str, team: Option<&str>) -> String {
    team.map_or_else(|| role.to_owned(), |team| format!("{role}@{team}"))
}
