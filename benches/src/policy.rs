//! The neutral form of the two policies.

use std::collections::BTreeMap;

use crate::draw::Draw;

/// Which of the two policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 132 permissions, 4 roles.
    Small,
    /// 10,000 permissions, 1,000 roles, 200,000 grants.
    Large,
}

impl Scale {
    /// Returns the name that benchmarks use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }
}

/// Grants of a role in the order in which they were drawn: permission, then scope.
pub(crate) type Grants = Vec<(String, &'static str)>;

/// A policy before any product's encoding of it.
#[derive(Debug, Clone)]
pub(crate) struct Neutral {
    pub(crate) modules: Vec<(String, Vec<String>)>,
    pub(crate) actions: &'static [&'static str],
    pub(crate) roles: Vec<(String, Grants)>,
    pub(crate) features: Vec<String>,
    pub(crate) user_roles: Vec<&'static str>,
    pub(crate) user_teams: Vec<&'static str>,
    pub(crate) asked: String,
}

impl Neutral {
    pub(crate) fn new(scale: Scale) -> Self {
        match scale {
            Scale::Small => small(),
            Scale::Large => large(),
        }
    }
}

fn small() -> Neutral {
    let modules: Vec<(String, Vec<String>)> = SMALL
        .iter()
        .map(|(id, below)| {
            (
                (*id).to_owned(),
                below.iter().map(|id| (*id).to_owned()).collect(),
            )
        })
        .collect();
    let all: Vec<&str> = SMALL.iter().map(|(id, _)| *id).collect();
    let grants = |rows: &[(&[&str], &[&str], &'static str)]| -> Grants {
        let mut grants = Grants::new();
        for (ids, actions, scope) in rows {
            for (id, below) in modules.iter().filter(|(id, _)| ids.contains(&id.as_str())) {
                for submodule in below {
                    for action in *actions {
                        grants.push((format!("{id}.{submodule}:{action}"), scope));
                    }
                }
            }
        }
        grants
    };
    let read: &[&str] = &["read"];
    let roles = vec![
        ("admin".to_owned(), grants(&[(&all, SMALL_ACTIONS, "all")])),
        (
            "auditor".to_owned(),
            grants(&[
                (&["interactions", "analytics", "observability"], read, "all"),
                (&["quality"], &["read", "write"], "all"),
            ]),
        ),
        (
            "team-lead".to_owned(),
            grants(&[
                (&["interactions", "quality"], read, "team"),
                (&["interactions", "quality"], &["write"], "own"),
            ]),
        ),
        (
            "agent".to_owned(),
            grants(&[
                (&["interactions"], &["read", "write"], "own"),
                (&["quality"], read, "own"),
            ]),
        ),
    ];
    let on = [
        "admin",
        "integrations",
        "interactions",
        "analytics",
        "quality",
        "observability",
        "knowledge-base",
    ];
    Neutral {
        roles,
        modules,
        actions: SMALL_ACTIONS,
        features: on.iter().map(|id| format!("feat-{id}")).collect(),
        user_roles: vec!["agent"],
        user_teams: vec!["team-7"],
        asked: "interactions.calls:read".to_owned(),
    }
}

fn large() -> Neutral {
    let mut draw = Draw::new(20_261_121);
    let modules: Vec<(String, Vec<String>)> = (0..200)
        .map(|at| {
            (
                format!("mod{at:03}"),
                (0..10).map(|below| format!("sub{below}")).collect(),
            )
        })
        .collect();
    let mut roles = Vec::new();
    for at in 0..1_000 {
        let mut drawn: BTreeMap<String, ()> = BTreeMap::new();
        let mut grants = Grants::new();
        while grants.len() < 200 {
            let module = draw.below(200);
            let submodule = draw.below(10);
            let action = LARGE_ACTIONS
                .get(draw.below(5))
                .copied()
                .unwrap_or_default();
            let permission = format!("mod{module:03}.sub{submodule}:{action}");
            if drawn.insert(permission.clone(), ()).is_some() {
                continue;
            }
            let scope = SCOPES.get(draw.below(3)).copied().unwrap_or_default();
            grants.push((permission, scope));
        }
        roles.push((format!("role{at:04}"), grants));
    }
    let features: Vec<String> = modules
        .iter()
        .filter(|_| draw.unit() < 7.0 / 11.0)
        .map(|(id, _)| format!("feat-{id}"))
        .collect();
    let user_roles = vec!["role0007", "role0412", "role0815"];
    let asked = question(&roles, &user_roles, &features);
    Neutral {
        modules,
        actions: LARGE_ACTIONS,
        roles,
        features,
        user_roles,
        user_teams: vec!["team-12", "team-7"],
        asked,
    }
}

/// Returns the first permission to read that the middle role holds at `own` and no role
/// holds wider, in a module that is on.
fn question(roles: &[(String, Grants)], held: &[&str], features: &[String]) -> String {
    let mut best: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, grants) in roles.iter().filter(|(id, _)| held.contains(&id.as_str())) {
        for (permission, scope) in grants {
            let rank = SCOPES.iter().position(|own| own == scope).unwrap_or(0);
            let widest = best.entry(permission).or_default();
            *widest = rank.max(*widest);
        }
    }
    let middle = roles
        .iter()
        .filter(|(id, _)| id == "role0412")
        .flat_map(|(_, grants)| grants);
    let on = |permission: &str| {
        let module = permission.split('.').next().unwrap_or_default();
        features
            .iter()
            .any(|feature| feature.strip_prefix("feat-") == Some(module))
    };
    middle
        .map(|(permission, _)| permission.as_str())
        .find(|permission| {
            permission.ends_with(":read") && best.get(permission) == Some(&0) && on(permission)
        })
        .unwrap_or_default()
        .to_owned()
}

pub(crate) const SCOPES: [&str; 3] = ["own", "team", "all"];

const SMALL_ACTIONS: &[&str] = &["read", "write", "delete"];

const LARGE_ACTIONS: &[&str] = &["read", "write", "delete", "export", "approve"];

const SMALL: [(&str, [&str; 4]); 11] = [
    ("admin", ["users", "roles", "teams", "billing"]),
    ("integrations", ["crm", "telephony", "webhooks", "storage"]),
    ("interactions", ["calls", "chats", "emails", "recordings"]),
    ("analytics", ["dashboards", "reports", "exports", "funnels"]),
    ("ai-metrics", ["sentiment", "topics", "intent", "silence"]),
    ("ai-process", ["pipelines", "models", "runs", "prompts"]),
    ("ai-tagging", ["tags", "rules", "suggestions", "history"]),
    (
        "ai-transcription",
        ["transcripts", "languages", "glossary", "redaction"],
    ),
    (
        "quality",
        ["scorecards", "evaluations", "calibrations", "disputes"],
    ),
    ("observability", ["logs", "traces", "metrics", "alerts"]),
    (
        "knowledge-base",
        ["articles", "categories", "drafts", "feedback"],
    ),
];
