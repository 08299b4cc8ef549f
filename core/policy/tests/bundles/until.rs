//! What a tenant gives for a time.

use portcullis_engine::format::{ENDING, List, Payload, Person, PersonAttribute};
use portcullis_engine::{
    Bundle, Decision, DenyReason, Keeper, KeeperLimits, Policy, Question, RejectedBundle, Resource,
    SliceUse, Subject, TenantKey, UnixSeconds,
};
use portcullis_policy::authzen;
use portcullis_policy::slice::Audience;
use serde_json::{Value, json};

use crate::open::{NOW, cut, open_slice, trust, whole};

/// `jo` is an auditor until 1,200, and has a mandate on a team until 1,400; the reports are on until 1,300.
const POLICY: &str = r#"{
  "catalog": { "id": "desk", "features": ["reports", "fax"],
    "attributes": { "subject": ["teams"], "resource": ["teams"], "team": "teams" }, "scopes": { "all": "true" },
    "actions": { "read": "read", "write": "write" },
    "modules": { "desk": {}, "reports": { "requires": "reports" }, "fax": { "requires": "fax" } },
    "roles": { "agent": { "grants": { "all": ["desk:read", "reports:read", "fax:read"] } },
               "auditor": { "grants": { "all": "desk:write" } } } },
  "tenant": { "id": "acme",
    "features": ["fax", { "feature": "reports", "until": "1970-01-01T00:21:40Z" }],
    "groups": { "staff": "agent" },
    "directory": { "jo": { "groups": "staff", "roles": [
      { "role": "auditor", "until": "1970-01-01T00:20:00Z" },
      { "role": "auditor@emea", "until": "1970-01-01T00:23:20Z" } ] } } } }"#;

/// Returns which of these jo may do, on nothing and on a team, in order.
fn may(policy: &Policy) -> [bool; 4] {
    let subject = Subject::new("user", "jo").unwrap();
    let asked = ["desk:read", "desk:write", "reports:read", "fax:read"];
    asked.map(|permission| {
        let question = Question::about(Resource::new("r").unwrap());
        let decision = policy.decide(&subject, permission, &question);
        !matches!(decision, Decision::Deny(_))
    })
}

#[test]
fn what_is_given_for_a_time_counts_until_then() {
    let policy = whole(POLICY).policy;
    let subject = Subject::new("user", "jo").unwrap();
    for (now, expected, ends) in [
        (0, [true, true, true, true], Some(1_200)),
        (1_000, [true, true, true, true], Some(1_200)),
        (1_199, [true, true, true, true], Some(1_200)),
        // On the team it is conditional: the resource may be of it.
        (1_200, [true, true, true, true], Some(1_300)),
        (1_299, [true, true, true, true], Some(1_300)),
        (1_300, [true, true, false, true], Some(1_400)),
        (1_400, [true, false, false, true], None),
        (u64::MAX, [true, false, false, true], None),
    ] {
        let view = policy.at(UnixSeconds(now));
        assert_eq!(may(&view), expected, "{now}");
        assert_eq!(view.ends_at(&subject), ends.map(UnixSeconds), "{now}");
    }
    // A view of a view is of its own time, earlier or later.
    let late = policy.at(UnixSeconds(1_500)).into_owned();
    assert_eq!(may(&late.at(UnixSeconds(1_000))), [true; 4]);
    // Whoever forgets the time lets nobody in for it.
    let policy = Policy::from(policy.bundle().clone());
    assert_eq!(may(&policy), [true, false, false, true]);
    let names = |policy: &Policy| {
        policy
            .enabled_features()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&policy), ["fax"]);
    assert_eq!(names(&policy.at(NOW)), ["fax", "reports"]);
    let replaced = policy.with_features(&["reports"]);
    assert_eq!(
        may(&replaced.at(UnixSeconds(1_400))),
        [true, false, true, false]
    );
    // What nothing ends in is not copied.
    let lasting = whole(include_str!("../helpdesk.json")).policy;
    assert!(matches!(lasting.at(NOW), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn a_session_ends_with_the_first_that_ends() {
    let policy = whole(POLICY).policy;
    let subject = Subject::new("user", "jo").unwrap();
    let question = Question::about(Resource::UNKNOWN);
    for (now, ends) in [
        (1_000, 1_200),
        (1_200, 1_300),
        (1_300, 1_400),
        (1_400, 2_000),
    ] {
        let now = UnixSeconds(now);
        let session = policy.session(&subject, UnixSeconds(9_999), now).unwrap();
        assert_eq!(session.valid_until(), UnixSeconds(ends));
        let last = UnixSeconds(ends - 1);
        assert!(session.decide_named("desk:read", &question, last).is_ok());
        assert!(
            session
                .decide_named("desk:read", &question, UnixSeconds(ends))
                .is_err()
        );
        let token = policy
            .session(&subject, UnixSeconds(now.0 + 7), now)
            .unwrap();
        assert_eq!(token.valid_until(), UnixSeconds(now.0 + 7));
    }
    // Somebody else's roles end for somebody else.
    let other = Subject::new("user", "al").unwrap();
    let session = policy.session(&other, UnixSeconds(9_999), NOW).unwrap();
    assert_eq!(session.valid_until(), UnixSeconds(1_300));
}

#[test]
fn an_explanation_says_until_when_and_what_has_ended() {
    let policy = whole(POLICY).policy;
    let subject = Subject::new("user", "jo").unwrap();
    let question = Question::about(Resource::UNKNOWN);
    let explained = |now: u64| {
        let view = policy.at(UnixSeconds(now));
        let explained = view.explain(&subject, "desk:write", &question).unwrap();
        serde_json::from_str::<Value>(explained.as_json()).unwrap()
    };
    let team = json!({ "role": "auditor", "team": "emea", "from": "directory", "until": 1_400 });
    let before = explained(1_000);
    let roles = before["roles"].as_array().unwrap();
    assert!(roles.contains(&json!({ "role": "auditor", "from": "directory", "until": 1_200 })));
    assert!(roles.contains(&team));
    assert_eq!(before["ignored"], json!([]));
    let after = explained(1_200);
    assert!(after["roles"].as_array().unwrap().contains(&team));
    let ended = json!([{ "kind": "role", "id": "auditor", "why": "ended", "at": 1_200 }]);
    assert_eq!(after["ignored"], ended);
}

#[test]
fn a_slice_ends_with_what_it_carries() {
    let whole = whole(POLICY).policy;
    let subject = authzen::Subject {
        kind: "user".to_owned(),
        id: "jo".to_owned(),
        ..authzen::Subject::default()
    };
    let slice = open_slice(cut(&whole, &Audience::Subject(subject)));
    for now in [1_000, 1_199, 1_200, 1_300, 1_400, 1_999].map(UnixSeconds) {
        assert_eq!(may(&slice.at(now)), may(&whole.at(now)), "{now:?}");
        let jo = Subject::new("user", "jo").unwrap();
        assert_eq!(slice.at(now).ends_at(&jo), whole.at(now).ends_at(&jo));
    }
    let roles = Audience::Roles(vec!["agent".to_owned()]);
    let slice = open_slice(cut(&whole, &roles));
    let jo = Subject::new("user", "jo")
        .unwrap()
        .with_roles(&["agent"])
        .unwrap();
    let question = Question::about(Resource::UNKNOWN);
    let asked = |now: u64| {
        let view = slice.at(UnixSeconds(now));
        match view.decide(&jo, "reports:read", &question) {
            Decision::Deny(DenyReason::FeatureDisabled(_)) => "off",
            Decision::Allow(_) => "on",
            _ => "otherwise",
        }
    };
    assert_eq!([asked(1_299), asked(1_300)], ["on", "off"]);
}

#[test]
fn what_is_kept_answers_as_at_the_time_that_asks() {
    let made = whole(POLICY);
    let mut keeper = Keeper::new(trust(SliceUse::WholeOnly), KeeperLimits::default());
    let bytes = portcullis_policy::sign::sign(
        &postcard::to_allocvec(&made.policy.bundle().payload().unwrap()).unwrap(),
        &[crate::open::whole_key()],
    );
    keeper.offer(bytes.unwrap(), NOW).unwrap();
    let key = TenantKey::new("default", "acme");
    for (now, expected) in [
        (1_000, [true, true, true, true]),
        (1_300, [true, true, false, true]),
        (1_400, [true, false, false, true]),
        (1_000, [true, true, true, true]),
    ] {
        let policy = keeper.policy_for(&key, None, UnixSeconds(now)).unwrap();
        assert_eq!(may(&policy), expected, "{now}");
    }
}

#[test]
fn ends_that_contradict_the_bundle_are_refused() {
    let made = whole(POLICY).policy;
    let payload = made.bundle().payload().unwrap();
    let opened = |payload: &Payload<'_>| {
        Bundle::from_unverified_payload(postcard::to_allocvec(payload).unwrap()).map(|_| ())
    };
    assert_eq!(opened(&payload), Ok(()));
    let corrupt = Err(RejectedBundle::Corrupt);
    for (bytes, expected) in [
        (&[1, 1][..], Ok(())),
        // Of a feature that is not there, twice of one, in another order.
        (&[2, 1], corrupt),
        (&[1, 1, 1, 2], corrupt),
        (&[1, 1, 0, 1], corrupt),
        (&[1], Err(RejectedBundle::MalformedPayload)),
        (&[1, 0x81, 0], Err(RejectedBundle::NotCanonical)),
    ] {
        let mut changed = payload.clone();
        changed.tenant.additions.feature_ends = List::new(bytes);
        assert_eq!(opened(&changed), expected, "{bytes:?}");
    }
    let jo = payload.tenant.directory.iter().next().unwrap();
    for (bytes, expected) in [
        // A role and the length of a team's name, which is nothing, then when it ends.
        (&[0, 0, 9][..], Ok(())),
        (&[0, 0, 9, 1, 0, 9], Ok(())),
        (&[], corrupt),
        (&[2, 0, 9], corrupt),
        (&[1, 0, 9, 0, 0, 9], corrupt),
        (&[0, 0, 9, 0, 0, 10], corrupt),
        (&[0, 1, 7, 9], corrupt),
        (&[0, 0], Err(RejectedBundle::MalformedPayload)),
    ] {
        let own = PersonAttribute {
            attribute: ENDING,
            values: List::new(bytes),
        };
        let attributes = postcard::to_allocvec(&own).unwrap();
        let person = Person {
            attributes: List::new(&attributes),
            ..jo.clone()
        };
        let directory = postcard::to_allocvec(&person).unwrap();
        let mut changed = payload.clone();
        changed.tenant.directory = List::new(&directory);
        assert_eq!(opened(&changed), expected, "{bytes:?}");
    }
}

#[test]
fn only_so_many_features_may_end() {
    let with = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("f{at}")).collect();
        let ends = names
            .iter()
            .map(|name| json!({ "feature": name, "until": "2026-12-31T00:00:00Z" }));
        let policy = json!({
            "catalog": { "id": "c", "features": names },
            "tenant": { "id": "t", "features": ends.collect::<Value>() },
        });
        let (source, model) = portcullis_policy::Source::load(&policy.to_string()).unwrap();
        let metadata = portcullis_policy::encode::BundleMetadata::new("a", NOW, 9, &source.catalog);
        portcullis_policy::encode::encode(&model, &metadata).map_err(|error| error.to_string())
    };
    assert!(with(256).is_ok());
    let refused = "the policy has more than 256 features that end; split it".to_owned();
    assert_eq!(with(257), Err(refused));
}
