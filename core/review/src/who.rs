//! Who may use a permission: the question of every audit.

use core::fmt;

use portcullis_engine::{Decision, DenyReason, InvalidRequest, Policy, Question, UnixSeconds};
use portcullis_json::nearest_or;
use portcullis_policy::authzen::{Action, Request, Resource, Subject};
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::model::Model;
use portcullis_policy::source::Until;
use portcullis_policy::{UnopenablePolicy, preview};
use serde::Serialize;

/// Who may use a permission on a resource: holders of whom the policy alone says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// The permission, by its present name.
    pub permission: String,
    /// The features that are off and without which nobody may.
    pub features_off: Vec<String>,
    /// Everybody, then subjects of the directory, members of groups, and whoever's token or
    /// trusted header states a role.
    pub may: Vec<May>,
    /// Subjects that the directory says are not active: whatever group or claim is named above,
    /// they may not.
    pub inactive: Vec<Holder>,
}

/// Somebody who may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct May {
    /// Who it is.
    pub who: Holder,
    /// What grants it, where it is granted on this resource in any case.
    pub by: Option<By>,
    /// Of which resources it may, where what is given of the resource does not say.
    pub filter: Option<String>,
    /// When it no longer may, or of fewer resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// Who holds a grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Holder {
    /// A subject of the directory, with its roles and its groups'.
    Subject {
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
        /// Its id.
        id: String,
    },
    /// Everybody who is identified and of a type.
    Everyone {
        /// The type.
        #[serde(rename = "type")]
        kind: String,
    },
    /// Whoever is in a group, by that alone.
    Group {
        /// Its id.
        id: String,
    },
    /// Whoever's token or trusted header states a role, by that alone.
    Claim {
        /// The role.
        role: String,
    },
}

/// The grant that lets somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct By {
    /// The role.
    pub role: String,
    /// The scope.
    pub scope: String,
    /// The team that the role is bound to.
    pub team: Option<String>,
}

impl Who {
    /// Finds who may use a permission on a resource, of which only a part may be known, when the
    /// bundle of that metadata is issued.
    ///
    /// # Errors
    /// Refuses a permission that the catalog does not have, a resource beyond the limits, and
    /// a policy of which no bundle can be made.
    pub fn new(
        model: &Model,
        metadata: &BundleMetadata,
        permission: &str,
        resource: &Resource,
    ) -> Result<Self, UnanswerableWho> {
        let found = model.permission(permission);
        let found = found.and_then(|found| model.permissions.get(found.get()));
        let Some(found) = found else {
            let known = model.permissions.iter().map(|known| known.name.as_str());
            return Err(UnanswerableWho::UnknownPermission {
                name: permission.to_owned(),
                cure: nearest_or(permission, known, "`portcullis matrix` lists them"),
            });
        };
        let policy = preview(model, metadata).map_err(UnanswerableWho::Unopenable)?;
        let mut who = Self {
            permission: found.name.clone(),
            features_off: Vec::new(),
            may: Vec::new(),
            inactive: inactive(model).collect(),
        };
        who.everyone(model, &policy.at(metadata.issued_at));
        for (holder, subject) in holders(model) {
            let request = Request {
                subject,
                action: Action {
                    name: found.action.clone(),
                    attributes: Vec::new(),
                },
                resource: resource.clone(),
                ..Request::default()
            };
            who.ask(&policy, holder, &request, metadata.issued_at)
                .map_err(UnanswerableWho::Limit)?;
        }
        Ok(who)
    }

    /// Names the grants of everybody's role: whether they hold depends on who it is.
    fn everyone(&mut self, model: &Model, policy: &Policy) {
        let Some(everyone) = &model.everyone else {
            return;
        };
        let asked = policy.permission(&self.permission);
        let asked = asked.filter(|permission| policy.permission_is_open(*permission));
        let role = policy.everyone().next().map(|(role, _)| role);
        let (Some(asked), Some(role)) = (asked, role) else {
            return;
        };
        let role = Some(role).filter(|role| policy.role_is_available(*role));
        let grants = role.into_iter().flat_map(|role| policy.grants(role));
        let grants = grants.filter(|grant| grant.permission == asked);
        for scope in grants.flat_map(|grant| grant.scopes) {
            for kind in &everyone.types {
                let role = model.roles.get(everyone.role.get());
                self.may.push(May {
                    who: Holder::Everyone { kind: kind.clone() },
                    by: Some(By {
                        role: role.map(|role| role.id.clone()).unwrap_or_default(),
                        scope: policy.scope_name(*scope).to_owned(),
                        team: None,
                    }),
                    filter: None,
                    until: None,
                });
            }
        }
    }

    fn ask(
        &mut self,
        policy: &Policy,
        holder: Holder,
        request: &Request,
        now: UnixSeconds,
    ) -> Result<(), InvalidRequest> {
        request.ask(|subject, question| {
            let view = policy.at(now);
            let decision = view.decide(subject, &self.permission, question);
            if let Decision::Deny(DenyReason::FeatureDisabled(permission)) = decision {
                let missing = view.missing_features(permission);
                self.features_off = missing.map(str::to_owned).collect();
            }
            let Some((by, filter)) = allowed(&view, &decision) else {
                return;
            };
            let ends = ends(policy, subject, &self.permission, question, now);
            self.may.push(May {
                who: holder,
                by,
                filter,
                until: ends.map(Until),
            });
        })
    }
}

/// Returns what an answer rests on, or the filter that it depends on; nothing where it is no.
fn allowed(policy: &Policy, decision: &Decision<'_>) -> Option<(Option<By>, Option<String>)> {
    match decision {
        Decision::Allow(grant) => {
            let by = By {
                role: policy.role_name(grant.role).to_owned(),
                scope: policy.scope_name(grant.scope).to_owned(),
                team: grant.team.map(str::to_owned),
            };
            Some((Some(by), None))
        }
        Decision::Conditional(pending) => {
            let residual = pending.residual();
            let filter = residual.map(|residual| residual.as_json().to_owned());
            Some((None, Some(filter.unwrap_or_else(|limit| limit.to_string()))))
        }
        Decision::Deny(_) => None,
    }
}

/// Returns the first moment from which on a subject may no longer what it may now.
fn ends(
    policy: &Policy,
    subject: &portcullis_engine::Subject<'_>,
    permission: &str,
    question: &Question<'_>,
    now: UnixSeconds,
) -> Option<UnixSeconds> {
    let filter_at = |at: UnixSeconds| {
        let view = policy.at(at);
        let found = allowed(&view, &view.decide(subject, permission, question));
        found.map(|(_, filter)| filter)
    };
    let first = filter_at(now);
    let mut moment = policy.at(now).ends_at(subject);
    while let Some(at) = moment {
        if filter_at(at) != first {
            return Some(at);
        }
        moment = policy.at(at).ends_at(subject);
    }
    None
}

/// Everybody of whom the directory says that nothing is held.
fn inactive(model: &Model) -> impl Iterator<Item = Holder> {
    let people = model.tenant.directory.iter();
    let inactive = people.filter(|person| person.inactive);
    inactive.map(|person| Holder::Subject {
        kind: person.kind.clone(),
        id: person.id.clone(),
    })
}

/// Everybody of whom the policy says something.
fn holders(model: &Model) -> impl Iterator<Item = (Holder, Subject)> {
    let people = model.tenant.directory.iter();
    let people = people.filter(|person| !person.inactive).map(|person| {
        let (kind, id) = (person.kind.clone(), person.id.clone());
        let subject = Subject {
            kind: kind.clone(),
            id: id.clone(),
            ..Subject::default()
        };
        (Holder::Subject { kind, id }, subject)
    });
    let groups = model.tenant.groups.iter().map(|group| {
        let id = group.id.clone();
        let subject = Subject {
            groups: vec![id.clone()],
            ..Subject::default()
        };
        (Holder::Group { id }, subject)
    });
    let claimable = model.roles.iter().filter(|role| role.claimable);
    let claims = claimable.map(|role| {
        let role = role.id.clone();
        let subject = Subject {
            roles: vec![role.clone()],
            ..Subject::default()
        };
        (Holder::Claim { role }, subject)
    });
    people.chain(groups).chain(claims)
}

/// A question that has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnanswerableWho {
    /// The catalog has no such permission.
    UnknownPermission {
        /// What was asked for.
        name: String,
        /// What to do about it.
        cure: String,
    },
    /// A limit of the engine is passed.
    Limit(InvalidRequest),
    /// No bundle can be made of the policy.
    Unopenable(UnopenablePolicy),
}

impl fmt::Display for UnanswerableWho {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPermission { name, cure } => {
                write!(f, "there is no permission `{name}`; {cure}")
            }
            Self::Limit(limit) => write!(f, "the question is refused: {limit}"),
            Self::Unopenable(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for UnanswerableWho {}

/// Writes it as `jo`, `service:ci`, `members of g-leads` or `claims of agent`.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject { kind, id } if kind == "user" && !id.contains(':') => f.write_str(id),
            Self::Subject { kind, id } => write!(f, "{kind}:{id}"),
            Self::Everyone { kind } => write!(f, "every {kind}"),
            Self::Group { id } => write!(f, "members of {id}"),
            Self::Claim { role } => write!(f, "claims of {role}"),
        }
    }
}

/// Writes it as `jo: agent@emea at own`.
impl fmt::Display for May {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.who)?;
        match (&self.by, &self.filter) {
            (Some(By { role, scope, team }), _) => match team {
                Some(team) => write!(f, "{role}@{team} at {scope}")?,
                None => write!(f, "{role} at {scope}")?,
            },
            (None, Some(filter)) => write!(f, "where {filter}")?,
            (None, None) => f.write_str("nothing")?,
        }
        f.write_str(&Until::after(self.until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::Source;
    use portcullis_policy::authzen::Attribute;

    const POLICY: &str = r#"{ "catalog": { "id": "c", "features": ["extra"],
        "attributes": { "subject": "teams", "resource": ["owner", "teams"], "team": "teams" },
        "scopes": { "own": "shares(subject.id, resource.owner)", "all": "true" },
        "actions": { "read": "read" },
        "modules": { "m": {}, "x": { "requires": "extra" } },
        "roles": { "admin": { "grants": { "*": "*" } }, "agent": { "claimable": false, "grants": { "own": "m:read" } } } },
      "tenant": { "id": "t", "groups": { "g": "agent@emea" },
        "directory": { "jo": { "roles": "agent" }, "al": {}, "service:ci": { "roles": "admin" }, "f:1:x": { "groups": "g" } } } }"#;

    fn who(permission: &str, resource: &Resource) -> Result<Who, UnanswerableWho> {
        let (source, model) = Source::load(POLICY).unwrap();
        let metadata = BundleMetadata::new("a", UnixSeconds(0), 60, &source.catalog);
        Who::new(&model, &metadata, permission, resource)
    }

    fn lines(resource: &Resource) -> Vec<String> {
        let who = who("m:read", resource).unwrap();
        who.may.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn everybody_of_whom_the_policy_says_so_is_named() {
        assert_eq!(
            lines(&Resource::default()),
            [
                "service:ci: admin at all",
                r#"user:f:1:x: where {"any":[{"all":[{"attribute":"owner","in":["f:1:x"]},{"attribute":"teams","in":["emea"]}]}]}"#,
                r#"jo: where {"any":[{"all":[{"attribute":"owner","in":["jo"]}]}]}"#,
                "claims of admin: admin at all",
            ]
        );
    }

    #[test]
    fn what_everybody_holds_comes_first() {
        let policy = POLICY.replacen(
            r#""id": "c","#,
            r#""id": "c", "everyone": { "role": "member", "types": ["service", "user"] },"#,
            1,
        );
        let policy = policy.replacen(
            r#""roles": { "admin""#,
            r#""roles": { "member": { "grants": { "own": "m:read" } }, "admin""#,
            1,
        );
        let (source, model) = Source::load(&policy).unwrap();
        let metadata = BundleMetadata::new("a", UnixSeconds(0), 60, &source.catalog);
        let who = Who::new(&model, &metadata, "m:read", &Resource::default()).unwrap();
        let lines: Vec<String> = who.may.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines[..2],
            ["every service: member at own", "every user: member at own"]
        );
        assert!(lines.iter().any(|line| line.starts_with("al: where")));
    }

    #[test]
    fn who_may_for_a_time_is_named_with_its_end() {
        let held = r#""jo": { "roles": ["admin", { "role": "agent", "until": "1970-01-01T00:00:10Z" }] },
            "kim": { "roles": [{ "role": "admin", "until": "1970-01-01T00:00:30Z" }, { "role": "agent", "until": "1970-01-01T00:00:20Z" }] },
            "lou": { "roles": [{ "role": "admin", "until": "1970-01-01T00:00:10Z" }, "agent"] },
            "old": { "roles": { "role": "admin", "until": "1970-01-01T00:00:05Z" } }"#;
        let policy = POLICY.replacen(r#""jo": { "roles": "agent" }"#, held, 1);
        let (source, model) = Source::load(&policy).unwrap();
        let metadata = BundleMetadata::new("a", UnixSeconds(5), 60, &source.catalog);
        let who = Who::new(&model, &metadata, "m:read", &Resource::default()).unwrap();
        let lines = who.may.iter().map(ToString::to_string);
        let lines: Vec<String> = lines
            .filter(|line| !line.contains(':') || !line.contains("ci"))
            .collect();
        assert_eq!(
            lines[1..4],
            [
                "jo: admin at all",
                "kim: admin at all until 1970-01-01T00:00:30Z",
                // From then on of fewer resources.
                "lou: admin at all until 1970-01-01T00:00:10Z",
            ]
        );
        assert!(!lines.iter().any(|line| line.starts_with("old")));
    }

    #[test]
    fn whoever_is_not_active_is_excepted_by_name() {
        let policy = POLICY.replacen(
            r#""al": {}"#,
            r#""al": { "active": false, "groups": "g" }"#,
            1,
        );
        let policy = policy.replacen(
            r#""service:ci": {"#,
            r#""service:ci": { "active": false,"#,
            1,
        );
        let (source, model) = Source::load(&policy).unwrap();
        let metadata = BundleMetadata::new("a", UnixSeconds(0), 60, &source.catalog);
        let who = Who::new(&model, &metadata, "m:read", &Resource::default()).unwrap();
        let inactive: Vec<String> = who.inactive.iter().map(ToString::to_string).collect();
        assert_eq!(inactive, ["service:ci", "al"]);
        let lines: Vec<String> = who.may.iter().map(ToString::to_string).collect();
        let (names, _): (Vec<&str>, Vec<&str>) = lines
            .iter()
            .map(|line| line.split_once(": ").unwrap())
            .unzip();
        assert_eq!(names, ["user:f:1:x", "jo", "claims of admin"]);
    }

    #[test]
    fn what_is_known_of_the_resource_decides() {
        let owned = Resource {
            attributes: vec![Attribute {
                name: "owner".to_owned(),
                values: vec!["jo".to_owned()],
            }],
            ..Resource::default()
        };
        assert_eq!(
            lines(&owned),
            [
                "service:ci: admin at all",
                "jo: agent at own",
                "claims of admin: admin at all",
            ]
        );
    }

    #[test]
    fn nobody_may_what_is_off_or_not_there() {
        let off = who("x:read", &Resource::default()).unwrap();
        assert_eq!(
            (off.features_off, off.may),
            (vec!["extra".to_owned()], vec![])
        );
        let unknown = who("m:reed", &Resource::default()).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "there is no permission `m:reed`; did you mean `m:read`?"
        );
    }
}
