//! What an explanation says would allow it does, and nothing that would is left out.

use std::collections::BTreeSet;

use portcullis_engine::Policy;
use portcullis_policy::Source;
use portcullis_policy::authzen::{Request, TeamRole};
use portcullis_policy::encode::BundleMetadata;
use portcullis_policy::preview;
use portcullis_policy::source::{OneOrMany, Role};
use serde_json::Value;

use crate::open::{NOW, Whole, examples, whole};
use crate::random::{Random, RequestGenerator, answer, policy, questions};

#[test]
fn every_cure_cures_in_random_policies() {
    let wanted = questions(2_000);
    let mut tally = Tally::default();
    for seed in 20_000.. {
        let mut random = Random::new(seed);
        let whole = whole(&policy(&mut random));
        tally.ask(&whole, &mut random, 40);
        if tally.questions >= wanted {
            break;
        }
    }
    println!("{tally:?}");
    assert!(tally.roles > 50 && tally.bound > 10 && tally.grants > 50 && tally.features > 50);
}

#[test]
fn every_cure_cures_in_the_examples() {
    for (seed, (name, text)) in (0..).zip(examples()) {
        let whole = whole(&text);
        let mut tally = Tally::default();
        tally.ask(&whole, &mut Random::new(seed), 60);
        println!("{name}: {tally:?}");
        assert!(tally.roles > 5, "{name}");
    }
}

#[derive(Debug, Default)]
struct Tally {
    questions: usize,
    features: usize,
    roles: usize,
    bound: usize,
    grants: usize,
}

impl Tally {
    fn ask(&mut self, whole: &Whole, random: &mut Random, questions: usize) {
        let generator = RequestGenerator::new(&whole.model);
        let all = whole.model.roles.iter().map(|role| role.id.clone());
        let all = all.collect::<Vec<_>>();
        for _ in 0..questions {
            let few = random.some(&all, 20);
            let subject = generator.subject(random, &few, true);
            let request = generator.question(random, subject);
            self.explain(whole, &request, &all);
            self.questions += 1;
        }
    }

    fn explain(&mut self, whole: &Whole, request: &Request, all: &[String]) {
        let explanation = request.ask(|subject, question| {
            whole
                .policy
                .explain(subject, &request.permission(), question)
        });
        let Ok(explanation) = explanation.unwrap() else {
            return;
        };
        let explanation: Value = serde_json::from_str(explanation.as_json()).unwrap();
        let cures = &explanation["would_allow"];
        let list = |name: &str| cures[name].as_array().unwrap().clone();
        let (features, roles, grants) = (list("features"), list("roles"), list("grants"));
        let allowed = explanation["answer"]["effect"] == "allow";
        if allowed || explanation["answer"]["reason"] == "unknown-permission" {
            assert!(
                features.is_empty() && roles.is_empty() && grants.is_empty(),
                "{explanation}"
            );
            return;
        }
        let needed = features.iter().map(|name| name.as_str().unwrap());
        let needed = needed.collect::<Vec<_>>();
        let open = with_more(&whole.policy, &needed);
        // No feature is named in vain, and with them on none is missing.
        for left_out in &needed {
            let fewer = needed.iter().filter(|name| *name != left_out).copied();
            let fewer = with_more(&whole.policy, &fewer.collect::<Vec<_>>());
            assert!(
                answer(&fewer, request).contains("feature-disabled"),
                "{explanation}"
            );
        }
        let with_features = answer(&open, request);
        assert!(!with_features.contains("feature-disabled"), "{explanation}");
        if is_allow(&with_features) {
            self.features += 1;
            assert!(
                !needed.is_empty() && roles.is_empty() && grants.is_empty(),
                "{explanation}"
            );
            return;
        }
        self.check_roles(&open, request, all, &roles, &explanation);
        if let Some(grant) = grants.first() {
            self.grants += 1;
            assert!(
                grant_allows(whole, &needed, request, grant),
                "{explanation}"
            );
        }
    }

    fn check_roles(
        &mut self,
        open: &Policy,
        request: &Request,
        all: &[String],
        cures: &[Value],
        explanation: &Value,
    ) {
        let mut reported = BTreeSet::new();
        for cure in cures {
            let (role, team) = (cure["role"].as_str().unwrap(), cure["team"].as_str());
            let answer = answer(open, &given(request, role, team));
            assert!(
                is_allow(&answer),
                "{explanation}\n{role} {team:?}: {answer}"
            );
            self.bound += usize::from(team.is_some());
            self.roles += usize::from(team.is_none());
            reported.insert((role, team));
        }
        for role in all {
            if !reported.contains(&(role, None)) {
                let answer = answer(open, &given(request, role, None));
                assert!(
                    !is_allow(&answer),
                    "{explanation}\n{role} was left out: {answer}"
                );
            }
        }
    }
}

#[test]
fn a_feature_that_does_nothing_beside_another_is_not_named() {
    let policy = r#"{ "catalog": { "id": "c", "features": ["a", "b", "c"], "scopes": { "all": "true" },
        "modules": { "m": { "requires": { "any": ["a", "b"] },
          "actions": { "read": { "kind": "read", "requires": { "any": ["b", "c"] } } } } },
        "roles": { "agent": { "grants": { "all": "m:read" } } } },
      "tenant": { "id": "t" } }"#;
    let whole = whole(policy);
    let subject = portcullis_engine::Subject::new("user", "jo").unwrap();
    let subject = subject.with_roles(&["agent"]).unwrap();
    let question = portcullis_engine::Question::about(portcullis_engine::Resource::UNKNOWN);
    let explained = whole.policy.explain(&subject, "m:read", &question).unwrap();
    let explained: Value = serde_json::from_str(explained.as_json()).unwrap();
    assert_eq!(
        explained["would_allow"]["features"],
        serde_json::json!(["b"])
    );
}

fn with_more(policy: &Policy, more: &[&str]) -> Policy {
    let mut features = policy.enabled_features().collect::<Vec<_>>();
    features.extend(more);
    policy.with_features(&features)
}

fn given(request: &Request, role: &str, team: Option<&str>) -> Request {
    let mut request = request.clone();
    let role = role.to_owned();
    match team {
        None => request.subject.roles.push(role),
        Some(team) => {
            let team = team.to_owned();
            request.subject.team_roles.push(TeamRole { team, role });
            request.subject.team_roles.sort_unstable();
        }
    }
    request
}

/// Writes the grant into the policy, and asks again.
fn grant_allows(whole: &Whole, features: &[&str], request: &Request, grant: &Value) -> bool {
    let mut source: Source = whole.source.clone();
    let id = grant["role"].as_str().unwrap();
    let scope = grant["scope"].as_str().unwrap();
    let add = |role: &mut Role| {
        let known = role.grants.get(scope).cloned().unwrap_or_default();
        let mut patterns = known.0;
        patterns.push(request.permission());
        role.grants.set(scope, OneOrMany(patterns));
    };
    if let Some(role) = source.catalog.roles.get_mut(id) {
        add(role);
    } else if let Some(role) = source.tenant.roles.get_mut(id) {
        add(role);
    }
    let Ok(model) = portcullis_policy::compile(&source.catalog, &source.tenant) else {
        // What `only` keeps from a role cannot be granted to it.
        return true;
    };
    let metadata = BundleMetadata::new("default", NOW, 1_000, &source.catalog);
    let policy = preview(&model, &metadata).unwrap();
    is_allow(&answer(&with_more(&policy, features), request))
}

fn is_allow(answer: &str) -> bool {
    answer.contains(r#""effect":"allow""#)
}
